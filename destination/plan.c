/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <assert.h>
#include <string.h>

/* --max-removals-percent of 100 switches the guard off, for an emptied source too. */
#define GUARD_OFF_PERCENT 100U

static const struct {
	const char *name;  /* in /status */
	const char *label; /* in metrics */
} phases[] = {
	[SCD_PHASE_INSTALLED] = { "Installed", "installed" },
	[SCD_PHASE_STALE] = { "Stale", "stale" },
	[SCD_PHASE_INVALID] = { "Invalid", "invalid" },
	[SCD_PHASE_PENDING] = { "Pending", "pending" },
	[SCD_PHASE_CONFLICT] = { "Conflict", "conflict" },
	[SCD_PHASE_FAILED] = { "Failed", "failed" },
	[SCD_PHASE_ORPHANED] = { "Orphaned", "orphaned" },
};
static_assert(sizeof(phases) / sizeof(phases[0]) == SCD_PHASE_COUNT, "every phase has names");

static const char *const operations[] = {
	[SCD_OP_NONE] = "none",	    [SCD_OP_CREATE] = "create", [SCD_OP_UPDATE] = "update",
	[SCD_OP_REPAIR] = "repair", [SCD_OP_ADOPT] = "adopt",	[SCD_OP_REMOVE] = "remove",
};
static_assert(sizeof(operations) / sizeof(operations[0]) == SCD_OP_COUNT, "every one has a name");

static const char *const reasons[] = {
	"",
	SCD_REASON_NOT_OURS,
	SCD_REASON_NOT_REGULAR,
	SCD_REASON_DRIFTED,
	SCD_REASON_CONTESTED,
	SCD_REASON_REJECTED,
	SCD_REASON_REMOVAL_BLOCKED,
};

const char *scd_phase_name(enum scd_phase phase)
{
	return (unsigned)phase < SCD_PHASE_COUNT ? phases[phase].name : "Unknown";
}

const char *scd_phase_label(enum scd_phase phase)
{
	return (unsigned)phase < SCD_PHASE_COUNT ? phases[phase].label : "unknown";
}

const char *scd_operation_name(enum scd_operation op)
{
	return (unsigned)op < SCD_OP_COUNT ? operations[op] : "unknown";
}

const char *scd_plan_reason(const char *word)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i], word) == 0)
			return reasons[i];
	return "";
}

/* Are the bytes on disk those of @sha256? */
static bool holds(const struct scd_plan_item *item, const char *sha256)
{
	return item->disk.kind == SCD_DISK_REGULAR && *sha256 &&
	       strcmp(item->disk.sha256, sha256) == 0;
}

/* Bytes that we put there, as far as we know. */
static bool holds_known(const struct scd_plan_item *item)
{
	return holds(item, item->owned_sha256) || holds(item, item->intent_sha256);
}

/*
 * An interrupted create leaves an intent and nothing else. Unless its bytes lie there,
 * the rename never happened, and what does lie there is somebody else's.
 */
static bool is_ours(const struct scd_plan_item *item)
{
	return item->owned && (*item->owned_sha256 || holds(item, item->intent_sha256));
}

static void set(struct scd_plan_item *item, enum scd_phase phase, enum scd_operation op)
{
	item->phase = phase;
	item->op = op;
}

static void set_reason(struct scd_plan_item *item, enum scd_phase phase, const char *reason)
{
	item->phase = phase;
	item->reason = reason;
}

/* Two that write the same file in turn: one of them has to stop, and that is us. */
static void repair(struct scd_plan_item *item)
{
	if (item->contested)
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_CONTESTED);
	else
		set(item, SCD_PHASE_INSTALLED, SCD_OP_REPAIR);
}

/*
 * Bytes that the state file knows, and that are not the source's, are those of the text before. But
 * not when this one was there already: then another daemon with another source writes here. Its
 * every rename is heard of; to answer each at once would make the two of us write without an end.
 */
static void decide_accepted(struct scd_plan_item *item, bool ours,
			    const struct scd_plan_policy *policy)
{
	const bool known = !holds(item, item->sha256) && holds_known(item);

	switch (item->disk.kind) {
	case SCD_DISK_ABSENT:
		if (ours)
			repair(item);
		else
			set(item, SCD_PHASE_INSTALLED, SCD_OP_CREATE);
		return;
	case SCD_DISK_OTHER:
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_NOT_REGULAR);
		return;
	case SCD_DISK_UNREADABLE:
		item->phase = SCD_PHASE_FAILED;
		return;
	case SCD_DISK_REGULAR:
		break;
	}
	if (!ours && holds(item, item->sha256))
		set(item, SCD_PHASE_INSTALLED, SCD_OP_ADOPT);
	else if (!ours)
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
	else if (holds(item, item->sha256) && item->disk.mode == SCD_PROFILE_MODE)
		set(item, SCD_PHASE_INSTALLED, SCD_OP_NONE);
	else if (known && !item->settled)
		set(item, SCD_PHASE_INSTALLED, SCD_OP_UPDATE);
	else if (known && policy->yields)
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_CONTESTED);
	else
		repair(item);
}

static void decide_rejected(struct scd_plan_item *item, bool ours)
{
	item->phase = SCD_PHASE_INVALID;
	if (!ours)
		return; /* whatever lies there is no business of ours */
	switch (item->disk.kind) {
	case SCD_DISK_ABSENT:
		/* What comes to lie there later is not ours. */
		item->drop = true;
		return;
	case SCD_DISK_OTHER:
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_NOT_REGULAR);
		return;
	case SCD_DISK_UNREADABLE:
		item->phase = SCD_PHASE_FAILED;
		return;
	case SCD_DISK_REGULAR:
		break;
	}
	/* Nobody has the good bytes any more: there is nothing to repair with. */
	if (holds_known(item))
		set_reason(item, SCD_PHASE_STALE, SCD_REASON_REJECTED);
	else
		set_reason(item, SCD_PHASE_CONFLICT, SCD_REASON_DRIFTED);
}

/* Only time in which the source was seen to be healthy counts: a ConfigMap that is away for a
 * week end and comes back must find its profiles. */
static bool grace_is_over(const struct scd_plan_item *item, const struct scd_plan_policy *policy)
{
	uint64_t waited = item->orphaned_at ? item->orphaned_for + policy->healthy_seconds : 0;

	return policy->remove_orphans && waited >= policy->grace_seconds;
}

static void decide_orphan(struct scd_plan_item *item, bool ours,
			  const struct scd_plan_policy *policy)
{
	bool due = grace_is_over(item, policy);

	item->phase = SCD_PHASE_ORPHANED;
	if (item->disk.kind == SCD_DISK_UNREADABLE) {
		item->phase = SCD_PHASE_FAILED;
	} else if (!ours || item->disk.kind == SCD_DISK_ABSENT) {
		item->drop = true;
	} else if (!holds_known(item)) {
		set_reason(item, SCD_PHASE_CONFLICT,
			   item->disk.kind == SCD_DISK_OTHER ? SCD_REASON_NOT_REGULAR
							     : SCD_REASON_DRIFTED);
		item->drop = due; /* no longer ours to remove */
	} else if (due && !item->adopted) {
		item->op = SCD_OP_REMOVE;
	}
}

static void decide(struct scd_plan_item *item, const struct scd_plan_policy *policy)
{
	bool ours = is_ours(item);

	item->op = SCD_OP_NONE;
	item->reason = "";
	item->drop = item->owned && !ours && item->disk.kind != SCD_DISK_UNREADABLE;

	if (!item->in_source)
		decide_orphan(item, ours, policy);
	else if (!item->valid_name || item->verdict == SCD_VERDICT_REJECT)
		decide_rejected(item, ours);
	else if (item->verdict == SCD_VERDICT_ACCEPT)
		decide_accepted(item, ours, policy);
	else
		item->phase = SCD_PHASE_PENDING;
}

/*
 * A source that lost most of its profiles at once was more likely broken than meant:
 * a ConfigMap emptied by mistake must not take the profiles of running workloads along.
 */
static bool guard_withholds(const struct scd_plan *plan, const struct scd_plan_policy *policy)
{
	size_t removals = 0, owned = 0, in_source = 0;

	for (size_t i = 0; i < plan->count; i++) {
		removals += plan->items[i].op == SCD_OP_REMOVE;
		owned += plan->items[i].owned;
		in_source += plan->items[i].in_source;
	}
	if (removals == 0 || policy->max_removals_percent >= GUARD_OFF_PERCENT)
		return false;
	return in_source == 0 ||
	       (removals >= 2 && removals * 100 > owned * policy->max_removals_percent);
}

void scd_plan_make(struct scd_plan *plan, const struct scd_plan_policy *policy)
{
	plan->removals_blocked = 0;
	for (size_t i = 0; i < plan->count; i++)
		decide(&plan->items[i], policy);
	if (!guard_withholds(plan, policy))
		return;
	for (size_t i = 0; i < plan->count; i++) {
		struct scd_plan_item *item = &plan->items[i];

		if (item->op != SCD_OP_REMOVE)
			continue;
		item->op = SCD_OP_NONE;
		item->reason = SCD_REASON_REMOVAL_BLOCKED;
		plan->removals_blocked++;
	}
}

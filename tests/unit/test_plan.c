/* SPDX-License-Identifier: MIT */
/* The policy as a table: each row is one name and what must become of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"

/* Digests of a test need no more than to differ. */
#define NEW "new"
#define OLD "old"
#define MID "mid" /* of an interrupted transaction */
#define ODD "odd" /* somebody else's */

#define NOW INT64_C(1000000)
#define GRACE UINT64_C(3600)
#define HEALTHY UINT64_C(60)

#define ABSENT .disk = { .kind = SCD_DISK_ABSENT }
#define OTHER .disk = { .kind = SCD_DISK_OTHER }
#define UNREADABLE .disk = { .kind = SCD_DISK_UNREADABLE, .sys = 5 }
#define HOLDS_NEW .disk = { .kind = SCD_DISK_REGULAR, .sha256 = NEW, .mode = 0644 }
#define HOLDS_OLD .disk = { .kind = SCD_DISK_REGULAR, .sha256 = OLD, .mode = 0644 }
#define HOLDS_MID .disk = { .kind = SCD_DISK_REGULAR, .sha256 = MID, .mode = 0644 }
#define HOLDS_ODD .disk = { .kind = SCD_DISK_REGULAR, .sha256 = ODD, .mode = 0644 }
#define HOLDS_UNKNOWN .disk = { .kind = SCD_DISK_REGULAR, .mode = 0644 } /* has no digest */
#define HOLDS_NEW_0600 .disk = { .kind = SCD_DISK_REGULAR, .sha256 = NEW, .mode = 0600 }
#define HOLDS_OLD_0600 .disk = { .kind = SCD_DISK_REGULAR, .sha256 = OLD, .mode = 0600 }

#define SOURCE(v) .in_source = true, .valid_name = true, .verdict = (v), .sha256 = NEW
#define ACCEPTED SOURCE(SCD_VERDICT_ACCEPT)
#define REJECTED SOURCE(SCD_VERDICT_REJECT)
#define UNJUDGED SOURCE(SCD_VERDICT_NONE)
#define NEW_ORPHAN .valid_name = true, .sha256 = ""
/* Whatever the clock says: the seconds of healthy source count. */
#define ORPHANED_AT(at, waited) NEW_ORPHAN, .orphaned_at = (at), .orphaned_for = (waited)
#define ORPHAN(waited) ORPHANED_AT(1, waited)

#define FOREIGN .owned_sha256 = "", .intent_sha256 = ""
#define OURS .owned = true, .owned_sha256 = OLD, .intent_sha256 = ""
#define OURS_NEW .owned = true, .owned_sha256 = NEW, .intent_sha256 = ""
#define ADOPTED OURS, .adopted = true
#define CONTESTED .contested = true
#define SETTLED .settled = true
#define CRASHED_UPDATE .owned = true, .owned_sha256 = OLD, .intent_sha256 = MID
#define CRASHED_CREATE .owned = true, .owned_sha256 = "", .intent_sha256 = MID

/* What must become of it. */
#define INSTALLED .phase = SCD_PHASE_INSTALLED
#define CREATE .op = SCD_OP_CREATE, INSTALLED
#define ADOPT .op = SCD_OP_ADOPT, INSTALLED
#define UPDATE .op = SCD_OP_UPDATE, INSTALLED
#define REPAIR .op = SCD_OP_REPAIR, INSTALLED
#define FAILED .phase = SCD_PHASE_FAILED
#define INVALID .phase = SCD_PHASE_INVALID
#define PENDING .phase = SCD_PHASE_PENDING
#define STALE .phase = SCD_PHASE_STALE, .reason = SCD_REASON_REJECTED
#define NOT_OURS .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_NOT_OURS
#define NOT_REGULAR .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_NOT_REGULAR
#define DRIFTED .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_DRIFTED
#define FOUGHT_OVER .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_CONTESTED
#define ORPHANED .phase = SCD_PHASE_ORPHANED
#define REMOVE .op = SCD_OP_REMOVE, ORPHANED
#define DROPPED .drop = true

struct row {
	const char *what;
	struct scd_plan_item item;
	enum scd_operation op;
	enum scd_phase phase;
	const char *reason; /* NULL: none */
	bool drop;
};

static void check_rows(const struct row *rows, size_t count, const struct scd_plan_policy *policy)
{
	for (size_t i = 0; i < count; i++) {
		struct scd_plan_item item = rows[i].item;
		struct scd_plan plan = { .items = &item, .count = 1, .removals_blocked = 7 };
		const char *reason = rows[i].reason ? rows[i].reason : "";

		item.name = "a.json";
		/* Of another plan: nothing of it stays. */
		item.phase = SCD_PHASE_FAILED;
		item.op = SCD_OP_REMOVE;
		item.reason = SCD_REASON_NOT_OURS;
		item.drop = true;
		scd_plan_make(&plan, policy);
		if (item.op != rows[i].op || item.phase != rows[i].phase ||
		    strcmp(item.reason, reason) != 0 || item.drop != rows[i].drop ||
		    plan.removals_blocked != 0)
			fail_msg("%s: %s, %s '%s'%s", rows[i].what, scd_operation_name(item.op),
				 scd_phase_name(item.phase), item.reason,
				 item.drop ? ", dropped" : "");
	}
}
#define CHECK_ROWS(rows, policy) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), policy)

static const struct scd_plan_policy retain = { .max_removals_percent = 50, .now = NOW };
/* The guard has tests of its own. */
static const struct scd_plan_policy after_grace = {
	.remove_orphans = true,
	.grace_seconds = GRACE,
	.healthy_seconds = HEALTHY,
	.max_removals_percent = 100,
	.now = NOW,
};

static const struct row accepted_rows[] = {
	{ "nothing there", { ACCEPTED, FOREIGN, ABSENT }, CREATE },
	{ "wanted bytes, not ours", { ACCEPTED, FOREIGN, HOLDS_NEW }, ADOPT },
	{ "wanted bytes, not ours, other mode", { ACCEPTED, FOREIGN, HOLDS_NEW_0600 }, ADOPT },
	{ "other bytes, not ours", { ACCEPTED, FOREIGN, HOLDS_ODD }, NOT_OURS },
	{ "too long for a digest, not ours", { ACCEPTED, FOREIGN, HOLDS_UNKNOWN }, NOT_OURS },
	{ "symlink, not ours", { ACCEPTED, FOREIGN, OTHER }, NOT_REGULAR },
	{ "symlink where ours was", { ACCEPTED, OURS, OTHER }, NOT_REGULAR },
	{ "unreadable", { ACCEPTED, OURS, UNREADABLE }, FAILED },
	{ "up to date", { ACCEPTED, OURS_NEW, HOLDS_NEW }, INSTALLED },
	{ "edited into what is wanted", { ACCEPTED, OURS, HOLDS_NEW }, INSTALLED },
	{ "wanted bytes, wrong mode", { ACCEPTED, OURS_NEW, HOLDS_NEW_0600 }, REPAIR },
	{ "our old bytes", { ACCEPTED, OURS, HOLDS_OLD }, UPDATE },
	{ "adopted, old bytes", { ACCEPTED, ADOPTED, HOLDS_OLD }, UPDATE },
	{ "ours, edited", { ACCEPTED, OURS, HOLDS_ODD }, REPAIR },
	{ "ours, of unknown bytes", { ACCEPTED, OURS, HOLDS_UNKNOWN }, REPAIR },
	{ "ours, deleted", { ACCEPTED, OURS, ABSENT }, REPAIR },
	{ "repaired too often, edited", { ACCEPTED, OURS, CONTESTED, HOLDS_ODD }, FOUGHT_OVER },
	{ "repaired too often, deleted", { ACCEPTED, OURS, CONTESTED, ABSENT }, FOUGHT_OVER },
	{ "repaired too often, wrong mode",
	  { ACCEPTED, OURS_NEW, CONTESTED, HOLDS_NEW_0600 },
	  FOUGHT_OVER },
	{ "repaired too often, whole", { ACCEPTED, OURS_NEW, CONTESTED, HOLDS_NEW }, INSTALLED },
	{ "repaired too often, old bytes", { ACCEPTED, OURS, CONTESTED, HOLDS_OLD }, UPDATE },
	{ "not ours, nothing there", { ACCEPTED, FOREIGN, CONTESTED, ABSENT }, CREATE },
	{ "another daemon's, where the text was already",
	  { ACCEPTED, OURS, SETTLED, HOLDS_OLD },
	  REPAIR },
	{ "the same, repaired too often",
	  { ACCEPTED, OURS, SETTLED, CONTESTED, HOLDS_OLD },
	  FOUGHT_OVER },
	{ "another daemon's intent", { ACCEPTED, CRASHED_UPDATE, SETTLED, HOLDS_MID }, REPAIR },
	{ "up to date as before", { ACCEPTED, OURS_NEW, SETTLED, HOLDS_NEW }, INSTALLED },
	{ "edited, where the text was already", { ACCEPTED, OURS, SETTLED, HOLDS_ODD }, REPAIR },
};

/* As an event is answered: what another daemon wrote is left to the resync, all else is not. */
static const struct row yielding_rows[] = {
	{ "another daemon's, where the text was already",
	  { ACCEPTED, OURS, SETTLED, HOLDS_OLD },
	  FOUGHT_OVER },
	{ "the bytes of the text before", { ACCEPTED, OURS, HOLDS_OLD }, UPDATE },
	{ "up to date", { ACCEPTED, OURS_NEW, SETTLED, HOLDS_NEW }, INSTALLED },
	{ "edited", { ACCEPTED, OURS, SETTLED, HOLDS_ODD }, REPAIR },
	{ "deleted", { ACCEPTED, OURS, SETTLED, ABSENT }, REPAIR },
	{ "wrong mode", { ACCEPTED, OURS_NEW, SETTLED, HOLDS_NEW_0600 }, REPAIR },
	{ "removed by another daemon", { ACCEPTED, FOREIGN, SETTLED, ABSENT }, CREATE },
};

static void what_another_daemon_writes_is_left_as_it_is_when_an_event_tells_of_it(void **state)
{
	static const struct scd_plan_policy yields = { .max_removals_percent = 50,
						       .now = NOW,
						       .yields = true };

	(void)state;
	CHECK_ROWS(yielding_rows, &yields);
}

static void an_accepted_profile_is_installed_unless_something_foreign_is_there(void **state)
{
	(void)state;
	CHECK_ROWS(accepted_rows, &retain);
	CHECK_ROWS(accepted_rows, &after_grace);
}

static const struct row interrupted_rows[] = {
	{ "update happened", { ACCEPTED, CRASHED_UPDATE, HOLDS_MID }, UPDATE },
	{ "update did not happen", { ACCEPTED, CRASHED_UPDATE, HOLDS_OLD }, UPDATE },
	{ "create happened", { ACCEPTED, CRASHED_CREATE, HOLDS_MID }, UPDATE },
	{ "create did not happen", { ACCEPTED, CRASHED_CREATE, ABSENT }, CREATE, DROPPED },
	{ "somebody created it instead",
	  { ACCEPTED, CRASHED_CREATE, HOLDS_ODD },
	  NOT_OURS,
	  DROPPED },
	{ "somebody created it as wanted",
	  { ACCEPTED, CRASHED_CREATE, HOLDS_NEW },
	  ADOPT,
	  DROPPED },
	{ "cannot be told", { ACCEPTED, CRASHED_CREATE, UNREADABLE }, FAILED },
	{ "rejected since, happened", { REJECTED, CRASHED_CREATE, HOLDS_MID }, STALE },
	{ "rejected since, not happened", { REJECTED, CRASHED_CREATE, ABSENT }, INVALID, DROPPED },
	{ "orphaned since, happened", { NEW_ORPHAN, CRASHED_CREATE, HOLDS_MID }, ORPHANED },
	{ "orphaned since, somebody else's",
	  { NEW_ORPHAN, CRASHED_CREATE, HOLDS_ODD },
	  ORPHANED,
	  DROPPED },
};

static void an_interrupted_transaction_is_recognised_by_its_intent(void **state)
{
	(void)state;
	CHECK_ROWS(interrupted_rows, &retain);
}

static const struct row rejected_rows[] = {
	{ "good bytes on disk", { REJECTED, OURS, HOLDS_OLD }, STALE },
	{ "good bytes, wrong mode", { REJECTED, OURS, HOLDS_OLD_0600 }, STALE },
	{ "adopted bytes on disk", { REJECTED, ADOPTED, HOLDS_OLD }, STALE },
	{ "edited", { REJECTED, OURS, HOLDS_ODD }, DRIFTED },
	{ "replaced by a symlink", { REJECTED, OURS, OTHER }, NOT_REGULAR },
	{ "unreadable", { REJECTED, OURS, UNREADABLE }, FAILED },
	{ "ours, deleted", { REJECTED, OURS, ABSENT }, INVALID, DROPPED },
	{ "nothing there", { REJECTED, FOREIGN, ABSENT }, INVALID },
	{ "somebody else's", { REJECTED, FOREIGN, HOLDS_ODD }, INVALID },
	{ "somebody else's, same bytes", { REJECTED, FOREIGN, HOLDS_NEW }, INVALID },
	{ "somebody else's symlink", { REJECTED, FOREIGN, OTHER }, INVALID },
	{ "bad name",
	  { .in_source = true, .verdict = SCD_VERDICT_ACCEPT, .sha256 = NEW, FOREIGN, ABSENT },
	  INVALID },
};

static void a_rejected_profile_keeps_the_last_good_version(void **state)
{
	(void)state;
	CHECK_ROWS(rejected_rows, &retain);
	CHECK_ROWS(rejected_rows, &after_grace);
}

static const struct row unjudged_rows[] = {
	{ "nothing there", { UNJUDGED, FOREIGN, ABSENT }, PENDING },
	{ "ours, old", { UNJUDGED, OURS, HOLDS_OLD }, PENDING },
	{ "ours, edited", { UNJUDGED, OURS, HOLDS_ODD }, PENDING },
	{ "ours, deleted", { UNJUDGED, OURS, ABSENT }, PENDING },
	{ "somebody else's", { UNJUDGED, FOREIGN, HOLDS_NEW }, PENDING },
};

static void without_a_verdict_everything_stays(void **state)
{
	(void)state;
	CHECK_ROWS(unjudged_rows, &retain);
}

static const struct row retained_rows[] = {
	{ "just orphaned", { NEW_ORPHAN, OURS, HOLDS_OLD }, ORPHANED },
	{ "for ever", { ORPHAN(GRACE), OURS, HOLDS_OLD }, ORPHANED },
	{ "edited", { ORPHAN(GRACE), OURS, HOLDS_ODD }, DRIFTED },
	{ "replaced", { ORPHAN(GRACE), OURS, OTHER }, NOT_REGULAR },
	{ "unreadable", { ORPHAN(GRACE), OURS, UNREADABLE }, FAILED },
	{ "deleted", { ORPHAN(GRACE), OURS, ABSENT }, ORPHANED, DROPPED },
};

static void an_orphan_stays_under_retain(void **state)
{
	(void)state;
	CHECK_ROWS(retained_rows, &retain);
}

static const struct row due_rows[] = {
	{ "just orphaned", { NEW_ORPHAN, OURS, HOLDS_OLD }, ORPHANED },
	{ "one second early", { ORPHAN(GRACE - HEALTHY - 1), OURS, HOLDS_OLD }, ORPHANED },
	{ "due", { ORPHAN(GRACE - HEALTHY), OURS, HOLDS_OLD }, REMOVE },
	{ "orphaned tomorrow, by the clock",
	  { ORPHANED_AT(NOW + 9, GRACE), OURS, HOLDS_OLD },
	  REMOVE },
	{ "orphaned long ago, by the clock", { ORPHAN(0), OURS, HOLDS_OLD }, ORPHANED },
	{ "due, of an interrupted update", { ORPHAN(GRACE), CRASHED_UPDATE, HOLDS_MID }, REMOVE },
	{ "due, adopted", { ORPHAN(GRACE), ADOPTED, HOLDS_OLD }, ORPHANED },
	{ "due, edited", { ORPHAN(GRACE), OURS, HOLDS_ODD }, DRIFTED, DROPPED },
	{ "due, replaced", { ORPHAN(GRACE), OURS, OTHER }, NOT_REGULAR, DROPPED },
	{ "due, unreadable", { ORPHAN(GRACE), OURS, UNREADABLE }, FAILED },
	{ "due, deleted", { ORPHAN(GRACE), OURS, ABSENT }, ORPHANED, DROPPED },
	{ "not due, edited", { ORPHAN(0), OURS, HOLDS_ODD }, DRIFTED },
};

static void an_orphan_is_removed_after_the_grace_period_if_it_is_still_ours(void **state)
{
	(void)state;
	CHECK_ROWS(due_rows, &after_grace);
}

/* @due removals among @owned files of which @in_source are in the source; first or last of them. */
static size_t removed_of(size_t due, size_t owned, size_t in_source, unsigned percent, bool last,
			 size_t *blocked)
{
	struct scd_plan_policy policy = after_grace;
	struct scd_plan_item items[16] = { 0 };
	struct scd_plan plan = { .items = items, .count = owned };
	size_t removed = 0;

	assert_true(owned <= 16 && due + in_source <= owned);
	policy.max_removals_percent = percent;
	for (size_t i = 0; i < owned; i++) {
		const size_t rank = last ? owned - 1 - i : i;

		if (rank < due)
			items[i] = (struct scd_plan_item){ ORPHAN(GRACE), OURS, HOLDS_OLD };
		else if (rank < due + in_source)
			items[i] = (struct scd_plan_item){ ACCEPTED, OURS_NEW, HOLDS_NEW };
		else
			items[i] = (struct scd_plan_item){ ORPHAN(0), OURS, HOLDS_OLD };
		items[i].name = "a.json";
	}
	scd_plan_make(&plan, &policy);
	for (size_t i = 0; i < owned; i++) {
		removed += items[i].op == SCD_OP_REMOVE;
		if ((last ? owned - 1 - i : i) < due && items[i].op != SCD_OP_REMOVE) {
			assert_string_equal(items[i].reason, SCD_REASON_REMOVAL_BLOCKED);
			assert_int_equal(items[i].phase, SCD_PHASE_ORPHANED);
		}
	}
	*blocked = plan.removals_blocked;
	return removed;
}

static void the_guard_withholds_removals_of_most_of_the_set(void **state)
{
	static const struct {
		size_t due, owned, in_source;
		unsigned percent;
		size_t removed;
	} rows[] = {
		{ 1, 10, 9, 50, 1 },	{ 5, 10, 5, 50, 5 }, /* half is not more than half */
		{ 6, 10, 4, 50, 0 },			     /* more than half: none */
		{ 15, 16, 1, 93, 0 },			     /* 93.75 % */
		{ 6, 10, 4, 60, 6 },			     /* as configured */
		{ 1, 1, 0, 50, 0 },			     /* the source became empty */
		{ 1, 4, 0, 50, 0 },			     /* even for one */
		{ 1, 1, 0, 100, 1 },			     /* the guard is off */
		{ 10, 10, 0, 100, 10 }, { 2, 3, 1, 100, 2 }, { 2, 3, 1, 50, 0 },
		{ 1, 2, 1, 0, 1 },			    /* one file is never a mass */
		{ 2, 16, 14, 0, 0 },	{ 2, 8, 2, 25, 2 }, /* orphans in their grace count as owned
							     */
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t n = i / 2;
		size_t blocked, removed;

		removed = removed_of(rows[n].due, rows[n].owned, rows[n].in_source, rows[n].percent,
				     i % 2, &blocked);
		if (removed != rows[n].removed || blocked != rows[n].due - rows[n].removed)
			fail_msg("row %zu: %zu removed, %zu blocked", n, removed, blocked);
	}
}

static void a_rejected_set_is_not_an_empty_set(void **state)
{
	struct scd_plan_item items[] = {
		{ REJECTED, OURS, HOLDS_OLD, .name = "a.json" },
		{ ORPHAN(GRACE), OURS, HOLDS_OLD, .name = "b.json" },
	};
	struct scd_plan plan = { .items = items, .count = 2 };
	struct scd_plan_policy policy = after_grace;

	(void)state;
	policy.max_removals_percent = 50;
	scd_plan_make(&plan, &policy);
	assert_int_equal(items[1].op, SCD_OP_REMOVE);
}

/* /status, metrics and alerts are made of them. */
static void every_value_has_its_words(void **state)
{
	static const char *const words[][2] = {
		[SCD_PHASE_INSTALLED] = { "Installed", "installed" },
		[SCD_PHASE_STALE] = { "Stale", "stale" },
		[SCD_PHASE_INVALID] = { "Invalid", "invalid" },
		[SCD_PHASE_PENDING] = { "Pending", "pending" },
		[SCD_PHASE_CONFLICT] = { "Conflict", "conflict" },
		[SCD_PHASE_FAILED] = { "Failed", "failed" },
		[SCD_PHASE_ORPHANED] = { "Orphaned", "orphaned" },
		[SCD_PHASE_COUNT] = { "Unknown", "unknown" },
	};
	static const char *const operations[] = {
		[SCD_OP_NONE] = "none",	    [SCD_OP_CREATE] = "create", [SCD_OP_UPDATE] = "update",
		[SCD_OP_REPAIR] = "repair", [SCD_OP_ADOPT] = "adopt",	[SCD_OP_REMOVE] = "remove",
		[SCD_OP_COUNT] = "unknown",
	};
	static const char *const reasons[] = { "",	    "NotOurs",	"NotRegular",	 "Drifted",
					       "Contested", "Rejected", "RemovalBlocked" };

	(void)state;
	for (unsigned i = 0; i <= SCD_PHASE_COUNT; i++) {
		assert_string_equal(scd_phase_name(i), words[i][0]);
		assert_string_equal(scd_phase_label(i), words[i][1]);
	}
	for (unsigned i = 0; i <= SCD_OP_COUNT; i++)
		assert_string_equal(scd_operation_name(i), operations[i]);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		assert_string_equal(scd_plan_reason(reasons[i]), reasons[i]);
	assert_string_equal(scd_plan_reason("notours"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_another_daemon_writes_is_left_as_it_is_when_an_event_tells_of_it),
		cmocka_unit_test(
			an_accepted_profile_is_installed_unless_something_foreign_is_there),
		cmocka_unit_test(an_interrupted_transaction_is_recognised_by_its_intent),
		cmocka_unit_test(a_rejected_profile_keeps_the_last_good_version),
		cmocka_unit_test(without_a_verdict_everything_stays),
		cmocka_unit_test(an_orphan_stays_under_retain),
		cmocka_unit_test(an_orphan_is_removed_after_the_grace_period_if_it_is_still_ours),
		cmocka_unit_test(the_guard_withholds_removals_of_most_of_the_set),
		cmocka_unit_test(a_rejected_set_is_not_an_empty_set),
		cmocka_unit_test(every_value_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

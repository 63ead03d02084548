/* SPDX-License-Identifier: MIT */
/*
 * Removes what the daemon keeps as Orphaned, by the daemon's own transaction. Looking comes
 * first: what it prints has a digest, and only that digest confirms.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "install.h"
#include "ledger.h"
#include "place.h"

#define DIGEST_PREFIX "sha256:"

struct prune_options {
	bool help;
	int output; /* enum scd_output */
	char *destination, *confirm;
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct prune_options, output),
	SCD_CLI_DESTINATION(struct prune_options, destination),
	{ .name = "confirm",
	  .type = SCD_OPT_STRING,
	  .offset = offsetof(struct prune_options, confirm),
	  .metavar = "DIGEST",
	  .help = "remove them, if the set of profiles is still this one" },
};

struct pruning {
	const struct prune_options *asked;
	const char *confirmed; /* the digest in hexadecimal, or NULL: a dry run */
	struct scd_ledger before;
	struct scd_install_outcome outcome;
};

static void pruning_done(struct pruning *p)
{
	scd_ledger_done(&p->before);
	scd_install_outcome_done(&p->outcome);
}

enum fate {
	REMOVED,
	WOULD_BE_REMOVED,
	NOT_REMOVED, /* it failed */
	FORGOTTEN,   /* it was gone already */
	KEPT_ADOPTED,
	KEPT_CHANGED,
	KEPT_NOT_REGULAR,
	KEPT_UNREADABLE
};

/* What became of an orphan: in -o json, and for people. */
static const struct {
	const char *action, *reason, *text;
} fates[] = {
	[REMOVED] = { "Removed", NULL, "removed" },
	[WOULD_BE_REMOVED] = { "Remove", NULL, "to be removed" },
	[NOT_REMOVED] = { "Failed", "WriteFailed", "not removed" },
	[FORGOTTEN] = { "Forget", "Absent", "not there any more" },
	[KEPT_ADOPTED] = { "Keep", "Adopted", "kept: it lay there before seccompd" },
	[KEPT_CHANGED] = { "Keep", SCD_REASON_DRIFTED, "kept: changed since it was installed" },
	[KEPT_NOT_REGULAR] = { "Keep", SCD_REASON_NOT_REGULAR, "kept: no regular file" },
	[KEPT_UNREADABLE] = { "Keep", "Unreadable", "kept: it cannot be read" },
};

static enum fate fate_of(const struct scd_install_result *result, bool dry_run)
{
	if (result->op == SCD_OP_REMOVE && result->gone)
		return REMOVED;
	if (result->phase == SCD_PHASE_CONFLICT)
		return strcmp(result->reason, SCD_REASON_NOT_REGULAR) == 0 ? KEPT_NOT_REGULAR
									   : KEPT_CHANGED;
	if (result->op == SCD_OP_REMOVE)
		return dry_run ? WOULD_BE_REMOVED : NOT_REMOVED;
	if (result->phase == SCD_PHASE_FAILED)
		return KEPT_UNREADABLE;
	return result->gone ? FORGOTTEN : KEPT_ADOPTED;
}

/* Is it a profile of the source, and so none of our business? */
static bool is_wanted(const struct scd_install_result *result)
{
	return result->phase == SCD_PHASE_PENDING;
}

static void print_table(const struct pruning *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->outcome.count; i++) {
		const struct scd_install_result *result = &p->outcome.results[i];
		const struct scd_owned *row = scd_ledger_find(&p->before, result->name);
		char since[SCD_LEDGER_TIME] = "-";

		if (is_wanted(result))
			continue;
		if (count++ == 0)
			(void)printf("%-20s  %s\n", "ORPHANED SINCE", "PROFILE");
		if (row && row->orphaned_at)
			scd_ledger_time(row->orphaned_at, since);
		(void)printf("%-20s  %s: %s%s%s\n", since, result->name,
			     fates[fate_of(result, !p->confirmed)].text, result->sys ? ": " : "",
			     result->sys ? strerror(result->sys) : "");
	}
	if (count == 0)
		(void)printf("No orphaned profile.\n");
}

static bool add_profile(cJSON *list, const struct pruning *p,
			const struct scd_install_result *result)
{
	const struct scd_owned *row = scd_ledger_find(&p->before, result->name);
	const enum fate fate = fate_of(result, !p->confirmed);
	cJSON *object = cJSON_CreateObject();
	char since[SCD_LEDGER_TIME];

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	if (!cJSON_AddStringToObject(object, "name", result->name))
		return false;
	if (row && row->orphaned_at) {
		scd_ledger_time(row->orphaned_at, since);
		if (!cJSON_AddStringToObject(object, "orphanedAt", since))
			return false;
	}
	return (!row || cJSON_AddStringToObject(object, "sha256", row->sha256)) &&
	       cJSON_AddStringToObject(object, "action", fates[fate].action) &&
	       (!fates[fate].reason ||
		cJSON_AddStringToObject(object, "reason", fates[fate].reason)) &&
	       (!result->sys ||
		cJSON_AddStringToObject(object, "errno", strerrorname_np(result->sys)));
}

static cJSON *make_document(const struct pruning *p)
{
	cJSON *root = scd_cli_document("PruneReport"), *list;
	char digest[sizeof(DIGEST_PREFIX) + SCD_SHA256_HEX];
	bool good;

	(void)snprintf(digest, sizeof(digest), DIGEST_PREFIX "%s", p->before.set_digest);
	good = cJSON_AddStringToObject(root, "destination", p->asked->destination) &&
	       (!*p->before.set_digest || cJSON_AddStringToObject(root, "setDigest", digest)) &&
	       cJSON_AddBoolToObject(root, "dryRun", !p->confirmed) &&
	       cJSON_AddBoolToObject(root, "stateFileCorrupt", p->outcome.ledger_corrupt);
	list = cJSON_AddArrayToObject(root, "profiles");
	good = good && list;
	for (size_t i = 0; good && i < p->outcome.count; i++)
		if (!is_wanted(&p->outcome.results[i]))
			good = add_profile(list, p, &p->outcome.results[i]);
	if (good)
		return root;
	cJSON_Delete(root);
	return NULL;
}

/* The state file as it is before, for what the outcome does not say. One that cannot be
 * read owns nothing, which the outcome says. */
static int load_before(int destination, struct scd_ledger *before, struct scd_error *err)
{
	return scd_ledger_load(destination, before, err) < 0 && !scd_ledger_is_corrupt(err) ? -1
											    : 0;
}

static int run(int destination, struct pruning *p, struct scd_error *err)
{
	const struct scd_snapshot empty = { 0 };
	const enum scd_verdict none = SCD_VERDICT_NONE;
	const struct scd_install_request request = {
		.destination = destination,
		.snapshot = &empty,
		.verdicts = &none,
		.policy = { .remove_orphans = true,
			    .max_removals_percent = 100,
			    .now = (int64_t)time(NULL) },
		.prune = true,
		.expected_digest = p->confirmed,
		.dry_run = !p->confirmed,
		.pod_uid = scd_cli_pod_uid(),
	};

	if (load_before(destination, &p->before, err) < 0)
		return -1;
	return scd_install_run(&request, &p->outcome, err);
}

/* How to exit; says on standard error what has to be done or known. */
static enum scd_exit conclude(const struct pruning *p)
{
	size_t pending = 0, failed = 0;

	for (size_t i = 0; i < p->outcome.count; i++) {
		const struct scd_install_result *result = &p->outcome.results[i];
		const enum fate fate = fate_of(result, !p->confirmed);

		pending += !is_wanted(result) && fate == WOULD_BE_REMOVED;
		failed += !is_wanted(result) && fate == NOT_REMOVED;
	}
	if (p->outcome.ledger_corrupt)
		scd_cli_warn("the state file was not readable: what it owned is nobody's, until "
			     "`seccompctl adopt NAME` says whose it is");
	if (p->outcome.error.code != SCD_OK)
		return scd_cli_fail(&p->outcome.error);
	if (failed > 0 || !p->outcome.writable)
		return SCD_EXIT_TROUBLE;
	if (pending == 0)
		return SCD_EXIT_OK;
	if (*p->before.set_digest)
		scd_cli_warn("nothing was removed; to do it: seccompctl prune "
			     "--confirm=" DIGEST_PREFIX "%s",
			     p->before.set_digest);
	else
		scd_cli_warn("nothing can be removed before a set of profiles was installed whole");
	return SCD_EXIT_FOUND;
}

/* The hexadecimal digits of @text, with or without what stands before them; or NULL. */
static const char *parse_digest(const char *text)
{
	const size_t prefix = sizeof(DIGEST_PREFIX) - 1;

	if (strncmp(text, DIGEST_PREFIX, prefix) == 0)
		text += prefix;
	return strlen(text) == SCD_SHA256_HEX - 1 &&
			       strspn(text, "0123456789abcdef") == SCD_SHA256_HEX - 1
		       ? text
		       : NULL;
}

static enum scd_exit run_prune(const void *target, int argc, char **argv)
{
	SCD_CLEANUP(pruning_done) struct pruning p = { .asked = target };
	auto_close int destination = -1;
	enum scd_exit printed = SCD_EXIT_OK;
	struct scd_error err;

	if (argc > 0) {
		scd_cli_warn("prune takes no argument '%s'", argv[0]);
		return SCD_EXIT_USAGE;
	}
	if (p.asked->confirm && *p.asked->confirm) {
		p.confirmed = parse_digest(p.asked->confirm);
		if (!p.confirmed) {
			scd_cli_warn("--confirm: '%s' is no digest: write the one that "
				     "`seccompctl prune` prints",
				     p.asked->confirm);
			return SCD_EXIT_USAGE;
		}
	}
	destination = scd_cli_open_destination(p.asked->destination, &err);
	if (destination < 0 || run(destination, &p, &err) < 0)
		return scd_cli_fail(&err);
	if (p.asked->output == SCD_OUTPUT_JSON)
		printed = scd_cli_print_json(make_document(&p));
	else
		print_table(&p);
	return printed == SCD_EXIT_OK ? conclude(&p) : printed;
}

const struct scd_command scd_command_prune = {
	.name = "prune",
	.operands = "",
	.summary = "Remove profiles that left the source (first shows which).",
	.details =
		"Runs where the destination is: in the pod of seccompd. Without --confirm nothing is\n"
		"removed. What is not ours, or was changed since it was installed, always stays.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct prune_options),
	.run = run_prune,
};

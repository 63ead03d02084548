/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "buf.h"
#include "excerpt.h"
#include "log.h"

enum scd_verdict scd_record_verdict(const struct scd_source_file *file,
				    const struct scd_checker *checker)
{
	const struct scd_report *report;

	if (file->fault.code != SCD_OK)
		return SCD_VERDICT_REJECT;
	report = scd_checker_verdict(checker, file->sha256);
	if (!report)
		return SCD_VERDICT_NONE;
	return scd_report_accepts(report) ? SCD_VERDICT_ACCEPT : SCD_VERDICT_REJECT;
}

/* Digests, sorted. */
struct digests {
	const char **items;
	size_t count;
};

static int compare_digests(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_among(const char *sha256, void *arg)
{
	const struct digests *digests = arg;

	return digests->count > 0 && bsearch(&sha256, digests->items, digests->count,
					     sizeof(digests->items[0]), compare_digests);
}

void scd_record_forget(const struct scd_snapshot *snapshot, struct scd_checker *checker)
{
	auto_free const char **items = calloc(snapshot->count + 1, sizeof(*items));
	struct digests digests = { .items = items, .count = snapshot->count };

	if (!items)
		return;
	for (size_t i = 0; i < digests.count; i++)
		items[i] = snapshot->files[i].sha256;
	qsort(items, digests.count, sizeof(items[0]), compare_digests);
	scd_checker_forget(checker, is_among, &digests);
}

void scd_record_source(struct scd_state *state, const struct scd_snapshot *snapshot)
{
	state->source_state = snapshot->count ? SCD_SOURCE_OK : SCD_SOURCE_EMPTY;
	state->source_error = (struct scd_error){ 0 };
	state->source_missing_since_ms = 0;
	state->keys = snapshot->count;
	state->ignored_keys = snapshot->ignored;
	state->source_bytes = snapshot->bytes;
	state->observed_at = scd_now_s();
	if (strcmp(state->digest, snapshot->digest) != 0) {
		state->source_changes++;
		state->last_change = state->observed_at;
		memcpy(state->digest, snapshot->digest, sizeof(state->digest));
	}
}

void scd_record_source_lost(struct scd_state *state, const struct scd_error *err)
{
	state->source_error = *err;
	state->source_state =
		err->code == SCD_E_DETACHED ? SCD_SOURCE_ORPHANED : SCD_SOURCE_MISSING;
	if (state->source_missing_since_ms == 0)
		state->source_missing_since_ms = scd_now_ms();
}

/* The report of a file: the checker's, or one that says why there is no text to judge. */
static int take_report(const struct scd_source_file *file, const struct scd_checker *checker,
		       struct scd_report *report)
{
	const struct scd_report *verdict;

	if (file->fault.code != SCD_OK) {
		scd_report_add(report, SCD_PATH_RULES, SCD_ERROR, (struct scd_place){ 0 }, "%s%s%s",
			       file->fault.msg, file->fault.sys ? ": " : "",
			       file->fault.sys ? strerror(file->fault.sys) : "");
		return report->failed ? -1 : 0;
	}
	verdict = scd_checker_verdict(checker, file->sha256);
	return verdict ? scd_report_copy(verdict, report) : 0;
}

static void profiles_done(struct scd_profile_state *profiles, size_t count)
{
	for (size_t i = 0; i < count; i++)
		scd_profile_state_done(&profiles[i]);
	free(profiles);
}

/* Takes over when it was repaired, and adds this time if it was. */
static void note_repair(struct scd_profile_state *profile, const struct scd_install_result *result,
			const struct scd_profile_state *before)
{
	const bool repaired = result->op == SCD_OP_REPAIR && result->sys == 0;
	const size_t kept = repaired ? SCD_REPAIRS_MAX - 1 : SCD_REPAIRS_MAX;

	if (before)
		memcpy(profile->repaired_ms + SCD_REPAIRS_MAX - kept, before->repaired_ms,
		       kept * sizeof(before->repaired_ms[0]));
	if (!repaired)
		return;
	profile->repaired_ms[0] = scd_now_ms();
	scd_log(SCD_LOG_CHANGE, "Profile repaired", scd_key("profile", "%s", profile->name),
		scd_key("sha256", "%.12s", profile->installed_sha256));
}

/* The finding that the text before this one left behind, or NULL. */
static const struct scd_finding *cache_finding(const struct scd_profile_state *profile)
{
	for (size_t i = 0; i < profile->report.count; i++)
		if (profile->report.items[i].rule->number == SCD_CRUN_CACHE_ERRNO)
			return &profile->report.items[i];
	return NULL;
}

/* Rule 64 needs the text before: crun's cache takes two texts that differ in error numbers alone
 * for one. Said as long as the text stays. */
static int note_errnos(struct scd_profile_state *profile, const struct scd_profile_state *before,
		       const struct scd_check_opts *opts)
{
	const struct scd_report *old = &before->report;
	struct scd_report *new = &profile->report;
	const bool same_text = strcmp(before->sha256, profile->sha256) == 0;
	const bool hidden = old->crun_key && old->crun_key == new->crun_key &&
			    old->errno_key != new->errno_key &&scd_report_accepts(old);

	if (!scd_report_accepts(new) || opts->disabled[SCD_CRUN_CACHE_ERRNO] ||
	    (opts->oci_runtimes && !(opts->oci_runtimes & SCD_CRUN)) ||
	    !(same_text ? cache_finding(before) != NULL : hidden))
		return 0;
	scd_report_add(new, SCD_CRUN_CACHE_ERRNO, SCD_NOTE, (struct scd_place){ 0 },
		       "only error numbers changed: crun's cache does not see that, and nodes may "
		       "keep the filter with the old ones; change something else as well");
	return new->failed ? -1 : 0;
}

static int fill_profile(struct scd_profile_state *profile, const struct scd_install_result *result,
			const struct scd_snapshot *snapshot, const struct scd_checker *checker)
{
	const struct scd_source_file *file = scd_snapshot_find(snapshot, result->name);

	*profile = (struct scd_profile_state){ .phase = result->phase,
					       .reason = result->reason,
					       .sys = result->sys };
	memcpy(profile->installed_sha256, result->installed_sha256,
	       sizeof(profile->installed_sha256));
	profile->name = strdup(result->name);
	if (!profile->name)
		return -1;
	if (!file)
		return 0;
	memcpy(profile->sha256, file->sha256, sizeof(profile->sha256));
	return take_report(file, checker, &profile->report);
}

/* Quotes the lines that the findings are about, within @left bytes. */
static void quote(struct scd_profile_state *profile, const struct scd_snapshot *snapshot,
		  size_t *left)
{
	const struct scd_source_file *file = scd_snapshot_find(snapshot, profile->name);
	auto_buf struct scd_buf text = scd_buf_init(*left);
	size_t len = 0, count = 0;

	if (!file || !file->text)
		return;
	while (count < profile->report.count && count < SCD_STATUS_FINDINGS_MAX) {
		const struct scd_finding *finding = &profile->report.items[count];

		scd_excerpt_add_around(&text, file->text, file->len, finding->line,
				       finding->column);
		scd_buf_add(&text, "", 1);
		if (text.failed)
			break;
		len = text.len;
		count++;
	}
	profile->excerpts = len > count ? malloc(len) : NULL;
	if (!profile->excerpts)
		return; /* the page does without */
	memcpy(profile->excerpts, text.data, len);
	profile->excerpt_count = count;
	*left -= len;
}

/* Those of rejected profiles first: somebody has to mend them. */
static void quote_all(struct scd_profile_state *profiles, size_t count,
		      const struct scd_snapshot *snapshot)
{
	size_t left = SCD_EXCERPTS_BYTES_MAX;

	for (size_t i = 0; i < count; i++)
		if (!scd_report_accepts(&profiles[i].report))
			quote(&profiles[i], snapshot, &left);
	for (size_t i = 0; i < count; i++)
		if (scd_report_accepts(&profiles[i].report))
			quote(&profiles[i], snapshot, &left);
}

/* A rejected profile is said with its first error, the rest is in /status. */
static void log_rejected(const struct scd_profile_state *profile)
{
	for (size_t i = 0; i < profile->report.count; i++) {
		const struct scd_finding *finding = &profile->report.items[i];

		if (finding->severity != SCD_ERROR)
			continue;
		scd_log(SCD_LOG_CHANGE, "Profile rejected", scd_key("profile", "%s", profile->name),
			scd_key("state", "%s", scd_phase_name(profile->phase)),
			scd_key("rule", "%s %s", finding->rule->id, finding->rule->name),
			scd_key_uint("line", finding->line),
			scd_key_uint("column", finding->column),
			scd_key("finding", "%s", finding->message),
			scd_key_uint("errors", profile->report.by_severity[SCD_ERROR]));
		return;
	}
}

/* Whether there was one. */
static bool log_change(const struct scd_profile_state *profile,
		       const struct scd_profile_state *before)
{
	if (before && before->phase == profile->phase &&
	    strcmp(before->sha256, profile->sha256) == 0 &&
	    strcmp(before->installed_sha256, profile->installed_sha256) == 0)
		return false;
	if (profile->phase == SCD_PHASE_STALE || profile->phase == SCD_PHASE_INVALID) {
		log_rejected(profile);
		return true;
	}
	scd_log(SCD_LOG_CHANGE, "Profile state changed", scd_key("profile", "%s", profile->name),
		scd_key("state", "%s", scd_phase_name(profile->phase)),
		scd_key("reason", "%s", profile->reason),
		scd_key("sha256", "%.12s", profile->installed_sha256));
	return true;
}

/* Operations of the transaction into the counters. */
static void count_operations(struct scd_state *state, const struct scd_install_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct scd_install_result *result = &outcome->results[i];

		state->news |= result->op != SCD_OP_NONE;
		if (result->op != SCD_OP_NONE)
			state->installs[result->op][result->sys != 0]++;
		if (result->sys)
			state->install_errors[scd_errno_class(result->sys)]++;
	}
	if (outcome->error.code == SCD_E_SYSTEM)
		state->install_errors[scd_errno_class(outcome->error.sys)]++;
}

/* Valid profiles that are not on disk: since when. */
static void note_backlog(struct scd_state *state)
{
	bool behind = state->destination_error.code != SCD_OK ||
		      scd_state_count(state, SCD_PHASE_FAILED) > 0;

	if (!behind)
		state->behind_since_ms = 0;
	else if (state->behind_since_ms == 0)
		state->behind_since_ms = scd_now_ms();
}

static enum scd_sync_result classify(const struct scd_state *state,
				     const struct scd_install_outcome *outcome)
{
	bool changed = false, partial = false;

	if (outcome->error.code != SCD_OK || scd_state_count(state, SCD_PHASE_FAILED) > 0)
		return SCD_SYNC_ERROR;
	for (size_t i = 0; i < outcome->count; i++) {
		changed |= outcome->results[i].op != SCD_OP_NONE;
		partial |= !outcome->results[i].gone &&
			   outcome->results[i].phase != SCD_PHASE_INSTALLED &&
			   outcome->results[i].phase != SCD_PHASE_ORPHANED;
	}
	if (partial)
		return SCD_SYNC_PARTIAL;
	return changed ? SCD_SYNC_SUCCESS : SCD_SYNC_NOOP;
}

/* The state's profiles anew from what the transaction found. */
static int replace_profiles(struct scd_state *state, const struct scd_snapshot *snapshot,
			    const struct scd_checker *checker,
			    const struct scd_install_outcome *outcome)
{
	struct scd_profile_state *profiles = calloc(outcome->count + 1, sizeof(*profiles));
	size_t count = 0;

	if (!profiles)
		return -1;
	for (size_t i = 0; i < outcome->count; i++) {
		const struct scd_install_result *result = &outcome->results[i];
		const struct scd_profile_state *before;

		if (result->gone)
			continue; /* an operation, no profile any more */
		if (fill_profile(&profiles[count++], result, snapshot, checker) < 0) {
			profiles_done(profiles, count);
			return -1;
		}
		before = scd_state_find(state, result->name);
		note_repair(&profiles[count - 1], result, before);
		if (before &&
		    note_errnos(&profiles[count - 1], before, scd_checker_opts(checker)) < 0) {
			profiles_done(profiles, count);
			return -1;
		}
	}
	quote_all(profiles, count, snapshot);
	for (size_t i = 0; i < count; i++)
		state->news |= log_change(&profiles[i], scd_state_find(state, profiles[i].name));
	state->news |= count != state->profile_count;
	profiles_done(state->profiles, state->profile_count);
	state->profiles = profiles;
	state->profile_count = count;
	return 0;
}

int scd_record_apply(struct scd_state *state, const struct scd_snapshot *snapshot,
		     const struct scd_checker *checker, const struct scd_install_outcome *outcome,
		     enum scd_sync_result *result, struct scd_error *err)
{
	state->destination_known = true;
	state->destination_error = outcome->error;
	state->writable = outcome->writable;
	if (outcome->ledger_corrupt && !state->ledger_corrupt)
		scd_log0(SCD_LOG_MUST_SEE, "State file corrupt, nothing of it is owned");
	state->ledger_corrupt = outcome->ledger_corrupt;
	state->removals_blocked = outcome->removals_blocked;
	state->validator_degraded = scd_checker_degraded(checker);
	if (outcome->free_bytes > 0)
		state->free_bytes = outcome->free_bytes;
	state->news = false;
	count_operations(state, outcome);

	/* A transaction that could not look says nothing about the disk. */
	if ((outcome->error.code == SCD_OK || outcome->count > 0) &&
	    replace_profiles(state, snapshot, checker, outcome) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "state of %zu profiles", outcome->count);
	note_backlog(state);
	*result = classify(state, outcome);
	return 0;
}

void scd_record_count_sync(struct scd_state *state, enum scd_trigger trigger,
			   enum scd_sync_result result, int64_t started_at, uint64_t duration_us)
{
	size_t bucket = 0;

	state->last_started_at = started_at;
	state->last_attempt = scd_now_s();
	state->last_trigger = trigger;
	state->last_result = result;
	state->last_duration_us = duration_us;
	state->syncs[trigger][result]++;
	while (bucket < SCD_DURATION_BUCKETS &&
	       duration_us > (uint64_t)scd_duration_bounds_ms[bucket] * 1000)
		bucket++;
	state->durations[bucket]++;
	state->duration_sum_us += duration_us;
	if (result == SCD_SYNC_ERROR) {
		state->consecutive_failures++;
	} else {
		state->consecutive_failures = 0;
		state->last_success = state->last_attempt;
	}
}

void scd_record_conditions(struct scd_state *state)
{
	const int64_t now = scd_now_s();
	const size_t bad =
		scd_state_count(state, SCD_PHASE_INVALID) + scd_state_count(state, SCD_PHASE_STALE);
	const size_t conflicts = scd_state_count(state, SCD_PHASE_CONFLICT);
	const struct scd_error *error = &state->destination_error;

	if (state->first_sync_done)
		scd_state_set_condition(
			state, SCD_CONDITION_SYNCED, state->source_state <= SCD_SOURCE_EMPTY, now,
			state->source_state <= SCD_SOURCE_EMPTY
				? "FirstSyncComplete"
				: scd_code_reason(state->source_error.code),
			"%s",
			state->source_state <= SCD_SOURCE_EMPTY ? "" : state->source_error.msg);
	else
		scd_state_set_condition(state, SCD_CONDITION_SYNCED, false, now, "FirstSyncPending",
					"%s", state->source_error.msg);

	if (bad > 0)
		scd_state_set_condition(state, SCD_CONDITION_PROFILES_VALID, false, now,
					"InvalidProfiles", "%zu of %zu profiles are invalid", bad,
					state->profile_count);
	else if (conflicts > 0)
		scd_state_set_condition(state, SCD_CONDITION_PROFILES_VALID, false, now,
					"Conflicts", "%zu of %zu profiles are in conflict",
					conflicts, state->profile_count);
	else
		scd_state_set_condition(state, SCD_CONDITION_PROFILES_VALID, true, now, "AllValid",
					"%s", "");

	scd_state_set_condition(state, SCD_CONDITION_DESTINATION_WRITABLE,
				error->code == SCD_OK && state->behind_since_ms == 0, now,
				error->code == SCD_OK && state->behind_since_ms == 0 ? "Writable"
				: error->code == SCD_OK				     ? "WriteFailed"
							: scd_code_reason(error->code),
				"%s", error->code == SCD_OK ? "" : error->msg);
	scd_state_set_condition(
		state, SCD_CONDITION_STATE_FILE_INTACT, !state->ledger_corrupt, now,
		state->ledger_corrupt ? "StateFileCorrupt" : "StateFileIntact", "%s",
		state->ledger_corrupt
			? "the state file was not readable: what it owned is nobody's, "
			  "until `seccompctl adopt NAME` says whose it is"
			: "");
	scd_state_set_condition(
		state, SCD_CONDITION_VALIDATOR_DEGRADED, state->validator_degraded, now,
		state->validator_degraded ? "TrialLoadForbidden" : "FullCheck", "%s",
		state->validator_degraded ? "this container denies seccomp(2): profiles are judged "
					    "without a trial load"
					  : "");
}

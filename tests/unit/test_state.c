/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "state_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECONDS INT64_C(1000)

static void nothing(struct scd_state *state)
{
	(void)state;
}

static void beat_59_s_ago(struct scd_state *state)
{
	state->heartbeat_ms = SAMPLE_NOW_MS - 59 * SECONDS;
}

static void beat_60_s_ago(struct scd_state *state)
{
	state->heartbeat_ms = SAMPLE_NOW_MS - 60 * SECONDS;
}

static void no_sync_yet(struct scd_state *state)
{
	state->first_sync_done = false;
}

static void missing_from_the_start(struct scd_state *state)
{
	state->first_sync_done = false;
	state->source_state = SCD_SOURCE_MISSING;
	state->source_missing_since_ms = SAMPLE_NOW_MS - 1 * SECONDS;
}

static void missing_for_two_minutes(struct scd_state *state)
{
	state->source_state = SCD_SOURCE_MISSING;
	state->source_missing_since_ms = SAMPLE_NOW_MS - 120 * SECONDS;
}

static void missing_for_longer(struct scd_state *state)
{
	state->source_state = SCD_SOURCE_MISSING;
	state->source_missing_since_ms = SAMPLE_NOW_MS - 121 * SECONDS;
}

static void source_over_a_limit(struct scd_state *state)
{
	state->source_state = SCD_SOURCE_MISSING;
	state->source_missing_since_ms = SAMPLE_NOW_MS - 1 * SECONDS;
	state->source_error.code = SCD_E_TOO_LARGE;
}

static void source_empty(struct scd_state *state)
{
	state->source_state = SCD_SOURCE_EMPTY;
}

static void source_orphaned(struct scd_state *state)
{
	state->source_state = SCD_SOURCE_ORPHANED;
}

static void destination_error(struct scd_state *state, enum scd_code code, int sys)
{
	state->writable = false;
	state->destination_error.code = code;
	state->destination_error.sys = sys;
}

static void read_only(struct scd_state *state)
{
	destination_error(state, SCD_E_SYSTEM, EROFS);
}

static void not_permitted(struct scd_state *state)
{
	destination_error(state, SCD_E_SYSTEM, EPERM);
}

static void strange_errno(struct scd_state *state)
{
	destination_error(state, SCD_E_SYSTEM, ENOTDIR);
}

static void insecure(struct scd_state *state)
{
	destination_error(state, SCD_E_INSECURE, 0);
}

static void never_written(struct scd_state *state)
{
	state->writable = false;
}

static void full_just_now(struct scd_state *state)
{
	destination_error(state, SCD_E_SYSTEM, ENOSPC);
	state->behind_since_ms = SAMPLE_NOW_MS - 299 * SECONDS;
}

static void full_for_five_minutes(struct scd_state *state)
{
	destination_error(state, SCD_E_SYSTEM, ENOSPC);
	state->behind_since_ms = SAMPLE_NOW_MS - 300 * SECONDS;
}

static void one_profile_over_quota(struct scd_state *state)
{
	state->writable = false;
	state->profiles[0].phase = SCD_PHASE_FAILED;
	state->profiles[0].sys = EDQUOT;
	state->behind_since_ms = SAMPLE_NOW_MS - 300 * SECONDS;
}

static void behind_without_an_error(struct scd_state *state)
{
	state->behind_since_ms = SAMPLE_NOW_MS - 300 * SECONDS;
}

static void profile_stale(struct scd_state *state)
{
	state->profiles[0].phase = SCD_PHASE_STALE;
}

static void profile_invalid(struct scd_state *state)
{
	state->profiles[0].phase = SCD_PHASE_INVALID;
}

static void profile_conflict(struct scd_state *state)
{
	state->profiles[0].phase = SCD_PHASE_CONFLICT;
}

static void profile_orphaned(struct scd_state *state)
{
	state->profiles[0].phase = SCD_PHASE_ORPHANED;
}

static void profile_pending(struct scd_state *state)
{
	state->profiles[0].phase = SCD_PHASE_PENDING;
}

/* What is wrong, and what the two endpoints say of it: "check Reason", or "" for ok.
 * livez, and readyz under each of the two policies. */
static const struct truth {
	void (*spoil)(struct scd_state *state);
	const char *livez, *synced, *strict;
} truths[] = {
	{ nothing, "", "", "" },
	{ beat_59_s_ago, "", "", "" },
	{ beat_60_s_ago, "ping LoopStuck", "ping LoopStuck", "ping LoopStuck" },
	{ no_sync_yet, "", "first-sync SyncPending", "first-sync SyncPending" },
	{ missing_from_the_start, "", "first-sync SourceMissing", "first-sync SourceMissing" },
	{ missing_for_two_minutes, "", "", "" },
	{ missing_for_longer, "", "source SourceMissing", "source SourceMissing" },
	{ source_over_a_limit, "", "source SourceTooLarge", "source SourceTooLarge" },
	{ source_empty, "", "", "" },
	{ source_orphaned, "", "source SourceOrphaned", "source SourceOrphaned" },
	{ read_only, "", "destination ReadOnly", "destination ReadOnly" },
	{ not_permitted, "", "destination AccessDenied", "destination AccessDenied" },
	{ strange_errno, "", "destination System", "destination System" },
	{ insecure, "", "destination Insecure", "destination Insecure" },
	{ never_written, "", "destination NotWritable", "destination NotWritable" },
	{ full_just_now, "", "", "" },
	{ full_for_five_minutes, "", "destination NoSpace", "destination NoSpace" },
	{ one_profile_over_quota, "", "destination QuotaExceeded", "destination QuotaExceeded" },
	{ behind_without_an_error, "", "destination Behind", "destination Behind" },
	{ profile_stale, "", "", "profiles InvalidProfiles" },
	{ profile_invalid, "", "", "profiles InvalidProfiles" },
	{ profile_conflict, "", "", "profiles Conflict" },
	{ profile_orphaned, "", "", "" },
	{ profile_pending, "", "", "" },
};

/* "check Reason" for each check that fails, separated by a comma. */
static void failures(const struct scd_state *state, bool live, char *text, size_t size)
{
	size_t count, len = 0;
	const struct scd_health_check *checks = scd_health_checks(&count);

	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const char *reason = checks[i].failure(state, SAMPLE_NOW_MS);

		if (!reason || !scd_health_check_counts(&checks[i], live, state))
			continue;
		len += (size_t)snprintf(text + len, size - len, "%s%s %s", len ? "," : "",
					checks[i].name, reason);
	}
}

static void every_row_of_the_truth_table_holds_and_heals(void **state)
{
	struct scd_state *sick = *state;
	const struct scd_state well = *sick;
	const struct scd_profile_state well_profile = sick->profiles[0];
	char text[256];

	for (size_t i = 0; i < COUNT(truths); i++) {
		truths[i].spoil(sick);
		failures(sick, true, text, sizeof(text));
		assert_string_equal(text, truths[i].livez);
		sample.config.ready_policy = SCD_READY_SYNCED;
		failures(sick, false, text, sizeof(text));
		assert_string_equal(text, truths[i].synced);
		sample.config.ready_policy = SCD_READY_STRICT;
		failures(sick, false, text, sizeof(text));
		assert_string_equal(text, truths[i].strict);

		*sick = well;
		sick->profiles[0] = well_profile;
		failures(sick, false, text, sizeof(text));
		assert_string_equal(text, "");
	}
}

static void reasons_are_single_words(void **state)
{
	struct scd_state *sick = *state;
	const struct scd_state well = *sick;
	const struct scd_profile_state well_profile = sick->profiles[0];
	size_t count;
	const struct scd_health_check *checks = scd_health_checks(&count);

	for (size_t i = 0; i < COUNT(truths); i++) {
		truths[i].spoil(sick);
		for (size_t c = 0; c < count; c++) {
			const char *reason = checks[c].failure(sick, SAMPLE_NOW_MS);

			if (reason)
				assert_int_equal(strspn(reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
								"abcdefghijklmnopqrstuvwxyz"),
						 strlen(reason));
		}
		*sick = well;
		sick->profiles[0] = well_profile;
	}
}

static void a_condition_keeps_its_time_until_its_status_changes(void **state)
{
	struct scd_state *s = *state;
	const struct scd_condition *synced = &s->conditions[SCD_CONDITION_SYNCED];

	scd_state_set_condition(s, SCD_CONDITION_SYNCED, false, 100, "SyncPending", "wait");
	assert_int_equal(synced->since, 100); /* unknown became False */
	scd_state_set_condition(s, SCD_CONDITION_SYNCED, false, 200, "SourceMissing", "no %s",
				"..data");
	assert_int_equal(synced->since, 100);
	assert_string_equal(synced->reason, "SourceMissing");
	assert_string_equal(synced->message, "no ..data");
	scd_state_set_condition(s, SCD_CONDITION_SYNCED, true, 300, "FirstSyncComplete", "%s", "");
	assert_int_equal(synced->since, 300);
	assert_true(synced->status);
	scd_state_set_condition(s, SCD_CONDITION_SYNCED, true, 400, "Again", "%s", "");
	assert_int_equal(synced->since, 300);
}

static void a_long_condition_is_cut_not_overrun(void **state)
{
	struct scd_state *s = *state;
	const struct scd_condition *condition = &s->conditions[SCD_CONDITION_PROFILES_VALID];

	scd_state_set_condition(s, SCD_CONDITION_PROFILES_VALID, true, 1,
				"AReasonThatIsFarLongerThanItsFieldIsWide", "%0500d", 1);
	assert_int_equal(strlen(condition->reason), sizeof(condition->reason) - 1);
	assert_int_equal(strlen(condition->message), sizeof(condition->message) - 1);
}

static void localhost_profile_is_what_a_pod_names(void **state)
{
	static const struct {
		const char *destination, *want;
	} rows[] = {
		{ "/host/seccomp/profiles", "profiles/base/web.json" },
		{ "/var/lib/kubelet/seccomp/profiles/", "profiles/base/web.json" },
		{ "/var/lib/kubelet/seccomp/profiles/seccompd", "profiles/seccompd/base/web.json" },
		{ "/host/seccomp", "base/web.json" },
		{ "/host/seccomp//", "base/web.json" },
		{ "/host/seccomp//x", "x/base/web.json" },
		{ "/seccomp/git/kubelet/seccomp/profiles", "profiles/base/web.json" },
		{ "/tmp/seccompd/out", "profiles/base/web.json" },
		{ "out", "profiles/base/web.json" },
		{ "/", "profiles/base/web.json" },
	};
	struct scd_state *s = *state;
	char text[64];

	for (size_t i = 0; i < COUNT(rows); i++) {
		char destination[64];

		(void)snprintf(destination, sizeof(destination), "%s", rows[i].destination);
		sample.config.destination = destination;
		scd_state_localhost_profile(s, "base/web.json", text, sizeof(text));
		assert_string_equal(text, rows[i].want);
	}
	sample.config.destination = sample.destination;
	scd_state_localhost_profile(s, "base/web.json", text, 9);
	assert_string_equal(text, "profiles");
}

static void errors_fall_into_their_classes(void **state)
{
	static const struct {
		int sys;
		const char *name;
	} rows[] = { { ENOSPC, "ENOSPC" }, { EDQUOT, "EDQUOT" }, { EROFS, "EROFS" },
		     { EACCES, "EACCES" }, { EPERM, "EACCES" },	 { EIO, "EIO" },
		     { ENOENT, "ENOENT" }, { ENOTDIR, "other" }, { 0, "other" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(scd_errno_class_name(scd_errno_class(rows[i].sys)),
				    rows[i].name);
}

static void profiles_are_counted_by_phase(void **state)
{
	sample_add("b.json", SCD_PHASE_STALE);
	sample_add("c.json", SCD_PHASE_STALE);
	assert_int_equal(scd_state_count(*state, SCD_PHASE_INSTALLED), 1);
	assert_int_equal(scd_state_count(*state, SCD_PHASE_STALE), 2);
	assert_int_equal(scd_state_count(*state, SCD_PHASE_FAILED), 0);
}

/* /status, metrics and alerts are made of them. */
static void every_value_has_its_words(void **state)
{
	static const char *const sources[][2] = {
		[SCD_SOURCE_OK] = { "ok", "OK" },
		[SCD_SOURCE_EMPTY] = { "empty", "Empty" },
		[SCD_SOURCE_MISSING] = { "missing", "Missing" },
		[SCD_SOURCE_ORPHANED] = { "orphaned", "Orphaned" },
	};
	static const char *const results[][2] = {
		[SCD_SYNC_SUCCESS] = { "success", "Success" },
		[SCD_SYNC_PARTIAL] = { "partial", "Partial" },
		[SCD_SYNC_ERROR] = { "error", "Error" },
		[SCD_SYNC_NOOP] = { "noop", "Noop" },
	};
	static const char *const triggers[] = {
		[SCD_TRIGGER_STARTUP] = "startup", [SCD_TRIGGER_WATCH] = "watch",
		[SCD_TRIGGER_RESYNC] = "resync",   [SCD_TRIGGER_SIGNAL] = "signal",
		[SCD_TRIGGER_RETRY] = "retry",
	};
	static const char *const conditions[] = {
		[SCD_CONDITION_SYNCED] = "Synced",
		[SCD_CONDITION_PROFILES_VALID] = "ProfilesValid",
		[SCD_CONDITION_DESTINATION_WRITABLE] = "DestinationWritable",
		[SCD_CONDITION_STATE_FILE_INTACT] = "StateFileIntact",
		[SCD_CONDITION_VALIDATOR_DEGRADED] = "ValidatorDegraded",
	};

	(void)state;
	for (unsigned i = 0; i < SCD_SOURCE_STATE_COUNT; i++) {
		assert_string_equal(scd_source_state_name(i), sources[i][0]);
		assert_string_equal(scd_source_state_word(i), sources[i][1]);
	}
	for (unsigned i = 0; i < SCD_SYNC_RESULT_COUNT; i++) {
		assert_string_equal(scd_sync_result_name(i), results[i][0]);
		assert_string_equal(scd_sync_result_word(i), results[i][1]);
	}
	for (unsigned i = 0; i < SCD_TRIGGER_COUNT; i++)
		assert_string_equal(scd_trigger_name(i), triggers[i]);
	for (unsigned i = 0; i < SCD_CONDITION_COUNT; i++)
		assert_string_equal(scd_condition_name(i), conditions[i]);
}

/* As many repairs as count, the oldest of them last, within the time. */
static void who_repairs_too_often_is_contested(void **state)
{
	const int64_t window = SCD_REPAIRS_SECONDS * INT64_C(1000), oldest = 5000;
	struct scd_profile_state profile = { 0 };

	(void)state;
	for (size_t i = 0; i < SCD_REPAIRS_MAX; i++)
		profile.repaired_ms[i] = oldest + (int64_t)(SCD_REPAIRS_MAX - 1 - i) * 1000;
	assert_true(scd_profile_contested(&profile, oldest + window - 1));
	assert_false(scd_profile_contested(&profile, oldest + window));
	profile.repaired_ms[SCD_REPAIRS_MAX - 1] = 0;
	assert_false(scd_profile_contested(&profile, oldest + window - 1));
}

static void values_out_of_range_have_a_name_too(void **state)
{
	(void)state;
	assert_string_equal(scd_source_state_name(SCD_SOURCE_STATE_COUNT), "unknown");
	assert_string_equal(scd_source_state_word(SCD_SOURCE_STATE_COUNT), "Unknown");
	assert_string_equal(scd_trigger_name(SCD_TRIGGER_COUNT), "unknown");
	assert_string_equal(scd_sync_result_name(SCD_SYNC_RESULT_COUNT), "unknown");
	assert_string_equal(scd_sync_result_word(SCD_SYNC_RESULT_COUNT), "Unknown");
	assert_string_equal(scd_errno_class_name(SCD_ERRNO_CLASS_COUNT), "unknown");
	assert_string_equal(scd_condition_name(SCD_CONDITION_COUNT), "Unknown");
}

static void the_kernel_says_its_release_and_its_actions(void **state)
{
	struct scd_state *s = *state;
	FILE *file = fopen("/proc/sys/kernel/seccomp/actions_avail", "r");
	char line[256] = "";

	scd_state_learn_kernel(s);
	assert_true(strlen(s->kernel) > 2);
	if (file) {
		assert_non_null(fgets(line, sizeof(line), file));
		(void)fclose(file);
		line[strcspn(line, "\n")] = '\0';
		assert_non_null(strstr(s->actions_avail, "allow"));
	}
	assert_string_equal(s->actions_avail, line);
}

static void done_twice_is_harmless(void **state)
{
	struct scd_state *s = *state;

	scd_state_done(s);
	assert_null(s->profiles);
	assert_int_equal(s->profile_count, 0);
	scd_state_done(s);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAMPLE(every_row_of_the_truth_table_holds_and_heals),
		WITH_SAMPLE(reasons_are_single_words),
		WITH_SAMPLE(a_condition_keeps_its_time_until_its_status_changes),
		WITH_SAMPLE(a_long_condition_is_cut_not_overrun),
		WITH_SAMPLE(localhost_profile_is_what_a_pod_names),
		WITH_SAMPLE(errors_fall_into_their_classes),
		WITH_SAMPLE(profiles_are_counted_by_phase),
		WITH_SAMPLE(every_value_has_its_words),
		WITH_SAMPLE(who_repairs_too_often_is_contested),
		WITH_SAMPLE(values_out_of_range_have_a_name_too),
		WITH_SAMPLE(the_kernel_says_its_release_and_its_actions),
		WITH_SAMPLE(done_twice_is_harmless),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}

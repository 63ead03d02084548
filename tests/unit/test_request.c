/* SPDX-License-Identifier: MIT */
/* What a transaction is asked for, by what is known of each profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "request.h"

#define OLD "old" /* digests need no more than to differ */
#define NEW "new"
#define NOW scd_now_ms()

/* A profile as the sync before left it, and whether its text, NEW by now, is settled. */
static const struct row {
	const char *name;
	struct scd_profile_state before;
	bool settled;
} rows[] = {
	{ "a.json", { .phase = SCD_PHASE_INSTALLED, .reason = "", .sha256 = NEW }, true },
	{ "b.json", { .phase = SCD_PHASE_INSTALLED, .reason = "", .sha256 = OLD }, false },
	{ "c.json",
	  { .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_CONTESTED, .sha256 = NEW },
	  true },
	{ "d.json",
	  { .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_NOT_OURS, .sha256 = NEW },
	  false },
	{ "e.json", { .phase = SCD_PHASE_FAILED, .reason = "", .sha256 = NEW }, false },
	{ "f.json", { .phase = SCD_PHASE_PENDING, .reason = "", .sha256 = NEW }, false },
	{ "g.json",
	  { .phase = SCD_PHASE_STALE, .reason = SCD_REASON_REJECTED, .sha256 = NEW },
	  false },
};
#define COUNT (sizeof(rows) / sizeof(rows[0]))

static struct scd_config config = { .removal_policy = SCD_AFTER_GRACE,
				    .removal_grace_period_ms = 7000,
				    .max_removals_percent = 30,
				    .dry_run = true };
static struct scd_profile_state profiles[COUNT];
static struct scd_source_file files[COUNT + 1];
static char names[COUNT + 1][16];
static struct scd_state state_of_node = {
	.config = &config, .pod_uid = "0b4f", .profiles = profiles, .profile_count = COUNT
};
static struct scd_snapshot snapshot = { .files = files, .count = COUNT + 1 };
static struct scd_checker *checker;

static void ignore_verdict(enum scd_jail_result result, const struct scd_error *err, void *arg)
{
	(void)result;
	(void)err;
	(void)arg;
}

static int setup(void **state)
{
	static const struct scd_check_opts opts;
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		profiles[i] = rows[i].before;
		(void)snprintf(names[i], sizeof(names[i]), "%s", rows[i].name);
		profiles[i].name = names[i];
	}
	(void)snprintf(names[COUNT], sizeof(names[COUNT]), "new.json");
	for (size_t i = 0; i <= COUNT; i++)
		files[i] = (struct scd_source_file){ .name = names[i], .sha256 = NEW };
	return scd_checker_new(NULL, &opts, ignore_verdict, NULL, &checker, &err);
}

static int teardown(void **state)
{
	(void)state;
	scd_checker_free(&checker);
	return 0;
}

static void a_text_that_was_there_before_is_settled(void **state)
{
	auto_request struct scd_request request = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_request_make(&state_of_node, &snapshot, checker, &request, &err), 0);
	for (size_t i = 0; i < COUNT; i++)
		if (request.install.settled[i] != rows[i].settled)
			fail_msg("%s", rows[i].name);
	assert_false(request.install.settled[COUNT]); /* nobody knew it */
}

static void three_repairs_of_late_are_a_contest(void **state)
{
	auto_request struct scd_request request = { 0 };
	const int64_t late = NOW - 1000;
	const int64_t early = NOW - SCD_REPAIRS_SECONDS * INT64_C(1000) - 1000;
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < SCD_REPAIRS_MAX; i++) {
		profiles[0].repaired_ms[i] = late;
		profiles[1].repaired_ms[i] = i + 1 < SCD_REPAIRS_MAX ? late : 0;
		profiles[2].repaired_ms[i] = i + 1 < SCD_REPAIRS_MAX ? late : early;
	}
	assert_int_equal(scd_request_make(&state_of_node, &snapshot, checker, &request, &err), 0);
	for (size_t i = 0; i <= COUNT; i++)
		assert_true(request.install.contested[i] == (i == 0));
}

static void verdicts_and_policy_are_handed_on(void **state)
{
	auto_request struct scd_request request = { 0 };
	struct scd_error err;

	(void)state;
	files[0].fault.code = SCD_E_TOO_LARGE;
	assert_int_equal(scd_request_make(&state_of_node, &snapshot, checker, &request, &err), 0);
	assert_int_equal(request.install.verdicts[0], SCD_VERDICT_REJECT);
	assert_int_equal(request.install.verdicts[1], SCD_VERDICT_NONE);
	assert_ptr_equal(request.install.snapshot, &snapshot);
	assert_int_equal(request.install.destination, -1); /* the caller's to set */
	assert_true(request.install.dry_run);
	assert_true(request.install.policy.remove_orphans);
	assert_int_equal(request.install.policy.grace_seconds, 7);
	assert_int_equal(request.install.policy.max_removals_percent, 30);
	assert_false(request.install.policy.yields);
	assert_string_equal(request.install.pod_uid, "0b4f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
		TEST(a_text_that_was_there_before_is_settled),
		TEST(three_repairs_of_late_are_a_contest),
		TEST(verdicts_and_policy_are_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

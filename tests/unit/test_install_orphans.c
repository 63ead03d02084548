/* SPDX-License-Identifier: MIT */
/* Profiles that left the source: how long they stay, and what keeps them. */
#include "install_fixture.h"

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"

static void an_orphan_stays_and_its_time_is_kept(void **state)
{
	auto_ledger struct scd_ledger first = { 0 }, second = { 0 }, third = { 0 };
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	(void)want(dir, GOOD("b.json", A));
	world.request.policy.now = NOW + 1;
	run(&world.request);
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_ORPHANED, "");
	assert_false(result_of("a.json")->gone);
	assert_text(dir, "a.json", A);
	read_ledger(dir, &first);
	assert_int_equal(scd_ledger_find(&first, "a.json")->orphaned_at, NOW + 1);

	world.request.policy.now = NOW + 9;
	run(&world.request);
	read_ledger(dir, &second);
	assert_int_equal(scd_ledger_find(&second, "a.json")->orphaned_at, NOW + 1);

	/* It comes back. */
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	read_ledger(dir, &third);
	assert_int_equal(scd_ledger_find(&third, "a.json")->orphaned_at, 0);
}

/* @healthy: seconds of healthy source that no state file has counted. */
static struct scd_install_request *want_b_alone(int dir, uint64_t healthy)
{
	(void)want(dir, GOOD("b.json", A), GOOD("c.json", A));
	world.request.policy.remove_orphans = true;
	world.request.policy.grace_seconds = 60;
	world.request.policy.healthy_seconds = healthy;
	return &world.request;
}

static void an_orphan_is_removed_after_its_grace_period(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	run(want_b_alone(dir, 1000)); /* before it was an orphan */
	assert_true(outcome.grace_booked);
	assert_true(exists(dir, "a.json"));
	run(want_b_alone(dir, 59));
	assert_false(outcome.grace_booked);
	assert_true(exists(dir, "a.json"));
	run(want_b_alone(dir, 60));
	assert_result("a.json", SCD_OP_REMOVE, SCD_PHASE_ORPHANED, "");
	assert_true(result_of("a.json")->gone);
	assert_string_equal(result_of("a.json")->installed_sha256, "");
	assert_false(exists(dir, "a.json"));
	assert_false(is_owned(dir, "a.json"));
	run(want_b_alone(dir, 61));
	assert_int_equal(outcome.count, 2);
}

/* Seconds that "a.json" has waited, as the state file says. */
static uint64_t waited(int dir)
{
	auto_ledger struct scd_ledger ledger = { 0 };

	read_ledger(dir, &ledger);
	return scd_ledger_find(&ledger, "a.json")->orphaned_for;
}

static void the_grace_period_is_counted_in_healthy_time_and_written_down_in_steps(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	run(want_b_alone(dir, 0));
	world.request.policy.grace_seconds = UINT64_C(60) * 3600;
	for (uint64_t healthy = 60; healthy < 3600; healthy += 60) {
		world.request.policy.healthy_seconds = healthy;
		run(&world.request);
		assert_false(outcome.grace_booked);
	}
	assert_int_equal(waited(dir), 0);
	world.request.policy.healthy_seconds = 3600;
	run(&world.request);
	assert_true(outcome.grace_booked);
	assert_int_equal(waited(dir), 3600);

	/* Days of a wall clock are none of a healthy source. */
	world.request.policy.now += 365 * INT64_C(86400);
	world.request.policy.healthy_seconds = 0;
	run(&world.request);
	assert_true(exists(dir, "a.json"));
	world.request.policy.now = 1;
	world.request.policy.healthy_seconds = UINT64_C(59) * 3600;
	run(&world.request);
	assert_false(exists(dir, "a.json"));

	/* One that comes back starts anew. */
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	assert_int_equal(waited(dir), 0);
}

static void an_edited_orphan_is_not_removed_but_given_up(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	run(want_b_alone(dir, 0));
	put(dir, "a.json", "edited");
	run(want_b_alone(dir, 60));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_DRIFTED);
	assert_text(dir, "a.json", "edited");
	assert_false(is_owned(dir, "a.json"));
}

static void a_source_that_became_empty_removes_nothing(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	(void)want_all(dir, NULL, 0);
	world.request.policy.remove_orphans = true;
	run(&world.request);
	assert_int_equal(outcome.removals_blocked, 2);
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_ORPHANED, SCD_REASON_REMOVAL_BLOCKED);
	assert_true(exists(dir, "a.json"));
	assert_true(exists(dir, "b.json"));

	world.request.policy.max_removals_percent = 100;
	run(&world.request);
	assert_int_equal(outcome.removals_blocked, 0);
	assert_false(exists(dir, "a.json"));
	assert_false(exists(dir, "b.json"));
}

/* Who confirms a set has to have seen it: another one, or none yet, is left alone. */
static void nothing_is_done_to_another_set_than_the_confirmed_one(void **state)
{
	int dir = at(state);

	(void)want(dir, GOOD("a.json", "{}"));
	world.request.expected_digest = world.snapshot.digest;
	run(&world.request);
	assert_int_equal(outcome.error.code, SCD_E_BUSY);
	assert_string_equal(outcome.error.msg, "no set of profiles was installed whole yet");
	assert_false(exists(dir, "a.json"));

	run(want(dir, GOOD("a.json", "{}")));
	world.request.expected_digest = "another";
	run(&world.request);
	assert_int_equal(outcome.error.code, SCD_E_BUSY);
	assert_non_null(strstr(outcome.error.msg, "is another one by now, sha256:"));

	world.request.expected_digest = world.snapshot.digest;
	run(&world.request);
	assert_int_equal(outcome.error.code, SCD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TMPDIR(an_orphan_stays_and_its_time_is_kept),
		ON_TMPDIR(an_orphan_is_removed_after_its_grace_period),
		ON_TMPDIR(the_grace_period_is_counted_in_healthy_time_and_written_down_in_steps),
		ON_TMPDIR(an_edited_orphan_is_not_removed_but_given_up),
		ON_TMPDIR(a_source_that_became_empty_removes_nothing),
		ON_TMPDIR(nothing_is_done_to_another_set_than_the_confirmed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

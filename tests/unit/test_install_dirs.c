/* SPDX-License-Identifier: MIT */
/* Profiles in directories below the destination. */
#include "install_fixture.h"

#include <sys/resource.h>

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"

static void directories_are_made_recorded_and_removed_when_empty(void **state)
{
	auto_ledger struct scd_ledger made = { 0 }, left = { 0 };
	int dir = at(state);
	mode_t mask = umask(0077);

	run(want(dir, GOOD("a.json", A), GOOD("base/deep/er/w.json", A), GOOD("base/x.json", A)));
	(void)umask(mask);
	assert_result("base/deep/er/w.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "base/deep/er/w.json", A);
	assert_text(dir, "base/x.json", A);
	assert_int_equal(stat_of(dir, "base").st_mode, S_IFDIR | 0755);
	assert_int_equal(stat_of(dir, "base/deep/er").st_mode, S_IFDIR | 0755);
	read_ledger(dir, &made);
	assert_int_equal(made.dir_count, 3);

	(void)want(dir, GOOD("a.json", A), GOOD("base/x.json", A));
	world.request.policy.remove_orphans = true;
	run(&world.request);
	assert_true(result_of("base/deep/er/w.json")->gone);
	assert_false(exists(dir, "base/deep"));
	assert_text(dir, "base/x.json", A);
	read_ledger(dir, &left);
	assert_int_equal(left.dir_count, 1);
	assert_string_equal(left.dirs[0], "base");
}

static void a_directory_that_others_made_or_use_stays(void **state)
{
	int dir = at(state);

	assert_int_equal(mkdirat(dir, "theirs", 0755), 0);
	run(want(dir, GOOD("keep.json", A), GOOD("ours/a.json", A), GOOD("theirs/a.json", A)));
	put(dir, "ours/note.txt", "hands off");
	(void)want(dir, GOOD("keep.json", A));
	world.request.policy.remove_orphans = true;
	world.request.policy.max_removals_percent = 100;
	run(&world.request);
	assert_false(exists(dir, "theirs/a.json"));
	assert_false(exists(dir, "ours/a.json"));
	assert_true(exists(dir, "theirs"));
	assert_text(dir, "ours/note.txt", "hands off");
	assert_true(outcome.writable); /* that is no failure */

	/* Still remembered: gone when the last one has left. */
	assert_int_equal(unlinkat(dir, "ours/note.txt", 0), 0);
	run(&world.request);
	assert_false(exists(dir, "ours"));
	assert_true(exists(dir, "theirs"));
}

static void a_directory_that_others_may_write_to_is_not_used(void **state)
{
	int dir = at(state);

	assert_int_equal(mkdirat(dir, "open", 0700), 0);
	assert_int_equal(fchmodat(dir, "open", 0777, 0), 0);
	run(want(dir, GOOD("a.json", A), GOOD("open/a.json", A)));
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_result("open/a.json", SCD_OP_NONE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("open/a.json")->sys, EPERM);
	assert_false(exists(dir, "open/a.json"));
}

static void more_profiles_than_descriptors_are_installed(void **state)
{
	static struct profile wanted[400];
	static char names[400][32];
	struct rlimit limit, lower;
	int dir = at(state);

	/* As many temporary files and directories as are open at once, and little more. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	lower = limit;
	lower.rlim_cur = 350;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &lower), 0);

	for (size_t i = 0; i < COUNT(wanted); i++) {
		/* Every second in a directory of its own: more than are kept open. */
		(void)snprintf(names[i], sizeof(names[i]), i % 2 ? "d%03zu/a.json" : "d%03zu.json",
			       i);
		wanted[i] = (struct profile)GOOD(names[i], A);
	}
	run(want_all(dir, wanted, COUNT(wanted)));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		assert_result(names[i], SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
		assert_text(dir, names[i], A);
	}
	assert_int_equal(count_entries(dir, true), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TMPDIR(directories_are_made_recorded_and_removed_when_empty),
		ON_TMPDIR(a_directory_that_others_made_or_use_stays),
		ON_TMPDIR(a_directory_that_others_may_write_to_is_not_used),
		ON_TMPDIR(more_profiles_than_descriptors_are_installed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What a transaction does; orphans are in test_install_orphans.c, what goes wrong in
 * test_install_faults.c. */
#include "install_fixture.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
#define B "{\"defaultAction\":\"SCMP_ACT_LOG\"}"

static void a_profile_is_created_with_its_bytes_and_mode(void **state)
{
	int dir = at(state);
	mode_t mask = umask(0077);

	run(want(dir, GOOD("a.json", A)));
	(void)umask(mask);
	assert_int_equal(outcome.error.code, SCD_OK);
	assert_true(outcome.writable);
	assert_true(outcome.free_bytes > 0);
	assert_false(outcome.ledger_corrupt);
	assert_int_equal(outcome.count, 1);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_string_equal(result_of("a.json")->installed_sha256, world.files[0].sha256);
	assert_text(dir, "a.json", A);
	assert_int_equal(stat_of(dir, "a.json").st_mode, S_IFREG | 0644);
	/* The profile, the lock and the state file. */
	assert_int_equal(count_entries(dir, false), 3);
}

static void the_state_file_says_what_is_ours(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	const struct scd_owned *row;
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	read_ledger(dir, &ledger);
	assert_string_equal(ledger.set_digest, world.snapshot.digest);
	assert_int_equal(ledger.count, 1);
	row = scd_ledger_find(&ledger, "a.json");
	assert_string_equal(row->sha256, world.files[0].sha256);
	assert_string_equal(row->intent, "");
	assert_int_equal(row->size, strlen(A));
	assert_int_equal(row->installed_at, NOW);
	assert_false(row->adopted);
	assert_int_equal(stat_of(dir, SCD_LEDGER_FILE).st_mode, S_IFREG | 0600);
}

static void an_update_replaces_the_inode_and_keeps_the_old_one_whole(void **state)
{
	auto_close int reader = -1;
	int dir = at(state);
	char old[sizeof(A)] = "";
	struct stat before;

	run(want(dir, GOOD("a.json", A)));
	before = stat_of(dir, "a.json");
	reader = openat(dir, "a.json", O_RDONLY | O_CLOEXEC);
	run(want(dir, GOOD("a.json", B)));
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "a.json", B);
	assert_true(stat_of(dir, "a.json").st_ino != before.st_ino);
	assert_int_equal(read(reader, old, sizeof(old)), strlen(A));
	assert_string_equal(old, A);
}

static void what_is_equal_is_not_written_again(void **state)
{
	struct stat profile, ledger, profile_after, ledger_after;
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	profile = stat_of(dir, "a.json");
	ledger = stat_of(dir, SCD_LEDGER_FILE);
	/* Another pod, later: not worth a write. */
	(void)want(dir, GOOD("a.json", A));
	world.request.pod_uid = "another";
	world.request.policy.now = NOW + 60;
	run(&world.request);
	profile_after = stat_of(dir, "a.json");
	ledger_after = stat_of(dir, SCD_LEDGER_FILE);
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	assert_true(same_file(&profile, &profile_after));
	assert_true(same_file(&ledger, &ledger_after));
}

static void equal_bytes_are_adopted_as_they_lie(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	int dir = at(state);
	struct stat before, after;

	put(dir, "a.json", A);
	before = stat_of(dir, "a.json");
	run(want(dir, GOOD("a.json", A)));
	after = stat_of(dir, "a.json");
	assert_result("a.json", SCD_OP_ADOPT, SCD_PHASE_INSTALLED, "");
	assert_string_equal(result_of("a.json")->installed_sha256, world.files[0].sha256);
	assert_true(same_file(&before, &after));
	read_ledger(dir, &ledger);
	assert_true(scd_ledger_find(&ledger, "a.json")->adopted);
}

static void an_adopted_profile_is_updated_and_never_removed(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	int dir = at(state);

	put(dir, "a.json", A);
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	run(want(dir, GOOD("a.json", B), GOOD("b.json", A)));
	assert_text(dir, "a.json", B);

	(void)want(dir, GOOD("b.json", A));
	world.request.policy.remove_orphans = true;
	run(&world.request);
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_ORPHANED, "");
	assert_text(dir, "a.json", B);
	read_ledger(dir, &ledger);
	assert_true(scd_ledger_find(&ledger, "a.json")->adopted);
}

static void what_is_not_ours_is_left_alone(void **state)
{
	int dir = at(state);
	struct stat before, after;

	put(dir, "a.json", B);
	before = stat_of(dir, "a.json");
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	after = stat_of(dir, "a.json");
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
	assert_string_equal(result_of("a.json")->installed_sha256, "");
	assert_true(same_file(&before, &after));
	assert_false(is_owned(dir, "a.json"));
	assert_result("b.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
}

static void put_odd_things(int dir)
{
	put(dir, "target", A);
	assert_int_equal(symlinkat("target", dir, "link.json"), 0);
	assert_int_equal(mkfifoat(dir, "fifo.json", 0644), 0);
	assert_int_equal(mkdirat(dir, "dir.json", 0755), 0);
	assert_int_equal(linkat(dir, "target", dir, "hard.json", 0), 0);
	assert_int_equal(symlinkat("nowhere", dir, "dangling.json"), 0);
	assert_int_equal(symlinkat("dir.json", dir, "sub"), 0);
	put(dir, "file", "");
}

static const char *const odd_names[] = { "dangling.json", "dir.json",  "fifo.json", "file/a.json",
					 "hard.json",	  "link.json", "sub/a.json" };

static void what_is_no_plain_file_is_refused_and_untouched(void **state)
{
	struct profile wanted[COUNT(odd_names)];
	struct stat before[COUNT(odd_names)];
	int dir = at(state);

	put_odd_things(dir);
	for (size_t i = 0; i < COUNT(odd_names); i++) {
		wanted[i] = (struct profile)GOOD(odd_names[i], A);
		if (!strchr(odd_names[i], '/'))
			before[i] = stat_of(dir, odd_names[i]);
	}
	run(want_all(dir, wanted, COUNT(wanted)));
	for (size_t i = 0; i < COUNT(odd_names); i++) {
		struct stat after;

		assert_result(odd_names[i], SCD_OP_NONE, SCD_PHASE_CONFLICT,
			      SCD_REASON_NOT_REGULAR);
		if (strchr(odd_names[i], '/'))
			continue;
		after = stat_of(dir, odd_names[i]);
		assert_true(same_file(&before[i], &after));
	}
	assert_text(dir, "target", A);
	assert_int_equal(stat_of(dir, "target").st_nlink, 2);
	assert_false(exists(dir, "dir.json/a.json"));
}

/* A link in place of a profile of ours: neither followed nor replaced. */
static void a_symlink_where_ours_was_keeps_its_target_safe(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	put(dir, "victim", "precious");
	assert_int_equal(unlinkat(dir, "a.json", 0), 0);
	assert_int_equal(symlinkat("victim", dir, "a.json"), 0);
	run(want(dir, GOOD("a.json", B)));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_REGULAR);
	assert_text(dir, "victim", "precious");

	assert_int_equal(unlinkat(dir, "a.json", 0), 0);
	run(want(dir, GOOD("a.json", B)));
	assert_result("a.json", SCD_OP_REPAIR, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "a.json", B);
}

static void make_huge(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
}

static void drift_is_repaired(void **state)
{
	static const char *const names[] = { "chmod.json", "deleted.json", "edited.json",
					     "huge.json" };
	struct profile wanted[COUNT(names)];
	int dir = at(state);
	struct stat before;

	for (size_t i = 0; i < COUNT(names); i++)
		wanted[i] = (struct profile)GOOD(names[i], A);
	run(want_all(dir, wanted, COUNT(names)));
	before = stat_of(dir, "chmod.json");
	assert_int_equal(fchmodat(dir, "chmod.json", 0606, 0), 0);
	assert_int_equal(unlinkat(dir, "deleted.json", 0), 0);
	put(dir, "edited.json", "{}");
	make_huge(dir, "huge.json");
	run(want_all(dir, wanted, COUNT(names)));
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_result(names[i], SCD_OP_REPAIR, SCD_PHASE_INSTALLED, "");
		assert_text(dir, names[i], A);
		assert_int_equal(stat_of(dir, names[i]).st_mode, S_IFREG | 0644);
	}
	/* Bytes that are right are not written again. */
	assert_int_equal(stat_of(dir, "chmod.json").st_ino, before.st_ino);
}

static void a_file_edited_into_what_is_wanted_is_ours(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	put(dir, "a.json", B);
	run(want(dir, GOOD("a.json", B)));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	assert_string_equal(result_of("a.json")->installed_sha256, world.files[0].sha256);
	/* Its bytes are known from now on. */
	run(want(dir, GOOD("a.json", A)));
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
}

/* As the daemon runs: whatever the uid, with no capability at all. */
static void without_capabilities(const struct scd_install_request *request)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { { 0 } };
	int status;
	pid_t pid;

	scd_install_outcome_done(&outcome);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct scd_error err;

		if (syscall(SYS_capset, &header, none) < 0 ||
		    scd_install_run(request, &outcome, &err) < 0 || outcome.error.code != SCD_OK)
			_exit(EXIT_FAILURE);
		for (size_t i = 0; i < outcome.count; i++)
			if (outcome.results[i].phase != SCD_PHASE_INSTALLED)
				_exit(EXIT_FAILURE);
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_SUCCESS);
}

static void everything_works_without_capabilities(void **state)
{
	int dir = at(state);

	without_capabilities(want(dir, GOOD("a.json", A), GOOD("base/b.json", A)));
	without_capabilities(want(dir, GOOD("a.json", B), GOOD("base/b.json", B)));
	assert_text(dir, "a.json", B);
	assert_text(dir, "base/b.json", B);
}

/* Uid 0 without CAP_DAC_OVERRIDE cannot read it, and its owner may replace it. */
static void a_file_of_ours_without_read_permission_is_repaired(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	assert_int_equal(fchmodat(dir, "a.json", 0, 0), 0);
	without_capabilities(want(dir, GOOD("a.json", A)));
	assert_text(dir, "a.json", A);
	assert_int_equal(stat_of(dir, "a.json").st_mode, S_IFREG | 0644);
}

static void a_rejected_profile_keeps_the_last_good_version(void **state)
{
	int dir = at(state);
	char good[SCD_SHA256_HEX];

	run(want(dir, GOOD("a.json", A)));
	memcpy(good, world.files[0].sha256, sizeof(good));
	run(want(dir, BAD("a.json", "{}"), BAD("b.json", "{}"), GOOD("c.json", A)));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_STALE, SCD_REASON_REJECTED);
	assert_string_equal(result_of("a.json")->installed_sha256, good);
	assert_text(dir, "a.json", A);
	assert_result("b.json", SCD_OP_NONE, SCD_PHASE_INVALID, "");
	assert_false(exists(dir, "b.json"));
	assert_result("c.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");

	put(dir, "a.json", "edited");
	run(want(dir, BAD("a.json", "{}"), GOOD("c.json", A)));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_DRIFTED);
	assert_string_equal(result_of("a.json")->installed_sha256, "");
}

static void a_profile_without_a_verdict_keeps_what_is_there(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	run(want(dir, { "a.json", B, SCD_VERDICT_NONE }, { "b.json", B, SCD_VERDICT_NONE }));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_PENDING, "");
	assert_result("b.json", SCD_OP_NONE, SCD_PHASE_PENDING, "");
	assert_text(dir, "a.json", A);
	assert_false(exists(dir, "b.json"));
	assert_true(is_owned(dir, "a.json"));
}

static void a_name_or_a_file_that_cannot_be_used_is_invalid(void **state)
{
	int dir = at(state);

	(void)want(dir, GOOD("../up.json", A), GOOD(".hidden.json", A), GOOD("a.json", A));
	world.files[2].fault.code = SCD_E_TOO_LARGE;
	run(&world.request);
	assert_result("../up.json", SCD_OP_NONE, SCD_PHASE_INVALID, "");
	assert_result(".hidden.json", SCD_OP_NONE, SCD_PHASE_INVALID, "");
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INVALID, "");
	assert_false(exists(dir, "../up.json"));
	assert_false(exists(dir, ".hidden.json"));
	assert_false(exists(dir, "a.json"));
}

static void a_dry_run_tells_and_writes_nothing(void **state)
{
	int dir = at(state);

	put(dir, "b.json", B);
	put(dir, "c.json", A);
	put(dir, ".seccompd.tmp.0123456789abcdef", "left over");
	(void)want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A),
		   GOOD("d/e.json", A));
	world.request.dry_run = true;
	run(&world.request);
	assert_int_equal(outcome.error.code, SCD_OK);
	assert_true(outcome.writable);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_PENDING, "");
	assert_result("b.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
	assert_result("c.json", SCD_OP_ADOPT, SCD_PHASE_INSTALLED, "");
	assert_result("d/e.json", SCD_OP_CREATE, SCD_PHASE_PENDING, "");
	assert_int_equal(count_entries(dir, false), 3); /* what was there before */
}

static void left_over_temporary_files_are_swept_and_nothing_else(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("base/b.json", A)));
	put(dir, ".seccompd.tmp.0123456789abcdef", "half");
	put(dir, "base/.seccompd.tmp.fedcba9876543210", "half");
	put(dir, ".seccompd.tmp.0123456789ABCDEF", "theirs");
	put(dir, ".seccompd.tmp.0123456789abcdef0", "theirs");
	assert_int_equal(mkdirat(dir, ".seccompd.tmp.0000000000000000", 0755), 0);
	run(want(dir, GOOD("a.json", A), GOOD("base/b.json", A)));
	assert_false(exists(dir, ".seccompd.tmp.0123456789abcdef"));
	assert_false(exists(dir, "base/.seccompd.tmp.fedcba9876543210"));
	assert_true(exists(dir, ".seccompd.tmp.0123456789ABCDEF"));
	assert_true(exists(dir, ".seccompd.tmp.0123456789abcdef0"));
	assert_true(exists(dir, ".seccompd.tmp.0000000000000000"));
}

/* A pod may name any file there: the runtimes' parsers must refuse each that is no profile. */
static void nothing_else_that_is_left_there_can_serve_as_a_profile(void **state)
{
	static const char *const left[] = { SCD_LEDGER_FILE, SCD_LOCK_FILE };
	int dir = at(state);

	scd_check_init();
	run(want(dir, GOOD("a.json", A), GOOD("base/b.json", A)));
	assert_int_equal(count_entries(dir, false), 2 + COUNT(left));
	for (size_t i = 0; i < COUNT(left); i++) {
		auto_report struct scd_report report = { 0 };
		const struct scd_check_opts opts = { 0 };
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len;

		assert_int_equal(scd_read_file_at(dir, left[i], true, 1 << 20, &text, &len, &err),
				 0);
		assert_int_not_equal(text[0], '{');
		assert_int_equal(scd_check_profile(text, len, &opts, &report, &err), 0);
		assert_false(scd_report_accepts(&report));
	}
}

static void in_child(const struct scd_install_request *request)
{
	struct scd_install_job job;
	struct scd_error err;
	int status;

	scd_install_outcome_done(&outcome);
	assert_int_equal(scd_install_start(request, &job, &err), 0);
	assert_int_equal(waitpid(job.pid, &status, 0), job.pid);
	if (scd_install_finish(&job, status, &outcome, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(job.pid, 0);
}

static void the_child_does_the_same_and_tells(void **state)
{
	int dir = at(state);

	put(dir, "b.json", B);
	in_child(want(dir, GOOD("a.json", A), GOOD("b.json", A), BAD("c.json", "{}")));
	assert_int_equal(outcome.error.code, SCD_OK);
	assert_int_equal(outcome.count, 3);
	assert_true(outcome.writable);
	assert_true(outcome.free_bytes > 0);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_string_equal(result_of("a.json")->installed_sha256, world.files[0].sha256);
	assert_result("b.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
	assert_result("c.json", SCD_OP_NONE, SCD_PHASE_INVALID, "");
	assert_text(dir, "a.json", A);

	/* Names that only the state file knows come back as well. */
	in_child(want_all(dir, NULL, 0));
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_ORPHANED, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TMPDIR(a_profile_is_created_with_its_bytes_and_mode),
		ON_TMPDIR(the_state_file_says_what_is_ours),
		ON_TMPDIR(an_update_replaces_the_inode_and_keeps_the_old_one_whole),
		ON_TMPDIR(what_is_equal_is_not_written_again),
		ON_TMPDIR(equal_bytes_are_adopted_as_they_lie),
		ON_TMPDIR(an_adopted_profile_is_updated_and_never_removed),
		ON_TMPDIR(what_is_not_ours_is_left_alone),
		ON_TMPDIR(what_is_no_plain_file_is_refused_and_untouched),
		ON_TMPDIR(a_symlink_where_ours_was_keeps_its_target_safe),
		ON_TMPDIR(drift_is_repaired),
		ON_TMPDIR(a_file_edited_into_what_is_wanted_is_ours),
		ON_TMPDIR(everything_works_without_capabilities),
		ON_TMPDIR(a_file_of_ours_without_read_permission_is_repaired),
		ON_TMPDIR(a_rejected_profile_keeps_the_last_good_version),
		ON_TMPDIR(a_profile_without_a_verdict_keeps_what_is_there),
		ON_TMPDIR(a_name_or_a_file_that_cannot_be_used_is_invalid),
		ON_TMPDIR(a_dry_run_tells_and_writes_nothing),
		ON_TMPDIR(left_over_temporary_files_are_swept_and_nothing_else),
		ON_TMPDIR(nothing_else_that_is_left_there_can_serve_as_a_profile),
		ON_TMPDIR(the_child_does_the_same_and_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

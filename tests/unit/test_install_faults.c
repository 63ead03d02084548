/* SPDX-License-Identifier: MIT */
/* A transaction in which a step fails, or whose destination is not as it should be. */
#include "install_fixture.h"
#include "transaction.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
#define B "{\"defaultAction\":\"SCMP_ACT_LOG\"}"

static void the_number_of_syncs_is_what_durability_needs_and_no_more(void **state)
{
	int dir = at(state);

	/* Three files; state file and destination for the intents; the destination for the
	 * renames; state file and destination for the result. */
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	assert_int_equal(fault.steps[SCD_STEP_FSYNC], 3 + 2 + 1 + 2);

	no_faults();
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	assert_int_equal(fault.total, 0);

	/* One file; as above. */
	run(want(dir, GOOD("a.json", B), GOOD("b.json", A), GOOD("c.json", A)));
	assert_int_equal(fault.steps[SCD_STEP_FSYNC], 1 + 2 + 1 + 2);

	/* A directory to be made is recorded first, and synced with what it is in. */
	no_faults();
	run(want(dir, GOOD("a.json", B), GOOD("b.json", A), GOOD("base/d.json", A),
		 GOOD("c.json", A)));
	assert_int_equal(fault.steps[SCD_STEP_FSYNC], 1 + 2 + 2 + 2 + 2);

	/* A removal has no intent: the destination; state file and destination for the result. */
	no_faults();
	(void)want(dir, GOOD("a.json", B), GOOD("b.json", A), GOOD("base/d.json", A));
	world.request.policy.remove_orphans = true;
	run(&world.request);
	assert_true(result_of("c.json")->gone);
	assert_int_equal(fault.steps[SCD_STEP_FSYNC], 1 + 2);
}

static void a_file_that_cannot_be_written_does_not_stop_the_others(void **state)
{
	static const struct {
		size_t nth; /* the one that belongs to b.json */
		enum scd_disk_step step;
		int sys;
	} rows[] = {
		{ 2, SCD_STEP_CREATE, ENOSPC }, { 2, SCD_STEP_WRITE, EDQUOT },
		{ 2, SCD_STEP_CHMOD, EPERM },	{ 2, SCD_STEP_FSYNC, EIO },
		{ 3, SCD_STEP_RENAME, EIO }, /* after that of the state file */
	};
	int dir = at(state);

	for (size_t i = 0; i < COUNT(rows); i++) {
		no_faults();
		run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
		inject(rows[i].step, rows[i].nth, rows[i].nth, rows[i].sys);
		run(want(dir, GOOD("a.json", B), GOOD("b.json", B), GOOD("c.json", B)));
		assert_int_equal(outcome.error.code, SCD_OK);
		assert_false(outcome.writable);
		assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
		assert_result("b.json", SCD_OP_UPDATE, SCD_PHASE_FAILED, "");
		assert_int_equal(result_of("b.json")->sys, rows[i].sys);
		assert_result("c.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
		assert_text(dir, "b.json", A);
		assert_int_equal(strlen(result_of("b.json")->installed_sha256), 64);
		assert_no_temps(dir);
		assert_true(is_owned(dir, "b.json"));
	}
}

static void a_create_that_fails_leaves_no_row(void **state)
{
	int dir = at(state);

	inject(SCD_STEP_RENAME_NEW, 1, 1, EIO);
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_result("b.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_false(exists(dir, "a.json"));
	assert_false(is_owned(dir, "a.json"));
	assert_no_temps(dir);
}

static void a_directory_that_cannot_be_made_fails_what_is_in_it(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	int dir = at(state);

	inject(SCD_STEP_MKDIR, 1, 9, ENOSPC);
	run(want(dir, GOOD("a.json", A), GOOD("base/deep/b.json", A)));
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_result("base/deep/b.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("base/deep/b.json")->sys, ENOSPC);
	read_ledger(dir, &ledger);
	assert_int_equal(ledger.dir_count, 0);	    /* announced, and never made */
	assert_string_equal(ledger.set_digest, ""); /* this set was not installed whole */
	no_faults();
	run(want(dir, GOOD("a.json", A), GOOD("base/deep/b.json", A)));
	assert_text(dir, "base/deep/b.json", A);
}

/* No room for the intents: nothing is renamed. */
static void without_a_state_file_nothing_is_renamed(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	inject(SCD_STEP_CREATE, 3, 3, ENOSPC); /* the third temporary file is the state file's */
	run(want(dir, GOOD("a.json", B), GOOD("b.json", A), GOOD("c.json", B)));
	assert_int_equal(outcome.error.code, SCD_E_SYSTEM);
	assert_int_equal(outcome.error.sys, ENOSPC);
	assert_false(outcome.writable);
	assert_int_equal(fault.steps[SCD_STEP_RENAME] + fault.steps[SCD_STEP_RENAME_NEW], 0);
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("a.json")->sys, ENOSPC);
	assert_result("b.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	assert_result("c.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_text(dir, "a.json", A);
	assert_false(exists(dir, "c.json"));
	assert_no_temps(dir);
}

/* The renames are done and the result cannot be recorded: the intents are enough. */
static void without_the_last_record_the_files_are_ours_all_the_same(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	assert_int_equal(outcome.error.code, SCD_OK);
	inject(SCD_STEP_CREATE, 3, 3, ENOSPC);
	run(want(dir, GOOD("a.json", B)));
	assert_int_equal(outcome.error.sys, ENOSPC);
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "a.json", B);

	no_faults();
	run(want(dir, GOOD("a.json", A)));
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "a.json", A);
}

/* Digest of the text of a result that says what lies there. */
static void assert_installed(const char *name, const char *text)
{
	char sha256[SCD_SHA256_HEX];

	scd_sha256_hex(text, strlen(text), sha256);
	assert_string_equal(result_of(name)->installed_sha256, sha256);
}

static void a_directory_that_cannot_be_synced_is_told_and_synced_again(void **state)
{
	static const char *const texts[] = { A, B };
	int dir = at(state);

	for (size_t i = 0; i < COUNT(texts); i++) {
		const enum scd_operation op = i == 0 ? SCD_OP_CREATE : SCD_OP_UPDATE;

		/* file, state file, destination, destination */
		inject(SCD_STEP_FSYNC, 4, 4, EIO);
		run(want(dir, GOOD("a.json", texts[i])));
		assert_result("a.json", op, SCD_PHASE_FAILED, "");
		assert_int_equal(result_of("a.json")->sys, EIO);
		assert_false(outcome.writable);
		assert_text(dir, "a.json", texts[i]);
		assert_installed("a.json", texts[i]);

		/* Once more in vain: nothing is to be written but that. */
		inject(SCD_STEP_FSYNC, 1, 1, EIO);
		run(want(dir, GOOD("a.json", texts[i])));
		assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
		assert_int_equal(result_of("a.json")->sys, EIO);
		assert_false(outcome.writable);
		assert_installed("a.json", texts[i]);

		no_faults();
		run(want(dir, GOOD("a.json", texts[i])));
		assert_int_equal(fault.steps[SCD_STEP_FSYNC], 1 + 2);
		assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
		assert_int_equal(result_of("a.json")->sys, 0);
		assert_true(outcome.writable);

		no_faults();
		run(want(dir, GOOD("a.json", texts[i])));
		assert_int_equal(fault.total, 0);
	}
}

/* A new directory is lost with what is in it, unless the one that it is in is synced. */
static void so_is_one_that_a_directory_was_made_in(void **state)
{
	int dir = at(state);

	/* state file, destination; file; state file, destination; then the destination */
	inject(SCD_STEP_FSYNC, 6, 6, EIO);
	run(want(dir, GOOD("base/deep/a.json", A)));
	assert_result("base/deep/a.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("base/deep/a.json")->sys, EIO);
	no_faults();
	run(want(dir, GOOD("base/deep/a.json", A)));
	assert_result("base/deep/a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	assert_int_equal(fault.steps[SCD_STEP_FSYNC], 3 + 2);
	assert_true(outcome.writable);
}

/* So many orphans that nothing more can be owned: what the state file says stays as it is. */
static void a_state_file_over_its_limit_is_not_written(void **state)
{
	struct scd_transaction tx = { .lock = -1 };
	char name[SCD_NAME_MAX + 1];
	struct scd_error err;
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	tx.request = want(dir, GOOD("a.json", A));
	for (unsigned i = 0; i < 9000; i++) {
		struct scd_owned *row;

		/* In order, and about as long as names are. */
		(void)snprintf(name, sizeof(name), "%0250u/%0250u/%0250u/%0240u.json", i, i, i, i);
		assert_true(scd_name_valid(name));
		row = scd_ledger_add(&tx.ledger, name);
		assert_non_null(row);
		scd_sha256_hex("x", 1, row->sha256);
	}
	no_faults();
	assert_int_equal(scd_transaction_save(&tx, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
	assert_non_null(strstr(err.msg, "prune orphaned profiles"));
	assert_int_equal(fault.total, 0);
	scd_ledger_done(&tx.ledger);
	assert_true(is_owned(dir, "a.json"));
}

/* File systems without RENAME_NOREPLACE. */
static void without_renameat2_profiles_are_created_all_the_same(void **state)
{
	static const int errors[] = { EINVAL, ENOSYS };
	int dir = at(state);

	for (size_t i = 0; i < COUNT(errors); i++) {
		inject(SCD_STEP_RENAME_NEW, 1, 9, errors[i]);
		run(want(dir, GOOD(i ? "b.json" : "a.json", A)));
		assert_result(i ? "b.json" : "a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
		assert_text(dir, i ? "b.json" : "a.json", A);
	}
}

static void put_a_foreign_file(int dir)
{
	put(dir, "a.json", "theirs");
}

static void what_appears_while_we_write_is_not_replaced(void **state)
{
	int dir = at(state);

	for (int with = 1; with >= 0; with--) {
		if (with)
			no_faults();
		else
			inject(SCD_STEP_RENAME_NEW, 1, 9, EINVAL);
		fault.meanwhile = put_a_foreign_file;
		fault.dir = dir;
		run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
		assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
		assert_text(dir, "a.json", "theirs");
		assert_false(is_owned(dir, "a.json"));
		assert_int_equal(result_of("b.json")->phase, SCD_PHASE_INSTALLED);
		assert_no_temps(dir);
		assert_int_equal(unlinkat(dir, "a.json", 0), 0);
	}
}

/* c.json is updated in the same transaction, so that there is a moment before the removal. */
static void what_changes_before_its_removal_is_not_removed(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	(void)want(dir, GOOD("b.json", A), GOOD("c.json", B));
	world.request.policy.remove_orphans = true;
	no_faults();
	fault.meanwhile = put_a_foreign_file;
	fault.dir = dir;
	run(&world.request);
	assert_result("a.json", SCD_OP_REMOVE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
	assert_false(result_of("a.json")->gone);
	assert_text(dir, "a.json", "theirs");
	assert_false(is_owned(dir, "a.json"));
}

static void remove_what_is_to_be_removed(int dir)
{
	assert_int_equal(unlinkat(dir, "base/a.json", 0), 0);
	assert_int_equal(unlinkat(dir, "base", AT_REMOVEDIR), 0);
}

static void what_goes_before_its_removal_is_gone(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("base/a.json", A), GOOD("b.json", A), GOOD("c.json", A)));
	(void)want(dir, GOOD("b.json", A), GOOD("c.json", B));
	world.request.policy.remove_orphans = true;
	no_faults();
	fault.meanwhile = remove_what_is_to_be_removed;
	fault.dir = dir;
	run(&world.request);
	assert_result("base/a.json", SCD_OP_REMOVE, SCD_PHASE_ORPHANED, "");
	assert_int_equal(result_of("base/a.json")->sys, 0);
	assert_true(result_of("base/a.json")->gone);
	assert_false(is_owned(dir, "base/a.json"));
	assert_true(outcome.writable);
}

static void a_directory_that_cannot_be_removed_is_told(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("base/a.json", A), GOOD("b.json", A)));
	(void)want(dir, GOOD("b.json", A));
	world.request.policy.remove_orphans = true;
	inject(SCD_STEP_RMDIR, 1, 1, EIO);
	run(&world.request);
	assert_true(result_of("base/a.json")->gone);
	assert_false(outcome.writable);
	no_faults();
	run(&world.request); /* still remembered */
	assert_true(outcome.writable);
	assert_false(exists(dir, "base"));
}

static void a_removal_that_fails_leaves_an_orphan(void **state)
{
	int dir = at(state);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	(void)want(dir, GOOD("b.json", A));
	world.request.policy.remove_orphans = true;
	inject(SCD_STEP_UNLINK, 1, 9, EIO);
	run(&world.request);
	assert_result("a.json", SCD_OP_REMOVE, SCD_PHASE_ORPHANED, "");
	assert_int_equal(result_of("a.json")->sys, EIO);
	assert_false(result_of("a.json")->gone);
	assert_true(is_owned(dir, "a.json"));
}

static void a_corrupt_state_file_owns_nothing_and_is_replaced(void **state)
{
	static const char *const bad[] = { "", "{}", "[", "[{\"kind\":\"InstallState\"}]" };
	int dir = at(state);

	for (size_t i = 0; i < COUNT(bad); i++) {
		run(want(dir, GOOD("a.json", A), GOOD("b.json", A), GOOD("gone.json", A)));
		put(dir, SCD_LEDGER_FILE, bad[i]);
		(void)want(dir, GOOD("a.json", A), GOOD("b.json", B));
		world.request.policy.remove_orphans = true;
		world.request.policy.max_removals_percent = 100;
		run(&world.request);
		assert_true(outcome.ledger_corrupt);
		assert_int_equal(outcome.error.code, SCD_OK);
		assert_result("a.json", SCD_OP_ADOPT, SCD_PHASE_INSTALLED, "");
		assert_result("b.json", SCD_OP_NONE, SCD_PHASE_CONFLICT, SCD_REASON_NOT_OURS);
		assert_text(dir, "b.json", A);
		assert_text(dir, "gone.json", A);
		assert_true(is_owned(dir, "a.json")); /* written anew: a pod could name "{}" */
		run(&world.request);		      /* and still said */
		assert_true(outcome.ledger_corrupt);
		assert_text(dir, "gone.json", A);
		assert_int_equal(unlinkat(dir, SCD_LEDGER_FILE, 0), 0);
	}
}

static void a_state_file_that_is_a_link_is_not_followed(void **state)
{
	int dir = at(state);

	put(dir, "precious", "hands off");
	assert_int_equal(symlinkat("precious", dir, SCD_LEDGER_FILE), 0);
	run(want(dir, GOOD("a.json", A)));
	assert_true(outcome.ledger_corrupt);
	assert_text(dir, "precious", "hands off");
	assert_true(S_ISREG(stat_of(dir, SCD_LEDGER_FILE).st_mode));
}

static void a_state_file_that_is_a_directory_stops_everything(void **state)
{
	int dir = at(state);

	assert_int_equal(mkdirat(dir, SCD_LEDGER_FILE, 0755), 0);
	run(want(dir, GOOD("a.json", A)));
	assert_int_equal(outcome.error.code, SCD_E_SYSTEM);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_false(exists(dir, "a.json"));
}

/* With no descriptor free, with one, and so on: either all is done, or what failed is said. */
static void without_descriptors_nothing_is_said_to_be_well(void **state)
{
	int dir = at(state), lowest = dup(dir), failures = 0;
	struct rlimit limit, low;

	assert_int_equal(close(lowest), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	run(want(dir, GOOD("a.json", A)));
	for (low = limit, low.rlim_cur = (rlim_t)lowest;; low.rlim_cur++) {
		const struct scd_install_request *request = want(dir, GOOD("a.json", B));
		struct scd_error err;
		int rc;

		assert_true(low.rlim_cur < (rlim_t)lowest + 16);
		scd_install_outcome_done(&outcome);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
		rc = scd_install_run(request, &outcome, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		assert_int_equal(rc, 0);
		if (outcome.error.code == SCD_OK && outcome.count == 1 &&
		    result_of("a.json")->phase == SCD_PHASE_INSTALLED)
			break;
		if (outcome.error.code == SCD_OK)
			assert_int_equal(result_of("a.json")->sys, EMFILE);
		else
			assert_int_equal(outcome.error.sys, EMFILE);
		assert_text(dir, "a.json", A);
		failures++;
	}
	assert_true(failures >= 2); /* the lock, the state file */
	assert_text(dir, "a.json", B);
}

static void an_insecure_destination_is_not_written_to(void **state)
{
	static const mode_t modes[] = { 0777, 0770, 0702, 01777 };
	int dir = at(state);

	run(want(dir, GOOD("a.json", A)));
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(fchmod(dir, modes[i]), 0);
		run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
		assert_int_equal(outcome.error.code, SCD_E_INSECURE);
		assert_non_null(strstr(outcome.error.msg, "chmod"));
		assert_false(outcome.writable);
		assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
		assert_result("b.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
		assert_false(exists(dir, "b.json"));
	}
	assert_int_equal(fchmod(dir, 0755), 0);
	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	assert_int_equal(outcome.error.code, SCD_OK);
}

static void a_removed_destination_is_detached(void **state)
{
	auto_close int dir = -1;

	assert_int_equal(mkdirat(at(state), "dst", 0755), 0);
	dir = openat(at(state), "dst", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(unlinkat(at(state), "dst", AT_REMOVEDIR), 0);
	run(want(dir, GOOD("a.json", A)));
	assert_int_equal(outcome.error.code, SCD_E_DETACHED);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
}

static void the_lock_keeps_its_inode(void **state)
{
	int dir = at(state);
	struct stat before;

	run(want(dir, GOOD("a.json", A)));
	before = stat_of(dir, SCD_LOCK_FILE);
	run(want(dir, GOOD("a.json", B)));
	assert_int_equal(stat_of(dir, SCD_LOCK_FILE).st_ino, before.st_ino);
	assert_int_equal(before.st_size, 0);
	assert_int_equal(before.st_mode, S_IFREG | 0600);
}

/* Why it cannot be had, or NULL. */
static const char *own_mounts(void)
{
	static const char *answer = "";

	if (answer && !*answer)
		answer = geteuid() != 0		    ? "needs uid 0"
			 : unshare(CLONE_NEWNS) < 0 ? "needs CAP_SYS_ADMIN"
			 : mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
				 ? "the root cannot be made private"
				 : NULL;
	return answer;
}

static bool skipped(void)
{
	const char *must_run = getenv("SCD_MUST_RUN");
	const char *why = own_mounts();

	if (!why)
		return false;
	print_message("skipped: %s\n", why);
	if (must_run && strcmp(must_run, "1") == 0)
		fail_msg("SCD_MUST_RUN=1");
	return true;
}

static void a_full_file_system_keeps_what_is_there(void **state)
{
	auto_close int dir = -1;
	char path[64], *big;

	if (skipped())
		skip();
	(void)snprintf(path, sizeof(path), "%s/full", tmpdir.path);
	assert_int_equal(mkdirat(at(state), "full", 0755), 0);
	assert_int_equal(mount("tmpfs", path, "tmpfs", 0, "size=256k,mode=0755"), 0);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	big = calloc(1, 300001);
	assert_non_null(big);
	memset(big, ' ', 300000);

	run(want(dir, GOOD("big.json", A), GOOD("small.json", A)));
	run(want(dir, GOOD("big.json", big), GOOD("small.json", B)));
	assert_result("big.json", SCD_OP_UPDATE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("big.json")->sys, ENOSPC);
	assert_text(dir, "big.json", A);
	assert_result("small.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
	assert_text(dir, "small.json", B);
	assert_int_equal(count_entries(dir, true), 0);
	assert_false(outcome.writable);

	free(big);
	scd_close_fd(&dir);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
}

static void a_read_only_file_system_is_told_from_what_lies_there(void **state)
{
	auto_close int dir = -1;
	char path[64];

	if (skipped())
		skip();
	(void)snprintf(path, sizeof(path), "%s/ro", tmpdir.path);
	assert_int_equal(mkdirat(at(state), "ro", 0755), 0);
	assert_int_equal(mount("tmpfs", path, "tmpfs", 0, "size=256k,mode=0755"), 0);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	run(want(dir, GOOD("a.json", A)));
	assert_int_equal(mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);

	run(want(dir, GOOD("a.json", A), GOOD("b.json", A)));
	assert_int_equal(outcome.error.code, SCD_E_SYSTEM);
	assert_int_equal(outcome.error.sys, EROFS);
	assert_false(outcome.writable);
	assert_result("a.json", SCD_OP_NONE, SCD_PHASE_INSTALLED, "");
	assert_int_equal(strlen(result_of("a.json")->installed_sha256), 64);
	assert_result("b.json", SCD_OP_CREATE, SCD_PHASE_FAILED, "");
	assert_int_equal(result_of("b.json")->sys, EROFS);

	scd_close_fd(&dir);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(the_number_of_syncs_is_what_durability_needs_and_no_more),
		FAULT_TEST(a_file_that_cannot_be_written_does_not_stop_the_others),
		FAULT_TEST(a_create_that_fails_leaves_no_row),
		FAULT_TEST(a_directory_that_cannot_be_made_fails_what_is_in_it),
		FAULT_TEST(without_a_state_file_nothing_is_renamed),
		FAULT_TEST(without_the_last_record_the_files_are_ours_all_the_same),
		FAULT_TEST(a_directory_that_cannot_be_synced_is_told_and_synced_again),
		FAULT_TEST(so_is_one_that_a_directory_was_made_in),
		FAULT_TEST(a_state_file_over_its_limit_is_not_written),
		FAULT_TEST(without_renameat2_profiles_are_created_all_the_same),
		FAULT_TEST(what_appears_while_we_write_is_not_replaced),
		FAULT_TEST(what_changes_before_its_removal_is_not_removed),
		FAULT_TEST(what_goes_before_its_removal_is_gone),
		FAULT_TEST(a_directory_that_cannot_be_removed_is_told),
		FAULT_TEST(a_removal_that_fails_leaves_an_orphan),
		FAULT_TEST(a_corrupt_state_file_owns_nothing_and_is_replaced),
		FAULT_TEST(a_state_file_that_is_a_link_is_not_followed),
		FAULT_TEST(a_state_file_that_is_a_directory_stops_everything),
		FAULT_TEST(without_descriptors_nothing_is_said_to_be_well),
		FAULT_TEST(an_insecure_destination_is_not_written_to),
		FAULT_TEST(a_removed_destination_is_detached),
		FAULT_TEST(the_lock_keeps_its_inode),
		FAULT_TEST(a_full_file_system_keeps_what_is_there),
		FAULT_TEST(a_read_only_file_system_is_told_from_what_lies_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

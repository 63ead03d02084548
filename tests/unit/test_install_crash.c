/* SPDX-License-Identifier: MIT */
/* A transaction that dies at every step, readers at the same time, the forked child. */
#include "install_fixture.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
#define B "{\"defaultAction\":\"SCMP_ACT_LOG\"}"

struct scenario {
	void (*before)(int dir);			/* what lies there, whole */
	struct scd_install_request *(*wanted)(int dir); /* the transaction that dies */
	const char *const *names; /* every one of them holds A, B or is absent */
	size_t count;
};

/* Whole: the old bytes, the new bytes, or nothing. */
static void assert_whole(int dir, const char *name)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(dir, name, true, 4096, &text, &len, &err) < 0) {
		assert_true(err.sys == ENOENT);
		return;
	}
	if (strcmp(text, A) != 0 && strcmp(text, B) != 0)
		fail_msg("%s is torn: '%s'", name, text);
}

/* Dies at step @n; false when the transaction has fewer steps. */
static bool dies_at(size_t n, const struct scd_install_request *request)
{
	struct scd_error err;
	int status;
	pid_t pid;

	scd_install_outcome_done(&outcome);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		no_faults();
		fault.die_at = n;
		_exit(scd_install_run(request, &outcome, &err) < 0 || outcome.error.code);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == DIED || WEXITSTATUS(status) == 0);
	return WEXITSTATUS(status) == DIED;
}

/* The next transaction finds everything right, or puts it right; nothing is left over. */
static void assert_recovers(int dir, const struct scenario *scenario)
{
	auto_ledger struct scd_ledger ledger = { 0 };

	for (size_t i = 0; i < scenario->count; i++)
		assert_whole(dir, scenario->names[i]);
	no_faults();
	run(scenario->wanted(dir));
	assert_int_equal(outcome.error.code, SCD_OK);
	for (size_t i = 0; i < outcome.count; i++)
		if (outcome.results[i].phase != SCD_PHASE_INSTALLED && !outcome.results[i].gone)
			fail_msg("%s is %s", outcome.results[i].name,
				 scd_phase_name(outcome.results[i].phase));
	for (size_t i = 0; i < world.snapshot.count; i++)
		assert_text(dir, world.files[i].name, world.files[i].text);
	assert_no_temps(dir);

	read_ledger(dir, &ledger);
	assert_int_equal(ledger.count, world.snapshot.count);
	for (size_t i = 0; i < ledger.count; i++) {
		assert_string_equal(ledger.files[i].sha256, world.files[i].sha256);
		assert_string_equal(ledger.files[i].intent, "");
		assert_false(ledger.files[i].adopted);
	}
	for (size_t i = 0; i < ledger.dir_count; i++)
		assert_true(exists(dir, ledger.dirs[i]));
}

static int fresh_dir(int parent, size_t n, size_t m)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%zu-%zu", n, m);
	assert_int_equal(mkdirat(parent, name, 0755), 0);
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* In the end all is removed and no trace is left: even the directories were known as ours. */
static void crash_everywhere(int parent, const struct scenario *scenario)
{
	size_t n = 0;
	bool died;

	do {
		auto_close int dir = fresh_dir(parent, n, 0);

		no_faults();
		scenario->before(dir);
		died = dies_at(++n, scenario->wanted(dir));
		assert_recovers(dir, scenario);

		(void)want_all(dir, NULL, 0);
		world.request.policy.remove_orphans = true;
		world.request.policy.max_removals_percent = 100;
		run(&world.request);
		assert_int_equal(count_entries(dir, false), 2); /* lock and state file */
	} while (died);
	print_message("%zu crash points\n", n - 1);
	assert_true(n > 10);
}

static void with_nothing(int dir)
{
	(void)dir;
}

static void with_old_ones(int dir)
{
	run(want(dir, GOOD("a.json", A), GOOD("base/deep/b.json", A), GOOD("c.json", A)));
}

static struct scd_install_request *want_new_ones(int dir)
{
	return want(dir, GOOD("a.json", B), GOOD("base/deep/b.json", B), GOOD("c.json", A));
}

static struct scd_install_request *want_one_alone(int dir)
{
	(void)want(dir, GOOD("c.json", B));
	world.request.policy.remove_orphans = true;
	world.request.policy.max_removals_percent = 100;
	return &world.request;
}

static const char *const crash_names[] = { "a.json", "base/deep/b.json", "c.json" };

static void a_crash_among_creates_leaves_all_or_nothing_of_each(void **state)
{
	static const struct scenario create = { with_nothing, want_new_ones, crash_names, 3 };

	crash_everywhere(at(state), &create);
}

static void a_crash_among_updates_leaves_the_old_or_the_new(void **state)
{
	static const struct scenario update = { with_old_ones, want_new_ones, crash_names, 3 };

	crash_everywhere(at(state), &update);
}

static void a_crash_among_removals_leaves_what_is_wanted(void **state)
{
	static const struct scenario removal = { with_old_ones, want_one_alone, crash_names, 3 };

	crash_everywhere(at(state), &removal);
}

/* Two crashes in a row, each with another text: what got its name is still ours. */
static void crashes_do_not_make_our_own_files_foreign(void **state)
{
	bool first_died = true;

	for (size_t n = 1; first_died; n++) {
		bool second_died = true;

		/* Every third point; which third moves on with the first crash. */
		for (size_t m = 1 + n % 3; second_died; m += 3) {
			auto_close int dir = fresh_dir(at(state), n, m);

			first_died = dies_at(n, want(dir, GOOD("a.json", A)));
			second_died = dies_at(m, want(dir, GOOD("a.json", B)));
			no_faults();
			run(want(dir, GOOD("a.json", A)));
			assert_int_equal(result_of("a.json")->phase, SCD_PHASE_INSTALLED);
			assert_text(dir, "a.json", A);
		}
	}
}

/* The text that was being installed is rejected afterwards. */
static void after_a_crash_a_rejected_profile_is_stale_or_not_there(void **state)
{
	bool died = true;

	for (size_t n = 1; died; n++) {
		auto_close int dir = fresh_dir(at(state), n, 0);
		enum scd_phase phase;

		died = dies_at(n, want(dir, GOOD("a.json", A)));
		no_faults();
		for (int again = 0; again < 2; again++) {
			phase = exists(dir, "a.json") ? SCD_PHASE_STALE : SCD_PHASE_INVALID;
			run(want(dir, BAD("a.json", "{}")));
			assert_int_equal(result_of("a.json")->phase, phase);
		}
		run(want(dir, GOOD("a.json", B)));
		assert_int_equal(result_of("a.json")->phase, SCD_PHASE_INSTALLED);
	}
}

#define UPDATES 200
#define TEXT_BYTES ((size_t)20000)

struct shared {
	volatile size_t reads, torn, missing;
	volatile bool stop;
};

/* One letter throughout, whole: what every generation of the test looks like. */
static bool is_whole(const char *text, size_t len)
{
	return len == TEXT_BYTES && strspn(text, (char[]){ text[0], '\0' }) == len;
}

static void read_until_stopped(int dir, struct shared *shared)
{
	while (!shared->stop) {
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len;

		if (scd_read_file_at(dir, "a.json", true, 1 << 20, &text, &len, &err) < 0)
			shared->missing++;
		else if (!is_whole(text, len))
			shared->torn++;
		shared->reads++;
	}
}

static void a_reader_never_sees_a_torn_or_missing_profile(void **state)
{
	char *text = calloc(1, TEXT_BYTES + 1);
	struct shared *shared;
	int status;
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_true(shared != MAP_FAILED && text);
	memset(text, 'a', TEXT_BYTES);
	run(want(at(state), GOOD("a.json", text)));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		read_until_stopped(at(state), shared);
		_exit(0);
	}
	for (int i = 1; i <= UPDATES; i++) {
		memset(text, 'a' + i % 26, TEXT_BYTES);
		run(want(at(state), GOOD("a.json", text)));
		if (result_of("a.json")->phase != SCD_PHASE_INSTALLED)
			break;
	}
	shared->stop = true;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	print_message("%d updates, %zu reads: %zu torn, %zu missing\n", UPDATES, shared->reads,
		      shared->torn, shared->missing);
	assert_result("a.json", SCD_OP_UPDATE, SCD_PHASE_INSTALLED, "");
	assert_true(shared->reads > UPDATES);
	assert_int_equal(shared->torn, 0);
	assert_int_equal(shared->missing, 0);
	(void)munmap(shared, sizeof(*shared));
	free(text);
}

static volatile sig_atomic_t *handled; /* shared with the child */

static void on_signal(int sig)
{
	(void)sig;
	*handled = 1;
}

static int slow_step(enum scd_disk_step step)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	(void)step;
	(void)nanosleep(&pause, NULL);
	return 0;
}

/* Handlers of the loop write to descriptors that the child shares with it. */
static void the_child_finishes_in_spite_of_sigterm_and_runs_no_handler_of_ours(void **state)
{
	const struct sigaction ours = { .sa_handler = on_signal };
	struct scd_install_job job;
	struct sigaction before;
	struct scd_error err;
	int status;

	handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	assert_true(handled != MAP_FAILED);
	assert_int_equal(sigaction(SIGTERM, &ours, &before), 0);
	scd_disk_set_hook(slow_step);
	assert_int_equal(scd_install_start(want(at(state), GOOD("a.json", A)), &job, &err), 0);
	assert_int_equal(kill(job.pid, SIGTERM), 0);
	assert_int_equal(waitpid(job.pid, &status, 0), job.pid);
	assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
	scd_install_outcome_done(&outcome);
	if (scd_install_finish(&job, status, &outcome, &err) < 0)
		fail_msg("%s", err.msg);
	assert_result("a.json", SCD_OP_CREATE, SCD_PHASE_INSTALLED, "");
	assert_text(at(state), "a.json", A);
	assert_false(*handled);
}

static int deadly_step(enum scd_disk_step step)
{
	(void)step;
	return raise(SIGKILL);
}

static void a_child_that_died_is_an_error_and_not_an_outcome(void **state)
{
	struct scd_install_job job;
	struct scd_error err;
	int status;

	scd_disk_set_hook(deadly_step);
	assert_int_equal(scd_install_start(want(at(state), GOOD("a.json", A)), &job, &err), 0);
	assert_int_equal(waitpid(job.pid, &status, 0), job.pid);
	scd_install_outcome_done(&outcome);
	assert_int_equal(scd_install_finish(&job, status, &outcome, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_non_null(strstr(err.msg, "signal 9"));
	assert_int_equal(outcome.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(a_crash_among_creates_leaves_all_or_nothing_of_each),
		FAULT_TEST(a_crash_among_updates_leaves_the_old_or_the_new),
		FAULT_TEST(a_crash_among_removals_leaves_what_is_wanted),
		FAULT_TEST(crashes_do_not_make_our_own_files_foreign),
		FAULT_TEST(after_a_crash_a_rejected_profile_is_stale_or_not_there),
		FAULT_TEST(a_reader_never_sees_a_torn_or_missing_profile),
		FAULT_TEST(the_child_finishes_in_spite_of_sigterm_and_runs_no_handler_of_ours),
		FAULT_TEST(a_child_that_died_is_an_error_and_not_an_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

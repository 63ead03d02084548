/* SPDX-License-Identifier: MIT */
/* Children that are watched: how their ends are told, and what becomes of those that stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define PATIENCE_SECONDS 60

static struct event_base *base;
static struct scd_children *children;

/* What was told of the child that this is the argument of. */
struct told {
	unsigned times;
	int status;
	bool timed_out;
};

static void on_end(int status, bool timed_out, void *arg)
{
	struct told *told = arg;

	told->times++;
	told->status = status;
	told->timed_out = timed_out;
}

static int setup(void **state)
{
	struct scd_error err;

	(void)state;
	base = event_base_new();
	return base ? scd_children_new(base, &children, &err) : -1;
}

static int teardown(void **state)
{
	(void)state;
	scd_children_free(&children);
	event_base_free(base);
	return 0;
}

/* One that ends with @code at once, or when it is negative never. */
static pid_t fork_one(int code)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0 && code >= 0)
		_exit(code);
	if (pid == 0)
		for (;;)
			(void)pause();
	return pid;
}

static void wait_for(const struct told *told)
{
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	assert_int_equal(event_base_loopexit(base, &patience), 0);
	while (told->times == 0) {
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_false(event_base_got_exit(base));
	}
}

static bool is_gone(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void an_end_is_told_once_with_its_status(void **state)
{
	struct told told[3] = { 0 };
	struct scd_error err;
	pid_t pids[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		pids[i] = fork_one(i + 1);
		assert_int_equal(scd_children_watch(children, pids[i], PATIENCE_SECONDS, on_end,
						    &told[i], &err),
				 0);
	}
	for (int i = 0; i < 3; i++) {
		wait_for(&told[i]);
		assert_int_equal(told[i].times, 1);
		assert_true(WIFEXITED(told[i].status));
		assert_int_equal(WEXITSTATUS(told[i].status), i + 1);
		assert_false(told[i].timed_out);
		assert_true(is_gone(pids[i]));
	}
}

/* It ended, and its signal came, before anybody watched it. */
static void one_that_has_ended_already_is_told_as_well(void **state)
{
	struct told told = { 0 };
	struct scd_error err;
	siginfo_t info;
	pid_t pid;

	(void)state;
	pid = fork_one(7);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(scd_children_watch(children, pid, PATIENCE_SECONDS, on_end, &told, &err),
			 0);
	wait_for(&told);
	assert_int_equal(WEXITSTATUS(told.status), 7);
}

static void one_that_takes_too_long_is_killed_and_told_so(void **state)
{
	struct told told = { 0 };
	struct scd_error err;
	pid_t pid;

	(void)state;
	pid = fork_one(-1);
	assert_int_equal(scd_children_watch(children, pid, 1, on_end, &told, &err), 0);
	wait_for(&told);
	assert_true(told.timed_out);
	assert_true(WIFSIGNALED(told.status));
	assert_int_equal(WTERMSIG(told.status), SIGKILL);
	assert_true(is_gone(pid));
}

static void their_number_has_an_end_and_none_is_left_at_the_end(void **state)
{
	struct told told = { 0 };
	pid_t pids[SCD_CHILDREN_MAX], more;
	struct scd_error err;
	int status;

	(void)state;
	for (size_t i = 0; i < SCD_CHILDREN_MAX; i++) {
		pids[i] = fork_one(-1);
		assert_int_equal(scd_children_watch(children, pids[i], PATIENCE_SECONDS, on_end,
						    &told, &err),
				 0);
	}
	more = fork_one(-1);
	assert_int_equal(scd_children_watch(children, more, 1, on_end, &told, &err), -1);
	assert_int_equal(err.code, SCD_E_BUSY);
	status = scd_child_end(more);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_true(is_gone(more));

	scd_children_free(&children);
	assert_null(children);
	for (size_t i = 0; i < SCD_CHILDREN_MAX; i++)
		assert_true(is_gone(pids[i]));
	assert_int_equal(told.times, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
		WITH_LOOP(an_end_is_told_once_with_its_status),
		WITH_LOOP(one_that_has_ended_already_is_told_as_well),
		WITH_LOOP(one_that_takes_too_long_is_killed_and_told_so),
		WITH_LOOP(their_number_has_an_end_and_none_is_left_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

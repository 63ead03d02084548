/* SPDX-License-Identifier: MIT */
/* Several checks at once: each is told of, and may run wherever we may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include "pin.h"
#include "pool.h"

static const char good[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":"
			   "[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}";

#define JOBS 5

/* Counts how often each job was told of. */
static void count_done(void *context, void *job, const struct scd_report *report, bool degraded,
		       const struct scd_error *err)
{
	struct scd_report mine = *report;

	(void)context;
	(void)degraded;
	assert_int_equal(err->code, SCD_OK);
	assert_true(scd_report_accepts(report));
	++*(unsigned *)job;
	scd_report_done(&mine);
}

static void add(struct scd_pool *pool, unsigned *job)
{
	const struct scd_check_opts opts = { .trial_load = false };
	struct scd_error err;

	if (scd_pool_add(pool, good, strlen(good), &opts, job, &err) < 0)
		fail_msg("%s", err.msg);
}

static cpu_set_t processors_of(pid_t pid)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	return set;
}

static void each_job_is_told_of_once(void **state)
{
	unsigned told[JOBS] = { 0 };
	struct scd_error err;

	(void)state;
	for (size_t size = 1; size <= JOBS + 1; size++) {
		struct scd_pool pool = { .done = count_done };

		assert_int_equal(scd_pool_init(&pool, size, &err), 0);
		for (size_t i = 0; i < JOBS; i++) {
			add(&pool, &told[i]);
			assert_in_range(pool.busy, 1, size);
		}
		scd_pool_drain(&pool);
		assert_int_equal(pool.busy, 0);
		scd_pool_done(&pool);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(told[i], size);
	}
}

/* A check that runs alone begins on our processor, and is not held there; nor are we. */
static void checks_may_run_wherever_we_may(void **state)
{
	const cpu_set_t ours = processors_of(0);
	struct scd_pool pool = { .done = count_done };
	struct scd_error err;
	unsigned told = 0;
	siginfo_t ended;

	(void)state;
	assert_int_equal(scd_pool_init(&pool, 2, &err), 0);
	for (unsigned i = 1; i <= 3; i++) {
		cpu_set_t theirs, now;

		add(&pool, &told);
		now = processors_of(0);
		assert_true(CPU_EQUAL(&now, &ours));
		assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
		theirs = processors_of(ended.si_pid);
		assert_true(CPU_EQUAL(&theirs, &ours));
		scd_pool_drain(&pool);
		assert_int_equal(told, i);
	}
	scd_pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_is_told_of_once),
		cmocka_unit_test(checks_may_run_wherever_we_may),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

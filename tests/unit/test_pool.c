/* SPDX-License-Identifier: MIT */
/* Several checks at once, of which each is told of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_is_told_of_once),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

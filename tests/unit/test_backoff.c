/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backoff.h"

static void each_try_waits_twice_as_long_up_to_a_limit(void **state)
{
	static const uint64_t waits[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
	struct scd_backoff backoff = { .first_ms = 1000, .most_ms = 30000 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
			assert_int_equal(scd_backoff_next(&backoff), waits[i]);
		scd_backoff_reset(&backoff);
	}
}

static void a_limit_that_is_a_double_is_met(void **state)
{
	struct scd_backoff backoff = { .first_ms = 5, .most_ms = 10 };

	(void)state;
	assert_int_equal(scd_backoff_next(&backoff), 5);
	assert_int_equal(scd_backoff_next(&backoff), 10);
	assert_int_equal(scd_backoff_next(&backoff), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_try_waits_twice_as_long_up_to_a_limit),
		cmocka_unit_test(a_limit_that_is_a_double_is_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grace.h"

#define MOST UINT64_C(120000)

static void time_between_two_looks_counts(void **state)
{
	struct scd_grace grace = { 0 };

	(void)state;
	scd_grace_seen(&grace, 5000, MOST);
	assert_int_equal(scd_grace_ask(&grace), 0); /* of before nobody knows */
	scd_grace_seen(&grace, 6500, MOST);
	scd_grace_seen(&grace, 7400, MOST);
	assert_int_equal(scd_grace_ask(&grace), 2);
}

static void a_look_that_came_late_proves_little(void **state)
{
	struct scd_grace grace = { 0 };

	(void)state;
	scd_grace_seen(&grace, 1, MOST);
	scd_grace_seen(&grace, INT64_C(1) << 40, MOST);
	assert_int_equal(scd_grace_ask(&grace), MOST / 1000);
}

static void time_without_the_source_does_not_count(void **state)
{
	struct scd_grace grace = { 0 };

	(void)state;
	scd_grace_seen(&grace, 1000, MOST);
	scd_grace_seen(&grace, 11000, MOST);
	scd_grace_lost(&grace);
	scd_grace_seen(&grace, 31000, MOST);
	assert_int_equal(scd_grace_ask(&grace), 10); /* what had counted stays */
	scd_grace_seen(&grace, 32000, MOST);
	assert_int_equal(scd_grace_ask(&grace), 11);
}

static void what_is_written_down_is_not_counted_twice(void **state)
{
	struct scd_grace grace = { 0 };

	(void)state;
	scd_grace_seen(&grace, 1000, MOST);
	scd_grace_seen(&grace, 4700, MOST);
	assert_int_equal(scd_grace_ask(&grace), 3);
	scd_grace_seen(&grace, 5700, MOST); /* while the transaction runs */
	scd_grace_booked(&grace);
	assert_int_equal(scd_grace_ask(&grace), 1);
	assert_int_equal(scd_grace_ask(&grace), 1); /* one that failed booked nothing */
	scd_grace_booked(&grace);
	scd_grace_seen(&grace, 6000, MOST); /* nor are the parts of a second lost */
	assert_int_equal(scd_grace_ask(&grace), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_between_two_looks_counts),
		cmocka_unit_test(a_look_that_came_late_proves_little),
		cmocka_unit_test(time_without_the_source_does_not_count),
		cmocka_unit_test(what_is_written_down_is_not_counted_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

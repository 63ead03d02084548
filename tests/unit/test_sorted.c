/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sorted.h"

struct row {
	char padding[5];
	int number;
};

static int compare(const void *key, const void *item)
{
	const int wanted = *(const int *)key, number = ((const struct row *)item)->number;

	return (wanted > number) - (wanted < number);
}

/* Of rows 10, 20, 30, ...: every key that is one, and every one between two. */
static void a_place_is_the_number_of_what_comes_before(void **state)
{
	struct row rows[9];

	(void)state;
	for (int i = 0; i < 9; i++)
		rows[i].number = 10 * (i + 1);
	for (size_t count = 0; count <= 9; count++) {
		for (int key = 5; key <= 95; key += 5) {
			size_t before = 0;

			while (before < count && rows[before].number < key)
				before++;
			assert_int_equal(
				scd_sorted_place(&key, rows, count, sizeof(rows[0]), compare),
				before);
		}
	}
}

static void of_equals_it_is_the_first(void **state)
{
	const struct row rows[] = { { "", 1 }, { "", 2 }, { "", 2 }, { "", 2 }, { "", 3 } };
	const int key = 2;

	(void)state;
	assert_int_equal(scd_sorted_place(&key, rows, 5, sizeof(rows[0]), compare), 1);
}

static void nothing_is_read_where_there_is_nothing(void **state)
{
	const int key = 1;

	(void)state;
	assert_int_equal(scd_sorted_place(&key, NULL, 0, sizeof(struct row), compare), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_the_number_of_what_comes_before),
		cmocka_unit_test(of_equals_it_is_the_first),
		cmocka_unit_test(nothing_is_read_where_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

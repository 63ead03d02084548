/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "value.h"

static void booleans_are_true_or_false_and_nothing_else(void **state)
{
	static const char *const bad[] = { "", "yes", "1", "True", "TRUE", "t", " true", "true " };
	struct scd_error err;
	bool value = false;

	(void)state;
	assert_int_equal(scd_value_bool("true", &value, &err), 0);
	assert_true(value);
	assert_int_equal(scd_value_bool("false", &value, &err), 0);
	assert_false(value);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		value = true;
		assert_int_equal(scd_value_bool(bad[i], &value, &err), -1);
		assert_true(value);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_non_null(strstr(err.msg, "write true or false"));
	}
}

static void durations_are_read_as_go_writes_them(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{ "0", 0 },
		{ "0s", 0 },
		{ "60s", 60000 },
		{ "5m", 300000 },
		{ "1h30m", 5400000 },
		{ "250ms", 250 },
		{ "72h", 259200000 },
		{ "1m0s", 60000 },
		{ "72h0m0s", 259200000 },
		{ "1.5s", 1500 },
		{ "0.25h", 900000 },
		{ "1.000000000h", 3600000 },
		{ "1h1m1s1ms", 3661001 },
		{ "18446744073709551615ms", UINT64_MAX },
	};
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t ms = 1;

		assert_int_equal(scd_value_duration(good[i].text, 0, 0, &ms, &err), 0);
		assert_int_equal(ms, good[i].ms);
	}
}

static void durations_that_guess_or_overflow_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"60",
		":s",
		"1:",
		"s",
		"-5s",
		"+5s",
		"5 s",
		" 5s",
		"5s ",
		"5S",
		"5sec",
		"1d",
		"1us",
		"1ns",
		"1.s",
		".5s",
		"1.0005s",
		"0x5s",
		"5s5",
		"00",
		"1h-30m",
		"1e3s",
		"m",
		"1..5s",
		"5,5s",
		"18446744073709551616ms",
		"5124095576030432h",
		"18446744073709551615ms1ms",
		"1.0000000000s",
	};
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t ms = 42;

		assert_int_equal(scd_value_duration(bad[i], 0, 0, &ms, &err), -1);
		assert_int_equal(ms, 42);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_non_null(strstr(err.msg, "60s, 5m, 1h30m or 250ms"));
	}
}

static void numbers_are_digits_that_fit(void **state)
{
	static const char *const bad[] = { "",	  "-1",	  "+1",
					   "1.0", "0x10", "1e3",
					   " 1",  "1 ",	  "18446744073709551616",
					   ":",	  "1:",	  "99999999999999999999" };
	struct scd_error err;
	uint64_t value = 42;

	(void)state;
	assert_int_equal(scd_value_uint("18446744073709551615", 0, 0, &value, &err), 0);
	assert_int_equal(value, UINT64_MAX);
	assert_int_equal(scd_value_uint("007", 0, 0, &value, &err), 0);
	assert_int_equal(value, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(scd_value_uint(bad[i], 0, 0, &value, &err), -1);
		assert_int_equal(value, 7);
		assert_non_null(strstr(err.msg, "is not a number"));
	}
}

static void bounds_are_inclusive_and_named(void **state)
{
	struct scd_error err;
	uint64_t value;

	(void)state;
	assert_int_equal(scd_value_uint("0", 0, 6, &value, &err), 0);
	assert_int_equal(scd_value_uint("6", 0, 6, &value, &err), 0);
	assert_int_equal(scd_value_uint("7", 0, 6, &value, &err), -1);
	assert_string_equal(err.msg, "\"7\" is out of range: from 0 to 6");

	assert_int_equal(scd_value_duration("5s", 5000, 86400000, &value, &err), 0);
	assert_int_equal(scd_value_duration("24h", 5000, 86400000, &value, &err), 0);
	assert_int_equal(scd_value_duration("4999ms", 5000, 86400000, &value, &err), -1);
	assert_string_equal(err.msg, "\"4999ms\" is out of range: from 5s to 24h");
	assert_int_equal(scd_value_duration("1ms", 90000, 0, &value, &err), -1);
	assert_string_equal(err.msg, "\"1ms\" is too little: at least 90s");
	assert_int_equal(scd_value_duration("1ms", 120000, 120500, &value, &err), -1);
	assert_string_equal(err.msg, "\"1ms\" is out of range: from 2m to 120500ms");
}

static void what_is_shown_is_short_and_safe(void **state)
{
	char shown[SCD_VALUE_SHOWN], text[200];

	(void)state;
	assert_string_equal(scd_value_show("a\x1b[31m\n", shown), "\"a\\u001b[31m\\n\"");
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	scd_value_show(text, shown);
	assert_in_range(strlen(shown), 60, sizeof(shown) - 1);
	assert_int_equal(shown[strlen(shown) - 1], '"');
}

static void words_are_copied_into_a_list(void **state)
{
	struct scd_strings list = { 0 };
	char word[] = "alpha";

	(void)state;
	assert_int_equal(scd_strings_add(&list, word, 5), 0);
	assert_int_equal(scd_strings_add(&list, "beta", 2), 0);
	word[0] = 'x';
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0], "alpha");
	assert_string_equal(list.items[1], "be");
	scd_strings_done(&list);
	assert_int_equal(list.count, 0);
	scd_strings_done(&list); /* harmless again */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(booleans_are_true_or_false_and_nothing_else),
		cmocka_unit_test(durations_are_read_as_go_writes_them),
		cmocka_unit_test(durations_that_guess_or_overflow_are_refused),
		cmocka_unit_test(numbers_are_digits_that_fit),
		cmocka_unit_test(bounds_are_inclusive_and_named),
		cmocka_unit_test(what_is_shown_is_short_and_safe),
		cmocka_unit_test(words_are_copied_into_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

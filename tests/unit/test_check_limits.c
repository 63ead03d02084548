/* SPDX-License-Identifier: MIT */
/* Texts as large as they may be, and larger, with as many faults as fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "check.h"
#include "pin.h"

/* One target for all machines, so that one .expect serves them. */
static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"

static void a_text_over_the_limit_is_refused_unread(void **state)
{
	static char text[SCD_PROFILE_MAX + 1];
	auto_report struct scd_report report = { 0 }, smaller = { 0 };
	struct scd_error err;

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '{';
	text[1] = '}';
	assert_int_equal(scd_check_profile(text, sizeof(text), &standard, &report, &err), 0);
	assert_int_equal(report.count, 1);
	assert_int_equal(report.items[0].rule->number, SCD_PATH_RULES);
	assert_int_equal(scd_check_profile(text, sizeof(text) - 1, &standard, &smaller, &err), 0);
	assert_int_equal(smaller.items[0].rule->number, SCD_PROFILE_EMPTY);
}

/* 200,000 faults, each of which would cost the length of the text to locate. */
static void a_text_wrong_everywhere_is_judged_at_once(void **state)
{
	enum {
		FAULTS = 200000
	};
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report report = { 0 };
	struct scd_error err;

	(void)state;
	scd_buf_puts(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (int i = 0; i < FAULTS; i++)
		scd_buf_puts(&text, "null,");
	scd_buf_puts(&text, "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}");
	assert_false(text.failed);
	assert_int_equal(scd_check_profile(text.data, text.len, &standard, &report, &err), 0);
	assert_int_equal(report.by_severity[SCD_ERROR], FAULTS);
	assert_int_equal(report.count, SCD_FINDINGS_MAX);
}

static void a_hundred_thousand_unknown_names_are_warnings(void **state)
{
	enum {
		NAMES = 90000
	};
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report report = { 0 };
	struct scd_error err;

	(void)state;
	scd_buf_puts(&text,
		     "{\"defaultAction\":\"SCMP_ACT_LOG\"," ARCHS "\"syscalls\":[{\"action\":"
		     "\"SCMP_ACT_ALLOW\",\"names\":[\"read\"");
	for (int i = 0; i < NAMES; i++)
		scd_buf_printf(&text, ",\"zq%05d\"", i);
	scd_buf_puts(&text, "]}]}");
	assert_false(text.failed);
	assert_int_equal(scd_check_profile(text.data, text.len, &standard, &report, &err), 0);
	assert_true(scd_report_accepts(&report));
	assert_int_equal(report.by_severity[SCD_WARNING], NAMES);
}

/* Comparing every rule with the values of all others would take minutes. */
static void rules_for_one_call_without_end_are_compared_in_time(void **state)
{
	static const struct {
		const char *more; /* conditions of every rule */
		int rules;
	} cases[] = {
		{ "", 1400 },
		{ ",{\"index\":2,\"op\":\"SCMP_CMP_EQ\",\"value\":1}", 250 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
		auto_report struct scd_report report = { 0 };
		struct scd_error err;
		clock_t start = clock();

		scd_buf_puts(&text,
			     "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":[");
		for (int j = 0; j < cases[i].rules; j++) {
			scd_buf_printf(&text,
				       "%s{\"names\":[\"ioctl\"],\"action\":"
				       "\"SCMP_ACT_ERRNO\",\"args\":[",
				       j ? "," : "");
			scd_buf_printf(&text,
				       "{\"index\":1,\"op\":\"SCMP_CMP_EQ\","
				       "\"value\":%d}%s",
				       j * 7 + 1000, cases[i].more);
			scd_buf_puts(&text, "]}");
		}
		scd_buf_puts(&text, "]}");
		assert_int_equal(scd_check_profile(text.data, text.len, &standard, &report, &err),
				 0);
		assert_true(scd_report_accepts(&report));
		assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
	}
}

static void an_error_behind_many_notes_is_kept(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report report = { 0 };
	struct scd_error err;
	bool seen = false;

	(void)state;
	scd_buf_putc(&text, '{');
	for (int i = 0; i < 500; i++)
		scd_buf_printf(&text, "\"zzzzz%d\":0,", i);
	scd_buf_puts(&text, "\"defaultAction\":\"SCMP_ACT_NO\"}");
	assert_int_equal(scd_check_profile(text.data, text.len, &standard, &report, &err), 0);
	assert_int_equal(report.by_severity[SCD_NOTE], 500);
	assert_int_equal(report.count, SCD_FINDINGS_MAX);
	for (size_t i = 0; i < report.count; i++)
		seen |= report.items[i].rule->number == SCD_ACTION_UNKNOWN;
	assert_true(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_over_the_limit_is_refused_unread),
		cmocka_unit_test(a_text_wrong_everywhere_is_judged_at_once),
		cmocka_unit_test(a_hundred_thousand_unknown_names_are_warnings),
		cmocka_unit_test(rules_for_one_call_without_end_are_compared_in_time),
		cmocka_unit_test(an_error_behind_many_notes_is_kept),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
/* JSON to typed data: every field, exactly; and what stays usable of a faulty file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "from_text.h"
#include "lint.h"

static size_t errors(const struct from_text *r)
{
	return r->report.by_severity[SCD_ERROR];
}

static bool says(const struct from_text *r, unsigned number, const char *pointer, const char *part)
{
	for (size_t i = 0; i < r->report.count; i++) {
		const struct scd_finding *f = &r->report.items[i];

		if (f->rule->number == number && strcmp(f->pointer, pointer) == 0 &&
		    strstr(f->message, part))
			return true;
	}
	return false;
}

static void every_field_is_read(void **state)
{
	auto_from_text struct from_text r;
	const struct scd_profile_rule *rule;

	(void)state;
	read_text(&r, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		      "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"],"
		      "\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"],"
		      "\"listenerPath\":\"/run/a\",\"listenerMetadata\":\"m\",\"syscalls\":["
		      "{\"names\":[\"a\",\"b\"],\"action\":\"SCMP_ACT_TRACE\",\"errnoRet\":7,"
		      "\"args\":[{\"index\":5,\"value\":18446744073709551615,"
		      "\"valueTwo\":9007199254740993,\"op\":\"SCMP_CMP_MASKED_EQ\"},"
		      "{\"op\":\"SCMP_CMP_NE\"}]},"
		      "{\"names\":[\"c\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");
	assert_int_equal(errors(&r), 0);
	assert_string_equal(r.profile.default_action->name, "SCMP_ACT_ERRNO");
	assert_int_equal(scd_profile_default_action(&r.profile), SCMP_ACT_ERRNO(38));
	assert_int_equal(r.profile.arch_count, 2);
	assert_int_equal(r.profile.archs[0], SCMP_ARCH_X86_64);
	assert_int_equal(r.profile.archs[1], SCMP_ARCH_X32);
	assert_string_equal(r.profile.archs_at[1]->string, "SCMP_ARCH_X32");
	assert_int_equal(r.profile.flags->count, 1);
	assert_string_equal(r.profile.listener_path->string, "/run/a");
	assert_int_equal(r.profile.rule_count, 2);
	rule = &r.profile.rules[0];
	assert_int_equal(rule->names->count, 2);
	assert_int_equal(scd_profile_rule_action(rule), SCMP_ACT_TRACE(7));
	assert_int_equal(rule->arg_count, 2);
	assert_int_equal(rule->args[0].arg, 5);
	assert_int_equal(rule->args[0].op, SCMP_CMP_MASKED_EQ);
	assert_true(rule->args[0].datum_a == UINT64_MAX);
	assert_true(rule->args[0].datum_b == UINT64_C(9007199254740993));
	assert_int_equal(rule->args[1].arg, 0);
	assert_int_equal(rule->args[1].op, SCMP_CMP_NE);
	assert_true(rule->args[1].datum_a == 0 && rule->args[1].datum_b == 0);
	assert_int_equal(scd_profile_rule_action(&r.profile.rules[1]), SCMP_ACT_ALLOW);
}

/* errnoRet goes where the action takes it, EPERM where there is none, 16 bits of it. */
static void errnos_become_part_of_the_action(void **state)
{
	static const struct {
		const char *rule;
		uint32_t action;
	} cases[] = {
		{ "\"SCMP_ACT_ERRNO\"", SCMP_ACT_ERRNO(EPERM) },
		{ "\"SCMP_ACT_ERRNO\",\"errnoRet\":null", SCMP_ACT_ERRNO(EPERM) },
		{ "\"SCMP_ACT_ERRNO\",\"errnoRet\":0", SCMP_ACT_ERRNO(0) },
		{ "\"SCMP_ACT_ERRNO\",\"errnoRet\":4094", SCMP_ACT_ERRNO(4094) },
		{ "\"SCMP_ACT_ERRNO\",\"errnoRet\":65549", SCMP_ACT_ERRNO(13) },
		{ "\"SCMP_ACT_TRACE\"", SCMP_ACT_TRACE(EPERM) },
		{ "\"SCMP_ACT_TRACE\",\"errnoRet\":65535", SCMP_ACT_TRACE(65535) },
		{ "\"SCMP_ACT_KILL\"", SCMP_ACT_KILL_THREAD },
		{ "\"SCMP_ACT_KILL_PROCESS\"", SCMP_ACT_KILL_PROCESS },
		{ "\"SCMP_ACT_TRAP\"", SCMP_ACT_TRAP },
		{ "\"SCMP_ACT_LOG\"", SCMP_ACT_LOG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_from_text struct from_text r;
		char text[256];

		(void)snprintf(text, sizeof(text), ALLOWING("{\"names\":[\"bpf\"],\"action\":%s}"),
			       cases[i].rule);
		read_text(&r, text);
		assert_int_equal(errors(&r), 0);
		assert_int_equal(scd_profile_rule_action(&r.profile.rules[0]), cases[i].action);
	}
}

static void errnos_out_of_range_are_errors_at_their_place(void **state)
{
	static const struct {
		const char *number;
		enum scd_severity severity;
	} cases[] = {
		{ "4095", SCD_ERROR },	     { "65535", SCD_ERROR }, { "65536", SCD_WARNING },
		{ "65549", SCD_WARNING },    { "69631", SCD_ERROR }, { "4294967295", SCD_ERROR },
		{ "4294967309", SCD_ERROR }, { "0", SCD_WARNING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_from_text struct from_text r;
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":%s,"
			       "\"syscalls\":[]}",
			       cases[i].number);
		read_text(&r, text);
		assert_int_equal(errors(&r) > 0, cases[i].severity == SCD_ERROR);
		assert_string_equal(r.report.items[0].pointer, "/defaultErrnoRet");
		assert_int_equal(r.report.items[0].severity, cases[i].severity);
	}
}

static void an_architecture_is_kept_once(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	read_text(&r,
		  "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
		  "\"SCMP_ARCH_X86\",\"SCMP_ARCH_NO\",\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]}");
	assert_int_equal(r.profile.arch_count, 2);
	assert_int_equal(r.profile.archs[0], SCMP_ARCH_X86);
	assert_int_equal(r.profile.archs[1], SCMP_ARCH_X86_64);
	assert_true(says(&r, SCD_ARCH_UNKNOWN, "/architectures/1", "not an architecture"));
}

static void a_faulty_file_is_read_as_far_as_it_makes_sense(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	read_text(&r, "{\"defaultAction\":7,\"syscalls\":[null,{\"names\":\"read\","
		      "\"action\":\"SCMP_ACT_NO\",\"args\":[null,{\"index\":9,\"op\":1}]},"
		      "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}],\"flags\":\"x\"}");
	assert_null(r.profile.default_action);
	assert_null(r.profile.flags);
	assert_int_equal(r.profile.rule_count, 2);
	assert_null(r.profile.rules[0].names);
	assert_null(r.profile.rules[0].action);
	assert_int_equal(r.profile.rules[0].arg_count, 2);
	assert_true(r.profile.rules[0].args[1].arg < 6); /* whatever the file says */
	assert_int_equal(scd_profile_rule_action(&r.profile.rules[1]), SCMP_ACT_ERRNO(EPERM));
	assert_true(says(&r, SCD_TYPE_MISMATCH, "/defaultAction", "a string"));
	assert_true(says(&r, SCD_NULL_ELEMENT, "/syscalls/0", "null"));
	assert_true(says(&r, SCD_TYPE_MISMATCH, "/syscalls/1/names", "a list of strings"));
	assert_true(says(&r, SCD_ACTION_UNKNOWN, "/syscalls/1/action", "SCMP_ACT_NO"));
	assert_true(says(&r, SCD_NULL_ELEMENT, "/syscalls/1/args/0", "null"));
	assert_true(says(&r, SCD_ARG_INDEX, "/syscalls/1/args/1/index", "9"));
	scd_lint_profile(&r.judge, &r.profile); /* takes it as well */
}

static void misspelt_keys_are_errors_and_remarks_are_notes(void **state)
{
	static const struct {
		const char *key;
		enum scd_severity severity;
	} cases[] = {
		{ "defaultActon", SCD_ERROR }, { "default_action", SCD_ERROR },
		{ "sycalls", SCD_ERROR },      { "syscall", SCD_ERROR },
		{ "architecture", SCD_ERROR }, { "flag", SCD_ERROR },
		{ "_comment", SCD_NOTE },      { "description", SCD_NOTE },
		{ "$schema", SCD_NOTE },       { "", SCD_NOTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_from_text struct from_text r;
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"%s\":1}", cases[i].key);
		read_text(&r, text);
		assert_int_equal(r.report.total, 1);
		assert_int_equal(r.report.items[0].rule->number, SCD_UNKNOWN_KEY);
		assert_int_equal(r.report.items[0].severity, cases[i].severity);
	}
}

static void keys_in_another_case_are_errors(void **state)
{
	static const char *const keys[] = { "SYSCALLS", "Syscalls", "ſyscalls", "\\u017fyscalls" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		auto_from_text struct from_text r;
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"%s\":[]}", keys[i]);
		read_text(&r, text);
		assert_int_equal(r.report.items[0].rule->number, SCD_KEY_CASE);
		assert_int_equal(r.report.items[0].severity, SCD_ERROR);
	}
}

static void names_in_messages_are_safe_to_show(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	read_text(&r, "{\"defaultAction\":\"\\u001b[31m\\u0085\\u202e\\n\",\"\\u0007bell\":1}");
	for (size_t i = 0; i < r.report.count; i++) {
		assert_null(strpbrk(r.report.items[i].message, "\x1b\n\a"));
		assert_null(strpbrk(r.report.items[i].pointer, "\x1b\n\a"));
		assert_null(strstr(r.report.items[i].message, "\xc2\x85"));
	}
	assert_true(r.report.count >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(errnos_become_part_of_the_action),
		cmocka_unit_test(errnos_out_of_range_are_errors_at_their_place),
		cmocka_unit_test(an_architecture_is_kept_once),
		cmocka_unit_test(a_faulty_file_is_read_as_far_as_it_makes_sense),
		cmocka_unit_test(misspelt_keys_are_errors_and_remarks_are_notes),
		cmocka_unit_test(keys_in_another_case_are_errors),
		cmocka_unit_test(names_in_messages_are_safe_to_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

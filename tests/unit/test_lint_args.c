/* SPDX-License-Identifier: MIT */
/* What is wrong with conditions on arguments, each by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "from_text.h"
#include "lint_args.h"
#include "pin.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A rule with conditions, beside a default action. */
#define DENY(name, args) ALLOWING(RULE_IF("\"" name "\"", "ERRNO", args))
#define ALLOW(name, args) DENYING(RULE_IF("\"" name "\"", "ALLOW", args))
#define LOG(name, args) ALLOWING(RULE_IF("\"" name "\"", "LOG", args))
#define ALLOW_NOT_LOG(name, args)                                                             \
	"{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[" RULE_IF("\"" name "\"", "ALLOW", \
								     args) "]}"

#define MASKED(value) "{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #value "}"
#define MASKED_TWO(value, two) \
	"{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #value ",\"valueTwo\":" #two "}"

static const struct {
	const char *text;
	enum scd_rule_number number; /* 0: nothing is found */
	enum scd_severity severity;
	const char *words; /* that it begins with */
} cases[] = {
	/* The flags, or the mode, that may have been meant. */
	{ DENY("openat", WHEN(1, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_ERROR,
	  "argument 1 of openat is a pointer (its flags are argument 2): the filter" },
	{ DENY("mount", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_ERROR,
	  "argument 0 of mount is a pointer (its flags are argument 3): the filter" },
	{ DENY("chmod", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_ERROR,
	  "argument 0 of chmod is a pointer (its flags are argument 1): the filter" },
	{ DENY("chdir", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_ERROR,
	  "argument 0 of chdir is a pointer: the filter" },
	{ ALLOW("chdir", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_ERROR, "argument 0 of" },
	{ LOG("chdir", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_WARNING, "argument 0 of" },
	{ ALLOW_NOT_LOG("chdir", WHEN(0, EQ, 4096)), SCD_ARG_IS_POINTER, SCD_WARNING, "argument" },
	/* Whether a pointer is NULL a filter can tell. */
	{ DENY("chdir", WHEN(0, EQ, 0)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, NE, 0)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, GT, 0)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, LE, 0)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, GE, 1)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, LT, 1)), 0, 0, NULL },
	{ DENY("chdir", MASKED_TWO(18446744073709551615, 0)), 0, 0, NULL },
	{ DENY("chdir", WHEN(0, GT, 1)), SCD_ARG_IS_POINTER, SCD_ERROR, "argument 0 of chdir" },
	{ DENY("chdir", WHEN(0, GE, 2)), SCD_ARG_IS_POINTER, SCD_ERROR, "argument 0 of chdir" },
	{ DENY("chdir", MASKED_TWO(18446744073709551615, 1)), SCD_ARG_IS_POINTER, SCD_ERROR, "" },
	/* Registers that the call does not look at. */
	{ DENY("getpid", WHEN(0, EQ, 1)), SCD_ARG_BEYOND_ARITY, SCD_ERROR,
	  "getpid takes no arguments: argument 0 is" },
	{ DENY("close", WHEN(1, EQ, 1)), SCD_ARG_BEYOND_ARITY, SCD_ERROR,
	  "close takes argument 0 alone: argument 1 is" },
	{ DENY("dup2", WHEN(2, EQ, 1)), SCD_ARG_BEYOND_ARITY, SCD_ERROR,
	  "dup2 takes arguments 0 to 1: argument 2 is" },
	{ LOG("dup2", WHEN(2, EQ, 1)), SCD_ARG_BEYOND_ARITY, SCD_WARNING, "dup2 takes" },
	{ DENY("dup2", WHEN(1, EQ, 1)), 0, 0, NULL },
	/* Masks. */
	{ ALLOW("close", MASKED_TWO(2, 5)), SCD_MASKED_EQ_SWAPPED, SCD_ERROR,
	  "value is the mask, and valueTwo has bits outside it: libseccomp drops them, and this "
	  "matches when (argument 0 & 0x2) == 0x0; were" },
	{ DENY("close", MASKED_TWO(2, 7)), SCD_MASKED_EQ_SWAPPED, SCD_WARNING,
	  "value is the mask, and valueTwo has bits outside it: libseccomp drops them, and this "
	  "matches when (argument 0 & 0x2) == 0x2; were" },
	{ ALLOW_NOT_LOG("close", MASKED_TWO(2, 5)), SCD_MASKED_EQ_SWAPPED, SCD_WARNING, "value" },
	{ DENY("close", MASKED_TWO(7, 2)), 0, 0, NULL },
	{ DENY("close", MASKED(4096)), SCD_MASKED_EQ_SWAPPED, SCD_ERROR,
	  "valueTwo is missing, which is 0: this denies when argument 0 has none of the bits 0x1000, "
	  "and allows what has them; write \"valueTwo\": 4096" },
	{ DENY("close", MASKED(6)), SCD_MASKED_EQ_SWAPPED, SCD_ERROR, "valueTwo is missing" },
	{ DENY("close", MASKED_TWO(6, null)), SCD_MASKED_EQ_SWAPPED, SCD_ERROR, "valueTwo is mi" },
	{ DENY("close", MASKED_TWO(4096, 0)), SCD_MASKED_EQ_SWAPPED, SCD_WARNING,
	  "valueTwo is 0:" },
	{ DENY("close", MASKED_TWO(6, 0)), 0, 0, NULL },
	{ ALLOW("close", MASKED(4096)), 0, 0, NULL },
	{ DENY("close", MASKED(4294967295)), 0, 0, NULL },
	{ DENY("close", MASKED(18446744073709551615)), 0, 0, NULL },
	/* Always, or never. */
	{ DENY("close", WHEN(0, LT, 0)), SCD_COND_CONSTANT, SCD_ERROR,
	  "the condition on argument 0 is never true: the rule denies nothing; write" },
	{ ALLOW("close", WHEN(0, LT, 0)), SCD_COND_CONSTANT, SCD_WARNING,
	  "the condition on argument 0 is never true: nothing matches it; write" },
	{ DENY("close", WHEN(0, LT, 0) "," WHEN(0, EQ, 1)), SCD_COND_CONSTANT, SCD_WARNING,
	  "the condition on argument 0 is never true: nothing matches it; write" },
	{ DENY("dup2", WHEN(0, LT, 0) "," WHEN(1, EQ, 1)), SCD_COND_CONSTANT, SCD_ERROR,
	  "the condition on argument 0 is never true: the rule denies nothing; write" },
	{ DENY("close", WHEN(0, GT, 18446744073709551615)), SCD_COND_CONSTANT, SCD_ERROR,
	  "the condition on argument 0 is never true" },
	{ DENY("close", WHEN(0, GE, 0)), SCD_COND_CONSTANT, SCD_WARNING,
	  "the condition on argument 0 is always true: it narrows nothing; write" },
	{ DENY("close", WHEN(0, LE, 18446744073709551615)), SCD_COND_CONSTANT, SCD_WARNING,
	  "the condition on argument 0 is always true" },
	{ DENY("close", MASKED(0)), SCD_COND_CONSTANT, SCD_WARNING,
	  "the condition on argument 0 is always true" },
	{ DENY("close", WHEN(0, GE, 1)), 0, 0, NULL },
	{ DENY("close", WHEN(0, LE, 0)), 0, 0, NULL },
	{ DENY("close", WHEN(0, GT, 0)), 0, 0, NULL },
	/* The runtimes skip it. */
	{ ALLOWING(RULE_IF("\"close\"", "ALLOW", WHEN(0, GE, 0))), 0, 0, NULL },
};

static void each_condition_is_judged_for_what_it_is_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_from_text struct from_text r;
		const struct scd_finding *found;

		read_text(&r, cases[i].text);
		scd_report_done(&r.report); /* what the reader said */
		scd_lint_args(&r.judge, &r.profile);
		found = r.report.items;
		if (r.report.total != (cases[i].number ? 1 : 0))
			fail_msg("%s: %zu findings", cases[i].text, r.report.total);
		if (found && (found->rule->number != cases[i].number ||
			      found->severity != cases[i].severity ||
			      strncmp(found->message, cases[i].words, strlen(cases[i].words)) != 0))
			fail_msg("%s: %s: %s", cases[i].text, scd_severity_name(found->severity),
				 found->message);
	}
}

/* One of a kind for a rule with many names: the first of them is named. */
static void one_finding_of_a_kind_is_enough_for_a_condition(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	read_text(&r, ALLOWING(RULE_IF("\"close\",\"chdir\",\"getpid\",\"rmdir\",\"getuid\"",
				       "ERRNO", WHEN(0, EQ, 7))));
	scd_lint_args(&r.judge, &r.profile);
	assert_int_equal(r.report.total, 2);
	assert_non_null(strstr(r.report.items[0].message, "argument 0 of chdir is a pointer"));
	assert_non_null(strstr(r.report.items[1].message, "getpid takes no arguments"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_is_judged_for_what_it_is_to_do),
		cmocka_unit_test(one_finding_of_a_kind_is_enough_for_a_condition),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

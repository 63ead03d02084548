/* SPDX-License-Identifier: MIT */
/* Each rule reports its own example, and nothing is wrong with the repaired form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "check.h"
#include "pin.h"

static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

static void judge(const char *text, struct scd_report *report)
{
	struct scd_error err;

	assert_int_equal(scd_check_profile(text, strlen(text), &standard, report, &err), 0);
}

/* Rules without an example: nothing small is too large, and the daemon finds what is about names.
 */
static bool has_no_example(const struct scd_rule *rule)
{
	return rule->number == SCD_FILTER_TOO_LARGE || rule->number == SCD_COMPILE_TOO_EXPENSIVE ||
	       rule->number == SCD_PATH_RULES || rule->number == SCD_CRUN_CACHE_ERRNO;
}

static size_t complain(const struct scd_rule *rule, const char *text,
		       const struct scd_report *report)
{
	print_error("%s\n", text);
	for (size_t i = 0; i < report->count; i++)
		print_error("  %s %s: %s\n", scd_severity_name(report->items[i].severity),
			    report->items[i].rule->id, report->items[i].message);
	print_error("%s %s\n", rule->id, rule->name);
	return 1;
}

/* Nothing else is said at the rule's severity or above; notes come in company. */
static void the_example_of_a_rule_is_reported_by_it_alone(void **state)
{
	size_t count, wrong = 0;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		auto_report struct scd_report report = { 0 };
		bool own = false, other = false;

		assert_int_equal(rules[i].bad == NULL, has_no_example(&rules[i]));
		if (!rules[i].bad)
			continue;
		judge(rules[i].bad, &report);
		for (size_t j = 0; j < report.count; j++) {
			const struct scd_finding *finding = &report.items[j];

			if (finding->rule == &rules[i])
				own |= finding->severity >= rules[i].severity;
			else
				other |= finding->severity >= rules[i].severity;
		}
		if (rules[i].severity == SCD_NOTE)
			other = false;
		if (!own || other)
			wrong += complain(&rules[i], rules[i].bad, &report);
	}
	assert_int_equal(wrong, 0);
}

static void nothing_is_wrong_with_the_repaired_form(void **state)
{
	size_t count, wrong = 0;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		auto_report struct scd_report report = { 0 };
		bool own = false;

		assert_int_equal(rules[i].good == NULL, has_no_example(&rules[i]));
		if (!rules[i].good)
			continue;
		judge(rules[i].good, &report);
		for (size_t j = 0; j < report.count; j++)
			own |= report.items[j].rule == &rules[i];
		if (own || report.by_severity[SCD_ERROR] || report.by_severity[SCD_WARNING])
			wrong += complain(&rules[i], rules[i].good, &report);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_a_rule_is_reported_by_it_alone),
		cmocka_unit_test(nothing_is_wrong_with_the_repaired_form),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

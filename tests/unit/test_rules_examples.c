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

/* For all targets, but one: runc before 1.2 refuses every flag, and no list of flags is without
 * that. */
static void judge(const struct scd_rule *rule, const char *text, struct scd_report *report)
{
	const struct scd_check_opts opts = {
		.archs = { SCMP_ARCH_X86_64 },
		.arch_count = 1,
		.oci_runtimes = rule->number == SCD_FLAGS_DROP_SSB ? SCD_CRUN : SCD_OCI_RUNTIME_ANY,
	};
	struct scd_error err;

	assert_int_equal(scd_check_profile(text, strlen(text), &opts, report, &err), 0);
}

/* Rules without an example: nothing small is too large, and what is about names is the daemon's. */
static bool has_no_example(const struct scd_rule *rule)
{
	return rule->number == SCD_FILTER_TOO_LARGE || rule->number == SCD_COMPILE_TOO_EXPENSIVE ||
	       rule->number == SCD_PATH_RULES || rule->number == SCD_CRUN_CACHE_ERRNO;
}

/* seccompctl reads manifests, and manifests.bats judges their examples. */
static bool is_of_manifests(const struct scd_rule *rule)
{
	return rule->number >= SCD_MANIFEST_SYNTAX;
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

/* What is said of some version or of the future, of profiles that are as they should be. */
static bool is_company(const struct scd_finding *finding)
{
	return finding->severity == SCD_NOTE && (finding->rule->number == SCD_SYSCALL_TOO_NEW ||
						 finding->rule->number == SCD_ACTION_VERSION ||
						 finding->rule->number == SCD_OCI_ARTIFACT);
}

/* Whether the report holds findings of @rule, at its severity, and of no other. */
static bool is_of(const struct scd_rule *rule, const struct scd_report *report)
{
	bool own = false;

	for (size_t i = 0; i < report->count; i++) {
		const struct scd_finding *finding = &report->items[i];

		if (finding->rule == rule)
			own |= finding->severity >= rule->severity;
		else if (!is_company(finding))
			return false;
	}
	return own;
}

static void the_example_of_a_rule_is_reported_by_it_alone(void **state)
{
	size_t count, wrong = 0;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		auto_report struct scd_report report = { 0 };

		assert_int_equal(rules[i].bad == NULL, has_no_example(&rules[i]));
		if (!rules[i].bad || is_of_manifests(&rules[i]))
			continue;
		judge(&rules[i], rules[i].bad, &report);
		if (!is_of(&rules[i], &report))
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
		bool clean = true;

		assert_int_equal(rules[i].good == NULL, has_no_example(&rules[i]));
		if (!rules[i].good || is_of_manifests(&rules[i]))
			continue;
		judge(&rules[i], rules[i].good, &report);
		for (size_t j = 0; j < report.count; j++)
			clean &= is_company(&report.items[j]) && report.items[j].rule != &rules[i];
		if (!clean)
			wrong += complain(&rules[i], rules[i].good, &report);
	}
	assert_int_equal(wrong, 0);
}

/* A message says what happens and what to write instead: never less than a clause of each. */
static void every_finding_of_an_example_has_a_place_and_says_enough(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		auto_report struct scd_report report = { 0 };

		if (!rules[i].bad || is_of_manifests(&rules[i]))
			continue;
		judge(&rules[i], rules[i].bad, &report);
		for (size_t j = 0; j < report.count; j++) {
			assert_true(report.items[j].line > 0 && report.items[j].column > 0);
			assert_non_null(report.items[j].pointer);
			assert_true(strlen(report.items[j].message) > 30);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_a_rule_is_reported_by_it_alone),
		cmocka_unit_test(nothing_is_wrong_with_the_repaired_form),
		cmocka_unit_test(every_finding_of_an_example_has_a_place_and_says_enough),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

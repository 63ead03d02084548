/* SPDX-License-Identifier: MIT */
/*
 * cri_o_view [caps]
 *
 * What common/view.c says that CRI-O hands to the OCI runtime for each profile of stdin, a line
 * each, in a container without capabilities, or with every one. "?" where there is an error in the
 * profile: then nothing is said of it. The form is that of tests/full/cri_o/main.go.
 */
#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "view.h"

static void print_number(bool has, uint64_t n)
{
	if (has)
		(void)printf(" %ju", (uintmax_t)n);
	else
		(void)printf(" -");
}

static const char *name_of(enum scmp_compare op)
{
	static const char *const names[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };

	return names[op - SCMP_CMP_NE];
}

static void print_rule(const struct scd_profile_rule *rule)
{
	const struct scd_json_value *name = NULL;
	const char *separator = " {";

	while ((name = scd_profile_next_name(rule, name))) {
		(void)printf("%s%s", separator, name->string);
		separator = ",";
	}
	(void)printf(" %s", rule->action->name);
	print_number(rule->has_errno, rule->errno_ret);
	for (size_t i = 0; i < rule->arg_count; i++)
		(void)printf(" %u:SCMP_CMP_%s:%ju:%ju", rule->args[i].arg,
			     name_of(rule->args[i].op), (uintmax_t)rule->args[i].datum_a,
			     (uintmax_t)rule->args[i].datum_b);
	(void)printf("}");
}

static void print_view(const struct scd_profile *view)
{
	(void)printf("%s", view->default_action->name);
	print_number(view->has_default_errno, view->default_errno);
	(void)printf(" [");
	for (size_t i = 0; i < view->arch_count; i++)
		(void)printf(" %s", scd_arch_of(view->archs[i])->name);
	(void)printf(" ]");
	for (size_t i = 0; i < view->rule_count; i++)
		if (scd_profile_next_name(&view->rules[i], NULL))
			print_rule(&view->rules[i]);
	(void)printf("\n");
}

static int show(const char *text, size_t len, bool caps)
{
	const struct scd_check_opts opts =
		scd_check_opts_complete(&(struct scd_check_opts){ .runtimes = SCD_CRI_O });
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = text, .len = len, .opts = &opts, .report = &report };
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	auto_view struct scd_profile view = { 0 };
	struct scd_error err;

	if (scd_json_parse(text, len, &json, &err) < 0)
		return -1;
	if (json.fault_count || !scd_json_root(&json)) {
		(void)printf("?\n");
		return 0;
	}
	if (scd_profile_read(scd_json_root(&json), &judge, &profile, &err) < 0)
		return -1;
	if (!scd_report_accepts(&report)) {
		(void)printf("?\n");
		return 0;
	}
	if (scd_view_of(&profile, opts.archs[0], caps, &view, &err) < 0)
		return -1;
	print_view(&view);
	return 0;
}

int main(int argc, char **argv)
{
	auto_free char *line = NULL;
	size_t size = 0;
	ssize_t len;

	(void)argv;
	while ((len = getline(&line, &size, stdin)) > 0)
		if (show(line, (size_t)len, argc > 1) < 0)
			return 1;
	return 0;
}

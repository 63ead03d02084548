/* SPDX-License-Identifier: MIT */
/* JSON to typed data to findings, without a compilation. The first byte chooses whom to
 * judge for. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the compiler of a profile without errors relies on. */
static void check_compilable(const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		assert(rule->action);
		for (size_t j = 0; j < rule->arg_count; j++)
			assert(rule->args[j].arg < 6 && rule->args[j].op >= SCMP_CMP_NE &&
			       rule->args[j].op <= SCMP_CMP_MASKED_EQ);
		assert((scd_profile_rule_action(rule) & 0xffff0000U) == rule->action->value ||
		       rule->action->value == SCMP_ACT_KILL_PROCESS);
	}
}

static void check_findings(const struct scd_report *report)
{
	assert(report->count <= SCD_FINDINGS_MAX && report->count <= report->total);
	assert(!report->failed);
	for (size_t i = 0; i < report->count; i++) {
		assert(report->items[i].line >= 1 && report->items[i].column >= 1);
		assert(*report->items[i].message);
		assert(!strchr(report->items[i].message, '\n'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scd_check_opts opts = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .opts = &opts, .report = &report };
	struct scd_error err;

	if (size == 0)
		return 0;
	opts.runtimes = 1 + data[0] % SCD_RUNTIME_ANY;
	opts.oci_runtimes = 1 + data[0] / 4 % SCD_OCI_RUNTIME_ANY;
	judge.text = (const char *)data + 1;
	judge.len = size - 1;
	assert(scd_json_parse(judge.text, judge.len, &json, &err) == 0);
	if (!scd_json_root(&json))
		return 0;
	assert(scd_profile_read(scd_json_root(&json), &judge, &profile, &err) == 0);
	scd_lint_profile(&judge, &profile);
	check_findings(&report);
	if (scd_report_accepts(&report)) {
		assert(profile.default_action);
		check_compilable(&profile);
	}
	return 0;
}

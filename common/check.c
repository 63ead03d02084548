/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <string.h>

#include "compile.h"
#include "lint.h"
#include "start.h"

/* The libseccomp interface level that knows every action: kernel 5.7. */
#define API_LEVEL 6

void scd_check_init(void)
{
	/* Fails only for a level that this libseccomp does not have: then it probes. */
	(void)seccomp_api_set(API_LEVEL);
}

int scd_check_disable(struct scd_check_opts *opts, const char *rule_name, struct scd_error *err)
{
	const struct scd_rule *rule = scd_rule_find(rule_name);

	if (!rule)
		return scd_fail(err, SCD_E_CONFIG, 0,
				"'%s' is not a rule; `seccompctl rules` lists them", rule_name);
	if (rule->fixed)
		return scd_fail(err, SCD_E_CONFIG, 0,
				"rule %s %s cannot be disabled: no container starts "
				"with such a profile",
				rule->id, rule->name);
	opts->disabled[rule->number] = 1;
	return 0;
}

/* Every choice made: nothing is 0 for "default" any more. */
static struct scd_check_opts complete(const struct scd_check_opts *given)
{
	struct scd_check_opts opts = *given;

	if (!opts.runtimes)
		opts.runtimes = SCD_RUNTIME_ANY;
	if (!opts.oci_runtimes)
		opts.oci_runtimes = SCD_OCI_RUNTIME_ANY;
	if (opts.arch_count == 0) {
		opts.archs[0] = seccomp_arch_native();
		opts.arch_count = 1;
	}
	return opts;
}

static void report_faults(struct scd_judge *judge, const struct scd_json *json)
{
	for (size_t i = 0; i < json->fault_count; i++) {
		const struct scd_json_fault *fault = &json->faults[i];

		if (fault->kind == SCD_JSON_FAULT_DUPLICATE)
			scd_judge_add_key(judge, SCD_DUPLICATE_KEY, SCD_ERROR, fault->value,
					  "%s; consumers disagree which one counts: keep one",
					  fault->msg);
		else
			scd_judge_add_at(judge, SCD_JSON_SYNTAX, SCD_ERROR, fault->at,
					 "%s; no consumer can read the file", fault->msg);
	}
}

/* libseccomp refused a rule. */
static void report_rule(struct scd_judge *judge, const struct scd_target *target,
			const struct scd_compile_result *result)
{
	const struct scd_target_rule *rule = &target->rules[result->index];

	if (result->sys == EEXIST)
		scd_judge_add(judge, SCD_RULE_CONFLICT_EEXIST, SCD_ERROR, rule->name,
			      "this rule for %s contradicts an earlier one (libseccomp: %s): no "
			      "container starts; make their conditions exclude each other",
			      rule->name->string, strerror(result->sys));
	else
		scd_judge_add(judge, SCD_RULE_CONFLICT_EEXIST, SCD_ERROR, rule->name,
			      "libseccomp refuses this rule for %s (%s): no container starts",
			      rule->name->string, strerror(result->sys));
}

static void report_refusal(struct scd_judge *judge, const struct scd_profile *profile,
			   const struct scd_target *target, const struct scd_compile_result *result)
{
	switch (result->status) {
	case SCD_COMPILE_ARCH:
		scd_judge_add(judge, SCD_ARCH_ENDIAN, SCD_ERROR, profile->archs_at[result->index],
			      "libseccomp refuses %s on this node (%s): no container starts",
			      profile->archs_at[result->index]->string, strerror(result->sys));
		break;
	case SCD_COMPILE_RULE:
		report_rule(judge, target, result);
		break;
	case SCD_COMPILE_EXPENSIVE:
		scd_judge_add(
			judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, profile->root,
			"the conditions add up to more instructions than libseccomp can count: a "
			"runtime would hang or crash; use fewer");
		break;
	default:
		scd_judge_add(judge, SCD_FILTER_TOO_LARGE, SCD_ERROR, profile->root,
			      "libseccomp cannot make a filter of it (%s): no container starts",
			      strerror(result->sys));
		break;
	}
}

static void check_size(struct scd_judge *judge, const struct scd_profile *profile, size_t insns)
{
	if (insns > judge->report->bpf_insns)
		judge->report->bpf_insns = insns;
	if (insns > SCD_BPF_MAX)
		scd_judge_add(
			judge, SCD_FILTER_TOO_LARGE, SCD_ERROR, profile->root,
			"the filter has %zu instructions; the kernel takes %zu: no container starts",
			insns, SCD_BPF_MAX);
}

/* One target on one architecture. The filter goes to @out when it is the first. */
static int check_target(struct scd_judge *judge, const struct scd_profile *profile,
			const struct scd_target *target, uint32_t arch, struct scd_filter *out,
			struct scd_error *err)
{
	const struct scd_compile_opts opts = { .native = arch,
					       .archs = profile->archs,
					       .arch_count = profile->arch_count,
					       .optimize = 1 };
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	if (scd_compile(target, &opts, &filter, &result, err) < 0)
		return -1;
	if (result.status != SCD_COMPILE_OK) {
		report_refusal(judge, profile, target, &result);
		return 0;
	}
	check_size(judge, profile, filter.count + scd_runc_stub_size(target, &opts));
	if (filter.count > SCD_BPF_MAX)
		return 0;
	scd_start_check(judge, profile, target, &filter, arch);
	if (!out->insns && arch == seccomp_arch_native()) {
		*out = filter;
		filter.insns = NULL; /* the caller's now */
	}
	return 0;
}

/* Every selected OCI runtime on every selected architecture. */
static int check_targets(struct scd_judge *judge, const struct scd_profile *profile,
			 struct scd_filter *filter, struct scd_error *err)
{
	static const enum scd_oci_runtime runtimes[] = { SCD_RUNC, SCD_CRUN };

	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		auto_target struct scd_target target = { 0 };
		int rc;

		if (!(judge->opts->oci_runtimes & runtimes[i]))
			continue;
		rc = scd_target_build(profile, runtimes[i], &target, err);
		if (rc < 0)
			return -1;
		if (rc > 0) {
			scd_judge_add(
				judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, profile->root,
				"more than %zu rules once every name and condition stands alone; "
				"use fewer",
				SCD_RULES_MAX);
			return 0;
		}
		for (size_t j = 0; j < judge->opts->arch_count; j++)
			if (check_target(judge, profile, &target, judge->opts->archs[j], filter,
					 err) < 0)
				return -1;
	}
	return 0;
}

static int check_json(struct scd_judge *judge, const struct scd_json *json,
		      struct scd_filter *filter, struct scd_error *err)
{
	auto_profile struct scd_profile profile = { 0 };
	const struct scd_json_value *root = scd_json_root(json);

	report_faults(judge, json);
	if (!root)
		return 0;
	if (scd_profile_read(root, judge, &profile, err) < 0)
		return -1;
	scd_lint_profile(judge, &profile);
	/* With an error of form there is no telling what a runtime would compile. */
	if (!profile.default_action || !scd_report_accepts(judge->report))
		return 0;
	return check_targets(judge, &profile, filter, err);
}

int scd_check_profile_filter(const char *json, size_t len, const struct scd_check_opts *opts,
			     struct scd_report *report, struct scd_filter *filter,
			     struct scd_error *err)
{
	const struct scd_check_opts completed = complete(opts);
	struct scd_judge judge = { .text = json, .len = len, .opts = &completed, .report = report };
	auto_json struct scd_json document = { 0 };

	if (len > SCD_PROFILE_MAX) {
		scd_judge_add(&judge, SCD_PATH_RULES, SCD_ERROR, NULL,
			      "%zu bytes; a profile has at most %zu", len, SCD_PROFILE_MAX);
	} else if (scd_json_parse(json, len, &document, err) < 0 ||
		   check_json(&judge, &document, filter, err) < 0) {
		return -1;
	}
	if (report->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "findings");
	if (opts->strict)
		scd_report_promote(report);
	scd_report_sort(report);
	return 0;
}

int scd_check_profile(const char *json, size_t len, const struct scd_check_opts *opts,
		      struct scd_report *report, struct scd_error *err)
{
	auto_filter struct scd_filter filter = { 0 };

	return scd_check_profile_filter(json, len, opts, report, &filter, err);
}

/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <string.h>

#include "advise.h"
#include "bypass.h"
#include "check_opts.h"
#include "compile.h"
#include "lint.h"
#include "lint_args.h"
#include "simulate.h"
#include "start.h"

/* The libseccomp interface level that knows every action: kernel 5.7. */
#define API_LEVEL 6

void scd_check_init(void)
{
	/* Fails only for a level that this libseccomp does not have: then it probes. */
	(void)seccomp_api_set(API_LEVEL);
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

/* How runc 1.2 and later optimise (seccomp_linux.go): rules, names expanded, over which they
 * choose the larger and faster program. */
#define RUNC_OPTIMIZE_RULES 32

/* runc from 1.2 on makes a larger program of many rules: worth a look where it could matter. */
static int check_optimized(struct scd_judge *judge, const struct scd_profile *profile,
			   const struct scd_target *target, const struct scd_compile_opts *given,
			   size_t insns, struct scd_error *err)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_opts opts = *given;
	struct scd_compile_result result;

	if (target->oci_runtime != SCD_RUNC || target->count <= RUNC_OPTIMIZE_RULES ||
	    insns <= SCD_BPF_MAX / 2)
		return 0;
	opts.optimize = 2;
	if (scd_compile(target, &opts, &filter, &result, err) < 0)
		return -1;
	if (result.status == SCD_COMPILE_OK)
		check_size(judge, profile, filter.count + scd_runc_stub_size(target, &opts));
	return 0;
}

/* What one OCI runtime makes of the profile on one architecture. */
struct compiled {
	struct scd_target target;
	struct scd_filter filter;
};

static const enum scd_oci_runtime oci_runtimes[] = { SCD_RUNC, SCD_CRUN };
#define OCI_RUNTIMES (sizeof(oci_runtimes) / sizeof(oci_runtimes[0]))

/* What one OCI runtime makes of the profile, when there is a filter that anybody can run. */
static struct scd_effect effect_of(const struct scd_profile *profile,
				   const struct scd_target *target, const struct scd_filter *filter,
				   uint32_t arch)
{
	return (struct scd_effect){
		.profile = profile,
		.target = target,
		.filter = filter,
		.runtime = target->oci_runtime == SCD_RUNC ? "runc" : "crun",
		.native = arch,
	};
}

/* Compiles a target and compares the filter with the text. */
static int compile_target(struct scd_judge *judge, const struct scd_profile *profile,
			  struct compiled *compiled, const struct scd_compile_opts *opts,
			  struct scd_error *err)
{
	const struct scd_effect effect =
		effect_of(profile, &compiled->target, &compiled->filter, opts->native);
	auto_reading struct scd_reading reading = { 0 };
	struct scd_compile_result result;

	if (scd_compile(&compiled->target, opts, &compiled->filter, &result, err) < 0)
		return -1;
	if (result.status != SCD_COMPILE_OK) {
		report_refusal(judge, profile, &compiled->target, &result);
		return 0;
	}
	if (compiled->filter.count > SCD_BPF_MAX)
		return 0; /* nobody will ever run it */
	if (scd_reading_make(profile, &reading, err) < 0)
		return -1;
	scd_simulate(judge, &effect, &reading);
	scd_bypass_check(judge, &effect, &reading);
	return 0;
}

/* The size with what the runtime adds, and whether a container starts. */
static int check_filter(struct scd_judge *judge, const struct scd_profile *profile,
			const struct scd_target *target, const struct scd_filter *filter,
			const struct scd_compile_opts *opts, struct scd_error *err)
{
	size_t insns = filter->count + scd_runc_stub_size(target, opts);

	if (!filter->insns)
		return 0;
	check_size(judge, profile, insns);
	if (insns > SCD_BPF_MAX)
		return 0;
	scd_start_check(judge, profile, target, filter, opts->native);
	return check_optimized(judge, profile, target, opts, insns, err);
}

/* All OCI runtimes on one architecture. Runtimes that make the same rules of the profile get
 * the same filter: it is compiled once. */
static int check_arch(struct scd_judge *judge, const struct scd_profile *profile,
		      struct compiled compiled[OCI_RUNTIMES], uint32_t arch, struct scd_error *err)
{
	const struct scd_compile_opts opts = { .native = arch,
					       .archs = profile->archs,
					       .arch_count = profile->arch_count,
					       .optimize = 1 };
	struct scd_effect effects[OCI_RUNTIMES];
	struct compiled *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		const struct scd_filter *filter = &compiled[i].filter;
		const bool same = first && scd_target_equal(&first->target, &compiled[i].target);

		if (!(judge->opts->oci_runtimes & oci_runtimes[i]))
			continue;
		if (same)
			filter = &first->filter;
		else if (compile_target(judge, profile, &compiled[i], &opts, err) < 0)
			return -1;
		if (!first)
			first = &compiled[i];
		if (check_filter(judge, profile, &compiled[i].target, filter, &opts, err) < 0)
			return -1;
		if (filter->insns && filter->count <= SCD_BPF_MAX)
			effects[count++] = effect_of(profile, &compiled[i].target, filter, arch);
	}
	if (count)
		scd_advise(judge, effects, count);
	return 0;
}

static void compiled_done(struct compiled compiled[OCI_RUNTIMES])
{
	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		scd_target_done(&compiled[i].target);
		scd_filter_done(&compiled[i].filter);
	}
}

/* The rules of every selected OCI runtime. 1 when there are too many. */
static int build_targets(struct scd_judge *judge, const struct scd_profile *profile,
			 struct compiled compiled[OCI_RUNTIMES], struct scd_error *err)
{
	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		int rc;

		if (!(judge->opts->oci_runtimes & oci_runtimes[i]))
			continue;
		rc = scd_target_build(profile, oci_runtimes[i], &compiled[i].target, err);
		if (rc > 0)
			scd_judge_add(
				judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, profile->root,
				"more than %zu rules once every name and condition stands alone; "
				"use fewer",
				SCD_RULES_MAX);
		if (rc)
			return rc;
	}
	return 0;
}

/* Hands out the first filter made for this machine. */
static void take_filter(struct compiled compiled[OCI_RUNTIMES], struct scd_filter *filter)
{
	for (size_t i = 0; i < OCI_RUNTIMES; i++)
		if (compiled[i].filter.insns) {
			*filter = compiled[i].filter;
			compiled[i].filter = (struct scd_filter){ 0 };
			return;
		}
}

/* Every selected OCI runtime on every selected architecture. */
static int check_targets(struct scd_judge *judge, const struct scd_profile *profile,
			 struct scd_filter *filter, struct scd_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < judge->opts->arch_count; i++) {
		const uint32_t arch = judge->opts->archs[i];
		struct compiled compiled[OCI_RUNTIMES] = { 0 };

		rc = build_targets(judge, profile, compiled, err);
		if (rc == 0)
			rc = check_arch(judge, profile, compiled, arch, err);
		if (rc == 0 && !filter->insns && arch == seccomp_arch_native())
			take_filter(compiled, filter);
		compiled_done(compiled);
	}
	return rc < 0 ? -1 : 0;
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
	scd_lint_args(judge, &profile);
	return check_targets(judge, &profile, filter, err);
}

int scd_check_profile_filter(const char *json, size_t len, const struct scd_check_opts *opts,
			     struct scd_report *report, struct scd_filter *filter,
			     struct scd_error *err)
{
	const struct scd_check_opts completed = scd_check_opts_complete(opts);
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

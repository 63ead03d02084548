/* SPDX-License-Identifier: MIT */
#include "effects.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "advise.h"
#include "bypass.h"
#include "compile.h"
#include "simulate.h"
#include "start.h"
#include "stub.h"
#include "view.h"

/* How runc 1.2 and later optimise (seccomp_linux.go): names in rules, over which they choose the
 * larger and faster program. */
#define RUNC_OPTIMIZE_RULES 32

/* A filter over this is near what the kernel takes: another libseccomp, or another
 * architecture in it, can be too much. */
#define NEARLY_TOO_LARGE ((size_t)3500)

#define OCI_RUNTIMES 2
#define EFFECTS_MAX (OCI_RUNTIMES + 1) /* runc has two kinds of stub */

static const struct {
	enum scd_oci_runtime runtime;
	const char *name;
} oci_runtimes[OCI_RUNTIMES] = {
	{ SCD_RUNC, "runc" },
	{ SCD_CRUN, "crun" },
};

/* What one OCI runtime makes of a profile on one architecture. */
struct compiled {
	struct scd_target target;
	struct scd_filter plain;		  /* of libseccomp; none when another's serves */
	struct scd_filter loaded[SCD_STUB_KINDS]; /* with runc's stub */
};

/* One profile on one architecture. */
struct bench {
	struct scd_judge *judge;
	const struct scd_profile *profile;
	struct scd_compile_opts opts;
	const char *container; /* "" or what kind of container this is about */
	struct compiled compiled[OCI_RUNTIMES];
	struct scd_effect effects[EFFECTS_MAX];
	char names[EFFECTS_MAX + 1][96];
	size_t count;
	size_t insns; /* of the largest program */
};

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
		scd_judge_add(
			judge, SCD_RULE_CONFLICT_EEXIST, SCD_ERROR, rule->name,
			"libseccomp refuses this rule for %s (%s): no container starts; remove it",
			rule->name->string, strerror(result->sys));
}

/* libseccomp would loop for ever. */
static void report_endless(struct scd_judge *judge, const struct scd_target_rule *first,
			   const struct scd_target_rule *rule)
{
	auto_buf struct scd_buf pointer = scd_buf_init(SCD_MESSAGE_MAX / 2);

	scd_json_pointer(first->name, &pointer);
	scd_judge_add(
		judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, rule->name,
		"libseccomp 2.5 comes to no end with this rule for %s: it begins with the same "
		"condition as the one at %s: runtimes hang; put it before that one",
		rule->name->string, scd_judge_text(judge, &pointer));
}

static void report_refusal(const struct bench *bench, const struct scd_target *target,
			   const struct scd_compile_result *result)
{
	struct scd_judge *judge = bench->judge;
	const struct scd_profile *profile = bench->profile;

	switch (result->status) {
	case SCD_COMPILE_ARCH:
		scd_judge_add(
			judge, SCD_ARCH_ENDIAN, SCD_ERROR, profile->archs_at[result->index],
			"libseccomp refuses %s on this node (%s): no container starts; leave it "
			"out",
			profile->archs_at[result->index]->string, strerror(result->sys));
		break;
	case SCD_COMPILE_RULE:
		report_rule(judge, target, result);
		break;
	case SCD_COMPILE_EXPENSIVE:
		scd_judge_add(
			judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, profile->root,
			"the conditions add up to more instructions than libseccomp can count, or to "
			"minutes of work: a runtime would hang or crash; use fewer");
		break;
	case SCD_COMPILE_LARGE:
		scd_judge_add(
			judge, SCD_FILTER_TOO_LARGE, SCD_ERROR, profile->root,
			"the filter would have over %zu instructions; the kernel takes %zu: no "
			"container starts; use fewer conditions",
			result->index - 1, SCD_BPF_MAX);
		break;
	case SCD_COMPILE_ENDLESS:
		report_endless(judge, &target->rules[result->other], &target->rules[result->index]);
		break;
	default:
		scd_judge_add(
			judge, SCD_FILTER_TOO_LARGE, SCD_ERROR, profile->root,
			"libseccomp cannot make a filter of it (%s): no container starts; use "
			"fewer conditions",
			strerror(result->sys));
		break;
	}
}

/* The largest program that some OCI runtime would load. */
static void check_size(const struct bench *bench)
{
	struct scd_judge *judge = bench->judge;

	if (bench->insns > judge->report->bpf_insns)
		judge->report->bpf_insns = bench->insns;
	if (bench->insns > SCD_BPF_MAX)
		scd_judge_add(
			judge, SCD_FILTER_TOO_LARGE, SCD_ERROR, bench->profile->root,
			"the filter has %zu instructions; the kernel takes %zu: no container starts",
			bench->insns, SCD_BPF_MAX);
	else if (bench->insns > NEARLY_TOO_LARGE)
		scd_judge_add(
			judge, SCD_FILTER_TOO_LARGE, SCD_WARNING, bench->profile->root,
			"the filter has %zu instructions, and the kernel takes %zu: with another "
			"libseccomp it can be too many; use fewer conditions",
			bench->insns, SCD_BPF_MAX);
}

static void note_size(struct bench *bench, size_t insns)
{
	if (insns > bench->insns)
		bench->insns = insns;
}

/* Rules as runc counts them before it chooses how to optimise. */
static size_t count_names(const struct scd_profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		count += rule->names ? rule->names->count : rule->name != NULL;
	}
	return count;
}

/* runc from 1.2 on makes a larger program of many rules: worth a look where it could matter. */
static int check_optimized(struct bench *bench, const struct scd_target *target, size_t plain,
			   size_t loaded, struct scd_error *err)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_opts opts = bench->opts;
	struct scd_compile_result result;

	if (target->oci_runtime != SCD_RUNC || loaded <= SCD_BPF_MAX / 2 ||
	    count_names(bench->profile) <= RUNC_OPTIMIZE_RULES)
		return 0;
	opts.optimize = 2;
	if (scd_compile(target, &opts, &filter, &result, err) < 0)
		return -1;
	if (result.status == SCD_COMPILE_OK)
		note_size(bench, filter.count + loaded - plain);
	return 0;
}

static bool selected(const struct bench *bench, size_t i)
{
	return bench->judge->opts->oci_runtimes & oci_runtimes[i].runtime;
}

/* The rules of every selected OCI runtime. 1 when there are too many. */
static int build_targets(struct bench *bench, struct scd_error *err)
{
	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		int rc;

		if (!selected(bench, i))
			continue;
		rc = scd_target_build(bench->profile, oci_runtimes[i].runtime,
				      &bench->compiled[i].target, err);
		if (rc > 0)
			scd_judge_add(
				bench->judge, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR,
				bench->profile->root,
				"more than %zu rules once every name and condition stands alone; "
				"use fewer",
				SCD_RULES_MAX);
		if (rc)
			return rc;
	}
	return 0;
}

/* Compiles what the targets say. Those that say the same get the same: it is compiled once, and
 * *@shared set. */
static int compile(struct bench *bench, bool *shared, struct scd_error *err)
{
	*shared = selected(bench, 0) && selected(bench, 1) &&
		  scd_target_equal(&bench->compiled[0].target, &bench->compiled[1].target);
	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		struct compiled *compiled = &bench->compiled[i];
		struct scd_compile_result result;

		if (!selected(bench, i) || (i > 0 && *shared))
			continue;
		if (scd_compile(&compiled->target, &bench->opts, &compiled->plain, &result, err) <
		    0)
			return -1;
		if (result.status != SCD_COMPILE_OK)
			report_refusal(bench, &compiled->target, &result);
	}
	return 0;
}

/* Adds a filter to those that are judged, when it is one that the kernel could take. */
static struct scd_effect *add_effect(struct bench *bench, const struct scd_target *target,
				     const struct scd_filter *filter, const char *name, bool said)
{
	struct scd_effect *effect = &bench->effects[bench->count];

	note_size(bench, filter->count);
	if (filter->count > SCD_BPF_MAX)
		return NULL;
	(void)snprintf(bench->names[bench->count], sizeof(bench->names[0]), "%s%s", name,
		       bench->container);
	*effect = (struct scd_effect){
		.profile = bench->profile,
		.target = target,
		.filter = filter,
		.said = said,
		.runtime = bench->names[bench->count],
		.whose = bench->names[bench->count],
		.native = bench->opts.native,
	};
	bench->count++;
	return effect;
}

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "an index of the filter");
}

/* What runc loads: one filter, or two where it depends on its version. */
static int add_runc(struct bench *bench, bool shared, struct scd_error *err)
{
	struct compiled *runc = &bench->compiled[0];
	const bool agree = scd_stub_kinds_agree(bench->profile, bench->opts.native);
	static const char *const names[SCD_STUB_KINDS] = { "runc", "runc from 1.1.15 on" };

	for (size_t kind = 0; kind < (agree ? 1 : SCD_STUB_KINDS); kind++) {
		if (scd_stub_prepend(bench->profile, bench->opts.native, kind, &runc->plain,
				     &runc->loaded[kind], err) < 0)
			return -1;
		if (!scd_filter_index(&runc->loaded[kind]))
			return no_memory(err);
		(void)add_effect(bench, &runc->target, &runc->loaded[kind], names[kind],
				 kind > 0 || shared);
	}
	return check_optimized(bench, &runc->target, runc->plain.count, runc->loaded[0].count, err);
}

static int add_effects(struct bench *bench, bool shared, struct scd_error *err)
{
	struct compiled *runc = &bench->compiled[0], *crun = &bench->compiled[1];
	struct scd_filter *filter = shared ? &runc->plain : &crun->plain;
	struct scd_effect *effect;

	if (runc->plain.insns && add_runc(bench, shared, err) < 0)
		return -1;
	if (!selected(bench, 1) || !filter->insns)
		return 0;
	if (!scd_filter_index(filter))
		return no_memory(err);
	effect = add_effect(bench, &crun->target, filter, "crun", false);
	if (!effect || !shared)
		return 0;
	(void)snprintf(bench->names[EFFECTS_MAX], sizeof(bench->names[0]), "runc and crun%s",
		       bench->container);
	effect->whose = bench->names[EFFECTS_MAX];
	return 0;
}

/* Compares with the text. A stub of runc's answers no call that the profile names: libseccomp has
 * no name for setup(2) of s390. */
static int compare(struct bench *bench, struct scd_error *err)
{
	auto_reading struct scd_reading reading = { 0 };

	if (scd_reading_make(bench->profile, &reading, err) < 0)
		return -1;
	for (size_t i = 0; i < bench->count; i++)
		if (!bench->effects[i].said) {
			scd_simulate(bench->judge, &bench->effects[i], &reading);
			scd_bypass_check(bench->judge, &bench->effects[i], &reading);
			scd_reading_forget(&reading);
		}
	return 0;
}

static int check_bench(struct bench *bench, struct scd_error *err)
{
	bool shared = false;
	int rc = build_targets(bench, err);

	if (rc)
		return rc;
	if (compile(bench, &shared, err) < 0 || add_effects(bench, shared, err) < 0 ||
	    compare(bench, err) < 0)
		return -1;
	check_size(bench);
	for (size_t i = 0; i < bench->count; i++)
		scd_start_check(bench->judge, bench->profile, bench->effects[i].target,
				bench->effects[i].filter, bench->opts.native);
	if (bench->count)
		scd_advise(bench->judge, bench->effects, bench->count);
	return 0;
}

/* Hands out what the first OCI runtime loads. */
static void take_filter(struct bench *bench, struct scd_filter *filter)
{
	struct scd_filter *found = &bench->compiled[0].loaded[0];

	if (!found->insns)
		found = &bench->compiled[1].plain;
	*filter = *found;
	*found = (struct scd_filter){ 0 };
}

static void bench_done(struct bench *bench)
{
	for (size_t i = 0; i < OCI_RUNTIMES; i++) {
		scd_target_done(&bench->compiled[i].target);
		scd_filter_done(&bench->compiled[i].plain);
		for (size_t kind = 0; kind < SCD_STUB_KINDS; kind++)
			scd_filter_done(&bench->compiled[i].loaded[kind]);
	}
}

/* One reading of the file on one architecture. */
static int check_profile(struct scd_judge *judge, const struct scd_profile *profile, uint32_t arch,
			 const char *container, struct scd_filter *filter, struct scd_error *err)
{
	struct bench bench = { .judge = judge,
			       .profile = profile,
			       .opts = { .native = arch,
					 .archs = profile->archs,
					 .arch_count = profile->arch_count,
					 .optimize = 1 },
			       .container = container };
	int rc = check_bench(&bench, err);

	if (rc == 0 && !filter->insns && arch == seccomp_arch_native())
		take_filter(&bench, filter);
	bench_done(&bench);
	return rc;
}

/* What CRI-O makes of Docker's dialect: for containers with no capability and with all. */
static int check_views(struct scd_judge *judge, const struct scd_profile *profile, uint32_t arch,
		       struct scd_filter *filter, struct scd_error *err)
{
	static const char *const containers[] = {
		" under CRI-O, in a container without capabilities",
		" under CRI-O, in a container with every capability",
	};
	const bool caps = scd_view_needs_caps(profile);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < (caps ? 2 : 1); i++) {
		auto_view struct scd_profile view = { 0 };

		if (scd_view_of(profile, arch, i > 0, &view, err) < 0)
			return -1;
		rc = check_profile(judge, &view, arch, caps ? containers[i] : " under CRI-O",
				   filter, err);
		judge->again = true;
	}
	return rc;
}

int scd_effects_check(struct scd_judge *judge, const struct scd_profile *profile,
		      struct scd_filter *filter, struct scd_error *err)
{
	const bool views = judge->opts->runtimes & SCD_CRI_O && scd_view_differs(profile);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < judge->opts->arch_count; i++) {
		const uint32_t arch = judge->opts->archs[i];

		judge->again = false;
		if (!views || judge->opts->runtimes & SCD_CONTAINERD)
			rc = check_profile(judge, profile, arch, "", filter, err);
		judge->again = rc == 0 && judge->opts->runtimes & SCD_CONTAINERD;
		if (rc == 0 && views)
			rc = check_views(judge, profile, arch, filter, err);
	}
	judge->again = false;
	return rc < 0 ? -1 : 0;
}

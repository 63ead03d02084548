/* SPDX-License-Identifier: MIT */
#include "case.h"

#include <stdio.h>
#include <string.h>

#include "probes.h"
#include "spec.h"
#include "stub.h"

#define ARGS_END 6
#define SPEC_MAX ((size_t)4 << 20)

bool scd_case_found(const struct scd_report *report, unsigned number, enum scd_severity severity)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number &&
		    report->items[i].severity >= severity)
			return true;
	return false;
}

static _Noreturn void die(const struct scd_error *err)
{
	(void)fprintf(stderr, "oracle: no verdict: %s\n", err->msg);
	exit(EXIT_FAILURE);
}

uint32_t scd_case_action(const struct scd_side *side, const struct scd_probe *probe)
{
	return scd_effect_run(&side->filter, probe->arch, probe->nr, probe->args);
}

void scd_case_lie(struct scd_side *side)
{
	for (size_t i = 0; i < side->filter.count; i++) {
		struct sock_filter *insn = &side->filter.insns[i];

		if (insn->code == (BPF_RET | BPF_K) && (insn->k & 0xffff0000U) == SECCOMP_RET_ERRNO)
			insn->k++;
	}
}

static bool condition_holds(const struct scmp_arg_cmp *c, uint64_t value)
{
	const uint64_t a = c->datum_a;

	switch (c->op) {
	case SCMP_CMP_EQ:
		return value == a;
	case SCMP_CMP_NE:
		return value != a;
	case SCMP_CMP_LT:
		return value < a;
	case SCMP_CMP_LE:
		return value <= a;
	case SCMP_CMP_GT:
		return value > a;
	case SCMP_CMP_GE:
		return value >= a;
	default:
		return ((value ^ c->datum_b) & a) == 0;
	}
}

static bool rule_matches(const struct scd_profile_rule *rule, const struct scd_probe *probe)
{
	const struct scd_json_value *name = rule->names ? rule->names->child : NULL;

	while (name && strcmp(name->string, probe->name) != 0)
		name = name->next;
	if (!name)
		return false;
	for (size_t i = 0; i < rule->arg_count; i++)
		if (!condition_holds(&rule->args[i], probe->args[rule->args[i].arg]))
			return false;
	return true;
}

uint32_t scd_case_says(const struct scd_case *c, const struct scd_probe *probe)
{
	uint32_t says = scd_profile_default_action(&c->profile);
	bool found = false;

	for (size_t i = 0; probe->name && i < c->profile.rule_count; i++) {
		const struct scd_profile_rule *rule = &c->profile.rules[i];
		const uint32_t action = scd_profile_rule_action(rule);

		if (!rule_matches(rule, probe) ||
		    (found && scd_action_strictness(action) <= scd_action_strictness(says)))
			continue;
		says = action;
		found = true;
	}
	return says;
}

/* Whether the filter lets through what the probe needs itself. */
static bool probe_can_speak(const struct scd_case *c, const struct scd_side *side)
{
	static const char *const needed[] = { "clone", "exit",	       "exit_group",  "wait4",
					      "write", "rt_sigaction", "sched_yield", "execve" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct scd_probe probe = { .arch = SCMP_ARCH_X86_64,
					   .nr = scd_effect_nr(SCMP_ARCH_X86_64, needed[i]),
					   .name = needed[i] };

		for (size_t r = 0; r < c->profile.rule_count; r++)
			if (c->profile.rules[r].arg_count > 0 &&
			    scd_probes_names(&c->profile.rules[r], needed[i]))
				return false; /* it depends on arguments */
		if (!scd_effect_lets(scd_case_action(side, &probe)))
			return false;
	}
	return true;
}

/* The verdict for one OCI runtime under containerd, and the filter, if there is one. */
static void make_side(struct scd_case *c, struct scd_side *side)
{
	struct scd_check_opts opts = c->opts;
	const struct scd_compile_opts compile = { .native = SCMP_ARCH_X86_64,
						  .archs = c->profile.archs,
						  .arch_count = c->profile.arch_count,
						  .optimize = 1 };
	struct scd_compile_result result = { 0 };
	struct scd_error err = { 0 };
	int rc;

	opts.oci_runtimes = side->oci_runtime;
	if (scd_check_profile(c->text, c->len, &opts, &side->report, &err) < 0)
		die(&err);
	if (!c->profile.default_action || !scd_report_accepts(&c->scratch))
		return; /* some word in it is nobody's */
	rc = scd_target_build(&c->profile, side->oci_runtime, &side->target, &err);
	if (rc < 0 ||
	    (rc == 0 && scd_compile(&side->target, &compile, &side->plain, &result, &err) < 0))
		die(&err);
	if (side->plain.count == 0)
		return;
	if (side->oci_runtime == SCD_RUNC &&
	    scd_stub_prepend(&c->profile, compile.native, SCD_STUB_LISTED, &side->plain,
			     &side->filter, &err) < 0)
		die(&err);
	if (side->oci_runtime != SCD_RUNC) {
		side->filter = side->plain;
		side->plain = (struct scd_filter){ 0 };
	}
	side->loads = side->filter.count <= SCD_BPF_MAX;
	side->speaks = side->loads && probe_can_speak(c, side);
}

void scd_case_make(struct scd_case *c, const char *text, size_t len, struct scd_random *random)
{
	static const struct scd_side sides[SCD_SIDES] = {
		{ .oci_runtime = SCD_CRUN, .runtime = "crun" },
		{ .oci_runtime = SCD_RUNC, .runtime = "runc" },
	};
	struct scd_error err = { 0 };

	c->text = text;
	c->len = len;
	c->opts = (struct scd_check_opts){ .runtimes = SCD_CONTAINERD,
					   .oci_runtimes = SCD_OCI_RUNTIME_ANY,
					   .archs = { SCMP_ARCH_X86_64 },
					   .arch_count = 1 };
	c->judge = (struct scd_judge){
		.text = text, .len = len, .opts = &c->opts, .report = &c->scratch
	};
	c->spec = scd_buf_init(SPEC_MAX);
	memcpy(c->sides, sides, sizeof(sides));
	if (scd_json_parse(text, len, &c->json, &err) < 0)
		die(&err);
	if (scd_json_root(&c->json)) {
		c->decodes = scd_spec_add(scd_json_root(&c->json), &c->spec);
		if (scd_profile_read(scd_json_root(&c->json), &c->judge, &c->profile, &err) < 0)
			die(&err);
	}
	for (size_t i = 0; i < SCD_SIDES; i++)
		make_side(c, &c->sides[i]);
	if (c->sides[0].loads || c->sides[1].loads)
		scd_probes_choose(c, random);
}

void scd_case_done(struct scd_case *c)
{
	for (size_t i = 0; i < SCD_SIDES; i++) {
		scd_report_done(&c->sides[i].report);
		scd_target_done(&c->sides[i].target);
		scd_filter_done(&c->sides[i].plain);
		scd_filter_done(&c->sides[i].filter);
	}
	scd_profile_done(&c->profile);
	scd_report_done(&c->scratch);
	scd_buf_done(&c->spec);
	scd_json_done(&c->json);
}

/* SPDX-License-Identifier: MIT */
#include "lint_args.h"

#include <inttypes.h>
#include <stdio.h>

#include "syscall_args.h"

#define ARGS_END 6

/* What a rule is there for. */
enum purpose {
	DENIES, /* takes away what the default action gives */
	ALLOWS, /* gives what the default action takes */
	OTHER	/* logs, traces, or denies in another way */
};

/* One condition and where it belongs. */
struct condition {
	const struct scd_profile_rule *rule;
	const struct scmp_arg_cmp *cmp;
	const struct scd_json_value *at;
	enum purpose purpose;
};

static enum purpose purpose_of(const struct scd_profile *profile,
			       const struct scd_profile_rule *rule)
{
	const unsigned rule_strictness = rule->action->strictness;
	const unsigned default_strictness = profile->default_action->strictness;

	if (rule_strictness > default_strictness && rule_strictness > 1)
		return DENIES;
	if (rule_strictness < default_strictness && default_strictness > 1)
		return ALLOWS;
	return OTHER;
}

/* Whether a restriction that cannot work is part of the condition. */
static enum scd_severity loss(const struct condition *condition)
{
	return condition->purpose == OTHER ? SCD_WARNING : SCD_ERROR;
}

/* Whether the condition asks if a pointer is NULL: that, a filter can tell. */
static bool asks_for_null(const struct scmp_arg_cmp *cmp)
{
	switch (cmp->op) {
	case SCMP_CMP_EQ:
	case SCMP_CMP_NE:
	case SCMP_CMP_GT:
	case SCMP_CMP_LE:
		return cmp->datum_a == 0;
	case SCMP_CMP_GE:
	case SCMP_CMP_LT:
		return cmp->datum_a <= 1;
	default:
		return cmp->datum_a == UINT64_MAX && cmp->datum_b == 0;
	}
}

/* The argument of the call that was probably meant: its flags, or its mode. -1: none. */
static int flags_index(uint32_t arch, const char *name)
{
	for (unsigned i = 0; i < ARGS_END; i++) {
		enum scd_arg_kind kind = scd_syscall_arg(arch, name, i);

		if (kind == SCD_ARG_FLAGS || kind == SCD_ARG_LONG_FLAGS || kind == SCD_ARG_MODE)
			return (int)i;
	}
	return -1;
}

static void report_pointer(struct scd_judge *judge, const struct condition *condition,
			   uint32_t arch, const char *name)
{
	const int flags = flags_index(arch, name);
	char hint[40] = "";

	if (flags >= 0)
		(void)snprintf(hint, sizeof(hint), " (its flags are argument %d)", flags);
	scd_judge_add(
		judge, SCD_ARG_IS_POINTER, loss(condition), condition->at,
		"argument %u of %s is a pointer%s: the filter compares the address, which the "
		"caller chooses, never what it points to; remove the condition",
		condition->cmp->arg, name, hint);
}

static void report_arity(struct scd_judge *judge, const struct condition *condition,
			 const char *name)
{
	const int count = scd_syscall_arg_count(name);
	char takes[32] = "no arguments";

	if (count > 1)
		(void)snprintf(takes, sizeof(takes), "arguments 0 to %d", count - 1);
	else if (count == 1)
		(void)snprintf(takes, sizeof(takes), "argument 0 alone");
	scd_judge_add(judge, SCD_ARG_BEYOND_ARITY, loss(condition), condition->at,
		      "%s takes %s: argument %u is an unused register, which the caller sets at "
		      "will; remove the condition",
		      name, takes, condition->cmp->arg);
}

/* What the argument is to the calls of the rule; one finding of a kind is enough. */
static void check_kind(struct scd_judge *judge, const struct condition *condition, uint32_t arch)
{
	const struct scd_profile_rule *rule = condition->rule;
	const struct scd_json_value *name = NULL;
	bool pointer = false, arity = false;

	while ((name = scd_profile_next_name(rule, name))) {
		switch (scd_syscall_arg(arch, name->string, condition->cmp->arg)) {
		case SCD_ARG_POINTER:
			if (!pointer && !asks_for_null(condition->cmp))
				report_pointer(judge, condition, arch, name->string);
			pointer = true;
			break;
		case SCD_ARG_NONE:
			if (!arity)
				report_arity(judge, condition, name->string);
			arity = true;
			break;
		default:
			break;
		}
	}
}

/* SCMP_CMP_MASKED_EQ: value is the mask, valueTwo what must be left. True when said. */
static bool check_mask(struct scd_judge *judge, const struct condition *condition)
{
	const struct scmp_arg_cmp *cmp = condition->cmp;
	const struct scd_json_value *two = scd_json_get(condition->at, "valueTwo");
	const bool written = two && two->type != SCD_JSON_NULL;
	const bool one_bit = (cmp->datum_a & (cmp->datum_a - 1)) == 0;

	if (cmp->datum_b & ~cmp->datum_a) {
		scd_judge_add(
			judge, SCD_MASKED_EQ_SWAPPED,
			condition->purpose == ALLOWS ? SCD_ERROR : SCD_WARNING, condition->at,
			"value is the mask, and valueTwo has bits outside it: libseccomp drops "
			"them, and this matches when (argument %u & 0x%" PRIx64 ") == 0x%" PRIx64
			"; were the two swapped?",
			cmp->arg, cmp->datum_a, cmp->datum_b & cmp->datum_a);
		return true;
	}
	if (condition->purpose != DENIES || cmp->datum_b != 0 || cmp->datum_a == 0 ||
	    cmp->datum_a == UINT64_MAX || cmp->datum_a == UINT32_MAX || (written && !one_bit))
		return false;
	scd_judge_add(judge, SCD_MASKED_EQ_SWAPPED, written ? SCD_WARNING : SCD_ERROR,
		      condition->at,
		      "valueTwo is %s: this denies when argument %u has none of the bits 0x%" PRIx64
		      ", and allows what has them; write \"valueTwo\": %" PRIu64
		      " to deny when they are set",
		      written ? "0" : "missing, which is 0", cmp->arg, cmp->datum_a, cmp->datum_a);
	return true;
}

enum constant {
	VARIES,
	ALWAYS,
	NEVER
};

static enum constant constant_of(const struct scmp_arg_cmp *cmp)
{
	switch (cmp->op) {
	case SCMP_CMP_LT:
		return cmp->datum_a == 0 ? NEVER : VARIES;
	case SCMP_CMP_GE:
		return cmp->datum_a == 0 ? ALWAYS : VARIES;
	case SCMP_CMP_GT:
		return cmp->datum_a == UINT64_MAX ? NEVER : VARIES;
	case SCMP_CMP_LE:
		return cmp->datum_a == UINT64_MAX ? ALWAYS : VARIES;
	case SCMP_CMP_MASKED_EQ:
		return cmp->datum_a == 0 ? ALWAYS : VARIES;
	default:
		return VARIES;
	}
}

/* Whether the conditions of a rule are OR-ed: one that never holds does not make it dead. */
static bool same_index(const struct scd_profile_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->arg_count; i++) {
		if (seen & (1U << rule->args[i].arg))
			return true;
		seen |= 1U << rule->args[i].arg;
	}
	return false;
}

static void check_constant(struct scd_judge *judge, const struct condition *condition)
{
	const enum constant constant = constant_of(condition->cmp);
	const bool dead =
		constant == NEVER && condition->purpose == DENIES && !same_index(condition->rule);

	if (constant == VARIES)
		return;
	scd_judge_add(judge, SCD_COND_CONSTANT, dead ? SCD_ERROR : SCD_WARNING, condition->at,
		      "the condition on argument %u is %s true: %s; write the value that is meant, "
		      "or remove the condition",
		      condition->cmp->arg, constant == ALWAYS ? "always" : "never",
		      constant == ALWAYS ? "it narrows nothing"
		      : dead		 ? "the rule denies nothing"
					 : "nothing matches it");
}

static void check_rule(struct scd_judge *judge, const struct scd_profile *profile,
		       const struct scd_profile_rule *rule)
{
	struct condition condition = { .rule = rule, .purpose = purpose_of(profile, rule) };

	for (size_t i = 0; i < rule->arg_count; i++) {
		condition.cmp = &rule->args[i];
		condition.at = rule->args_at[i];
		for (size_t a = 0; a < judge->opts->arch_count; a++)
			if (scd_arch_of(judge->opts->archs[a])->bits == 64)
				check_kind(judge, &condition, judge->opts->archs[a]);
		if (condition.cmp->op != SCMP_CMP_MASKED_EQ || !check_mask(judge, &condition))
			check_constant(judge, &condition);
	}
}

void scd_lint_args(struct scd_judge *judge, const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		/* The runtimes skip what says the same as the default action. */
		if (scd_profile_rule_action(rule) != scd_profile_default_action(profile))
			check_rule(judge, profile, rule);
	}
}

/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <string.h>

#define CRUN_ARGS 6 /* crun: "for (k = 0; k < seccomp->syscalls[i]->args_len && k < 6; k++)" */

static int add(struct scd_target *target, struct scd_target_rule rule, struct scd_error *err)
{
	if (target->count == SCD_RULES_MAX)
		return 1;
	if (target->count == target->cap) {
		size_t cap = target->cap ? target->cap * 2 : 256;
		struct scd_target_rule *bigger = realloc(target->rules, cap * sizeof(*bigger));

		if (!bigger)
			return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", cap);
		target->rules = bigger;
		target->cap = cap;
	}
	target->rules[target->count++] = rule;
	return 0;
}

/* Whether some argument is compared twice: then every comparison stands alone. */
static bool same_index(const struct scmp_arg_cmp *args, size_t count)
{
	unsigned seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (seen & (1U << args[i].arg))
			return true;
		seen |= 1U << args[i].arg;
	}
	return false;
}

static int add_name(struct scd_target *target, const struct scd_profile_rule *rule,
		    const struct scd_json_value *name, uint32_t action, struct scd_error *err)
{
	struct scd_target_rule out = { .action = action, .rule = rule, .name = name };
	size_t count = rule->arg_count;

	out.nr = seccomp_syscall_resolve_name(name->string);
	if (out.nr == __NR_SCMP_ERROR)
		return 0;
	if (target->oci_runtime == SCD_CRUN && count > CRUN_ARGS)
		count = CRUN_ARGS;
	if (!same_index(rule->args, count)) {
		out.args = rule->args;
		out.arg_count = (unsigned)count;
		return add(target, out, err);
	}
	for (size_t i = 0; i < count; i++) {
		int rc;

		out.args = &rule->args[i];
		out.arg_count = 1;
		rc = add(target, out, err);
		if (rc)
			return rc;
	}
	return 0;
}

int scd_target_build(const struct scd_profile *profile, enum scd_oci_runtime oci_runtime,
		     struct scd_target *target, struct scd_error *err)
{
	auto_target struct scd_target out = { .oci_runtime = oci_runtime };

	out.default_action = scd_profile_default_action(profile);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];
		uint32_t action = scd_profile_rule_action(rule);
		const struct scd_json_value *name = NULL;
		int rc = 0;

		if (action == out.default_action)
			continue;
		while (rc == 0 && (name = scd_profile_next_name(rule, name)))
			rc = add_name(&out, rule, name, action, err);
		if (rc)
			return rc;
	}
	*target = out;
	out.rules = NULL; /* the caller's now */
	return 0;
}

bool scd_target_equal(const struct scd_target *a, const struct scd_target *b)
{
	if (a->count != b->count || a->default_action != b->default_action)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct scd_target_rule *x = &a->rules[i], *y = &b->rules[i];

		if (x->nr != y->nr || x->action != y->action || x->arg_count != y->arg_count ||
		    x->args != y->args)
			return false;
	}
	return true;
}

void scd_target_done(struct scd_target *target)
{
	free(target->rules);
	*target = (struct scd_target){ 0 };
}

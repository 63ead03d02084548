/* SPDX-License-Identifier: MIT */
/* As containers/common's pkg/seccomp/seccomp_linux.go evaluates them. */
#include "dialect.h"

#include <string.h>

#include "docker.h"
#include "keys.h"

/* errno or defaultErrno. True when CRI-O takes @number from it. */
static bool check_errno(struct scd_judge *judge, const struct scd_json_value *value,
			const struct scd_action *action, const char *instead, uint64_t *number)
{
	char text[SCD_QUOTE_SIZE];
	int found;

	if (!value || value->type != SCD_JSON_STRING || !*value->string)
		return false;
	if (judge->opts->runtimes & SCD_CONTAINERD)
		scd_judge_add_key(judge, SCD_ERRNO_STRING, SCD_WARNING, value,
				  "containerd ignores %s, and the call fails with EPERM, or with "
				  "what %s says; write %s with the number",
				  value->key, instead, instead);
	if (!(judge->opts->runtimes & SCD_CRI_O))
		return false;
	found = scd_errno_find(value->string);
	if (found < 0 || !scd_errno_in_cri_o(value->string)) {
		scd_judge_add(judge, SCD_ERRNO_STRING, SCD_ERROR, value,
			      "\"%s\" is not an error that CRI-O knows: it refuses the profile; "
			      "write %s with the number",
			      scd_judge_quote(value->string, text), instead);
		return false;
	}
	*number = (uint64_t)found;
	if (*number >= SCD_ERRNO_END)
		scd_judge_add(
			judge, SCD_ERRNO_RANGE, SCD_ERROR, value,
			"%s must be an error number from 0 to %d, not %s: no container starts; "
			"write EPERM or ENOSYS",
			value->key, SCD_ERRNO_END - 1, scd_judge_quote(value->string, text));
	if (action && !action->takes_errno && judge->opts->oci_runtimes & SCD_CRUN)
		scd_judge_add(judge, SCD_ERRNO_ON_WRONG_ACTION, SCD_ERROR, value,
			      "%s goes with SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not with %s: under "
			      "CRI-O crun refuses the profile; remove it",
			      value->key, action->name);
	return true;
}

/* Whether includes or excludes says anything: {} and {"caps": []} hold for everybody. */
static bool has_condition(const struct scd_json_value *condition)
{
	for (const struct scd_json_value *v = condition->child; v; v = v->next)
		if (v->count > 0 || (v->string && *v->string))
			return true;
	return false;
}

/* Whether the rule takes something away: one that holds more often is then stricter. */
static bool restricts(const struct scd_profile *profile, const struct scd_profile_rule *rule)
{
	return rule->action && profile->default_action &&
	       rule->action->strictness > profile->default_action->strictness;
}

static const struct scd_json_value *list_of(const struct scd_json_value *condition, const char *key)
{
	return scd_keys_get(condition, SCD_KEYS_FILTER, key);
}

/* What "x86_64" or "SCMP_ARCH_X86_64" should be, or NULL. */
static const char *go_arch_meant(const char *name)
{
	const char *full = scd_arch_find(name) ? name : scd_arch_nearest(name);

	return full ? scd_go_arch(scd_arch_find(full)->token) : NULL;
}

static void say_never(struct scd_judge *judge, const struct scd_json_value *word, const char *what,
		      const char *meant)
{
	char text[SCD_QUOTE_SIZE];

	scd_judge_add(judge, SCD_DOCKER_CONDITIONAL, SCD_ERROR, word,
		      "\"%s\" is no %s to CRI-O: no container has it%s%s%s",
		      scd_judge_quote(word->string, text), what, meant ? "; write \"" : "",
		      meant ? meant : "", meant ? "\"" : "");
}

/* Words that CRI-O compares with its own, and that can never be equal to one. */
static void check_words(struct scd_judge *judge, const struct scd_json_value *condition)
{
	const struct scd_json_value *arches = list_of(condition, "arches");
	const struct scd_json_value *caps = list_of(condition, "caps");

	for (const struct scd_json_value *v = arches ? arches->child : NULL; v; v = v->next)
		if (v->type == SCD_JSON_STRING && !scd_go_arch_is(v->string))
			say_never(judge, v, "architecture", go_arch_meant(v->string));
	for (const struct scd_json_value *v = caps ? caps->child : NULL; v; v = v->next)
		if (v->type == SCD_JSON_STRING && scd_capability_find(v->string) < 0)
			say_never(judge, v, "capability", scd_capability_nearest(v->string));
}

/* includes or excludes. */
static void check_condition(struct scd_judge *judge, const struct scd_profile *profile,
			    const struct scd_profile_rule *rule,
			    const struct scd_json_value *condition)
{
	const struct scd_json_value *kernel;

	if (!condition)
		return;
	scd_keys_check(judge, condition, SCD_KEYS_FILTER);
	if (!has_condition(condition))
		return;
	if (judge->opts->runtimes & SCD_CONTAINERD) {
		scd_judge_add_key(
			judge, SCD_DOCKER_CONDITIONAL, SCD_ERROR, condition,
			"containerd ignores \"%s\": the rule would hold for every container; "
			"write a profile without conditions",
			condition->key);
		return;
	}
	check_words(judge, condition);
	kernel = list_of(condition, "minKernel");
	if (kernel && *kernel->string)
		scd_judge_add_key(judge, SCD_DOCKER_CONDITIONAL,
				  restricts(profile, rule) ? SCD_WARNING : SCD_ERROR, kernel,
				  "CRI-O ignores minKernel: the rule would hold on every kernel; "
				  "write a profile without it");
	else
		scd_judge_add_key(judge, SCD_DOCKER_CONDITIONAL, SCD_NOTE, condition,
				  "CRI-O honours \"%s\", containerd does not", condition->key);
}

/* The architectures that CRI-O takes from archMap without a look. */
static void check_map_words(struct scd_judge *judge, const struct scd_json_value *row)
{
	const struct scd_json_value *more =
		scd_keys_get(row, SCD_KEYS_ARCH_MAP, "subArchitectures");
	char word[SCD_QUOTE_SIZE];

	for (const struct scd_json_value *v = more ? more->child : NULL; v; v = v->next)
		if (v->type == SCD_JSON_STRING && !scd_arch_find(v->string))
			scd_judge_add(judge, SCD_ARCH_UNKNOWN, SCD_ERROR, v,
				      "\"%s\" is not an architecture that runc knows: no container "
				      "starts under CRI-O; write one such as SCMP_ARCH_X86",
				      scd_judge_quote(v->string, word));
}

static void check_arch_map(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_json_value *map = profile->arch_map;

	if (!map)
		return;
	for (const struct scd_json_value *v = map->child; v; v = v->next) {
		if (v->type != SCD_JSON_OBJECT)
			continue; /* a finding already */
		scd_keys_check(judge, v, SCD_KEYS_ARCH_MAP);
		if (judge->opts->runtimes & SCD_CRI_O)
			check_map_words(judge, v);
	}
	if (map->count > 0 && profile->arch_count > 0 && judge->opts->runtimes & SCD_CRI_O)
		scd_judge_add_key(judge, SCD_DOCKER_ARCHMAP, SCD_ERROR, map,
				  "CRI-O refuses archMap beside architectures; remove archMap");
	else if (judge->opts->runtimes & SCD_CONTAINERD)
		scd_judge_add_key(
			judge, SCD_DOCKER_ARCHMAP, SCD_WARNING, map,
			"containerd ignores archMap: 32-bit programs are killed; list the "
			"names under \"architectures\"");
}

void scd_dialect_check(struct scd_judge *judge, struct scd_profile *profile)
{
	profile->has_errno_name =
		check_errno(judge, scd_json_get(profile->root, "defaultErrno"),
			    profile->default_action, "defaultErrnoRet", &profile->errno_name);
	check_arch_map(judge, profile);
	for (size_t i = 0; i < profile->rule_count; i++) {
		struct scd_profile_rule *rule = &profile->rules[i];

		check_condition(judge, profile, rule, rule->includes);
		check_condition(judge, profile, rule, rule->excludes);
		rule->has_errno_name = check_errno(judge, scd_json_get(rule->at, "errno"),
						   rule->action, "errnoRet", &rule->errno_name);
	}
}

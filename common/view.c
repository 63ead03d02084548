/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <string.h>

#include "docker.h"

static size_t count_of(const struct scd_json_value *condition, const char *key)
{
	const struct scd_json_value *list = condition ? scd_json_get(condition, key) : NULL;

	return list ? list->count : 0;
}

bool scd_view_needs_caps(const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (count_of(profile->rules[i].includes, "caps") ||
		    count_of(profile->rules[i].excludes, "caps"))
			return true;
	return false;
}

bool scd_view_differs(const struct scd_profile *profile)
{
	if (profile->arch_map || profile->has_errno_name || scd_view_needs_caps(profile))
		return true;
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		if (rule->has_errno_name || count_of(rule->includes, "arches") ||
		    count_of(rule->excludes, "arches"))
			return true;
	}
	return false;
}

static void add_arch(struct scd_profile *view, const struct scd_json_value *at)
{
	const struct scd_arch *arch = scd_arch_find(at->string);

	for (size_t i = 0; arch && i < view->arch_count; i++)
		if (view->archs[i] == arch->token)
			return;
	if (!arch)
		return; /* a finding already */
	view->archs_at[view->arch_count] = at;
	view->archs[view->arch_count++] = arch->token;
}

/* The node's row of archMap, and its other architectures. */
static void take_archs(struct scd_profile *view, const struct scd_json_value *map,
		       const char *native)
{
	for (const struct scd_json_value *row = map->child; row; row = row->next) {
		const struct scd_json_value *arch = scd_json_get(row, "architecture");
		const struct scd_json_value *more = scd_json_get(row, "subArchitectures");

		if (!arch || arch->type != SCD_JSON_STRING || strcmp(arch->string, native) != 0)
			continue;
		add_arch(view, arch);
		for (const struct scd_json_value *v = more ? more->child : NULL; v; v = v->next)
			add_arch(view, v);
		return;
	}
}

/* More than archMap can name. */
static size_t archs_end(const struct scd_profile *profile)
{
	size_t count = profile->arch_count + 1;

	if (!profile->arch_map)
		return count;
	for (const struct scd_json_value *v = profile->arch_map->child; v; v = v->next)
		count += 1 + count_of(v, "subArchitectures");
	return count;
}

int scd_view_of(const struct scd_profile *profile, uint32_t native, bool caps,
		struct scd_profile *view, struct scd_error *err)
{
	const struct scd_arch *arch = scd_arch_of(native);
	const struct scd_docker_target container = { .arch = native,
						     .capabilities = caps ? UINT64_MAX : 0 };
	const size_t archs = archs_end(profile);
	auto_view struct scd_profile out = *profile;

	out.rules = calloc(profile->rule_count + 1, sizeof(*out.rules));
	out.archs = calloc(archs, sizeof(*out.archs));
	out.archs_at = calloc(archs, sizeof(const struct scd_json_value *));
	out.rule_count = 0;
	if (!out.rules || !out.archs || !out.archs_at)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", profile->rule_count);
	for (size_t i = 0; i < profile->arch_count; i++) {
		out.archs[i] = profile->archs[i];
		out.archs_at[i] = profile->archs_at[i];
	}
	if (profile->arch_map && arch->in_arch_map)
		take_archs(&out, profile->arch_map, arch->name);
	if (profile->has_errno_name) {
		out.has_default_errno = true;
		out.default_errno = profile->errno_name;
	}
	for (size_t i = 0; i < profile->rule_count; i++) {
		struct scd_profile_rule *rule = &out.rules[out.rule_count];

		*rule = profile->rules[i];
		if (scd_docker_refusal(rule->includes, rule->excludes, &container))
			continue;
		if (rule->has_errno_name) {
			rule->has_errno = true;
			rule->errno_ret = rule->errno_name;
		}
		out.rule_count++;
	}
	*view = out;
	out = (struct scd_profile){ 0 }; /* the caller's now */
	return 0;
}

void scd_view_done(struct scd_profile *view)
{
	free(view->rules);
	free(view->archs);
	free(view->archs_at);
	*view = (struct scd_profile){ 0 };
}

/* SPDX-License-Identifier: MIT */
#include "crun_key.h"

/* FNV-1a. */
#define START UINT64_C(0xcbf29ce484222325)
#define PRIME UINT64_C(0x100000001b3)

static void mix(uint64_t *key, uint64_t value)
{
	for (size_t i = 0; i < sizeof(value); i++, value >>= 8)
		*key = (*key ^ (value & 0xff)) * PRIME;
}

/* A string of a list, which is a finding where it is none. */
static void mix_string(uint64_t *key, const struct scd_json_value *value)
{
	for (const char *p = value->string; p && *p; p++)
		*key = (*key ^ (unsigned char)*p) * PRIME;
	mix(key, UINT64_MAX);
}

static void mix_strings(uint64_t *key, const struct scd_json_value *list)
{
	for (const struct scd_json_value *v = list ? list->child : NULL; v; v = v->next)
		mix_string(key, v);
	mix(key, list ? list->count : 0);
}

static void mix_rule(const struct scd_profile_rule *rule, struct scd_report *report)
{
	mix(&report->crun_key, rule->action ? rule->action->value : 0);
	mix_strings(&report->crun_key, rule->names);
	for (size_t i = 0; i < rule->arg_count; i++) {
		mix(&report->crun_key, rule->args[i].arg);
		mix(&report->crun_key, (uint64_t)rule->args[i].op);
		mix(&report->crun_key, rule->args[i].datum_a);
		mix(&report->crun_key, rule->args[i].datum_b);
	}
	mix(&report->errno_key, rule->has_errno ? rule->errno_ret : UINT64_MAX);
}

void scd_crun_key_of(const struct scd_profile *profile, struct scd_report *report)
{
	report->crun_key = report->errno_key = START;
	mix_strings(&report->crun_key, profile->flags);
	mix(&report->crun_key, profile->default_action ? profile->default_action->value : 0);
	mix(&report->crun_key, profile->has_default_errno ? profile->default_errno : UINT64_MAX);
	for (size_t i = 0; i < profile->arch_count; i++)
		mix(&report->crun_key, profile->archs[i]);
	for (size_t i = 0; i < profile->rule_count; i++)
		mix_rule(&profile->rules[i], report);
}

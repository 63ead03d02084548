/* SPDX-License-Identifier: MIT */
#include "lint.h"

#include <string.h>

#include "syscalls.h"

static bool is_action(const struct scd_action *action, uint32_t value)
{
	return action && action->value == value;
}

/* Whether the rule is there to take something away that the default action gives. */
static bool restricts(const struct scd_profile *profile, const struct scd_profile_rule *rule)
{
	return rule->action && profile->default_action &&
	       rule->action->strictness > profile->default_action->strictness;
}

/* Debian's libseccomp 2.5.4 knows more calls than upstream's, which static runtimes have: a note
 * where it does, or no list of what is denied could be complete. */
static void check_too_new(struct scd_judge *judge, const struct scd_json_value *name, bool denies)
{
	const bool known = seccomp_syscall_resolve_name(name->string) != __NR_SCMP_ERROR;

	scd_judge_add(judge, SCD_SYSCALL_TOO_NEW, denies && !known ? SCD_WARNING : SCD_NOTE, name,
		      "%s needs libseccomp %s: with an older one the runtime ignores the name%s",
		      name->string, scd_syscall_since(name->string),
		      denies ? " and the call stays allowed; deny by default where that matters"
			     : "");
}

/* A name that no libseccomp knows. */
static void check_unknown(struct scd_judge *judge, const struct scd_json_value *name, bool denies)
{
	const bool formed = scd_syscall_name_well_formed(name->string);
	const enum scd_severity severity = denies ? SCD_ERROR : SCD_WARNING;
	char quoted[SCD_QUOTE_SIZE], near[SCD_SYSCALL_NAME_SIZE];
	const bool found =
		scd_judge_keeps(judge, severity) && scd_syscall_nearest(name->string, near);

	scd_judge_add(judge, formed ? SCD_SYSCALL_UNKNOWN : SCD_SYSCALL_NAME_FORMAT, severity, name,
		      "\"%s\" is not a system call%s%s%s: the runtimes ignore it%s%s",
		      scd_judge_quote(name->string, quoted), found ? " (did you mean " : "",
		      found ? near : "", found ? "?)" : "",
		      denies ? ", so what it should deny stays allowed" : "",
		      found ? "" : "; correct the name, or remove it");
}

/* Whether any architecture of the filter has the call. */
static bool exists(const struct scd_judge *judge, const struct scd_profile *profile,
		   const char *name)
{
	for (size_t i = 0; i < judge->opts->arch_count; i++)
		if (scd_syscall_on(judge->opts->archs[i], name))
			return true;
	for (size_t i = 0; i < profile->arch_count; i++)
		if (scd_syscall_on(profile->archs[i], name))
			return true;
	return false;
}

static void check_names(struct scd_judge *judge, const struct scd_profile *profile,
			const struct scd_profile_rule *rule)
{
	const struct scd_json_value *name = NULL, *foreign = NULL;
	const bool denies = restricts(profile, rule);
	size_t foreigners = 0;

	while ((name = scd_profile_next_name(rule, name))) {
		if (name->type != SCD_JSON_STRING)
			continue; /* a finding already */
		if (!*name->string)
			scd_judge_add(judge, SCD_SYSCALL_NAME_FORMAT, SCD_ERROR, name,
				      "an empty name: runc refuses the profile; remove it");
		else if (scd_syscall_since(name->string))
			check_too_new(judge, name, denies);
		else if (seccomp_syscall_resolve_name(name->string) == __NR_SCMP_ERROR)
			check_unknown(judge, name, denies);
		else if (!exists(judge, profile, name->string) && foreigners++ == 0)
			foreign = name;
	}
	if (foreigners == 1)
		scd_judge_add(judge, SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE, foreign,
			      "%s does not exist on the architectures of this filter",
			      foreign->string);
	else if (foreigners > 1)
		scd_judge_add(
			judge, SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE, foreign,
			"%s and %zu more of this rule do not exist on the architectures of this "
			"filter",
			foreign->string, foreigners - 1);
}

/* SCMP_ACT_NOTIFY hands calls to a listener, which runc sets up with write. */
static void check_notify(struct scd_judge *judge, const struct scd_profile *profile,
			 const struct scd_profile_rule *rule)
{
	const struct scd_json_value *name = NULL;

	while ((name = scd_profile_next_name(rule, name)))
		if (name->type == SCD_JSON_STRING && strcmp(name->string, "write") == 0)
			scd_judge_add(
				judge, SCD_NOTIFY_WRITE,
				judge->opts->oci_runtimes & SCD_RUNC ? SCD_ERROR : SCD_WARNING,
				name,
				"SCMP_ACT_NOTIFY cannot be used for write: runc needs it to hand "
				"the listener over, and refuses the profile; take write out");
	if (!profile->listener_path)
		scd_judge_add(
			judge, SCD_NOTIFY_NO_LISTENER,
			judge->opts->oci_runtimes & SCD_RUNC ? SCD_ERROR : SCD_WARNING,
			rule->action_at,
			"SCMP_ACT_NOTIFY needs listenerPath: runc refuses the profile, with crun "
			"the calls fail with ENOSYS; write listenerPath, or another action");
}

static void check_action(struct scd_judge *judge, const struct scd_profile *profile,
			 const struct scd_profile_rule *rule)
{
	if (is_action(rule->action, SCMP_ACT_NOTIFY))
		check_notify(judge, profile, rule);
	else if (is_action(rule->action, SCMP_ACT_KILL_THREAD))
		scd_judge_add(judge, SCD_KILL_IS_THREAD, SCD_WARNING, rule->action_at,
			      "%s kills the calling thread only; write SCMP_ACT_KILL_PROCESS",
			      rule->action->name);
	else if (is_action(rule->action, SCMP_ACT_TRACE(0)))
		scd_judge_add(
			judge, SCD_TRACE_NO_TRACER, SCD_WARNING, rule->action_at,
			"without a tracer SCMP_ACT_TRACE makes the call fail with ENOSYS; write "
			"SCMP_ACT_ERRNO or SCMP_ACT_LOG");
	if (rule->action && profile->default_action &&
	    scd_profile_rule_action(rule) == scd_profile_default_action(profile))
		scd_judge_add(
			judge, SCD_RULE_EQUALS_DEFAULT, SCD_NOTE, rule->at,
			"the rule says the same as defaultAction: the runtimes skip it, and it "
			"makes no exception from another rule");
}

static void check_rules(struct scd_judge *judge, const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		check_names(judge, profile, &profile->rules[i]);
		check_action(judge, profile, &profile->rules[i]);
	}
}

static void check_default(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_action *action = profile->default_action;

	if (is_action(action, SCMP_ACT_NOTIFY))
		scd_judge_add(
			judge, SCD_NOTIFY_DEFAULT, SCD_ERROR, profile->default_action_at,
			"SCMP_ACT_NOTIFY cannot be the default action: runc refuses it and with "
			"crun the container crashes; use it in rules only");
	else if (is_action(action, SCMP_ACT_KILL_THREAD))
		scd_judge_add(judge, SCD_KILL_IS_THREAD, SCD_WARNING, profile->default_action_at,
			      "%s kills the calling thread only, and runc itself can hang; write "
			      "SCMP_ACT_KILL_PROCESS",
			      action->name);
	else if (is_action(action, SCMP_ACT_TRACE(0)))
		scd_judge_add(
			judge, SCD_TRACE_NO_TRACER, SCD_WARNING, profile->default_action_at,
			"without a tracer SCMP_ACT_TRACE makes every call fail with ENOSYS; write "
			"SCMP_ACT_ERRNO or SCMP_ACT_LOG");
}

/* Whether the profile hands calls to a listener. */
static bool uses_notify(const struct scd_profile *profile)
{
	if (is_action(profile->default_action, SCMP_ACT_NOTIFY))
		return true;
	for (size_t i = 0; i < profile->rule_count; i++)
		if (is_action(profile->rules[i].action, SCMP_ACT_NOTIFY))
			return true;
	return false;
}

static void check_listener(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_json_value *path = profile->listener_path;
	const enum scd_severity severity =
		judge->opts->oci_runtimes & SCD_CRUN ? SCD_ERROR : SCD_NOTE;

	if (!path)
		return;
	if (!uses_notify(profile))
		scd_judge_add_key(
			judge, SCD_LISTENER_UNUSED, severity, path,
			"no rule has SCMP_ACT_NOTIFY: crun connects to listenerPath all the same "
			"and fails to start; remove it");
	else if (*path->string != '/')
		scd_judge_add(judge, SCD_LISTENER_UNUSED, severity, path,
			      "listenerPath must be absolute: crun refuses it; begin it with /");
}

/* Where the list holds the flag, or NULL. */
static const struct scd_json_value *find_flag(const struct scd_profile *profile, const char *flag)
{
	const struct scd_json_value *list = profile->flags;

	for (const struct scd_json_value *v = list ? list->child : NULL; v; v = v->next)
		if (v->type == SCD_JSON_STRING && strcmp(v->string, flag) == 0)
			return v;
	return NULL;
}

/* Flags that go, or do not go, with a listener. crun hands them to the kernel as they are, which
 * takes no TSYNC beside a listener (measured with crun 1.8.1), and WAIT_KILLABLE_RECV with one
 * only: crun then tries again without any flag. */
static void check_flags(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_json_value *tsync = find_flag(profile, "SECCOMP_FILTER_FLAG_TSYNC");
	const struct scd_json_value *wait =
		find_flag(profile, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

	if (!(judge->opts->oci_runtimes & SCD_CRUN))
		return;
	if (tsync && uses_notify(profile))
		scd_judge_add(judge, SCD_FLAGS_UNSUPPORTED, SCD_ERROR, tsync,
			      "%s beside SCMP_ACT_NOTIFY: with crun the kernel refuses the filter; "
			      "remove the flag",
			      tsync->string);
	if (wait && !uses_notify(profile))
		scd_judge_add(judge, SCD_FLAGS_UNSUPPORTED, SCD_WARNING, wait,
			      "%s without SCMP_ACT_NOTIFY: crun loads the filter without any flag "
			      "then; remove it",
			      wait->string);
}

/* Actions that not every runc knows, once each. */
static void check_versions(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_action *said = NULL;

	if (!(judge->opts->oci_runtimes & SCD_RUNC))
		return;
	for (size_t i = 0; i <= profile->rule_count; i++) {
		const struct scd_profile_rule *rule = i ? &profile->rules[i - 1] : NULL;
		const struct scd_action *action = rule ? rule->action : profile->default_action;

		if (!action || !action->runc || action == said)
			continue;
		said = action;
		scd_judge_add(judge, SCD_ACTION_VERSION, SCD_NOTE,
			      rule ? rule->action_at : profile->default_action_at,
			      "%s needs runc %s: an older one does not start the container",
			      action->name, action->runc);
	}
}

/* What runtimes will not take from a registry: KEP-6061. */
#define ARTIFACT_RULES 128

static void check_artifact(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_json_value *metadata = scd_json_get(profile->root, "listenerMetadata");

	if (profile->rule_count > ARTIFACT_RULES)
		scd_judge_add(judge, SCD_OCI_ARTIFACT, SCD_NOTE,
			      scd_json_get(profile->root, "syscalls"),
			      "%zu rules: from a registry (KEP-6061) a runtime will take %d",
			      profile->rule_count, ARTIFACT_RULES);
	if (uses_notify(profile) || profile->listener_path || metadata)
		scd_judge_add_key(judge, SCD_OCI_ARTIFACT, SCD_NOTE,
				  profile->listener_path ? profile->listener_path
				  : metadata		 ? metadata
							 : profile->root,
				  "from a registry (KEP-6061) a runtime will refuse a profile with "
				  "a listener");
}

/* Byte order is a property of the whole filter. */
static void check_archs(struct scd_judge *judge, const struct scd_profile *profile)
{
	for (size_t i = 0; i < judge->opts->arch_count; i++) {
		const struct scd_arch *node = scd_arch_of(judge->opts->archs[i]);
		bool listed = profile->arch_count == 0;

		for (size_t j = 0; j < profile->arch_count; j++) {
			const struct scd_arch *arch = scd_arch_of(profile->archs[j]);

			listed |= arch->token == node->token;
			if (arch->big_endian != node->big_endian)
				scd_judge_add(
					judge, SCD_ARCH_ENDIAN, SCD_ERROR, profile->archs_at[j],
					"%s has another byte order than %s: no container starts "
					"on such a node; write a profile for each",
					arch->name, node->name);
		}
		if (!listed)
			scd_judge_add(judge, SCD_ARCH_NATIVE_MISSING, SCD_NOTE,
				      profile->archs_at[0],
				      "%s is always in the filter of such a node, listed or not",
				      node->name);
	}
}

/* Rules that the runtimes add: not empty, not equal to the default. */
static bool has_effect(const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		if (!rule->names || !rule->action)
			return true; /* said already; what it was to do is unknown */
		if (rule->names->count > 0 &&
		    scd_profile_rule_action(rule) != scd_profile_default_action(profile))
			return true;
	}
	return false;
}

static void check_effect(struct scd_judge *judge, const struct scd_profile *profile)
{
	const struct scd_action *action = profile->default_action;

	if (!action || has_effect(profile))
		return;
	if (action->strictness > 1)
		scd_judge_add(
			judge, SCD_DEFAULT_DENY_EMPTY, SCD_ERROR, profile->default_action_at,
			"everything is denied and nothing allowed: no container starts; list the "
			"calls to allow under syscalls");
	else
		scd_judge_add(judge, SCD_NO_RESTRICTION, SCD_WARNING, profile->default_action_at,
			      "nothing is denied: the filter stops nothing%s; deny by default, or "
			      "list what to deny",
			      action->value == SCMP_ACT_LOG
				      ? ", it writes every call to the audit log"
				      : "");
}

void scd_lint_profile(struct scd_judge *judge, const struct scd_profile *profile)
{
	check_rules(judge, profile);
	check_default(judge, profile);
	check_listener(judge, profile);
	check_flags(judge, profile);
	check_versions(judge, profile);
	check_artifact(judge, profile);
	check_archs(judge, profile);
	check_effect(judge, profile);
}

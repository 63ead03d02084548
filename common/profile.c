/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <errno.h>
#include <string.h>

#include "dialect.h"
#include "keys.h"

#define ARGS_END 6 /* arguments of a system call */

/* The string under @key; to Go's decoder, and so to every consumer, "" is as good as none. */
static const struct scd_json_value *get_string(const struct scd_json_value *object,
					       enum scd_keys_of of, const char *key)
{
	const struct scd_json_value *value = scd_keys_get(object, of, key);

	return value && *value->string ? value : NULL;
}

/* A key that must be there for a consumer to know what is meant. */
static const struct scd_action *read_action(struct scd_judge *judge,
					    const struct scd_json_value *value)
{
	const struct scd_action *action = scd_action_find(value->string);
	const char *near = action ? NULL : scd_action_nearest(value->string);
	char name[SCD_QUOTE_SIZE];

	if (!action)
		scd_judge_add(judge, SCD_ACTION_UNKNOWN, SCD_ERROR, value,
			      "\"%s\" is not an action%s%s%s: no container starts%s",
			      scd_judge_quote(value->string, name), near ? " (did you mean " : "",
			      near ? near : "", near ? "?)" : "",
			      near ? "" : "; write one such as SCMP_ACT_ERRNO");
	return action;
}

/* errnoRet or defaultErrnoRet beside an action. */
static void check_errno(struct scd_judge *judge, const struct scd_json_value *value,
			const struct scd_action *action)
{
	unsigned kept = (unsigned)(value->uint & 0xffff);

	if (action && !action->takes_errno) {
		scd_judge_add(judge, SCD_ERRNO_ON_WRONG_ACTION,
			      judge->opts->oci_runtimes & SCD_CRUN ? SCD_ERROR : SCD_NOTE, value,
			      "%s goes with SCMP_ACT_ERRNO and SCMP_ACT_TRACE, not with %s: crun "
			      "refuses the profile; remove it",
			      value->key, action->name);
		return;
	}
	if (value->uint > UINT32_MAX && judge->opts->oci_runtimes & SCD_CRUN) {
		scd_judge_add(judge, SCD_ERRNO_RANGE, SCD_ERROR, value,
			      "%s %ju does not fit 32 bits: crun cannot read the profile; write "
			      "1 (EPERM) or 38 (ENOSYS)",
			      value->key, (uintmax_t)value->uint);
		return;
	}
	if (action && action->value != SCMP_ACT_ERRNO(0))
		return; /* the number is a message to the tracer */
	if (kept >= SCD_ERRNO_END)
		scd_judge_add(
			judge, SCD_ERRNO_RANGE, SCD_ERROR, value,
			"%s must be an error number from 0 to %d, not %ju: no container starts; "
			"write 1 (EPERM) or 38 (ENOSYS)",
			value->key, SCD_ERRNO_END - 1, (uintmax_t)value->uint);
	else if (value->uint > UINT16_MAX)
		scd_judge_add(judge, SCD_ERRNO_RANGE, SCD_WARNING, value,
			      "%s %ju does not fit 16 bits: the call returns %u; write that",
			      value->key, (uintmax_t)value->uint, kept);
	if (kept == 0)
		scd_judge_add(
			judge, SCD_ERRNO_ZERO, SCD_WARNING, value,
			"%s %ju makes the call do nothing and report success; write 1 (EPERM) "
			"or 38 (ENOSYS)",
			value->key, (uintmax_t)value->uint);
}

static void read_operator(struct scd_judge *judge, const struct scd_json_value *arg,
			  struct scmp_arg_cmp *cmp)
{
	const struct scd_json_value *value = scd_keys_get(arg, SCD_KEYS_ARG, "op");
	const struct scd_operator *op = value ? scd_operator_find(value->string) : NULL;
	const char *near;
	char name[SCD_QUOTE_SIZE];

	if (op) {
		cmp->op = op->value;
		return;
	}
	near = value ? scd_operator_nearest(value->string) : NULL;
	if (value)
		scd_judge_add(judge, SCD_OP_UNKNOWN, SCD_ERROR, value,
			      "\"%s\" is not a comparison%s%s%s: no container starts%s",
			      scd_judge_quote(value->string, name), near ? " (did you mean " : "",
			      near ? near : "", near ? "?)" : "",
			      near ? "" : "; write one such as SCMP_CMP_EQ");
	else
		scd_judge_add(judge, SCD_OP_UNKNOWN, SCD_ERROR, arg,
			      "op is missing; write a comparison such as SCMP_CMP_EQ");
}

/* One element of args; a null or another type is a finding already. */
static void read_arg(struct scd_judge *judge, const struct scd_json_value *arg,
		     struct scmp_arg_cmp *cmp)
{
	const struct scd_json_value *index, *value, *value_two;

	*cmp = (struct scmp_arg_cmp){ .op = SCMP_CMP_EQ };
	if (arg->type != SCD_JSON_OBJECT)
		return;
	scd_keys_check(judge, arg, SCD_KEYS_ARG);
	index = scd_keys_get(arg, SCD_KEYS_ARG, "index");
	value = scd_keys_get(arg, SCD_KEYS_ARG, "value");
	value_two = scd_keys_get(arg, SCD_KEYS_ARG, "valueTwo");
	read_operator(judge, arg, cmp);
	cmp->datum_a = value ? value->uint : 0;
	cmp->datum_b = value_two ? value_two->uint : 0;
	if (index && index->uint >= ARGS_END)
		scd_judge_add(judge, SCD_ARG_INDEX, SCD_ERROR, index,
			      "index %ju is out of range: a system call has arguments 0 to %d; no "
			      "container starts",
			      (uintmax_t)index->uint, ARGS_END - 1);
	else
		cmp->arg = index ? (unsigned)index->uint : 0;
	if (value_two && value_two->uint != 0 && cmp->op != SCMP_CMP_MASKED_EQ)
		scd_judge_add(judge, SCD_VALUETWO_IGNORED, SCD_NOTE, value_two,
			      "valueTwo is read by SCMP_CMP_MASKED_EQ only and ignored here");
}

static int read_args(struct scd_judge *judge, const struct scd_json_value *args,
		     struct scd_profile_rule *rule, struct scd_error *err)
{
	if (!args || args->count == 0)
		return 0;
	rule->args = calloc(args->count, sizeof(*rule->args));
	rule->args_at = calloc(args->count, sizeof(const struct scd_json_value *));
	if (!rule->args || !rule->args_at)
		return scd_fail(err, SCD_E_NOMEM, 0, "%u arguments", args->count);
	for (const struct scd_json_value *v = args->child; v; v = v->next) {
		rule->args_at[rule->arg_count] = v;
		read_arg(judge, v, &rule->args[rule->arg_count++]);
	}
	if (rule->arg_count > ARGS_END)
		scd_judge_add(judge, SCD_ARGS_MORE_THAN_6,
			      judge->opts->oci_runtimes & SCD_CRUN ? SCD_ERROR : SCD_WARNING, args,
			      "%zu conditions: crun reads the first %d and ignores the rest; split "
			      "the rule",
			      rule->arg_count, ARGS_END);
	return 0;
}

/* names, or Docker's name. */
static void check_names(struct scd_judge *judge, const struct scd_profile_rule *rule)
{
	const bool containerd = judge->opts->runtimes & SCD_CONTAINERD;
	char name[SCD_QUOTE_SIZE];

	if (rule->name && rule->names && rule->names->count > 0)
		scd_judge_add_key(judge, SCD_DOCKER_NAME, SCD_ERROR, rule->name,
				  "CRI-O refuses \"name\" beside \"names\" and containerd ignores "
				  "it; move \"%s\" into names",
				  scd_judge_quote(rule->name->string, name));
	else if (rule->name && containerd)
		scd_judge_add_key(
			judge, SCD_DOCKER_NAME, SCD_ERROR, rule->name,
			"containerd ignores \"name\": runc drops the rule without a word, "
			"crun refuses the profile; write \"names\": [\"%s\"]",
			scd_judge_quote(rule->name->string, name));
	else if (!rule->name && !rule->names)
		scd_judge_add(
			judge, SCD_NAMES_EMPTY,
			containerd && judge->opts->oci_runtimes & SCD_CRUN ? SCD_ERROR
									   : SCD_WARNING,
			rule->at,
			"the rule has no names: from containerd crun refuses the profile, and runc "
			"ignores the rule; write \"names\": [...]");
	else if (!rule->name && rule->names->count == 0)
		scd_judge_add(judge, SCD_NAMES_EMPTY, SCD_WARNING, rule->names,
			      "the list is empty: the rule does nothing; name calls, or remove it");
}

static int read_rule(struct scd_judge *judge, const struct scd_json_value *at,
		     struct scd_profile_rule *rule, struct scd_error *err)
{
	const struct scd_json_value *errno_ret;

	rule->at = at;
	scd_keys_check(judge, at, SCD_KEYS_RULE);
	rule->names = scd_keys_get(at, SCD_KEYS_RULE, "names");
	rule->name = get_string(at, SCD_KEYS_RULE, "name");
	rule->includes = scd_keys_get(at, SCD_KEYS_RULE, "includes");
	rule->excludes = scd_keys_get(at, SCD_KEYS_RULE, "excludes");
	rule->action_at = scd_keys_get(at, SCD_KEYS_RULE, "action");
	if (rule->action_at)
		rule->action = read_action(judge, rule->action_at);
	else if (!scd_json_get(at, "action") || scd_json_get(at, "action")->type == SCD_JSON_NULL)
		scd_judge_add(judge, SCD_ACTION_UNKNOWN, SCD_ERROR, at,
			      "the rule has no action: no container starts; write one such as "
			      "SCMP_ACT_ALLOW");
	check_names(judge, rule);
	errno_ret = scd_keys_get(at, SCD_KEYS_RULE, "errnoRet");
	if (errno_ret) {
		rule->has_errno = true;
		rule->errno_ret = errno_ret->uint;
		check_errno(judge, errno_ret, rule->action);
	}
	return read_args(judge, scd_keys_get(at, SCD_KEYS_RULE, "args"), rule, err);
}

static int read_rules(struct scd_judge *judge, const struct scd_json_value *list,
		      struct scd_profile *profile, struct scd_error *err)
{
	if (!list || list->count == 0)
		return 0;
	profile->rules = calloc(list->count, sizeof(*profile->rules));
	if (!profile->rules)
		return scd_fail(err, SCD_E_NOMEM, 0, "%u rules", list->count);
	for (const struct scd_json_value *v = list->child; v; v = v->next) {
		if (v->type != SCD_JSON_OBJECT)
			continue; /* a finding already */
		if (read_rule(judge, v, &profile->rules[profile->rule_count++], err) < 0)
			return -1;
	}
	return 0;
}

static void check_arch(struct scd_judge *judge, const struct scd_json_value *at,
		       const struct scd_arch *arch)
{
	const char *near = arch ? NULL : scd_arch_nearest(at->string);
	char name[SCD_QUOTE_SIZE];

	if (!arch)
		scd_judge_add(judge, SCD_ARCH_UNKNOWN, SCD_ERROR, at,
			      "\"%s\" is not an architecture that runc knows%s%s%s: no container "
			      "starts%s",
			      scd_judge_quote(at->string, name), near ? " (did you mean " : "",
			      near ? near : "", near ? "?)" : "",
			      near ? "" : "; write one such as SCMP_ARCH_X86_64");
	else if (!arch->in_libseccomp)
		scd_judge_add(judge, SCD_ARCH_UNKNOWN, SCD_ERROR, at,
			      "%s needs runc %s and libseccomp 2.6: older ones do not start the "
			      "container; leave it out of a profile for other nodes",
			      arch->name, arch->runc);
	else if (arch->runc && judge->opts->oci_runtimes & SCD_RUNC)
		scd_judge_add(
			judge, SCD_ARCH_VERSION, SCD_WARNING, at,
			"%s needs runc %s: an older one does not start the container; leave it "
			"out where no such node is",
			arch->name, arch->runc);
}

/* The architecture, as every selected OCI runtime finds it. */
static const struct scd_arch *find_arch(struct scd_judge *judge, const struct scd_json_value *at)
{
	const struct scd_arch *arch = scd_arch_find(at->string);
	char name[SCD_QUOTE_SIZE];

	if (arch || judge->opts->oci_runtimes & SCD_RUNC)
		return arch;
	arch = scd_arch_find_crun(at->string);
	if (arch)
		scd_judge_add(
			judge, SCD_ARCH_UNKNOWN, SCD_WARNING, at,
			"\"%s\" is a word of crun alone, with runc no container starts; write "
			"%s",
			scd_judge_quote(at->string, name), arch->name);
	return arch;
}

static bool has_arch(const struct scd_profile *profile, uint32_t token)
{
	for (size_t i = 0; i < profile->arch_count; i++)
		if (profile->archs[i] == token)
			return true;
	return false;
}

static int read_archs(struct scd_judge *judge, const struct scd_json_value *list,
		      struct scd_profile *profile, struct scd_error *err)
{
	if (!list || list->count == 0)
		return 0;
	profile->archs = calloc(list->count, sizeof(*profile->archs));
	profile->archs_at = calloc(list->count, sizeof(const struct scd_json_value *));
	if (!profile->archs || !profile->archs_at)
		return scd_fail(err, SCD_E_NOMEM, 0, "%u architectures", list->count);
	for (const struct scd_json_value *v = list->child; v; v = v->next) {
		const struct scd_arch *arch;

		if (v->type != SCD_JSON_STRING)
			continue; /* a finding already */
		arch = find_arch(judge, v);
		check_arch(judge, v, arch);
		if (arch && !has_arch(profile, arch->token)) {
			profile->archs_at[profile->arch_count] = v;
			profile->archs[profile->arch_count++] = arch->token;
		}
	}
	return 0;
}

static void check_flag(struct scd_judge *judge, const struct scd_json_value *at)
{
	const struct scd_flag *flag = scd_flag_find(at->string);
	const char *near = flag ? NULL : scd_flag_nearest(at->string);
	char name[SCD_QUOTE_SIZE];

	if (!flag)
		scd_judge_add(
			judge, SCD_FLAGS_UNSUPPORTED, SCD_ERROR, at,
			"\"%s\" is not a flag that the runtimes know%s%s%s: no container starts%s",
			scd_judge_quote(at->string, name), near ? " (did you mean " : "",
			near ? near : "", near ? "?)" : "", near ? "" : "; remove it");
	else if (judge->opts->oci_runtimes & SCD_RUNC)
		scd_judge_add(
			judge, SCD_FLAGS_UNSUPPORTED, SCD_WARNING, at,
			"%s needs runc %s: an older one does not start the container; remove it "
			"where runc may be older",
			flag->name, flag->runc);
}

static void check_flags(struct scd_judge *judge, const struct scd_json_value *list)
{
	bool spec_allow = false;

	if (!list)
		return;
	if (list->count == 0)
		scd_judge_add(judge, SCD_FLAGS_EMPTY, SCD_NOTE, list,
			      "an empty list is lost on the way: the runtime sets "
			      "SECCOMP_FILTER_FLAG_SPEC_ALLOW");
	for (const struct scd_json_value *v = list->child; v; v = v->next) {
		const struct scd_flag *flag;

		if (v->type != SCD_JSON_STRING)
			continue; /* a finding already */
		flag = scd_flag_find(v->string);
		spec_allow |= flag && flag->spec_allow;
		check_flag(judge, v);
	}
	if (list->count > 0 && !spec_allow)
		scd_judge_add(
			judge, SCD_FLAGS_DROP_SSB, SCD_NOTE, list,
			"without SECCOMP_FILTER_FLAG_SPEC_ALLOW the container runs slower, with "
			"the Spectre v4 mitigation on");
}

/* Keys of documents that hold a profile somewhere inside. */
static const char *wrapper_key(const struct scd_json_value *root)
{
	static const char *const keys[] = { "spec",	  "linux",    "seccomp", "apiVersion",
					    "ociVersion", "metadata", "kind" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (scd_json_get(root, keys[i]))
			return keys[i];
	return NULL;
}

/* Nothing that a consumer would take for a profile: it would run the container unconfined. */
static void report_empty(struct scd_judge *judge, const struct scd_json_value *root)
{
	const char *wrapper = wrapper_key(root);

	if (wrapper)
		scd_judge_add(
			judge, SCD_PROFILE_WRAPPED, SCD_ERROR, scd_json_get(root, wrapper),
			"\"%s\" is not a key of a profile: the container would run without any "
			"seccomp filter; put only the object that holds defaultAction into the "
			"file",
			wrapper);
	else
		scd_judge_add(
			judge, SCD_PROFILE_EMPTY, SCD_ERROR, root,
			"neither defaultAction nor syscalls: the container would run without any "
			"seccomp filter; write \"defaultAction\": \"SCMP_ACT_ERRNO\" and the calls "
			"to allow");
}

static void read_default_action(struct scd_judge *judge, const struct scd_json_value *root,
				struct scd_profile *profile)
{
	const struct scd_json_value *any = scd_json_get(root, "defaultAction");
	const struct scd_json_value *value = scd_keys_get(root, SCD_KEYS_PROFILE, "defaultAction");
	const struct scd_json_value *errno_ret;

	profile->default_action_at = value;
	if (value && *value->string)
		profile->default_action = read_action(judge, value);
	else if (value || !any || any->type == SCD_JSON_NULL) {
		if (profile->rule_count > 0)
			scd_judge_add(judge, SCD_DEFAULT_ACTION_MISSING, SCD_ERROR,
				      any ? any : root,
				      "defaultAction is missing; write \"defaultAction\": "
				      "\"SCMP_ACT_ERRNO\"");
		else
			report_empty(judge, root);
	}
	errno_ret = scd_keys_get(root, SCD_KEYS_PROFILE, "defaultErrnoRet");
	if (errno_ret) {
		profile->has_default_errno = true;
		profile->default_errno = errno_ret->uint;
		check_errno(judge, errno_ret, profile->default_action);
	}
}

int scd_profile_read(const struct scd_json_value *root, struct scd_judge *judge,
		     struct scd_profile *profile, struct scd_error *err)
{
	profile->root = root;
	if (root->type == SCD_JSON_NULL) {
		report_empty(judge, root);
		return 0;
	}
	if (root->type != SCD_JSON_OBJECT) {
		scd_judge_add(
			judge, SCD_TYPE_MISMATCH, SCD_ERROR, root,
			"a profile is an object, not %s: no consumer reads the file; write {...}",
			scd_json_type_name(root->type));
		return 0;
	}
	if (scd_json_get(root, "defaultAction") || scd_json_get(root, "syscalls") ||
	    !wrapper_key(root))
		scd_keys_check(judge, root, SCD_KEYS_PROFILE);
	profile->flags = scd_keys_get(root, SCD_KEYS_PROFILE, "flags");
	profile->listener_path = get_string(root, SCD_KEYS_PROFILE, "listenerPath");
	profile->arch_map = scd_keys_get(root, SCD_KEYS_PROFILE, "archMap");
	if (read_rules(judge, scd_keys_get(root, SCD_KEYS_PROFILE, "syscalls"), profile, err) < 0 ||
	    read_archs(judge, scd_keys_get(root, SCD_KEYS_PROFILE, "architectures"), profile, err) <
		    0)
		return -1;
	read_default_action(judge, root, profile);
	check_flags(judge, profile->flags);
	scd_dialect_check(judge, profile);
	return 0;
}

/* runc: int16(*errnoRet) into the action; crun: the low 16 bits as well. */
static uint32_t with_errno(const struct scd_action *action, bool has_errno, uint64_t errno_ret)
{
	if (!action->takes_errno)
		return action->value;
	return action->value | (uint32_t)((has_errno ? errno_ret : EPERM) & 0xffff);
}

uint32_t scd_profile_rule_action(const struct scd_profile_rule *rule)
{
	return with_errno(rule->action, rule->has_errno, rule->errno_ret);
}

uint32_t scd_profile_default_action(const struct scd_profile *profile)
{
	return with_errno(profile->default_action, profile->has_default_errno,
			  profile->default_errno);
}

const struct scd_json_value *scd_profile_next_name(const struct scd_profile_rule *rule,
						   const struct scd_json_value *name)
{
	if (name)
		return name == rule->name ? NULL : name->next;
	return rule->names && rule->names->count > 0 ? rule->names->child : rule->name;
}

void scd_profile_done(struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		free(profile->rules[i].args);
		free(profile->rules[i].args_at);
	}
	free(profile->rules);
	free(profile->archs);
	free(profile->archs_at);
	*profile = (struct scd_profile){ 0 };
}

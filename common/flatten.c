/* SPDX-License-Identifier: MIT */
#include "flatten.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "draft.h"
#include "profile.h"
#include "room.h"
#include "syscalls.h"
#include "text.h"

static const char *const verb_names[] = {
	[SCD_FLATTEN_KEPT] = "kept",
	[SCD_FLATTEN_DROPPED] = "dropped",
	[SCD_FLATTEN_WRITTEN] = "written",
};

/* What the work is done with. */
struct work {
	const struct scd_flatten_opts *opts;
	struct scd_judge *judge;
	const struct scd_profile *profile;
	struct scd_draft draft;
	struct scd_flattened *out;
	struct scd_error *err;
};

static void work_done(struct work *work)
{
	scd_draft_done(&work->draft);
}

/* A new step about @at, with its verb and reason; NULL when out of memory. */
static struct scd_flatten_step *add_step(struct work *work, enum scd_flatten_verb verb,
					 const struct scd_json_value *at, const char *fmt, ...)
	SCD_PRINTF(4, 5);

static struct scd_flatten_step *add_step(struct work *work, enum scd_flatten_verb verb,
					 const struct scd_json_value *at, const char *fmt, ...)
{
	struct scd_flattened *out = work->out;
	struct scd_flatten_step *step;
	unsigned column;
	void *steps = out->steps;
	va_list ap;

	if (!scd_room_for_one(&steps, out->step_count, &out->step_cap, sizeof(*step))) {
		(void)scd_fail(work->err, SCD_E_NOMEM, 0, "%zu decisions", out->step_count);
		return NULL;
	}
	out->steps = steps;
	step = &out->steps[out->step_count++];
	*step = (struct scd_flatten_step){ .verb = verb, .rule = SIZE_MAX };
	scd_text_position(work->judge->text, work->judge->len, at->at, &step->line, &column);
	va_start(ap, fmt);
	(void)vsnprintf(step->why, sizeof(step->why), fmt, ap);
	va_end(ap);
	return step;
}

/* A step about a key of the profile or of a rule. */
#define KEY_STEP(work, at, ...) \
	key_step(add_step(work, SCD_FLATTEN_WRITTEN, at, __VA_ARGS__), (at)->key)

static int key_step(struct scd_flatten_step *step, const char *key)
{
	if (!step)
		return -1;
	(void)snprintf(step->what, sizeof(step->what), "%s", key);
	return 0;
}

/* The names of a rule, whichever way they are written. */
static size_t name_count(const struct scd_profile_rule *rule)
{
	return rule->name ? 1 : rule->names ? rule->names->count : 0;
}

static const struct scd_json_value *first_name(const struct scd_profile_rule *rule)
{
	return rule->name ? rule->name : rule->names ? rule->names->child : NULL;
}

static int rule_step(struct scd_flatten_step *step, const struct scd_profile_rule *rule,
		     size_t index)
{
	const size_t count = name_count(rule);
	char name[SCD_QUOTE_SIZE];

	if (!step)
		return -1;
	step->rule = index;
	if (count == 0)
		(void)snprintf(step->what, sizeof(step->what), "no call");
	else if (count == 1)
		(void)snprintf(step->what, sizeof(step->what), "%.60s",
			       scd_judge_quote(first_name(rule)->string, name));
	else
		(void)snprintf(step->what, sizeof(step->what), "%.50s and %zu more",
			       scd_judge_quote(first_name(rule)->string, name), count - 1);
	return 0;
}

/* What a condition failed on, in words. */
static void say_refusal(const struct scd_json_value *at, char *out, size_t size)
{
	const char *list = at->key ? at->key : at->parent->key;
	const struct scd_json_value *condition = at->key ? at->parent : at->parent->parent;
	const bool excluded = strcmp(condition->key, "excludes") == 0;
	char word[SCD_QUOTE_SIZE] = "";

	if (at->type == SCD_JSON_STRING)
		(void)scd_judge_quote(at->string, word);
	if (strcmp(list, "caps") == 0)
		(void)snprintf(out, size, "%s %s, which the container %s",
			       excluded ? "not with" : "only with", word,
			       excluded ? "has" : "does not have");
	else if (strcmp(list, "arches") == 0 && excluded)
		(void)snprintf(out, size, "not on %s", word);
	else if (strcmp(list, "arches") == 0)
		(void)snprintf(out, size, "only on other architectures");
	else
		(void)snprintf(
			out, size,
			"%s kernel %.40s and newer; podman and CRI-O do not look at minKernel",
			excluded ? "not on" : "only on", word);
}

/* Whether a call exists for programs of a node: on its architecture or on one that archMap adds
 * to it. */
static bool exists_on(const struct work *work, uint32_t arch, const char *name)
{
	const struct scd_json_value *map = work->profile->arch_map;

	if (scd_syscall_on(arch, name))
		return true;
	for (const struct scd_json_value *v = map ? map->child : NULL; v; v = v->next) {
		const struct scd_json_value *main = scd_json_get(v, "architecture");
		const struct scd_json_value *subs = scd_json_get(v, "subArchitectures");
		const struct scd_arch *row =
			main && main->string ? scd_arch_find(main->string) : NULL;

		if (!row || row->token != arch || !subs)
			continue;
		for (const struct scd_json_value *s = subs->child; s; s = s->next) {
			row = s->string ? scd_arch_find(s->string) : NULL;
			if (row && scd_syscall_on(row->token, name))
				return true;
		}
	}
	return false;
}

/* Whether it does no harm to keep a rule where it does not apply. */
static bool is_inert(const struct work *work, const struct scd_profile_rule *rule, uint32_t arch)
{
	if (rule->name)
		return !exists_on(work, arch, rule->name->string);
	for (const struct scd_json_value *v = rule->names ? rule->names->child : NULL; v;
	     v = v->next)
		if (exists_on(work, arch, v->string))
			return false;
	return true;
}

static void arch_name(uint32_t arch, char out[32])
{
	auto_buf struct scd_buf name = scd_buf_init(32);

	scd_arch_add_short_name(&name, arch);
	(void)snprintf(out, 32, "%s", scd_buf_text(&name));
}

/* The architectures that a rule applies on, and those where it would do harm. */
struct where {
	const struct scd_json_value *refusal; /* on the first where it does not apply */
	uint32_t applies_on, harms_on;	      /* one of each; 0: none */
};

static struct where look_where(const struct work *work, const struct scd_profile_rule *rule)
{
	struct where where = { 0 };

	for (size_t i = 0; i < work->opts->arch_count; i++) {
		const struct scd_docker_target target = { work->opts->archs[i],
							  work->opts->capabilities,
							  work->opts->kernel };
		const struct scd_json_value *refusal =
			scd_docker_refusal(rule->includes, rule->excludes, &target);

		if (!refusal) {
			where.applies_on = target.arch;
			continue;
		}
		if (!where.refusal)
			where.refusal = refusal;
		if (!is_inert(work, rule, target.arch))
			where.harms_on = target.arch;
	}
	return where;
}

/* 1: keep the rule; 0: do not; -1 when out of memory. */
static int decide(struct work *work, const struct scd_profile_rule *rule, size_t index)
{
	const struct where where = look_where(work, rule);
	char why[160], here[32], there[32];

	if (!where.applies_on && where.refusal) {
		say_refusal(where.refusal, why, sizeof(why));
		return rule_step(add_step(work, SCD_FLATTEN_DROPPED, rule->at, "%s", why), rule,
				 index);
	}
	if (where.harms_on) {
		arch_name(where.applies_on, here);
		arch_name(where.harms_on, there);
		scd_judge_add(work->judge, SCD_DOCKER_CONDITIONAL, SCD_ERROR, where.refusal,
			      "the rule applies on %s and not on %s, which one plain profile "
			      "cannot say; flatten for one architecture at a time",
			      here, there);
		return 0;
	}
	if ((rule->includes && rule->includes->count) || (rule->excludes && rule->excludes->count))
		if (rule_step(add_step(work, SCD_FLATTEN_KEPT, rule->at, "%s",
				       where.refusal ? "applies; elsewhere its calls do not exist"
						     : "its conditions hold"),
			      rule, index) < 0)
			return -1;
	return 1;
}

/* The error number that @value, errno or defaultErrno, names. Left out with a finding when nobody
 * knows it. */
static int read_errno(struct work *work, const struct scd_json_value *value, bool *has,
		      uint64_t *number)
{
	int known = scd_errno_find(value->string);
	char name[SCD_QUOTE_SIZE];

	if (known < 0) {
		scd_judge_add(work->judge, SCD_ERRNO_STRING, SCD_ERROR, value,
			      "\"%s\" is not the name of an error: CRI-O refuses the profile",
			      scd_judge_quote(value->string, name));
		return 0;
	}
	*has = true;
	*number = (uint64_t)known;
	return KEY_STEP(work, value, "\"%s\" is error number %d", value->string, known);
}

static const struct scd_json_value *get_text(const struct scd_json_value *object, const char *key)
{
	const struct scd_json_value *value = scd_json_get(object, key);

	return value && value->type == SCD_JSON_STRING && *value->string ? value : NULL;
}

static int add_names(struct work *work, const struct scd_profile_rule *rule,
		     struct scd_draft_rule *to)
{
	if (rule->name)
		return scd_words_add(&to->names, rule->name->string, work->err);
	for (const struct scd_json_value *v = rule->names ? rule->names->child : NULL; v;
	     v = v->next)
		if (scd_words_add(&to->names, v->string, work->err) < 0)
			return -1;
	return 0;
}

/* Docker's old dialect has a rule for each name. Such a rule joins the one before it when they
 * differ in the name alone. */
static bool joins(const struct scd_profile_rule *rule, const struct scd_profile_rule *before)
{
	return before && before->name && rule->name && !before->arg_count && !rule->arg_count &&
	       scd_profile_rule_action(before) == scd_profile_rule_action(rule) &&
	       !get_text(before->at, "errno") && !get_text(rule->at, "errno") &&
	       !get_text(before->at, "comment") && !get_text(rule->at, "comment");
}

static int write_rule(struct work *work, const struct scd_profile_rule *rule)
{
	struct scd_draft_rule *to = scd_draft_add(&work->draft, work->err);
	const struct scd_json_value *args = scd_json_get(rule->at, "args");
	const struct scd_json_value *comment = get_text(rule->at, "comment");
	const struct scd_json_value *error = get_text(rule->at, "errno");

	if (!to || add_names(work, rule, to) < 0)
		return -1;
	to->action = rule->action->name;
	to->has_errno = rule->has_errno && rule->action->takes_errno;
	to->errno_ret = rule->errno_ret;
	to->comment = comment ? comment->string : NULL;
	if (args && args->type == SCD_JSON_ARRAY && args->count) {
		to->args = work->judge->text + args->at;
		to->args_len = args->end - args->at;
	}
	return error && rule->action->takes_errno
		       ? read_errno(work, error, &to->has_errno, &to->errno_ret)
		       : 0;
}

/* One step for all rules with a name of their own. */
static int names_step(struct work *work)
{
	const struct scd_json_value *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < work->profile->rule_count; i++) {
		const struct scd_json_value *name = work->profile->rules[i].name;

		first = first ? first : name;
		count += name != NULL;
	}
	if (!first)
		return 0;
	return KEY_STEP(work, first, "the calls of %zu rules are under names", count);
}

static int keep_rule(struct work *work, const struct scd_profile_rule *rule,
		     const struct scd_profile_rule *before)
{
	if (!joins(rule, before))
		return write_rule(work, rule);
	return scd_words_add(&work->draft.rules[work->draft.count - 1].names, rule->name->string,
			     work->err);
}

static int write_rules(struct work *work)
{
	const struct scd_profile_rule *before = NULL; /* the last one that was kept */

	if (names_step(work) < 0)
		return -1;
	for (size_t i = 0; i < work->profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &work->profile->rules[i];
		int keep;

		if (name_count(rule) == 0) {
			if (rule_step(add_step(work, SCD_FLATTEN_DROPPED, rule->at,
					       "it has no names"),
				      rule, i) < 0)
				return -1;
			continue;
		}
		keep = decide(work, rule, i);
		if (keep < 0 || (keep && keep_rule(work, rule, before) < 0))
			return -1;
		before = keep ? rule : before;
	}
	return 0;
}

/* CRI-O hands the name on as it is, and the OCI runtime refuses what it does not know. */
static int add_arch(struct work *work, const struct scd_json_value *name)
{
	char quoted[SCD_QUOTE_SIZE];

	if (!scd_arch_find(name->string)) {
		scd_judge_add(work->judge, SCD_ARCH_UNKNOWN, SCD_ERROR, name,
			      "\"%s\" is not an architecture that runc knows: no container starts",
			      scd_judge_quote(name->string, quoted));
		return 0;
	}
	return scd_words_have(&work->draft.archs, name->string)
		       ? 0
		       : scd_words_add(&work->draft.archs, name->string, work->err);
}

/* The architectures that archMap gives for the nodes. */
static int write_arch_map(struct work *work, const struct scd_json_value *map)
{
	for (const struct scd_json_value *v = map->child; v; v = v->next) {
		const struct scd_json_value *main = get_text(v, "architecture");
		const struct scd_json_value *subs = scd_json_get(v, "subArchitectures");
		const struct scd_arch *row = main ? scd_arch_find(main->string) : NULL;
		bool wanted = false;

		for (size_t i = 0; row && i < work->opts->arch_count; i++)
			wanted |= row->token == work->opts->archs[i];
		if (!wanted)
			continue;
		if (add_arch(work, main) < 0)
			return -1;
		for (const struct scd_json_value *s = subs ? subs->child : NULL; s; s = s->next)
			if (s->type == SCD_JSON_STRING && add_arch(work, s) < 0)
				return -1;
	}
	if (work->draft.archs.count == 0)
		return KEY_STEP(work, map,
				"does not name the architecture: its own calls alone "
				"are filtered");
	return KEY_STEP(work, map, "%zu architectures", work->draft.archs.count);
}

static int add_list(struct scd_words *words, const struct scd_json_value *list,
		    struct scd_error *err)
{
	for (const struct scd_json_value *v = list && list->type == SCD_JSON_ARRAY ? list->child
										   : NULL;
	     v; v = v->next)
		if (v->type == SCD_JSON_STRING && scd_words_add(words, v->string, err) < 0)
			return -1;
	return 0;
}

static int write_head(struct work *work)
{
	const struct scd_profile *profile = work->profile;
	const struct scd_json_value *error = get_text(profile->root, "defaultErrno");
	const struct scd_json_value *metadata = get_text(profile->root, "listenerMetadata");
	struct scd_draft *draft = &work->draft;

	draft->default_action = profile->default_action->name;
	draft->has_default_errno = profile->has_default_errno;
	draft->default_errno = profile->default_errno;
	draft->listener_path = profile->listener_path ? profile->listener_path->string : NULL;
	draft->listener_metadata = metadata ? metadata->string : NULL;
	if (error && profile->default_action->takes_errno &&
	    read_errno(work, error, &draft->has_default_errno, &draft->default_errno) < 0)
		return -1;
	if (add_list(&draft->flags, profile->flags, work->err) < 0 ||
	    add_list(&draft->archs, scd_json_get(profile->root, "architectures"), work->err) < 0)
		return -1;
	return profile->arch_map && profile->arch_map->count
		       ? write_arch_map(work, profile->arch_map)
		       : 0;
}

static int flatten(struct work *work)
{
	if (write_head(work) < 0 || write_rules(work) < 0)
		return -1;
	if (!scd_report_accepts(work->judge->report))
		return 0;
	return scd_draft_print(&work->draft, &work->out->text, &work->out->len, work->err);
}

/* @judge as CRI-O reads files: the conditions are what this is here for. */
static int read_profile(struct scd_judge *judge, struct scd_check_opts *opts,
			const struct scd_json *json, struct scd_profile *profile,
			struct scd_error *err)
{
	scd_judge_faults(judge, json);
	if (!scd_json_root(json))
		return 0;
	opts->disabled[SCD_DOCKER_CONDITIONAL] = 1;
	if (scd_profile_read(scd_json_root(json), judge, profile, err) < 0)
		return -1;
	opts->disabled[SCD_DOCKER_CONDITIONAL] = 0;
	return 0;
}

int scd_flatten(const char *text, size_t len, const struct scd_flatten_opts *opts,
		struct scd_report *report, struct scd_flattened *out, struct scd_error *err)
{
	struct scd_check_opts check = { .runtimes = SCD_CRI_O,
					.oci_runtimes = SCD_OCI_RUNTIME_ANY,
					.archs = { opts->archs[0] },
					.arch_count = 1 };
	struct scd_judge judge = { .text = text, .len = len, .opts = &check, .report = report };
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	SCD_CLEANUP(work_done)
	struct work work = {
		.opts = opts, .judge = &judge, .profile = &profile, .out = out, .err = err
	};

	if (len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "the profile is over %zu bytes",
				SCD_PROFILE_MAX);
	if (scd_json_parse(text, len, &json, err) < 0 ||
	    read_profile(&judge, &check, &json, &profile, err) < 0)
		return -1;
	if (profile.default_action && scd_report_accepts(report) && flatten(&work) < 0)
		return -1;
	if (report->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "findings");
	scd_report_sort(report);
	return 0;
}

const char *scd_flatten_verb_name(enum scd_flatten_verb verb)
{
	return verb_names[verb];
}

void scd_flattened_done(struct scd_flattened *out)
{
	free(out->text);
	free(out->steps);
	*out = (struct scd_flattened){ 0 };
}

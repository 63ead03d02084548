/* SPDX-License-Identifier: MIT */
#include "recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check_opts.h"
#include "draft.h"
#include "profile.h"
#include "purpose.h"
#include "siblings.h"
#include "start.h"
#include "value.h"

#define LOW_32 UINT64_C(0xffffffff)

/* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
#define NEW_NAMESPACES UINT64_C(0x7e020000)

#define ARGS_TEXT_MAX ((size_t)4096)

static const char start_title[] = "start a container: needed by runc and crun, not by the command";

static const struct scd_narrowing narrowings[] = {
	{ "clone", 0, NEW_NAMESPACES }, { "ioctl", 1, LOW_32 },	 { "personality", 0, LOW_32 },
	{ "prctl", 0, LOW_32 },		{ "socket", 0, LOW_32 }, { "socketpair", 0, LOW_32 },
	{ "unshare", 0, LOW_32 },
};

const struct scd_narrowing *scd_narrowings(size_t *count)
{
	*count = sizeof(narrowings) / sizeof(narrowings[0]);
	return narrowings;
}

/* prctl options that runc and crun use after they have loaded the filter, from <linux/prctl.h>:
 * PDEATHSIG, DUMPABLE, KEEPCAPS, NAME, CAPBSET_READ and _DROP, NO_NEW_PRIVS, CAP_AMBIENT. */
static const uint64_t start_prctl[] = { 1, 4, 8, 15, 23, 24, 38, 47 };

static bool same_args(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Those that were swallowed have no name any more. */
static struct scd_recorded *find(const struct scd_recording *recording, const char *name,
				 const char *args)
{
	for (size_t i = 0; i < recording->count; i++)
		if (recording->calls[i].name && strcmp(recording->calls[i].name, name) == 0 &&
		    same_args(recording->calls[i].args, args))
			return &recording->calls[i];
	return NULL;
}

static int make_room(struct scd_recording *recording, struct scd_error *err)
{
	const size_t cap = recording->cap ? recording->cap * 2 : 128;
	struct scd_recorded *bigger;

	if (recording->count < recording->cap)
		return 0;
	bigger = realloc(recording->calls, cap * sizeof(*bigger));
	if (!bigger)
		return scd_fail(err, SCD_E_NOMEM, 0, "recording of %zu calls", cap);
	recording->calls = bigger;
	recording->cap = cap;
	return 0;
}

static void count_more(struct scd_recorded *call, unsigned origin, uint64_t count)
{
	call->origins |= origin;
	if (origin == SCD_ORIGIN_STARTED)
		call->start_count += count;
	else
		call->count += count;
}

/* @args may be NULL. */
static int add(struct scd_recording *recording, const char *name, const char *args, unsigned origin,
	       uint64_t count, struct scd_error *err)
{
	struct scd_recorded *call = find(recording, name, args);

	if (call) {
		count_more(call, origin, count);
		return 0;
	}
	if (make_room(recording, err) < 0)
		return -1;
	call = &recording->calls[recording->count];
	*call = (struct scd_recorded){ 0 };
	count_more(call, origin, count);
	if (scd_string_set(&call->name, name) < 0 ||
	    (args && scd_string_set(&call->args, args) < 0)) {
		free(call->name);
		return scd_fail(err, SCD_E_NOMEM, 0, "recording of %s", name);
	}
	recording->count++;
	return 0;
}

int scd_recording_add(struct scd_recording *recording, const char *name, unsigned origin,
		      uint64_t count, struct scd_error *err)
{
	return add(recording, name, NULL, origin, count, err);
}

int scd_recording_add_value(struct scd_recording *recording, const struct scd_narrowing *narrowing,
			    uint64_t value, unsigned origin, uint64_t count, struct scd_error *err)
{
	auto_buf struct scd_buf args = scd_buf_init(ARGS_TEXT_MAX);

	scd_buf_printf(&args,
		       "[{\"index\":%u,\"value\":%" PRIu64 ",\"valueTwo\":%" PRIu64
		       ",\"op\":\"SCMP_CMP_MASKED_EQ\"}]",
		       narrowing->index, narrowing->mask, value & narrowing->mask);
	if (args.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "conditions of %s", narrowing->name);
	return add(recording, narrowing->name, scd_buf_text(&args), origin, count, err);
}

void scd_recording_add_arch(struct scd_recording *recording, uint32_t arch)
{
	for (size_t i = 0; i < recording->arch_count; i++)
		if (recording->archs[i] == arch)
			return;
	if (recording->arch_count < sizeof(recording->archs) / sizeof(recording->archs[0]))
		recording->archs[recording->arch_count++] = arch;
}

/* Removes the blanks between words, so that what says the same is the same text; conditions hold
 * no string with a blank in it. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (!strchr(" \t\r\n", *from))
			*to++ = *from;
	*to = '\0';
}

/* The conditions of a rule as they are written; NULL for none. free() it. -1: no memory. */
static int copy_args(const struct scd_profile_rule *rule, const char *json, char **args,
		     struct scd_error *err)
{
	const struct scd_json_value *list;

	*args = NULL;
	if (rule->arg_count == 0)
		return 0;
	list = rule->args_at[0]->parent;
	*args = strndup(json + list->at, list->end - list->at);
	if (!*args)
		return scd_fail(err, SCD_E_NOMEM, 0, "conditions of a rule");
	squeeze(*args);
	return 0;
}

static int add_rule(struct scd_recording *recording, const struct scd_profile_rule *rule,
		    const char *json, struct scd_error *err)
{
	const struct scd_json_value *name = rule->names ? rule->names->child : NULL;
	auto_free char *args = NULL;

	if (copy_args(rule, json, &args, err) < 0)
		return -1;
	for (; name; name = name->next)
		if (add(recording, name->string, args, SCD_ORIGIN_PROFILE, 0, err) < 0)
			return -1;
	return 0;
}

static int add_rules(struct scd_recording *recording, const struct scd_profile *profile,
		     const char *json, struct scd_error *err)
{
	const uint32_t by_default = profile->default_action->value;

	if (by_default != SCMP_ACT_ERRNO(0))
		return scd_fail(err, SCD_E_CONFIG, 0,
				"not an allow-list: its default action is %s, not SCMP_ACT_ERRNO",
				profile->default_action->name);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		if (rule->action->value == by_default)
			continue; /* what it denies, we deny as well */
		if (rule->action->value != SCMP_ACT_ALLOW && rule->action->value != SCMP_ACT_LOG)
			return scd_fail(err, SCD_E_CONFIG, 0, "not an allow-list: a rule has %s",
					rule->action->name);
		if (add_rule(recording, rule, json, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < profile->arch_count; i++)
		scd_recording_add_arch(recording, profile->archs[i]);
	return 0;
}

int scd_recording_add_profile(struct scd_recording *recording, const char *json, size_t len,
			      struct scd_error *err)
{
	const struct scd_check_opts opts = scd_check_opts_complete(&(struct scd_check_opts){ 0 });
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = json, .len = len, .opts = &opts, .report = &report };
	auto_json struct scd_json document = { 0 };
	auto_profile struct scd_profile profile = { 0 };

	if (len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "a profile of %zu bytes", len);
	if (scd_json_parse(json, len, &document, err) < 0)
		return -1;
	if (document.fault_count || !scd_json_root(&document))
		return scd_fail(err, SCD_E_CONFIG, 0, "not a profile: %s", document.faults[0].msg);
	if (scd_profile_read(scd_json_root(&document), &judge, &profile, err) < 0)
		return -1;
	if (!profile.default_action || !scd_report_accepts(&report))
		return scd_fail(err, SCD_E_CONFIG, 0,
				"not a profile: seccompctl validate says why");
	return add_rules(recording, &profile, json, err);
}

static const struct scd_narrowing *narrowing_of(const char *name)
{
	for (size_t i = 0; i < sizeof(narrowings) / sizeof(narrowings[0]); i++)
		if (strcmp(narrowings[i].name, name) == 0)
			return &narrowings[i];
	return NULL;
}

/* One call that runtimes need. Their threads make no namespaces. */
static int add_start(struct scd_recording *recording, const char *name, struct scd_error *err)
{
	const struct scd_narrowing *narrowing = recording->narrow ? narrowing_of(name) : NULL;

	if (!narrowing)
		return scd_recording_add(recording, name, SCD_ORIGIN_START, 0, err);
	if (strcmp(name, "prctl") != 0)
		return scd_recording_add_value(recording, narrowing, 0, SCD_ORIGIN_START, 0, err);
	for (size_t i = 0; i < sizeof(start_prctl) / sizeof(start_prctl[0]); i++)
		if (scd_recording_add_value(recording, narrowing, start_prctl[i], SCD_ORIGIN_START,
					    0, err) < 0)
			return -1;
	return 0;
}

static size_t forms_of(const struct scd_recording *recording, const char *name)
{
	size_t forms = 0;

	for (size_t i = 0; i < recording->count; i++)
		forms += strcmp(recording->calls[i].name, name) == 0;
	return forms;
}

static void swallow(struct scd_recorded *plain, struct scd_recorded *call)
{
	plain->origins |= call->origins;
	plain->count += call->count;
	plain->start_count += call->start_count;
	free(call->name);
	free(call->args);
	*call = (struct scd_recorded){ 0 };
}

/* Conditional forms of a call that is allowed without are gone; their counts are not. */
static void drop_swallowed(struct scd_recording *recording)
{
	size_t kept = 0;

	for (size_t i = 0; i < recording->count; i++) {
		struct scd_recorded *call = &recording->calls[i];
		struct scd_recorded *plain = call->args ? find(recording, call->name, NULL) : NULL;

		if (plain)
			swallow(plain, call);
	}
	for (size_t i = 0; i < recording->count; i++)
		if (recording->calls[i].name)
			recording->calls[kept++] = recording->calls[i];
	recording->count = kept;
}

static int widen_long_lists(struct scd_recording *recording, struct scd_error *err)
{
	const size_t count = recording->count;

	for (size_t i = 0; i < count; i++) {
		const struct scd_recorded *call = &recording->calls[i];

		if (call->args && forms_of(recording, call->name) > SCD_RECORDING_VALUES_MAX &&
		    scd_recording_add(recording, call->name, call->origins, 0, err) < 0)
			return -1;
	}
	return 0;
}

/* Purposes, and after them what only the start of a container needs. */
static size_t group_of(const struct scd_recorded *call)
{
	size_t count;

	(void)scd_purposes(&count);
	return call->origins & ~(unsigned)(SCD_ORIGIN_START | SCD_ORIGIN_STARTED)
		       ? scd_purpose_of(call->name)
		       : count;
}

const char *scd_recorded_purpose(const struct scd_recorded *call)
{
	size_t count;
	const struct scd_purpose *purposes = scd_purposes(&count);
	const size_t group = group_of(call);

	return group == count ? start_title : purposes[group].title;
}

static int by_group(const void *a, const void *b)
{
	const struct scd_recorded *x = a, *y = b;
	const size_t gx = group_of(x), gy = group_of(y);
	int order;

	if (gx != gy)
		return gx < gy ? -1 : 1;
	if (!x->args != !y->args)
		return x->args ? 1 : -1; /* without conditions first */
	if (!x->args)
		return strcmp(x->name, y->name);
	order = strcmp(x->name, y->name);
	return order ? order : strcmp(x->args, y->args);
}

int scd_recording_finish(struct scd_recording *recording, struct scd_error *err)
{
	const char *names;

	for (size_t i = 0; (names = scd_start_set(i)); i++) {
		char name[SCD_NAME_SIZE];

		while (scd_next_name(&names, name))
			if (add_start(recording, name, err) < 0)
				return -1;
	}
	if (widen_long_lists(recording, err) < 0)
		return -1;
	drop_swallowed(recording);
	qsort(recording->calls, recording->count, sizeof(*recording->calls), by_group);
	return 0;
}

static int add_archs(const struct scd_recording *recording, struct scd_draft *draft,
		     struct scd_error *err)
{
	for (size_t i = 0; i < recording->arch_count; i++) {
		const struct scd_arch *arch = scd_arch_of(recording->archs[i]);

		if (arch && scd_words_add(&draft->archs, arch->name, err) < 0)
			return -1;
	}
	return 0;
}

/* Whether @call goes into the same rule as @before. */
static bool same_rule(const struct scd_recorded *before, const struct scd_recorded *call)
{
	return group_of(before) == group_of(call) && !before->args && !call->args;
}

int scd_recording_print(const struct scd_recording *recording, char **text, size_t *len,
			struct scd_error *err)
{
	auto_draft struct scd_draft draft = { .default_action = "SCMP_ACT_ERRNO",
					      .has_default_errno = true,
					      .default_errno = ENOSYS };
	struct scd_draft_rule *rule = NULL;

	if (add_archs(recording, &draft, err) < 0)
		return -1;
	for (size_t i = 0; i < recording->count; i++) {
		const struct scd_recorded *call = &recording->calls[i];

		if (!rule || !same_rule(call - 1, call)) {
			rule = scd_draft_add(&draft, err);
			if (!rule)
				return -1;
			rule->action = "SCMP_ACT_ALLOW";
			rule->comment = scd_recorded_purpose(call);
			rule->args = call->args;
			rule->args_len = call->args ? strlen(call->args) : 0;
		}
		if (scd_words_add(&rule->names, call->name, err) < 0)
			return -1;
	}
	return scd_draft_print(&draft, text, len, err);
}

void scd_recording_done(struct scd_recording *recording)
{
	for (size_t i = 0; i < recording->count; i++) {
		free(recording->calls[i].name);
		free(recording->calls[i].args);
	}
	free(recording->calls);
	*recording = (struct scd_recording){ 0 };
}

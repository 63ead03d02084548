/* SPDX-License-Identifier: MIT */
#include "denials.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "check_opts.h"
#include "cli.h"
#include "effect.h"
#include "observe.h"
#include "siblings.h"
#include "text.h"

/* Bytes of a word of the command that are shown, and the room that their escapes need. */
#define WORD_SHOWN ((size_t)1024)
#define WORD_MAX (WORD_SHOWN * 6 + 8)

#define ERRNO_MOST 4095U /* MAX_ERRNO: the kernel caps the data of SECCOMP_RET_ERRNO */

static uint32_t judge(const struct scd_denials *denials, const struct scd_call *call)
{
	struct seccomp_data data = { .nr = call->nr,
				     .arch = call->arch,
				     .instruction_pointer = call->ip };

	memcpy(data.args, call->args, sizeof(data.args));
	return scd_bpf_run(denials->filter->insns, denials->filter->count, &data);
}

static void note(struct scd_denials *denials, const struct scd_call *call, uint32_t action)
{
	struct scd_seen_row *row = scd_seen_add(&denials->seen, call, action, 0);

	if (row)
		scd_seen_example(row, call);
}

int scd_denials_on_trace(void *context, const struct scd_call *call)
{
	struct scd_denials *denials = context;
	const uint32_t action = judge(denials, call);
	const uint32_t data = action & SECCOMP_RET_DATA;

	if (action == SECCOMP_RET_ALLOW)
		return SCD_CALL_GO;
	note(denials, call, action);
	if (!denials->deny)
		return SCD_CALL_GO;
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		return (int)(data < ERRNO_MOST ? data : ERRNO_MOST);
	case SECCOMP_RET_TRACE:	     /* without a tracer */
	case SECCOMP_RET_USER_NOTIF: /* and without a listener */
		return ENOSYS;
	default:
		return SCD_CALL_GO; /* LOG */
	}
}

bool scd_denials_kills(const struct scd_denials *denials, const struct scd_call *call)
{
	return scd_action_kills(judge(denials, call));
}

void scd_denials_on_signal(void *context, const struct scd_call *call, bool killed)
{
	struct scd_denials *denials = context;
	const uint32_t action = judge(denials, call);
	const uint32_t full = action & SECCOMP_RET_ACTION_FULL;
	const bool kills = full == SECCOMP_RET_KILL_PROCESS || full == SECCOMP_RET_KILL_THREAD;

	/* Else it was another filter: one of the program's own. */
	if (killed ? kills : full == SECCOMP_RET_TRAP)
		note(denials, call, action);
}

int scd_denials_run(struct scd_denials *denials, const struct scd_confine_opts *confine,
		    char *const *argv, struct scd_confine_end *end, struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = scd_denials_on_trace,
					    .on_signal = scd_denials_on_signal,
					    .context = denials };
	auto_filter struct scd_filter observed = { 0 };
	const struct scd_tracer_command command = {
		.filter = &observed,
		.confine = *confine,
		.argv = argv,
	};

	if (scd_observe_denials(denials->filter, denials->deny, &observed, err) < 0)
		return -1;
	return scd_tracer_run(&command, &ops, end, err);
}

bool scd_denials_is_denial(const struct scd_seen_row *row)
{
	return row->action != SCMP_ACT_LOG;
}

uint64_t scd_denials_count(const struct scd_denials *denials)
{
	uint64_t count = 0;

	for (size_t i = 0; i < denials->seen.count; i++)
		if (scd_denials_is_denial(&denials->seen.rows[i]))
			count += denials->seen.rows[i].count;
	return count;
}

static size_t kinds(const struct scd_denials *denials, bool denied)
{
	size_t count = 0;

	for (size_t i = 0; i < denials->seen.count; i++)
		count += scd_denials_is_denial(&denials->seen.rows[i]) == denied;
	return count;
}

/* "SCMP_ACT_ERRNO 38 (ENOSYS)" */
static void add_action(struct scd_buf *out, uint32_t action)
{
	const char *name = NULL;
	char text[64];

	if (scd_action_of(action) && scd_action_of(action)->value == SCMP_ACT_ERRNO(0))
		name = strerrorname_np((int)(action & SECCOMP_RET_DATA));
	scd_buf_puts(out, scd_effect_text(action, text));
	if (name)
		scd_buf_printf(out, " (%s)", name);
}

/* The library that takes the denial for an old kernel and does without, or NULL. */
static const struct scd_fallback *fallback_of(const struct scd_seen_row *row)
{
	size_t count;
	const struct scd_fallback *fallbacks = scd_fallbacks(&count);

	if (row->action != SCMP_ACT_ERRNO(ENOSYS) || !row->name)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strcmp(fallbacks[i].name, row->name) == 0)
			return &fallbacks[i];
	return NULL;
}

static void add_arch(struct scd_buf *out, uint32_t arch)
{
	if (arch == seccomp_arch_native())
		return;
	scd_buf_puts(out, " [");
	scd_arch_add_short_name(out, arch);
	scd_buf_puts(out, "]");
}

static void print_row(const struct scd_seen_row *row, FILE *out)
{
	auto_buf struct scd_buf action = scd_buf_init(128), arch = scd_buf_init(64);
	const struct scd_fallback *fallback = fallback_of(row);

	add_action(&action, row->action);
	add_arch(&arch, row->arch);
	(void)fprintf(out, "  %6" PRIu64 " %-5s  %-27s  %s%s\n", row->count,
		      row->count == 1 ? "time" : "times", scd_buf_text(&action),
		      row->example_count ? row->examples[0]
		      : row->name	 ? row->name
					 : "?",
		      scd_buf_text(&arch));
	for (size_t i = 1; i < row->example_count; i++)
		(void)fprintf(out, "%45s%s\n", "", row->examples[i]);
	(void)fprintf(out, "%45sby %s[%ld]%s", "", *row->comm ? row->comm : "?", (long)row->tid,
		      row->count > 1 ? " first" : "");
	(void)fprintf(out, "\n");
	if (fallback)
		(void)fprintf(out, "%45sno harm: %s fall back to %s\n", "", fallback->who,
			      *fallback->older ? fallback->older : "doing without");
}

static void print_rows(const struct scd_denials *denials, bool denied, FILE *out)
{
	for (size_t i = 0; i < denials->seen.count; i++)
		if (scd_denials_is_denial(&denials->seen.rows[i]) == denied)
			print_row(&denials->seen.rows[i], out);
}

static bool named_before(const struct scd_denials *denials, size_t index)
{
	const struct scd_seen_row *row = &denials->seen.rows[index];

	for (size_t i = 0; i < index; i++)
		if (scd_denials_is_denial(&denials->seen.rows[i]) && denials->seen.rows[i].name &&
		    strcmp(denials->seen.rows[i].name, row->name) == 0)
			return true;
	return false;
}

/* What to write into the profile. */
static void print_cure(const struct scd_denials *denials, FILE *out)
{
	const char *before = "To allow them, name them in a rule with SCMP_ACT_ALLOW: ";

	for (size_t i = 0; i < denials->seen.count; i++) {
		const struct scd_seen_row *row = &denials->seen.rows[i];

		if (!scd_denials_is_denial(row) || !row->name || fallback_of(row) ||
		    named_before(denials, i))
			continue;
		(void)fprintf(out, "%s\"%s\"", before, row->name);
		before = ", ";
	}
	if (before[0] == ',')
		(void)fprintf(out, "\n");
}

static void print_end(const struct scd_denials_story *story, FILE *out)
{
	const struct scd_confine_end *end = story->end;

	if (!end)
		return;
	if (story->bundle && !story->started)
		(void)fprintf(out, "seccompctl: %s did not start the container of %s\n",
			      story->oci_runtime, story->bundle);
	else if (end->stage == SCD_CONFINE_NO_EXEC)
		(void)fprintf(out, "seccompctl: %s did not start: execve: %s\n", story->argv[0],
			      strerror(end->sys));
	if (end->no_new_privs)
		(void)fprintf(out, "seccompctl: no_new_privs was set: set-user-ID programs gained "
				   "no privileges\n");
}

void scd_denials_print(const struct scd_denials *denials, const struct scd_denials_story *story,
		       FILE *out)
{
	const size_t denied = kinds(denials, true), logged = kinds(denials, false);
	const uint64_t count = scd_denials_count(denials);

	print_end(story, out);
	if (denied == 0)
		(void)fprintf(out, "seccompctl: %s %s nothing\n", story->profile,
			      denials->deny ? "denied" : "would have denied");
	else
		(void)fprintf(out, "seccompctl: %s %s %" PRIu64 " call%s, %zu kind%s:\n",
			      story->profile, denials->deny ? "denied" : "would have denied", count,
			      count == 1 ? "" : "s", denied, denied == 1 ? "" : "s");
	print_rows(denials, true, out);
	if (denied)
		print_cure(denials, out);
	if (logged) {
		(void)fprintf(out, "It let these through and would have them logged:\n");
		print_rows(denials, false, out);
	}
	if (denials->seen.lost)
		(void)fprintf(out, "seccompctl: %" PRIu64 " more calls are not listed\n",
			      denials->seen.lost);
}

static cJSON *row_json(const struct scd_seen_row *row)
{
	auto_buf struct scd_buf arch = scd_buf_init(64);
	const struct scd_action *action = scd_action_of(row->action);
	cJSON *object = cJSON_CreateObject();
	cJSON *examples;

	scd_arch_add_short_name(&arch, row->arch);
	if (row->name)
		(void)cJSON_AddStringToObject(object, "syscall", row->name);
	(void)cJSON_AddNumberToObject(object, "number", row->nr);
	(void)cJSON_AddStringToObject(object, "arch", scd_buf_text(&arch));
	(void)cJSON_AddStringToObject(object, "action", action ? action->name : "unknown");
	if (action && action->takes_errno)
		(void)cJSON_AddNumberToObject(object, "errno", row->action & SECCOMP_RET_DATA);
	(void)cJSON_AddNumberToObject(object, "count", (double)row->count);
	(void)cJSON_AddStringToObject(object, "process", row->comm);
	examples = cJSON_AddArrayToObject(object, "examples");
	for (size_t i = 0; i < row->example_count; i++)
		if (!cJSON_AddItemToArray(examples, cJSON_CreateString(row->examples[i])))
			break;
	return object;
}

static void add_rows(const struct scd_denials *denials, bool denied, cJSON *root, const char *key)
{
	cJSON *list = cJSON_AddArrayToObject(root, key);

	for (size_t i = 0; list && i < denials->seen.count; i++)
		if (scd_denials_is_denial(&denials->seen.rows[i]) == denied)
			(void)cJSON_AddItemToArray(list, row_json(&denials->seen.rows[i]));
}

static void add_end(const struct scd_denials_story *story, cJSON *root)
{
	const struct scd_confine_end *end = story->end;
	cJSON *command = cJSON_AddArrayToObject(root, "command");

	for (size_t i = 0; story->argv[i]; i++) {
		auto_buf struct scd_buf word = scd_buf_init(WORD_MAX);

		scd_text_quote(&word, story->argv[i], strlen(story->argv[i]), WORD_SHOWN);
		(void)cJSON_AddItemToArray(command, cJSON_CreateString(scd_buf_text(&word)));
	}
	if (!end)
		return;
	if (story->bundle)
		(void)cJSON_AddStringToObject(root, "bundle", story->bundle);
	(void)cJSON_AddBoolToObject(
		root, "started", story->bundle ? story->started : end->stage == SCD_CONFINE_LOADED);
	(void)cJSON_AddNumberToObject(root, "exitStatus", scd_confine_exit_status(end->status));
	(void)cJSON_AddBoolToObject(root, "noNewPrivileges", end->no_new_privs);
}

int scd_denials_print_json(const struct scd_denials *denials, const struct scd_denials_story *story,
			   FILE *out)
{
	cJSON *root = scd_cli_document("RunReport");
	char *text;

	(void)cJSON_AddStringToObject(root, "profile", story->profile);
	(void)cJSON_AddStringToObject(root, "ociRuntime", story->oci_runtime);
	(void)cJSON_AddBoolToObject(root, "enforced", denials->deny);
	add_end(story, root);
	add_rows(denials, true, root, "denied");
	add_rows(denials, false, root, "logged");
	(void)cJSON_AddNumberToObject(root, "unlisted", (double)denials->seen.lost);
	text = root ? cJSON_Print(root) : NULL;
	cJSON_Delete(root);
	if (!text)
		return -1;
	(void)fprintf(out, "%s\n", text);
	cJSON_free(text);
	return 0;
}

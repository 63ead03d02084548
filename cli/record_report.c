/* SPDX-License-Identifier: MIT */
#include "record_report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <seccomp.h>
#include <string.h>

#include "call_args.h"
#include "wrapper.h"

#define BY_RUNTIME (SCD_ORIGIN_START | SCD_ORIGIN_STARTED)

static void print_call(const struct scd_recorded *call, const char **purpose)
{
	const char *is = scd_recorded_purpose(call);

	const uint64_t count = call->count + call->start_count;

	if (*purpose != is)
		(void)fprintf(stderr, "%s\n", is);
	*purpose = is;
	if (count)
		(void)fprintf(stderr, "%12" PRIu64 "  %s", count, call->name);
	else
		(void)fprintf(stderr, "%12s  %s", "-", call->name);
	(void)fprintf(stderr, "%s%s\n", call->args ? "  when " : "", call->args ? call->args : "");
}

/* The values that one narrowed call was seen with, as "AF_UNIX, AF_INET". */
static void add_values(const struct scd_recorder *recorder, const struct scd_narrowing *row,
		       struct scd_buf *out)
{
	const uint32_t arch = seccomp_arch_native();
	size_t count = 0;

	for (size_t i = 0; i < recorder->seen.count; i++) {
		const struct scd_seen_row *seen = &recorder->seen.rows[i];

		if (seen->arch != arch || !seen->name || strcmp(seen->name, row->name) != 0)
			continue;
		scd_buf_puts(out, count++ ? ", " : "");
		if (seen->value == 0 && strcmp(row->name, "clone") == 0)
			scd_buf_puts(out, "no new namespace");
		else
			scd_constants_add(out, arch, scd_call_arg_kind(arch, row->name, row->index),
					  seen->value);
	}
}

static void print_narrowed(const struct scd_recorder *recorder)
{
	size_t count;
	const struct scd_narrowing *rows = scd_narrowings(&count);

	for (size_t i = 0; recorder->narrow && i < count; i++) {
		auto_buf struct scd_buf values = scd_buf_init(4096);

		add_values(recorder, &rows[i], &values);
		if (values.len)
			(void)fprintf(stderr, "  %-12s only with %s\n", rows[i].name,
				      scd_buf_text(&values));
	}
}

static void print_verdict(const struct scd_record_outcome *outcome)
{
	const struct scd_report *report = &outcome->report;

	if (scd_report_accepts(report)) {
		(void)fprintf(stderr,
			      "  seccompctl validate --strict finds nothing wrong with it\n");
		return;
	}
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR)
			(void)fprintf(stderr, "  validate --strict: %s [%s]\n",
				      report->items[i].message, report->items[i].rule->id);
}

/* Kinds of calls. */
struct kinds {
	size_t made, start; /* by the command, and those that only the runtimes need */
	size_t started;	    /* seen when a runtime started this container */
};

static uint64_t total_of(const struct scd_recording *recording, struct kinds *kinds)
{
	uint64_t total = 0;

	*kinds = (struct kinds){ 0 };
	for (size_t i = 0; i < recording->count; i++) {
		const struct scd_recorded *call = &recording->calls[i];
		const bool again = i && strcmp(call->name, call[-1].name) == 0;

		total += call->count;
		kinds->made += !again && (call->origins & SCD_ORIGIN_COMMAND);
		kinds->start += !again && !(call->origins & ~(unsigned)BY_RUNTIME);
		kinds->started += !again && (call->origins & SCD_ORIGIN_STARTED);
	}
	return total;
}

/* What was not seen, or will not work. */
static void print_caveats(const struct scd_record_story *story,
			  const struct scd_record_outcome *outcome)
{
	const struct scd_recorder *recorder = &outcome->recorder;

	if (recorder->unknown)
		(void)fprintf(stderr,
			      "  %" PRIu64 " calls have no name in this libseccomp and cannot be "
			      "allowed; they failed with ENOSYS\n",
			      recorder->unknown);
	if (recorder->listeners)
		(void)fprintf(stderr,
			      "  the command loaded a filter with a listener: calls that it "
			      "hands there were not seen\n");
	if (recorder->debugging)
		(void)fprintf(stderr,
			      "  the command called ptrace, which fails here: what is traced "
			      "cannot be debugged as well\n");
	if (recorder->seen.lost)
		(void)fprintf(stderr,
			      "  %" PRIu64 " calls of more kinds than are kept are missing\n",
			      recorder->seen.lost);
	if (outcome->end.no_new_privs && !story->no_new_privs)
		(void)fprintf(stderr, "  no_new_privs was set: set-user-ID programs gained no "
				      "privileges\n");
}

/* What the runtime itself called, and whether our lists knew. */
static void print_start(const struct scd_record_story *story,
			const struct scd_record_outcome *outcome, size_t started)
{
	const struct scd_recording *recording = &outcome->recording;
	const char *before = "";

	if (!story->runtime)
		return;
	(void)fprintf(stderr,
		      "  %s itself made %zu kinds of calls to start the container, with "
		      "no_new_privs true and false",
		      story->runtime, started);
	for (size_t i = 0; i < recording->count; i++) {
		const struct scd_recorded *call = &recording->calls[i];

		if (!(call->origins & SCD_ORIGIN_STARTED) || (call->origins & SCD_ORIGIN_START))
			continue;
		(void)fprintf(stderr, "%s%s",
			      *before ? before : "; not known to need: ", call->name);
		before = ", ";
	}
	(void)fprintf(stderr, "\n");
}

void scd_record_print(const struct scd_record_story *story,
		      const struct scd_record_outcome *outcome)
{
	struct kinds kinds;
	const uint64_t total = total_of(&outcome->recording, &kinds);
	const char *purpose = NULL;

	for (size_t i = 0; story->counts && i < outcome->recording.count; i++)
		print_call(&outcome->recording.calls[i], &purpose);
	(void)fprintf(stderr,
		      "seccompctl: %s allows %zu calls that were seen (%" PRIu64
		      " times in all) and "
		      "%zu more that runc and crun need to start a container\n",
		      story->profile, kinds.made, total, kinds.start);
	print_start(story, outcome, kinds.started);
	(void)fprintf(
		stderr,
		"  everything else fails with ENOSYS (\"defaultErrnoRet\": 38), as on a kernel "
		"without it: libraries fall back then, and give up on EPERM\n");
	print_narrowed(&outcome->recorder);
	print_caveats(story, outcome);
	print_verdict(outcome);
}

static cJSON *call_json(const struct scd_recorded *call)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *origins;

	(void)cJSON_AddStringToObject(object, "syscall", call->name);
	(void)cJSON_AddStringToObject(object, "purpose", scd_recorded_purpose(call));
	(void)cJSON_AddNumberToObject(object, "count", (double)call->count);
	if (call->origins & SCD_ORIGIN_STARTED)
		(void)cJSON_AddNumberToObject(object, "startCount", (double)call->start_count);
	if (call->args)
		(void)cJSON_AddRawToObject(object, "args", call->args);
	origins = cJSON_AddArrayToObject(object, "neededBy");
	if (call->origins & SCD_ORIGIN_COMMAND)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("command"));
	if (call->origins & SCD_ORIGIN_PROFILE)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("profile"));
	if (call->origins & BY_RUNTIME)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("ociRuntime"));
	return object;
}

int scd_record_write(const char *path, const struct scd_record_story *story,
		     const struct scd_record_outcome *outcome, struct scd_error *err)
{
	cJSON *root = scd_cli_document("RecordReport");
	cJSON *calls = cJSON_AddArrayToObject(root, "calls");
	char *text;
	FILE *out;

	if (story->runtime)
		(void)cJSON_AddStringToObject(root, "ociRuntime", story->runtime);
	for (size_t i = 0; calls && i < outcome->recording.count; i++)
		(void)cJSON_AddItemToArray(calls, call_json(&outcome->recording.calls[i]));
	(void)cJSON_AddNumberToObject(root, "unknownCalls", (double)outcome->recorder.unknown);
	(void)cJSON_AddBoolToObject(root, "accepted", scd_report_accepts(&outcome->report));
	text = root ? cJSON_Print(root) : NULL;
	cJSON_Delete(root);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "report");
	if (scd_wrapper_open(path, &out, err) < 0) {
		cJSON_free(text);
		return -1;
	}
	(void)fprintf(out, "%s\n", text);
	cJSON_free(text);
	return scd_wrapper_close(out, err);
}

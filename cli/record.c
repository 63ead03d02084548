/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <seccomp.h>
#include <string.h>

#include "call_args.h"
#include "jail.h"
#include "loadable.h"
#include "observe.h"
#include "recorder.h"
#include "tracer.h"
#include "wrapper.h"

#define PID_MOST 4194304 /* PID_MAX_LIMIT */

struct record_options {
	bool help;
	char *output;
	char *base;
	struct scd_strings merge;
	bool narrow;
	bool counts;
	char *report;
	bool no_new_privs;
	uint64_t pid;
};

#define FIELD(field) .offset = offsetof(struct record_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	{ .name = "output",
	  .letter = 'o',
	  .type = SCD_OPT_STRING,
	  FIELD(output),
	  .metavar = "PROFILE",
	  .help = "write the profile there and not to standard output" },
	{ .name = "base",
	  .type = SCD_OPT_STRING,
	  FIELD(base),
	  .metavar = "PROFILE",
	  .help = "what this one allows is in the result and is not watched" },
	{ .name = "merge",
	  .type = SCD_OPT_STRINGS,
	  FIELD(merge),
	  .metavar = "PROFILE",
	  .help = "what this one allows is in the result, too; repeatable" },
	{ .name = "narrow",
	  .type = SCD_OPT_BOOL,
	  FIELD(narrow),
	  .help = "allow risky calls only with the arguments seen: socket families and the like" },
	{ .name = "counts",
	  .type = SCD_OPT_BOOL,
	  FIELD(counts),
	  .help = "list the calls and how often each was made, on standard error" },
	{ .name = "report",
	  .type = SCD_OPT_STRING,
	  FIELD(report),
	  .metavar = "FILE",
	  .help = "write a RecordReport (JSON) there" },
	{ .name = "no-new-privs",
	  .type = SCD_OPT_BOOL,
	  FIELD(no_new_privs),
	  .help = "as with allowPrivilegeEscalation: false; always so without CAP_SYS_ADMIN" },
	{ .name = "pid",
	  .type = SCD_OPT_UINT,
	  FIELD(pid),
	  .metavar = "PID",
	  .min = 1,
	  .max = PID_MOST,
	  .help = "watch this process and its children until they end or ^C" },
};

/* What is known when the command has ended. */
struct outcome {
	struct scd_recorder recorder;
	struct scd_recording recording;
	struct scd_confine_end end;
	char *text; /* the profile */
	size_t len;
	struct scd_report report; /* what validate says of it */
};

static int add_profile(struct scd_recording *recording, char *operand, struct scd_error *err)
{
	auto_free char *text = NULL;
	size_t len;

	if (scd_wrapper_read(operand, &text, &len, err) < 0)
		return -1;
	assert(text);
	if (scd_recording_add_profile(recording, text, len, err) < 0)
		return scd_wrap(err, "%s", operand);
	return 0;
}

static int add_profiles(const struct record_options *asked, struct scd_recording *recording,
			struct scd_error *err)
{
	if (asked->base && add_profile(recording, asked->base, err) < 0)
		return -1;
	for (size_t i = 0; i < asked->merge.count; i++)
		if (add_profile(recording, asked->merge.items[i], err) < 0)
			return -1;
	return 0;
}

/* The filter that hands over what is to be recorded. */
static int make_filter(const struct record_options *asked, struct scd_filter *filter,
		       struct scd_error *err)
{
	auto_filter struct scd_filter base = { 0 };
	auto_free char *text = NULL;
	size_t len;

	if (!asked->base)
		return scd_observe_all(filter, err);
	if (scd_wrapper_read(asked->base, &text, &len, err) < 0)
		return -1;
	assert(text);
	if (scd_loadable_make(text, len, SCD_CRUN, &base, err) < 0)
		return scd_wrap(err, "%s", asked->base);
	return scd_observe_denials(&base, false, filter, err);
}

static int watch(const struct record_options *asked, struct outcome *outcome, char *const *argv,
		 struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = scd_recorder_on_trace,
					    .context = &outcome->recorder };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_tracer_command command = {
		.filter = &filter,
		.confine = { .no_new_privs = asked->no_new_privs },
		.argv = argv,
	};

	if (asked->pid)
		return scd_tracer_attach((pid_t)asked->pid, &ops, err);
	if (make_filter(asked, &filter, err) < 0 ||
	    scd_tracer_run(&command, &ops, &outcome->end, err) < 0)
		return -1;
	if (outcome->end.stage == SCD_CONFINE_REFUSED)
		return scd_fail(err, SCD_E_SYSTEM, outcome->end.sys, "load the filter");
	if (outcome->end.stage == SCD_CONFINE_NO_EXEC)
		return scd_fail(err, SCD_E_SYSTEM, outcome->end.sys, "execute '%s'", argv[0]);
	return 0;
}

/* The profile, and what the validator says of it. */
static int conclude(struct outcome *outcome, struct scd_error *err)
{
	const struct scd_check_opts opts = { .strict = true };
	struct scd_recording *recording = &outcome->recording;
	enum scd_jail_result result;
	bool degraded;

	if (scd_recorder_collect(&outcome->recorder, recording, err) < 0 ||
	    scd_recording_finish(recording, err) < 0 ||
	    scd_recording_print(recording, &outcome->text, &outcome->len, err) < 0)
		return -1;
	return scd_jail_check(outcome->text, outcome->len, &opts, &outcome->report, &result,
			      &degraded, err);
}

static int write_profile(const char *path, const struct outcome *outcome, struct scd_error *err)
{
	FILE *out = stdout;

	if (path && scd_wrapper_open(path, &out, err) < 0)
		return -1;
	(void)fwrite(outcome->text, 1, outcome->len, out);
	return path ? scd_wrapper_close(out, err) : 0; /* the caller looks after stdout */
}

static void print_call(const struct scd_recorded *call, const char **purpose)
{
	const char *is = scd_recorded_purpose(call);

	if (*purpose != is)
		(void)fprintf(stderr, "%s\n", is);
	*purpose = is;
	if (call->count)
		(void)fprintf(stderr, "%12" PRIu64 "  %s", call->count, call->name);
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

static void print_verdict(const struct outcome *outcome)
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

static uint64_t total_of(const struct scd_recording *recording, size_t *made, size_t *start)
{
	uint64_t total = 0;

	*made = *start = 0;
	for (size_t i = 0; i < recording->count; i++) {
		const struct scd_recorded *call = &recording->calls[i];
		const bool again = i && strcmp(call->name, call[-1].name) == 0;

		total += call->count;
		*made += !again && (call->origins & SCD_ORIGIN_COMMAND);
		*start += !again && call->origins == SCD_ORIGIN_START;
	}
	return total;
}

/* What was not seen, or will not work. */
static void print_caveats(const struct record_options *asked, const struct outcome *outcome)
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
	if (recorder->seen.lost)
		(void)fprintf(stderr,
			      "  %" PRIu64 " calls of more kinds than are kept are missing\n",
			      recorder->seen.lost);
	if (outcome->end.no_new_privs && !asked->no_new_privs)
		(void)fprintf(stderr, "  no_new_privs was set: set-user-ID programs gained no "
				      "privileges\n");
}

static void print_summary(const struct record_options *asked, const struct outcome *outcome)
{
	size_t made, start;
	const uint64_t total = total_of(&outcome->recording, &made, &start);
	const char *purpose = NULL;

	for (size_t i = 0; asked->counts && i < outcome->recording.count; i++)
		print_call(&outcome->recording.calls[i], &purpose);
	(void)fprintf(stderr,
		      "seccompctl: %s allows %zu calls that were seen (%" PRIu64
		      " times in all) and "
		      "%zu more that runc and crun need to start a container\n",
		      asked->output ? asked->output : "the profile", made, total, start);
	(void)fprintf(
		stderr,
		"  everything else fails with ENOSYS (\"defaultErrnoRet\": 38), as on a kernel "
		"without it: libraries fall back then, and give up on EPERM\n");
	print_narrowed(&outcome->recorder);
	print_caveats(asked, outcome);
	print_verdict(outcome);
}

static cJSON *call_json(const struct scd_recorded *call)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *origins;

	(void)cJSON_AddStringToObject(object, "syscall", call->name);
	(void)cJSON_AddStringToObject(object, "purpose", scd_recorded_purpose(call));
	(void)cJSON_AddNumberToObject(object, "count", (double)call->count);
	if (call->args)
		(void)cJSON_AddRawToObject(object, "args", call->args);
	origins = cJSON_AddArrayToObject(object, "neededBy");
	if (call->origins & SCD_ORIGIN_COMMAND)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("command"));
	if (call->origins & SCD_ORIGIN_PROFILE)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("profile"));
	if (call->origins & SCD_ORIGIN_START)
		(void)cJSON_AddItemToArray(origins, cJSON_CreateString("ociRuntime"));
	return object;
}

static int write_report(const struct record_options *asked, const struct outcome *outcome,
			struct scd_error *err)
{
	cJSON *root = scd_cli_document("RecordReport");
	cJSON *calls = cJSON_AddArrayToObject(root, "calls");
	char *text;
	FILE *out;

	for (size_t i = 0; calls && i < outcome->recording.count; i++)
		(void)cJSON_AddItemToArray(calls, call_json(&outcome->recording.calls[i]));
	(void)cJSON_AddNumberToObject(root, "unknownCalls", (double)outcome->recorder.unknown);
	(void)cJSON_AddBoolToObject(root, "accepted", scd_report_accepts(&outcome->report));
	text = root ? cJSON_Print(root) : NULL;
	cJSON_Delete(root);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "report");
	if (scd_wrapper_open(asked->report, &out, err) < 0) {
		cJSON_free(text);
		return -1;
	}
	(void)fprintf(out, "%s\n", text);
	cJSON_free(text);
	return scd_wrapper_close(out, err);
}

static int record(const struct record_options *asked, struct outcome *outcome, char *const *argv,
		  struct scd_error *err)
{
	if (add_profiles(asked, &outcome->recording, err) < 0 ||
	    watch(asked, outcome, argv, err) < 0 || conclude(outcome, err) < 0 ||
	    write_profile(asked->output, outcome, err) < 0)
		return -1;
	if (asked->report && write_report(asked, outcome, err) < 0)
		return -1;
	print_summary(asked, outcome);
	return 0;
}

static enum scd_exit run_record(const void *target, int argc, char **argv)
{
	const struct record_options *asked = target;
	struct outcome outcome = { .recorder = { .answer = !asked->pid, .narrow = asked->narrow },
				   .recording = { .narrow = asked->narrow } };
	enum scd_exit status;
	struct scd_error err;

	if ((argc == 0) != (asked->pid != 0)) {
		scd_cli_warn(asked->pid ? "record --pid takes no command"
					: "record needs a command: seccompctl record -o PROFILE -- "
					  "COMMAND [ARGUMENT...]");
		return SCD_EXIT_USAGE;
	}
	scd_check_init();
	scd_recorder_init(&outcome.recorder);
	if (record(asked, &outcome, argv, &err) < 0)
		status = scd_wrapper_fail(&err);
	else
		status = (enum scd_exit)(asked->pid ? 0 : scd_wrapper_status(&outcome.end));
	free(outcome.text);
	scd_report_done(&outcome.report);
	scd_recording_done(&outcome.recording);
	scd_recorder_done(&outcome.recorder);
	return status;
}

const struct scd_command scd_command_record = {
	.name = "record",
	.operands = "-- COMMAND...",
	.summary = "Make the smallest profile that a command runs with.",
	.details = "Runs the command, watches it with its children and threads, and writes an\n"
		   "allow-list of what they called and of what runc and crun need to start a\n"
		   "container. What did not happen meanwhile is not in it: exercise the command.\n"
		   "Exit status: that of the command, or 128 and the signal that ended it; 125\n"
		   "seccompctl failed, 127 there is no such command, 2 wrong usage.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct record_options),
	.run = run_record,
};

/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "jail.h"
#include "loadable.h"
#include "observe.h"
#include "record_report.h"
#include "tracer.h"
#include "wrapper.h"

struct record_options {
	bool help;
	char *output;
	char *base;
	struct scd_strings merge;
	bool narrow;
	bool counts;
	char *report;
	bool no_new_privs;
	char *bundle;
	int oci_runtime; /* enum scd_oci_runtime */
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
	SCD_CLI_REPORT(struct record_options, report, "write a RecordReport (JSON) there"),
	SCD_CLI_NO_NEW_PRIVS(struct record_options, no_new_privs),
	SCD_CLI_BUNDLE(struct record_options, bundle),
	SCD_CLI_ONE_OCI_RUNTIME(struct record_options, oci_runtime,
				"with --bundle: start it with this one"),
	SCD_CLI_PID(struct record_options, pid,
		    "watch this process and its children until they end or ^C"),
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

/* One start of the bundle. A profile that hands every call over lets the kernel tell what the
 * runtime does under its filter, and when that begins. */
static int start_bundle(const struct record_options *asked, const struct scd_bundle_dir *bundle,
			bool no_new_privs, struct scd_recorder *recorder,
			struct scd_confine_end *end, struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = scd_recorder_on_trace,
					    .on_exec = scd_recorder_on_exec,
					    .context = recorder };
	const struct scd_container_opts opts = {
		.runtime = scd_container_runtime(asked->oci_runtime),
		.seccomp = scd_container_trace_all,
		.no_new_privs = no_new_privs,
	};
	auto_container struct scd_container container = { 0 };
	const struct scd_filter none = { 0 };
	const struct scd_tracer_command command = { .filter = &none,
						    .argv = container.argv,
						    .patience = SCD_CONTAINER_PATIENCE };

	if (scd_container_prepare(bundle, &opts, &container, err) < 0 ||
	    scd_tracer_run(&command, &ops, end, err) < 0)
		return -1;
	if (recorder->starting)
		return scd_fail(err, SCD_E_SYSTEM, 0, "%s started no container, see above",
				opts.runtime);
	return 0;
}

/* The container as it is, and once more only its start, with the other value of no_new_privs: the
 * runtime loads the filter at another place then. */
static int watch_bundle(const struct record_options *asked, struct scd_record_outcome *outcome,
			struct scd_error *err)
{
	auto_bundle_dir struct scd_bundle_dir bundle = { 0 };
	struct scd_recorder *recorder = &outcome->recorder;
	struct scd_confine_end end;
	bool nnp;

	if (scd_bundle_dir_open(asked->bundle, &bundle, err) < 0)
		return -1;
	nnp = asked->no_new_privs || bundle.config.no_new_privs;
	recorder->starting = true;
	if (start_bundle(asked, &bundle, nnp, recorder, &outcome->end, err) < 0)
		return -1;
	recorder->starting = recorder->only_start = true;
	recorder->init = 0;
	return start_bundle(asked, &bundle, !nnp, recorder, &end, err);
}

static int watch(const struct record_options *asked, struct scd_record_outcome *outcome,
		 char *const *argv, struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = scd_recorder_on_trace,
					    .context = &outcome->recorder };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_tracer_command command = {
		.filter = &filter,
		.confine = { .no_new_privs = asked->no_new_privs },
		.argv = argv,
	};

	if (asked->bundle)
		return watch_bundle(asked, outcome, err);
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
static int conclude(struct scd_record_outcome *outcome, struct scd_error *err)
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

static int write_profile(const char *path, const struct scd_record_outcome *outcome,
			 struct scd_error *err)
{
	FILE *out = stdout;

	if (path && scd_wrapper_open(path, &out, err) < 0)
		return -1;
	(void)fwrite(outcome->text, 1, outcome->len, out);
	return path ? scd_wrapper_close(out, err) : 0; /* the caller looks after stdout */
}

static int record(const struct record_options *asked, struct scd_record_outcome *outcome,
		  char *const *argv, struct scd_error *err)
{
	const struct scd_record_story story = {
		.profile = asked->output ? asked->output : "the profile",
		.runtime = asked->bundle ? scd_container_runtime(asked->oci_runtime) : NULL,
		.counts = asked->counts,
		.no_new_privs = asked->no_new_privs,
	};

	if (add_profiles(asked, &outcome->recording, err) < 0 ||
	    watch(asked, outcome, argv, err) < 0 || conclude(outcome, err) < 0 ||
	    write_profile(asked->output, outcome, err) < 0)
		return -1;
	if (asked->report && scd_record_write(asked->report, &story, outcome, err) < 0)
		return -1;
	scd_record_print(&story, outcome);
	return 0;
}

static enum scd_exit run_record(const void *target, int argc, char **argv)
{
	const struct record_options *asked = target;
	struct scd_record_outcome outcome = { .recorder = { .answer = !asked->pid,
							    .narrow = asked->narrow },
					      .recording = { .narrow = asked->narrow } };
	enum scd_exit status;
	struct scd_error err;

	if ((argc == 0) != (asked->pid || asked->bundle)) {
		scd_cli_warn(argc ? "record with --pid or --bundle takes no command"
				  : "record needs a command: seccompctl record -o PROFILE -- "
				    "COMMAND [ARGUMENT...]");
		return SCD_EXIT_USAGE;
	}
	if (asked->bundle && (asked->pid || asked->base)) {
		scd_cli_warn("--bundle goes with neither --pid nor --base");
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

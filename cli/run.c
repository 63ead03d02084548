/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "check_opts.h"
#include "contain.h"
#include "denials.h"
#include "jail.h"
#include "loadable.h"
#include "wrapper.h"

struct run_options {
	bool help;
	bool log;
	int format; /* enum scd_output */
	char *report;
	char *bundle;
	int oci_runtime; /* enum scd_oci_runtime */
	bool no_new_privs;
	bool fail_on_denied;
	uint64_t pid;
};

#define FIELD(field) .offset = offsetof(struct run_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	{ .name = "log",
	  .type = SCD_OPT_BOOL,
	  FIELD(log),
	  .help = "deny nothing, only report what would have been denied" },
	SCD_CLI_OUTPUT(struct run_options, format),
	SCD_CLI_REPORT(struct run_options, report,
		       "write the report there and not to standard error"),
	SCD_CLI_BUNDLE(struct run_options, bundle),
	SCD_CLI_ONE_OCI_RUNTIME(struct run_options, oci_runtime,
				"load the profile as this one does; it starts the bundle"),
	SCD_CLI_NO_NEW_PRIVS(struct run_options, no_new_privs),
	{ .name = "fail-on-denied",
	  .type = SCD_OPT_BOOL,
	  FIELD(fail_on_denied),
	  .help = "exit 124 when something was denied and the command did not fail" },
	SCD_CLI_PID(struct run_options, pid,
		    "with --log: watch this process and its children until they end or ^C"),
};

/* Judges the profile as validate does. What containers trip over is no reason not to run. */
static int judge(const char *path, const char *text, size_t len, int oci_runtime,
		 struct scd_error *err)
{
	const struct scd_check_opts opts = { .oci_runtimes = (unsigned)oci_runtime };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	bool degraded;

	if (scd_jail_check(text, len, &opts, &report, &result, &degraded, err) < 0)
		return scd_wrap(err, "check '%s'", path);
	if (result == SCD_JAIL_CRASH || result == SCD_JAIL_TIMEOUT)
		return scd_fail(err, SCD_E_CONFIG, 0, "'%s' is too expensive to compile", path);
	if (!scd_report_accepts(&report))
		scd_cli_warn("%s: containers trip over it: `seccompctl validate %s` says how (%zu "
			     "error%s)",
			     path, path, report.by_severity[SCD_ERROR],
			     report.by_severity[SCD_ERROR] == 1 ? "" : "s");
	return 0;
}

/* @text: free() it, whatever is returned. */
static int load_profile(char *operand, int oci_runtime, char **text, struct scd_filter *filter,
			struct scd_error *err)
{
	size_t len;

	if (scd_wrapper_read(operand, text, &len, err) < 0)
		return -1;
	assert(*text);
	if (judge(operand, *text, len, oci_runtime, err) < 0)
		return -1;
	if (scd_loadable_make(*text, len, (enum scd_oci_runtime)oci_runtime, filter, err) < 0)
		return scd_wrap(err, "%s", operand);
	return 0;
}

static int write_report(const struct run_options *asked, const struct scd_denials *denials,
			const struct scd_denials_story *story, FILE *out, struct scd_error *err)
{
	if (asked->format == SCD_OUTPUT_JSON) {
		if (scd_denials_print_json(denials, story, out) < 0)
			return scd_fail(err, SCD_E_NOMEM, 0, "report");
	} else {
		scd_denials_print(denials, story, out);
	}
	return scd_wrapper_close(out, err);
}

static enum scd_exit exit_of(const struct run_options *asked, const struct scd_denials *denials,
			     const struct scd_confine_end *end)
{
	int status = end ? scd_wrapper_status(end) : 0;

	if (asked->fail_on_denied && status == 0 && scd_denials_count(denials))
		status = SCD_WRAPPER_DENIED;
	return (enum scd_exit)status;
}

static int watch(const struct run_options *asked, struct scd_denials *denials, char *const *argv,
		 struct scd_confine_end *end, struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = scd_denials_on_trace,
					    .on_signal = scd_denials_on_signal,
					    .context = denials };
	const struct scd_confine_opts confine = { .no_new_privs = asked->no_new_privs };

	if (asked->pid)
		return scd_tracer_attach((pid_t)asked->pid, &ops, err);
	if (scd_denials_run(denials, &confine, argv, end, err) < 0)
		return -1;
	if (end->stage == SCD_CONFINE_REFUSED)
		return scd_fail(err, SCD_E_SYSTEM, end->sys, "load the filter");
	return 0;
}

static enum scd_exit exit_of_bundle(const struct run_options *asked,
				    const struct scd_denials *denials, bool started,
				    const struct scd_confine_end *end)
{
	if (started)
		return exit_of(asked, denials, end);
	return (enum scd_exit)(scd_denials_count(denials) ? SCD_WRAPPER_NO_EXEC
							  : SCD_WRAPPER_TROUBLE);
}

static enum scd_exit run_bundle(const struct run_options *asked, char *profile, const char *seccomp,
				const struct scd_filter *filter, FILE *out)
{
	static char *const no_words[] = { NULL };
	const struct scd_contain_opts opts = { .bundle = asked->bundle,
					       .runtime = scd_container_runtime(asked->oci_runtime),
					       .seccomp = seccomp,
					       .no_new_privs = asked->no_new_privs };
	struct scd_denials denials = { .filter = filter, .deny = !asked->log };
	struct scd_confine_end end = { 0 };
	struct scd_denials_story story = { .profile = profile,
					   .oci_runtime = opts.runtime,
					   .argv = no_words,
					   .bundle = asked->bundle,
					   .end = &end };
	enum scd_exit status;
	struct scd_error err;

	if (scd_contain(&denials, &opts, &story.started, &end, &err) < 0 ||
	    write_report(asked, &denials, &story, out, &err) < 0)
		status = scd_wrapper_fail(&err);
	else
		status = exit_of_bundle(asked, &denials, story.started, &end);
	scd_seen_done(&denials.seen);
	return status;
}

static enum scd_exit run_command(const struct run_options *asked, char *profile,
				 const struct scd_filter *filter, char *const *argv, FILE *out)
{
	struct scd_denials denials = { .filter = filter, .deny = !asked->log };
	struct scd_confine_end end = { 0 };
	const struct scd_denials_story story = {
		.profile = profile,
		.oci_runtime = scd_container_runtime(asked->oci_runtime),
		.argv = argv,
		.end = asked->pid ? NULL : &end,
	};
	enum scd_exit status;
	struct scd_error err;

	if (watch(asked, &denials, argv, &end, &err) < 0 ||
	    write_report(asked, &denials, &story, out, &err) < 0)
		status = scd_wrapper_fail(&err);
	else
		status = exit_of(asked, &denials, story.end);
	scd_seen_done(&denials.seen);
	return status;
}

static enum scd_exit run_profile(const struct run_options *asked, char *profile, char *const *argv)
{
	auto_filter struct scd_filter filter = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	FILE *out = stderr;

	if (load_profile(profile, asked->oci_runtime, &text, &filter, &err) < 0 ||
	    scd_wrapper_open(asked->report, &out, &err) < 0)
		return scd_wrapper_fail(&err);
	assert(text);
	return asked->bundle ? run_bundle(asked, profile, text, &filter, out)
			     : run_command(asked, profile, &filter, argv, out);
}

static enum scd_exit run_run(const void *target, int argc, char **argv)
{
	const struct run_options *asked = target;

	const bool alone = asked->pid || asked->bundle;

	if (argc < (alone ? 1 : 2) || (alone && argc > 1)) {
		scd_cli_warn(alone ? "run with --pid or --bundle needs a PROFILE, and nothing else"
				   : "run needs a PROFILE and a command: "
				     "seccompctl run PROFILE -- COMMAND [ARGUMENT...]");
		return SCD_EXIT_USAGE;
	}
	if (asked->pid && asked->bundle) {
		scd_cli_warn("--pid and --bundle do not go together");
		return SCD_EXIT_USAGE;
	}
	if (asked->pid && !asked->log) {
		scd_cli_warn("--pid needs --log: a process that runs already cannot be given a "
			     "profile, only watched");
		return SCD_EXIT_USAGE;
	}
	scd_check_init();
	return run_profile(asked, argv[0], argv + 1);
}

const struct scd_command scd_command_run = {
	.name = "run",
	.operands = "PROFILE -- COMMAND...",
	.summary = "Run a command under a profile and list what it is denied.",
	.details =
		"The command has your terminal, and its output is untouched: the report comes\n"
		"last, on standard error. Children and threads are followed.\n"
		"Exit status: that of the command, or 128 and the signal that ended it; 124 see\n"
		"--fail-on-denied, 125 seccompctl failed, 126 the command cannot be executed,\n"
		"127 it was not found, 2 wrong usage.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct run_options),
	.run = run_run,
};

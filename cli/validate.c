/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "cli.h"
#include "collect.h"
#include "fsio.h"
#include "jail.h"
#include "text.h"

#define NAME_SHOWN 100 /* bytes of a name in a message */

enum color_mode {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER
};

struct validate_options {
	bool help;
	int format; /* enum scd_format */
	bool quiet;
	bool strict;
	int fail_on; /* enum scd_severity */
	struct scd_strings disable;
	int runtime;	 /* enum scd_runtime */
	int oci_runtime; /* enum scd_oci_runtime */
	struct scd_strings archs;
	bool show_notes;
	bool trial_load;
	int color; /* enum color_mode */
};

#define FORMAT_CHOICE(value, name, function) { name, value },
static const struct scd_choice formats[] = { SCD_FORMATS(FORMAT_CHOICE){ NULL, 0 } };

static const struct scd_choice severities[] = {
	{ "error", SCD_ERROR },
	{ "warning", SCD_WARNING },
	{ "note", SCD_NOTE },
	{ NULL, 0 },
};

static const struct scd_choice color_modes[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{ NULL, 0 },
};

#define FIELD(field) .offset = offsetof(struct validate_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	{ .name = "output",
	  .letter = 'o',
	  .type = SCD_OPT_CHOICE,
	  FIELD(format),
	  .metavar = "FORMAT",
	  .fallback = "human",
	  .choices = formats,
	  .help = "how to print the findings" },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = SCD_OPT_BOOL,
	  FIELD(quiet),
	  .help = "print no findings; the exit status tells" },
	{ .name = "strict",
	  .type = SCD_OPT_BOOL,
	  FIELD(strict),
	  .help = "make errors of warnings" },
	{ .name = "fail-on",
	  .type = SCD_OPT_CHOICE,
	  FIELD(fail_on),
	  .metavar = "SEVERITY",
	  .fallback = "error",
	  .choices = severities,
	  .help = "exit 1 on findings of this severity and above" },
	{ .name = "disable",
	  .type = SCD_OPT_STRINGS,
	  FIELD(disable),
	  .metavar = "RULE",
	  .help = "never report this rule; repeatable" },
	{ .name = "runtime",
	  .type = SCD_OPT_CHOICE,
	  FIELD(runtime),
	  .metavar = "NAME",
	  .fallback = "any",
	  .choices = scd_runtime_choices,
	  .help = "who parses the profile" },
	{ .name = "oci-runtime",
	  .type = SCD_OPT_CHOICE,
	  FIELD(oci_runtime),
	  .metavar = "NAME",
	  .fallback = "any",
	  .choices = scd_oci_runtime_choices,
	  .help = "who loads it" },
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  FIELD(archs),
	  .metavar = "ARCH",
	  .help = "judge for this architecture of nodes; repeatable; this machine's when absent" },
	{ .name = "show-notes",
	  .type = SCD_OPT_BOOL,
	  FIELD(show_notes),
	  .help = "print notes as well" },
	{ .name = "trial-load",
	  .type = SCD_OPT_BOOL,
	  FIELD(trial_load),
	  .help = "load each filter into this kernel once, in a process of its own" },
	{ .name = "color",
	  .type = SCD_OPT_CHOICE,
	  FIELD(color),
	  .metavar = "WHEN",
	  .fallback = "auto",
	  .choices = color_modes,
	  .help = "colour; auto: on a terminal, unless NO_COLOR is set" },
};

/* One input and what was found out about it. */
struct verdict {
	const char *path;
	char *text; /* NULL when nothing has to be quoted from it */
	size_t len;
	char sha256[SCD_SHA256_HEX];
	struct scd_report report;
	struct scd_error trouble; /* SCD_OK: the report is a verdict */
};

static int make_check_opts(const struct validate_options *asked, struct scd_check_opts *opts,
			   struct scd_error *err)
{
	*opts = (struct scd_check_opts){
		.runtimes = (unsigned)asked->runtime,
		.oci_runtimes = (unsigned)asked->oci_runtime,
		.strict = asked->strict,
		.trial_load = asked->trial_load,
	};
	for (size_t i = 0; i < asked->archs.count; i++)
		if (scd_check_opts_add_arch(opts, asked->archs.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < asked->disable.count; i++)
		if (scd_check_opts_disable(opts, asked->disable.items[i], err) < 0)
			return -1;
	return 0;
}

/* What seccompd says of names and files that it never installs; the validator itself sees
 * texts only. */
static void judge_name(const struct scd_input *input, struct scd_report *report)
{
	const struct scd_place whole = { 0 };

	if (!input->name)
		return;
	if (input->fault.code == SCD_E_NOT_REGULAR) {
		scd_report_add(report, SCD_PATH_RULES, SCD_ERROR, whole,
			       "%s: seccompd installs regular files alone", input->fault.msg);
	} else if (!scd_name_valid(input->name)) {
		auto_buf struct scd_buf name = scd_buf_init(1024);

		scd_text_quote(&name, input->name, strlen(input->name), NAME_SHOWN);
		scd_report_add(report, SCD_PATH_RULES, SCD_ERROR, whole,
			       "seccompd never installs a profile called \"%s\": write at most %zu "
			       "components of A-Z a-z 0-9 . _ -, none beginning with a dot",
			       scd_buf_text(&name), SCD_NAME_PARTS_MAX);
	}
}

/* Fills what has its text, or says in @verdict->trouble why there is none. */
static int judge_text(const struct scd_input *input, const struct scd_check_opts *opts,
		      struct verdict *verdict, bool *degraded)
{
	enum scd_jail_result result;

	if (scd_input_read(input, &verdict->text, &verdict->len, &verdict->trouble) < 0)
		return -1;
	scd_sha256_hex(verdict->text, verdict->len, verdict->sha256);
	if (scd_jail_check(verdict->text, verdict->len, opts, &verdict->report, &result, degraded,
			   &verdict->trouble) < 0)
		return scd_wrap(&verdict->trouble, "check '%s'", input->path);
	return 0;
}

static void judge_input(const struct scd_input *input, const struct scd_check_opts *opts,
			struct verdict *verdict, bool *degraded)
{
	bool none = false;

	verdict->path = input->path;
	if (input->fault.code != SCD_OK && input->fault.code != SCD_E_NOT_REGULAR) {
		verdict->trouble = input->fault;
		return;
	}
	if (input->fault.code == SCD_OK && judge_text(input, opts, verdict, &none) < 0)
		return;
	*degraded |= none;
	judge_name(input, &verdict->report);
	scd_report_sort(&verdict->report);
	if (verdict->report.failed)
		(void)scd_fail(&verdict->trouble, SCD_E_NOMEM, 0, "check '%s'", input->path);
	if (verdict->report.count == 0) {
		free(verdict->text);
		verdict->text = NULL;
	}
}

static void verdicts_done(struct verdict *verdicts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(verdicts[i].text);
		scd_report_done(&verdicts[i].report);
	}
	free(verdicts);
}

static bool want_color(int mode)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (mode != COLOR_AUTO)
		return mode == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static int print_verdicts(const struct validate_options *asked, const struct scd_check_opts *opts,
			  const struct verdict *verdicts, size_t count, struct scd_error *err)
{
	auto_free struct scd_judged *list = calloc(count, sizeof(*list));
	const struct scd_render_opts how = {
		.judged_with = opts,
		.color = want_color(asked->color),
		/* Nobody shall fail on what is not shown. */
		.show_notes = asked->show_notes || asked->fail_on == SCD_NOTE,
	};

	if (!list)
		return scd_fail(err, SCD_E_NOMEM, 0, "print the findings");
	for (size_t i = 0; i < count; i++) {
		const bool judged = verdicts[i].trouble.code == SCD_OK;

		list[i] = (struct scd_judged){
			.name = verdicts[i].path,
			.text = verdicts[i].text,
			.len = verdicts[i].len,
			.report = judged ? &verdicts[i].report : NULL,
			.trouble = judged ? NULL : &verdicts[i].trouble,
		};
		memcpy(list[i].sha256, verdicts[i].sha256, sizeof(list[i].sha256));
	}
	return scd_render((enum scd_format)asked->format, list, count, &how, stdout, err);
}

static enum scd_exit exit_status(const struct verdict *verdicts, size_t count, int fail_on)
{
	enum scd_exit status = SCD_EXIT_OK;

	for (size_t i = 0; i < count; i++) {
		if (verdicts[i].trouble.code != SCD_OK)
			return SCD_EXIT_TROUBLE;
		for (int severity = fail_on; severity < SCD_SEVERITY_COUNT; severity++)
			if (verdicts[i].report.by_severity[severity] > 0)
				status = SCD_EXIT_FOUND;
	}
	return status;
}

static enum scd_exit judge_all(const struct validate_options *asked,
			       const struct scd_check_opts *opts, const struct scd_inputs *inputs,
			       struct verdict *verdicts)
{
	struct scd_error err;
	bool degraded = false;

	scd_check_init();
	for (size_t i = 0; i < inputs->count; i++) {
		judge_input(&inputs->items[i], opts, &verdicts[i], &degraded);
		if (verdicts[i].trouble.code != SCD_OK)
			(void)scd_cli_fail(&verdicts[i].trouble);
	}
	if (degraded)
		scd_cli_warn("no trial load: this environment does not allow seccomp(2)");
	if (!asked->quiet && print_verdicts(asked, opts, verdicts, inputs->count, &err) < 0)
		return scd_cli_fail(&err);
	return exit_status(verdicts, inputs->count, asked->fail_on);
}

static enum scd_exit run_validate(const void *target, int argc, char **argv)
{
	const struct validate_options *asked = target;
	auto_inputs struct scd_inputs inputs = { 0 };
	struct verdict *verdicts;
	struct scd_check_opts opts;
	struct scd_error err;
	enum scd_exit status;

	if (argc == 0) {
		scd_cli_warn("validate needs a PATH; - is standard input");
		return SCD_EXIT_USAGE;
	}
	if (make_check_opts(asked, &opts, &err) < 0 ||
	    scd_collect_inputs(argv, (size_t)argc, &inputs, &err) < 0)
		return scd_cli_fail(&err);
	verdicts = calloc(inputs.count, sizeof(*verdicts));
	if (!verdicts) {
		scd_cli_warn("out of memory");
		return SCD_EXIT_TROUBLE;
	}
	status = judge_all(asked, &opts, &inputs, verdicts);
	verdicts_done(verdicts, inputs.count);
	return status;
}

const struct scd_command scd_command_validate = {
	.name = "validate",
	.operands = "PATH...",
	.summary = "Judge seccomp profiles.",
	.details =
		"PATH is a file, a directory (every *.json below it), or - for standard input.\n"
		"Exit status: 0 accepted, 1 findings, 2 wrong usage, 3 something could not be read.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct validate_options),
	.run = run_validate,
};

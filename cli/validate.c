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

struct validate_options {
	bool help;
	int format; /* enum scd_format */
	bool quiet;
	int fail_on; /* enum scd_severity */
	struct scd_check_words judge;
	bool show_notes;
	int color;
};

#define FORMAT_CHOICE(value, name, function) { name, value },
static const struct scd_choice formats[] = { SCD_FORMATS(FORMAT_CHOICE){ NULL, 0 } };

static const struct scd_choice severities[] = {
	{ "error", SCD_ERROR },
	{ "warning", SCD_WARNING },
	{ "note", SCD_NOTE },
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
	SCD_CLI_QUIET(struct validate_options, quiet),
	{ .name = "strict",
	  .type = SCD_OPT_BOOL,
	  FIELD(judge.strict),
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
	  FIELD(judge.disable),
	  .metavar = "RULE",
	  .check = scd_check_rule_word,
	  .help = "never report this rule; repeatable" },
	SCD_CLI_RUNTIME(struct validate_options, judge),
	SCD_CLI_OCI_RUNTIME(struct validate_options, judge),
	SCD_CLI_ARCH(struct validate_options, judge),
	{ .name = "show-notes",
	  .type = SCD_OPT_BOOL,
	  FIELD(show_notes),
	  .help = "print notes as well" },
	{ .name = "trial-load",
	  .type = SCD_OPT_BOOL,
	  FIELD(judge.trial_load),
	  .help = "load each filter into this kernel once, in a process of its own" },
	SCD_CLI_COLOR(struct validate_options, color),
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

static int print_verdicts(const struct validate_options *asked, const struct scd_check_opts *opts,
			  const struct verdict *verdicts, size_t count, struct scd_error *err)
{
	auto_free struct scd_judged *list = calloc(count, sizeof(*list));
	const struct scd_render_opts how = {
		.judged_with = opts,
		.color = scd_cli_want_color(asked->color, stdout),
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
	if (scd_check_opts_make(&asked->judge, &opts, &err) < 0 ||
	    scd_collect_inputs(argv, (size_t)argc, &inputs, &err) < 0)
		return scd_cli_fail(&err);
	verdicts = calloc(inputs.count, sizeof(*verdicts));
	if (!verdicts)
		return scd_cli_no_memory();
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

/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "collect.h"
#include "exclude.h"
#include "options_file.h"
#include "pool.h"
#include "settings.h"
#include "terminal.h"
#include "verdicts.h"

struct validate_options {
	bool help;
	int format; /* enum scd_format */
	bool quiet;
	int fail_on; /* enum scd_severity */
	struct scd_check_words judge;
	uint64_t jobs; /* 0: as many as there are processors */
	struct scd_strings exclude;
	bool skip_unrelated;
	bool partial;
	bool show_notes;
	bool verbose;
	int color;
};

#define FORMAT_CHOICE(value, name, function) { name, value },
static const struct scd_choice formats[] = { SCD_FORMATS(FORMAT_CHOICE){ NULL, 0 } };

/* What --fail-on takes. */
static const struct scd_choice severities[] = {
	{ "error", SCD_ERROR },
	{ "warning", SCD_WARNING },
	{ "note", SCD_NOTE },
	{ "never", SCD_SEVERITY_COUNT },
	{ NULL, 0 },
};

#define FIELD(field) .offset = offsetof(struct validate_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT_AS(struct validate_options, format, formats, "human",
			  "how to print the findings"),
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
	{ .name = "jobs",
	  .type = SCD_OPT_UINT,
	  FIELD(jobs),
	  .metavar = "N",
	  .help = "checks at once; as many as there are processors when absent",
	  .min = 1,
	  .max = SCD_POOL_JOBS_MAX,
	  .not_in_file = true },
	{ .name = "exclude",
	  .type = SCD_OPT_STRINGS,
	  FIELD(exclude),
	  .metavar = "PATTERN",
	  .check = scd_check_exclude_word,
	  .help = "leave out what is called so below a directory; repeatable" },
	{ .name = "skip-unrelated",
	  .type = SCD_OPT_BOOL,
	  FIELD(skip_unrelated),
	  .help = "pass over files without anything about seccomp",
	  .not_in_file = true },
	{ .name = "partial",
	  .type = SCD_OPT_BOOL,
	  FIELD(partial),
	  .help = "not all profiles are given: do not miss those that pods use",
	  .not_in_file = true },
	{ .name = "show-notes",
	  .type = SCD_OPT_BOOL,
	  FIELD(show_notes),
	  .not_in_file = true,
	  .help = "print notes as well" },
	{ .name = "trial-load",
	  .type = SCD_OPT_BOOL,
	  FIELD(judge.trial_load),
	  .help = "load each filter into this kernel once, in a process of its own" },
	{ .name = "verbose",
	  .letter = 'v',
	  .type = SCD_OPT_BOOL,
	  FIELD(verbose),
	  .help = "say which file of settings counts for what",
	  .not_in_file = true },
	SCD_CLI_COLOR(struct validate_options, color),
};

static int fill_settings(const struct validate_options *from, struct scd_settings *settings,
			 struct scd_error *err)
{
	settings->fail_on = from->fail_on;
	for (size_t i = 0; i < from->exclude.count; i++) {
		const char *pattern = from->exclude.items[i];

		if (scd_strings_add(&settings->exclude, pattern, strlen(pattern)) < 0)
			return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	}
	return scd_check_opts_make(&from->judge, &settings->opts, err);
}

/* The settings of a directory: the file's, and over them the command line's. */
static int load_settings(const void *context, const char *name, const char *text, size_t len,
			 struct scd_settings *settings, struct scd_error *err)
{
	const struct scd_command *command = &scd_command_validate;
	const struct scd_options_file file = { command->options, command->option_count,
					       "SeccompctlConfiguration", true };
	const struct validate_options *asked = context;
	struct validate_options set = { 0 };
	int rc;

	if (!name)
		return fill_settings(asked, settings, err);
	rc = scd_options_defaults(command->options, command->option_count, &set, err);
	if (rc == 0)
		rc = scd_options_file_read(&file, name, text, len, &set, err);
	if (rc == 0)
		rc = scd_cli_apply_flags(command, &set, err);
	if (rc == 0)
		rc = fill_settings(&set, settings, err);
	scd_options_done(command->options, command->option_count, &set);
	if (rc == 0 && asked->verbose)
		scd_cli_warn("settings are taken from '%s'", name);
	return rc;
}

static struct scd_judged judged_of(const struct scd_verdict *verdict)
{
	const struct scd_verdict *file = verdict->around ? verdict->around : verdict;
	const bool judged = verdict->trouble.code == SCD_OK;
	struct scd_judged row = {
		.name = verdict->path,
		.is_manifest = verdict->manifest != NULL,
		.settings = verdict->settings->file,
		.judged_with = &verdict->settings->opts,
		.text = file->text,
		.len = file->len,
		.report = judged ? &verdict->report : NULL,
		.trouble = judged ? NULL : &verdict->trouble,
		.fail_on = verdict->settings->fail_on,
	};

	if (verdict->embedded) {
		row.object = verdict->embedded->object;
		row.key = verdict->embedded->key;
	}
	memcpy(row.sha256, verdict->sha256, sizeof(row.sha256));
	return row;
}

/* A manifest that is in order is nothing to show beside the profiles in it. */
static bool is_shown(const struct scd_verdict *verdict)
{
	return !verdict->manifest || verdict->report.total > 0 ||
	       verdict->manifest->profile_count == 0;
}

static bool any_shows_notes(const struct validate_options *asked,
			    const struct scd_verdicts *verdicts)
{
	bool show = asked->show_notes;

	/* Nobody shall fail on what is not shown. */
	for (size_t i = 0; i < verdicts->count; i++)
		show |= verdicts->items[i]->settings->fail_on == SCD_NOTE;
	return show;
}

/* GitHub shows what is in this file on the page of the run. */
static int add_to_summary(const struct scd_judged *list, size_t count,
			  const struct scd_render_opts *how, struct scd_error *err)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	FILE *file;
	int rc;

	if (!path || !*path)
		return 0;
	file = fopen(path, "ae");
	if (!file)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '%s'", path);
	rc = scd_render_markdown(list, count, how, file, err);
	if (fclose(file) != 0 && rc == 0)
		rc = scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", path);
	return rc;
}

static int print_verdicts(const struct validate_options *asked, const struct scd_check_opts *opts,
			  const struct scd_verdicts *verdicts, struct scd_error *err)
{
	auto_free struct scd_judged *list = calloc(verdicts->count + 1, sizeof(*list));
	const struct scd_render_opts how = {
		.judged_with = opts,
		.color = scd_cli_want_color(asked->color, stdout),
		.show_notes = any_shows_notes(asked, verdicts),
	};
	size_t count = 0;

	if (!list)
		return scd_fail(err, SCD_E_NOMEM, 0, "print the findings");
	for (size_t i = 0; i < verdicts->count; i++)
		if (is_shown(verdicts->items[i]))
			list[count++] = judged_of(verdicts->items[i]);
	if (asked->format == SCD_FORMAT_GITHUB && add_to_summary(list, count, &how, err) < 0)
		return -1;
	return scd_render((enum scd_format)asked->format, list, count, &how, stdout, err);
}

static enum scd_exit exit_status(const struct scd_verdicts *verdicts)
{
	enum scd_exit status = SCD_EXIT_OK;

	for (size_t i = 0; i < verdicts->count; i++) {
		const struct scd_verdict *verdict = verdicts->items[i];

		if (verdict->trouble.code != SCD_OK)
			return SCD_EXIT_TROUBLE;
		for (int severity = verdict->settings->fail_on; severity < SCD_SEVERITY_COUNT;
		     severity++)
			if (verdict->report.by_severity[severity] > 0)
				status = SCD_EXIT_FOUND;
	}
	return status;
}

static enum scd_exit judge_all(const struct validate_options *asked,
			       const struct scd_check_opts *opts, int operand_count,
			       char **operands, const struct scd_inputs *inputs)
{
	auto_settings struct scd_settings_cache cache = { .load = load_settings, .context = asked };
	auto_verdicts struct scd_verdicts verdicts = { 0 };
	const struct scd_judge_how how = {
		.jobs = asked->jobs ? (size_t)asked->jobs : scd_pool_processors(),
		.skip_unrelated = asked->skip_unrelated,
		.progress = scd_is_terminal(stderr) && !asked->quiet,
		.digests = asked->format == SCD_FORMAT_JSON || asked->format == SCD_FORMAT_JSONL,
		.settings = scd_settings_of,
		.context = &cache,
	};
	struct scd_error err;

	scd_check_init();
	if (scd_judge_inputs(inputs, operands, (size_t)operand_count, &how, &verdicts, &err) < 0 ||
	    scd_judge_uses(&verdicts, asked->partial, &err) < 0)
		return scd_cli_fail(&err);
	for (size_t i = 0; i < verdicts.count; i++)
		if (verdicts.items[i]->trouble.code != SCD_OK)
			(void)scd_cli_fail(&verdicts.items[i]->trouble);
	if (verdicts.degraded)
		scd_cli_warn("no trial load: this environment does not allow seccomp(2)");
	if (!asked->quiet && print_verdicts(asked, opts, &verdicts, &err) < 0)
		return scd_cli_fail(&err);
	return exit_status(&verdicts);
}

static enum scd_exit run_validate(const void *target, int argc, char **argv)
{
	const struct validate_options *asked = target;
	auto_inputs struct scd_inputs inputs = { 0 };
	struct scd_check_opts opts;
	struct scd_error err;

	if (argc == 0) {
		scd_cli_warn("validate needs a PATH; - is standard input");
		return SCD_EXIT_USAGE;
	}
	if (scd_check_opts_make(&asked->judge, &opts, &err) < 0 ||
	    scd_collect_inputs(argv, (size_t)argc, &inputs, &err) < 0)
		return scd_cli_fail(&err);
	return judge_all(asked, &opts, argc, argv, &inputs);
}

const struct scd_command scd_command_validate = {
	.name = "validate",
	.operands = "PATH...",
	.summary = "Judge seccomp profiles, and manifests with profiles or pods in them.",
	.details =
		"PATH is a file, a directory (every *.json, *.yaml and *.yml below it), or - for\n"
		"standard input. YAML is read as Kubernetes manifests: ConfigMaps and SeccompProfiles\n"
		"with profiles, pods and workloads that use some.\n"
		"Exit status: 0 accepted, 1 findings, 2 wrong usage or settings, 3 something could not\n"
		"be read.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct validate_options),
	.run = run_validate,
};

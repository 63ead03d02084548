/* SPDX-License-Identifier: MIT */
#include "canon.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "collect.h"
#include "one_profile.h"
#include "replace_file.h"

struct fmt_options {
	bool help;
	int output; /* enum scd_output */
	bool check;
	bool write;
};

#define FIELD(field) .offset = offsetof(struct fmt_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct fmt_options, output),
	{ .name = "check",
	  .type = SCD_OPT_BOOL,
	  FIELD(check),
	  .help = "write nothing; list the files that are laid out otherwise, and exit 1" },
	{ .name = "write",
	  .letter = 'w',
	  .type = SCD_OPT_BOOL,
	  FIELD(write),
	  .help = "write the layout back into the files; list those that changed" },
};

/* What became of one file. */
struct outcome {
	const char *path;
	enum scd_exit status;
	bool changed; /* it was laid out otherwise */
};

/* The layout of @text. SCD_EXIT_FOUND when it is no JSON, which is said. */
static enum scd_exit lay_out(const struct scd_one_profile *text, struct scd_buf *out)
{
	auto_json struct scd_json json = { 0 };
	auto_report struct scd_report report = { 0 };
	const struct scd_check_opts opts = { 0 };
	struct scd_judge judge = {
		.text = text->text, .len = text->len, .opts = &opts, .report = &report
	};
	struct scd_error err;

	if (text->len > SCD_PROFILE_MAX) {
		scd_cli_warn("'%s' is over %zu bytes", text->path, SCD_PROFILE_MAX);
		return SCD_EXIT_TROUBLE;
	}
	if (scd_json_parse(text->text, text->len, &json, &err) < 0)
		return scd_cli_fail(&err);
	scd_judge_faults(&judge, &json);
	if (!scd_report_accepts(&report))
		return scd_one_profile_refuse(text, &report);
	if (scd_canon_print(&json, text->text, out, &err) < 0)
		return scd_cli_fail(&err);
	if (out->failed) {
		scd_cli_warn("'%s' laid out would be over %zu bytes", text->path, SCD_CANON_MAX);
		return SCD_EXIT_TROUBLE;
	}
	return SCD_EXIT_OK;
}

static enum scd_exit format_text(const struct fmt_options *asked, const struct scd_input *input,
				 const struct scd_one_profile *text, struct outcome *outcome)
{
	auto_buf struct scd_buf out = scd_buf_init(SCD_CANON_MAX);
	enum scd_exit status = lay_out(text, &out);
	struct scd_error err;

	if (status != SCD_EXIT_OK)
		return status;
	outcome->changed =
		out.len != text->len || memcmp(scd_buf_text(&out), text->text, text->len) != 0;
	if (asked->check)
		return outcome->changed ? SCD_EXIT_FOUND : SCD_EXIT_OK;
	if (!asked->write) {
		if (asked->output == SCD_OUTPUT_HUMAN)
			(void)fputs(scd_buf_text(&out), stdout);
		return SCD_EXIT_OK;
	}
	if (outcome->changed &&
	    scd_replace_file(input->file, scd_buf_text(&out), out.len, &err) < 0)
		return scd_cli_fail(&err);
	return SCD_EXIT_OK;
}

static enum scd_exit format_input(const struct fmt_options *asked, const struct scd_input *input,
				  struct outcome *outcome)
{
	auto_one_profile struct scd_one_profile text = { .path = input->path };
	struct scd_error err;

	if (input->fault.code != SCD_OK)
		return scd_cli_fail(&input->fault);
	if (scd_input_read(input, &text.text, &text.len, &err) < 0)
		return scd_cli_fail(&err);
	return format_text(asked, input, &text, outcome);
}

/* NULL without memory. */
static cJSON *make_file(const struct outcome *outcome)
{
	cJSON *object = cJSON_CreateObject();

	if (cJSON_AddStringToObject(object, "file", outcome->path) &&
	    cJSON_AddBoolToObject(object, "laidOut", !outcome->changed))
		return object;
	cJSON_Delete(object);
	return NULL;
}

static enum scd_exit print_json(const struct outcome *outcomes, size_t count)
{
	cJSON *root = scd_cli_document("FormatReport");
	cJSON *list = cJSON_AddArrayToObject(root, "files");

	for (size_t i = 0; list && i < count; i++)
		if (outcomes[i].status <= SCD_EXIT_FOUND)
			list = scd_cli_append(list, make_file(&outcomes[i]));
	if (list)
		return scd_cli_print_json(root);
	cJSON_Delete(root);
	return scd_cli_no_memory();
}

static enum scd_exit format_all(const struct fmt_options *asked, const struct scd_inputs *inputs,
				struct outcome *outcomes)
{
	enum scd_exit worst = SCD_EXIT_OK;

	for (size_t i = 0; i < inputs->count; i++) {
		struct outcome *outcome = &outcomes[i];

		outcome->path = inputs->items[i].path;
		outcome->status = format_input(asked, &inputs->items[i], outcome);
		if (outcome->status > worst)
			worst = outcome->status;
		if (outcome->changed && (asked->check || asked->write) &&
		    asked->output == SCD_OUTPUT_HUMAN)
			(void)printf("%s\n", outcome->path);
	}
	if (asked->output == SCD_OUTPUT_JSON && print_json(outcomes, inputs->count) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return worst;
}

static bool has_stdin(const struct scd_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(inputs->items[i].file, SCD_STDIN_OPERAND) == 0)
			return true;
	return false;
}

static enum scd_exit check_usage(const struct fmt_options *asked, const struct scd_inputs *inputs)
{
	const char *wrong = NULL;

	if (asked->check && asked->write)
		wrong = "--check and --write do not go together";
	else if (asked->write && has_stdin(inputs))
		wrong = "standard input cannot be written back";
	else if (inputs->count != 1 && !asked->check && !asked->write &&
		 asked->output == SCD_OUTPUT_HUMAN)
		wrong = "with more than one file, fmt needs --check or --write";
	if (!wrong)
		return SCD_EXIT_OK;
	scd_cli_warn("%s", wrong);
	return SCD_EXIT_USAGE;
}

static enum scd_exit run_fmt(const void *target, int argc, char **argv)
{
	const struct fmt_options *asked = target;
	auto_inputs struct scd_inputs inputs = { 0 };
	auto_free struct outcome *outcomes = NULL;
	enum scd_exit status;
	struct scd_error err;

	if (argc == 0) {
		scd_cli_warn("fmt needs a PATH; - is standard input");
		return SCD_EXIT_USAGE;
	}
	if (scd_collect_profiles(argv, (size_t)argc, &inputs, &err) < 0)
		return scd_cli_fail(&err);
	status = check_usage(asked, &inputs);
	if (status != SCD_EXIT_OK)
		return status;
	outcomes = calloc(inputs.count, sizeof(*outcomes));
	return outcomes ? format_all(asked, &inputs, outcomes) : scd_cli_no_memory();
}

const struct scd_command scd_command_fmt = {
	.name = "fmt",
	.operands = "PATH...",
	.summary = "Lay profiles out in one way.",
	.details =
		"Prints PATH with its keys in one order and its names sorted; no meaning changes.\n"
		"PATH is a file, a directory (every *.json below it), or - for standard input.\n"
		"Exit status: 0 done, 1 --check found something or a file is no JSON,\n"
		"2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct fmt_options),
	.run = run_fmt,
};

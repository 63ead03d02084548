/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "inputs.h"
#include "meaning.h"
#include "one_profile.h"

#define INPUTS_MAX 64

struct merge_options {
	bool help;
	int output; /* enum scd_output */
	bool quiet;
};

#define FIELD(field) .offset = offsetof(struct merge_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct merge_options, output),
	{ .name = "quiet",
	  .letter = 'q',
	  .type = SCD_OPT_BOOL,
	  FIELD(quiet),
	  .help = "do not say what was decided" },
};

/* The profiles that are merged. */
struct inputs {
	struct scd_one_profile texts[INPUTS_MAX];
	struct scd_profile_text read[INPUTS_MAX];
	size_t count;
};

static void inputs_done(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		scd_profile_text_done(&inputs->read[i]);
		scd_one_profile_done(&inputs->texts[i]);
	}
	free(inputs);
}

/* Reads them all, and says what is wrong with each. */
static enum scd_exit read_inputs(char **paths, size_t count, struct inputs *inputs)
{
	enum scd_exit status = SCD_EXIT_OK;
	struct scd_error err;

	for (size_t i = 0; i < count; i++) {
		struct scd_one_profile *text = &inputs->texts[inputs->count];
		struct scd_profile_text *read = &inputs->read[inputs->count++];

		if (scd_one_profile_read(paths[i], text, &err) < 0 ||
		    scd_profile_text_read(text, read, &err) < 0)
			return scd_cli_fail(&err);
		if (!scd_report_accepts(&read->report) || !read->profile.default_action)
			status = scd_one_profile_refuse(text, &read->report);
	}
	return status;
}

/* The place of a key among the others; calls come last. */
static unsigned key_rank(const char *key)
{
	return key ? (unsigned char)*key : UINT_MAX; /* they differ in the first letter */
}

/* Steps that are said in one go. */
static bool same_kind(const struct scd_merge_step *a, const struct scd_merge_step *b)
{
	return a->verb == b->verb && a->input == b->input && key_rank(a->key) == key_rank(b->key) &&
	       a->from == b->from && a->to == b->to;
}

static int compare_steps(const void *a, const void *b)
{
	const struct scd_merge_step *x = a, *y = b;
	const uint64_t left[] = { x->input, key_rank(x->key), (uint64_t)x->verb, x->from, x->to };
	const uint64_t right[] = { y->input, key_rank(y->key), (uint64_t)y->verb, y->from, y->to };

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return x->name && y->name ? strcmp(x->name, y->name) : 0;
}

static void print_kind(const struct inputs *inputs, const struct scd_merge_step *step)
{
	const char *path = inputs->texts[step->input].path;
	char from[SCD_ACTION_BRIEF_SIZE], to[SCD_ACTION_BRIEF_SIZE];
	const char *was = scd_action_brief(step->from, from), *is = scd_action_brief(step->to, to);

	if (step->key && !step->name) {
		(void)fprintf(stderr, "%s: replaced the default %s by %s", path, was, is);
		return;
	}
	if (step->key) {
		(void)fprintf(stderr, "%s: %s %s:", path, scd_merge_verb_name(step->verb),
			      step->key);
		return;
	}
	switch (step->verb) {
	case SCD_MERGE_ADDED:
		(void)fprintf(stderr, "%s: added %s:", path, is);
		break;
	case SCD_MERGE_WIDENED:
		(void)fprintf(stderr, "%s: widened %s:", path, is);
		break;
	case SCD_MERGE_REPLACED:
		if (step->from == step->to) /* of several rules, with several actions */
			(void)fprintf(stderr, "%s: replaced the rules:", path);
		else
			(void)fprintf(stderr, "%s: replaced %s by %s:", path, was, is);
		break;
	case SCD_MERGE_REMOVED:
		(void)fprintf(stderr, "%s: removed %s:", path, was);
		break;
	}
}

/* Sorts the steps, and says each kind once, with its calls. */
static void print_steps(const struct inputs *inputs, struct scd_merged *merged)
{
	char name[SCD_QUOTE_SIZE];
	size_t end;

	if (merged->step_count)
		qsort(merged->steps, merged->step_count, sizeof(*merged->steps), compare_steps);
	for (size_t first = 0; first < merged->step_count; first = end) {
		print_kind(inputs, &merged->steps[first]);
		for (end = first; end < merged->step_count &&
				  same_kind(&merged->steps[first], &merged->steps[end]);
		     end++)
			if (merged->steps[end].name)
				(void)fprintf(stderr, " %s",
					      scd_judge_quote(merged->steps[end].name, name));
		(void)fputc('\n', stderr);
	}
}

static cJSON *make_step(const struct inputs *inputs, const struct scd_merge_step *step)
{
	const bool has_actions = !step->key || !step->name;
	cJSON *object = cJSON_CreateObject();
	char from[SCD_ACTION_BRIEF_SIZE], to[SCD_ACTION_BRIEF_SIZE];

	if (cJSON_AddStringToObject(object, "decision", scd_merge_verb_name(step->verb)) &&
	    cJSON_AddStringToObject(object, "file", inputs->texts[step->input].path) &&
	    (!step->key || cJSON_AddStringToObject(object, "key", step->key)) &&
	    (!step->name ||
	     cJSON_AddStringToObject(object, step->key ? "value" : "syscall", step->name)) &&
	    (!has_actions ||
	     (cJSON_AddStringToObject(object, "from", scd_action_brief(step->from, from)) &&
	      cJSON_AddStringToObject(object, "to", scd_action_brief(step->to, to)))))
		return object;
	cJSON_Delete(object);
	return NULL;
}

/* The profile stands in it as it is, to the last digit. NULL without memory. */
static cJSON *make_json(const struct inputs *inputs, const struct scd_merged *merged)
{
	cJSON *root = scd_cli_document("MergeReport");
	cJSON *list = cJSON_AddArrayToObject(root, "decisions");

	for (size_t i = 0; list && i < merged->step_count; i++)
		list = scd_cli_append(list, make_step(inputs, &merged->steps[i]));
	if (list && cJSON_AddRawToObject(root, "profile", merged->text))
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit merge(const struct merge_options *asked, const struct inputs *inputs)
{
	auto_merged struct scd_merged merged = { 0 };
	struct scd_merge_input list[INPUTS_MAX];
	struct scd_error err;

	for (size_t i = 0; i < inputs->count; i++)
		list[i] = (struct scd_merge_input){ inputs->texts[i].path, inputs->texts[i].text,
						    &inputs->read[i].profile };
	if (scd_merge(list, inputs->count, &merged, &err) < 0) {
		(void)scd_cli_fail(&err);
		return err.code == SCD_E_CONFIG ? SCD_EXIT_FOUND : SCD_EXIT_TROUBLE;
	}
	if (asked->output == SCD_OUTPUT_JSON)
		return scd_cli_print_json(make_json(inputs, &merged));
	(void)fputs(merged.text, stdout);
	if (!asked->quiet)
		print_steps(inputs, &merged);
	return SCD_EXIT_OK;
}

static enum scd_exit run_merge(const void *target, int argc, char **argv)
{
	struct inputs *inputs;
	enum scd_exit status;

	if (argc < 2 || argc > INPUTS_MAX) {
		scd_cli_warn("merge needs a BASE and 1 to %d OVERLAYs", INPUTS_MAX - 1);
		return SCD_EXIT_USAGE;
	}
	if (scd_stdin_count(argv, (size_t)argc) > 1) {
		scd_cli_warn("standard input can be read once");
		return SCD_EXIT_USAGE;
	}
	inputs = calloc(1, sizeof(*inputs));
	if (!inputs)
		return scd_cli_no_memory();
	status = read_inputs(argv, (size_t)argc, inputs);
	if (status == SCD_EXIT_OK)
		status = merge(target, inputs);
	inputs_done(inputs);
	return status;
}

const struct scd_command scd_command_merge = {
	.name = "merge",
	.operands = "BASE OVERLAY...",
	.summary = "Add profiles up.",
	.details =
		"Prints one profile: what BASE says, and what each OVERLAY adds. Where an OVERLAY\n"
		"gives a call another action, its word counts; with the default action it takes the\n"
		"call away. What was decided goes to standard error.\n"
		"Exit status: 0 done, 1 a profile has faults or they do not go together,\n"
		"2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct merge_options),
	.run = run_merge,
};

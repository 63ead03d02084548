/* SPDX-License-Identifier: MIT */
#include "flatten.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "check_opts.h"
#include "cli.h"
#include "one_profile.h"

struct flatten_options {
	bool help;
	int output; /* enum scd_output */
	bool quiet;
	struct scd_strings caps;
	struct scd_check_words words; /* of --arch alone */
	char *kernel;
};

#define FIELD(field) .offset = offsetof(struct flatten_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct flatten_options, output),
	{ .name = "quiet",
	  .letter = 'q',
	  .type = SCD_OPT_BOOL,
	  FIELD(quiet),
	  .help = "do not say what was decided" },
	{ .name = "caps",
	  .type = SCD_OPT_STRINGS,
	  FIELD(caps),
	  .metavar = "CAP",
	  .help = "a capability of the container, or none, default, all; repeatable; none when "
		  "absent" },
	SCD_CLI_ARCH(struct flatten_options, words),
	{ .name = "kernel",
	  .type = SCD_OPT_STRING,
	  FIELD(kernel),
	  .metavar = "VERSION",
	  .help = "the oldest kernel of the nodes, such as 5.10; this machine's when absent" },
};

/* "CAP_SYS_ADMIN", "SYS_ADMIN" or "sys_admin". */
static int add_capability(const char *word, uint64_t *set, struct scd_error *err)
{
	char name[64] = "CAP_";
	size_t used = strncasecmp(word, name, 4) == 0 ? 0 : 4;
	const char *near;
	int number;

	if (strcasecmp(word, "none") == 0)
		return 0;
	if (strcasecmp(word, "default") == 0) {
		*set |= scd_default_capabilities;
		return 0;
	}
	if (strcasecmp(word, "all") == 0) {
		*set = UINT64_MAX;
		return 0;
	}
	for (size_t i = 0; word[i] && used < sizeof(name) - 1; i++)
		name[used++] = (char)toupper((unsigned char)word[i]);
	name[used] = '\0';
	number = scd_capability_find(name);
	if (number >= 0) {
		*set |= UINT64_C(1) << number;
		return 0;
	}
	near = scd_capability_nearest(name);
	return scd_fail(err, SCD_E_USAGE, 0, "'%s' is not a capability%s%s%s", word,
			near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int read_kernel(const char *text, struct scd_kernel_version *kernel, struct scd_error *err)
{
	struct utsname name;

	if (text && *text)
		return scd_kernel_version_parse(text, kernel)
			       ? 0
			       : scd_fail(err, SCD_E_USAGE, 0,
					  "'%s' is not the version of a kernel; write 5.10", text);
	if (uname(&name) < 0 || !scd_kernel_version_parse(name.release, kernel))
		return scd_fail(err, SCD_E_USAGE, 0,
				"what kernel this is cannot be told; write --kernel=VERSION");
	return 0;
}

static int make_opts(const struct flatten_options *asked, struct scd_flatten_opts *opts,
		     struct scd_error *err)
{
	struct scd_check_opts archs;

	*opts = (struct scd_flatten_opts){ 0 };
	for (size_t i = 0; i < asked->caps.count; i++)
		if (add_capability(asked->caps.items[i], &opts->capabilities, err) < 0)
			return -1;
	if (scd_check_opts_make(&asked->words, &archs, err) < 0)
		return -1;
	archs = scd_check_opts_complete(&archs);
	opts->arch_count = archs.arch_count;
	memcpy(opts->archs, archs.archs, sizeof(opts->archs));
	return read_kernel(asked->kernel, &opts->kernel, err);
}

static void print_steps(const char *path, const struct scd_flattened *flat)
{
	for (size_t i = 0; i < flat->step_count; i++) {
		const struct scd_flatten_step *step = &flat->steps[i];

		(void)fprintf(stderr, "%s:%u: %s %s%s: %s\n", path, step->line,
			      scd_flatten_verb_name(step->verb),
			      step->rule == SIZE_MAX ? "" : "the rule for ", step->what, step->why);
	}
}

static cJSON *make_step(const struct scd_flatten_step *step)
{
	cJSON *object = cJSON_CreateObject();

	if (cJSON_AddStringToObject(object, "decision", scd_flatten_verb_name(step->verb)) &&
	    cJSON_AddNumberToObject(object, "line", step->line) &&
	    (step->rule == SIZE_MAX ||
	     cJSON_AddNumberToObject(object, "rule", (double)step->rule)) &&
	    cJSON_AddStringToObject(object, "what", step->what) &&
	    cJSON_AddStringToObject(object, "why", step->why))
		return object;
	cJSON_Delete(object);
	return NULL;
}

/* The profile stands in it as it is, to the last digit. NULL without memory. */
static cJSON *make_json(const char *path, const struct scd_flattened *flat)
{
	cJSON *root = scd_cli_document("FlattenReport"), *list;

	list = cJSON_AddStringToObject(root, "file", path)
		       ? cJSON_AddArrayToObject(root, "decisions")
		       : NULL;
	for (size_t i = 0; list && i < flat->step_count; i++)
		list = scd_cli_append(list, make_step(&flat->steps[i]));
	if (list && cJSON_AddRawToObject(root, "profile", flat->text))
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit flatten_text(const struct flatten_options *asked,
				  const struct scd_flatten_opts *opts,
				  const struct scd_one_profile *profile)
{
	auto_flattened struct scd_flattened flat = { 0 };
	auto_report struct scd_report report = { 0 };
	struct scd_error err;

	if (scd_flatten(profile->text, profile->len, opts, &report, &flat, &err) < 0)
		return scd_cli_fail(&err);
	if (!flat.text)
		return scd_one_profile_refuse(profile, &report);
	if (asked->output == SCD_OUTPUT_JSON)
		return scd_cli_print_json(make_json(profile->path, &flat));
	(void)fputs(flat.text, stdout);
	if (!asked->quiet)
		print_steps(profile->path, &flat);
	return SCD_EXIT_OK;
}

static enum scd_exit run_flatten(const void *target, int argc, char **argv)
{
	auto_one_profile struct scd_one_profile profile = { 0 };
	const struct flatten_options *asked = target;
	struct scd_flatten_opts opts;
	struct scd_error err;

	if (argc != 1) {
		scd_cli_warn("flatten needs one PROFILE; - is standard input");
		return SCD_EXIT_USAGE;
	}
	if (make_opts(asked, &opts, &err) < 0 || scd_one_profile_read(argv[0], &profile, &err) < 0)
		return scd_cli_fail(&err);
	return flatten_text(asked, &opts, &profile);
}

const struct scd_command scd_command_flatten = {
	.name = "flatten",
	.operands = "PROFILE",
	.summary = "Make a plain profile of one in Docker's dialect.",
	.details =
		"Evaluates includes, excludes, archMap, name, errno and defaultErrno for one kind of\n"
		"container, as Docker, podman and CRI-O do, and prints what a runtime that does not\n"
		"know them can load. What was decided goes to standard error.\n"
		"Exit status: 0 done, 1 the profile has faults, 2 wrong usage, 3 it could not be read.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct flatten_options),
	.run = run_flatten,
};

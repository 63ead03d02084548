/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "cli.h"

struct version_options {
	bool help;
	int output; /* enum scd_output */
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct version_options, output),
};

/* The keys of the daemon's /version. NULL without memory. */
static cJSON *make_version(const char *libseccomp)
{
	cJSON *root = scd_cli_document("Version");

	if (cJSON_AddStringToObject(root, "version", scd_version()) &&
	    cJSON_AddStringToObject(root, "gitCommit", scd_git_commit()) &&
	    cJSON_AddStringToObject(root, "libseccompVersion", libseccomp) &&
	    cJSON_AddStringToObject(root, "platform", scd_platform()))
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit run_version(const void *target, int argc, char **argv)
{
	const struct version_options *asked = target;
	char libseccomp[32], line[160];

	if (argc > 0) {
		scd_cli_warn("version takes no argument '%s'", argv[0]);
		return SCD_EXIT_USAGE;
	}
	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	if (asked->output == SCD_OUTPUT_JSON)
		return scd_cli_print_json(make_version(libseccomp));
	scd_version_line("seccompctl", line, sizeof(line));
	(void)printf("%s\n", line);
	return SCD_EXIT_OK;
}

const struct scd_command scd_command_version = {
	.name = "version",
	.operands = "",
	.summary = "Print the version of this program and of libseccomp.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct version_options),
	.run = run_version,
};

/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <cjson/cJSON.h>
#include <seccomp.h>
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

/* As Go has them, because everybody's node lists do. */
static const struct {
	uint32_t token;
	const char *name;
} platforms[] = {
	{ SCMP_ARCH_X86_64, "linux/amd64" },	{ SCMP_ARCH_AARCH64, "linux/arm64" },
	{ SCMP_ARCH_X86, "linux/386" },		{ SCMP_ARCH_ARM, "linux/arm" },
	{ SCMP_ARCH_PPC64LE, "linux/ppc64le" }, { SCMP_ARCH_S390X, "linux/s390x" },
	{ SCMP_ARCH_RISCV64, "linux/riscv64" }, { SCMP_ARCH_MIPSEL64, "linux/mips64le" },
};

static const char *platform(void)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (platforms[i].token == seccomp_arch_native())
			return platforms[i].name;
	return "linux/unknown";
}

/* The keys of the daemon's /version. NULL without memory. */
static cJSON *make_version(const char *libseccomp)
{
	cJSON *root = cJSON_CreateObject();

	if (cJSON_AddStringToObject(root, "version", scd_version()) &&
	    cJSON_AddStringToObject(root, "gitCommit", scd_git_commit()) &&
	    cJSON_AddStringToObject(root, "libseccompVersion", libseccomp) &&
	    cJSON_AddStringToObject(root, "platform", platform()))
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit run_version(const void *target, int argc, char **argv)
{
	const struct version_options *asked = target;
	char libseccomp[32];

	if (argc > 0) {
		scd_cli_warn("version takes no argument '%s'", argv[0]);
		return SCD_EXIT_USAGE;
	}
	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	if (asked->output == SCD_OUTPUT_JSON)
		return scd_cli_print_json(make_version(libseccomp));
	(void)printf("seccompctl v%s (commit %s, libseccomp %s, %s)\n", scd_version(),
		     scd_git_commit(), libseccomp, platform());
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

/* SPDX-License-Identifier: MIT */
/*
 * `seccompctl status` is a program of its own: it links libcurl, which costs every start
 * 6 ms and 6 MiB, and must not be in the image that runs on the nodes.
 */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "status_options.h"

#define HELPER "seccompctl-status"

/* Beside the running program, so that a build tree or an unpacked archive works as it is. */
static bool path_beside_us(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof("/" HELPER));
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	memcpy(slash + 1, HELPER, sizeof(HELPER));
	return true;
}

static enum scd_exit run_status(const void *target, int argc, char **argv)
{
	auto_free char **args = calloc((size_t)argc + 2, sizeof(*args));
	char path[PATH_MAX], name[] = HELPER;
	int why = ENOENT;

	(void)target;
	if (!args)
		return scd_cli_no_memory();
	args[0] = name;
	for (int i = 0; i < argc; i++)
		args[i + 1] = argv[i];

	/* What is ignored stays ignored across exec: the helper shall start like any program. */
	(void)signal(SIGPIPE, SIG_DFL);
	if (path_beside_us(path)) {
		(void)execv(path, args);
		why = errno;
	}
	if (why == ENOENT) {
		(void)execvp(HELPER, args);
		why = errno;
	}
	if (why == ENOENT)
		scd_cli_warn("status needs the program '" HELPER "', which is neither beside "
			     "seccompctl nor in PATH: install it there");
	else
		scd_cli_warn("cannot run '" HELPER "': %s", strerror(why));
	return SCD_EXIT_TROUBLE;
}

const struct scd_command scd_command_status = {
	.name = "status",
	.operands = "[URL|FILE]",
	.summary = "Print what a node's seccompd says of its profiles.",
	.options = scd_status_options,
	.option_count = SCD_STATUS_OPTION_COUNT,
	.run = run_status,
};

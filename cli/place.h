/* SPDX-License-Identifier: MIT */
/* Of the commands that change a destination: which one it is. */
#ifndef SCD_PLACE_H
#define SCD_PLACE_H

#include "cli.h"

/* The row for it; @field is a char * of the options' @type. */
#define SCD_CLI_DESTINATION(type_name, field)                                              \
	{                                                                                  \
		.name = "destination", .type = SCD_OPT_STRING,                             \
		.offset = offsetof(type_name, field), .metavar = "DIR",                    \
		.fallback = "/host/seccomp/profiles", .help = "where seccompd installs to" \
	}

/* A descriptor of the directory, or -1 with SCD_E_SYSTEM. */
int scd_cli_open_destination(const char *path, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Who writes, for the state file: the pod that we run in, or "". */
const char *scd_cli_pod_uid(void);

#endif

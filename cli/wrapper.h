/* SPDX-License-Identifier: MIT */
/* What the commands share that run another program: how they end, and where they report to. */
#ifndef SCD_WRAPPER_H
#define SCD_WRAPPER_H

#include <stdio.h>

#include "cli.h"
#include "confine.h"
#include "container.h"

#define SCD_PID_MOST 4194304 /* PID_MAX_LIMIT */

/* The rows of options that they share; @field is a bool, a char * or a uint64_t of the options'
 * @type_name. */
#define SCD_CLI_NO_NEW_PRIVS(type_name, field)                                        \
	{                                                                             \
		.name = "no-new-privs", .type = SCD_OPT_BOOL,                         \
		.offset = offsetof(type_name, field),                                 \
		.help = "as with allowPrivilegeEscalation: false; always so without " \
			"CAP_SYS_ADMIN"                                               \
	}
#define SCD_CLI_PID(type_name, field, what)                                                \
	{                                                                                  \
		.name = "pid", .type = SCD_OPT_UINT, .offset = offsetof(type_name, field), \
		.metavar = "PID", .min = 1, .max = SCD_PID_MOST, .help = (what)            \
	}
#define SCD_CLI_REPORT(type_name, field, what)                                                  \
	{                                                                                       \
		.name = "report", .type = SCD_OPT_STRING, .offset = offsetof(type_name, field), \
		.metavar = "FILE", .help = (what)                                               \
	}
#define SCD_CLI_BUNDLE(type_name, field)                                                        \
	{                                                                                       \
		.name = "bundle", .type = SCD_OPT_STRING, .offset = offsetof(type_name, field), \
		.metavar = "DIR",                                                               \
		.help = "instead of a command: start the container of this OCI bundle"          \
	}
#define SCD_CLI_ONE_OCI_RUNTIME(type_name, field, what)                                      \
	{                                                                                    \
		.name = "oci-runtime", .type = SCD_OPT_CHOICE,                               \
		.offset = offsetof(type_name, field), .metavar = "NAME", .fallback = "runc", \
		.choices = scd_container_runtimes, .help = (what)                            \
	}

/* How they end when it is not the program that did: as env(1) and timeout(1). */
enum scd_wrapper_exit {
	SCD_WRAPPER_DENIED = 124,   /* asked for: something was denied */
	SCD_WRAPPER_TROUBLE = 125,  /* we failed */
	SCD_WRAPPER_NO_EXEC = 126,  /* the program was not allowed to be executed */
	SCD_WRAPPER_NOT_FOUND = 127 /* there is none */
};

/* Says what went wrong before the program ran, or after. Returns how to exit. */
enum scd_exit scd_wrapper_fail(const struct scd_error *err) SCD_NONNULL;

/* The exit status that tells of the program's end. */
int scd_wrapper_status(const struct scd_confine_end *end) SCD_NONNULL;

/* Opens @path to write to; NULL is stderr. 0, or -1 with SCD_E_SYSTEM. */
int scd_wrapper_open(const char *path, FILE **out, struct scd_error *err)
	__attribute__((__nonnull__(2, 3))) SCD_MUST_CHECK;

/* Flushes it, and closes it if it is not stderr. 0, or -1 with SCD_E_SYSTEM. */
int scd_wrapper_close(FILE *out, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The text of the profile @operand, which may be "-". As scd_input_read(). */
int scd_wrapper_read(char *operand, char **text, size_t *len,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

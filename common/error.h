/* SPDX-License-Identifier: MIT */
#ifndef SCD_ERROR_H
#define SCD_ERROR_H

#include "cleanup.h"

/* Closed set. Every value is a metric label, a log field and a status reason. */
enum scd_code {
	SCD_OK = 0,
	SCD_E_NOMEM,	   /* an allocation failed */
	SCD_E_SYSTEM,	   /* a system call or library failed; sys says how */
	SCD_E_TOO_LARGE,   /* an input is over its limit (bounds.h) */
	SCD_E_BAD_NAME,	   /* a profile name that is never installed */
	SCD_E_NOT_REGULAR, /* a symlink, FIFO, directory or device where a file belongs */
	SCD_E_MISSING,	   /* a volume without its ..data, or a directory that is not there */
	SCD_E_DETACHED,	   /* a mount whose directory is gone (st_nlink == 0) */
	SCD_E_INSECURE,	   /* a directory that others may write to */
	SCD_E_BUSY,	   /* somebody else holds the lock, or the input kept changing */
	SCD_E_CORRUPT,	   /* a file of ours that does not parse */
	SCD_E_CONFIG,	   /* a configuration value that is not acceptable */
	SCD_E_USAGE,	   /* a command line that is not acceptable */
	SCD_CODE_COUNT
};

/* Lives on the caller's stack; owns nothing; never NULL as an argument. */
struct scd_error {
	enum scd_code code;
	int sys;       /* errno value, or 0 */
	char msg[240]; /* English, no newline, no trailing errno text */
};

/* Fills @err and returns -1, so that a failure is one statement. */
int scd_fail(struct scd_error *err, enum scd_code code, int sys, const char *fmt, ...)
	SCD_PRINTF(4, 5) SCD_NONNULL;

/* Puts "<context>: " in front of the message; keeps code and sys. Returns -1. */
int scd_wrap(struct scd_error *err, const char *fmt, ...) SCD_PRINTF(2, 3) SCD_NONNULL;

/* The message with what errno says, for people. */
#define SCD_ERROR_SHOWN (sizeof(((struct scd_error *)0)->msg) + 128)
void scd_error_show(const struct scd_error *err, char shown[SCD_ERROR_SHOWN]) SCD_NONNULL;

/* "too_large", ...: lower snake case, stable across releases, never NULL. */
const char *scd_code_name(enum scd_code code);

/* "TooLarge", ...: the same word as a Kubernetes reason; never NULL. */
const char *scd_code_reason(enum scd_code code);

#endif

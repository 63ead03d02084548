/* SPDX-License-Identifier: MIT */
/* A profile that a command was given by name: read, judged in a jail, ready for programs. */
#ifndef SCD_OPENED_H
#define SCD_OPENED_H

#include "inputs.h"
#include "program.h"

struct scd_opened {
	const char *path;
	char *text;
	size_t len;
	struct scd_report report; /* what `validate` says */
	struct scd_subject subject;
};

/**
 * scd_opened_read() - the profile in a file.
 * @path:   "-" is standard input; outlives @opened.
 * @opts:   what to judge against.
 * @opened: zeroed; scd_opened_done() it, whatever is returned.
 *
 * Return: 0, also when the text is no profile; -1 when it cannot be read, or a check of it ends in
 * no verdict.
 */
int scd_opened_read(const char *path, const struct scd_check_opts *opts, struct scd_opened *opened,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same for what a walk of a directory found. */
int scd_opened_read_input(const struct scd_input *input, const struct scd_check_opts *opts,
			  struct scd_opened *opened,
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Says on stderr what is wrong with a profile that runtimes refuse: its first error. Returns
 * whether there was one. */
bool scd_opened_warn(const struct scd_opened *opened) SCD_NONNULL;

void scd_opened_done(struct scd_opened *opened) SCD_NONNULL;
#define auto_opened SCD_CLEANUP(scd_opened_done)

#endif

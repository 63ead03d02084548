/* SPDX-License-Identifier: MIT */
/* A configuration file: strict YAML whose keys are an option table's, in camelCase. */
#ifndef SCD_OPTIONS_FILE_H
#define SCD_OPTIONS_FILE_H

#include "options.h"

/* What may stand in a file. */
struct scd_options_file {
	const struct scd_option *table; /* but for rows that are .flag_only or .not_in_file */
	size_t count;
	const char *kind;     /* beside apiVersion: seccompd.dev/v1alpha1 */
	bool header_optional; /* the two may be missing, and so may all else */
};

/**
 * scd_options_file_read() - set what the text of a file says.
 * @name:   of the file, for messages.
 * @text:   not NUL-terminated.
 * @target: the struct that the rows' offsets are of. Set over what it holds; on failure, in
 *          part.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (the message begins with NAME:LINE:COLUMN),
 * SCD_E_TOO_LARGE (over SCD_CONFIG_MAX), SCD_E_NOMEM.
 */
int scd_options_file_read(const struct scd_options_file *file, const char *name, const char *text,
			  size_t len, void *target,
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

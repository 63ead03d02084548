/* SPDX-License-Identifier: MIT */
/* A configuration file: strict YAML whose keys are the option table's, in camelCase. */
#ifndef SCD_CONFIG_FILE_H
#define SCD_CONFIG_FILE_H

#include "config.h"

/**
 * scd_config_file_read() - set what the text of a file says.
 * @name:   of the file, for messages.
 * @text:   not NUL-terminated.
 * @config: set over what it holds; on failure, in part.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (the message begins with NAME:LINE:COLUMN),
 * SCD_E_TOO_LARGE (over SCD_CONFIG_MAX), SCD_E_NOMEM.
 */
int scd_config_file_read(const char *name, const char *text, size_t len, struct scd_config *config,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

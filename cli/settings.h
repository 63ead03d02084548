/* SPDX-License-Identifier: MIT */
/* .seccompctl.yaml: how the profiles of a directory are judged. */
#ifndef SCD_SETTINGS_H
#define SCD_SETTINGS_H

#include "verdicts.h"

#define SCD_SETTINGS_FILE ".seccompctl.yaml"

/* What is known of directories: of each its settings. Zeroed but for .load is empty. */
struct scd_settings_cache {
	/* Fills @settings from the text of a file called @name, or, when @name is NULL, from the
	 * command line alone. 0, or -1. */
	int (*load)(const void *context, const char *name, const char *text, size_t len,
		    struct scd_settings *settings, struct scd_error *err);
	const void *context;
	struct scd_settings **items; /* one a file, and one without a file */
	size_t count;
	char *last_directory; /* of the last question, and its answer */
	const struct scd_settings *last;
};

/**
 * scd_settings_of() - how to judge an input.
 * @settings_cache: a struct scd_settings_cache.
 *
 * The nearest .seccompctl.yaml counts: in the input's directory or above, up to the directory
 * that holds .git; where there is none, up to the operand's directory. Standard input is judged
 * as a file of the working directory.
 *
 * Return: settings that live as long as the cache, or NULL with SCD_E_CONFIG, SCD_E_NOMEM,
 * SCD_E_SYSTEM, SCD_E_TOO_LARGE, SCD_E_NOT_REGULAR.
 */
const struct scd_settings *scd_settings_of(void *settings_cache, const struct scd_input *input,
					   struct scd_error *err) SCD_NONNULL;

void scd_settings_done(struct scd_settings_cache *cache) SCD_NONNULL;

#define auto_settings SCD_CLEANUP(scd_settings_done)

#endif

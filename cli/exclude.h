/* SPDX-License-Identifier: MIT */
/* --exclude: which files below a directory are left out. */
#ifndef SCD_EXCLUDE_H
#define SCD_EXCLUDE_H

#include <stdbool.h>

#include "value.h"

/* Whether one of the patterns of glob(7) matches a part of @path that begins and ends with a name
 * in it: "templates" any directory and file called so, "web-?/templates" only some. What stands
 * around a pattern, a slash or two stars, means nothing more; a star matches no slash. */
bool scd_path_is_excluded(const char *path, const struct scd_strings *patterns) SCD_NONNULL;

/* For the .check of the option's row: SCD_E_CONFIG for a pattern that nothing is left of. */
int scd_check_exclude_word(const char *pattern, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

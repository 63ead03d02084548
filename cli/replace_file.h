/* SPDX-License-Identifier: MIT */
/* A file of the user's, written anew without ever being half written. */
#ifndef SCD_REPLACE_FILE_H
#define SCD_REPLACE_FILE_H

#include <stddef.h>

#include "error.h"

/**
 * scd_replace_file() - put @data in place of what @path holds, or make the file.
 * @path: links are followed: what they point to is replaced, not they.
 *
 * A temporary file beside it is written, synced and renamed; mode and, where permitted, owner are
 * those of the file before, or 0666 less the umask. On failure the file is as it was.
 *
 * Return: 0, or -1 with SCD_E_SYSTEM, SCD_E_NOT_REGULAR or SCD_E_NOMEM.
 */
int scd_replace_file(const char *path, const void *data, size_t len,
		     struct scd_error *err) SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* What people write for a boolean, a number, a duration or a list, read without guessing. */
#ifndef SCD_VALUE_H
#define SCD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Room for whatever scd_value_show() writes. */
#define SCD_VALUE_SHOWN ((size_t)128)

/* Each sets *@value and returns 0, or returns -1 with SCD_E_CONFIG: the message repeats
 * @text and says what would be accepted. Bounds that are both 0 are none; a @max of 0
 * is none. */
int scd_value_bool(const char *text, bool *value, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
int scd_value_uint(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Milliseconds of what Go writes as "60s", "1h30m", "1.5s" or "250ms"; finer is refused. */
int scd_value_duration(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* @text in quotes, at most 60 bytes of it, safe on a terminal. Into @buf, SCD_VALUE_SHOWN
 * bytes; longer escapes are cut. Returns @buf. */
const char *scd_value_show(const char *text, char *buf) SCD_NONNULL;

/* A list of words. */
struct scd_strings {
	char **items;
	size_t count;
};

/* Adds a copy of the @len bytes at @word. 0, or -1 when out of memory. */
int scd_strings_add(struct scd_strings *list, const char *word,
		    size_t len) SCD_NONNULL SCD_MUST_CHECK;
void scd_strings_done(struct scd_strings *list) SCD_NONNULL;

/* Puts a copy of @text in place of what *@string owns. 0, or -1 when out of memory. */
int scd_string_set(char **string, const char *text) SCD_NONNULL SCD_MUST_CHECK;

#endif

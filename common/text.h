/* SPDX-License-Identifier: MIT */
/* Small things about text: where an offset is, what a word was meant to be, how to show it. */
#ifndef SCD_TEXT_H
#define SCD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* 1-based line, and column in code points, of byte @offset (at most @len) of @text. */
void scd_text_position(const char *text, size_t len, size_t offset, unsigned *line,
		       unsigned *column) SCD_NONNULL;

/* The reverse: the byte at which 1-based @line and @column stand, at most the end of that line;
 * @len when there is no such line. */
size_t scd_text_offset(const char *text, size_t len, unsigned line,
		       unsigned column) SCD_NONNULL SCD_MUST_CHECK;

/* Length in bytes of the valid UTF-8 sequence at @text (RFC 3629: no surrogates, nothing
 * overlong, at most U+10FFFF), or 0. @len is at least 1. */
size_t scd_utf8_length(const char *text, size_t len) SCD_NONNULL;

/* Damerau-Levenshtein distance (insert, delete, replace, swap neighbours), ASCII case
 * ignored; @limit + 1 as soon as it is over @limit. Words over 64 bytes are far apart. */
size_t scd_text_distance(const char *a, const char *b, size_t limit) SCD_NONNULL;

/* The candidate nearest to @word and within @limit edits, or NULL; the first of equals.
 * @candidate(i) gives the i-th, NULL at the end. */
const char *scd_text_nearest(const char *word, size_t limit,
			     const char *(*candidate)(size_t i)) SCD_NONNULL;

/* Whether @text ends in @end, or is nothing else. */
bool scd_text_ends_in(const char *text, const char *end) SCD_NONNULL;

/* Whether @word, in small letters, stands in @text, ASCII case ignored. */
bool scd_text_mentions(const char *text, size_t len, const char *word) SCD_NONNULL;

/* Adds at most @max bytes of @text with control characters, quotes, backslashes and
 * bytes that are not UTF-8 escaped (\n, \u001b, \xff), so that it can be shown on a
 * terminal and on one line; "…" when it was cut. */
void scd_text_quote(struct scd_buf *out, const char *text, size_t len, size_t max) SCD_NONNULL;

/* The same, but quotes and backslashes stay: for text that stands by itself, such as a
 * sentence. It cannot be read back. */
void scd_text_show(struct scd_buf *out, const char *text, size_t len, size_t max) SCD_NONNULL;

/* Adds @text with U+FFFD for every byte that is not UTF-8, as Go does. */
void scd_text_utf8(struct scd_buf *out, const char *text) SCD_NONNULL;

/* Adds all of @text as the inside of a JSON string. What scd_text_quote() escapes for a
 * terminal is escaped here as well; a byte that is not UTF-8 becomes the text \xff. */
void scd_text_json(struct scd_buf *out, const char *text, size_t len) SCD_NONNULL;

#endif

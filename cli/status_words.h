/* SPDX-License-Identifier: MIT */
/* Members of a document that is not trusted: their types are looked at, and what is shown
 * of them is fit for a terminal. The object or array may be NULL: nothing is in it. */
#ifndef SCD_STATUS_WORDS_H
#define SCD_STATUS_WORDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* Most bytes that are shown of a word; escaped, it may be six times as long. */
#define SCD_STATUS_WORD_MAX ((size_t)256)

/* The member, or NULL when it is missing or something else. */
const char *scd_status_string(const cJSON *object, const char *key);
const cJSON *scd_status_object(const cJSON *object, const char *key);
const cJSON *scd_status_array(const cJSON *object, const char *key);

/* False when it is missing, something else, or no number that can be counted to. */
bool scd_status_number(const cJSON *object, const char *key, uint64_t *number);

/* Adds at most @max bytes of @text: as scd_text_quote(), but for quotes and backslashes,
 * which are harmless, and sentences are full of them. */
void scd_status_show(struct scd_buf *out, const char *text, size_t max) SCD_NONNULL;

/* Each adds a word, or "-" for NULL or nothing. */
void scd_status_word(struct scd_buf *out, const char *text);
void scd_status_digest(struct scd_buf *out, const char *text); /* its first digits */
void scd_status_count(struct scd_buf *out, const cJSON *object, const char *key);

#endif

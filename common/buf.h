/* SPDX-License-Identifier: MIT */
/* A growing text with a limit. Failures stick, so that only the end is checked. */
#ifndef SCD_BUF_H
#define SCD_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

struct scd_buf {
	char *data; /* NUL-terminated once something was added; NULL before */
	size_t len;
	size_t cap;
	size_t max;	/* most bytes of text, given at scd_buf_init() */
	bool failed;	/* out of memory or over the limit; every later add does nothing */
	bool no_memory; /* which of the two it was */
};

/* An empty buffer that never holds more than @max bytes. Allocates nothing. */
static inline struct scd_buf scd_buf_init(size_t max)
{
	return (struct scd_buf){ .max = max };
}

/* Each adds at the end. On failure the buffer is as it was, and marked failed. */
void scd_buf_add(struct scd_buf *buf, const void *data, size_t len) SCD_NONNULL;
void scd_buf_puts(struct scd_buf *buf, const char *text) SCD_NONNULL;
void scd_buf_putc(struct scd_buf *buf, char c) SCD_NONNULL;
void scd_buf_printf(struct scd_buf *buf, const char *fmt, ...) SCD_PRINTF(2, 3) SCD_NONNULL;

/* The text, never NULL. Valid until the next add. */
const char *scd_buf_text(const struct scd_buf *buf) SCD_NONNULL;

/* Hands the text over: free() it. NULL when the buffer failed. */
char *scd_buf_take(struct scd_buf *buf) SCD_NONNULL SCD_MUST_CHECK;

void scd_buf_done(struct scd_buf *buf) SCD_NONNULL;

#define auto_buf SCD_CLEANUP(scd_buf_done)

#endif

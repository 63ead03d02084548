/* SPDX-License-Identifier: MIT */
/* Pieces of an HTML page. Whatever comes from outside goes through scd_html_text(). */
#ifndef SCD_HTML_H
#define SCD_HTML_H

#include <stdint.h>

#include "buf.h"

/* Adds any bytes as text, for an element or a quoted attribute. What would hide or reorder
 * other text (control characters, zero-width and bidirectional ones, bytes that are not
 * UTF-8) is shown as an escape, as on a terminal. */
void scd_html_text(struct scd_buf *out, const char *text) SCD_NONNULL;

/* The same for text that was made fit to be shown before, and may have several lines. */
void scd_html_lines(struct scd_buf *out, const char *text) SCD_NONNULL;

/* "<time datetime=...>2026-08-23 10:00:01 UTC</time>"; "never" for 0. */
void scd_html_moment(struct scd_buf *out, int64_t seconds) SCD_NONNULL;

/* The same and ", 12 s ago". */
void scd_html_time(struct scd_buf *out, int64_t seconds, int64_t now) SCD_NONNULL;

/* "48.8 GiB" */
void scd_html_bytes(struct scd_buf *out, uint64_t bytes) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* The line that a finding is about, with a caret below its place and what the value there takes. */
#ifndef SCD_EXCERPT_H
#define SCD_EXCERPT_H

#include <stdbool.h>

#include "buf.h"

/* Most cells of a line that are shown; of a longer one the part around the caret. */
#define SCD_EXCERPT_CELLS 100

/**
 * scd_excerpt_add() - quote a line of a text, and point at a column.
 * @out:    gets "    7 | ...", a newline, "      |    ^" and a newline; nothing when
 *          the text has no such line.
 * @text, @len: the text; any bytes.
 * @line:   1-based.
 * @column: 1-based, in code points; one past the end at most counts.
 * @color:  a green caret, by the escape sequences of terminals.
 *
 * "~" goes on from the caret to the end of the string, number or word that begins there.
 * What a terminal would obey or hide (control characters, bidirectional overrides,
 * zero-width characters, bytes that are not UTF-8) is escaped.
 */
void scd_excerpt_add(struct scd_buf *out, const char *text, size_t len, unsigned line,
		     unsigned column, bool color) SCD_NONNULL;

/* The same without colour, between the line before and the line behind it. */
void scd_excerpt_add_around(struct scd_buf *out, const char *text, size_t len, unsigned line,
			    unsigned column) SCD_NONNULL;

#endif

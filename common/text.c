/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

/* Words longer than this are far apart; it bounds the work and the table below. */
#define WORD_MAX 64

size_t scd_utf8_length(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;
	unsigned low = 0x80, high = 0xbf; /* of the second byte */

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0; /* else overlong */
	else if (p[0] == 0xed)
		high = 0x9f; /* else a surrogate */
	else if (p[0] == 0xf0)
		low = 0x90; /* else overlong */
	else if (p[0] == 0xf4)
		high = 0x8f; /* else over U+10FFFF */
	if (len < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

void scd_text_position(const char *text, size_t len, size_t offset, unsigned *line,
		       unsigned *column)
{
	size_t start = 0;

	*line = 1;
	*column = 1;
	if (offset > len)
		offset = len;
	for (size_t i = 0; i < offset; i++)
		if (text[i] == '\n') {
			(*line)++;
			start = i + 1;
		}
	while (start < offset) {
		size_t n = scd_utf8_length(text + start, offset - start);

		start += n ? n : 1;
		(*column)++;
	}
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t scd_text_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *now = rows[2];
	size_t an = strnlen(a, WORD_MAX + 1), bn = strnlen(b, WORD_MAX + 1);

	if (an > WORD_MAX || bn > WORD_MAX || an > bn + limit || bn > an + limit)
		return limit + 1;
	for (size_t j = 0; j <= bn; j++)
		above[j] = j;
	for (size_t i = 1; i <= an; i++) {
		size_t *spare = before, best = i;

		now[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			size_t same = fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1;

			now[j] = least(least(above[j], now[j - 1]) + 1, above[j - 1] + same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
			best = least(best, now[j]);
		}
		if (best > limit)
			return limit + 1;
		before = above;
		above = now;
		now = spare;
	}
	return least(above[bn], limit + 1);
}

const char *scd_text_nearest(const char *word, size_t limit, const char *(*candidate)(size_t i))
{
	const char *best = NULL;
	size_t best_distance = limit + 1;

	for (size_t i = 0; candidate(i); i++) {
		size_t distance = scd_text_distance(word, candidate(i), limit);

		if (distance < best_distance) {
			best_distance = distance;
			best = candidate(i);
		}
	}
	return best;
}

/* One character, escaped where a terminal or a line could be upset by it. */
static void quote_one(struct scd_buf *out, const char *text, size_t n)
{
	unsigned char c = (unsigned char)text[0];

	if (n == 0)
		scd_buf_printf(out, "\\x%02x", c);
	else if (c == '\n')
		scd_buf_puts(out, "\\n");
	else if (c == '\t')
		scd_buf_puts(out, "\\t");
	else if (c < 0x20 || c == 0x7f)
		scd_buf_printf(out, "\\u%04x", c);
	else if (n == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0) /* C1 controls */
		scd_buf_printf(out, "\\u%04x", (unsigned char)text[1]);
	else if (n == 1 && (c == '"' || c == '\\'))
		scd_buf_printf(out, "\\%c", c);
	else
		scd_buf_add(out, text, n);
}

void scd_text_quote(struct scd_buf *out, const char *text, size_t len, size_t max)
{
	size_t shown = least(len, max), i = 0;

	while (i < shown) {
		size_t n = scd_utf8_length(text + i, len - i);

		if (n && i + n > shown)
			break; /* not half a character */
		quote_one(out, text + i, n);
		i += n ? n : 1;
	}
	if (i < len)
		scd_buf_puts(out, "\xe2\x80\xa6");
}

/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 64

size_t scd_utf8_length(const char *text, size_t len)
{
	/* RFC 3629: what may follow a lead byte; only the first follower is ever narrowed. */
	static const struct {
		uint8_t first, last; /* lead bytes of this row */
		uint8_t from, to;    /* range of the second byte */
		uint8_t length;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },				      /* nothing overlong */
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, /* no surrogates */
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 }, /* <= U+10FFFF */
	};
	const uint8_t *p = (const uint8_t *)text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t want = rows[i].length;

		if (p[0] < rows[i].first || p[0] > rows[i].last)
			continue;
		if (want > len)
			return 0;
		if (want > 1 && (p[1] < rows[i].from || p[1] > rows[i].to))
			return 0;
		for (size_t k = 2; k < want; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return want;
	}
	return 0;
}

void scd_text_position(const char *text, size_t len, size_t offset, unsigned *line,
		       unsigned *column)
{
	const size_t end = offset < len ? offset : len;
	unsigned rows = 1;
	unsigned columns = 1;
	size_t start = 0;
	size_t n;

	for (size_t i = 0; i < end; i++)
		if (text[i] == '\n') {
			rows++;
			start = i + 1;
		}
	/* A byte that is not UTF-8 is a column of its own. */
	for (size_t i = start; i < end; i += n) {
		n = scd_utf8_length(text + i, len - i);
		n = n ? n : 1;
		if (i + n > end)
			break; /* inside a character: its column */
		columns++;
	}
	*line = rows;
	*column = columns;
}

size_t scd_text_offset(const char *text, size_t len, unsigned line, unsigned column)
{
	size_t at = 0, n;

	for (unsigned row = 1; row < line; row++) {
		const char *end = memchr(text + at, '\n', len - at);

		if (!end)
			return len;
		at = (size_t)(end - text) + 1;
	}
	for (unsigned i = 1; i < column && at < len && text[at] != '\n'; i++) {
		n = scd_utf8_length(text + at, len - at);
		at += n ? n : 1;
	}
	return at;
}

static int fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual matrix are enough for swaps. */
size_t scd_text_distance(const char *a, const char *b, size_t limit)
{
	const size_t a_len = strnlen(a, WORD_MAX + 1);
	const size_t b_len = strnlen(b, WORD_MAX + 1);
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return limit + 1;
	if ((a_len > b_len ? a_len - b_len : b_len - a_len) > limit)
		return limit + 1;

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *const oldest = before;
		size_t best = i;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const bool same = fold(a[i - 1]) == fold(b[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		/* No later row gets below this one's least, swaps included. */
		if (best > limit)
			return limit + 1;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_len] > limit ? limit + 1 : above[b_len];
}

const char *scd_text_nearest(const char *word, size_t limit, const char *(*candidate)(size_t i))
{
	const char *nearest = NULL;
	size_t within = limit;
	const char *name;

	for (size_t i = 0; (name = candidate(i)) != NULL; i++) {
		const size_t distance = scd_text_distance(word, name, within);

		if (distance > within)
			continue;
		nearest = name;
		if (distance == 0)
			break;
		within = distance - 1; /* the next one has to be better */
	}
	return nearest;
}

bool scd_text_ends_in(const char *text, const char *end)
{
	const size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

bool scd_text_mentions(const char *text, size_t len, const char *word)
{
	const size_t word_len = strlen(word);

	for (size_t at = 0; at + word_len <= len; at++) {
		size_t same = 0;

		while (same < word_len && fold(text[at + same]) == word[same])
			same++;
		if (same == word_len)
			return true;
	}
	return false;
}

/* C1 controls (U+0080..U+009F) drive a terminal as well as C0 do; the separators U+2028
 * and U+2029 end a line for some readers; bidirectional controls reorder what is seen;
 * zero-width characters and the byte order mark are not seen at all. */
static bool is_unsafe(const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;

	if (n == 1)
		return p[0] < 0x20 || p[0] == 0x7f;
	if (n == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (n == 3 && p[0] == 0xe2 && p[1] == 0x80)
		return (p[2] >= 0xa8 && p[2] <= 0xae) || (p[2] >= 0x8b && p[2] <= 0x8f);
	if (n == 3 && p[0] == 0xe2 && p[1] == 0x81)
		return p[2] >= 0xa0 && p[2] <= 0xaf;
	return n == 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf;
}

static unsigned code_point(const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;

	if (n == 1)
		return p[0];
	if (n == 2)
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
}

static void quote_one(struct scd_buf *out, const char *text, size_t n)
{
	static const char plain[] = "\b\f\n\r\t\"\\";
	static const char letters[] = "bfnrt\"\\";
	const char *found = *text ? strchr(plain, *text) : NULL;

	if (n == 0)
		scd_buf_printf(out, "\\x%02x", (unsigned)(uint8_t)*text);
	else if (n == 1 && found)
		scd_buf_printf(out, "\\%c", letters[found - plain]);
	else if (is_unsafe(text, n))
		scd_buf_printf(out, "\\u%04x", code_point(text, n));
	else
		scd_buf_add(out, text, n);
}

/* Characters of @bare stay as they are. */
static void quote_all(struct scd_buf *out, const char *text, size_t len, size_t max,
		      const char *bare)
{
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		const size_t n = scd_utf8_length(text + i, len - i);

		step = n ? n : 1;
		if (i + step > max) {
			scd_buf_puts(out, "…");
			return;
		}
		if (n == 1 && text[i] && strchr(bare, text[i]))
			scd_buf_putc(out, text[i]);
		else
			quote_one(out, text + i, n);
	}
}

void scd_text_quote(struct scd_buf *out, const char *text, size_t len, size_t max)
{
	quote_all(out, text, len, max, "");
}

void scd_text_show(struct scd_buf *out, const char *text, size_t len, size_t max)
{
	quote_all(out, text, len, max, "\"\\");
}

void scd_text_json(struct scd_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		const size_t n = scd_utf8_length(text + i, len - i);

		if (n == 0)
			scd_buf_putc(out, '\\'); /* the backslash of \xff is text */
		quote_one(out, text + i, n);
		i += n ? n : 1;
	}
}

void scd_text_utf8(struct scd_buf *out, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		const size_t n = scd_utf8_length(text, len), step = n > 0 ? n : 1;

		scd_buf_add(out, n > 0 ? text : "\xef\xbf\xbd", n > 0 ? n : 3);
		text += step;
		len -= step;
	}
}

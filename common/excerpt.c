/* SPDX-License-Identifier: MIT */
#include "excerpt.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define CELLS_BEFORE 60 /* kept before the caret of a line that is cut */
#define TAB_CELLS 4
#define ESCAPED (-1)
#define GREEN "\033[1;32m"
#define PLAIN "\033[0m"

/* Code points that do not take one cell. Sorted. Wide ones after Markus Kuhn's wcwidth();
 * the others are what could make the line look like another one. */
static const struct {
	uint32_t first, last;
	int cells;
} widths[] = {
	{ 0x0, 0x1f, ESCAPED },	       { 0x7f, 0x9f, ESCAPED },
	{ 0xad, 0xad, ESCAPED },       /* soft hyphen */
	{ 0x300, 0x36f, 0 },	       /* accents */
	{ 0x483, 0x489, 0 },	       /* Cyrillic marks */
	{ 0x591, 0x5bd, 0 },	       /* Hebrew points */
	{ 0x610, 0x61a, 0 },	       /* Arabic marks */
	{ 0x61c, 0x61c, ESCAPED },     /* Arabic letter mark */
	{ 0x64b, 0x65f, 0 },	       /* Arabic marks */
	{ 0x670, 0x670, 0 },	       /* Arabic marks */
	{ 0x6d6, 0x6dc, 0 },	       /* Arabic marks */
	{ 0x93c, 0x93c, 0 },	       /* Devanagari marks */
	{ 0x941, 0x948, 0 },	       /* Devanagari marks */
	{ 0x94d, 0x94d, 0 },	       /* Devanagari marks */
	{ 0xe31, 0xe31, 0 },	       /* Thai marks */
	{ 0xe34, 0xe3a, 0 },	       /* Thai marks */
	{ 0xe47, 0xe4e, 0 },	       /* Thai marks */
	{ 0x1100, 0x115f, 2 },	       /* Hangul */
	{ 0x1ab0, 0x1ace, 0 },	       /* accents */
	{ 0x1dc0, 0x1dff, 0 },	       /* accents */
	{ 0x200b, 0x200f, ESCAPED },   /* zero width, direction marks */
	{ 0x2028, 0x202e, ESCAPED },   /* separators, bidirectional overrides */
	{ 0x2060, 0x206f, ESCAPED },   /* invisible, bidirectional isolates */
	{ 0x20d0, 0x20f0, 0 },	       /* marks around symbols */
	{ 0x231a, 0x231b, 2 },	       /* emoji */
	{ 0x23e9, 0x23ec, 2 },	       /* emoji */
	{ 0x2614, 0x2615, 2 },	       /* emoji */
	{ 0x26a1, 0x26a1, 2 },	       /* emoji */
	{ 0x26d4, 0x26d4, 2 },	       /* emoji */
	{ 0x2705, 0x2705, 2 },	       /* emoji */
	{ 0x270a, 0x270b, 2 },	       /* emoji */
	{ 0x2728, 0x2728, 2 },	       /* emoji */
	{ 0x274c, 0x274c, 2 },	       /* emoji */
	{ 0x274e, 0x274e, 2 },	       /* emoji */
	{ 0x2753, 0x2755, 2 },	       /* emoji */
	{ 0x2757, 0x2757, 2 },	       /* emoji */
	{ 0x2795, 0x2797, 2 },	       /* emoji */
	{ 0x2b1b, 0x2b1c, 2 },	       /* emoji */
	{ 0x2b50, 0x2b50, 2 },	       /* emoji */
	{ 0x2b55, 0x2b55, 2 },	       /* emoji */
	{ 0x2e80, 0xa4cf, 2 },	       /* CJK */
	{ 0xac00, 0xd7a3, 2 },	       /* Hangul */
	{ 0xf900, 0xfaff, 2 },	       /* CJK */
	{ 0xfe00, 0xfe0f, ESCAPED },   /* variation selectors */
	{ 0xfe20, 0xfe2f, 0 },	       /* accents */
	{ 0xfe30, 0xfe6f, 2 },	       /* CJK */
	{ 0xfeff, 0xfeff, ESCAPED },   /* byte order mark */
	{ 0xff00, 0xff60, 2 },	       /* full width */
	{ 0xffe0, 0xffe6, 2 },	       /* full width */
	{ 0xfff9, 0xfffb, ESCAPED },   /* annotations */
	{ 0x1f300, 0x1f64f, 2 },       /* emoji */
	{ 0x1f680, 0x1f6d2, 2 },       /* emoji */
	{ 0x1f7e0, 0x1f7eb, 2 },       /* emoji */
	{ 0x1f900, 0x1f9ff, 2 },       /* emoji */
	{ 0x1fa70, 0x1faff, 2 },       /* emoji */
	{ 0x20000, 0x3fffd, 2 },       /* CJK */
	{ 0xe0000, 0xe0fff, ESCAPED }, /* tags, variation selectors */
};

static int width_of(uint32_t point)
{
	if (point >= ' ' && point <= '~')
		return 1;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (point >= widths[i].first && point <= widths[i].last)
			return widths[i].cells;
	return 1;
}

/* The code point of a valid sequence of @n bytes. */
static uint32_t decode_point(const char *text, size_t n)
{
	const unsigned char *c = (const unsigned char *)text;
	uint32_t point = n == 1 ? c[0] : c[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		point = point << 6 | (c[i] & 0x3f);
	return point;
}

/* One character of the source and how it is shown. */
struct glyph {
	size_t bytes;
	size_t cells;
	enum {
		AS_IS,
		AS_TAB,
		AS_POINT, /* \u200b */
		AS_BYTE	  /* \xff */
	} kind;
	uint32_t point;
};

static struct glyph next_glyph(const char *text, size_t len)
{
	size_t n = scd_utf8_length(text, len);
	uint32_t point;
	int cells;

	if (n == 0)
		return (struct glyph){ 1, sizeof("\\xff") - 1, AS_BYTE, (unsigned char)text[0] };
	point = decode_point(text, n);
	if (point == '\t')
		return (struct glyph){ n, TAB_CELLS, AS_TAB, point };
	cells = width_of(point);
	if (cells == ESCAPED)
		return (struct glyph){ n, point > 0xffff ? 10 : 6, AS_POINT, point };
	return (struct glyph){ n, (size_t)cells, AS_IS, point };
}

static void add_glyph(struct scd_buf *out, const char *text, const struct glyph *glyph)
{
	switch (glyph->kind) {
	case AS_IS:
		scd_buf_add(out, text, glyph->bytes);
		break;
	case AS_TAB:
		scd_buf_printf(out, "%*s", TAB_CELLS, "");
		break;
	case AS_POINT:
		scd_buf_printf(out, glyph->point > 0xffff ? "\\U%08x" : "\\u%04x", glyph->point);
		break;
	case AS_BYTE:
		scd_buf_printf(out, "\\x%02x", glyph->point);
		break;
	}
}

/* Bytes of the first @count characters, fewer when the text ends before. */
static size_t bytes_of(const char *text, size_t len, size_t count)
{
	size_t at = 0;

	while (count-- > 0 && at < len) {
		size_t n = scd_utf8_length(text + at, len - at);

		at += n ? n : 1;
	}
	return at;
}

/* The bytes of the 1-based @line without its end; false when there is none. */
static bool find_line(const char **text, size_t *len, unsigned line)
{
	const char *end = *text + *len, *next;

	if (line == 0)
		return false;
	while (--line > 0) {
		next = memchr(*text, '\n', (size_t)(end - *text));
		if (!next)
			return false;
		*text = next + 1;
	}
	next = memchr(*text, '\n', (size_t)(end - *text));
	*len = (size_t)((next ? next : end) - *text);
	if (*len > 0 && (*text)[*len - 1] == '\r')
		(*len)--;
	return true;
}

/* Where to begin, so that the caret is in view. */
static size_t bytes_to_skip(const char *text, size_t len, size_t caret)
{
	size_t cells = 0, before = 0, skip = 0;
	struct glyph glyph;

	for (size_t at = 0; at < len && (at < caret || cells <= SCD_EXCERPT_CELLS);
	     at += glyph.bytes) {
		glyph = next_glyph(text + at, len - at);
		cells += glyph.cells;
		if (at < caret)
			before = cells;
	}
	while (cells > SCD_EXCERPT_CELLS && before > CELLS_BEFORE) {
		glyph = next_glyph(text + skip, len - skip);
		before -= glyph.cells;
		skip += glyph.bytes;
	}
	return skip;
}

/* Where the value ends that begins at @at: a string with its quotes, a number or a plain word. Of
 * anything else, and of a string that does not end here, the first byte is all that is known. */
static size_t end_of_value(const char *text, size_t len, size_t at)
{
	size_t end = at + 1;

	if (at < len && text[at] == '"') {
		while (end < len && text[end] != '"')
			end += text[end] == '\\' ? 2 : 1;
		return end < len ? end + 1 : at + 1;
	}
	for (end = at; end < len && (isalnum((unsigned char)text[end]) ||
				     (text[end] != '\0' && strchr("_.+-/", text[end])));)
		end++;
	return end > at ? end : at + 1;
}

/* Below a value, as clang does it. */
static void add_mark(struct scd_buf *out, size_t pad, size_t cells, const char *paint)
{
	scd_buf_printf(out, "      | %*s%s^", (int)pad, "", paint);
	for (size_t i = 1; i < cells; i++)
		scd_buf_putc(out, '~');
	scd_buf_printf(out, "%s\n", *paint ? PLAIN : "");
}

/* Writes one line and, unless @paint is NULL, a mark of that colour below its @column. */
static void add_line(struct scd_buf *out, const char *text, size_t len, unsigned line,
		     size_t column, const char *paint)
{
	const size_t caret_at = paint ? bytes_of(text, len, column - 1) : 0;
	const size_t caret_end = paint ? end_of_value(text, len, caret_at) : 0;
	const size_t skip = paint ? bytes_to_skip(text, len, caret_at) : 0;
	size_t at, cells = 0, pad = 0, marked = 0;

	scd_buf_printf(out, "%5u | ", line);
	if (skip > 0) {
		scd_buf_puts(out, "…");
		cells = pad = 1;
	}
	for (at = skip; at < len;) {
		struct glyph glyph = next_glyph(text + at, len - at);

		if (cells + glyph.cells > SCD_EXCERPT_CELLS)
			break;
		add_glyph(out, text + at, &glyph);
		cells += glyph.cells;
		if (at < caret_at)
			pad = cells;
		else if (at < caret_end)
			marked = cells - pad;
		at += glyph.bytes;
	}
	scd_buf_puts(out, at < len ? "…\n" : "\n");
	if (paint)
		add_mark(out, pad, marked, paint);
}

void scd_excerpt_add(struct scd_buf *out, const char *text, size_t len, unsigned line,
		     unsigned column, bool color)
{
	/* Of an empty line, such as behind the last newline, there is nothing to see. */
	if (column > 0 && find_line(&text, &len, line) && len > 0)
		add_line(out, text, len, line, column, color ? GREEN : "");
}

void scd_excerpt_add_around(struct scd_buf *out, const char *text, size_t len, unsigned line,
			    unsigned column)
{
	const unsigned first = line > 1 ? line - 1 : line;
	const char *at = text;
	size_t left = len;

	if (column == 0 || !find_line(&at, &left, line))
		return;
	for (unsigned i = first; i <= line + 1; i++) {
		at = text;
		left = len;
		if (!find_line(&at, &left, i))
			break; /* the text ends */
		if (i > line && left == 0)
			break; /* nothing stands behind the last newline */
		add_line(out, at, left, i, column, i == line ? "" : NULL);
	}
}

/* SPDX-License-Identifier: MIT */
#include "json_scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* cJSON 1.7.15 copies a number into 64 bytes before it looks at it. */
#define NUMBER_MAX 63

struct scanner {
	const char *text;
	size_t len, pos;
	struct scd_json_scan *out;
	struct scd_json_fault *fault;
	struct scd_error *err;
	uint32_t open[SCD_JSON_DEPTH_MAX]; /* arrays and objects not yet closed */
	size_t depth;
	uint32_t key_at; /* of the member whose value comes next */
};

/* Notes what is wrong at the current position. Returns 1, so that it is one statement. */
static int bad(struct scanner *s, const char *fmt, ...) SCD_PRINTF(2, 3);
static int bad(struct scanner *s, const char *fmt, ...)
{
	va_list ap;

	*s->fault =
		(struct scd_json_fault){ .kind = SCD_JSON_FAULT_SYNTAX, .at = (uint32_t)s->pos };
	va_start(ap, fmt);
	(void)vsnprintf(s->fault->msg, sizeof(s->fault->msg), fmt, ap);
	va_end(ap);
	return 1;
}

/* The same for what Go's decoder accepts, and other readers refuse or read otherwise. */
static int disputed(struct scanner *s, int rc)
{
	s->fault->kind = SCD_JSON_FAULT_DISPUTED;
	return rc;
}

/* The byte at the current position, or -1 at the end. */
static int peek(const struct scanner *s)
{
	return s->pos < s->len ? (unsigned char)s->text[s->pos] : -1;
}

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct scanner *s)
{
	while (is_space(peek(s)))
		s->pos++;
}

/* Says what stands where @expected should, with a hint where people often go wrong. */
static int unexpected(struct scanner *s, const char *expected)
{
	int c = peek(s);

	if (c < 0)
		return bad(s, "the text ends where %s should stand", expected);
	if (c == '/' || c == '#')
		return bad(s, "JSON has no comments: expected %s", expected);
	if (c == '\'')
		return bad(s, "JSON strings stand in double quotes: expected %s", expected);
	if (c == 0)
		return bad(s, "a NUL byte stands where %s should", expected);
	if (c == 0xef && s->len - s->pos >= 3 && memcmp(s->text + s->pos, "\xef\xbb\xbf", 3) == 0)
		return bad(
			s,
			"a byte order mark, which no consumer accepts: save the file without one");
	if (s->pos == 0 && s->len >= 2 &&
	    (memcmp(s->text, "\xff\xfe", 2) == 0 || memcmp(s->text, "\xfe\xff", 2) == 0))
		return bad(s, "the file is UTF-16, which no consumer reads: save it as UTF-8");
	if (c > 0x20 && c < 0x7f)
		return bad(s, "'%c' stands where %s should", c, expected);
	return bad(s, "byte 0x%02x stands where %s should", (unsigned)c, expected);
}

static int add_value(struct scanner *s, enum scd_json_type type, uint32_t at)
{
	struct scd_json_scan *out = s->out;
	uint32_t me = (uint32_t)out->count;
	struct scd_json_link *link;

	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 64;
		struct scd_json_value *values;
		struct scd_json_link *links;

		values = realloc(out->values, cap * sizeof(*values));
		if (!values)
			return scd_fail(s->err, SCD_E_NOMEM, 0, "JSON of %zu bytes", s->len);
		out->values = values;
		links = realloc(out->links, cap * sizeof(*links));
		if (!links)
			return scd_fail(s->err, SCD_E_NOMEM, 0, "JSON of %zu bytes", s->len);
		out->links = links;
		out->cap = cap;
	}
	out->count++;
	out->values[me] = (struct scd_json_value){ .type = type, .at = at, .key_at = s->key_at };
	link = &out->links[me];
	*link = (struct scd_json_link){ SCD_JSON_NONE, SCD_JSON_NONE, SCD_JSON_NONE,
					SCD_JSON_NONE };
	if (s->depth > 0) {
		uint32_t parent = s->open[s->depth - 1];
		struct scd_json_link *up = &out->links[parent];

		link->parent = parent;
		if (up->last == SCD_JSON_NONE)
			up->child = me;
		else
			out->links[up->last].next = me;
		up->last = me;
		out->values[parent].count++;
	}
	return 0;
}

static void end_value(struct scanner *s, uint32_t value)
{
	s->out->values[value].end = (uint32_t)s->pos;
}

/* Four hexadecimal digits at the current position, or -1. */
static int hex4(const struct scanner *s)
{
	int value = 0;

	if (s->len - s->pos < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		char c = s->text[s->pos + i];
		int digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (c | 0x20) - 'a' + 10;
		else
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* After "\u". */
static int scan_unicode_escape(struct scanner *s)
{
	int unit = hex4(s);

	if (unit < 0)
		return bad(s, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return disputed(s, bad(s, "\\u0000 would cut the string short in the runtime"));
	s->pos += 4;
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return disputed(s, bad(s, "the second half of a surrogate pair stands alone"));
	if (unit < 0xd800 || unit > 0xdbff)
		return 0;

	if (s->len - s->pos >= 2 && memcmp(s->text + s->pos, "\\u", 2) == 0) {
		s->pos += 2;
		unit = hex4(s);
		if (unit >= 0xdc00 && unit <= 0xdfff) {
			s->pos += 4;
			return 0;
		}
	}
	return disputed(s, bad(s, "the first half of a surrogate pair stands alone"));
}

/* A string, from its opening quote. */
static int scan_string(struct scanner *s)
{
	s->pos++;
	for (;;) {
		int c = peek(s), rc;
		size_t n;

		if (c < 0)
			return bad(s, "the text ends inside a string");
		if (c == '"') {
			s->pos++;
			return 0;
		}
		if (c < 0x20)
			return bad(
				s,
				"a control character (0x%02x) inside a string; write it as \\u%04x",
				(unsigned)c, (unsigned)c);
		if (c != '\\') {
			n = scd_utf8_length(s->text + s->pos, s->len - s->pos);
			if (n == 0)
				return disputed(s, bad(s, "byte 0x%02x is not UTF-8", (unsigned)c));
			s->pos += n;
			continue;
		}
		s->pos++;
		c = peek(s);
		if (c < 0 || !strchr("\"\\/bfnrtu", c) || c == 0)
			return bad(s, "not an escape that JSON has");
		s->pos++;
		if (c == 'u') {
			rc = scan_unicode_escape(s);
			if (rc)
				return rc;
		}
	}
}

/* One or more digits; how many. */
static size_t skip_digits(struct scanner *s)
{
	size_t start = s->pos;

	while (s->pos < s->len && s->text[s->pos] >= '0' && s->text[s->pos] <= '9')
		s->pos++;
	return s->pos - start;
}

/* The exact value of a number of digits alone; false over 2^64-1. */
static bool exact_uint(const char *digits, size_t len, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value))
			return false;
	*out = value;
	return true;
}

static int scan_number(struct scanner *s, uint32_t me)
{
	size_t start = s->pos, digits;
	bool plain = peek(s) != '-';
	struct scd_json_value *value = &s->out->values[me];

	if (!plain)
		s->pos++;
	digits = skip_digits(s);
	if (digits == 0)
		return unexpected(s, "a digit");
	if (digits > 1 && s->text[s->pos - digits] == '0') {
		s->pos -= digits;
		return bad(s, "a number must not begin with 0");
	}
	if (peek(s) == '.') {
		plain = false;
		s->pos++;
		if (skip_digits(s) == 0)
			return unexpected(s, "a digit");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		plain = false;
		s->pos++;
		if (peek(s) == '+' || peek(s) == '-')
			s->pos++;
		if (skip_digits(s) == 0)
			return unexpected(s, "a digit");
	}
	if (s->pos - start > NUMBER_MAX) {
		s->pos = start;
		return disputed(s, bad(s, "a number of more than %d characters", NUMBER_MAX));
	}
	value->is_uint = plain && exact_uint(s->text + start, s->pos - start, &value->uint);
	return 0;
}

static int scan_word(struct scanner *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len - s->pos < n || memcmp(s->text + s->pos, word, n) != 0)
		return unexpected(s, "a value");
	s->pos += n;
	return 0;
}

static int open_container(struct scanner *s, uint32_t me)
{
	if (s->depth == SCD_JSON_DEPTH_MAX)
		return disputed(s, bad(s, "lists and objects are nested more than %zu deep",
				       SCD_JSON_DEPTH_MAX));
	s->open[s->depth++] = me;
	s->pos++;
	return 0;
}

/* What a value that begins with @c is. */
static enum scd_json_type type_of(int c)
{
	switch (c) {
	case '{':
		return SCD_JSON_OBJECT;
	case '[':
		return SCD_JSON_ARRAY;
	case '"':
		return SCD_JSON_STRING;
	case 't':
	case 'f':
		return SCD_JSON_BOOL;
	case 'n':
		return SCD_JSON_NULL;
	default:
		return SCD_JSON_NUMBER;
	}
}

static int scan_scalar(struct scanner *s, uint32_t me, int c)
{
	switch (s->out->values[me].type) {
	case SCD_JSON_STRING:
		return scan_string(s);
	case SCD_JSON_BOOL:
		s->out->values[me].boolean = c == 't';
		return scan_word(s, c == 't' ? "true" : "false");
	case SCD_JSON_NULL:
		return scan_word(s, "null");
	default:
		return scan_number(s, me);
	}
}

/* One value; of a list or an object only the opening bracket. */
static int scan_value(struct scanner *s)
{
	uint32_t me = (uint32_t)s->out->count;
	enum scd_json_type type;
	int c, rc;

	skip_space(s);
	c = peek(s);
	if (c <= 0 || !strchr("{[\"tfn-0123456789", c))
		return unexpected(s, "a value");
	if (s->depth == 0 || s->out->values[s->open[s->depth - 1]].type == SCD_JSON_ARRAY)
		s->key_at = (uint32_t)s->pos;
	type = type_of(c);
	if (add_value(s, type, (uint32_t)s->pos) < 0)
		return -1;
	if (type == SCD_JSON_OBJECT || type == SCD_JSON_ARRAY)
		return open_container(s, me);

	rc = scan_scalar(s, me, c);
	if (rc == 0)
		end_value(s, me);
	return rc;
}

/* A member's key and colon. */
static int scan_key(struct scanner *s)
{
	int rc;

	skip_space(s);
	if (peek(s) == '}')
		return bad(s, "a comma stands before '}'");
	if (peek(s) != '"')
		return unexpected(s, "a key in double quotes");
	s->key_at = (uint32_t)s->pos;
	rc = scan_string(s);
	if (rc)
		return rc;
	skip_space(s);
	if (peek(s) != ':')
		return unexpected(s, "':' after the key");
	s->pos++;
	return 0;
}

/* The next step inside the innermost open list or object: its end, or one more value. */
static int scan_inside(struct scanner *s)
{
	uint32_t me = s->open[s->depth - 1];
	bool object = s->out->values[me].type == SCD_JSON_OBJECT;
	bool first = s->out->values[me].count == 0;
	int rc;

	skip_space(s);
	if (peek(s) == (object ? '}' : ']')) {
		s->pos++;
		s->depth--;
		end_value(s, me);
		return 0;
	}
	if (!first) {
		if (peek(s) != ',')
			return unexpected(s, object ? "',' or '}'" : "',' or ']'");
		s->pos++;
	}
	if (object) {
		rc = scan_key(s);
		if (rc)
			return rc;
	} else if (!first) {
		skip_space(s);
		if (peek(s) == ']')
			return bad(s, "a comma stands before ']'");
	}
	return scan_value(s);
}

int scd_json_scan(const char *text, size_t len, struct scd_json_scan *scan,
		  struct scd_json_fault *fault, struct scd_error *err)
{
	struct scanner s = { .text = text, .len = len, .out = scan, .fault = fault, .err = err };
	int rc;

	skip_space(&s);
	if (s.pos == len)
		return bad(&s, "the file is empty");
	rc = scan_value(&s);
	while (rc == 0 && s.depth > 0)
		rc = scan_inside(&s);
	if (rc)
		return rc;
	skip_space(&s);
	return s.pos == len ? 0 : unexpected(&s, "the end of the text");
}

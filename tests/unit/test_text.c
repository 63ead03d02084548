/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text.h"

static void assert_position(const char *text, size_t offset, unsigned line, unsigned column)
{
	unsigned l, c;

	scd_text_position(text, strlen(text), offset, &l, &c);
	assert_int_equal(l, line);
	assert_int_equal(c, column);
}

static void positions_count_lines_and_code_points(void **state)
{
	(void)state;
	assert_position("", 0, 1, 1);
	assert_position("abc", 0, 1, 1);
	assert_position("abc", 2, 1, 3);
	assert_position("a\nbc", 1, 1, 2); /* the newline itself ends its line */
	assert_position("a\nbc", 2, 2, 1);
	assert_position("a\r\nb", 3, 2, 1);
	assert_position("é😀x", 2, 1, 2);
	assert_position("é😀x", 6, 1, 3);
	assert_position("\xff\xffx", 2, 1, 3); /* a byte that is no character counts as one */
	assert_position("ab", 99, 1, 3);       /* past the end is the end */
}

/* Every sequence of up to four bytes from the edges of RFC 3629's table. */
static void utf8_is_rfc_3629_exactly(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{ "\x7f", 1 },
		{ "\x80", 0 },
		{ "\xc0\x80", 0 },
		{ "\xc1\xbf", 0 },
		{ "\xc2\x80", 2 },
		{ "\xc2", 0 },
		{ "\xc2\x7f", 0 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\x80\x80", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 0 },
		{ "\xed\xbf\xbf", 0 },
		{ "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xef\xbf", 0 },
		{ "\xf0\x80\x80\x80", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xf0\x90\x80", 0 },
		{ "\xf0\x90\x80\x7f", 0 },
		{ "\xe2\x84\xc0", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(scd_utf8_length(cases[i].text, strlen(cases[i].text)),
				 cases[i].length);
	assert_int_equal(scd_utf8_length("\xc3\xa9", 1), 0); /* cut off */
	assert_int_equal(scd_utf8_length("\0", 1), 1);
}

static void distance_counts_edits_and_swaps(void **state)
{
	(void)state;
	assert_int_equal(scd_text_distance("openat", "openat", 2), 0);
	assert_int_equal(scd_text_distance("opennat", "openat", 2), 1);
	assert_int_equal(scd_text_distance("opnat", "openat", 2), 1);
	assert_int_equal(scd_text_distance("opemat", "openat", 2), 1);
	assert_int_equal(scd_text_distance("oepnat", "openat", 2), 1); /* one swap */
	assert_int_equal(scd_text_distance("OPENAT", "openat", 0), 0); /* case is no edit */
	assert_int_equal(scd_text_distance("", "ab", 2), 2);
	assert_int_equal(scd_text_distance("ab", "", 2), 2);
	assert_int_equal(scd_text_distance("sycsalls", "syscalls", 2), 1);
	assert_int_equal(scd_text_distance("xyz", "openat", 2), 3); /* limit + 1, no more */
	assert_int_equal(scd_text_distance("read", "kexec_file_load", 2), 3);
}

static void long_words_are_far_apart_at_no_cost(void **state)
{
	char a[200], b[66];

	(void)state;
	memset(a, 'a', sizeof(a) - 1);
	a[sizeof(a) - 1] = '\0';
	assert_int_equal(scd_text_distance(a, a, 3), 4);
	memset(b, 'b', sizeof(b) - 1);
	b[64] = '\0';
	assert_int_equal(scd_text_distance(b, b, 3), 0); /* 64 is still a word */
	b[64] = 'b';
	b[65] = '\0';
	assert_int_equal(scd_text_distance(b, b, 3), 4);
}

static const char *candidate(size_t i)
{
	static const char *const names[] = { "read", "readv", "preadv", NULL };

	return names[i];
}

static void nearest_is_the_first_of_the_nearest(void **state)
{
	(void)state;
	assert_string_equal(scd_text_nearest("raed", 2, candidate), "read");
	assert_string_equal(scd_text_nearest("readw", 2, candidate), "read");
	assert_string_equal(scd_text_nearest("preadvv", 2, candidate), "preadv");
	assert_null(scd_text_nearest("write_everything", 2, candidate));
}

static void assert_quoted(const char *text, size_t len, size_t max, const char *expected)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);

	scd_text_quote(&out, text, len, max);
	assert_string_equal(scd_buf_text(&out), expected);
}

static void quoting_leaves_nothing_that_upsets_a_terminal(void **state)
{
	(void)state;
	assert_quoted("plain é", 8, 60, "plain é");
	assert_quoted("a\nb\tc", 5, 60, "a\\nb\\tc");
	assert_quoted("\x1b[31m", 5, 60, "\\u001b[31m");
	assert_quoted("\x7f", 1, 60, "\\u007f");
	assert_quoted("\xc2\x9b", 2, 60, "\\u009b"); /* CSI of the C1 set */
	assert_quoted("\xff", 1, 60, "\\xff");
	assert_quoted("\"\\", 2, 60, "\\\"\\\\");
	assert_quoted("a\0b", 3, 60, "a\\u0000b");
}

static void showing_leaves_quotes_as_they_are(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);

	(void)state;
	scd_text_show(&out, "\"a\\b\" \x1b[31m\0\xff", 13, 60);
	assert_string_equal(scd_buf_text(&out), "\"a\\b\" \\u001b[31m\\u0000\\xff");
	out.len = 0;
	scd_text_show(&out, "\"abc", 4, 3);
	assert_string_equal(scd_buf_text(&out), "\"ab…");
}

static void quoting_cuts_between_characters(void **state)
{
	(void)state;
	assert_quoted("abcdef", 6, 6, "abcdef");
	assert_quoted("abcdef", 6, 3, "abc…");
	assert_quoted("abé", 4, 3, "ab…");
	assert_quoted("", 0, 0, "");
	assert_quoted("a", 1, 0, "…");
}

static void every_byte_can_be_quoted(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		auto_buf struct scd_buf out = scd_buf_init(16);
		const char byte = (char)c;

		scd_text_quote(&out, &byte, 1, 1);
		assert_false(out.failed);
		for (size_t i = 0; i < out.len; i++)
			assert_in_range(out.data[i], 0x20, 0x7e);
	}
}

/* The limit only shortens the work: it never changes an answer within it. */
static void the_limit_does_not_change_a_distance_within_it(void **state)
{
	static const char *const words[] = { "ab",   "ba",   "abc",  "acb",  "cab", "bcda",
					     "abcd", "badc", "dcba", "aabb", "",    "bdac" };
	const size_t count = sizeof(words) / sizeof(words[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			const size_t whole = scd_text_distance(words[i], words[j], 64);

			assert_int_equal(whole, scd_text_distance(words[j], words[i], 64));
			for (size_t limit = 0; limit < 6; limit++)
				assert_int_equal(scd_text_distance(words[i], words[j], limit),
						 whole <= limit ? whole : limit + 1);
		}
}

static void json_strings_hold_any_bytes(void **state)
{
	static const char text[] = "a\"\\\n\x1b\xc3\xa9\xff\0\xe2\x80\xa8";
	auto_buf struct scd_buf out = scd_buf_init(1024);

	(void)state;
	scd_text_json(&out, text, sizeof(text) - 1);
	assert_string_equal(scd_buf_text(&out), "a\\\"\\\\\\n\\u001b\xc3\xa9\\\\xff\\u0000\\u2028");
}

static void what_is_not_utf8_becomes_a_replacement_character(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "a\u00e9\u6f22\U0001f600", "a\u00e9\u6f22\U0001f600" },
		{ "\xff", "\ufffd" },
		{ "a\xc3", "a\ufffd" },
		{ "\xe6\xbc", "\ufffd\ufffd" },
		{ "\xed\xa0\x80z", "\ufffd\ufffd\ufffdz" },
		{ "\n\x1b", "\n\x1b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_buf struct scd_buf out = scd_buf_init(64);

		scd_text_utf8(&out, cases[i][0]);
		assert_string_equal(scd_buf_text(&out), cases[i][1]);
	}
}

static void endings_are_compared_whole(void **state)
{
	(void)state;
	assert_true(scd_text_ends_in("web.json", ".json"));
	assert_true(scd_text_ends_in(".json", ".json"));
	assert_true(scd_text_ends_in("web", ""));
	assert_false(scd_text_ends_in("json", ".json"));
	assert_false(scd_text_ends_in("web.JSON", ".json"));
	assert_false(scd_text_ends_in("web.json ", ".json"));
}

static void mentions_ignore_case_and_end_at_the_end(void **state)
{
	static const char text[] = "a\0DefaultAction";

	(void)state;
	assert_true(scd_text_mentions(text, sizeof(text) - 1, "defaultaction"));
	assert_true(scd_text_mentions(text, sizeof(text) - 1, "a"));
	assert_true(scd_text_mentions(text, 0, ""));
	assert_false(scd_text_mentions(text, sizeof(text) - 2, "defaultaction"));
	assert_false(scd_text_mentions(text, sizeof(text) - 1, "actions"));
}

/* The character's own encoding, as RFC 3629 has it; its length, or 0 when it is none. */
static size_t encode(uint32_t point, unsigned char out[4])
{
	const size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };

	if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	for (size_t i = n; i-- > 1; point >>= 6)
		out[i] = (unsigned char)(0x80 | (point & 0x3f));
	out[0] = (unsigned char)(lead[n] | point);
	return n;
}

/* U+0000 to U+FFFF, one after the other: which of them are escaped. */
static void what_nobody_sees_or_what_moves_text_is_escaped(void **state)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = { { 0x00, 0x1f },	   { 0x22, 0x22 },     { 0x5c, 0x5c },
		       { 0x7f, 0x9f },	   { 0x200b, 0x200f }, { 0x2028, 0x202e },
		       { 0x2060, 0x206f }, { 0xfeff, 0xfeff } };
	size_t in = 0;

	(void)state;
	for (uint32_t point = 0; point < 0x10000; point++) {
		auto_buf struct scd_buf out = scd_buf_init(32);
		unsigned char text[4];
		const size_t n = encode(point, text);
		bool escaped;

		if (n == 0)
			continue;
		if (in < sizeof(ranges) / sizeof(ranges[0]) && point > ranges[in].last)
			in++;
		escaped = in < sizeof(ranges) / sizeof(ranges[0]) && point >= ranges[in].first;
		scd_text_quote(&out, (const char *)text, n, 60);
		if (escaped !=
		    (strncmp(scd_buf_text(&out), (const char *)text, n) != 0 || out.len != n))
			fail_msg("U+%04X: %s", point, scd_buf_text(&out));
	}
}

/* How long the character at @p is: one that is written just so. */
static size_t length_by_encoding(const unsigned char p[4])
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

	for (size_t n = 1; n <= 4; n++) {
		uint32_t point = p[0] & masks[n];
		unsigned char again[4];

		for (size_t i = 1; i < n; i++)
			point = point << 6 | (p[i] & 0x3f);
		if (encode(point, again) == n && memcmp(again, p, n) == 0)
			return n;
	}
	return 0;
}

/* Every first and second byte, and the others at the ends of what they may be. */
static void a_character_is_what_encodes_to_itself(void **state)
{
	static const unsigned char ends[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };

	(void)state;
	for (unsigned i = 0; i < 65536U * 36; i++) {
		const unsigned char p[] = { (unsigned char)(i / 36 >> 8), (unsigned char)(i / 36),
					    ends[i % 6], ends[i / 6 % 6] };
		const size_t n = length_by_encoding(p);

		if (scd_utf8_length((const char *)p, 4) != n)
			fail_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
		if (n > 1 && scd_utf8_length((const char *)p, n - 1) != 0)
			fail_msg("%02x %02x %02x %02x, cut", p[0], p[1], p[2], p[3]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_character_is_what_encodes_to_itself),
		cmocka_unit_test(what_nobody_sees_or_what_moves_text_is_escaped),
		cmocka_unit_test(positions_count_lines_and_code_points),
		cmocka_unit_test(utf8_is_rfc_3629_exactly),
		cmocka_unit_test(distance_counts_edits_and_swaps),
		cmocka_unit_test(long_words_are_far_apart_at_no_cost),
		cmocka_unit_test(nearest_is_the_first_of_the_nearest),
		cmocka_unit_test(quoting_leaves_nothing_that_upsets_a_terminal),
		cmocka_unit_test(showing_leaves_quotes_as_they_are),
		cmocka_unit_test(quoting_cuts_between_characters),
		cmocka_unit_test(every_byte_can_be_quoted),
		cmocka_unit_test(the_limit_does_not_change_a_distance_within_it),
		cmocka_unit_test(json_strings_hold_any_bytes),
		cmocka_unit_test(what_is_not_utf8_becomes_a_replacement_character),
		cmocka_unit_test(endings_are_compared_whole),
		cmocka_unit_test(mentions_ignore_case_and_end_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

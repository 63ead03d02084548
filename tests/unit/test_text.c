/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

#define LENGTH(text) scd_utf8_length(text, sizeof(text) - 1)

static void utf8_of_every_length_is_measured(void **state)
{
	(void)state;
	assert_int_equal(LENGTH("a"), 1);
	assert_int_equal(scd_utf8_length("\0", 1), 1);
	assert_int_equal(LENGTH("\xc3\xa9"), 2);
	assert_int_equal(LENGTH("\xe2\x82\xac"), 3);
	assert_int_equal(LENGTH("\xed\x9f\xbf"), 3);
	assert_int_equal(LENGTH("\xf4\x8f\xbf\xbf"), 4);
	assert_int_equal(LENGTH("\xc3\xa9more"), 2);
}

static void utf8_that_rfc_3629_forbids_has_no_length(void **state)
{
	(void)state;
	assert_int_equal(LENGTH("\x80"), 0);
	assert_int_equal(LENGTH("\xc0\xaf"), 0); /* overlong '/' */
	assert_int_equal(LENGTH("\xc1\xbf"), 0);
	assert_int_equal(LENGTH("\xe0\x80\xaf"), 0);	 /* overlong */
	assert_int_equal(LENGTH("\xed\xa0\x80"), 0);	 /* surrogate */
	assert_int_equal(LENGTH("\xf0\x80\x80\xaf"), 0); /* overlong */
	assert_int_equal(LENGTH("\xf4\x90\x80\x80"), 0); /* over U+10FFFF */
	assert_int_equal(LENGTH("\xf5\x80\x80\x80"), 0);
	assert_int_equal(LENGTH("\xff"), 0);
	assert_int_equal(LENGTH("\xc3"), 0);	 /* cut */
	assert_int_equal(LENGTH("\xe2\x82"), 0); /* cut */
	assert_int_equal(LENGTH("\xe2\x82x"), 0);
	assert_int_equal(LENGTH("\xf0\x9f\x98("), 0);
}

/* Every sequence of two bytes, and every lead byte before two or three followers. */
static void utf8_agrees_with_decoding_by_hand(void **state)
{
	(void)state;
	for (unsigned cp = 0; cp <= 0x10ffff; cp += cp < 0x3000 ? 1 : 61) {
		char text[4];
		size_t n;

		if (cp < 0x80) {
			n = 1;
			text[0] = (char)cp;
		} else if (cp < 0x800) {
			n = 2;
			text[0] = (char)(0xc0 | cp >> 6);
		} else if (cp < 0x10000) {
			n = 3;
			text[0] = (char)(0xe0 | cp >> 12);
		} else {
			n = 4;
			text[0] = (char)(0xf0 | cp >> 18);
		}
		for (size_t i = 1; i < n; i++)
			text[i] = (char)(0x80 | (cp >> (6 * (n - 1 - i)) & 0x3f));
		assert_int_equal(scd_utf8_length(text, n), cp >= 0xd800 && cp <= 0xdfff ? 0 : n);
		if (n > 1)
			assert_int_equal(scd_utf8_length(text, n - 1), 0);
	}
}

static void assert_position(const char *text, size_t offset, unsigned line, unsigned column)
{
	unsigned got_line = 0, got_column = 0;

	scd_text_position(text, strlen(text), offset, &got_line, &got_column);
	assert_int_equal(got_line, line);
	assert_int_equal(got_column, column);
}

static void positions_count_lines_and_code_points(void **state)
{
	(void)state;
	assert_position("", 0, 1, 1);
	assert_position("ab\ncd", 0, 1, 1);
	assert_position("ab\ncd", 2, 1, 3); /* the newline itself */
	assert_position("ab\ncd", 3, 2, 1);
	assert_position("ab\ncd", 5, 2, 3);
	assert_position("ab\ncd", 99, 2, 3); /* held to the end */
	assert_position("\xe2\x82\xac"
			"x",
			3, 1, 2);
	assert_position("\xe2\x82\xac"
			"x",
			2, 1, 1); /* inside the character */
	assert_position("\xff\xff"
			"x",
			2, 1, 3);
	assert_position("a\r\nb", 3, 2, 1);
}

static void distances_count_edits_and_swaps(void **state)
{
	(void)state;
	assert_int_equal(scd_text_distance("", "", 3), 0);
	assert_int_equal(scd_text_distance("read", "READ", 3), 0);
	assert_int_equal(scd_text_distance("read", "reed", 3), 1);
	assert_int_equal(scd_text_distance("read", "rea", 3), 1);
	assert_int_equal(scd_text_distance("read", "reads", 3), 1);
	assert_int_equal(scd_text_distance("read", "raed", 3), 1);
	assert_int_equal(scd_text_distance("ab", "ba", 1), 1);
	assert_int_equal(scd_text_distance("kitten", "sitting", 9), 3);
	assert_int_equal(scd_text_distance("", "abc", 9), 3);
	assert_int_equal(scd_text_distance("SCMP_ACT_ALOW", "SCMP_ACT_ALLOW", 2), 1);
}

static void distances_over_the_limit_are_one_more_than_it(void **state)
{
	char word[66];

	(void)state;
	assert_int_equal(scd_text_distance("kitten", "sitting", 2), 3);
	assert_int_equal(scd_text_distance("abc", "xyz", 0), 1);
	assert_int_equal(scd_text_distance("a", "abcdefgh", 2), 3);

	memset(word, 'a', sizeof(word));
	word[65] = '\0';
	assert_int_equal(scd_text_distance(word, word, 5), 6); /* 65 bytes */
	word[64] = '\0';
	assert_int_equal(scd_text_distance(word, word, 5), 0);
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

static const char *candidate(size_t i)
{
	static const char *const names[] = { "listen", "source", "strict", "script", NULL };

	return names[i];
}

static void the_nearest_word_within_the_limit_is_found(void **state)
{
	(void)state;
	assert_string_equal(scd_text_nearest("sorce", 2, candidate), "source");
	assert_string_equal(scd_text_nearest("LISTEN", 2, candidate), "listen");
	assert_string_equal(scd_text_nearest("strit", 2, candidate), "strict");
	assert_string_equal(scd_text_nearest("stript", 2, candidate), "strict"); /* the first */
	assert_null(scd_text_nearest("destination", 2, candidate));
}

static void assert_quoted(const char *text, size_t len, size_t max, const char *expected)
{
	auto_buf struct scd_buf out = scd_buf_init(1024);

	scd_text_quote(&out, text, len, max);
	assert_false(out.failed);
	assert_string_equal(scd_buf_text(&out), expected);
}

#define QUOTED(text, expected) assert_quoted(text, sizeof(text) - 1, 100, expected)

static void quoting_shows_plain_text_as_it_is(void **state)
{
	(void)state;
	QUOTED("", "");
	QUOTED("profiles/web.json", "profiles/web.json");
	QUOTED("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void quoting_escapes_what_would_act_on_a_terminal(void **state)
{
	(void)state;
	QUOTED("a\nb\tc\r", "a\\nb\\tc\\r");
	QUOTED("say \"x\\y\"", "say \\\"x\\\\y\\\"");
	QUOTED("\x1b[31m\x7f", "\\u001b[31m\\u007f");
	QUOTED("a\0b", "a\\u0000b");
	QUOTED("\xc2\x9b"
	       "31m",
	       "\\u009b31m");					/* C1 control */
	QUOTED("\xe2\x80\xaex\xe2\x80\xac", "\\u202ex\\u202c"); /* bidirectional */
	QUOTED("\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069");
	QUOTED("\xe2\x80\xa8", "\\u2028");
	QUOTED("\xff\xc3(", "\\xff\\xc3(");
}

static void quoting_cuts_between_characters(void **state)
{
	(void)state;
	assert_quoted("abcdef", 6, 3, "abc…");
	assert_quoted("abc", 3, 3, "abc");
	assert_quoted("ab\xe2\x82\xac", 5, 4, "ab…");
	assert_quoted("x", 1, 0, "…");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_of_every_length_is_measured),
		cmocka_unit_test(utf8_that_rfc_3629_forbids_has_no_length),
		cmocka_unit_test(utf8_agrees_with_decoding_by_hand),
		cmocka_unit_test(positions_count_lines_and_code_points),
		cmocka_unit_test(distances_count_edits_and_swaps),
		cmocka_unit_test(distances_over_the_limit_are_one_more_than_it),
		cmocka_unit_test(the_limit_does_not_change_a_distance_within_it),
		cmocka_unit_test(the_nearest_word_within_the_limit_is_found),
		cmocka_unit_test(quoting_shows_plain_text_as_it_is),
		cmocka_unit_test(quoting_escapes_what_would_act_on_a_terminal),
		cmocka_unit_test(quoting_cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "excerpt.h"

/* Expects the excerpt of @line and @column of @text to be @wanted. */
static void expect(const char *text, size_t len, unsigned line, unsigned column, const char *wanted)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);
	/* A block of its own, so that the sanitizer sees a byte too far. */
	auto_free char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, text, len);
	scd_excerpt_add(&out, exact, len, line, column, false);
	assert_false(out.failed);
	assert_string_equal(scd_buf_text(&out), wanted);
}

static void expect_text(const char *text, unsigned line, unsigned column, const char *wanted)
{
	expect(text, strlen(text), line, column, wanted);
}

static void the_caret_stands_below_its_column(void **state)
{
	(void)state;
	expect_text("{\n  \"a\": 1\n}\n", 2, 3, "    2 |   \"a\": 1\n      |   ^~~\n");
	expect_text("{\n  \"a\": 1\n}\n", 1, 1, "    1 | {\n      | ^\n");
	expect_text("{}", 1, 2, "    1 | {}\n      |  ^\n");
}

static void colour_is_put_around_the_caret_alone(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);

	(void)state;
	scd_excerpt_add(&out, "ab", 2, 1, 2, true);
	assert_string_equal(scd_buf_text(&out), "    1 | ab\n      |  \033[1;32m^\033[0m\n");
}

static void a_value_is_marked_to_its_end(void **state)
{
	(void)state;
	expect_text("[\"a\\\"b\", 1]", 1, 2, "    1 | [\"a\\\"b\", 1]\n      |  ^~~~~~\n");
	expect_text("a: -15, b", 1, 4, "    1 | a: -15, b\n      |    ^~~\n");
	expect_text("p: a/b.json # x", 1, 4, "    1 | p: a/b.json # x\n      |    ^~~~~~~~\n");
	/* By what it takes on the screen, not by bytes. */
	expect_text("\"漢é\x1b\"", 1, 1, "    1 | \"漢é\\u001b\"\n      | ^~~~~~~~~~~\n");
	/* What begins an object, and a string that does not end: nobody knows how far. */
	expect_text("{\"a\": 1}", 1, 1, "    1 | {\"a\": 1}\n      | ^\n");
	expect_text("\"ab\ncd\"", 1, 1, "    1 | \"ab\n      | ^\n");
	expect_text("\"ab\\", 1, 1, "    1 | \"ab\\\n      | ^\n");
}

static void a_mark_ends_with_the_line_that_is_cut(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);
	char text[300];
	const char *mark;

	(void)state;
	memset(text, 'a', sizeof(text));
	scd_excerpt_add(&out, text, sizeof(text), 1, 1, false);
	mark = strchr(scd_buf_text(&out), '^');
	assert_non_null(mark);
	assert_int_equal(strspn(mark + 1, "~"), SCD_EXCERPT_CELLS - 1);
	assert_string_equal(mark + SCD_EXCERPT_CELLS, "\n");
}

static void expect_around(const char *text, unsigned line, unsigned column, const char *wanted)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);
	auto_free char *exact = malloc(strlen(text) + 1);

	assert_non_null(exact);
	memcpy(exact, text, strlen(text) + 1);
	scd_excerpt_add_around(&out, exact, strlen(text), line, column);
	assert_string_equal(scd_buf_text(&out), wanted);
}

static void the_lines_around_are_shown_as_far_as_there_are_any(void **state)
{
	(void)state;
	expect_around("a\nbc\nd\ne\n", 2, 2, "    1 | a\n    2 | bc\n      |  ^\n    3 | d\n");
	expect_around("a\nb\n", 1, 1, "    1 | a\n      | ^\n    2 | b\n");
	expect_around("a\nb\n", 2, 1, "    1 | a\n    2 | b\n      | ^\n");
	expect_around("a\nb", 2, 1, "    1 | a\n    2 | b\n      | ^\n");
	expect_around("a\n\nb", 2, 1, "    1 | a\n    2 | \n      | ^\n    3 | b\n");
	expect_around("a", 1, 9, "    1 | a\n      |  ^\n");
	expect_around("a\nb", 0, 1, "");
	expect_around("a\nb", 1, 0, "");
	expect_around("a\nb", 3, 1, "");
	expect_around("", 2, 1, "");
	/* What a terminal or a reader could mistake is escaped there too. */
	expect_around("\x1b[1m\nb\n\xe2\x80\xae\xe2\x80\xac", 2, 1,
		      "    1 | \\u001b[1m\n    2 | b\n      | ^\n    3 | \\u202e\\u202c\n");
}

static void a_place_that_is_not_there_shows_nothing(void **state)
{
	(void)state;
	expect_text("a\nb", 0, 1, "");
	expect_text("a\nb", 1, 0, "");
	expect_text("a\nb", 3, 1, "");
	expect("", 0, 2, 1, "");
}

static void past_the_end_the_caret_stands_behind_the_line(void **state)
{
	(void)state;
	expect_text("ab", 1, 3, "    1 | ab\n      |   ^\n");
	expect_text("ab", 1, 4000000000u, "    1 | ab\n      |   ^\n");
	expect("", 0, 1, 1, ""); /* nothing to see */
	expect_text("a\n", 2, 1, "");
	expect_text("a\r\n\r\nb", 2, 1, "");
}

static void line_ends_of_windows_are_not_shown(void **state)
{
	(void)state;
	expect_text("{\r\n ab\r\n}", 2, 2, "    2 |  ab\n      |  ^~\n");
}

static void tabs_are_four_cells(void **state)
{
	(void)state;
	expect_text("\t\tx", 1, 3, "    1 |         x\n      |         ^\n");
}

static void columns_are_code_points_and_wide_ones_take_two_cells(void **state)
{
	(void)state;
	expect_text("ä€x", 1, 3, "    1 | ä€x\n      |   ^\n");
	expect_text("漢字x", 1, 3, "    1 | 漢字x\n      |     ^\n");
	expect_text("🚀✅x", 1, 3, "    1 | 🚀✅x\n      |     ^\n");
	expect_text("e\u0301\u0e34\u20ddx", 1, 5, "    1 | e\u0301\u0e34\u20ddx\n      |  ^\n");
	expect_text("🐧x", 1, 2, "    1 | 🐧x\n      |   ^\n");
	expect_text("e\xcc\x81x", 1, 3, "    1 | e\xcc\x81x\n      |  ^\n");
}

static void what_a_terminal_obeys_or_hides_is_escaped(void **state)
{
	/* U+202E, which shows the rest from right to left; as bytes, so that it does not here. */
	const char override[] = { '\xe2', '\x80', '\xae', 'x', '\0' };

	(void)state;
	expect_text("a\x1b[2Jb", 1, 6, "    1 | a\\u001b[2Jb\n      |           ^\n");
	expect("a\0b", 3, 1, 3, "    1 | a\\u0000b\n      |        ^\n");
	expect_text("\x7f\xc2\x9bx", 1, 3, "    1 | \\u007f\\u009bx\n      |             ^\n");
	expect_text("\xff\xc3x", 1, 3, "    1 | \\xff\\xc3x\n      |         ^\n");
	expect_text(override, 1, 2, "    1 | \\u202ex\n      |       ^\n");
	expect_text("\xe2\x80\x8bx", 1, 2, "    1 | \\u200bx\n      |       ^\n"); /* ZWSP */
	expect_text("\xef\xbb\xbfx", 1, 2, "    1 | \\ufeffx\n      |       ^\n"); /* BOM */
	expect_text("\xf3\xa0\x81\x81x", 1, 2,
		    "    1 | \\U000e0041x\n      |           ^\n"); /* tag */
}

/* The cells of the first line of @shown behind the gutter; all of one byte but the marks. */
static size_t shown_cells(const char *shown, bool *cut_left, bool *cut_right)
{
	size_t len = strcspn(shown, "\n") - strlen("    1 | ");

	shown += strlen("    1 | ");
	*cut_left = strncmp(shown, "…", 3) == 0;
	*cut_right = strncmp(shown + len - 3, "…", 3) == 0;
	return len - (*cut_left ? 2 : 0) - (*cut_right ? 3 : 0);
}

static void a_long_line_is_cut_around_the_caret(void **state)
{
	static const unsigned columns[] = { 1, 50, 60, 61, 62, 500, 940, 999, 1000, 1001 };
	char text[1001];
	bool left, right;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		text[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		auto_buf struct scd_buf out = scd_buf_init(4096);
		const char *caret, *below;

		scd_excerpt_add(&out, text, 1000, 1, columns[i], false);
		assert_in_range(shown_cells(scd_buf_text(&out), &left, &right), 60,
				SCD_EXCERPT_CELLS);
		assert_int_equal(left, columns[i] > 61);
		assert_int_equal(right, columns[i] < 960);
		/* The character above the caret is the one meant. */
		below = strchr(scd_buf_text(&out), '\n') + 1;
		caret = strchr(below, '^');
		assert_non_null(caret);
		if (columns[i] <= 1000)
			assert_int_equal(scd_buf_text(&out)[caret - below + (left ? 2 : 0)],
					 text[columns[i] - 1]);
	}
}

static void a_line_that_just_fits_is_not_cut(void **state)
{
	auto_buf struct scd_buf fits = scd_buf_init(4096), over = scd_buf_init(4096);
	char text[SCD_EXCERPT_CELLS + 1];
	bool left, right;

	(void)state;
	memset(text, 'x', sizeof(text));
	scd_excerpt_add(&fits, text, SCD_EXCERPT_CELLS, 1, SCD_EXCERPT_CELLS, false);
	assert_int_equal(shown_cells(scd_buf_text(&fits), &left, &right), SCD_EXCERPT_CELLS);
	assert_false(left || right);
	scd_excerpt_add(&over, text, sizeof(text), 1, 1, false);
	(void)shown_cells(scd_buf_text(&over), &left, &right);
	assert_true(right && !left);
}

static void escapes_count_when_a_line_is_cut(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(4096);
	char text[200];
	const char *below;

	(void)state;
	memset(text, 1, sizeof(text)); /* six cells each */
	text[100] = 'X';
	scd_excerpt_add(&out, text, sizeof(text), 1, 101, false);
	below = strchr(scd_buf_text(&out), '\n') + 1;
	/* "…" has three bytes and one cell */
	assert_int_equal(scd_buf_text(&out)[strchr(below, '^') - below + 2], 'X');
	assert_in_range(below - scd_buf_text(&out), 60, SCD_EXCERPT_CELLS + 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caret_stands_below_its_column),
		cmocka_unit_test(a_value_is_marked_to_its_end),
		cmocka_unit_test(a_mark_ends_with_the_line_that_is_cut),
		cmocka_unit_test(colour_is_put_around_the_caret_alone),
		cmocka_unit_test(the_lines_around_are_shown_as_far_as_there_are_any),
		cmocka_unit_test(a_place_that_is_not_there_shows_nothing),
		cmocka_unit_test(past_the_end_the_caret_stands_behind_the_line),
		cmocka_unit_test(line_ends_of_windows_are_not_shown),
		cmocka_unit_test(tabs_are_four_cells),
		cmocka_unit_test(columns_are_code_points_and_wide_ones_take_two_cells),
		cmocka_unit_test(what_a_terminal_obeys_or_hides_is_escaped),
		cmocka_unit_test(a_long_line_is_cut_around_the_caret),
		cmocka_unit_test(a_line_that_just_fits_is_not_cut),
		cmocka_unit_test(escapes_count_when_a_line_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

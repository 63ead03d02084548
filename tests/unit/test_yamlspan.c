/* SPDX-License-Identifier: MIT */
/* Each character of a decoded scalar is found again where it stands in the YAML text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"
#include "yamlspan.h"

static const struct scd_yaml_limits limits = { .bytes = 1 << 20, .depth = 8, .aliases = true };

/* What "a: SCALAR" decodes to, and that every letter and digit of it, which occur once each,
 * is found where the YAML text has it. */
static void assert_followed(const char *source, const char *decoded)
{
	auto_yaml struct scd_yaml *doc = NULL;
	const struct scd_yaml_node *node;
	struct scd_spans spans = { 0 };
	const size_t len = strlen(source);
	struct scd_error err;

	if (scd_yaml_load("f", source, len, &limits, &doc, &err) < 0)
		fail_msg("%s", err.msg);
	node = scd_yaml_get(doc, scd_yaml_root(doc), "a");
	assert_string_equal(scd_yaml_text(node), decoded);
	scd_yaml_spans(node, source, len, &spans);
	for (const char *c = decoded; *c; c++) {
		unsigned line, column, want_line, want_column;

		if (strchr(" \n\t\"'\\/{}", *c) || (unsigned char)*c >= 0x80)
			continue;
		scd_text_position(decoded, strlen(decoded), (size_t)(c - decoded), &line, &column);
		scd_spans_find(&spans, decoded, strlen(decoded), &line, &column);
		scd_text_position(source, len, (size_t)(strrchr(source, *c) - source), &want_line,
				  &want_column);
		if (line != want_line || column != want_column)
			fail_msg("%s\n'%c' is at %u:%u, found at %u:%u", source, *c, want_line,
				 want_column, line, column);
	}
	scd_spans_done(&spans);
}

static void literal_blocks(void **state)
{
	(void)state;
	assert_followed("a: |\n  bc\n  d\n", "bc\nd\n");
	assert_followed("a: |-\n    bc\n      d\n    e", "bc\n  d\ne");
	assert_followed("a: |+\n  b\n\n  c\n\n", "b\n\nc\n\n");
	assert_followed("a: |\n\n\n  b\n   c\n", "\n\nb\n c\n");
	assert_followed("a: |2\n    bc\n  d\n", "  bc\nd\n");
	assert_followed("a: |1-  # comment\n  b\n c\n", " b\nc");
	assert_followed("a: |\n  \"\xc3\xa9\": b\n  \xc3\xa9 c\n", "\"\xc3\xa9\": b\n\xc3\xa9 c\n");
	assert_followed("a: |\r\n  b\r\n  c\r\n", "b\nc\n");
	assert_followed("a: |\n  b\tc\n", "b\tc\n");
}

static void folded_blocks(void **state)
{
	(void)state;
	assert_followed("a: >\n  bc\n  d\n", "bc d\n");
	assert_followed("a: >-\n  b\n\n  c\n  d\n\n\n  e\n", "b\nc d\n\ne");
	assert_followed("a: >\n  b\n    c\n  d\n", "b\n  c\nd\n");
	assert_followed("a: >1\n  b\n c\n", " b\nc\n");
	assert_followed("a: >\n\n  b\n  c\n", "\nb c\n");
	assert_followed("a: >\r\n  b\r\n  c\r\n", "b c\n");
}

static void double_quotes(void **state)
{
	(void)state;
	assert_followed("a: \"bc\"\n", "bc");
	assert_followed("a: \"{\\\"b\\\": 1}\"\n", "{\"b\": 1}");
	assert_followed("a: \"b\\n\\tc\\x20d\\u0020e\\U00000020f\"\n", "b\n\tc d e f");
	assert_followed("a: \"b \n   c\n\n  d\"\n", "b c\nd");
	assert_followed("a: \"b\\\n   c  d\"\n", "bc  d");
	assert_followed("a: \"\xc3\xa9 \\u00e9 b\"\n", "\xc3\xa9 \xc3\xa9 b");
	assert_followed("{\"a\": \"b\\/c\"}", "b/c");
}

static void single_quotes_and_plain_words(void **state)
{
	(void)state;
	assert_followed("a: 'b''c'\n", "b'c");
	assert_followed("a: 'b\n  c\n\n\n  d'\n", "b c\n\nd");
	assert_followed("a: '{\"b\": \"c\"}'\n", "{\"b\": \"c\"}");
	assert_followed("a: bc d\n", "bc d");
	assert_followed("a: b\n  c\n\n  d\n", "b c\nd");
	assert_followed("a: b # e\n", "b");
}

static void anchors_are_no_part_of_the_text(void **state)
{
	(void)state;
	assert_followed("a: &x 'bc'\n", "bc");
	assert_followed("a: &x\n  |\n  bc\n  d\n", "bc\nd\n");
	assert_followed("a: &x\n  bc\n", "bc");
}

static void what_is_not_followed_stands_at_the_beginning(void **state)
{
	auto_yaml struct scd_yaml *doc = NULL;
	struct scd_spans spans = { 0 };
	struct scd_error err;
	unsigned line = 2, column = 1;

	(void)state;
	assert_int_equal(scd_yaml_load("f", "a: |\n  b\n  c\n", 13, &limits, &doc, &err), 0);
	/* Another text than the one that was read. */
	scd_yaml_spans(scd_yaml_get(doc, scd_yaml_root(doc), "a"), "a: |\n  x\n  y\n", 13, &spans);
	scd_spans_find(&spans, "b\nc\n", 4, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 4);
	scd_spans_done(&spans);

	line = 5;
	column = 6;
	scd_spans_find(&spans, "", 0, &line, &column);
	assert_int_equal(line, 5);
	assert_int_equal(column, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literal_blocks),
		cmocka_unit_test(folded_blocks),
		cmocka_unit_test(double_quotes),
		cmocka_unit_test(single_quotes_and_plain_words),
		cmocka_unit_test(anchors_are_no_part_of_the_text),
		cmocka_unit_test(what_is_not_followed_stands_at_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The strict front, row by row against what Go's encoding/json does: what Go refuses is refused,
 * what others read otherwise is reported, everything else is read exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static void parse(const char *text, size_t len, struct scd_json *json)
{
	/* A copy of its own size, so that a sanitizer sees a byte read too many. */
	auto_free char *copy = malloc(len + !len);
	struct scd_error err;

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(scd_json_parse(copy, len, json, &err), 0);
}

/* What Go's decoder takes all the same. */
static bool is_disputed(const char *msg)
{
	return strstr(msg, "not UTF-8") || strstr(msg, "would cut") || strstr(msg, "half") ||
	       strstr(msg, "more than");
}

/* Refused at @at with a message that holds @part. */
static void assert_refused(const char *text, size_t len, uint32_t at, const char *part)
{
	auto_json struct scd_json json = { 0 };

	parse(text, len, &json);
	if (json.fault_count != 1 || json.faults[0].at != at || !strstr(json.faults[0].msg, part))
		print_error("'%s': %zu faults, at %u: %s\n", text, json.fault_count,
			    json.faults[0].at, json.faults[0].msg);
	assert_int_equal(json.fault_count, 1);
	assert_int_equal(json.faults[0].kind, is_disputed(json.faults[0].msg)
						      ? SCD_JSON_FAULT_DISPUTED
						      : SCD_JSON_FAULT_SYNTAX);
	assert_int_equal(json.faults[0].at, at);
	assert_null(json.faults[0].value);
	assert_non_null(strstr(json.faults[0].msg, part));
	assert_null(scd_json_root(&json));
}

/* What Go refuses, and where it stands. */
static const struct {
	const char *text;
	size_t len;
	uint32_t at;
	const char *part;
} refused[] = {
	{ TEXT(""), 0, "the file is empty" },
	{ TEXT(" \t\r\n"), 4, "the file is empty" },
	{ TEXT("{} x"), 3, "the end of the text" },
	{ TEXT("{}{}"), 2, "the end of the text" },
	{ TEXT("{}\0garbage"), 2, "NUL" },
	{ TEXT("{}\0"), 2, "NUL" },
	{ TEXT("\xef\xbb\xbf{}"), 0, "byte order mark" },
	{ TEXT("\xef\xbb\xbf"), 0, "byte order mark" },
	{ TEXT("\xef\xbb{}"), 0, "byte 0xef stands where a value" },
	{ TEXT("\xef\xbb"), 0, "byte 0xef stands where a value" },
	{ TEXT("!"), 0, "'!' stands where a value" },
	{ TEXT("~"), 0, "'~' stands where a value" },
	{ TEXT("\x7f"), 0, "byte 0x7f stands where a value" },
	{ TEXT("\xff\xfe{\0}\0"), 0, "UTF-16" },
	{ TEXT("\xfe\xff\0{\0}"), 0, "UTF-16" },
	{ TEXT("{\0}\0"), 1, "NUL" },
	{ TEXT("{ // a\n}"), 2, "no comments" },
	{ TEXT("/* a */{}"), 0, "no comments" },
	{ TEXT("# a\n{}"), 0, "no comments" },
	{ TEXT("{\"a\":1,}"), 7, "a comma stands before '}'" },
	{ TEXT("[1,]"), 3, "a comma stands before ']'" },
	{ TEXT("[,1]"), 1, "a value" },
	{ TEXT("[1 2]"), 3, "',' or ']'" },
	{ TEXT("{'a':1}"), 1, "double quotes" },
	{ TEXT("{a:1}"), 1, "a key" },
	{ TEXT("{1:1}"), 1, "a key" },
	{ TEXT("{\"a\" 1}"), 5, "':'" },
	{ TEXT("{\"a\":}"), 5, "a value" },
	{ TEXT("{\"a\":1 \"b\":2}"), 7, "',' or '}'" },
	{ TEXT("[1}"), 2, "']'" },
	{ TEXT("{\"a\":1]"), 6, "'}'" },
	{ TEXT("]"), 0, "a value" },
	{ TEXT("\"a\nb\""), 2, "control character (0x0a)" },
	{ TEXT("\"a\tb\""), 2, "control character (0x09)" },
	{ TEXT("\"a\0b\""), 2, "control character (0x00)" },
	{ TEXT("\"\x1f\""), 1, "control character (0x1f)" },
	{ TEXT("[\f1]"), 1, "0x0c" },
	{ TEXT("[\x01"
	       "1]"),
	  1, "0x01" },
	{ TEXT("[\0"
	       "1]"),
	  1, "NUL" },
	{ TEXT("\"\xff\""), 1, "not UTF-8" },
	{ TEXT("\"\xc0\xaf\""), 1, "not UTF-8" },
	{ TEXT("\"\xed\xa0\x80\""), 1, "not UTF-8" },
	{ TEXT("\"\xe2\x84\""), 1, "not UTF-8" },
	{ TEXT("\"\\uZZZZ\""), 3, "four hexadecimal digits" },
	{ TEXT("\"\\u12\""), 3, "four hexadecimal digits" },
	{ TEXT("\"\\u"), 3, "four hexadecimal digits" },
	{ TEXT("\"a\\u0000b\""), 4, "\\u0000" },
	{ TEXT("{\"a\\u0000b\":1}"), 5, "\\u0000" },
	{ TEXT("\"\\ud800\""), 7, "first half" },
	{ TEXT("\"\\ud800x\""), 7, "first half" },
	{ TEXT("\"\\ud800\\n\""), 7, "first half" },
	{ TEXT("\"\\ud800\\ud800\""), 9, "first half" },
	{ TEXT("\"\\ud800\\udbff\""), 9, "first half" },
	{ TEXT("\"\\udbff\\ue000\""), 9, "first half" },
	{ TEXT("\"\\udc00\""), 7, "second half" },
	{ TEXT("\"\\udfff\""), 7, "second half" },
	{ TEXT("\"\\x41\""), 2, "not an escape" },
	{ TEXT("\"\\'\""), 2, "not an escape" },
	{ TEXT("\"\\\0\""), 2, "not an escape" },
	{ TEXT("\"\\"), 2, "not an escape" },
	{ TEXT("\"abc"), 4, "ends inside a string" },
	{ TEXT("01"), 0, "begin with 0" },
	{ TEXT("-01"), 1, "begin with 0" },
	{ TEXT("00"), 0, "begin with 0" },
	{ TEXT("1."), 2, "a digit" },
	{ TEXT("1.e3"), 2, "a digit" },
	{ TEXT("1e"), 2, "a digit" },
	{ TEXT("1e+"), 3, "a digit" },
	{ TEXT("-"), 1, "a digit" },
	{ TEXT("- 1"), 1, "a digit" },
	{ TEXT("+1"), 0, "a value" },
	{ TEXT(".5"), 0, "a value" },
	{ TEXT("0x10"), 1, "the end of the text" },
	{ TEXT("NaN"), 0, "a value" },
	{ TEXT("Infinity"), 0, "a value" },
	{ TEXT("-Infinity"), 1, "a digit" },
	{ TEXT("nul"), 0, "a value" },
	{ TEXT("TRUE"), 0, "a value" },
	{ TEXT("truex"), 4, "the end of the text" },
	{ TEXT("{"), 1, "ends" },
	{ TEXT("[1"), 2, "ends" },
};

static void what_go_refuses_is_refused_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_refused(refused[i].text, refused[i].len, refused[i].at, refused[i].part);
}

static void every_control_character_is_refused_as_blank_and_in_strings(void **state)
{
	(void)state;
	for (char c = 0; c < 0x20; c++) {
		const char blank[] = { '[', c, ']' };
		const char string[] = { '"', c, '"' };
		auto_json struct scd_json a = { 0 }, b = { 0 };

		parse(blank, sizeof(blank), &a);
		assert_int_equal(a.fault_count, memchr(" \t\r\n", c, 4) ? 0 : 1);
		parse(string, sizeof(string), &b);
		assert_int_equal(b.fault_count, 1);
	}
}

static void no_cut_of_a_document_is_a_document(void **state)
{
	static const char text[] =
		"{\"a\": [1, -2.5e3, true, false, null, \"\\ud83d\\ude00é\"], \"b\": {}}";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		auto_json struct scd_json json = { 0 };

		parse(text, len, &json);
		assert_int_equal(json.fault_count, len < sizeof(text) - 1 ? 1 : 0);
	}
}

/* A text is what its length says, though more of it stands behind. */
static void what_stands_behind_a_text_is_not_read(void **state)
{
	static const char text[] =
		"{\"a\": [1, -2.5e3, true, false, null, \"\\ud83d\\ude00é\"], \"b\": {}}";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		auto_json struct scd_json json = { 0 };
		struct scd_error err;

		assert_int_equal(scd_json_parse(text, len, &json, &err), 0);
		assert_int_equal(json.fault_count, 1);
		assert_true(json.faults[0].at <= len);
	}
	assert_refused("\"\\u1234\"", 5, 3, "four hexadecimal digits");
	assert_refused("\xef\xbb\xbf{}", 2, 0, "byte 0xef");
}

/* The first and the last of each half. */
static void halves_of_a_surrogate_pair_are_one_character(void **state)
{
	static const struct {
		const char *text, *string;
	} cases[] = {
		{ "\"\\ud800\\udc00\"", "\xf0\x90\x80\x80" },
		{ "\"\\ud800\\udfff\"", "\xf0\x90\x8f\xbf" },
		{ "\"\\udbff\\udc00\"", "\xf4\x8f\xb0\x80" },
		{ "\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf" },
		{ "\"\\ud7ff\"", "\xed\x9f\xbf" },
		{ "\"\\ue000\"", "\xee\x80\x80" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_json struct scd_json json = { 0 };

		parse(cases[i].text, strlen(cases[i].text), &json);
		assert_int_equal(json.fault_count, 0);
		assert_string_equal(scd_json_root(&json)->string, cases[i].string);
	}
}

static void integers_are_exact_to_the_last_bit(void **state)
{
	static const struct {
		const char *text;
		bool is_uint;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "38", true, 38 },
		{ "9007199254740993", true, UINT64_C(9007199254740993) },
		{ "9223372036854775808", true, UINT64_C(9223372036854775808) },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "-0", false, 0 },
		{ "-1", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "1E0", false, 0 },
		{ "0.0", false, 0 },
		{ "1e400", false, 0 },
		{ "0e0", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_json struct scd_json json = { 0 };
		const struct scd_json_value *root;

		parse(cases[i].text, strlen(cases[i].text), &json);
		root = scd_json_root(&json);
		assert_non_null(root);
		assert_int_equal(root->type, SCD_JSON_NUMBER);
		assert_int_equal(root->is_uint, cases[i].is_uint);
		if (cases[i].is_uint)
			assert_true(root->uint == cases[i].value);
	}
}

static void numbers_have_a_length_limit(void **state)
{
	char text[65];
	auto_json struct scd_json json = { 0 };

	(void)state;
	memset(text, '7', sizeof(text));
	parse(text, 63, &json);
	assert_non_null(scd_json_root(&json));
	assert_refused(text, 64, 0, "more than 63 characters");
}

static void nest(char *text, size_t depth)
{
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
}

static void depth_64_is_read_and_depth_65_is_not(void **state)
{
	char text[2 * (SCD_JSON_DEPTH_MAX + 1)];
	auto_json struct scd_json json = { 0 };

	(void)state;
	nest(text, SCD_JSON_DEPTH_MAX);
	parse(text, 2 * SCD_JSON_DEPTH_MAX, &json);
	assert_int_equal(json.count, SCD_JSON_DEPTH_MAX);
	nest(text, SCD_JSON_DEPTH_MAX + 1);
	assert_refused(text, sizeof(text), SCD_JSON_DEPTH_MAX, "more than 64 deep");
}

static void a_million_brackets_cost_no_stack(void **state)
{
	static char text[1 << 20];

	(void)state;
	memset(text, '[', sizeof(text));
	assert_refused(text, sizeof(text), SCD_JSON_DEPTH_MAX, "deep");
	memset(text, '{', sizeof(text));
	assert_refused(text, sizeof(text), 1, "a key");
}

static void values_know_their_place_and_neighbours(void **state)
{
	static const char text[] = " {\"a\": [10, \"x\"],\n\t\"b\":{\"c\":true}} ";
	auto_json struct scd_json json = { 0 };
	const struct scd_json_value *root, *a, *b, *c;

	(void)state;
	parse(text, sizeof(text) - 1, &json);
	root = scd_json_root(&json);
	assert_int_equal(json.count, 6);
	assert_int_equal(root->type, SCD_JSON_OBJECT);
	assert_int_equal(root->at, 1);
	assert_int_equal(root->end, sizeof(text) - 2);
	assert_int_equal(root->count, 2);
	assert_null(root->parent);
	assert_null(root->key);
	a = scd_json_get(root, "a");
	assert_int_equal(a->key_at, 2);
	assert_int_equal(a->at, 7);
	assert_int_equal(a->count, 2);
	assert_memory_equal(text + a->at, "[10, \"x\"]", a->end - a->at);
	assert_true(a->child->is_uint && a->child->uint == 10);
	assert_int_equal(a->child->key_at, a->child->at);
	assert_null(a->child->key);
	assert_string_equal(a->child->next->string, "x");
	assert_null(a->child->next->next);
	b = a->next;
	assert_string_equal(b->key, "b");
	c = scd_json_get(b, "c");
	assert_true(c->type == SCD_JSON_BOOL && c->boolean);
	assert_ptr_equal(c->parent, b);
	assert_null(scd_json_get(root, "A")); /* exactly */
	assert_null(scd_json_get(a, "a"));    /* no object */
}

static void strings_are_decoded(void **state)
{
	static const char text[] =
		"{\"default\\u0041ction\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\x7f\"}";
	auto_json struct scd_json json = { 0 };
	const struct scd_json_value *value;

	(void)state;
	parse(text, sizeof(text) - 1, &json);
	value = scd_json_get(scd_json_root(&json), "defaultAction");
	assert_non_null(value);
	assert_string_equal(value->string, "\"\\/\b\f\n\r\té😀\x7f");
}

static void assert_pointer(const struct scd_json_value *value, const char *expected)
{
	auto_buf struct scd_buf out = scd_buf_init(256);

	scd_json_pointer(value, &out);
	assert_string_equal(scd_buf_text(&out), expected);
}

static void pointers_are_rfc_6901(void **state)
{
	static const char text[] = "{\"a/b\":{\"m~n\":[0,[1,{\"\":2}]]},\"é\":3}";
	auto_json struct scd_json json = { 0 };
	static const char *const expected[] = { "",
						"/a~1b",
						"/a~1b/m~0n",
						"/a~1b/m~0n/0",
						"/a~1b/m~0n/1",
						"/a~1b/m~0n/1/0",
						"/a~1b/m~0n/1/1",
						"/a~1b/m~0n/1/1/",
						"/é" };

	(void)state;
	parse(text, sizeof(text) - 1, &json);
	assert_int_equal(json.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < json.count; i++)
		assert_pointer(&json.values[i], expected[i]);
}

/* The later of two keys is reported. */
static void assert_duplicate(const char *text, const char *pointer, const char *part)
{
	auto_json struct scd_json json = { 0 };

	parse(text, strlen(text), &json);
	assert_non_null(scd_json_root(&json));
	assert_int_equal(json.fault_count, 1);
	assert_int_equal(json.faults[0].kind, SCD_JSON_FAULT_DUPLICATE);
	assert_int_equal(json.faults[0].at, json.faults[0].value->key_at);
	assert_pointer(json.faults[0].value, pointer);
	assert_non_null(strstr(json.faults[0].msg, part));
	assert_int_equal(!strstr(json.faults[0].msg, "letter case"),
			 strcmp(part, "letter case") != 0);
}

static void keys_that_go_takes_for_one_are_duplicates(void **state)
{
	(void)state;
	assert_duplicate("{\"a\":1,\"a\":2}", "/a", "key \"a\" appears twice");
	assert_duplicate("{\"syscalls\":1,\"SysCalls\":2}", "/SysCalls", "letter case");
	assert_duplicate("{\"\\u017fyscalls\":1,\"syscalls\":2}", "/syscalls", "letter case");
	assert_duplicate("{\"syscalls\":1,\"ſyscallſ\":2}", "/ſyscallſ", "letter case");
	assert_duplicate("{\"k\":1,\"\\u212A\":2}", "/\xe2\x84\xaa", "letter case");
	assert_duplicate("{\"K\":1,\"x\":0,\"k\":2}", "/k", "letter case");
	assert_duplicate("{\"default\\u0041ction\":1,\"defaultAction\":2}", "/defaultAction",
			 "appears twice");
	assert_duplicate("[{\"x\":{\"n\":1,\"N\":1}}]", "/0/x/N", "letter case");
	assert_duplicate("{\"\":1,\"\":2}", "/", "key \"\" appears twice");
	assert_duplicate("{\"a\\nb\":1,\"a\\nb\":2}", "/a\nb", "\"a\\nb\"");
}

static void keys_that_differ_are_no_duplicates(void **state)
{
	static const char *const cases[] = {
		"{\"a\":1,\"b\":1}",
		"{\"a\":{\"x\":1},\"b\":{\"x\":1}}",
		"[{\"x\":1},{\"x\":1}]",
		"{\"ab\":1,\"a\":1}",
		"{\"[\":1,\"{\":1}", /* apart by 0x20, but no letters */
		"{\"@\":1,\"`\":1}",
		"{\"\xc5\xbe\":1,\"s\":1}",
		"{\"\xe2\x84\xab\":1,\"k\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_json struct scd_json json = { 0 };

		parse(cases[i], strlen(cases[i]), &json);
		assert_int_equal(json.fault_count, 0);
	}
}

static void duplicates_are_kept_up_to_a_limit(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(1 << 16);
	auto_json struct scd_json json = { 0 };

	(void)state;
	scd_buf_puts(&text, "{\"a\":0");
	for (int i = 0; i < 100; i++)
		scd_buf_printf(&text, ",\"%c\":%d", i % 2 ? 'a' : 'A', i);
	scd_buf_putc(&text, '}');
	parse(scd_buf_text(&text), text.len, &json);
	assert_int_equal(json.fault_count, SCD_JSON_FAULTS_MAX);
}

static void same_key_folds_what_go_folds(void **state)
{
	(void)state;
	assert_true(scd_json_same_key("archMap", "ARCHMAP"));
	assert_true(scd_json_same_key("flags", "flag\xc5\xbf"));
	assert_true(scd_json_same_key("key", "\xe2\x84\xaa"
					     "EY"));
	assert_false(scd_json_same_key("flags", "flag"));
	assert_false(scd_json_same_key("flag", "flags"));
	assert_false(scd_json_same_key("é", "É")); /* no key of a profile has one */
}

static void other_roots_are_read_as_what_they_are(void **state)
{
	static const struct {
		const char *text;
		enum scd_json_type type;
		const char *name;
	} cases[] = {
		{ "null", SCD_JSON_NULL, "null" },    { "true", SCD_JSON_BOOL, "a boolean" },
		{ "5", SCD_JSON_NUMBER, "a number" }, { "\"x\"", SCD_JSON_STRING, "a string" },
		{ "[]", SCD_JSON_ARRAY, "a list" },   { "{}", SCD_JSON_OBJECT, "an object" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_json struct scd_json json = { 0 };

		parse(cases[i].text, strlen(cases[i].text), &json);
		assert_int_equal(scd_json_root(&json)->type, cases[i].type);
		assert_string_equal(scd_json_type_name(cases[i].type), cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_go_refuses_is_refused_where_it_stands),
		cmocka_unit_test(every_control_character_is_refused_as_blank_and_in_strings),
		cmocka_unit_test(no_cut_of_a_document_is_a_document),
		cmocka_unit_test(what_stands_behind_a_text_is_not_read),
		cmocka_unit_test(halves_of_a_surrogate_pair_are_one_character),
		cmocka_unit_test(integers_are_exact_to_the_last_bit),
		cmocka_unit_test(numbers_have_a_length_limit),
		cmocka_unit_test(depth_64_is_read_and_depth_65_is_not),
		cmocka_unit_test(a_million_brackets_cost_no_stack),
		cmocka_unit_test(values_know_their_place_and_neighbours),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(pointers_are_rfc_6901),
		cmocka_unit_test(keys_that_go_takes_for_one_are_duplicates),
		cmocka_unit_test(keys_that_differ_are_no_duplicates),
		cmocka_unit_test(duplicates_are_kept_up_to_a_limit),
		cmocka_unit_test(same_key_folds_what_go_folds),
		cmocka_unit_test(other_roots_are_read_as_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

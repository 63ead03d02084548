/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "buf.h"
#include "yamldoc.h"

static const struct scd_yaml_limits limits = { .bytes = 1 << 20, .depth = 8 };

/* Loads @len bytes called "f" or fails the test. */
static struct scd_yaml *load(const char *text)
{
	struct scd_yaml *doc = NULL;
	struct scd_error err = { 0 };

	if (scd_yaml_load("f", text, strlen(text), &limits, &doc, &err) < 0)
		fail_msg("%s", err.msg);
	return doc;
}

static void assert_refused_bytes(const char *text, size_t len, const char *message)
{
	struct scd_yaml *doc = NULL;
	struct scd_error err = { 0 };

	assert_int_equal(scd_yaml_load("f", text, len, &limits, &doc, &err), -1);
	assert_null(doc);
	assert_string_equal(err.msg, message);
	assert_int_equal(err.code, SCD_E_CONFIG);
}

#define assert_refused(text, message) assert_refused_bytes(text, sizeof(text) - 1, message)

static void values_are_found_with_their_places(void **state)
{
	auto_yaml struct scd_yaml *doc = load("# comment\n"
					      "name: web\n"
					      "list:\n"
					      "- one\n"
					      "- \"two\"\n"
					      "map: {a: 1, é: b}\n");
	const struct scd_yaml_node *root = scd_yaml_root(doc), *node;

	(void)state;
	assert_int_equal(scd_yaml_kind(root), SCD_YAML_MAPPING);
	assert_int_equal(scd_yaml_count(root), 3);
	assert_string_equal(scd_yaml_text(scd_yaml_key(doc, root, 1)), "list");
	node = scd_yaml_get(doc, root, "name");
	assert_string_equal(scd_yaml_text(node), "web");
	assert_int_equal(scd_yaml_line(node), 2);
	assert_int_equal(scd_yaml_column(node), 7);
	node = scd_yaml_get(doc, root, "list");
	assert_int_equal(scd_yaml_kind(node), SCD_YAML_SEQUENCE);
	assert_int_equal(scd_yaml_count(node), 2);
	node = scd_yaml_item(doc, node, 1);
	assert_string_equal(scd_yaml_text(node), "two");
	assert_int_equal(scd_yaml_line(node), 5);
	assert_int_equal(scd_yaml_column(node), 3);
	node = scd_yaml_value(doc, scd_yaml_get(doc, root, "map"), 1);
	assert_string_equal(scd_yaml_text(node), "b");
	assert_int_equal(scd_yaml_column(node), 16); /* characters, not bytes */
	assert_null(scd_yaml_get(doc, root, "nam"));
	assert_null(scd_yaml_get(doc, node, "name"));
	assert_null(scd_yaml_text(root));
	assert_int_equal(scd_yaml_count(node), 0);
}

static void plain_words_are_typed_as_yaml_has_it(void **state)
{
	static const struct {
		const char *text;
		enum scd_yaml_kind kind;
	} words[] = {
		{ "~", SCD_YAML_NULL },		 { "null", SCD_YAML_NULL },
		{ "true", SCD_YAML_BOOL },	 { "False", SCD_YAML_BOOL },
		{ "yes", SCD_YAML_BOOL },	 { "NO", SCD_YAML_BOOL },
		{ "off", SCD_YAML_BOOL },	 { "n", SCD_YAML_BOOL },
		{ "0", SCD_YAML_NUMBER },	 { "-12", SCD_YAML_NUMBER },
		{ "+1.5", SCD_YAML_NUMBER },	 { ".5", SCD_YAML_NUMBER },
		{ "5.", SCD_YAML_NUMBER },	 { "1e3", SCD_YAML_NUMBER },
		{ "1E-3", SCD_YAML_NUMBER },	 { "0x1F", SCD_YAML_NUMBER },
		{ "0o17", SCD_YAML_NUMBER },	 { ".inf", SCD_YAML_NUMBER },
		{ "-.INF", SCD_YAML_NUMBER },	 { ".nan", SCD_YAML_NUMBER },
		{ "60s", SCD_YAML_STRING },	 { ":8080", SCD_YAML_STRING },
		{ "1e", SCD_YAML_STRING },	 { ".", SCD_YAML_STRING },
		{ "0x", SCD_YAML_STRING },	 { "0xg", SCD_YAML_STRING },
		{ "-0x1", SCD_YAML_STRING },	 { "0o8", SCD_YAML_STRING },
		{ "1.2.3", SCD_YAML_STRING },	 { "-.nan", SCD_YAML_STRING },
		{ "nulL", SCD_YAML_STRING },	 { "Retain", SCD_YAML_STRING },
		{ "\"true\"", SCD_YAML_STRING }, { "'5'", SCD_YAML_STRING },
		{ "\"\"", SCD_YAML_STRING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		auto_yaml struct scd_yaml *doc = NULL;
		char text[32];

		(void)snprintf(text, sizeof(text), "a: %s\n", words[i].text);
		doc = load(text);
		assert_int_equal(scd_yaml_kind(scd_yaml_get(doc, scd_yaml_root(doc), "a")),
				 words[i].kind);
	}
}

static void nothing_at_all_is_null(void **state)
{
	auto_yaml struct scd_yaml *doc = load("a:\nb: ''\n");
	const struct scd_yaml_node *root = scd_yaml_root(doc);

	(void)state;
	assert_int_equal(scd_yaml_kind(scd_yaml_get(doc, root, "a")), SCD_YAML_NULL);
	assert_int_equal(scd_yaml_kind(scd_yaml_get(doc, root, "b")), SCD_YAML_STRING);
	assert_string_equal(scd_yaml_kind_name(SCD_YAML_NULL), "nothing");
	assert_string_equal(scd_yaml_kind_name(SCD_YAML_MAPPING), "a mapping");
}

static void json_is_read_as_yaml(void **state)
{
	auto_yaml struct scd_yaml *doc =
		load("{\n\t\"a\":\"x\\/y\",\n\t\"b\" : [1, true, null, \"\\u00e9\"]\n}\n");
	const struct scd_yaml_node *root = scd_yaml_root(doc), *list;

	(void)state;
	assert_string_equal(scd_yaml_text(scd_yaml_get(doc, root, "a")), "x/y");
	list = scd_yaml_get(doc, root, "b");
	assert_int_equal(scd_yaml_kind(scd_yaml_item(doc, list, 0)), SCD_YAML_NUMBER);
	assert_int_equal(scd_yaml_kind(scd_yaml_item(doc, list, 1)), SCD_YAML_BOOL);
	assert_int_equal(scd_yaml_kind(scd_yaml_item(doc, list, 2)), SCD_YAML_NULL);
	assert_string_equal(scd_yaml_text(scd_yaml_item(doc, list, 3)), "\xc3\xa9");
}

static void document_marks_and_crlf_are_fine(void **state)
{
	auto_yaml struct scd_yaml *doc = load("---\r\na: 1\r\nb: 2\r\n...\r\n");

	(void)state;
	assert_int_equal(scd_yaml_line(scd_yaml_get(doc, scd_yaml_root(doc), "b")), 3);
}

static void what_hides_meaning_is_refused(void **state)
{
	(void)state;
	assert_refused("a: &x 1\nb: 2\n", "f:1:4: anchors (&name) are not accepted");
	assert_refused("a: 1\nb: [*x]\n",
		       "f:2:5: aliases (*name) are not accepted: write the value out");
	assert_refused("a: !!str 1\n", "f:1:4: tags (!type) are not accepted");
	assert_refused("a: ! 1\n", "f:1:4: tags (!type) are not accepted");
	assert_refused("a: !<tag:x,1:y> 1\n", "f:1:4: tags (!type) are not accepted");
	assert_refused("%YAML 1.1\n---\na: 1\n", "f:1:1: directives (%) are not accepted");
	assert_refused("%TAG ! tag:x,1:\n---\na: 1\n", "f:1:1: directives (%) are not accepted");
	assert_refused("a: 1\n<<: {b: 1}\n", "f:2:1: merge keys (<<) are not accepted");
	assert_refused("a: 1\n---\nb: 2\n", "f:2:1: a second document: only one is accepted");
	assert_refused("a: 1\n---\n", "f:2:1: a second document: only one is accepted");
}

static void an_ampersand_in_quotes_is_no_anchor(void **state)
{
	auto_yaml struct scd_yaml *doc = load("a: '&x'\nb: \"*x !y\"\n'<<': z & *y\n");

	(void)state;
	assert_string_equal(scd_yaml_text(scd_yaml_get(doc, scd_yaml_root(doc), "<<")), "z & *y");
}

static void keys_are_words_that_stand_once(void **state)
{
	(void)state;
	assert_refused("a: 1\nb: 2\na: 3\n", "f:3:1: the key \"a\" is already there, in line 1");
	assert_refused("a: 1\n\"a\": 3\n", "f:2:1: the key \"a\" is already there, in line 1");
	assert_refused("x: {b: 1, c: 2, b: 3, c: 4}\n",
		       "f:1:17: the key \"b\" is already there, in line 1");
	assert_refused("\"\\e\": 1\n\"\\e\": 1\n",
		       "f:2:1: the key \"\\u001b\" is already there, in line 1");
	assert_refused("[a]: 1\n", "f:1:1: a key has to be a word");
	assert_refused("? {a: 1}\n: 1\n", "f:1:3: a key has to be a word");
	assert_refused("a: 1\n~: 1\n", "f:2:1: a key is missing");
	assert_refused("? \n: 1\n", "f:1:2: a key is missing");
}

static void text_that_is_not_clean_utf8_is_refused(void **state)
{
	(void)state;
	assert_refused("a: \xff\n", "f:1:4: not UTF-8");
	assert_refused("\xff\xfe"
		       "a\0:\0",
		       "f:1:1: UTF-16: save the file as UTF-8");
	assert_refused("\xff", "f:1:1: not UTF-8");
	assert_refused("\xef\xbb\xbf"
		       "a: 1\n",
		       "f:1:1: a byte order mark: save the file without one");
	assert_refused("a: b\0c\n", "f:1:5: a control character: escape it in double quotes");
	assert_refused("a: é\x1b\n", "f:1:5: a control character: escape it in double quotes");
	assert_refused("a: \xc2\x85"
		       "b\n",
		       "f:1:4: a control character: escape it in double quotes");
	assert_refused("a: \x1f\n", "f:1:4: a control character: escape it in double quotes");
	assert_refused("a: \x7f\n", "f:1:4: a control character: escape it in double quotes");
	assert_refused("a: \xc2\x80\n", "f:1:4: a control character: escape it in double quotes");
	assert_refused("a: \xc2\x9f\n", "f:1:4: a control character: escape it in double quotes");
	assert_refused("a: 'x\xe2\x80\xa8y'\n",
		       "f:1:6: a Unicode line separator: escape it in double quotes");
	assert_refused("a: 1\rb: 2\n", "f:1:5: a carriage return without a line feed");
	/* What stands behind the text is no line feed of it. */
	assert_refused_bytes("a: 1\r\n", 5, "f:1:5: a carriage return without a line feed");
	assert_refused("a: \"x\\0y\"\n", "f:1:4: a NUL character (\\0) in a string");
	assert_refused("a: \xef\xbf\xbf\n", "f:1:4: control characters are not allowed");
}

static void text_that_is_no_yaml_says_where(void **state)
{
	(void)state;
	assert_refused("", "f:1:1: empty: a document is missing");
	assert_refused("# only a comment\n", "f:1:1: empty: a document is missing");
	assert_refused(
		"a: b: c\n",
		"f:1:5: a colon where no key can be: put a value with \": \" in quotes, or correct the indentation");
	assert_refused(
		"a: 1\n...\nb: [\n---\n",
		"f:3:1: text after the end of a document: write --- in front of the next one");
}

static void problems_say_what_to_write(void **state)
{
	static const char *const cases[][2] = {
		{ "a: [1, 2\n", "1:4: a comma, or the ] for the [ in line 1, is missing" },
		{ "a:\n  {b: c\n   d: e}\n",
		  "3:5: a comma, or the } for the { in line 2, is missing" },
		{ "a:\n\tb: 1\n", "2:1: a tab cannot indent: write spaces" },
		{ "a: x\n\ty: 1\n", "2:1: a tab cannot indent: write spaces" },
		{ "a: @b\n", "1:4: no value begins with @: put it in quotes" },
		{ "a: 1\nb: \"x\n", "2:4: a quote that is not closed" },
		{ "a: 'x\n---\n", "1:4: a quote that is not closed" },
		{ "a: \"\\q\"\n",
		  "1:5: an escape that YAML does not know: write \\\\ for a backslash" },
		{ "a: 1\nb\nc: 1\n", "2:1: a key without a colon: write \"key: value\"" },
		{ "x:\n  a: 1\n b: 2\n",
		  "3:2: no key of the mapping that begins in line 1: correct the indentation, or "
		  "the quotes" },
		{ "- 1\nb: 2\n",
		  "2:1: no item of the list that begins in line 1: correct the indentation" },
		{ "a: - b\n",
		  "1:4: no list can begin here: write its first \"- \" on a line of its own" },
		{ "a: [}]\n",
		  "1:5: a value, or the end of a list or mapping in brackets, is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char wanted[200];

		(void)snprintf(wanted, sizeof(wanted), "f:%s", cases[i][1]);
		assert_refused_bytes(cases[i][0], strlen(cases[i][0]), wanted);
	}
}

static void nesting_over_the_limit_is_refused_where_it_starts(void **state)
{
	auto_yaml struct scd_yaml *doc = load("[[[[[[[[1]]]]]]]]");

	(void)state;
	assert_refused("[[[[[[[[[1]]]]]]]]]", "f:1:9: nested more than 8 deep");
	assert_refused("a:\n b:\n  c:\n   d:\n    e:\n     f:\n      g:\n       h:\n        i: 1\n",
		       "f:9:9: nested more than 8 deep");
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Each of these is small as a text and large, deep or slow to a careless reader. */
static void hostile_texts_cost_nothing(void **state)
{
	static const char *const units[] = { "[",	"{",  "- ",	"{a: ", "? ",  "[a,",
					     "&a [*a,", "\"", "- - - ", "[?",	"a:\n" };
	const struct scd_yaml_limits large = { .bytes = 1 << 18, .depth = 64 };
	const double begin = seconds();

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		auto_buf struct scd_buf text = scd_buf_init(1 << 18);
		auto_yaml struct scd_yaml *doc = NULL;
		struct scd_error err;

		while (text.len + strlen(units[i]) <= text.max)
			scd_buf_puts(&text, units[i]);
		assert_int_equal(scd_yaml_load("f", text.data, text.len, &large, &doc, &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
	}
	assert_true(seconds() - begin < 1.5);
}

static void many_keys_are_compared_quickly(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(1 << 20);
	auto_yaml struct scd_yaml *doc = NULL;
	const double begin = seconds();
	struct scd_error err;

	(void)state;
	for (unsigned i = 0; i < 50000; i++)
		scd_buf_printf(&text, "key%u: 1\n", i);
	assert_int_equal(scd_yaml_load("f", text.data, text.len, &limits, &doc, &err), 0);
	assert_int_equal(scd_yaml_count(scd_yaml_root(doc)), 50000);
	assert_true(seconds() - begin < 1.5);
}

static void size_over_the_limit_is_refused_before_reading(void **state)
{
	const struct scd_yaml_limits small = { .bytes = 8, .depth = 8 };
	struct scd_yaml *doc = NULL;
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_yaml_load("f", "a: 12345", 8, &small, &doc, &err), 0);
	scd_yaml_free(&doc);
	assert_null(doc);
	assert_int_equal(scd_yaml_load("f", "a: 123456", 9, &small, &doc, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
	assert_string_equal(err.msg, "'f' is over 8 bytes");
}

static void messages_keep_the_end_of_a_long_name(void **state)
{
	struct scd_yaml *doc = NULL;
	struct scd_error err;
	char name[300];

	(void)state;
	memset(name, 'd', sizeof(name));
	(void)snprintf(name + 280, 20, "/seccompd.yaml");
	assert_int_equal(scd_yaml_load(name, "a: *b", 5, &limits, &doc, &err), -1);
	assert_memory_equal(err.msg, "...ddd", 6);
	assert_non_null(strstr(err.msg, "ddd/seccompd.yaml:1:4: aliases"));
}

static void failures_of_the_caller_carry_the_place(void **state)
{
	auto_yaml struct scd_yaml *doc = load("a: 1\nb: [x]\n");
	const struct scd_yaml_node *b = scd_yaml_get(doc, scd_yaml_root(doc), "b");
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_yaml_fail(doc, b, &err, "no %s", "good"), -1);
	assert_string_equal(err.msg, "f:2:4: no good");
	assert_int_equal(err.code, SCD_E_CONFIG);
	(void)scd_fail(&err, SCD_E_NOMEM, 12, "inner");
	assert_int_equal(scd_yaml_wrap(doc, scd_yaml_item(doc, b, 0), &err, "b"), -1);
	assert_string_equal(err.msg, "f:2:5: b: inner");
	assert_int_equal(err.code, SCD_E_NOMEM);
	assert_int_equal(err.sys, 12);
}

static void a_stream_has_any_number_of_documents(void **state)
{
	static const char text[] = "---\na: 1\n---\n# nothing\n---\n{\"b\": 2}\n...\n";
	auto_yaml_stream struct scd_yaml_stream *stream = NULL;
	struct scd_yaml *doc = NULL;
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_yaml_open("f", text, strlen(text), &limits, &stream, &err), 0);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 1);
	assert_string_equal(scd_yaml_text(scd_yaml_get(doc, scd_yaml_root(doc), "a")), "1");
	scd_yaml_free(&doc);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 1);
	assert_int_equal(scd_yaml_kind(scd_yaml_root(doc)), SCD_YAML_NULL);
	scd_yaml_free(&doc);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 1);
	assert_int_equal(scd_yaml_line(scd_yaml_get(doc, scd_yaml_root(doc), "b")), 6);
	scd_yaml_free(&doc);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 0);
	assert_null(doc);
	scd_yaml_close(&stream);

	assert_int_equal(scd_yaml_open("f", "", 0, &limits, &stream, &err), 0);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 0);
	scd_yaml_close(&stream);

	assert_int_equal(scd_yaml_open("f", "a: 1\n---\nb: 1\nb: 2\n", 19, &limits, &stream, &err),
			 0);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), 1);
	scd_yaml_free(&doc);
	assert_int_equal(scd_yaml_next(stream, &doc, &err), -1);
	assert_string_equal(err.msg, "f:4:1: the key \"b\" is already there, in line 3");
}

static void aliases_pass_when_asked_for(void **state)
{
	static const struct scd_yaml_limits with = { .bytes = 100, .depth = 8, .aliases = true };
	static const char text[] = "a: &x one\nb: *x\nc: &y [*y]\n";
	struct scd_yaml *doc = NULL;
	const struct scd_yaml_node *root, *node;
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_yaml_load("f", text, strlen(text), &with, &doc, &err), 0);
	root = scd_yaml_root(doc);
	node = scd_yaml_get(doc, root, "b");
	assert_string_equal(scd_yaml_text(node), "one");
	assert_int_equal(scd_yaml_line(node), 1);
	node = scd_yaml_get(doc, root, "c");
	assert_ptr_equal(scd_yaml_item(doc, node, 0), node); /* within itself */
	scd_yaml_free(&doc);
	assert_int_equal(scd_yaml_load("f", "<<: 1\n", 6, &with, &doc, &err), -1);
}

/* Loads with aliases; the values of the mapping "m" in the order of its keys, "a=1 b=2 ", or the
 * message. */
static void assert_merged(const char *text, const char *wanted)
{
	const struct scd_yaml_limits with = { .bytes = 1 << 20, .depth = 8, .aliases = true };
	auto_yaml struct scd_yaml *doc = NULL;
	auto_buf struct scd_buf found = scd_buf_init(1024);
	const struct scd_yaml_node *map;
	struct scd_error err;

	if (scd_yaml_load("f", text, strlen(text), &with, &doc, &err) < 0) {
		assert_string_equal(err.msg, wanted);
		return;
	}
	map = scd_yaml_get(doc, scd_yaml_root(doc), "m");
	assert_non_null(map);
	for (size_t i = 0; i < scd_yaml_count(map); i++) {
		const char *value = scd_yaml_text(scd_yaml_value(doc, map, i));

		scd_buf_printf(&found, "%s=%s ", scd_yaml_text(scd_yaml_key(doc, map, i)),
			       value ? value : "?");
	}
	assert_string_equal(scd_buf_text(&found), wanted);
}

static void merge_keys_add_what_a_mapping_lacks(void **state)
{
	(void)state;
	assert_merged("x: &x {a: 1, b: 2}\nm: {<<: *x, b: 3}\n", "b=3 a=1 ");
	assert_merged("m: {b: 3, <<: {a: 1, b: 2}}\n", "b=3 a=1 ");
	assert_merged("x: &x {a: 1}\ny: &y {a: 2, b: 2}\nm: {<<: [*x, *y]}\n", "a=1 b=2 ");
	assert_merged("x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nm: {<<: *y, c: 3}\n", "c=3 b=2 a=1 ");
	assert_merged("m: {<<: [], a: 1}\n", "a=1 ");
	assert_merged("m: &m {<<: *m, a: 1}\n", "a=1 ");
	assert_merged("m: &m {a: 1, b: {<<: *m}}\n", "a=1 b=? "); /* a circle */
	assert_merged("m: {\"<<\": {a: 1}}\n", "<<=? ");	  /* in quotes it is a key */
	assert_merged("m: {<<: 1}\n",
		      "f:1:9: a merge key (<<) takes a mapping, or a list of mappings");
	assert_merged("m: {<<: [{a: 1}, [b]]}\n",
		      "f:1:18: a merge key (<<) takes a mapping, or a list of mappings");
	assert_merged("m: {<<: {<<: {a: 1}}}\n", "f:1:9: a merge key (<<) takes no mapping with a "
						 "merge key that is not done yet");
	assert_merged("m: {<<: {a: 1}, <<: {b: 1}}\n",
		      "f:1:17: the key \"<<\" is already there, in line 1");
}

static void merge_keys_end_at_a_limit(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(1 << 20);

	(void)state;
	scd_buf_puts(&text, "x: &x {");
	for (int i = 0; i < 2000; i++)
		scd_buf_printf(&text, "k%d: 1, ", i);
	scd_buf_puts(&text, "}\nm:\n");
	for (int i = 0; i < 2000; i++)
		scd_buf_printf(&text, "- {<<: *x}\n");
	assert_merged(scd_buf_text(&text), "f:1:4: a merge key (<<) repeats too much");
}

static void the_place_of_a_message_is_read_again(void **state)
{
	struct scd_yaml *doc = NULL;
	struct scd_error err;
	unsigned line, column;

	(void)state;
	assert_int_equal(scd_yaml_load("f", "a: 1\n  b: *x\n", 13, &limits, &doc, &err), -1);
	assert_string_equal(
		scd_yaml_place(&err, "f", &line, &column),
		"a colon where no key can be: put a value with \": \" in quotes, or correct the indentation");
	assert_int_equal(line, 2);
	assert_int_equal(column, 4);
	assert_null(scd_yaml_place(&err, "g", &line, &column));
	assert_int_equal(line, 0);
	err = (struct scd_error){ .code = SCD_E_CONFIG, .msg = "f:1:x: y" };
	assert_null(scd_yaml_place(&err, "f", &line, &column));
	err = (struct scd_error){ .code = SCD_E_NOMEM, .msg = "f:1:2: y" };
	assert_null(scd_yaml_place(&err, "f", &line, &column));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_with_their_places),
		cmocka_unit_test(plain_words_are_typed_as_yaml_has_it),
		cmocka_unit_test(nothing_at_all_is_null),
		cmocka_unit_test(json_is_read_as_yaml),
		cmocka_unit_test(document_marks_and_crlf_are_fine),
		cmocka_unit_test(what_hides_meaning_is_refused),
		cmocka_unit_test(an_ampersand_in_quotes_is_no_anchor),
		cmocka_unit_test(keys_are_words_that_stand_once),
		cmocka_unit_test(text_that_is_not_clean_utf8_is_refused),
		cmocka_unit_test(text_that_is_no_yaml_says_where),
		cmocka_unit_test(problems_say_what_to_write),
		cmocka_unit_test(nesting_over_the_limit_is_refused_where_it_starts),
		cmocka_unit_test(hostile_texts_cost_nothing),
		cmocka_unit_test(many_keys_are_compared_quickly),
		cmocka_unit_test(size_over_the_limit_is_refused_before_reading),
		cmocka_unit_test(messages_keep_the_end_of_a_long_name),
		cmocka_unit_test(failures_of_the_caller_carry_the_place),
		cmocka_unit_test(a_stream_has_any_number_of_documents),
		cmocka_unit_test(aliases_pass_when_asked_for),
		cmocka_unit_test(merge_keys_add_what_a_mapping_lacks),
		cmocka_unit_test(merge_keys_end_at_a_limit),
		cmocka_unit_test(the_place_of_a_message_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <string.h>

#include "yaml_print.h"
#include "yamldoc.h"

static char *printed(const cJSON *tree)
{
	auto_buf struct scd_buf out = scd_buf_init((size_t)1 << 20);
	struct scd_error err;

	assert_int_equal(scd_yaml_print(tree, &out, &err), 0);
	return scd_buf_take(&out);
}

static void a_tree_is_written_as_people_do(void **state)
{
	cJSON *tree =
		cJSON_Parse("{\"kind\":\"ConfigMap\",\"immutable\":true,\"mode\":292,\"data\":{"
			    "\"web.json\":\"{\\n  \\\"a\\\": 1\\n}\\n\"},\"items\":[{\"key\":\"a\","
			    "\"path\":\"b/c\"}],\"empty\":{}}");
	auto_free char *text = NULL;

	(void)state;
	assert_non_null(tree);
	text = printed(tree);
	assert_string_equal(text, "---\n"
				  "kind: ConfigMap\n"
				  "immutable: true\n"
				  "mode: 292\n"
				  "data:\n"
				  "  web.json: |\n"
				  "    {\n"
				  "      \"a\": 1\n"
				  "    }\n"
				  "items:\n"
				  "- key: a\n"
				  "  path: b/c\n"
				  "empty: {}\n");
	cJSON_Delete(tree);
}

/* What a YAML reader would take for another type, or for another text. */
static void strings_come_back_as_they_were(void **state)
{
	static const char *const strings[] = {
		"",
		"true",
		"no",
		"null",
		"~",
		"12",
		"1.5",
		"0x1f",
		"a: b",
		"#a",
		"- a",
		" leading",
		"trailing ",
		"one\n",
		"one\ntwo",
		"one\ntwo\n\n\n",
		"  indented\nless\n",
		"\n\nblank first\n",
		"tab\tinside\n\tand first\n",
		"space at the end \nof a line\n",
		"carriage\r\nreturn\r\n",
		"\xc3\xa9\xe2\x82\xac\n\xf0\x9f\x98\x80\n",
		"---\n...\n",
		"{\"names\": [\"a\"]}",
		"\xe2\x80\xa8 line separator\n",
		"\x01\x7f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		const struct scd_yaml_limits limits = { .bytes = 1 << 20, .depth = 16 };
		cJSON *tree = cJSON_CreateObject();
		auto_free char *text = NULL;
		auto_yaml struct scd_yaml *doc = NULL;
		const struct scd_yaml_node *value;
		struct scd_error err;

		assert_non_null(cJSON_AddStringToObject(tree, "key", strings[i]));
		text = printed(tree);
		cJSON_Delete(tree);
		if (scd_yaml_load("text", text, strlen(text), &limits, &doc, &err) < 0)
			fail_msg("%s in %s", err.msg, text);
		value = scd_yaml_get(doc, scd_yaml_root(doc), "key");
		assert_non_null(value);
		assert_int_equal(scd_yaml_kind(value), SCD_YAML_STRING);
		assert_string_equal(scd_yaml_text(value), strings[i]);
	}
}

static void raw_values_are_written_as_they_are(void **state)
{
	cJSON *tree = cJSON_CreateObject();
	auto_free char *text = NULL;

	(void)state;
	assert_non_null(cJSON_AddRawToObject(tree, "mode", "0444"));
	text = printed(tree);
	assert_string_equal(text, "---\nmode: 0444\n");
	cJSON_Delete(tree);
}

static void a_full_buffer_is_seen(void **state)
{
	cJSON *tree = cJSON_Parse("{\"a\":\"a long text\"}");
	auto_buf struct scd_buf out = scd_buf_init(4);
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_yaml_print(tree, &out, &err), 0);
	assert_true(out.failed);
	cJSON_Delete(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_written_as_people_do),
		cmocka_unit_test(strings_come_back_as_they_were),
		cmocka_unit_test(raw_values_are_written_as_they_are),
		cmocka_unit_test(a_full_buffer_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

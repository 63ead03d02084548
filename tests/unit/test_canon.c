/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "canon.h"

/* The layout of @text: free() it. */
static char *laid_out(const char *text)
{
	auto_json struct scd_json json = { 0 };
	auto_buf struct scd_buf out = scd_buf_init(SCD_CANON_MAX);
	struct scd_error err;

	assert_int_equal(scd_json_parse(text, strlen(text), &json, &err), 0);
	assert_int_equal(json.fault_count, 0);
	assert_int_equal(scd_canon_print(&json, text, &out, &err), 0);
	return scd_buf_take(&out);
}

static void assert_layout(const char *text, const char *expected)
{
	auto_free char *once = laid_out(text);
	auto_free char *twice = laid_out(once);

	assert_string_equal(once, expected);
	assert_string_equal(twice, expected);
}

static void keys_come_in_one_order(void **state)
{
	(void)state;
	assert_layout("{\"syscalls\":[{\"args\":[{\"op\":\"SCMP_CMP_EQ\",\"value\":1,\"index\":0}],"
		      "\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"read\"]}],"
		      "\"defaultErrnoRet\":38,\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		      "{\n"
		      "  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n"
		      "  \"defaultErrnoRet\": 38,\n"
		      "  \"syscalls\": [\n"
		      "    {\n"
		      "      \"names\": [\n"
		      "        \"read\"\n"
		      "      ],\n"
		      "      \"action\": \"SCMP_ACT_ALLOW\",\n"
		      "      \"args\": [\n"
		      "        {\n"
		      "          \"index\": 0,\n"
		      "          \"value\": 1,\n"
		      "          \"op\": \"SCMP_CMP_EQ\"\n"
		      "        }\n"
		      "      ]\n"
		      "    }\n"
		      "  ]\n"
		      "}\n");
}

/* A remark stands before what it is about, whatever its key is called. */
static void keys_that_nobody_reads_come_first_in_their_order(void **state)
{
	(void)state;
	assert_layout(
		"{\"defaultAction\":\"SCMP_ACT_LOG\",\"_z\":1,\"_a\":{\"names\":[\"b\",\"a\"],"
		"\"action\":1}}",
		"{\n"
		"  \"_z\": 1,\n"
		"  \"_a\": {\n"
		"    \"names\": [\n"
		"      \"b\",\n"
		"      \"a\"\n"
		"    ],\n"
		"    \"action\": 1\n"
		"  },\n"
		"  \"defaultAction\": \"SCMP_ACT_LOG\"\n"
		"}\n");
}

static void names_are_sorted_and_stand_once(void **state)
{
	(void)state;
	assert_layout("{\"syscalls\":[{\"names\":[\"write\",\"read\",\"write\",\"close\"]},"
		      "{\"names\":[]}]}",
		      "{\n"
		      "  \"syscalls\": [\n"
		      "    {\n"
		      "      \"names\": [\n"
		      "        \"close\",\n"
		      "        \"read\",\n"
		      "        \"write\"\n"
		      "      ]\n"
		      "    },\n"
		      "    {\n"
		      "      \"names\": []\n"
		      "    }\n"
		      "  ]\n"
		      "}\n");
}

/* Which of two rules for one call comes first decides, and so does the order of architectures
 * for whoever reads them. */
static void rules_and_architectures_keep_their_order(void **state)
{
	(void)state;
	assert_layout(
		"{\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"],\"syscalls\":["
		"{\"names\":[\"b\"]},{\"names\":[\"a\"]}]}",
		"{\n"
		"  \"architectures\": [\n"
		"    \"SCMP_ARCH_X86_64\",\n"
		"    \"SCMP_ARCH_AARCH64\"\n"
		"  ],\n"
		"  \"syscalls\": [\n"
		"    {\n"
		"      \"names\": [\n"
		"        \"b\"\n"
		"      ]\n"
		"    },\n"
		"    {\n"
		"      \"names\": [\n"
		"        \"a\"\n"
		"      ]\n"
		"    }\n"
		"  ]\n"
		"}\n");
}

/* A double would make 18446744073709551615 another number. */
static void numbers_and_words_stay_as_they_are_written(void **state)
{
	(void)state;
	assert_layout("[18446744073709551615, 9007199254740993, -1.50e+3, true, null, {}, [], "
		      "\"\\u00e9\\\"\\\\\\n\"]",
		      "[\n"
		      "  18446744073709551615,\n"
		      "  9007199254740993,\n"
		      "  -1.50e+3,\n"
		      "  true,\n"
		      "  null,\n"
		      "  {},\n"
		      "  [],\n"
		      "  \"é\\\"\\\\\\n\"\n"
		      "]\n");
	assert_layout(" 7 ", "7\n");
}

static void the_deepest_text_is_laid_out(void **state)
{
	char text[2 * SCD_JSON_DEPTH_MAX + 1];
	auto_free char *out = NULL;

	(void)state;
	memset(text, '[', SCD_JSON_DEPTH_MAX);
	memset(text + SCD_JSON_DEPTH_MAX, ']', SCD_JSON_DEPTH_MAX);
	text[2 * SCD_JSON_DEPTH_MAX] = '\0';
	out = laid_out(text);
	assert_non_null(strstr(out, "[]"));
	assert_int_equal(strlen(strstr(out, "[]")) > SCD_JSON_DEPTH_MAX, 1);
}

static void a_full_buffer_is_seen(void **state)
{
	const char text[] = "[1,2,3]";
	auto_json struct scd_json json = { 0 };
	auto_buf struct scd_buf out = scd_buf_init(4);
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_json_parse(text, strlen(text), &json, &err), 0);
	assert_int_equal(scd_canon_print(&json, text, &out, &err), 0);
	assert_true(out.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_in_one_order),
		cmocka_unit_test(keys_that_nobody_reads_come_first_in_their_order),
		cmocka_unit_test(names_are_sorted_and_stand_once),
		cmocka_unit_test(rules_and_architectures_keep_their_order),
		cmocka_unit_test(numbers_and_words_stay_as_they_are_written),
		cmocka_unit_test(the_deepest_text_is_laid_out),
		cmocka_unit_test(a_full_buffer_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

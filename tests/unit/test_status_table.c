/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "status_table.h"
#include "status_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What a daemon says, with one profile of each kind. */
static const char document[] =
	"{\"apiVersion\":\"seccompd.dev/v1alpha1\",\"kind\":\"NodeProfileStatus\","
	"\"node\":\"worker-1\",\"version\":\"v0.1.0\",\"libseccomp\":\"2.5.4\","
	"\"source\":{\"path\":\"/profiles\",\"state\":\"OK\",\"digest\":\"sha256:" HEX "\","
	"\"keys\":3},"
	"\"lastSync\":{\"trigger\":\"watch\",\"result\":\"Partial\","
	"\"startedAt\":\"2026-08-23T10:00:00Z\",\"durationSeconds\":0.061},"
	"\"readiness\":{\"policy\":\"strict\",\"ready\":false,\"checks\":["
	"{\"name\":\"source\",\"ok\":true},"
	"{\"name\":\"profiles\",\"ok\":false,\"reason\":\"InvalidProfiles\"}]},"
	"\"conditions\":["
	"{\"type\":\"Synced\",\"status\":\"True\",\"reason\":\"FirstSyncComplete\"},"
	"{\"type\":\"ProfilesValid\",\"status\":\"False\",\"reason\":\"InvalidProfiles\","
	"\"message\":\"1 of 3 profiles is invalid\"}],"
	"\"profiles\":["
	"{\"name\":\"audit.json\",\"state\":\"Installed\",\"installedSha256\":\"" HEX "\","
	"\"localhostProfile\":\"profiles/audit.json\",\"bpfInstructions\":4,"
	"\"findingsTotal\":1,\"findings\":[{\"ruleId\":\"SCP031\",\"rule\":\"syscall-unknown\","
	"\"severity\":\"warning\",\"line\":3,\"column\":1,\"message\":\"of no interest\"}]},"
	"{\"name\":\"full.json\",\"state\":\"Failed\",\"errno\":\"ENOSPC\","
	"\"localhostProfile\":\"profiles/full.json\",\"findingsTotal\":0,\"findings\":[]},"
	"{\"name\":\"web.json\",\"state\":\"Stale\",\"installedSha256\":\"f" HEX "\","
	"\"localhostProfile\":\"profiles/web.json\",\"findingsTotal\":12,\"findings\":["
	"{\"ruleId\":\"SCP005\",\"rule\":\"action-unknown\",\"severity\":\"error\",\"line\":7,"
	"\"column\":17,\"message\":\"\\\"SCMP_ACT_ALOW\\\" is not an action\"},"
	"{\"ruleId\":\"SCP059\",\"rule\":\"no-restriction\",\"severity\":\"note\","
	"\"message\":\"nothing is denied\"}]}]}";

/* Prints @text; the caller frees it. */
static char *print(const char *text, enum scd_output output, bool *well)
{
	struct scd_buf out = scd_buf_init((size_t)1 << 20);
	struct scd_error err;
	char *printed;

	if (scd_status_print(text, strlen(text), output, &out, well, &err) != 0)
		fail_msg("%s", err.msg);
	printed = scd_buf_take(&out);
	assert_non_null(printed);
	return printed;
}

static void expect_line(const char *text, const char *want, bool want_well)
{
	auto_buf struct scd_buf out = scd_buf_init((size_t)1 << 20);
	struct scd_error err;
	bool well = !want_well;

	if (scd_status_line(text, strlen(text), &out, &well, &err) != 0)
		fail_msg("%s", err.msg);
	assert_string_equal(scd_buf_text(&out), want);
	assert_true(well == want_well);
}

static void a_document_becomes_a_line(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(1024);
	struct scd_error err;
	bool well;

	(void)state;
	expect_line(document,
		    "worker-1: not ready; 1 Installed, 1 Stale, 1 Failed; set digest 0123456789ab; "
		    "full.json Failed, web.json Stale\n",
		    false);
	expect_line("{\"kind\":\"NodeProfileStatus\",\"profiles\":[]}",
		    "-: not ready; no profile; set digest -\n", true);
	/* A name of the document is no place for a new line or an escape sequence. */
	expect_line("{\"kind\":\"NodeProfileStatus\",\"node\":\"a\\n\\u001b[2J\",\"profiles\":["
		    "{\"name\":\"\\r\",\"state\":\"Invalid\"},{\"state\":\"Invalid\"},"
		    "{\"name\":3,\"state\":\"Stale\"},{\"name\":\"d\",\"state\":\"Stale\"},"
		    "{\"name\":\"e\",\"state\":\"Stale\"},{\"name\":\"f\",\"state\":\"Stale\"},"
		    "{\"name\":\"g\",\"state\":\"\\u001b\"},{\"name\":\"h\",\"state\":\"Stale\"}]}",
		    "a\\n\\u001b[2J: not ready; 5 Stale, 2 Invalid; set digest -; \\r Invalid, "
		    "- Invalid, - Stale, d Stale, e Stale and 2 more\n",
		    false);
	assert_int_equal(scd_status_line("[]", 2, &out, &well, &err), -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
}

static void a_document_becomes_a_table(void **state)
{
	static const char want[] =
		"Node                worker-1, seccompd v0.1.0, libseccomp 2.5.4\n"
		"Source              OK, 3 profiles, set digest 0123456789ab\n"
		"Last sync           2026-08-23T10:00:00Z, Partial (watch)\n"
		"Ready               no, profiles: InvalidProfiles\n"
		"Synced              True, FirstSyncComplete\n"
		"ProfilesValid       False, InvalidProfiles: 1 of 3 profiles is invalid\n"
		"\n"
		"NAME        STATE      SHA256        LOCALHOSTPROFILE     INSNS  FINDINGS\n"
		"audit.json  Installed  0123456789ab  profiles/audit.json      4         1\n"
		"full.json   Failed     -             profiles/full.json       -         0\n"
		"web.json    Stale      f0123456789a  profiles/web.json        -        12\n"
		"\n"
		"full.json: Failed: ENOSPC\n"
		"web.json:7:17: error: \"SCMP_ACT_ALOW\" is not an action [SCP005 action-unknown]\n"
		"web.json: note: nothing is denied [SCP059 no-restriction]\n";
	auto_free char *printed = NULL;
	bool well = true;

	(void)state;
	printed = print(document, SCD_OUTPUT_HUMAN, &well);
	assert_string_equal(printed, want);
	assert_false(well);
}

static void what_holds_the_daemon_is_shown(void **state)
{
	static const struct {
		const char *sandbox, *want;
	} rows[] = {
		{ "{\"landlock\":{\"state\":\"on\",\"abi\":7},\"seccomp\":{\"state\":\"on\"}}",
		  "\nSandbox             Landlock on (ABI 7), system call filter on\n" },
		{ "{\"landlock\":{\"state\":\"unavailable\",\"reason\":\"ENOSYS\",\"abi\":0},"
		  "\"seccomp\":{\"state\":\"off\"}}",
		  "\nSandbox             Landlock unavailable: ENOSYS, system call filter off\n" },
		{ "{\"landlock\":{\"state\":\"pending\",\"abi\":\"x\"},\"seccomp\":\"on\"}",
		  "\nSandbox             Landlock pending, system call filter -\n" },
		{ "{}", "\nSandbox             Landlock -, system call filter -\n" },
		{ "{\"landlock\":{\"state\":\"\\u001b[2J\"}}",
		  "\nSandbox             Landlock \\u001b[2J, system call filter -\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *printed = NULL, *json = NULL;
		bool well = false;
		char text[512];

		(void)snprintf(text, sizeof(text),
			       "{\"kind\":\"NodeProfileStatus\",\"sandbox\":%s,\"profiles\":[]}",
			       rows[i].sandbox);
		printed = print(text, SCD_OUTPUT_HUMAN, &well);
		if (!strstr(printed, rows[i].want))
			fail_msg("%s: %s", rows[i].sandbox, printed);
		json = print(text, SCD_OUTPUT_JSON, &well);
		assert_non_null(strstr(json, "\"sandbox\""));
	}
}

static void only_four_states_are_not_well(void **state)
{
	static const struct {
		const char *state;
		bool well;
	} rows[] = {
		{ "\"Installed\"", true }, { "\"Pending\"", true }, { "\"Orphaned\"", true },
		{ "\"Invalid\"", false },  { "\"Stale\"", false },  { "\"Conflict\"", false },
		{ "\"Failed\"", false },   { "\"Later\"", true },   { "7", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *printed = NULL;
		bool well = !rows[i].well;
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"kind\":\"NodeProfileStatus\",\"profiles\":"
			       "[{\"state\":\"Installed\"},{\"state\":%s}]}",
			       rows[i].state);
		printed = print(text, SCD_OUTPUT_HUMAN, &well);
		assert_non_null(printed);
		assert_int_equal(well, rows[i].well);
	}
}

static void what_is_missing_or_of_another_type_is_a_dash(void **state)
{
	static const char *const texts[] = {
		"{\"kind\":\"NodeProfileStatus\",\"profiles\":[{}]}",
		"{\"kind\":\"NodeProfileStatus\",\"node\":[],\"version\":1,\"source\":\"x\","
		"\"lastSync\":[1],\"readiness\":7,\"conditions\":{\"a\":1},\"profiles\":[{"
		"\"name\":{},\"state\":null,\"installedSha256\":5,\"localhostProfile\":[],"
		"\"bpfInstructions\":\"4\",\"findingsTotal\":-1,\"findings\":\"no\"}]}",
	};
	static const char want[] = "Node                -, seccompd -, libseccomp -\n"
				   "Source              -, - profiles, set digest -\n"
				   "Last sync           -, - (-)\n"
				   "Ready               -\n"
				   "\n"
				   "NAME  STATE  SHA256  LOCALHOSTPROFILE  INSNS  FINDINGS\n"
				   "-     -      -       -                     -         -\n";
	bool well = false;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_free char *printed = print(texts[i], SCD_OUTPUT_HUMAN, &well);

		assert_string_equal(printed, want);
		assert_true(well);
	}
}

static void what_is_no_status_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"{\"kind\":\"Node\",\"profiles\":[]}",
		"{\"kind\":7,\"profiles\":[]}",
		"{\"kind\":\"NodeProfileStatus\"}",
		"{\"kind\":\"NodeProfileStatus\",\"profiles\":{}}",
		"{\"kind\":\"NodeProfileStatus\",\"profiles\":[]} trailing",
		"<html>502</html>",
	};
	struct scd_buf out = scd_buf_init(1024);
	struct scd_error err;
	bool well;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(scd_status_print(texts[i], strlen(texts[i]), SCD_OUTPUT_HUMAN,
						  &out, &well, &err),
				 -1);
		assert_int_equal(err.code, SCD_E_CORRUPT);
	}
	/* What stands behind a NUL was not looked at. */
	assert_int_equal(scd_status_print("{\"kind\":\"NodeProfileStatus\",\"profiles\":[]}\0x", 43,
					  SCD_OUTPUT_HUMAN, &out, &well, &err),
			 -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
	scd_buf_done(&out);
}

static void a_nest_of_brackets_is_refused_not_followed(void **state)
{
	struct scd_buf out = scd_buf_init(1024), text = scd_buf_init((size_t)1 << 20);
	struct scd_error err;
	bool well;

	(void)state;
	for (int i = 0; i < 500000; i++)
		scd_buf_putc(&text, '[');
	assert_int_equal(scd_status_print(text.data, text.len, SCD_OUTPUT_HUMAN, &out, &well, &err),
			 -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
	scd_buf_done(&out);
	scd_buf_done(&text);
}

/* No byte that a terminal obeys, but for the newline. */
static void assert_harmless(const char *printed)
{
	static const char right_to_left_override[] = { (char)0xe2, (char)0x80, (char)0xae, '\0' };

	for (const char *p = printed; *p; p++) {
		const unsigned char c = (unsigned char)*p;

		assert_false(c < 0x20 && c != '\n' && c != '\t');
		assert_int_not_equal(c, 0x7f);
		assert_false(c == 0xc2 && (unsigned char)p[1] < 0xa0); /* C1 */
	}
	assert_null(strstr(printed, right_to_left_override));
}

static void control_characters_never_reach_the_terminal(void **state)
{
	static const char evil[] =
		"{\"kind\":\"NodeProfileStatus\",\"node\":\"a\\u001b[31m\\u009b2J\\r\\n\\u007f\","
		"\"conditions\":[{\"type\":\"T\\u001b\",\"message\":\"m\\u0007\\u202e\"}],"
		"\"profiles\":[{\"name\":\"n\\u001b]0;x\\u0007\xff\xc2\x9b\",\"state\":\"Invalid\","
		"\"reason\":\"r\\b\",\"installedSha256\":\"\\u001b[2J\\u001b[2J\\u001b[2J\","
		"\"findings\":[{\"severity\":\"\\u001b\",\"message\":\"\\u001b[0m\\\\\\\"\","
		"\"ruleId\":\"\\t\"}]}]}";
	auto_free char *table = NULL;
	auto_free char *json = NULL;
	cJSON *root;
	bool well;

	(void)state;
	table = print(evil, SCD_OUTPUT_HUMAN, &well);
	assert_harmless(table);
	assert_non_null(strstr(table, "a\\u001b[31m\\u009b2J\\r\\n\\u007f"));
	assert_non_null(strstr(table, "n\\u001b]0;x\\u0007\\xff\\u009b"));
	assert_non_null(strstr(table, ": \\u001b[0m\\\" ["));

	json = print(evil, SCD_OUTPUT_JSON, &well);
	assert_harmless(json);
	assert_false(well);
	/* And it is still the same document. */
	root = cJSON_ParseWithOpts(json, NULL, 1);
	assert_non_null(root);
	assert_string_equal(scd_status_string(root, "node"), "a\x1b[31m\xc2\x9b"
							     "2J\r\n\x7f");
	cJSON_Delete(root);
}

static void json_output_is_the_document_indented(void **state)
{
	auto_free char *printed = NULL;
	cJSON *before, *after;
	bool well;

	(void)state;
	printed = print(document, SCD_OUTPUT_JSON, &well);
	assert_false(well);
	before = cJSON_Parse(document);
	after = cJSON_Parse(printed);
	assert_true(cJSON_Compare(before, after, 1));
	assert_non_null(strstr(printed, "\n\t\"kind\""));
	cJSON_Delete(before);
	cJSON_Delete(after);
}

static void long_words_are_cut_and_columns_count_characters(void **state)
{
	auto_free char *printed = NULL;
	char text[2048];
	bool well;

	(void)state;
	(void)snprintf(text, sizeof(text),
		       "{\"kind\":\"NodeProfileStatus\",\"profiles\":["
		       "{\"name\":\"%0600d\"},{\"name\":\"\xc3\xa9\xc3\xa9.json\"}]}",
		       0);
	printed = print(text, SCD_OUTPUT_HUMAN, &well);
	assert_non_null(strstr(printed, "00…  -      -"));
	assert_null(strstr(printed, "é…"));
	/* 256 digits and the ellipsis are one wider than "éé.json" and 250 spaces. */
	(void)snprintf(text, sizeof(text), "éé.json%*s  -", 250, "");
	assert_non_null(strstr(printed, text));
}

static void no_room_is_an_error(void **state)
{
	struct scd_buf out = scd_buf_init(100);
	struct scd_error err;
	bool well;

	(void)state;
	assert_int_equal(
		scd_status_print(document, strlen(document), SCD_OUTPUT_HUMAN, &out, &well, &err),
		-1);
	assert_int_equal(err.code, SCD_E_NOMEM);
	scd_buf_done(&out);
}

static void numbers_are_counts_or_nothing(void **state)
{
	static const struct {
		const char *json;
		bool ok;
		uint64_t value;
	} rows[] = {
		{ "{\"n\":0}", true, 0 },      { "{\"n\":52428800000}", true, 52428800000 },
		{ "{\"n\":-1}", false, 0 },    { "{\"n\":1e300}", false, 0 },
		{ "{\"n\":1e999}", false, 0 }, { "{\"n\":\"1\"}", false, 0 },
		{ "{\"n\":null}", false, 0 },  { "{}", false, 0 },
		{ "{\"N\":1}", false, 0 },     { "[1]", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *json = cJSON_Parse(rows[i].json);
		uint64_t value = 0;

		assert_int_equal(scd_status_number(json, "n", &value), rows[i].ok);
		assert_int_equal(value, rows[i].value);
		cJSON_Delete(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_line),
		cmocka_unit_test(a_document_becomes_a_table),
		cmocka_unit_test(what_holds_the_daemon_is_shown),
		cmocka_unit_test(only_four_states_are_not_well),
		cmocka_unit_test(what_is_missing_or_of_another_type_is_a_dash),
		cmocka_unit_test(what_is_no_status_is_refused),
		cmocka_unit_test(a_nest_of_brackets_is_refused_not_followed),
		cmocka_unit_test(control_characters_never_reach_the_terminal),
		cmocka_unit_test(json_output_is_the_document_indented),
		cmocka_unit_test(long_words_are_cut_and_columns_count_characters),
		cmocka_unit_test(no_room_is_an_error),
		cmocka_unit_test(numbers_are_counts_or_nothing),
	};

	return cmocka_run_group_tests_name("status_table", tests, NULL, NULL);
}

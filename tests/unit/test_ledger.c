/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "json.h"
#include "ledger.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

#define TYPE "\"apiVersion\":\"seccompd.dev/v1alpha1\",\"kind\":\"InstallState\""
#define DOCUMENT(rest) "[{" TYPE "," rest "}]"
#define FILES(rest) DOCUMENT("\"directories\":[],\"files\":{" rest "}")
#define ROW(rest) FILES("\"a.json\":{" rest "}")

static struct scd_owned *add(struct scd_ledger *ledger, const char *name, const char *sha256)
{
	struct scd_owned *row = scd_ledger_add(ledger, name);

	assert_non_null(row);
	memcpy(row->sha256, sha256, sizeof(row->sha256));
	return row;
}

static void fill(struct scd_ledger *ledger)
{
	struct scd_owned *row;

	memcpy(ledger->set_digest, SHA_B, sizeof(ledger->set_digest));
	ledger->corrupt_at = 1787479200;
	assert_int_equal(scd_ledger_add_dir(ledger, "base/deep"), 0);
	assert_int_equal(scd_ledger_add_dir(ledger, "base"), 0);
	row = add(ledger, "base/deep/web.json", SHA_A);
	memcpy(row->intent, SHA_B, sizeof(row->intent));
	row->size = 34;
	row->installed_at = 1787479200; /* 2026-08-23T10:00:00Z */
	row = add(ledger, "audit.json", SHA_B);
	row->orphaned_at = 1;
	row->orphaned_for = 86400;
	row->adopted = true;
	/* Only its letter case is different: another file. */
	(void)add(ledger, "AUDIT.json", SHA_A);
}

static void assert_same(const struct scd_ledger *a, const struct scd_ledger *b)
{
	assert_string_equal(a->set_digest, b->set_digest);
	assert_int_equal(a->corrupt_at, b->corrupt_at);
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->files[i].name, b->files[i].name);
		assert_string_equal(a->files[i].sha256, b->files[i].sha256);
		assert_string_equal(a->files[i].intent, b->files[i].intent);
		assert_int_equal(a->files[i].size, b->files[i].size);
		assert_int_equal(a->files[i].installed_at, b->files[i].installed_at);
		assert_int_equal(a->files[i].orphaned_at, b->files[i].orphaned_at);
		assert_int_equal(a->files[i].orphaned_for, b->files[i].orphaned_for);
		assert_int_equal(a->files[i].adopted, b->files[i].adopted);
	}
	assert_int_equal(a->dir_count, b->dir_count);
	for (size_t i = 0; i < a->dir_count; i++)
		assert_string_equal(a->dirs[i], b->dirs[i]);
}

static void what_is_printed_is_read_again(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 }, again = { 0 };
	auto_free char *text = NULL, *second = NULL;
	struct scd_error err;
	size_t len, second_len;

	(void)state;
	fill(&ledger);
	text = scd_ledger_print(&ledger, "0b4f-uid", &len);
	assert_non_null(text);
	assert_int_equal(len, strlen(text));
	assert_non_null(strstr(text, "\"2026-08-23T10:00:00Z\""));
	assert_non_null(strstr(text, "\"sha256:" SHA_B "\""));
	assert_non_null(strstr(text, "\"0b4f-uid\""));

	assert_int_equal(scd_ledger_parse(text, len, &again, &err), 0);
	assert_same(&ledger, &again);
	second = scd_ledger_print(&again, "0b4f-uid", &second_len);
	assert_non_null(second);
	assert_string_equal(text, second);
}

/* runc takes a JSON object without defaultAction for "no seccomp". */
static void the_root_is_a_list_so_that_no_runtime_takes_it_for_a_profile(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	auto_json struct scd_json json = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	text = scd_ledger_print(&ledger, "", &len);
	assert_non_null(text);
	assert_int_equal(text[0], '[');
	assert_int_equal(scd_json_parse(text, len, &json, &err), 0);
	assert_int_equal(scd_json_root(&json)->type, SCD_JSON_ARRAY);
}

static void a_pod_uid_cannot_make_the_file_unreadable(void **state)
{
	static const char *const odd[] = { "", "\xff\xfe", "a\"b", "a\nb", "\x01" };
	auto_ledger struct scd_ledger ledger = { 0 };
	struct scd_error err;

	(void)state;
	fill(&ledger);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		auto_ledger struct scd_ledger again = { 0 };
		auto_free char *text = NULL;
		size_t len;

		text = scd_ledger_print(&ledger, odd[i], &len);
		assert_non_null(text);
		assert_null(strstr(text, "podUID"));
		assert_int_equal(scd_ledger_parse(text, len, &again, &err), 0);
	}
}

static void a_time_that_nobody_lives_in_is_printed_so_that_it_can_be_read(void **state)
{
	static const int64_t odd[] = { INT64_MIN, -1, INT64_MAX, INT64_C(253402300800) };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		auto_ledger struct scd_ledger ledger = { 0 }, again = { 0 };
		auto_free char *text = NULL;
		size_t len;

		add(&ledger, "a.json", SHA_A)->installed_at = odd[i];
		text = scd_ledger_print(&ledger, "", &len);
		assert_non_null(text);
		assert_int_equal(scd_ledger_parse(text, len, &again, &err), 0);
	}
}

static void what_is_odd_is_corrupt(void **state)
{
	static const char *const odd[] = {
		"",
		"null",
		"{}",
		"[]",
		"[[]]",
		"[null]",
		"{" TYPE ",\"directories\":[],\"files\":{}}", /* an object could be a profile */
		FILES("") "x",
		FILES("") FILES(""),
		"[{" TYPE ",\"directories\":[],\"files\":{}},{}]",
		"[{\"kind\":\"InstallState\",\"directories\":[],\"files\":{}}]",
		"[{\"apiVersion\":\"seccompd.dev/v2\",\"kind\":\"InstallState\","
		"\"directories\":[],\"files\":{}}]",
		"[{\"apiVersion\":1,\"kind\":\"InstallState\",\"directories\":[],\"files\":{}}]",
		DOCUMENT("\"directories\":[]"),
		DOCUMENT("\"files\":{}"),
		DOCUMENT("\"directories\":{},\"files\":{}"),
		DOCUMENT("\"directories\":[],\"files\":[]"),
		DOCUMENT("\"directories\":[],\"files\":{},\"files\":{}"),
		DOCUMENT("\"kind\":\"InstallState\",\"directories\":[],\"files\":{}"),
		DOCUMENT("\"directories\":[1],\"files\":{}"),
		DOCUMENT("\"directories\":[\"..\"],\"files\":{}"),
		DOCUMENT("\"directories\":[\"/etc\"],\"files\":{}"),
		DOCUMENT("\"directories\":[\"\"],\"files\":{}"),
		DOCUMENT("\"directories\":[\"a/b/c/d\"],\"files\":{}"),
		DOCUMENT("\"directories\":[\"a\",\"b\",\"a\"],\"files\":{}"),
		DOCUMENT("\"setDigest\":\"" SHA_A "\",\"directories\":[],\"files\":{}"),
		DOCUMENT("\"setDigest\":\"sha256:\",\"directories\":[],\"files\":{}"),
		DOCUMENT("\"setDigest\":7,\"directories\":[],\"files\":{}"),
		FILES("\"../a.json\":{\"sha256\":\"" SHA_A "\"}"),
		FILES("\".a.json\":{\"sha256\":\"" SHA_A "\"}"),
		FILES("\"a.json\\u0000\":{\"sha256\":\"" SHA_A "\"}"),
		FILES("\"a.json\":{\"sha256\":\"" SHA_A "\"},\"a.json\":{\"sha256\":\"" SHA_B
		      "\"}"),
		FILES("\"a.json\":null"),
		ROW(""),
		ROW("\"sha256\":\"\""),
		ROW("\"sha256\":\"abc\""),
		ROW("\"sha256\":\"" SHA_A "a\""),
		ROW("\"sha256\":\"A" SHA_A "\""),
		ROW("\"sha256\":\"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""),
		ROW("\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaag\""),
		ROW("\"sha256\":\"" SHA_A "\",\"sha256\":\"" SHA_A "\""),
		ROW("\"sha256\":\"" SHA_A "\",\"intent\":1"),
		ROW("\"sha256\":\"" SHA_A "\",\"size\":-1"),
		ROW("\"sha256\":\"" SHA_A "\",\"size\":1.5"),
		ROW("\"sha256\":\"" SHA_A "\",\"size\":\"1\""),
		ROW("\"sha256\":\"" SHA_A "\",\"size\":18446744073709551615"),
		ROW("\"sha256\":\"" SHA_A "\",\"adopted\":1"),
		ROW("\"sha256\":\"" SHA_A "\",\"adopted\":\"true\""),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":0"),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":\"yesterday\""),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":\"2026-08-23T10:00:00\""),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":\"2026-08-23T10:00:00Zx\""),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":\"2026-02-30T10:00:00Z\""),
		ROW("\"sha256\":\"" SHA_A "\",\"installedAt\":\" 2026-08-23T10:00:00Z\""),
		ROW("\"sha256\":\"" SHA_A "\",\"orphanedForSeconds\":-1"),
		DOCUMENT("\"corruptAt\":\"once\",\"directories\":[],\"files\":{}"),
		ROW("\"sha256\":\"" SHA_A "\",\"orphanedAt\":\"1969-12-31T23:59:59Z\""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct scd_ledger ledger = { 0 };
		struct scd_error err = { 0 };

		if (scd_ledger_parse(odd[i], strlen(odd[i]), &ledger, &err) == 0)
			fail_msg("accepted: %s", odd[i]);
		assert_int_equal(err.code, SCD_E_CORRUPT);
		assert_int_equal(ledger.count, 0);
		assert_null(ledger.files);
	}
}

/* Every prefix of a good file: a write that was cut short. */
static void a_truncated_file_is_corrupt(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	auto_free char *text = NULL;
	size_t len;

	(void)state;
	fill(&ledger);
	text = scd_ledger_print(&ledger, "uid", &len);
	assert_non_null(text);
	for (size_t cut = 0; cut < len; cut++) {
		struct scd_ledger none = { 0 };
		struct scd_error err;

		assert_int_equal(scd_ledger_parse(text, cut, &none, &err), -1);
		assert_int_equal(err.code, SCD_E_CORRUPT);
	}
}

static void a_file_over_the_limit_is_corrupt(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	struct scd_error err;

	(void)state;
	/* Not looked at, so that a short text will do. */
	assert_int_equal(scd_ledger_parse("", SCD_STATE_FILE_MAX + 1, &ledger, &err), -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
}

static void members_of_a_newer_version_are_ignored(void **state)
{
	static const char newer[] =
		DOCUMENT("\"directories\":[],\"future\":[1],\"writer\":{\"version\":\"v9\"},"
			 "\"files\":{\"a.json\":{\"sha256\":\"" SHA_A "\",\"future\":{}}}");
	auto_ledger struct scd_ledger ledger = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_ledger_parse(newer, sizeof(newer) - 1, &ledger, &err), 0);
	assert_int_equal(ledger.count, 1);
	assert_string_equal(ledger.files[0].sha256, SHA_A);
}

static void rows_stay_sorted_and_are_found(void **state)
{
	static const char *const names[] = { "m.json", "a.json", "z.json", "b/c.json", "b.json" };
	auto_ledger struct scd_ledger ledger = { 0 };

	(void)state;
	assert_null(scd_ledger_find(&ledger, "a.json"));
	for (size_t i = 0; i < 5; i++)
		(void)add(&ledger, names[i], SHA_A);
	assert_ptr_equal(scd_ledger_add(&ledger, "m.json"), scd_ledger_find(&ledger, "m.json"));
	assert_int_equal(ledger.count, 5);
	for (size_t i = 1; i < ledger.count; i++)
		assert_true(strcmp(ledger.files[i - 1].name, ledger.files[i].name) < 0);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(scd_ledger_find(&ledger, names[i])->name, names[i]);

	scd_ledger_remove(&ledger, "a.json");
	scd_ledger_remove(&ledger, "z.json");
	scd_ledger_remove(&ledger, "never.json");
	assert_int_equal(ledger.count, 3);
	assert_null(scd_ledger_find(&ledger, "a.json"));
	assert_non_null(scd_ledger_find(&ledger, "b.json"));
}

static void directories_stay_sorted_and_are_found(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };

	(void)state;
	assert_false(scd_ledger_has_dir(&ledger, "a"));
	assert_int_equal(scd_ledger_add_dir(&ledger, "b"), 0);
	assert_int_equal(scd_ledger_add_dir(&ledger, "a"), 0);
	assert_int_equal(scd_ledger_add_dir(&ledger, "a/c"), 0);
	assert_int_equal(scd_ledger_add_dir(&ledger, "a"), 0);
	assert_int_equal(ledger.dir_count, 3);
	assert_string_equal(ledger.dirs[0], "a");
	assert_string_equal(ledger.dirs[1], "a/c");
	assert_string_equal(ledger.dirs[2], "b");

	scd_ledger_remove_dir(&ledger, "a");
	scd_ledger_remove_dir(&ledger, "never");
	assert_false(scd_ledger_has_dir(&ledger, "a"));
	assert_true(scd_ledger_has_dir(&ledger, "a/c"));
	assert_int_equal(ledger.dir_count, 2);

	assert_int_equal(scd_ledger_add_dir(&ledger, "d"), 0);
	scd_ledger_remove_dir(&ledger, "b"); /* amid the others */
	assert_int_equal(ledger.dir_count, 2);
	assert_string_equal(ledger.dirs[0], "a/c");
	assert_string_equal(ledger.dirs[1], "d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(the_root_is_a_list_so_that_no_runtime_takes_it_for_a_profile),
		cmocka_unit_test(a_pod_uid_cannot_make_the_file_unreadable),
		cmocka_unit_test(a_time_that_nobody_lives_in_is_printed_so_that_it_can_be_read),
		cmocka_unit_test(what_is_odd_is_corrupt),
		cmocka_unit_test(a_truncated_file_is_corrupt),
		cmocka_unit_test(a_file_over_the_limit_is_corrupt),
		cmocka_unit_test(members_of_a_newer_version_are_ignored),
		cmocka_unit_test(rows_stay_sorted_and_are_found),
		cmocka_unit_test(directories_stay_sorted_and_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "json.h"
#include "log.h"

/* 2026-08-23T10:00:00.123456789Z */
static struct timespec wall = { .tv_sec = 1787479200, .tv_nsec = 123456789 };
static time_t monotonic; /* seconds */

/* In place of libc's, for the whole program: time stands still unless a test moves it. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t id, struct timespec *now)
{
	if (id == CLOCK_REALTIME)
		*now = wall;
	else
		*now = (struct timespec){ .tv_sec = monotonic };
	return 0;
}

/* stderr is one end of a socket that keeps writes apart. */
static int records[2], saved_stderr;
static char got[8192];

static int setup(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, records) < 0)
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	scd_log_setup(SCD_LOG_JSON, SCD_LOG_CHANGE);
	monotonic += 3600; /* nothing of the test before is repeated */
	return dup2(records[1], STDERR_FILENO) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)dup2(saved_stderr, STDERR_FILENO);
	(void)close(saved_stderr);
	(void)close(records[0]);
	(void)close(records[1]);
	return 0;
}

/* The next record, or NULL. */
static const char *next(void)
{
	const ssize_t n = read(records[0], got, sizeof(got) - 1);

	if (n <= 0)
		return NULL;
	got[n] = '\0';
	return got;
}

#define assert_record(expected) assert_string_equal(next(), expected)

static void a_json_record_has_the_keys_of_component_base(void **state)
{
	(void)state;
	scd_log_write(SCD_LOG_CHANGE, "daemon/reconcile.c:211", NULL, "Profile installed",
		      SCD_LOG_KEYS(scd_key("profile", "%s", "audit.json"),
				   scd_key_uint("bytes", UINT64_MAX)));
	assert_record("{\"ts\":1787479200.123,\"caller\":\"reconcile.c:211\","
		      "\"msg\":\"Profile installed\",\"v\":2,\"profile\":\"audit.json\","
		      "\"bytes\":18446744073709551615}\n");
	assert_null(next());
}

static void the_macros_say_where_they_stand(void **state)
{
	char expected[64];

	(void)state;
	(void)snprintf(expected, sizeof(expected), "\"caller\":\"test_log.c:%d\"", __LINE__ + 1);
	scd_log0(SCD_LOG_MUST_SEE, "Here");
	assert_non_null(strstr(next(), expected));
}

static void an_error_has_err_code_and_errno_but_no_v(void **state)
{
	struct scd_error err;

	(void)state;
	(void)scd_fail(&err, SCD_E_SYSTEM, ENOSPC, "write 'a.json'");
	scd_log_write(SCD_LOG_ERROR, "x.c:1", &err, "Installation failed",
		      SCD_LOG_KEYS(scd_key("profile", "a.json")));
	assert_record("{\"ts\":1787479200.123,\"caller\":\"x.c:1\",\"msg\":\"Installation failed\","
		      "\"err\":\"write 'a.json'\",\"code\":\"system\","
		      "\"errno\":\"No space left on device\",\"profile\":\"a.json\"}\n");
	(void)scd_fail(&err, SCD_E_CONFIG, 0, "no");
	scd_log_write(SCD_LOG_ERROR, "x.c:1", &err, "Not started", NULL, 0);
	assert_record("{\"ts\":1787479200.123,\"caller\":\"x.c:1\",\"msg\":\"Not started\","
		      "\"err\":\"no\",\"code\":\"config\"}\n");
}

static void text_is_as_klog_has_it(void **state)
{
	char expected[200];
	struct scd_error err;

	(void)state;
	scd_log_setup(SCD_LOG_TEXT, 2);
	scd_log_write(SCD_LOG_CHANGE, "daemon/reconcile.c:211", NULL, "Profile installed",
		      SCD_LOG_KEYS(scd_key("profile", "audit\n.json"), scd_key_uint("line", 7)));
	(void)snprintf(expected, sizeof(expected),
		       "I0823 10:00:00.123456 %7d reconcile.c:211] \"Profile installed\" "
		       "profile=\"audit\\n.json\" line=7\n",
		       (int)getpid());
	assert_record(expected);
	(void)scd_fail(&err, SCD_E_SYSTEM, EROFS, "sync");
	scd_log_write(SCD_LOG_ERROR, "x.c:1", &err, "Failed", NULL, 0);
	(void)snprintf(expected, sizeof(expected),
		       "E0823 10:00:00.123456 %7d x.c:1] \"Failed\" err=\"sync\" code=\"system\" "
		       "errno=\"Read-only file system\"\n",
		       (int)getpid());
	assert_record(expected);
}

static void dates_agree_with_the_calendar(void **state)
{
	static const struct {
		time_t seconds;
		const char *date;
	} days[] = {
		{ 0, "I0101 00:00:00" },	  { 951782399, "I0228 23:59:59" },
		{ 951782400, "I0229 00:00:00" },  { 951868800, "I0301 00:00:00" },
		{ 1709164800, "I0229 00:00:00" }, { 1735689599, "I1231 23:59:59" },
		{ 4107542399, "I0228 23:59:59" }, { 4107542400, "I0301 00:00:00" }, /* 2100 */
	};
	const struct timespec saved = wall;

	(void)state;
	scd_log_setup(SCD_LOG_TEXT, 2);
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		wall.tv_sec = days[i].seconds;
		scd_log0(SCD_LOG_MUST_SEE, "x");
		assert_non_null(next());
		assert_memory_equal(got, days[i].date, strlen(days[i].date));
	}
	wall = saved;
}

static void the_verbosity_holds_back_all_but_errors(void **state)
{
	struct scd_error err = { .code = SCD_E_BUSY, .msg = "busy" };

	(void)state;
	scd_log_setup(SCD_LOG_JSON, 0);
	scd_log0(SCD_LOG_LIFECYCLE, "no");
	assert_null(next());
	scd_log0(SCD_LOG_MUST_SEE, "yes");
	assert_non_null(next());
	scd_log_err0(&err, "yes");
	assert_non_null(next());
	scd_log_setup(SCD_LOG_JSON, 4);
	scd_log0(SCD_LOG_DECISION, "yes");
	assert_non_null(next());
	scd_log0(SCD_LOG_TRACE, "no");
	assert_null(next());
}

/* Reads the record with our own strict reader and returns its string @key. */
static void assert_json_value(const char *record, const char *key, const char *expected)
{
	auto_json struct scd_json json = { 0 };
	const struct scd_json_value *value;
	struct scd_error err;

	assert_non_null(record);
	assert_int_equal(scd_json_parse(record, strlen(record), &json, &err), 0);
	assert_int_equal(json.fault_count, 0);
	value = scd_json_get(scd_json_root(&json), key);
	assert_non_null(value);
	assert_string_equal(value->string, expected);
}

static void hostile_text_stays_within_its_string(void **state)
{
	struct scd_error err;

	(void)state;
	scd_log(SCD_LOG_CHANGE, "x", scd_key("name", "a\",\"v\":0,\n\x1b[2J\\\xff"));
	assert_null(strchr(next(), '\x1b'));
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	assert_json_value(got, "name", "a\",\"v\":0,\n\x1b[2J\\\\xff");
	(void)scd_fail(&err, SCD_E_CONFIG, 0, "line 1\nline 2 \xc3(");
	scd_log_err0(&err, "x");
	assert_json_value(next(), "err", "line 1\nline 2 \\xc3(");
}

static void a_long_value_is_cut_between_characters(void **state)
{
	char text[400], expected[400];
	struct scd_log_key key;

	(void)state;
	/* The limit falls on each byte of the two-byte characters in turn. */
	for (size_t shift = 0; shift < 2; shift++) {
		memset(text, 'a', sizeof(text));
		for (size_t i = shift; i + 2 < sizeof(text); i += 2)
			memcpy(text + i, "\xc3\xa9", 2);
		text[sizeof(text) - 1] = '\0';
		key = scd_key("k", "%s", text);
		assert_in_range(strlen(key.value), sizeof(key.value) - 6, sizeof(key.value) - 1);
		(void)snprintf(expected, sizeof(expected), "%.*s…", (int)strlen(key.value) - 3,
			       text);
		assert_string_equal(key.value, expected);
		scd_log(SCD_LOG_CHANGE, "x", key);
		assert_json_value(next(), "k", expected);
	}
	memset(text, 'b', 191);
	text[191] = '\0';
	key = scd_key("k", "%s", text);
	assert_string_equal(key.value, text); /* fits */
	memset(text, 0xbf, 300);
	text[300] = '\0';
	key = scd_key("k", "%s", text); /* no character anywhere */
	assert_int_equal(strlen(key.value), 191);
}

static void keys_that_do_not_fit_are_left_out_whole(void **state)
{
	struct scd_log_key keys[8];
	auto_json struct scd_json json = { 0 };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		keys[i] = (struct scd_log_key){ .name = "k" };
		keys[i].name =
			(const char *[]){ "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7" }[i];
		memset(keys[i].value, i < 7 ? 1 : 'z', i < 7 ? 150 : 20);
	}
	scd_log_write(SCD_LOG_CHANGE, "x.c:1", NULL, "Much", keys, 8);
	assert_non_null(next());
	assert_in_range(strlen(got), 3000, SCD_LOG_RECORD_MAX);
	assert_int_equal(scd_json_parse(got, strlen(got), &json, &err), 0);
	assert_int_equal(json.fault_count, 0);
	assert_non_null(scd_json_get(scd_json_root(&json), "k3"));
	assert_null(scd_json_get(scd_json_root(&json), "k6"));
	assert_non_null(scd_json_get(scd_json_root(&json), "k7")); /* a short one still fits */
	assert_true(scd_json_get(scd_json_root(&json), "truncated")->boolean);
}

static void fail_once(const char *where, enum scd_code code)
{
	struct scd_error err;

	(void)scd_fail(&err, code, 0, "e");
	scd_log_write(SCD_LOG_ERROR, where, &err, "Failed", NULL, 0);
}

static void a_repeated_error_is_written_once_a_minute_with_a_count(void **state)
{
	(void)state;
	fail_once("a.c:1", SCD_E_BUSY);
	assert_null(strstr(next(), "suppressed"));
	for (int i = 0; i < 3; i++) {
		fail_once("a.c:1", SCD_E_BUSY);
		assert_null(next());
	}
	monotonic += 59;
	fail_once("a.c:1", SCD_E_BUSY);
	assert_null(next());
	monotonic += 1;
	fail_once("a.c:1", SCD_E_BUSY);
	assert_non_null(strstr(next(), ",\"suppressed\":4}\n"));
	monotonic += 60;
	fail_once("a.c:1", SCD_E_BUSY);
	assert_null(strstr(next(), "suppressed"));
}

static void different_errors_do_not_hide_each_other(void **state)
{
	struct scd_error err;

	(void)state;
	fail_once("a.c:1", SCD_E_BUSY);
	assert_non_null(next());
	fail_once("a.c:2", SCD_E_BUSY);
	assert_non_null(next());
	fail_once("a.c:1", SCD_E_SYSTEM);
	assert_non_null(next());
	(void)scd_fail(&err, SCD_E_BUSY, 0, "e");
	scd_log_write(SCD_LOG_ERROR, "a.c:1", &err, "Another message", NULL, 0);
	assert_non_null(next());
	fail_once("a.c:1", SCD_E_BUSY);
	assert_null(next());
}

static void the_oldest_error_is_forgotten_when_there_are_many(void **state)
{
	static char where[40][8];

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		(void)snprintf(where[i], sizeof(where[i]), "m.c:%zu", i);
		fail_once(where[i], SCD_E_BUSY);
		assert_non_null(next());
		monotonic++;
	}
	fail_once(where[39], SCD_E_BUSY);
	assert_null(next());
	fail_once(where[0], SCD_E_BUSY);
	assert_non_null(next());
}

static void a_full_stderr_does_not_stop_anybody(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++)
		scd_log(SCD_LOG_CHANGE, "x", scd_key_uint("i", 1));
	assert_non_null(next());
}

#ifndef __SANITIZE_ADDRESS__
static unsigned allocations;
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern void *__libc_malloc(size_t size);

/* Exported, or libc would not call it. */
__attribute__((__visibility__("default"))) void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

static void nothing_is_allocated(void **state)
{
	struct scd_error err = { .code = SCD_E_NOMEM, .sys = ENOMEM, .msg = "out of memory" };
	auto_free void *counted = malloc(1);
	unsigned before = allocations;

	(void)state;
	assert_int_not_equal(before, 0);
	scd_log_err(&err, "Failed", scd_key("key", "%s", "value\n\xff"), scd_key_uint("n", 1));
	scd_log_setup(SCD_LOG_TEXT, 2);
	scd_log(SCD_LOG_CHANGE, "Text", scd_key("key", "%s", "value\n\xff"));
	assert_int_equal(allocations, before);
	assert_non_null(next());
	assert_non_null(next());
}
#endif

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_json_record_has_the_keys_of_component_base),
		TEST(the_macros_say_where_they_stand),
		TEST(an_error_has_err_code_and_errno_but_no_v),
		TEST(text_is_as_klog_has_it),
		TEST(dates_agree_with_the_calendar),
		TEST(the_verbosity_holds_back_all_but_errors),
		TEST(hostile_text_stays_within_its_string),
		TEST(a_long_value_is_cut_between_characters),
		TEST(keys_that_do_not_fit_are_left_out_whole),
		TEST(a_repeated_error_is_written_once_a_minute_with_a_count),
		TEST(different_errors_do_not_hide_each_other),
		TEST(the_oldest_error_is_forgotten_when_there_are_many),
		TEST(a_full_stderr_does_not_stop_anybody),
#ifndef __SANITIZE_ADDRESS__
		TEST(nothing_is_allocated),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Every allocation fails once, the first, the second, and so on, in what the daemon does beside
 * checks and transactions: answers to requests, the state file, an outcome on its way from the
 * child, and what a sync leaves in the state. An answer is whole or an error, never shorter;
 * nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "bounds.h"
#include "ledger.h"
#include "nomem.h"
#include "outcome.h"
#include "record.h"
#include "routes.h"
#include "source.h"
#include "state_fixture.h"
#include "tmpdir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is the same at any time: without the series of the process, which are missing without
 * memory to look at /proc, and that say how much it has used. */
static void without_process(char *text)
{
	char *to = text;

	for (char *line = text, *next; *line; line = next) {
		next = strchr(line, '\n');
		next = next ? next + 1 : line + strlen(line);
		if (strncmp(line, "process_", 8) == 0)
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
}

static const struct scd_http_counts counts;

static struct scd_request answer(const char *path, const char *query)
{
	struct scd_request request = { .state = &sample.state,
				       .counts = &counts,
				       .path = path,
				       .query = query,
				       .allowed = true };

	scd_routes_answer(&request);
	return request;
}

/* Answers with allocation @n failing: false when there were fewer than that. */
static bool answer_without(long n, const char *path, const char *query, const char *right,
			   unsigned right_code)
{
	struct scd_request request;
	bool more;

	failed = false;
	countdown = n;
	request = answer(path, query);
	countdown = -1;
	more = failed;
	if (!request.text)
		assert_true(scd_http_code_number(request.code) >= 400);
	else
		assert_int_equal(scd_http_code_number(request.code), right_code);
	assert_true(request.text || more);
	if (request.text) {
		without_process(request.text);
		if (strcmp(request.text, right) != 0)
			fail_msg("%s, allocation %ld: another answer", path, n);
	}
	free(request.text);
	return more;
}

static void every_allocation_of_an_answer_may_fail(void **state)
{
	static const struct {
		const char *path, *query;
	} rows[] = {
		{ "/", NULL },
		{ "/livez", NULL },
		{ "/livez/ping", NULL },
		{ "/readyz", "verbose" },
		{ "/readyz/profiles", NULL },
		{ "/status", NULL },
		{ "/status", "pretty" },
		{ "/metrics", NULL },
		{ "/version", NULL },
		{ "/nowhere", NULL },
	};
	struct scd_profile_state *bad = sample_add("bad.json", SCD_PHASE_INVALID);
	long all = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		scd_report_add(&bad->report, SCD_ACTION_UNKNOWN, SCD_ERROR,
			       (struct scd_place){ .pointer = "/defaultAction", .line = i + 1 },
			       "\"X<%u>\" is not an action", i);
	scd_record_conditions(&sample.state);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scd_request right = answer(rows[i].path, rows[i].query);
		long n = 0;

		assert_non_null(right.text);
		without_process(right.text);
		for (n = 0; answer_without(n, rows[i].path, rows[i].query, right.text,
					   scd_http_code_number(right.code));)
			n++;
		assert_true(n > 0);
		all += n;
		free(right.text);
	}
	print_message("%ld allocations of %zu answers\n", all, COUNT(rows));
}

/* Reads and writes a state file with allocation @n failing: false when there were fewer. */
static bool carry_without(long n, const char *right, size_t right_len)
{
	struct scd_ledger read = { 0 };
	struct scd_error err;
	size_t len = 0;
	char *text;
	int rc;

	failed = false;
	countdown = n;
	rc = scd_ledger_parse(right, right_len, &read, &err);
	text = rc == 0 ? scd_ledger_print(&read, "", &len) : NULL;
	countdown = -1;
	/* Corrupt would mean: nothing is ours, for ever. */
	assert_true(rc == 0 || (err.code == SCD_E_NOMEM && !scd_ledger_is_corrupt(&err)));
	assert_true(text || failed);
	if (text) {
		assert_int_equal(len, right_len);
		assert_memory_equal(text, right, len);
	}
	free(text);
	scd_ledger_done(&read);
	return failed;
}

static void every_allocation_of_a_state_file_may_fail(void **state)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	auto_free char *right = NULL;
	size_t right_len;
	long n = 0;

	(void)state;
	memcpy(ledger.set_digest, SAMPLE_DIGEST, sizeof(SAMPLE_DIGEST));
	for (unsigned i = 0; i < 20; i++) {
		struct scd_owned *owned;
		char name[32];

		(void)snprintf(name, sizeof(name), "d%u/f%u.json", i % 3, i);
		owned = scd_ledger_add(&ledger, name);
		assert_non_null(owned);
		memcpy(owned->sha256, SAMPLE_DIGEST, sizeof(SAMPLE_DIGEST));
		name[2] = '\0';
		assert_int_equal(scd_ledger_add_dir(&ledger, name), 0);
	}
	right = scd_ledger_print(&ledger, "", &right_len);
	assert_non_null(right);
	for (n = 0; carry_without(n, right, right_len);)
		n++;
	assert_true(n > 60);
	print_message("%ld allocations of a state file\n", n);
}

/* Names are not const in a result; these are never freed. */
static char a_json[] = "a.json", b_json[] = "base/b.json", c_json[] = "c.json";

static struct scd_install_result results[] = {
	{ .name = a_json,
	  .op = SCD_OP_UPDATE,
	  .phase = SCD_PHASE_INSTALLED,
	  .reason = "",
	  .installed_sha256 = SAMPLE_DIGEST },
	{ .name = b_json, .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_NOT_OURS },
	{ .name = c_json,
	  .phase = SCD_PHASE_ORPHANED,
	  .reason = SCD_REASON_REMOVAL_BLOCKED,
	  .installed_sha256 = SAMPLE_DIGEST },
};

static const struct scd_install_outcome outcome = {
	.results = results,
	.count = COUNT(results),
	.writable = true,
};

static bool decode_without(long n, const char *wire, size_t size)
{
	struct scd_install_outcome got = { 0 };
	struct scd_error err;
	int rc;

	failed = false;
	countdown = n;
	rc = scd_outcome_decode(wire, size, &got, &err);
	countdown = -1;
	assert_true(rc == 0 ? got.count == COUNT(results)
			    : err.code == SCD_E_NOMEM && got.count == 0);
	scd_install_outcome_done(&got);
	return failed;
}

static void every_allocation_of_an_outcome_may_fail(void **state)
{
	static char wire[4096];
	long n = 0;

	(void)state;
	assert_int_equal(scd_outcome_encode(&outcome, NULL, wire, sizeof(wire)), 0);
	for (n = 0; decode_without(n, wire, sizeof(wire));)
		n++;
	assert_true(n > 3);
}

static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

/* The profiles of the state, before or after: never a mixture, never fewer. */
static bool has_results(const struct scd_state *state)
{
	if (state->profile_count == 1)
		return false;
	assert_int_equal(state->profile_count, COUNT(results));
	for (size_t i = 0; i < COUNT(results); i++) {
		assert_string_equal(state->profiles[i].name, results[i].name);
		assert_int_equal(state->profiles[i].phase, results[i].phase);
	}
	return true;
}

static void ignore_verdict(enum scd_jail_result result, const struct scd_error *err, void *arg)
{
	(void)result;
	(void)err;
	(void)arg;
}

static void every_allocation_of_a_record_may_fail(void **state)
{
	SCD_CLEANUP(scd_source_close) struct scd_source *source = NULL;
	SCD_CLEANUP(scd_checker_free) struct scd_checker *checker = NULL;
	auto_snapshot struct scd_snapshot snapshot = { 0 };
	const struct scd_check_opts opts = { 0 };
	struct scd_error err;
	void *dir = NULL;
	bool more = true;
	int at;
	long n;

	(void)state;
	assert_int_equal(tmpdir_setup(&dir), 0);
	at = tmpdir.fd;
	assert_int_equal(mkdirat(at, "base", 0755), 0);
	put(at, "a.json", "{\"defaultAction\":\"SCMP_ACT_LOG\"}");
	put(at, "base/b.json", "{}");
	assert_int_equal(scd_source_open(tmpdir.path, &source, &err), 0);
	assert_int_equal(scd_source_read(source, &snapshot, &err), 0);
	assert_int_equal(scd_checker_new(NULL, &opts, ignore_verdict, NULL, &checker, &err), 0);
	for (n = 0; more; n++) {
		enum scd_sync_result result = SCD_SYNC_ERROR;
		void *node = NULL;
		int rc;

		assert_int_equal(sample_setup(&node), 0);
		failed = false;
		countdown = n;
		rc = scd_record_apply(node, &snapshot, checker, &outcome, &result, &err);
		countdown = -1;
		more = failed;
		assert_true(rc == 0 || (err.code == SCD_E_NOMEM && result == SCD_SYNC_ERROR));
		assert_true(has_results(node) == (rc == 0));
		assert_int_equal(sample_teardown(&node), 0);
	}
	assert_true(n > 3);
	print_message("%ld allocations of a record\n", n - 1);
	assert_int_equal(tmpdir_teardown(&dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_allocation_of_an_answer_may_fail,
						sample_setup, sample_teardown),
		cmocka_unit_test(every_allocation_of_a_state_file_may_fail),
		cmocka_unit_test(every_allocation_of_an_outcome_may_fail),
		cmocka_unit_test(every_allocation_of_a_record_may_fail),
	};

	return cmocka_run_group_tests(tests, hook_cjson, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "bounds.h"
#include "outcome.h"

#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Names are not const in a result; these are never freed. */
static char web[] = "base/web.json", odd[] = "\n\xff.json", gone[] = "gone.json";

static struct scd_install_result results[] = {
	{ .name = web,
	  .op = SCD_OP_UPDATE,
	  .phase = SCD_PHASE_INSTALLED,
	  .reason = "",
	  .installed_sha256 = SHA },
	{ .name = odd, .phase = SCD_PHASE_CONFLICT, .reason = SCD_REASON_NOT_OURS, .sys = 28 },
	{ .name = gone,
	  .op = SCD_OP_REMOVE,
	  .phase = SCD_PHASE_ORPHANED,
	  .reason = SCD_REASON_REMOVAL_BLOCKED,
	  .gone = true },
};

static const struct scd_install_outcome sent = {
	.error = { .code = SCD_E_BUSY, .sys = 11, .msg = "held" },
	.results = results,
	.count = 3,
	.removals_blocked = 7,
	.ledger_corrupt = true,
	.grace_booked = true,
	.writable = true,
	.free_bytes = UINT64_C(1) << 40,
};

static char wire[4096];

static void what_is_sent_arrives(void **state)
{
	struct scd_install_outcome got = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_outcome_encode(&sent, NULL, wire, sizeof(wire)), 0);
	assert_int_equal(scd_outcome_decode(wire, sizeof(wire), &got, &err), 0);
	assert_int_equal(got.error.code, SCD_E_BUSY);
	assert_int_equal(got.error.sys, 11);
	assert_string_equal(got.error.msg, "held");
	assert_int_equal(got.removals_blocked, 7);
	assert_true(got.ledger_corrupt);
	assert_true(got.grace_booked);
	assert_true(got.writable);
	assert_true(got.free_bytes == UINT64_C(1) << 40);
	assert_int_equal(got.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(got.results[i].name, results[i].name);
		assert_int_equal(got.results[i].op, results[i].op);
		assert_int_equal(got.results[i].phase, results[i].phase);
		assert_string_equal(got.results[i].reason, results[i].reason);
		assert_int_equal(got.results[i].sys, results[i].sys);
		assert_int_equal(got.results[i].gone, results[i].gone);
		assert_string_equal(got.results[i].installed_sha256, results[i].installed_sha256);
	}
	scd_install_outcome_done(&got);
	assert_null(got.results);
}

static void a_failure_arrives_as_a_failure(void **state)
{
	const struct scd_error failure = { .code = SCD_E_NOMEM, .msg = "install" };
	struct scd_install_outcome got = { 0 };
	struct scd_error err = { 0 };

	(void)state;
	assert_int_equal(scd_outcome_encode(&sent, &failure, wire, sizeof(wire)), 0);
	assert_int_equal(scd_outcome_decode(wire, sizeof(wire), &got, &err), -1);
	assert_int_equal(err.code, SCD_E_NOMEM);
	assert_string_equal(err.msg, "install");
	assert_int_equal(got.count, 0);
}

static void what_does_not_fit_is_not_sent(void **state)
{
	size_t least = sizeof(wire);

	(void)state;
	while (scd_outcome_encode(&sent, NULL, wire, least) == 0)
		least--;
	assert_true(least > 100);
	for (size_t size = 0; size <= least; size++)
		assert_int_equal(scd_outcome_encode(&sent, NULL, wire, size), -1);
}

/* One byte changed: what is taken all the same has no value that nobody knows. */
static bool is_refused_with(size_t used, size_t at, char byte)
{
	struct scd_install_outcome got = { 0 };
	const char saved = wire[at];
	struct scd_error err;
	int rc;

	wire[at] = byte;
	rc = scd_outcome_decode(wire, used, &got, &err);
	wire[at] = saved;
	if (rc < 0) {
		assert_null(got.results);
		assert_int_not_equal(err.code, SCD_E_NOMEM); /* not for so many results */
		return true;
	}
	for (size_t n = 0; n < got.count; n++)
		assert_true(got.results[n].op < SCD_OP_COUNT &&
			    got.results[n].phase < SCD_PHASE_COUNT &&
			    strlen(got.results[n].installed_sha256) < SCD_SHA256_HEX);
	scd_install_outcome_done(&got);
	return false;
}

/* A page that was never written, and every byte of a good one changed. */
static void what_arrives_broken_is_refused_or_harmless(void **state)
{
	struct scd_install_outcome got = { 0 };
	struct scd_error err;
	size_t refused = 0;
	size_t used = sizeof(wire);

	(void)state;
	memset(wire, 0, sizeof(wire));
	assert_int_equal(scd_outcome_decode(wire, sizeof(wire), &got, &err), -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
	for (size_t size = 0; size < 64; size++)
		assert_int_equal(scd_outcome_decode(wire, size, &got, &err), -1);

	assert_int_equal(scd_outcome_encode(&sent, NULL, wire, sizeof(wire)), 0);
	while (!wire[used - 1])
		used--;
	for (size_t i = 0; i < used; i++)
		for (size_t k = 0; k < 3; k++)
			refused += is_refused_with(
				used, i,
				(const char[]){ (char)~wire[i], SCD_OP_COUNT, SCD_PHASE_COUNT }[k]);
	assert_true(refused > 20);
	/* Cut short anywhere. */
	for (size_t size = 0; size < used - 8; size++)
		assert_int_equal(scd_outcome_decode(wire, size, &got, &err), -1);
}

static void the_bound_covers_the_source_and_the_largest_state_file(void **state)
{
	struct scd_source_file files[] = { { .name = web }, { .name = odd } };
	const struct scd_snapshot empty = { 0 }, two = { .files = files, .count = 2 };
	struct scd_install_request request = { .snapshot = &empty };
	size_t least;

	(void)state;
	least = scd_outcome_bound(&request);
	assert_true(least > 2 * SCD_STATE_FILE_MAX);
	request.snapshot = &two;
	assert_true(scd_outcome_bound(&request) >
		    least + strlen(web) + strlen(odd) + 2 * sizeof(results[0].installed_sha256));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_arrives),
		cmocka_unit_test(a_failure_arrives_as_a_failure),
		cmocka_unit_test(what_does_not_fit_is_not_sent),
		cmocka_unit_test(what_arrives_broken_is_refused_or_harmless),
		cmocka_unit_test(the_bound_covers_the_source_and_the_largest_state_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

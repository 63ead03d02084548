/* SPDX-License-Identifier: MIT */
/* Every allocation of a transaction, of a reading of the source and of an adoption fails once, the
 * first, the second, and so on. Nothing is lost, nothing is torn, no descriptor is left open, and
 * the next one puts everything right. */
#include "install_fixture.h"

#include "adopt.h"
#include "nomem.h"
#include "source.h"

#define A "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}"
#define B "{\"defaultAction\":\"SCMP_ACT_LOG\"}"

static const char *const names[] = { "a.json", "base/deep/b.json", "c.json" };

/* Each is there, and holds A or B. */
static void assert_whole(int dir)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len;

		if (scd_read_file_at(dir, names[i], true, 4096, &text, &len, &err) < 0)
			fail_msg("%s: %s", names[i], err.msg);
		if (strcmp(text, A) != 0 && strcmp(text, B) != 0)
			fail_msg("%s is torn: '%s'", names[i], text);
	}
}

/* Runs @request with allocation @n failing. False when there were fewer than that. */
static bool run_without(long n, const struct scd_install_request *request)
{
	struct scd_install_outcome seen = { 0 };
	struct scd_error err = { 0 };
	int fds = open_fds(), rc;

	failed = false;
	countdown = n;
	rc = scd_install_run(request, &seen, &err);
	countdown = -1;
	if (rc < 0 && err.code != SCD_E_NOMEM)
		fail_msg("allocation %ld: %s: %s", n, scd_code_name(err.code), err.msg);
	assert_int_equal(open_fds(), fds);
	scd_install_outcome_done(&seen);
	return failed;
}

static void every_allocation_of_a_transaction_may_fail(void **state)
{
	int dir = at(state);
	long n = 0;

	run(want(dir, GOOD("a.json", A), GOOD("base/deep/b.json", A), GOOD("c.json", A)));
	for (;; n++) {
		const char *text = n % 2 ? A : B;
		bool more =
			run_without(n, want(dir, GOOD("a.json", text),
					    GOOD("base/deep/b.json", text), GOOD("c.json", text)));

		assert_whole(dir);
		run(&world.request);
		for (size_t i = 0; i < COUNT(names); i++) {
			assert_text(dir, names[i], text);
			assert_true(is_owned(dir, names[i]));
		}
		assert_no_temps(dir);
		if (!more)
			break;
	}
	print_message("%ld allocations of a transaction\n", n);
	assert_true(n > 50);
}

static void every_allocation_of_a_removal_may_fail(void **state)
{
	int dir = at(state);
	bool more = true;
	long n = 0;

	for (; more; n++) {
		run(want(dir, GOOD("a.json", A), GOOD("base/deep/b.json", A), GOOD("c.json", A)));
		(void)want(dir, GOOD("c.json", A));
		world.request.policy.remove_orphans = true;
		world.request.policy.max_removals_percent = 100;
		more = run_without(n, &world.request);
		assert_text(dir, "c.json", A);
		run(&world.request);
		assert_false(exists(dir, "a.json"));
		assert_false(exists(dir, "base"));
		assert_no_temps(dir);
	}
	print_message("%ld allocations of a removal\n", n);
	assert_true(n > 50);
}

static void every_allocation_of_an_adoption_may_fail(void **state)
{
	int dir = at(state);
	bool more = true;
	long n = 0;

	assert_int_equal(mkdirat(dir, "base", 0755), 0);
	put(dir, "a.json", A);
	put(dir, "base/b.json", A);
	for (; more; n++) {
		struct scd_adoption items[] = { { .name = "a.json" }, { .name = "base/b.json" } };
		struct scd_adopt_request request = { .destination = dir,
						     .items = items,
						     .count = COUNT(items),
						     .pod_uid = "",
						     .now = NOW };
		struct scd_error err = { 0 };
		int fds = open_fds(), rc;
		bool corrupt;

		(void)unlinkat(dir, SCD_LEDGER_FILE, 0);
		failed = false;
		countdown = n;
		rc = scd_adopt(&request, &corrupt, &err);
		countdown = -1;
		more = failed;
		assert_int_equal(open_fds(), fds);
		assert_true(rc == 0 || err.code == SCD_E_NOMEM);
		/* Both or none; a file that could not be read is refused. */
		if (exists(dir, SCD_LEDGER_FILE))
			assert_true(is_owned(dir, "a.json") && is_owned(dir, "base/b.json"));
		else
			assert_true(rc < 0 || items[0].refusal.code || items[1].refusal.code);
		assert_text(dir, "a.json", A);
	}
	assert_true(is_owned(dir, "a.json"));
	print_message("%ld allocations of an adoption\n", n);
	assert_true(n > 10);
}

static void every_allocation_of_a_reading_of_the_source_may_fail(void **state)
{
	SCD_CLEANUP(scd_source_close) struct scd_source *source = NULL;
	struct scd_error err;
	int dir = at(state);
	long n = 0;

	assert_int_equal(mkdirat(dir, "base", 0755), 0);
	put(dir, "a.json", A);
	put(dir, "base/b.json", B);
	assert_int_equal(scd_source_open(tmpdir.path, &source, &err), 0);
	for (;; n++) {
		auto_snapshot struct scd_snapshot snapshot = { 0 };
		int fds = open_fds(), rc;

		failed = false;
		countdown = n;
		rc = scd_source_read(source, &snapshot, &err);
		countdown = -1;
		assert_int_equal(open_fds(), fds);
		if (rc < 0) {
			assert_true(failed);
			assert_true(err.code == SCD_E_NOMEM || err.sys == ENOMEM);
			continue;
		}
		/* A snapshot without a profile that is there would orphan it. */
		assert_int_equal(snapshot.count, 2);
		assert_int_equal(snapshot.files[0].fault.code, SCD_OK);
		assert_int_equal(snapshot.files[1].fault.code, SCD_OK);
		if (!failed)
			break;
	}
	print_message("%ld allocations of a reading\n", n);
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(every_allocation_of_a_transaction_may_fail),
		FAULT_TEST(every_allocation_of_a_removal_may_fail),
		FAULT_TEST(every_allocation_of_an_adoption_may_fail),
		FAULT_TEST(every_allocation_of_a_reading_of_the_source_may_fail),
	};

	return cmocka_run_group_tests(tests, hook_cjson, NULL);
}

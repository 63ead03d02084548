/* SPDX-License-Identifier: MIT */
/* Every allocation of a check fails once, the first, the second, and so on: our own and cJSON's.
 * There is no crash, no leak, and no verdict but the right one: "no memory" is said instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "bpf.h"
#include "bundle.h"
#include "check.h"
#include "fsio.h"
/* Of our objects and of cJSON alone: libseccomp's are in test_torture_seccomp. */
#define NOMEM_WRAPPED
#include "nomem.h"

/* Only what decides is compared: a suggestion may be missing where libseccomp could not be asked.
 */
static bool same_findings(const struct scd_report *a, const struct scd_report *b)
{
	if (a->count != b->count || a->total != b->total || a->bpf_insns != b->bpf_insns)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].rule != b->items[i].rule ||
		    a->items[i].severity != b->items[i].severity ||
		    a->items[i].line != b->items[i].line ||
		    a->items[i].column != b->items[i].column ||
		    strcmp(a->items[i].pointer, b->items[i].pointer) != 0)
			return false;
	return true;
}

static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

/* Judges with allocation @n failing. False when there were fewer than that. */
static bool judge_without(long n, const char *path, const char *text, size_t len,
			  const struct scd_report *right)
{
	auto_report struct scd_report report = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	struct scd_error err = { 0 };
	int rc;

	failed = false;
	countdown = n;
	rc = scd_check_profile_filter(text, len, &standard, &report, &filter, &err);
	countdown = -1;
	if (rc < 0 && err.code != SCD_E_NOMEM)
		fail_msg("%s, allocation %ld: %s: %s", path, n, scd_code_name(err.code), err.msg);
	if (rc == 0 && !same_findings(&report, right)) {
		for (size_t i = 0; i < report.count; i++)
			print_error("%u:%u %s %s %s\n", report.items[i].line,
				    report.items[i].column, report.items[i].rule->id,
				    report.items[i].pointer, report.items[i].message);
		fail_msg("%s, allocation %ld: another verdict", path, n);
	}
	assert_true(rc == 0 || failed);
	return failed;
}

static void torture(const char *path)
{
	auto_report struct scd_report right = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;
	long n = 0;

	assert_int_equal(scd_read_file_at(AT_FDCWD, path, true, 1 << 20, &text, &len, &err), 0);
	assert_int_equal(scd_check_profile(text, len, &standard, &right, &err), 0);
	while (judge_without(n, path, text, len, &right))
		n++;
	assert_true(n > 1);
}

static void a_check_without_memory_says_so(void **state)
{
	static const char *const files[] = {
		"tests/data/valid/deny-list.json",
		"tests/data/valid/allow-list-enosys.json",
		"tests/data/valid/conditions.json",
		"tests/data/invalid/SCP003-json-syntax.json",
		"tests/data/invalid/SCP006-type-mismatch-everything.json",
		"tests/data/invalid/SCP008-duplicate-key-in-rule.json",
		"tests/data/invalid/SCP016-rule-conflict-eexist.json",
		"tests/data/invalid/SCP033-syscall-name-format.json",
		"tests/data/invalid/SCP043-arch-unknown.json",
		"tests/data/invalid/SCP012-cannot-start-execve.json",
		"tests/data/tricky/SCP013-old-privileges.json",
		"tests/data/tricky/SCP031-syscall-unknown-allowed.json",
		"tests/data/tricky/depth-64.json",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		torture(files[i]);
}

static void reports_are_carried_or_not_at_all(void **state)
{
	static unsigned char wire[SCD_REPORT_WIRE_MAX];
	auto_report struct scd_report right = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len, n;

	(void)state;
	assert_int_equal(scd_read_file_at(AT_FDCWD,
					  "tests/data/invalid/SCP006-type-mismatch-numbers.json",
					  true, 1 << 20, &text, &len, &err),
			 0);
	assert_int_equal(scd_check_profile(text, len, &standard, &right, &err), 0);
	n = scd_report_encode(&right, wire, sizeof(wire));
	for (long i = 0;; i++) {
		auto_report struct scd_report decoded = { 0 }, copied = { 0 };
		int a, b;

		failed = false;
		countdown = i;
		a = scd_report_decode(wire, n, &decoded, &err);
		countdown = failed ? -1 : countdown;
		b = scd_report_copy(&right, &copied);
		countdown = -1;
		assert_true(a == 0 ? same_findings(&decoded, &right)
				   : err.code == SCD_E_NOMEM && !decoded.items);
		assert_true(b == 0 ? same_findings(&copied, &right) : !copied.items);
		if (!failed)
			break;
		assert_true(a < 0 || b < 0);
	}
}

/* Reads and changes the config.json with allocation @n failing; @out is NULL then. */
static int change_bundle(const char *text, size_t len, long n, char **out, struct scd_error *err)
{
	const struct scd_bundle_changes changes = {
		.dir = "/b", .root = "/b/r", .seccomp = "{}", .cgroups_path = "/c"
	};
	auto_bundle struct scd_bundle bundle = { 0 };
	size_t out_len;
	int rc;

	*out = NULL;
	failed = false;
	countdown = n;
	rc = scd_bundle_read(text, len, &bundle, err);
	if (rc == 0)
		rc = scd_bundle_change(&bundle, &changes, out, &out_len, err);
	countdown = -1;
	return rc;
}

static void a_bundle_is_changed_or_not_at_all(void **state)
{
	auto_free char *text = NULL;
	auto_free char *right = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	assert_int_equal(scd_read_file_at(AT_FDCWD, "tests/data/fuzz/bundle/mounts.json", true,
					  1 << 20, &text, &len, &err),
			 0);
	assert_int_equal(change_bundle(text, len, -1, &right, &err), 0);
	for (long n = 0;; n++) {
		auto_free char *out = NULL;
		const int rc = change_bundle(text, len, n, &out, &err);

		if (rc == 0)
			assert_string_equal(out, right);
		else
			assert_true(err.code == SCD_E_NOMEM && failed && !out);
		if (!failed)
			break;
	}
}

static int set_up(void **state)
{
	scd_check_init();
	return hook_cjson(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_check_without_memory_says_so),
		cmocka_unit_test(reports_are_carried_or_not_at_all),
		cmocka_unit_test(a_bundle_is_changed_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

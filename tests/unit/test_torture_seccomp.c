/* SPDX-License-Identifier: MIT */
/* Every allocation of a check fails once, libseccomp's among them: no verdict but the right one.
 * When one of its own fails, libseccomp 2.5 leaves rules out and says nothing, runs in a circle, or
 * frees twice. The first has to be noticed; the others end a child, here as in the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf.h"
#include "check.h"
#include "fsio.h"
#include "nomem.h"

/* What an attempt came to; the first three are a child's exit status. */
enum ending {
	ENOUGH, /* there were fewer allocations than that */
	SAID,	/* "no memory" */
	RIGHT,	/* the verdict does not depend on it */
	WRONG,
	LOST, /* libseccomp did not come back */
	ENDING_COUNT
};

static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
						.arch_count = 2 };

static enum ending judge_without(long n, const char *text, size_t len,
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
	if (rc < 0)
		return err.code == SCD_E_NOMEM ? SAID : WRONG;
	if (report.total != right->total || report.bpf_insns != right->bpf_insns ||
	    scd_report_accepts(&report) != scd_report_accepts(right))
		return WRONG;
	return failed ? RIGHT : ENOUGH;
}

/* The same in a child that has 100 ms. */
static enum ending try_without(long n, const char *text, size_t len, const struct scd_report *right)
{
	const struct itimerval limit = { .it_value = { .tv_usec = 100000 } };
	const struct rlimit none = { 0 };
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)setitimer(ITIMER_PROF, &limit, NULL);
		for (int sig = 1; sig < NSIG; sig++)
			(void)signal(sig, SIG_DFL); /* not cmocka's */
		(void)close(STDERR_FILENO);	    /* the C library tells of each double free */
		_exit((int)judge_without(n, text, len, right));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		return LOST;
	return (enum ending)WEXITSTATUS(status) < LOST ? (enum ending)WEXITSTATUS(status) : WRONG;
}

static void torture(const char *path)
{
	auto_report struct scd_report right = { 0 };
	auto_free char *text = NULL;
	long count[ENDING_COUNT] = { 0 }, n = 0;
	struct scd_error err;
	size_t len;

	assert_int_equal(scd_read_file_at(AT_FDCWD, path, true, 1 << 20, &text, &len, &err), 0);
	assert_int_equal(scd_check_profile(text, len, &standard, &right, &err), 0);
	for (enum ending ending = RIGHT; ending != ENOUGH; n++) {
		ending = try_without(n, text, len, &right);
		count[ending]++;
		if (ending == WRONG)
			fail_msg("%s, allocation %ld: another verdict", path, n);
	}
	print_message("%s: %ld allocations: %ld said, %ld for nothing, %ld children lost\n", path,
		      n - 1, count[SAID], count[RIGHT], count[LOST]);
	assert_true(count[SAID] > 100);
}

static void a_libseccomp_without_memory_changes_no_verdict(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* it has an allocator of its own, and stops at the first double free */
#endif
	torture("tests/data/valid/deny-list.json");
	if (getenv("SCD_ALL_TORTURE"))
		torture("tests/data/valid/conditions.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_libseccomp_without_memory_changes_no_verdict),
	};

	scd_check_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

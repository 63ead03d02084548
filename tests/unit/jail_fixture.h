/* SPDX-License-Identifier: MIT */
/* Checks in children, and processes of their own for what cannot be undone. */
#ifndef SCD_TEST_JAIL_FIXTURE_H
#define SCD_TEST_JAIL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "jail.h"
#include "pin.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* no limit of memory and no filter in the child then */
#else
#define SANITIZED false
#endif

/* With all of x86, so that nothing is left to say. */
#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"

static const char good[] =
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":[{\"names\":"
	"[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}";

static const struct scd_check_opts standard = { .trial_load = true };

static inline void jailed(const char *text, size_t len, struct scd_report *report,
			  enum scd_jail_result *result, bool *degraded)
{
	struct scd_error err = { 0 };

	if (scd_jail_check(text, len, &standard, report, result, degraded, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Runs @body in a process of its own: what it loads into itself does not stay. */
static inline void in_a_process(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* 0, or the line that failed: asserting is no use in a child. */
#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

#endif

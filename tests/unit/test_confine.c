/* SPDX-License-Identifier: MIT */
/* Commands under a filter: the filter as a runtime loads it, and how a command ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "confine.h"
#include "effect.h"
#include "loadable.h"
#include "pin.h"

#define DENY(name, action) \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" DENIED(name, action) "]}"
/* arm64 has the second alone. */
#define MKDIR "mkdir\",\"mkdirat"
#define DENIED(name, action) "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\"}"

static void make(const char *text, enum scd_oci_runtime runtime, struct scd_filter *filter)
{
	struct scd_error err = { 0 };

	if (scd_loadable_make(text, strlen(text), runtime, filter, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct scd_confine_end run_opts(const char *text, const struct scd_confine_opts *opts,
				       const char *command)
{
	char shell[] = "sh", option[] = "-c";
	auto_free char *script = strdup(command);
	char *argv[] = { shell, option, script, NULL };
	auto_filter struct scd_filter filter = { 0 };
	struct scd_confine_end end;
	struct scd_error err = { 0 };

	assert_non_null(script);
	make(text, SCD_CRUN, &filter);
	if (scd_confine_run(&filter, opts, argv, &end, &err) < 0)
		fail_msg("%s", err.msg);
	return end;
}

static struct scd_confine_end run(const char *text, const char *command)
{
	return run_opts(text, &(struct scd_confine_opts){ 0 }, command);
}

static void a_command_ends_as_it_does_without_us(void **state)
{
	struct scd_confine_end end = run(DENY(MKDIR, "ERRNO"), "exit 7");

	(void)state;
	assert_int_equal(end.stage, SCD_CONFINE_LOADED);
	assert_int_equal(scd_confine_exit_status(end.status), 7);
	end = run(DENY(MKDIR, "ERRNO"), "kill -TERM $$");
	assert_int_equal(scd_confine_exit_status(end.status), 128 + SIGTERM);
}

static void a_denied_call_gets_what_the_profile_says(void **state)
{
	struct scd_confine_end end =
		run(DENY(MKDIR, "ERRNO"), "mkdir /tmp/no 2>&1 | grep -q 'not permitted'");

	(void)state;
	assert_int_equal(scd_confine_exit_status(end.status), 0);
	end = run(DENY(MKDIR, "KILL_PROCESS"), "exec mkdir /tmp/no");
	assert_true(WIFSIGNALED(end.status));
	assert_int_equal(WTERMSIG(end.status), SIGSYS);
	assert_int_equal(end.stage, SCD_CONFINE_LOADED);
}

static void no_new_privs_is_set_when_it_is_asked_for(void **state)
{
	static const char ask[] = "grep -q 'NoNewPrivs:.1' /proc/self/status";
	const struct scd_confine_opts opts = { .no_new_privs = true };
	struct scd_confine_end end = run_opts(DENY(MKDIR, "ERRNO"), &opts, ask);

	(void)state;
	assert_int_equal(scd_confine_exit_status(end.status), 0);
	assert_true(end.no_new_privs);
}

/* In a child, which gives its uid up. */
static void an_ordinary_user_gets_it_without_asking(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		struct scd_confine_end end;

		if (setgid(65534) < 0 || setuid(65534) < 0)
			_exit(2);
		end = run(DENY(MKDIR, "ERRNO"), "exit 0");
		_exit(!end.no_new_privs || end.stage != SCD_CONFINE_LOADED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_profile_without_execve_starts_nothing(void **state)
{
	struct scd_confine_end end = run(DENY("execve", "ERRNO"), "exit 0");

	(void)state;
	assert_int_equal(end.stage, SCD_CONFINE_NO_EXEC);
	assert_int_equal(end.sys, EPERM);
	/* Neither does one that denies the end as well; it still ends. */
	end = run("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38}", "exit 0");
	assert_int_equal(end.stage, SCD_CONFINE_NO_EXEC);
	assert_int_equal(end.sys, ENOSYS);
	assert_true(WIFSIGNALED(end.status));
}

static void what_cannot_be_executed_is_said_before(void **state)
{
	auto_free char *path = NULL;
	struct scd_error err = { 0 };

	(void)state;
	assert_int_equal(scd_confine_find("no-such-command-at-all", &path, &err), -1);
	assert_int_equal(err.code, SCD_E_MISSING);
	assert_int_equal(scd_confine_find("/etc", &path, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_int_equal(err.sys, EACCES);
	assert_int_equal(scd_confine_find("", &path, &err), -1);
	assert_null(path);
	assert_int_equal(scd_confine_find("sh", &path, &err), 0);
	assert_int_equal(path[0], '/');
}

static uint32_t action(const struct scd_filter *filter, uint32_t arch, int nr)
{
	static const uint64_t no_args[6];

	return scd_effect_run(filter, arch, nr, no_args);
}

static void runc_answers_calls_over_the_highest_named_with_enosys(void **state)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\","
		"\"SCMP_ARCH_X86\",\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":"
		"[\"read\",\"execve\",\"close_range\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	static const struct {
		uint32_t arch;
		const char *highest;
	} rows[] = {
		{ SCMP_ARCH_X86_64, "close_range" },
		{ SCMP_ARCH_X86, "close_range" },
		{ SCMP_ARCH_X32, "execve" }, /* 520: it has its own */
	};
	auto_filter struct scd_filter runc = { 0 }, crun = { 0 };

	(void)state;
	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		skip();
	make(text, SCD_RUNC, &runc);
	make(text, SCD_CRUN, &crun);
	assert_true(scd_bpf_valid(runc.insns, runc.count));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint32_t arch = rows[i].arch;
		const int top = scd_effect_nr(arch, rows[i].highest);

		assert_int_equal(action(&runc, arch, top), SCMP_ACT_ALLOW);
		assert_int_equal(action(&runc, arch, top + 1), SCMP_ACT_ERRNO(ENOSYS));
		assert_int_equal(action(&runc, arch, top - 1), SCMP_ACT_ERRNO(EPERM));
		assert_int_equal(action(&crun, arch, top + 1), SCMP_ACT_ERRNO(EPERM));
		assert_int_equal(action(&runc, arch, scd_effect_nr(arch, "read")), SCMP_ACT_ALLOW);
	}
}

static void what_no_runtime_compiles_is_refused_with_the_reason(void **state)
{
	static const char *const bad[] = { "", "[]", "{\"defaultAction\":\"SCMP_ACT_NO\"}",
					   "{\"defaultAction\":\"SCMP_ACT_ALLOW\"", "{}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_filter struct scd_filter filter = { 0 };
		struct scd_error err = { 0 };

		assert_int_equal(scd_loadable_make(bad[i], strlen(bad[i]), SCD_RUNC, &filter, &err),
				 -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_true(*err.msg);
		assert_null(filter.insns);
	}
}

/* What was written when nobody is left who could: "ran" by the command, "waits" by its parent. The
 * latter is killed when the first of it is there. */
static void kill_the_parent(bool go, char *out, size_t size)
{
	char shell[] = "/bin/sh", option[] = "-c", script[] = "echo ran; exec sleep 60";
	char *argv[] = { shell, option, script, NULL };
	const struct scd_confine_opts opts = { 0 };
	struct scd_confined child = { .gate = -1 };
	auto_filter struct scd_filter none = { 0 };
	struct scd_error error;
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(ends[0]);
		(void)dup2(ends[1], STDOUT_FILENO);
		if (scd_confine_start(&none, &opts, shell, argv, &child, &error) < 0)
			_exit(1);
		if (go)
			scd_confine_go(&child);
		else
			(void)dprintf(STDOUT_FILENO, "waits\n");
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	while ((n = read(ends[0], out + len, size - 1 - len)) > 0) {
		len += (size_t)n;
		(void)kill(pid, SIGKILL);
	}
	out[len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	(void)close(ends[0]);
}

static void a_command_does_not_outlive_us(void **state)
{
	char out[64];

	(void)state;
	(void)alarm(30); /* it would sleep for a minute */
	kill_the_parent(true, out, sizeof(out));
	assert_string_equal(out, "ran\n");
	kill_the_parent(false, out, sizeof(out));
	assert_string_equal(out, "waits\n");
	(void)alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_does_not_outlive_us),
		cmocka_unit_test(a_command_ends_as_it_does_without_us),
		cmocka_unit_test(a_denied_call_gets_what_the_profile_says),
		cmocka_unit_test(no_new_privs_is_set_when_it_is_asked_for),
		cmocka_unit_test(an_ordinary_user_gets_it_without_asking),
		cmocka_unit_test(a_profile_without_execve_starts_nothing),
		cmocka_unit_test(what_cannot_be_executed_is_said_before),
		cmocka_unit_test(runc_answers_calls_over_the_highest_named_with_enosys),
		cmocka_unit_test(what_no_runtime_compiles_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests_name("confine", tests, pin, NULL);
}

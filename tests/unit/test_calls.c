/* SPDX-License-Identifier: MIT */
/* The filters of the one table, run by the interpreter: nothing is loaded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "calls.h"
#include "check.h"
#include "fsio.h"
#include "jail.h"
#include "pin.h"

#define DENIED (SECCOMP_RET_ERRNO | ENOSYS)
#define EVERYONE ((unsigned)(SCD_CALL_LOOP | SCD_CALL_INSTALL | SCD_CALL_CHECK))

static struct scd_filter compiled(unsigned roles)
{
	struct scd_filter filter = { 0 };
	struct scd_error err;

	if (scd_calls_compile(roles, &filter, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(scd_bpf_valid(filter.insns, filter.count));
	return filter;
}

static uint32_t run(const struct scd_filter *filter, int nr, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = nr, .arch = seccomp_arch_native() };

	if (args)
		memcpy(data.args, args, sizeof(data.args));
	return scd_bpf_run(filter->insns, filter->count, &data);
}

/* Arguments that satisfy a row. */
static void satisfy(const struct scd_call *call, uint64_t args[6])
{
	memset(args, 0, 6 * sizeof(args[0]));
	for (unsigned i = 0; i < call->arg_count; i++)
		args[call->args[i].arg] = call->args[i].op == SCMP_CMP_EQ ? call->args[i].datum_a
									  : call->args[i].datum_b;
}

/* Is @nr in a row for @roles? */
static bool in_table(int nr, unsigned roles)
{
	const struct scd_call *calls;
	size_t count;

	calls = scd_calls(&count);
	for (size_t i = 0; i < count; i++)
		if ((calls[i].roles & roles) && seccomp_syscall_resolve_name(calls[i].name) == nr)
			return true;
	return false;
}

static bool is_deadly(int nr)
{
	for (const char *const *name = scd_calls_deadly; *name; name++)
		if (seccomp_syscall_resolve_name(*name) == nr)
			return true;
	return false;
}

static void every_call_of_the_machine_is_allowed_denied_or_deadly_as_the_table_says(void **state)
{
	static const unsigned roles[] = { EVERYONE, SCD_CALL_INSTALL };

	(void)state;
	for (size_t r = 0; r < 2; r++) {
		auto_filter struct scd_filter filter = compiled(roles[r]);
		size_t allowed = 0;

		for (int nr = 0; nr < 512; nr++) {
			uint32_t action = run(&filter, nr, NULL);

			if (is_deadly(nr))
				assert_int_equal(action, SECCOMP_RET_KILL_PROCESS);
			else if (!in_table(nr, roles[r]))
				assert_int_equal(action, DENIED);
			else
				assert_true(action == SECCOMP_RET_ALLOW || action == DENIED);
			allowed += action == SECCOMP_RET_ALLOW;
		}
		assert_in_range(allowed, 30, 130);
	}
}

static void every_row_is_allowed_with_its_arguments_and_gives_a_reason(void **state)
{
	auto_filter struct scd_filter all = compiled(EVERYONE);
	auto_filter struct scd_filter install = compiled(SCD_CALL_INSTALL);
	const struct scd_call *calls;
	size_t count, known = 0;

	(void)state;
	calls = scd_calls(&count);
	for (size_t i = 0; i < count; i++) {
		const int nr = seccomp_syscall_resolve_name(calls[i].name);
		uint64_t args[6];

		assert_int_equal(calls[i].roles & ~EVERYONE, 0);
		assert_true(calls[i].roles != 0 && strlen(calls[i].why) > 3);
		assert_true(nr != __NR_SCMP_ERROR); /* the pinned libseccomp knows all of them */
		if (nr < 0)
			continue; /* another architecture's */
		known++;
		satisfy(&calls[i], args);
		assert_int_equal(run(&all, nr, args), SECCOMP_RET_ALLOW);
		if (calls[i].roles & SCD_CALL_INSTALL)
			assert_int_equal(run(&install, nr, args), SECCOMP_RET_ALLOW);
	}
	assert_true(known > 80);
}

static void arguments_are_looked_at(void **state)
{
	static const uint64_t nothing[6] = { 0 };
	const struct {
		int nr;
		uint64_t args[6];
		uint32_t action;
	} rows[] = {
		{ __NR_mmap, { 0, 1, PROT_READ | PROT_WRITE }, SECCOMP_RET_ALLOW },
		{ __NR_mmap, { 0, 1, PROT_READ | PROT_EXEC }, DENIED },
		{ __NR_mprotect, { 0, 1, PROT_EXEC }, DENIED },
		{ __NR_clone, { SIGCHLD }, SECCOMP_RET_ALLOW },
		{ __NR_clone,
		  { CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD },
		  SECCOMP_RET_ALLOW },
		{ __NR_clone, { CLONE_NEWUSER | SIGCHLD }, DENIED },
		{ __NR_clone, { CLONE_VM | CLONE_THREAD | CLONE_SIGHAND }, DENIED },
		{ __NR_clone, { (uint64_t)1 << 32 | SIGCHLD }, DENIED },
		{ __NR_clone3, { 0 }, DENIED },
		{ __NR_kill, { 1, SIGKILL }, SECCOMP_RET_ALLOW },
		{ __NR_kill, { 1, SIGTERM }, DENIED },
		{ __NR_tgkill, { 1, 1, SIGABRT }, SECCOMP_RET_ALLOW },
		{ __NR_tgkill, { 1, 1, SIGKILL }, DENIED },
		{ __NR_ioctl, { 1, FIONREAD }, SECCOMP_RET_ALLOW },
		{ __NR_ioctl, { 1, 0x5412 /* TIOCSTI */ }, DENIED },
		{ __NR_prctl, { PR_SET_DUMPABLE }, SECCOMP_RET_ALLOW },
		{ __NR_prctl, { PR_SET_MM }, DENIED },
		{ __NR_seccomp, { SECCOMP_SET_MODE_FILTER, 0 }, SECCOMP_RET_ALLOW },
		{ __NR_seccomp,
		  { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER },
		  DENIED },
		{ __NR_prlimit64, { 0 }, SECCOMP_RET_ALLOW },
		{ __NR_prlimit64, { 1 }, DENIED },
		{ __NR_socket, { 0 }, DENIED },
		{ __NR_connect, { 0 }, DENIED },
		{ __NR_bind, { 0 }, DENIED },
		{ __NR_listen, { 0 }, DENIED },
		{ __NR_linkat, { 0 }, DENIED },
		{ __NR_symlinkat, { 0 }, DENIED },
		{ __NR_mknodat, { 0 }, DENIED },
		{ __NR_fchown, { 0 }, DENIED },
		{ __NR_execve, { 0 }, SECCOMP_RET_KILL_PROCESS },
		{ __NR_ptrace, { 0 }, SECCOMP_RET_KILL_PROCESS },
		{ __NR_mount, { 0 }, SECCOMP_RET_KILL_PROCESS },
	};
	auto_filter struct scd_filter all = compiled(EVERYONE);
	auto_filter struct scd_filter install = compiled(SCD_CALL_INSTALL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (run(&all, rows[i].nr, rows[i].args) != rows[i].action)
			fail_msg("row %zu: %#x", i, run(&all, rows[i].nr, rows[i].args));

	/* Writes, but neither forks nor talks. */
	assert_int_equal(run(&install, __NR_renameat2, nothing), SECCOMP_RET_ALLOW);
	assert_int_equal(run(&install, __NR_clone, (uint64_t[6]){ SIGCHLD }), DENIED);
	assert_int_equal(run(&install, __NR_accept4, nothing), DENIED);
	assert_int_equal(run(&install, __NR_kill, (uint64_t[6]){ 1, SIGKILL }), DENIED);
}

static void another_architecture_is_killed(void **state)
{
	auto_filter struct scd_filter all = compiled(EVERYONE);
	struct seccomp_data data = { .nr = 0, .arch = AUDIT_ARCH_I386 };
	uint32_t action;

	(void)state;
	action = scd_bpf_run(all.insns, all.count, &data) & SECCOMP_RET_ACTION_FULL;
	assert_true(action == SECCOMP_RET_KILL_THREAD || action == SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
	data = (struct seccomp_data){ .nr = __X32_SYSCALL_BIT, .arch = AUDIT_ARCH_X86_64 };
	action = scd_bpf_run(all.insns, all.count, &data) & SECCOMP_RET_ACTION_FULL;
	assert_true(action == SECCOMP_RET_KILL_THREAD || action == SECCOMP_RET_KILL_PROCESS);
#endif
}

/* arm64 has none of the calls that have a newer form: each needs one for the same people. */
static void nothing_hangs_on_a_call_that_arm64_does_not_have(void **state)
{
	static const struct {
		const char *old, *now;
	} forms[] = {
		{ "open", "openat" },
		{ "stat", "newfstatat" },
		{ "lstat", "newfstatat" },
		{ "access", "faccessat" },
		{ "readlink", "readlinkat" },
		{ "mkdir", "mkdirat" },
		{ "rename", "renameat" },
		{ "unlink", "unlinkat" },
		{ "rmdir", "unlinkat" },
		{ "epoll_wait", "epoll_pwait" },
		{ "poll", "ppoll" },
		{ "select", "pselect6" },
		{ "inotify_init", "inotify_init1" },
		{ "fork", "clone" },
		{ "time", "clock_gettime" },
	};
	const struct scd_call *calls;
	size_t count, lacking = 0;

	(void)state;
	calls = scd_calls(&count);
	for (size_t i = 0; i < count; i++) {
		size_t form = 0;

		if (seccomp_syscall_resolve_name_arch(SCMP_ARCH_AARCH64, calls[i].name) >= 0)
			continue;
		lacking++;
		while (form < sizeof(forms) / sizeof(forms[0]) &&
		       strcmp(forms[form].old, calls[i].name) != 0)
			form++;
		if (form == sizeof(forms) / sizeof(forms[0]))
			fail_msg("what is %s on arm64?", calls[i].name);
		assert_true(seccomp_syscall_resolve_name_arch(SCMP_ARCH_AARCH64, forms[form].now) >=
			    0);
		for (unsigned role = 1; role <= EVERYONE; role <<= 1)
			if ((calls[i].roles & role) &&
			    !in_table(seccomp_syscall_resolve_name(forms[form].now), role))
				fail_msg("%s is not for all that %s is for", forms[form].now,
					 calls[i].name);
	}
	assert_true(lacking >= 10);
}

/* What a checker child's own filter lets through, the daemon's must not take away. */
static void the_table_has_every_call_of_a_check(void **state)
{
	const int *calls;
	size_t count;

	(void)state;
	calls = scd_jail_calls(&count);
	assert_true(count > 20);
	for (size_t i = 0; i < count; i++)
		if (!in_table(calls[i], SCD_CALL_CHECK)) {
			char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, calls[i]);

			fail_msg("common/jail.c allows %s, daemon/calls.c does not", name);
		}
}

/* What the filter of a check does with a call, on an architecture as linux/audit.h names it. */
static uint32_t filtered(const struct sock_filter *insns, size_t count, uint32_t arch, int nr)
{
	const struct seccomp_data data = { .nr = nr, .arch = arch };

	return scd_bpf_run(insns, count, &data);
}

static bool is_allowed_call(int nr)
{
	size_t count;
	const int *calls = scd_jail_calls(&count);

	for (size_t i = 0; i < count; i++)
		if (calls[i] == nr)
			return true;
	return false;
}

static void the_filter_of_a_check_allows_its_calls_and_no_other(void **state)
{
	static const int beyond[] = { -1, INT_MIN, INT_MAX, 0x40000000, 0x40000001 };
	const uint32_t denied = SECCOMP_RET_ERRNO | EPERM;
	const uint32_t here = seccomp_arch_native();
	struct sock_filter insns[SCD_JAIL_FILTER_MAX];
	const size_t count = scd_jail_filter(insns);

	(void)state;
	assert_true(scd_bpf_valid(insns, count));
	for (int nr = 0; nr < 2048; nr++)
		assert_int_equal(filtered(insns, count, here, nr),
				 is_allowed_call(nr) ? SECCOMP_RET_ALLOW : denied);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_int_equal(filtered(insns, count, here, beyond[i]), denied);
	for (int nr = 0; nr < 2048; nr++)
		assert_int_equal(filtered(insns, count, ~here, nr), denied);
}

/* The profile that we ship for our own container. */
static void the_own_profile_allows_every_row(void **state)
{
	auto_report struct scd_report report = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_check_opts opts = { .strict = true };
	const struct scd_call *calls;
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len, count;

	(void)state;
	assert_int_equal(scd_read_file_at(AT_FDCWD, "profiles/base/seccompd.json", true,
					  SCD_PROFILE_MAX, &text, &len, &err),
			 0);
	assert_int_equal(scd_check_profile_filter(text, len, &opts, &report, &filter, &err), 0);
	assert_true(scd_report_accepts(&report));
	assert_non_null(filter.insns);
	calls = scd_calls(&count);
	for (size_t i = 0; i < count; i++) {
		const int nr = seccomp_syscall_resolve_name(calls[i].name);
		uint64_t args[6];

		satisfy(&calls[i], args);
		if (nr >= 0 && run(&filter, nr, args) != SECCOMP_RET_ALLOW)
			fail_msg("profiles/base/seccompd.json does not allow %s", calls[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_call_of_the_machine_is_allowed_denied_or_deadly_as_the_table_says),
		cmocka_unit_test(every_row_is_allowed_with_its_arguments_and_gives_a_reason),
		cmocka_unit_test(arguments_are_looked_at),
		cmocka_unit_test(another_architecture_is_killed),
		cmocka_unit_test(nothing_hangs_on_a_call_that_arm64_does_not_have),
		cmocka_unit_test(the_table_has_every_call_of_a_check),
		cmocka_unit_test(the_filter_of_a_check_allows_its_calls_and_no_other),
		cmocka_unit_test(the_own_profile_allows_every_row),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

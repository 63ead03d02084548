/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/ipc.h>
#include <linux/net.h>
#include <seccomp.h>
#include <string.h>

#include "siblings.h"
#include "syscalls.h"

/* Every name of the list is a call, stands there once, and is separated by single blanks. */
static void check_list(const char *list, size_t least)
{
	char name[SCD_NAME_SIZE];
	const char *rest = list;
	size_t count = 0;

	assert_null(strstr(list, "  "));
	while (scd_next_name(&rest, name)) {
		count++;
		if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR &&
		    !scd_syscall_since(name))
			fail_msg("%s is not a call", name);
		if (scd_has_name(rest, name))
			fail_msg("%s stands twice in: %s", name, list);
	}
	assert_string_equal(rest, "");
	assert_true(count >= least);
}

static void siblings_are_calls_that_exist(void **state)
{
	size_t count;
	const struct scd_siblings *groups = scd_siblings(&count);

	(void)state;
	assert_true(count > 30);
	for (size_t i = 0; i < count; i++) {
		const struct scd_siblings *group = &groups[i];
		char name[SCD_NAME_SIZE];
		const char *rest = group->also;

		check_list(group->calls, *group->also ? 1 : 2);
		check_list(group->also, 0);
		while (scd_next_name(&rest, name))
			assert_false(scd_has_name(group->calls, name));
		if (!group->round)
			continue;
		check_list(group->round, 1);
		rest = group->round;
		while (scd_next_name(&rest, name))
			assert_true(scd_has_name(group->calls, name) ||
				    scd_has_name(group->also, name));
	}
}

static void fallbacks_go_from_newer_to_older_calls(void **state)
{
	size_t count;
	const struct scd_fallback *rows = scd_fallbacks(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		check_list(rows[i].name, 1);
		check_list(rows[i].older, 0);
		assert_false(scd_has_name(rows[i].older, rows[i].name));
		assert_true(strlen(rows[i].who) > 3);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
	}
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(rows[i].breaks, strcmp(rows[i].name, "clone3") == 0);
		assert_int_equal(rows[i].any_errno,
				 scd_has_name("openat2 close_range rseq", rows[i].name));
	}
}

/* libseccomp gives a multiplexed call of x86 the pseudo number -(100 + its number), or
 * -(200 + its number) through ipc, where the architecture has no number for it. */
static void multiplexers_have_the_numbers_that_libseccomp_uses(void **state)
{
	size_t count, seen = 0;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const int base = strcmp(rows[i].through, "ipc") == 0 ? 200 : 100;
		const int nr = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, rows[i].name);

		assert_true(seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, rows[i].through) > 0);
		if (nr >= 0)
			continue;
		assert_int_equal(nr, -(base + (int)rows[i].number));
		seen++;
	}
	assert_true(seen > 0);
}

/* All that the kernel's headers have, each once. */
static void every_call_of_a_multiplexer_is_there(void **state)
{
	static const struct {
		const char *name;
		unsigned number;
	} kernels[] = {
		{ "socket", SYS_SOCKET },
		{ "bind", SYS_BIND },
		{ "connect", SYS_CONNECT },
		{ "listen", SYS_LISTEN },
		{ "accept", SYS_ACCEPT },
		{ "getsockname", SYS_GETSOCKNAME },
		{ "getpeername", SYS_GETPEERNAME },
		{ "socketpair", SYS_SOCKETPAIR },
		{ "send", SYS_SEND },
		{ "recv", SYS_RECV },
		{ "sendto", SYS_SENDTO },
		{ "recvfrom", SYS_RECVFROM },
		{ "shutdown", SYS_SHUTDOWN },
		{ "setsockopt", SYS_SETSOCKOPT },
		{ "getsockopt", SYS_GETSOCKOPT },
		{ "sendmsg", SYS_SENDMSG },
		{ "recvmsg", SYS_RECVMSG },
		{ "accept4", SYS_ACCEPT4 },
		{ "recvmmsg", SYS_RECVMMSG },
		{ "sendmmsg", SYS_SENDMMSG },
		{ "semop", SEMOP },
		{ "semget", SEMGET },
		{ "semctl", SEMCTL },
		{ "semtimedop", SEMTIMEDOP },
		{ "msgsnd", MSGSND },
		{ "msgrcv", MSGRCV },
		{ "msgget", MSGGET },
		{ "msgctl", MSGCTL },
		{ "shmat", SHMAT },
		{ "shmdt", SHMDT },
		{ "shmget", SHMGET },
		{ "shmctl", SHMCTL },
	};
	size_t count;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	(void)state;
	assert_int_equal(count, sizeof(kernels) / sizeof(kernels[0]));
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < count && strcmp(rows[k].name, kernels[i].name) != 0)
			k++;
		if (k == count)
			fail_msg("%s", kernels[i].name);
		assert_int_equal(rows[k].number, kernels[i].number);
		assert_string_equal(rows[k].through, i < 20 ? "socketcall" : "ipc");
	}
}

/* Whoever restricts the first wants to hear of the second. */
static void who_restricts_a_call_hears_of_its_like(void **state)
{
	static const char *const pairs[][2] = {
		{ "open", "openat2" },
		{ "execve", "execveat" },
		{ "fork", "clone3" },
		{ "unshare", "clone3" },
		{ "chmod", "fchmodat2" },
		{ "chown", "fchownat" },
		{ "rename", "renameat2" },
		{ "link", "linkat" },
		{ "symlink", "symlinkat" },
		{ "unlink", "unlinkat" },
		{ "rmdir", "unlinkat" },
		{ "mkdir", "mkdirat" },
		{ "mknod", "mknodat" },
		{ "truncate", "ftruncate" },
		{ "utimes", "utimensat" },
		{ "setxattr", "fsetxattr" },
		{ "removexattr", "lremovexattr" },
		{ "mount", "move_mount" },
		{ "umount2", "umount" },
		{ "init_module", "finit_module" },
		{ "kexec_load", "kexec_file_load" },
		{ "settimeofday", "clock_adjtime" },
		{ "ptrace", "process_vm_writev" },
		{ "kill", "pidfd_send_signal" },
		{ "setuid", "setresuid" },
		{ "setgid", "setresgid" },
		{ "setgroups", "setgroups32" },
		{ "setrlimit", "prlimit64" },
		{ "sched_setscheduler", "sched_setattr" },
		{ "mprotect", "pkey_mprotect" },
		{ "quotactl", "quotactl_fd" },
		{ "ioperm", "iopl" },
		{ "accept", "accept4" },
		{ "sendto", "sendmmsg" },
		{ "recvfrom", "recvmmsg" },
		{ "chdir", "fchdir" },
		{ "readlink", "readlinkat" },
		{ "stat", "statx" },
		{ "access", "faccessat2" },
		{ "getdents", "getdents64" },
		{ "pipe", "pipe2" },
		{ "inotify_init", "inotify_init1" },
	};
	size_t count;
	const struct scd_siblings *groups = scd_siblings(&count);

	(void)state;
	assert_int_equal(count, sizeof(pairs) / sizeof(pairs[0]));
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t k = 0; k < count; k++)
			found |= scd_has_name(groups[k].calls, pairs[i][0]) &&
				 (scd_has_name(groups[k].calls, pairs[i][1]) ||
				  scd_has_name(groups[k].also, pairs[i][1]));
		if (!found)
			fail_msg("%s and %s", pairs[i][0], pairs[i][1]);
	}
}

static void io_uring_does_the_work_of_calls_that_exist(void **state)
{
	(void)state;
	check_list(scd_io_uring_calls(), 20);
	check_list(scd_io_uring_basic_calls(), 3);
}

static void lists_are_walked_name_by_name(void **state)
{
	const char *list = "open openat";
	char name[SCD_NAME_SIZE];

	(void)state;
	assert_true(scd_has_name(list, "open") && scd_has_name(list, "openat"));
	assert_false(scd_has_name(list, "openat2") || scd_has_name("", "open"));
	assert_true(scd_next_name(&list, name));
	assert_string_equal(name, "open");
	assert_true(scd_next_name(&list, name));
	assert_string_equal(name, "openat");
	assert_false(scd_next_name(&list, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siblings_are_calls_that_exist),
		cmocka_unit_test(fallbacks_go_from_newer_to_older_calls),
		cmocka_unit_test(multiplexers_have_the_numbers_that_libseccomp_uses),
		cmocka_unit_test(every_call_of_a_multiplexer_is_there),
		cmocka_unit_test(who_restricts_a_call_hears_of_its_like),
		cmocka_unit_test(io_uring_does_the_work_of_calls_that_exist),
		cmocka_unit_test(lists_are_walked_name_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

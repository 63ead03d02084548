/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a call that is not in the table:
 *
 * It gets ENOSYS. Another libc, or the next one, makes calls that nobody here has seen, tries
 * the newest first and falls back when the kernel does not have it: "function not implemented"
 * is the one answer that every libc is prepared for (with EPERM, clone3 breaks pthread_create). The
 * process goes on, as promised: no input makes the daemon exit. The kernel's log tells of the call
 * (SECCOMP_FILTER_FLAG_LOG), as such a call is a row that is missing here.
 *
 * But a few calls nobody makes by accident, in any version of any library: they start programs,
 * reach into other processes or change the machine. Who makes one of them has taken the process
 * over, and there is nothing left to keep alive: the process is killed at once, as OpenSSH's
 * sandbox does, the kubelet starts a new one, and the kernel's log has the number of the call.
 */
#include "calls.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>

#include "compile.h"
#include "target.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#define LOOP SCD_CALL_LOOP
#define INST SCD_CALL_INSTALL
#define JAIL SCD_CALL_CHECK
#define ALL (LOOP | INST | JAIL)

#define IS(arg, value)                       \
	{                                    \
		arg, SCMP_CMP_EQ, (value), 0 \
	}
#define HAS_NOT(arg, bits)                         \
	{                                          \
		arg, SCMP_CMP_MASKED_EQ, (bits), 0 \
	}

#define CALL(name, roles, why)       \
	{                            \
		name, roles, why, 0, \
		{                    \
			{            \
				0    \
			}            \
		}                    \
	}
#define CALL1(name, roles, why, arg) \
	{                            \
		name, roles, why, 1, \
		{                    \
			arg          \
		}                    \
	}
#define CALL2(name, roles, why, arg, other) \
	{                                   \
		name, roles, why, 2,        \
		{                           \
			arg, other          \
		}                           \
	}

/* Of the arguments of mmap(2) a filter sees nothing on s390x: they come in a structure. */
#define MMAP_WHY "malloc; the pages shared with children; no new code"
#if defined(__s390x__)
#define MMAP CALL("mmap", ALL, MMAP_WHY)
#define CLONE_FLAGS 1
#else
#define MMAP CALL1("mmap", ALL, MMAP_WHY, HAS_NOT(2, PROT_EXEC))
#define CLONE_FLAGS 0
#endif

/* What fork(3) of any libc asks clone(2) for, and no namespace, no thread, no shared memory. */
#define FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID)
#define IS_FORK                                                                     \
	{                                                                           \
		CLONE_FLAGS, SCMP_CMP_MASKED_EQ, ~(scmp_datum_t)FORK_FLAGS, SIGCHLD \
	}

/* Names that an architecture does not have (open on arm64) or libseccomp does not know are
 * skipped. */
static const struct scd_call calls[] = {
	CALL("brk", ALL, "malloc"),
	MMAP,
	CALL("munmap", ALL, "free"),
	CALL("mremap", ALL, "realloc"),
	CALL1("mprotect", ALL, "malloc; no new code", HAS_NOT(2, PROT_EXEC)),
	CALL("madvise", ALL, "free"),
	CALL1("prctl", ALL, "malloc of glibc 2.39 names its memory", IS(0, PR_SET_VMA)),
	CALL("futex", ALL, "locks of the libraries"),
	CALL("sched_yield", ALL, "the same"),
	CALL("getrandom", ALL, "names of temporary files; malloc of glibc 2.36"),

	CALL("clock_gettime", ALL, "where the vDSO does not answer"),
	CALL("clock_getres", LOOP, "libevent"),
	CALL("gettimeofday", ALL, "the same"),
	CALL("time", ALL, "the same"),
	CALL("nanosleep", INST, "waiting for the lock"),
	CALL("clock_nanosleep", INST, "the same, by a newer libc"),

	CALL("rt_sigaction", ALL, "a child forgets the loop's handlers"),
	CALL("rt_sigprocmask", ALL, "around fork(3)"),
	CALL("rt_sigreturn", ALL, "the end of a handler"),
	CALL("sigaltstack", ALL, "a libc that starts a child"),
	CALL("restart_syscall", ALL, "a call that a stop interrupted"),
	CALL("getpid", ALL, "raise(3)"),
	CALL("gettid", ALL, "the same"),
	CALL("getppid", LOOP, "libevent"),
	CALL1("tgkill", ALL, "abort(3) after a failed assertion", IS(2, SIGABRT)),
	CALL1("tkill", ALL, "the same, musl", IS(1, SIGABRT)),
	CALL("exit_group", ALL, "the end"),
	CALL("exit", ALL, "the same"),

	CALL("read", ALL, "files, sockets, pipes; libseccomp's memfd"),
	CALL("readv", LOOP, "requests"),
	CALL("pread64", ALL, "libseccomp's memfd"),
	CALL("lseek", ALL, "directories; libseccomp's memfd"),
	CALL("write", ALL, "files, the log, the loop's own pipe; libseccomp's memfd"),
	CALL("writev", LOOP | INST, "answers; stdio of musl"),
	CALL("close", ALL, "all of these"),
	CALL("close_range", ALL, "a child keeps none of the loop's descriptors"),
	CALL("fcntl", ALL, "O_NONBLOCK, FD_CLOEXEC, opendir(3)"),
	CALL("fstat", ALL, "is it a regular file, and how long"),
	CALL("newfstatat", ALL, "the same, by glibc 2.33 and later"),
	CALL("statx", ALL, "the same, by the next libc"),
	CALL("stat", LOOP | INST, "the same, musl"),
	CALL("lstat", LOOP | INST, "the same, musl"),
	CALL("fstatfs", LOOP | INST, "space left"),
	CALL("statfs", LOOP | INST, "the same"),

	CALL("openat", LOOP | INST, "source, configuration, /proc/self; destination"),
	CALL("open", LOOP | INST, "the same, musl"),
	CALL("openat2", LOOP | INST, "directories below the destination"),
	CALL("getdents64", LOOP | INST, "listing"),
	CALL("readlinkat", LOOP, "..data; /proc/self/fd"),
	CALL("readlink", LOOP, "the same"),
	CALL("faccessat", INST, "is the name taken, where renameat2 cannot tell"),
	CALL("faccessat2", INST, "the same"),
	CALL("access", INST, "the same, musl"),

	CALL("mkdirat", INST, "directories of profiles"),
	CALL("mkdir", INST, "the same, musl"),
	CALL("fchmod", INST, "modes of what it made"),
	CALL("fsync", INST, "a power cut"),
	CALL("fdatasync", INST, "the same"),
	CALL("syncfs", INST, "the same, of all at once"),
	CALL("renameat", INST, "a profile appears whole"),
	CALL("renameat2", INST, "the same, over nothing"),
	CALL("rename", INST, "the same, musl"),
	CALL("unlinkat", INST, "removal"),
	CALL("unlink", INST, "the same, musl"),
	CALL("rmdir", INST, "the same, musl"),
	CALL("flock", INST, "the lock of the destination"),
	CALL("geteuid", ALL, "is the directory ours"),
	CALL("getuid", ALL, "secure_getenv(3)"),
	CALL("getegid", ALL, "the same"),
	CALL("getgid", ALL, "the same"),

	CALL("epoll_wait", LOOP, "the loop"),
	CALL("epoll_pwait", LOOP, "the same; arm64"),
	CALL("epoll_pwait2", LOOP, "the same, by a newer libevent"),
	CALL("epoll_ctl", LOOP, "the loop"),
	CALL("poll", LOOP, "libevent, for one descriptor"),
	CALL("ppoll", LOOP, "the same; arm64"),
	CALL("select", LOOP, "libinotifytools, without waiting"),
	CALL("pselect6", LOOP, "the same"),
	CALL("eventfd2", LOOP, "inotify begun anew"),
	CALL("inotify_init1", LOOP, "the same"),
	CALL("inotify_init", LOOP, "the same"),
	CALL("inotify_add_watch", LOOP, "a directory more"),
	CALL("inotify_rm_watch", LOOP, "a directory less"),
	CALL1("ioctl", LOOP, "how much there is to read", IS(1, FIONREAD)),
	CALL1("ioctl", ALL, "is it a terminal: stdio", IS(1, TCGETS)),

	/* Of sockets, what comes in. No socket, bind, listen or connect: nothing goes out. */
	CALL("accept4", LOOP, "requests"),
	CALL("accept", LOOP, "the same"),
	CALL("recvfrom", LOOP, "the same"),
	CALL("recvmsg", LOOP, "the same"),
	CALL("sendto", LOOP, "answers"),
	CALL("sendmsg", LOOP, "the same"),
	CALL("shutdown", LOOP, "their end"),
	CALL("getsockopt", LOOP, "SO_ERROR"),
	CALL("setsockopt", LOOP, "libevent, on what it accepted"),
	CALL("getsockname", LOOP, "where a request came in"),
	CALL("getpeername", LOOP, "who asks"),

	CALL1("clone", LOOP, "fork(3)", IS_FORK),
	CALL("fork", LOOP, "the same, musl"),
	CALL("set_robust_list", ALL, "the same, in the child"),
	CALL("set_tid_address", ALL, "the same"),
	CALL("rseq", ALL, "the same"),
	CALL("wait4", LOOP, "their ends"),
	CALL("waitid", LOOP, "the same"),
	CALL1("kill", LOOP, "a child that takes too long", IS(1, SIGKILL)),
	CALL("getrusage", LOOP, "metrics"),
	CALL1("prlimit64", ALL, "metrics; limits of a checker child: our own only", IS(0, 0)),
	CALL("getrlimit", ALL, "the same"),
	CALL("setrlimit", LOOP | JAIL, "the same"),

	CALL1("prctl", LOOP | JAIL, "a child ends with the loop", IS(0, PR_SET_PDEATHSIG)),
	CALL1("prctl", LOOP | JAIL, "no dump of a child", IS(0, PR_SET_DUMPABLE)),
	CALL1("prctl", ALL, "before a filter", IS(0, PR_SET_NO_NEW_PRIVS)),
	/* A filter only takes away. No flag but LOG: a listener would decide for others. */
	CALL2("seccomp", LOOP | INST | JAIL, "the children's filters; the trial load",
	      IS(0, SECCOMP_SET_MODE_FILTER), IS(1, 0)),
	CALL2("seccomp", LOOP | INST, "the same", IS(0, SECCOMP_SET_MODE_FILTER),
	      IS(1, SECCOMP_FILTER_FLAG_LOG)),
	CALL("landlock_create_ruleset", LOOP | INST, "a domain, once all directories are there"),
	CALL("landlock_add_rule", LOOP | INST, "the same"),
	CALL("landlock_restrict_self", LOOP | INST, "the same"),

	CALL("memfd_create", JAIL, "libseccomp's only way out"),
	CALL("ftruncate", JAIL, "the same"),
	CALL("timer_create", JAIL, "the end after a trial load of a filter without exit_group"),
	CALL("timer_settime", JAIL, "the same"),
	CALL("uname", JAIL, "libseccomp"),
	CALL("sysinfo", ALL, "qsort(3) of glibc"),
};
#define COUNT (sizeof(calls) / sizeof(calls[0]))

const char *const scd_calls_deadly[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"pidfd_getfd",
	"mount",
	"umount2",
	"pivot_root",
	"chroot",
	"move_mount",
	"open_tree",
	"fsopen",
	"mount_setattr",
	"setns",
	"unshare",
	"bpf",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"reboot",
	"kexec_file_load",
	"open_by_handle_at",
	"io_uring_setup",
	"userfaultfd",
	"perf_event_open",
	"keyctl",
	"add_key",
	"request_key",
	NULL,
};
#define DEADLY (sizeof(scd_calls_deadly) / sizeof(scd_calls_deadly[0]) - 1)

const struct scd_call *scd_calls(size_t *count)
{
	*count = COUNT;
	return calls;
}

static void add(struct scd_target *target, const char *name, uint32_t action,
		const struct scd_call *call)
{
	const int nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR)
		return;
	target->rules[target->count++] =
		(struct scd_target_rule){ .nr = nr,
					  .action = action,
					  .args = call ? call->args : NULL,
					  .arg_count = call ? call->arg_count : 0 };
}

int scd_calls_compile(unsigned roles, struct scd_filter *filter, struct scd_error *err)
{
	struct scd_target_rule rules[COUNT + DEADLY];
	struct scd_target target = { .oci_runtime = SCD_CRUN,
				     .default_action = SCMP_ACT_ERRNO(ENOSYS),
				     .rules = rules,
				     .cap = sizeof(rules) / sizeof(rules[0]) };
	const struct scd_compile_opts opts = { .native = seccomp_arch_native(), .optimize = 1 };
	struct scd_compile_result result;

	for (size_t i = 0; i < COUNT; i++)
		if (calls[i].roles & roles)
			add(&target, calls[i].name, SCMP_ACT_ALLOW, &calls[i]);
	for (size_t i = 0; i < DEADLY; i++)
		add(&target, scd_calls_deadly[i], SCMP_ACT_KILL_PROCESS, NULL);
	if (scd_compile(&target, &opts, filter, &result, err) < 0)
		return scd_wrap(err, "own filter");
	if (result.status != SCD_COMPILE_OK)
		return scd_fail(err, SCD_E_SYSTEM, result.sys, "libseccomp refuses our filter");
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "siblings.h"

#include <stdio.h>
#include <string.h>

/* From the manual pages of section 2 and seccomp-tools' list of alternatives (audit rule
 * syscall-alt-gap). Names that an architecture does not have are passed over, so that one row
 * serves all. To add a call that a new kernel brings: write its name into the row. */
static const struct scd_siblings siblings[] = {
	{ "open a file", "open openat", "creat openat2 open_by_handle_at", NULL },
	{ "run a program", "execve", "execveat", NULL },
	{ "make a process", "clone fork vfork", "clone3", "clone3" },
	{ "make a namespace", "unshare", "clone clone3", "clone clone3" },
	{ "change a file's mode", "chmod fchmod fchmodat", "fchmodat2", NULL },
	{ "change a file's owner", "chown fchown lchown fchownat chown32 fchown32 lchown32", "",
	  NULL },
	{ "rename a file", "rename renameat renameat2", "", NULL },
	{ "make a link", "link linkat", "", NULL },
	{ "make a symbolic link", "symlink symlinkat", "", NULL },
	{ "remove a file", "unlink unlinkat", "", NULL },
	{ "remove a directory", "rmdir", "unlinkat", NULL },
	{ "make a directory", "mkdir mkdirat", "", NULL },
	{ "make a device node", "mknod mknodat", "", NULL },
	{ "shorten a file", "truncate ftruncate truncate64 ftruncate64", "", NULL },
	{ "change a file's times", "utime utimes futimesat utimensat", "utimensat_time64", NULL },
	{ "set an extended attribute", "setxattr lsetxattr fsetxattr", "setxattrat", NULL },
	{ "remove an extended attribute", "removexattr lremovexattr fremovexattr", "removexattrat",
	  NULL },
	{ "mount a file system", "mount", "fsconfig move_mount mount_setattr",
	  "fsconfig move_mount mount_setattr" },
	{ "unmount a file system", "umount umount2", "", NULL },
	{ "load a kernel module", "init_module finit_module", "", NULL },
	{ "load another kernel", "kexec_load kexec_file_load", "", NULL },
	{ "set the clock", "settimeofday clock_settime",
	  "stime clock_settime64 adjtimex clock_adjtime clock_adjtime64",
	  "stime settimeofday clock_settime clock_settime64 clock_adjtime clock_adjtime64" },
	{ "read and write another process", "ptrace process_vm_readv process_vm_writev", "",
	  "process_vm_readv process_vm_writev" },
	{ "send a signal", "kill tkill tgkill",
	  "rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal", NULL },
	{ "change the user id", "setuid setreuid setresuid setuid32 setreuid32 setresuid32", "",
	  NULL },
	{ "change the group id", "setgid setregid setresgid setgid32 setregid32 setresgid32", "",
	  NULL },
	{ "change the groups", "setgroups setgroups32", "", NULL },
	{ "set a resource limit", "setrlimit prlimit64", "", NULL },
	{ "set the scheduling policy", "sched_setscheduler sched_setattr", "", NULL },
	{ "make memory executable", "mprotect pkey_mprotect", "", NULL },
	{ "set a disk quota", "quotactl quotactl_fd", "", NULL },
	{ "use I/O ports", "ioperm iopl", "", NULL },
	{ "accept a connection", "accept accept4", "", NULL },
	{ "send on a socket", "send sendto sendmsg", "sendmmsg", NULL },
	{ "receive from a socket", "recv recvfrom recvmsg", "recvmmsg recvmmsg_time64", NULL },
	{ "change the directory", "chdir fchdir", "", NULL },
	{ "read a link", "readlink readlinkat", "", NULL },
	{ "look at a file", "stat lstat fstat newfstatat", "statx", NULL },
	{ "ask for access", "access faccessat", "faccessat2", NULL },
	{ "list a directory", "getdents getdents64", "", NULL },
	{ "make a pipe", "pipe pipe2", "", NULL },
	{ "watch files", "inotify_init inotify_init1", "", NULL },
};

/* glibc and musl fall back on ENOSYS alone, but for those that are marked. clone3 was measured
 * (pthread_create() fails). Read in glibc's sysdeps/unix/sysv/linux: clone-internal.c, faccessat.c,
 * fchmodat.c (2.39), closefrom.c and rseq-internal.h (any error), clock_gettime.c, fstatat64.c;
 * in musl's src: unistd/faccessat.c, stat/fchmodat.c (1.2.5), time/clock_gettime.c. Calls with
 * another time type are made first by glibc 2.31 to 2.33 on 32-bit architectures; later ones, and
 * musl, make many of them for times after 2038 alone. */
static const struct scd_fallback fallbacks[] = {
	{ "clone3", "clone", "pthread_create() and posix_spawn() of glibc", true, false },
	{ "faccessat2", "faccessat", "faccessat() of glibc and musl", false, false },
	{ "fchmodat2", "fchmodat", "fchmodat() of glibc and musl", false, false },
	{ "statx", "newfstatat stat fstatat64 stat64", "statx() of glibc, which ls and stat call",
	  false, false },
	{ "futex_waitv", "futex", "Wine's fsync", false, false },
	{ "openat2", "openat", "container runtimes and systemd", false, true },
	{ "close_range", "close", "closefrom() and posix_spawn() of glibc", false, true },
	{ "rseq", "", "every program of glibc 2.35", false, true },
	/* What 32-bit architectures have for times after 2038. */
	{ "clock_gettime64", "clock_gettime", "time functions of libc", false, false },
	{ "clock_settime64", "clock_settime", "time functions of libc", false, false },
	{ "clock_adjtime64", "clock_adjtime", "time functions of libc", false, false },
	{ "clock_getres_time64", "clock_getres", "time functions of libc", false, false },
	{ "clock_nanosleep_time64", "clock_nanosleep nanosleep", "sleep functions of libc", false,
	  false },
	{ "timer_gettime64", "timer_gettime", "time functions of libc", false, false },
	{ "timer_settime64", "timer_settime", "time functions of libc", false, false },
	{ "timerfd_gettime64", "timerfd_gettime", "time functions of libc", false, false },
	{ "timerfd_settime64", "timerfd_settime", "time functions of libc", false, false },
	{ "utimensat_time64", "utimensat", "file functions of libc", false, false },
	{ "pselect6_time64", "pselect6 _newselect", "select() of libc", false, false },
	{ "ppoll_time64", "ppoll", "ppoll() of libc", false, false },
	{ "recvmmsg_time64", "recvmmsg", "recvmmsg() of libc", false, false },
	{ "mq_timedsend_time64", "mq_timedsend", "message queues of libc", false, false },
	{ "mq_timedreceive_time64", "mq_timedreceive", "message queues of libc", false, false },
	{ "semtimedop_time64", "semtimedop ipc", "semaphores of libc", false, false },
	{ "rt_sigtimedwait_time64", "rt_sigtimedwait", "sigtimedwait() of libc", false, false },
	{ "futex_time64", "futex", "locks of libc", false, false },
	{ "sched_rr_get_interval_time64", "sched_rr_get_interval", "scheduling of libc", false,
	  false },
};

/* The kernel's include/uapi/linux/net.h and ipc.h. */
static const struct scd_multiplexed multiplexed[] = {
	{ "socket", "socketcall", 1 },
	{ "bind", "socketcall", 2 },
	{ "connect", "socketcall", 3 },
	{ "listen", "socketcall", 4 },
	{ "accept", "socketcall", 5 },
	{ "getsockname", "socketcall", 6 },
	{ "getpeername", "socketcall", 7 },
	{ "socketpair", "socketcall", 8 },
	{ "send", "socketcall", 9 },
	{ "recv", "socketcall", 10 },
	{ "sendto", "socketcall", 11 },
	{ "recvfrom", "socketcall", 12 },
	{ "shutdown", "socketcall", 13 },
	{ "setsockopt", "socketcall", 14 },
	{ "getsockopt", "socketcall", 15 },
	{ "sendmsg", "socketcall", 16 },
	{ "recvmsg", "socketcall", 17 },
	{ "accept4", "socketcall", 18 },
	{ "recvmmsg", "socketcall", 19 },
	{ "sendmmsg", "socketcall", 20 },
	{ "semop", "ipc", 1 },
	{ "semget", "ipc", 2 },
	{ "semctl", "ipc", 3 },
	{ "semtimedop", "ipc", 4 },
	{ "msgsnd", "ipc", 11 },
	{ "msgrcv", "ipc", 12 },
	{ "msgget", "ipc", 13 },
	{ "msgctl", "ipc", 14 },
	{ "shmat", "ipc", 21 },
	{ "shmdt", "ipc", 22 },
	{ "shmget", "ipc", 23 },
	{ "shmctl", "ipc", 24 },
};

/* What IORING_OP_* of Linux 6.18 does for a caller (io_uring_enter(2)). */
static const char io_uring_calls[] =
	"socket connect accept accept4 bind listen sendto sendmsg recvfrom recvmsg open openat creat "
	"rename renameat renameat2 unlink unlinkat mkdir mkdirat symlink symlinkat link linkat "
	"setxattr fsetxattr getxattr fgetxattr fallocate ftruncate statx";

/* Those without an older or newer form that a profile may allow in their place. */
static const char io_uring_basic_calls[] = "socket connect bind openat";

const struct scd_siblings *scd_siblings(size_t *count)
{
	*count = sizeof(siblings) / sizeof(siblings[0]);
	return siblings;
}

const struct scd_fallback *scd_fallbacks(size_t *count)
{
	*count = sizeof(fallbacks) / sizeof(fallbacks[0]);
	return fallbacks;
}

const struct scd_multiplexed *scd_multiplexed(size_t *count)
{
	*count = sizeof(multiplexed) / sizeof(multiplexed[0]);
	return multiplexed;
}

const char *scd_io_uring_calls(void)
{
	return io_uring_calls;
}

const char *scd_io_uring_basic_calls(void)
{
	return io_uring_basic_calls;
}

bool scd_next_name(const char **list, char out[SCD_NAME_SIZE])
{
	size_t n = strcspn(*list, " ");

	if (n == 0)
		return false;
	(void)snprintf(out, SCD_NAME_SIZE, "%.*s", (int)n, *list);
	*list += n;
	*list += **list == ' ';
	return true;
}

bool scd_has_name(const char *list, const char *name)
{
	char item[SCD_NAME_SIZE];

	while (scd_next_name(&list, item))
		if (strcmp(item, name) == 0)
			return true;
	return false;
}

/* SPDX-License-Identifier: MIT */
#include "purpose.h"

#include <string.h>

#include "siblings.h"

static const struct scd_purpose purposes[] = {
	{ "start and end programs and threads",
	  "arch_prctl clone clone3 execve execveat exit exit_group fork get_robust_list "
	  "get_thread_area rseq set_robust_list set_thread_area set_tid_address vfork wait4 waitid "
	  "waitpid" },
	{ "ask about the process and the system",
	  "getcpu getpgid getpgrp getpid getppid getpriority getrandom getrlimit getrusage getsid gettid "
	  "oldolduname olduname sysinfo times ugetrlimit uname" },
	{ "settings of the process: limits, priorities, scheduling, options",
	  "ioprio_get ioprio_set membarrier nice personality prctl prlimit64 "
	  "sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr "
	  "sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr "
	  "sched_setparam sched_setscheduler sched_yield setpgid setpriority setrlimit setsid ulimit "
	  "umask" },
	{ "users, groups and capabilities",
	  "capget capset getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid "
	  "setfsuid setgid setgroups setregid setresgid setresuid setreuid setuid" },
	{ "memory",
	  "brk get_mempolicy madvise map_shadow_stack mbind memfd_create memfd_secret migrate_pages "
	  "mincore mlock mlock2 mlockall mmap mmap2 move_pages mprotect mremap mseal msync munlock "
	  "munlockall munmap pkey_alloc pkey_free pkey_mprotect process_madvise process_mrelease "
	  "remap_file_pages set_mempolicy set_mempolicy_home_node userfaultfd" },
	{ "synchronise threads", "futex futex_requeue futex_wait futex_waitv futex_wake" },
	{ "signals",
	  "kill pause pidfd_send_signal restart_syscall rt_sigaction rt_sigpending rt_sigprocmask "
	  "rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sgetmask "
	  "sigaction sigaltstack signal sigpending sigprocmask sigreturn sigsuspend ssetmask tgkill "
	  "tkill" },
	{ "time and timers",
	  "alarm clock_getres clock_gettime clock_nanosleep ftime getitimer gettimeofday nanosleep "
	  "setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_settime "
	  "timerfd_create timerfd_gettime timerfd_settime" },
	{ "open, read and write files",
	  "_llseek arm_fadvise64_64 arm_sync_file_range close close_range copy_file_range creat dup dup2 dup3 fadvise64 fallocate fcntl "
	  "fdatasync flock fsync ftruncate lseek open openat openat2 pread64 preadv preadv2 pwrite64 "
	  "pwritev pwritev2 read readahead readv sendfile splice sync sync_file_range syncfs tee "
	  "truncate vmsplice write writev" },
	{ "look at files and directories",
	  "access cachestat chdir faccessat faccessat2 fchdir fgetxattr flistxattr fstat fstatat fstatfs "
	  "getcwd getdents getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch "
	  "lgetxattr listmount listxattr llistxattr lookup_dcookie lstat newfstatat oldfstat oldlstat "
	  "oldstat readdir readlink readlinkat stat statfs statmount statx ustat" },
	{ "change files and directories",
	  "chmod chown fchmod fchmodat fchmodat2 fchown fchownat fremovexattr fsetxattr futimesat "
	  "lchown link linkat lremovexattr lsetxattr mkdir mkdirat mknod mknodat removexattr rename "
	  "renameat renameat2 rmdir setxattr symlink symlinkat unlink unlinkat utime utimensat utimes" },
	{ "wait for events",
	  "_newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 "
	  "epoll_wait epoll_wait_old eventfd eventfd2 poll ppoll pselect6 select signalfd signalfd4" },
	{ "network and sockets",
	  "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg "
	  "recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socket socketcall socketpair" },
	{ "pipes and shared memory",
	  "ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget "
	  "msgrcv msgsnd pipe pipe2 semctl semget semop semtimedop shmat shmctl shmdt shmget" },
	{ "asynchronous input and output",
	  "io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter "
	  "io_uring_register io_uring_setup" },
	{ "devices and terminals",
	  "gtty ioctl pciconfig_iobase pciconfig_read pciconfig_write stty vhangup" },
	{ "mounts, namespaces and other roots",
	  "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root "
	  "setdomainname sethostname setns umount umount2 unshare" },
	{ "watch and confine processes",
	  "kcmp landlock_add_rule landlock_create_ruleset landlock_restrict_self pidfd_getfd pidfd_open "
	  "process_vm_readv process_vm_writev ptrace seccomp" },
	{ "administer the system",
	  "_sysctl acct add_key adjtimex bpf clock_adjtime clock_settime create_module delete_module "
	  "fanotify_init fanotify_mark finit_module get_kernel_syms init_module ioperm iopl kexec_file_load "
	  "kexec_load keyctl lsm_get_self_attr lsm_list_modules lsm_set_self_attr modify_ldt "
	  "name_to_handle_at nfsservctl open_by_handle_at perf_event_open query_module quotactl "
	  "quotactl_fd reboot request_key settimeofday stime swapoff swapon sysfs syslog uselib vm86 "
	  "vm86old" },
	{ "other calls", "" },
};
#define PURPOSES (sizeof(purposes) / sizeof(purposes[0]))

const struct scd_purpose *scd_purposes(size_t *count)
{
	*count = PURPOSES;
	return purposes;
}

static size_t find(const char *call)
{
	size_t i = 0;

	while (i < PURPOSES - 1 && !scd_has_name(purposes[i].calls, call))
		i++;
	return i;
}

/* Removes @suffix from the end of @name; false when it is not there. */
static bool cut(char *name, const char *suffix)
{
	const size_t len = strlen(name), cut_len = strlen(suffix);

	if (len <= cut_len || strcmp(name + len - cut_len, suffix) != 0)
		return false;
	name[len - cut_len] = '\0';
	return true;
}

size_t scd_purpose_of(const char *call)
{
	static const char *const suffixes[] = { "_time64", "_64", "64", "32" };
	size_t at = find(call);

	for (size_t i = 0; at == PURPOSES - 1 && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char plain[SCD_NAME_SIZE];

		if (strlen(call) >= sizeof(plain))
			break;
		memcpy(plain, call, strlen(call) + 1);
		if (cut(plain, suffixes[i]))
			at = find(plain);
	}
	return at;
}

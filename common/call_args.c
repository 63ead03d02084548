/* SPDX-License-Identifier: MIT */
#include "call_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seccomp.h>

#define ARGS_END 6

/* A call and its arguments, as section 2 of the manual pages calls them: the name, and after a
 * colon the kind of its symbolic values (SCD_CONSTANT_KINDS). */
struct row {
	const char *call;
	const char *args;
};

/* The calls of syscall_args.c, sorted by name. */
static const struct row rows[] = {
	{ "_sysctl", "args" },
	{ "accept", "sockfd addr addrlen" },
	{ "accept4", "sockfd addr addrlen flags:sock" },
	{ "access", "pathname mode:access" },
	{ "acct", "filename" },
	{ "add_key", "type description payload plen keyring:keyring" },
	{ "adjtimex", "buf" },
	{ "alarm", "seconds" },
	{ "arch_prctl", "code:arch-prctl addr" },
	{ "bind", "sockfd addr addrlen" },
	{ "bpf", "cmd:bpf attr size" },
	{ "brk", "addr" },
	{ "cachestat", "fd range stat flags" },
	{ "capget", "hdrp datap" },
	{ "capset", "hdrp datap" },
	{ "chdir", "path" },
	{ "chmod", "pathname mode:mode" },
	{ "chown", "pathname owner group" },
	{ "chroot", "path" },
	{ "clock_adjtime", "clockid:clock buf" },
	{ "clock_getres", "clockid:clock res" },
	{ "clock_gettime", "clockid:clock tp" },
	{ "clock_nanosleep", "clockid:clock flags:timer request remain" },
	{ "clock_settime", "clockid:clock tp" },
	{ "clone", "flags:clone stack parent_tid child_tid tls" },
	{ "clone3", "cl_args size" },
	{ "close", "fd" },
	{ "close_range", "first last flags:close-range" },
	{ "connect", "sockfd addr addrlen" },
	{ "copy_file_range", "fd_in off_in fd_out off_out len flags" },
	{ "creat", "pathname mode:mode" },
	{ "create_module", "name size" },
	{ "delete_module", "name flags:open" },
	{ "dup", "oldfd" },
	{ "dup2", "oldfd newfd" },
	{ "dup3", "oldfd newfd flags:open" },
	{ "epoll_create", "size" },
	{ "epoll_create1", "flags:epoll" },
	{ "epoll_ctl", "epfd op:epoll-ctl fd event" },
	{ "epoll_ctl_old", "epfd op:epoll-ctl fd event" },
	{ "epoll_pwait", "epfd events maxevents timeout sigmask sigsetsize" },
	{ "epoll_pwait2", "epfd events maxevents timeout sigmask sigsetsize" },
	{ "epoll_wait", "epfd events maxevents timeout" },
	{ "epoll_wait_old", "epfd events maxevents" },
	{ "eventfd", "initval" },
	{ "eventfd2", "initval flags:eventfd" },
	{ "execve", "pathname argv envp" },
	{ "execveat", "dirfd:dirfd pathname argv envp flags:at" },
	{ "exit", "status" },
	{ "exit_group", "status" },
	{ "faccessat", "dirfd:dirfd pathname mode:access" },
	{ "faccessat2", "dirfd:dirfd pathname mode:access flags:access-at" },
	{ "fadvise64", "fd offset len advice" },
	{ "fallocate", "fd mode:falloc offset len" },
	{ "fanotify_init", "flags:fanotify event_f_flags:open" },
	{ "fanotify_mark", "fanotify_fd flags mask dirfd:dirfd pathname" },
	{ "fchdir", "fd" },
	{ "fchmod", "fd mode:mode" },
	{ "fchmodat", "dirfd:dirfd pathname mode:mode" },
	{ "fchmodat2", "dirfd:dirfd pathname mode:mode flags:at" },
	{ "fchown", "fd owner group" },
	{ "fchownat", "dirfd:dirfd pathname owner group flags:at" },
	{ "fcntl", "fd cmd:fcntl arg" },
	{ "fdatasync", "fd" },
	{ "fgetxattr", "fd name value size" },
	{ "finit_module", "fd param_values flags:module" },
	{ "flistxattr", "fd list size" },
	{ "flock", "fd operation:lock" },
	{ "fork", "" },
	{ "fremovexattr", "fd name" },
	{ "fsconfig", "fd cmd:fsconfig key value aux" },
	{ "fsetxattr", "fd name value size flags:xattr" },
	{ "fsmount", "fsfd flags:fsmount attr_flags:mount-attr" },
	{ "fsopen", "fsname flags:fsopen" },
	{ "fspick", "dirfd:dirfd pathname flags:fspick" },
	{ "fstat", "fd statbuf" },
	{ "fstatfs", "fd buf" },
	{ "fsync", "fd" },
	{ "ftruncate", "fd length" },
	{ "futex", "uaddr futex_op:futex val timeout uaddr2 val3" },
	{ "futex_requeue", "waiters flags nr_wake nr_requeue" },
	{ "futex_wait", "uaddr val mask flags timeout clockid:clock" },
	{ "futex_waitv", "waiters nr_futexes flags timeout clockid:clock" },
	{ "futex_wake", "uaddr mask nr flags" },
	{ "futimesat", "dirfd:dirfd pathname times" },
	{ "get_kernel_syms", "table" },
	{ "get_mempolicy", "mode nodemask maxnode addr flags" },
	{ "get_robust_list", "pid head_ptr len_ptr" },
	{ "get_thread_area", "u_info" },
	{ "getcpu", "cpu node tcache" },
	{ "getcwd", "buf size" },
	{ "getdents", "fd dirp count" },
	{ "getdents64", "fd dirp count" },
	{ "getegid", "" },
	{ "geteuid", "" },
	{ "getgid", "" },
	{ "getgroups", "size list" },
	{ "getitimer", "which:itimer curr_value" },
	{ "getpeername", "sockfd addr addrlen" },
	{ "getpgid", "pid" },
	{ "getpgrp", "" },
	{ "getpid", "" },
	{ "getpmsg", "fd ctrl data band flags" },
	{ "getppid", "" },
	{ "getpriority", "which:prio who" },
	{ "getrandom", "buf buflen flags:random" },
	{ "getresgid", "rgid egid sgid" },
	{ "getresuid", "ruid euid suid" },
	{ "getrlimit", "resource:rlimit rlim" },
	{ "getrusage", "who:rusage usage" },
	{ "getsid", "pid" },
	{ "getsockname", "sockfd addr addrlen" },
	{ "getsockopt", "sockfd level:sol optname optval optlen" },
	{ "gettid", "" },
	{ "gettimeofday", "tv tz" },
	{ "getuid", "" },
	{ "getxattr", "path name value size" },
	{ "init_module", "module_image len param_values" },
	{ "inotify_add_watch", "fd pathname mask" },
	{ "inotify_init", "" },
	{ "inotify_init1", "flags:inotify" },
	{ "inotify_rm_watch", "fd wd" },
	{ "io_cancel", "ctx_id iocb result" },
	{ "io_destroy", "ctx_id" },
	{ "io_getevents", "ctx_id min_nr nr events timeout" },
	{ "io_pgetevents", "ctx_id min_nr nr events timeout sigmask" },
	{ "io_setup", "nr_events ctx_idp" },
	{ "io_submit", "ctx_id nr iocbpp" },
	{ "io_uring_enter", "fd to_submit min_complete flags:io-uring-enter arg argsz" },
	{ "io_uring_register", "fd opcode:io-uring arg nr_args" },
	{ "io_uring_setup", "entries params" },
	{ "ioctl", "fd request:ioctl arg" },
	{ "ioperm", "from num turn_on" },
	{ "iopl", "level" },
	{ "ioprio_get", "which who" },
	{ "ioprio_set", "which who ioprio" },
	{ "kcmp", "pid1 pid2 type:kcmp idx1 idx2" },
	{ "kexec_file_load", "kernel_fd initrd_fd cmdline_len cmdline flags:kexec-file" },
	{ "kexec_load", "entry nr_segments segments flags:kexec" },
	{ "keyctl", "operation:keyctl arg1 arg2 arg3 arg4" },
	{ "kill", "pid sig:signal" },
	{ "landlock_add_rule", "ruleset_fd rule_type rule_attr flags" },
	{ "landlock_create_ruleset", "attr size flags:landlock" },
	{ "landlock_restrict_self", "ruleset_fd flags" },
	{ "lchown", "pathname owner group" },
	{ "lgetxattr", "path name value size" },
	{ "link", "oldpath newpath" },
	{ "linkat", "olddirfd:dirfd oldpath newdirfd:dirfd newpath flags:at" },
	{ "listen", "sockfd backlog" },
	{ "listxattr", "path list size" },
	{ "llistxattr", "path list size" },
	{ "lookup_dcookie", "cookie buffer len" },
	{ "lremovexattr", "path name" },
	{ "lseek", "fd offset whence:whence" },
	{ "lsetxattr", "path name value size flags:xattr" },
	{ "lstat", "pathname statbuf" },
	{ "madvise", "addr length advice:madv" },
	{ "map_shadow_stack", "addr size flags" },
	{ "mbind", "addr len mode:mempolicy nodemask maxnode flags" },
	{ "membarrier", "cmd:membarrier flags cpu_id" },
	{ "memfd_create", "name flags:memfd" },
	{ "memfd_secret", "flags" },
	{ "migrate_pages", "pid maxnode old_nodes new_nodes" },
	{ "mincore", "addr length vec" },
	{ "mkdir", "pathname mode:mode" },
	{ "mkdirat", "dirfd:dirfd pathname mode:mode" },
	{ "mknod", "pathname mode:mode dev" },
	{ "mknodat", "dirfd:dirfd pathname mode:mode dev" },
	{ "mlock", "addr len" },
	{ "mlock2", "addr len flags:mlock" },
	{ "mlockall", "flags:mlockall" },
	{ "mmap", "addr length prot:prot flags:map fd offset" },
	{ "modify_ldt", "func ptr bytecount" },
	{ "mount", "source target filesystemtype mountflags:mount data" },
	{ "mount_setattr", "dirfd:dirfd pathname flags:at attr size" },
	{ "move_mount",
	  "from_dirfd:dirfd from_pathname to_dirfd:dirfd to_pathname flags:move-mount" },
	{ "move_pages", "pid count pages nodes status flags" },
	{ "mprotect", "addr len prot:prot" },
	{ "mq_getsetattr", "mqdes newattr oldattr" },
	{ "mq_notify", "mqdes sevp" },
	{ "mq_open", "name oflag:open mode:mode attr" },
	{ "mq_timedreceive", "mqdes msg_ptr msg_len msg_prio abs_timeout" },
	{ "mq_timedsend", "mqdes msg_ptr msg_len msg_prio abs_timeout" },
	{ "mq_unlink", "name" },
	{ "mremap", "old_address old_size new_size flags:mremap new_address" },
	{ "msgctl", "msqid cmd:ipc-ctl buf" },
	{ "msgget", "key msgflg:ipc" },
	{ "msgrcv", "msqid msgp msgsz msgtyp msgflg:ipc" },
	{ "msgsnd", "msqid msgp msgsz msgflg:ipc" },
	{ "msync", "addr length flags:msync" },
	{ "munlock", "addr len" },
	{ "munlockall", "" },
	{ "munmap", "addr length" },
	{ "name_to_handle_at", "dirfd:dirfd pathname handle mount_id flags:at" },
	{ "nanosleep", "request remain" },
	{ "newfstatat", "dirfd:dirfd pathname statbuf flags:at" },
	{ "nfsservctl", "cmd argp resp" },
	{ "open", "pathname flags:open mode:mode" },
	{ "open_by_handle_at", "mount_fd handle flags:open" },
	{ "open_tree", "dirfd:dirfd pathname flags:open-tree" },
	{ "openat", "dirfd:dirfd pathname flags:open mode:mode" },
	{ "openat2", "dirfd:dirfd pathname how size" },
	{ "pause", "" },
	{ "perf_event_open", "attr pid cpu group_fd flags:perf" },
	{ "personality", "persona:personality" },
	{ "pidfd_getfd", "pidfd targetfd flags" },
	{ "pidfd_open", "pid flags:pidfd" },
	{ "pidfd_send_signal", "pidfd sig:signal info flags" },
	{ "pipe", "pipefd" },
	{ "pipe2", "pipefd flags:open" },
	{ "pivot_root", "new_root put_old" },
	{ "pkey_alloc", "flags access_rights" },
	{ "pkey_free", "pkey" },
	{ "pkey_mprotect", "addr len prot:prot pkey" },
	{ "poll", "fds nfds timeout" },
	{ "ppoll", "fds nfds tmo_p sigmask sigsetsize" },
	{ "prctl", "option:prctl arg1 arg2 arg3 arg4" },
	{ "pread64", "fd buf count offset" },
	{ "preadv", "fd iov iovcnt pos_l pos_h" },
	{ "preadv2", "fd iov iovcnt pos_l pos_h flags:rwf" },
	{ "prlimit64", "pid resource:rlimit new_limit old_limit" },
	{ "process_madvise", "pidfd iovec vlen advice:madv flags" },
	{ "process_mrelease", "pidfd flags" },
	{ "process_vm_readv", "pid local_iov liovcnt remote_iov riovcnt flags" },
	{ "process_vm_writev", "pid local_iov liovcnt remote_iov riovcnt flags" },
	{ "pselect6", "nfds readfds writefds exceptfds timeout sigmask" },
	{ "ptrace", "request:ptrace pid addr data" },
	{ "putpmsg", "fd ctrl data band flags" },
	{ "pwrite64", "fd buf count offset" },
	{ "pwritev", "fd iov iovcnt pos_l pos_h" },
	{ "pwritev2", "fd iov iovcnt pos_l pos_h flags:rwf" },
	{ "query_module", "name which buf bufsize ret" },
	{ "quotactl", "cmd special id addr" },
	{ "quotactl_fd", "fd cmd id addr" },
	{ "read", "fd buf count" },
	{ "readahead", "fd offset count" },
	{ "readlink", "pathname buf bufsiz" },
	{ "readlinkat", "dirfd:dirfd pathname buf bufsiz" },
	{ "readv", "fd iov iovcnt" },
	{ "reboot", "magic magic2 cmd:reboot arg" },
	{ "recvfrom", "sockfd buf len flags:msg src_addr addrlen" },
	{ "recvmmsg", "sockfd msgvec vlen flags:msg timeout" },
	{ "recvmsg", "sockfd msg flags:msg" },
	{ "remap_file_pages", "addr size prot:prot pgoff flags:map" },
	{ "removexattr", "path name" },
	{ "rename", "oldpath newpath" },
	{ "renameat", "olddirfd:dirfd oldpath newdirfd:dirfd newpath" },
	{ "renameat2", "olddirfd:dirfd oldpath newdirfd:dirfd newpath flags:rename" },
	{ "request_key", "type description callout_info dest_keyring:keyring" },
	{ "restart_syscall", "" },
	{ "rmdir", "pathname" },
	{ "rseq", "rseq rseq_len flags sig" },
	{ "rt_sigaction", "signum:signal act oldact sigsetsize" },
	{ "rt_sigpending", "set sigsetsize" },
	{ "rt_sigprocmask", "how:sigmask set oldset sigsetsize" },
	{ "rt_sigqueueinfo", "tgid sig:signal info" },
	{ "rt_sigreturn", "" },
	{ "rt_sigsuspend", "mask sigsetsize" },
	{ "rt_sigtimedwait", "set info timeout sigsetsize" },
	{ "rt_tgsigqueueinfo", "tgid tid sig:signal info" },
	{ "sched_get_priority_max", "policy:sched" },
	{ "sched_get_priority_min", "policy:sched" },
	{ "sched_getaffinity", "pid cpusetsize mask" },
	{ "sched_getattr", "pid attr size flags" },
	{ "sched_getparam", "pid param" },
	{ "sched_getscheduler", "pid" },
	{ "sched_rr_get_interval", "pid tp" },
	{ "sched_setaffinity", "pid cpusetsize mask" },
	{ "sched_setattr", "pid attr flags" },
	{ "sched_setparam", "pid param" },
	{ "sched_setscheduler", "pid policy:sched param" },
	{ "sched_yield", "" },
	{ "seccomp", "operation:seccomp flags:seccomp-flag args" },
	{ "select", "nfds readfds writefds exceptfds timeout" },
	{ "semctl", "semid semnum cmd:ipc-ctl arg" },
	{ "semget", "key nsems semflg:ipc" },
	{ "semop", "semid sops nsops" },
	{ "semtimedop", "semid sops nsops timeout" },
	{ "sendfile", "out_fd in_fd offset count" },
	{ "sendmmsg", "sockfd msgvec vlen flags:msg" },
	{ "sendmsg", "sockfd msg flags:msg" },
	{ "sendto", "sockfd buf len flags:msg dest_addr addrlen" },
	{ "set_mempolicy", "mode:mempolicy nodemask maxnode" },
	{ "set_mempolicy_home_node", "start len home_node flags" },
	{ "set_robust_list", "head len" },
	{ "set_thread_area", "u_info" },
	{ "set_tid_address", "tidptr" },
	{ "setdomainname", "name len" },
	{ "setfsgid", "fsgid" },
	{ "setfsuid", "fsuid" },
	{ "setgid", "gid" },
	{ "setgroups", "size list" },
	{ "sethostname", "name len" },
	{ "setitimer", "which:itimer new_value old_value" },
	{ "setns", "fd nstype:namespace" },
	{ "setpgid", "pid pgid" },
	{ "setpriority", "which:prio who prio" },
	{ "setregid", "rgid egid" },
	{ "setresgid", "rgid egid sgid" },
	{ "setresuid", "ruid euid suid" },
	{ "setreuid", "ruid euid" },
	{ "setrlimit", "resource:rlimit rlim" },
	{ "setsid", "" },
	{ "setsockopt", "sockfd level:sol optname optval optlen" },
	{ "settimeofday", "tv tz" },
	{ "setuid", "uid" },
	{ "setxattr", "path name value size flags:xattr" },
	{ "shmat", "shmid shmaddr shmflg:shm" },
	{ "shmctl", "shmid cmd:ipc-ctl buf" },
	{ "shmdt", "shmaddr" },
	{ "shmget", "key size shmflg:ipc" },
	{ "shutdown", "sockfd how:shut" },
	{ "sigaltstack", "ss old_ss" },
	{ "signalfd", "fd mask sizemask" },
	{ "signalfd4", "fd mask sizemask flags:signalfd" },
	{ "socket", "domain:af type:sock protocol:ipproto" },
	{ "socketpair", "domain:af type:sock protocol:ipproto sv" },
	{ "splice", "fd_in off_in fd_out off_out size flags" },
	{ "stat", "pathname statbuf" },
	{ "statfs", "path buf" },
	{ "statx", "dirfd:dirfd pathname flags:at mask statxbuf" },
	{ "swapoff", "path" },
	{ "swapon", "path swapflags" },
	{ "symlink", "target linkpath" },
	{ "symlinkat", "target newdirfd:dirfd linkpath" },
	{ "sync", "" },
	{ "sync_file_range", "fd offset nbytes flags:sync-range" },
	{ "syncfs", "fd" },
	{ "sysfs", "option arg1 arg2" },
	{ "sysinfo", "info" },
	{ "syslog", "type bufp len" },
	{ "tee", "fd_in fd_out size flags" },
	{ "tgkill", "tgid tid sig:signal" },
	{ "time", "tloc" },
	{ "timer_create", "clockid:clock sevp timerid" },
	{ "timer_delete", "timerid" },
	{ "timer_getoverrun", "timerid" },
	{ "timer_gettime", "timerid curr_value" },
	{ "timer_settime", "timerid flags:timer new_value old_value" },
	{ "timerfd_create", "clockid:clock flags:timerfd" },
	{ "timerfd_gettime", "fd curr_value" },
	{ "timerfd_settime", "fd flags:timerfd-set new_value old_value" },
	{ "times", "buf" },
	{ "tkill", "tid sig:signal" },
	{ "truncate", "path length" },
	{ "umask", "mask:mode" },
	{ "umount2", "target flags:umount" },
	{ "uname", "buf" },
	{ "unlink", "pathname" },
	{ "unlinkat", "dirfd:dirfd pathname flags:unlink" },
	{ "unshare", "flags:namespace" },
	{ "uselib", "library" },
	{ "userfaultfd", "flags:userfaultfd" },
	{ "ustat", "dev ubuf" },
	{ "utime", "filename times" },
	{ "utimensat", "dirfd:dirfd pathname times flags:at" },
	{ "utimes", "filename times" },
	{ "vfork", "" },
	{ "vhangup", "" },
	{ "vmsplice", "fd iov nr_segs flags" },
	{ "wait4", "pid wstatus options:wait rusage" },
	{ "waitid", "idtype:waitid id infop options:wait rusage" },
	{ "write", "fd buf count" },
	{ "writev", "fd iov iovcnt" },
};

/* Calls that x86_64 has under another name or not at all; the same arguments. */
static const struct row others[] = {
	{ "_llseek", "fd offset_high offset_low result whence:whence" },
	{ "clock_gettime64", "clockid:clock tp" },
	{ "clock_nanosleep_time64", "clockid:clock flags:timer request remain" },
	{ "fcntl64", "fd cmd:fcntl arg" },
	{ "fstatat64", "dirfd:dirfd pathname statbuf flags:at" },
	{ "futex_time64", "uaddr futex_op:futex val timeout uaddr2 val3" },
	{ "ipc", "call:ipc-call first second third ptr fifth" },
	{ "mmap2", "addr length prot:prot flags:map fd pgoffset" },
	{ "sigaction", "signum:signal act oldact" },
	{ "socketcall", "call:socketcall args" },
	{ "umount", "target" },
	{ "waitpid", "pid wstatus options:wait" },
};

/* clone(2) as syscall_args.c has it: CONFIG_CLONE_BACKWARDS and CONFIG_CLONE_BACKWARDS2. */
static const char clone_backwards[] = "flags:clone stack parent_tid tls child_tid";
static const char clone_backwards2[] = "stack flags:clone parent_tid child_tid tls";

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct row *)row)->call);
}

static const char *clone_args(uint32_t arch, const char *args)
{
	switch (arch) {
	case SCMP_ARCH_X86_64:
	case SCMP_ARCH_X32:
		return args;
	case SCMP_ARCH_S390:
	case SCMP_ARCH_S390X:
		return clone_backwards2;
	default:
		return clone_backwards;
	}
}

/* The call's arguments, or NULL. */
static const char *find(uint32_t arch, const char *call)
{
	const struct row *row =
		bsearch(call, rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), by_name);

	if (!row)
		row = bsearch(call, others, sizeof(others) / sizeof(others[0]), sizeof(others[0]),
			      by_name);
	if (!row)
		return NULL;
	return strcmp(call, "clone") == 0 ? clone_args(arch, row->args) : row->args;
}

/* The word of argument @index, with its kind; NULL beyond the last. */
static const char *word(const char *args, unsigned index, size_t *len)
{
	while (args) {
		*len = strcspn(args, " ");
		if (index-- == 0)
			return *len ? args : NULL;
		args = args[*len] ? args + *len + 1 : NULL;
	}
	return NULL;
}

const char *scd_call_arg_name(uint32_t arch, const char *call, unsigned index,
			      char out[SCD_CALL_ARG_NAME_SIZE])
{
	size_t len;
	const char *found = word(find(arch, call), index, &len);

	if (found)
		(void)snprintf(out, SCD_CALL_ARG_NAME_SIZE, "%.*s", (int)strcspn(found, ": "),
			       found);
	else
		(void)snprintf(out, SCD_CALL_ARG_NAME_SIZE, "arg%u", index);
	return out;
}

enum scd_constant_kind scd_call_arg_kind(uint32_t arch, const char *call, unsigned index)
{
	size_t len;
	const char *found = word(find(arch, call), index, &len);
	const char *colon = found ? memchr(found, ':', len) : NULL;

	if (!colon)
		return SCD_CONST_NONE;
	return scd_constant_kind_find(colon + 1, (size_t)(found + len - colon - 1));
}

int scd_call_arg_find(uint32_t arch, const char *call, const char *name)
{
	char known[SCD_CALL_ARG_NAME_SIZE], number[SCD_CALL_ARG_NAME_SIZE];

	for (unsigned i = 0; i < ARGS_END; i++) {
		(void)snprintf(number, sizeof(number), "arg%u", i);
		if (strcmp(scd_call_arg_name(arch, call, i, known), name) == 0 ||
		    strcmp(number, name) == 0)
			return (int)i;
	}
	return -1;
}

bool scd_call_args_row(size_t index, const char **call, const char **args)
{
	if (index >= sizeof(rows) / sizeof(rows[0]))
		return false;
	*call = rows[index].call;
	*args = rows[index].args;
	return true;
}

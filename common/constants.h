/* SPDX-License-Identifier: MIT */
/* Symbolic values of system call arguments: O_RDONLY|O_CREAT, AF_INET, CLONE_NEWUSER. Both ways,
 * as the architecture has them. */
#ifndef SCD_CONSTANTS_H
#define SCD_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

/* Longest text of a value that is read. */
#define SCD_CONSTANT_TEXT_MAX ((size_t)1024)

/* What the values of an argument stand for: enum value, and its name in call_args.c. */
#define SCD_CONSTANT_KINDS(ROW)               \
	ROW(OPEN, "open")                     \
	ROW(AT, "at")                         \
	ROW(ACCESS_AT, "access-at")           \
	ROW(UNLINK, "unlink")                 \
	ROW(DIRFD, "dirfd")                   \
	ROW(ACCESS, "access")                 \
	ROW(AF, "af")                         \
	ROW(SOCK, "sock")                     \
	ROW(IPPROTO, "ipproto")               \
	ROW(SOL, "sol")                       \
	ROW(SHUT, "shut")                     \
	ROW(MSG, "msg")                       \
	ROW(CLONE, "clone")                   \
	ROW(PROT, "prot")                     \
	ROW(MAP, "map")                       \
	ROW(MREMAP, "mremap")                 \
	ROW(MSYNC, "msync")                   \
	ROW(MLOCK, "mlock")                   \
	ROW(MLOCKALL, "mlockall")             \
	ROW(MADV, "madv")                     \
	ROW(PRCTL, "prctl")                   \
	ROW(ARCH_PRCTL, "arch-prctl")         \
	ROW(IOCTL, "ioctl")                   \
	ROW(FCNTL, "fcntl")                   \
	ROW(LOCK, "lock")                     \
	ROW(WHENCE, "whence")                 \
	ROW(SIGNAL, "signal")                 \
	ROW(SIGMASK, "sigmask")               \
	ROW(MODE, "mode")                     \
	ROW(MOUNT, "mount")                   \
	ROW(UMOUNT, "umount")                 \
	ROW(OPEN_TREE, "open-tree")           \
	ROW(MOVE_MOUNT, "move-mount")         \
	ROW(FSOPEN, "fsopen")                 \
	ROW(FSPICK, "fspick")                 \
	ROW(FSMOUNT, "fsmount")               \
	ROW(MOUNT_ATTR, "mount-attr")         \
	ROW(FSCONFIG, "fsconfig")             \
	ROW(PERSONALITY, "personality")       \
	ROW(KEYCTL, "keyctl")                 \
	ROW(KEYRING, "keyring")               \
	ROW(BPF, "bpf")                       \
	ROW(PTRACE, "ptrace")                 \
	ROW(SECCOMP, "seccomp")               \
	ROW(SECCOMP_FLAG, "seccomp-flag")     \
	ROW(FUTEX, "futex")                   \
	ROW(EPOLL_CTL, "epoll-ctl")           \
	ROW(EPOLL, "epoll")                   \
	ROW(EVENTFD, "eventfd")               \
	ROW(SIGNALFD, "signalfd")             \
	ROW(INOTIFY, "inotify")               \
	ROW(TIMERFD, "timerfd")               \
	ROW(TIMERFD_SET, "timerfd-set")       \
	ROW(MEMFD, "memfd")                   \
	ROW(RANDOM, "random")                 \
	ROW(WAIT, "wait")                     \
	ROW(WAITID, "waitid")                 \
	ROW(CLOCK, "clock")                   \
	ROW(TIMER, "timer")                   \
	ROW(ITIMER, "itimer")                 \
	ROW(RLIMIT, "rlimit")                 \
	ROW(RUSAGE, "rusage")                 \
	ROW(PRIO, "prio")                     \
	ROW(SCHED, "sched")                   \
	ROW(MEMBARRIER, "membarrier")         \
	ROW(MEMPOLICY, "mempolicy")           \
	ROW(RENAME, "rename")                 \
	ROW(USERFAULTFD, "userfaultfd")       \
	ROW(IPC, "ipc")                       \
	ROW(IPC_CTL, "ipc-ctl")               \
	ROW(SHM, "shm")                       \
	ROW(SOCKETCALL, "socketcall")         \
	ROW(IPC_CALL, "ipc-call")             \
	ROW(REBOOT, "reboot")                 \
	ROW(KEXEC, "kexec")                   \
	ROW(KEXEC_FILE, "kexec-file")         \
	ROW(MODULE, "module")                 \
	ROW(PERF, "perf")                     \
	ROW(FANOTIFY, "fanotify")             \
	ROW(FALLOC, "falloc")                 \
	ROW(XATTR, "xattr")                   \
	ROW(IO_URING, "io-uring")             \
	ROW(IO_URING_ENTER, "io-uring-enter") \
	ROW(KCMP, "kcmp")                     \
	ROW(CLOSE_RANGE, "close-range")       \
	ROW(RWF, "rwf")                       \
	ROW(PIDFD, "pidfd")                   \
	ROW(LANDLOCK, "landlock")             \
	ROW(SYNC_RANGE, "sync-range")         \
	ROW(NAMESPACE, "namespace")           \
	ROW(FIELD, "field")

#define SCD_CONSTANT_KIND(kind, name) SCD_CONST_##kind,
enum scd_constant_kind {
	SCD_CONST_NONE, /* nothing symbolic: a number */
	SCD_CONSTANT_KINDS(SCD_CONSTANT_KIND) SCD_CONSTANT_KIND_COUNT
};

/**
 * scd_constants_parse() - the number that people mean.
 * @arch: SCMP_ARCH_*, whose values count.
 * @text: "0x10", "16", "020", "-1", "O_RDONLY|O_CREAT", "~O_CLOEXEC": numbers as C writes them and
 *        names of any kind, joined by "|", each perhaps after one "~" or "-".
 *
 * Return: 0; -1 with SCD_E_CONFIG: the message says which word, and what it was probably meant to
 * be.
 */
int scd_constants_parse(uint32_t arch, const char *text, uint64_t *value,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds what people call @value: its names joined by "|", and in hexadecimal what has none; a
 * decimal number when there is nothing symbolic about it and it is small. */
void scd_constants_add(struct scd_buf *out, uint32_t arch, enum scd_constant_kind kind,
		       uint64_t value) SCD_NONNULL;

/* The same for a mask: the bits that it selects, such as "O_ACCMODE|O_CREAT". */
void scd_constants_add_mask(struct scd_buf *out, uint32_t arch, enum scd_constant_kind kind,
			    uint64_t mask) SCD_NONNULL;

/* The kind called "open"; SCD_CONST_NONE when there is none. */
enum scd_constant_kind scd_constant_kind_find(const char *name, size_t len) SCD_NONNULL;

/* Row @index of the whole table as @arch has it; false at the end. *@name is NULL where the
 * architecture has no such value. */
bool scd_constants_row(size_t index, uint32_t arch, const char **name, uint64_t *value) SCD_NONNULL;

#endif

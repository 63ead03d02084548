/* SPDX-License-Identifier: MIT */
/* A stopped thread of somebody else's, seen through ptrace(2): its call, its answer, its memory.
 * Whatever it is asked, it may be gone (SIGKILL): false then. */
#ifndef SCD_TRACEE_H
#define SCD_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cleanup.h"

#define SCD_CALL_ARGS 6

/* One system call as seccomp sees it. */
struct scd_call {
	pid_t tid;
	uint32_t arch; /* AUDIT_ARCH_*, the same value as SCMP_ARCH_* (x32 has that of x86_64) */
	int nr;
	uint64_t ip;
	uint64_t args[SCD_CALL_ARGS];
};

enum scd_call_stop {
	SCD_CALL_NONE,	/* not stopped in a call */
	SCD_CALL_ENTRY, /* before it: of a filter's RET_TRACE, or of PTRACE_SYSCALL */
	SCD_CALL_EXIT	/* after it */
};

/* The call at whose entry @tid is stopped; @call is set when *@stop is SCD_CALL_ENTRY. */
bool scd_tracee_call(pid_t tid, struct scd_call *call, enum scd_call_stop *stop) SCD_NONNULL;

/* The call that a filter answered with SIGSYS or with death, at the stop that tells of it. */
bool scd_tracee_last_call(pid_t tid, struct scd_call *call) SCD_NONNULL;

/* At an entry: lets the call not happen, but fail with @error. */
bool scd_tracee_refuse(pid_t tid, int error);

/* Copies at most @size bytes at @address of the thread's memory; returns how many. */
size_t scd_tracee_read(pid_t tid, uint64_t address, void *out, size_t size) SCD_NONNULL;

/* Writes @word at @address, 8 bytes, also where the thread itself cannot write. */
bool scd_tracee_write(pid_t tid, uint64_t address, uint64_t word);

/* A number of /proc/PID/status, such as that of "TracerPid:"; 0: no such process, or none. */
pid_t scd_tracee_status(pid_t tid, const char *key) SCD_NONNULL;

/* Whether this machine's registers are known, which scd_tracee_refuse() and
 * scd_tracee_last_call() need. */
bool scd_tracee_supported(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Why a process cannot be followed: ptrace(2) says EPERM to nearly everything. */
#ifndef SCD_TRACEABLE_H
#define SCD_TRACEABLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "error.h"

/* What decides. Of a process that is not there everything is 0. */
struct scd_trace_facts {
	pid_t pid;
	pid_t process; /* of which it is a thread; itself mostly */
	pid_t tracer;  /* 0: it has none */
	char state;    /* 'Z': a zombie */
	bool kernel;   /* a thread of the kernel's */
	bool ours;     /* seccompctl itself */
	bool above;    /* it follows seccompctl: each would wait for the other */
	uid_t uid, our_uid;
	bool privileged; /* we have CAP_SYS_PTRACE */
	int yama;	 /* kernel.yama.ptrace_scope; 0 also without Yama */
};

/* Whether @pid traces us, or who does. */
bool scd_traces_us(pid_t pid);

void scd_trace_facts_read(pid_t pid, struct scd_trace_facts *facts) SCD_NONNULL;

/* Adds a sentence without a full stop: what is in the way. */
void scd_trace_reason(const struct scd_trace_facts *facts, struct scd_buf *out) SCD_NONNULL;

/* Says why @pid cannot be followed, after ptrace(2) failed with @sys: -1, with SCD_E_MISSING or
 * SCD_E_SYSTEM. */
int scd_trace_fail(pid_t pid, int sys, struct scd_error *err) SCD_NONNULL;

/* Whether we have a capability, by its number. */
bool scd_have_capability(unsigned number);

#endif

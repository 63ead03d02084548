/* SPDX-License-Identifier: MIT */
/*
 * Follows a command, its children and threads with ptrace(2), and stops them at the calls that a
 * filter answers with SECCOMP_RET_TRACE, or whose answer is SIGSYS or death. Everything else runs
 * at full speed. No thread is remembered: what a stop is about, the kernel says.
 */
#ifndef SCD_TRACER_H
#define SCD_TRACER_H

#include "confine.h"
#include "tracee.h"

#define SCD_CALL_GO (-1)

struct scd_tracer_ops {
	/* A filter hands @call over. SCD_CALL_GO lets it happen; an errno makes it fail (0: it
	 * does nothing and succeeds, as SCMP_ACT_ERRNO 0 has it). */
	int (*on_trace)(void *context, const struct scd_call *call);
	/* @call was answered with SIGSYS (@killed false), or was the last of its thread; by some
	 * filter, which need not be ours. NULL: not of interest. */
	void (*on_signal)(void *context, const struct scd_call *call, bool killed);
	/* @pid executed a program. False: kill it. NULL: not of interest. */
	bool (*on_exec)(void *context, pid_t pid);
	void *context;
};

/* A program to follow. */
struct scd_tracer_command {
	const struct scd_filter *filter; /* loaded into it; an empty one is none */
	struct scd_confine_opts confine;
	char *const *argv;
	int patience; /* the signal of this number that shall end it ends everything; 0: none */
};

/**
 * scd_tracer_run() - run a command and follow it until nothing of it is left.
 * @end: how its first process ended; set on success.
 *
 * Signals that somebody sends to us go on to the first process, or to all that are left; those
 * of the terminal reach it anyway. When it is stopped from the terminal, so are we. Should we
 * die, the kernel kills what we follow. Sets signal handlers, which stay, and unblocks all signals.
 *
 * Return: 0, or -1 with SCD_E_MISSING and SCD_E_SYSTEM as scd_confine_find() and _start(), or
 * SCD_E_SYSTEM when the kernel forbids to trace.
 */
int scd_tracer_run(const struct scd_tracer_command *command, const struct scd_tracer_ops *ops,
		   struct scd_confine_end *end, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_tracer_attach() - follow a process that runs already, with its children and threads.
 *
 * Every call of theirs is handed to on_trace, before any filter sees it; on_trace has to return
 * SCD_CALL_GO. Ends with the processes, or with SIGINT, SIGTERM or SIGHUP: the processes go on
 * then, once the caller has ended.
 *
 * Return: 0, or -1 with SCD_E_MISSING (no such process) or SCD_E_SYSTEM (EPERM: not permitted).
 */
int scd_tracer_attach(pid_t pid, const struct scd_tracer_ops *ops,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

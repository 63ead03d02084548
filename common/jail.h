/* SPDX-License-Identifier: MIT */
/*
 * One check in a process of its own, with limits and a system call filter: a
 * hostile profile costs that process and nothing else. start → waitpid(2) by
 * whoever runs the loop → finish.
 */
#ifndef SCD_JAIL_H
#define SCD_JAIL_H

#include <linux/filter.h>
#include <sys/types.h>

#include "check.h"

/* How a check ended; a metric label each. */
enum scd_jail_result {
	SCD_JAIL_ACCEPTED,
	SCD_JAIL_REJECTED,
	SCD_JAIL_TIMEOUT, /* out of CPU or wall-clock time: rejected */
	SCD_JAIL_CRASH,	  /* died of a signal, of memory or of its own filter: rejected */
	SCD_JAIL_RESULT_COUNT
};

struct scd_jail {
	pid_t pid;  /* 0: none */
	void *page; /* shared with the child */
};

/**
 * scd_jail_start() - fork a child that judges @json.
 * @json, @len: the text; the child has its own copy once this returns.
 * @opts: what to judge against; trial_load makes the child load the filter last.
 * @jail: set on success only; scd_jail_finish() it.
 *
 * The caller has one thread. SIGCHLD will come. The child never runs longer than
 * SCD_CHECK_CPU_SECONDS of processor time; the caller kills it when
 * SCD_CHECK_WALL_SECONDS have passed.
 *
 * Return: 0, or -1 with SCD_E_SYSTEM (fork, mmap).
 */
int scd_jail_start(const char *json, size_t len, const struct scd_check_opts *opts,
		   struct scd_jail *jail, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_jail_finish() - the report of a child that has ended.
 * @jail:     from scd_jail_start(); released, whatever is returned.
 * @status:   what waitpid(2) gave.
 * @timed_out: the caller killed it for its wall-clock time.
 * @report:   zeroed or empty; always a verdict on success: a child that died
 *            is a finding (compile-too-expensive).
 * @result:   how it ended.
 * @degraded: set when the trial load was wanted and the environment forbids
 *            seccomp(2): the verdict stands without it and should not be cached. Set with -1:
 *            the child was killed for calling it, say so in @opts (seccomp_kills).
 *
 * That memory was short is seen only if it still is. Where it is there again, what libseccomp made
 * of its want, mostly a crash, looks like the profile's fault: one death proves little, two do.
 *
 * Return: 0, or -1 with SCD_E_NOMEM (the machine had no memory for it; or others sent SIGKILL, as
 * the kernel does then) or SCD_E_SYSTEM: no verdict was reached.
 */
int scd_jail_finish(struct scd_jail *jail, int status, bool timed_out, struct scd_report *report,
		    enum scd_jail_result *result, bool *degraded,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* start, wait with the wall-clock limit, finish: for a program without a loop. */
int scd_jail_check(const char *json, size_t len, const struct scd_check_opts *opts,
		   struct scd_report *report, enum scd_jail_result *result, bool *degraded,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Numbers of the calls that a child's own filter allows: who filters the parent allows them. */
const int *scd_jail_calls(size_t *count) SCD_NONNULL;

/**
 * scd_jail_filter() - the filter that a child loads: these calls, and EPERM for all others.
 *
 * Written by hand: a libseccomp that a profile has already upset must not be the one that makes it,
 * and it costs nothing. Other calls fail rather than kill: what a newer libc tries and can do
 * without must not look like a bad profile.
 *
 * Return: how many instructions were written.
 */
#define SCD_JAIL_FILTER_MAX ((size_t)64)
size_t scd_jail_filter(struct sock_filter insns[SCD_JAIL_FILTER_MAX]) SCD_NONNULL;

/* "accepted", "rejected", "timeout", "crash". */
const char *scd_jail_result_name(enum scd_jail_result result);

#endif

/* SPDX-License-Identifier: MIT */
/* Filters that hand calls to a tracer, which then sees what no filter tells. */
#ifndef SCD_OBSERVE_H
#define SCD_OBSERVE_H

#include <stdbool.h>

#include "bpf.h"
#include "error.h"

/**
 * scd_observe_denials() - @filter, with SECCOMP_RET_TRACE for what it does not simply allow.
 * @deny: death and SIGSYS stay as they are: the kernel gives them, and the tracer sees them. What
 *        is left, errors, LOG, listeners and tracers, it can give itself. False: all of them
 *        become RET_TRACE, for a tracer that lets everything happen.
 * @out:  zeroed; set on success only; valid if @filter is.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_observe_denials(const struct scd_filter *filter, bool deny, struct scd_filter *out,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* A filter that hands over every call. As above. */
int scd_observe_all(struct scd_filter *out, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* A filter that hands over the calls of this machine by which a filter is loaded, seccomp(2) and
 * prctl(PR_SET_SECCOMP), and allows all others. As above. */
int scd_observe_loads(struct scd_filter *out, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

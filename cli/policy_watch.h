/* SPDX-License-Identifier: MIT */
/* A test's command, and what its profile denies it. */
#ifndef SCD_POLICY_WATCH_H
#define SCD_POLICY_WATCH_H

#include <stdint.h>

#include "confine.h"

#define SCD_DENIED_NAME_SIZE ((size_t)64)
#define SCD_DENIED_TEXT_SIZE ((size_t)320)

/* A kind of call that was denied: the same call with the same answer. */
struct scd_denied_call {
	char name[SCD_DENIED_NAME_SIZE];    /* "#999": one that libseccomp does not know */
	char example[SCD_DENIED_TEXT_SIZE]; /* with its arguments; "" when there is none */
	uint32_t action;
	uint64_t count;
};

struct scd_watched {
	struct scd_confine_end end;
	bool killed; /* it took too long; what it was denied is not known */
	struct scd_denied_call *calls;
	size_t count;
	uint64_t lost; /* denied or logged, but not listed: too many kinds */
};

/* Waits for a child, at most so many seconds. Returns whether it had to be killed. */
bool scd_policy_wait(pid_t pid, unsigned seconds, int *status) SCD_NONNULL;

/**
 * scd_policy_watch() - run a command as `seccompctl run` does, until nothing of it is left.
 * @seconds: all of it is killed after that.
 * @watched: zeroed; scd_watched_done() it, whatever is returned.
 *
 * The tracer has a process of its own, which ends with us.
 *
 * Return: 0, or -1 as scd_tracer_run().
 */
int scd_policy_watch(const struct scd_filter *filter, char *const *argv, unsigned seconds,
		     struct scd_watched *watched, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_watched_done(struct scd_watched *watched) SCD_NONNULL;
#define auto_watched SCD_CLEANUP(scd_watched_done)

#endif

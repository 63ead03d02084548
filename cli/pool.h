/* SPDX-License-Identifier: MIT */
/* Several checks at once, each in its jail. */
#ifndef SCD_POOL_H
#define SCD_POOL_H

#include <stddef.h>

#include "check.h"
#include "jail.h"

/* Most checks at once. */
#define SCD_POOL_JOBS_MAX ((size_t)256)

struct scd_pool_slot;

struct scd_pool {
	struct scd_pool_slot *slots;
	size_t size; /* of them */
	size_t busy;
	/* Told of each check that has ended, from within the two functions below. What @report owns
	 * is the callee's; @err is not SCD_OK when there is no verdict. */
	void (*done)(void *context, void *job, const struct scd_report *report, bool degraded,
		     const struct scd_error *err);
	void *context;
	/* Told every 100 ms while there is something to wait for; may be NULL. */
	void (*tick)(void *context);
	void *tick_context;
};

/* @jobs: how many at once, at least 1. 0, or -1 with SCD_E_NOMEM. */
int scd_pool_init(struct scd_pool *pool, size_t jobs,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Begins a check of @json, which is copied, as soon as a slot is free. 0, or -1 as
 * scd_jail_start(): then done() is not told of @job. */
int scd_pool_add(struct scd_pool *pool, const char *json, size_t len,
		 const struct scd_check_opts *opts, void *job,
		 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Waits for all. */
void scd_pool_drain(struct scd_pool *pool) SCD_NONNULL;

/* After scd_pool_drain(); harmless on a zeroed one. */
void scd_pool_done(struct scd_pool *pool) SCD_NONNULL;

/* As many as there are processors for us. */
size_t scd_pool_processors(void);

#endif

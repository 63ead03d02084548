/* SPDX-License-Identifier: MIT */
/*
 * The daemon's work: asked to look, it takes a snapshot, has its texts judged, installs
 * what may be installed, and writes down what is true. One sync runs at a time; whoever
 * asks meanwhile makes one more follow.
 */
#ifndef SCD_RECONCILE_H
#define SCD_RECONCILE_H

#include <event2/event.h>

#include "state.h"

/* Exit codes of the daemon. */
enum scd_exit {
	SCD_EXIT_OK = 0,
	SCD_EXIT_NOT_INSTALLED = 1, /* one-time: some profile is not installed */
	SCD_EXIT_USAGE = 2,
	SCD_EXIT_FAILED = 3,  /* cannot go on */
	SCD_EXIT_DETACHED = 4 /* source or destination mount is gone: restart the pod */
};

struct scd_reconcile;

/* Called when the daemon should end, with its exit code. */
typedef void scd_reconcile_end_fn(enum scd_exit code, void *arg);

/**
 * scd_reconcile_new() - prepare, without looking yet.
 * @config: outlives the reconciler, or until scd_reconcile_reload().
 * @state:  zeroed but for who we are; written from now on; outlives the reconciler.
 * @end, @arg: called at most once: after one sync with one_time, or when the source is
 *           detached.
 *
 * Return: 0, or -1 with SCD_E_NOMEM, SCD_E_SYSTEM, SCD_E_CONFIG.
 */
int scd_reconcile_new(struct event_base *base, const struct scd_config *config,
		      struct scd_state *state, scd_reconcile_end_fn *end, void *arg,
		      struct scd_reconcile **reconcile, struct scd_error *err) SCD_MUST_CHECK;

/* Keeps this process to the source and the destination, as soon as both are there; tried again
 * before each sync. */
void scd_reconcile_confine(struct scd_reconcile *reconcile) SCD_NONNULL;

/* Watches the source from now on. 0, or -1 with SCD_E_NOMEM, SCD_E_SYSTEM. */
int scd_reconcile_watch(struct scd_reconcile *reconcile,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* A sync follows, at the earliest 100 ms after the last one began. */
void scd_reconcile_ask(struct scd_reconcile *reconcile, enum scd_trigger trigger) SCD_NONNULL;

/* Other options for judging and installing; the directories stay. -1 with SCD_E_CONFIG. */
int scd_reconcile_reload(struct scd_reconcile *reconcile, const struct scd_config *config,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether a transaction is on its way: the daemon waits for it before it ends. */
bool scd_reconcile_installing(const struct scd_reconcile *reconcile) SCD_NONNULL;

/* Harmless on NULL. */
void scd_reconcile_free(struct scd_reconcile **reconcile) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Time in which the source was seen to be healthy, by which orphans wait for their removal: by a
 * clock that nobody sets, and only between two looks in a row that both found it so. Computes, no
 * more.
 */
#ifndef SCD_GRACE_H
#define SCD_GRACE_H

#include <stdint.h>

#include "cleanup.h"

struct scd_grace {
	int64_t seen_ms;	/* when it was last healthy; 0: not since it was lost */
	uint64_t uncounted_ms;	/* that no state file has counted yet */
	uint64_t asked_seconds; /* of these, told to the transaction that runs */
};

/* It is healthy at @now_ms. Of the time since the look before, @most_ms count: one that came late
 * proves nothing of the time in between. */
void scd_grace_seen(struct scd_grace *grace, int64_t now_ms, uint64_t most_ms) SCD_NONNULL;

/* It is not: the time until it is seen again does not count. */
void scd_grace_lost(struct scd_grace *grace) SCD_NONNULL;

/* Whole seconds for a transaction to count. */
uint64_t scd_grace_ask(struct scd_grace *grace) SCD_NONNULL;

/* The transaction has written them down. */
void scd_grace_booked(struct scd_grace *grace) SCD_NONNULL;

#endif

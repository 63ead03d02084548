/* SPDX-License-Identifier: MIT */
/* How long to wait before the next of several tries: twice as long each time, up to a limit. */
#ifndef SCD_BACKOFF_H
#define SCD_BACKOFF_H

#include <stdint.h>

#include "cleanup.h"

struct scd_backoff {
	uint64_t first_ms, most_ms; /* the caller's */
	uint64_t last_ms;	    /* 0: none was needed since it last went well */
};

/* Milliseconds until the next try. */
uint64_t scd_backoff_next(struct scd_backoff *backoff) SCD_NONNULL;

/* It went well. */
void scd_backoff_reset(struct scd_backoff *backoff) SCD_NONNULL;

#endif

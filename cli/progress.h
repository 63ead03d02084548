/* SPDX-License-Identifier: MIT */
/* A bar on standard error, for what takes over a second on a terminal. */
#ifndef SCD_PROGRESS_H
#define SCD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

struct scd_progress {
	bool wanted, drawn;
	size_t done, total;
	uint64_t started_ms;
};

void scd_progress_start(struct scd_progress *progress, bool wanted, size_t total) SCD_NONNULL;

/* Draws the bar, once a second has passed. */
void scd_progress_show(struct scd_progress *progress) SCD_NONNULL;

/* Takes it away again. */
void scd_progress_end(struct scd_progress *progress) SCD_NONNULL;

#endif

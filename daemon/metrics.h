/* SPDX-License-Identifier: MIT */
/* /metrics: one table of metrics, rendered in two text formats. */
#ifndef SCD_METRICS_H
#define SCD_METRICS_H

#include "exposition.h"
#include "http_counts.h"
#include "state.h"

/* The document: free() it. NULL when out of memory. Every reachable series is there
 * from the start. */
char *scd_metrics_text(const struct scd_state *state, const struct scd_http_counts *http,
		       enum scd_metrics_format format) SCD_NONNULL SCD_MUST_CHECK;

#endif

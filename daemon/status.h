/* SPDX-License-Identifier: MIT */
/* The JSON of /status and /version. */
#ifndef SCD_STATUS_H
#define SCD_STATUS_H

#include <stdbool.h>

#include "state.h"

/* The NodeProfileStatus document: free() it. NULL when out of memory. */
char *scd_status_json(const struct scd_state *state, bool pretty) SCD_NONNULL SCD_MUST_CHECK;

/* The /version document: free() it. NULL when out of memory. */
char *scd_version_json(void) SCD_MUST_CHECK;

#endif

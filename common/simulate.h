/* SPDX-License-Identifier: MIT */
/*
 * Does the filter do what the text says? The reading of the text: of all rules whose
 * conditions match a call the strictest action counts, without a match the default. The
 * filter is run for every call that the profile names, on every architecture of the
 * filter, with arguments at the boundary of each condition. Weaker than the reading is
 * an error, stricter a warning.
 */
#ifndef SCD_SIMULATE_H
#define SCD_SIMULATE_H

#include "effect.h"

/* Reports where the filter and the profile's text differ. @reading: of the effect's profile; it
 * remembers what was said. */
void scd_simulate(struct scd_judge *judge, const struct scd_effect *effect,
		  struct scd_reading *reading) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* Ways round a restriction that the text has and the filter keeps. */
#ifndef SCD_BYPASS_H
#define SCD_BYPASS_H

#include "effect.h"

/* Reports arguments of which the kernel reads fewer bits than the filter, the multiplexers of
 * 32-bit architectures, and calls that do the same as a restricted one. @reading: of the
 * effect's profile. */
void scd_bypass_check(struct scd_judge *judge, const struct scd_effect *effect,
		      const struct scd_reading *reading) SCD_NONNULL;

#endif

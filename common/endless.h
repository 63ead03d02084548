/* SPDX-License-Identifier: MIT */
/* Rules that libseccomp 2.5 comes to no end with. */
#ifndef SCD_ENDLESS_H
#define SCD_ENDLESS_H

#include "target.h"

/**
 * scd_endless_find() - two rules of one call that make libseccomp loop for ever.
 * @native: SCMP_ARCH_* of the node.
 * @first, @second: set to their indexes in @target where there are such.
 *
 * What it finds is sure; there may be others (docs/verdicts.md).
 *
 * Return: 1 when there are, 0 when not, -1 when out of memory.
 */
int scd_endless_find(const struct scd_target *target, uint32_t native, size_t *first,
		     size_t *second) SCD_NONNULL SCD_MUST_CHECK;

#endif

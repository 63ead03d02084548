/* SPDX-License-Identifier: MIT */
/* What libseccomp 2.5 would do with a target's rules, before it is given them: bounds that hold
 * whatever the machine. */
#ifndef SCD_COST_H
#define SCD_COST_H

#include "target.h"

/* Whether libseccomp can count the instructions: it has 16 bits for that and corrupts its heap
 * beyond them (GHSA-2hqh-5c36-grrm). The upper bound is above what it makes. -1 when out of
 * memory. */
int scd_cost_can_count(const struct scd_target *target, size_t arch_count) SCD_NONNULL;

/* Whether it would walk its list of rules for minutes: with every rule that it is given it walks it
 * twice, on each architecture. */
bool scd_cost_walks_long(const struct scd_target *target, size_t arch_count) SCD_NONNULL;

/* Instructions that the filter for @native has at least; 0 where nothing is sure. SIZE_MAX when out
 * of memory. */
size_t scd_cost_least_insns(const struct scd_target *target, uint32_t native) SCD_NONNULL;

#endif

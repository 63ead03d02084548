/* SPDX-License-Identifier: MIT */
/* A set of system calls that may hold more than was put in: numbers that are equal modulo its size
 * are one to it. For work that may be done for too many calls, but for none too few. */
#ifndef SCD_NR_SET_H
#define SCD_NR_SET_H

#include <stdbool.h>

#include "cleanup.h"

#define SCD_NR_SET_SIZE 1024U /* over the number of calls that any architecture has */

/* Zeroed: empty. */
struct scd_nr_set {
	bool has[SCD_NR_SET_SIZE];
};

/* @nr: of a call on this machine; negative where libseccomp made it up. */
static inline void scd_nr_set_add(struct scd_nr_set *set, int nr)
{
	set->has[(unsigned)nr % SCD_NR_SET_SIZE] = true;
}

/* False only where @nr was not put in. */
static inline bool scd_nr_set_may_have(const struct scd_nr_set *set, int nr)
{
	return set->has[(unsigned)nr % SCD_NR_SET_SIZE];
}

#endif

/* SPDX-License-Identifier: MIT */
/* What system calls are for: how a profile of many is told in a few groups. */
#ifndef SCD_PURPOSE_H
#define SCD_PURPOSE_H

#include <stddef.h>

#include "cleanup.h"

struct scd_purpose {
	const char *title; /* "read and write files" */
	const char *calls; /* separated by single blanks */
};

/* All of them, in the order in which people read them; the last one is for what is in no other
 * and names no calls. */
const struct scd_purpose *scd_purposes(size_t *count) SCD_NONNULL;

/* The index of the one that @call belongs to. The forms of 32-bit kernels, such as fcntl64 and
 * futex_time64, are with their plain form. */
size_t scd_purpose_of(const char *call) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* Arguments with which a call is tried: at the boundaries of all conditions on it. */
#ifndef SCD_POINTS_H
#define SCD_POINTS_H

#include "reading.h"

/* Up to so many combinations all are tried; over it, arguments that satisfy each rule, with one
 * argument at a time varied, as many as the second says. */
#define SCD_POINTS_PRODUCT_MAX ((size_t)4096)
#define SCD_POINTS_MAX ((size_t)16384)

/* Masks on one argument whose bits are tried in every combination; of more, alone and by twos. */
#define SCD_POINTS_MASKS_MAX ((size_t)8)

struct scd_points {
	uint64_t (*items)[6];
	size_t count;
	bool all; /* every combination of the boundaries is there */
};

/* What is known of a call's arguments. */
struct scd_known {
	unsigned mask; /* bit i: argument i is .args[i] */
	uint64_t args[6];
	uint64_t bits; /* that an argument of the architecture has */
};

/**
 * scd_points_make() - the arguments at which rules can change their mind.
 * @calls, @count: what profiles have for the call; NULL among them has no rules.
 * @points: zeroed; at least one point on success. scd_points_done() it, whatever is returned.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_points_make(const struct scd_reading_call *const *calls, size_t count,
		    const struct scd_known *known, struct scd_points *points,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_points_done(struct scd_points *points) SCD_NONNULL;
#define auto_points SCD_CLEANUP(scd_points_done)

#endif

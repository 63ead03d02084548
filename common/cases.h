/* SPDX-License-Identifier: MIT */
/* In which cases? Words for a set of calls that differ in their arguments. */
#ifndef SCD_CASES_H
#define SCD_CASES_H

#include "points.h"

/* Conditions on one call that are told apart; of more no more is said than that. */
#define SCD_CASES_CONDITIONS_MAX ((size_t)256)

/* Alternatives in one description; of more the first, and how many there are. */
#define SCD_CASES_SHOWN ((size_t)12)

/* The conditions of a call, and what the points make of them. */
struct scd_cases {
	uint32_t arch;
	const char *call;
	const struct scd_points *points;
	struct scmp_arg_cmp *conditions; /* each once, the bits of the architecture */
	size_t count;
	uint64_t *truth; /* a row of words for each point: bit k says whether condition k holds */
	size_t words;	 /* of a row; 0: too many conditions */
};

/**
 * scd_cases_make() - prepare to describe sets of points.
 * @calls, @count: as for scd_points_make().
 * @points: outlives @cases, as does the string @call.
 * @cases:  zeroed; scd_cases_done() it, whatever is returned.
 */
int scd_cases_make(uint32_t arch, const char *call, const struct scd_reading_call *const *calls,
		   size_t count, const struct scd_points *points, struct scd_cases *cases,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_cases_add() - "domain is AF_INET or AF_INET6; or flags has CLONE_NEWUSER".
 * @classes: one for each point.
 * @class:   the points that are described, against all others.
 *
 * Adds nothing when all points are of the class. Exact for the points; each alternative is as
 * short as they allow.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_cases_add(const struct scd_cases *cases, const uint32_t *classes, uint32_t class,
		  struct scd_buf *out, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_cases_done(struct scd_cases *cases) SCD_NONNULL;
#define auto_cases SCD_CLEANUP(scd_cases_done)

#endif

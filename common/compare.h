/* SPDX-License-Identifier: MIT */
/* Two programs side by side: which calls are treated otherwise, and when. */
#ifndef SCD_COMPARE_H
#define SCD_COMPARE_H

#include "cases.h"
#include "program.h"

enum scd_difference_kind {
	SCD_DIFFERS_CALL,    /* a call with a name */
	SCD_DIFFERS_NUMBERS, /* all numbers without a name that change alike; .nr is the first */
	SCD_DIFFERS_ADDED,   /* the filter knows the architecture now */
	SCD_DIFFERS_REMOVED  /* it does not any more: every call has .after */
};

struct scd_difference {
	enum scd_difference_kind kind;
	int nr;
	char name[SCD_CALL_NAME_SIZE]; /* of a call */
	uint32_t before, after;	       /* of ADDED, .after is what the first call let gets */
	char *when;		       /* NULL: with whatever arguments */
	bool sampled;		       /* more combinations of conditions than were tried */
	uint64_t example[6];
};

/* Zeroed is empty. */
struct scd_comparison {
	struct scd_difference *items; /* calls by name, then numbers */
	size_t count, cap;
};

/**
 * scd_compare() - what changes for callers of @arch.
 * @out: zeroed; scd_comparison_done() it, whatever is returned.
 *
 * Every number is covered: a filter tells numbers apart only by comparing them with constants,
 * so the numbers around each constant of both programs stand for all between. Arguments are tried
 * at the boundaries of the conditions of both, as scd_points_make() has them.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_compare(const struct scd_program *before, const struct scd_program *after, uint32_t arch,
		struct scd_comparison *out, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* How @after stands to @before: -1 it restricts more, 1 less, 0 neither (another errno). */
int scd_change_direction(uint32_t before, uint32_t after);

/* Whether @after may let a call happen that @before does not: ALLOW and LOG, and TRACE and NOTIFY,
 * where somebody else decides. */
bool scd_change_exceeds(uint32_t before, uint32_t after);

void scd_comparison_done(struct scd_comparison *comparison) SCD_NONNULL;
#define auto_comparison SCD_CLEANUP(scd_comparison_done)

#endif

/* SPDX-License-Identifier: MIT */
/* What `seccompctl diff` found of one pair of profiles, for people and as JSON. */
#ifndef SCD_DIFF_REPORT_H
#define SCD_DIFF_REPORT_H

#include <cjson/cJSON.h>

#include "compare.h"

/* Most sections of one comparison: architectures times loaders. */
#define SCD_DIFF_ARCHS_MAX 24
#define SCD_DIFF_SECTIONS_MAX (SCD_DIFF_ARCHS_MAX * SCD_LOADERS_MAX)

/* What one pair of loaders makes of one architecture. */
struct scd_diff_section {
	uint32_t arch;
	const char *loader;
	struct scd_comparison comparison;
	char *body; /* as people see it: equal ones are one */
	bool shown;
};

struct scd_diff_sections {
	struct scd_diff_section items[SCD_DIFF_SECTIONS_MAX];
	size_t count;
};

/* How it is shown. */
struct scd_diff_style {
	bool ceiling; /* only what exceeds the first profile counts */
	bool color;
	bool says_equal; /* people are told where nothing counts, too */
};

/* Sets .body of a section whose comparison is made: "" when nothing counts. -1 with
 * SCD_E_NOMEM. */
int scd_diff_write(const struct scd_diff_style *style, struct scd_diff_section *section,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Prints what counts, under the names of the two profiles; when nothing does, nothing, or that. */
void scd_diff_print(const struct scd_diff_style *style, struct scd_diff_sections *sections,
		    const char *before, const char *after) SCD_NONNULL;

/* A new element of the list @profiles, with the names of the profiles; either can be NULL. NULL
 * without memory. */
cJSON *scd_diff_json_pair(cJSON *profiles, const char *before, const char *after);

/* Adds what counts to such an element, which can be NULL. False without memory. */
bool scd_diff_json(const struct scd_diff_style *style, const struct scd_diff_sections *sections,
		   cJSON *pair);

void scd_diff_sections_done(struct scd_diff_sections *sections) SCD_NONNULL;

#endif

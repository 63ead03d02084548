/* SPDX-License-Identifier: MIT */
/* What filters do with every call that has a name. */
#ifndef SCD_OVERVIEW_H
#define SCD_OVERVIEW_H

#include "program.h"

/* The calls of @arch, one after the other; false at the end. @name is "#N" for a number without
 * one. */
bool scd_named_call_at(uint32_t arch, size_t index, struct scd_call *call,
		       char name[SCD_CALL_NAME_SIZE]) SCD_NONNULL;

/* What one loader does. */
struct scd_overview {
	const char *loader;
	struct scd_buf rules; /* what rules decide, by action, and what depends on arguments */
	struct scd_buf rest;  /* the others */
};

/* Sets both texts. 0, or -1 with SCD_E_NOMEM; scd_overview_done() it, whatever is returned. */
int scd_overview_make(const struct scd_program *program, uint32_t arch,
		      struct scd_overview *overview,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Prints what loaders of one architecture do; what several do once. */
void scd_overview_print(const struct scd_overview *all, size_t count,
			const char *heading) SCD_NONNULL;

void scd_overview_done(struct scd_overview *overview) SCD_NONNULL;

#endif

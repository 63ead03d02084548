/* SPDX-License-Identifier: MIT */
/* What happens to a call: each case, who decides it, and when. */
#ifndef SCD_EXPLAIN_H
#define SCD_EXPLAIN_H

#include "cases.h"
#include "program.h"

struct scd_explained_case {
	struct scd_decision decision;
	char *when;	     /* NULL: always, or, of the last of several, in all other cases */
	uint64_t example[6]; /* arguments for which it is so */
};

/* Zeroed is empty. */
struct scd_explained {
	struct scd_explained_case *items; /* by place in the file; who needs no words last */
	size_t count;
	bool sampled; /* more combinations of conditions than were tried */
};

/**
 * scd_explain() - run the program for every case of a call.
 * @known: what is known of the arguments; .bits is set by this.
 * @out:   zeroed; scd_explained_done() it, whatever is returned.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_explain(const struct scd_program *program, const struct scd_call *call,
		const struct scd_known *known, struct scd_explained *out,
		struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same with a case for each action, whoever decides: .decision is of the first that was found,
 * but for .differs, which says whether it is so of some. */
int scd_explain_actions(const struct scd_program *program, const struct scd_call *call,
			const struct scd_known *known, struct scd_explained *out,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether both say the same. */
bool scd_explained_equal(const struct scd_explained *a, const struct scd_explained *b) SCD_NONNULL;

void scd_explained_done(struct scd_explained *explained) SCD_NONNULL;
#define auto_explained SCD_CLEANUP(scd_explained_done)

#endif

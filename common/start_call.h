/* SPDX-License-Identifier: MIT */
/* A call that an OCI runtime makes while it starts a container, with what is known of the
 * arguments that it gives: what a filter makes of it. */
#ifndef SCD_START_CALL_H
#define SCD_START_CALL_H

#include "bpf.h"
#include "target.h"

/* Where calls are tried. */
struct scd_start_place {
	const struct scd_target *target;
	const struct scd_filter *filter;
	uint32_t arch;
	bool listens; /* an agent is there for what is handed to one */
};

enum scd_start_fate {
	SCD_START_ALLOWED,
	SCD_START_HANDED,  /* to an agent, which may let it happen */
	SCD_START_DEPENDS, /* on arguments that differ from start to start, or are not known */
	SCD_START_DENIED
};

struct scd_start_trial {
	enum scd_start_fate fate;
	uint32_t action;		    /* that it met */
	const struct scd_target_rule *rule; /* whose it is, if it depends on arguments: where to
					     * say so; NULL: it does not */
	unsigned looked_at;		    /* bit i: some rule looks at argument i */
	uint64_t args[6];		    /* with which that happened */
};

/**
 * scd_start_try() - what becomes of a call of a runtime's.
 * @deadly: only what kills counts: another failure is passed over.
 * @trial:  set on success.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_start_try(const struct scd_start_place *place, const char *name, bool deadly,
		  struct scd_start_trial *trial, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Row @index of the table of known arguments, for its test: the name of the call; NULL at the
 * end. */
const char *scd_start_known(size_t index);

#endif

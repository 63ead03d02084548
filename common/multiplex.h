/* SPDX-License-Identifier: MIT */
/* The calls by which 32-bit programs make others: socketcall(2) and ipc(2). A profile names socket
 * and bind; libseccomp writes each such rule a second time, for socketcall, with the number of the
 * call in place of a condition on argument 0. The other conditions stay, though what they look at
 * is another argument then. */
#ifndef SCD_MULTIPLEX_H
#define SCD_MULTIPLEX_H

#include "reading.h"

#define SCD_MULTIPLEXERS 2

/* One of the two, as if the profile had said what libseccomp makes of it. */
struct scd_multiplexer {
	struct scd_reading_call call; /* .name is "socketcall" or "ipc" */
	struct scd_reading_rule *rules;
	struct scd_profile_rule *written; /* those with other conditions than in the file */
	struct scmp_arg_cmp *args;	  /* of these */
};

/**
 * scd_multiplexers_make() - the rules that hold for socketcall(2) and ipc(2).
 * @reading: outlives @out, as does its profile.
 * @out:     zeroed; scd_multiplexers_done() it, whatever is returned.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_multiplexers_make(const struct scd_reading *reading,
			  struct scd_multiplexer out[SCD_MULTIPLEXERS],
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The rules for the call @name when it is one of the two, and there are any; else NULL. */
const struct scd_reading_call *scd_multiplexer_find(
	const struct scd_multiplexer multiplexers[SCD_MULTIPLEXERS], const char *name) SCD_NONNULL;

void scd_multiplexers_done(struct scd_multiplexer multiplexers[SCD_MULTIPLEXERS]) SCD_NONNULL;

#endif

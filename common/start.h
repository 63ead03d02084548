/* SPDX-License-Identifier: MIT */
/* Whether a container can start under a filter: the calls that the OCI runtime and every
 * program make between the loading of the filter and main(). */
#ifndef SCD_START_H
#define SCD_START_H

#include "bpf.h"
#include "judge.h"
#include "target.h"

/* Reports calls of the start sets that @filter does not allow on @arch. */
void scd_start_check(struct scd_judge *judge, const struct scd_profile *profile,
		     const struct scd_target *target, const struct scd_filter *filter,
		     uint32_t arch) SCD_NONNULL;

/* What @filter does with the call @name on @arch when all arguments are 0; the action of an
 * unknown call is SCMP_ACT_ALLOW, as nobody can make it. */
uint32_t scd_start_action(const struct scd_filter *filter, uint32_t arch,
			  const char *name) SCD_NONNULL;

/* Names, separated by blanks, of calls that the start of a container takes: set @index of several
 * that overlap; NULL at the end. All of them together start a container with any OCI runtime,
 * with no_new_privs and without, and let it end. */
const char *scd_start_set(size_t index);

#endif

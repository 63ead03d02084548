/* SPDX-License-Identifier: MIT */
/* Which calls to make under a profile. */
#ifndef SCD_ORACLE_PROBES_H
#define SCD_ORACLE_PROBES_H

#include "case.h"

/* Fills the list of probes: every call that the profile names, on three architectures, with
 * arguments at the boundaries of its conditions, and some calls that it does not name. */
void scd_probes_choose(struct scd_case *c, struct scd_random *random) SCD_NONNULL;

/* Arguments around one of the rules of @name, on @arch; whatever they are when it has none. */
void scd_probes_around(const struct scd_case *c, const char *name, uint32_t arch,
		       struct scd_random *random, uint64_t args[6]) SCD_NONNULL;

/* Whether the rule is one of the call @name. */
bool scd_probes_names(const struct scd_profile_rule *rule, const char *name) SCD_NONNULL;

/* How the call is written on the probe's command line, in @out; returns @out. */
#define SCD_PROBE_TEXT_SIZE ((size_t)160)
const char *scd_probe_text(const struct scd_probe *probe,
			   char out[SCD_PROBE_TEXT_SIZE]) SCD_NONNULL;

/* The calls that the generator may as well let through: names, NULL last. */
const char *const *scd_probes_harmless(void);

#endif

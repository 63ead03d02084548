/* SPDX-License-Identifier: MIT */
/* What every selected consumer makes of a profile on every selected architecture, and whether
 * that is what the text says. */
#ifndef SCD_EFFECTS_H
#define SCD_EFFECTS_H

#include "bpf.h"
#include "profile.h"

/**
 * scd_effects_check() - compile, add what the OCI runtime adds, run and compare.
 * @judge:   gets the findings.
 * @profile: without findings of severity error.
 * @filter:  zeroed; set to what the first selected OCI runtime loads on this machine, if there
 *           is such a filter.
 *
 * Return: 0, or -1 with SCD_E_NOMEM or SCD_E_SYSTEM.
 */
int scd_effects_check(struct scd_judge *judge, const struct scd_profile *profile,
		      struct scd_filter *filter, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Does the filter do what the text says? The reading of the text: of all rules whose
 * conditions match a call the strictest action counts, without a match the default. The
 * filter is run for every call that the profile names, on every architecture of the
 * filter, with arguments at the boundary of each condition. Weaker than the reading is
 * an error, stricter a warning.
 */
#ifndef SCD_SIMULATE_H
#define SCD_SIMULATE_H

#include "bpf.h"
#include "profile.h"

/**
 * scd_simulate() - compare a filter with the profile's text.
 * @filter: compiled for one OCI runtime, without runc's stub: that only turns the default
 *          of calls newer than any named one into ENOSYS.
 * @runtime: how messages call it: "runc", "crun", "the runtime".
 * @native: SCMP_ARCH_* that is in the filter beside the profile's own list.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_simulate(struct scd_judge *judge, const struct scd_profile *profile,
		 const struct scd_filter *filter, const char *runtime, uint32_t native,
		 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

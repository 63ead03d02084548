/* SPDX-License-Identifier: MIT */
/* What a compiled filter does with a call: the facts that rules are judged by. */
#ifndef SCD_EFFECT_H
#define SCD_EFFECT_H

#include "bpf.h"
#include "reading.h"
#include "target.h"

/* A filter as one OCI runtime loads it on one architecture, runc's stub included. */
struct scd_effect {
	const struct scd_profile *profile;
	const struct scd_target *target;
	const struct scd_filter *filter;
	const char *runtime; /* "runc" */
	const char *whose;   /* "runc and crun": those with a filter like this one, as
			      * far as named calls go */
	uint32_t native;     /* SCMP_ARCH_* of the node */
	bool said;	     /* another of them is compared with the text */
};

/* The number of a call as a filter sees it; -1 when @arch does not have it. */
int scd_effect_nr(uint32_t arch, const char *name) SCD_NONNULL;

/* The action for the call @nr of @arch with @args. */
uint32_t scd_effect_run(const struct scd_filter *filter, uint32_t arch, int nr,
			const uint64_t args[6]) SCD_NONNULL;

/* Whether @action lets the call happen. */
bool scd_effect_lets(uint32_t action);

/* Architecture @index of the filter: the node's own, then the listed ones;
 * false at the end. */
bool scd_effect_arch(const struct scd_effect *effect, size_t index, uint32_t *arch) SCD_NONNULL;

/* "SCMP_ACT_ERRNO 1" for an action. Returns @out. */
const char *scd_effect_text(uint32_t action, char out[64]) SCD_NONNULL;

#endif

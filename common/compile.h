/* SPDX-License-Identifier: MIT */
/* Rules to BPF, by libseccomp. */
#ifndef SCD_COMPILE_H
#define SCD_COMPILE_H

#include "bpf.h"
#include "target.h"

/* Most architectures in one filter; libseccomp 2.5 knows 18. */
#define SCD_COMPILE_ARCHS_MAX ((size_t)24)

struct scd_compile_opts {
	uint32_t native;       /* SCMP_ARCH_* of the node: always in the filter */
	const uint32_t *archs; /* as the profile lists them */
	size_t arch_count;
	unsigned optimize; /* SCMP_FLTATR_CTL_OPTIMIZE: 1 (crun, runc 1.1), 2 (runc 1.2) */
};

/* Why there is no filter. */
enum scd_compile_status {
	SCD_COMPILE_OK,
	SCD_COMPILE_ARCH,    /* an architecture was refused: .index is its number */
	SCD_COMPILE_RULE,    /* a rule was refused: .index is its number in the target */
	SCD_COMPILE_REFUSED, /* the whole was refused */
	/* Not tried: */
	SCD_COMPILE_EXPENSIVE, /* it would overflow libseccomp's counters, or take minutes */
	SCD_COMPILE_LARGE,     /* it would have .index instructions at least: no kernel takes it */
	SCD_COMPILE_ENDLESS    /* after rule .other, rule .index sends libseccomp into a loop */
};

struct scd_compile_result {
	enum scd_compile_status status;
	size_t index, other;
	int sys; /* libseccomp's errno */
};

/**
 * scd_compile() - have libseccomp make a filter of a target's rules.
 * @filter: zeroed; set when @result->status is SCD_COMPILE_OK; can hold more than
 *          SCD_BPF_MAX instructions. scd_filter_done() it. In this machine's byte order,
 *          for scd_bpf_run(), whatever the architecture's.
 *
 * Call scd_check_init() before. Can take minutes.
 *
 * Return: 0; -1 with SCD_E_NOMEM or SCD_E_SYSTEM (memfd): nothing is known then.
 */
int scd_compile(const struct scd_target *target, const struct scd_compile_opts *opts,
		struct scd_filter *filter, struct scd_compile_result *result,
		struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* One profile: what its text says, what we say of it, and what to ask a container. */
#ifndef SCD_ORACLE_CASE_H
#define SCD_ORACLE_CASE_H

#include "compile.h"
#include "effect.h"
#include "random.h"

#define SCD_CASE_PROBES_MAX ((size_t)320)

/* A call to make in the container. */
struct scd_probe {
	uint32_t arch; /* SCMP_ARCH_X86_64, _X86 or _X32 */
	int nr;
	uint64_t args[6];  /* as the kernel of that architecture keeps them */
	const char *name;  /* the profile's name for it; NULL: it has none */
	bool only_stopped; /* not harmless: made only where the filter stops it */
};

/* What one OCI runtime makes of the profile, according to us. */
struct scd_side {
	enum scd_oci_runtime oci_runtime;
	const char *runtime; /* its program */
	struct scd_report report;
	struct scd_target target;
	struct scd_filter plain;  /* of libseccomp; no instructions: there is none */
	struct scd_filter filter; /* as it is loaded: behind runc's stub */
	bool loads;		  /* the filter is small enough for the kernel */
	bool speaks;		  /* the filter lets the probe itself work */
};

#define SCD_SIDES ((size_t)2)

struct scd_case {
	const char *text;
	size_t len;
	struct scd_json json;
	struct scd_check_opts opts;
	struct scd_report scratch;
	struct scd_judge judge;
	struct scd_profile profile;
	struct scd_buf spec; /* linux.seccomp, when Go can decode the text */
	bool decodes;
	struct scd_side sides[SCD_SIDES];
	struct scd_probe probes[SCD_CASE_PROBES_MAX];
	size_t probe_count;
};

/* @c: zeroed. @text lives as long. The probes are chosen by @random. Dies of lack of memory. */
void scd_case_make(struct scd_case *c, const char *text, size_t len,
		   struct scd_random *random) SCD_NONNULL;
void scd_case_done(struct scd_case *c) SCD_NONNULL;

/* The action for a probe. */
uint32_t scd_case_action(const struct scd_side *side, const struct scd_probe *probe) SCD_NONNULL;

/* Falsifies the simulation: every errno of the filter becomes one more. */
void scd_case_lie(struct scd_side *side) SCD_NONNULL;

/* What a careful person reads in the text: written anew, without the validator's own reading. */
uint32_t scd_case_says(const struct scd_case *c, const struct scd_probe *probe) SCD_NONNULL;

/* Whether the report holds a finding of the rule, at least as severe. */
bool scd_case_found(const struct scd_report *report, unsigned number,
		    enum scd_severity severity) SCD_NONNULL;

#define auto_case SCD_CLEANUP(scd_case_done)

#endif

/* SPDX-License-Identifier: MIT */
/* What a profile denied a command: watched while it ran, and told afterwards. */
#ifndef SCD_DENIALS_H
#define SCD_DENIALS_H

#include <stdio.h>

#include "seen.h"
#include "tracer.h"

struct scd_denials {
	const struct scd_filter *filter; /* of the profile, as the OCI runtime loads it */
	bool deny;			 /* false: everything happens, and is only reported */
	struct scd_seen seen;		 /* denied, and logged: a row each by action */
};

/* For the tracer, with a struct scd_denials: judges the call by the filter, and answers as the
 * kernel would. */
int scd_denials_on_trace(void *context, const struct scd_call *call) SCD_NONNULL;
void scd_denials_on_signal(void *context, const struct scd_call *call, bool killed) SCD_NONNULL;

/* Whether the filter answers the call with death or SIGSYS. */
bool scd_denials_kills(const struct scd_denials *denials, const struct scd_call *call) SCD_NONNULL;

/**
 * scd_denials_run() - run a command under the filter and follow it, by scd_tracer_run().
 * @end: set on success; its stage may be REFUSED.
 *
 * Return: 0, or -1 as scd_tracer_run(), or with SCD_E_NOMEM.
 */
int scd_denials_run(struct scd_denials *denials, const struct scd_confine_opts *confine,
		    char *const *argv, struct scd_confine_end *end,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether a row of .seen was denied, and not only logged. */
bool scd_denials_is_denial(const struct scd_seen_row *row) SCD_NONNULL;

/* Calls that were denied, or would have been; logged ones are not. */
uint64_t scd_denials_count(const struct scd_denials *denials) SCD_NONNULL;

/* What is said about them. */
struct scd_denials_story {
	const char *profile; /* its path */
	const char *oci_runtime;
	char *const *argv;
	const char *bundle; /* whose container it was; NULL: a command, or a process */
	bool started;	    /* of a container: its program was executed */
	const struct scd_confine_end *end; /* NULL: a process that we only attached to */
};

/* For people. */
void scd_denials_print(const struct scd_denials *denials, const struct scd_denials_story *story,
		       FILE *out) SCD_NONNULL;

/* A RunReport for programs. Whether @out took it is for the caller to ask. 0, or -1 when out of
 * memory. */
int scd_denials_print_json(const struct scd_denials *denials, const struct scd_denials_story *story,
			   FILE *out) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* Docker's dialect to plain OCI, for one kind of container: what Docker, podman and CRI-O do each
 * time they make one, done once and written down. */
#ifndef SCD_FLATTEN_H
#define SCD_FLATTEN_H

#include "docker.h"
#include "report.h"

/* Most architectures that one plain profile is made for. */
#define SCD_FLATTEN_ARCHS_MAX ((size_t)8)

/* The containers that the result is for. */
struct scd_flatten_opts {
	uint32_t archs[SCD_FLATTEN_ARCHS_MAX]; /* of nodes, SCMP_ARCH_*; at least one */
	size_t arch_count;
	uint64_t capabilities; /* of the bounding set, by bit */
	struct scd_kernel_version kernel;
};

enum scd_flatten_verb {
	SCD_FLATTEN_KEPT,    /* a rule with conditions that hold */
	SCD_FLATTEN_DROPPED, /* a rule, or a key */
	SCD_FLATTEN_WRITTEN  /* something in other words */
};

/* One decision. */
struct scd_flatten_step {
	enum scd_flatten_verb verb;
	unsigned line; /* of what it is about */
	size_t rule;   /* index in syscalls, or SIZE_MAX: about the profile */
	char what[80]; /* "clone3 and 3 more", "archMap" */
	char why[160];
};

struct scd_flattened {
	char *text; /* the plain profile; NULL when there is none */
	size_t len;
	struct scd_flatten_step *steps; /* in file order */
	size_t step_count, step_cap;
};

/**
 * scd_flatten() - evaluate a profile of Docker's dialect.
 * @text:   not NUL-terminated.
 * @report: zeroed or empty; what keeps the file from being evaluated, by the rules of the
 *          validator. scd_report_done() it, whatever is returned.
 * @out:    zeroed; scd_flattened_done() it, whatever is returned. Its text is NULL when the report
 *          holds an error.
 *
 * A rule that applies on some of the architectures only is kept when the calls that it names do not
 * exist on the others, and an error otherwise: no single file says it. Order, conditions on
 * arguments and comments stay.
 *
 * Return: 0, or -1 with SCD_E_NOMEM or SCD_E_TOO_LARGE.
 */
int scd_flatten(const char *text, size_t len, const struct scd_flatten_opts *opts,
		struct scd_report *report, struct scd_flattened *out,
		struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

const char *scd_flatten_verb_name(enum scd_flatten_verb verb); /* "kept" */

void scd_flattened_done(struct scd_flattened *out) SCD_NONNULL;

#define auto_flattened SCD_CLEANUP(scd_flattened_done)

#endif

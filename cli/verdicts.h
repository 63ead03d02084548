/* SPDX-License-Identifier: MIT */
/* What `validate` finds out: one verdict a profile, and one on each manifest around profiles. */
#ifndef SCD_VERDICTS_H
#define SCD_VERDICTS_H

#include "check.h"
#include "digest.h"
#include "inputs.h"
#include "manifest.h"
#include "value.h"

/* How the files of one directory are judged. */
struct scd_settings {
	char *file; /* owned by the cache: the .seccompctl.yaml that says so; NULL: the command line
		       alone */
	struct scd_check_opts opts;
	int fail_on;		    /* enum scd_severity */
	struct scd_strings exclude; /* owned by the cache: files that are left out */
};

struct scd_verdict {
	const char *path; /* what people see */
	const char
		*profile; /* what a localhostProfile ends in below profiles/; NULL: see .embedded */
	const struct scd_settings *settings;
	const struct scd_input *input;
	char *text; /* the file's, to quote from; NULL: nothing has to be quoted, or .around has it
		     */
	size_t len;
	struct scd_verdict *around;    /* the manifest's verdict, of a profile in it */
	struct scd_embedded *embedded; /* the profile's part of it */
	struct scd_manifest *manifest; /* of a manifest's own verdict */
	char sha256[SCD_SHA256_HEX]; /* "" unless asked for; of a manifest, or when nothing was read
				      */
	struct scd_report report;
	struct scd_error trouble; /* SCD_OK: the report is a verdict */
};

struct scd_verdicts {
	struct scd_verdict **items; /* in the order of the inputs */
	size_t count, cap;
	bool degraded; /* a trial load was not possible */
};

struct scd_judge_how {
	size_t jobs;	     /* checks at once */
	bool skip_unrelated; /* files without anything about seccomp: JSON, and YAML operands */
	bool progress;	     /* draw a bar on stderr when it takes long */
	bool digests;	     /* of each profile's text */
	/* The settings for an input; they live as long as the verdicts. NULL with @err. */
	const struct scd_settings *(*settings)(void *context, const struct scd_input *input,
					       struct scd_error *err);
	void *context;
};

/**
 * scd_judge_inputs() - read, judge, and compare what pods use with the profiles.
 * @inputs: to outlive @verdicts.
 * @operands: how many operands there were, and what they are.
 * @verdicts: zeroed; filled as far as it went: scd_verdicts_done() it.
 *
 * What cannot be read is a verdict with .trouble. Return: 0, or -1 with SCD_E_NOMEM or what
 * settings() failed with.
 */
int scd_judge_inputs(const struct scd_inputs *inputs, char *const *operands, size_t operand_count,
		     const struct scd_judge_how *how, struct scd_verdicts *verdicts,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_judge_uses() - add to the manifests' reports what is wrong with the localhostProfiles in
 * them.
 * @partial: more profiles are known to be somewhere else: one that is none of these is no finding.
 *
 * That is their form, and, when there is any profile among the verdicts, those that are none of
 * these. Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_judge_uses(struct scd_verdicts *verdicts, bool partial,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_verdicts_done(struct scd_verdicts *verdicts) SCD_NONNULL;

#define auto_verdicts SCD_CLEANUP(scd_verdicts_done)

#endif

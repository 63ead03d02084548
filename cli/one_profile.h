/* SPDX-License-Identifier: MIT */
/* The one text that a command works on: a file, or standard input. */
#ifndef SCD_ONE_PROFILE_H
#define SCD_ONE_PROFILE_H

#include "cli.h"
#include "profile.h"

struct scd_one_profile {
	const char *path; /* as people see it; borrowed */
	char *text;
	size_t len;
};

/* Reads @operand, "-" being standard input. @profile: zeroed; scd_one_profile_done() it. 0, or -1
 * with SCD_E_SYSTEM, SCD_E_TOO_LARGE, SCD_E_NOMEM. */
int scd_one_profile_read(const char *operand, struct scd_one_profile *profile,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What a text says, with everything that it points into. */
struct scd_profile_text {
	struct scd_check_opts opts;
	struct scd_json json;
	struct scd_report report;   /* what is wrong with the form; sorted */
	struct scd_profile profile; /* complete when the report accepts it and it has a
				     * default_action */
};

/* Reads @text, as every consumer does, without compiling it. @read: zeroed; stays where it is;
 * scd_profile_text_done() it. 0, or -1 with SCD_E_NOMEM, SCD_E_TOO_LARGE. */
int scd_profile_text_read(const struct scd_one_profile *text, struct scd_profile_text *read,
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
void scd_profile_text_done(struct scd_profile_text *read) SCD_NONNULL;

/* Says on stderr what @report holds against the text, as `validate` does. Returns
 * SCD_EXIT_FOUND, or SCD_EXIT_TROUBLE without memory. */
enum scd_exit scd_one_profile_refuse(const struct scd_one_profile *profile,
				     const struct scd_report *report) SCD_NONNULL;

void scd_one_profile_done(struct scd_one_profile *profile) SCD_NONNULL;

#define auto_one_profile SCD_CLEANUP(scd_one_profile_done)

#endif

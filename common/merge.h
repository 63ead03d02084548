/* SPDX-License-Identifier: MIT */
/* Several profiles into one: a base and what an application needs beyond it. */
#ifndef SCD_MERGE_H
#define SCD_MERGE_H

#include "profile.h"

/* One profile: read without a finding of severity error, in plain OCI. */
struct scd_merge_input {
	const char *name; /* for messages: its path */
	const char *text; /* what it was read from */
	const struct scd_profile *profile;
};

/* What a later profile did to one call, or to the head. */
enum scd_merge_verb {
	SCD_MERGE_ADDED,    /* nobody had named it */
	SCD_MERGE_WIDENED,  /* the same action, under more conditions or none */
	SCD_MERGE_REPLACED, /* another action: what was there before is gone */
	SCD_MERGE_REMOVED   /* the default action: what was there before is gone */
};

struct scd_merge_step {
	enum scd_merge_verb verb;
	size_t input;
	const char *key;   /* of the head: "architectures", "flags", "listenerPath" (ADDED or
			    * REPLACED), "defaultErrnoRet" (REPLACED); NULL: a call */
	const char *name;  /* of the call; what the key got; NULL for defaultErrnoRet; borrowed */
	uint32_t from, to; /* actions with their errno, of a call and of defaultErrnoRet; both the
			    * same when WIDENED */
};

struct scd_merged {
	char *text; /* NUL-terminated */
	size_t len;
	struct scd_merge_step *steps; /* of the head; sorted by call, then by input */
	size_t step_count, step_cap;
};

/**
 * scd_merge() - add profiles up.
 * @inputs: at least one; the first is the base. What they point to outlives @merged.
 * @merged: zeroed; scd_merged_done() it, whatever is returned.
 *
 * Rules add up: a call is subject to what every profile says of it. Where a later profile
 * gives another action to a call than those before it, its word alone counts for this call; when
 * that is the default action, it takes the call away; it stays in the text, where runtimes skip it,
 * but for runc, which counts what is named when it decides what is too new. An unconditional rule
 * swallows conditional ones of the same action. Architectures and flags add up; the last
 * defaultErrnoRet and listenerPath count. Comments are not kept.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (default actions differ: what is not named cannot be both;
 * the message names them), SCD_E_TOO_LARGE or SCD_E_NOMEM.
 */
int scd_merge(const struct scd_merge_input *inputs, size_t count, struct scd_merged *merged,
	      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

const char *scd_merge_verb_name(enum scd_merge_verb verb); /* "added" */

void scd_merged_done(struct scd_merged *merged) SCD_NONNULL;

#define auto_merged SCD_CLEANUP(scd_merged_done)

#endif

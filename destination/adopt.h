/* SPDX-License-Identifier: MIT */
/*
 * Somebody says that files in the destination are ours: after the state file was lost, or
 * to hand over what was copied there by hand. From then on they are updated, repaired,
 * orphaned and pruned as if we had installed them.
 */
#ifndef SCD_ADOPT_H
#define SCD_ADOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "error.h"

struct scd_adoption {
	const char *name;	     /* in: of a profile, below the destination */
	char sha256[SCD_SHA256_HEX]; /* out: of what lies there; "" when it is refused */
	bool owned;		     /* out: it was ours already */
	struct scd_error refusal;    /* out: SCD_OK, or why it cannot be ours: SCD_E_BAD_NAME,
				      * SCD_E_MISSING, SCD_E_NOT_REGULAR, SCD_E_SYSTEM,
				      * SCD_E_TOO_LARGE */
};

struct scd_adopt_request {
	int destination; /* directory descriptor */
	struct scd_adoption *items;
	size_t count;
	bool dry_run;
	const char *pod_uid; /* who writes, for the state file; "" if unknown */
	int64_t now;	     /* seconds since the epoch */
};

/**
 * scd_adopt() - own all of them, or none.
 * @was_corrupt: set on success: the state file was not readable, now or at some time before.
 *
 * One that is refused is an answer: then nothing is written. The mark that an unreadable
 * state file leaves goes when all could be adopted. No file's bytes are changed.
 *
 * Return: 0, or -1 with SCD_E_DETACHED, SCD_E_INSECURE, SCD_E_BUSY, SCD_E_SYSTEM, SCD_E_NOMEM.
 */
int scd_adopt(const struct scd_adopt_request *request, bool *was_corrupt,
	      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* Watches the calls of a command for a profile of them. */
#ifndef SCD_RECORDER_H
#define SCD_RECORDER_H

#include <stdio.h>

#include "recording.h"
#include "seen.h"

/* Most rows of scd_narrowings(). */
#define SCD_NARROWINGS_MAX 16

struct scd_recorder {
	struct scd_seen seen;
	bool answer; /* calls can be made to fail; false: only watched */
	bool narrow;
	int narrowed_nr[SCD_NARROWINGS_MAX]; /* of scd_narrowings(), on this machine; -1: none */
	int clone3_nr, seccomp_nr;
	uint64_t unknown;   /* calls that libseccomp cannot name */
	uint64_t listeners; /* filters with a listener that the command loaded */
};

/* @recorder: zeroed but for answer and narrow. */
void scd_recorder_init(struct scd_recorder *recorder) SCD_NONNULL;

/* For the tracer, with a struct scd_recorder. What could not be in a profile fails with ENOSYS, as
 * it will under one, so that what the command does instead is seen: calls that libseccomp does
 * not know, and clone3 when clone's flags are to be looked at. */
int scd_recorder_on_trace(void *context, const struct scd_call *call) SCD_NONNULL;

/* Adds what was seen. 0, or -1 with SCD_E_NOMEM. */
int scd_recorder_collect(const struct scd_recorder *recorder, struct scd_recording *recording,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_recorder_done(struct scd_recorder *recorder) SCD_NONNULL;

#endif

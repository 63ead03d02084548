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
	struct scd_seen
		at_start; /* what an OCI runtime called before the program of its container */
	bool starting;	  /* that program has not been executed yet */
	bool only_start;  /* and shall not be: it is killed when it begins */
	pid_t init;	  /* the process that will execute it; 0: not seen yet */
	bool answer;	  /* calls can be made to fail; false: only watched */
	bool narrow;
	int narrowed_nr[SCD_NARROWINGS_MAX]; /* of scd_narrowings(), on this machine; -1: none */
	int clone3_nr, seccomp_nr, ptrace_nr;
	uint64_t unknown;   /* calls that libseccomp cannot name */
	uint64_t listeners; /* filters with a listener that the command loaded */
	uint64_t debugging; /* calls of ptrace(2), which fail in what is traced */
};

/* @recorder: zeroed but for answer, narrow, starting and only_start. */
void scd_recorder_init(struct scd_recorder *recorder) SCD_NONNULL;

/* For the tracer, with a struct scd_recorder. What could not be in a profile fails with ENOSYS, as
 * it will under one, so that what the command does instead is seen: calls that libseccomp does
 * not know, and clone3 when clone's flags are to be looked at. */
int scd_recorder_on_trace(void *context, const struct scd_call *call) SCD_NONNULL;

/* The same: tells a container's start from its program. */
bool scd_recorder_on_exec(void *context, pid_t pid) SCD_NONNULL;

/* Adds what was seen. 0, or -1 with SCD_E_NOMEM. */
int scd_recorder_collect(const struct scd_recorder *recorder, struct scd_recording *recording,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_recorder_done(struct scd_recorder *recorder) SCD_NONNULL;

#endif

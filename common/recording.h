/* SPDX-License-Identifier: MIT */
/* What a program was seen to call, made into the smallest profile that it runs with. */
#ifndef SCD_RECORDING_H
#define SCD_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

/* Conditions on one call over which it is allowed without: a long list tells nobody anything. */
#define SCD_RECORDING_VALUES_MAX ((size_t)32)

/* Who needs a call; bits. */
enum scd_origin {
	SCD_ORIGIN_COMMAND = 1 << 0, /* was seen to make it */
	SCD_ORIGIN_PROFILE = 1 << 1, /* a profile given allows it */
	SCD_ORIGIN_START = 1 << 2,   /* the OCI runtimes, to start any container: our lists */
	SCD_ORIGIN_STARTED = 1 << 3  /* one was seen to make it, to start this container */
};

struct scd_recorded {
	char *name;
	char *args; /* the JSON of the conditions under which it is made; NULL: none */
	unsigned origins;
	uint64_t count;
	uint64_t start_count; /* of SCD_ORIGIN_STARTED, which .count is not */
};

/* An argument that decides how risky a call is. */
struct scd_narrowing {
	const char *name;
	unsigned index;
	uint64_t mask; /* of the bits that are looked at */
};

/* Zeroed is empty. */
struct scd_recording {
	struct scd_recorded *calls; /* sorted once scd_recording_finish() was called */
	size_t count, cap;
	uint32_t archs[8]; /* SCMP_ARCH_*, the native one first */
	size_t arch_count;
	bool narrow; /* also what the runtimes need gets conditions */
};

/* The arguments that --narrow looks at. */
const struct scd_narrowing *scd_narrowings(size_t *count) SCD_NONNULL;

/* Adds a call, or to one that is there. Each returns 0, or -1 with SCD_E_NOMEM. */
int scd_recording_add(struct scd_recording *recording, const char *name, unsigned origin,
		      uint64_t count, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same when its narrowed argument was @value. */
int scd_recording_add_value(struct scd_recording *recording, const struct scd_narrowing *narrowing,
			    uint64_t value, unsigned origin, uint64_t count,
			    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds an architecture; over eight none is added. */
void scd_recording_add_arch(struct scd_recording *recording, uint32_t arch) SCD_NONNULL;

/* Adds what an allow-list allows. -1 with SCD_E_CONFIG when it is none: its default action has to
 * be SCMP_ACT_ERRNO and its rules SCMP_ACT_ALLOW or SCMP_ACT_LOG. */
int scd_recording_add_profile(struct scd_recording *recording, const char *json, size_t len,
			      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds what runc and crun need, then sorts: by purpose, conditions and name; a call that is
 * allowed without conditions loses those that it has. */
int scd_recording_finish(struct scd_recording *recording,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What a finished call is listed under. */
const char *scd_recorded_purpose(const struct scd_recorded *call) SCD_NONNULL;

/**
 * scd_recording_print() - the profile of a finished recording.
 * @text: set on success only; free() it.
 *
 * The default action is SCMP_ACT_ERRNO with ENOSYS: what the program was never seen to call is
 * to it as on a kernel that does not have it, and libraries have a way for that.
 *
 * Return: 0, or -1 with SCD_E_NOMEM or SCD_E_TOO_LARGE.
 */
int scd_recording_print(const struct scd_recording *recording, char **text, size_t *len,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_recording_done(struct scd_recording *recording) SCD_NONNULL;

#define auto_recording SCD_CLEANUP(scd_recording_done)

#endif

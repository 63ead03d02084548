/* SPDX-License-Identifier: MIT */
/* An OCI bundle started under a profile, and what that denies it. */
#ifndef SCD_CONTAIN_H
#define SCD_CONTAIN_H

#include "denials.h"

struct scd_contain_opts {
	const char *bundle;  /* its directory */
	const char *runtime; /* "crun" */
	const char *seccomp; /* the profile's text */
	bool no_new_privs;   /* also when the bundle does not say so */
};

/**
 * scd_contain() - start the container of a bundle under a profile and follow it to its end.
 * @denials: .filter is what the runtime is expected to make of the profile.
 * @started: set on success: whether its program was executed.
 * @end:     set on success: how the runtime ended, which is how its container did.
 *
 * Who may trace what is not dumpable (CAP_SYS_PTRACE) and load filters (CAP_SYS_ADMIN) takes the
 * filter that the runtime loads, changes it as scd_denials_run() does and judges by it. Others
 * have the runtime load one that hands every call over: slower, and death comes as SIGSYS,
 * which a program can catch.
 *
 * Return: 0, or -1 as scd_bundle_dir_open(), scd_container_prepare() and scd_tracer_run(), or
 * with SCD_E_SYSTEM when the filter cannot be taken.
 */
int scd_contain(struct scd_denials *denials, const struct scd_contain_opts *opts, bool *started,
		struct scd_confine_end *end, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

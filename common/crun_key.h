/* SPDX-License-Identifier: MIT */
/* What crun's cache of compiled filters knows a profile by. */
#ifndef SCD_CRUN_KEY_H
#define SCD_CRUN_KEY_H

#include "profile.h"

/* Sets the report's keys: crun_key of everything that crun makes the name of a cached filter of
 * (src/libcrun/seccomp.c, calculate_seccomp_checksum() at 1.14: flags, default action and errno,
 * architectures, and of each rule the action, the names and the arguments), errno_key of what it
 * leaves out, the rules' errnoRet. Two texts with the same crun_key and another errno_key are one
 * filter to a node that has cached it. */
void scd_crun_key_of(const struct scd_profile *profile, struct scd_report *report) SCD_NONNULL;

#endif

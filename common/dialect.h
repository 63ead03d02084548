/* SPDX-License-Identifier: MIT */
/* What is said of the keys of Docker's dialect, which CRI-O reads and containerd drops. */
#ifndef SCD_DIALECT_H
#define SCD_DIALECT_H

#include "profile.h"

/* Reports what includes, excludes, errno, defaultErrno and archMap do to the selected consumers,
 * and fills the profile's and its rules' errno_name. @profile: read as far as it goes. */
void scd_dialect_check(struct scd_judge *judge, struct scd_profile *profile) SCD_NONNULL;

#endif

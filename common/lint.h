/* SPDX-License-Identifier: MIT */
/* What is wrong with a profile that has a form: judged from the typed data alone. */
#ifndef SCD_LINT_H
#define SCD_LINT_H

#include "profile.h"

/* Reports on words, lists and combinations. @profile may be incomplete when findings of
 * form were reported. */
void scd_lint_profile(struct scd_judge *judge, const struct scd_profile *profile) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* Conditions on arguments that cannot do what they were written for. */
#ifndef SCD_LINT_ARGS_H
#define SCD_LINT_ARGS_H

#include "profile.h"

/* Reports on the conditions of rules that change what the default action does: pointers and
 * unused registers compared, masks misread, conditions that always or never hold. @profile:
 * without findings of severity error. */
void scd_lint_args(struct scd_judge *judge, const struct scd_profile *profile) SCD_NONNULL;

#endif

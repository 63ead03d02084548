/* SPDX-License-Identifier: MIT */
/* Where a container starts, and its programs meet answers that they do not expect. */
#ifndef SCD_ADVISE_H
#define SCD_ADVISE_H

#include "effect.h"

/* Reports calls that libc falls back from on ENOSYS alone, with what each of the @count selected
 * OCI runtimes makes of them, and 32-bit programs that are killed. @effects: of one profile and
 * one architecture, at least one. */
void scd_advise(struct scd_judge *judge, const struct scd_effect *effects,
		size_t count) SCD_NONNULL;

#endif

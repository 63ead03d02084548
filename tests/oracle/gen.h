/* SPDX-License-Identifier: MIT */
/* Random profiles, such that most of them start a container. */
#ifndef SCD_ORACLE_GEN_H
#define SCD_ORACLE_GEN_H

#include "buf.h"
#include "random.h"

/* Adds the text of a profile. The same @random gives the same text. */
void scd_gen_profile(struct scd_random *random, struct scd_buf *out) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* What a command was denied, held against what its test expects. */
#ifndef SCD_POLICY_DENIED_H
#define SCD_POLICY_DENIED_H

#include "buf.h"
#include "policy.h"
#include "policy_watch.h"

/* Adds to @out what is not as @test has it, a line each; nothing when all is. */
void scd_policy_compare(const struct scd_policy_case *test, const struct scd_watched *watched,
			struct scd_buf *out) SCD_NONNULL;

#endif

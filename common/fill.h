/* SPDX-License-Identifier: MIT */
/* Rules into libseccomp, in the order that costs it least. */
#ifndef SCD_FILL_H
#define SCD_FILL_H

#include "compile.h"

/**
 * scd_fill_quickly() - a context that exports the same program as one that was filled plainly.
 *
 * libseccomp 2.5 keeps the calls of each architecture in a list by number and walks it from the
 * lowest, half of it on average, for each rule that is added: a sixth of all its work for a profile
 * of 300 calls. From the highest number down there is nothing to walk. So each architecture gets a
 * context of its own, filled in the order of its own numbers, and they are merged. Which call comes
 * first makes no difference to the program (tests/unit/test_fill.c); of one call, and of calls that
 * are one and the same to some kernels, the rules stay in their order.
 *
 * Return: for seccomp_release(); NULL when anything is refused, a rule has no name, or there is no
 * memory: only the plain order tells what a runtime would say.
 */
scmp_filter_ctx scd_fill_quickly(const struct scd_target *target,
				 const struct scd_compile_opts *opts) SCD_NONNULL SCD_MUST_CHECK;

#endif

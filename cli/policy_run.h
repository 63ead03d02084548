/* SPDX-License-Identifier: MIT */
/* The tests of a file, made. */
#ifndef SCD_POLICY_RUN_H
#define SCD_POLICY_RUN_H

#include "opened.h"
#include "policy.h"

enum scd_policy_verdict {
	SCD_POLICY_PASSED,
	SCD_POLICY_FAILED,
	SCD_POLICY_SKIPPED, /* of another architecture than this machine's */
	SCD_POLICY_VERDICT_COUNT
};

struct scd_policy_result {
	const struct scd_policy_case *test;
	enum scd_policy_verdict verdict;
	size_t checks; /* calls times architectures times programs, or commands */
	char *why;     /* lines; NULL when it passed */
};

/**
 * scd_policy_run() - make every test.
 * @file:    of the tests, for messages.
 * @results: @policy->count of them, zeroed; free() each .why.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (no program can be made of the profile), SCD_E_NOMEM or
 * SCD_E_SYSTEM.
 */
int scd_policy_run(const char *file, const struct scd_policy *policy,
		   const struct scd_opened *opened, struct scd_policy_result *results,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

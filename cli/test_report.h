/* SPDX-License-Identifier: MIT */
/* What `seccompctl test` found, in each of its formats. */
#ifndef SCD_TEST_REPORT_H
#define SCD_TEST_REPORT_H

#include "cli.h"
#include "policy_run.h"

/* A file of tests and what came out. */
struct scd_suite {
	const char *path;
	char *profile; /* the file that is tested */
	char *text;
	size_t len;
	struct scd_policy policy;
	struct scd_opened opened;
	struct scd_policy_result *results; /* of each case of .policy */
	struct scd_error fault;		   /* SCD_OK, or why there are no results */
};

struct scd_suites {
	struct scd_strings paths;
	struct scd_suite *items; /* one for each path */
	size_t count;
	size_t by_verdict[SCD_POLICY_VERDICT_COUNT], checks;
	size_t faults; /* files that could not be run */
};

enum scd_test_output {
	SCD_TEST_HUMAN,
	SCD_TEST_TAP,
	SCD_TEST_JUNIT,
	SCD_TEST_JSON
};

/* Prints all of it. Files without a case are left out, unless they have a fault. */
enum scd_exit scd_test_print(const struct scd_suites *suites, enum scd_test_output output,
			     bool color) SCD_NONNULL SCD_MUST_CHECK;

#endif

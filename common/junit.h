/* SPDX-License-Identifier: MIT */
/* JUnit's XML, as CI servers read it: suites of cases. One writer for all commands; its form is
 * tests/data/junit.xsd. */
#ifndef SCD_JUNIT_H
#define SCD_JUNIT_H

#include <stdio.h>

#include "buf.h"
#include "error.h"

/* Bytes of XML for one case. */
#define SCD_JUNIT_CASE_MAX ((size_t)1 << 20)

enum scd_junit_verdict {
	SCD_JUNIT_PASSED,
	SCD_JUNIT_FAILED,
	SCD_JUNIT_ERROR, /* it could not be tried */
	SCD_JUNIT_SKIPPED,
	SCD_JUNIT_VERDICT_COUNT
};

/* One case. Any bytes: what XML 1.0 cannot hold becomes U+FFFD. */
struct scd_junit_case {
	const char *classname; /* a path */
	const char *name;
	const char *more; /* of the name, after a blank; or NULL */
	enum scd_junit_verdict verdict;
	const char *type;    /* of a failure or an error; or NULL */
	const char *message; /* unless passed: one line */
	const char *details; /* more of it; or NULL */
	const char *output;  /* what was said beside; or NULL */
};

struct scd_junit_counts {
	size_t by_verdict[SCD_JUNIT_VERDICT_COUNT];
};

/* What stands before the suites and after them. */
void scd_junit_begin(FILE *out, const struct scd_junit_counts *all) SCD_NONNULL;
void scd_junit_end(FILE *out) SCD_NONNULL;

/* What stands before the cases of a suite and after them. 0, or -1 with SCD_E_NOMEM. */
int scd_junit_suite_begin(FILE *out, const char *name, const struct scd_junit_counts *counts,
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
void scd_junit_suite_end(FILE *out) SCD_NONNULL;

/* 0, or -1 with SCD_E_NOMEM: also a case over SCD_JUNIT_CASE_MAX. */
int scd_junit_case(FILE *out, const struct scd_junit_case *one,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

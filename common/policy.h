/* SPDX-License-Identifier: MIT */
/* A file of tests for one profile: web.test.yaml. docs/testing.md has the format. */
#ifndef SCD_POLICY_H
#define SCD_POLICY_H

#include "check.h"
#include "value.h"
#include "yamldoc.h"

#define SCD_POLICY_SUFFIX ".test.yaml"

#define SCD_POLICY_BYTES_MAX ((size_t)256 << 10) /* of a file */
#define SCD_POLICY_DEPTH_MAX ((size_t)6)	 /* nested lists and mappings in it */
#define SCD_POLICY_CASES_MAX ((size_t)1000)	 /* tests in it */
#define SCD_POLICY_CALLS_MAX ((size_t)10000)	 /* calls in all of them */
#define SCD_POLICY_DENIED_MAX ((size_t)256)	 /* calls that one command may be denied */
#define SCD_POLICY_ARGV_MAX ((size_t)64)	 /* words of a command */
#define SCD_POLICY_SECONDS_MAX 600		 /* that a command may be given */
#define SCD_POLICY_SECONDS 30			 /* that it has */

/* What a test wants of a call. */
enum scd_policy_want {
	SCD_WANT_ACTION, /* .action, with its errno */
	SCD_WANT_KIND,	 /* .action, with whatever errno */
	SCD_WANT_DENY	 /* whatever does not let the call happen */
};

/* What a test wants of the calls that its command is denied. */
enum scd_policy_denials {
	SCD_DENIED_WHATEVER,
	SCD_DENIED_EXACTLY, /* these and no others */
	SCD_DENIED_AT_LEAST /* these */
};

struct scd_policy_call {
	const char *text; /* "socket(domain=AF_INET)" */
	unsigned line, column;
};

struct scd_policy_case {
	const char *name;
	unsigned line, column;
	struct scd_check_opts where; /* architectures and OCI runtimes; 0 where the file says it */

	/* Calls; or... */
	enum scd_policy_want want;
	uint32_t action;
	const char *expect; /* as it was written */
	struct scd_policy_call *calls;
	size_t call_count;

	/* ...a command. */
	const char *argv[SCD_POLICY_ARGV_MAX + 1]; /* ended by NULL; empty when there is none */
	int exit;				   /* what it is to end with; -1: by .signal */
	int signal;
	unsigned seconds;
	enum scd_policy_denials denials;
	struct scd_policy_call *denied; /* names or numbers, without arguments */
	size_t denied_count;
};

struct scd_policy {
	const char *profile; /* relative to the file; NULL: named like it */
	struct scd_check_opts where;
	struct scd_policy_case *cases;
	size_t count;
	struct scd_yaml *doc; /* owns the strings */
};

/**
 * scd_policy_read() - the tests of a file.
 * @name:   for messages, which begin with NAME:LINE:COLUMN.
 * @policy: zeroed; scd_policy_done() it, whatever is returned.
 *
 * Return: 0, or -1 with SCD_E_CONFIG, SCD_E_TOO_LARGE or SCD_E_NOMEM.
 */
int scd_policy_read(const char *name, const char *text, size_t len, struct scd_policy *policy,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Forgets the cases whose name is not @wanted. */
void scd_policy_keep(struct scd_policy *policy, bool (*wanted)(const char *name, const void *data),
		     const void *data) SCD_NONNULL;

/* Whether an action is what the case wants. */
bool scd_policy_meets(const struct scd_policy_case *test, uint32_t action) SCD_NONNULL;

void scd_policy_done(struct scd_policy *policy) SCD_NONNULL;
#define auto_policy SCD_CLEANUP(scd_policy_done)

#endif

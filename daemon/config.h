/* SPDX-License-Identifier: MIT */
/* What the daemon was told: one option table, from which flags, environment,
 * configuration file, --help and the man page's test all come. */
#ifndef SCD_CONFIG_H
#define SCD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "check_opts.h"
#include "error.h"
#include "options.h"

enum scd_removal_policy {
	SCD_RETAIN,	/* an orphaned file stays until `seccompctl prune` */
	SCD_AFTER_GRACE /* it is removed after removal_grace_ms */
};

enum scd_ready_policy {
	SCD_READY_SYNCED, /* invalid profiles do not make the pod unready */
	SCD_READY_STRICT  /* they do */
};

enum scd_log_format {
	SCD_LOG_JSON,
	SCD_LOG_TEXT
};

struct scd_config {
	/* where */
	char *config;	   /* --config; NULL: none */
	char *source;	   /* directory to read */
	char *destination; /* directory to install into */
	char *listen;	   /* "HOST:PORT", ":PORT"; "": no HTTP */

	/* when */
	uint64_t resync_period_ms;
	bool one_time; /* exit after one sync */
	bool dry_run;  /* judge and plan, write nothing */

	/* policy */
	int removal_policy; /* enum scd_removal_policy */
	uint64_t removal_grace_period_ms;
	uint64_t max_removals_percent; /* in one step; the mass-removal guard */
	int ready_policy;	       /* enum scd_ready_policy */

	struct scd_check_words judge;

	/* own rights; daemon/sandbox */
	bool landlock;
	bool seccomp_filter;

	/* log */
	uint64_t verbosity; /* --v */
	int logging_format; /* enum scd_log_format */

	/* asked and done before anything else */
	bool help;
	bool version;
};

/**
 * scd_config_load() - flags over environment over file over defaults.
 * @argc, @argv: the command line of main(); an operand may be moved behind the flags.
 * @env:    the environment of main().
 * @config: zeroed; set on success only; scd_config_done() it.
 * @unknown_env: a SECCOMPD_* variable that no option knows (points into @env), or
 *          NULL: worth a warning, as a misspelled variable is otherwise silent.
 *
 * Return: 0, or -1 with SCD_E_USAGE (command line), SCD_E_CONFIG (file or
 * environment; the message holds FILE:LINE:COLUMN), SCD_E_SYSTEM, SCD_E_NOMEM. When
 * @config->help or ->version is set, nothing else is.
 */
int scd_config_load(int argc, char **argv, char **env, struct scd_config *config,
		    const char **unknown_env, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_config_done(struct scd_config *config) SCD_NONNULL;

#define auto_config SCD_CLEANUP(scd_config_done)

/* The one table. */
const struct scd_option *scd_config_options(size_t *count) SCD_NONNULL;

/* Writes the --help text. */
void scd_config_help(FILE *out) SCD_NONNULL;

#endif

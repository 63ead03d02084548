/* SPDX-License-Identifier: MIT */
#include "status_options.h"

#include "cli.h"

/* Those of cli.c would bring every command into seccompctl-status. */
static const struct scd_choice outputs[] = {
	{ "human", SCD_OUTPUT_HUMAN },
	{ "json", SCD_OUTPUT_JSON },
	{ NULL, 0 },
};

const struct scd_option scd_status_options[SCD_STATUS_OPTION_COUNT] = {
	{ .name = "help",
	  .letter = 'h',
	  .type = SCD_OPT_ACTION,
	  .offset = offsetof(struct scd_status_asked, help),
	  .help = "print this and exit" },
	{ .name = "version",
	  .type = SCD_OPT_ACTION,
	  .offset = offsetof(struct scd_status_asked, version),
	  .help = "print the version and exit" },
	{ .name = "output",
	  .letter = 'o',
	  .type = SCD_OPT_CHOICE,
	  .offset = offsetof(struct scd_status_asked, output),
	  .metavar = "FORMAT",
	  .fallback = "human",
	  .help = "how to print it",
	  .choices = outputs },
	{ .name = "timeout",
	  .type = SCD_OPT_DURATION,
	  .offset = offsetof(struct scd_status_asked, timeout_ms),
	  .metavar = "DURATION",
	  .fallback = "5s",
	  .help = "for the whole answer of a URL",
	  .min = 1,
	  .max = 3600000 },
	{ .name = "watch",
	  .type = SCD_OPT_BOOL,
	  .offset = offsetof(struct scd_status_asked, watch),
	  .fallback = "false",
	  .help = "look again and again: in place on a terminal, else a line for each change" },
	{ .name = "interval",
	  .type = SCD_OPT_DURATION,
	  .offset = offsetof(struct scd_status_asked, interval_ms),
	  .metavar = "DURATION",
	  .fallback = "2s",
	  .help = "how often to look with --watch",
	  .min = 100,
	  .max = 3600000 },
};

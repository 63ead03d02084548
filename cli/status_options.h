/* SPDX-License-Identifier: MIT */
/* The options of `seccompctl status`: seccompctl-status reads them, seccompctl completes them. */
#ifndef SCD_STATUS_OPTIONS_H
#define SCD_STATUS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

struct scd_status_asked {
	bool help;
	bool version;
	int output; /* enum scd_output */
	uint64_t timeout_ms;
	bool watch;
	uint64_t interval_ms;
};

#define SCD_STATUS_OPTION_COUNT 6
extern const struct scd_option scd_status_options[SCD_STATUS_OPTION_COUNT];

#endif

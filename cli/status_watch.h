/* SPDX-License-Identifier: MIT */
/* A node's status again and again, until SIGINT or SIGTERM. */
#ifndef SCD_STATUS_WATCH_H
#define SCD_STATUS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "cli.h"
#include "error.h"

struct scd_status_watch {
	const char *where; /* shown */
	enum scd_output output;
	uint64_t interval_ms;
	bool terminal; /* draw in place; else print what changes */
	/* Gets the document as it is now. -1: there is none, the next look may find it. */
	int (*look)(void *arg, struct scd_buf *body, struct scd_error *err);
	void *arg;
};

/**
 * scd_status_watch() - look every interval, until a signal ends it.
 * @code: on success, what the last look found: SCD_EXIT_OK, SCD_EXIT_FOUND or, when there
 *        was no document, SCD_EXIT_TROUBLE.
 *
 * Without a terminal a table becomes one line, printed when it differs from the last; JSON
 * is printed whole when it differs.
 *
 * Return: 0, or -1 with SCD_E_USAGE (@look will never succeed) or SCD_E_SYSTEM (nothing can
 * be printed any more).
 */
int scd_status_watch(const struct scd_status_watch *watch, enum scd_exit *code,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether the signal has come: a look that takes long should ask. */
bool scd_status_watch_ends(void);

#endif

/* SPDX-License-Identifier: MIT */
/* What a daemon's /status says, for a terminal. The document is not trusted. */
#ifndef SCD_STATUS_TABLE_H
#define SCD_STATUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "cli.h"
#include "error.h"

/**
 * scd_status_print() - print one status document.
 * @output: a table, then the findings of what is not well; or the document, indented.
 * @text:   the document; text[len] is NUL. Nothing is believed of it: every member may be
 *          missing ("-" is printed) or of another type, and no control character of it
 *          comes through.
 * @len:    its length in bytes.
 * @out:    where to; a failed buffer is SCD_E_NOMEM or SCD_E_TOO_LARGE of @err.
 * @well:   set on success: no profile is Invalid, Stale, Conflict or Failed.
 *
 * Return: 0, or -1 with SCD_E_CORRUPT (not JSON, or not a NodeProfileStatus),
 * SCD_E_NOMEM.
 */
int scd_status_print(const char *text, size_t len, enum scd_output output, struct scd_buf *out,
		     bool *well, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same in one line: "worker-1: ready; 3 Installed, 1 Stale; set digest 9c1f0a2b3c4d;
 * web.json Stale". */
int scd_status_line(const char *text, size_t len, struct scd_buf *out, bool *well,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

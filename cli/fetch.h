/* SPDX-License-Identifier: MIT */
/* One document over HTTP. The one file that includes libcurl; for seccompctl-status alone. */
#ifndef SCD_FETCH_H
#define SCD_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

/* Once, before any other thread or fetch. 0, or -1 with SCD_E_SYSTEM. */
int scd_fetch_init(struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_fetch() - get one document.
 * @text:       a URL of http or https; without a path, /status is meant.
 * @timeout_ms: for the whole answer.
 * @stop:       asked about once a second whether to give up; NULL: never.
 * @body:       empty; its limit is that of the answer.
 *
 * No redirect is followed, no proxy asked, no password file read.
 *
 * Return: 0, or -1 with SCD_E_USAGE (not such a URL), SCD_E_TOO_LARGE, SCD_E_SYSTEM (no
 * answer, or its status is not 200), SCD_E_NOMEM.
 */
int scd_fetch(const char *text, uint64_t timeout_ms, bool (*stop)(void), struct scd_buf *body,
	      struct scd_error *err) SCD_MUST_CHECK;

#endif

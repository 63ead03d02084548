/* SPDX-License-Identifier: MIT */
/* What http counts of its answers, and metrics shows: by path and status code. */
#ifndef SCD_HTTP_COUNTS_H
#define SCD_HTTP_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* Labels of seccompd_http_requests_total{path}. */
enum scd_http_path {
	SCD_HTTP_PAGE,
	SCD_HTTP_LIVEZ,
	SCD_HTTP_READYZ,
	SCD_HTTP_HEALTHZ,
	SCD_HTTP_METRICS,
	SCD_HTTP_STATUS,
	SCD_HTTP_VERSION,
	SCD_HTTP_OTHER, /* not found, whatever the path; refused: a method, no HTTP, too large */
	SCD_HTTP_PATH_COUNT
};

/* Labels of seccompd_http_requests_total{code}. */
enum scd_http_code {
	SCD_HTTP_OK,
	SCD_HTTP_BAD_REQUEST, /* not HTTP */
	SCD_HTTP_NOT_FOUND,
	SCD_HTTP_NOT_ALLOWED,
	SCD_HTTP_TOO_LARGE,
	SCD_HTTP_FAILED,      /* of /livez: a restart would help */
	SCD_HTTP_UNAVAILABLE, /* not ready, or no memory for an answer now */
	SCD_HTTP_CODE_COUNT
};

struct scd_http_counts {
	uint64_t answers[SCD_HTTP_PATH_COUNT][SCD_HTTP_CODE_COUNT];
};

const char *scd_http_path_name(enum scd_http_path path); /* "livez" */
unsigned scd_http_code_number(enum scd_http_code code);	 /* 404 */

/* The code that says "no" for @path. */
enum scd_http_code scd_http_failure(enum scd_http_path path);

/* Can this answer ever be given? A series each, present from the start. */
bool scd_http_reachable(enum scd_http_path path, enum scd_http_code code);

#endif

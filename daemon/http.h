/* SPDX-License-Identifier: MIT */
/* The health endpoint: a bounded HTTP/1.1 server on the loop, GET and HEAD only. */
#ifndef SCD_HTTP_H
#define SCD_HTTP_H

#include <event2/event.h>

#include "error.h"
#include "state.h"

struct scd_http;

/* What the daemon counts of its answers: seccompd_http_requests_total{path,code}. */
enum scd_http_path {
	SCD_HTTP_PAGE,
	SCD_HTTP_LIVEZ,
	SCD_HTTP_READYZ,
	SCD_HTTP_HEALTHZ,
	SCD_HTTP_METRICS,
	SCD_HTTP_STATUS,
	SCD_HTTP_VERSION,
	SCD_HTTP_OTHER,
	SCD_HTTP_PATH_COUNT
};

/**
 * scd_http_new() - listen and answer from now on.
 * @base:   the loop.
 * @listen: "HOST:PORT", "[ADDR]:PORT" or ":PORT" (all addresses; IPv4 alone
 *          where there is no IPv6). Port 0 takes a free one: see scd_http_port().
 * @state:  read at each request; outlives the server.
 * @http:   set on success only; scd_http_free() it.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (not an address), SCD_E_SYSTEM (bind), SCD_E_NOMEM.
 */
int scd_http_new(struct event_base *base, const char *listen, const struct scd_state *state,
		 struct scd_http **http, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The port that it listens on. */
unsigned scd_http_port(const struct scd_http *http) SCD_NONNULL;

/* Harmless on NULL. */
void scd_http_free(struct scd_http **http) SCD_NONNULL;

#endif

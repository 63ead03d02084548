/* SPDX-License-Identifier: MIT */
/* The health endpoint: a bounded HTTP/1.1 server on the loop, GET and HEAD only. */
#ifndef SCD_HTTP_H
#define SCD_HTTP_H

#include <event2/event.h>

#include "error.h"
#include "http_counts.h"
#include "state.h"

struct scd_http;

/**
 * scd_http_new() - listen and answer from now on.
 * @base:   the loop.
 * @listen: "HOST:PORT", "[ADDR]:PORT" or ":PORT" (all addresses; IPv4 alone
 *          where there is no IPv6). HOST is a numeric address. Port 0 takes a free
 *          one: see scd_http_port().
 * @state:  read at each request; outlives the server.
 * @http:   set on success only; scd_http_free() it.
 *
 * At most SCD_HTTP_CONNECTIONS_MAX connections at once: for a new one, the one that
 * has waited longest without a whole request is closed; when all have one, the new
 * one is. SIGPIPE is ignored from now on.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (not an address), SCD_E_SYSTEM (bind), SCD_E_NOMEM.
 */
int scd_http_new(struct event_base *base, const char *listen, const struct scd_state *state,
		 struct scd_http **http, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The port that it listens on. */
unsigned scd_http_port(const struct scd_http *http) SCD_NONNULL;

/* What was answered so far. */
const struct scd_http_counts *scd_http_counts(const struct scd_http *http) SCD_NONNULL;

/* For tests: milliseconds for a whole request, and again for a whole answer, instead of
 * SCD_HTTP_TIMEOUT_SECONDS. */
void scd_http_set_timeout(struct scd_http *http, unsigned timeout_ms) SCD_NONNULL;

/* Harmless on NULL. */
void scd_http_free(struct scd_http **http) SCD_NONNULL;

#endif

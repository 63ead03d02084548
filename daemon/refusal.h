/* SPDX-License-Identifier: MIT */
/*
 * What evhttp answers without asking us: to what is no HTTP, too large, or a method that
 * it does not know. It has no hook for that, and would send a page of HTML that nobody
 * counts. Here the page is taken out of the connection's output before it is written, and
 * ours put in its place.
 */
#ifndef SCD_REFUSAL_H
#define SCD_REFUSAL_H

#include <event2/bufferevent.h>
#include <stdbool.h>

#include "error.h"
#include "http_counts.h"

/* Shared by all connections of a server. */
struct scd_refusals {
	struct scd_http_counts *counts; /* gets the refusals too, under SCD_HTTP_OTHER */
	bool answering;			/* what is added to an output now is our own */
};

/* Looks at what is added to the output of @connection, a new one, from now on. Without
 * memory for that evhttp's own words go out. */
void scd_refusals_watch(struct scd_refusals *all, struct bufferevent *connection) SCD_NONNULL;

#endif

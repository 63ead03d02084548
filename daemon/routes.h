/* SPDX-License-Identifier: MIT */
/* What is answered to which path. Pure: no socket, no libevent; http gives and sends. */
#ifndef SCD_ROUTES_H
#define SCD_ROUTES_H

#include "http_counts.h"
#include "page.h"
#include "state.h"

/* One request, and the answer to it. */
struct scd_request {
	/* in */
	const struct scd_state *state;
	const struct scd_http_counts *counts;
	const char *path;   /* "/livez/ping" */
	const char *query;  /* behind '?'; NULL: none */
	const char *accept; /* value of the Accept header; NULL: none */
	bool allowed;	    /* the method is GET or HEAD */

	/* out */
	const char *check;	  /* behind "/livez/", in @path; NULL: the path alone */
	enum scd_http_path label; /* with code: what to count */
	enum scd_http_code code;
	const char *type;		  /* Content-Type; static storage */
	char policy[SCD_PAGE_POLICY_MAX]; /* Content-Security-Policy; "": none */
	char *text;			  /* free() it; NULL: out of memory, and the code says so */
};

/* Fills in what goes out. */
void scd_routes_answer(struct scd_request *request) SCD_NONNULL;

#endif

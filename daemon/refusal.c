/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <assert.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

static const struct refusal {
	unsigned said; /* by evhttp; 0: anything else */
	enum scd_http_code code;
	const char *phrase, *header, *body;
} refusals[] = {
	{ 413, SCD_HTTP_TOO_LARGE, "Content Too Large", "",
	  "a request has at most 8192 bytes, and its body is not looked at\n" },
	{ 501, SCD_HTTP_NOT_ALLOWED, "Method Not Allowed", "Allow: GET, HEAD\r\n",
	  "only GET and HEAD are allowed\n" },
	{ 0, SCD_HTTP_BAD_REQUEST, "Bad Request", "", "this is not an HTTP/1.1 request\n" },
};
static_assert(SCD_HTTP_REQUEST_MAX == 8192, "a sentence above says so");

/* By evhttp's status or, when it stands there already, by ours. */
static const struct refusal *find_refusal(unsigned status)
{
	const struct refusal *refusal = refusals;

	while (refusal->said && refusal->said != status &&
	       scd_http_code_number(refusal->code) != status)
		refusal++;
	return refusal;
}

/* NNN of "HTTP/1.1 NNN ", with which the output begins; 0 when it does not. */
static unsigned status_of(struct evbuffer *output)
{
	char head[sizeof("HTTP/1.1 NNN")] = "";
	const ev_ssize_t want = (ev_ssize_t)sizeof(head) - 1;

	if (evbuffer_copyout(output, head, sizeof(head) - 1) != want ||
	    strncmp(head, "HTTP/1.", 7) != 0)
		return 0;
	return (unsigned)strtoul(head + 9, NULL, 10);
}

static void replace(struct evbuffer *output, const struct refusal *refusal)
{
	const unsigned code = scd_http_code_number(refusal->code);

	(void)evbuffer_drain(output, evbuffer_get_length(output));
	(void)evbuffer_add_printf(output,
				  "HTTP/1.1 %u %s\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Length: %zu\r\n"
				  "Connection: close\r\n"
				  "Cache-Control: no-store\r\n"
				  "X-Content-Type-Options: nosniff\r\n"
				  "%s\r\n%s",
				  code, refusal->phrase, strlen(refusal->body), refusal->header,
				  refusal->body);
}

/* evhttp adds its page in many pieces, all before anything is written: after each the
 * output holds our page alone. */
static void on_added(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct scd_refusals *all = arg;
	const struct refusal *refusal;
	unsigned said;

	if (info->n_added == 0 || all->answering)
		return;
	/* A bufferevent that has written once lets nobody else look at the front. */
	(void)evbuffer_unfreeze(output, 1);
	said = status_of(output);
	if (said < 400) /* "100 Continue" */
		return;
	refusal = find_refusal(said);
	all->answering = true;
	replace(output, refusal);
	all->answering = false;
	if (info->orig_size == 0) /* the first piece */
		all->counts->answers[SCD_HTTP_OTHER][refusal->code]++;
}

void scd_refusals_watch(struct scd_refusals *all, struct bufferevent *connection)
{
	(void)evbuffer_add_cb(bufferevent_get_output(connection), on_added, all);
}

/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "conns.h"
#include "footprint.h"
#include "listen.h"
#include "log.h"
#include "refusal.h"
#include "routes.h"

/* An answer of this size is always given; larger ones share SCD_HTTP_ANSWERS_MAX. */
#define SMALL_ANSWER ((size_t)64 << 10)
/* Input that is held for one connection. Once a request is read nobody takes more out, and
 * without a mark evhttp would hold all that the peer likes to send. */
#define INPUT_MAX (2 * SCD_HTTP_REQUEST_MAX)

/*
 * evhttp takes connections by itself and tells neither when nor which. So its listener
 * is off but for a moment: the doorbell rings when the listening socket has a connection
 * and switches the listener on; make_bufferevent() is called for the connection and
 * switches it off again; admit() runs once evhttp has put the descriptor into the
 * bufferevent, and waits for the next ring. When accept(2) fails, the listener is
 * switched off too, and retry waits a second before the doorbell can ring again.
 */
struct scd_http {
	const struct scd_state *state;
	struct evhttp *server;
	struct evconnlistener *listener; /* the server's */
	struct event *doorbell, *retry, *admit, *expiry;
	struct bufferevent *fresh; /* of the connection to admit, with a reference; or NULL */
	unsigned port;
	struct scd_conns conns;
	struct scd_http_counts counts;
	struct scd_refusals refusals;
};

static void free_text(const void *data, size_t len, void *text)
{
	(void)data;
	(void)len;
	free(text);
}

/* Hands @text over to @body, or frees it. */
static bool fill_body(struct evbuffer *body, char *text, size_t len)
{
	if (body && evbuffer_add_reference(body, text, len, free_text, text) == 0)
		return true;
	free(text);
	return false;
}

/* Gives the answer up when it finds no room. The length of its body. */
static size_t make_body(struct scd_http *http, struct scd_request *request, struct evbuffer *body)
{
	size_t len = request->text ? strlen(request->text) : 0;

	if (len > SMALL_ANSWER && scd_conns_answer_bytes(&http->conns) + len > SCD_HTTP_ANSWERS_MAX)
		free(request->text);
	else if (request->text && fill_body(body, request->text, len))
		return len;
	if (request->code == SCD_HTTP_OK)
		request->code = scd_http_failure(request->label);
	return 0;
}

static void add_headers(struct evhttp_request *req, const struct scd_request *request, size_t len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	char length[32];

	(void)snprintf(length, sizeof(length), "%zu", len);
	(void)evhttp_add_header(headers, "Content-Type", request->type);
	(void)evhttp_add_header(headers, "Content-Length", length);
	(void)evhttp_add_header(headers, "Connection", "close");
	(void)evhttp_add_header(headers, "Cache-Control", "no-store");
	(void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	if (request->policy[0])
		(void)evhttp_add_header(headers, "Content-Security-Policy", request->policy);
	if (request->code == SCD_HTTP_NOT_ALLOWED)
		(void)evhttp_add_header(headers, "Allow", "GET, HEAD");
}

static void send_answer(struct scd_http *http, struct evhttp_request *req,
			struct scd_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(req);
	bool head = evhttp_request_get_command(req) == EVHTTP_REQ_HEAD;
	struct evbuffer *body = evbuffer_new();
	size_t len = make_body(http, request, body);

	add_headers(req, request, len);
	http->counts.answers[request->label][request->code]++;
	scd_log(SCD_LOG_DECISION, "Request answered",
		scd_key("path", "%s", scd_http_path_name(request->label)),
		scd_key_uint("code", scd_http_code_number(request->code)));
	if (connection)
		scd_conns_answer(&http->conns,
				 bufferevent_getfd(evhttp_connection_get_bufferevent(connection)),
				 len, scd_now_ms());
	http->refusals.answering = true;
	evhttp_send_reply(req, (int)scd_http_code_number(request->code), NULL, head ? NULL : body);
	http->refusals.answering = false;
	if (body)
		evbuffer_free(body);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct scd_http *http = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type command = evhttp_request_get_command(req);
	struct scd_request request = {
		.state = http->state,
		.counts = &http->counts,
		.path = path ? path : "",
		.query = uri ? evhttp_uri_get_query(uri) : NULL,
		.accept = evhttp_find_header(evhttp_request_get_input_headers(req), "Accept"),
		.allowed = command == EVHTTP_REQ_GET || command == EVHTTP_REQ_HEAD,
	};

	scd_routes_answer(&request);
	send_answer(http, req, &request);
}

static void schedule_expiry(struct scd_http *http)
{
	int64_t left = scd_conns_expire(&http->conns, scd_now_ms());
	struct timeval delay = { .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 };

	if (left >= 0)
		(void)evtimer_add(http->expiry, &delay);
	else
		scd_footprint_trim(); /* what the answers needed goes back to the system */
}

static void on_expiry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	schedule_expiry(arg);
}

static void on_doorbell(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct scd_http *http = arg;

	(void)fd;
	(void)what;
	(void)evconnlistener_enable(http->listener);
	(void)evtimer_add(http->retry, &second);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct scd_http *http = arg;

	(void)fd;
	(void)what;
	(void)evconnlistener_disable(http->listener);
	(void)event_add(http->doorbell, NULL);
}

/* Its argument would be evhttp's, so it does no more than end the spinning. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct scd_error err;

	(void)arg;
	(void)scd_fail(&err, SCD_E_SYSTEM, EVUTIL_SOCKET_ERROR(), "accept");
	(void)evconnlistener_disable(listener);
	scd_log_err0(&err, "Connection refused for a second");
}

/* Called by evhttp for each connection that it takes, before it has the descriptor. */
static struct bufferevent *make_bufferevent(struct event_base *base, void *arg)
{
	struct bufferevent *fresh = bufferevent_socket_new(base, -1, 0);
	struct scd_http *http = arg;

	(void)evconnlistener_disable(http->listener);
	event_active(http->admit, EV_TIMEOUT, 0);
	if (!fresh || http->fresh)
		return fresh;
	bufferevent_setwatermark(fresh, EV_READ, 0, INPUT_MAX);
	scd_refusals_watch(&http->refusals, fresh);
	bufferevent_incref(fresh);
	http->fresh = fresh;
	return fresh;
}

static void on_admit(evutil_socket_t fd, short what, void *arg)
{
	bufferevent_event_cb in_use = NULL;
	struct scd_http *http = arg;

	(void)what;
	if (http->fresh) {
		fd = bufferevent_getfd(http->fresh);
		/* Without callbacks evhttp has given it up already, and closed it. */
		bufferevent_getcb(http->fresh, NULL, NULL, &in_use, NULL);
		(void)bufferevent_decref(http->fresh);
		http->fresh = NULL;
		if (in_use && fd >= 0)
			scd_conns_add(&http->conns, fd, scd_now_ms());
	}
	schedule_expiry(http);
	(void)evtimer_del(http->retry);
	(void)event_add(http->doorbell, NULL);
}

/* Every event, or -1 and the rest for scd_http_free(). */
static int make_events(struct scd_http *http, struct event_base *base, int fd)
{
	http->doorbell = event_new(base, fd, EV_READ, on_doorbell, http);
	http->retry = evtimer_new(base, on_retry, http);
	http->admit = event_new(base, -1, 0, on_admit, http);
	http->expiry = evtimer_new(base, on_expiry, http);
	if (!http->doorbell || !http->retry || !http->admit || !http->expiry)
		return -1;
	return event_add(http->doorbell, NULL);
}

static int make_server(struct scd_http *http, struct event_base *base, int *fd)
{
	const ev_uint16_t every_method = (EVHTTP_REQ_PATCH << 1) - 1; /* ours says 405, and why */

	http->server = evhttp_new(base);
	if (!http->server)
		return -1;
	evhttp_set_gencb(http->server, on_request, http);
	evhttp_set_bevcb(http->server, make_bufferevent, http);
	evhttp_set_allowed_methods(http->server, every_method);
	evhttp_set_max_headers_size(http->server, (ev_ssize_t)SCD_HTTP_REQUEST_MAX);
	/* A body is read and dropped, so that its sender sees the answer. */
	evhttp_set_max_body_size(http->server, (ev_ssize_t)SCD_HTTP_REQUEST_MAX);

	http->listener = evconnlistener_new(
		base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED,
		0, *fd);
	if (!http->listener)
		return -1;
	(void)scd_take_fd(fd);
	if (!evhttp_bind_listener(http->server, http->listener)) {
		evconnlistener_free(http->listener);
		return -1;
	}
	evconnlistener_set_error_cb(http->listener, on_accept_error);
	return 0;
}

int scd_http_new(struct event_base *base, const char *listen, const struct scd_state *state,
		 struct scd_http **http, struct scd_error *err)
{
	auto_close int fd = scd_listen_open(listen, err);
	int listening = fd;
	struct scd_http *made;

	if (fd < 0)
		return -1;
	made = calloc(1, sizeof(*made));
	if (!made)
		return scd_fail(err, SCD_E_NOMEM, 0, "serve HTTP");
	made->state = state;
	made->port = scd_listen_port(fd);
	made->refusals.counts = &made->counts;
	made->conns.timeout_ms = SCD_HTTP_TIMEOUT_SECONDS * INT64_C(1000);
	if (make_server(made, base, &fd) < 0 || make_events(made, base, listening) < 0) {
		scd_http_free(&made);
		return scd_fail(err, SCD_E_NOMEM, 0, "serve HTTP");
	}
	/* libevent writes with writev(2): a peer that went away would end the process. */
	(void)signal(SIGPIPE, SIG_IGN);
	*http = made;
	return 0;
}

unsigned scd_http_port(const struct scd_http *http)
{
	return http->port;
}

const struct scd_http_counts *scd_http_counts(const struct scd_http *http)
{
	return &http->counts;
}

void scd_http_set_timeout(struct scd_http *http, unsigned timeout_ms)
{
	http->conns.timeout_ms = timeout_ms;
	schedule_expiry(http);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void scd_http_free(struct scd_http **http)
{
	struct scd_http *old = *http;

	*http = NULL;
	if (!old)
		return;
	/* Before the server, which closes the doorbell's descriptor. */
	free_event(old->doorbell);
	free_event(old->retry);
	free_event(old->admit);
	free_event(old->expiry);
	if (old->server)
		evhttp_free(old->server);
	if (old->fresh)
		(void)bufferevent_decref(old->fresh);
	free(old);
}

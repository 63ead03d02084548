/* SPDX-License-Identifier: MIT */
/* Real sockets on loopback; client and server take turns on one loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "bounds.h"
#include "http.h"
#include "state_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* No test waits longer than that for what should come at once. */
#define PATIENCE_MS INT64_C(5000)

static struct {
	struct event_base *base;
	struct scd_http *http;
	char *answer; /* of the last exchange */
} on;

static void serve(const char *listen)
{
	struct scd_error err;

	on.base = event_base_new();
	assert_non_null(on.base);
	if (scd_http_new(on.base, listen, &sample.state, &on.http, &err) != 0)
		fail_msg("%s", err.msg);
	assert_in_range(scd_http_port(on.http), 1, 65535);
}

static int setup(void **state)
{
	if (sample_setup(state) != 0)
		return -1;
	/* Here the real clock counts. */
	sample.state.heartbeat_ms = scd_now_ms();
	serve("127.0.0.1:0");
	return 0;
}

static int teardown(void **state)
{
	free(on.answer);
	on.answer = NULL;
	scd_http_free(&on.http);
	event_base_free(on.base);
	return sample_teardown(state);
}

static void turn(void)
{
	(void)event_base_loop(on.base, EVLOOP_NONBLOCK);
}

/* Lets the server run for a while. */
static void turn_for(int64_t ms)
{
	int64_t end = scd_now_ms() + ms;

	do {
		turn();
		(void)usleep(500);
	} while (scd_now_ms() < end);
}

static int dial(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)scd_http_port(on.http)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return; /* the server has had enough: its answer tells why */
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		turn();
	}
}

/* All that the server says until it closes. */
static const char *hear(int fd)
{
	const size_t max = (size_t)32 << 20;
	int64_t end = scd_now_ms() + PATIENCE_MS;
	size_t len = 0;

	free(on.answer);
	on.answer = malloc(max + 1);
	assert_non_null(on.answer);
	for (;;) {
		ssize_t n = recv(fd, on.answer + len, max - len, 0);

		if (n > 0)
			len += (size_t)n;
		else if (n == 0 || errno != EAGAIN)
			break;
		turn();
		if (scd_now_ms() > end)
			fail_msg("the server neither answers nor closes");
	}
	on.answer[len] = '\0';
	(void)close(fd);
	return on.answer;
}

static const char *exchange(const char *request)
{
	int fd = dial();

	say(fd, request);
	return hear(fd);
}

static const char *get(const char *path)
{
	char request[256];

	(void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	return exchange(request);
}

static unsigned status_of(const char *answer)
{
	unsigned long status;
	char *end;

	if (strncmp(answer, "HTTP/1.", 7) != 0 || strlen(answer) < 12)
		return 0;
	status = strtoul(answer + 9, &end, 10);
	return *end == ' ' ? (unsigned)status : 0;
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

/* Nothing is to be heard of @fd, not even its end. */
static bool is_open(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

static bool closes_within(int fd, int64_t ms)
{
	int64_t end = scd_now_ms() + ms;

	while (is_open(fd) && scd_now_ms() < end) {
		turn();
		(void)usleep(500);
	}
	return !is_open(fd);
}

static size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

static void success_is_exactly_ok(void **state)
{
	static const char *const paths[] = {
		"/livez",	   "/readyz", "/healthz", "/livez/ping", "/readyz/first-sync",
		"/livez?x=verbose"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *answer = get(paths[i]);

		assert_int_equal(status_of(answer), 200);
		assert_string_equal(body_of(answer), "ok");
	}
}

static void every_answer_carries_the_same_headers(void **state)
{
	static const char *const paths[] = { "/",	 "/livez",   "/status", "/status?pretty",
					     "/metrics", "/version", "/nowhere" };
	static const char *const headers[] = { "\r\nConnection: close\r\n",
					       "\r\nCache-Control: no-store\r\n",
					       "\r\nX-Content-Type-Options: nosniff\r\n",
					       "\r\nContent-Type: " };
	char length[64];

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *answer = get(paths[i]);

		for (size_t h = 0; h < COUNT(headers); h++)
			assert_non_null(strstr(answer, headers[h]));
		(void)snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n",
			       strlen(body_of(answer)));
		assert_non_null(strstr(answer, length));
		/* Once, whatever evhttp likes to add. */
		assert_null(strstr(strstr(answer, "Content-Length") + 1, "Content-Length"));
	}
}

static void head_has_the_length_and_no_body(void **state)
{
	const char *answer;

	(void)state;
	answer = exchange("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "\r\nContent-Length: 2\r\n"));
	assert_string_equal(body_of(answer), "");
}

static void http_1_0_is_answered_too(void **state)
{
	const char *answer;

	(void)state;
	answer = exchange("GET /livez HTTP/1.0\r\n\r\n");
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "\r\nContent-Length: 2\r\n"));
	assert_string_equal(body_of(answer), "ok");
}

static void a_failing_check_is_named_with_its_reason(void **state)
{
	const char *answer;

	(void)state;
	sample.state.writable = false;
	sample.state.destination_error = (struct scd_error){ .code = SCD_E_SYSTEM, .sys = EROFS };
	answer = get("/readyz");
	assert_int_equal(status_of(answer), 503);
	assert_string_equal(body_of(answer), "[+]ping ok\n[+]first-sync ok\n[+]source ok\n"
					     "[-]destination failed: ReadOnly\n"
					     "readyz check failed\n");
	assert_int_equal(status_of(get("/livez")), 200);

	answer = get("/readyz/destination");
	assert_int_equal(status_of(answer), 503);
	assert_string_equal(body_of(answer),
			    "[-]destination failed: ReadOnly\nreadyz check failed\n");
	assert_int_equal(status_of(get("/readyz/source")), 200);
}

static void a_stuck_loop_is_500_on_livez_and_healthz(void **state)
{
	const char *answer;

	(void)state;
	sample.state.heartbeat_ms = scd_now_ms() - 61000;
	answer = get("/livez");
	assert_int_equal(status_of(answer), 500);
	assert_string_equal(body_of(answer), "[-]ping failed: LoopStuck\nlivez check failed\n");
	answer = get("/healthz");
	assert_int_equal(status_of(answer), 500);
	assert_string_equal(body_of(answer), "[-]ping failed: LoopStuck\nhealthz check failed\n");
	assert_int_equal(status_of(get("/readyz")), 503);
}

static void verbose_lists_the_checks_of_the_policy(void **state)
{
	const char *answer;

	(void)state;
	answer = get("/readyz?verbose");
	assert_int_equal(status_of(answer), 200);
	assert_string_equal(body_of(answer), "[+]ping ok\n[+]first-sync ok\n[+]source ok\n"
					     "[+]destination ok\nreadyz check passed\n");
	answer = get("/livez?a&verbose=1");
	assert_string_equal(body_of(answer), "[+]ping ok\nlivez check passed\n");

	sample.state.profiles[0].phase = SCD_PHASE_INVALID;
	assert_int_equal(status_of(get("/readyz")), 200);
	/* Asked alone, the check tells the truth whatever the policy. */
	assert_int_equal(status_of(get("/readyz/profiles")), 503);
	sample.config.ready_policy = SCD_READY_STRICT;
	answer = get("/readyz");
	assert_int_equal(status_of(answer), 503);
	assert_non_null(strstr(answer, "[-]profiles failed: InvalidProfiles\n"));
}

static void excluded_checks_do_not_count(void **state)
{
	const char *answer;

	(void)state;
	sample.state.writable = false;
	assert_int_equal(status_of(get("/readyz")), 503);
	answer = get("/readyz?exclude=destination");
	assert_int_equal(status_of(answer), 200);
	assert_string_equal(body_of(answer), "ok");
	answer = get("/readyz?verbose&exclude=ping&exclude=destination");
	assert_string_equal(body_of(answer), "[+]ping excluded: ok\n[+]first-sync ok\n"
					     "[+]source ok\n[+]destination excluded: ok\n"
					     "readyz check passed\n");
	/* Nothing but the whole name of a check leaves it out. */
	assert_int_equal(status_of(get("/readyz?exclude=destinatio&exclude=&exclude")), 503);
	assert_int_equal(status_of(get("/readyz?exclude=destinations&xexclude=destination")), 503);
	assert_int_equal(status_of(get("/readyz/destination?exclude=destination")), 503);
	answer = get("/readyz?exclude=disk%22");
	assert_int_equal(status_of(answer), 503);
	assert_non_null(strstr(answer, "warn: no check to exclude is called \"disk%22\"\n"));
	assert_in_range(strlen(body_of(answer)), 1, 1023);

	sample.state.heartbeat_ms = 1;
	assert_int_equal(status_of(get("/livez?exclude=ping")), 200);
}

static void a_failing_answer_stays_short(void **state)
{
	(void)state;
	sample.config.ready_policy = SCD_READY_STRICT;
	sample.state.first_sync_done = false;
	sample.state.source_state = SCD_SOURCE_ORPHANED;
	sample.state.writable = false;
	sample.state.heartbeat_ms = 1;
	sample.state.profiles[0].phase = SCD_PHASE_INVALID;
	assert_in_range(strlen(body_of(get("/readyz"))), 1, 1023);
}

static void what_is_not_there_is_404_and_lists_the_paths(void **state)
{
	static const char *const paths[] = { "/nowhere",  "/livez/",	  "/livez/first-sync",
					     "/livezx",	  "/readyz/nope", "/healthz/ping",
					     "//",	  "/status/x",	  "/%6civez",
					     "/../status" };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const char *answer = get(paths[i]);

		assert_int_equal(status_of(answer), 404);
		assert_non_null(strstr(body_of(answer), "/livez\n"));
		assert_non_null(strstr(body_of(answer), "/metrics\n"));
	}
	assert_int_equal(scd_http_counts(on.http)->answers[SCD_HTTP_OTHER][SCD_HTTP_NOT_FOUND],
			 COUNT(paths));
}

static void other_methods_are_405_with_allow(void **state)
{
	static const char *const requests[] = {
		"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b",
		"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
		"DELETE /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
		"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
		"PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		const char *answer = exchange(requests[i]);

		assert_int_equal(status_of(answer), 405);
		assert_non_null(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
	}
	assert_int_equal(scd_http_counts(on.http)->answers[SCD_HTTP_OTHER][SCD_HTTP_NOT_ALLOWED],
			 COUNT(requests));
}

static void metrics_speak_the_format_that_is_asked_for(void **state)
{
	const char *answer;

	(void)state;
	answer = get("/metrics");
	assert_non_null(
		strstr(answer, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	assert_null(strstr(answer, "# EOF"));
	answer = exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n"
			  "Accept: application/openmetrics-text;version=1.0.0;q=0.8\r\n\r\n");
	assert_non_null(strstr(answer, "\r\nContent-Type: application/openmetrics-text; "
				       "version=1.0.0; charset=utf-8\r\n"));
	assert_string_equal(answer + strlen(answer) - strlen("\n# EOF\n"), "\n# EOF\n");
	assert_non_null(
		strstr(answer, "seccompd_http_requests_total{path=\"metrics\",code=\"200\"} 1\n"));
}

static void status_and_version_are_json(void **state)
{
	cJSON *json;

	(void)state;
	json = cJSON_Parse(body_of(get("/status")));
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "node")), "worker-1");
	cJSON_Delete(json);
	assert_non_null(strstr(on.answer, "\r\nContent-Type: application/json\r\n"));
	assert_null(strchr(body_of(on.answer), '\n'));
	assert_non_null(strchr(body_of(get("/status?pretty")), '\n'));
	json = cJSON_Parse(body_of(get("/version")));
	assert_non_null(cJSON_GetStringValue(cJSON_GetObjectItem(json, "libseccompVersion")));
	cJSON_Delete(json);
}

static void an_oversize_request_is_refused(void **state)
{
	char request[SCD_HTTP_REQUEST_MAX * 2];
	const size_t headers = SCD_HTTP_REQUEST_MAX + 512;
	int n;

	(void)state;
	/* One line that does not end; one that does; one header; many. */
	memset(request, 'a', sizeof(request));
	memcpy(request, "GET /", 5);
	request[sizeof(request) - 1] = '\0';
	assert_in_range(status_of(exchange(request)), 400, 431);

	n = snprintf(request, sizeof(request), "GET /livez HTTP/1.1\r\nX: %0*d\r\n\r\n",
		     (int)headers, 1);
	assert_in_range(n, SCD_HTTP_REQUEST_MAX, sizeof(request));
	assert_in_range(status_of(exchange(request)), 400, 431);

	n = snprintf(request, sizeof(request), "GET /livez HTTP/1.1\r\n");
	while ((size_t)n < headers)
		n += snprintf(request + n, sizeof(request) - (size_t)n, "A: %060d\r\n", 1);
	(void)snprintf(request + n, sizeof(request) - (size_t)n, "\r\n");
	assert_in_range(status_of(exchange(request)), 400, 431);

	(void)snprintf(request, sizeof(request),
		       "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
	assert_in_range(status_of(exchange(request)), 400, 431);

	/* What fits is answered. */
	(void)snprintf(request, sizeof(request), "GET /livez HTTP/1.1\r\nX: %0*d\r\n\r\n",
		       (int)SCD_HTTP_REQUEST_MAX - 100, 1);
	assert_int_equal(status_of(exchange(request)), 200);
}

/* What evhttp answers without asking us. */
static void refusals_are_plain_text_and_counted(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
		enum scd_http_code code;
	} rows[] = {
		{ "GET\r\n\r\n", 400, SCD_HTTP_BAD_REQUEST },
		{ "GET /livez HTTP/9.9\r\n\r\n", 400, SCD_HTTP_BAD_REQUEST },
		{ "GET /livez HTTP/1.1\r\nno colon\r\n\r\n", 400, SCD_HTTP_BAD_REQUEST },
		{ "HEAD http://[::1/ HTTP/1.1\r\n\r\n", 400, SCD_HTTP_BAD_REQUEST },
		{ "POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: x\r\n\r\n", 400,
		  SCD_HTTP_BAD_REQUEST },
		{ "BREW /pot HTTP/1.1\r\n\r\n", 405, SCD_HTTP_NOT_ALLOWED },
		{ "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", 413, SCD_HTTP_TOO_LARGE },
		{ "POST / HTTP/1.1\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n", 413,
		  SCD_HTTP_TOO_LARGE },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", 413,
		  SCD_HTTP_TOO_LARGE },
	};
	const struct scd_http_counts *counts = scd_http_counts(on.http);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const uint64_t before = counts->answers[SCD_HTTP_OTHER][rows[i].code];
		const char *answer = exchange(rows[i].request);
		char length[64];

		assert_int_equal(status_of(answer), rows[i].status);
		(void)snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n",
			       strlen(body_of(answer)));
		assert_non_null(strstr(answer, length));
		assert_non_null(strstr(answer, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
		assert_non_null(strstr(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
		assert_non_null(strstr(answer, "\r\nConnection: close\r\n"));
		assert_null(strchr(answer, '<'));
		assert_true(strlen(body_of(answer)) > 10);
		assert_int_equal(counts->answers[SCD_HTTP_OTHER][rows[i].code], before + 1);
	}
	assert_non_null(strstr(exchange("BREW / HTTP/1.1\r\n\r\n"), "\r\nAllow: GET, HEAD\r\n"));
}

/* "100 Continue" is no refusal. */
static void who_waits_before_a_body_is_told_to_go_on(void **state)
{
	const char *answer;

	(void)state;
	answer = exchange("POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx");
	assert_true(status_of(answer) == 100 || status_of(answer) == 405);
	assert_non_null(strstr(answer, "405 Method Not Allowed\r\n"));
	assert_non_null(strstr(answer, "only GET and HEAD are allowed\n"));
}

static void garbage_never_hurts(void **state)
{
	static const char *const garbage[] = {
		"\r\n\r\n",
		"GET\r\n\r\n",
		"GET /livez\r\n\r\n",
		"GET /livez HTTP/9.9\r\n\r\n",
		"GET /livez HTTP/1.1.1\r\n\r\n",
		"BREW /pot HTTP/1.1\r\n\r\n",
		"GET http://[::1/ HTTP/1.1\r\n\r\n",
		"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\n\r\n",
		"CONNECT example.org:443 HTTP/1.1\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(garbage); i++) {
		int fd = dial();

		say(fd, garbage[i]);
		(void)shutdown(fd, SHUT_WR);
		assert_int_not_equal(status_of(hear(fd)), 200);
		assert_int_equal(status_of(get("/livez")), 200);
	}
}

static void what_is_sent_behind_a_request_is_ignored(void **state)
{
	const char *answer;

	(void)state;
	answer = exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
			  "GET /status HTTP/1.1\r\nHost: x\r\n\r\n\x01\x02 garbage");
	assert_int_equal(status_of(answer), 200);
	assert_string_equal(body_of(answer), "ok");
	assert_int_equal(scd_http_counts(on.http)->answers[SCD_HTTP_STATUS][SCD_HTTP_OK], 0);
}

static void answers_are_counted_by_path_and_code(void **state)
{
	const struct scd_http_counts *counts = scd_http_counts(on.http);

	(void)state;
	(void)get("/livez");
	(void)get("/livez/ping");
	(void)get("/version");
	sample.state.first_sync_done = false;
	(void)get("/readyz");
	assert_int_equal(counts->answers[SCD_HTTP_LIVEZ][SCD_HTTP_OK], 2);
	assert_int_equal(counts->answers[SCD_HTTP_VERSION][SCD_HTTP_OK], 1);
	assert_int_equal(counts->answers[SCD_HTTP_READYZ][SCD_HTTP_UNAVAILABLE], 1);
	for (int path = 0; path < SCD_HTTP_PATH_COUNT; path++)
		for (int code = 0; code < SCD_HTTP_CODE_COUNT; code++)
			if (!scd_http_reachable(path, code))
				assert_int_equal(counts->answers[path][code], 0);
}

static void the_one_that_waited_longest_makes_room(void **state)
{
	int fds[SCD_HTTP_CONNECTIONS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = dial();
		say(fds[i], "GET /livez HTTP/1.1\r\n"); /* and nothing more */
		turn_for(2);
	}
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_true(is_open(fds[i]));

	assert_int_equal(status_of(get("/livez")), 200);
	assert_true(closes_within(fds[0], 1000));
	for (size_t i = 1; i < COUNT(fds); i++)
		assert_true(is_open(fds[i]));

	/* Its place is free again now that the answer is given: nobody has to go. */
	assert_int_equal(status_of(get("/readyz")), 200);
	for (size_t i = 1; i < COUNT(fds); i++)
		assert_true(is_open(fds[i]));
	for (size_t i = 0; i < COUNT(fds); i++)
		(void)close(fds[i]);
}

/* Half of what all answers may have together, and more than any socket buffers. */
#define FAT_BYTES (SCD_HTTP_ANSWERS_MAX / 2 - 65536)

/* Makes /status that large. */
static char *fatten(void)
{
	char *fat = malloc(FAT_BYTES + 1);

	assert_non_null(fat);
	memset(fat, 'n', FAT_BYTES);
	fat[FAT_BYTES] = '\0';
	sample.state.node = fat;
	return fat;
}

/* Asks for /status and reads none of it. */
static int open_slow_reader(void)
{
	int fd = dial();

	say(fd, "GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
	turn_for(20);
	return fd;
}

static void large_answers_share_a_limit(void **state)
{
	auto_free char *fat = fatten();
	int first, second;

	(void)state;
	first = open_slow_reader();
	second = open_slow_reader();
	assert_int_equal(status_of(get("/status")), 503);
	assert_int_equal(status_of(get("/livez")), 200);
	assert_in_range(strlen(hear(first)), FAT_BYTES, FAT_BYTES + 65536);
	assert_in_range(strlen(hear(second)), FAT_BYTES, FAT_BYTES + 65536);
	assert_int_equal(status_of(get("/status")), 200);
	assert_ptr_equal(sample.state.node, fat);
}

static void who_never_asks_is_closed_after_the_time_out(void **state)
{
	int64_t start;
	int silent, slow;

	(void)state;
	scd_http_set_timeout(on.http, 200);
	start = scd_now_ms();
	silent = dial();
	slow = dial();
	for (const char *p = "GET /livez HTTP/1.1\r\nA: b\r\nC: d\r\n"; *p; p++) {
		if (!is_open(slow))
			break;
		(void)send(slow, p, 1, MSG_NOSIGNAL);
		turn_for(10); /* every byte in time, the request never whole */
	}
	assert_true(closes_within(silent, 1000));
	assert_true(closes_within(slow, 1000));
	assert_in_range(scd_now_ms() - start, 195, 1000);
	assert_int_equal(scd_http_counts(on.http)->answers[SCD_HTTP_LIVEZ][SCD_HTTP_OK], 0);
	(void)close(silent);
	(void)close(slow);
}

static void who_does_not_read_is_closed_after_the_time_out(void **state)
{
	auto_free char *fat = fatten();
	size_t before = open_fds();
	int64_t start;
	int fd;

	(void)state;
	scd_http_set_timeout(on.http, 200);
	fd = open_slow_reader();
	assert_int_equal(open_fds(), before + 2);
	start = scd_now_ms();
	while (open_fds() > before + 1 && scd_now_ms() - start < PATIENCE_MS)
		turn_for(5);
	assert_in_range(scd_now_ms() - start, 100, 1000);
	(void)close(fd);
	assert_ptr_equal(sample.state.node, fat);
}

static void input_behind_a_request_is_not_hoarded(void **state)
{
	static char block[64 << 10];
	auto_free char *fat = fatten();
	size_t sent = 0;
	int fd;

	(void)state;
	memset(block, 'x', sizeof(block));
	fd = open_slow_reader();
	for (int i = 0; i < 2000; i++) {
		ssize_t n = send(fd, block, sizeof(block), MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		turn();
	}
	/* What the kernel buffers, and no more; 2000 blocks would be 125 MiB. */
	assert_in_range(sent, 1, 32 << 20);
	(void)close(fd);
	assert_ptr_equal(sample.state.node, fat);
}

static void a_flood_leaves_liveness_alone_and_no_descriptor_behind(void **state)
{
	size_t before = open_fds();
	int fds[200];

	(void)state;
	for (size_t round = 0; round < 5; round++) {
		for (size_t i = 0; i < COUNT(fds); i++) {
			fds[i] = dial();
			if (i % 16 == 0)
				turn();
			/* Ours, and what the server holds: never one each. */
			assert_true(open_fds() <= before + i + 1 + SCD_HTTP_CONNECTIONS_MAX + 4);
		}
		assert_int_equal(status_of(get("/livez")), 200);
		for (size_t i = 0; i < COUNT(fds); i++)
			(void)close(fds[i]);
		turn_for(20);
	}
	assert_int_equal(open_fds(), before);
}

static void running_out_of_descriptors_neither_spins_nor_ends_it(void **state)
{
	struct rlimit limit, low;
	struct rusage start, end;
	int64_t cpu_us;
	int fd;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = dial();
	low = limit;
	low.rlim_cur = (rlim_t)fd + 1; /* not one more */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	say(fd, "GET /livez HTTP/1.1\r\n\r\n");
	(void)getrusage(RUSAGE_SELF, &start);
	turn_for(1);
	for (int64_t until = scd_now_ms() + 300; scd_now_ms() < until;) {
		struct timeval tv = { .tv_usec = 20000 };

		/* A loop that sleeps when there is nothing to do. */
		(void)event_base_loopexit(on.base, &tv);
		(void)event_base_dispatch(on.base);
	}
	(void)getrusage(RUSAGE_SELF, &end);
	cpu_us = (end.ru_utime.tv_sec - start.ru_utime.tv_sec) * 1000000 +
		 (end.ru_stime.tv_sec - start.ru_stime.tv_sec) * 1000000 +
		 (end.ru_utime.tv_usec - start.ru_utime.tv_usec) +
		 (end.ru_stime.tv_usec - start.ru_stime.tv_usec);
	assert_true(cpu_us < 100000);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(status_of(hear(fd)), 200); /* after a second at most */
}

static void it_listens_on_ipv6_and_ipv4_together(void **state)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd;

	(void)state;
	scd_http_free(&on.http);
	event_base_free(on.base);
	serve(":0");
	assert_int_equal(status_of(get("/livez")), 200);

	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin6_port = htons((uint16_t)scd_http_port(on.http));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		if (fd >= 0)
			(void)close(fd);
		print_message("no IPv6 here\n");
		return;
	}
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	say(fd, "GET /livez HTTP/1.1\r\n\r\n");
	assert_int_equal(status_of(hear(fd)), 200);
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   "8080",
					   "localhost:8080",
					   "127.0.0.1",
					   ":",
					   ":65536",
					   ":99999999999",
					   ":-1",
					   ":80x",
					   "[::1:8080",
					   "::1:8080",
					   "[]:80",
					   "[1.2.3.4]:80",
					   "1.2.3:80" };
	struct scd_http *http = NULL;
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(scd_http_new(on.base, bad[i], &sample.state, &http, &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_null(http);
	}
}

static void an_address_in_use_is_an_error_with_errno(void **state)
{
	struct scd_http *http = NULL;
	struct scd_error err;
	char listen[32];

	(void)state;
	(void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", scd_http_port(on.http));
	assert_int_equal(scd_http_new(on.base, listen, &sample.state, &http, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_int_equal(err.sys, EADDRINUSE);
}

static void it_is_freed_with_connections_open(void **state)
{
	size_t before = open_fds();
	int fds[3];

	(void)state;
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = dial();
	turn_for(5);
	scd_http_free(&on.http);
	scd_http_free(&on.http); /* harmless */
	for (size_t i = 0; i < COUNT(fds); i++) {
		assert_true(closes_within(fds[i], 0));
		(void)close(fds[i]);
	}
	assert_int_equal(open_fds(), before - 1); /* the listening one */
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(success_is_exactly_ok),
		SERVED(every_answer_carries_the_same_headers),
		SERVED(head_has_the_length_and_no_body),
		SERVED(http_1_0_is_answered_too),
		SERVED(a_failing_check_is_named_with_its_reason),
		SERVED(a_stuck_loop_is_500_on_livez_and_healthz),
		SERVED(verbose_lists_the_checks_of_the_policy),
		SERVED(excluded_checks_do_not_count),
		SERVED(a_failing_answer_stays_short),
		SERVED(what_is_not_there_is_404_and_lists_the_paths),
		SERVED(other_methods_are_405_with_allow),
		SERVED(metrics_speak_the_format_that_is_asked_for),
		SERVED(status_and_version_are_json),
		SERVED(an_oversize_request_is_refused),
		SERVED(refusals_are_plain_text_and_counted),
		SERVED(who_waits_before_a_body_is_told_to_go_on),
		SERVED(garbage_never_hurts),
		SERVED(what_is_sent_behind_a_request_is_ignored),
		SERVED(answers_are_counted_by_path_and_code),
		SERVED(the_one_that_waited_longest_makes_room),
		SERVED(large_answers_share_a_limit),
		SERVED(who_never_asks_is_closed_after_the_time_out),
		SERVED(who_does_not_read_is_closed_after_the_time_out),
		SERVED(input_behind_a_request_is_not_hoarded),
		SERVED(a_flood_leaves_liveness_alone_and_no_descriptor_behind),
		SERVED(running_out_of_descriptors_neither_spins_nor_ends_it),
		SERVED(it_listens_on_ipv6_and_ipv4_together),
		SERVED(what_is_no_address_is_refused),
		SERVED(an_address_in_use_is_an_error_with_errno),
		SERVED(it_is_freed_with_connections_open),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

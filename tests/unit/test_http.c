/* SPDX-License-Identifier: MIT */
/* Each answer, and where it listens; clients that mean no good are in test_http_abuse.c. */
#include "http_fixture.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>

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
		SERVED(who_waits_before_a_body_is_told_to_go_on),
		SERVED(answers_are_counted_by_path_and_code),
		SERVED(it_listens_on_ipv6_and_ipv4_together),
		SERVED(what_is_no_address_is_refused),
		SERVED(an_address_in_use_is_an_error_with_errno),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

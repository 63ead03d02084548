/* SPDX-License-Identifier: MIT */
/* Clients that send too much, too slowly, too often, or nothing. */
#include "http_fixture.h"

#include <sys/resource.h>

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
	assert_true(closes_within(fds[0], BEFORE_THE_DEFAULT_MS));
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
	scd_http_set_timeout(on.http, PATIENCE_MS); /* a sanitizer makes it slow */
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
	assert_true(closes_within(silent, BEFORE_THE_DEFAULT_MS));
	assert_true(closes_within(slow, BEFORE_THE_DEFAULT_MS));
	assert_in_range(scd_now_ms() - start, 195, BEFORE_THE_DEFAULT_MS);
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
	assert_in_range(scd_now_ms() - start, 100, BEFORE_THE_DEFAULT_MS);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(an_oversize_request_is_refused),
		SERVED(refusals_are_plain_text_and_counted),
		SERVED(garbage_never_hurts),
		SERVED(what_is_sent_behind_a_request_is_ignored),
		SERVED(the_one_that_waited_longest_makes_room),
		SERVED(large_answers_share_a_limit),
		SERVED(who_never_asks_is_closed_after_the_time_out),
		SERVED(who_does_not_read_is_closed_after_the_time_out),
		SERVED(input_behind_a_request_is_not_hoarded),
		SERVED(a_flood_leaves_liveness_alone_and_no_descriptor_behind),
		SERVED(running_out_of_descriptors_neither_spins_nor_ends_it),
		SERVED(it_is_freed_with_connections_open),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

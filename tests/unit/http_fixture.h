/* SPDX-License-Identifier: MIT */
/* A server on a loopback port; client and server take turns on one loop. */
#ifndef SCD_TEST_HTTP_FIXTURE_H
#define SCD_TEST_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bounds.h"
#include "http.h"
#include "state_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* No test waits longer than that for what should come at once, on a machine with much else to do.
 */
#define PATIENCE_MS INT64_C(30000)
/* Less than the time-out that a server has when it is told no other. */
#define BEFORE_THE_DEFAULT_MS 4000

static struct {
	struct event_base *base;
	struct scd_http *http;
	char *answer; /* of the last exchange */
} on;

static inline void serve(const char *listen)
{
	struct scd_error err;

	on.base = event_base_new();
	assert_non_null(on.base);
	if (scd_http_new(on.base, listen, &sample.state, &on.http, &err) != 0)
		fail_msg("%s", err.msg);
	assert_in_range(scd_http_port(on.http), 1, 65535);
}

static inline int setup(void **state)
{
	if (sample_setup(state) != 0)
		return -1;
	/* Here the real clock counts. */
	sample.state.heartbeat_ms = scd_now_ms();
	serve("127.0.0.1:0");
	return 0;
}

static inline int teardown(void **state)
{
	free(on.answer);
	on.answer = NULL;
	scd_http_free(&on.http);
	event_base_free(on.base);
	return sample_teardown(state);
}

static inline void turn(void)
{
	(void)event_base_loop(on.base, EVLOOP_NONBLOCK);
}

/* Lets the server run for a while. */
static inline void turn_for(int64_t ms)
{
	int64_t end = scd_now_ms() + ms;

	do {
		turn();
		(void)usleep(500);
	} while (scd_now_ms() < end);
}

static inline int dial(void)
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

static inline void say(int fd, const char *text)
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
static inline const char *hear(int fd)
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

static inline const char *exchange(const char *request)
{
	int fd = dial();

	say(fd, request);
	return hear(fd);
}

static inline const char *get(const char *path)
{
	char request[256];

	(void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	return exchange(request);
}

static inline unsigned status_of(const char *answer)
{
	unsigned long status;
	char *end;

	if (strncmp(answer, "HTTP/1.", 7) != 0 || strlen(answer) < 12)
		return 0;
	status = strtoul(answer + 9, &end, 10);
	return *end == ' ' ? (unsigned)status : 0;
}

static inline const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

/* Nothing is to be heard of @fd, not even its end. */
static inline bool is_open(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

static inline bool closes_within(int fd, int64_t ms)
{
	int64_t end = scd_now_ms() + ms;

	while (is_open(fd) && scd_now_ms() < end) {
		turn();
		(void)usleep(500);
	}
	return !is_open(fd);
}

static inline size_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif

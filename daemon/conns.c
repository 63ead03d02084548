/* SPDX-License-Identifier: MIT */
#include "conns.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* The order of arrival stays: milliseconds alone do not tell a flood apart. */
static void drop(struct scd_conns *conns, size_t i)
{
	conns->count--;
	memmove(&conns->items[i], &conns->items[i + 1],
		(conns->count - i) * sizeof(conns->items[0]));
}

static void end(struct scd_conns *conns, size_t i)
{
	(void)shutdown(conns->items[i].fd, SHUT_RDWR);
	drop(conns, i);
}

static bool still_there(const struct scd_conn *conn)
{
	struct stat st;

	return fstat(conn->fd, &st) == 0 && st.st_dev == conn->dev && st.st_ino == conn->ino;
}

static void forget_closed(struct scd_conns *conns)
{
	for (size_t i = conns->count; i-- > 0;)
		if (!still_there(&conns->items[i]))
			drop(conns, i);
}

/* The place of the one that waits longest for its request, or the count. */
static size_t longest_waiting(const struct scd_conns *conns)
{
	size_t i = 0;

	while (i < conns->count && conns->items[i].answered)
		i++;
	return i;
}

void scd_conns_add(struct scd_conns *conns, int fd, int64_t now_ms)
{
	struct stat st;

	forget_closed(conns);
	if (conns->count == SCD_HTTP_CONNECTIONS_MAX) {
		size_t i = longest_waiting(conns);

		if (i < conns->count)
			end(conns, i);
	}
	if (conns->count == SCD_HTTP_CONNECTIONS_MAX || fstat(fd, &st) < 0) {
		(void)shutdown(fd, SHUT_RDWR);
		return;
	}
	conns->items[conns->count++] = (struct scd_conn){
		.fd = fd,
		.dev = st.st_dev,
		.ino = st.st_ino,
		.since_ms = now_ms,
	};
}

void scd_conns_answer(struct scd_conns *conns, int fd, size_t bytes, int64_t now_ms)
{
	forget_closed(conns);
	for (size_t i = 0; i < conns->count; i++) {
		struct scd_conn *conn = &conns->items[i];

		if (conn->fd != fd)
			continue;
		conn->answered = true;
		conn->answer_bytes = bytes;
		conn->since_ms = now_ms;
	}
}

size_t scd_conns_answer_bytes(struct scd_conns *conns)
{
	size_t bytes = 0;

	forget_closed(conns);
	for (size_t i = 0; i < conns->count; i++)
		bytes += conns->items[i].answer_bytes;
	return bytes;
}

int64_t scd_conns_expire(struct scd_conns *conns, int64_t now_ms)
{
	int64_t next = -1;

	forget_closed(conns);
	for (size_t i = conns->count; i-- > 0;) {
		int64_t left = conns->items[i].since_ms + conns->timeout_ms - now_ms;

		if (left <= 0)
			end(conns, i);
		else if (next < 0 || left < next)
			next = left;
	}
	return next;
}

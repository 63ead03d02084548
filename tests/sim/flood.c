/* SPDX-License-Identifier: MIT */
/* flood PORT COUNT: COUNT connections to a port of loopback by peers of every bad kind, up to
 * HELD of them open at once. Prints how many the server took. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"

#define HELD 512
#define PATIENCE_MS 200 /* for one connection: a full backlog makes its peer wait a second */

/* What a peer says before it says nothing more. None reads its answer. */
static const char *const habits[] = {
	"",						    /* silent */
	"G",						    /* one byte */
	"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: a",	    /* half a request */
	"GET /status?pretty HTTP/1.1\r\nHost: x\r\n\r\n",   /* large answer, not read */
	"GET / HTTP/1.1\r\nHost: x\r\n\r\n",		    /* another */
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",	    /* TLS */
	"POST / HTTP/1.1\r\nContent-Length: 8000\r\n\r\nx", /* a body that does not come */
	"BREW /pot HTCPCP/1.0\r\n\r\n",			    /* not HTTP */
};
#define HABITS (sizeof(habits) / sizeof(habits[0]))

static int dial(in_port_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
	    (errno != EINPROGRESS || poll(&ready, 1, PATIENCE_MS) != 1 || ready.revents != POLLOUT))
		return -1;
	return scd_take_fd(&fd);
}

static void hang_up(int *fd)
{
	/* Half of them by a reset, as one whose process was killed. */
	const struct linger at_once = { .l_onoff = *fd % 2 };

	if (*fd < 0)
		return;
	(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	scd_close_fd(fd);
}

int main(int argc, char **argv)
{
	unsigned long count, taken = 0;
	int fds[HELD];
	in_port_t port;

	if (argc != 3)
		return 2;
	port = (in_port_t)strtoul(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	memset(fds, -1, sizeof(fds));
	for (unsigned long i = 0; i < count; i++) {
		const char *text = habits[i % HABITS];
		int *fd = &fds[i % HELD];

		hang_up(fd);
		*fd = dial(port);
		taken += *fd >= 0;
		if (*fd >= 0)
			(void)send(*fd, text, strlen(text), MSG_NOSIGNAL);
	}
	for (size_t i = 0; i < HELD; i++)
		hang_up(&fds[i]);
	return printf("%lu of %lu connections\n", taken, count) < 0;
}

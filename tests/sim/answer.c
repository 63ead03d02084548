/* SPDX-License-Identifier: MIT */
/* answer FILE [SECONDS]: a server that is nobody's friend. Listens on a free port of loopback,
 * prints it, sends the bytes of FILE to whoever connects first, stays silent for SECONDS,
 * writes the request to standard output, and ends. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "cleanup.h"

static int listen_somewhere(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	(void)printf("%u\n", (unsigned)ntohs(address.sin_port));
	(void)fflush(stdout);
	return fd;
}

/* A request fits into one segment of loopback. */
static int serve(int fd, const char *name, unsigned silence)
{
	auto_close int file = open(name, O_RDONLY | O_CLOEXEC);
	auto_close int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	char request[8192];
	ssize_t n;

	if (file < 0 || peer < 0)
		return -1;
	n = recv(peer, request, sizeof(request), 0);
	if (n > 0)
		(void)fwrite(request, 1, (size_t)n, stdout);
	while (sendfile(peer, file, NULL, 1 << 20) > 0)
		; /* until it is all sent, or the peer has had enough */
	(void)sleep(silence);
	return 0;
}

int main(int argc, char **argv)
{
	auto_close int fd = -1;

	if (argc < 2) {
		(void)fprintf(stderr, "usage: answer FILE [SECONDS]\n");
		return 2;
	}
	(void)alarm(60); /* nobody came */
	fd = listen_somewhere();
	if (fd < 0 || serve(fd, argv[1], argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0) < 0) {
		perror("answer");
		return 1;
	}
	return 0;
}

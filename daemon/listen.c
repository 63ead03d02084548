/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* Connections that the kernel completes before we take them, as far as somaxconn allows. Over
 * it a peer waits a second and more for its next try, too long for a probe during a flood. */
#define BACKLOG 1024

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_len(const union address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

static int bad_address(const char *text, struct scd_error *err)
{
	return scd_fail(err, SCD_E_CONFIG, 0,
			"'%s' is not an address to listen on: write :8080, 127.0.0.1:8080 or "
			"[::1]:8080",
			text);
}

static bool parse_port(const char *text, in_port_t *port)
{
	unsigned value = 0;

	if (!text[0] || strlen(text) > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned)(*text - '0');
	}
	*port = htons((uint16_t)value);
	return value <= UINT16_MAX;
}

/* An empty host is the unspecified IPv6 address: both families. */
static bool parse_address(const char *text, union address *address, bool *all)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char host[INET6_ADDRSTRLEN + 2];
	in_port_t port;

	if (!colon || len >= sizeof(host) || !parse_port(colon + 1, &port))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';

	*address = (union address){ 0 };
	*all = len == 0;
	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		address->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port };
		return inet_pton(AF_INET6, host + 1, &address->v6.sin6_addr) == 1;
	}
	if (*all) {
		address->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port };
		return true;
	}
	address->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
	return inet_pton(AF_INET, host, &address->v4.sin_addr) == 1;
}

/* A descriptor, or -1 with errno set. */
static int bind_to(const union address *address)
{
	auto_close int fd =
		socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1, off = 0;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	if (address->any.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		return -1;
	if (bind(fd, &address->any, address_len(address)) < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	return scd_take_fd(&fd);
}

int scd_listen_check(const char *text, struct scd_error *err)
{
	union address address;
	bool all;

	return parse_address(text, &address, &all) ? 0 : bad_address(text, err);
}

int scd_listen_open(const char *text, struct scd_error *err)
{
	union address address;
	bool all;
	int fd;

	if (!parse_address(text, &address, &all))
		return bad_address(text, err);
	fd = bind_to(&address);
	if (fd < 0 && all && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
		in_port_t port = address.v6.sin6_port;

		/* IPv6 is not built in, or switched off by sysctl. */
		address.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port };
		fd = bind_to(&address);
	}
	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "listen on '%s'", text);
	return fd;
}

unsigned scd_listen_port(int fd)
{
	union address address = { 0 };
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) < 0)
		return 0;
	return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

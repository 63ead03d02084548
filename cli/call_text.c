/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "call_args.h"
#include "seen.h"
#include "syscall_args.h"
#include "text.h"

#define STRING_SHOWN ((size_t)60) /* bytes of a path */

/* What an argument with such a name points to, where it is a pointer. */
static const char *const path_names[] = { "pathname",	    "path",	"filename", "oldpath",
					  "newpath",	    "target",	"linkpath", "source",
					  "filesystemtype", "new_root", "put_old",  "fsname",
					  "specialfile" };

static bool is_path(const char *name)
{
	for (size_t i = 0; i < sizeof(path_names) / sizeof(path_names[0]); i++)
		if (strcmp(path_names[i], name) == 0)
			return true;
	return false;
}

static bool is_address(const char *name)
{
	return strcmp(name, "addr") == 0 || strcmp(name, "dest_addr") == 0;
}

static void add_pointer(struct scd_buf *out, uint64_t value)
{
	if (value)
		scd_buf_printf(out, "0x%" PRIx64, value);
	else
		scd_buf_puts(out, "NULL");
}

/* The string at @value in the memory of @tid. */
static void add_string(struct scd_buf *out, pid_t tid, uint64_t value)
{
	char text[STRING_SHOWN + 1];
	const size_t got = value ? scd_tracee_read(tid, value, text, sizeof(text)) : 0;
	const size_t len = strnlen(text, got);

	if (got == 0 || (len == got && got < sizeof(text))) {
		add_pointer(out, value);
		return;
	}
	scd_buf_putc(out, '"');
	scd_text_quote(out, text, len, STRING_SHOWN);
	scd_buf_putc(out, '"');
}

/* The socket address at @value, such as "127.0.0.1:80" or "/run/x.sock". */
static void add_sockaddr(struct scd_buf *out, const struct scd_call *call, uint64_t value,
			 uint64_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} addr = { 0 };
	const size_t want = size < sizeof(addr) ? (size_t)size : sizeof(addr) - 1;
	char text[INET6_ADDRSTRLEN] = "";

	if (want < sizeof(addr.any.sa_family) ||
	    scd_tracee_read(call->tid, value, &addr, want) < want) {
		add_pointer(out, value);
		return;
	}
	if (addr.any.sa_family == AF_INET && want >= sizeof(addr.in)) {
		(void)inet_ntop(AF_INET, &addr.in.sin_addr, text, sizeof(text));
		scd_buf_printf(out, "%s:%u", text, ntohs(addr.in.sin_port));
	} else if (addr.any.sa_family == AF_INET6 && want >= sizeof(addr.in6)) {
		(void)inet_ntop(AF_INET6, &addr.in6.sin6_addr, text, sizeof(text));
		scd_buf_printf(out, "[%s]:%u", text, ntohs(addr.in6.sin6_port));
	} else if (addr.any.sa_family == AF_UNIX) {
		const char *path = addr.un.sun_path;
		const bool is_abstract = !*path && path[1];

		scd_buf_puts(out, is_abstract ? "\"@" : "\"");
		scd_text_quote(out, path + is_abstract, strnlen(path + is_abstract, STRING_SHOWN),
			       STRING_SHOWN);
		scd_buf_putc(out, '"');
	} else {
		scd_buf_puts(out, "{");
		scd_constants_add(out, call->arch, SCD_CONST_AF, addr.any.sa_family);
		scd_buf_puts(out, "}");
	}
}

/* A descriptor's or an int's register may hold rubbish above 32 bits. */
static void add_number(struct scd_buf *out, const struct scd_call *call, enum scd_arg_kind kind,
		       enum scd_constant_kind constants, uint64_t value)
{
	const unsigned bits = scd_arg_bits(kind);

	if (bits < 64)
		value &= (UINT64_C(1) << bits) - 1;
	if (constants != SCD_CONST_NONE)
		scd_constants_add(out, call->arch, constants, value);
	else if (kind == SCD_ARG_DESCRIPTOR || kind == SCD_ARG_INT || kind == SCD_ARG_ID)
		scd_buf_printf(out, "%" PRId32, (int32_t)value);
	else if (kind == SCD_ARG_FLAGS || kind == SCD_ARG_LONG_FLAGS || kind == SCD_ARG_ADDRESS)
		scd_buf_printf(out, value ? "0x%" PRIx64 : "%" PRIu64, value);
	else if (kind == SCD_ARG_MODE)
		scd_buf_printf(out, "0%" PRIo64, value);
	else
		scd_buf_printf(out, "%" PRId64, (int64_t)value);
}

static void add_arg(struct scd_buf *out, const struct scd_call *call, const char *name,
		    unsigned index)
{
	const uint32_t arch = scd_call_token(call);
	const enum scd_arg_kind kind = scd_syscall_arg(arch, name, index);
	const uint64_t value = call->args[index];
	char word[SCD_CALL_ARG_NAME_SIZE];

	(void)scd_call_arg_name(arch, name, index, word);
	if (kind == SCD_ARG_UNKNOWN)
		scd_buf_printf(out, "0x%" PRIx64, value);
	else if (kind != SCD_ARG_POINTER)
		add_number(out, call, kind, scd_call_arg_kind(arch, name, index), value);
	else if (is_path(word))
		add_string(out, call->tid, value);
	else if (is_address(word) && index + 1 < SCD_CALL_ARGS &&
		 (strcmp(name, "connect") == 0 || strcmp(name, "bind") == 0 ||
		  strcmp(name, "sendto") == 0))
		add_sockaddr(out, call, value, (uint32_t)call->args[index + 1]);
	else
		add_pointer(out, value);
}

void scd_call_text(const struct scd_call *call, const char *name, struct scd_buf *out)
{
	int count = name ? scd_syscall_arg_count(name) : -1;

	if (!name)
		scd_buf_printf(out, "%d(", call->nr);
	else
		scd_buf_printf(out, "%s(", name);
	if (count < 0)
		count = SCD_CALL_ARGS;
	for (unsigned i = 0; i < (unsigned)count; i++) {
		scd_buf_puts(out, i ? ", " : "");
		add_arg(out, call, name ? name : "", i);
	}
	scd_buf_putc(out, ')');
}

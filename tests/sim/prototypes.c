/* SPDX-License-Identifier: MIT */
/*
 * prototypes DIR
 *
 * Compares common/syscall_args.c with the prototypes of the running kernel, which DIR shows:
 * events/syscalls of a tracefs. How many arguments, which are pointers, how wide the others are.
 */
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "fsio.h"
#include "syscall_args.h"

#define NUMBERS_END 1000
#define ARGS_END 6

/* The name of the function in the kernel, where it is another than the call's. */
static const struct {
	const char *call, *function;
} functions[] = {
	{ "fstat", "newfstat" }, { "lstat", "newlstat" }, { "stat", "newstat" },
	{ "uname", "newuname" }, { "umount2", "umount" }, { "sendfile", "sendfile64" },
	{ "_sysctl", "sysctl" },
};

/* Arguments of a long type of which the kernel looks at 32 bits: the table says what it looks
 * at, and why. */
static const struct {
	const char *call;
	unsigned index;
} narrower[] = {
	{ "clone", 0 },	  { "mmap", 4 },     { "preadv", 0 }, { "preadv2", 0 },
	{ "pwritev", 0 }, { "pwritev2", 0 }, { "readv", 0 },  { "writev", 0 },
};

static const char *function_of(const char *call)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].call, call) == 0)
			return functions[i].function;
	return call;
}

static bool is_narrower(const char *call, unsigned index)
{
	for (size_t i = 0; i < sizeof(narrower) / sizeof(narrower[0]); i++)
		if (narrower[i].index == index && strcmp(narrower[i].call, call) == 0)
			return true;
	return false;
}

/* Bits of an argument with this type and name. */
static unsigned bits_of(const char *type)
{
	static const char *const wide[] = { "long ",  "size_t ",	"loff_t ",
					    "off_t ", "u64 ",		"__u64 ",
					    "ulong ", "aio_context_t ", "sigset_t " };

	if (strstr(type, "umode_t "))
		return 16;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strstr(type, wide[i]))
			return 64;
	return 32;
}

/* Types that are pointers without showing it. */
static bool is_pointer(const char *type)
{
	return strchr(type, '*') || strstr(type, "cap_user_") || strstr(type, "__sighandler_t");
}

static bool fits(const char *call, unsigned index, const char *type)
{
	const enum scd_arg_kind kind = scd_syscall_arg(SCMP_ARCH_X86_64, call, index);

	if (is_pointer(type))
		return kind == SCD_ARG_POINTER || kind == SCD_ARG_ADDRESS;
	return kind != SCD_ARG_POINTER &&
	       (scd_arg_bits(kind) == bits_of(type) || is_narrower(call, index));
}

/* The lines of a format after __syscall_nr are the arguments. 1: as the table has them. */
static int compare(const char *call, char *text)
{
	char *line = strstr(text, "__syscall_nr");
	unsigned count = 0;

	for (line = line ? strstr(line, "\tfield:") : NULL; line; line = strstr(line, "\tfield:")) {
		char *type = line + strlen("\tfield:");
		char *end = strchr(type, ';');

		if (!end)
			break;
		*end = '\0';
		line = end + 1;
		if (!fits(call, count, type)) {
			(void)printf("%s: argument %u is \"%s\" to the kernel\n", call, count,
				     type);
			return 0;
		}
		count++;
	}
	if ((int)count != scd_syscall_arg_count(call)) {
		(void)printf("%s: the kernel has %u arguments\n", call, count);
		return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	unsigned equal = 0, different = 0, unseen = 0;

	if (argc != 2)
		return 2;
	for (int nr = 0; nr < NUMBERS_END; nr++) {
		auto_free char *call = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);
		auto_free char *text = NULL;
		struct scd_error err;
		char path[256];
		size_t len;

		if (!call)
			continue;
		(void)snprintf(path, sizeof(path), "%s/sys_enter_%s/format", argv[1],
			       function_of(call));
		if (scd_read_file_at(AT_FDCWD, path, true, 65536, &text, &len, &err) < 0) {
			(void)printf("%s%s", unseen++ ? " " : "without an event: ", call);
			continue;
		}
		if (compare(call, text))
			equal++;
		else
			different++;
	}
	(void)printf("\n%u equal, %u different, %u without an event\n", equal, different, unseen);
	return different > 0 || equal < 300;
}

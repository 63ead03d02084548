/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "syscall_args.h"

#define NUMBERS_END 1000

/* Calls without an implementation in any Linux: their numbers are reserved. */
static bool never_implemented(const char *name)
{
	static const char *const names[] = { "afs_syscall", "security", "tuxcall", "vserver" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void check_call(const char *name)
{
	const int count = scd_syscall_arg_count(name);

	if (never_implemented(name)) {
		assert_int_equal(count, -1);
		return;
	}
	if (count < 0 || count > 6)
		fail_msg("%s: %d arguments", name, count);
	for (int i = 0; i < 6; i++) {
		enum scd_arg_kind kind = scd_syscall_arg(SCMP_ARCH_X86_64, name, (unsigned)i);

		if ((kind == SCD_ARG_NONE) != (i >= count) || kind == SCD_ARG_UNKNOWN)
			fail_msg("%s: argument %d is %s", name, i, scd_arg_kind_name(kind));
	}
}

/* Also proves that the table is sorted: bsearch() would miss a row out of order. */
static void every_call_that_libseccomp_knows_has_a_row(void **state)
{
	size_t calls = 0;

	(void)state;
	for (int nr = 0; nr < NUMBERS_END; nr++) {
		auto_free char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (!name)
			continue;
		calls++;
		check_call(name);
	}
	assert_true(calls >= 360);
}

static void arguments_are_what_the_kernel_declares(void **state)
{
	static const struct {
		const char *name;
		uint32_t arch;
		unsigned index;
		enum scd_arg_kind kind;
		unsigned bits;
	} cases[] = {
		{ "openat", SCMP_ARCH_X86_64, 0, SCD_ARG_DESCRIPTOR, 32 },
		{ "openat", SCMP_ARCH_X86_64, 1, SCD_ARG_POINTER, 64 },
		{ "openat", SCMP_ARCH_X86_64, 2, SCD_ARG_FLAGS, 32 },
		{ "openat", SCMP_ARCH_X86_64, 3, SCD_ARG_MODE, 16 },
		{ "openat", SCMP_ARCH_X86_64, 4, SCD_ARG_NONE, 64 },
		{ "socket", SCMP_ARCH_X86_64, 0, SCD_ARG_INT, 32 },
		{ "ioctl", SCMP_ARCH_X86_64, 1, SCD_ARG_UINT, 32 },
		{ "ioctl", SCMP_ARCH_X86_64, 2, SCD_ARG_LONG, 64 },
		{ "prctl", SCMP_ARCH_X86_64, 0, SCD_ARG_INT, 32 },
		{ "prctl", SCMP_ARCH_X86_64, 1, SCD_ARG_LONG, 64 },
		{ "kill", SCMP_ARCH_X86_64, 0, SCD_ARG_ID, 32 },
		{ "mmap", SCMP_ARCH_X86_64, 4, SCD_ARG_DESCRIPTOR, 32 },
		{ "mmap", SCMP_ARCH_X86_64, 5, SCD_ARG_LONG, 64 },
		{ "mprotect", SCMP_ARCH_X86_64, 0, SCD_ARG_ADDRESS, 64 },
		{ "pread64", SCMP_ARCH_X86_64, 2, SCD_ARG_SIZE, 64 },
		{ "unshare", SCMP_ARCH_X86_64, 0, SCD_ARG_LONG_FLAGS, 64 },
		{ "clone3", SCMP_ARCH_X86_64, 0, SCD_ARG_POINTER, 64 },
		{ "getuid", SCMP_ARCH_X86_64, 0, SCD_ARG_NONE, 64 },
		{ "clone", SCMP_ARCH_X86_64, 0, SCD_ARG_FLAGS, 32 },
		{ "clone", SCMP_ARCH_X86_64, 3, SCD_ARG_POINTER, 64 },
		{ "clone", SCMP_ARCH_AARCH64, 3, SCD_ARG_ADDRESS, 64 },
		{ "clone", SCMP_ARCH_S390X, 1, SCD_ARG_FLAGS, 32 },
		{ "no_such_call", SCMP_ARCH_X86_64, 0, SCD_ARG_UNKNOWN, 64 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum scd_arg_kind kind =
			scd_syscall_arg(cases[i].arch, cases[i].name, cases[i].index);

		if (kind != cases[i].kind || scd_arg_bits(kind) != cases[i].bits)
			fail_msg("%s, argument %u: %s", cases[i].name, cases[i].index,
				 scd_arg_kind_name(kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_that_libseccomp_knows_has_a_row),
		cmocka_unit_test(arguments_are_what_the_kernel_declares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

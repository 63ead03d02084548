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

/* Also proves that the table is sorted: bsearch() would miss a row out of order. */
static void every_call_that_libseccomp_knows_has_a_row(void **state)
{
	size_t calls = 0;

	(void)state;
	for (int nr = 0; nr < NUMBERS_END; nr++) {
		auto_free char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);
		int count;

		if (!name)
			continue;
		calls++;
		count = scd_syscall_arg_count(name);
		if (never_implemented(name) ? count != -1 : count < 0 || count > 6)
			fail_msg("%s (%d): %d arguments", name, nr, count);
		for (unsigned i = 0; i < 6; i++) {
			enum scd_arg_kind kind = scd_syscall_arg(SCMP_ARCH_X86_64, name, i);

			if (!never_implemented(name) &&
			    ((kind == SCD_ARG_NONE) != ((int)i >= count) ||
			     kind == SCD_ARG_UNKNOWN))
				fail_msg("%s: argument %u is %s", name, i, scd_arg_kind_name(kind));
		}
	}
	assert_true(calls >= 360);
}

static void arguments_are_what_the_kernel_declares(void **state)
{
	static const struct {
		uint32_t arch;
		const char *name;
		unsigned index;
		enum scd_arg_kind kind;
		unsigned bits;
	} cases[] = {
		{ SCMP_ARCH_X86_64, "openat", 0, SCD_ARG_DESCRIPTOR, 32 },
		{ SCMP_ARCH_X86_64, "openat", 1, SCD_ARG_POINTER, 64 },
		{ SCMP_ARCH_X86_64, "openat", 2, SCD_ARG_FLAGS, 32 },
		{ SCMP_ARCH_X86_64, "openat", 3, SCD_ARG_MODE, 16 },
		{ SCMP_ARCH_X86_64, "openat", 4, SCD_ARG_NONE, 64 },
		{ SCMP_ARCH_X86_64, "socket", 0, SCD_ARG_INT, 32 },
		{ SCMP_ARCH_X86_64, "ioctl", 1, SCD_ARG_UINT, 32 },
		{ SCMP_ARCH_X86_64, "ioctl", 2, SCD_ARG_LONG, 64 },
		{ SCMP_ARCH_X86_64, "prctl", 0, SCD_ARG_INT, 32 },
		{ SCMP_ARCH_X86_64, "prctl", 1, SCD_ARG_LONG, 64 },
		{ SCMP_ARCH_X86_64, "kill", 0, SCD_ARG_ID, 32 },
		{ SCMP_ARCH_X86_64, "mmap", 4, SCD_ARG_DESCRIPTOR, 32 },
		{ SCMP_ARCH_X86_64, "mmap", 5, SCD_ARG_LONG, 64 },
		{ SCMP_ARCH_X86_64, "mprotect", 0, SCD_ARG_ADDRESS, 64 },
		{ SCMP_ARCH_X86_64, "pread64", 2, SCD_ARG_SIZE, 64 },
		{ SCMP_ARCH_X86_64, "unshare", 0, SCD_ARG_LONG_FLAGS, 64 },
		{ SCMP_ARCH_X86_64, "clone3", 0, SCD_ARG_POINTER, 64 },
		{ SCMP_ARCH_X86_64, "getuid", 0, SCD_ARG_NONE, 64 },
		{ SCMP_ARCH_X86_64, "clone", 0, SCD_ARG_FLAGS, 32 },
		{ SCMP_ARCH_X86_64, "clone", 3, SCD_ARG_POINTER, 64 },
		{ SCMP_ARCH_AARCH64, "clone", 3, SCD_ARG_ADDRESS, 64 },
		{ SCMP_ARCH_S390X, "clone", 1, SCD_ARG_FLAGS, 32 },
		{ SCMP_ARCH_X86_64, "no_such_call", 0, SCD_ARG_UNKNOWN, 64 },
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

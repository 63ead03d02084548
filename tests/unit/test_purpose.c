/* SPDX-License-Identifier: MIT */
/* The groups that calls are told in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "purpose.h"
#include "siblings.h"

#define NR_END 600

/* What kernels have numbers for and no code. */
static const char nothing[] = "afs_syscall bdflush break getpmsg idle lock mpx prof profil putpmsg "
			      "security tuxcall vserver";

static void every_call_has_one_place(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64,
					  SCMP_ARCH_ARM };
	size_t count, bad = 0;

	(void)state;
	(void)scd_purposes(&count);
	for (size_t a = 0; a < sizeof(archs) / sizeof(archs[0]); a++)
		for (int nr = 0; nr < NR_END; nr++) {
			char *name = seccomp_syscall_resolve_num_arch(archs[a], nr);

			if (name &&
			    (scd_purpose_of(name) == count - 1) != scd_has_name(nothing, name)) {
				print_error("%s is among the other calls, or should be\n", name);
				bad++;
			}
			free(name);
		}
	assert_int_equal(bad, 0);
}

/* Whether @name stands after @before and in no group before @end. */
static bool has_its_place(const struct scd_purpose *purposes, size_t end, const char *before,
			  const char *name)
{
	for (size_t i = 0; i < end; i++)
		if (scd_has_name(purposes[i].calls, name))
			return false;
	return strcmp(before, name) < 0;
}

static void check_group(const struct scd_purpose *purposes, size_t index)
{
	char name[SCD_NAME_SIZE], before[SCD_NAME_SIZE] = "";

	for (const char *list = purposes[index].calls; scd_next_name(&list, name);) {
		if (!has_its_place(purposes, index, before, name))
			fail_msg("%s is in two groups, or after %s", name, before);
		memcpy(before, name, sizeof(before));
	}
}

static void no_call_is_in_two_groups_or_out_of_order(void **state)
{
	size_t count;
	const struct scd_purpose *purposes = scd_purposes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		check_group(purposes, i);
}

static void forms_of_32_bit_kernels_are_with_the_plain_one(void **state)
{
	static const char *const pairs[][2] = {
		{ "fcntl64", "fcntl" },		 { "futex_time64", "futex" },
		{ "fadvise64_64", "fadvise64" }, { "getuid32", "getuid" },
		{ "pread64", "read" },		 { "clock_gettime64", "clock_gettime" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(scd_purpose_of(pairs[i][0]), scd_purpose_of(pairs[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_has_one_place),
		cmocka_unit_test(no_call_is_in_two_groups_or_out_of_order),
		cmocka_unit_test(forms_of_32_bit_kernels_are_with_the_plain_one),
	};

	return cmocka_run_group_tests_name("purpose", tests, NULL, NULL);
}

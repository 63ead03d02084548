/* SPDX-License-Identifier: MIT */
/* The words of a profile, against libseccomp and against what people write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "names.h"
#include "syscalls.h"

static void actions_are_libseccomps(void **state)
{
	static const struct {
		const char *name;
		uint32_t value;
		bool takes_errno;
	} cases[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, false },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG, false },
		{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), true },
		{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY, false },
		{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), true },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP, false },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL, false },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, false },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scd_action *action = scd_action_find(cases[i].name);

		assert_non_null(action);
		assert_int_equal(action->value, cases[i].value);
		assert_int_equal(action->takes_errno, cases[i].takes_errno);
		assert_int_equal(scd_action_of(cases[i].value)->value, cases[i].value);
	}
	assert_int_equal(scd_action_of(SCMP_ACT_ERRNO(38))->value, SCMP_ACT_ERRNO(0));
	assert_int_equal(scd_action_of(SCMP_ACT_TRACE(0xffff))->value, SCMP_ACT_TRACE(0));
	assert_null(scd_action_of(0x12340000));
	assert_null(scd_action_find("SCMP_ACT_allow"));
	assert_null(scd_action_find(""));
	assert_null(scd_action_find("SCMP_ACT_ALLOW "));
}

/* The kernel lets the least value win, read as signed. */
static void strictness_is_the_kernels_order(void **state)
{
	static const char *const names[] = { "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
					     "SCMP_ACT_TRAP",	      "SCMP_ACT_ERRNO",
					     "SCMP_ACT_NOTIFY",	      "SCMP_ACT_TRACE",
					     "SCMP_ACT_LOG",	      "SCMP_ACT_ALLOW" };

	(void)state;
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct scd_action *a = scd_action_find(names[i - 1]);
		const struct scd_action *b = scd_action_find(names[i]);

		assert_true((int32_t)a->value < (int32_t)b->value);
		assert_true(a->strictness > b->strictness);
	}
}

static void operators_are_libseccomps(void **state)
{
	static const char *const names[] = { "SCMP_CMP_NE",	  "SCMP_CMP_LT", "SCMP_CMP_LE",
					     "SCMP_CMP_EQ",	  "SCMP_CMP_GE", "SCMP_CMP_GT",
					     "SCMP_CMP_MASKED_EQ" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(scd_operator_find(names[i])->value, SCMP_CMP_NE + i);
	assert_null(scd_operator_find("SCMP_CMP_LTE"));
	assert_null(scd_operator_find("scmp_cmp_eq"));
}

/* runc's list, each as libseccomp resolves it. */
static void architectures_are_those_of_runc_with_libseccomps_values(void **state)
{
	static const struct {
		const char *name, *library;
		bool big_endian;
		unsigned bits;
	} cases[] = {
		{ "SCMP_ARCH_X86", "x86", false, 32 },
		{ "SCMP_ARCH_X86_64", "x86_64", false, 64 },
		{ "SCMP_ARCH_X32", "x32", false, 32 },
		{ "SCMP_ARCH_ARM", "arm", false, 32 },
		{ "SCMP_ARCH_AARCH64", "aarch64", false, 64 },
		{ "SCMP_ARCH_MIPS", "mips", true, 32 },
		{ "SCMP_ARCH_MIPS64", "mips64", true, 64 },
		{ "SCMP_ARCH_MIPS64N32", "mips64n32", true, 32 },
		{ "SCMP_ARCH_MIPSEL", "mipsel", false, 32 },
		{ "SCMP_ARCH_MIPSEL64", "mipsel64", false, 64 },
		{ "SCMP_ARCH_MIPSEL64N32", "mipsel64n32", false, 32 },
		{ "SCMP_ARCH_PPC", "ppc", true, 32 },
		{ "SCMP_ARCH_PPC64", "ppc64", true, 64 },
		{ "SCMP_ARCH_PPC64LE", "ppc64le", false, 64 },
		{ "SCMP_ARCH_S390", "s390", true, 32 },
		{ "SCMP_ARCH_S390X", "s390x", true, 64 },
		{ "SCMP_ARCH_RISCV64", "riscv64", false, 64 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scd_arch *arch = scd_arch_find(cases[i].name);

		assert_non_null(arch);
		assert_int_equal(arch->token, seccomp_arch_resolve_name(cases[i].library));
		assert_int_equal(arch->big_endian, cases[i].big_endian);
		assert_int_equal(arch->bits, cases[i].bits);
		assert_true(arch->in_libseccomp);
		assert_ptr_equal(scd_arch_of(arch->token), arch);
	}
	/* nativeToSeccomp of containers/common. */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(scd_arch_find(cases[i].name)->in_arch_map,
				 strcmp(cases[i].library, "x86_64") == 0 ||
					 strcmp(cases[i].library, "aarch64") == 0 ||
					 strncmp(cases[i].library, "mips64", 6) == 0 ||
					 strncmp(cases[i].library, "mipsel64", 8) == 0 ||
					 strcmp(cases[i].library, "s390x") == 0);
	assert_non_null(scd_arch_find("SCMP_ARCH_LOONGARCH64"));
	assert_false(scd_arch_find("SCMP_ARCH_LOONGARCH64")->in_libseccomp);
	assert_null(scd_arch_find("SCMP_ARCH_NATIVE"));
	assert_null(scd_arch_find("SCMP_ARCH_PARISC"));
	assert_null(scd_arch_find("x86_64"));
	assert_null(scd_arch_of(0));
}

static void flags_are_those_that_a_runtime_takes(void **state)
{
	static const struct {
		const char *name, *runc;
		bool spec_allow;
	} taken[] = {
		{ "SECCOMP_FILTER_FLAG_LOG", "1.2.0", false },
		{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "1.2.0", true },
		{ "SECCOMP_FILTER_FLAG_TSYNC", "1.2.0", false },
		{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "1.5.0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		const struct scd_flag *flag = scd_flag_find(taken[i].name);

		assert_non_null(flag);
		assert_string_equal(flag->runc, taken[i].runc);
		assert_int_equal(flag->spec_allow, taken[i].spec_allow);
	}
	assert_null(scd_flag_find("SECCOMP_FILTER_FLAG_NEW_LISTENER"));
	assert_null(scd_flag_find("SECCOMP_FILTER_FLAG_TSYNC_ESRCH"));
	assert_null(scd_flag_find("LOG"));
}

static void assert_meant(const char *(*nearest)(const char *name), const char *wrong,
			 const char *right)
{
	const char *found = nearest(wrong);

	if (right)
		assert_string_equal(found ? found : "nothing", right);
	else
		assert_null(found);
}

static void wrong_words_are_recognised(void **state)
{
	(void)state;
	assert_meant(scd_action_nearest, "SCMP_ACT_ALOW", "SCMP_ACT_ALLOW");
	assert_meant(scd_action_nearest, "scmp_act_errno", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "ALLOW", "SCMP_ACT_ALLOW");
	assert_meant(scd_action_nearest, "errno", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "SCMP_ACT_DENY", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "SCMP_ACT_BLOCK", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "SCMP_ACT_REJECT", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "SECCOMP_RET_ALLOW", "SCMP_ACT_ALLOW");
	assert_meant(scd_action_nearest, "SECCOMP_RET_ERRNO", "SCMP_ACT_ERRNO");
	assert_meant(scd_action_nearest, "SECCOMP_RET_KILL", "SCMP_ACT_KILL_PROCESS");
	assert_meant(scd_action_nearest, "SCMP_ACT_KILLPROCESS", "SCMP_ACT_KILL_PROCESS");
	assert_meant(scd_action_nearest, "", NULL);
	assert_meant(scd_action_nearest, "something else altogether", NULL);
	assert_meant(scd_operator_nearest, "SCMP_CMP_LTE", "SCMP_CMP_LE");
	assert_meant(scd_operator_nearest, "SCMP_CMP_GTE", "SCMP_CMP_GE");
	assert_meant(scd_operator_nearest, "EQ", "SCMP_CMP_EQ");
	assert_meant(scd_operator_nearest, "SCMP_CMP_MASKEQ", "SCMP_CMP_MASKED_EQ");
	assert_meant(scd_arch_nearest, "x86_64", "SCMP_ARCH_X86_64");
	assert_meant(scd_arch_nearest, "SCMP_ARCH_ARM64", "SCMP_ARCH_AARCH64");
	assert_meant(scd_arch_nearest, "SCMP_ARCH_AMD64", "SCMP_ARCH_X86_64");
	assert_meant(scd_arch_nearest, "SCMP_ARCH_I386", "SCMP_ARCH_X86");
	assert_meant(scd_flag_nearest, "SECCOMP_FILTER_FLAG_LOGS", "SECCOMP_FILTER_FLAG_LOG");
}

static void system_calls_have_kernel_names(void **state)
{
	static const char *const good[] = { "read", "openat2", "_sysctl", "fchmodat2",
					    "arm_fadvise64_64" };
	static const char *const bad[] = { "",		"READ",	    "read ",	     " read",
					   "102",	"sys_read", "__NR_read",     "read-write",
					   "r\xc3\xa9", "re.ad",    "__x64_sys_read" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(scd_syscall_name_well_formed(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(scd_syscall_name_well_formed(bad[i]));
}

static void no_call_of_this_libseccomp_is_called_ill_formed(void **state)
{
	size_t known = 0;

	(void)state;
	for (int nr = 0; nr < 1000; nr++) {
		auto_free char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (name) {
			known++;
			assert_true(scd_syscall_name_well_formed(name));
			assert_true(scd_syscall_on(SCMP_ARCH_X86_64, name));
		}
	}
	assert_true(known > 330);
}

static void newer_calls_are_known_by_version(void **state)
{
	(void)state;
	assert_string_equal(scd_syscall_since("mseal"), "2.6.0");
	assert_string_equal(scd_syscall_since("file_getattr"), "2.6.1");
	assert_null(scd_syscall_since("read"));
	assert_null(scd_syscall_since("no_such_call"));
}

static void assert_call_meant(const char *wrong, const char *right)
{
	char found[SCD_SYSCALL_NAME_SIZE] = "";

	assert_int_equal(scd_syscall_nearest(wrong, found), right != NULL);
	assert_string_equal(found, right ? right : "");
}

static void misspelt_calls_are_recognised(void **state)
{
	char longest[4096];

	(void)state;
	assert_call_meant("opennat", "openat");
	assert_call_meant("GETUID", "getuid");
	assert_call_meant(" getuid ", "getuid");
	assert_call_meant("sys_getuid", "getuid");
	assert_call_meant("__NR_getuid", "getuid");
	assert_call_meant("exeve", "execve");
	assert_call_meant("", NULL);
	assert_call_meant("ab", NULL);
	assert_call_meant("no_such_thing_at_all", NULL);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_call_meant(longest, NULL);
}

static void calls_belong_to_architectures(void **state)
{
	(void)state;
	assert_true(scd_syscall_on(SCMP_ARCH_X86_64, "open"));
	assert_false(scd_syscall_on(SCMP_ARCH_AARCH64, "open"));
	assert_true(scd_syscall_on(SCMP_ARCH_X86, "stat64"));
	assert_false(scd_syscall_on(SCMP_ARCH_X86_64, "stat64"));
	assert_false(scd_syscall_on(SCMP_ARCH_X86_64, "no_such_call"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_are_libseccomps),
		cmocka_unit_test(strictness_is_the_kernels_order),
		cmocka_unit_test(operators_are_libseccomps),
		cmocka_unit_test(architectures_are_those_of_runc_with_libseccomps_values),
		cmocka_unit_test(flags_are_those_that_a_runtime_takes),
		cmocka_unit_test(wrong_words_are_recognised),
		cmocka_unit_test(system_calls_have_kernel_names),
		cmocka_unit_test(no_call_of_this_libseccomp_is_called_ill_formed),
		cmocka_unit_test(newer_calls_are_known_by_version),
		cmocka_unit_test(misspelt_calls_are_recognised),
		cmocka_unit_test(calls_belong_to_architectures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

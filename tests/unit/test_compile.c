/* SPDX-License-Identifier: MIT */
/* Rules to BPF: the filter does what consumers' libseccomp makes of the rules, on this and on other
 * architectures, and monsters are told from what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/syscall.h>

#include "compile.h"
#include "from_text.h"
#include "pin.h"
#include "start.h"

/* Numbers are those of the architecture that is compiled for, not of the one that runs the test. */
#define NR(name) seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name)

static void compile_for(uint32_t native, const char *text, struct scd_filter *filter,
			struct scd_compile_result *result)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };
	struct scd_compile_opts opts = { .native = native, .optimize = 1 };
	struct scd_error err;

	read_text(&r, text);
	opts.archs = r.profile.archs;
	opts.arch_count = r.profile.arch_count;
	assert_int_equal(scd_target_build(&r.profile, SCD_RUNC, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, filter, result, &err), 0);
}

static void compile(const char *text, struct scd_filter *filter)
{
	struct scd_compile_result result;

	compile_for(SCMP_ARCH_X86_64, text, filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	assert_true(scd_bpf_valid(filter->insns, filter->count));
}

static uint32_t call(const struct scd_filter *filter, uint32_t arch, int nr, uint64_t arg0)
{
	const struct seccomp_data data = { .nr = nr, .arch = arch, .args = { arg0 } };

	return scd_bpf_run(filter->insns, filter->count, &data);
}

static bool holds(const char *op, uint64_t arg, uint64_t a, uint64_t b)
{
	if (strcmp(op, "NE") == 0)
		return arg != a;
	if (strcmp(op, "LT") == 0)
		return arg < a;
	if (strcmp(op, "LE") == 0)
		return arg <= a;
	if (strcmp(op, "EQ") == 0)
		return arg == a;
	if (strcmp(op, "GE") == 0)
		return arg >= a;
	if (strcmp(op, "GT") == 0)
		return arg > a;
	return (arg & a) == (b & a);
}

/* Unsigned, 64 bits; of MASKED_EQ the first value is the mask and masks the second as well. */
static void operators_compare_all_64_bits(void **state)
{
	static const char *const ops[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
	static const uint64_t values[] = {
		0,	    1,		15,	     16,	  0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x100000010, 0x7fffffffffffffff,
		UINT64_MAX
	};
	enum {
		VALUES = sizeof(values) / sizeof(values[0])
	};

	(void)state;
	for (size_t o = 0; o < sizeof(ops) / sizeof(ops[0]); o++)
		for (size_t v = 0; v < VALUES; v++) {
			auto_filter struct scd_filter filter = { 0 };
			const uint64_t a = values[v], b = values[(v + 3) % VALUES];
			char text[512];

			(void)snprintf(text, sizeof(text),
				       ALLOWING("{\"names\":[\"dup\"],\"action\":"
						"\"SCMP_ACT_ERRNO\",\"args\":[{\"op\":"
						"\"SCMP_CMP_%s\",\"value\":%ju,"
						"\"valueTwo\":%ju}]}"),
				       ops[o], (uintmax_t)a, (uintmax_t)b);
			compile(text, &filter);
			for (size_t x = 0; x < VALUES; x++)
				for (uint64_t d = 0; d < 3; d++) {
					const uint64_t arg = values[x] + d - 1;

					assert_int_equal(
						call(&filter, SCMP_ARCH_X86_64, NR("dup"), arg),
						holds(ops[o], arg, a, b) ? SCMP_ACT_ERRNO(1)
									 : SCMP_ACT_ALLOW);
				}
		}
}

static void rules_for_one_call_do_what_was_measured(void **state)
{
	static const struct {
		const char *text;
		uint32_t of_1, of_2;
	} cases[] = {
		{ ALLOWING(RULE("\"dup\"", "ERRNO") "," RULE("\"dup\"", "TRAP")), SCMP_ACT_ERRNO(1),
		  SCMP_ACT_ERRNO(1) },
		{ ALLOWING(RULE_IF("\"dup\"", "TRAP", WHEN(0, EQ, 1)) "," RULE("\"dup\"", "ERRNO")),
		  SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(1) },
		{ ALLOWING(RULE("\"dup\"", "ERRNO") "," RULE_IF("\"dup\"", "TRAP", WHEN(0, EQ, 1))),
		  SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(1) },
		{ ALLOWING(RULE_IF("\"dup\"", "TRAP",
				   WHEN(0, EQ, 1)) "," RULE_IF("\"dup\"", "ERRNO", WHEN(0, EQ, 2))),
		  SCMP_ACT_TRAP, SCMP_ACT_ERRNO(1) },
		{ ALLOWING(RULE_IF("\"dup\"", "TRAP", WHEN(0, GE, 1) "," WHEN(0, LE, 1))),
		  SCMP_ACT_TRAP, SCMP_ACT_TRAP }, /* OR-ed */
		{ ALLOWING(RULE_IF("\"dup\"", "TRAP", WHEN(0, EQ, 1) "," WHEN(1, EQ, 7))),
		  SCMP_ACT_ALLOW, SCMP_ACT_ALLOW }, /* AND-ed */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_filter struct scd_filter filter = { 0 };

		compile(cases[i].text, &filter);
		assert_int_equal(call(&filter, SCMP_ARCH_X86_64, NR("dup"), 1), cases[i].of_1);
		assert_int_equal(call(&filter, SCMP_ARCH_X86_64, NR("dup"), 2), cases[i].of_2);
		assert_int_equal(call(&filter, SCMP_ARCH_X86_64, NR("dup2"), 1), SCMP_ACT_ALLOW);
		/* An architecture that is not in the filter is killed, whatever the default. */
		assert_int_equal(call(&filter, SCMP_ARCH_X86, 1, 1), SCMP_ACT_KILL_THREAD);
	}
}

static void a_contradiction_names_its_rule(void **state)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	(void)state;
	compile_for(SCMP_ARCH_X86_64,
		    ALLOWING(RULE("\"bpf\"", "ERRNO") "," RULE_IF(
			    "\"dup\"", "ERRNO", WHEN(0, EQ, 1)) "," RULE_IF("\"dup\"", "TRAP",
									    WHEN(0, EQ, 1))),
		    &filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_RULE);
	assert_int_equal(result.index, 2);
	assert_int_equal(result.sys, EEXIST);
	assert_null(filter.insns);
}

static void the_other_byte_order_names_its_architecture(void **state)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	(void)state;
	compile_for(SCMP_ARCH_X86_64,
		    "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":["
		    "\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_S390X\"]}",
		    &filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_ARCH);
	assert_int_equal(result.index, 2);
	assert_int_equal(result.sys, EDOM);
}

/* The node's architecture need not be this machine's: numbers and audit values are its own. */
static void other_architectures_are_compiled_with_their_numbers(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_AARCH64, SCMP_ARCH_RISCV64, SCMP_ARCH_PPC64LE,
					  SCMP_ARCH_S390X,   SCMP_ARCH_ARM,	SCMP_ARCH_X86,
					  SCMP_ARCH_MIPS64 };

	(void)state;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		auto_filter struct scd_filter filter = { 0 };
		struct scd_compile_result result;

		compile_for(archs[i], ALLOWING(RULE("\"bpf\",\"stat64\"", "ERRNO")), &filter,
			    &result);
		assert_int_equal(result.status, SCD_COMPILE_OK);
		assert_true(scd_bpf_valid(filter.insns, filter.count));
		assert_int_equal(scd_start_action(&filter, archs[i], "bpf"), SCMP_ACT_ERRNO(1));
		assert_int_equal(scd_start_action(&filter, archs[i], "execve"), SCMP_ACT_ALLOW);
		/* This machine's are not in it. */
		assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86_64, "execve"),
				 SCMP_ACT_KILL_THREAD);
	}
}

static void listed_architectures_join_the_nodes_own(void **state)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	(void)state;
	compile_for(SCMP_ARCH_X86_64,
		    "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86\","
		    "\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":[\"stat64\",\"read\"],"
		    "\"action\":\"SCMP_ACT_ALLOW\"}]}",
		    &filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86_64, "read"), SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86, "read"), SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86, "stat64"), SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X32, "read"), SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X32, "write"), SCMP_ACT_ERRNO(1));
}

/* The halves of an argument stand the other way round on s390x and others. */
static void arguments_are_compared_whole_whatever_the_byte_order(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_S390X, SCMP_ARCH_PPC64, SCMP_ARCH_PPC64LE };

	(void)state;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		auto_filter struct scd_filter filter = { 0 };
		struct scd_compile_result result;
		int nr = seccomp_syscall_resolve_name_arch(archs[i], "dup");

		compile_for(archs[i],
			    ALLOWING(RULE_IF("\"dup\"", "ERRNO", WHEN(0, GT, 4294967299))), &filter,
			    &result);
		assert_int_equal(result.status, SCD_COMPILE_OK);
		assert_int_equal(call(&filter, archs[i], nr, UINT64_C(0x100000004)),
				 SCMP_ACT_ERRNO(1));
		assert_int_equal(call(&filter, archs[i], nr, UINT64_C(0x100000003)),
				 SCMP_ACT_ALLOW);
		assert_int_equal(call(&filter, archs[i], nr, UINT64_C(0x300000001)),
				 SCMP_ACT_ERRNO(1));
		assert_int_equal(call(&filter, archs[i], nr, UINT64_C(0x400000000)),
				 SCMP_ACT_ERRNO(1));
		assert_int_equal(call(&filter, archs[i], nr, 4), SCMP_ACT_ALLOW);
	}
}

/* @count rules; between @before and @after stands the number of each times @step, if any. */
static void write_rules(struct scd_buf *text, size_t count, const char *before, const char *after,
			uint64_t step)
{
	scd_buf_puts(text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (size_t i = 0; i < count; i++) {
		scd_buf_printf(text, "%s%s", i ? "," : "", before);
		if (step)
			scd_buf_printf(text, "%ju", (uintmax_t)((i + 1) * step));
		scd_buf_puts(text, after);
	}
	scd_buf_puts(text, "]}");
	assert_false(text->failed);
}

/* Measured: both run on every runtime. */
static void big_profiles_that_run_everywhere_are_compiled(void **state)
{
	auto_buf struct scd_buf arguments = scd_buf_init(SCD_PROFILE_MAX);
	auto_buf struct scd_buf names = scd_buf_init(SCD_PROFILE_MAX);
	auto_buf struct scd_buf equal = scd_buf_init(SCD_PROFILE_MAX);
	auto_filter struct scd_filter a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	write_rules(&arguments, 1400,
		    "{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
		    "\"op\":\"SCMP_CMP_EQ\",\"value\":",
		    "}]}", 7);
	compile(arguments.data, &a);
	assert_in_range(a.count, 1400, 1450);
	write_rules(&names, 10000, RULE("\"read\"", "ALLOW"), "", 0);
	compile(names.data, &b);
	assert_true(b.count < 20);
	write_rules(&equal, 9000, RULE_IF("\"read\"", "ALLOW", WHEN(0, EQ, 1)), "", 0);
	compile(equal.data, &c);
	assert_true(c.count < 20);
}

/* The largest that the kernel takes of each kind must not fall to the bound either. */
static void the_largest_loadable_filters_are_compiled(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_filter struct scd_filter filter = { 0 };

	(void)state;
	write_rules(&text, 4050,
		    "{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
		    "\"op\":\"SCMP_CMP_EQ\",\"value\":",
		    "}]}", 1);
	compile(text.data, &filter);
	assert_in_range(filter.count, 4050, SCD_BPF_MAX);
}

static void what_would_overflow_libseccomp_is_not_tried(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	(void)state;
	write_rules(&text, 9400,
		    "{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,"
		    "\"op\":\"SCMP_CMP_GE\",\"value\":",
		    "}]}", UINT64_C(1) << 32);
	compile_for(SCMP_ARCH_X86_64, text.data, &filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_EXPENSIVE);
	assert_null(filter.insns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_compare_all_64_bits),
		cmocka_unit_test(rules_for_one_call_do_what_was_measured),
		cmocka_unit_test(a_contradiction_names_its_rule),
		cmocka_unit_test(the_other_byte_order_names_its_architecture),
		cmocka_unit_test(other_architectures_are_compiled_with_their_numbers),
		cmocka_unit_test(arguments_are_compared_whole_whatever_the_byte_order),
		cmocka_unit_test(listed_architectures_join_the_nodes_own),
		cmocka_unit_test(big_profiles_that_run_everywhere_are_compiled),
		cmocka_unit_test(the_largest_loadable_filters_are_compiled),
		cmocka_unit_test(what_would_overflow_libseccomp_is_not_tried),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

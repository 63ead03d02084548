/* SPDX-License-Identifier: MIT */
/* runc's ENOSYS stub. tests/e2e/effective.bats compares it with what runc loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <seccomp.h>

#include "effect.h"
#include "from_text.h"
#include "stub.h"

#define ENOSYS_ACTION SCMP_ACT_ERRNO(ENOSYS)

/* A filter that everybody recognises. */
static struct sock_filter answer[] = { BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_LOG) };
static const struct scd_filter filter = { .insns = answer, .count = 1 };

/* The stub of a profile for @archs that allows @names, before a filter that says LOG. */
static void make_for(uint32_t native, const char *fields, const char *names,
		     enum scd_stub_kind kind, struct scd_filter *out)
{
	auto_from_text struct from_text r;
	struct scd_error err;
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "{%s,\"syscalls\":[{\"names\":[%s],\"action\":\"SCMP_ACT_ALLOW\"}]}", fields,
		       names);
	read_text(&r, text);
	assert_int_equal(scd_stub_prepend(&r.profile, native, kind, &filter, out, &err), 0);
	assert_true(scd_bpf_valid(out->insns, out->count));
}

static size_t size(const char *fields, const char *names)
{
	auto_filter struct scd_filter out = { 0 };

	make_for(SCMP_ARCH_X86_64, fields, names, SCD_STUB_LISTED, &out);
	return out.count - filter.count;
}

#define DEFAULT(action) "\"defaultAction\":\"SCMP_ACT_" action "\""
#define ARCHS(list) DEFAULT("ERRNO") ",\"architectures\":[" list "]"
#define X86_64 "\"SCMP_ARCH_X86_64\""
#define X86 "\"SCMP_ARCH_X86\""
#define X32 "\"SCMP_ARCH_X32\""

/* Measured with runc 1.1.5. */
static void the_stub_has_the_measured_sizes(void **state)
{
	(void)state;
	assert_int_equal(size(DEFAULT("ERRNO"), "\"write\""), 4);
	assert_int_equal(size(ARCHS(X86_64), "\"write\""), 9);
	assert_int_equal(size(ARCHS(X86_64 "," X86_64), "\"write\""), 9);
	assert_int_equal(size(ARCHS(X86_64 "," X86), "\"write\""), 13);
	assert_int_equal(size(ARCHS(X86_64 "," X86 "," X32), "\"write\""), 14);
	assert_int_equal(size(ARCHS("\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\""), "\"write\""), 12);
	assert_int_equal(size(DEFAULT("KILL"), "\"write\""), 4);
	/* A highest number of 0 is none to runc. */
	assert_int_equal(size(ARCHS(X86_64), "\"read\""), 5);
}

static void a_default_that_lets_calls_through_has_no_stub(void **state)
{
	(void)state;
	assert_int_equal(size(DEFAULT("ALLOW"), "\"write\""), 0);
	assert_int_equal(size(DEFAULT("LOG"), "\"write\""), 0);
	assert_int_equal(size(DEFAULT("TRACE"), "\"write\""), 0);
	assert_int_equal(size(DEFAULT("ERRNO") ",\"defaultErrnoRet\":38", "\"write\""), 4);
	/* What runc means to be 38. */
	assert_int_equal(size(DEFAULT("ERRNO") ",\"defaultErrnoRet\":327718", "\"write\""), 0);
}

static uint32_t run(const struct scd_filter *stub, uint32_t arch, int nr)
{
	static const uint64_t none[6];

	return scd_effect_run(stub, arch, nr, none);
}

/* Up to the highest named number the filter answers, above it the stub: on every listed
 * architecture, with its own numbers. */
static void calls_over_the_highest_named_one_do_not_exist(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32,
					  SCMP_ARCH_AARCH64, SCMP_ARCH_ARM };
	auto_filter struct scd_filter out = { 0 };

	(void)state;
	make_for(SCMP_ARCH_X86_64,
		 ARCHS(X86_64 "," X86 "," X32 ",\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\""),
		 "\"write\",\"openat2\",\"no_such_call\",\"close\"", SCD_STUB_LISTED, &out);
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		const int highest = scd_effect_nr(archs[i], "openat2");

		assert_true(highest > 0);
		assert_int_equal(run(&out, archs[i], highest - 1), SCMP_ACT_LOG);
		assert_int_equal(run(&out, archs[i], highest), SCMP_ACT_LOG);
		assert_int_equal(run(&out, archs[i], highest + 1), ENOSYS_ACTION);
		assert_int_equal(run(&out, archs[i], scd_effect_nr(archs[i], "clone")),
				 SCMP_ACT_LOG);
	}
	assert_int_equal(run(&out, SCMP_ARCH_RISCV64, 999), SCMP_ACT_LOG);
	assert_int_equal(run(&out, SCMP_ARCH_X86_64, -1), ENOSYS_ACTION);
}

/* time is 201 on x86_64, and 13 on i386. */
static void numbers_of_one_architecture_mean_nothing_on_another(void **state)
{
	static const char *const orders[] = {
		ARCHS(X86_64 "," X86 "," X32),
		ARCHS(X86 "," X86_64 "," X32),
		ARCHS(X32 "," X86 "," X86_64),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		auto_filter struct scd_filter out = { 0 };

		make_for(SCMP_ARCH_X86_64, orders[i], "\"time\"", SCD_STUB_LISTED, &out);
		assert_int_equal(run(&out, SCMP_ARCH_X86_64, 201), SCMP_ACT_LOG);
		assert_int_equal(run(&out, SCMP_ARCH_X86_64, 202), ENOSYS_ACTION);
		assert_int_equal(run(&out, SCMP_ARCH_X32, 0x40000000 + 201), SCMP_ACT_LOG);
		assert_int_equal(run(&out, SCMP_ARCH_X32, 0x40000000 + 202), ENOSYS_ACTION);
		assert_int_equal(run(&out, SCMP_ARCH_X86, 13), SCMP_ACT_LOG);
		assert_int_equal(run(&out, SCMP_ARCH_X86, 14), ENOSYS_ACTION);
	}
	{
		auto_filter struct scd_filter out = { 0 };

		make_for(SCMP_ARCH_X86_64, ARCHS(X86 "," X86_64), "\"time\"", SCD_STUB_LISTED,
			 &out);
		assert_int_equal(run(&out, SCMP_ARCH_X32, 0x40000000 + 202), SCMP_ACT_LOG);
	}
}

static void one_mode_of_x86_64_leaves_the_other_alone(void **state)
{
	auto_filter struct scd_filter normal = { 0 }, x32 = { 0 };

	(void)state;
	make_for(SCMP_ARCH_X86_64, ARCHS(X86_64), "\"write\"", SCD_STUB_LISTED, &normal);
	assert_int_equal(run(&normal, SCMP_ARCH_X86_64, 2), ENOSYS_ACTION);
	assert_int_equal(run(&normal, SCMP_ARCH_X32, 0x40000002), SCMP_ACT_LOG);
	make_for(SCMP_ARCH_X86_64, ARCHS(X32), "\"write\"", SCD_STUB_LISTED, &x32);
	assert_int_equal(run(&x32, SCMP_ARCH_X86_64, 2), SCMP_ACT_LOG);
	assert_int_equal(run(&x32, SCMP_ARCH_X32, 0x40000002), ENOSYS_ACTION);
}

/* The kernel leaves the number 0 to calls that it does not know there. */
static void setup_of_s390_stands_for_unknown_calls(void **state)
{
	auto_filter struct scd_filter out = { 0 };

	(void)state;
	make_for(SCMP_ARCH_S390X, ARCHS("\"SCMP_ARCH_S390X\",\"SCMP_ARCH_S390\""), "\"write\"",
		 SCD_STUB_LISTED, &out);
	assert_int_equal(run(&out, SCMP_ARCH_S390X, 0), ENOSYS_ACTION);
	assert_int_equal(run(&out, SCMP_ARCH_S390, 0), ENOSYS_ACTION);
	assert_int_equal(run(&out, SCMP_ARCH_S390X, 1), SCMP_ACT_LOG);
	assert_int_equal(run(&out, SCMP_ARCH_S390X, 5), ENOSYS_ACTION);
	/* So no profile names it, and what stands behind the stub answers all that one does. */
	assert_null(seccomp_syscall_resolve_num_arch(SCMP_ARCH_S390X, 0));
	assert_null(seccomp_syscall_resolve_num_arch(SCMP_ARCH_S390, 0));
}

static void only_a_newer_runc_adds_the_nodes_own_architecture(void **state)
{
	auto_filter struct scd_filter older = { 0 }, newer = { 0 };
	auto_from_text struct from_text r, listed;

	(void)state;
	make_for(SCMP_ARCH_X86_64, ARCHS(X86), "\"write\"", SCD_STUB_LISTED, &older);
	make_for(SCMP_ARCH_X86_64, ARCHS(X86), "\"write\"", SCD_STUB_NATIVE, &newer);
	assert_int_equal(run(&older, SCMP_ARCH_X86_64, 435), SCMP_ACT_LOG);
	assert_int_equal(run(&newer, SCMP_ARCH_X86_64, 435), ENOSYS_ACTION);
	assert_int_equal(run(&older, SCMP_ARCH_X86, 435), ENOSYS_ACTION);
	assert_int_equal(run(&newer, SCMP_ARCH_X86, 435), ENOSYS_ACTION);

	read_text(&r, DENYING(RULE("\"write\"", "ALLOW")));
	assert_false(scd_stub_kinds_agree(&r.profile, SCMP_ARCH_X86_64));
	read_text(&listed, "{" ARCHS(X86_64) "}");
	assert_true(scd_stub_kinds_agree(&listed.profile, SCMP_ARCH_X86_64));
	assert_false(scd_stub_kinds_agree(&listed.profile, SCMP_ARCH_AARCH64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stub_has_the_measured_sizes),
		cmocka_unit_test(a_default_that_lets_calls_through_has_no_stub),
		cmocka_unit_test(calls_over_the_highest_named_one_do_not_exist),
		cmocka_unit_test(numbers_of_one_architecture_mean_nothing_on_another),
		cmocka_unit_test(one_mode_of_x86_64_leaves_the_other_alone),
		cmocka_unit_test(setup_of_s390_stands_for_unknown_calls),
		cmocka_unit_test(only_a_newer_runc_adds_the_nodes_own_architecture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

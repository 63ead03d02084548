/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>

#include "check_opts.h"

static void architectures_have_the_names_that_people_use(void **state)
{
	static const struct {
		const char *name;
		uint32_t token;
	} rows[] = {
		{ "x86_64", SCMP_ARCH_X86_64 },	    { "amd64", SCMP_ARCH_X86_64 },
		{ "X86_64", SCMP_ARCH_X86_64 },	    { "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
		{ "scmp_arch_arm", SCMP_ARCH_ARM }, { "arm64", SCMP_ARCH_AARCH64 },
		{ "aarch64", SCMP_ARCH_AARCH64 },   { "386", SCMP_ARCH_X86 },
		{ "ppc64el", SCMP_ARCH_PPC64LE },   { "s390x", SCMP_ARCH_S390X },
		{ "riscv64", SCMP_ARCH_RISCV64 },   { "i386", SCMP_ARCH_X86 },
		{ "i686", SCMP_ARCH_X86 },	    { "armhf", SCMP_ARCH_ARM },
		{ "armv7l", SCMP_ARCH_ARM },	    { "powerpc", SCMP_ARCH_PPC },
	};
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scd_check_opts opts = { 0 };

		assert_int_equal(scd_check_opts_add_arch(&opts, rows[i].name, &err), 0);
		assert_int_equal(opts.arch_count, 1);
		assert_int_equal(opts.archs[0], rows[i].token);
	}
}

static void other_words_are_not_architectures(void **state)
{
	static const char *const words[] = {
		"",
		"x86-64",
		"SCMP_ARCH_",
		"SCMP_ARCH_SCMP_ARCH_X86",
		"loongarch64",
		"a-word-that-is-longer-than-any-architecture-ever-was",
	};
	struct scd_check_opts opts = { 0 };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(scd_check_opts_add_arch(&opts, words[i], &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
	}
	assert_int_equal(opts.arch_count, 0);
}

static void an_architecture_counts_once_and_their_number_is_limited(void **state)
{
	static const char *const names[] = { "x86_64", "aarch64", "arm",  "ppc64le",
					     "s390x",  "riscv64", "mips", "mips64" };
	struct scd_check_opts opts = { 0 };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < SCD_CHECK_ARCHS_MAX; i++)
		assert_int_equal(scd_check_opts_add_arch(&opts, names[i], &err), 0);
	assert_int_equal(scd_check_opts_add_arch(&opts, "amd64", &err), 0);
	assert_int_equal(opts.arch_count, SCD_CHECK_ARCHS_MAX);
	assert_int_equal(scd_check_opts_add_arch(&opts, "x86", &err), -1);
	assert_string_equal(err.msg, "more than 8 architectures");
}

static void rules_are_disabled_by_number_or_name(void **state)
{
	struct scd_check_opts opts = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_check_opts_disable(&opts, "SCP031", &err), 0);
	assert_int_equal(scd_check_opts_disable(&opts, "unknown-key", &err), 0);
	assert_int_equal(scd_check_opts_disable(&opts, "SCP999", &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	assert_int_equal(scd_check_opts_disable(&opts, "json-syntax", &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	for (unsigned i = 0; i <= SCD_RULE_NUMBER_MAX; i++)
		assert_int_equal(opts.disabled[i],
				 i == SCD_SYSCALL_UNKNOWN || i == SCD_UNKNOWN_KEY);
}

static void short_names_are_those_of_uname(void **state)
{
	auto_buf struct scd_buf known = scd_buf_init(64), unknown = scd_buf_init(64);

	(void)state;
	scd_arch_add_short_name(&known, SCMP_ARCH_MIPSEL64N32);
	assert_string_equal(scd_buf_text(&known), "mipsel64n32");
	scd_arch_add_short_name(&unknown, 0xabc);
	assert_string_equal(scd_buf_text(&unknown), "0x00000abc");
}

static void what_is_left_open_is_any_and_this_machine(void **state)
{
	const struct scd_check_opts open = { .strict = true }, closed = {
		.runtimes = SCD_CRI_O,
		.oci_runtimes = SCD_RUNC,
		.archs = { SCMP_ARCH_ARM },
		.arch_count = 1,
	};
	struct scd_check_opts all = scd_check_opts_complete(&open);

	(void)state;
	assert_int_equal(all.runtimes, SCD_RUNTIME_ANY);
	assert_int_equal(all.oci_runtimes, SCD_OCI_RUNTIME_ANY);
	assert_int_equal(all.arch_count, 1);
	assert_int_equal(all.archs[0], seccomp_arch_native());
	assert_true(all.strict);

	all = scd_check_opts_complete(&closed);
	assert_memory_equal(&all, &closed, sizeof(all));
}

static void words_become_options_or_say_which_option_is_wrong(void **state)
{
	struct scd_check_words words = { .runtime = SCD_CRI_O, .strict = true };
	struct scd_check_opts opts = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_strings_add(&words.archs, "arm64", 5), 0);
	assert_int_equal(scd_strings_add(&words.disable, "SCP031", 6), 0);
	assert_int_equal(scd_check_opts_make(&words, &opts, &err), 0);
	assert_int_equal(opts.runtimes, SCD_CRI_O);
	assert_int_equal(opts.oci_runtimes, 0);
	assert_true(opts.strict);
	assert_false(opts.trial_load);
	assert_int_equal(opts.arch_count, 1);
	assert_int_equal(opts.archs[0], SCMP_ARCH_AARCH64);
	assert_int_equal(opts.disabled[SCD_SYSCALL_UNKNOWN], 1);

	assert_int_equal(scd_strings_add(&words.disable, "SCP999", 6), 0);
	assert_int_equal(scd_check_opts_make(&words, &opts, &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	assert_string_equal(err.msg,
			    "disable: 'SCP999' is not a rule; `seccompctl rules` lists them");
	assert_int_equal(opts.runtimes, SCD_CRI_O); /* as it was */

	assert_int_equal(scd_strings_add(&words.archs, "vax", 3), 0);
	assert_int_equal(scd_check_opts_make(&words, &opts, &err), -1);
	assert_string_equal(err.msg,
			    "arch: 'vax' is not an architecture; write x86_64, aarch64, ...");
	scd_strings_done(&words.archs);
	scd_strings_done(&words.disable);
}

static void a_wrong_word_names_its_neighbour(void **state)
{
	static const char *const archs[][2] = {
		{ "amd65", "amd64" },	 { "arm46", "arm64" }, { "x86-64", "x86_64" },
		{ "aarc64", "aarch64" }, { "i368", "i386" },   { "riscv46", "riscv64" },
	};
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		char wanted[80];

		(void)snprintf(wanted, sizeof(wanted),
			       "'%s' is not an architecture; did you mean '%s'?", archs[i][0],
			       archs[i][1]);
		assert_int_equal(scd_check_arch_word(archs[i][0], &err), -1);
		assert_string_equal(err.msg, wanted);
		assert_int_equal(scd_check_arch_word(archs[i][1], &err), 0);
	}
	assert_int_equal(scd_check_rule_word("denylist-siblin", &err), -1);
	assert_string_equal(err.msg,
			    "'denylist-siblin' is not a rule; did you mean 'denylist-sibling'?");
	assert_int_equal(scd_check_rule_word("scp060", &err), 0);
}

/* Each member by itself makes other options of them. */
static void options_are_equal_when_every_member_is(void **state)
{
	const struct scd_check_opts base = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };
	struct scd_check_opts others[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		others[i] = base;
	others[0].runtimes = SCD_CRI_O;
	others[1].oci_runtimes = SCD_CRUN;
	others[2].archs[0] = SCMP_ARCH_AARCH64;
	others[3].archs[others[3].arch_count++] = SCMP_ARCH_AARCH64;
	others[4].strict = true;
	others[5].trial_load = true;
	others[6].seccomp_kills = true;
	others[7].disabled[SCD_RULE_NUMBER_MAX] = 1;
	for (size_t i = 0; i < 8; i++) {
		assert_true(scd_check_opts_equal(&others[i], &others[i]));
		assert_false(scd_check_opts_equal(&base, &others[i]));
		assert_false(scd_check_opts_equal(&others[i], &base));
	}
}

static void what_is_left_open_equals_what_it_stands_for(void **state)
{
	const struct scd_check_opts open = { .runtimes = 0 };
	const struct scd_check_opts said = { .runtimes = SCD_RUNTIME_ANY,
					     .oci_runtimes = SCD_OCI_RUNTIME_ANY,
					     .archs = { seccomp_arch_native() },
					     .arch_count = 1 };

	(void)state;
	assert_true(scd_check_opts_equal(&open, &said));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(architectures_have_the_names_that_people_use),
		cmocka_unit_test(other_words_are_not_architectures),
		cmocka_unit_test(an_architecture_counts_once_and_their_number_is_limited),
		cmocka_unit_test(rules_are_disabled_by_number_or_name),
		cmocka_unit_test(short_names_are_those_of_uname),
		cmocka_unit_test(what_is_left_open_is_any_and_this_machine),
		cmocka_unit_test(words_become_options_or_say_which_option_is_wrong),
		cmocka_unit_test(a_wrong_word_names_its_neighbour),
		cmocka_unit_test(options_are_equal_when_every_member_is),
		cmocka_unit_test(what_is_left_open_equals_what_it_stands_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

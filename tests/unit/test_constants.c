/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "call_args.h"
#include "syscall_args.h"

static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_MIPS64,
				  SCMP_ARCH_PPC64LE };

static uint64_t parsed(uint32_t arch, const char *text)
{
	struct scd_error err;
	uint64_t value = 0;

	if (scd_constants_parse(arch, text, &value, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	return value;
}

static void refuses(const char *text, const char *why)
{
	struct scd_error err;
	uint64_t value = 7;

	assert_int_equal(scd_constants_parse(SCMP_ARCH_X86_64, text, &value, &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	if (!strstr(err.msg, why))
		fail_msg("%s: %s", text, err.msg);
	assert_int_equal(value, 7);
}

static void shows(uint32_t arch, enum scd_constant_kind kind, uint64_t value, const char *expected)
{
	auto_buf struct scd_buf out = scd_buf_init(1024);

	scd_constants_add(&out, arch, kind, value);
	assert_string_equal(scd_buf_text(&out), expected);
}

static void numbers_are_read_as_c_writes_them(void **state)
{
	(void)state;
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "10"), 10);
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "0x1F"), 31);
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "0755"), 493);
	assert_true(parsed(SCMP_ARCH_X86_64, "-1") == UINT64_MAX);
	assert_true(parsed(SCMP_ARCH_X86_64, "18446744073709551615") == UINT64_MAX);
	assert_true(parsed(SCMP_ARCH_X86_64, "~0x3") == ~UINT64_C(3));
	refuses("18446744073709551616", "at most 64 bits");
	refuses("12x", "is not a number");
	refuses("09", "is not a number");
}

static void names_are_joined_by_bars(void **state)
{
	(void)state;
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "O_RDONLY|O_CREAT"), 0100);
	assert_int_equal(parsed(SCMP_ARCH_X86_64, " O_WRONLY | O_TRUNC |4"), 01005);
	assert_true(parsed(SCMP_ARCH_X86_64, "~O_CLOEXEC") == ~(uint64_t)02000000);
	assert_true(parsed(SCMP_ARCH_X86_64, "AT_FDCWD") == (uint64_t)-100);
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "CLONE_NEWUSER|SIGCHLD"), 0x10000011);
}

static void what_is_wrong_names_the_word_and_its_neighbour(void **state)
{
	char text[SCD_CONSTANT_TEXT_MAX + 1];

	(void)state;
	refuses("O_RDOLNY", "did you mean O_RDONLY?");
	refuses("AF_INET|CLONE_NEWUSR",
		"\"CLONE_NEWUSR\" is not a known value; did you mean CLONE_NEWUSER?");
	refuses("entirely_else", "write the number");
	refuses("", "a value is missing");
	refuses("O_CREAT|", "a value is missing");
	refuses("|", "a value is missing");
	memset(text, '1', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	refuses(text, "at most 1023 bytes");
}

static void architectures_differ(void **state)
{
	struct scd_error err;
	uint64_t value;

	(void)state;
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "O_DIRECTORY"), 0200000);
	assert_int_equal(parsed(SCMP_ARCH_AARCH64, "O_DIRECTORY"), 040000);
	assert_int_equal(parsed(SCMP_ARCH_PPC64LE, "O_DIRECTORY"), 040000);
	assert_int_equal(parsed(SCMP_ARCH_MIPS64, "SOCK_STREAM"), 2);
	assert_int_equal(parsed(SCMP_ARCH_X86_64, "TIOCSTI"), 0x5412);
	assert_int_equal(parsed(SCMP_ARCH_MIPS64, "TIOCSTI"), 0x5472);
	shows(SCMP_ARCH_X86_64, SCD_CONST_OPEN, 0200000, "O_RDONLY|O_DIRECTORY");
	shows(SCMP_ARCH_AARCH64, SCD_CONST_OPEN, 0200000, "O_RDONLY|O_DIRECT");
	shows(SCMP_ARCH_MIPS64, SCD_CONST_SOCK, 2, "SOCK_STREAM");
	assert_int_equal(scd_constants_parse(SCMP_ARCH_MIPS64, "SIGSTKFLT", &value, &err), -1);
	assert_non_null(strstr(err.msg, "this architecture has no SIGSTKFLT"));
	shows(SCMP_ARCH_MIPS64, SCD_CONST_SIGNAL, 16, "SIGUSR1");
}

static void values_are_shown_by_name(void **state)
{
	const uint32_t x86_64 = SCMP_ARCH_X86_64;

	(void)state;
	shows(x86_64, SCD_CONST_OPEN, 0, "O_RDONLY");
	shows(x86_64, SCD_CONST_OPEN, 01101, "O_WRONLY|O_CREAT|O_TRUNC");
	shows(x86_64, SCD_CONST_OPEN, 04010000, "O_RDONLY|O_SYNC");
	shows(x86_64, SCD_CONST_OPEN, 0x80000000, "O_RDONLY|0x80000000");
	shows(x86_64, SCD_CONST_OPEN, 3, "3");
	shows(x86_64, SCD_CONST_AF, 40, "AF_VSOCK");
	shows(x86_64, SCD_CONST_AF, 99, "99");
	shows(x86_64, SCD_CONST_SOCK, 02000001, "SOCK_STREAM|SOCK_CLOEXEC");
	shows(x86_64, SCD_CONST_CLONE, 0x10000011, "CLONE_NEWUSER|SIGCHLD");
	shows(x86_64, SCD_CONST_CLONE, 0, "0");
	shows(x86_64, SCD_CONST_NAMESPACE, 0x80 | 0x20000, "CLONE_NEWTIME|CLONE_NEWNS");
	shows(x86_64, SCD_CONST_MODE, 0100644, "S_IFREG|0644");
	shows(x86_64, SCD_CONST_MODE, 0, "00");
	shows(x86_64, SCD_CONST_IPC, 01600, "IPC_CREAT|0600");
	shows(x86_64, SCD_CONST_DIRFD, UINT64_MAX - 99, "AT_FDCWD");
	shows(x86_64, SCD_CONST_DIRFD, 0xffffff9c, "AT_FDCWD");
	shows(x86_64, SCD_CONST_FUTEX, 129, "FUTEX_WAKE|FUTEX_PRIVATE_FLAG");
	shows(x86_64, SCD_CONST_NONE, 17, "17");
	shows(x86_64, SCD_CONST_NONE, 0x12345, "0x12345");
	shows(x86_64, SCD_CONST_NONE, UINT64_MAX, "-1");
}

static void masks_are_shown_by_the_bits_they_select(void **state)
{
	auto_buf struct scd_buf out = scd_buf_init(1024);

	(void)state;
	scd_constants_add_mask(&out, SCMP_ARCH_X86_64, SCD_CONST_OPEN, 0103);
	scd_buf_putc(&out, ' ');
	scd_constants_add_mask(&out, SCMP_ARCH_X86_64, SCD_CONST_CLONE, 0x7e020000);
	scd_buf_putc(&out, ' ');
	scd_constants_add_mask(&out, SCMP_ARCH_X86_64, SCD_CONST_AF, 0xffffffff);
	assert_string_equal(scd_buf_text(&out),
			    "O_ACCMODE|O_CREAT CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|"
			    "CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET 0xffffffff");
}

/* Shown as whatever kind, a value is read again. */
static void check_way_back(uint32_t arch, const char *name, uint64_t value)
{
	assert_true(parsed(arch, name) == value);
	for (int kind = 0; kind < SCD_CONSTANT_KIND_COUNT; kind++) {
		auto_buf struct scd_buf out = scd_buf_init(1024);

		scd_constants_add(&out, arch, (enum scd_constant_kind)kind, value);
		if ((uint32_t)parsed(arch, scd_buf_text(&out)) != (uint32_t)value)
			fail_msg("%s as kind %d is %s", name, kind, scd_buf_text(&out));
	}
}

static void every_value_survives_the_way_there_and_back(void **state)
{
	(void)state;
	for (size_t a = 0; a < sizeof(archs) / sizeof(archs[0]); a++) {
		const char *name;
		uint64_t value;
		size_t i;

		for (i = 0; scd_constants_row(i, archs[a], &name, &value); i++)
			if (name)
				check_way_back(archs[a], name, value);
		assert_true(i > 800);
	}
}

/* The kinds that a row names all exist. Returns how many those are. */
static size_t check_kinds(const char *args)
{
	size_t named = 0;

	for (const char *at = strchr(args, ':'); at; at = strchr(at + 1, ':'), named++)
		assert_int_not_equal(scd_constant_kind_find(at + 1, strcspn(at + 1, " ")),
				     SCD_CONST_NONE);
	return named;
}

/* The names of arguments against the kinds of syscall_args.c: as many of them, each call there. */
static void every_argument_has_a_name(void **state)
{
	const char *call, *args, *before = "";
	size_t named = 0;

	(void)state;
	for (size_t i = 0; scd_call_args_row(i, &call, &args); i++) {
		const int count = scd_syscall_arg_count(call);
		int words = *args ? 1 : 0;

		assert_true(strcmp(before, call) < 0); /* bsearch() relies on it */
		before = call;
		for (const char *at = args; *at; at++)
			words += *at == ' ';
		if (words != count)
			fail_msg("%s has %d arguments, named are %d", call, count, words);
		named += check_kinds(args);
	}
	assert_true(named > 150);
}

static void every_call_with_arguments_is_named(void **state)
{
	char name[SCD_CALL_ARG_NAME_SIZE];

	(void)state;
	for (int nr = 0; nr < 500; nr++) {
		auto_free char *call = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (!call || scd_syscall_arg_count(call) < 1)
			continue;
		if (strcmp(scd_call_arg_name(SCMP_ARCH_X86_64, call, 0, name), "arg0") == 0)
			fail_msg("%s", call);
	}
}

static void arguments_are_found_by_name_and_by_index(void **state)
{
	const uint32_t x86_64 = SCMP_ARCH_X86_64;
	char name[SCD_CALL_ARG_NAME_SIZE];

	(void)state;
	assert_int_equal(scd_call_arg_find(x86_64, "openat", "flags"), 2);
	assert_int_equal(scd_call_arg_find(x86_64, "openat", "arg2"), 2);
	assert_int_equal(scd_call_arg_find(x86_64, "openat", "flag"), -1);
	assert_int_equal(scd_call_arg_find(x86_64, "openat", "arg6"), -1);
	assert_int_equal(scd_call_arg_find(x86_64, "no_such_call", "arg5"), 5);
	assert_int_equal(scd_call_arg_kind(x86_64, "openat", 2), SCD_CONST_OPEN);
	assert_int_equal(scd_call_arg_kind(x86_64, "openat", 1), SCD_CONST_NONE);
	assert_int_equal(scd_call_arg_kind(x86_64, "openat", 5), SCD_CONST_NONE);
	assert_int_equal(scd_call_arg_find(x86_64, "clone", "tls"), 4);
	assert_int_equal(scd_call_arg_find(SCMP_ARCH_AARCH64, "clone", "tls"), 3);
	assert_int_equal(scd_call_arg_find(SCMP_ARCH_S390X, "clone", "flags"), 1);
	assert_string_equal(scd_call_arg_name(x86_64, "openat", 3, name), "mode");
	assert_string_equal(scd_call_arg_name(x86_64, "openat", 4, name), "arg4");
	assert_string_equal(scd_call_arg_name(SCMP_ARCH_X86, "mmap2", 5, name), "pgoffset");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_c_writes_them),
		cmocka_unit_test(names_are_joined_by_bars),
		cmocka_unit_test(what_is_wrong_names_the_word_and_its_neighbour),
		cmocka_unit_test(architectures_differ),
		cmocka_unit_test(values_are_shown_by_name),
		cmocka_unit_test(masks_are_shown_by_the_bits_they_select),
		cmocka_unit_test(every_value_survives_the_way_there_and_back),
		cmocka_unit_test(every_argument_has_a_name),
		cmocka_unit_test(every_call_with_arguments_is_named),
		cmocka_unit_test(arguments_are_found_by_name_and_by_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

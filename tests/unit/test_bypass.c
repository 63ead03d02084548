/* SPDX-License-Identifier: MIT */
/* Ways round a restriction that a profile leaves open, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "check.h"
#include "pin.h"

#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"
#define PROFILE(action, rules) \
	"{\"defaultAction\":\"SCMP_ACT_" action "\"," ARCHS "\"syscalls\":[" rules "]}"
#define RULE(names, action) "{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"
#define DENIED_IF(name, args) \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" args "]}"
#define EQ(index, number) "{\"index\":" #index ",\"op\":\"SCMP_CMP_EQ\",\"value\":" #number "}"

static const struct {
	const char *text;
	enum scd_rule_number number;
	const char *pointer, *words; /* NULL: nothing of the kind is said */
} cases[] = {
	/* All that is left open, and nothing that is closed as well. */
	{ PROFILE("ALLOW", RULE("\"rename\"", "ERRNO")), SCD_DENYLIST_SIBLING,
	  "/syscalls/0/names/0",
	  "rename is denied, but what can rename a file as well is not: renameat, renameat2; "
	  "restrict" },
	{ PROFILE("ALLOW", RULE("\"rename\",\"renameat\"", "ERRNO")), SCD_DENYLIST_SIBLING,
	  "/syscalls/0/names/0",
	  "rename is denied, but what can rename a file as well is not: renameat2; restrict" },
	{ PROFILE("ALLOW", RULE("\"rename\",\"renameat\",\"renameat2\"", "ERRNO")),
	  SCD_DENYLIST_SIBLING, NULL, NULL },
	{ PROFILE("LOG", RULE("\"rename\"", "ERRNO")), SCD_DENYLIST_SIBLING, "/syscalls/0/names/0",
	  "rename is denied, but" },
	/* Those that do it in another way stand behind those that do it in the same. */
	{ PROFILE("ALLOW", RULE("\"chmod\"", "ERRNO")), SCD_DENYLIST_SIBLING, "/syscalls/0/names/0",
	  "chmod is denied, but what can change a file's mode as well is not: fchmod, fchmodat, "
	  "fchmodat2; restrict" },
	{ PROFILE("ALLOW", RULE("\"chmod\",\"fchmod\",\"fchmodat\"", "ERRNO")),
	  SCD_DENYLIST_SIBLING, "/syscalls/0/names/0",
	  "chmod is denied, but what can change a file's mode as well is not: fchmodat2; restrict" },
	/* With a condition: those alone that get round it. */
	{ PROFILE("ALLOW", DENIED_IF("unshare", EQ(0, 131072))), SCD_DENYLIST_SIBLING,
	  "/syscalls/0/names/0",
	  "unshare is restricted, but what can make a namespace as well is not: clone, clone3; " },
	/* io_uring does what a deny list denies, and what an allow list leaves out. */
	{ PROFILE("ALLOW", RULE("\"unlink\",\"mkdir\"", "ERRNO")), SCD_IOURING_ALLOWED,
	  "/syscalls/0/names/0",
	  "io_uring_setup is allowed, and io_uring does the work of unlink, mkdir without" },
	{ PROFILE("ALLOW", RULE("\"unlink\",\"io_uring_setup\"", "ERRNO")), SCD_IOURING_ALLOWED,
	  NULL, NULL },
	{ PROFILE("ALLOW", RULE("\"getpid\"", "ERRNO")), SCD_IOURING_ALLOWED, NULL, NULL },
	{ PROFILE("ERRNO", RULE("\"execve\",\"io_uring_setup\"", "ALLOW")), SCD_IOURING_ALLOWED,
	  "/syscalls/0/names/1",
	  "io_uring_setup is allowed, and io_uring does the work of socket, connect, bind, openat "
	  "without" },
	{ PROFILE("ERRNO", RULE("\"execve\",\"io_uring_setup\",\"connect\",\"openat\"", "ALLOW")),
	  SCD_IOURING_ALLOWED, "/syscalls/0/names/1",
	  "io_uring_setup is allowed, and io_uring does the work of socket, bind without" },
	{ PROFILE("ERRNO", RULE("\"execve\"", "ALLOW")), SCD_IOURING_ALLOWED, NULL, NULL },
	/* The kernel reads 32 bits. */
	{ PROFILE("ALLOW", DENIED_IF("socket", EQ(0, 40))), SCD_INT_ARG_HIGHBITS,
	  "/syscalls/0/args/0",
	  "the kernel reads 32 bits of argument 0 of socket, the filter 64: 0x100000028 is 0x28 to" },
	/* 32-bit programs go through socketcall. */
	{ PROFILE("ALLOW", DENIED_IF("socket", EQ(0, 40))), SCD_SOCKETCALL_ARGS,
	  "/syscalls/0/names/0",
	  "socket: 32-bit programs also make this call through socketcall, where its arguments are "
	  "out of reach: the filter of runc and crun then denies it" },
};

static void what_is_left_open_is_listed(void **state)
{
	const struct scd_check_opts opts = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_report struct scd_report report = { 0 };
		const char *pointer = "", *message = "nothing";
		struct scd_error err;

		assert_int_equal(scd_check_profile(cases[i].text, strlen(cases[i].text), &opts,
						   &report, &err),
				 0);
		for (size_t k = report.count; k-- > 0;)
			if (report.items[k].rule->number == cases[i].number) {
				pointer = report.items[k].pointer;
				message = report.items[k].message;
			}
		if (!cases[i].words) {
			assert_string_equal(message, "nothing");
			continue;
		}
		if (strncmp(message, cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("%s: %s", cases[i].words, message);
		assert_string_equal(pointer, cases[i].pointer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_open_is_listed),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

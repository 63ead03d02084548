/* SPDX-License-Identifier: MIT */
/* What is wrong with words, lists and combinations, and for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "pin.h"

static void judge(const char *text, unsigned oci_runtimes, struct scd_report *report)
{
	const struct scd_check_opts opts = { .oci_runtimes = oci_runtimes,
					     .archs = { SCMP_ARCH_X86_64 },
					     .arch_count = 1 };
	struct scd_error err;

	assert_int_equal(scd_check_profile(text, strlen(text), &opts, report, &err), 0);
}

#define PROFILE(head, rules) "{" head ",\"syscalls\":[" rules "]}"
#define ALLOWING "\"defaultAction\":\"SCMP_ACT_ALLOW\""
#define DENYING "\"defaultAction\":\"SCMP_ACT_ERRNO\""
#define LISTENING ALLOWING ",\"listenerPath\":\"/run/agent\""
#define RULE(names, action) "{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"
#define FLAG(flag) ",\"flags\":[\"SECCOMP_FILTER_FLAG_" flag "\"]"

static const struct {
	const char *text;
	unsigned oci_runtimes;
	enum scd_rule_number number;
	enum scd_severity severity;
	const char *pointer, *words; /* NULL: nothing of the kind is said */
} cases[] = {
	/* Names that nobody knows. */
	{ PROFILE(ALLOWING, RULE("\"mkdirr\"", "ERRNO")), 0, SCD_SYSCALL_UNKNOWN, SCD_ERROR,
	  "/syscalls/0/names/0",
	  "\"mkdirr\" is not a system call (did you mean mkdir?): the runtimes ignore it, so what "
	  "it should deny stays allowed" },
	{ PROFILE(DENYING, RULE("\"execve\",\"mkdirr\"", "ALLOW")), 0, SCD_SYSCALL_UNKNOWN,
	  SCD_WARNING, "/syscalls/0/names/1",
	  "\"mkdirr\" is not a system call (did you mean mkdir?): the runtimes ignore it" },
	{ PROFILE(DENYING, RULE("\"execve\",\"quite_another_word\"", "ALLOW")), 0,
	  SCD_SYSCALL_UNKNOWN, SCD_WARNING, "/syscalls/0/names/1",
	  "\"quite_another_word\" is not a system call: the runtimes ignore it; correct the name, "
	  "or remove it" },
	/* A wrong element hides nothing of those behind it. */
	{ PROFILE(ALLOWING, RULE("7,\"mkdirr\"", "ERRNO")), 0, SCD_SYSCALL_UNKNOWN, SCD_ERROR,
	  "/syscalls/0/names/1", "\"mkdirr\" is not a system call (did you mean mkdir?):" },
	/* Names of other architectures. */
	{ PROFILE(ALLOWING, RULE("\"_llseek\"", "ERRNO")), 0, SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE,
	  "/syscalls/0/names/0", "_llseek does not exist on the architectures of this filter" },
	{ PROFILE(ALLOWING, RULE("\"mkdir\",\"_llseek\",\"stat64\",\"lstat64\"", "ERRNO")), 0,
	  SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE, "/syscalls/0/names/1",
	  "_llseek and 2 more of this rule do not exist on" },
	{ PROFILE(ALLOWING ",\"architectures\":[\"SCMP_ARCH_X86\"]", RULE("\"_llseek\"", "ERRNO")),
	  0, SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE, NULL, NULL },
	{ PROFILE(ALLOWING ",\"architectures\":[\"SCMP_ARCH_X32\",\"SCMP_ARCH_X86\"]",
		  RULE("\"_llseek\"", "ERRNO")),
	  0, SCD_SYSCALL_FOREIGN_ARCH, SCD_NOTE, NULL, NULL },
	/* Calls that are handed to an agent: runc writes to it itself. */
	{ PROFILE(LISTENING, RULE("\"mkdir\",\"write\"", "NOTIFY")), SCD_RUNC, SCD_NOTIFY_WRITE,
	  SCD_ERROR, "/syscalls/0/names/1", "SCMP_ACT_NOTIFY cannot be used for write" },
	{ PROFILE(LISTENING, RULE("\"mkdir\",\"write\"", "NOTIFY")), SCD_CRUN, SCD_NOTIFY_WRITE,
	  SCD_WARNING, "/syscalls/0/names/1", "SCMP_ACT_NOTIFY cannot be used for write" },
	{ PROFILE(LISTENING, RULE("\"mkdir\"", "NOTIFY")), 0, SCD_NOTIFY_WRITE, 0, NULL, NULL },
	{ PROFILE(ALLOWING, RULE("\"mkdir\"", "NOTIFY")), SCD_RUNC, SCD_NOTIFY_NO_LISTENER,
	  SCD_ERROR, "/syscalls/0/action", "" },
	{ PROFILE(ALLOWING, RULE("\"mkdir\"", "NOTIFY")), SCD_CRUN, SCD_NOTIFY_NO_LISTENER,
	  SCD_WARNING, "/syscalls/0/action", "" },
	/* Flags that go, or do not go, with an agent. */
	{ PROFILE(ALLOWING FLAG("WAIT_KILLABLE_RECV"), RULE("\"mkdir\"", "ERRNO")), SCD_CRUN,
	  SCD_FLAGS_UNSUPPORTED, SCD_WARNING, "/flags/0",
	  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV without SCMP_ACT_NOTIFY: crun loads" },
	{ PROFILE(LISTENING FLAG("WAIT_KILLABLE_RECV"), RULE("\"mkdir\"", "NOTIFY")), SCD_CRUN,
	  SCD_FLAGS_UNSUPPORTED, 0, NULL, NULL },
	{ PROFILE(LISTENING FLAG("TSYNC"), RULE("\"mkdir\"", "NOTIFY")), SCD_CRUN,
	  SCD_FLAGS_UNSUPPORTED, SCD_ERROR, "/flags/0",
	  "SECCOMP_FILTER_FLAG_TSYNC beside SCMP_ACT_NOTIFY: with crun" },
	{ PROFILE(ALLOWING FLAG("TSYNC"), RULE("\"mkdir\"", "ERRNO")), SCD_CRUN,
	  SCD_FLAGS_UNSUPPORTED, 0, NULL, NULL },
};

static const struct scd_finding *find(const struct scd_report *report, enum scd_rule_number number)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number)
			return &report->items[i];
	return NULL;
}

static void assert_said(size_t i, const struct scd_finding *found)
{
	if (!found || found->severity != cases[i].severity ||
	    strcmp(found->pointer, cases[i].pointer) != 0 ||
	    strncmp(found->message, cases[i].words, strlen(cases[i].words)) != 0)
		fail_msg("%s: %s", cases[i].text, found ? found->message : "nothing");
}

static void each_is_said_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_report struct scd_report report = { 0 };
		const struct scd_finding *found;

		judge(cases[i].text, cases[i].oci_runtimes, &report);
		found = find(&report, cases[i].number);
		if (cases[i].words)
			assert_said(i, found);
		else
			assert_null(found);
	}
}

static bool is_too_much_for_a_registry(unsigned rules)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report report = { 0 };

	scd_buf_puts(&text, "{" ALLOWING ",\"syscalls\":[");
	for (unsigned i = 0; i < rules; i++)
		scd_buf_printf(&text, "%s" RULE("\"mkdir\"", "ERRNO"), i ? "," : "");
	scd_buf_puts(&text, "]}");
	judge(scd_buf_text(&text), 0, &report);
	return find(&report, SCD_OCI_ARTIFACT) != NULL;
}

static void over_128_rules_are_too_many_for_a_registry(void **state)
{
	(void)state;
	assert_false(is_too_much_for_a_registry(128));
	assert_true(is_too_much_for_a_registry(129));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_said_where_it_stands),
		cmocka_unit_test(over_128_rules_are_too_many_for_a_registry),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Why a process cannot be followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "traceable.h"

/* The first word that is in the way is the one that is said. */
static void each_reason_has_its_words(void **state)
{
	static const struct {
		struct scd_trace_facts facts;
		const char *want;
	} rows[] = {
		{ { .pid = 7 }, "there is none" },
		{ { .pid = 7, .process = 5 }, "it is a thread of process 5: give that" },
		{ { .pid = 7, .process = 7, .state = 'Z', .tracer = 3 }, "(a zombie)" },
		{ { .pid = 7, .process = 7, .kernel = true }, "a thread of the kernel" },
		{ { .pid = 7, .process = 7, .ours = true }, "seccompctl itself" },
		{ { .pid = 7, .process = 7, .above = true }, "it follows seccompctl itself" },
		{ { .pid = 7, .process = 7, .tracer = 3, .privileged = true },
		  "process 3 traces it already" },
		{ { .pid = 7, .process = 7, .yama = 3, .privileged = true },
		  "ptrace_scope is 3: nobody" },
		{ { .pid = 7, .process = 7, .privileged = true },
		  "a seccomp filter, a security module" },
		{ { .pid = 7, .process = 7, .uid = 1, .our_uid = 2, .yama = 1 },
		  "it belongs to uid 1: that takes CAP_SYS_PTRACE" },
		{ { .pid = 7, .process = 7, .yama = 1 },
		  "ptrace_scope is 1: only its ancestors can" },
		{ { .pid = 7, .process = 7, .yama = 2 }, "ptrace_scope is 2: nobody can" },
		{ { .pid = 7, .process = 7 }, "privileges that seccompctl has not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_buf struct scd_buf out = scd_buf_init(240);

		scd_trace_reason(&rows[i].facts, &out);
		if (!strstr(scd_buf_text(&out), rows[i].want))
			fail_msg("row %zu: '%s'", i, scd_buf_text(&out));
	}
}

static void facts_are_those_of_the_kernel(void **state)
{
	struct scd_trace_facts facts;
	struct scd_error err;

	(void)state;
	scd_trace_facts_read(getpid(), &facts);
	assert_int_equal(facts.process, getpid());
	assert_true(facts.ours);
	assert_false(facts.kernel);
	assert_int_equal(facts.uid, getuid());
	assert_int_equal(facts.state, 'R');
	assert_int_equal(scd_trace_fail(4194303, ESRCH, &err), -1);
	assert_int_equal(err.code, SCD_E_MISSING);
	assert_string_equal(err.msg, "cannot follow process 4194303: there is none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_words),
		cmocka_unit_test(facts_are_those_of_the_kernel),
	};

	return cmocka_run_group_tests_name("traceable", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What is known of the arguments of the calls that a container's runtime makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>

#include "compile.h"
#include "from_text.h"
#include "pin.h"
#include "start.h"
#include "start_call.h"

/* Arguments that a runtime gives, from the least to the greatest. */
struct given {
	unsigned runtimes;
	const char *name;
	unsigned index;
	uint64_t first, last;
};
#define EITHER SCD_OCI_RUNTIME_ANY
#define IS(value) (uint64_t)(value), (uint64_t)(value)
#define ADDRESS 4096, UINT64_MAX >> 1
#define FD 3, 63

/* Of calls that are made in several ways each is tried alone: what is denied is one of them. */
static const struct given given[] = {
	{ EITHER, "execve", 0, ADDRESS },
	{ EITHER, "execve", 1, ADDRESS },
	{ EITHER, "execve", 2, ADDRESS },
	{ EITHER, "exit_group", 0, 0, 63 },
	{ EITHER, "arch_prctl", 0, IS(0x1002) },
	{ EITHER, "close", 0, FD },
	{ EITHER, "prctl", 0, IS(24) },
	{ EITHER, "prctl", 0, IS(8) },
	{ EITHER, "prctl", 0, IS(47) },
	{ EITHER, "capset", 0, ADDRESS },
	{ EITHER, "capset", 1, ADDRESS },
	{ EITHER, "rt_sigaction", 0, 1, 64 },
	{ SCD_CRUN, "rt_sigaction", 1, ADDRESS },
	{ SCD_CRUN, "rt_sigaction", 2, IS(0) },
	{ EITHER, "rt_sigaction", 3, IS(8) },
	{ EITHER, "rt_sigprocmask", 0, 0, 2 },
	{ EITHER, "rt_sigprocmask", 3, IS(8) },
	{ EITHER, "read", 0, FD },
	{ EITHER, "read", 1, ADDRESS },
	{ SCD_CRUN, "read", 2, IS(1) },
	{ EITHER, "write", 0, FD },
	{ EITHER, "write", 1, ADDRESS },
	{ SCD_CRUN, "write", 2, IS(8) },
	{ SCD_RUNC, "write", 2, IS(1) },
	{ SCD_CRUN, "pselect6", 0, 4, 64 },
	{ SCD_CRUN, "pselect6", 1, ADDRESS },
	{ SCD_CRUN, "pselect6", 2, IS(0) },
	{ SCD_CRUN, "pselect6", 3, IS(0) },
	{ SCD_CRUN, "pselect6", 4, IS(0) },
	{ SCD_CRUN, "pselect6", 5, IS(0) },
	{ SCD_RUNC, "fstatfs", 0, FD },
	{ SCD_RUNC, "fstatfs", 1, ADDRESS },
	{ SCD_RUNC, "getdents64", 0, FD },
	{ SCD_RUNC, "getdents64", 1, ADDRESS },
	{ SCD_RUNC, "getdents64", 2, IS(8192) },
	{ SCD_RUNC, "openat", 0, IS(-100) },
	{ SCD_RUNC, "openat", 1, ADDRESS },
	{ SCD_RUNC, "openat", 2, IS(0x80000) },
	{ SCD_RUNC, "openat", 2, IS(0x80001) },
	{ SCD_RUNC, "openat", 3, IS(0) },
	{ SCD_RUNC, "epoll_ctl", 0, FD },
	{ SCD_RUNC, "epoll_ctl", 1, IS(1) },
	{ SCD_RUNC, "epoll_ctl", 2, FD },
	{ SCD_RUNC, "epoll_ctl", 3, ADDRESS },
	{ SCD_RUNC, "capget", 0, ADDRESS },
	{ SCD_RUNC, "chdir", 0, ADDRESS },
	{ SCD_RUNC, "faccessat2", 0, IS(-100) },
	{ SCD_RUNC, "faccessat2", 1, ADDRESS },
	{ SCD_RUNC, "faccessat2", 2, IS(1) },
	{ SCD_RUNC, "faccessat2", 3, IS(0x200) },
	{ SCD_RUNC, "fcntl", 0, FD },
	{ SCD_RUNC, "fcntl", 1, IS(2) },
	{ SCD_RUNC, "fcntl", 2, IS(1) },
	{ SCD_RUNC, "fstat", 0, 0, 63 },
	{ SCD_RUNC, "fstat", 1, ADDRESS },
	{ SCD_RUNC, "getcwd", 0, ADDRESS },
	{ SCD_RUNC, "getcwd", 1, IS(4096) },
	{ SCD_RUNC, "newfstatat", 0, IS(-100) },
	{ SCD_RUNC, "newfstatat", 1, ADDRESS },
	{ SCD_RUNC, "newfstatat", 2, ADDRESS },
	{ SCD_RUNC, "newfstatat", 3, IS(0) },
	{ SCD_RUNC, "clone", 0, IS(0x3d0f00) },
	{ SCD_RUNC, "epoll_create1", 0, IS(0x80000) },
	{ SCD_RUNC, "epoll_pwait", 0, FD },
	{ SCD_RUNC, "epoll_pwait", 1, ADDRESS },
	{ SCD_RUNC, "epoll_pwait", 2, IS(128) },
	{ SCD_RUNC, "epoll_pwait", 4, IS(0) },
	{ SCD_RUNC, "futex", 0, ADDRESS },
	{ SCD_RUNC, "futex", 1, IS(0x80) },
	{ SCD_RUNC, "futex", 1, IS(0x81) },
	{ SCD_RUNC, "madvise", 0, ADDRESS },
	{ SCD_RUNC, "mmap", 2, IS(0) },
	{ SCD_RUNC, "mmap", 2, IS(3) },
	{ SCD_RUNC, "mmap", 4, IS(UINT32_MAX) },
	{ SCD_RUNC, "mmap", 5, IS(0) },
	{ SCD_RUNC, "mprotect", 0, ADDRESS },
	{ SCD_RUNC, "mprotect", 2, IS(3) },
	{ SCD_RUNC, "munmap", 0, ADDRESS },
	{ SCD_RUNC, "nanosleep", 0, ADDRESS },
	{ SCD_RUNC, "nanosleep", 1, IS(0) },
	{ SCD_RUNC, "pipe2", 0, ADDRESS },
	{ SCD_RUNC, "pipe2", 1, IS(0x80800) },
	{ SCD_RUNC, "set_robust_list", 0, ADDRESS },
	{ SCD_RUNC, "set_robust_list", 1, IS(24) },
	{ SCD_RUNC, "tgkill", 2, IS(23) },
};

/* *@met: which of the rules, as the runtime has them; SIZE_MAX: none. */
static enum scd_start_fate try_call(const char *text, enum scd_oci_runtime runtime,
				    const char *name, size_t *met)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_compile_opts opts = { .native = SCMP_ARCH_X86_64, .optimize = 1 };
	struct scd_start_trial trial = { 0 };
	struct scd_compile_result result;
	struct scd_error err;

	read_text(&r, text);
	assert_int_equal(scd_target_build(&r.profile, runtime, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, &filter, &result, &err), 0);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	{
		const struct scd_start_place place = { &target, &filter, SCMP_ARCH_X86_64, false };

		assert_int_equal(scd_start_try(&place, name, false, &trial, &err), 0);
	}
	*met = trial.rule ? (size_t)(trial.rule - target.rules) : SIZE_MAX;
	return trial.fate;
}

/* With the call killed where argument @index compares so with @value. */
static enum scd_start_fate killed_if(const struct given *g, unsigned runtime, const char *op,
				     uint64_t value)
{
	char text[256];
	size_t met;

	(void)snprintf(
		text, sizeof(text),
		ALLOWING(RULE_IF("\"%s\"", "KILL_PROCESS",
				 "{\"index\":%u,\"op\":\"SCMP_CMP_%s\",\"value\":%" PRIu64 "}")),
		g->name, g->index, op, value);
	return try_call(text, runtime, g->name, &met);
}

/* Beside the values that it gives in other ways. */
static uint64_t other_than(const struct given *g, uint64_t value)
{
	return (g->first == g->last) ? value ^ 0x4000 : value;
}

static void what_the_runtimes_give_is_what_was_measured(void **state)
{
	static const unsigned runtimes[] = { SCD_RUNC, SCD_CRUN };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(given) / sizeof(given[0]); i++) {
		const struct given *g = &given[i / 2];
		const unsigned runtime = runtimes[i % 2];
		const bool one = g->first == g->last;
		enum scd_start_fate inside, below, above;

		if (!(g->runtimes & runtime))
			continue;
		inside = killed_if(g, runtime, one ? "EQ" : "GE", g->first);
		below = killed_if(g, runtime, one ? "EQ" : "LT", other_than(g, g->first));
		above = one ? SCD_START_ALLOWED : killed_if(g, runtime, "GT", g->last);
		if (inside != SCD_START_DENIED || below != SCD_START_ALLOWED ||
		    above != SCD_START_ALLOWED)
			fail_msg("argument %u of %s: %d %d %d", g->index, g->name, inside, below,
				 above);
	}
}

static bool is_given(unsigned runtime, const char *name, unsigned index)
{
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i].runtimes & runtime && given[i].index == index &&
		    strcmp(given[i].name, name) == 0)
			return true;
	return false;
}

/* Not even that it is 0. What prctl gets depends on its first. */
static void of_every_other_argument_nothing_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		for (unsigned index = 0; index < 6; index++) {
			const unsigned runtime = given[i].runtimes & SCD_RUNC ? SCD_RUNC : SCD_CRUN;
			const struct given other = { runtime, given[i].name, index, 0, 0 };

			if (strcmp(given[i].name, "prctl") != 0 &&
			    !is_given(runtime, given[i].name, index) &&
			    killed_if(&other, runtime, "EQ", 0) != SCD_START_DEPENDS)
				fail_msg("argument %u of %s", index, given[i].name);
		}
}

/* A few look at what they asked for. */
static void errno_0_is_noticed_by_some_calls_alone(void **state)
{
	static const char *const noticed[] = { "arch_prctl", "close",	   "execve",
					       "exit_group", "fstatfs",	   "getcwd",
					       "openat",     "newfstatat", "write" };
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		enum scd_start_fate fate;
		bool found = false;
		char text[256];
		size_t met;

		for (size_t k = 0; k < sizeof(noticed) / sizeof(noticed[0]); k++)
			if (strcmp(noticed[k], given[i].name) == 0) {
				found = true;
				seen |= 1U << k;
			}
		(void)snprintf(text, sizeof(text),
			       ALLOWING("{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\","
					"\"errnoRet\":0}"),
			       given[i].name);
		fate = try_call(text, SCD_RUNC, given[i].name, &met);
		assert_int_equal(fate, found ? SCD_START_DENIED : SCD_START_ALLOWED);
	}
	assert_int_equal(seen, (1U << sizeof(noticed) / sizeof(noticed[0])) - 1);
}

#define CLOSE(action, op, value) RULE_IF("\"close\"", action, WHEN(0, op, value))

/* The one whose conditions hold, and whose action that is; not the first for the call. */
static void the_rule_that_is_met_is_named(void **state)
{
	static const char same[] =
		ALLOWING(CLOSE("KILL_PROCESS", GE, 100) "," CLOSE("KILL_PROCESS", LE, 99));
	static const char other[] =
		ALLOWING(CLOSE("LOG", EQ, 5) "," CLOSE("KILL_PROCESS", GE, 100) "," RULE(
			"\"dup\"", "ERRNO") "," CLOSE("KILL_PROCESS", EQ, 4));
	static const char voided[] =
		ALLOWING(RULE("\"close\"", "LOG") "," CLOSE("KILL_PROCESS", LE, 99));
	size_t met;

	(void)state;
	assert_int_equal(try_call(same, SCD_RUNC, "close", &met), SCD_START_DENIED);
	assert_int_equal(met, 1);
	assert_int_equal(try_call(other, SCD_RUNC, "close", &met), SCD_START_DEPENDS);
	assert_int_equal(met, 3);
	assert_int_equal(try_call(voided, SCD_RUNC, "close", &met), SCD_START_ALLOWED);
	assert_int_equal(met, SIZE_MAX);
}

/* A row for a call that no set names would never be looked at. */
static void every_row_of_known_arguments_is_of_a_start_set(void **state)
{
	size_t rows = 0;

	(void)state;
	for (; scd_start_known(rows); rows++) {
		const char *name = scd_start_known(rows);
		const size_t n = strlen(name);
		bool found = false;

		for (size_t i = 0; scd_start_set(i) && !found; i++)
			for (const char *at = scd_start_set(i); (at = strstr(at, name)); at += n)
				found |= (at == scd_start_set(i) || at[-1] == ' ') &&
					 (at[n] == ' ' || !at[n]);
		if (!found)
			fail_msg("%s", name);
	}
	assert_true(rows > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_runtimes_give_is_what_was_measured),
		cmocka_unit_test(of_every_other_argument_nothing_is_known),
		cmocka_unit_test(errno_0_is_noticed_by_some_calls_alone),
		cmocka_unit_test(the_rule_that_is_met_is_named),
		cmocka_unit_test(every_row_of_known_arguments_is_of_a_start_set),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

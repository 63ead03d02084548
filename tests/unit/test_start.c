/* SPDX-License-Identifier: MIT */
/* The calls that a container makes before its program runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compile.h"
#include "from_text.h"
#include "pin.h"
#include "start.h"

/* Enough for every runtime, with and without no_new_privs. */
static const char *const all[] = {
	"arch_prctl",
	"brk",
	"capget",
	"capset",
	"chdir",
	"clock_gettime",
	"clone",
	"close",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"execve",
	"exit_group",
	"faccessat2",
	"fchown",
	"fcntl",
	"fstat",
	"fstatfs",
	"futex",
	"getcwd",
	"getdents64",
	"getpid",
	"getppid",
	"gettid",
	"madvise",
	"mmap",
	"mprotect",
	"munmap",
	"nanosleep",
	"newfstatat",
	"openat",
	"pipe2",
	"prctl",
	"pselect6",
	"read",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sched_yield",
	"set_robust_list",
	"setgid",
	"setgroups",
	"setresgid",
	"setresuid",
	"setuid",
	"sigaltstack",
	"tgkill",
	"write",
};
#define ALL (sizeof(all) / sizeof(all[0]))

/* Findings of a profile that allows all of them but @without, "a b c". */
static void check(const char *action, const char *without, enum scd_oci_runtime runtime,
		  uint32_t arch, struct from_text *r)
{
	auto_buf struct scd_buf text = scd_buf_init(4096);
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_compile_opts opts = { .native = arch, .optimize = 1 };
	struct scd_compile_result result;
	struct scd_error err;

	scd_buf_printf(&text,
		       "{\"defaultAction\":\"SCMP_ACT_%s\",\"syscalls\":[{\"action\":"
		       "\"SCMP_ACT_ALLOW\",\"names\":[\"exit\"",
		       action);
	for (size_t i = 0; i < ALL; i++) {
		const char *at = strstr(without, all[i]);
		const size_t n = strlen(all[i]);

		/* "setgid" is no part of "setresgid", but "read" could be of another. */
		if (at && (at == without || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			continue;
		scd_buf_printf(&text, ",\"%s\"", all[i]);
	}
	scd_buf_puts(&text, "]}]}");
	read_text(r, scd_buf_text(&text));
	assert_int_equal(scd_target_build(&r->profile, runtime, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, &filter, &result, &err), 0);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	scd_start_check(&r->judge, &r->profile, &target, &filter, arch);
}

/* One finding of @number and @severity that names @part; or none, when @number is 0. */
static void assert_finding(const char *action, const char *without, enum scd_oci_runtime runtime,
			   unsigned number, enum scd_severity severity, const char *part)
{
	auto_from_text struct from_text r;

	check(action, without, runtime, SCMP_ARCH_X86_64, &r);
	if (r.report.total != (number ? 1 : 0))
		print_error("%s without %s: %s\n", action, without,
			    r.report.total ? r.report.items[0].message : "nothing");
	assert_int_equal(r.report.total, number ? 1 : 0);
	if (!number)
		return;
	assert_int_equal(r.report.items[0].rule->number, number);
	assert_int_equal(r.report.items[0].severity, severity);
	assert_non_null(strstr(r.report.items[0].message, part));
}

static void the_whole_set_starts_everywhere(void **state)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_PPC64LE,
					  SCMP_ARCH_S390X };
	static const char *const actions[] = { "ERRNO", "KILL_PROCESS", "TRAP" };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 3; j++) {
			auto_from_text struct from_text a, b;

			check(actions[j], "", SCD_RUNC, archs[i], &a);
			assert_int_equal(a.report.total, 0);
			check(actions[j], "", SCD_CRUN, archs[i], &b);
			assert_int_equal(b.report.total, 0);
		}
}

static void without_execve_nothing_starts_and_nothing_else_is_said(void **state)
{
	(void)state;
	assert_finding("ERRNO", "execve fstatfs exit_group", SCD_RUNC, SCD_CANNOT_START_EXECVE,
		       SCD_ERROR, "execve");
	assert_finding("ERRNO", "execve", SCD_CRUN, SCD_CANNOT_START_EXECVE, SCD_ERROR, "execve");
}

/* The tables that were measured, one call after the other. */
static void each_call_that_a_runtime_needs_is_missed(void **state)
{
	static const char *const runc[] = { "close", "fstatfs", "getdents64", "openat", "write" };
	static const char *const runc_killed[] = { "epoll_ctl", "getpid", "read" };
	static const char *const by_chance[] = { "futex", "rt_sigreturn" };
	static const char *const runc_old[] = { "capget", "capset", "chdir",	 "faccessat2",
						"fstat",  "getcwd", "getppid",	 "newfstatat",
						"prctl",  "setgid", "setgroups", "setuid" };
	static const char *const crun_old[] = { "capset",	"prctl",     "pselect6",
						"read",		"setresgid", "setresuid",
						"rt_sigaction", "write",     "rt_sigprocmask" };

	(void)state;
	for (size_t i = 0; i < sizeof(runc) / sizeof(runc[0]); i++)
		assert_finding("ERRNO", runc[i], SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_ERROR,
			       runc[i]);
	for (size_t i = 0; i < 2; i++) {
		assert_finding("KILL_PROCESS", runc_killed[i], SCD_RUNC, SCD_CANNOT_START_RUNTIME,
			       SCD_ERROR, runc_killed[i]);
		assert_finding("ERRNO", runc_killed[i], SCD_RUNC, 0, SCD_NOTE, "");
	}
	for (size_t i = 0; i < 2; i++)
		assert_finding("ERRNO", by_chance[i], SCD_RUNC, SCD_CANNOT_START_RUNTIME,
			       SCD_WARNING, "now and then");
	for (size_t i = 0; i < sizeof(runc_old) / sizeof(runc_old[0]); i++)
		assert_finding("ERRNO", runc_old[i], SCD_RUNC, SCD_CANNOT_START_RUNTIME,
			       SCD_WARNING, "allowPrivilegeEscalation");
	for (size_t i = 0; i < sizeof(crun_old) / sizeof(crun_old[0]); i++)
		assert_finding("ERRNO", crun_old[i], SCD_CRUN, SCD_CANNOT_START_RUNTIME,
			       SCD_WARNING, "allowPrivilegeEscalation");
	assert_finding("KILL_PROCESS", "close", SCD_CRUN, SCD_CANNOT_START_RUNTIME, SCD_ERROR,
		       "close");
	assert_finding("ERRNO", "close fstatfs getdents64", SCD_CRUN, 0, SCD_NOTE, "");
	assert_finding("KILL_PROCESS", "nanosleep", SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_WARNING,
		       "now and then");
	assert_finding("KILL_PROCESS", "fcntl", SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_WARNING,
		       "allowPrivilegeEscalation");
	assert_finding("ERRNO", "nanosleep fcntl", SCD_RUNC, 0, SCD_NOTE, "");
	/* Of a user who is not root, and EPERM is passed over. */
	assert_finding("KILL_PROCESS", "fchown", SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_WARNING,
		       "run as root");
	assert_finding("ERRNO\",\"defaultErrnoRet\":38,\"listenerMetadata\":\"", "fchown", SCD_RUNC,
		       SCD_CANNOT_START_RUNTIME, SCD_WARNING, "run as root");
	assert_finding("ERRNO", "fchown", SCD_RUNC, 0, SCD_NOTE, "");
	assert_finding("KILL_PROCESS", "fchown", SCD_CRUN, 0, SCD_NOTE, "");
}

/* What is found in a text. */
static void check_text(const char *text, enum scd_oci_runtime runtime, uint32_t arch,
		       struct from_text *r)
{
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	const struct scd_compile_opts opts = { .native = arch, .optimize = 1 };
	struct scd_compile_result result;
	struct scd_error err;

	read_text(r, text);
	assert_int_equal(scd_target_build(&r->profile, runtime, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, &filter, &result, &err), 0);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	scd_start_check(&r->judge, &r->profile, &target, &filter, arch);
}

/* Errors of one rule beside a default action that allows. */
static size_t found_of_rule(const char *rule)
{
	auto_buf struct scd_buf text = scd_buf_init(4096);
	auto_from_text struct from_text r;

	scd_buf_printf(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[%s]}", rule);
	check_text(scd_buf_text(&text), SCD_RUNC, SCMP_ARCH_X86_64, &r);
	return r.report.by_severity[SCD_ERROR];
}

/* What a rule on arguments comes to. */
struct conditional {
	const char *text;
	enum scd_oci_runtime runtime;
	unsigned errors, warnings;
	const char *part; /* of the first message */
};

#define LISTENING(rule) \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/a\",\"syscalls\":[" rule "]}"

static const struct conditional conditionals[] = {
	/* What the runtime gives is known, and denied. */
	{ ALLOWING(RULE_IF("\"getdents64\"", "KILL_PROCESS", WHEN(0, NE, 0))), SCD_RUNC, 1, 0,
	  "runc itself calls getdents64(fd=3), which meets SCMP_ACT_KILL_PROCESS: no container" },
	{ ALLOWING(RULE_IF("\"openat\"", "ERRNO", WHEN(2, EQ, 524289))), SCD_RUNC, 1, 0,
	  "openat(flags=O_WRONLY|O_CLOEXEC)" },
	{ ALLOWING(RULE_IF("\"openat\"", "ERRNO", WHEN(2, EQ, 524289) "," WHEN(3, EQ, 0))),
	  SCD_RUNC, 1, 0, "openat(flags=O_WRONLY|O_CLOEXEC, mode=0" },
	{ ALLOWING(RULE_IF("\"close\"", "KILL_PROCESS", WHEN(0, GE, 3))), SCD_CRUN, 1, 0,
	  "crun itself calls close(fd=3)" },
	{ ALLOWING(RULE_IF("\"prctl\"", "ERRNO", WHEN(0, EQ, 24))), SCD_CRUN, 0, 1,
	  "prctl(option=PR_CAPBSET_DROP), which meets SCMP_ACT_ERRNO 1: only pods with" },
	{ ALLOWING(RULE_IF("\"execve\"", "ERRNO", WHEN(0, GE, 1))), SCD_CRUN, 1, 0,
	  "every program calls execve(" },
	{ ALLOWING(RULE_IF("\"arch_prctl\"", "ERRNO", WHEN(0, EQ, 4098))), SCD_CRUN, 1, 0,
	  "arch_prctl(code=ARCH_SET_FS)" },
	{ ALLOWING(RULE_IF("\"futex\"", "ERRNO", WHEN(1, EQ, 128))), SCD_RUNC, 0, 1,
	  "futex(futex_op=" },
	/* What it gives is known, and allowed. */
	{ ALLOWING(RULE_IF("\"prctl\"", "ERRNO", WHEN(0, EQ, 35))), SCD_RUNC, 0, 0, NULL },
	{ ALLOWING(RULE_IF("\"getdents64\"", "KILL_PROCESS", WHEN(0, LE, 2))), SCD_RUNC, 0, 0,
	  NULL },
	{ ALLOWING(RULE_IF("\"close\"", "KILL_PROCESS", WHEN(0, GT, 1000))), SCD_RUNC, 0, 0, NULL },
	{ ALLOWING(RULE_IF("\"clone\"", "KILL_PROCESS", WHEN(0, EQ, 268435456))), SCD_RUNC, 0, 0,
	  NULL },
	{ ALLOWING(RULE_IF("\"close\"", "ERRNO", WHEN(0, GE, 3))), SCD_CRUN, 0, 0, NULL },
	{ ALLOWING("{\"names\":[\"fchown\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":30}"),
	  SCD_RUNC, 0, 0, NULL },
	{ ALLOWING("{\"names\":[\"fchown\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":22}"),
	  SCD_RUNC, 0, 0, NULL },
	{ ALLOWING("{\"names\":[\"fchown\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5}"),
	  SCD_RUNC, 0, 1, "fchown: of pods without allowPrivilegeEscalation: false only those" },
	/* It differs. */
	{ ALLOWING(RULE_IF("\"close\"", "KILL_PROCESS", WHEN(0, EQ, 5))), SCD_RUNC, 0, 1,
	  "runc itself calls close: if that is close(fd=5), say, it meets SCMP_ACT_KILL_PROCESS: "
	  "then no container starts" },
	{ ALLOWING(RULE_IF("\"exit_group\"", "ERRNO", WHEN(0, EQ, 0))), SCD_CRUN, 0, 1,
	  "exit_group(status=0)" },
	{ ALLOWING(RULE_IF("\"setuid\"", "ERRNO", WHEN(0, EQ, 0))), SCD_RUNC, 0, 1,
	  "setuid(uid=0)" },
	/* faccessat stands in for faccessat2, where that fails as if it did not exist. */
	{ ALLOWING(RULE("\"faccessat2\"", "ERRNO")), SCD_RUNC, 0, 0, NULL },
	{ ALLOWING(RULE("\"faccessat2\", \"faccessat\"", "ERRNO")), SCD_RUNC, 0, 1,
	  "runc itself needs faccessat2" },
	{ ALLOWING(RULE("\"faccessat2\"", "KILL_PROCESS")), SCD_RUNC, 0, 1,
	  "runc itself needs faccessat2" },
	{ ALLOWING(RULE("\"faccessat2\", \"faccessat\", \"geteuid\"", "ERRNO")), SCD_RUNC, 0, 0,
	  NULL },
	{ ALLOWING(RULE("\"faccessat2\"", "ERRNO") "," RULE("\"getgid\"", "KILL_PROCESS")),
	  SCD_RUNC, 0, 1, "runc itself needs faccessat2" },
	/* Errno 0 pretends that all went well; the reader warns of it. */
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"getdents64\"],\"action\":"
	  "\"SCMP_ACT_ERRNO\",\"errnoRet\":0}]}",
	  SCD_RUNC, 0, 1, "errnoRet 0" },
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"fstatfs\"],\"action\":"
	  "\"SCMP_ACT_ERRNO\",\"errnoRet\":0}]}",
	  SCD_RUNC, 1, 1, "errnoRet 0" },
	/* An unconditional rule voids it. */
	{ ALLOWING(RULE_IF("\"close\"", "KILL_PROCESS", WHEN(0, EQ, 5)) "," RULE("\"close\"",
										 "LOG")),
	  SCD_RUNC, 0, 0, NULL },
	/* An agent may let it happen, if there is one. */
	{ LISTENING(RULE("\"openat\"", "NOTIFY")), SCD_RUNC, 0, 1,
	  "runc itself calls openat, which is handed to the agent" },
	{ LISTENING(RULE("\"execve\"", "NOTIFY")), SCD_CRUN, 0, 1, "every program calls execve" },
	{ LISTENING(RULE_IF("\"close\"", "NOTIFY", WHEN(0, EQ, 4))), SCD_RUNC, 0, 1,
	  "close(fd=4), which is handed" },
	{ ALLOWING(RULE("\"openat\"", "NOTIFY")), SCD_RUNC, 1, 0, "runc itself needs openat" },
};

static void rules_on_arguments_count_for_what_the_runtime_gives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(conditionals) / sizeof(conditionals[0]); i++) {
		const struct conditional *c = &conditionals[i];
		auto_from_text struct from_text r;
		const char *said;

		check_text(c->text, c->runtime, SCMP_ARCH_X86_64, &r);
		said = r.report.total ? r.report.items[0].message : "nothing";
		if (r.report.by_severity[SCD_ERROR] != c->errors ||
		    r.report.by_severity[SCD_WARNING] != c->warnings ||
		    (c->part && !strstr(said, c->part)))
			fail_msg("%s: %zu errors, %zu warnings: %s", c->text,
				 r.report.by_severity[SCD_ERROR], r.report.by_severity[SCD_WARNING],
				 said);
	}
}

/* The numbers were measured on x86_64: where they can be others, nothing is sure. */
static void arguments_are_not_known_on_every_architecture(void **state)
{
	static const char text[] = ALLOWING(RULE_IF("\"openat\"", "ERRNO", WHEN(2, EQ, 524289)));
	auto_from_text struct from_text arm, mips;

	(void)state;
	check_text(text, SCD_RUNC, SCMP_ARCH_AARCH64, &arm);
	assert_int_equal(arm.report.by_severity[SCD_ERROR], 1);
	check_text(text, SCD_RUNC, SCMP_ARCH_MIPSEL64, &mips);
	assert_int_equal(mips.report.by_severity[SCD_ERROR], 0);
	assert_int_equal(mips.report.by_severity[SCD_WARNING], 1);
}

/* Both found with the real runtimes: tests/oracle. */
static void a_rule_that_kills_counts_whatever_the_default_is(void **state)
{
	(void)state;
	assert_int_equal(found_of_rule(RULE("\"getpid\"", "KILL_PROCESS")), 1);
	assert_int_equal(found_of_rule(RULE("\"getpid\"", "ERRNO")), 0);
	assert_int_equal(found_of_rule(RULE("\"getdents64\"", "KILL_PROCESS")), 1);
}

static void missing_calls_are_listed_in_one_finding(void **state)
{
	(void)state;
	assert_finding("ERRNO", "close openat", SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_ERROR,
		       "close, openat: no container starts; allow them");
	assert_finding("ERRNO", "close", SCD_RUNC, SCD_CANNOT_START_RUNTIME, SCD_ERROR,
		       "close: no container starts; allow it");
}

static void programs_need_calls_of_their_own(void **state)
{
	(void)state;
	assert_finding("ERRNO", "exit_group", SCD_CRUN, SCD_EXIT_MISSING, SCD_WARNING,
		       "exit_group");
	assert_finding("ERRNO", "arch_prctl", SCD_CRUN, SCD_ARCH_PRCTL_MISSING, SCD_ERROR,
		       "arch_prctl");
}

static void other_architectures_have_no_arch_prctl_to_miss(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	check("ERRNO", "arch_prctl", SCD_CRUN, SCMP_ARCH_AARCH64, &r);
	assert_int_equal(r.report.total, 0);
}

static void a_call_that_nobody_can_make_is_allowed(void **state)
{
	struct sock_filter deny = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	const struct scd_filter filter = { .insns = &deny, .count = 1 };

	(void)state;
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86_64, "stat64"), SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86_64, "no_such_call"),
			 SCMP_ACT_ALLOW);
	assert_int_equal(scd_start_action(&filter, SCMP_ARCH_X86_64, "read"),
			 SCMP_ACT_KILL_PROCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_set_starts_everywhere),
		cmocka_unit_test(without_execve_nothing_starts_and_nothing_else_is_said),
		cmocka_unit_test(each_call_that_a_runtime_needs_is_missed),
		cmocka_unit_test(a_rule_that_kills_counts_whatever_the_default_is),
		cmocka_unit_test(rules_on_arguments_count_for_what_the_runtime_gives),
		cmocka_unit_test(arguments_are_not_known_on_every_architecture),
		cmocka_unit_test(missing_calls_are_listed_in_one_finding),
		cmocka_unit_test(programs_need_calls_of_their_own),
		cmocka_unit_test(other_architectures_have_no_arch_prctl_to_miss),
		cmocka_unit_test(a_call_that_nobody_can_make_is_allowed),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

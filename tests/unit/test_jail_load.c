/* SPDX-License-Identifier: MIT */
/* The trial load: where the kernel refuses it, where it is denied, and where it is cut short. */
#include "jail_fixture.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "buf.h"

static const char bad[] = "{\"defaultAction\":\"SCMP_ACT_NO\"}";

static int load(struct sock_filter *insns, size_t count)
{
	const struct sock_fprog program = {
		.len = (unsigned short)count,
		.filter = insns,
	};

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* What a container's profile may do with seccomp(2). */
static uint32_t answer_to_seccomp;

static int judge_where_seccomp_is_denied(void)
{
	struct sock_filter deny[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer_to_seccomp),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	static const char all_actions[] =
		"{\"defaultAction\":\"SCMP_ACT_LOG\",\"listenerPath\":\"/a\"," ARCHS
		"\"syscalls\":["
		"{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"},"
		"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}";

	CHECK(load(deny, 4) == 0);
	for (int again = 0; again < 2; again++) {
		auto_report struct scd_report a = { 0 }, b = { 0 };
		enum scd_jail_result result;
		struct scd_error err;
		bool degraded;

		CHECK(scd_jail_check(all_actions, strlen(all_actions), &standard, &a, &result,
				     &degraded, &err) == 0);
		CHECK(result == SCD_JAIL_ACCEPTED && a.by_severity[SCD_WARNING] == 0);
		CHECK(degraded);
		CHECK(scd_jail_check(bad, strlen(bad), &standard, &b, &result, &degraded, &err) ==
		      0);
		CHECK(result == SCD_JAIL_REJECTED);
		CHECK(!degraded); /* what is rejected is not loaded anyway */
	}
	return 0;
}

/* Denied, unknown, trapped or deadly: the trial load alone is missing. */
static void where_seccomp_is_denied_the_verdict_stands_degraded(void **state)
{
	static const uint32_t answers[] = { SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO | ENOSYS,
					    SECCOMP_RET_TRAP, SECCOMP_RET_KILL_THREAD,
					    SECCOMP_RET_KILL_PROCESS };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		answer_to_seccomp = answers[i];
		in_a_process(judge_where_seccomp_is_denied);
	}
}

/* Starts a check whose @nth call of seccomp(2) is not answered, and kills it there. */
static int kill_at_seccomp(int nth)
{
	struct sock_filter ask[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = ask };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_jail jail;
	struct scd_error err;
	int listener, status;
	bool degraded;

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	listener = (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
				SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	CHECK(listener >= 0);
	CHECK(scd_jail_start(good, strlen(good), &standard, &jail, &err) == 0);
	for (int i = 1; i <= nth; i++) {
		struct seccomp_notif request = { 0 };
		struct seccomp_notif_resp answer = { 0 };

		CHECK(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == 0);
		answer.id = request.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		CHECK(i == nth || ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0);
	}
	CHECK(kill(jail.pid, SIGKILL) == 0);
	CHECK(waitpid(jail.pid, &status, 0) == jail.pid);
	CHECK(scd_jail_finish(&jail, status, false, &report, &result, &degraded, &err) == -1);
	CHECK(err.code == SCD_E_NOMEM && !degraded && report.total == 0);
	return 0;
}

/* 1: its own filter; 2: may it load one; 3: the profile's. */
static int killed_at_own(void)
{
	return kill_at_seccomp(1);
}
static int killed_asking(void)
{
	return kill_at_seccomp(2);
}
static int killed_loading(void)
{
	return kill_at_seccomp(3);
}

/* The text was judged by then, and accepted; but whether this kernel takes the filter is not known.
 */
static void who_is_killed_in_the_trial_load_has_no_verdict(void **state)
{
	(void)state;
	if (SANITIZED)
		skip(); /* it has no filter of its own, and the sanitizer calls seccomp(2) */
	in_a_process(killed_at_own);
	in_a_process(killed_asking);
	in_a_process(killed_loading);
}

/* A profile of about 2,000 instructions. */
static void write_long(struct scd_buf *text)
{
	scd_buf_puts(text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (int i = 0; i < 2000; i++)
		scd_buf_printf(text,
			       "%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			       "{\"index\":2,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}]}",
			       i ? "," : "", i);
	scd_buf_puts(text, "]}");
}

static bool has_message(const struct scd_report *report, unsigned number, const char *part)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number &&
		    strstr(report->items[i].message, part))
			return true;
	return false;
}

static int judge_where_filters_are_full(void)
{
	static struct sock_filter insns[1000];
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report small = { 0 }, large = { 0 };
	enum scd_jail_result result;
	struct scd_error err;
	bool degraded;

	/* The kernel counts the instructions of all filters of a task: 32,768. */
	for (size_t i = 0; i < 1000; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	while (load(insns, 1000) == 0)
		;
	CHECK(errno == ENOMEM);
	CHECK(scd_jail_check(good, strlen(good), &standard, &small, &result, &degraded, &err) == 0);
	CHECK(result == SCD_JAIL_ACCEPTED && !degraded);
	write_long(&text);
	CHECK(scd_jail_check(text.data, text.len, &standard, &large, &result, &degraded, &err) ==
	      0);
	CHECK(result == SCD_JAIL_REJECTED && !degraded);
	CHECK(large.by_severity[SCD_ERROR] == 1);
	CHECK(has_message(&large, SCD_FILTER_TOO_LARGE, "this kernel refuses"));
	return 0;
}

/* Nothing but a real load can tell: the program itself is in order. */
static void the_trial_load_asks_the_kernel(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	bool degraded;

	(void)state;
	write_long(&text);
	jailed(text.data, text.len, &report, &result, &degraded);
	assert_int_equal(result, SCD_JAIL_ACCEPTED);
	in_a_process(judge_where_filters_are_full);
}

/* Under these filters the child cannot end itself. */
static void a_filter_that_denies_exit_group_is_loaded_all_the_same(void **state)
{
	static const char *const actions[] = { "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_buf struct scd_buf text = scd_buf_init(4096);
		auto_report struct scd_report report = { 0 };
		enum scd_jail_result result;
		bool degraded;

		scd_buf_printf(&text,
			       "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS
			       "\"syscalls\":[{\"names\":"
			       "[\"exit_group\",\"exit\"],\"action\":\"%s\"}]}",
			       actions[i]);
		jailed(text.data, text.len, &report, &result, &degraded);
		assert_int_equal(result, SCD_JAIL_ACCEPTED);
		assert_false(degraded);
		assert_true(has_message(&report, SCD_EXIT_MISSING, "exit_group"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_seccomp_is_denied_the_verdict_stands_degraded),
		cmocka_unit_test(who_is_killed_in_the_trial_load_has_no_verdict),
		cmocka_unit_test(the_trial_load_asks_the_kernel),
		cmocka_unit_test(a_filter_that_denies_exit_group_is_loaded_all_the_same),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

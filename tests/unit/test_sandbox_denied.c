/* SPDX-License-Identifier: MIT */
/* A container that denies, or kills for, what the sandbox is made of; and a sandbox that is off. */
#include "sandbox_fixture.h"

#include "jail.h"

struct denial {
	int call;
	uint32_t action;
};

static int deny(const struct denial *denials, size_t count)
{
	struct sock_filter insns[32] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .filter = insns };
	unsigned short n = 1;

	for (size_t i = 0; i < count; i++) {
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (uint32_t)denials[i].call, 0, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, denials[i].action);
	}
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

#define EPERM_ (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_ (SECCOMP_RET_ERRNO | ENOSYS)
#define KILL_ SECCOMP_RET_KILL_PROCESS

/* In a container with @denials: what is said of each part? */
static int in_a_container(const struct denial *denials, size_t count, const char *landlock,
			  const char *seccomp, bool kills)
{
	struct scd_error err;

	CHECK(deny(denials, count) == 0);
	CHECK(scd_sandbox_prepare(true, true, &sandbox, &err) == 0);
	scd_sandbox_restrict_files(&sandbox, &dirs);
	scd_sandbox_restrict_calls(&sandbox);
	CHECK(strcmp(scd_sandbox_why(&sandbox.landlock), landlock) == 0);
	CHECK(sandbox.landlock.mode == (*landlock ? SCD_SANDBOX_UNAVAILABLE : SCD_SANDBOX_ON));
	CHECK(strcmp(scd_sandbox_why(&sandbox.seccomp), seccomp) == 0);
	CHECK(sandbox.seccomp.mode == (*seccomp ? SCD_SANDBOX_UNAVAILABLE : SCD_SANDBOX_ON));
	CHECK(sandbox.seccomp_kills == kills);
	return 0;
}

#define CONTAINER(name, landlock, seccomp, kills, ...)                                           \
	static int name(void)                                                                    \
	{                                                                                        \
		static const struct denial denials[] = { __VA_ARGS__ };                          \
                                                                                                 \
		return in_a_container(denials, sizeof(denials) / sizeof(denials[0]), (landlock), \
				      (seccomp), (kills));                                       \
	}

CONTAINER(without_landlock, "ENOSYS", "", false, { __NR_landlock_create_ruleset, ENOSYS_ })
CONTAINER(denying_landlock, "EPERM", "", false, { __NR_landlock_create_ruleset, EPERM_ })
CONTAINER(denying_the_last_step, "EPERM", "", false, { __NR_landlock_restrict_self, EPERM_ })
CONTAINER(killing_landlock, "SIGSYS", "", false, { __NR_landlock_restrict_self, KILL_ })
CONTAINER(denying_seccomp, "", "EPERM", false, { __NR_seccomp, EPERM_ })
CONTAINER(without_seccomp, "", "ENOSYS", false, { __NR_seccomp, ENOSYS_ })
CONTAINER(killing_seccomp, "", "SIGSYS", true, { __NR_seccomp, KILL_ })
CONTAINER(killing_both, "SIGSYS", "SIGSYS", true, { __NR_seccomp, KILL_ },
	  { __NR_landlock_create_ruleset, KILL_ })
CONTAINER(denying_all, "EPERM", "EPERM", false, { __NR_seccomp, EPERM_ },
	  { __NR_landlock_create_ruleset, EPERM_ }, { __NR_memfd_create, EPERM_ })

static void what_the_container_denies_is_said_and_done_without(void **state)
{
	static int (*const containers[])(
		void) = { without_landlock, denying_landlock, denying_the_last_step,
			  killing_landlock, denying_seccomp,  without_seccomp,
			  killing_seccomp,  killing_both,     denying_all };

	(void)state;
	prepare(true, true);
	scd_sandbox_done(&sandbox);
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		in_a_child(containers[i], 0);
}

/* A check of a good profile where seccomp(2) is deadly. */
static int check_where_seccomp_kills(void)
{
	static const char good[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"bpf\"],"
		"\"action\":\"SCMP_ACT_ERRNO\"}]}";
	static const struct denial denial = { __NR_seccomp, KILL_ };
	const struct scd_check_opts opts = { .trial_load = true };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_error err;
	bool degraded = false;

	CHECK(deny(&denial, 1) == 0);
	CHECK(scd_jail_check(good, strlen(good), &opts, &report, &result, &degraded, &err) == 0);
	CHECK(result == SCD_JAIL_ACCEPTED && degraded);
	return 0;
}

static void a_check_where_seccomp_is_deadly_is_degraded_and_no_rejection(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	in_a_child(check_where_seccomp_kills, 0);
}

static void what_is_off_stays_off(void **state)
{
	(void)state;
	prepare(false, false);
	scd_sandbox_restrict_files(&sandbox, &dirs);
	scd_sandbox_restrict_calls(&sandbox);
	assert_string_equal(scd_sandbox_mode_name(sandbox.landlock.mode), "off");
	assert_string_equal(scd_sandbox_mode_name(sandbox.seccomp.mode), "off");
	assert_string_equal(scd_sandbox_why(&sandbox.landlock), "");
	assert_int_equal(try_open(AT_FDCWD, "/etc/passwd", O_RDONLY), 0);
	assert_string_equal(scd_sandbox_mode_name(SCD_SANDBOX_MODE_COUNT), "unknown");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_the_container_denies_is_said_and_done_without),
		TEST(a_check_where_seccomp_is_deadly_is_degraded_and_no_rejection),
		TEST(what_is_off_stays_off),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

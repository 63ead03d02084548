/* SPDX-License-Identifier: MIT */
/* Checks in children: verdicts, limits, deaths, and the trial load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "buf.h"
#include "fsio.h"
#include "jail.h"
#include "pin.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* no limit of memory and no filter in the child then */
#else
#define SANITIZED false
#endif

/* With all of x86, so that nothing is left to say. */
#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"

static const char good[] =
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":[{\"names\":"
	"[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}";
static const char bad[] = "{\"defaultAction\":\"SCMP_ACT_NO\"}";

static const struct scd_check_opts standard = { .trial_load = true };

static void jailed(const char *text, size_t len, struct scd_report *report,
		   enum scd_jail_result *result, bool *degraded)
{
	struct scd_error err = { 0 };

	if (scd_jail_check(text, len, &standard, report, result, degraded, &err) < 0)
		fail_msg("%s", err.msg);
}

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n;
}

static void good_is_accepted_and_bad_is_rejected(void **state)
{
	auto_report struct scd_report a = { 0 }, b = { 0 };
	enum scd_jail_result result;
	bool degraded;

	(void)state;
	jailed(good, strlen(good), &a, &result, &degraded);
	assert_int_equal(result, SCD_JAIL_ACCEPTED);
	assert_int_equal(a.total, 0);
	assert_true(a.bpf_insns > 0);
	assert_false(degraded);
	jailed(bad, strlen(bad), &b, &result, &degraded);
	assert_int_equal(result, SCD_JAIL_REJECTED);
	assert_int_equal(b.items[0].rule->number, SCD_ACTION_UNKNOWN);
}

static void a_check_leaves_no_child_and_no_descriptor(void **state)
{
	auto_report struct scd_report report = { 0 };
	const size_t before = open_descriptors();
	enum scd_jail_result result;
	bool degraded;

	(void)state;
	jailed(good, strlen(good), &report, &result, &degraded);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(open_descriptors(), before);
}

static void a_jail_says_what_the_pure_check_says(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/data/{valid,invalid,tricky}/*.json", GLOB_BRACE, NULL, &found),
			 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		auto_report struct scd_report pure = { 0 }, caged = { 0 };
		auto_free char *text = NULL;
		enum scd_jail_result result;
		struct scd_error err;
		bool degraded;
		size_t len;

		assert_int_equal(scd_read_file_at(AT_FDCWD, found.gl_pathv[i], true, 1 << 20, &text,
						  &len, &err),
				 0);
		assert_int_equal(scd_check_profile(text, len, &standard, &pure, &err), 0);
		jailed(text, len, &caged, &result, &degraded);
		assert_int_equal(result,
				 scd_report_accepts(&pure) ? SCD_JAIL_ACCEPTED : SCD_JAIL_REJECTED);
		assert_false(degraded);
		assert_int_equal(caged.total, pure.total);
		assert_int_equal(caged.count, pure.count);
		for (size_t j = 0; j < pure.count; j++) {
			assert_ptr_equal(caged.items[j].rule, pure.items[j].rule);
			assert_int_equal(caged.items[j].severity, pure.items[j].severity);
			assert_string_equal(caged.items[j].message, pure.items[j].message);
		}
	}
	globfree(&found);
}

/* Whatever libseccomp is asked to do, it comes to no end with it. */
static volatile bool endless;

/* In place of libseccomp's, for our objects. */
scmp_filter_ctx seccomp_init(uint32_t action)
{
	scmp_filter_ctx (*real)(uint32_t);

	*(void **)&real = dlsym(RTLD_NEXT, "seccomp_init");
	while (endless)
		;
	return real(action);
}

/* Starts a check without an end and has it end in the way that @sig brings about. */
static void end_by(int sig, bool timed_out, struct scd_report *report, enum scd_jail_result *result)
{
	struct scd_jail jail;
	struct scd_error err;
	bool degraded;
	int status;

	endless = true;
	assert_int_equal(scd_jail_start(good, strlen(good), &standard, &jail, &err), 0);
	endless = false;
	assert_int_equal(kill(jail.pid, sig), 0);
	assert_int_equal(waitpid(jail.pid, &status, 0), jail.pid);
	assert_int_equal(scd_jail_finish(&jail, status, timed_out, report, result, &degraded, &err),
			 0);
	assert_int_equal(jail.pid, 0);
	assert_null(jail.page);
	assert_false(degraded);
}

static void a_child_that_crashes_is_a_finding(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGUSR1, SIGILL };

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		auto_report struct scd_report report = { 0 };
		enum scd_jail_result result;

		if (SANITIZED && signals[i] != SIGUSR1)
			continue; /* the sanitizer has its own handlers */
		end_by(signals[i], false, &report, &result);
		assert_int_equal(result, SCD_JAIL_CRASH);
		assert_int_equal(report.by_severity[SCD_ERROR], 1);
		assert_int_equal(report.items[0].rule->number, SCD_COMPILE_TOO_EXPENSIVE);
	}
}

static void a_child_killed_for_its_time_is_a_finding(void **state)
{
	auto_report struct scd_report wall = { 0 }, cpu = { 0 };
	enum scd_jail_result result;

	(void)state;
	end_by(SIGKILL, true, &wall, &result);
	assert_int_equal(result, SCD_JAIL_TIMEOUT);
	assert_int_equal(wall.items[0].rule->number, SCD_COMPILE_TOO_EXPENSIVE);
	end_by(SIGXCPU, false, &cpu, &result);
	assert_int_equal(result, SCD_JAIL_TIMEOUT);
}

/* By the kernel, as a rule, which has no memory left: that is not the text's doing. */
static void a_child_killed_by_others_is_no_finding(void **state)
{
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_jail jail;
	struct scd_error err;
	bool degraded;
	int status;

	(void)state;
	endless = true;
	assert_int_equal(scd_jail_start(good, strlen(good), &standard, &jail, &err), 0);
	endless = false;
	assert_int_equal(kill(jail.pid, SIGKILL), 0);
	assert_int_equal(waitpid(jail.pid, &status, 0), jail.pid);
	assert_int_equal(scd_jail_finish(&jail, status, false, &report, &result, &degraded, &err),
			 -1);
	assert_int_equal(err.code, SCD_E_NOMEM);
	assert_int_equal(report.total, 0);
	assert_null(jail.page);
}

/* The limit that is set is one that bites: with a lower one of ours, so as not to wait. */
static void processor_time_has_an_end(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct rlimit second = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };
	enum scd_jail_result result;
	struct rlimit old;
	struct rusage before, after;
	bool degraded;

	(void)state;
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &before), 0);
	assert_int_equal(getrlimit(RLIMIT_CPU, &old), 0);
	assert_int_equal(setrlimit(RLIMIT_CPU, &second), 0);
	endless = true;
	jailed(good, strlen(good), &report, &result, &degraded);
	endless = false;
	assert_int_equal(setrlimit(RLIMIT_CPU, &old), 0);
	assert_int_equal(result, SCD_JAIL_TIMEOUT);
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
	assert_in_range(after.ru_utime.tv_sec - before.ru_utime.tv_sec, 0,
			SCD_CHECK_CPU_SECONDS / 2);
	assert_int_equal(report.items[0].rule->number, SCD_COMPILE_TOO_EXPENSIVE);
}

static void memory_has_an_end(void **state)
{
	static char text[SCD_PROFILE_MAX];
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	bool degraded;

	(void)state;
	if (SANITIZED)
		skip();
	/* Half a million values: 100 bytes for every byte of text. */
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? '0' : ',';
	text[0] = '[';
	text[sizeof(text) - 2] = ']';
	text[sizeof(text) - 1] = ' ';
	jailed(text, sizeof(text), &report, &result, &degraded);
	assert_int_equal(result, SCD_JAIL_CRASH);
	assert_int_equal(report.by_severity[SCD_ERROR], 1);
	assert_non_null(strstr(report.items[0].message, "memory"));
}

static int load(struct sock_filter *insns, size_t count)
{
	const struct sock_fprog program = {
		.len = (unsigned short)count,
		.filter = insns,
	};

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Runs @body in a process of its own: what it loads into itself does not stay. */
static void in_a_process(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* 0, or the line that failed: asserting is no use in a child. */
#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

static size_t data_bytes(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];
	unsigned long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmData:", 7) == 0)
			kib = strtoul(line + 7, NULL, 10);
	if (file)
		(void)fclose(file);
	return (size_t)kib << 10;
}

/* What tests before have left free would be enough. */
static void use_up_the_heap(void)
{
	/* Not 0, which the kernel takes for no limit, for valgrind's sake. */
	const struct rlimit none = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };
	void *volatile kept;

	(void)setrlimit(RLIMIT_DATA, &none);
	for (size_t size = (size_t)1 << 20; size >= 16; size /= 2)
		do
			kept = malloc(size);
		while (kept);
}

/* A good profile, with so much memory in all: 0 it is accepted, 1 there is no verdict. */
static int judge_with(size_t bytes, const char *text, size_t len)
{
	const struct rlimit limit = { .rlim_cur = bytes, .rlim_max = RLIM_INFINITY };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_error err;
	bool degraded;

	CHECK(setrlimit(RLIMIT_DATA, &limit) == 0);
	if (scd_jail_check(text, len, &standard, &report, &result, &degraded, &err) < 0) {
		CHECK(err.code == SCD_E_NOMEM || err.sys == ENOMEM);
		return 1;
	}
	CHECK(result == SCD_JAIL_ACCEPTED);
	return 0;
}

/* Ever more memory until it is enough: with less there is no verdict, never a bad one. */
static int judge_with_little_memory(void)
{
	auto_free char *text = NULL;
	size_t len, start, more = 0;
	struct scd_error err;
	int rc = 1;

	CHECK(scd_read_file_at(AT_FDCWD, "profiles/base/seccompd.json", true, SCD_PROFILE_MAX,
			       &text, &len, &err) == 0);
	start = data_bytes();
	CHECK(start > 0);
	use_up_the_heap();
	for (; rc == 1 && more < (size_t)8 << 20; more += (size_t)8 << 10)
		rc = judge_with(start + more, text, len);
	CHECK(more > (size_t)64 << 10);
	return rc;
}

static void a_machine_without_memory_is_no_fault_of_a_profile(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	in_a_process(judge_with_little_memory);
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

static volatile sig_atomic_t handled;

static void note_signal(int sig)
{
	(void)sig;
	handled++;
}

/* What the C library says of a broken heap gets into nobody's log. */
static bool writes_errors_into_memory(pid_t pid)
{
	char path[64], target[32] = "";
	ssize_t n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/2", (int)pid);
	for (int i = 0; i < 1000 && strncmp(target, "/memfd:stderr", 13) != 0; i++) {
		n = readlink(path, target, sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		if (n < 0 && errno == EACCES)
			return true; /* not for us to see */
		(void)usleep(1000);
	}
	return strncmp(target, "/memfd:stderr", 13) == 0;
}

static void the_parents_handlers_and_descriptors_stay_its_own(void **state)
{
	const struct sigaction noting = { .sa_handler = note_signal };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct sigaction old;
	int ends[2], status;
	struct scd_jail jail;
	struct scd_error err;
	bool degraded;
	char byte;

	(void)state;
	assert_int_equal(sigaction(SIGTERM, &noting, &old), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	endless = true;
	assert_int_equal(scd_jail_start(good, strlen(good), &standard, &jail, &err), 0);
	endless = false;
	(void)close(ends[1]);
	/* The end of file comes when nobody else holds the writing end. */
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_true(SANITIZED || writes_errors_into_memory(jail.pid));
	assert_int_equal(kill(jail.pid, SIGTERM), 0);
	assert_int_equal(waitpid(jail.pid, &status, 0), jail.pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(handled, 0);
	assert_int_equal(scd_jail_finish(&jail, status, false, &report, &result, &degraded, &err),
			 0);
	assert_int_equal(result, SCD_JAIL_CRASH);
	(void)close(ends[0]);
	(void)sigaction(SIGTERM, &old, NULL);
}

static void results_have_names(void **state)
{
	(void)state;
	assert_string_equal(scd_jail_result_name(SCD_JAIL_ACCEPTED), "accepted");
	assert_string_equal(scd_jail_result_name(SCD_JAIL_REJECTED), "rejected");
	assert_string_equal(scd_jail_result_name(SCD_JAIL_TIMEOUT), "timeout");
	assert_string_equal(scd_jail_result_name(SCD_JAIL_CRASH), "crash");
	assert_string_equal(scd_jail_result_name(SCD_JAIL_RESULT_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_is_accepted_and_bad_is_rejected),
		cmocka_unit_test(a_check_leaves_no_child_and_no_descriptor),
		cmocka_unit_test(a_jail_says_what_the_pure_check_says),
		cmocka_unit_test(a_child_that_crashes_is_a_finding),
		cmocka_unit_test(a_child_killed_for_its_time_is_a_finding),
		cmocka_unit_test(a_child_killed_by_others_is_no_finding),
		cmocka_unit_test(processor_time_has_an_end),
		cmocka_unit_test(memory_has_an_end),
		cmocka_unit_test(a_machine_without_memory_is_no_fault_of_a_profile),
		cmocka_unit_test(where_seccomp_is_denied_the_verdict_stands_degraded),
		cmocka_unit_test(who_is_killed_in_the_trial_load_has_no_verdict),
		cmocka_unit_test(the_trial_load_asks_the_kernel),
		cmocka_unit_test(a_filter_that_denies_exit_group_is_loaded_all_the_same),
		cmocka_unit_test(the_parents_handlers_and_descriptors_stay_its_own),
		cmocka_unit_test(results_have_names),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

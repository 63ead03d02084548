/* SPDX-License-Identifier: MIT */
/* Checks in children: verdicts, limits, deaths; the trial load has a file of its own. */
#include "jail_fixture.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/resource.h>

#include "fsio.h"

static const char bad[] = "{\"defaultAction\":\"SCMP_ACT_NO\"}";

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
		cmocka_unit_test(the_parents_handlers_and_descriptors_stay_its_own),
		cmocka_unit_test(results_have_names),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Calls that were seen, made into a profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "check.h"
#include "observe.h"
#include "pin.h"
#include "recording.h"
#include "start.h"

static struct scd_error err;

static void add(struct scd_recording *recording, const char *name)
{
	assert_int_equal(scd_recording_add(recording, name, SCD_ORIGIN_COMMAND, 1, &err), 0);
}

static void add_value(struct scd_recording *recording, const char *name, uint64_t value)
{
	size_t count;
	const struct scd_narrowing *rows = scd_narrowings(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			assert_int_equal(scd_recording_add_value(recording, &rows[i], value,
								 SCD_ORIGIN_COMMAND, 1, &err),
					 0);
}

/* The text of the finished recording; free() it. */
static char *print(struct scd_recording *recording)
{
	char *text = NULL;
	size_t len;

	assert_int_equal(scd_recording_finish(recording, &err), 0);
	assert_int_equal(scd_recording_print(recording, &text, &len, &err), 0);
	assert_int_equal(strlen(text), len);
	return text;
}

static const struct scd_recorded *find(const struct scd_recording *recording, const char *name)
{
	for (size_t i = 0; i < recording->count; i++)
		if (strcmp(recording->calls[i].name, name) == 0)
			return &recording->calls[i];
	return NULL;
}

static void check_strict(const char *text)
{
	static const struct scd_check_opts opts = { .strict = true };
	auto_report struct scd_report report = { 0 };

	assert_int_equal(scd_check_profile(text, strlen(text), &opts, &report, &err), 0);
	if (!scd_report_accepts(&report))
		fail_msg("%s", report.items[0].message);
}

static void nothing_recorded_is_a_profile_that_starts_containers(void **state)
{
	auto_recording struct scd_recording recording = { 0 };
	auto_free char *text = NULL;

	(void)state;
	scd_recording_add_arch(&recording, seccomp_arch_native());
	text = print(&recording);
	assert_non_null(strstr(text, "\"defaultErrnoRet\": 38"));
	check_strict(text);
}

static void calls_are_counted_once_with_all_who_need_them(void **state)
{
	auto_recording struct scd_recording recording = { 0 };

	(void)state;
	add(&recording, "read");
	add(&recording, "read");
	assert_int_equal(scd_recording_finish(&recording, &err), 0);
	assert_int_equal(find(&recording, "read")->count, 2);
	assert_int_equal(find(&recording, "read")->origins, SCD_ORIGIN_COMMAND | SCD_ORIGIN_START);
	assert_int_equal(find(&recording, "setgroups")->origins, SCD_ORIGIN_START);
	assert_string_equal(scd_recorded_purpose(find(&recording, "read")),
			    "open, read and write files");
	assert_non_null(strstr(scd_recorded_purpose(find(&recording, "setgroups")), "runc"));
}

static void a_call_without_conditions_swallows_those_with(void **state)
{
	auto_recording struct scd_recording recording = { .narrow = true };
	auto_free char *text = NULL;

	(void)state;
	add_value(&recording, "socket", 1);
	add_value(&recording, "socket", UINT64_C(0x700000001)); /* the same to the kernel */
	add_value(&recording, "ioctl", 0x5401);
	add(&recording, "ioctl");
	text = print(&recording);
	assert_int_equal(find(&recording, "socket")->count, 2);
	assert_non_null(find(&recording, "socket")->args);
	assert_int_equal(find(&recording, "ioctl")->count, 2);
	assert_null(find(&recording, "ioctl")->args);
	check_strict(text);
}

static void too_many_values_are_no_condition(void **state)
{
	auto_recording struct scd_recording recording = { .narrow = true };

	(void)state;
	for (uint64_t i = 0; i <= SCD_RECORDING_VALUES_MAX; i++)
		add_value(&recording, "ioctl", i);
	for (uint64_t i = 0; i < SCD_RECORDING_VALUES_MAX; i++)
		add_value(&recording, "socket", i);
	assert_int_equal(scd_recording_finish(&recording, &err), 0);
	assert_null(find(&recording, "ioctl")->args);
	assert_int_equal(find(&recording, "ioctl")->count, SCD_RECORDING_VALUES_MAX + 1);
	assert_non_null(find(&recording, "socket")->args);
}

static void a_profile_added_comes_back_with_its_conditions(void **state)
{
	auto_recording struct scd_recording first = { .narrow = true }, second = { .narrow = true };
	auto_free char *text = NULL;

	(void)state;
	scd_recording_add_arch(&first, SCMP_ARCH_X86_64);
	scd_recording_add_arch(&first, SCMP_ARCH_X86);
	add(&first, "mkdir");
	add_value(&first, "socket", 1);
	text = print(&first);
	assert_int_equal(scd_recording_add_profile(&second, text, strlen(text), &err), 0);
	assert_int_equal(scd_recording_finish(&second, &err), 0);
	assert_int_equal(second.arch_count, 2);
	assert_int_equal(second.count, first.count);
	assert_non_null(find(&second, "socket")->args);
	assert_int_equal(find(&second, "mkdir")->origins, SCD_ORIGIN_PROFILE);
}

static const char trapping[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":"
			       "[\"read\"],\"action\":\"SCMP_ACT_TRAP\"}]}";

static void what_is_no_allow_list_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
		"{\"defaultAction\":\"SCMP_ACT_KILL\"}",
		trapping,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_recording struct scd_recording recording = { 0 };

		assert_int_equal(
			scd_recording_add_profile(&recording, bad[i], strlen(bad[i]), &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_int_equal(recording.count, 0);
	}
}

static void the_kernel_keeps_what_a_tracer_cannot_give(void **state)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	enum {
		COUNT = sizeof(insns) / sizeof(insns[0]),
		TRACED = 4
	};
	const struct scd_filter filter = { .insns = insns, .count = COUNT };
	auto_filter struct scd_filter deny = { 0 }, log = { 0 }, all = { 0 };

	(void)state;
	assert_int_equal(scd_observe_denials(&filter, true, &deny, &err), 0);
	assert_int_equal(scd_observe_denials(&filter, false, &log, &err), 0);
	for (size_t i = 0; i < COUNT; i++) {
		const uint32_t want = i == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRACE;

		assert_int_equal(log.insns[i].k, want);
		assert_int_equal(deny.insns[i].k, i < TRACED ? want : insns[i].k);
	}
	assert_int_equal(scd_observe_all(&all, &err), 0);
	assert_true(scd_bpf_valid(all.insns, all.count));
}

static uint32_t answer(const struct scd_filter *filter, uint32_t arch, int nr, uint64_t arg)
{
	const struct seccomp_data data = { .nr = nr, .arch = arch, .args = { arg } };

	return scd_bpf_run(filter->insns, filter->count, &data);
}

static void only_the_loading_of_filters_is_handed_over(void **state)
{
	const uint32_t native = seccomp_arch_native();
	auto_filter struct scd_filter loads = { 0 };

	(void)state;
	assert_int_equal(scd_observe_loads(&loads, &err), 0);
	assert_true(scd_bpf_valid(loads.insns, loads.count));
	assert_int_equal(answer(&loads, native, __NR_seccomp, 1), SECCOMP_RET_TRACE);
	assert_int_equal(answer(&loads, native, __NR_prctl, PR_SET_SECCOMP), SECCOMP_RET_TRACE);
	assert_int_equal(answer(&loads, native, __NR_prctl, PR_SET_SECCOMP | 1ULL << 32),
			 SECCOMP_RET_TRACE);
	assert_int_equal(answer(&loads, native, __NR_prctl, PR_SET_NAME), SECCOMP_RET_ALLOW);
	assert_int_equal(answer(&loads, native, __NR_openat, PR_SET_SECCOMP), SECCOMP_RET_ALLOW);
	assert_int_equal(answer(&loads, native + 1, __NR_seccomp, 1), SECCOMP_RET_ALLOW);
}

static void what_a_runtime_calls_is_told_from_the_command(void **state)
{
	auto_recording struct scd_recording recording = { 0 };

	(void)state;
	assert_int_equal(scd_recording_add(&recording, "statfs", SCD_ORIGIN_STARTED, 3, &err), 0);
	assert_int_equal(scd_recording_add(&recording, "read", SCD_ORIGIN_STARTED, 2, &err), 0);
	assert_int_equal(scd_recording_add(&recording, "read", SCD_ORIGIN_COMMAND, 5, &err), 0);
	assert_int_equal(scd_recording_finish(&recording, &err), 0);
	for (size_t i = 0; i < recording.count; i++) {
		const struct scd_recorded *call = &recording.calls[i];

		if (strcmp(call->name, "statfs") == 0) {
			assert_int_equal(call->origins, SCD_ORIGIN_STARTED);
			assert_int_equal(call->count, 0);
			assert_int_equal(call->start_count, 3);
			assert_non_null(strstr(scd_recorded_purpose(call), "start a container"));
		} else if (strcmp(call->name, "read") == 0) {
			assert_int_equal(call->count, 5);
			assert_int_equal(call->start_count, 2);
			assert_null(strstr(scd_recorded_purpose(call), "start a container"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_recorded_is_a_profile_that_starts_containers),
		cmocka_unit_test(calls_are_counted_once_with_all_who_need_them),
		cmocka_unit_test(a_call_without_conditions_swallows_those_with),
		cmocka_unit_test(too_many_values_are_no_condition),
		cmocka_unit_test(a_profile_added_comes_back_with_its_conditions),
		cmocka_unit_test(what_is_no_allow_list_is_refused),
		cmocka_unit_test(only_the_loading_of_filters_is_handed_over),
		cmocka_unit_test(what_a_runtime_calls_is_told_from_the_command),
		cmocka_unit_test(the_kernel_keeps_what_a_tracer_cannot_give),
	};

	return cmocka_run_group_tests_name("recording", tests, pin, NULL);
}

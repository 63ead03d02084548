/* SPDX-License-Identifier: MIT */
/* Which consumers a profile is judged for, by which filter, and how large that may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <string.h>

#include "bpf.h"
#include "buf.h"
#include "check.h"
#include "pin.h"

static void judge(const char *text, unsigned runtimes, unsigned oci_runtimes,
		  struct scd_report *report)
{
	const struct scd_check_opts opts = { .runtimes = runtimes,
					     .oci_runtimes = oci_runtimes,
					     .archs = { SCMP_ARCH_X86_64 },
					     .arch_count = 1 };
	struct scd_error err;

	assert_int_equal(scd_check_profile(text, strlen(text), &opts, report, &err), 0);
}

/* Findings of a rule with some words in their message. */
static size_t count(const struct scd_report *report, enum scd_rule_number number, const char *words)
{
	size_t n = 0;

	for (size_t i = 0; i < report->count; i++)
		n += report->items[i].rule->number == number &&
		     strstr(report->items[i].message, words);
	return n;
}

static const struct scd_finding *find(const struct scd_report *report, enum scd_rule_number number)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number)
			return &report->items[i];
	return NULL;
}

/* The older calls but execve on ten architectures, and ioctl with one of @values: each of these is
 * one instruction more. Nothing starts under it. */
static void make_large(struct scd_buf *text, size_t values)
{
	static const char *const archs[] = { "X86_64",	"X86",	      "X32",	"ARM",
					     "AARCH64", "RISCV64",    "MIPSEL", "MIPSEL64",
					     "PPC64LE", "MIPSEL64N32" };
	const char *separator = "";

	scd_buf_puts(text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[");
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		scd_buf_printf(text, "%s\"SCMP_ARCH_%s\"", i ? "," : "", archs[i]);
	scd_buf_puts(text, "],\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[");
	for (int nr = 0; nr < 512; nr++) {
		auto_free char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (!name || strcmp(name, "execve") == 0 || strcmp(name, "ioctl") == 0)
			continue;
		scd_buf_printf(text, "%s\"%s\"", separator, name);
		separator = ",";
	}
	scd_buf_puts(text, "]}");
	for (size_t i = 0; i < values; i++)
		scd_buf_printf(text,
			       ",{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
			       "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":%zu}]}",
			       2 * i + 1);
	scd_buf_puts(text, "]}");
	assert_false(text->failed);
}

static void judge_large(size_t values, unsigned oci_runtimes, struct scd_report *report)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_PROFILE_MAX);

	make_large(&text, values);
	judge(text.data, SCD_CONTAINERD, oci_runtimes, report);
}

/* How many @values make the largest filter that the kernel takes, with crun: it is libseccomp's
 * own. */
static size_t values_of_the_largest(void)
{
	size_t values = 1;

	for (int tries = 0; tries < 5; tries++) {
		auto_report struct scd_report report = { 0 };

		judge_large(values, SCD_CRUN, &report);
		assert_in_range(report.bpf_insns, SCD_BPF_MAX / 2, SCD_BPF_MAX + 64);
		if (report.bpf_insns == SCD_BPF_MAX)
			return values;
		values = values + SCD_BPF_MAX - report.bpf_insns;
	}
	fail_msg("no filter has %zu instructions", SCD_BPF_MAX);
	return 0;
}

static void the_largest_filter_that_the_kernel_takes_is_judged_and_one_more_refused(void **state)
{
	auto_report struct scd_report largest = { 0 }, more = { 0 };
	const size_t values = values_of_the_largest();

	(void)state;
	judge_large(values, SCD_CRUN, &largest);
	assert_int_equal(find(&largest, SCD_FILTER_TOO_LARGE)->severity, SCD_WARNING);
	assert_non_null(find(&largest, SCD_CANNOT_START_EXECVE));
	judge_large(values + 1, SCD_CRUN, &more);
	assert_int_equal(find(&more, SCD_FILTER_TOO_LARGE)->severity, SCD_ERROR);
}

/* As a tree it has over 4,096 instructions, where the list of crun and older ones has less. */
static void runc_is_judged_by_the_larger_filter_that_newer_ones_make(void **state)
{
	auto_report struct scd_report runc = { 0 }, crun = { 0 };

	(void)state;
	judge_large(1, SCD_RUNC, &runc);
	judge_large(1, SCD_CRUN, &crun);
	assert_int_equal(find(&runc, SCD_FILTER_TOO_LARGE)->severity, SCD_ERROR);
	assert_true(runc.bpf_insns > SCD_BPF_MAX);
	assert_true(crun.bpf_insns < SCD_BPF_MAX);
}

#define TWICE(condition)                                                    \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["              \
	"{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_LOG\"" condition "}," \
	"{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\"}]}"

/* With another rule that makes CRI-O look at two containers, both of which have the fault. */
#define BPF_WITH_CAPS                                                       \
	"{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{" \
	"\"caps\":[\"CAP_BPF\"]}},"
#define TWICE_IN_TWO                                                         \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" BPF_WITH_CAPS \
	"{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_LOG\"},"               \
	"{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\"}]}"

/* The first of two rules for a call wins. With a condition there are two where no capability is. */
static void the_reading_of_cri_o_is_judged_where_it_differs(void **state)
{
	static const char always[] = TWICE("");
	static const char conditional[] = TWICE(",\"excludes\":{\"caps\":[\"CAP_BPF\"]}");
	static const char words[] = "the filter of crun under CRI-O, in a container without cap";
	static const struct {
		const char *text;
		unsigned runtimes;
		size_t all, of_view;
	} cases[] = {
		{ always, SCD_CONTAINERD, 1, 0 },  { always, SCD_CRI_O, 1, 0 },
		{ always, SCD_RUNTIME_ANY, 1, 0 }, { conditional, SCD_CRI_O, 1, 1 },
		{ TWICE_IN_TWO, SCD_CRI_O, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_report struct scd_report report = { 0 };

		judge(cases[i].text, cases[i].runtimes, SCD_CRUN, &report);
		assert_int_equal(count(&report, SCD_RULE_CONFLICT_FIRST_WINS, "the filter of crun"),
				 cases[i].all);
		assert_int_equal(count(&report, SCD_RULE_CONFLICT_FIRST_WINS, words),
				 cases[i].of_view);
		assert_int_equal(count(&report, SCD_RULE_CONFLICT_FIRST_WINS, "CRI-O"),
				 cases[i].of_view);
	}
}

/* Also where the profile is judged for CRI-O alone: nothing was said before. */
static void all_that_is_to_be_said_of_one_place_is_said(void **state)
{
	static const unsigned runtimes[] = { SCD_CONTAINERD, SCD_CRI_O };
	struct scd_report reports[2] = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		judge("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"execve\"],"
		      "\"action\":\"SCMP_ACT_ALLOW\"}]}",
		      runtimes[i], 0, &reports[i]);
	assert_true(count(&reports[0], SCD_CANNOT_START_RUNTIME, "runc itself needs") > 1);
	assert_int_equal(reports[0].total, reports[1].total);
	scd_report_done(&reports[0]);
	scd_report_done(&reports[1]);
}

/* What is loaded for a trial, and what `disasm` shows. */
static void the_filter_of_the_first_selected_oci_runtime_is_handed_out(void **state)
{
	static const char text[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":"
				   "[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	static const unsigned runtimes[] = { SCD_OCI_RUNTIME_ANY, SCD_RUNC, SCD_CRUN };
	size_t insns[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct scd_check_opts opts = { .oci_runtimes = runtimes[i] };
		auto_report struct scd_report report = { 0 };
		auto_filter struct scd_filter filter = { 0 };
		struct scd_error err;

		assert_int_equal(
			scd_check_profile_filter(text, strlen(text), &opts, &report, &filter, &err),
			0);
		insns[i] = filter.count;
	}
	assert_int_equal(insns[0], insns[1]);
	assert_true(insns[1] > insns[2] && insns[2] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_largest_filter_that_the_kernel_takes_is_judged_and_one_more_refused),
		cmocka_unit_test(runc_is_judged_by_the_larger_filter_that_newer_ones_make),
		cmocka_unit_test(the_reading_of_cri_o_is_judged_where_it_differs),
		cmocka_unit_test(all_that_is_to_be_said_of_one_place_is_said),
		cmocka_unit_test(the_filter_of_the_first_selected_oci_runtime_is_handed_out),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

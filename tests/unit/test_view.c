/* SPDX-License-Identifier: MIT */
/* What CRI-O makes of Docker's dialect, and what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "dialect.h"
#include "from_text.h"
#include "pin.h"
#include "view.h"

#define IF(conditions) "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"," conditions "}"

static void make_view(const struct from_text *r, uint32_t native, bool caps,
		      struct scd_profile *view)
{
	struct scd_error err;

	assert_int_equal(scd_view_of(&r->profile, native, caps, view, &err), 0);
}

static size_t rules(const char *text, uint32_t native, bool caps)
{
	auto_from_text struct from_text r;
	auto_view struct scd_profile view = { 0 };

	read_text(&r, text);
	make_view(&r, native, caps, &view);
	return view.rule_count;
}

static void capabilities_choose_the_rules(void **state)
{
	static const struct {
		const char *text;
		size_t without, with;
	} cases[] = {
		{ ALLOWING(IF("\"includes\":{\"caps\":[\"CAP_BPF\"]}")), 0, 1 },
		{ ALLOWING(IF("\"excludes\":{\"caps\":[\"CAP_BPF\"]}")), 1, 0 },
		{ ALLOWING(IF("\"includes\":{\"caps\":[]}")), 1, 1 },
		{ ALLOWING(IF("\"excludes\":{\"minKernel\":\"4.8\"}")), 1, 1 },
		{ ALLOWING(IF("\"includes\":{\"caps\":[\"CAP_BPF\"]},"
			      "\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}")),
		  0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(rules(cases[i].text, SCMP_ARCH_X86_64, false), cases[i].without);
		assert_int_equal(rules(cases[i].text, SCMP_ARCH_X86_64, true), cases[i].with);
	}
}

static void architectures_choose_the_rules(void **state)
{
	static const char only[] = ALLOWING(IF("\"includes\":{\"arches\":[\"arm64\",\"s390x\"]}"));
	static const char not_on[] = ALLOWING(IF("\"excludes\":{\"arches\":[\"arm64\"]}"));
	static const char wrong[] =
		ALLOWING(IF("\"includes\":{\"arches\":[\"SCMP_ARCH_X86_64\"]}"));

	(void)state;
	assert_int_equal(rules(only, SCMP_ARCH_X86_64, true), 0);
	assert_int_equal(rules(only, SCMP_ARCH_AARCH64, true), 1);
	assert_int_equal(rules(only, SCMP_ARCH_S390X, true), 1);
	assert_int_equal(rules(not_on, SCMP_ARCH_X86_64, true), 1);
	assert_int_equal(rules(not_on, SCMP_ARCH_AARCH64, true), 0);
	assert_int_equal(rules(wrong, SCMP_ARCH_X86_64, true), 0);
}

static void arch_map_gives_the_nodes_own_row(void **state)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":["
		"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":"
		"[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\",\"SCMP_ARCH_X86\"]},"
		"{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[\"SCMP_ARCH_ARM\"]},"
		"{\"architecture\":\"SCMP_ARCH_PPC64LE\"}]}";
	auto_from_text struct from_text r;
	auto_view struct scd_profile x86 = { 0 }, arm = { 0 }, ppc = { 0 };

	(void)state;
	read_text(&r, text);
	assert_true(scd_view_differs(&r.profile));
	make_view(&r, SCMP_ARCH_X86_64, false, &x86);
	assert_int_equal(x86.arch_count, 3);
	assert_int_equal(x86.archs[0], SCMP_ARCH_X86_64);
	assert_int_equal(x86.archs[2], SCMP_ARCH_X32);
	/* What is wrong with one is said where the map has it. */
	assert_string_equal(x86.archs_at[0]->string, "SCMP_ARCH_X86_64");
	assert_string_equal(x86.archs_at[1]->string, "SCMP_ARCH_X86");
	assert_string_equal(x86.archs_at[2]->string, "SCMP_ARCH_X32");
	make_view(&r, SCMP_ARCH_AARCH64, false, &arm);
	assert_int_equal(arm.arch_count, 2);
	assert_int_equal(arm.archs[1], SCMP_ARCH_ARM);
	/* CRI-O reads the map on some architectures only. */
	make_view(&r, SCMP_ARCH_PPC64LE, false, &ppc);
	assert_int_equal(ppc.arch_count, 0);
}

static void errno_names_are_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} cases[] = {
		{ "EPERM", EPERM }, { "ENOSYS", ENOSYS },	  { "EAGAIN", EAGAIN },
		{ "13", EACCES },   { "EOWNERDEAD", EOWNERDEAD }, { "ENOTSUP", EOPNOTSUPP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_from_text struct from_text r;
		auto_view struct scd_profile view = { 0 };
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"%s\","
			       "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
			       "\"errnoRet\":1,\"errno\":\"%s\"}]}",
			       cases[i].text, cases[i].text);
		read_text(&r, text);
		make_view(&r, SCMP_ARCH_X86_64, false, &view);
		assert_int_equal(view.default_errno, cases[i].number);
		assert_int_equal(scd_profile_rule_action(&view.rules[0]),
				 SCMP_ACT_ERRNO(cases[i].number));
		/* What containerd hands on is as before. */
		assert_int_equal(scd_profile_rule_action(&r.profile.rules[0]), SCMP_ACT_ERRNO(1));
		assert_int_equal(scd_profile_default_action(&r.profile), SCMP_ACT_ERRNO(EPERM));
	}
}

static void without_dockers_keys_there_is_one_reading(void **state)
{
	auto_from_text struct from_text plain, empty;

	(void)state;
	read_text(&plain, ALLOWING(IF("\"comment\":\"x\"")));
	read_text(&empty, ALLOWING(IF("\"includes\":{},\"excludes\":{\"caps\":[]}")));
	assert_false(scd_view_differs(&plain.profile));
	assert_false(scd_view_differs(&empty.profile));
	assert_false(scd_view_needs_caps(&plain.profile));
}

/* The worst that is said of @number's rule under CRI-O alone; -1: nothing. */
static int said(const char *text, unsigned number)
{
	const struct scd_check_opts opts = { .runtimes = SCD_CRI_O,
					     .archs = { SCMP_ARCH_X86_64 },
					     .arch_count = 1 };
	auto_report struct scd_report report = { 0 };
	struct scd_error err;
	int worst = -1;

	assert_int_equal(scd_check_profile(text, strlen(text), &opts, &report, &err), 0);
	for (size_t i = 0; i < report.count; i++)
		if (report.items[i].rule->number == number && (int)report.items[i].severity > worst)
			worst = (int)report.items[i].severity;
	return worst;
}

static void either_outcome_of_a_condition_is_judged(void **state)
{
	(void)state;
	/* Two rules that exclude each other: the first of the two never shadows the other. */
	assert_int_equal(
		said(ALLOWING(IF(
			     "\"includes\":{\"caps\":[\"CAP_BPF\"]}") ","
								      "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_LOG\","
								      "\"excludes\":{\"caps\":[\"CAP_BPF\"]}}"),
		     SCD_RULE_CONFLICT_FIRST_WINS),
		-1);
	/* The second of these denies nothing where the first applies. */
	assert_int_equal(said(ALLOWING("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_LOG\","
				       "\"includes\":{\"caps\":[\"CAP_BPF\"]}}," IF("\"args\":[]")),
			      SCD_RULE_CONFLICT_FIRST_WINS),
			 SCD_ERROR);
	/* No container without the capability starts. */
	assert_int_equal(said("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":"
			      "[\"execve\"],\"action\":\"SCMP_ACT_ALLOW\","
			      "\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}]}",
			      SCD_CANNOT_START_EXECVE),
			 SCD_ERROR);
	/* Docker's single name is compared with the text as well. */
	assert_int_equal(
		said(ALLOWING("{\"name\":\"bpf\",\"action\":\"SCMP_ACT_LOG\"}," IF("\"args\":[]")),
		     SCD_RULE_CONFLICT_FIRST_WINS),
		SCD_ERROR);
}

static void what_cri_o_never_finds_is_reported(void **state)
{
	(void)state;
	assert_int_equal(said(ALLOWING(IF("\"includes\":{\"arches\":[\"x86_64\"]}")),
			      SCD_DOCKER_CONDITIONAL),
			 SCD_ERROR);
	assert_int_equal(said(ALLOWING(IF("\"includes\":{\"caps\":[\"SYS_ADMIN\"]}")),
			      SCD_DOCKER_CONDITIONAL),
			 SCD_ERROR);
	assert_int_equal(said(ALLOWING(IF("\"errno\":\"ENOPE\"")), SCD_ERRNO_STRING), SCD_ERROR);
	assert_int_equal(said(ALLOWING(IF("\"errno\":\"EINTR\"")), SCD_ERRNO_STRING), SCD_ERROR);
	assert_int_equal(said(ALLOWING(IF("\"errno\":\"4095\"")), SCD_ERRNO_RANGE), SCD_ERROR);
	assert_int_equal(said(ALLOWING(IF("\"errno\":\"EPERM\"")), SCD_ERRNO_STRING), -1);
	assert_int_equal(said("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrno\":\"EPERM\","
			      "\"syscalls\":[" IF("\"args\":[]") "]}",
			      SCD_ERRNO_ON_WRONG_ACTION),
			 SCD_ERROR);
	assert_int_equal(
		said("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":"
		     "\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"x86\"]}],"
		     "\"syscalls\":[" IF("\"args\":[]") "]}",
		     SCD_ARCH_UNKNOWN),
		SCD_ERROR);
	/* With CRI-O's map 32-bit programs live. */
	assert_int_equal(
		said("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":"
		     "\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}],"
		     "\"syscalls\":[" IF("\"args\":[]") "]}",
		     SCD_ARCH_32BIT_KILLED),
		-1);
}

/* What is said of Docker's keys where CRI-O alone reads the file. */
static void words_of_the_dialect_are_judged_one_by_one(void **state)
{
	static const struct {
		const char *text;
		enum scd_rule_number number; /* 0: nothing but a note */
		enum scd_severity severity;
		const char *words;
	} cases[] = {
		{ ALLOWING(IF("\"includes\":{\"caps\":[\"CAP_CHOWN\"]}")), 0, 0, NULL },
		{ ALLOWING(IF("\"includes\":{\"caps\":[\"CHOWN\"]}")), SCD_DOCKER_CONDITIONAL,
		  SCD_ERROR,
		  "\"CHOWN\" is no capability to CRI-O: no container has it; write "
		  "\"CAP_CHOWN\"" },
		{ ALLOWING(IF("\"includes\":{\"caps\":[\"nothing\"]}")), SCD_DOCKER_CONDITIONAL,
		  SCD_ERROR, "\"nothing\" is no capability to CRI-O: no container has it" },
		{ ALLOWING(IF("\"excludes\":{\"arches\":[\"x86_64\"]}")), SCD_DOCKER_CONDITIONAL,
		  SCD_ERROR,
		  "\"x86_64\" is no architecture to CRI-O: no container has it; write "
		  "\"amd64\"" },
		/* A rule that holds more often is stricter where it takes something away. */
		{ ALLOWING(IF("\"includes\":{\"minKernel\":\"4.8\"}")), SCD_DOCKER_CONDITIONAL,
		  SCD_WARNING, "CRI-O ignores minKernel" },
		{ DENYING("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":"
			  "{\"minKernel\":\"4.8\"}}"),
		  SCD_DOCKER_CONDITIONAL, SCD_ERROR, "CRI-O ignores minKernel" },
		{ DENYING("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":2,"
			  "\"includes\":{\"minKernel\":\"4.8\"}}"),
		  SCD_DOCKER_CONDITIONAL, SCD_ERROR, "CRI-O ignores minKernel" },
		{ ALLOWING(IF("\"errno\":\"4094\"")), 0, 0, NULL },
		{ ALLOWING(IF("\"errno\":\"4095\"")), SCD_ERRNO_RANGE, SCD_ERROR,
		  "errno must be an error number from 0 to 4094, not 4095: no container" },
		{ ALLOWING(IF("\"errno\":\"EINTR\"")), SCD_ERRNO_STRING, SCD_ERROR,
		  "\"EINTR\" is not an error that CRI-O knows: it refuses" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_from_text struct from_text r;
		const struct scd_finding *found = NULL;

		read_text(&r, cases[i].text);
		scd_report_done(&r.report); /* what the reader said for every consumer */
		r.opts.runtimes = SCD_CRI_O;
		scd_dialect_check(&r.judge, &r.profile);
		for (size_t k = 0; k < r.report.count; k++)
			if (r.report.items[k].severity > SCD_NOTE && !found)
				found = &r.report.items[k];
		if (!found != !cases[i].words)
			fail_msg("%s", cases[i].text);
		if (found && (found->rule->number != cases[i].number ||
			      found->severity != cases[i].severity ||
			      strncmp(found->message, cases[i].words, strlen(cases[i].words)) != 0))
			fail_msg("%s: %s", cases[i].words, found->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_choose_the_rules),
		cmocka_unit_test(architectures_choose_the_rules),
		cmocka_unit_test(arch_map_gives_the_nodes_own_row),
		cmocka_unit_test(errno_names_are_numbers),
		cmocka_unit_test(words_of_the_dialect_are_judged_one_by_one),
		cmocka_unit_test(without_dockers_keys_there_is_one_reading),
		cmocka_unit_test(either_outcome_of_a_condition_is_judged),
		cmocka_unit_test(what_cri_o_never_finds_is_reported),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The verdicts on the profiles of tests/data: each NAME.json has a NAME.expect with one line for
 * a finding, "line:column severity SCPnnn", in the report's order. Run where tests/ is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "check_opts.h"
#include "fsio.h"
#include "pin.h"

#define ALL "tests/data/{valid,invalid,tricky}/*.json"

/* One target for all machines, so that one .expect serves them. */
static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

static void read_file(const char *path, char **text, size_t *len)
{
	struct scd_error err = { 0 };

	if (scd_read_file_at(AT_FDCWD, path, true, (size_t)1 << 20, text, len, &err) < 0)
		fail_msg("%s", err.msg);
}

static void judge(const char *path, const struct scd_check_opts *opts, struct scd_report *report)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	read_file(path, &text, &len);
	assert_int_equal(scd_check_profile(text, len, opts, report, &err), 0);
}

static void list(const char *pattern, glob_t *found)
{
	assert_int_equal(glob(pattern, GLOB_BRACE, NULL, found), 0);
}

static void describe(const struct scd_report *report, struct scd_buf *out)
{
	for (size_t i = 0; i < report->count; i++)
		scd_buf_printf(out, "%u:%u %s %s\n", report->items[i].line, report->items[i].column,
			       scd_severity_name(report->items[i].severity),
			       report->items[i].rule->id);
}

/* Whether @text has the line that begins at @line. */
static bool has_line(const char *text, const char *line)
{
	size_t n = strcspn(line, "\n");

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (strcspn(p, "\n") == n && strncmp(p, line, n) == 0)
			return true;
	return false;
}

/* Lines of @a that @b has not, each behind @sign. */
static void print_lines(char sign, const char *a, const char *b)
{
	for (const char *p = a; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!has_line(b, p))
			print_error("  %c %.*s\n", sign, (int)strcspn(p, "\n"), p);
}

static bool as_expected(const char *path)
{
	auto_report struct scd_report report = { 0 };
	auto_buf struct scd_buf actual = scd_buf_init(1 << 16);
	auto_free char *expected = NULL;
	char file[4096];
	size_t len;

	judge(path, &standard, &report);
	describe(&report, &actual);
	(void)snprintf(file, sizeof(file), "%.*s.expect", (int)(strlen(path) - strlen(".json")),
		       path);
	read_file(file, &expected, &len);
	if (strcmp(expected, scd_buf_text(&actual)) == 0)
		return true;
	print_error("%s (- expected, + found):\n", path);
	print_lines('-', expected, scd_buf_text(&actual));
	print_lines('+', scd_buf_text(&actual), expected);
	for (size_t i = 0; i < report.count; i++)
		print_error("    %u:%u %s\n", report.items[i].line, report.items[i].column,
			    report.items[i].message);
	return false;
}

static void every_profile_gets_the_findings_that_it_expects(void **state)
{
	glob_t found;
	size_t wrong = 0;

	(void)state;
	list(ALL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		wrong += !as_expected(found.gl_pathv[i]);
	assert_true(found.gl_pathc > 100);
	globfree(&found);
	if (wrong)
		fail_msg("%zu files; `make update-expected` writes them anew", wrong);
}

/* Notes of what is so with an older runtime, or will be so: no fault of the profile. */
static bool is_of_another_time(const struct scd_finding *finding)
{
	return finding->severity == SCD_NOTE && (finding->rule->number == SCD_SYSCALL_TOO_NEW ||
						 finding->rule->number == SCD_ACTION_VERSION ||
						 finding->rule->number == SCD_OCI_ARTIFACT);
}

static size_t count_faults(const struct scd_report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++)
		count += !is_of_another_time(&report->items[i]);
	return count;
}

static void assert_all(const char *pattern, bool accepted, bool silent)
{
	glob_t found;

	list(pattern, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		auto_report struct scd_report report = { 0 };

		judge(found.gl_pathv[i], &standard, &report);
		if (scd_report_accepts(&report) != accepted ||
		    (silent && count_faults(&report) > 0))
			fail_msg("%s: %zu errors, %zu findings", found.gl_pathv[i],
				 report.by_severity[SCD_ERROR], report.total);
		assert_true(!accepted || report.bpf_insns > 0);
	}
	globfree(&found);
}

static void directories_mean_what_they_are_called(void **state)
{
	(void)state;
	assert_all("tests/data/valid/*.json", true, true);
	assert_all("tests/data/invalid/*.json", false, false);
	assert_all("tests/data/tricky/*.json", true, false);
}

static bool reports(const char *pattern, unsigned number)
{
	bool seen = false;
	glob_t found;

	if (glob(pattern, GLOB_BRACE, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		auto_report struct scd_report report = { 0 };

		judge(found.gl_pathv[i], &standard, &report);
		for (size_t j = 0; j < report.count; j++)
			seen |= report.items[j].rule->number == number;
	}
	globfree(&found);
	return seen;
}

static void every_rule_of_the_text_has_a_file_that_is_called_after_it(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char pattern[128];

		/* What the daemon finds: it needs the name or the previous text; and what is found
		 * in manifests around profiles. */
		if (rules[i].number == SCD_PATH_RULES || rules[i].number == SCD_CRUN_CACHE_ERRNO ||
		    rules[i].number >= SCD_MANIFEST_SYNTAX)
			continue;
		(void)snprintf(pattern, sizeof(pattern), "tests/data/{invalid,tricky}/%s-*.json",
			       rules[i].id);
		if (!reports(pattern, rules[i].number))
			fail_msg("no file %s reports %s", pattern, rules[i].name);
	}
}

/* What is wrong comes with what to write instead. */
static bool has_cure(const struct scd_finding *f)
{
	return f->severity == SCD_NOTE || f->rule->number == SCD_JSON_SYNTAX ||
	       strstr(f->message, "; ") || strstr(f->message, "did you mean");
}

static void assert_finding(const char *path, const struct scd_finding *f, unsigned lines)
{
	assert_in_range(f->line, 1, lines);
	assert_true(f->column >= 1 && strlen(f->message) > 10);
	assert_true(strlen(f->message) <= SCD_MESSAGE_MAX);
	assert_null(strpbrk(f->message, "\n\r\t\x1b"));
	if (!has_cure(f))
		fail_msg("%s: no cure in: %s", path, f->message);
}

/* Findings in order, at places that the text has, with messages for one line of a terminal. */
static void findings_stand_in_the_text_and_in_order(void **state)
{
	glob_t found;

	(void)state;
	list(ALL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		auto_report struct scd_report report = { 0 };
		auto_free char *text = NULL;
		unsigned lines = 1;
		size_t len;

		read_file(found.gl_pathv[i], &text, &len);
		for (size_t j = 0; j < len; j++)
			lines += text[j] == '\n';
		judge(found.gl_pathv[i], &standard, &report);
		for (size_t j = 0; j < report.count; j++) {
			const struct scd_finding *f = &report.items[j];

			assert_finding(found.gl_pathv[i], f, lines);
			assert_true(j == 0 || f[-1].line < f->line ||
				    (f[-1].line == f->line && f[-1].column <= f->column));
		}
	}
	globfree(&found);
}

static void strict_makes_every_warning_an_error(void **state)
{
	struct scd_check_opts strict = standard;
	glob_t found;

	(void)state;
	strict.strict = true;
	list(ALL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		auto_report struct scd_report a = { 0 }, b = { 0 };

		judge(found.gl_pathv[i], &standard, &a);
		judge(found.gl_pathv[i], &strict, &b);
		assert_int_equal(b.by_severity[SCD_WARNING], 0);
		assert_int_equal(b.by_severity[SCD_ERROR],
				 a.by_severity[SCD_ERROR] + a.by_severity[SCD_WARNING]);
		assert_int_equal(a.total, b.total);
	}
	globfree(&found);
}

/* A rule that is not disabled finds no less because another one is. */
static void a_disabled_rule_is_never_reported(void **state)
{
	struct scd_check_opts opts = standard;
	auto_report struct scd_report report = { 0 };
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_check_opts_disable(&opts, "kill-is-thread", &err), 0);
	assert_int_equal(scd_check_opts_disable(&opts, "SCP046", &err), 0);
	assert_int_equal(scd_check_opts_disable(&opts, "action-version", &err), 0);
	assert_int_equal(scd_check_opts_disable(&opts, "denylist-sibling", &err), 0);
	judge("tests/data/tricky/SCP049-kill-is-thread.json", &opts, &report);
	assert_int_equal(report.total, 0);
	assert_int_equal(scd_check_opts_disable(&opts, "SCP052", &err), 0);
	judge("tests/data/invalid/SCP052-listener-unused.json", &opts, &report);
	assert_true(scd_report_accepts(&report));
}

static void rules_without_which_nothing_starts_cannot_be_disabled(void **state)
{
	struct scd_check_opts opts = standard;
	struct scd_error err;
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	assert_int_equal(scd_check_opts_disable(&opts, "no-such-rule", &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	for (size_t i = 0; i < count; i++) {
		int rc = scd_check_opts_disable(&opts, rules[i].id, &err);

		assert_int_equal(rc, rules[i].fixed ? -1 : 0);
		assert_int_equal(opts.disabled[rules[i].number], rules[i].fixed ? 0 : 1);
	}
	/* A rule that is marked all the same, past scd_check_opts_disable(), is reported. */
	opts.disabled[SCD_ACTION_UNKNOWN] = 1;
	{
		auto_report struct scd_report report = { 0 };

		judge("tests/data/invalid/SCP005-action-unknown.json", &opts, &report);
		assert_false(scd_report_accepts(&report));
	}
}

static enum scd_severity worst(const char *text, unsigned runtimes, unsigned oci_runtimes)
{
	struct scd_check_opts opts = standard;
	auto_report struct scd_report report = { 0 };
	enum scd_severity severity = SCD_NOTE;
	struct scd_error err;

	opts.runtimes = runtimes;
	opts.oci_runtimes = oci_runtimes;
	assert_int_equal(scd_check_profile(text, strlen(text), &opts, &report, &err), 0);
	for (size_t i = 0; i < report.count; i++)
		if (report.items[i].severity > severity)
			severity = report.items[i].severity;
	return severity;
}

#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
#define RULE(rule) "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":[" rule "]}"

#define FLAGS(flag, action)                                                                          \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_" flag               \
	"\"]," ARCHS                                                                                 \
	"\"listenerPath\":\"/a\",\"syscalls\":[{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_" action \
	"\"}]}"

/* What bites one consumer alone is no error for the others. */
static void severity_depends_on_the_targets(void **state)
{
	static const struct {
		const char *text;
		unsigned runtimes, oci_runtimes;
		enum scd_severity severity;
	} cases[] = {
		{ RULE("{\"name\":\"bpf\",\"action\":\"SCMP_ACT_ERRNO\"}"), SCD_CONTAINERD, 0,
		  SCD_ERROR },
		{ RULE("{\"name\":\"bpf\",\"action\":\"SCMP_ACT_ERRNO\"}"), SCD_CRI_O, 0,
		  SCD_NOTE },
		{ RULE("{\"name\":\"bpf\",\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\"}"),
		  SCD_CRI_O, 0, SCD_ERROR },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
		       "\"excludes\":{\"caps\":[\"CAP_BPF\"]}}"),
		  SCD_CONTAINERD, 0, SCD_ERROR },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
		       "\"excludes\":{\"caps\":[\"CAP_BPF\"]}}"),
		  SCD_CRI_O, 0, SCD_NOTE },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
		       "\"excludes\":{\"minKernel\":\"4.8\"}}"),
		  SCD_CRI_O, 0, SCD_WARNING },
		{ "{\"defaultAction\":\"SCMP_ACT_LOG\"," ARCHS "\"syscalls\":[{\"names\":[\"bpf\"],"
		  "\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"4.8\"}}]}",
		  SCD_CRI_O, 0, SCD_ERROR },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_TRAP\",\"errnoRet\":1}"), 0,
		  SCD_CRUN, SCD_ERROR },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_TRAP\",\"errnoRet\":1}"), 0,
		  SCD_RUNC, SCD_NOTE },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
		       "\"errnoRet\":4294967309}"),
		  0, SCD_CRUN, SCD_ERROR },
		{ RULE("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\","
		       "\"errnoRet\":4294967309}"),
		  0, SCD_RUNC, SCD_WARNING },
		{ RULE("{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_NOTIFY\"}"), 0, SCD_RUNC,
		  SCD_ERROR },
		{ RULE("{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_NOTIFY\"}"), 0, SCD_CRUN,
		  SCD_WARNING },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/a\"," ARCHS
		  "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  0, SCD_CRUN, SCD_ERROR },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/a\"," ARCHS
		  "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  0, SCD_RUNC, SCD_NOTE },
		{ FLAGS("TSYNC", "NOTIFY"), 0, SCD_CRUN, SCD_ERROR },
		{ FLAGS("TSYNC", "NOTIFY"), 0, SCD_RUNC, SCD_WARNING },
		{ FLAGS("TSYNC", "ERRNO"), 0, SCD_CRUN, SCD_ERROR }, /* for its listenerPath */
		{ FLAGS("WAIT_KILLABLE_RECV", "NOTIFY"), 0, SCD_CRUN, SCD_NOTE },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"x86\",\"SCMP_ARCH_x32\"],"
		  "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  0, SCD_CRUN, SCD_WARNING },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"x86\",\"SCMP_ARCH_x32\"],"
		  "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  0, SCD_RUNC, SCD_ERROR },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]," ARCHS
		  "\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		  0, SCD_CRUN, SCD_NOTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum scd_severity got =
			worst(cases[i].text, cases[i].runtimes, cases[i].oci_runtimes);

		if (got != cases[i].severity)
			print_error("case %zu: %s\n", i, cases[i].text);
		assert_int_equal(got, cases[i].severity);
	}
}

static void start_sets_belong_to_their_runtime(void **state)
{
	static const char text[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":"
				   "[\"execve\",\"exit_group\",\"arch_prctl\"],"
				   "\"action\":\"SCMP_ACT_ALLOW\"}]}";

	(void)state;
	assert_int_equal(worst(text, 0, SCD_CRUN), SCD_WARNING);
	assert_int_equal(worst(text, 0, SCD_RUNC), SCD_ERROR);
}

static void byte_order_is_judged_for_every_selected_architecture(void **state)
{
	struct scd_check_opts opts = { .archs = { SCMP_ARCH_S390X }, .arch_count = 1 };
	auto_report struct scd_report report = { 0 }, other = { 0 };

	(void)state;
	judge("tests/data/invalid/SCP044-arch-endian.json", &opts, &report);
	assert_int_equal(report.by_severity[SCD_ERROR], 1);
	assert_string_equal(report.items[0].pointer, "/architectures/0");
	judge("tests/data/tricky/SCP046-arch-32bit-killed.json", &opts, &other);
	assert_true(scd_report_accepts(&other));
	assert_true(other.bpf_insns > 0);
}

#define KEYED(top, action, more, errno)                                                       \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\"," top "\"syscalls\":[{\"names\":[\"bpf\"" more \
	"],\"action\":\"SCMP_ACT_" action "\"" errno "}]}"

/* Two texts are one to crun's cache when nothing but an errnoRet differs. */
static void crun_knows_a_profile_by_all_but_its_error_numbers(void **state)
{
	static const struct {
		const char *text;
		bool same, same_errnos;
	} cases[] = {
		{ KEYED("", "ERRNO", "", ",\"errnoRet\":1"), true, true },
		{ KEYED("", "ERRNO", "", ",\"errnoRet\" : 1 "), true, true },
		{ KEYED("", "ERRNO", "", ",\"errnoRet\":38"), true, false },
		{ KEYED("", "ERRNO", "", ""), true, false },
		{ KEYED("", "ERRNO", ",\"reboot\"", ",\"errnoRet\":1"), false, true },
		{ KEYED("", "TRAP", "", ""), false, false },
		{ KEYED("\"architectures\":[\"SCMP_ARCH_X86\"],", "ERRNO", "", ",\"errnoRet\":1"),
		  false, true },
		{ KEYED("\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],", "ERRNO", "", ",\"errnoRet\":1"),
		  false, true },
	};
	auto_report struct scd_report first = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_report struct scd_report report = { 0 };
		struct scd_error err;

		assert_int_equal(scd_check_profile(cases[i].text, strlen(cases[i].text), &standard,
						   i ? &report : &first, &err),
				 0);
		assert_true(first.crun_key != 0);
		if (i == 0)
			continue;
		assert_int_equal(report.crun_key == first.crun_key, cases[i].same);
		assert_int_equal(report.errno_key == first.errno_key, cases[i].same_errnos);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_gets_the_findings_that_it_expects),
		cmocka_unit_test(directories_mean_what_they_are_called),
		cmocka_unit_test(every_rule_of_the_text_has_a_file_that_is_called_after_it),
		cmocka_unit_test(findings_stand_in_the_text_and_in_order),
		cmocka_unit_test(strict_makes_every_warning_an_error),
		cmocka_unit_test(a_disabled_rule_is_never_reported),
		cmocka_unit_test(rules_without_which_nothing_starts_cannot_be_disabled),
		cmocka_unit_test(severity_depends_on_the_targets),
		cmocka_unit_test(start_sets_belong_to_their_runtime),
		cmocka_unit_test(byte_order_is_judged_for_every_selected_architecture),
		cmocka_unit_test(crun_knows_a_profile_by_all_but_its_error_numbers),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

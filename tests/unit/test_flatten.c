/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>

#include "flatten.h"

#define PROFILE(members) "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," members "}"
#define SYSCALLS(rules) PROFILE("\"syscalls\":[" rules "]")

struct flat {
	struct scd_report report;
	struct scd_flattened out;
};

static void flat_done(struct flat *flat)
{
	scd_report_done(&flat->report);
	scd_flattened_done(&flat->out);
}

#define auto_flat SCD_CLEANUP(flat_done)

static const struct scd_flatten_opts on_x86 = { .archs = { SCMP_ARCH_X86_64 },
						.arch_count = 1,
						.kernel = { 5, 10 } };
static const struct scd_flatten_opts on_both = { .archs = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64 },
						 .arch_count = 2,
						 .kernel = { 5, 10 } };

static void flatten(struct flat *flat, const char *text, const struct scd_flatten_opts *opts)
{
	struct scd_error err;

	*flat = (struct flat){ 0 };
	assert_int_equal(scd_flatten(text, strlen(text), opts, &flat->report, &flat->out, &err), 0);
}

/* The text without its white space. */
static char *squeezed(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	assert_non_null(out);
	for (; *text; text++)
		if (*text != ' ' && *text != '\n')
			*to++ = *text;
	*to = '\0';
	return out;
}

static void assert_flat(const char *text, const struct scd_flatten_opts *opts, const char *expected)
{
	auto_flat struct flat flat;
	auto_free char *got = NULL;

	flatten(&flat, text, opts);
	assert_int_equal(flat.report.by_severity[SCD_ERROR], 0);
	assert_non_null(flat.out.text);
	got = squeezed(flat.out.text);
	assert_string_equal(got, expected);
}

static void assert_refused(const char *text, const struct scd_flatten_opts *opts,
			   enum scd_rule_number rule)
{
	auto_flat struct flat flat;

	flatten(&flat, text, opts);
	assert_null(flat.out.text);
	assert_int_equal(flat.report.items[0].rule->number, rule);
	assert_int_equal(flat.report.items[0].severity, SCD_ERROR);
}

static void a_plain_profile_stays_as_it_is(void **state)
{
	static const char plain[] =
		SYSCALLS("{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			 "{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":97,"
			 "\"args\":[{\"index\":0,\"value\":18446744073709551615,\"op\":"
			 "\"SCMP_CMP_EQ\"}]}");

	(void)state;
	assert_flat(plain, &on_x86, plain);
}

static void rules_follow_the_capabilities(void **state)
{
	static const char text[] = SYSCALLS(
		"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":"
		"[\"CAP_SYS_ADMIN\"]}},"
		"{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38,"
		"\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}");
	struct scd_flatten_opts admin = on_x86;

	(void)state;
	admin.capabilities = UINT64_C(1) << CAP_SYS_ADMIN;
	assert_flat(
		text, &on_x86,
		SYSCALLS("{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}"));
	assert_flat(text, &admin,
		    SYSCALLS("{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
}

static void each_decision_is_said_with_its_place(void **state)
{
	auto_flat struct flat flat;

	(void)state;
	flatten(&flat,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"syscalls\":[\n"
		"{\"names\":[\"mount\",\"umount2\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":"
		"{\"caps\":[\"CAP_SYS_ADMIN\"]}},\n"
		"{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":"
		"\"4.8\"}}]}",
		&on_x86);
	assert_int_equal(flat.out.step_count, 2);
	assert_int_equal(flat.out.steps[0].verb, SCD_FLATTEN_DROPPED);
	assert_int_equal(flat.out.steps[0].line, 3);
	assert_int_equal(flat.out.steps[0].rule, 0);
	assert_string_equal(flat.out.steps[0].what, "mount and 1 more");
	assert_string_equal(flat.out.steps[0].why,
			    "only with CAP_SYS_ADMIN, which the container does not have");
	assert_int_equal(flat.out.steps[1].verb, SCD_FLATTEN_KEPT);
	assert_int_equal(flat.out.steps[1].line, 4);
	assert_int_equal(flat.out.steps[1].rule, 1);
}

static void arch_map_becomes_architectures(void **state)
{
	static const char text[] = PROFILE(
		"\"archMap\":["
		"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]},"
		"{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[\"SCMP_ARCH_ARM\"]}],"
		"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]");
	static const struct scd_flatten_opts on_riscv = { .archs = { SCMP_ARCH_RISCV64 },
							  .arch_count = 1,
							  .kernel = { 5, 10 } };
#define READ "\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]"

	(void)state;
	assert_flat(text, &on_x86,
		    PROFILE("\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]," READ));
	assert_flat(text, &on_both,
		    PROFILE("\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\","
			    "\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\"]," READ));
	assert_flat(text, &on_riscv, PROFILE(READ));
	assert_refused(PROFILE("\"architectures\":[\"SCMP_ARCH_X86\"],\"archMap\":[{"
			       "\"architecture\":\"SCMP_ARCH_X86_64\"}],\"syscalls\":[]"),
		       &on_x86, SCD_DOCKER_ARCHMAP);
	assert_refused(PROFILE("\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\","
			       "\"subArchitectures\":[\"SCMP_ARCH_I386\"]}],\"syscalls\":[]"),
		       &on_x86, SCD_ARCH_UNKNOWN);
}

/* One file for two architectures is right when nothing is allowed that one of them would not. */
static void a_rule_for_one_architecture_is_kept_when_the_other_lacks_its_calls(void **state)
{
	static const char prctl[] = SYSCALLS(
		"{\"names\":[\"arch_prctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":"
		"[\"amd64\"]}}");
	static const char sync[] = SYSCALLS(
		"{\"names\":[\"arch_prctl\",\"ptrace\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{"
		"\"arches\":[\"amd64\"]}}");

	(void)state;
	assert_flat(prctl, &on_both,
		    SYSCALLS("{\"names\":[\"arch_prctl\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
	assert_refused(sync, &on_both, SCD_DOCKER_CONDITIONAL);
}

/* A call of a 32-bit architecture that archMap adds counts as well. */
static void a_sub_architecture_is_looked_at(void **state)
{
	static const char text[] = PROFILE(
		"\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":["
		"\"SCMP_ARCH_X86\"]},{\"architecture\":\"SCMP_ARCH_AARCH64\"}],\"syscalls\":[{"
		"\"names\":[\"socketcall\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":["
		"\"arm64\"]}}]");

	(void)state;
	assert_refused(text, &on_both, SCD_DOCKER_CONDITIONAL);
}

static void old_rules_with_a_name_each_become_one(void **state)
{
	(void)state;
	assert_flat(SYSCALLS("{\"name\":\"write\",\"action\":\"SCMP_ACT_ALLOW\",\"args\":[]},"
			     "{\"name\":\"read\",\"action\":\"SCMP_ACT_ALLOW\",\"args\":[]},"
			     "{\"name\":\"ptrace\",\"action\":\"SCMP_ACT_KILL\",\"args\":[]},"
			     "{\"name\":\"close\",\"action\":\"SCMP_ACT_ALLOW\"}"),
		    &on_x86,
		    SYSCALLS("{\"names\":[\"read\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			     "{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_KILL\"},"
			     "{\"names\":[\"close\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
	assert_refused(SYSCALLS("{\"name\":\"read\",\"names\":[\"write\"],\"action\":"
				"\"SCMP_ACT_ALLOW\"}"),
		       &on_x86, SCD_DOCKER_NAME);
}

static void names_of_errors_become_numbers(void **state)
{
	(void)state;
	assert_flat(
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ENOSYS\",\"syscalls\":["
		"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"EACCES\"}]}",
		&on_x86,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"syscalls\":["
		"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}");
	assert_refused("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ENOTHING\"}",
		       &on_x86, SCD_ERRNO_STRING);
}

static void comments_stay(void **state)
{
	(void)state;
	assert_flat(
		SYSCALLS("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"comment\":\"why\"},"
			 "{\"names\":[\"close\"],\"action\":\"SCMP_ACT_ALLOW\",\"comment\":\"\"}"),
		&on_x86,
		SYSCALLS("{\"comment\":\"why\",\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			 "{\"names\":[\"close\"],\"action\":\"SCMP_ACT_ALLOW\"}"));
}

static void what_is_no_profile_is_refused(void **state)
{
	(void)state;
	assert_refused("{", &on_x86, SCD_JSON_SYNTAX);
	assert_refused("{\"defaultAction\":\"SCMP_ACT_DENY\"}", &on_x86, SCD_ACTION_UNKNOWN);
	assert_refused("{}", &on_x86, SCD_PROFILE_EMPTY);
	assert_refused(SYSCALLS("null"), &on_x86, SCD_NULL_ELEMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_profile_stays_as_it_is),
		cmocka_unit_test(rules_follow_the_capabilities),
		cmocka_unit_test(each_decision_is_said_with_its_place),
		cmocka_unit_test(arch_map_becomes_architectures),
		cmocka_unit_test(
			a_rule_for_one_architecture_is_kept_when_the_other_lacks_its_calls),
		cmocka_unit_test(a_sub_architecture_is_looked_at),
		cmocka_unit_test(old_rules_with_a_name_each_become_one),
		cmocka_unit_test(names_of_errors_become_numbers),
		cmocka_unit_test(comments_stay),
		cmocka_unit_test(what_is_no_profile_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

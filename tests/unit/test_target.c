/* SPDX-License-Identifier: MIT */
/* The rules that runc and crun make of a profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/syscall.h>

#include "from_text.h"
#include "target.h"

static void build(const struct from_text *r, enum scd_oci_runtime runtime,
		  struct scd_target *target)
{
	struct scd_error err;

	assert_int_equal(scd_target_build(&r->profile, runtime, target, &err), 0);
}

static void assert_rule(const struct scd_target_rule *rule, int nr, uint32_t action,
			unsigned arg_count)
{
	assert_int_equal(rule->nr, nr);
	assert_int_equal(rule->action, action);
	assert_int_equal(rule->arg_count, arg_count);
}

static void names_become_rules_in_order(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };

	(void)state;
	read_text(&r, DENYING(RULE("\"write\",\"read\"", "ALLOW") "," RULE("\"bpf\"", "KILL")));
	build(&r, SCD_RUNC, &target);
	assert_int_equal(target.default_action, SCMP_ACT_ERRNO(1));
	assert_int_equal(target.count, 3);
	assert_rule(&target.rules[0], __NR_write, SCMP_ACT_ALLOW, 0);
	assert_rule(&target.rules[1], __NR_read, SCMP_ACT_ALLOW, 0);
	assert_rule(&target.rules[2], __NR_bpf, SCMP_ACT_KILL_THREAD, 0);
	assert_string_equal(target.rules[1].name->string, "read");
	assert_ptr_equal(target.rules[1].rule, &r.profile.rules[0]);
}

static void rules_equal_to_the_default_are_dropped_errno_included(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };

	(void)state;
	read_text(&r,
		  DENYING("{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"},"
			  "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1},"
			  "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":65537},"
			  "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}"));
	build(&r, SCD_CRUN, &target);
	assert_int_equal(target.count, 1);
	assert_rule(&target.rules[0], __NR_bpf, SCMP_ACT_ERRNO(13), 0);
}

static void names_that_libseccomp_does_not_know_are_skipped(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };

	(void)state;
	read_text(&r, ALLOWING(RULE("\"GETUID\",\"mseal\",\"opennat\",\"getuid\",\"stat64\"",
				    "ERRNO")));
	build(&r, SCD_RUNC, &target);
	assert_int_equal(target.count, 2);
	assert_rule(&target.rules[0], __NR_getuid, SCMP_ACT_ERRNO(1), 0);
	assert_true(target.rules[1].nr < -1); /* of other architectures */
}

static void different_arguments_stay_together(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };

	(void)state;
	read_text(&r, ALLOWING(RULE_IF("\"socket\"", "ERRNO", WHEN(0, EQ, 16) "," WHEN(2, NE, 9))));
	build(&r, SCD_RUNC, &target);
	assert_int_equal(target.count, 1);
	assert_int_equal(target.rules[0].arg_count, 2);
	assert_int_equal(target.rules[0].args[1].arg, 2);
}

/* All of them, those on other arguments too. */
static void the_same_argument_twice_splits_every_condition(void **state)
{
	static const enum scd_oci_runtime runtimes[] = { SCD_RUNC, SCD_CRUN };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_from_text struct from_text r;
		auto_target struct scd_target target = { 0 };

		read_text(&r,
			  ALLOWING(RULE_IF("\"ioctl\",\"fcntl\"", "ERRNO",
					   WHEN(1, GE, 1) "," WHEN(0, EQ, 3) "," WHEN(1, LE, 5))));
		build(&r, runtimes[i], &target);
		assert_int_equal(target.count, 6);
		assert_rule(&target.rules[0], __NR_ioctl, SCMP_ACT_ERRNO(1), 1);
		assert_int_equal(target.rules[0].args->op, SCMP_CMP_GE);
		assert_int_equal(target.rules[1].args->arg, 0);
		assert_int_equal(target.rules[2].args->op, SCMP_CMP_LE);
		assert_rule(&target.rules[5], __NR_fcntl, SCMP_ACT_ERRNO(1), 1);
	}
}

static void crun_reads_six_conditions_and_runc_all(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target runc = { 0 }, crun = { 0 };

	(void)state;
	read_text(&r,
		  ALLOWING(RULE_IF(
			  "\"ioctl\"", "ERRNO",
			  WHEN(0, EQ, 1) "," WHEN(1, EQ, 1) "," WHEN(2, EQ, 1) "," WHEN(
				  3, EQ, 1) "," WHEN(4, EQ, 1) "," WHEN(5, EQ, 1) "," WHEN(0, EQ,
											   7))));
	build(&r, SCD_RUNC, &runc);
	build(&r, SCD_CRUN, &crun);
	assert_int_equal(runc.count, 7); /* split: the seventh repeats an argument */
	assert_int_equal(crun.count, 1); /* which crun never sees */
	assert_int_equal(crun.rules[0].arg_count, 6);
	assert_false(scd_target_equal(&runc, &crun));
}

static void targets_are_equal_when_one_filter_serves_both(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target a = { 0 }, b = { 0 };

	(void)state;
	read_text(&r, ALLOWING(RULE("\"bpf\"", "ERRNO") "," RULE_IF("\"kill\"", "TRAP",
								    WHEN(1, EQ, 9))));
	build(&r, SCD_RUNC, &a);
	build(&r, SCD_CRUN, &b);
	assert_true(scd_target_equal(&a, &b));
	b.rules[0].action = SCMP_ACT_LOG;
	assert_false(scd_target_equal(&a, &b));
	b.rules[0].action = a.rules[0].action;
	b.default_action = SCMP_ACT_LOG;
	assert_false(scd_target_equal(&a, &b));
}

static void write_many(struct scd_buf *text, size_t names)
{
	scd_buf_puts(text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":"
			   "\"SCMP_ACT_ERRNO\",\"args\":[{\"op\":\"SCMP_CMP_NE\"},{\"op\":"
			   "\"SCMP_CMP_EQ\"}],\"names\":[\"dup\"");
	for (size_t i = 1; i < names; i++)
		scd_buf_puts(text, ",\"dup\"");
	scd_buf_puts(text, "]}]}");
	assert_false(text->failed);
}

static void rules_are_counted_after_expansion(void **state)
{
	auto_buf struct scd_buf most = scd_buf_init(SCD_PROFILE_MAX);
	auto_buf struct scd_buf more = scd_buf_init(SCD_PROFILE_MAX);
	auto_from_text struct from_text a, b;
	auto_target struct scd_target target = { 0 }, none = { 0 };
	struct scd_error err;

	(void)state;
	write_many(&most, SCD_RULES_MAX / 2);
	write_many(&more, SCD_RULES_MAX / 2 + 1);
	read_text(&a, most.data);
	read_text(&b, more.data);
	build(&a, SCD_RUNC, &target);
	assert_int_equal(target.count, SCD_RULES_MAX);
	assert_int_equal(scd_target_build(&b.profile, SCD_RUNC, &none, &err), 1);
	assert_null(none.rules);
}

static void docker_s_name_counts_where_names_is_absent(void **state)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };

	(void)state;
	read_text(&r, ALLOWING("{\"name\":\"bpf\",\"action\":\"SCMP_ACT_ERRNO\"}"));
	build(&r, SCD_RUNC, &target);
	assert_int_equal(target.count, 1);
	assert_rule(&target.rules[0], __NR_bpf, SCMP_ACT_ERRNO(1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_rules_in_order),
		cmocka_unit_test(rules_equal_to_the_default_are_dropped_errno_included),
		cmocka_unit_test(names_that_libseccomp_does_not_know_are_skipped),
		cmocka_unit_test(different_arguments_stay_together),
		cmocka_unit_test(the_same_argument_twice_splits_every_condition),
		cmocka_unit_test(crun_reads_six_conditions_and_runc_all),
		cmocka_unit_test(targets_are_equal_when_one_filter_serves_both),
		cmocka_unit_test(rules_are_counted_after_expansion),
		cmocka_unit_test(docker_s_name_counts_where_names_is_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What libseccomp is not given: rules without an end, and more than a kernel takes. What is said of
 * them is tried with libseccomp itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compile.h"
#include "cost.h"
#include "endless.h"
#include "from_text.h"
#include "pin.h"

static void compile_for(uint32_t native, const char *text, struct scd_filter *filter,
			struct scd_compile_result *result)
{
	auto_from_text struct from_text r;
	auto_target struct scd_target target = { 0 };
	struct scd_compile_opts opts = { .native = native, .optimize = 1 };
	struct scd_error err;

	read_text(&r, text);
	assert_int_equal(scd_target_build(&r.profile, SCD_RUNC, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, filter, result, &err), 0);
}

/* Rules of fcntl behind the same beginning. */
#define FCNTL(first, second) \
	"{\"names\":[\"fcntl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" first "," second "]}"
#define MASKED(index, mask, value)                                             \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #mask \
	",\"valueTwo\":" #value "}"

static void rules_without_an_end_are_found_and_those_with_one_not(void **state)
{
	static const struct {
		const char *text;
		uint32_t native;
		bool endless;
	} rows[] = {
		{ ALLOWING(FCNTL(WHEN(0, LT, 256), WHEN(1, GE, 3)) "," FCNTL(WHEN(0, LT, 256),
									     MASKED(1, 8, 2))),
		  SCMP_ARCH_X86_64, true },
		{ ALLOWING(FCNTL(WHEN(0, NE, 5), WHEN(1, EQ, 1)) "," FCNTL(
			  WHEN(0, NE, 5), WHEN(1, EQ, 4294967296))),
		  SCMP_ARCH_AARCH64, true },
		/* The cure: the other way round. */
		{ ALLOWING(FCNTL(WHEN(0, LT, 256), MASKED(1, 8, 2)) "," FCNTL(WHEN(0, LT, 256),
									      WHEN(1, GE, 3))),
		  SCMP_ARCH_X86_64, false },
		/* One way leads on from EQ; the halves of a 32-bit argument are one. */
		{ ALLOWING(FCNTL(WHEN(0, EQ, 256), WHEN(1, GE, 3)) "," FCNTL(WHEN(0, EQ, 256),
									     MASKED(1, 8, 2))),
		  SCMP_ARCH_X86_64, false },
		{ ALLOWING(FCNTL(WHEN(0, LT, 256), WHEN(1, GE, 3)) "," FCNTL(WHEN(0, LT, 256),
									     MASKED(1, 8, 2))),
		  SCMP_ARCH_ARM, false },
		/* Further arguments do not matter. */
		{ ALLOWING(FCNTL(WHEN(0, GT, 2), WHEN(1, EQ, 1)) "," FCNTL(WHEN(0, GT, 2),
									   WHEN(2, EQ, 7))),
		  SCMP_ARCH_X86_64, true },
		/* A rule that is the beginning of the other makes it void. */
		{ ALLOWING(RULE_IF("\"fcntl\"", "ERRNO", WHEN(0, GT, 2)) "," FCNTL(WHEN(0, GT, 2),
										   WHEN(2, EQ, 7))),
		  SCMP_ARCH_X86_64, false },
		/* They begin differently. */
		{ ALLOWING(FCNTL(WHEN(0, LT, 256), WHEN(1, GE, 3)) "," FCNTL(WHEN(0, LT, 255),
									     MASKED(1, 8, 2))),
		  SCMP_ARCH_X86_64, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_filter struct scd_filter filter = { 0 };
		struct scd_compile_result result;

		compile_for(rows[i].native, rows[i].text, &filter, &result);
		assert_int_equal(result.status,
				 rows[i].endless ? SCD_COMPILE_ENDLESS : SCD_COMPILE_OK);
		if (rows[i].endless) {
			assert_int_equal(result.other, 0);
			assert_int_equal(result.index, 1);
		}
	}
}

/* Whether libseccomp is still at it after a second of processor time. */
static bool has_no_end(const struct scd_target *target)
{
	const struct rlimit second = { 1, 1 }, no_core = { 0, 0 };
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		scmp_filter_ctx ctx = seccomp_init(target->default_action);

		(void)setrlimit(RLIMIT_CPU, &second);
		(void)setrlimit(RLIMIT_CORE, &no_core);
		for (size_t i = 0; i < target->count; i++)
			(void)seccomp_rule_add_array(
				ctx, target->rules[i].action, target->rules[i].nr,
				target->rules[i].arg_count, target->rules[i].args);
		seccomp_release(ctx);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

/* Two or three rules of one call on argument 0 and one or two others, the first condition mostly
 * the same. */
struct some_rules {
	struct scmp_arg_cmp args[3][3];
	struct scd_target_rule rules[3];
	struct scd_target target;
};

static void make_some(struct some_rules *some, uint64_t *seed)
{
	static const uint64_t values[] = {
		0, 1, 3, 7, 256, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(0x200000005), UINT64_MAX
	};

	*some = (struct some_rules){ .target = { .default_action = SCMP_ACT_ALLOW,
						 .rules = some->rules,
						 .count = 2 + next_random(seed) % 2 } };
	for (size_t i = 0; i < 3; i++) {
		for (unsigned k = 0, arg = 0; k < 3;
		     k++, arg += 1 + (unsigned)(next_random(seed) % 2))
			some->args[i][k] = (struct scmp_arg_cmp){
				arg, (enum scmp_compare)(SCMP_CMP_NE + next_random(seed) % 7),
				values[next_random(seed) % 9], values[next_random(seed) % 9]
			};
		if (i && next_random(seed) % 4)
			some->args[i][0] = some->args[0][0];
		some->rules[i] =
			(struct scd_target_rule){ .nr = SYS_fcntl,
						  .action = SCMP_ACT_ERRNO(1),
						  .args = some->args[i],
						  .arg_count =
							  2 + (unsigned)(next_random(seed) % 2) };
	}
}

/* By hand SCD_ENDLESS_CASES says how many: a second each. */
static void what_is_found_has_no_end(void **state)
{
	const char *wanted = getenv("SCD_ENDLESS_CASES");
	unsigned long left = wanted ? strtoul(wanted, NULL, 10) : 3;
	struct some_rules some;
	uint64_t seed = 1;

	(void)state;
	while (left) {
		struct scd_target before;
		size_t first, second;

		make_some(&some, &seed);
		if (!scd_endless_find(&some.target, SCMP_ARCH_X86_64, &first, &second))
			continue;
		before = some.target;
		before.count = second;
		assert_false(has_no_end(&before));
		assert_true(has_no_end(&some.target));
		left--;
	}
}

/* Rules of equal conditions on some calls, all on the same arguments: about 700 conditions, under
 * which nothing is asked. */
static void make_equal(struct scd_target *target, struct scmp_arg_cmp (*args)[3], uint64_t *seed)
{
	const unsigned arg_count = 1 + (unsigned)(next_random(seed) % 3);
	const size_t count = (690 + next_random(seed) % 100) / arg_count;
	const uint64_t calls = 1 + next_random(seed) % 40;
	const uint64_t spread = UINT64_C(1) << (next_random(seed) % 31);
	const uint64_t high = next_random(seed) % 2 ? UINT64_C(0x100000001) : 1;

	for (size_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < arg_count; k++)
			args[i][k] = (struct scmp_arg_cmp){
				k, next_random(seed) % 2 ? SCMP_CMP_EQ : SCMP_CMP_MASKED_EQ,
				next_random(seed) % spread * high, next_random(seed) % spread * high
			};
		target->rules[i] = (struct scd_target_rule){ .nr = (int)(next_random(seed) % calls),
							     .action = SCMP_ACT_ERRNO(1),
							     .args = args[i],
							     .arg_count = arg_count };
	}
	target->count = count;
}

static size_t insns_of(const struct scd_target *target)
{
	scmp_filter_ctx ctx = seccomp_init(target->default_action);
	FILE *file = tmpfile();
	long size;

	for (size_t i = 0; i < target->count; i++)
		(void)seccomp_rule_add_array(ctx, target->rules[i].action, target->rules[i].nr,
					     target->rules[i].arg_count, target->rules[i].args);
	assert_int_equal(seccomp_export_bpf(ctx, fileno(file)), 0);
	(void)fseek(file, 0, SEEK_END);
	size = ftell(file);
	(void)fclose(file);
	seccomp_release(ctx);
	return (size_t)size / sizeof(struct sock_filter);
}

static void the_lower_bound_of_the_size_is_one(void **state)
{
	static struct scmp_arg_cmp args[900][3];
	static struct scd_target_rule rules[900];
	struct scd_target target = { .default_action = SCMP_ACT_ALLOW, .rules = rules };
	const char *wanted = getenv("SCD_BOUND_CASES");
	unsigned long left = wanted ? strtoul(wanted, NULL, 10) : 6;
	size_t close = 0;
	uint64_t seed = 2;

	(void)state;
	for (unsigned long i = 0; i < left; i++) {
		size_t least, real;

		make_equal(&target, args, &seed);
		least = scd_cost_least_insns(&target, SCMP_ARCH_X86_64);
		real = insns_of(&target);
		if (least > real)
			fail_msg("case %lu: %zu > %zu", i, least, real);
		close += least * 2 > real;
	}
	assert_true(close > left / 4);
}

/* Rules can make each other void where they do not compare for equality. */
static void nothing_is_known_of_the_size_of_other_comparisons(void **state)
{
	static struct scmp_arg_cmp args[2000];
	static struct scd_target_rule rules[2000];
	const struct scd_target target = { .rules = rules, .count = 2000 };
	const size_t count = sizeof(args) / sizeof(args[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		args[i] = (struct scmp_arg_cmp){ .op = SCMP_CMP_EQ, .datum_a = 7 * i + 1 };
		rules[i] = (struct scd_target_rule){ .args = &args[i], .arg_count = 1 };
	}
	assert_true(scd_cost_least_insns(&target, SCMP_ARCH_X86_64) > count);
	for (size_t i = 0; i < count; i++)
		args[i].op = SCMP_CMP_GE;
	assert_int_equal(scd_cost_least_insns(&target, SCMP_ARCH_X86_64), 0);
}

/* The square of the rules, once for each architecture: 2^31 and no more. */
static void walks_are_long_from_a_number_of_rules_on(void **state)
{
	static const struct {
		size_t archs, rules;
	} most[] = { { 0, 46340 }, { 1, 32768 }, { 7, 16384 } };

	(void)state;
	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		const struct scd_target at = { .count = most[i].rules },
					over = { .count = most[i].rules + 1 };

		assert_false(scd_cost_walks_long(&at, most[i].archs));
		assert_true(scd_cost_walks_long(&over, most[i].archs));
	}
	assert_true(scd_cost_walks_long(&(const struct scd_target){ .count = SIZE_MAX / 2 }, 0));
}

static void what_is_surely_too_large_is_not_tried(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init((size_t)1 << 20);
	auto_filter struct scd_filter filter = { 0 };
	struct scd_compile_result result;

	(void)state;
	scd_buf_puts(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (uint64_t i = 0; i < 2000; i++)
		scd_buf_printf(
			&text,
			"%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\","
			"\"args\":[{\"index\":1,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":%" PRIu64
			",\"valueTwo\":%" PRIu64 "}]}",
			i ? "," : "", i * 2654435761 + 12345, i);
	scd_buf_puts(&text, "]}");
	compile_for(SCMP_ARCH_X86_64, scd_buf_text(&text), &filter, &result);
	assert_int_equal(result.status, SCD_COMPILE_LARGE);
	assert_true(result.index > SCD_BPF_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_without_an_end_are_found_and_those_with_one_not),
		cmocka_unit_test(what_is_found_has_no_end),
		cmocka_unit_test(the_lower_bound_of_the_size_is_one),
		cmocka_unit_test(nothing_is_known_of_the_size_of_other_comparisons),
		cmocka_unit_test(walks_are_long_from_a_number_of_rules_on),
		cmocka_unit_test(what_is_surely_too_large_is_not_tried),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

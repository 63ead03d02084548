/* SPDX-License-Identifier: MIT */
/* What the text of a profile says of a call, and the values of arguments that are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <seccomp.h>

#include "from_text.h"
#include "pin.h"
#include "reading.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HIGH (UINT64_C(1) << 32)

#define MASKED(index, mask, value)                                             \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #mask \
	",\"valueTwo\":" #value "}"

static void read_rules(struct from_text *r, const char *text, struct scd_reading *reading)
{
	struct scd_error err;

	read_text(r, text);
	assert_int_equal(scd_reading_make(&r->profile, reading, &err), 0);
}

/* Of each operator, on both sides of its value. The mask's own bits alone count of a datum. */
static void a_condition_holds_as_seccomp_sees_it(void **state)
{
	static const struct {
		enum scmp_compare op;
		bool below, at, above;
	} cases[] = {
		{ SCMP_CMP_NE, true, false, true }, { SCMP_CMP_LT, true, false, false },
		{ SCMP_CMP_LE, true, true, false }, { SCMP_CMP_EQ, false, true, false },
		{ SCMP_CMP_GE, false, true, true }, { SCMP_CMP_GT, false, false, true },
	};
	const struct scmp_arg_cmp masked = { .op = SCMP_CMP_MASKED_EQ,
					     .datum_a = 0x0f,
					     .datum_b = 0x35 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct scmp_arg_cmp c = { .op = cases[i].op, .datum_a = HIGH };

		assert_int_equal(scd_reading_holds(&c, HIGH - 1), cases[i].below);
		assert_int_equal(scd_reading_holds(&c, HIGH), cases[i].at);
		assert_int_equal(scd_reading_holds(&c, HIGH + 1), cases[i].above);
	}
	assert_true(scd_reading_holds(&masked, 0xf5));
	assert_true(scd_reading_holds(&masked, 0x05));
	assert_false(scd_reading_holds(&masked, 0x04));
	assert_false(scd_reading_holds(&masked, 0x0d));
}

static bool is_among(const uint64_t *values, size_t count, uint64_t value)
{
	for (size_t i = 0; i < count; i++)
		if (values[i] == value)
			return true;
	return false;
}

static void assert_boundaries(const struct scmp_arg_cmp *c, const uint64_t *wanted)
{
	uint64_t out[SCD_READING_BOUNDARIES];

	scd_reading_boundaries(c, out);
	for (size_t i = 0; i < SCD_READING_BOUNDARIES; i++)
		if (!is_among(out, SCD_READING_BOUNDARIES, wanted[i]))
			fail_msg("0x%" PRIx64 " is not tried", wanted[i]);
}

/* Of a mask: what matches with and without the bits that are ignored; one bit wrong, all wrong. */
static void both_sides_of_every_boundary_are_tried(void **state)
{
	static const struct scmp_arg_cmp equal = { .op = SCMP_CMP_EQ, .datum_a = 7 };
	static const struct scmp_arg_cmp masked = { .op = SCMP_CMP_MASKED_EQ,
						    .datum_a = 0x3c,
						    .datum_b = 0xd7 };
	static const struct scmp_arg_cmp odd = { .op = SCMP_CMP_MASKED_EQ,
						 .datum_a = 0x0f,
						 .datum_b = 0x05 };
	static const uint64_t around[] = { 7, 6, 8, 7 | HIGH, 0, UINT64_MAX };
	static const uint64_t of_bits[] = { 0x14, ~UINT64_C(0x28), 0x10, 0x28, 0, UINT64_MAX };
	static const uint64_t of_odd[] = { 0x05, ~UINT64_C(0x0a), 0x04, 0x0a, 0, UINT64_MAX };

	(void)state;
	assert_boundaries(&odd, of_odd);
	assert_boundaries(&equal, around);
	assert_boundaries(&masked, of_bits);
}

/* Each operator, and values at which there is nothing below or above. */
static void arguments_that_satisfy_a_rule_do_and_are_0_elsewhere(void **state)
{
	static const struct scmp_arg_cmp conditions[] = {
		{ .arg = 1, .op = SCMP_CMP_NE, .datum_a = 7 },
		{ .arg = 1, .op = SCMP_CMP_NE, .datum_a = UINT64_MAX },
		{ .arg = 2, .op = SCMP_CMP_LT, .datum_a = 1 },
		{ .arg = 3, .op = SCMP_CMP_LE, .datum_a = 0 },
		{ .arg = 4, .op = SCMP_CMP_EQ, .datum_a = HIGH },
		{ .arg = 5, .op = SCMP_CMP_GE, .datum_a = UINT64_MAX },
		{ .arg = 0, .op = SCMP_CMP_GT, .datum_a = UINT32_MAX },
		{ .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = 0x3c, .datum_b = 0xd7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(conditions); i++) {
		struct scmp_arg_cmp c = conditions[i];
		const struct scd_profile_rule written = { .args = &c, .arg_count = 1 };
		const struct scd_reading_rule rule = { .rule = &written };
		uint64_t args[] = { 99, 99, 99, 99, 99, 99 };

		scd_reading_satisfy(&rule, args);
		assert_true(scd_reading_holds(&c, args[c.arg]));
		for (unsigned k = 0; k < COUNT(args); k++)
			assert_true(k == c.arg || args[k] == 0);
	}
}

static const struct scd_reading_call *find_call(const struct scd_reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strcmp(reading->calls[i].name, name) == 0)
			return &reading->calls[i];
	return NULL;
}

#define LOGS RULE("\"mkdir\"", "LOG")
#define KILLS_AT_1 RULE_IF("\"mkdir\"", "KILL_PROCESS", WHEN(1, EQ, 1))
#define DENIES_1_UP RULE_IF("\"mkdir\"", "ERRNO", WHEN(1, GE, 1))
#define DENIES_2_UP RULE_IF("\"mkdir\"", "ERRNO", WHEN(1, GE, 2))

static void the_strictest_rule_that_matches_counts_and_of_equals_the_first(void **state)
{
	static const char text[] = ALLOWING(LOGS "," KILLS_AT_1 "," DENIES_1_UP "," DENIES_2_UP);
	static const struct {
		uint64_t value;
		uint32_t action;
		size_t rule;
	} cases[] = {
		{ 0, SCMP_ACT_LOG, 0 },
		{ 1, SCMP_ACT_KILL_PROCESS, 1 },
		{ 2, SCMP_ACT_ERRNO(1), 2 },
	};
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_rule *said;

	(void)state;
	read_rules(&r, text, &reading);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint64_t args[6] = { 0, cases[i].value };

		assert_int_equal(scd_reading_of(&reading, &reading.calls[0], args, &said),
				 cases[i].action);
		assert_ptr_equal(said->rule, &r.profile.rules[cases[i].rule]);
	}
}

static void without_a_match_the_default_counts(void **state)
{
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_rule *said;
	const uint64_t args[6] = { 0, 3 };

	(void)state;
	read_rules(&r, DENYING(RULE_IF("\"mkdir\"", "ALLOW", WHEN(1, EQ, 2))), &reading);
	assert_int_equal(scd_reading_of(&reading, &reading.calls[0], args, &said),
			 SCMP_ACT_ERRNO(1));
	assert_null(said);
}

/* One call has its rules in the order of the file, wherever they stand in it. */
static void rules_are_gathered_by_call_without_names_that_nobody_knows(void **state)
{
	static const char text[] = ALLOWING(
		RULE("\"unlink\",\"mkdir\",\"no_such_call\"", "LOG") "," RULE("\"mkdir\"", "TRAP"));
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_call *mkdir_call;

	(void)state;
	read_rules(&r, text, &reading);
	assert_int_equal(reading.count, 2);
	assert_null(find_call(&reading, "no_such_call"));
	assert_int_equal(find_call(&reading, "unlink")->count, 1);
	mkdir_call = find_call(&reading, "mkdir");
	assert_int_equal(mkdir_call->count, 2);
	assert_int_equal(mkdir_call->rules[0].action, SCMP_ACT_LOG);
	assert_int_equal(mkdir_call->rules[1].action, SCMP_ACT_TRAP);
}

static void assert_sorted_each_once(const struct scd_reading_values *values)
{
	for (size_t i = 1; i < values->count; i++)
		assert_true(values->items[i - 1] < values->items[i]);
}

#define AT_5_AND_7 RULE_IF("\"mkdir\"", "ERRNO", WHEN(1, EQ, 21474836487))
#define AT_9_AND_11 RULE_IF("\"mkdir\"", "TRAP", WHEN(1, EQ, 38654705675))

/* Conditions that share one half of 64 bits confuse libseccomp: the halves meet in every way. */
static void high_and_low_halves_of_several_values_are_crossed(void **state)
{
	static const char text[] = ALLOWING(AT_5_AND_7 "," AT_9_AND_11);
	static const uint64_t highs[] = { 5, 9, 4, 8, 0, UINT32_MAX };
	static const uint64_t lows[] = { 6, 7, 8, 10, 11, 12, 0, UINT32_MAX };
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_values *values;

	(void)state;
	read_rules(&r, text, &reading);
	assert_int_equal(reading.calls[0].indexes, 1U << 1);
	values = &reading.calls[0].values[1];
	assert_int_equal(values->count, COUNT(highs) * COUNT(lows));
	assert_sorted_each_once(values);
	for (size_t i = 0; i < COUNT(highs); i++)
		for (size_t k = 0; k < COUNT(lows); k++)
			assert_true(
				is_among(values->items, values->count, highs[i] << 32 | lows[k]));
}

static void one_condition_is_tried_at_its_boundaries_alone(void **state)
{
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_values *values;

	(void)state;
	read_rules(&r, ALLOWING(RULE_IF("\"mkdir\"", "ERRNO", WHEN(0, LT, 1))), &reading);
	values = &reading.calls[0].values[0];
	assert_int_equal(values->count, SCD_READING_BOUNDARIES - 1); /* 0 is there once */
	assert_sorted_each_once(values);
	for (size_t i = 1; i < 6; i++)
		assert_int_equal(reading.calls[0].values[i].count, 0);
}

/* What a 32-bit architecture cannot compare, and what libseccomp OR-s. */
static void rules_know_whether_a_value_is_wide_and_an_argument_compared_twice(void **state)
{
	static const struct {
		const char *conditions;
		bool wide, twice;
	} cases[] = {
		{ WHEN(0, EQ, 4294967295), false, false },
		{ WHEN(0, EQ, 4294967296), true, false },
		{ WHEN(0, EQ, 4294967296) "," WHEN(1, EQ, 1), true, false },
		{ WHEN(0, EQ, 1) "," WHEN(1, EQ, 4294967296), true, false },
		{ MASKED(0, 255, 4294967295), false, false },
		{ MASKED(0, 255, 4294967296), true, false },
		{ WHEN(0, GE, 1) "," WHEN(1, GE, 1) "," WHEN(0, LE, 9), false, true },
		{ WHEN(5, GE, 1) "," WHEN(5, LE, 9), false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_from_text struct from_text r;
		auto_reading struct scd_reading reading = { 0 };
		char text[512];

		(void)snprintf(text, sizeof(text), ALLOWING(RULE_IF("\"mmap\"", "ERRNO", "%s")),
			       cases[i].conditions);
		read_rules(&r, text, &reading);
		assert_int_equal(reading.rules[0].wide, cases[i].wide);
		assert_int_equal(reading.rules[0].same_index, cases[i].twice);
	}
}

static void what_was_said_is_forgotten_of_every_rule(void **state)
{
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };

	(void)state;
	read_rules(&r, ALLOWING(RULE("\"mkdir\",\"unlink\"", "ERRNO")), &reading);
	for (size_t i = 0; i < reading.rule_count; i++)
		reading.rules[i].said_weaker = reading.rules[i].said_stricter = true;
	scd_reading_forget(&reading);
	for (size_t i = 0; i < 2; i++)
		assert_false(reading.rules[i].said_weaker || reading.rules[i].said_stricter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_holds_as_seccomp_sees_it),
		cmocka_unit_test(both_sides_of_every_boundary_are_tried),
		cmocka_unit_test(arguments_that_satisfy_a_rule_do_and_are_0_elsewhere),
		cmocka_unit_test(the_strictest_rule_that_matches_counts_and_of_equals_the_first),
		cmocka_unit_test(without_a_match_the_default_counts),
		cmocka_unit_test(rules_are_gathered_by_call_without_names_that_nobody_knows),
		cmocka_unit_test(high_and_low_halves_of_several_values_are_crossed),
		cmocka_unit_test(one_condition_is_tried_at_its_boundaries_alone),
		cmocka_unit_test(rules_know_whether_a_value_is_wide_and_an_argument_compared_twice),
		cmocka_unit_test(what_was_said_is_forgotten_of_every_rule),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

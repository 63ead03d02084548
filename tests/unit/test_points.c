/* SPDX-License-Identifier: MIT */
/* The arguments at which the rules for a call are tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buf.h"
#include "from_text.h"
#include "pin.h"
#include "points.h"

static const struct scd_known nothing = { .bits = UINT64_MAX };

/* The points of the first call of @text, once or, with nothing beside it, more often. */
static void make(const char *text, size_t calls, const struct scd_known *known,
		 struct scd_points *points)
{
	auto_from_text struct from_text r;
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_call *of[2] = { NULL, NULL };
	struct scd_error err;

	read_text(&r, text);
	assert_int_equal(scd_reading_make(&r.profile, &reading, &err), 0);
	of[calls - 1] = &reading.calls[0];
	assert_int_equal(scd_points_make(of, calls, known, points, &err), 0);
	assert_in_range(points->count, 1, SCD_POINTS_MAX);
}

static bool has(const struct scd_points *points, uint64_t arg0, uint64_t arg1)
{
	for (size_t i = 0; i < points->count; i++)
		if (points->items[i][0] == arg0 && points->items[i][1] == arg1)
			return true;
	return false;
}

/* Whether some first argument has exactly @wanted of the bits in @mask. */
static bool has_bits(const struct scd_points *points, uint64_t mask, uint64_t wanted)
{
	for (size_t i = 0; i < points->count; i++)
		if ((points->items[i][0] & mask) == wanted)
			return true;
	return false;
}

#define MKDIR(args) RULE_IF("\"mkdir\"", "ERRNO", args)

static void boundaries_of_several_arguments_are_crossed(void **state)
{
	static const char text[] = ALLOWING(MKDIR(WHEN(0, EQ, 5)) "," MKDIR(WHEN(1, EQ, 8)));
	static const uint64_t first[] = { 0, 4, 5, 6, UINT64_MAX };
	static const uint64_t second[] = { 0, 7, 8, 9, UINT64_MAX };

	(void)state;
	for (size_t calls = 1; calls <= 2; calls++) {
		auto_points struct scd_points points = { 0 };

		make(text, calls, &nothing, &points);
		assert_true(points.all);
		for (size_t i = 0; i < 5; i++)
			for (size_t k = 0; k < 5; k++)
				assert_true(has(&points, first[i], second[k]));
		/* 5 and 8 with another high half are there as well; each once. */
		assert_int_equal(points.count, 6 * 6);
	}
}

static void without_conditions_one_point_is_enough(void **state)
{
	auto_points struct scd_points points = { 0 };

	(void)state;
	make(ALLOWING(RULE("\"mkdir\"", "ERRNO")), 1, &nothing, &points);
	assert_int_equal(points.count, 1);
	assert_true(points.all);
	assert_true(has(&points, 0, 0));
}

/* What is known of an argument is all that is tried of it, as the architecture has it. */
static void a_known_argument_has_its_value_alone(void **state)
{
	static const struct scd_known known = { .mask = 2,
						.args = { 0, (UINT64_C(7) << 32) | 3 },
						.bits = UINT32_MAX };
	auto_points struct scd_points points = { 0 };

	(void)state;
	make(ALLOWING(MKDIR(WHEN(0, EQ, 5)) "," MKDIR(WHEN(1, EQ, 8))), 1, &known, &points);
	for (size_t i = 0; i < points.count; i++)
		assert_int_equal(points.items[i][1], 3);
	assert_true(has(&points, 5, 3) && has(&points, 0, 3) && has(&points, UINT32_MAX, 3));
	assert_false(has(&points, UINT64_MAX, 3));
	assert_int_equal(points.count, 5); /* the high half of 5 is cut */
}

#define MASKED(mask, value) \
	"{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #mask ",\"valueTwo\":" #value "}"

/* Each of the masks holds, or does not, whatever the others do; the same one twice is one. */
static void masks_are_met_in_every_combination(void **state)
{
	static const char text[] = ALLOWING(MKDIR(MASKED(3, 1)) "," MKDIR(MASKED(12, 8)) "," MKDIR(
		MASKED(48, 48)) "," MKDIR(MASKED(12, 8)));
	static const uint64_t masks[] = { 3, 12, 48 }, wanted[] = { 1, 8, 48 };
	auto_points struct scd_points points = { 0 };
	unsigned met = 0;

	(void)state;
	make(text, 1, &nothing, &points);
	for (size_t i = 0; i < points.count; i++) {
		unsigned which = 0;

		for (unsigned k = 0; k < 3; k++)
			which |= (unsigned)((points.items[i][0] & masks[k]) == wanted[k]) << k;
		met |= 1U << which;
	}
	assert_int_equal(met, 0xff);
}

/* More masks than can be combined: each alone is met, and each two. */
static void many_masks_are_met_alone_and_by_twos(void **state)
{
	enum {
		MASKS = SCD_POINTS_MASKS_MAX + 4
	};
	auto_buf struct scd_buf text = scd_buf_init(1 << 16);
	auto_points struct scd_points points = { 0 };
	const uint64_t all = (UINT64_C(1) << MASKS) - 1;

	(void)state;
	scd_buf_puts(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (unsigned i = 0; i < MASKS; i++)
		scd_buf_printf(&text,
			       "%s{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			       "{\"index\":0,\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":%u,"
			       "\"valueTwo\":%u}]}",
			       i ? "," : "", 1U << i, 1U << i);
	scd_buf_puts(&text, "]}");
	make(scd_buf_text(&text), 1, &nothing, &points);
	for (unsigned i = 0; i < MASKS; i++)
		for (unsigned k = 0; k <= i; k++)
			assert_true(
				has_bits(&points, all, (UINT64_C(1) << i) | (UINT64_C(1) << k)));
}

/* Too many to be crossed: around what satisfies each rule, one argument at a time. */
static void of_many_values_one_argument_is_varied_around_each_rule(void **state)
{
	auto_buf struct scd_buf text = scd_buf_init(1 << 16);
	auto_points struct scd_points points = { 0 };

	(void)state;
	scd_buf_puts(&text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (unsigned i = 0; i < 30; i++)
		scd_buf_printf(&text,
			       "%s{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			       "{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":%u},"
			       "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":%u}]}",
			       i ? "," : "", 10 * i + 5, 10 * i + 1005);
	scd_buf_puts(&text, "]}");
	make(scd_buf_text(&text), 1, &nothing, &points);
	assert_false(points.all);
	assert_true(has(&points, 0, 0));
	for (unsigned i = 0; i < 30; i++) {
		const uint64_t first = 10 * i + 5, second = 10 * i + 1005;

		assert_true(has(&points, first, second));
		assert_true(has(&points, first, second + 1));
		assert_true(has(&points, first, second - 1));
		assert_true(has(&points, first + 1, second));
		assert_true(has(&points, first - 1, second));
		assert_true(has(&points, first, 0) && has(&points, 0, second));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boundaries_of_several_arguments_are_crossed),
		cmocka_unit_test(without_conditions_one_point_is_enough),
		cmocka_unit_test(a_known_argument_has_its_value_alone),
		cmocka_unit_test(masks_are_met_in_every_combination),
		cmocka_unit_test(many_masks_are_met_alone_and_by_twos),
		cmocka_unit_test(of_many_values_one_argument_is_varied_around_each_rule),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

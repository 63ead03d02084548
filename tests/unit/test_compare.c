/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "pin.h"

#define X86_64 SCMP_ARCH_X86_64

static const struct scd_loader crun = { SCD_CRUN, SCD_STUB_LISTED, "crun" };

/* Two compiled profiles. */
struct both {
	struct scd_subject subjects[2];
	struct scd_program programs[2];
	struct scd_comparison comparison;
};

static void compile_on(uint32_t arch, struct both *both, const char *before, const char *after)
{
	const char *const texts[] = { before, after };
	struct scd_error err;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			scd_subject_read(texts[i], strlen(texts[i]), &both->subjects[i], &err), 0);
		assert_true(both->subjects[i].usable);
		assert_int_equal(scd_program_make(&both->subjects[i], &crun, X86_64,
						  &both->programs[i], &err),
				 0);
	}
	assert_int_equal(
		scd_compare(&both->programs[0], &both->programs[1], arch, &both->comparison, &err),
		0);
}

static void compile(struct both *both, const char *before, const char *after)
{
	compile_on(X86_64, both, before, after);
}

static void both_done(struct both *both)
{
	scd_comparison_done(&both->comparison);
	for (int i = 0; i < 2; i++) {
		scd_program_done(&both->programs[i]);
		scd_subject_done(&both->subjects[i]);
	}
}
#define auto_both SCD_CLEANUP(both_done)

/* A small generator, so that a failure is the same everywhere. */
static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Values at which the rules below change, and others. */
static uint64_t value(uint32_t *state)
{
	static const uint64_t some[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 255, 256, 511, 512, UINT32_MAX, UINT64_MAX, 1ULL << 32
	};

	switch (next(state) % 4) {
	case 0:
		return next(state);
	case 1:
		return (uint64_t)next(state) << 32 | next(state);
	default:
		return some[next(state) % (sizeof(some) / sizeof(some[0]))];
	}
}

/* A profile of rules for two calls on two arguments, with any operator. */
static void random_profile(uint32_t *state, char *out, size_t size)
{
	static const char *const operators[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
	static const unsigned values[] = { 0, 1, 2, 3, 7, 8, 15, 255, 256 };
	size_t n = 0;
	const unsigned rules = 1 + next(state) % 4;

	n += (size_t)snprintf(out, size,
			      "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":"
			      "[\"SCMP_ARCH_X86_64\"],\"syscalls\":[");
	for (unsigned r = 0; r < rules; r++) {
		const unsigned args = next(state) % 3;

		n += (size_t)snprintf(out + n, size - n,
				      "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ALLOW\","
				      "\"args\":[",
				      r ? "," : "", next(state) % 2 ? "ioctl" : "fcntl");
		for (unsigned a = 0; a < args; a++)
			n += (size_t)snprintf(out + n, size - n,
					      "%s{\"index\":%u,\"op\":\"SCMP_CMP_%s\",\"value\":%u,"
					      "\"valueTwo\":%u}",
					      a ? "," : "", a, operators[next(state) % 7],
					      values[next(state) % 9], values[next(state) % 9]);
		n += (size_t)snprintf(out + n, size - n, "]}");
	}
	(void)snprintf(out + n, size - n, "]}");
}

static bool lists(const struct scd_comparison *comparison, const char *name, uint32_t before,
		  uint32_t after)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const struct scd_difference *d = &comparison->items[i];

		if (strcmp(d->name, name) == 0 && d->before == before && d->after == after)
			return true;
	}
	return false;
}

/* Whatever random arguments find to differ is in the list. */
static void probe(const struct both *both, const char *name, uint32_t *state, const char *texts[2])
{
	const int nr = scd_call_number(X86_64, name);

	for (int i = 0; i < 400; i++) {
		const uint64_t args[6] = { value(state), value(state) };
		const uint32_t before = scd_effect_run(&both->programs[0].filter, X86_64, nr, args);
		const uint32_t after = scd_effect_run(&both->programs[1].filter, X86_64, nr, args);

		if (before != after && !lists(&both->comparison, name, before, after))
			fail_msg("%s(0x%jx, 0x%jx) of\n%s\n%s", name, (uintmax_t)args[0],
				 (uintmax_t)args[1], texts[0], texts[1]);
	}
}

static void no_difference_is_missed_on_random_profiles(void **unused)
{
	uint32_t state = 1;

	(void)unused;
	for (int i = 0; i < 150; i++) {
		auto_both struct both both = { 0 };
		char before[2048], after[2048];
		const char *texts[] = { before, after };

		random_profile(&state, before, sizeof(before));
		random_profile(&state, after, sizeof(after));
		compile(&both, before, after);
		probe(&both, "ioctl", &state, texts);
		probe(&both, "fcntl", &state, texts);
		for (size_t d = 0; d < both.comparison.count; d++) {
			const struct scd_difference *found = &both.comparison.items[d];

			/* What is listed is so for the example that it gives. */
			assert_int_equal(scd_effect_run(&both.programs[0].filter, X86_64, found->nr,
							found->example),
					 found->before);
			assert_int_equal(scd_effect_run(&both.programs[1].filter, X86_64, found->nr,
							found->example),
					 found->after);
		}
	}
}

/* A small domain with a small protocol, or a small type with a great protocol: a small domain with
 * a small type is part of that, and no third alternative. */
static void alternatives_that_others_cover_are_left_out(void **state)
{
	auto_both struct both both = { 0 };

	(void)state;
	compile(&both, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
		"{\"index\":0,\"value\":5,\"op\":\"SCMP_CMP_LT\"},"
		"{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_LT\"}]},"
		"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
		"{\"index\":1,\"value\":5,\"op\":\"SCMP_CMP_LT\"},"
		"{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_GE\"}]}]}");
	assert_int_equal(both.comparison.count, 1);
	assert_string_equal(both.comparison.items[0].when,
			    "domain < 5 and protocol < 5; or type < 5 and protocol >= 5");
}

#define WITH(archs)                                                                          \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[" archs "],\"syscalls\":[" \
	"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\"}]}"
#define ONE WITH("\"SCMP_ARCH_X86_64\"")
#define TWO WITH("\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"")

/* What a filter does not know it kills: all calls at once. */
static void an_architecture_comes_or_goes_as_one_difference(void **state)
{
	static const struct {
		const char *before, *after;
		uint32_t arch;
		size_t count;
		enum scd_difference_kind kind;
	} cases[] = {
		{ ONE, TWO, SCMP_ARCH_X86, 1, SCD_DIFFERS_ADDED },
		{ TWO, ONE, SCMP_ARCH_X86, 1, SCD_DIFFERS_REMOVED },
		{ ONE, ONE, SCMP_ARCH_X86, 0, 0 },
		{ TWO, TWO, SCMP_ARCH_X86, 0, 0 },
		{ ONE, TWO, SCMP_ARCH_X86_64, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_both struct both both = { 0 };
		const struct scd_difference *d;

		compile_on(cases[i].arch, &both, cases[i].before, cases[i].after);
		assert_int_equal(both.comparison.count, cases[i].count);
		d = both.comparison.items;
		if (cases[i].count)
			assert_int_equal(d->kind, cases[i].kind);
		if (cases[i].count && cases[i].kind == SCD_DIFFERS_ADDED)
			assert_int_equal(d->after, SCMP_ACT_LOG);
	}
}

/* By name, and behind all of them the numbers that have none, once. */
static void calls_stand_by_name_and_numbers_behind_them(void **state)
{
	auto_both struct both both = { 0 };
	const struct scd_comparison *c = &both.comparison;
	size_t numbers = 0;

	(void)state;
	compile(&both, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"defaultAction\":\"SCMP_ACT_LOG\"}");
	assert_true(c->count > 300);
	for (size_t i = 0; i < c->count; i++) {
		assert_int_equal(c->items[i].before, SCMP_ACT_ERRNO(1));
		assert_int_equal(c->items[i].after, SCMP_ACT_LOG);
		if (c->items[i].kind == SCD_DIFFERS_NUMBERS)
			numbers++;
		else if (i > 0)
			assert_true(strcmp(c->items[i - 1].name, c->items[i].name) < 0);
	}
	assert_int_equal(numbers, 1);
	assert_int_equal(c->items[c->count - 1].kind, SCD_DIFFERS_NUMBERS);
}

#define RULE(name, number) \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":" #number "}"
#define ALLOWING(rules) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" rules "]}"

static void what_is_allowed_more_comes_first(void **state)
{
	static const char *const names[] = { "write", "bpf", "acct" };
	auto_both struct both both = { 0 };

	(void)state;
	compile(&both, ALLOWING(RULE("write", 1) "," RULE("acct", 1)),
		ALLOWING(RULE("bpf", 1) "," RULE("acct", 38)));
	assert_int_equal(both.comparison.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(both.comparison.items[i].name, names[i]);
}

static void directions_follow_the_strictness(void **state)
{
	(void)state;
	assert_int_equal(scd_change_direction(SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(1)), -1);
	assert_int_equal(scd_change_direction(SCMP_ACT_KILL_PROCESS, SCMP_ACT_ERRNO(1)), 1);
	assert_int_equal(scd_change_direction(SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(38)), 0);

	assert_true(scd_change_exceeds(SCMP_ACT_ERRNO(1), SCMP_ACT_ALLOW));
	assert_true(scd_change_exceeds(SCMP_ACT_ERRNO(1), SCMP_ACT_NOTIFY));
	assert_true(scd_change_exceeds(SCMP_ACT_NOTIFY, SCMP_ACT_LOG));
	assert_false(scd_change_exceeds(SCMP_ACT_LOG, SCMP_ACT_ALLOW));
	assert_false(scd_change_exceeds(SCMP_ACT_KILL_PROCESS, SCMP_ACT_ERRNO(1)));
	assert_false(scd_change_exceeds(SCMP_ACT_ALLOW, SCMP_ACT_ERRNO(1)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_difference_is_missed_on_random_profiles),
		cmocka_unit_test(alternatives_that_others_cover_are_left_out),
		cmocka_unit_test(an_architecture_comes_or_goes_as_one_difference),
		cmocka_unit_test(calls_stand_by_name_and_numbers_behind_them),
		cmocka_unit_test(what_is_allowed_more_comes_first),
		cmocka_unit_test(directions_follow_the_strictness),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

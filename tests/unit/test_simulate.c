/* SPDX-License-Identifier: MIT */
/* A text beside a filter that does something else, which another text has made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buf.h"
#include "compile.h"
#include "from_text.h"
#include "pin.h"
#include "simulate.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What is found of @r's text when the filter is that of @other. */
static void simulate(struct from_text *r, const char *text, const char *other)
{
	auto_from_text struct from_text of_filter;
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter filter = { 0 };
	auto_reading struct scd_reading reading = { 0 };
	struct scd_compile_opts opts = { .native = SCMP_ARCH_X86_64, .optimize = 1 };
	struct scd_compile_result result;
	struct scd_error err;

	read_text(r, text);
	read_text(&of_filter, other);
	opts.archs = of_filter.profile.archs;
	opts.arch_count = of_filter.profile.arch_count;
	assert_int_equal(scd_target_build(&of_filter.profile, SCD_RUNC, &target, &err), 0);
	assert_int_equal(scd_compile(&target, &opts, &filter, &result, &err), 0);
	assert_int_equal(result.status, SCD_COMPILE_OK);
	assert_int_equal(scd_reading_make(&r->profile, &reading, &err), 0);
	{
		const struct scd_effect effect = { .profile = &r->profile,
						   .target = &target,
						   .filter = &filter,
						   .runtime = "runc",
						   .whose = "runc",
						   .native = SCMP_ARCH_X86_64 };

		scd_simulate(&r->judge, &effect, &reading);
	}
}

#define MKDIR(action) RULE("\"mkdir\"", action)
#define MKDIR_IF(action, args) RULE_IF("\"mkdir\"", action, args)

static void nothing_is_found_where_both_are_the_same(void **state)
{
	static const char *const texts[] = {
		ALLOWING(MKDIR("ERRNO")),
		DENYING(MKDIR_IF("ALLOW", WHEN(0, GE, 5) "," WHEN(1, LT, 9))),
		ALLOWING(MKDIR_IF("ERRNO", WHEN(1, EQ, 1)) "," MKDIR_IF("TRAP", WHEN(1, EQ, 2))),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_from_text struct from_text r;

		simulate(&r, texts[i], texts[i]);
		assert_int_equal(r.report.total, 0);
	}
}

/* One difference each: the first words of what is said of it, and where. */
static const struct {
	const char *text, *other;
	enum scd_rule_number number;
	enum scd_severity severity;
	const char *pointer, *words;
} differences[] = {
	/* No condition, no argument. */
	{ ALLOWING(MKDIR("ERRNO")), ALLOWING(MKDIR("LOG")), SCD_RULE_OVERLAP, SCD_ERROR,
	  "/syscalls/0/names/0",
	  "mkdir: the text says SCMP_ACT_ERRNO 1, the filter of runc does "
	  "SCMP_ACT_LOG, as libseccomp orders" },
	{ ALLOWING(MKDIR("LOG")), ALLOWING(MKDIR("ERRNO")), SCD_RULE_OVERLAP, SCD_WARNING,
	  "/syscalls/0/names/0", "mkdir: the text says SCMP_ACT_LOG, the filter of runc does" },
	/* Number 0, and behind a call that is none here. */
	{ ALLOWING(RULE("\"_llseek\",\"read\"", "ERRNO")), ALLOWING(RULE("\"close\"", "ERRNO")),
	  SCD_RULE_OVERLAP, SCD_ERROR, "/syscalls/0/names/1", "read: the text says" },
	/* Every combination of the values, also where no rule holds. */
	{ ALLOWING(MKDIR_IF("ERRNO", WHEN(0, EQ, 1)) "," MKDIR_IF("ERRNO", WHEN(2, EQ, 5))),
	  ALLOWING(MKDIR_IF("ERRNO", WHEN(0, EQ, 1)) "," MKDIR_IF(
		  "ERRNO", WHEN(2, EQ, 5)) "," MKDIR_IF("KILL_PROCESS",
							WHEN(0, EQ, 2) "," WHEN(2, EQ, 6))),
	  SCD_RULE_OVERLAP, SCD_WARNING, "/syscalls/0/names/0",
	  "mkdir(argument 0 = 0x2, argument 2 = 0x6): the text says SCMP_ACT_ALLOW, the filter of "
	  "runc does SCMP_ACT_KILL_PROCESS" },
	/* Whose fault it is. */
	{ ALLOWING(MKDIR("LOG") "," MKDIR("ERRNO")), ALLOWING(MKDIR("LOG")),
	  SCD_RULE_CONFLICT_FIRST_WINS, SCD_ERROR, "/syscalls/1/names/0",
	  "mkdir: the text says SCMP_ACT_ERRNO 1, the filter of runc does SCMP_ACT_LOG, as the "
	  "first unconditional rule for a call wins; keep one of the two" },
	{ ALLOWING(MKDIR_IF("ERRNO", WHEN(1, EQ, 3)) "," MKDIR("LOG")), ALLOWING(MKDIR("LOG")),
	  SCD_RULE_SHADOWED_UNCOND, SCD_ERROR, "/syscalls/0/names/0",
	  "mkdir(argument 1 = 0x3): the text says SCMP_ACT_ERRNO 1, the filter of runc does "
	  "SCMP_ACT_LOG, as an unconditional rule for the call wins over conditional ones; keep the "
	  "one or the others" },
	/* An unconditional one with that action is more to blame than a conditional one before. */
	{ ALLOWING(MKDIR_IF("ERRNO", WHEN(1, EQ, 3)) "," MKDIR_IF("LOG",
								  WHEN(1, EQ, 4)) "," MKDIR("LOG")),
	  ALLOWING(MKDIR("LOG")), SCD_RULE_SHADOWED_UNCOND, SCD_ERROR, "/syscalls/0/names/0",
	  "mkdir(argument 1 = 0x3)" },
	{ DENYING(MKDIR_IF("ERRNO", WHEN(1, GE, 3)) "," MKDIR_IF("ALLOW", WHEN(1, GE, 2))),
	  DENYING(MKDIR_IF("ALLOW", WHEN(1, GE, 2))), SCD_RULE_EQUALS_DEFAULT, SCD_ERROR,
	  "/syscalls/0/names/0",
	  "mkdir(argument 1 = 0x3): the text says SCMP_ACT_ERRNO 1, the filter of runc does "
	  "SCMP_ACT_ALLOW, as a rule with the action of defaultAction is skipped" },
	{ ALLOWING(MKDIR_IF("ERRNO", WHEN(1, GE, 3) "," WHEN(1, LE, 4))), ALLOWING(MKDIR("LOG")),
	  SCD_ARGS_SAME_INDEX, SCD_ERROR, "/syscalls/0/names/0",
	  "mkdir(argument 1 = 0x3): the text says SCMP_ACT_ERRNO 1, the filter of runc does "
	  "SCMP_ACT_LOG, as conditions on the same argument are OR-ed" },
	/* The rule that was followed instead has two conditions on one argument. */
	{ ALLOWING(MKDIR_IF("ERRNO",
			    WHEN(0, EQ, 1)) "," MKDIR_IF("LOG", WHEN(1, GE, 3) "," WHEN(1, LE, 4))),
	  ALLOWING(MKDIR_IF("LOG", WHEN(0, EQ, 1)) "," MKDIR_IF("LOG", WHEN(1, EQ, 3)) "," MKDIR_IF(
		  "LOG", WHEN(1, EQ, 4))),
	  SCD_ARGS_SAME_INDEX, SCD_ERROR, "/syscalls/1/names/0",
	  "mkdir(argument 0 = 0x1, argument 1 = 0x0): the text says SCMP_ACT_ERRNO 1, the filter of "
	  "runc does SCMP_ACT_LOG" },
	/* Nobody but the default says so, and no rule does what was done: the first is named. */
	{ ALLOWING(MKDIR_IF("ERRNO", WHEN(1, EQ, 3)) "," MKDIR_IF("TRAP", WHEN(1, EQ, 9))),
	  ALLOWING(MKDIR_IF("ERRNO", WHEN(1, EQ, 3)) "," MKDIR_IF(
		  "TRAP", WHEN(1, EQ, 9)) "," MKDIR_IF("LOG", WHEN(1, EQ, 0))),
	  SCD_RULE_OVERLAP, SCD_WARNING, "/syscalls/0/names/0",
	  "mkdir(argument 1 = 0x0): the text says SCMP_ACT_ALLOW, the filter of runc does "
	  "SCMP_ACT_LOG" },
	/* One does what was done, though not here: it is named. */
	{ ALLOWING(MKDIR_IF("TRAP", WHEN(1, EQ, 3)) "," MKDIR_IF("LOG", WHEN(1, EQ, 9))),
	  ALLOWING(MKDIR_IF("TRAP", WHEN(1, EQ, 3)) "," MKDIR_IF(
		  "LOG", WHEN(1, EQ, 9)) "," MKDIR_IF("LOG", WHEN(1, EQ, 0))),
	  SCD_RULE_OVERLAP, SCD_WARNING, "/syscalls/1/names/0", "mkdir(argument 1 = 0x0)" },
};

static bool is_said(const struct scd_report *report, size_t i)
{
	const size_t n = strlen(differences[i].words);

	for (size_t k = 0; k < report->count; k++) {
		const struct scd_finding *f = &report->items[k];

		if (f->rule->number == differences[i].number &&
		    f->severity == differences[i].severity &&
		    strcmp(f->pointer, differences[i].pointer) == 0 &&
		    strncmp(f->message, differences[i].words, n) == 0)
			return true;
	}
	return false;
}

static void each_difference_is_found_and_its_cause_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(differences); i++) {
		auto_from_text struct from_text r;

		simulate(&r, differences[i].text, differences[i].other);
		if (!is_said(&r.report, i))
			fail_msg("%s: %s %s", differences[i].words,
				 r.report.total ? r.report.items[0].pointer : "",
				 r.report.total ? r.report.items[0].message : "nothing");
	}
}

/* One weaker and one stricter example of a rule are enough. */
static void a_rule_is_blamed_once_for_either_direction(void **state)
{
	auto_from_text struct from_text r;

	(void)state;
	simulate(&r, ALLOWING(MKDIR_IF("ERRNO", WHEN(1, GE, 100))),
		 ALLOWING(MKDIR_IF("ERRNO", WHEN(1, LT, 100))));
	assert_int_equal(r.report.by_severity[SCD_ERROR], 1);
	assert_int_equal(r.report.by_severity[SCD_WARNING], 1);
}

/* @rules with a first argument of their own, and a second that all have; of the one in the middle
 * the filter's has another operator. */
static void write_rules(struct scd_buf *text, unsigned rules, const char *op)
{
	scd_buf_puts(text, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (unsigned i = 0; i < rules; i++)
		scd_buf_printf(text,
			       "%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			       "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":%u},"
			       "{\"index\":2,\"op\":\"SCMP_CMP_%s\",\"value\":%u}]}",
			       i ? "," : "", 7 * i + 1000, i == rules / 2 ? op : "EQ", i + 50);
	scd_buf_puts(text, "]}");
	assert_false(text->failed);
}

/* Beyond what can be tried in every combination, and beyond all values around each rule. */
static void a_difference_between_many_rules_is_found(void **state)
{
	static const unsigned counts[] = { 1, 30, 40, 120 };

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		auto_buf struct scd_buf text = scd_buf_init(1 << 20);
		auto_buf struct scd_buf other = scd_buf_init(1 << 20);
		auto_from_text struct from_text weaker, stricter;
		const char *said;

		write_rules(&text, counts[i], "EQ");
		write_rules(&other, counts[i], "GE");
		simulate(&weaker, scd_buf_text(&other), scd_buf_text(&text));
		assert_int_equal(weaker.report.by_severity[SCD_ERROR], 1);
		simulate(&stricter, scd_buf_text(&text), scd_buf_text(&other));
		assert_int_equal(stricter.report.by_severity[SCD_WARNING], 1);
		said = stricter.report.items[0].message;
		assert_non_null(strstr(said, "ioctl(argument 1 = 0x"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_where_both_are_the_same),
		cmocka_unit_test(each_difference_is_found_and_its_cause_named),
		cmocka_unit_test(a_rule_is_blamed_once_for_either_direction),
		cmocka_unit_test(a_difference_between_many_rules_is_found),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bounds.h"
#include "report.h"

#define PLACE(l, c, p) ((struct scd_place){ .line = (l), .column = (c), .pointer = (p) })

/* Where things stand on the wire; written down here a second time on purpose. */
#define AT_FLAGS 4
#define AT_TOTAL 25
#define AT_COUNT 57
#define AT_RULE 59
#define AT_SEVERITY 61
#define AT_POINTER_LEN 70

static unsigned char wire[SCD_REPORT_WIRE_MAX];

static void fill_sample(struct scd_report *report)
{
	scd_report_add(report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(7, 17, "/defaultAction"),
		       "\"%s\" is not an action", "SCMP_ACT_ALOW");
	scd_report_add(report, SCD_SYSCALL_UNKNOWN, SCD_WARNING,
		       PLACE(12, 9, "/syscalls/3/names/0"), "nobody knows %d", 42);
	scd_report_add(report, SCD_PROFILE_EMPTY, SCD_NOTE, PLACE(0, 0, NULL), "naïve");
	report->bpf_insns = 300;
	report->crun_key = UINT64_C(0x0123456789abcdef);
	report->errno_key = UINT64_MAX;
}

static void assert_same(const struct scd_report *a, const struct scd_report *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->bpf_insns, b->bpf_insns);
	assert_true(a->crun_key == b->crun_key && a->errno_key == b->errno_key);
	assert_int_equal(a->failed, b->failed);
	assert_memory_equal(a->by_severity, b->by_severity, sizeof(a->by_severity));
	for (size_t i = 0; i < a->count; i++) {
		assert_ptr_equal(a->items[i].rule, b->items[i].rule);
		assert_int_equal(a->items[i].severity, b->items[i].severity);
		assert_int_equal(a->items[i].line, b->items[i].line);
		assert_int_equal(a->items[i].column, b->items[i].column);
		assert_string_equal(a->items[i].pointer, b->items[i].pointer);
		assert_string_equal(a->items[i].message, b->items[i].message);
	}
}

static void assert_refused(const unsigned char *bytes, size_t len)
{
	struct scd_report got = { 0 };
	struct scd_error err;

	assert_int_equal(scd_report_decode(bytes, len, &got, &err), -1);
	assert_int_equal(err.code, SCD_E_CORRUPT);
	assert_null(got.items);
	assert_int_equal(got.count, 0);
}

static void an_empty_report_accepts(void **state)
{
	struct scd_report report = { 0 };

	(void)state;
	assert_true(scd_report_accepts(&report));
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_WARNING, PLACE(1, 1, ""), "x");
	assert_true(scd_report_accepts(&report));
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_ERROR, PLACE(1, 1, ""), "x");
	assert_false(scd_report_accepts(&report));
	scd_report_done(&report);
	assert_null(report.items);
	scd_report_done(&report);
}

static void findings_keep_what_they_were_given(void **state)
{
	auto_report struct scd_report report = { 0 };

	(void)state;
	fill_sample(&report);
	assert_int_equal(report.count, 3);
	assert_int_equal(report.total, 3);
	assert_int_equal(report.by_severity[SCD_WARNING], 1);
	assert_string_equal(report.items[0].rule->id, "SCP005");
	assert_string_equal(report.items[0].message, "\"SCMP_ACT_ALOW\" is not an action");
	assert_string_equal(report.items[0].pointer, "/defaultAction");
	assert_string_equal(report.items[2].pointer, "");
	assert_string_equal(report.items[2].message, "naïve");
}

static void findings_sort_by_line_column_and_rule(void **state)
{
	static const struct {
		unsigned line, column;
		enum scd_rule_number rule;
		const char *message;
	} rows[] = {
		{ 3, 1, SCD_ACTION_UNKNOWN, "f" }, { 1, 9, SCD_SYSCALL_UNKNOWN, "d" },
		{ 1, 2, SCD_ACTION_UNKNOWN, "b" }, { 1, 9, SCD_SYSCALL_UNKNOWN, "e" },
		{ 0, 0, SCD_PROFILE_EMPTY, "a" },  { 1, 9, SCD_ACTION_UNKNOWN, "c" },
	};
	auto_report struct scd_report report = { 0 };
	char order[7] = "";

	(void)state;
	for (size_t i = 0; i < 6; i++)
		scd_report_add(&report, rows[i].rule, SCD_NOTE,
			       PLACE(rows[i].line, rows[i].column, ""), "%s", rows[i].message);
	scd_report_sort(&report);
	for (size_t i = 0; i < 6; i++)
		order[i] = report.items[i].message[0];
	assert_string_equal(order, "abcdef");
}

static void a_full_report_counts_on_and_drops_what_is_not_an_error(void **state)
{
	auto_report struct scd_report report = { 0 };

	(void)state;
	for (unsigned i = 0; i < SCD_FINDINGS_MAX; i++)
		scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_NOTE, PLACE(i + 1, 1, ""), "n");
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_WARNING, PLACE(1000, 1, ""), "late");
	assert_int_equal(report.count, SCD_FINDINGS_MAX);
	assert_int_equal(report.total, SCD_FINDINGS_MAX + 1);
	assert_int_equal(report.by_severity[SCD_WARNING], 1);
	for (size_t i = 0; i < report.count; i++)
		assert_int_equal(report.items[i].severity, SCD_NOTE);
}

static void an_error_displaces_the_last_of_the_least(void **state)
{
	auto_report struct scd_report report = { 0 };

	(void)state;
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_NOTE, PLACE(1, 1, ""), "n");
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_NOTE, PLACE(2, 1, ""), "n");
	for (unsigned i = 2; i < SCD_FINDINGS_MAX; i++)
		scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_WARNING, PLACE(i + 1, 1, ""), "w");
	scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(900, 1, ""), "e");
	assert_int_equal(report.items[0].line, 1);
	assert_int_equal(report.items[1].line, 3);
	assert_int_equal(report.items[SCD_FINDINGS_MAX - 1].line, 900);

	for (unsigned i = 0; i < SCD_FINDINGS_MAX; i++)
		scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(901 + i, 1, ""), "e");
	assert_int_equal(report.count, SCD_FINDINGS_MAX);
	assert_int_equal(report.total, 2 * SCD_FINDINGS_MAX + 1);
	/* Errors do not displace errors: the first ones stay. */
	assert_int_equal(report.items[0].line, 900);
	assert_int_equal(report.items[SCD_FINDINGS_MAX - 1].line, 900 + SCD_FINDINGS_MAX - 1);
}

static void texts_are_made_fit_for_one_line_of_a_terminal(void **state)
{
	auto_report struct scd_report report = { 0 };

	(void)state;
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, "/a\nb\x80"), "%s",
		       "x\x1b[31m\ny\xff\x7f\xc2\x9bz\xc2\xa9");
	assert_string_equal(report.items[0].pointer, "/a?b?");
	assert_string_equal(report.items[0].message, "x?[31m?y????z\xc2\xa9");
	/* The first and the last of them, and their neighbours. */
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, ""), "%s",
		       "\x01\x1f ~\x7f\xc2\x80\xc2\x9f\xc2\xa0");
	assert_string_equal(report.items[1].message, "?? ~?????\xc2\xa0");
}

static void a_long_message_is_cut_between_characters(void **state)
{
	auto_report struct scd_report report = { 0 };
	char longest[SCD_MESSAGE_MAX + 1], longer[SCD_MESSAGE_MAX + 2], wide[1025];
	const char *message;
	size_t len;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[SCD_MESSAGE_MAX] = '\0';
	memset(longer, 'a', sizeof(longer));
	longer[SCD_MESSAGE_MAX + 1] = '\0';
	for (size_t i = 0; i < 1024; i += 4)
		memcpy(wide + i, "\xf0\x9f\x90\xa7", 4);
	wide[1024] = '\0';

	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, ""), "%s", longest);
	assert_string_equal(report.items[0].message, longest);

	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, ""), "%s", longer);
	assert_int_equal(strlen(report.items[1].message), SCD_MESSAGE_MAX);
	assert_string_equal(report.items[1].message + SCD_MESSAGE_MAX - 4, "a…");

	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, ""), "%s", wide);
	message = report.items[2].message;
	len = strlen(message);
	assert_true(len <= SCD_MESSAGE_MAX && len > SCD_MESSAGE_MAX - 8);
	assert_int_equal((len - 3) % 4, 0);
	assert_string_equal(message + len - 7, "\xf0\x9f\x90\xa7…");
}

static void a_long_pointer_names_an_ancestor(void **state)
{
	auto_report struct scd_report report = { 0 };
	char pointer[2 * SCD_POINTER_MAX] = "/syscalls/3/";
	char one[SCD_POINTER_MAX + 2];

	(void)state;
	memset(pointer + 12, 'k', sizeof(pointer) - 13);
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, pointer), "x");
	assert_string_equal(report.items[0].pointer, "/syscalls/3");

	for (size_t i = 0; i + 1 < sizeof(pointer); i++)
		pointer[i] = i % 2 ? 'k' : '/';
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, pointer), "x");
	assert_int_equal(strlen(report.items[1].pointer), SCD_POINTER_MAX);

	memset(one, 'k', sizeof(one));
	one[0] = '/';
	one[SCD_POINTER_MAX + 1] = '\0';
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, one), "x");
	assert_string_equal(report.items[2].pointer, "");

	one[SCD_POINTER_MAX] = '\0';
	scd_report_add(&report, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(1, 1, one), "x");
	assert_string_equal(report.items[3].pointer, one);
}

static void a_copy_is_deep(void **state)
{
	auto_report struct scd_report report = { 0 }, copy = { 0 }, empty = { 0 };

	(void)state;
	fill_sample(&report);
	assert_int_equal(scd_report_copy(&report, &copy), 0);
	assert_same(&report, &copy);
	assert_ptr_not_equal(report.items[0].message, copy.items[0].message);
	assert_ptr_not_equal(report.items[0].pointer, copy.items[0].pointer);

	scd_report_done(&copy);
	assert_int_equal(scd_report_copy(&empty, &copy), 0);
	assert_same(&empty, &copy);
}

static void what_was_encoded_is_decoded(void **state)
{
	auto_report struct scd_report report = { 0 }, got = { 0 };
	struct scd_error err;
	size_t len;

	(void)state;
	len = scd_report_encode(&report, wire, sizeof(wire));
	assert_true(len > 0);
	assert_int_equal(scd_report_decode(wire, len, &got, &err), 0);
	assert_same(&report, &got);

	fill_sample(&report);
	len = scd_report_encode(&report, wire, sizeof(wire));
	assert_int_equal(scd_report_decode(wire, len, &got, &err), 0);
	assert_same(&report, &got);
}

static void a_failed_report_stays_failed_on_the_wire(void **state)
{
	auto_report struct scd_report report = { 0 }, got = { 0 };
	struct scd_error err;
	size_t len;

	(void)state;
	fill_sample(&report);
	report.failed = true;
	report.total++; /* the finding that found no memory */
	report.by_severity[SCD_ERROR]++;
	len = scd_report_encode(&report, wire, sizeof(wire));
	assert_int_equal(scd_report_decode(wire, len, &got, &err), 0);
	assert_true(got.failed);
	assert_same(&report, &got);
}

static void the_longest_report_fits_on_the_wire(void **state)
{
	auto_report struct scd_report report = { 0 }, got = { 0 };
	char pointer[SCD_POINTER_MAX + 1], message[SCD_MESSAGE_MAX + 1];
	struct scd_error err;
	size_t len;

	(void)state;
	memset(pointer, '/', sizeof(pointer));
	pointer[SCD_POINTER_MAX] = '\0';
	memset(message, 'm', sizeof(message));
	message[SCD_MESSAGE_MAX] = '\0';
	for (unsigned i = 0; i < 2 * SCD_FINDINGS_MAX; i++)
		scd_report_add(&report, SCD_EXIT_MISSING, SCD_ERROR, PLACE(~0u, ~0u, pointer), "%s",
			       message);
	report.bpf_insns = 4096;
	len = scd_report_encode(&report, wire, sizeof(wire));
	assert_true(len > SCD_FINDINGS_MAX * (SCD_POINTER_MAX + SCD_MESSAGE_MAX));
	assert_int_equal(scd_report_decode(wire, len, &got, &err), 0);
	assert_same(&report, &got);
}

static void too_little_room_writes_nothing_outside(void **state)
{
	auto_report struct scd_report report = { 0 };
	size_t len;

	(void)state;
	fill_sample(&report);
	len = scd_report_encode(&report, wire, sizeof(wire));
	for (size_t size = 0; size < len; size++) {
		auto_free unsigned char *exact = malloc(size + 1);

		assert_non_null(exact);
		exact[size] = 0xa5;
		assert_int_equal(scd_report_encode(&report, exact, size), 0);
		assert_int_equal(exact[size], 0xa5);
	}
}

static void every_truncation_and_any_addition_is_refused(void **state)
{
	auto_report struct scd_report report = { 0 };
	size_t len;

	(void)state;
	fill_sample(&report);
	len = scd_report_encode(&report, wire, sizeof(wire));
	for (size_t cut = 0; cut < len; cut++) {
		/* A block of exactly that size, so that the sanitizer sees a byte too far. */
		auto_free unsigned char *exact = malloc(cut ? cut : 1);

		assert_non_null(exact);
		memcpy(exact, wire, cut);
		assert_refused(exact, cut);
	}
	wire[len] = 0;
	assert_refused(wire, len + 1);
}

/* One byte of the sample is changed; each change makes it something nobody wrote. */
static void what_encode_never_writes_is_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
	} changes[] = {
		{ 0, 'X' },		      /* magic */
		{ AT_FLAGS, 2 },	      /* an unknown flag */
		{ AT_TOTAL, 4 },	      /* counts that do not add up */
		{ AT_TOTAL + 7, 0xff },	      /* a huge count */
		{ AT_TOTAL + 8, 2 },	      /* severities over the total */
		{ AT_COUNT, 2 },	      /* fewer findings than bytes */
		{ AT_COUNT, 65 },	      /* more than ever kept */
		{ AT_COUNT + 1, 0xff },	      /* more than there are bytes */
		{ AT_RULE, 0 },		      /* no rule */
		{ AT_RULE, 200 },	      /* none yet */
		{ AT_RULE + 1, 0xff },	      /* nor this */
		{ AT_SEVERITY, 3 },	      /* unknown severity */
		{ AT_SEVERITY, SCD_NOTE },    /* findings that the counts do not know */
		{ AT_POINTER_LEN, 13 },	      /* texts that end elsewhere */
		{ AT_POINTER_LEN + 1, 0xff }, /* a text over its limit */
		{ AT_POINTER_LEN + 2, 0 },    /* a NUL in a text */
		{ AT_POINTER_LEN + 2, '\n' }, /* a control character */
		{ AT_POINTER_LEN + 2, 0x7f }, /* another */
		{ AT_POINTER_LEN + 2, 0xff }, /* not UTF-8 */
	};
	auto_report struct scd_report report = { 0 };
	size_t len;

	(void)state;
	fill_sample(&report);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		len = scd_report_encode(&report, wire, sizeof(wire));
		assert_int_not_equal(wire[changes[i].at], changes[i].value);
		wire[changes[i].at] = changes[i].value;
		assert_refused(wire, len);
	}
}

/* The length says what the bytes hold, and is still over the limit of a pointer. */
static void a_text_over_its_limit_is_refused_even_when_it_is_there(void **state)
{
	auto_report struct scd_report report = { 0 };
	size_t len;

	(void)state;
	scd_report_add(&report, SCD_PROFILE_EMPTY, SCD_ERROR, PLACE(1, 1, ""), "m");
	len = scd_report_encode(&report, wire, sizeof(wire));
	assert_int_equal(len, AT_POINTER_LEN + 2 + 3);
	memset(wire + AT_POINTER_LEN + 2, 'p', SCD_POINTER_MAX + 1);
	wire[AT_POINTER_LEN] = (SCD_POINTER_MAX + 1) & 0xff;
	wire[AT_POINTER_LEN + 1] = (SCD_POINTER_MAX + 1) >> 8;
	memset(wire + AT_POINTER_LEN + 2 + SCD_POINTER_MAX + 1, 0, 2); /* an empty message */
	assert_refused(wire, AT_POINTER_LEN + 2 + SCD_POINTER_MAX + 1 + 2);
}

static void trimming_keeps_the_first_findings_and_an_error(void **state)
{
	auto_report struct scd_report report = { 0 };

	(void)state;
	for (unsigned i = 1; i <= 10; i++)
		scd_report_add(&report, SCD_UNKNOWN_KEY, i == 7 ? SCD_ERROR : SCD_NOTE,
			       (struct scd_place){ .line = i, .column = 1 }, "finding %u", i);
	scd_report_trim(&report, 20);
	assert_int_equal(report.count, 10);
	scd_report_trim(&report, 3);
	assert_int_equal(report.count, 3);
	assert_int_equal(report.items[0].line, 1);
	assert_int_equal(report.items[1].line, 2);
	assert_int_equal(report.items[2].line, 7);
	scd_report_trim(&report, 1);
	assert_int_equal(report.count, 1);
	assert_int_equal(report.items[0].severity, SCD_ERROR);
	assert_int_equal(report.total, 10);
	assert_false(scd_report_accepts(&report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trimming_keeps_the_first_findings_and_an_error),
		cmocka_unit_test(an_empty_report_accepts),
		cmocka_unit_test(findings_keep_what_they_were_given),
		cmocka_unit_test(findings_sort_by_line_column_and_rule),
		cmocka_unit_test(a_full_report_counts_on_and_drops_what_is_not_an_error),
		cmocka_unit_test(an_error_displaces_the_last_of_the_least),
		cmocka_unit_test(texts_are_made_fit_for_one_line_of_a_terminal),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test(a_long_pointer_names_an_ancestor),
		cmocka_unit_test(a_copy_is_deep),
		cmocka_unit_test(what_was_encoded_is_decoded),
		cmocka_unit_test(a_failed_report_stays_failed_on_the_wire),
		cmocka_unit_test(the_longest_report_fits_on_the_wire),
		cmocka_unit_test(too_little_room_writes_nothing_outside),
		cmocka_unit_test(every_truncation_and_any_addition_is_refused),
		cmocka_unit_test(what_encode_never_writes_is_refused),
		cmocka_unit_test(a_text_over_its_limit_is_refused_even_when_it_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

struct target {
	bool help, quiet, load;
	char *source;
	uint64_t period, level;
	int runtime;
	struct scd_strings disable, archs;
};

static const struct scd_choice runtimes[] = { { "any", 3 }, { "runc", 1 }, { "crun", 2 }, { 0 } };

static int check_arch(const char *text, struct scd_error *err)
{
	if (strcmp(text, "vax") == 0)
		return scd_fail(err, SCD_E_CONFIG, 0, "\"vax\" is too old");
	return 0;
}

#define FIELD(name) .offset = offsetof(struct target, name)

static const struct scd_option table[] = {
	{ .name = "help",
	  .letter = 'h',
	  .type = SCD_OPT_ACTION,
	  FIELD(help),
	  .help = "print this" },
	{ .name = "quiet", .letter = 'q', .type = SCD_OPT_BOOL, FIELD(quiet), .help = "be quiet" },
	{ .name = "trial-load",
	  .type = SCD_OPT_BOOL,
	  FIELD(load),
	  .fallback = "true",
	  .help = "load the filter" },
	{ .name = "source",
	  .letter = 's',
	  .type = SCD_OPT_STRING,
	  FIELD(source),
	  .metavar = "DIR",
	  .fallback = "/profiles",
	  .help = "directory to read" },
	{ .name = "resync-period",
	  .type = SCD_OPT_DURATION,
	  FIELD(period),
	  .metavar = "DURATION",
	  .fallback = "60s",
	  .help = "look again after this time",
	  .min = 5000 },
	{ .name = "v",
	  .letter = 'v',
	  .type = SCD_OPT_UINT,
	  FIELD(level),
	  .metavar = "N",
	  .fallback = "2",
	  .help = "verbosity",
	  .max = 6 },
	{ .name = "oci-runtime",
	  .type = SCD_OPT_CHOICE,
	  FIELD(runtime),
	  .metavar = "NAME",
	  .fallback = "any",
	  .help = "who loads it",
	  .choices = runtimes },
	{ .name = "disable",
	  .type = SCD_OPT_STRINGS,
	  FIELD(disable),
	  .metavar = "RULE",
	  .help = "rules to leave out" },
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  FIELD(archs),
	  .metavar = "ARCH",
	  .help = "architectures",
	  .check = check_arch },
};
#define ROWS (sizeof(table) / sizeof(table[0]))
#define WORDS_MAX 16

struct fixture {
	struct target target;
	struct scd_error err;
	char words[WORDS_MAX][48];
	char *argv[WORDS_MAX];
	int argc, first;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ 0 };
	*state = &f;
	return scd_options_defaults(table, ROWS, &f.target, &f.err);
}

static int teardown(void **state)
{
	scd_options_done(table, ROWS, &((struct fixture *)*state)->target);
	return 0;
}

/* Parses the words up to NULL. */
static int parse(struct fixture *f, const char *const *words)
{
	f->argc = 1;
	f->argv[0] = f->words[0];
	for (const char *const *word = words; *word; word++) {
		char *copy = f->words[f->argc];

		assert_in_range(snprintf(copy, sizeof(f->words[0]), "%s", *word), 0,
				sizeof(f->words[0]) - 1);
		f->argv[f->argc++] = copy;
	}
	f->first = -1;
	return scd_options_parse(table, ROWS, f->argc, f->argv, &f->target, &f->first, &f->err);
}

#define PARSE(f, ...) parse(f, (const char *const[]){ __VA_ARGS__, NULL })

#define assert_refused(f, message, ...)                       \
	do {                                                  \
		assert_int_equal(PARSE(f, __VA_ARGS__), -1);  \
		assert_string_equal((f)->err.msg, message);   \
		assert_int_equal((f)->err.code, SCD_E_USAGE); \
		assert_int_equal((f)->first, -1);             \
	} while (0)

static void defaults_come_from_the_table(void **state)
{
	struct fixture *f = *state;

	assert_false(f->target.quiet);
	assert_true(f->target.load);
	assert_string_equal(f->target.source, "/profiles");
	assert_int_equal(f->target.period, 60000);
	assert_int_equal(f->target.level, 2);
	assert_int_equal(f->target.runtime, 3);
	assert_int_equal(f->target.disable.count, 0);
}

static void defaults_replace_what_was_there(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "--source=/x", "--disable=a,b", "-q"), 0);
	assert_int_equal(scd_options_defaults(table, ROWS, &f->target, &f->err), 0);
	defaults_come_from_the_table(state);
}

static void values_stand_behind_an_equals_sign_or_in_the_next_word(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "--source=/a=b", "--resync-period", "5m", "--v=4"), 0);
	assert_string_equal(f->target.source, "/a=b");
	assert_int_equal(f->target.period, 300000);
	assert_int_equal(f->target.level, 4);
	assert_int_equal(f->first, 6 - 1);
	assert_int_equal(PARSE(f, "--source="), 0);
	assert_string_equal(f->target.source, "");
	assert_int_equal(PARSE(f, "--source", "-"), 0);
	assert_string_equal(f->target.source, "-");
}

static void booleans_take_no_next_word(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "--quiet", "false"), 0);
	assert_true(f->target.quiet);
	assert_int_equal(f->first, 2);
	assert_string_equal(f->argv[2], "false");
	assert_int_equal(PARSE(f, "--quiet=false", "--trial-load=false", "--help"), 0);
	assert_false(f->target.quiet);
	assert_false(f->target.load);
	assert_true(f->target.help);
}

static void letters_come_alone_in_bunches_and_with_values(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "-hqv", "3"), 0);
	assert_true(f->target.help);
	assert_true(f->target.quiet);
	assert_int_equal(f->target.level, 3);
	assert_int_equal(PARSE(f, "-v4"), 0);
	assert_int_equal(f->target.level, 4);
	assert_int_equal(PARSE(f, "-v=5", "-q=false"), 0);
	assert_int_equal(f->target.level, 5);
	assert_false(f->target.quiet);
}

static void the_last_of_equal_flags_wins(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "--source=/a", "--v=1", "--source=/b", "-v", "3"), 0);
	assert_string_equal(f->target.source, "/b");
	assert_int_equal(f->target.level, 3);
}

static void lists_add_up_but_replace_what_was_there(void **state)
{
	struct fixture *f = *state;
	const struct scd_strings *list = &f->target.disable;

	assert_int_equal(PARSE(f, "--disable=a,b", "--disable", "c"), 0);
	assert_int_equal(list->count, 3);
	assert_string_equal(list->items[0], "a");
	assert_string_equal(list->items[1], "b");
	assert_string_equal(list->items[2], "c");
	assert_int_equal(PARSE(f, "--disable=d"), 0);
	assert_int_equal(list->count, 1);
	assert_string_equal(list->items[0], "d");
	assert_int_equal(PARSE(f, "--disable="), 0);
	assert_int_equal(list->count, 0);
	assert_refused(f, "--disable: an empty word in the list", "--disable=a,,b");
	assert_refused(f, "--disable: an empty word in the list", "--disable=a,");
}

static void operands_move_behind_flags_in_order(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(PARSE(f, "one", "-q", "two", "--source", "/s", "-", "--v=1", "three"), 0);
	assert_int_equal(f->first, 5);
	assert_string_equal(f->argv[1], "-q");
	assert_string_equal(f->argv[2], "--source");
	assert_string_equal(f->argv[3], "/s");
	assert_string_equal(f->argv[4], "--v=1");
	assert_string_equal(f->argv[5], "one");
	assert_string_equal(f->argv[6], "two");
	assert_string_equal(f->argv[7], "-");
	assert_string_equal(f->argv[8], "three");
}

/* The daemon parses the same words again when it reloads. */
static void two_dashes_end_the_flags_also_the_second_time(void **state)
{
	struct fixture *f = *state;
	int first;

	assert_int_equal(PARSE(f, "one", "-q", "--", "--strange", "-x"), 0);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(f->first, 3);
		assert_string_equal(f->argv[2], "--");
		assert_string_equal(f->argv[3], "one");
		assert_string_equal(f->argv[4], "--strange");
		assert_string_equal(f->argv[5], "-x");
		assert_int_equal(scd_options_parse(table, ROWS, f->argc, f->argv, &f->target,
						   &first, &f->err),
				 0);
		f->first = first;
	}
}

static void no_words_are_no_operands(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse(f, (const char *const[]){ NULL }), 0);
	assert_int_equal(f->first, 1);
}

static void unknown_flags_name_their_nearest_neighbour(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "unknown flag \"--sorce\", did you mean --source?", "--sorce=/x");
	assert_refused(f, "unknown flag \"--resyncPeriod\", did you mean --resync-period?",
		       "--resyncPeriod=5m");
	assert_refused(f, "unknown flag \"--tomato\", see --help", "--tomato");
	assert_refused(f, "unknown flag \"-x\", see --help", "-x");
	assert_refused(f, "unknown flag \"-resync-period\", did you mean --resync-period?",
		       "-resync-period=5m");
	assert_refused(f, "unknown flag \"-x\", see --help", "-qx");
	assert_refused(f, "unknown flag \"--a\\u001bb\", see --help",
		       "--a\x1b"
		       "b");
}

static void abbreviations_are_not_accepted(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "unknown flag \"--resync\", see --help", "--resync=5m");
	assert_refused(f, "unknown flag \"--sourc\", did you mean --source?", "--sourc=/x");
}

static void a_missing_value_is_said(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "--source needs a DIR", "--source");
	assert_refused(f, "-v needs a N", "-v");
	assert_refused(
		f,
		"--source needs a DIR, found \"--quiet\": if it is meant, write --source=--quiet",
		"--source", "--quiet");
	assert_int_equal(PARSE(f, "--source=--quiet"), 0);
}

static void wrong_values_say_what_would_be_accepted(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "--quiet: \"yes\" is not a boolean: write true or false", "--quiet=yes");
	assert_refused(
		f,
		"--resync-period: \"60\" is not a duration: write one such as 60s, 5m, 1h30m or "
		"250ms",
		"--resync-period=60");
	assert_refused(f, "--resync-period: \"1s\" is too little: at least 5s",
		       "--resync-period=1s");
	assert_refused(f, "-v: \"7\" is out of range: from 0 to 6", "-v7");
	assert_refused(f, "--oci-runtime: \"Runc\" is none of: any, runc, crun",
		       "--oci-runtime=Runc");
	assert_refused(f, "--arch: \"vax\" is too old", "--arch=x86,vax");
	assert_int_equal(f->target.runtime, 3);
}

static void rows_are_found_by_flag_and_by_key(void **state)
{
	char key[64];

	(void)state;
	assert_ptr_equal(scd_option_find(table, ROWS, "resync-period"), &table[4]);
	assert_ptr_equal(scd_option_find(table, ROWS, "resyncPeriod"), &table[4]);
	assert_null(scd_option_find(table, ROWS, "resyncperiod"));
	assert_null(scd_option_find(table, ROWS, "resync"));
	scd_option_key(&table[4], key, sizeof(key));
	assert_string_equal(key, "resyncPeriod");
	scd_option_key(&table[4], key, 4);
	assert_string_equal(key, "res");
	assert_ptr_equal(scd_option_nearest(table, ROWS, "resyncperod"), &table[4]);
	assert_null(scd_option_nearest(table, ROWS, "x"));
}

static void help_shows_every_row_with_default_and_choices(void **state)
{
	auto_free char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	scd_options_help(table, ROWS, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(
		text, "  -h, --help                  print this\n"
		      "  -q, --quiet                 be quiet\n"
		      "      --trial-load[=false]    load the filter (default true)\n"
		      "  -s, --source DIR            directory to read (default /profiles)\n"
		      "      --resync-period DURATION\n"
		      "                              look again after this time (default 60s)\n"
		      "  -v, --v N                   verbosity (default 2)\n"
		      "      --oci-runtime NAME      who loads it: any, runc, crun (default any)\n"
		      "      --disable RULE          rules to leave out\n"
		      "      --arch ARCH             architectures\n");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(defaults_come_from_the_table),
		TEST(defaults_replace_what_was_there),
		TEST(values_stand_behind_an_equals_sign_or_in_the_next_word),
		TEST(booleans_take_no_next_word),
		TEST(letters_come_alone_in_bunches_and_with_values),
		TEST(the_last_of_equal_flags_wins),
		TEST(lists_add_up_but_replace_what_was_there),
		TEST(operands_move_behind_flags_in_order),
		TEST(two_dashes_end_the_flags_also_the_second_time),
		TEST(no_words_are_no_operands),
		TEST(unknown_flags_name_their_nearest_neighbour),
		TEST(abbreviations_are_not_accepted),
		TEST(a_missing_value_is_said),
		TEST(wrong_values_say_what_would_be_accepted),
		TEST(rows_are_found_by_flag_and_by_key),
		TEST(help_shows_every_row_with_default_and_choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "exclude.h"

static bool excluded(const char *path, const char *pattern)
{
	struct scd_strings one = { 0 };
	bool answer;

	assert_int_equal(scd_strings_add(&one, pattern, strlen(pattern)), 0);
	answer = scd_path_is_excluded(path, &one);
	scd_strings_done(&one);
	return answer;
}

#define assert_excluded(path, pattern) assert_true(excluded((path), (pattern)))
#define assert_kept(path, pattern) assert_false(excluded((path), (pattern)))

static void a_name_is_left_out_anywhere_and_whole(void **state)
{
	(void)state;
	assert_excluded("charts/web/templates/pod.yaml", "templates");
	assert_excluded("templates", "templates");
	assert_excluded("a/b.yaml", "b.yaml");
	assert_excluded("a/b.yaml", "*.yaml");
	assert_kept("charts/web/templates2/pod.yaml", "templates");
	assert_kept("a/templates.yaml", "templates");
	assert_kept("a/B.yaml", "b.yaml");
}

static void a_path_matches_between_names_and_stars_end_at_slashes(void **state)
{
	(void)state;
	assert_excluded("deploy/charts/web/templates/pod.yaml", "charts/*/templates");
	assert_excluded("deploy/charts/web/templates/pod.yaml", "web/templates/*.yaml");
	assert_kept("deploy/charts/web/x/templates/pod.yaml", "charts/*/templates");
	assert_kept("deploy/mycharts/web/templates/pod.yaml", "charts/*/templates");
	assert_kept("a/b/c", "a*c");
	assert_excluded("a/web-1.json", "web-[0-9].json");
}

static void what_stands_around_a_pattern_means_nothing_more(void **state)
{
	static const char *const same[] = { "/charts",	   "./charts",	"charts/",
					    "**/charts",   "charts/**", "**/charts/**/",
					    ".///charts//" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_true(excluded("charts/a", same[i]));
		assert_true(excluded("x/charts/a", same[i]));
		assert_true(excluded("/x/charts", same[i]));
		assert_false(excluded("x/chart", same[i]));
	}
}

static void a_pattern_of_nothing_is_refused_and_matches_nothing(void **state)
{
	static const char *const nothing[] = { "", "/", "./", "**/", "//" };
	struct scd_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		assert_int_equal(scd_check_exclude_word(nothing[i], &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
		assert_false(excluded("a/b", nothing[i]));
		assert_false(excluded("", nothing[i]));
	}
	assert_int_equal(scd_check_exclude_word("*", &err), 0);
	assert_true(excluded("a", "*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_left_out_anywhere_and_whole),
		cmocka_unit_test(a_path_matches_between_names_and_stars_end_at_slashes),
		cmocka_unit_test(what_stands_around_a_pattern_means_nothing_more),
		cmocka_unit_test(a_pattern_of_nothing_is_refused_and_matches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The table of rules, and that each row has a check. Run where common/ is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "fsio.h"
#include "rules.h"

static void ids_are_numbers_in_order(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	assert_true(count > 40);
	for (size_t i = 0; i < count; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "SCP%03u", (unsigned)rules[i].number);
		assert_string_equal(rules[i].id, id);
		assert_in_range(rules[i].number, 1, SCD_RULE_NUMBER_MAX);
		assert_true(i == 0 || rules[i - 1].number < rules[i].number);
		assert_ptr_equal(scd_rule_get(rules[i].number), &rules[i]);
		assert_ptr_equal(scd_rule_find(rules[i].id), &rules[i]);
		assert_ptr_equal(scd_rule_find(rules[i].name), &rules[i]);
	}
	assert_null(scd_rule_get(0));
	assert_null(scd_rule_get(SCD_RULE_NUMBER_MAX + 1));
	assert_null(scd_rule_find("SCP000"));
	assert_null(scd_rule_find(""));
	assert_ptr_equal(scd_rule_find("scp001"), scd_rule_find("SCP001"));
}

static void names_are_unique_and_in_kebab_case(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *name = rules[i].name;

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				 strlen(name));
		assert_true(islower(name[0]) && name[strlen(name) - 1] != '-');
		assert_null(strstr(name, "--"));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rules[j].name, name);
	}
}

static bool is_sentence(const char *text)
{
	return strlen(text) >= 10 && text[strlen(text) - 1] == '.' && !strpbrk(text, "\n\t") &&
	       !strstr(text, "  ");
}

static void texts_are_sentences(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (!is_sentence(rules[i].why) || !is_sentence(rules[i].cure))
			fail_msg("%s: why and cure are sentences", rules[i].id);
		assert_true(strlen(rules[i].title) > 0 && strlen(rules[i].title) <= 80);
		assert_true(rules[i].title[strlen(rules[i].title) - 1] != '.');
	}
}

/* Only what keeps a container from starting, or a file from being read, is beyond a choice. */
static void what_cannot_be_disabled_is_an_error(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_true(!rules[i].fixed || rules[i].severity == SCD_ERROR);
	assert_string_equal(scd_severity_name(SCD_NOTE), "note");
	assert_string_equal(scd_severity_name(SCD_WARNING), "warning");
	assert_string_equal(scd_severity_name(SCD_ERROR), "error");
	assert_string_equal(scd_severity_name(SCD_SEVERITY_COUNT), "unknown");
}

/* The enumerator's name is the rule's name in capitals. */
static void enumerator(const struct scd_rule *rule, char *out, size_t size)
{
	(void)snprintf(out, size, "SCD_%s", rule->name);
	for (char *p = out; *p; p++)
		if (*p == '-')
			*p = '_';
		else
			*p = (char)toupper((unsigned char)*p);
}

/* Whether @word stands in the file as a whole word. */
static bool mentions(const char *path, const char *word)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	assert_int_equal(scd_read_file_at(AT_FDCWD, path, true, 1 << 20, &text, &len, &err), 0);
	for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
		if (!isalnum((unsigned char)p[strlen(word)]) && p[strlen(word)] != '_')
			return true;
	return false;
}

static void no_row_is_without_a_check(void **state)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);
	glob_t files;

	(void)state;
	assert_int_equal(glob("{common,daemon,cli}/*.c", GLOB_BRACE, NULL, &files), 0);
	for (size_t i = 0; i < count; i++) {
		char name[64];
		bool found = false;

		enumerator(&rules[i], name, sizeof(name));
		for (size_t j = 0; j < files.gl_pathc && !found; j++)
			found = !strstr(files.gl_pathv[j], "/rules.c") &&
				mentions(files.gl_pathv[j], name);
		if (!found)
			fail_msg("no check reports %s", name);
	}
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_numbers_in_order),
		cmocka_unit_test(names_are_unique_and_in_kebab_case),
		cmocka_unit_test(texts_are_sentences),
		cmocka_unit_test(what_cannot_be_disabled_is_an_error),
		cmocka_unit_test(no_row_is_without_a_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The manual pages say what the option table and bounds.h say, and no more. Runs in the
 * top directory. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "buf.h"
#include "config_file.h"
#include "fsio.h"

#define PAGE_8 "man/seccompd.8"
#define PAGE_5 "man/seccompd.yaml.5"
#define HEADER "apiVersion: seccompd.dev/v1alpha1\nkind: SeccompdConfiguration\n"

static char *read_text(const char *path)
{
	struct scd_error err;
	char *text = NULL;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, path, false, 1 << 20, &text, &len, &err) < 0)
		fail_msg("%s", err.msg);
	return text;
}

/* Copies the line at @text into @line and returns the next one, or NULL at the end. */
static const char *next_line(const char *text, char *line, size_t size)
{
	const size_t len = strcspn(text, "\n");

	assert_in_range(len, 0, size - 1);
	if (!*text)
		return NULL;
	memcpy(line, text, len);
	line[len] = '\0';
	return text + len + (text[len] == '\n');
}

/* What stands between the item of @tag and the next one or the end of the list; "" when
 * there is none. free() it. */
static char *item(const char *page, const char *tag)
{
	auto_buf struct scd_buf out = scd_buf_init(1 << 16);
	char line[256];
	bool inside = false;

	while ((page = next_line(page, line, sizeof(line)))) {
		if (strncmp(line, ".It ", 4) == 0 || strncmp(line, ".El", 3) == 0) {
			const char *found = strstr(line, tag);
			inside = strncmp(line, ".It ", 4) == 0 && found &&
				 strchr(" ", found[strlen(tag)]);
		}
		if (inside)
			scd_buf_printf(&out, "%s\n", line);
	}
	return scd_buf_take(&out);
}

static bool has_word(const char *text, const char *word)
{
	const size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || strchr(" \n(", p[-1])) && strchr(" \n.,)", p[len]))
			return true;
	return false;
}

static void every_option_is_in_section_8_with_default_and_choices(void **state)
{
	auto_free char *page = read_text(PAGE_8);
	const struct scd_option *options;
	size_t count;

	(void)state;
	options = scd_config_options(&count);
	for (size_t i = 0; i < count; i++) {
		const struct scd_option *option = &options[i];
		auto_free char *text = NULL;
		char tag[64];

		(void)snprintf(tag, sizeof(tag), "Fl -%s", option->name);
		text = item(page, tag);
		if (!*text)
			fail_msg(PAGE_8 " has no .It %s", tag);
		if (option->letter &&
		    !strstr(text, (char[]){ 'F', 'l', ' ', option->letter, ' ', ',', '\0' }))
			fail_msg(PAGE_8 ": no letter for %s", tag);
		if (!option->choices && option->fallback && !has_word(text, option->fallback))
			fail_msg(PAGE_8 ": %s: no default %s", tag, option->fallback);
		for (const struct scd_choice *c = option->choices; c && c->name; c++)
			if (!has_word(text, c->name))
				fail_msg(PAGE_8 ": %s: no choice %s", tag, c->name);
	}
}

static void section_8_has_no_option_that_is_none(void **state)
{
	auto_free char *page = read_text(PAGE_8);
	const struct scd_option *options;
	size_t count, items = 0;
	char line[256];

	(void)state;
	options = scd_config_options(&count);
	for (const char *p = page; (p = next_line(p, line, sizeof(line)));) {
		char *name = strncmp(line, ".It Fl ", 7) == 0 ? strstr(line, "Fl -") : NULL;

		if (!name)
			continue;
		name += 4;
		name[strcspn(name, " ")] = '\0';
		if (!scd_option_find(options, count, name))
			fail_msg(PAGE_8 ": --%s is no option", name);
		items++;
	}
	assert_int_equal(items, count);
}

static void every_key_is_in_section_5_with_default_and_choices(void **state)
{
	auto_free char *page = read_text(PAGE_5);
	const struct scd_option *options;
	size_t count;

	(void)state;
	options = scd_config_options(&count);
	for (size_t i = 0; i < count; i++) {
		const struct scd_option *option = &options[i];
		auto_free char *text = NULL;
		char key[64], tag[80];

		scd_option_key(option, key, sizeof(key));
		(void)snprintf(tag, sizeof(tag), "Cm %s", key);
		text = item(page, tag);
		if (option->flag_only || option->not_in_file) {
			assert_string_equal(text, "");
			continue;
		}
		if (!*text)
			fail_msg(PAGE_5 " has no .It %s", tag);
		if (option->fallback && !has_word(text, option->fallback))
			fail_msg(PAGE_5 ": %s: no default %s", key, option->fallback);
		for (const struct scd_choice *c = option->choices; c && c->name; c++)
			if (!has_word(text, c->name))
				fail_msg(PAGE_5 ": %s: no choice %s", key, c->name);
		(void)snprintf(tag, sizeof(tag), ".Dl %s: ", key);
		if (!strstr(text, tag))
			fail_msg(PAGE_5 ": %s: no example", key);
	}
}

/* Loads @text as a file. */
static void assert_loads(const char *name, const char *text)
{
	struct scd_config config = { 0 };
	struct scd_error err;

	if (scd_config_file_read(name, text, strlen(text), &config, &err) < 0)
		fail_msg("%s", err.msg);
	scd_config_done(&config);
}

static void unescape(char *line)
{
	for (char *p; (p = strstr(line, "\\(dq"));) {
		*p = '"';
		memmove(p + 1, p + 4, strlen(p + 4) + 1);
	}
}

static void the_examples_of_section_5_load(void **state)
{
	auto_free char *page = read_text(PAGE_5);
	auto_buf struct scd_buf whole = scd_buf_init(4096);
	bool literal = false, examples = false;
	char line[256], text[400];
	size_t keys = 0;

	(void)state;
	for (const char *p = page; (p = next_line(p, line, sizeof(line)));) {
		unescape(line);
		if (strncmp(line, ".Dl ", 4) == 0) {
			(void)snprintf(text, sizeof(text), HEADER "%s\n", line + 4);
			assert_loads(line, text);
			keys++;
		}
		examples |= strcmp(line, ".Sh EXAMPLES") == 0;
		literal &= strcmp(line, ".Ed") != 0;
		if (examples && literal)
			scd_buf_printf(&whole, "%s\n", line);
		literal |= strncmp(line, ".Bd -literal", 12) == 0;
	}
	assert_in_range(keys, 18, 64);
	assert_non_null(strstr(scd_buf_text(&whole), HEADER));
	assert_loads("example", scd_buf_text(&whole));
}

static void the_configuration_of_the_daemonset_loads(void **state)
{
	auto_free char *text = read_text("deploy/kustomize/base/seccompd.yaml");

	(void)state;
	assert_loads("deploy", text);
}

/* "4,096", as the manual writes numbers. */
static void print_number(uint64_t n, char *buf, size_t size)
{
	char digits[24];
	size_t used = 0;
	const size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (size_t i = 0; i < len && used + 2 < size; i++) {
		buf[used++] = digits[i];
		if (i + 1 < len && (len - i - 1) % 3 == 0)
			buf[used++] = ',';
	}
	buf[used] = '\0';
}

/* Whether the row of the manual that follows the comment @name ends in the value. */
static bool row_says(const char *page, const char *name, uint64_t value)
{
	char number[32], comment[80], line[256];
	char forms[5][48];
	const char *row;

	print_number(value, number, sizeof(number));
	(void)snprintf(forms[0], sizeof(forms[0]), "Ta %s", number);
	(void)snprintf(forms[1], sizeof(forms[1]), "Ta %s bytes", number);
	(void)snprintf(forms[2], sizeof(forms[2]), "Ta %s s", number);
	(void)snprintf(forms[3], sizeof(forms[3]), "Ta %" PRIu64 " KiB", value >> 10);
	(void)snprintf(forms[4], sizeof(forms[4]), "Ta %" PRIu64 " MiB", value >> 20);
	(void)snprintf(comment, sizeof(comment), ".\\\" %s\n", name);
	row = strstr(page, comment);
	if (!row || !next_line(row + strlen(comment), line, sizeof(line)))
		return false;
	for (size_t i = 0; i < 5; i++) {
		const uint64_t unit = i == 3 ? 1 << 10 : i == 4 ? 1 << 20 : 1;
		const char *found = strstr(line, forms[i]);

		if (value % unit == 0 && found && found[strlen(forms[i])] == '\0')
			return true;
	}
	return false;
}

#define LIMIT(name)         \
	{                   \
#name, name \
	}

static const struct {
	const char *name;
	uint64_t value;
} limits[] = {
	LIMIT(SCD_PROFILE_MAX),
	LIMIT(SCD_SNAPSHOT_FILES_MAX),
	LIMIT(SCD_SNAPSHOT_BYTES_MAX),
	LIMIT(SCD_NAME_PARTS_MAX),
	LIMIT(SCD_NAME_PART_MAX),
	LIMIT(SCD_NAME_MAX),
	LIMIT(SCD_JSON_DEPTH_MAX),
	LIMIT(SCD_JSON_FAULTS_MAX),
	LIMIT(SCD_RULES_MAX),
	LIMIT(SCD_BPF_MAX),
	LIMIT(SCD_FINDINGS_MAX),
	LIMIT(SCD_FINDINGS_BYTES_MAX),
	LIMIT(SCD_MESSAGE_MAX),
	LIMIT(SCD_POINTER_MAX),
	LIMIT(SCD_CHECK_CPU_SECONDS),
	LIMIT(SCD_CHECK_WALL_SECONDS),
	LIMIT(SCD_CHECK_DATA_BYTES),
	LIMIT(SCD_CHECKS_AT_ONCE),
	LIMIT(SCD_CONFIG_MAX),
	LIMIT(SCD_CONFIG_DEPTH_MAX),
	LIMIT(SCD_STATE_FILE_MAX),
	LIMIT(SCD_LOCK_WAIT_SECONDS),
	LIMIT(SCD_REPAIRS_MAX),
	LIMIT(SCD_REPAIRS_SECONDS),
	LIMIT(SCD_HTTP_REQUEST_MAX),
	LIMIT(SCD_HTTP_CONNECTIONS_MAX),
	LIMIT(SCD_HTTP_TIMEOUT_SECONDS),
	LIMIT(SCD_HTTP_ANSWERS_MAX),
	LIMIT(SCD_STATUS_FINDINGS_MAX),
	LIMIT(SCD_STATUS_FINDINGS_BYTES_MAX),
	LIMIT(SCD_EXCERPTS_BYTES_MAX),
	LIMIT(SCD_PAGE_BYTES_MAX),
	LIMIT(SCD_STATUS_MAX),
};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static void every_limit_is_in_section_8_with_its_value(void **state)
{
	auto_free char *page = read_text(PAGE_8);

	(void)state;
	for (size_t i = 0; i < LIMITS; i++)
		if (!row_says(page, limits[i].name, limits[i].value))
			fail_msg(PAGE_8 ": %s is not %" PRIu64, limits[i].name, limits[i].value);
	assert_false(row_says(page, "SCD_PROFILE_MAX", SCD_PROFILE_MAX + 1));
}

/* A new limit has to come into the table above. */
static void the_test_knows_every_limit_of_the_header(void **state)
{
	auto_free char *header = read_text("common/bounds.h");
	char line[256];
	size_t defined = 0;

	(void)state;
	for (const char *p = header; (p = next_line(p, line, sizeof(line)));) {
		static const char define[] = "#define SCD_";
		char *name = line + strlen("#define ");
		bool known = false;

		if (strncmp(line, define, sizeof(define) - 1) != 0 || strstr(line, "_BOUNDS_H"))
			continue;
		name[strcspn(name, " \t")] = '\0';
		for (size_t i = 0; i < LIMITS; i++)
			known |= strcmp(limits[i].name, name) == 0;
		if (!known)
			fail_msg("%s is not in this test", name);
		defined++;
	}
	assert_int_equal(defined, LIMITS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_in_section_8_with_default_and_choices),
		cmocka_unit_test(section_8_has_no_option_that_is_none),
		cmocka_unit_test(every_key_is_in_section_5_with_default_and_choices),
		cmocka_unit_test(the_examples_of_section_5_load),
		cmocka_unit_test(the_configuration_of_the_daemonset_loads),
		cmocka_unit_test(every_limit_is_in_section_8_with_its_value),
		cmocka_unit_test(the_test_knows_every_limit_of_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

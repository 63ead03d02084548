/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "footprint.h"
#include "fsio.h"

/* Resident kibibytes of files: code and what the linker has mapped. */
static unsigned long resident_of_files(void)
{
	auto_free char *text = NULL;
	const char *line;
	struct scd_error err;
	size_t len;

	assert_int_equal(
		scd_read_file_at(AT_FDCWD, "/proc/self/status", false, 65536, &text, &len, &err),
		0);
	line = strstr(text, "RssFile:");
	assert_non_null(line);
	return strtoul(line + strlen("RssFile:"), NULL, 10);
}

static void code_is_given_back_and_runs_on(void **state)
{
	char before[SCD_SHA256_HEX], after[SCD_SHA256_HEX];
	unsigned long had, has;

	(void)state;
	scd_sha256_hex("abc", 3, before);
	had = resident_of_files();
	scd_footprint_trim();
	has = resident_of_files();
	scd_sha256_hex("abc", 3, after);
	assert_string_equal(before, after);
	print_message("resident pages of files: %lu KiB, then %lu KiB\n", had, has);
	assert_true(has < had);
}

static void what_the_linker_wrote_stays(void **state)
{
	char *volatile text;

	(void)state;
	for (int i = 0; i < 10; i++) {
		scd_footprint_trim();
		text = strdup("a call through the table that the linker filled");
		assert_non_null(text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_is_given_back_and_runs_on),
		cmocka_unit_test(what_the_linker_wrote_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

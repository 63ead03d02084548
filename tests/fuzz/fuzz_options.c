/* SPDX-License-Identifier: MIT */
/* A command line, its words separated by NUL: accepted or refused, it can be parsed again
 * to the same end, no word is lost, and what was accepted prints and frees. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "config.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Points @argv into @text; returns the number of words. */
static int split(char *text, size_t size, char **argv)
{
	static char program[] = "seccompd";
	int argc = 0;

	argv[argc++] = program;
	for (char *p = text; p < text + size && argc < WORDS_MAX; p += strlen(p) + 1)
		argv[argc++] = p;
	return argc;
}

/* The same words, in whatever order. */
static uintptr_t sum_words(char **argv, int argc)
{
	uintptr_t sum = 0;

	for (int i = 0; i < argc; i++)
		sum += (uintptr_t)argv[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_config struct scd_config config = { 0 }, again = { 0 };
	auto_free char *text = malloc(size + 1);
	const struct scd_option *options;
	int argc, first = -1, second = -1, result;
	char *argv[WORDS_MAX];
	struct scd_error err;
	uintptr_t sum;
	size_t count;

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	argc = split(text, size, argv);
	sum = sum_words(argv, argc);
	options = scd_config_options(&count);

	result = scd_options_parse(options, count, argc, argv, &config, &first, &err);
	assert(sum_words(argv, argc) == sum);
	if (result < 0) {
		assert(err.code == SCD_E_USAGE && first == -1);
		return 0;
	}
	assert(first >= 1 && first <= argc);
	for (int i = first; i < argc; i++)
		assert(argv[i][0] != '-' || !argv[i][1] || strcmp(argv[first - 1], "--") == 0);
	assert(scd_options_parse(options, count, argc, argv, &again, &second, &err) == 0);
	assert(second == first);
	assert(config.resync_period_ms == again.resync_period_ms);
	assert(config.judge.archs.count == again.judge.archs.count);
	return 0;
}

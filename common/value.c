/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "text.h"

#define SHOWN_MAX 60 /* bytes of a wrong text that a message repeats */

const char *scd_value_show(const char *text, char *buf)
{
	auto_buf struct scd_buf out = scd_buf_init(SCD_VALUE_SHOWN * 4);

	scd_text_quote(&out, text, strlen(text), SHOWN_MAX);
	(void)snprintf(buf, SCD_VALUE_SHOWN, "\"%.*s\"", (int)SCD_VALUE_SHOWN - 3,
		       scd_buf_text(&out));
	return buf;
}

int scd_value_bool(const char *text, bool *value, struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN];

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		*value = *text == 't';
		return 0;
	}
	return scd_fail(err, SCD_E_CONFIG, 0, "%s is not a boolean: write true or false",
			scd_value_show(text, shown));
}

/* Digits alone: no sign, no space, no hexadecimal. False too when over 64 bits. */
static bool parse_digits(const char **text, uint64_t *value)
{
	const char *p = *text;
	uint64_t n = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return false;
	*text = p;
	*value = n;
	return true;
}

/* The units of Go's time.ParseDuration() that are not too fine for us. */
enum {
	HOURS,
	MILLISECONDS,
	MINUTES,
	SECONDS,
	UNITS
}; /* "ms" is tried before "m" */

static const struct {
	const char *name;
	uint64_t ms;
} units[] = {
	[HOURS] = { "h", 3600000 },
	[MILLISECONDS] = { "ms", 1 },
	[MINUTES] = { "m", 60000 },
	[SECONDS] = { "s", 1000 },
};

/* "90", "1.5": a number and its unit. The fraction has to come out in whole milliseconds. */
static bool parse_term(const char **text, uint64_t *ms)
{
	uint64_t whole = 0, fraction = 0, scale = 1, part;
	size_t unit = 0;

	if (!parse_digits(text, &whole))
		return false;
	if (**text == '.') {
		const char *start = ++*text;

		if (!parse_digits(text, &fraction) || *text - start > 9)
			return false;
		for (ptrdiff_t i = *text - start; i > 0; i--)
			scale *= 10;
	}
	while (unit < UNITS && strncmp(*text, units[unit].name, strlen(units[unit].name)) != 0)
		unit++;
	if (unit == UNITS)
		return false;
	*text += strlen(units[unit].name);
	if (__builtin_mul_overflow(whole, units[unit].ms, &whole))
		return false;
	part = fraction * units[unit].ms; /* < 10^9 * 3.6 * 10^6 */
	return part % scale == 0 && !__builtin_add_overflow(whole, part / scale, ms);
}

static bool parse_terms(const char *text, uint64_t *ms)
{
	uint64_t sum = 0, term;

	if (strcmp(text, "0") == 0) {
		*ms = 0;
		return true;
	}
	do
		if (!parse_term(&text, &term) || __builtin_add_overflow(sum, term, &sum))
			return false;
	while (*text);
	*ms = sum;
	return true;
}

static void print_duration(uint64_t ms, char *buf, size_t size)
{
	size_t unit = SECONDS;

	if (ms % units[HOURS].ms == 0 && ms > 0)
		unit = HOURS;
	else if (ms % units[MINUTES].ms == 0 && ms > 0)
		unit = MINUTES;
	else if (ms % units[SECONDS].ms != 0)
		unit = MILLISECONDS;
	(void)snprintf(buf, size, "%" PRIu64 "%s", ms / units[unit].ms, units[unit].name);
}

static void print_number(uint64_t n, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%" PRIu64, n);
}

static int check_range(const char *text, uint64_t value, uint64_t min, uint64_t max,
		       void (*print)(uint64_t, char *, size_t), struct scd_error *err)
{
	char from[32], to[32], shown[SCD_VALUE_SHOWN];

	if (value >= min && (max == 0 || value <= max))
		return 0;
	scd_value_show(text, shown);
	print(min, from, sizeof(from));
	print(max, to, sizeof(to));
	if (max == 0)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is too little: at least %s", shown, from);
	return scd_fail(err, SCD_E_CONFIG, 0, "%s is out of range: from %s to %s", shown, from, to);
}

int scd_value_uint(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		   struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN];
	const char *end = text;
	uint64_t n = 0;

	if (!parse_digits(&end, &n) || *end)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is not a number: write digits, such as 2",
				scd_value_show(text, shown));
	if (check_range(text, n, min, max, print_number, err) < 0)
		return -1;
	*value = n;
	return 0;
}

int scd_value_duration(const char *text, uint64_t min, uint64_t max, uint64_t *value,
		       struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN];
	uint64_t ms = 0;

	if (!parse_terms(text, &ms))
		return scd_fail(err, SCD_E_CONFIG, 0,
				"%s is not a duration: write one such as 60s, 5m, 1h30m or 250ms",
				scd_value_show(text, shown));
	if (check_range(text, ms, min, max, print_duration, err) < 0)
		return -1;
	*value = ms;
	return 0;
}

int scd_string_set(char **string, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -1;
	free(*string);
	*string = copy;
	return 0;
}

int scd_strings_add(struct scd_strings *list, const char *word, size_t len)
{
	auto_free char *copy = strndup(word, len);
	char **items;

	if (!copy)
		return -1;
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -1;
	list->items = items;
	items[list->count++] = copy;
	copy = NULL; /* the list's now */
	return 0;
}

void scd_strings_done(struct scd_strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct scd_strings){ 0 };
}

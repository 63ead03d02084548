/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <assert.h>
#include <string.h>

#include "text.h"
#include "value.h"

#define OPTIONS_MAX 64 /* rows of a table: one bit each of a uint64_t */
#define NEAR 3	       /* edits within which an unknown name is a misspelling */
#define HELP_COLUMN 30 /* where the second column starts */
#define HELP_WIDTH 80  /* where it is wrapped */

static void *field_of(const struct scd_option *option, void *target)
{
	return (char *)target + option->offset;
}

/*
 * Values
 */

/* "any, runc, crun" */
static void print_choices(const struct scd_choice *choices, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (const struct scd_choice *c = choices; c->name && used < size; c++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", c == choices ? "" : ", ",
					 c->name);
}

static int parse_choice(const struct scd_option *option, const char *text, int *value,
			struct scd_error *err)
{
	char shown[SCD_VALUE_SHOWN], list[120];

	for (const struct scd_choice *c = option->choices; c->name; c++)
		if (strcmp(c->name, text) == 0) {
			*value = c->value;
			return 0;
		}
	print_choices(option->choices, list, sizeof(list));
	return scd_fail(err, SCD_E_CONFIG, 0, "%s is none of: %s", scd_value_show(text, shown),
			list);
}

static int set_string(const struct scd_option *option, const char *text, char **value,
		      struct scd_error *err)
{
	if (option->check && option->check(text, err) < 0)
		return -1;
	if (scd_string_set(value, text) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "option %s", option->name);
	return 0;
}

int scd_option_add_word(const struct scd_option *option, const char *word, void *target,
			struct scd_error *err)
{
	if (!*word)
		return scd_fail(err, SCD_E_CONFIG, 0, "an empty word in the list");
	if (option->check && option->check(word, err) < 0)
		return -1;
	if (scd_strings_add(field_of(option, target), word, strlen(word)) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "option %s", option->name);
	return 0;
}

/* "a,b" adds two words; "" empties the list. */
static int set_strings(const struct scd_option *option, const char *text, void *target,
		       struct scd_error *err)
{
	if (!*text) {
		scd_strings_done(field_of(option, target));
		return 0;
	}
	for (const char *p = text;; p++) {
		const size_t len = strcspn(p, ",");
		auto_free char *word = strndup(p, len);

		if (!word)
			return scd_fail(err, SCD_E_NOMEM, 0, "option %s", option->name);
		if (scd_option_add_word(option, word, target, err) < 0)
			return -1;
		p += len;
		if (!*p)
			return 0;
	}
}

int scd_option_set(const struct scd_option *option, const char *text, void *target,
		   struct scd_error *err)
{
	void *field = field_of(option, target);

	switch (option->type) {
	case SCD_OPT_BOOL:
	case SCD_OPT_ACTION:
		return scd_value_bool(text, field, err);
	case SCD_OPT_STRING:
		return set_string(option, text, field, err);
	case SCD_OPT_DURATION:
		return scd_value_duration(text, option->min, option->max, field, err);
	case SCD_OPT_UINT:
		return scd_value_uint(text, option->min, option->max, field, err);
	case SCD_OPT_CHOICE:
		return parse_choice(option, text, field, err);
	case SCD_OPT_STRINGS:
		return set_strings(option, text, target, err);
	}
	assert(!"every type of option is set above");
	return -1;
}

void scd_option_clear(const struct scd_option *option, void *target)
{
	void *field = field_of(option, target);

	switch (option->type) {
	case SCD_OPT_BOOL:
	case SCD_OPT_ACTION:
		*(bool *)field = false;
		break;
	case SCD_OPT_STRING:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case SCD_OPT_DURATION:
	case SCD_OPT_UINT:
		*(uint64_t *)field = 0;
		break;
	case SCD_OPT_CHOICE:
		*(int *)field = 0;
		break;
	case SCD_OPT_STRINGS:
		scd_strings_done(field);
		break;
	}
}

int scd_options_defaults(const struct scd_option *table, size_t count, void *target,
			 struct scd_error *err)
{
	for (size_t i = 0; i < count; i++) {
		scd_option_clear(&table[i], target);
		if (!table[i].fallback)
			continue;
		if (scd_option_set(&table[i], table[i].fallback, target, err) < 0)
			goto fail;
	}
	return 0;
fail:
	assert(err->code == SCD_E_NOMEM); /* else the table is wrong */
	return -1;
}

void scd_options_done(const struct scd_option *table, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].type == SCD_OPT_STRING || table[i].type == SCD_OPT_STRINGS)
			scd_option_clear(&table[i], target);
}

/*
 * Names
 */

void scd_option_key(const struct scd_option *option, char *buf, size_t size)
{
	size_t n = 0;

	for (const char *p = option->name; *p && n + 1 < size; p++) {
		const bool raise = *p == '-' && p[1] >= 'a' && p[1] <= 'z';

		p += raise;
		buf[n++] = *p;
		if (raise)
			buf[n - 1] &= 0x5f; /* ASCII lower to upper case */
	}
	buf[n] = '\0';
}

const struct scd_option *scd_option_find(const struct scd_option *table, size_t count,
					 const char *name)
{
	char key[64];

	for (size_t i = 0; i < count; i++) {
		scd_option_key(&table[i], key, sizeof(key));
		if (strcmp(table[i].name, name) == 0 || strcmp(key, name) == 0)
			return &table[i];
	}
	return NULL;
}

const struct scd_option *scd_option_nearest(const struct scd_option *table, size_t count,
					    const char *name)
{
	const struct scd_option *nearest = NULL;
	size_t best = strlen(name) / 2 < NEAR ? strlen(name) / 2 + 1 : NEAR + 1;
	char key[64];

	for (size_t i = 0; i < count; i++) {
		size_t distance = scd_text_distance(name, table[i].name, NEAR);

		scd_option_key(&table[i], key, sizeof(key));
		if (scd_text_distance(name, key, NEAR) < distance)
			distance = scd_text_distance(name, key, NEAR);
		if (distance >= best)
			continue;
		best = distance;
		nearest = &table[i];
	}
	return nearest;
}

/*
 * The command line
 */

struct parser {
	const struct scd_option *table;
	size_t count;
	int argc;
	char **argv;
	void *target;
	uint64_t seen; /* lists that a flag has set: the first flag replaces */
};

static bool takes_value(const struct scd_option *option)
{
	return option->type != SCD_OPT_BOOL && option->type != SCD_OPT_ACTION;
}

/* Sets one flag, called @as on the command line. */
static int apply(struct parser *parser, const struct scd_option *option, const char *as,
		 const char *text, struct scd_error *err)
{
	const uint64_t bit = UINT64_C(1) << (option - parser->table);

	if (option->type == SCD_OPT_STRINGS && !(parser->seen & bit))
		scd_option_clear(option, parser->target);
	parser->seen |= bit;
	if (scd_option_set(option, text, parser->target, err) == 0)
		return 0;
	if (err->code == SCD_E_CONFIG)
		err->code = SCD_E_USAGE;
	return scd_wrap(err, "%s", as);
}

/* The text of a flag that stands in the next word; a flag there is a forgotten text. */
static const char *next_word(const struct parser *parser, int at, const struct scd_option *option,
			     const char *as, struct scd_error *err)
{
	const char *next = at + 1 < parser->argc ? parser->argv[at + 1] : NULL;
	char shown[SCD_VALUE_SHOWN];

	if (next && (next[0] != '-' || !next[1]))
		return next;
	if (!next) {
		(void)scd_fail(err, SCD_E_USAGE, 0, "%s needs a %s", as, option->metavar);
		return NULL;
	}
	(void)scd_fail(err, SCD_E_USAGE, 0, "%s needs a %s, found %s: if it is meant, write %s=%s",
		       as, option->metavar, scd_value_show(next, shown), as, next);
	return NULL;
}

static int unknown_flag(const struct parser *parser, const char *word, struct scd_error *err)
{
	auto_free char *name = strndup(word, strcspn(word, "="));
	const struct scd_option *nearest;
	char shown[SCD_VALUE_SHOWN];

	if (!name)
		return scd_fail(err, SCD_E_NOMEM, 0, "command line");
	scd_value_show(name, shown);
	nearest = scd_option_nearest(parser->table, parser->count, name + strspn(name, "-"));
	if (nearest)
		return scd_fail(err, SCD_E_USAGE, 0, "unknown flag %s, did you mean --%s?", shown,
				nearest->name);
	return scd_fail(err, SCD_E_USAGE, 0, "unknown flag %s, see --help", shown);
}

/* "--name", "--name=text", "--name text". How many words it took, or -1. */
static int parse_long(struct parser *parser, int at, struct scd_error *err)
{
	const char *word = parser->argv[at];
	const size_t len = strcspn(word, "=");
	auto_free char *as = strndup(word, len);
	const struct scd_option *option = NULL;
	const char *text = word[len] ? word + len + 1 : NULL;
	int taken = 1;

	if (!as)
		return scd_fail(err, SCD_E_NOMEM, 0, "command line");
	for (size_t i = 0; i < parser->count && !option; i++)
		if (strcmp(parser->table[i].name, as + 2) == 0)
			option = &parser->table[i];
	if (!option)
		return unknown_flag(parser, as, err);
	if (!text && !takes_value(option))
		text = "true";
	if (!text) {
		text = next_word(parser, at, option, as, err);
		if (!text)
			return -1;
		taken = 2;
	}
	return apply(parser, option, as, text, err) < 0 ? -1 : taken;
}

/* "-q", "-o text", "-otext", "-o=text", "-qo text". How many words it took, or -1. */
static int parse_letters(struct parser *parser, int at, struct scd_error *err)
{
	for (const char *p = parser->argv[at] + 1; *p; p++) {
		const char as[] = { '-', *p, '\0' };
		const struct scd_option *option = NULL;
		const char *text = p + 1;
		int taken = 1;

		for (size_t i = 0; i < parser->count && !option; i++)
			if (parser->table[i].letter == *p)
				option = &parser->table[i];
		if (!option)
			return unknown_flag(parser, p == parser->argv[at] + 1 ? p - 1 : as, err);
		if (!takes_value(option) && *text != '=') {
			if (apply(parser, option, as, "true", err) < 0)
				return -1;
			continue;
		}
		if (*text == '=') {
			text++;
		} else if (!*text) {
			text = next_word(parser, at, option, as, err);
			if (!text)
				return -1;
			taken = 2;
		}
		return apply(parser, option, as, text, err) < 0 ? -1 : taken;
	}
	return 1;
}

/* Moves @n words from @at to @to, the words between them behind. */
static void move_words(char **argv, int to, int at, int n)
{
	for (int i = 0; i < n; i++) {
		char *word = argv[at + i];

		memmove(&argv[to + i + 1], &argv[to + i], (size_t)(at - to) * sizeof(*argv));
		argv[to + i] = word;
	}
}

/* NOLINTNEXTLINE(readability-function-size): two pairs of its seven parameters are one thing */
int scd_options_parse(const struct scd_option *table, size_t count, int argc, char **argv,
		      void *target, int *first, struct scd_error *err)
{
	struct parser parser = { table, count, argc, argv, target, 0 };
	int flags = 1; /* where the next flag goes: what is before are flags */

	assert(count <= OPTIONS_MAX);
	for (int i = 1; i < argc;) {
		const char *word = argv[i];
		int taken;

		if (word[0] != '-' || !word[1]) { /* "-" is an operand */
			i++;
			continue;
		}
		if (strcmp(word, "--") == 0)
			taken = 1;
		else if (word[1] == '-')
			taken = parse_long(&parser, i, err);
		else
			taken = parse_letters(&parser, i, err);
		if (taken < 0)
			return -1;
		word = argv[i];
		move_words(argv, flags, i, taken);
		flags += taken;
		i += taken;
		if (strcmp(word, "--") == 0)
			break;
	}
	*first = argc > 0 ? flags : 0;
	return 0;
}

/*
 * Help
 */

/* Prints @text from the second column on, wrapped between words. */
static void print_wrapped(const char *text, FILE *out)
{
	size_t column = HELP_COLUMN;

	while (*text) {
		const size_t len = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
			(void)fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		column += (size_t)fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", (int)len,
					  text);
		text += len + (text[len] == ' ');
	}
	(void)fputc('\n', out);
}

static void print_row(const struct scd_option *option, FILE *out)
{
	char left[96], right[400], choices[120] = "", letter[8] = "    ";
	const bool on = option->type == SCD_OPT_BOOL && option->fallback &&
			strcmp(option->fallback, "true") == 0;
	int n;

	if (option->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	n = snprintf(left, sizeof(left), "  %s--%s%s%s", letter, option->name,
		     option->metavar ? " " : "", option->metavar ? option->metavar : "");
	if (on)
		n += snprintf(left + n, sizeof(left) - (size_t)n, "[=false]");

	if (option->choices)
		print_choices(option->choices, choices, sizeof(choices));
	(void)snprintf(right, sizeof(right), "%s%s%s%s%s%s", option->help, *choices ? ": " : "",
		       choices, option->fallback ? " (default " : "",
		       option->fallback ? (*option->fallback ? option->fallback : "\"\"") : "",
		       option->fallback ? ")" : "");

	if (n < HELP_COLUMN)
		(void)fprintf(out, "%-*s", HELP_COLUMN, left);
	else
		(void)fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
	print_wrapped(right, out);
}

void scd_options_help(const struct scd_option *table, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		print_row(&table[i], out);
}

/* SPDX-License-Identifier: MIT */
/*
 * Options as a table: GNU long flags ("--name=value", "--name value", booleans
 * "--name[=false]"), the environment and configuration files set the same fields
 * through the same rows, and --help prints them. Pure: no getopt state, no exit.
 */
#ifndef SCD_OPTIONS_H
#define SCD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "value.h"

enum scd_option_type {
	SCD_OPT_BOOL,	  /* bool */
	SCD_OPT_STRING,	  /* char *, owned by the target */
	SCD_OPT_DURATION, /* uint64_t milliseconds; "60s", "5m", "1h30m", "250ms" */
	SCD_OPT_UINT,	  /* uint64_t */
	SCD_OPT_CHOICE,	  /* int; one of .choices */
	SCD_OPT_STRINGS,  /* struct scd_strings */
	SCD_OPT_ACTION	  /* bool; a flag that asks for something, like --help: not in files */
};

struct scd_choice {
	const char *name; /* NULL ends the list */
	int value;
};

struct scd_option {
	const char *name; /* "resync-period" */
	enum scd_option_type type;
	char letter;	      /* 'h', or 0 */
	bool flag_only;	      /* neither in the environment nor in a file */
	bool not_in_file;     /* the environment may set it, a file may not */
	size_t offset;	      /* of the field in the target struct */
	const char *metavar;  /* "DURATION"; NULL for bool */
	const char *fallback; /* the default, as it would be written; NULL: zero */
	const char *help;     /* one line */
	const struct scd_choice *choices;
	uint64_t min, max; /* for DURATION and UINT; both 0: no bound */
	/* What else the text of a STRING, or a word of STRINGS, has to be; NULL: nothing.
	 * -1 with SCD_E_CONFIG. */
	int (*check)(const char *text, struct scd_error *err);
};

/* Sets every row's default, in place of what @target (zeroed at first) holds. 0, or -1
 * with SCD_E_NOMEM. */
int scd_options_defaults(const struct scd_option *table, size_t count, void *target,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Sets one field from its text. -1 with SCD_E_CONFIG says what would be accepted. To a
 * list the words of "a,b" are added; "" empties it. */
int scd_option_set(const struct scd_option *option, const char *text, void *target,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds one word, commas and all, to the list of a STRINGS row. As scd_option_set(). */
int scd_option_add_word(const struct scd_option *option, const char *word, void *target,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Frees what the field owns, and zeroes it. */
void scd_option_clear(const struct scd_option *option, void *target) SCD_NONNULL;

/**
 * scd_options_parse() - read flags until the first operand.
 * @table, @count: the options.
 * @argc, @argv: from main(); argv[0] is skipped. Operands may stand between
 *           flags: they are moved behind them, in order. "--" ends the flags.
 * @target:  the struct that the rows' offsets are of. Of a flag given twice the last
 *           one counts; a list's first flag replaces what was there, later ones add.
 * @first:   index of the first operand in @argv on success (argc: none).
 *
 * Return: 0, or -1 with SCD_E_USAGE; an unknown flag names its nearest neighbour.
 */
int scd_options_parse(const struct scd_option *table, size_t count, int argc, char **argv,
		      void *target, int *first, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The row called @name (in kebab-case, or camelCase as configuration files have it), or NULL. */
const struct scd_option *scd_option_find(const struct scd_option *table, size_t count,
					 const char *name) SCD_NONNULL;

/* The row whose name is a few edits from @name, or NULL. */
const struct scd_option *scd_option_nearest(const struct scd_option *table, size_t count,
					    const char *name) SCD_NONNULL;

/* The row's name in camelCase. */
void scd_option_key(const struct scd_option *option, char *buf, size_t size) SCD_NONNULL;

/* Prints the rows in two columns, with defaults and choices. */
void scd_options_help(const struct scd_option *table, size_t count, FILE *out) SCD_NONNULL;

/* Frees what strings and lists of @target own, and zeroes them. */
void scd_options_done(const struct scd_option *table, size_t count, void *target) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* What the commands of seccompctl share. A new command is one file, one ROW below, and one
 * manual page, man/seccompctl-NAME.1. */
#ifndef SCD_CLI_H
#define SCD_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "check_opts.h"
#include "error.h"
#include "options.h"

/* How every command ends, as diff(1) does. */
enum scd_exit {
	SCD_EXIT_OK = 0,
	SCD_EXIT_FOUND = 1,  /* findings, or differences */
	SCD_EXIT_USAGE = 2,  /* the command line is wrong */
	SCD_EXIT_TROUBLE = 3 /* something could not be read, written or run */
};

struct scd_command {
	const char *name;
	const char *operands; /* "PATH...", or "" */
	const char *summary;  /* one line of the list of commands */
	const char *details;  /* more lines for --help of the command, or NULL */

	/* Its options, and the size of the struct that they fill: it begins with a bool
	 * that the row SCD_CLI_HELP sets. Size 0: another program reads them, and run() gets the
	 * arguments as they are. */
	const struct scd_option *options;
	size_t option_count;
	size_t options_size;

	/* @options: filled. @argc, @argv: the operands alone. Prints to stdout, which the
	 * caller flushes and checks. Return: how to exit. */
	enum scd_exit (*run)(const void *options, int argc, char **argv);
};

/* The order is that of --help. */
#define SCD_COMMANDS(ROW) \
	ROW(validate)     \
	ROW(fmt)          \
	ROW(merge)        \
	ROW(flatten)      \
	ROW(configmap)    \
	ROW(explain)      \
	ROW(disasm)       \
	ROW(diff)         \
	ROW(test)         \
	ROW(run)          \
	ROW(record)       \
	ROW(rules)        \
	ROW(status)       \
	ROW(prune)        \
	ROW(adopt)        \
	ROW(completion)   \
	ROW(version)

#define SCD_COMMAND_DECLARED(name) extern const struct scd_command scd_command_##name;
SCD_COMMANDS(SCD_COMMAND_DECLARED)

/* All of them; *@count says how many. */
const struct scd_command *const *scd_cli_commands(size_t *count) SCD_NONNULL;

/* The first row of each command's options. */
#define SCD_CLI_HELP                                                                \
	{                                                                           \
		.name = "help", .letter = 'h', .type = SCD_OPT_ACTION, .offset = 0, \
		.help = "print this and exit", .flag_only = true                    \
	}

/* The values of a plain "-o human|json". */
enum scd_output {
	SCD_OUTPUT_HUMAN,
	SCD_OUTPUT_JSON
};
extern const struct scd_choice scd_cli_outputs[];

/* The row for it, and one for a command with formats of its own; @field is an int of the options'
 * type. */
#define SCD_CLI_OUTPUT(type_name, field) \
	SCD_CLI_OUTPUT_AS(type_name, field, scd_cli_outputs, "human", "how to print it")
#define SCD_CLI_OUTPUT_AS(type_name, field, formats, standard, text)                               \
	{                                                                                          \
		.name = "output", .letter = 'o', .type = SCD_OPT_CHOICE,                           \
		.offset = offsetof(type_name, field), .metavar = "FORMAT", .fallback = (standard), \
		.help = (text), .choices = (formats), .not_in_file = true                          \
	}

/* "-q": nothing on standard output; @field is a bool. */
#define SCD_CLI_QUIET(type_name, field)                                             \
	{                                                                           \
		.name = "quiet", .letter = 'q', .type = SCD_OPT_BOOL,               \
		.offset = offsetof(type_name, field),                               \
		.help = "print nothing; the exit status tells", .not_in_file = true \
	}

/* "--color=auto|always|never"; @field is an int, for scd_cli_want_color(). */
extern const struct scd_choice scd_cli_color_modes[];
#define SCD_CLI_COLOR(type_name, field)                                                            \
	{                                                                                          \
		.name = "color", .type = SCD_OPT_CHOICE, .offset = offsetof(type_name, field),     \
		.metavar = "WHEN", .fallback = "auto", .choices = scd_cli_color_modes,             \
		.help = "colour; auto: on a terminal, unless NO_COLOR is set", .not_in_file = true \
	}

/* Whether what goes to @stream shall have colours. */
bool scd_cli_want_color(int mode, FILE *stream) SCD_NONNULL;

/* The rows for what to judge for; @field is a struct scd_check_words. */
#define SCD_CLI_RUNTIME(type_name, field)                                                         \
	{                                                                                         \
		.name = "runtime", .type = SCD_OPT_CHOICE,                                        \
		.offset = offsetof(type_name, field) + offsetof(struct scd_check_words, runtime), \
		.metavar = "NAME", .fallback = "any", .choices = scd_runtime_choices,             \
		.help = "who parses the profile"                                                  \
	}
#define SCD_CLI_OCI_RUNTIME(type_name, field)                                             \
	{                                                                                 \
		.name = "oci-runtime", .type = SCD_OPT_CHOICE,                            \
		.offset = offsetof(type_name, field) +                                    \
			  offsetof(struct scd_check_words, oci_runtime),                  \
		.metavar = "NAME", .fallback = "any", .choices = scd_oci_runtime_choices, \
		.help = "who loads it"                                                    \
	}
#define SCD_CLI_ARCH(type_name, field)                                                          \
	{                                                                                       \
		.name = "arch", .type = SCD_OPT_STRINGS,                                        \
		.offset = offsetof(type_name, field) + offsetof(struct scd_check_words, archs), \
		.metavar = "ARCH", .check = scd_check_arch_word,                                \
		.help = "architecture of the nodes; repeatable; this machine's when absent"     \
	}

/* Sets once more what the command line of the running command says, over what a file has set. 0,
 * or -1 as scd_options_parse(). */
int scd_cli_apply_flags(const struct scd_command *command, void *options,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

struct cJSON;

/* A document of "-o json": an object with apiVersion and @kind. NULL without memory. */
struct cJSON *scd_cli_document(const char *kind) SCD_NONNULL SCD_MUST_CHECK;

/* Adds @item, which it takes over, to @list. Returns @list, or NULL without memory for either. */
struct cJSON *scd_cli_append(struct cJSON *list, struct cJSON *item) SCD_MUST_CHECK;

/* Prints @tree and deletes it. NULL, as cJSON gives it without memory, is trouble. */
enum scd_exit scd_cli_print_json(struct cJSON *tree);

/**
 * scd_cli_main() - what main() does.
 * @argc, @argv: from main(); the order of @argv's elements may change.
 *
 * Return: the exit status; stdout has been flushed, and its failure is in the status.
 */
int scd_cli_main(int argc, char **argv);

/* "seccompctl: <message>: <errno text>" on stderr. Returns the exit status that goes
 * with the code. */
enum scd_exit scd_cli_fail(const struct scd_error *err) SCD_NONNULL;

/* Says that there is no memory. */
enum scd_exit scd_cli_no_memory(void);

/* The same for something that does not end the program. */
void scd_cli_warn(const char *fmt, ...) SCD_PRINTF(1, 2) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "terminal.h"
#include "text.h"

#define SUMMARY_COLUMN 28
#define WARNING_MAX 5120 /* a path and some words */

#define COMMAND_ROW(name) &scd_command_##name,
static const struct scd_command *const commands[] = { SCD_COMMANDS(COMMAND_ROW) };
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

const struct scd_command *const *scd_cli_commands(size_t *count)
{
	*count = COMMAND_COUNT;
	return commands;
}

const struct scd_choice scd_cli_outputs[] = {
	{ "human", SCD_OUTPUT_HUMAN },
	{ "json", SCD_OUTPUT_JSON },
	{ NULL, 0 },
};

enum color_mode {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER
};

const struct scd_choice scd_cli_color_modes[] = {
	{ "auto", COLOR_AUTO },
	{ "always", COLOR_ALWAYS },
	{ "never", COLOR_NEVER },
	{ NULL, 0 },
};

bool scd_cli_want_color(int mode, FILE *stream)
{
	const char *no_color = getenv("NO_COLOR");

	if (mode != COLOR_AUTO)
		return mode == COLOR_ALWAYS;
	return scd_is_terminal(stream) && !(no_color && *no_color);
}

/* One line, whatever a path or an argument holds: controls become question marks. */
void scd_cli_warn(const char *fmt, ...)
{
	char line[WARNING_MAX];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c; c += n) {
		n = scd_utf8_length(c, strlen(c));
		if (n == 0 || (n == 1 && iscntrl((unsigned char)*c)) ||
		    (n == 2 && *c == '\xc2' && (unsigned char)c[1] < 0xa0)) {
			n = n ? n : 1;
			memset(c, '?', n);
		}
	}
	(void)fprintf(stderr, "seccompctl: %s\n", line);
}

enum scd_exit scd_cli_fail(const struct scd_error *err)
{
	char shown[SCD_ERROR_SHOWN];

	scd_error_show(err, shown);
	scd_cli_warn("%s", shown);
	return err->code == SCD_E_USAGE || err->code == SCD_E_CONFIG ? SCD_EXIT_USAGE
								     : SCD_EXIT_TROUBLE;
}

enum scd_exit scd_cli_no_memory(void)
{
	scd_cli_warn("out of memory");
	return SCD_EXIT_TROUBLE;
}

cJSON *scd_cli_document(const char *kind)
{
	cJSON *root = cJSON_CreateObject();

	if (cJSON_AddStringToObject(root, "apiVersion", "seccompd.dev/v1alpha1") &&
	    cJSON_AddStringToObject(root, "kind", kind))
		return root;
	cJSON_Delete(root);
	return NULL;
}

cJSON *scd_cli_append(cJSON *list, cJSON *item)
{
	if (list && item && cJSON_AddItemToArray(list, item))
		return list;
	cJSON_Delete(item);
	return NULL;
}

enum scd_exit scd_cli_print_json(cJSON *tree)
{
	char *text = tree ? cJSON_Print(tree) : NULL;

	cJSON_Delete(tree);
	if (!text)
		return scd_cli_no_memory();
	(void)printf("%s\n", text);
	cJSON_free(text);
	return SCD_EXIT_OK;
}

static void print_help(FILE *out)
{
	(void)fputs("Usage: seccompctl COMMAND [ARGUMENT...]\n"
		    "       seccompctl help [COMMAND] | --help | --version\n"
		    "\n"
		    "Judge seccomp profiles as container runtimes and the kernel will take them.\n"
		    "\n"
		    "Commands:\n",
		    out);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct scd_command *command = commands[i];
		int used = fprintf(out, "  %s %s", command->name, command->operands);

		(void)fprintf(out, "%*s%s\n", used < SUMMARY_COLUMN ? SUMMARY_COLUMN - used : 1, "",
			      command->summary);
	}
	(void)fputs(
		"\n"
		"`seccompctl COMMAND --help` and the manual page seccompctl-COMMAND(1) say more.\n"
		"Exit status: 0 nothing found, 1 something found, 2 wrong usage, 3 trouble.\n",
		out);
}

static void print_command_help(const struct scd_command *command)
{
	(void)printf("Usage: seccompctl %s [OPTION...]%s%s\n\n%s\n", command->name,
		     *command->operands ? " " : "", command->operands, command->summary);
	if (command->details)
		(void)printf("\n%s\n", command->details);
	(void)printf("\nOptions:\n");
	scd_options_help(command->options, command->option_count, stdout);
}

static const struct scd_command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* What may stand as the first word. */
static const char *first_word(size_t i)
{
	static const char *const others[] = { "help", "--help", "--version", NULL };

	return i < COMMAND_COUNT ? commands[i]->name : others[i - COMMAND_COUNT];
}

static enum scd_exit refuse_command(const char *name)
{
	const char *near = scd_text_nearest(name, 2, first_word);

	if (near)
		scd_cli_warn("'%s' is not a command; did you mean '%s'?", name, near);
	else
		scd_cli_warn("'%s' is not a command; `seccompctl --help` lists them", name);
	return SCD_EXIT_USAGE;
}

/* The words of the command that runs, for who reads files of options as well. */
static struct {
	int argc;
	char **argv;
} command_line;

int scd_cli_apply_flags(const struct scd_command *command, void *options, struct scd_error *err)
{
	int first;

	return scd_options_parse(command->options, command->option_count, command_line.argc,
				 command_line.argv, options, &first, err);
}

static enum scd_exit parse_and_run(const struct scd_command *command, void *options, int argc,
				   char **argv)
{
	struct scd_error err;
	int first;

	if (scd_options_defaults(command->options, command->option_count, options, &err) < 0 ||
	    scd_options_parse(command->options, command->option_count, argc, argv, options, &first,
			      &err) < 0)
		return scd_cli_fail(&err);
	if (*(bool *)options) {
		print_command_help(command);
		return SCD_EXIT_OK;
	}
	return command->run(options, argc - first, argv + first);
}

/* @argv[0] is the command's name. */
static enum scd_exit run_command(const struct scd_command *command, int argc, char **argv)
{
	auto_free void *options = NULL;
	enum scd_exit status;

	if (command->options_size == 0)
		return command->run(NULL, argc - 1, argv + 1);

	command_line.argc = argc;
	command_line.argv = argv;
	assert(command->options[0].type == SCD_OPT_ACTION && command->options[0].offset == 0);
	options = calloc(1, command->options_size);
	if (!options)
		return scd_cli_no_memory();
	status = parse_and_run(command, options, argc, argv);
	scd_options_done(command->options, command->option_count, options);
	return status;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* `help COMMAND` is `COMMAND --help`, whoever reads the command's options. */
static enum scd_exit help_on(int argc, char **argv)
{
	char name[] = "help", flag[] = "--help";
	char *words[] = { name, flag, NULL };
	const struct scd_command *command;

	if (argc == 0 || (argc == 1 && is_help(argv[0]))) {
		print_help(stdout);
		return SCD_EXIT_OK;
	}
	if (argc > 1) {
		scd_cli_warn("help takes one command at a time");
		return SCD_EXIT_USAGE;
	}
	command = find_command(argv[0]);
	return command ? run_command(command, 2, words) : refuse_command(argv[0]);
}

static enum scd_exit dispatch(int argc, char **argv)
{
	const struct scd_command *command;
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		print_help(stderr);
		return SCD_EXIT_USAGE;
	}
	if (is_help(word))
		return help_on(0, argv);
	if (strcmp(word, "help") == 0)
		return help_on(argc - 2, argv + 2);
	if (strcmp(word, "--version") == 0)
		return run_command(&scd_command_version, argc - 1, argv + 1);
	command = find_command(word);
	return command ? run_command(command, argc - 1, argv + 1) : refuse_command(word);
}

/* Whoever reads us has to learn that something is missing; a reader that went away, like
 * head(1), knows. */
static enum scd_exit finish_output(enum scd_exit status)
{
	bool failed = ferror(stdout) != 0;

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return status;
	if (errno != EPIPE)
		scd_cli_warn("cannot write the output%s%s", errno ? ": " : "",
			     errno ? strerror(errno) : "");
	return SCD_EXIT_TROUBLE;
}

int scd_cli_main(int argc, char **argv)
{
	(void)signal(SIGPIPE, SIG_IGN);
	return finish_output(dispatch(argc, argv));
}

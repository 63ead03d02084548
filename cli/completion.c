/* SPDX-License-Identifier: MIT */
/* `seccompctl completion`: scripts for shells, made of the tables of commands and options. */
#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "cli.h"
#include "names.h"
#include "rules.h"

struct completion_options {
	bool help;
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
};

static bool takes_value(const struct scd_option *option)
{
	return option->type != SCD_OPT_BOOL && option->type != SCD_OPT_ACTION;
}

static bool is_of_rules(const struct scd_option *option)
{
	return option->metavar && strcmp(option->metavar, "RULE") == 0;
}

static bool is_of_archs(const struct scd_option *option)
{
	return option->metavar && strcmp(option->metavar, "ARCH") == 0;
}

static bool has_words(const struct scd_option *option)
{
	return option->choices || is_of_rules(option) || is_of_archs(option);
}

static void print_archs(void)
{
	size_t count;
	const struct scd_arch *archs = scd_archs(&count);

	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf name = scd_buf_init(32);

		if (!archs[i].in_libseccomp)
			continue;
		scd_arch_add_short_name(&name, archs[i].token);
		(void)printf(" %s", scd_buf_text(&name));
	}
}

/* Whether the value is the name of a file; else it is a number or free text. */
static bool is_file(const struct scd_option *option)
{
	static const char *const files[] = { "BASE", "DIR", "FILE", "PROFILE" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (option->metavar && strcmp(option->metavar, files[i]) == 0)
			return true;
	return false;
}

/* The words that may follow an option, with a blank before each; nothing: a file or free text. */
static void print_values(const struct scd_option *option)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	for (const struct scd_choice *c = option->choices; c && c->name; c++)
		(void)printf(" %s", c->name);
	for (size_t i = 0; is_of_rules(option) && i < count; i++)
		(void)printf(" %s", rules[i].name);
	if (is_of_archs(option))
		print_archs();
}

static void print_commands(void)
{
	size_t count;
	const struct scd_command *const *commands = scd_cli_commands(&count);

	for (size_t i = 0; i < count; i++)
		(void)printf(" %s", commands[i]->name);
}

/* The words that are the operand of some commands. */
static void print_operands(const struct scd_command *command)
{
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	if (strcmp(command->name, "completion") == 0)
		(void)fputs(" bash zsh fish", stdout);
	for (size_t i = 0; strcmp(command->name, "rules") == 0 && i < count; i++)
		(void)printf(" %s %s", rules[i].id, rules[i].name);
}

/*
 * bash
 */

static void print_bash_command(const struct scd_command *command)
{
	(void)printf("    %s)\n", command->name);
	(void)fputs("      case $prev in\n", stdout);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct scd_option *option = &command->options[i];

		if (!takes_value(option))
			continue;
		(void)fputs("        ", stdout);
		if (option->letter)
			(void)printf("-%c|", option->letter);
		(void)printf("--%s) values='", option->name);
		print_values(option);
		(void)fputs("'; value=1 ;;\n", stdout);
	}
	(void)fputs("      esac\n      words='", stdout);
	for (size_t i = 0; i < command->option_count; i++)
		(void)printf(" --%s", command->options[i].name);
	(void)fputs("'\n      operands='", stdout);
	print_operands(command);
	(void)fputs("' ;;\n", stdout);
}

static void print_bash(void)
{
	size_t count;
	const struct scd_command *const *commands = scd_cli_commands(&count);

	(void)fputs("# bash completion for seccompctl; source it, or save it in\n"
		    "# ~/.local/share/bash-completion/completions/seccompctl\n"
		    "_seccompctl() {\n"
		    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "  local words='' values='' operands='' value='' command=${COMP_WORDS[1]}\n"
		    "  COMPREPLY=()\n"
		    "  # bash makes three words of --name=value\n"
		    "  if [ \"$cur\" = = ]; then cur=''\n"
		    "  elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
		    "  if [ \"$COMP_CWORD\" -eq 1 ] || [ \"$command\" = help ]; then\n"
		    "    COMPREPLY=($(compgen -W '",
		    stdout);
	print_commands();
	(void)fputs(" help --help --version' -- \"$cur\"))\n"
		    "    return\n"
		    "  fi\n"
		    "  case $command in\n",
		    stdout);
	for (size_t i = 0; i < count; i++)
		print_bash_command(commands[i]);
	(void)fputs(
		"  esac\n"
		"  if [ -n \"$value\" ]; then COMPREPLY=($(compgen -W \"$values\" -- \"$cur\"))\n"
		"  elif [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"  else COMPREPLY=($(compgen -W \"$operands\" -- \"$cur\")); fi\n"
		"}\n"
		"complete -o default -F _seccompctl seccompctl\n",
		stdout);
}

/*
 * zsh
 */

/* Within single quotes, and in a description of zsh's, where brackets and colons are special. */
static void print_quoted(const char *text, bool escape)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			(void)fputs("'\\''", stdout);
		else if (escape && strchr("[]:\\", *c))
			(void)printf("\\%c", *c);
		else
			(void)putchar(*c);
	}
}

static void print_zsh_option(const struct scd_option *option)
{
	(void)fputs(" \\\n        ", stdout);
	if (option->letter)
		(void)printf("'(-%c --%s)'{-%c,--%s%s}", option->letter, option->name,
			     option->letter, option->name, takes_value(option) ? "=" : "");
	else
		(void)printf("%s--%s%s", option->type == SCD_OPT_STRINGS ? "\\*" : "", option->name,
			     takes_value(option) ? "=" : "");
	(void)fputs("'[", stdout);
	print_quoted(option->help, true);
	(void)putchar(']');
	if (takes_value(option)) {
		(void)printf(":%s:", option->metavar);
		if (has_words(option)) {
			(void)putchar('(');
			print_values(option);
			(void)putchar(')');
		} else {
			(void)fputs(is_file(option) ? "_files" : " ", stdout);
		}
	}
	(void)putchar('\'');
}

static void print_zsh_command(const struct scd_command *command)
{
	(void)printf("    %s)\n      _arguments", command->name);
	for (size_t i = 0; i < command->option_count; i++)
		print_zsh_option(&command->options[i]);
	if (strcmp(command->name, "rules") == 0 || strcmp(command->name, "completion") == 0) {
		(void)fputs(" \\\n        '1:word:(", stdout);
		print_operands(command);
		(void)fputs(")'\n      ;;\n", stdout);
	} else {
		(void)fputs(" \\\n        '*:file:_files'\n      ;;\n", stdout);
	}
}

static void print_zsh(void)
{
	size_t count;
	const struct scd_command *const *commands = scd_cli_commands(&count);

	(void)fputs(
		"#compdef seccompctl\n"
		"# zsh completion for seccompctl; save it as _seccompctl in a directory of $fpath\n"
		"_seccompctl() {\n"
		"  local -a commands=(\n",
		stdout);
	for (size_t i = 0; i < count; i++) {
		(void)printf("    '%s:", commands[i]->name);
		print_quoted(commands[i]->summary, true);
		(void)fputs("'\n", stdout);
	}
	(void)fputs("  )\n"
		    "  if (( CURRENT == 2 )); then\n"
		    "    _describe command commands\n"
		    "    return\n"
		    "  fi\n"
		    "  local command=$words[2]\n"
		    "  if [[ $command == help ]]; then\n"
		    "    (( CURRENT == 3 )) && _describe command commands\n"
		    "    return\n"
		    "  fi\n"
		    "  shift words\n"
		    "  (( CURRENT-- ))\n"
		    "  case $command in\n",
		    stdout);
	for (size_t i = 0; i < count; i++)
		print_zsh_command(commands[i]);
	(void)fputs("  esac\n"
		    "}\n"
		    "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _seccompctl \"$@\"\n"
		    "else compdef _seccompctl seccompctl; fi\n",
		    stdout);
}

/*
 * fish
 */

static void print_fish_option(const struct scd_command *command, const struct scd_option *option)
{
	(void)printf("complete -c seccompctl -n '__fish_seen_subcommand_from %s' -l %s",
		     command->name, option->name);
	if (option->letter)
		(void)printf(" -s %c", option->letter);
	if (takes_value(option))
		(void)fputs(has_words(option) ? " -x -a '"
			    : is_file(option) ? " -r -F"
					      : " -x",
			    stdout);
	if (has_words(option)) {
		print_values(option);
		(void)putchar('\'');
	}
	(void)fputs(" -d '", stdout);
	for (const char *c = option->help; *c; c++)
		(void)printf("%s%c", *c == '\'' ? "\\" : "", *c);
	(void)fputs("'\n", stdout);
}

static void print_fish(void)
{
	size_t count;
	const struct scd_command *const *commands = scd_cli_commands(&count);

	(void)fputs("# fish completion for seccompctl; save it in ~/.config/fish/completions/\n"
		    "complete -c seccompctl -n '__fish_seen_subcommand_from help' -f -a '",
		    stdout);
	print_commands();
	(void)fputs("'\n", stdout);
	for (size_t i = 0; i < count; i++) {
		(void)printf("complete -c seccompctl -n __fish_use_subcommand -f -a %s -d '",
			     commands[i]->name);
		for (const char *c = commands[i]->summary; *c; c++)
			(void)printf("%s%c", *c == '\'' ? "\\" : "", *c);
		(void)fputs("'\n", stdout);
		for (size_t k = 0; k < commands[i]->option_count; k++)
			print_fish_option(commands[i], &commands[i]->options[k]);
		if (strcmp(commands[i]->name, "rules") == 0 ||
		    strcmp(commands[i]->name, "completion") == 0) {
			(void)printf("complete -c seccompctl -n '__fish_seen_subcommand_from %s' "
				     "-f -a '",
				     commands[i]->name);
			print_operands(commands[i]);
			(void)fputs("'\n", stdout);
		}
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", print_bash },
	{ "zsh", print_zsh },
	{ "fish", print_fish },
};

static enum scd_exit run_completion(const void *target, int argc, char **argv)
{
	(void)target;
	for (size_t i = 0; argc == 1 && i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(shells[i].name, argv[0]) == 0) {
			shells[i].print();
			return SCD_EXIT_OK;
		}
	scd_cli_warn("completion needs the name of a shell: bash, zsh or fish");
	return SCD_EXIT_USAGE;
}

const struct scd_command scd_command_completion = {
	.name = "completion",
	.operands = "bash|zsh|fish",
	.summary = "Print a script with which a shell completes commands.",
	.details = "bash: source <(seccompctl completion bash)\n"
		   "zsh:  source <(seccompctl completion zsh)\n"
		   "fish: seccompctl completion fish | source",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct completion_options),
	.run = run_completion,
};

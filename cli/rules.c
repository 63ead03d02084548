/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "text.h"

#define LINE_WIDTH 78
#define INDENT "    "

struct rules_options {
	bool help;
	int output; /* enum scd_output */
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct rules_options, output),
};

/* Prints @text as an indented paragraph; a word longer than a line stands alone. */
static void print_filled(const char *text)
{
	size_t used = 0;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (used > 0 && used + 1 + word > LINE_WIDTH) {
			(void)putchar('\n');
			used = 0;
		}
		used += (size_t)printf("%s%.*s", used > 0 ? " " : INDENT, (int)word, text);
		text += word;
		text += strspn(text, " ");
	}
	(void)putchar('\n');
}

/* JSON on one line is filled, YAML is printed as it is. */
static void print_example(const char *text)
{
	if (!strchr(text, '\n')) {
		print_filled(text);
		return;
	}
	for (size_t n; *text; text += n) {
		n = strcspn(text, "\n");
		(void)printf(INDENT "%.*s\n", (int)n, text);
		n += text[n] == '\n';
	}
}

static void print_rule(const struct scd_rule *rule)
{
	(void)printf("%s %s: %s\nUsually: %s%s\n\nWhy\n", rule->id, rule->name, rule->title,
		     scd_severity_name(rule->severity), rule->fixed ? ", cannot be disabled" : "");
	print_filled(rule->why);
	(void)printf("\nCure\n");
	print_filled(rule->cure);
	if (!rule->bad)
		return;
	(void)printf("\nExample\n");
	print_example(rule->bad);
	(void)printf("\nRepaired\n");
	print_example(rule->good);
}

static void print_table(const struct scd_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)printf("%-6s  %-7s  %-24s  %s\n", rules[i].id,
			     scd_severity_name(rules[i].severity), rules[i].name, rules[i].title);
}

/* Adds to @object all that the table has. Returns it, or NULL without memory, when it is gone. */
static cJSON *add_rule(cJSON *object, const struct scd_rule *rule)
{
	if (cJSON_AddStringToObject(object, "id", rule->id) &&
	    cJSON_AddStringToObject(object, "name", rule->name) &&
	    cJSON_AddStringToObject(object, "severity", scd_severity_name(rule->severity)) &&
	    cJSON_AddStringToObject(object, "title", rule->title) &&
	    cJSON_AddStringToObject(object, "why", rule->why) &&
	    cJSON_AddStringToObject(object, "cure", rule->cure) &&
	    cJSON_AddBoolToObject(object, "canBeDisabled", !rule->fixed) &&
	    (!rule->bad || (cJSON_AddStringToObject(object, "example", rule->bad) &&
			    cJSON_AddStringToObject(object, "repaired", rule->good))))
		return object;
	cJSON_Delete(object);
	return NULL;
}

static cJSON *make_list(const struct scd_rule *rules, size_t count)
{
	cJSON *root = scd_cli_document("RuleList");
	cJSON *list = cJSON_AddArrayToObject(root, "rules");

	for (size_t i = 0; list && i < count; i++)
		list = scd_cli_append(list, add_rule(cJSON_CreateObject(), &rules[i]));
	if (list)
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit refuse_rule(const char *word)
{
	const char *near = scd_rule_nearest(word);

	if (near)
		scd_cli_warn("'%s' is not a rule; did you mean '%s'?", word, near);
	else
		scd_cli_warn("'%s' is not a rule; `seccompctl rules` lists them", word);
	return SCD_EXIT_USAGE;
}

static enum scd_exit run_rules(const void *target, int argc, char **argv)
{
	const struct rules_options *asked = target;
	const struct scd_rule *rules, *rule;
	size_t count;

	if (argc > 1) {
		scd_cli_warn("rules takes one rule at a time");
		return SCD_EXIT_USAGE;
	}
	if (argc == 1) {
		rule = scd_rule_find(argv[0]);
		if (!rule)
			return refuse_rule(argv[0]);
		if (asked->output == SCD_OUTPUT_JSON)
			return scd_cli_print_json(add_rule(scd_cli_document("Rule"), rule));
		print_rule(rule);
		return SCD_EXIT_OK;
	}
	rules = scd_rules(&count);
	if (asked->output == SCD_OUTPUT_JSON)
		return scd_cli_print_json(make_list(rules, count));
	print_table(rules, count);
	return SCD_EXIT_OK;
}

const struct scd_command scd_command_rules = {
	.name = "rules",
	.operands = "[ID]",
	.summary = "List what can be said about a profile, or explain one rule.",
	.details = "ID is the number or the name of a rule: SCP005 or action-unknown.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct rules_options),
	.run = run_rules,
};

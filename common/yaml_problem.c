/* SPDX-License-Identifier: MIT */
/* libyaml's problems in the words of somebody who wants to mend the text. */
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "yaml_internal.h"

/* The place that people have to look at. */
enum mark {
	AT_PROBLEM, /* where libyaml could not go on */
	AT_CONTEXT, /* where it began what it could not end */
};

static const struct {
	const char *problem; /* libyaml's, the beginning of it */
	const char *context; /* libyaml's, the beginning of it; NULL: any */
	enum mark mark;
	const char *words;
	const char *after; /* what follows the line in which the context begins; NULL: none does */
} known[] = {
	{ "found a tab character", NULL, AT_PROBLEM, "a tab cannot indent: write spaces", NULL },
	{ "could not find expected ':'", NULL, AT_CONTEXT,
	  "a key without a colon: write \"key: value\"", NULL },
	{ "mapping values are not allowed", NULL, AT_PROBLEM,
	  "a colon where no key can be: put a value with \": \" in quotes, or correct the "
	  "indentation",
	  NULL },
	{ "block sequence entries are not", NULL, AT_PROBLEM,
	  "no list can begin here: write its first \"- \" on a line of its own", NULL },
	{ "did not find expected key", NULL, AT_PROBLEM,
	  "no key of the mapping that begins in line ",
	  ": correct the indentation, or the quotes" },
	{ "did not find expected '-' indicator", NULL, AT_PROBLEM,
	  "no item of the list that begins in line ", ": correct the indentation" },
	{ "did not find expected ',' or '}'", NULL, AT_PROBLEM,
	  "a comma, or the } for the { in line ", ", is missing" },
	{ "did not find expected ',' or ']'", NULL, AT_PROBLEM,
	  "a comma, or the ] for the [ in line ", ", is missing" },
	{ "did not find expected node content", NULL, AT_PROBLEM,
	  "a value, or the end of a list or mapping in brackets, is missing", NULL },
	{ "found unexpected end of stream", "while scanning a quoted", AT_CONTEXT,
	  "a quote that is not closed", NULL },
	{ "found unexpected document indicator", "while scanning a quoted", AT_CONTEXT,
	  "a quote that is not closed", NULL },
	{ "found unknown escape character", NULL, AT_PROBLEM,
	  "an escape that YAML does not know: write \\\\ for a backslash", NULL },
	{ "did not find expected <document start>", NULL, AT_PROBLEM,
	  "text after the end of a document: write --- in front of the next one", NULL },
	{ "found undefined alias", NULL, AT_PROBLEM, "an alias (*name) of nothing", NULL },
	{ "found duplicate anchor", NULL, AT_PROBLEM, "an anchor (&name) that is there already",
	  NULL },
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

/* A character with which nothing begins. */
static void show_character(const char *at, char *message, size_t size)
{
	if (*at == '\t')
		(void)snprintf(message, size, "a tab cannot indent: write spaces");
	else if (*at && strchr("@`%", *at))
		(void)snprintf(message, size, "no value begins with %c: put it in quotes", *at);
	else
		(void)snprintf(message, size, "a character with which nothing can begin");
}

struct scd_yaml_problem scd_yaml_problem_of(const yaml_parser_t *parser, const char *text,
					    size_t len)
{
	const size_t began = parser->context_mark.line + 1;
	struct scd_yaml_problem problem = { parser->problem_mark.line + 1,
					    parser->problem_mark.column + 1, "" };
	const size_t at =
		scd_text_offset(text, len, (unsigned)problem.line, (unsigned)problem.column);
	size_t i = 0;

	if (begins(parser->problem, "found character that cannot start")) {
		show_character(at < len ? text + at : "", problem.message, sizeof(problem.message));
		return problem;
	}
	while (i < KNOWN && !(begins(parser->problem, known[i].problem) &&
			      (!known[i].context || begins(parser->context, known[i].context))))
		i++;
	if (i == KNOWN) {
		(void)snprintf(problem.message, sizeof(problem.message), "%s%s%s",
			       parser->problem ? parser->problem : "not YAML",
			       parser->context ? " " : "", parser->context ? parser->context : "");
		return problem;
	}
	/* What is missing up to the end is missing where it was begun. */
	if (known[i].mark == AT_CONTEXT || (known[i].after && at >= len)) {
		problem.line = began;
		problem.column = parser->context_mark.column + 1;
	}
	if (known[i].after)
		(void)snprintf(problem.message, sizeof(problem.message), "%s%zu%s", known[i].words,
			       began, known[i].after);
	else
		(void)snprintf(problem.message, sizeof(problem.message), "%s", known[i].words);
	return problem;
}

/* SPDX-License-Identifier: MIT */
#include "test_report.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "junit.h"
#include "text.h"

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

#define SHOWN ((size_t)1 << 20) /* bytes of a name */

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

/* The fault in words, with those of its errno. */
static void add_fault(const struct scd_error *fault, struct scd_buf *out)
{
	scd_buf_puts(out, fault->msg);
	if (fault->sys)
		scd_buf_printf(out, ": %s", strerror(fault->sys));
}

/* Whether it is left out. */
static bool is_empty(const struct scd_suite *s)
{
	return s->fault.code == SCD_OK && s->policy.count == 0;
}

static const char *const verdict_words[] = {
	[SCD_POLICY_PASSED] = "ok",
	[SCD_POLICY_FAILED] = "FAIL",
	[SCD_POLICY_SKIPPED] = "skip",
};

static const enum scd_junit_verdict in_junit[] = {
	[SCD_POLICY_PASSED] = SCD_JUNIT_PASSED,
	[SCD_POLICY_FAILED] = SCD_JUNIT_FAILED,
	[SCD_POLICY_SKIPPED] = SCD_JUNIT_SKIPPED,
};

/* The lines of @text, each with @mark in front. */
static void print_lines(const char *mark, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");

		(void)printf("%s%.*s\n", mark, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* A name from the file, safe on a terminal. */
static void print_name(const char *name)
{
	auto_buf struct scd_buf out = scd_buf_init(SHOWN);

	scd_text_quote(&out, name, strlen(name), SCD_POLICY_BYTES_MAX);
	(void)fputs(scd_buf_text(&out), stdout);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_fault(const struct scd_suite *s, bool color)
{
	auto_buf struct scd_buf words = scd_buf_init(SHOWN);

	add_fault(&s->fault, &words);
	(void)printf("  %sERROR%s ", color ? RED : "", color ? PLAIN : "");
	print_name(scd_buf_text(&words));
	(void)putchar('\n');
}

static void print_result(const struct scd_policy_result *r, bool color)
{
	static const char *const colors[] = { GREEN, RED, YELLOW };

	(void)printf("  %s%-4s%s  ", color ? colors[r->verdict] : "", verdict_words[r->verdict],
		     color ? PLAIN : "");
	print_name(r->test->name);
	(void)putchar('\n');
	if (r->why)
		print_lines("        ", r->why);
}

static void print_human(const struct scd_suites *suites, bool color)
{
	size_t files = 0, tests = 0;

	for (size_t i = 0; i < suites->count; i++) {
		const struct scd_suite *s = &suites->items[i];

		if (is_empty(s))
			continue;
		files++;
		(void)printf("%s%s%s\n", color ? BOLD : "", s->path, color ? PLAIN : "");
		if (s->fault.code != SCD_OK)
			print_fault(s, color);
		for (size_t k = 0; s->fault.code == SCD_OK && k < s->policy.count; k++)
			print_result(&s->results[k], color);
		tests += s->fault.code == SCD_OK ? s->policy.count : 0;
	}
	(void)printf("%zu file%s, %zu test%s, %zu check%s: ", files, plural(files), tests,
		     plural(tests), suites->checks, plural(suites->checks));
	(void)printf("%zu passed, %zu failed", suites->by_verdict[SCD_POLICY_PASSED],
		     suites->by_verdict[SCD_POLICY_FAILED]);
	if (suites->by_verdict[SCD_POLICY_SKIPPED])
		(void)printf(", %zu skipped", suites->by_verdict[SCD_POLICY_SKIPPED]);
	if (suites->faults)
		(void)printf(", %zu file%s could not be run", suites->faults,
			     plural(suites->faults));
	(void)putchar('\n');
}

/* "# SKIP why": TAP has the reason on the line itself. */
static void print_tap_case(const struct scd_suite *s, const struct scd_policy_result *r,
			   size_t number)
{
	auto_free char *name = strdup(r->test->name);
	const bool skipped = r->verdict == SCD_POLICY_SKIPPED;

	/* What begins with # would be a directive. */
	for (char *c = name; c && *c; c++)
		if (*c == '#')
			*c = '_';
	(void)printf("%sok %zu - %s: ", r->verdict == SCD_POLICY_FAILED ? "not " : "", number,
		     s->path);
	print_name(name ? name : "");
	(void)fputs(skipped ? " # SKIP " : "\n", stdout);
	if (r->why)
		print_lines(skipped ? "" : "# ", r->why);
	else if (skipped)
		(void)putchar('\n');
}

static void print_tap(const struct scd_suites *suites)
{
	size_t number = 0, tests = suites->faults;

	for (size_t i = 0; i < suites->count; i++)
		if (suites->items[i].fault.code == SCD_OK)
			tests += suites->items[i].policy.count;
	(void)printf("TAP version 13\n1..%zu\n", tests);
	for (size_t i = 0; i < suites->count; i++) {
		const struct scd_suite *s = &suites->items[i];
		auto_buf struct scd_buf fault = scd_buf_init(SHOWN);

		for (size_t k = 0; s->fault.code == SCD_OK && k < s->policy.count; k++)
			print_tap_case(s, &s->results[k], ++number);
		if (s->fault.code == SCD_OK)
			continue;
		add_fault(&s->fault, &fault);
		(void)printf("not ok %zu - %s: could not be run\n", ++number, s->path);
		print_lines("# ", scd_buf_text(&fault));
	}
}

static struct scd_junit_counts count_suite(const struct scd_suite *s)
{
	struct scd_junit_counts counts = { 0 };

	if (s->fault.code != SCD_OK) {
		counts.by_verdict[SCD_JUNIT_ERROR] = 1;
		return counts;
	}
	for (size_t k = 0; k < s->policy.count; k++)
		counts.by_verdict[in_junit[s->results[k].verdict]]++;
	return counts;
}

/* The first line of why is what a failure is called. */
static int print_junit_case(const struct scd_suite *s, const struct scd_policy_result *r,
			    struct scd_error *err)
{
	const char *why = r->why ? r->why : "";
	const size_t line = strcspn(why, "\n");
	auto_free char *message = strndup(why, line);

	if (!message)
		return no_memory(err);
	return scd_junit_case(stdout,
			      &(struct scd_junit_case){
				      .classname = s->path,
				      .name = r->test->name,
				      .verdict = in_junit[r->verdict],
				      .type = r->verdict == SCD_POLICY_FAILED ? "policy" : NULL,
				      .message = message,
				      .details = why[line] ? why : NULL,
			      },
			      err);
}

/* A file that could not be run is one case that went wrong. */
static int print_junit_fault(const struct scd_suite *s, struct scd_error *err)
{
	auto_buf struct scd_buf words = scd_buf_init(SHOWN);

	add_fault(&s->fault, &words);
	return scd_junit_case(stdout,
			      &(struct scd_junit_case){
				      .classname = s->path,
				      .name = "the tests of the file",
				      .verdict = SCD_JUNIT_ERROR,
				      .type = scd_code_name(s->fault.code),
				      .message = scd_buf_text(&words),
			      },
			      err);
}

static int print_junit(const struct scd_suites *suites, struct scd_error *err)
{
	struct scd_junit_counts all = { 0 };

	for (size_t i = 0; i < SCD_POLICY_VERDICT_COUNT; i++)
		all.by_verdict[in_junit[i]] = suites->by_verdict[i];
	all.by_verdict[SCD_JUNIT_ERROR] = suites->faults;
	scd_junit_begin(stdout, &all);
	for (size_t i = 0; i < suites->count; i++) {
		const struct scd_suite *s = &suites->items[i];
		const struct scd_junit_counts counts = count_suite(s);

		if (is_empty(s))
			continue;
		if (scd_junit_suite_begin(stdout, s->path, &counts, err) < 0 ||
		    (s->fault.code != SCD_OK && print_junit_fault(s, err) < 0))
			return -1;
		for (size_t k = 0; s->fault.code == SCD_OK && k < s->policy.count; k++)
			if (print_junit_case(s, &s->results[k], err) < 0)
				return -1;
		scd_junit_suite_end(stdout);
	}
	scd_junit_end(stdout);
	return 0;
}

static bool json_case(cJSON *list, const struct scd_policy_result *r)
{
	static const char *const verdicts[] = { "passed", "failed", "skipped" };
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	return cJSON_AddStringToObject(object, "name", r->test->name) &&
	       cJSON_AddNumberToObject(object, "line", r->test->line) &&
	       cJSON_AddStringToObject(object, "result", verdicts[r->verdict]) &&
	       cJSON_AddNumberToObject(object, "checks", (double)r->checks) &&
	       (!r->why || cJSON_AddStringToObject(object, "message", r->why));
}

static bool json_suite(cJSON *files, const struct scd_suite *s)
{
	cJSON *object = cJSON_CreateObject(), *list;

	if (!object || !cJSON_AddItemToArray(files, object)) {
		cJSON_Delete(object);
		return false;
	}
	if (!cJSON_AddStringToObject(object, "file", s->path) ||
	    (s->profile && !cJSON_AddStringToObject(object, "profile", s->profile)))
		return false;
	if (s->fault.code != SCD_OK) {
		auto_buf struct scd_buf words = scd_buf_init(SHOWN);

		add_fault(&s->fault, &words);
		return cJSON_AddStringToObject(object, "error", scd_buf_text(&words));
	}
	list = cJSON_AddArrayToObject(object, "tests");
	for (size_t k = 0; list && k < s->policy.count; k++)
		if (!json_case(list, &s->results[k]))
			return false;
	return list;
}

static cJSON *make_json(const struct scd_suites *suites)
{
	cJSON *root = scd_cli_document("ProfileTestReport");
	cJSON *files = root ? cJSON_AddArrayToObject(root, "files") : NULL;
	bool ok = files;

	for (size_t i = 0; i < suites->count && ok; i++)
		ok = is_empty(&suites->items[i]) || json_suite(files, &suites->items[i]);
	if (ok &&
	    cJSON_AddNumberToObject(root, "passed",
				    (double)suites->by_verdict[SCD_POLICY_PASSED]) &&
	    cJSON_AddNumberToObject(root, "failed",
				    (double)suites->by_verdict[SCD_POLICY_FAILED]) &&
	    cJSON_AddNumberToObject(root, "errors", (double)suites->faults) &&
	    cJSON_AddNumberToObject(root, "skipped",
				    (double)suites->by_verdict[SCD_POLICY_SKIPPED]))
		return root;
	cJSON_Delete(root);
	return NULL;
}

enum scd_exit scd_test_print(const struct scd_suites *suites, enum scd_test_output output,
			     bool color)
{
	struct scd_error err;

	switch (output) {
	case SCD_TEST_TAP:
		print_tap(suites);
		return SCD_EXIT_OK;
	case SCD_TEST_JUNIT:
		return print_junit(suites, &err) < 0 ? scd_cli_fail(&err) : SCD_EXIT_OK;
	case SCD_TEST_JSON:
		return scd_cli_print_json(make_json(suites));
	default:
		print_human(suites, color);
		return SCD_EXIT_OK;
	}
}

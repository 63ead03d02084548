/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "junit.h"
#include "policy_run.h"
#include "text.h"

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

#define SHOWN ((size_t)1 << 20) /* bytes of a name */

enum test_output {
	OUTPUT_HUMAN,
	OUTPUT_TAP,
	OUTPUT_JUNIT,
	OUTPUT_JSON
};

struct test_options {
	bool help;
	int output; /* enum test_output */
	bool quiet;
	int color;
};

static const struct scd_choice outputs[] = {
	{ "human", OUTPUT_HUMAN }, { "tap", OUTPUT_TAP }, { "junit", OUTPUT_JUNIT },
	{ "json", OUTPUT_JSON },   { NULL, 0 },
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT_AS(struct test_options, output, outputs, "human",
			  "how to print the results"),
	SCD_CLI_QUIET(struct test_options, quiet),
	SCD_CLI_COLOR(struct test_options, color),
};

/* A file of tests and what came out. */
struct suite {
	const char *path;
	char *profile; /* the file that is tested */
	char *text;
	size_t len;
	struct scd_policy policy;
	struct scd_opened opened;
	struct scd_policy_result *results;
};

struct suites {
	struct scd_strings paths;
	struct suite *items; /* one for each path */
	size_t count;
	size_t by_verdict[3], checks;
};

static void suites_done(struct suites *suites)
{
	for (size_t i = 0; i < suites->count; i++) {
		struct suite *s = &suites->items[i];

		for (size_t k = 0; s->results && k < s->policy.count; k++)
			free(s->results[k].why);
		free(s->results);
		scd_opened_done(&s->opened);
		scd_policy_done(&s->policy);
		free(s->text);
		free(s->profile);
	}
	free(suites->items);
	scd_strings_done(&suites->paths);
}
#define auto_suites SCD_CLEANUP(suites_done)

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

static int add_path(struct suites *suites, const char *path, struct scd_error *err)
{
	return scd_strings_add(&suites->paths, path, strlen(path)) < 0 ? no_memory(err) : 0;
}

static bool has_suffix(const char *path, const char *suffix)
{
	const size_t len = strlen(path), n = strlen(suffix);

	return len > n && strcmp(path + len - n, suffix) == 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void close_walk(FTS **walk)
{
	if (*walk)
		(void)fts_close(*walk);
}
#define auto_walk SCD_CLEANUP(close_walk)

/* Every test file below a directory, sorted, without hidden directories. */
static int add_directory(struct suites *suites, char *path, struct scd_error *err)
{
	char *const paths[] = { path, NULL };
	auto_walk FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	const size_t before = suites->paths.count;
	FTSENT *entry;

	if (!walk)
		return scd_fail(err, SCD_E_SYSTEM, errno, "read '%s'", path);
	while (errno = 0, (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			return scd_fail(err, SCD_E_SYSTEM, entry->fts_errno, "read '%s'",
					entry->fts_path);
		if (entry->fts_info == FTS_D && entry->fts_level > 0 && *entry->fts_name == '.')
			(void)fts_set(walk, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F &&
			 has_suffix(entry->fts_name, SCD_POLICY_SUFFIX) &&
			 add_path(suites, entry->fts_path, err) < 0)
			return -1;
	}
	if (errno)
		return scd_fail(err, SCD_E_SYSTEM, errno, "read '%s'", path);
	if (suites->paths.count == before)
		return scd_fail(err, SCD_E_MISSING, 0, "no *%s below '%s'", SCD_POLICY_SUFFIX,
				path);
	return 0;
}

static int add_operand(struct suites *suites, char *path, struct scd_error *err)
{
	auto_free char *beside = NULL;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(suites, path, err);
	if (!has_suffix(path, ".json"))
		return add_path(suites, path, err);
	if (asprintf(&beside, "%.*s%s", (int)(strlen(path) - strlen(".json")), path,
		     SCD_POLICY_SUFFIX) < 0) {
		beside = NULL;
		return no_memory(err);
	}
	return add_path(suites, beside, err);
}

/* The profile beside the file: web.json of web.test.yaml, or the one that it names. */
static int find_profile(struct suite *suite, struct scd_error *err)
{
	const char *slash = strrchr(suite->path, '/');
	const int dir = slash ? (int)(slash - suite->path) + 1 : 0;
	int n;

	if (suite->policy.profile && *suite->policy.profile == '/')
		n = asprintf(&suite->profile, "%s", suite->policy.profile);
	else if (suite->policy.profile)
		n = asprintf(&suite->profile, "%.*s%s", dir, suite->path, suite->policy.profile);
	else if (has_suffix(suite->path, SCD_POLICY_SUFFIX))
		n = asprintf(&suite->profile, "%.*s.json",
			     (int)(strlen(suite->path) - strlen(SCD_POLICY_SUFFIX)), suite->path);
	else
		return scd_fail(err, SCD_E_CONFIG, 0, "%s: name the profile, or call it *%s",
				suite->path, SCD_POLICY_SUFFIX);
	if (n >= 0)
		return 0;
	suite->profile = NULL;
	return no_memory(err);
}

static int read_text(struct suite *suite, struct scd_error *err)
{
	auto_inputs struct scd_inputs inputs = { 0 };
	struct scd_input input = { .path = strdup(suite->path), .file = strdup(suite->path) };

	if (scd_inputs_add(&inputs, input, err) < 0)
		return -1;
	return scd_input_read(&inputs.items[0], &suite->text, &suite->len, err);
}

static int run_suite(struct suite *suite, struct suites *suites, struct scd_error *err)
{
	const struct scd_check_opts judged = scd_check_opts_complete(&(struct scd_check_opts){ 0 });

	if (read_text(suite, err) < 0 ||
	    scd_policy_read(suite->path, suite->text, suite->len, &suite->policy, err) < 0 ||
	    find_profile(suite, err) < 0 || !suite->profile ||
	    scd_opened_read(suite->profile, &judged, &suite->opened, err) < 0)
		return -1;
	if (!suite->opened.subject.usable) {
		(void)scd_opened_warn(&suite->opened);
		return scd_fail(err, SCD_E_CORRUPT, 0, "%s: not a profile", suite->profile);
	}
	suite->results = calloc(suite->policy.count, sizeof(*suite->results));
	if (!suite->results)
		return no_memory(err);
	if (scd_policy_run(suite->path, &suite->policy, &suite->opened, suite->results, err) < 0)
		return -1;
	for (size_t i = 0; i < suite->policy.count; i++) {
		suites->by_verdict[suite->results[i].verdict]++;
		suites->checks += suite->results[i].checks;
	}
	return 0;
}

static const char *const words[] = {
	[SCD_POLICY_PASSED] = "ok",
	[SCD_POLICY_FAILED] = "FAIL",
	[SCD_POLICY_SKIPPED] = "skip",
};

static const enum scd_junit_verdict in_junit[] = {
	[SCD_POLICY_PASSED] = SCD_JUNIT_PASSED,
	[SCD_POLICY_FAILED] = SCD_JUNIT_FAILED,
	[SCD_POLICY_SKIPPED] = SCD_JUNIT_SKIPPED,
};
#define VERDICTS (sizeof(in_junit) / sizeof(in_junit[0]))

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

static void print_human(const struct suites *suites, bool color)
{
	static const char *const colors[] = { GREEN, RED, YELLOW };
	size_t tests = 0;

	for (size_t i = 0; i < suites->count; i++) {
		const struct suite *s = &suites->items[i];

		(void)printf("%s%s%s\n", color ? BOLD : "", s->path, color ? PLAIN : "");
		for (size_t k = 0; k < s->policy.count; k++) {
			const struct scd_policy_result *r = &s->results[k];

			tests++;
			(void)printf("  %s%-4s%s  ", color ? colors[r->verdict] : "",
				     words[r->verdict], color ? PLAIN : "");
			print_name(r->test->name);
			(void)putchar('\n');
			if (r->why)
				print_lines("        ", r->why);
		}
	}
	(void)printf("%zu file%s, %zu test%s, %zu check%s: ", suites->count, plural(suites->count),
		     tests, plural(tests), suites->checks, plural(suites->checks));
	(void)printf("%zu passed, %zu failed", suites->by_verdict[SCD_POLICY_PASSED],
		     suites->by_verdict[SCD_POLICY_FAILED]);
	if (suites->by_verdict[SCD_POLICY_SKIPPED])
		(void)printf(", %zu skipped", suites->by_verdict[SCD_POLICY_SKIPPED]);
	(void)putchar('\n');
}

static void print_tap(const struct suites *suites)
{
	size_t number = 0, tests = 0;

	for (size_t i = 0; i < suites->count; i++)
		tests += suites->items[i].policy.count;
	(void)printf("TAP version 13\n1..%zu\n", tests);
	for (size_t i = 0; i < suites->count; i++) {
		const struct suite *s = &suites->items[i];

		for (size_t k = 0; k < s->policy.count; k++) {
			const struct scd_policy_result *r = &s->results[k];
			auto_free char *name = strdup(r->test->name);

			/* What begins with # would be a directive. */
			for (char *c = name; c && *c; c++)
				if (*c == '#')
					*c = '_';
			(void)printf(
				"%sok %zu - %s: ", r->verdict == SCD_POLICY_FAILED ? "not " : "",
				++number, s->path);
			print_name(name ? name : "");
			(void)puts(r->verdict == SCD_POLICY_SKIPPED ? " # SKIP" : "");
			if (r->why)
				print_lines("# ", r->why);
		}
	}
}

static struct scd_junit_counts count_suite(const struct suite *s)
{
	struct scd_junit_counts counts = { 0 };

	for (size_t k = 0; k < s->policy.count; k++)
		counts.by_verdict[in_junit[s->results[k].verdict]]++;
	return counts;
}

/* The first line of why is what a failure is called. */
static int print_junit_case(const struct suite *s, const struct scd_policy_result *r,
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

static int print_junit(const struct suites *suites, struct scd_error *err)
{
	struct scd_junit_counts all = { 0 };

	for (size_t i = 0; i < VERDICTS; i++)
		all.by_verdict[in_junit[i]] = suites->by_verdict[i];
	scd_junit_begin(stdout, &all);
	for (size_t i = 0; i < suites->count; i++) {
		const struct suite *s = &suites->items[i];
		const struct scd_junit_counts counts = count_suite(s);

		if (scd_junit_suite_begin(stdout, s->path, &counts, err) < 0)
			return -1;
		for (size_t k = 0; k < s->policy.count; k++)
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

static bool json_suite(cJSON *files, const struct suite *s)
{
	cJSON *object = cJSON_CreateObject(), *list;

	if (!object || !cJSON_AddItemToArray(files, object)) {
		cJSON_Delete(object);
		return false;
	}
	if (!cJSON_AddStringToObject(object, "file", s->path) ||
	    !cJSON_AddStringToObject(object, "profile", s->profile))
		return false;
	list = cJSON_AddArrayToObject(object, "tests");
	for (size_t k = 0; list && k < s->policy.count; k++)
		if (!json_case(list, &s->results[k]))
			return false;
	return list;
}

static cJSON *make_json(const struct suites *suites)
{
	cJSON *root = scd_cli_document("ProfileTestReport");
	cJSON *files = root ? cJSON_AddArrayToObject(root, "files") : NULL;
	bool ok = files;

	for (size_t i = 0; i < suites->count && ok; i++)
		ok = json_suite(files, &suites->items[i]);
	if (ok &&
	    cJSON_AddNumberToObject(root, "passed",
				    (double)suites->by_verdict[SCD_POLICY_PASSED]) &&
	    cJSON_AddNumberToObject(root, "failed",
				    (double)suites->by_verdict[SCD_POLICY_FAILED]) &&
	    cJSON_AddNumberToObject(root, "skipped",
				    (double)suites->by_verdict[SCD_POLICY_SKIPPED]))
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit print(const struct suites *suites, const struct test_options *asked)
{
	struct scd_error err;

	switch (asked->output) {
	case OUTPUT_TAP:
		print_tap(suites);
		return SCD_EXIT_OK;
	case OUTPUT_JUNIT:
		return print_junit(suites, &err) < 0 ? scd_cli_fail(&err) : SCD_EXIT_OK;
	case OUTPUT_JSON:
		return scd_cli_print_json(make_json(suites));
	default:
		print_human(suites, scd_cli_want_color(asked->color, stdout));
		return SCD_EXIT_OK;
	}
}

static enum scd_exit run_test(const void *target, int argc, char **argv)
{
	const struct test_options *asked = target;
	auto_suites struct suites suites = { 0 };
	struct scd_error err;

	if (argc == 0) {
		scd_cli_warn("test needs a PATH");
		return SCD_EXIT_USAGE;
	}
	scd_check_init();
	for (int i = 0; i < argc; i++)
		if (add_operand(&suites, argv[i], &err) < 0)
			return scd_cli_fail(&err);
	suites.items = calloc(suites.paths.count + 1, sizeof(*suites.items));
	if (!suites.items)
		return scd_cli_no_memory();
	suites.count = suites.paths.count;
	for (size_t i = 0; i < suites.count; i++) {
		suites.items[i].path = suites.paths.items[i];
		if (run_suite(&suites.items[i], &suites, &err) < 0)
			return scd_cli_fail(&err);
	}
	if (!asked->quiet && print(&suites, asked) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return suites.by_verdict[SCD_POLICY_FAILED] ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

const struct scd_command scd_command_test = {
	.name = "test",
	.operands = "PATH...",
	.summary = "Run the tests that are written beside profiles.",
	.details =
		"PATH is a file of tests (web.test.yaml), a profile with one beside it (web.json), or\n"
		"a directory: every *.test.yaml below it.\n"
		"Exit status: 0 all passed, 1 some failed, 2 a file is wrong, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct test_options),
	.run = run_test,
};

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fts.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "test_report.h"
#include "text.h"

struct test_options {
	bool help;
	int output; /* enum scd_test_output */
	bool quiet;
	int color;
	char *filter;
};

static const struct scd_choice outputs[] = {
	{ "human", SCD_TEST_HUMAN },
	{ "tap", SCD_TEST_TAP },
	{ "junit", SCD_TEST_JUNIT },
	{ "json", SCD_TEST_JSON },
	{ NULL, 0 },
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT_AS(struct test_options, output, outputs, "human",
			  "how to print the results"),
	SCD_CLI_QUIET(struct test_options, quiet),
	SCD_CLI_COLOR(struct test_options, color),
	{ .name = "filter",
	  .type = SCD_OPT_STRING,
	  .offset = offsetof(struct test_options, filter),
	  .metavar = "REGEX",
	  .help = "only tests whose name has a match of this extended regular expression" },
};

/* How tests are made. */
struct session {
	const struct test_options *asked;
	struct scd_suites suites;
	regex_t filter; /* when one is asked for */
	enum scd_exit worst;
};

static void suites_done(struct scd_suites *suites)
{
	for (size_t i = 0; i < suites->count; i++) {
		struct scd_suite *s = &suites->items[i];

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

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

static int add_path(struct scd_suites *suites, const char *path, struct scd_error *err)
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
static int add_directory(struct scd_suites *suites, char *path, struct scd_error *err)
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

static int add_operand(struct scd_suites *suites, char *path, struct scd_error *err)
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
static int find_profile(struct scd_suite *suite, struct scd_error *err)
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

static int read_text(struct scd_suite *suite, struct scd_error *err)
{
	auto_inputs struct scd_inputs inputs = { 0 };
	struct scd_input input = { .path = strdup(suite->path), .file = strdup(suite->path) };

	if (scd_inputs_add(&inputs, input, err) < 0)
		return -1;
	return scd_input_read(&inputs.items[0], &suite->text, &suite->len, err);
}

static bool matches(const char *name, const void *filter)
{
	return regexec(filter, name, 0, NULL, 0) == 0;
}

/* Reads the tests, and the profile when there are any. */
static int read_suite(const struct session *session, struct scd_suite *suite, struct scd_error *err)
{
	const struct scd_check_opts judged = scd_check_opts_complete(&(struct scd_check_opts){ 0 });

	if (read_text(suite, err) < 0 ||
	    scd_policy_read(suite->path, suite->text, suite->len, &suite->policy, err) < 0)
		return -1;
	if (session->asked->filter)
		scd_policy_keep(&suite->policy, matches, &session->filter);
	if (suite->policy.count == 0)
		return 0;
	if (find_profile(suite, err) < 0 ||
	    scd_opened_read(suite->profile, &judged, &suite->opened, err) < 0)
		return -1;
	if (suite->opened.subject.usable)
		return 0;
	(void)scd_opened_warn(&suite->opened);
	return scd_fail(err, SCD_E_CORRUPT, 0, "%s: not a profile", suite->profile);
}

static int run_suite(const struct session *session, struct scd_suite *suite, struct scd_error *err)
{
	if (read_suite(session, suite, err) < 0)
		return -1;
	suite->results = calloc(suite->policy.count + 1, sizeof(*suite->results));
	if (!suite->results)
		return no_memory(err);
	if (scd_policy_run(suite->path, &suite->policy, &suite->opened, suite->results, err) == 0)
		return 0;
	if (err->code == SCD_E_CONFIG)
		err->code = SCD_E_CORRUPT; /* of the profile, and not of the tests */
	return -1;
}

static void note(struct session *session, enum scd_exit status)
{
	if (status > session->worst)
		session->worst = status;
}

/* What is wrong with one file stops no other. */
static void try_suite(struct session *session, struct scd_suite *suite)
{
	struct scd_suites *suites = &session->suites;
	struct scd_error err;

	if (run_suite(session, suite, &err) < 0) {
		suite->fault = err;
		suites->faults++;
		note(session, scd_cli_fail(&err));
		return;
	}
	for (size_t i = 0; i < suite->policy.count; i++) {
		suites->by_verdict[suite->results[i].verdict]++;
		suites->checks += suite->results[i].checks;
		if (suite->results[i].verdict == SCD_POLICY_FAILED)
			note(session, SCD_EXIT_FOUND);
	}
}

static bool has_tests(const struct scd_suites *suites)
{
	for (size_t i = 0; i < suites->count; i++)
		if (suites->items[i].policy.count)
			return true;
	return false;
}

static enum scd_exit run_all(struct session *session, int argc, char **argv)
{
	const struct test_options *asked = session->asked;
	struct scd_suites *suites = &session->suites;
	struct scd_error err;

	scd_check_init();
	for (int i = 0; i < argc; i++)
		if (add_operand(suites, argv[i], &err) < 0)
			note(session, scd_cli_fail(&err));
	suites->items = calloc(suites->paths.count + 1, sizeof(*suites->items));
	if (!suites->items)
		return scd_cli_no_memory();
	suites->count = suites->paths.count;
	for (size_t i = 0; i < suites->count; i++) {
		suites->items[i].path = suites->paths.items[i];
		try_suite(session, &suites->items[i]);
	}
	if (asked->filter && session->worst == SCD_EXIT_OK && !has_tests(suites)) {
		scd_cli_warn("no test has a name like '%s'", asked->filter);
		return SCD_EXIT_USAGE;
	}
	if (!asked->quiet &&
	    scd_test_print(suites, (enum scd_test_output)asked->output,
			   scd_cli_want_color(asked->color, stdout)) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return session->worst;
}

static enum scd_exit run_test(const void *target, int argc, char **argv)
{
	struct session session = { .asked = target };
	const char *filter = session.asked->filter;
	enum scd_exit status;

	if (argc == 0) {
		scd_cli_warn("test needs a PATH");
		return SCD_EXIT_USAGE;
	}
	if (filter && regcomp(&session.filter, filter, REG_EXTENDED | REG_NOSUB)) {
		scd_cli_warn("'%s' is not an extended regular expression", filter);
		return SCD_EXIT_USAGE;
	}
	status = run_all(&session, argc, argv);
	if (filter)
		regfree(&session.filter);
	suites_done(&session.suites);
	return status;
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

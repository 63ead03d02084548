/* SPDX-License-Identifier: MIT */
/* The verdicts on profiles that people published, against what the runtimes made of them. The
 * files are other people's: they are read where $SCD_CORPUS says and never copied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "fsio.h"

#define FILES 78

/* The columns of RESULTS.tsv that hold an outcome. */
static const char *const targets[] = { "containerd_crun", "containerd_runc", "crio_crun",
				       "crio_runc" };
#define TARGETS (sizeof(targets) / sizeof(targets[0]))

static const struct scd_check_opts standard = { .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1 };

static int corpus = -1;

/* With no_new_privs false, under containerd. */
static const struct {
	const char *column;
	size_t target;	    /* the same with no_new_privs true */
	const char *itself; /* how messages about it begin */
} unprivileged[] = { { "nnp0_crun", 0, "crun itself" }, { "nnp0_runc", 1, "runc itself" } };
#define UNPRIVILEGED (sizeof(unprivileged) / sizeof(unprivileged[0]))

struct row {
	char file[256];
	char outcome[TARGETS][64];
	char said[TARGETS][256]; /* what the runtime said */
	char unprivileged[UNPRIVILEGED][64];
};

/* Copies the next field of a line of tab-separated values. */
static const char *next_field(const char *p, char *out, size_t size)
{
	size_t n = strcspn(p, "\t\n");

	(void)snprintf(out, size, "%.*s", (int)n, p);
	return p + n + (p[n] == '\t');
}

/* Which field of the heading is called @name. */
static size_t column(const char *heading, const char *name)
{
	char field[64];

	for (size_t i = 0; *heading && *heading != '\n'; i++) {
		heading = next_field(heading, field, sizeof(field));
		if (strcmp(field, name) == 0)
			return i;
	}
	fail_msg("RESULTS.tsv has no column %s", name);
	return 0;
}

static const char *read_row(const char *heading, const char *line, struct row *row)
{
	const char *end = line + strcspn(line, "\n");
	char field[256];

	for (size_t i = 0; line < end; i++) {
		line = next_field(line, field, sizeof(field));
		if (i == 0)
			memcpy(row->file, field, sizeof(field));
		for (size_t t = 0; t < TARGETS; t++) {
			const size_t at = column(heading, targets[t]);

			if (i == at)
				(void)snprintf(row->outcome[t], sizeof(row->outcome[t]), "%.63s",
					       field);
			else if (i == at + 1)
				memcpy(row->said[t], field, sizeof(field));
		}
		for (size_t t = 0; t < UNPRIVILEGED; t++)
			if (i == column(heading, unprivileged[t].column))
				(void)snprintf(row->unprivileged[t], sizeof(row->unprivileged[t]),
					       "%.63s", field);
	}
	return end + (*end == '\n');
}

static bool all_started(const struct row *row)
{
	for (size_t t = 0; t < TARGETS; t++)
		if (strcmp(row->outcome[t], "ok") != 0)
			return false;
	return true;
}

/* Nothing in the file kept a container from starting: no agent listened where it was tried. */
static bool started_but_for_the_agent(const struct row *row)
{
	for (size_t t = 0; t < TARGETS; t++)
		if (strcmp(row->outcome[t], "ok") != 0 &&
		    strcmp(row->outcome[t], "FAIL:no-agent") != 0)
			return false;
	return true;
}

static bool has_finding(const struct scd_report *report, unsigned number,
			enum scd_severity severity)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number &&
		    report->items[i].severity >= severity)
			return true;
	return false;
}

/* What an accepted profile may have come to: it started; nobody listened on the machine where
 * it was tried; the program could not exit, which is a warning by decision. */
static bool may_be_accepted(const struct row *row, const struct scd_report *report)
{
	for (size_t t = 0; t < TARGETS; t++) {
		const char *outcome = row->outcome[t];

		if (strcmp(outcome, "ok") == 0 || strcmp(outcome, "FAIL:no-agent") == 0)
			continue;
		if (strcmp(outcome, "FAIL:program-died") == 0 &&
		    has_finding(report, SCD_EXIT_MISSING, SCD_WARNING))
			continue;
		return false;
	}
	return true;
}

/* Errors that a container which starts can have: the filter is weaker than the text, or the file
 * means different things to different consumers. */
static bool explains_a_start(const struct scd_report *report)
{
	static const unsigned numbers[] = {
		SCD_PROFILE_EMPTY,
		SCD_PROFILE_WRAPPED,
		SCD_DUPLICATE_KEY,
		SCD_DOCKER_CONDITIONAL,
		SCD_DOCKER_NAME,
		SCD_DOCKER_ARCHMAP,
		SCD_RULE_SHADOWED_UNCOND,
		SCD_RULE_CONFLICT_FIRST_WINS,
		SCD_ARGS_SAME_INDEX,
		SCD_SYSCALL_UNKNOWN,
		SCD_SYSCALL_NAME_FORMAT,
		SCD_UNKNOWN_KEY,
		SCD_KEY_CASE,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (has_finding(report, numbers[i], SCD_ERROR))
			return true;
	return false;
}

/* What recorded failures go with which errors. */
static const struct cause {
	const char *outcome;
	const char *said; /* part of what the runtime said */
	unsigned rules[4];
	const char *names; /* in the message; NULL: any */
} causes[] = {
	{ "FAIL:rejected", "Required field 'names'", { SCD_DOCKER_NAME, SCD_NAMES_EMPTY }, NULL },
	{ "FAIL:rejected", "Invalid argument", { SCD_ERRNO_RANGE }, NULL },
	{ "FAIL:rejected", "unknown architecture", { SCD_ARCH_UNKNOWN }, NULL },
	{ "FAIL:rejected", "not a valid arch", { SCD_ARCH_UNKNOWN }, NULL },
	{ "FAIL:program-died", "%fs base address", { SCD_ARCH_PRCTL_MISSING }, NULL },
	{ "FAIL:init-died", "/proc/self/fd is on procfs", { SCD_CANNOT_START_RUNTIME }, "fstatfs" },
	{ "FAIL:init-died",
	  "readdirent /proc/self/fd",
	  { SCD_CANNOT_START_RUNTIME },
	  "getdents64" },
	{ "FAIL:init-died",
	  "already dead",
	  { SCD_CANNOT_START_EXECVE, SCD_DEFAULT_DENY_EMPTY },
	  NULL },
	{ "FAIL:no-agent", "connect socket", { SCD_LISTENER_UNUSED }, NULL },
	{ "FAIL:exec-denied", "", { SCD_CANNOT_START_EXECVE, SCD_DEFAULT_DENY_EMPTY }, NULL },
	{ "FAIL:exec-denied(silent)",
	  "exit",
	  { SCD_CANNOT_START_EXECVE, SCD_DEFAULT_DENY_EMPTY },
	  NULL },
};

/* No target's failure is recorded in the words of an error; why that is no fault. */
static const struct {
	const char *file;
	const char *why;
} unexplained[] = {
	{ "095_", "its one rule is conditional (SCP009): it is judged no further" },
};

static bool names_cause(const struct scd_report *report, const struct cause *cause)
{
	for (size_t i = 0; i < report->count; i++)
		for (size_t k = 0; k < 4 && cause->rules[k]; k++)
			if (report->items[i].severity == SCD_ERROR &&
			    report->items[i].rule->number == cause->rules[k] &&
			    (!cause->names || strstr(report->items[i].message, cause->names)))
				return true;
	return false;
}

/* Whether an error says what a runtime said when it failed. */
static bool explains_a_failure(const struct row *row, const struct scd_report *report)
{
	for (size_t t = 0; t < TARGETS; t++)
		for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
			if (strcmp(row->outcome[t], causes[i].outcome) == 0 &&
			    strstr(row->said[t], causes[i].said) && names_cause(report, &causes[i]))
				return true;
	for (size_t i = 0; i < sizeof(unexplained) / sizeof(unexplained[0]); i++)
		if (strncmp(row->file, unexplained[i].file, strlen(unexplained[i].file)) == 0) {
			print_message("  %.48s: %s\n", row->file, unexplained[i].why);
			return true;
		}
	return false;
}

/* Starts with no_new_privs true, and those of them that fail with false. */
struct starts {
	size_t all, failed;
};

/* Whether a warning that only pods without new privileges start is exactly where that was seen. */
static bool unprivileged_alone(const struct row *row, const struct scd_report *report,
			       struct starts *starts)
{

	for (size_t t = 0; t < UNPRIVILEGED; t++) {
		const bool failed = strcmp(row->unprivileged[t], "ok") != 0;
		bool warned = false;

		if (strcmp(row->outcome[unprivileged[t].target], "ok") != 0)
			continue;
		for (size_t i = 0; i < report->count; i++)
			warned |= report->items[i].rule->number == SCD_CANNOT_START_RUNTIME &&
				  strstr(report->items[i].message, unprivileged[t].itself) &&
				  strstr(report->items[i].message, "allowPrivilegeEscalation");
		if (warned != failed)
			return false;
		starts->all++;
		starts->failed += failed;
	}
	return true;
}

static void print_errors(const struct row *row, const struct scd_report *report)
{
	bool seen[SCD_RULE_NUMBER_MAX + 1] = { false };

	print_message("  %.48s:", row->file);
	for (size_t i = 0; i < report->count; i++) {
		const struct scd_finding *finding = &report->items[i];

		if (finding->severity == SCD_ERROR && !seen[finding->rule->number]) {
			print_message(" %s", finding->rule->id);
			seen[finding->rule->number] = true;
		}
	}
	print_message("\n");
}

static void judge(const struct row *row, struct scd_report *report)
{
	auto_free char *text = NULL;
	struct scd_error err = { 0 };
	size_t len;

	if (scd_read_file_at(corpus, row->file, true, SCD_PROFILE_MAX, &text, &len, &err) < 0)
		fail_msg("%s: %s", row->file, err.msg);
	assert_int_equal(scd_check_profile(text, len, &standard, report, &err), 0);
}

static void verdicts_agree_with_what_the_runtimes_did(void **state)
{
	auto_free char *text = NULL;
	size_t matrix[2][2] = { { 0 } }, wrong = 0, files = 0, len;
	struct starts starts = { 0 };
	struct scd_error err;
	const char *line;

	(void)state;
	if (corpus < 0) {
		print_message("[  SKIP    ] no corpus of public profiles: set SCD_CORPUS\n");
		skip();
	}
	assert_int_equal(scd_read_file_at(corpus, "RESULTS.tsv", true, 1 << 20, &text, &len, &err),
			 0);
	print_message("rejected although all four targets started a container, or in other words "
		      "than those in which they failed:\n");
	for (line = text + strcspn(text, "\n") + 1; *line; files++) {
		auto_report struct scd_report report = { 0 };
		struct row row = { 0 };
		bool accepted, started;

		line = read_row(text, line, &row);
		judge(&row, &report);
		accepted = scd_report_accepts(&report);
		started = all_started(&row);
		matrix[accepted][started]++;
		if (!accepted && started)
			print_errors(&row, &report);
		if (accepted ? !may_be_accepted(&row, &report)
			     : started_but_for_the_agent(&row) && !explains_a_start(&report)) {
			print_error("%s: %s, but %s %s %s %s\n", row.file,
				    accepted ? "accepted" : "rejected", row.outcome[0],
				    row.outcome[1], row.outcome[2], row.outcome[3]);
			wrong++;
		} else if (!accepted && !started && !explains_a_failure(&row, &report)) {
			print_error("%s: no error is about what was recorded\n", row.file);
			wrong++;
		}
		if (accepted && !unprivileged_alone(&row, &report, &starts)) {
			print_error("%s: with no_new_privs false %s %s\n", row.file,
				    row.unprivileged[0], row.unprivileged[1]);
			wrong++;
		}
	}
	print_message("of %zu starts with no_new_privs, %zu fail without; a warning says so\n",
		      starts.all, starts.failed);
	print_message("confusion matrix of %zu files:\n", files);
	print_message("             all four started   not all\n");
	print_message("  accepted   %16zu   %7zu\n", matrix[1][1], matrix[1][0]);
	print_message("  rejected   %16zu   %7zu\n", matrix[0][1], matrix[0][0]);
	assert_int_equal(files, FILES);
	assert_int_equal(wrong, 0);
}

static int open_corpus(void **state)
{
	const char *path = getenv("SCD_CORPUS");

	(void)state;
	scd_check_init();
	corpus = open(path ? path : "../shared/corpus", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_agree_with_what_the_runtimes_did),
	};

	return cmocka_run_group_tests(tests, open_corpus, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check_opts.h"
#include "render.h"
#include "version.h"

#define PLACE(l, c, p) ((struct scd_place){ .line = (l), .column = (c), .pointer = (p) })

static const char web_text[] = "{\n\t\"defaultAction\": \"SCMP_ACT_ALOW\"\n}\n";

/* Three files: one bad, one good, one unreadable. */
struct sample {
	struct scd_report bad, good;
	struct scd_error gone;
	struct scd_judged list[3];
};

static int make_sample(void **state)
{
	struct sample *sample = calloc(1, sizeof(*sample));

	assert_non_null(sample);
	scd_report_add(&sample->bad, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(2, 19, "/defaultAction"),
		       "\"SCMP_ACT_ALOW\" is not an action");
	scd_report_add(&sample->bad, SCD_PROFILE_EMPTY, SCD_WARNING, PLACE(0, 0, NULL),
		       "as a whole");
	scd_report_add(&sample->bad, SCD_UNKNOWN_KEY, SCD_NOTE, PLACE(2, 2, "/defaultAction"),
		       "by the way");
	scd_report_sort(&sample->bad);
	sample->good.bpf_insns = 42;
	(void)scd_fail(&sample->gone, SCD_E_SYSTEM, ENOENT, "open 'gone.json'");
	sample->list[0] = (struct scd_judged){ .name = "profiles/web.json",
					       .text = web_text,
					       .len = sizeof(web_text) - 1,
					       .sha256 = "c0ffee",
					       .report = &sample->bad,
					       .fail_on = SCD_ERROR };
	sample->list[1] = (struct scd_judged){ .name = "good.json",
					       .report = &sample->good,
					       .fail_on = SCD_ERROR };
	sample->list[2] = (struct scd_judged){ .name = "gone.json", .trouble = &sample->gone };
	*state = sample;
	return 0;
}

static int free_sample(void **state)
{
	struct sample *sample = *state;

	scd_report_done(&sample->bad);
	scd_report_done(&sample->good);
	free(sample);
	return 0;
}

/* The caller's to free(). */
static char *render(enum scd_format format, const struct scd_judged *list, size_t count,
		    const struct scd_render_opts *opts)
{
	struct scd_error err;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(scd_render(format, list, count, opts, out, &err), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static const struct scd_check_opts any;
static const struct scd_render_opts plain = { .judged_with = &any };

static void human_shows_place_message_rule_line_and_summary(void **state)
{
	const struct sample *sample = *state;
	auto_free char *text = render(SCD_FORMAT_HUMAN, sample->list, 3, &plain);

	assert_string_equal(
		text,
		"profiles/web.json: warning: as a whole [SCP001 profile-empty]\n"
		"profiles/web.json:2:19: error: \"SCMP_ACT_ALOW\" is not an action [SCP005 action-unknown]\n"
		"    2 |     \"defaultAction\": \"SCMP_ACT_ALOW\"\n"
		"      |                      ^~~~~~~~~~~~~~~\n"
		"3 files, 1 error, 1 warning, 1 not judged\n");
}

static void human_shows_notes_when_asked(void **state)
{
	const struct sample *sample = *state;
	const struct scd_render_opts opts = { .judged_with = &any, .show_notes = true };
	auto_free char *text = render(SCD_FORMAT_HUMAN, sample->list, 1, &opts);

	assert_non_null(
		strstr(text, "profiles/web.json:2:2: note: by the way [SCP062 unknown-key]\n"));
	assert_non_null(strstr(text, "\n1 file, 1 error, 1 warning, 1 note\n"));
}

static void human_colours_only_when_asked(void **state)
{
	const struct sample *sample = *state;
	const struct scd_render_opts opts = { .judged_with = &any, .color = true };
	auto_free char *text = render(SCD_FORMAT_HUMAN, sample->list, 1, &opts);
	auto_free char *without = render(SCD_FORMAT_HUMAN, sample->list, 1, &plain);

	assert_non_null(strstr(text, "\033[1;31merror:\033[0m "));
	assert_non_null(strstr(text, "\033[1;35mwarning:\033[0m "));
	assert_non_null(strstr(text, "\033[1;32m^~~~~~~~~~~~~~~\033[0m\n"));
	assert_null(strchr(without, '\033'));
}

static void human_counts_in_the_singular_and_in_the_plural(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct scd_judged list[2] = { { .name = "a", .report = &report },
					    { .name = "b", .report = &report } };
	auto_free char *none = render(SCD_FORMAT_HUMAN, list, 0, &plain);
	auto_free char *one = NULL, *more = NULL;

	(void)state;
	assert_string_equal(none, "0 files, 0 errors, 0 warnings\n");
	scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(0, 0, NULL), "e");
	one = render(SCD_FORMAT_HUMAN, list, 1, &plain);
	assert_non_null(strstr(one, "\n1 file, 1 error, 0 warnings\n"));
	scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_WARNING, PLACE(0, 0, NULL), "w");
	more = render(SCD_FORMAT_HUMAN, list, 2, &plain);
	assert_non_null(strstr(more, "\n2 files, 2 errors, 2 warnings\n"));
}

static void human_says_how_many_findings_are_missing(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct scd_judged list = { .name = "a", .report = &report };
	auto_free char *text = NULL;

	(void)state;
	for (unsigned i = 0; i < SCD_FINDINGS_MAX + 2; i++)
		scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(i, 1, ""), "e");
	text = render(SCD_FORMAT_HUMAN, &list, 1, &plain);
	assert_non_null(strstr(text, "\na: 2 findings more than the 64 that are kept\n"));
	assert_non_null(strstr(text, "\n1 file, 66 errors, 0 warnings\n"));
}

static void human_quotes_a_line_once_for_all_findings_of_a_place(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct scd_judged list = { .name = "a", .text = "x\ny", .len = 3, .report = &report };
	auto_free char *text = NULL;

	(void)state;
	scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(1, 1, ""), "first");
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_ERROR, PLACE(1, 1, ""), "second");
	scd_report_add(&report, SCD_SYSCALL_UNKNOWN, SCD_ERROR, PLACE(2, 1, ""), "third");
	text = render(SCD_FORMAT_HUMAN, &list, 1, &plain);
	assert_string_equal(text, "a:1:1: error: first [SCP005 action-unknown]\n"
				  "a:1:1: error: second [SCP031 syscall-unknown]\n"
				  "    1 | x\n      | ^\n"
				  "a:2:1: error: third [SCP031 syscall-unknown]\n"
				  "    2 | y\n      | ^\n"
				  "1 file, 3 errors, 0 warnings\n");
}

static void names_cannot_drive_the_terminal(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct scd_judged list = { .name = "a\033]0;x\a\n\xff.json", .report = &report };
	auto_free char *text = NULL;

	(void)state;
	scd_report_add(&report, SCD_ACTION_UNKNOWN, SCD_ERROR, PLACE(0, 0, ""), "e");
	text = render(SCD_FORMAT_HUMAN, &list, 1, &plain);
	assert_string_equal(text,
			    "a\\u001b]0;x\\u0007\\n\\xff.json: error: e [SCP005 action-unknown]\n"
			    "1 file, 1 error, 0 warnings\n");
}

static void delete_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}
#define auto_tree SCD_CLEANUP(delete_tree)

/* The value at @path, keys and indices with dots between them. */
static const cJSON *at(const cJSON *tree, const char *path)
{
	char key[64];

	while (tree && *path) {
		size_t n = strcspn(path, ".");

		assert_true(n < sizeof(key));
		memcpy(key, path, n);
		key[n] = '\0';
		path += n + (path[n] == '.');
		tree = cJSON_IsArray(tree) ? cJSON_GetArrayItem(tree, (int)strtol(key, NULL, 10))
					   : cJSON_GetObjectItemCaseSensitive(tree, key);
	}
	return tree;
}

static void want_string(const cJSON *tree, const char *path, const char *wanted)
{
	const cJSON *item = at(tree, path);

	assert_true(cJSON_IsString(item));
	assert_string_equal(item->valuestring, wanted);
}

static void want_number(const cJSON *tree, const char *path, double wanted)
{
	const cJSON *item = at(tree, path);

	assert_true(cJSON_IsNumber(item));
	assert_true(item->valuedouble >= wanted && item->valuedouble <= wanted);
}

static void json_holds_all_that_was_found(void **state)
{
	const struct sample *sample = *state;
	auto_free char *text = render(SCD_FORMAT_JSON, sample->list, 3, &plain);
	auto_tree cJSON *tree = cJSON_Parse(text);

	assert_non_null(tree);
	want_string(tree, "apiVersion", "seccompd.dev/v1alpha1");
	want_string(tree, "kind", "ValidationReport");
	want_string(tree, "version", scd_version());
	want_string(tree, "files.0.name", "profiles/web.json");
	want_string(tree, "files.0.verdict", "rejected");
	want_string(tree, "files.0.sha256", "c0ffee");
	want_number(tree, "files.0.findingsTotal", 3);
	assert_int_equal(cJSON_GetArraySize(at(tree, "files.0.findings")), 3);
	want_string(tree, "files.0.findings.1.severity", "note");
	want_string(tree, "files.0.findings.2.ruleId", "SCP005");
	want_string(tree, "files.0.findings.2.rule", "action-unknown");
	want_number(tree, "files.0.findings.2.line", 2);
	want_number(tree, "files.0.findings.2.column", 19);
	want_string(tree, "files.0.findings.2.pointer", "/defaultAction");
	want_string(tree, "files.0.findings.2.message", "\"SCMP_ACT_ALOW\" is not an action");
	want_string(tree, "files.1.verdict", "accepted");
	want_number(tree, "files.1.bpfInstructions", 42);
	assert_int_equal(cJSON_GetArraySize(at(tree, "files.1.findings")), 0);
	want_number(tree, "summary.files", 3);
	want_number(tree, "summary.accepted", 1);
	want_number(tree, "summary.rejected", 1);
	want_number(tree, "summary.notJudged", 1);
	want_number(tree, "summary.errors", 1);
	want_number(tree, "summary.warnings", 1);
	want_number(tree, "summary.notes", 1);
}

static void json_leaves_out_what_a_finding_or_a_file_does_not_have(void **state)
{
	const struct sample *sample = *state;
	auto_free char *text = render(SCD_FORMAT_JSON, sample->list, 3, &plain);
	auto_tree cJSON *tree = cJSON_Parse(text);

	want_string(tree, "files.0.findings.0.message", "as a whole");
	assert_null(at(tree, "files.0.findings.0.line"));
	assert_null(at(tree, "files.0.findings.0.column"));
	want_string(tree, "files.2.verdict", "none");
	want_string(tree, "files.2.reason", "System");
	want_string(tree, "files.2.message", "open 'gone.json': No such file or directory");
	assert_null(at(tree, "files.2.findings"));
	assert_null(at(tree, "files.2.sha256"));
}

static void json_says_what_was_judged_for(void **state)
{
	struct scd_check_opts judged_with = { .runtimes = SCD_CRI_O,
					      .oci_runtimes = SCD_CRUN,
					      .strict = true };
	const struct scd_render_opts opts = { .judged_with = &judged_with };
	auto_free char *text = NULL;
	auto_tree cJSON *tree = NULL;
	struct scd_error err;
	char libseccomp[32];

	(void)state;
	assert_int_equal(scd_check_opts_add_arch(&judged_with, "arm64", &err), 0);
	assert_int_equal(scd_check_opts_disable(&judged_with, "SCP031", &err), 0);
	text = render(SCD_FORMAT_JSON, ((struct sample *)*state)->list, 0, &opts);
	tree = cJSON_Parse(text);
	want_string(tree, "targets.runtimes.0", "cri-o");
	assert_int_equal(cJSON_GetArraySize(at(tree, "targets.runtimes")), 1);
	want_string(tree, "targets.ociRuntimes.0", "crun");
	assert_int_equal(cJSON_GetArraySize(at(tree, "targets.ociRuntimes")), 1);
	want_string(tree, "targets.architectures.0", "aarch64");
	assert_true(cJSON_IsTrue(at(tree, "options.strict")));
	assert_true(cJSON_IsFalse(at(tree, "options.trialLoad")));
	want_string(tree, "options.disabled.0", "SCP031");
	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	want_string(tree, "libseccompVersion", libseccomp);
	assert_true(cJSON_IsArray(at(tree, "files")));
}

static void json_is_utf8_whatever_a_path_is(void **state)
{
	auto_report struct scd_report report = { 0 };
	const struct scd_judged list = { .name = "\xff\xc3\xa4\n.json", .report = &report };
	auto_free char *text = NULL;
	auto_tree cJSON *tree = NULL;

	(void)state;
	text = render(SCD_FORMAT_JSON, &list, 1, &plain);
	tree = cJSON_Parse(text);
	want_string(tree, "files.0.name", "\xef\xbf\xbd\xc3\xa4\n.json");
}

static size_t allocations_left;

static void *limited_malloc(size_t size)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left--;
	return malloc(size);
}

/* Every allocation of cJSON fails once: the report is whole, or there is none. */
static void json_without_memory_is_an_error_and_not_half_a_report(void **state)
{
	const struct sample *sample = *state;
	cJSON_Hooks hooks = { limited_malloc, free };
	size_t limit = 0;
	int ret = -1;

	cJSON_InitHooks(&hooks);
	for (; ret < 0; limit++) {
		struct scd_error err;
		auto_free char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		allocations_left = limit;
		ret = scd_render(SCD_FORMAT_JSON, sample->list, 3, &plain, out, &err);
		assert_int_equal(fclose(out), 0);
		if (ret < 0) {
			assert_int_equal(err.code, SCD_E_NOMEM);
			assert_int_equal(size, 0);
		}
	}
	cJSON_InitHooks(NULL);
	assert_true(limit > 50);
}

#define SAMPLE_TEST(f) cmocka_unit_test_setup_teardown(f, make_sample, free_sample)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAMPLE_TEST(human_shows_place_message_rule_line_and_summary),
		SAMPLE_TEST(human_shows_notes_when_asked),
		SAMPLE_TEST(human_colours_only_when_asked),
		cmocka_unit_test(human_counts_in_the_singular_and_in_the_plural),
		cmocka_unit_test(human_says_how_many_findings_are_missing),
		cmocka_unit_test(human_quotes_a_line_once_for_all_findings_of_a_place),
		cmocka_unit_test(names_cannot_drive_the_terminal),
		SAMPLE_TEST(json_holds_all_that_was_found),
		SAMPLE_TEST(json_leaves_out_what_a_finding_or_a_file_does_not_have),
		SAMPLE_TEST(json_says_what_was_judged_for),
		cmocka_unit_test(json_is_utf8_whatever_a_path_is),
		SAMPLE_TEST(json_without_memory_is_an_error_and_not_half_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

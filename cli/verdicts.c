/* SPDX-License-Identifier: MIT */
#include "verdicts.h"

#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "buf.h"
#include "collect.h"
#include "exclude.h"
#include "fsio.h"
#include "pool.h"
#include "progress.h"
#include "text.h"

#define NAME_SHOWN 100 /* bytes of a name in a message */

struct run {
	struct scd_verdicts *verdicts;
	const struct scd_judge_how *how;
	struct scd_pool pool;
	struct scd_progress progress;
	bool *seen; /* by operand: something in it was judged */
};

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

static struct scd_verdict *add_verdict(struct run *run, const struct scd_input *input,
				       const struct scd_settings *settings)
{
	struct scd_verdicts *verdicts = run->verdicts;
	struct scd_verdict *verdict;
	void *items = verdicts->items;

	if (!scd_room_for_one(&items, verdicts->count, &verdicts->cap,
			      sizeof(struct scd_verdict *)))
		return NULL;
	verdicts->items = items;
	verdict = calloc(1, sizeof(*verdict));
	if (!verdict)
		return NULL;
	verdict->path = input->path;
	verdict->input = input;
	verdict->settings = settings;
	run->seen[input->operand] = true;
	verdicts->items[verdicts->count++] = verdict;
	return verdict;
}

/* What seccompd says of names and files that it never installs; the validator itself sees
 * texts only. */
static void judge_name(const struct scd_input *input, struct scd_report *report)
{
	const struct scd_place whole = { 0 };

	if (!input->name)
		return;
	if (input->fault.code == SCD_E_NOT_REGULAR) {
		scd_report_add(report, SCD_PATH_RULES, SCD_ERROR, whole,
			       "%s: seccompd installs regular files alone", input->fault.msg);
	} else if (!scd_name_valid(input->name)) {
		auto_buf struct scd_buf name = scd_buf_init(1024);

		scd_text_quote(&name, input->name, strlen(input->name), NAME_SHOWN);
		scd_report_add(report, SCD_PATH_RULES, SCD_ERROR, whole,
			       "seccompd never installs a profile called \"%s\": write at most %zu "
			       "components of A-Z a-z 0-9 . _ -, none beginning with a dot",
			       scd_buf_text(&name), SCD_NAME_PARTS_MAX);
	}
}

/* The last touch to a verdict whose report is there. */
static void conclude(struct scd_verdict *verdict)
{
	if (verdict->embedded)
		scd_embedded_place(verdict->embedded, &verdict->report);
	else if (!verdict->manifest)
		judge_name(verdict->input, &verdict->report);
	scd_report_sort(&verdict->report);
	if (verdict->report.failed)
		(void)scd_fail(&verdict->trouble, SCD_E_NOMEM, 0, "check '%s'", verdict->path);
	if (verdict->report.count == 0 && !verdict->manifest) {
		free(verdict->text);
		verdict->text = NULL;
	}
}

static void checked(void *context, void *job, const struct scd_report *report, bool degraded,
		    const struct scd_error *err)
{
	struct scd_verdicts *verdicts = context;
	struct scd_verdict *verdict = job;

	verdict->report = *report;
	verdicts->degraded |= degraded;
	if (err->code == SCD_OK) {
		conclude(verdict);
		return;
	}
	verdict->trouble = *err;
	(void)scd_wrap(&verdict->trouble, "check '%s'", verdict->path);
}

static void begin(struct run *run, struct scd_verdict *verdict, const char *text, size_t len,
		  const struct scd_check_opts *opts)
{
	if (run->how->digests)
		scd_sha256_hex(text, len, verdict->sha256);
	if (scd_pool_add(&run->pool, text, len, opts, verdict, &verdict->trouble) < 0)
		(void)scd_wrap(&verdict->trouble, "check '%s'", verdict->path);
}

/* "web.json" of "a/web.json": what people will call it on a node. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int judge_profile(struct run *run, const struct scd_input *input,
			 const struct scd_settings *settings, char **text, size_t len,
			 struct scd_error *err)
{
	struct scd_verdict *verdict = add_verdict(run, input, settings);

	if (!verdict)
		return no_memory(err);
	verdict->profile = input->name ? input->name : base_name(input->path);
	verdict->text = *text;
	verdict->len = len;
	*text = NULL; /* the verdict's now */
	begin(run, verdict, verdict->text, len, &settings->opts);
	return 0;
}

/* What the operator adds to a profile is not known: it may be all that a container needs. */
static struct scd_check_opts without_start(const struct scd_check_opts *opts)
{
	static const enum scd_rule_number about_start[] = {
		SCD_CANNOT_START_EXECVE, SCD_CANNOT_START_RUNTIME, SCD_EXIT_MISSING,
		SCD_ARCH_PRCTL_MISSING,	 SCD_DEFAULT_DENY_EMPTY,
	};
	struct scd_check_opts less = *opts;

	for (size_t i = 0; i < sizeof(about_start) / sizeof(about_start[0]); i++)
		less.disabled[about_start[i]] = 1;
	return less;
}

static int judge_embedded(struct run *run, struct scd_verdict *around, struct scd_error *err)
{
	for (size_t i = 0; i < around->manifest->profile_count; i++) {
		struct scd_embedded *profile = &around->manifest->profiles[i];
		struct scd_verdict *verdict = add_verdict(run, around->input, around->settings);
		struct scd_check_opts opts = around->settings->opts;

		if (!verdict)
			return no_memory(err);
		verdict->around = around;
		verdict->embedded = profile;
		if (profile->incomplete)
			opts = without_start(&opts);
		begin(run, verdict, profile->text, profile->len, &opts);
	}
	return 0;
}

/* Whether what says nothing of seccomp may be passed over: nobody has named this file for that. */
static bool in_passing(const struct run *run, const struct scd_input *input)
{
	return input->found || run->how->skip_unrelated;
}

/* Whether a text that is no manifest says anything that a profile says. An empty file, and an
 * empty object, could be one that lost all of it. */
static bool mentions_seccomp(const char *text, size_t len)
{
	static const char *const words[] = { "seccomp", "scmp_", "syscal", "defaultaction" };
	size_t said = 0;

	for (size_t i = 0; i < len && said <= 2; i++)
		said += !strchr(" \t\r\n", text[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (scd_text_mentions(text, len, words[i]))
			return true;
	return said <= 2;
}

static int unrelated(struct run *run, const struct scd_input *input,
		     const struct scd_settings *settings, struct scd_error *err)
{
	struct scd_verdict *verdict;

	if (input->found)
		return 0;
	run->seen[input->operand] = true;
	if (run->how->skip_unrelated)
		return 0;
	verdict = add_verdict(run, input, settings);
	if (!verdict)
		return no_memory(err);
	(void)scd_fail(&verdict->trouble, SCD_E_MISSING, 0,
		       "no profile, and nothing that uses one, in '%s'", input->path);
	return 0;
}

static int judge_manifest(struct run *run, const struct scd_input *input,
			  const struct scd_settings *settings, char **text, size_t len,
			  struct scd_error *err)
{
	struct scd_manifest *manifest = calloc(1, sizeof(*manifest));
	const bool all = !in_passing(run, input);
	struct scd_verdict *verdict;
	int rc;

	if (!manifest)
		return no_memory(err);
	rc = scd_manifest_read(*text, len, &settings->opts, all, manifest, err);
	if (rc < 0 || !manifest->relevant) {
		const bool broken = manifest->report.count > 0 && all;

		if (rc == 0 && !broken)
			rc = unrelated(run, input, settings, err);
		if (rc < 0 || !broken) {
			scd_manifest_done(manifest);
			free(manifest);
			return rc;
		}
	}
	verdict = add_verdict(run, input, settings);
	if (!verdict) {
		scd_manifest_done(manifest);
		free(manifest);
		return no_memory(err);
	}
	verdict->manifest = manifest;
	verdict->text = *text;
	verdict->len = len;
	*text = NULL; /* the verdict's now */
	verdict->report = manifest->report;
	manifest->report = (struct scd_report){ 0 };
	return judge_embedded(run, verdict, err);
}

/* A *.json holds a profile, as seccompd would take it; a manifest when it can be nothing else. */
static bool is_manifest(const struct scd_input *input, const char *text, size_t len)
{
	const bool is_json = scd_text_ends_in(input->path, ".json");

	return scd_is_yaml_name(input->path) || scd_manifest_looks_like_one(text, len, is_json);
}

static int judge_with(struct run *run, const struct scd_input *input,
		      const struct scd_settings *settings, struct scd_error *err)
{
	struct scd_error trouble = input->fault;
	auto_free char *text = NULL;
	struct scd_verdict *verdict;
	size_t len = 0;

	if (trouble.code == SCD_OK && scd_input_read(input, &text, &len, &trouble) == 0) {
		if (is_manifest(input, text, len))
			return judge_manifest(run, input, settings, &text, len, err);
		if (run->how->skip_unrelated && !mentions_seccomp(text, len))
			return unrelated(run, input, settings, err);
		return judge_profile(run, input, settings, &text, len, err);
	}
	verdict = add_verdict(run, input, settings);
	if (!verdict)
		return no_memory(err);
	if (trouble.code == SCD_E_NOT_REGULAR && input->name)
		conclude(verdict); /* not trouble: seccompd would not install it */
	else
		verdict->trouble = trouble;
	return 0;
}

/* What is named is judged, unless a program such as pre-commit names it in passing. What is above
 * an absolute path is nobody's pattern. */
static bool is_excluded(const struct run *run, const struct scd_input *input,
			const struct scd_settings *settings)
{
	const char *path = input->path + input->below;

	if (!in_passing(run, input))
		return false;
	if (!input->found && *path == '/')
		path = base_name(path);
	return scd_path_is_excluded(path, &settings->exclude);
}

static int judge_input(struct run *run, const struct scd_input *input, struct scd_error *err)
{
	const struct scd_settings *settings = run->how->settings(run->how->context, input, err);

	if (!settings)
		return -1;
	if (is_excluded(run, input, settings)) {
		run->seen[input->operand] |= !input->found;
		return 0;
	}
	return judge_with(run, input, settings, err);
}

/* A directory of manifests without anything about seccomp is not "all well". */
static int judge_rest(struct run *run, const struct scd_inputs *inputs, char *const *operands,
		      struct scd_error *err)
{
	for (size_t i = 0; i < inputs->count; i++) {
		const struct scd_input *input = &inputs->items[i];
		const struct scd_settings *settings;
		struct scd_verdict *verdict;

		if (run->seen[input->operand])
			continue;
		settings = run->how->settings(run->how->context, input, err);
		if (!settings)
			return -1;
		verdict = add_verdict(run, input, settings);
		if (!verdict)
			return no_memory(err);
		verdict->path = operands[input->operand];
		(void)scd_fail(&verdict->trouble, SCD_E_MISSING, 0,
			       "no profile, and nothing that uses one, below '%s'", verdict->path);
	}
	return 0;
}

static void tick(void *context)
{
	scd_progress_show(context);
}

int scd_judge_inputs(const struct scd_inputs *inputs, char *const *operands, size_t operand_count,
		     const struct scd_judge_how *how, struct scd_verdicts *verdicts,
		     struct scd_error *err)
{
	auto_free bool *seen = calloc(operand_count, sizeof(*seen));
	struct run run = { .verdicts = verdicts, .how = how, .seen = seen };
	int rc = 0;

	if (!seen)
		return no_memory(err);
	if (scd_pool_init(&run.pool, how->jobs, err) < 0)
		return -1;
	scd_progress_start(&run.progress, how->progress, inputs->count);
	run.pool.done = checked;
	run.pool.tick = tick;
	run.pool.context = verdicts;
	run.pool.tick_context = &run.progress;
	for (size_t i = 0; i < inputs->count && rc == 0; i++) {
		rc = judge_input(&run, &inputs->items[i], err);
		run.progress.done = i + 1;
	}
	scd_pool_drain(&run.pool);
	scd_pool_done(&run.pool);
	scd_progress_end(&run.progress);
	return rc < 0 ? -1 : judge_rest(&run, inputs, operands, err);
}

void scd_verdicts_done(struct scd_verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		struct scd_verdict *verdict = verdicts->items[i];

		free(verdict->text);
		if (verdict->manifest)
			scd_manifest_done(verdict->manifest);
		free(verdict->manifest);
		scd_report_done(&verdict->report);
		free(verdict);
	}
	free(verdicts->items);
	*verdicts = (struct scd_verdicts){ 0 };
}

/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "buf.h"
#include "check_opts.h"
#include "render_tree.h"
#include "text.h"
#include "version.h"

static cJSON *make_finding(struct scd_tree *tree, const struct scd_finding *finding)
{
	cJSON *object = scd_tree_keep(tree, cJSON_CreateObject());

	scd_tree_string(tree, object, "ruleId", finding->rule->id);
	scd_tree_string(tree, object, "rule", finding->rule->name);
	scd_tree_string(tree, object, "severity", scd_severity_name(finding->severity));
	if (finding->line > 0)
		scd_tree_number(tree, object, "line", finding->line);
	if (finding->column > 0)
		scd_tree_number(tree, object, "column", finding->column);
	scd_tree_string(tree, object, "pointer", finding->pointer);
	scd_tree_string(tree, object, "message", finding->message);
	return object;
}

static void add_trouble(struct scd_tree *tree, cJSON *object, const struct scd_error *trouble)
{
	char message[SCD_ERROR_SHOWN];

	scd_error_show(trouble, message);
	scd_tree_string(tree, object, "reason", scd_code_reason(trouble->code));
	scd_tree_clean(tree, object, "message", message);
}

static cJSON *make_file(struct scd_tree *tree, const struct scd_judged *judged)
{
	const struct scd_report *report = judged->report;
	cJSON *object = scd_tree_keep(tree, cJSON_CreateObject());
	cJSON *findings;

	scd_tree_clean(tree, object, "name", judged->name);
	if (judged->object)
		scd_tree_clean(tree, object, "object", judged->object);
	if (judged->key)
		scd_tree_clean(tree, object, "key", judged->key);
	if (judged->is_manifest)
		(void)scd_tree_keep(tree, cJSON_AddTrueToObject(object, "manifest"));
	if (judged->settings)
		scd_tree_clean(tree, object, "settings", judged->settings);
	if (!report) {
		scd_tree_string(tree, object, "verdict", "none");
		add_trouble(tree, object, judged->trouble);
		return object;
	}
	scd_tree_string(tree, object, "verdict",
			scd_report_accepts(report) ? "accepted" : "rejected");
	if (judged->sha256[0])
		scd_tree_string(tree, object, "sha256", judged->sha256);
	scd_tree_number(tree, object, "bpfInstructions", report->bpf_insns);
	scd_tree_number(tree, object, "findingsTotal", report->total);
	findings = scd_tree_keep(tree, cJSON_AddArrayToObject(object, "findings"));
	for (size_t i = 0; i < report->count; i++)
		scd_tree_append(tree, findings, make_finding(tree, &report->items[i]));
	return object;
}

static void add_summary(struct scd_tree *tree, cJSON *root, const struct scd_tally *tally)
{
	cJSON *object = scd_tree_keep(tree, cJSON_AddObjectToObject(root, "summary"));

	scd_tree_number(tree, object, "files", tally->files);
	scd_tree_number(tree, object, "profiles", tally->profiles);
	scd_tree_number(tree, object, "accepted", tally->accepted);
	scd_tree_number(tree, object, "rejected", tally->rejected);
	scd_tree_number(tree, object, "notJudged", tally->unread);
	scd_tree_number(tree, object, "errors", tally->by_severity[SCD_ERROR]);
	scd_tree_number(tree, object, "warnings", tally->by_severity[SCD_WARNING]);
	scd_tree_number(tree, object, "notes", tally->by_severity[SCD_NOTE]);
}

/* Adds a list called @key of the choices that @have holds; the first one, "any", is left out. */
static void add_choices(struct scd_tree *tree, cJSON *object, const char *key,
			const struct scd_choice *choices, unsigned have)
{
	cJSON *list = scd_tree_keep(tree, cJSON_AddArrayToObject(object, key));

	for (const struct scd_choice *choice = choices + 1; choice->name; choice++)
		if (have & (unsigned)choice->value)
			scd_tree_append(tree, list, cJSON_CreateString(choice->name));
}

static void add_targets(struct scd_tree *tree, cJSON *root, const struct scd_check_opts *asked)
{
	const struct scd_check_opts opts = scd_check_opts_complete(asked);
	cJSON *object = scd_tree_keep(tree, cJSON_AddObjectToObject(root, "targets"));
	cJSON *list;

	add_choices(tree, object, "runtimes", scd_runtime_choices, opts.runtimes);
	add_choices(tree, object, "ociRuntimes", scd_oci_runtime_choices, opts.oci_runtimes);
	list = scd_tree_keep(tree, cJSON_AddArrayToObject(object, "architectures"));
	for (size_t i = 0; i < opts.arch_count; i++) {
		auto_buf struct scd_buf name = scd_buf_init(32);

		scd_arch_add_short_name(&name, opts.archs[i]);
		scd_tree_append(tree, list, cJSON_CreateString(scd_buf_text(&name)));
	}
}

static void add_options(struct scd_tree *tree, cJSON *root, const struct scd_check_opts *opts)
{
	cJSON *object = scd_tree_keep(tree, cJSON_AddObjectToObject(root, "options"));
	cJSON *disabled;

	(void)scd_tree_keep(tree, cJSON_AddBoolToObject(object, "strict", opts->strict));
	(void)scd_tree_keep(tree, cJSON_AddBoolToObject(object, "trialLoad", opts->trial_load));
	disabled = scd_tree_keep(tree, cJSON_AddArrayToObject(object, "disabled"));
	for (unsigned i = 0; i <= SCD_RULE_NUMBER_MAX; i++) {
		const struct scd_rule *rule = scd_rule_get(i);

		if (rule && opts->disabled[i])
			scd_tree_append(tree, disabled, cJSON_CreateString(rule->id));
	}
}

int scd_render_json(const struct scd_judged *list, size_t count, const struct scd_render_opts *opts,
		    FILE *out, struct scd_error *err)
{
	struct scd_tree tree = { .ok = true };
	SCD_CLEANUP(scd_tree_delete) cJSON *root = scd_tree_keep(&tree, cJSON_CreateObject());
	SCD_CLEANUP(scd_tree_free_text) char *text = NULL;
	const struct scd_tally tally = scd_tally_of(list, count);
	char libseccomp[32];
	cJSON *files;

	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	scd_tree_string(&tree, root, "apiVersion", "seccompd.dev/v1alpha1");
	scd_tree_string(&tree, root, "kind", "ValidationReport");
	scd_tree_string(&tree, root, "version", scd_version());
	scd_tree_string(&tree, root, "libseccompVersion", libseccomp);
	add_targets(&tree, root, opts->judged_with);
	add_options(&tree, root, opts->judged_with);
	files = scd_tree_keep(&tree, cJSON_AddArrayToObject(root, "files"));
	for (size_t i = 0; i < count; i++)
		scd_tree_append(&tree, files, make_file(&tree, &list[i]));
	add_summary(&tree, root, &tally);

	if (tree.ok)
		text = cJSON_Print(root);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "write the report as JSON");
	(void)fprintf(out, "%s\n", text);
	return 0;
}

/* One file a line, as it is in the list of the whole report, with apiVersion and kind. */
int scd_render_jsonl(const struct scd_judged *list, size_t count,
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	(void)opts;
	for (size_t i = 0; i < count; i++) {
		struct scd_tree tree = { .ok = true };
		SCD_CLEANUP(scd_tree_delete) cJSON *file = make_file(&tree, &list[i]);
		SCD_CLEANUP(scd_tree_free_text) char *text = NULL;

		scd_tree_string(&tree, file, "apiVersion", "seccompd.dev/v1alpha1");
		scd_tree_string(&tree, file, "kind", "ValidatedFile");
		if (tree.ok)
			text = cJSON_PrintUnformatted(file);
		if (!text)
			return scd_fail(err, SCD_E_NOMEM, 0, "write the report as JSON");
		(void)fprintf(out, "%s\n", text);
	}
	return 0;
}

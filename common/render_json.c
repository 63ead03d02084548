/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "buf.h"
#include "check_opts.h"
#include "text.h"
#include "version.h"

#define CLEAN_MAX ((size_t)64 << 10) /* bytes of a name; paths are shorter */

static void delete_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}

static void free_printed(char **text)
{
	cJSON_free(*text);
}

/* cJSON says by NULL that memory ran out; that sticks in @ok, so that only the end is checked.
 * NULL is a harmless parent for all of cJSON. */
struct tree {
	bool ok;
};

static cJSON *keep(struct tree *tree, cJSON *added)
{
	if (!added)
		tree->ok = false;
	return added;
}

static void add_string(struct tree *tree, cJSON *object, const char *key, const char *value)
{
	(void)keep(tree, cJSON_AddStringToObject(object, key, value));
}

static void add_number(struct tree *tree, cJSON *object, const char *key, size_t value)
{
	(void)keep(tree, cJSON_AddNumberToObject(object, key, (double)value));
}

static void append(struct tree *tree, cJSON *array, cJSON *item)
{
	if (!item || !cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		tree->ok = false;
	}
}

/* For a path, which may hold any bytes; JSON is UTF-8. */
static void add_clean(struct tree *tree, cJSON *object, const char *key, const char *text)
{
	auto_buf struct scd_buf clean = scd_buf_init(CLEAN_MAX);
	size_t len = strlen(text);

	while (len > 0) {
		size_t n = scd_utf8_length(text, len);

		if (n > 0)
			scd_buf_add(&clean, text, n);
		else
			scd_buf_puts(&clean, "\xef\xbf\xbd"); /* U+FFFD */
		text += n ? n : 1;
		len -= n ? n : 1;
	}
	if (clean.failed)
		tree->ok = false;
	add_string(tree, object, key, scd_buf_text(&clean));
}

static cJSON *make_finding(struct tree *tree, const struct scd_finding *finding)
{
	cJSON *object = keep(tree, cJSON_CreateObject());

	add_string(tree, object, "ruleId", finding->rule->id);
	add_string(tree, object, "rule", finding->rule->name);
	add_string(tree, object, "severity", scd_severity_name(finding->severity));
	if (finding->line > 0)
		add_number(tree, object, "line", finding->line);
	if (finding->column > 0)
		add_number(tree, object, "column", finding->column);
	add_string(tree, object, "pointer", finding->pointer);
	add_string(tree, object, "message", finding->message);
	return object;
}

static void add_trouble(struct tree *tree, cJSON *object, const struct scd_error *trouble)
{
	char message[sizeof(trouble->msg) + 128];

	(void)snprintf(message, sizeof(message), "%s%s%s", trouble->msg, trouble->sys ? ": " : "",
		       trouble->sys ? strerror(trouble->sys) : "");
	add_string(tree, object, "reason", scd_code_reason(trouble->code));
	add_clean(tree, object, "message", message);
}

static cJSON *make_file(struct tree *tree, const struct scd_judged *judged)
{
	const struct scd_report *report = judged->report;
	cJSON *object = keep(tree, cJSON_CreateObject());
	cJSON *findings;

	add_clean(tree, object, "name", judged->name);
	if (judged->object)
		add_clean(tree, object, "object", judged->object);
	if (judged->key)
		add_clean(tree, object, "key", judged->key);
	if (judged->is_manifest)
		(void)keep(tree, cJSON_AddTrueToObject(object, "manifest"));
	if (judged->settings)
		add_clean(tree, object, "settings", judged->settings);
	if (!report) {
		add_string(tree, object, "verdict", "none");
		add_trouble(tree, object, judged->trouble);
		return object;
	}
	add_string(tree, object, "verdict", scd_report_accepts(report) ? "accepted" : "rejected");
	if (judged->sha256[0])
		add_string(tree, object, "sha256", judged->sha256);
	add_number(tree, object, "bpfInstructions", report->bpf_insns);
	add_number(tree, object, "findingsTotal", report->total);
	findings = keep(tree, cJSON_AddArrayToObject(object, "findings"));
	for (size_t i = 0; i < report->count; i++)
		append(tree, findings, make_finding(tree, &report->items[i]));
	return object;
}

static void add_summary(struct tree *tree, cJSON *root, const struct scd_tally *tally)
{
	cJSON *object = keep(tree, cJSON_AddObjectToObject(root, "summary"));

	add_number(tree, object, "files", tally->files);
	add_number(tree, object, "profiles", tally->profiles);
	add_number(tree, object, "accepted", tally->accepted);
	add_number(tree, object, "rejected", tally->rejected);
	add_number(tree, object, "notJudged", tally->unread);
	add_number(tree, object, "errors", tally->by_severity[SCD_ERROR]);
	add_number(tree, object, "warnings", tally->by_severity[SCD_WARNING]);
	add_number(tree, object, "notes", tally->by_severity[SCD_NOTE]);
}

/* Adds a list called @key of the choices that @have holds; the first one, "any", is left out. */
static void add_choices(struct tree *tree, cJSON *object, const char *key,
			const struct scd_choice *choices, unsigned have)
{
	cJSON *list = keep(tree, cJSON_AddArrayToObject(object, key));

	for (const struct scd_choice *choice = choices + 1; choice->name; choice++)
		if (have & (unsigned)choice->value)
			append(tree, list, cJSON_CreateString(choice->name));
}

static void add_targets(struct tree *tree, cJSON *root, const struct scd_check_opts *asked)
{
	const struct scd_check_opts opts = scd_check_opts_complete(asked);
	cJSON *object = keep(tree, cJSON_AddObjectToObject(root, "targets"));
	cJSON *list;

	add_choices(tree, object, "runtimes", scd_runtime_choices, opts.runtimes);
	add_choices(tree, object, "ociRuntimes", scd_oci_runtime_choices, opts.oci_runtimes);
	list = keep(tree, cJSON_AddArrayToObject(object, "architectures"));
	for (size_t i = 0; i < opts.arch_count; i++) {
		auto_buf struct scd_buf name = scd_buf_init(32);

		scd_arch_add_short_name(&name, opts.archs[i]);
		append(tree, list, cJSON_CreateString(scd_buf_text(&name)));
	}
}

static void add_options(struct tree *tree, cJSON *root, const struct scd_check_opts *opts)
{
	cJSON *object = keep(tree, cJSON_AddObjectToObject(root, "options"));
	cJSON *disabled;

	(void)keep(tree, cJSON_AddBoolToObject(object, "strict", opts->strict));
	(void)keep(tree, cJSON_AddBoolToObject(object, "trialLoad", opts->trial_load));
	disabled = keep(tree, cJSON_AddArrayToObject(object, "disabled"));
	for (unsigned i = 0; i <= SCD_RULE_NUMBER_MAX; i++) {
		const struct scd_rule *rule = scd_rule_get(i);

		if (rule && opts->disabled[i])
			append(tree, disabled, cJSON_CreateString(rule->id));
	}
}

int scd_render_json(const struct scd_judged *list, size_t count, const struct scd_render_opts *opts,
		    FILE *out, struct scd_error *err)
{
	struct tree tree = { .ok = true };
	SCD_CLEANUP(delete_tree) cJSON *root = keep(&tree, cJSON_CreateObject());
	SCD_CLEANUP(free_printed) char *text = NULL;
	const struct scd_tally tally = scd_tally_of(list, count);
	char libseccomp[32];
	cJSON *files;

	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	add_string(&tree, root, "apiVersion", "seccompd.dev/v1alpha1");
	add_string(&tree, root, "kind", "ValidationReport");
	add_string(&tree, root, "version", scd_version());
	add_string(&tree, root, "libseccompVersion", libseccomp);
	add_targets(&tree, root, opts->judged_with);
	add_options(&tree, root, opts->judged_with);
	files = keep(&tree, cJSON_AddArrayToObject(root, "files"));
	for (size_t i = 0; i < count; i++)
		append(&tree, files, make_file(&tree, &list[i]));
	add_summary(&tree, root, &tally);

	if (tree.ok)
		text = cJSON_Print(root);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "write the report as JSON");
	(void)fprintf(out, "%s\n", text);
	return 0;
}

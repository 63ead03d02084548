/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0, as code scanning reads it: one run, its rules, and a result a finding. */
#include "render.h"

#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "render_tree.h"
#include "version.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
/* Where the project is published, by the Makefile's PROJECT_URL: SARIF wants absolute URIs. Not
 * known without: then the help is in the document alone. */
#ifndef SCD_PROJECT_URL
#define SCD_PROJECT_URL ""
#endif
#define RULES_URL SCD_PROJECT_URL "/blob/main/docs/rules.md"
#define URI_MAX ((size_t)16 << 10)
#define PRINT_MAX ((size_t)1024)
#define HELP_MAX ((size_t)4096)

/* Another run finds the same thing again when the rule and the place in the document are the
 * same, whatever lines moved. */
#define FINGERPRINT "seccompd/v1"

static cJSON *add_text(struct scd_tree *tree, cJSON *object, const char *key, const char *text)
{
	cJSON *message = scd_tree_keep(tree, cJSON_AddObjectToObject(object, key));

	scd_tree_string(tree, message, "text", text);
	return message;
}

/* The anchor is that of the rule's heading, "SCP005 action-unknown". */
static void add_help_uri(struct scd_tree *tree, cJSON *object, const struct scd_rule *rule)
{
	char uri[sizeof(RULES_URL) + 128];
	const size_t base = sizeof(RULES_URL) - 1;

	if (!*SCD_PROJECT_URL)
		return;
	(void)snprintf(uri, sizeof(uri), RULES_URL "#%s-%s", rule->id, rule->name);
	for (char *c = uri + base; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	scd_tree_string(tree, object, "helpUri", uri);
}

static cJSON *make_rule(struct scd_tree *tree, const struct scd_rule *rule)
{
	cJSON *object = scd_tree_keep(tree, cJSON_CreateObject());
	auto_buf struct scd_buf text = scd_buf_init(HELP_MAX);
	auto_buf struct scd_buf markdown = scd_buf_init(HELP_MAX);
	cJSON *level, *help;

	scd_buf_printf(&text, "%s %s", rule->why, rule->cure);
	scd_buf_printf(&markdown,
		       "%s\n\n**Cure:** %s\n\n`seccompctl rules %s` shows an example, and the same "
		       "repaired.",
		       rule->why, rule->cure, rule->id);
	if (text.failed || markdown.failed)
		tree->ok = false;
	scd_tree_string(tree, object, "id", rule->id);
	scd_tree_string(tree, object, "name", rule->name);
	(void)add_text(tree, object, "shortDescription", rule->title);
	(void)add_text(tree, object, "fullDescription", rule->why);
	help = add_text(tree, object, "help", scd_buf_text(&text));
	scd_tree_string(tree, help, "markdown", scd_buf_text(&markdown));
	add_help_uri(tree, object, rule);
	level = scd_tree_keep(tree, cJSON_AddObjectToObject(object, "defaultConfiguration"));
	scd_tree_string(tree, level, "level", scd_severity_name(rule->severity));
	return object;
}

static void add_tool(struct scd_tree *tree, cJSON *run)
{
	cJSON *tool = scd_tree_keep(tree, cJSON_AddObjectToObject(run, "tool"));
	cJSON *driver = scd_tree_keep(tree, cJSON_AddObjectToObject(tool, "driver"));
	cJSON *list;
	size_t count;
	const struct scd_rule *rules = scd_rules(&count);

	scd_tree_string(tree, driver, "name", "seccompctl");
	scd_tree_string(tree, driver, "semanticVersion", scd_version());
	if (*SCD_PROJECT_URL)
		scd_tree_string(tree, driver, "informationUri", SCD_PROJECT_URL);
	list = scd_tree_keep(tree, cJSON_AddArrayToObject(driver, "rules"));
	for (size_t i = 0; i < count; i++)
		scd_tree_append(tree, list, make_rule(tree, &rules[i]));
}

/* A path as the path of a relative URI, or of a file: one when it is absolute. */
static void add_uri(struct scd_tree *tree, cJSON *object, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~/";
	auto_buf struct scd_buf uri = scd_buf_init(URI_MAX);

	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (*path == '/')
		scd_buf_puts(&uri, "file://");
	for (const char *c = path; *c; c++) {
		if (strchr(plain, *c))
			scd_buf_putc(&uri, *c);
		else
			scd_buf_printf(&uri, "%%%02X", (unsigned char)*c);
	}
	if (uri.failed)
		tree->ok = false;
	scd_tree_string(tree, object, "uri", scd_buf_text(&uri));
}

static cJSON *make_location(struct scd_tree *tree, const struct scd_judged *judged,
			    const struct scd_finding *finding)
{
	cJSON *location = scd_tree_keep(tree, cJSON_CreateObject());
	cJSON *place = scd_tree_keep(tree, cJSON_AddObjectToObject(location, "physicalLocation"));
	cJSON *artifact = scd_tree_keep(tree, cJSON_AddObjectToObject(place, "artifactLocation"));
	cJSON *region;

	add_uri(tree, artifact, judged->name);
	/* Code scanning wants a line of everything. */
	region = scd_tree_keep(tree, cJSON_AddObjectToObject(place, "region"));
	scd_tree_number(tree, region, "startLine", finding->line ? finding->line : 1);
	if (finding->line > 0 && finding->column > 0)
		scd_tree_number(tree, region, "startColumn", finding->column);
	return location;
}

static void add_fingerprint(struct scd_tree *tree, cJSON *result, const struct scd_judged *judged,
			    const struct scd_finding *finding)
{
	cJSON *prints = scd_tree_keep(tree, cJSON_AddObjectToObject(result, "partialFingerprints"));
	auto_buf struct scd_buf text = scd_buf_init(PRINT_MAX);
	char hex[SCD_SHA256_HEX];

	scd_buf_printf(&text, "%s %s %s %.*s", finding->rule->id,
		       judged->object ? judged->object : "", judged->key ? judged->key : "", 512,
		       finding->pointer);
	scd_sha256_hex(scd_buf_text(&text), text.len, hex);
	scd_tree_string(tree, prints, FINGERPRINT, hex);
}

static cJSON *make_result(struct scd_tree *tree, const struct scd_judged *judged,
			  const struct scd_finding *finding)
{
	cJSON *result = scd_tree_keep(tree, cJSON_CreateObject());
	size_t count, index = 0;
	const struct scd_rule *rules = scd_rules(&count);
	cJSON *locations;

	while (index < count && &rules[index] != finding->rule)
		index++;
	scd_tree_string(tree, result, "ruleId", finding->rule->id);
	scd_tree_number(tree, result, "ruleIndex", index);
	scd_tree_string(tree, result, "level", scd_severity_name(finding->severity));
	(void)add_text(tree, result, "message", finding->message);
	locations = scd_tree_keep(tree, cJSON_AddArrayToObject(result, "locations"));
	scd_tree_append(tree, locations, make_location(tree, judged, finding));
	add_fingerprint(tree, result, judged, finding);
	return result;
}

/* What could not be judged. */
static cJSON *make_notification(struct scd_tree *tree, const struct scd_judged *judged)
{
	cJSON *object = scd_tree_keep(tree, cJSON_CreateObject());
	cJSON *message = scd_tree_keep(tree, cJSON_AddObjectToObject(object, "message"));
	char shown[SCD_ERROR_SHOWN];

	scd_error_show(judged->trouble, shown);
	scd_tree_string(tree, object, "level", "error");
	scd_tree_clean(tree, message, "text", shown);
	return object;
}

static void add_invocation(struct scd_tree *tree, cJSON *run, const struct scd_judged *list,
			   size_t count)
{
	cJSON *invocations = scd_tree_keep(tree, cJSON_AddArrayToObject(run, "invocations"));
	cJSON *invocation = scd_tree_keep(tree, cJSON_CreateObject());
	cJSON *notes = scd_tree_keep(
		tree, cJSON_AddArrayToObject(invocation, "toolExecutionNotifications"));
	bool successful = true;

	for (size_t i = 0; i < count; i++) {
		if (list[i].report)
			continue;
		successful = false;
		scd_tree_append(tree, notes, make_notification(tree, &list[i]));
	}
	(void)scd_tree_keep(tree,
			    cJSON_AddBoolToObject(invocation, "executionSuccessful", successful));
	scd_tree_append(tree, invocations, invocation);
}

int scd_render_sarif(const struct scd_judged *list, size_t count,
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	struct scd_tree tree = { .ok = true };
	SCD_CLEANUP(scd_tree_delete) cJSON *root = scd_tree_keep(&tree, cJSON_CreateObject());
	SCD_CLEANUP(scd_tree_free_text) char *text = NULL;
	cJSON *runs, *run, *results;

	(void)opts;
	scd_tree_string(&tree, root, "$schema", SCHEMA);
	scd_tree_string(&tree, root, "version", "2.1.0");
	runs = scd_tree_keep(&tree, cJSON_AddArrayToObject(root, "runs"));
	run = scd_tree_keep(&tree, cJSON_CreateObject());
	scd_tree_append(&tree, runs, run);
	if (!tree.ok)
		return scd_fail(err, SCD_E_NOMEM, 0, "write the report as SARIF");
	add_tool(&tree, run);
	add_invocation(&tree, run, list, count);
	scd_tree_string(&tree, run, "columnKind", "unicodeCodePoints");
	results = scd_tree_keep(&tree, cJSON_AddArrayToObject(run, "results"));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; list[i].report && k < list[i].report->count; k++)
			scd_tree_append(&tree, results,
					make_result(&tree, &list[i], &list[i].report->items[k]));
	if (tree.ok)
		text = cJSON_Print(root);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "write the report as SARIF");
	(void)fprintf(out, "%s\n", text);
	return 0;
}

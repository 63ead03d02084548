/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inputs.h"
#include "text.h"

#define OPERATOR_GROUP "security-profiles-operator.x-k8s.io/"
#define USE_WORD "localhostProfile"
#define LIST_DEPTH_MAX 4 /* List objects within each other */

/* Where a kind of object keeps the pod that it makes; "" is the object itself. */
static const struct {
	const char *kind;
	const char *path; /* keys with slashes between them */
} workloads[] = {
	{ "Pod", "" },
	{ "PodTemplate", "template" },
	{ "Deployment", "spec/template" },
	{ "DaemonSet", "spec/template" },
	{ "StatefulSet", "spec/template" },
	{ "ReplicaSet", "spec/template" },
	{ "ReplicationController", "spec/template" },
	{ "Job", "spec/template" },
	{ "CronJob", "spec/jobTemplate/spec/template" },
};

void scd_object_report(struct scd_object *object, enum scd_rule_number rule,
		       enum scd_severity severity, const struct scd_yaml_node *node,
		       const char *fmt, ...)
{
	const struct scd_place place = { scd_yaml_line(node), scd_yaml_column(node), NULL };
	char message[SCD_MESSAGE_MAX];
	va_list ap;

	object->manifest->relevant = true;
	if (object->manifest->opts->disabled[rule])
		return;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	scd_report_add(&object->manifest->report, rule, severity, place, "%s", message);
}

static void embedded_done(struct scd_embedded *profile)
{
	free(profile->text);
	free(profile->object);
	free(profile->key);
	free(profile->name);
	scd_spans_done(&profile->spans);
}

static void use_done(struct scd_profile_use *use)
{
	free(use->object);
	free(use->profile);
}

static void item_done(struct scd_volume_item *item)
{
	free(item->key);
	free(item->path);
}

/* Says once that a limit is reached. */
static void stop(struct scd_object *object)
{
	if (!object->manifest->full)
		scd_object_report(
			object, SCD_MANIFEST_SYNTAX, SCD_ERROR, object->root,
			"too much in one text: over %zu profiles or users of profiles, %zu "
			"bytes of profiles, or %zu objects and fields; the rest is not read",
			SCD_MANIFEST_ITEMS_MAX, SCD_MANIFEST_BYTES_MAX, SCD_MANIFEST_VISITS_MAX);
	object->manifest->full = true;
}

bool scd_object_may_visit(struct scd_object *object, size_t count)
{
	struct scd_manifest *manifest = object->manifest;

	if (count > SCD_MANIFEST_VISITS_MAX - manifest->visits ||
	    manifest->compared > SCD_MANIFEST_COMPARED_MAX)
		stop(object);
	else
		manifest->visits += count;
	return !manifest->full;
}

bool scd_object_has_room(struct scd_object *object, size_t bytes)
{
	struct scd_manifest *manifest = object->manifest;

	if (manifest->profile_count >= SCD_MANIFEST_ITEMS_MAX ||
	    manifest->use_count >= SCD_MANIFEST_ITEMS_MAX ||
	    manifest->item_count >= SCD_MANIFEST_ITEMS_MAX ||
	    bytes > SCD_MANIFEST_BYTES_MAX - manifest->bytes)
		stop(object);
	return !manifest->full;
}

void scd_object_add_profile(struct scd_object *object, struct scd_embedded profile)
{
	struct scd_manifest *manifest = object->manifest;
	void *items = manifest->profiles;

	manifest->relevant = true;
	if (!profile.text || !profile.object || !profile.name || profile.spans.failed ||
	    !scd_room_for_one(&items, manifest->profile_count, &manifest->profile_cap,
			      sizeof(profile))) {
		embedded_done(&profile);
		object->failed = true;
		return;
	}
	manifest->profiles = items;
	manifest->profiles[manifest->profile_count++] = profile;
	manifest->bytes += profile.len;
}

void scd_object_add_use(struct scd_object *object, struct scd_profile_use use)
{
	struct scd_manifest *manifest = object->manifest;
	void *items = manifest->uses;

	manifest->relevant = true;
	if (!scd_object_has_room(object, 0)) {
		use_done(&use);
		return;
	}
	if (!use.object || !use.profile ||
	    !scd_room_for_one(&items, manifest->use_count, &manifest->use_cap, sizeof(use))) {
		use_done(&use);
		object->failed = true;
		return;
	}
	manifest->uses = items;
	manifest->uses[manifest->use_count++] = use;
}

void scd_object_add_item(struct scd_object *object, struct scd_volume_item item)
{
	struct scd_manifest *manifest = object->manifest;
	void *items = manifest->items;

	manifest->relevant = true;
	if (!scd_object_has_room(object, 0)) {
		item_done(&item);
		return;
	}
	if (!item.key || !item.path ||
	    !scd_room_for_one(&items, manifest->item_count, &manifest->item_cap, sizeof(item))) {
		item_done(&item);
		object->failed = true;
		return;
	}
	manifest->items = items;
	manifest->items[manifest->item_count++] = item;
}

const struct scd_yaml_node *scd_object_get(const struct scd_object *object,
					   const struct scd_yaml_node *mapping, const char *key)
{
	struct scd_manifest *manifest = object->manifest;

	/* The next visit says so. */
	if (manifest->compared > SCD_MANIFEST_COMPARED_MAX)
		return NULL;
	manifest->compared += scd_yaml_count(mapping);
	return scd_yaml_get(object->doc, mapping, key);
}

const char *scd_object_string(const struct scd_object *object, const struct scd_yaml_node *mapping,
			      const char *key)
{
	const struct scd_yaml_node *value = scd_object_get(object, mapping, key);
	const char *text = value ? scd_yaml_text(value) : NULL;

	return text ? text : "";
}

/* Follows @path from @node; NULL when it leads nowhere. */
static const struct scd_yaml_node *follow(const struct scd_object *object,
					  const struct scd_yaml_node *node, const char *path)
{
	while (node && *path) {
		const size_t len = strcspn(path, "/");
		char key[32];

		(void)snprintf(key, sizeof(key), "%.*s", (int)len, path);
		node = scd_object_get(object, node, key);
		path += len;
		path += *path == '/';
	}
	return node;
}

/* False: it is none that is known. */
static bool read_workload(struct scd_object *object)
{
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++) {
		const struct scd_yaml_node *pod;

		if (strcmp(workloads[i].kind, object->kind) != 0)
			continue;
		pod = follow(object, object->root, workloads[i].path);
		if (pod)
			scd_read_pod(object, pod);
		return true;
	}
	return false;
}

/* What is not about seccomp, or not even an object, is nobody's business here. The items, when
 * it is a List. */
static const struct scd_yaml_node *read_object(struct scd_object *object)
{
	const struct scd_yaml_node *metadata;
	const char *version;

	if (scd_yaml_kind(object->root) != SCD_YAML_MAPPING || !scd_object_may_visit(object, 1))
		return NULL;
	object->kind = scd_object_string(object, object->root, "kind");
	version = scd_object_string(object, object->root, "apiVersion");
	metadata = scd_object_get(object, object->root, "metadata");
	object->name = metadata ? scd_object_string(object, metadata, "name") : "";
	object->space = metadata ? scd_object_string(object, metadata, "namespace") : "";

	if (scd_text_ends_in(object->kind, "List"))
		return scd_object_get(object, object->root, "items");
	if (strcmp(object->kind, "ConfigMap") == 0 && strcmp(version, "v1") == 0) {
		scd_read_config_map(object);
	} else if (strcmp(object->kind, "SeccompProfile") == 0 &&
		   strncmp(version, OPERATOR_GROUP, sizeof(OPERATOR_GROUP) - 1) == 0) {
		scd_read_seccomp_profile(object);
	} else if (!read_workload(object) && object->manifest->has_uses) {
		scd_read_other(object);
	}
	return NULL;
}

/* A document: an object, or Lists of objects within each other. */
static void read_objects(struct scd_object *object)
{
	struct {
		const struct scd_yaml_node *items;
		size_t next;
	} lists[LIST_DEPTH_MAX + 1];
	size_t depth = 0;

	lists[0].items = read_object(object);
	lists[0].next = 0;
	for (;;) {
		const struct scd_yaml_node *items = lists[depth].items;

		if (object->failed || object->manifest->full)
			return;
		if (!items || scd_yaml_kind(items) != SCD_YAML_SEQUENCE ||
		    lists[depth].next == scd_yaml_count(items)) {
			if (depth-- == 0)
				return;
			continue;
		}
		object->root = scd_yaml_item(object->doc, items, lists[depth].next++);
		items = read_object(object);
		if (items && depth < LIST_DEPTH_MAX)
			lists[++depth] = (typeof(lists[0])){ items, 0 };
	}
}

/* Whether a text that cannot be read is worth a word. */
static bool mentions_profiles(const char *text, size_t len)
{
	static const char *const words[] = { "seccompProfile", "SeccompProfile", "SCMP_ACT_",
					     USE_WORD };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(text, len, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Not YAML: a finding at the place that the parser names. */
static void report_syntax(struct scd_manifest *manifest, const char *text, size_t len,
			  const struct scd_error *err)
{
	struct scd_place place = { 0 };
	const char *message = scd_yaml_place(err, "", &place.line, &place.column);
	const bool template = memmem(text, len, "{{", 2) != NULL;

	manifest->relevant |= mentions_profiles(text, len);
	scd_report_add(&manifest->report, SCD_MANIFEST_SYNTAX, SCD_ERROR, place,
		       "the manifest cannot be read%s: %s",
		       template ? " (a template has to be rendered first)" : "",
		       message ? message : err->msg);
}

static int read_documents(const char *text, size_t len, bool all, struct scd_manifest *manifest,
			  struct scd_error *err)
{
	const struct scd_yaml_limits limits = { .bytes = SCD_INPUT_MAX,
						.depth = SCD_MANIFEST_DEPTH_MAX,
						.aliases = true };
	auto_yaml_stream struct scd_yaml_stream *stream = NULL;
	int more;

	if (scd_yaml_open("", text, len, &limits, &stream, err) < 0)
		return -1;
	for (;;) {
		auto_yaml struct scd_yaml *doc = NULL;
		struct scd_object object = {
			.manifest = manifest, .source = text, .source_len = len, .all = all
		};

		more = scd_yaml_next(stream, &doc, err);
		if (more <= 0)
			return more;
		object.doc = doc;
		object.root = scd_yaml_root(doc);
		read_objects(&object);
		if (object.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "read a manifest");
	}
}

/* kubectl takes a manifest with a byte order mark, as editors on Windows write it. */
static void skip_mark(const char **text, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (*len < sizeof(mark) - 1 || memcmp(*text, mark, sizeof(mark) - 1) != 0)
		return;
	*text += sizeof(mark) - 1;
	*len -= sizeof(mark) - 1;
}

int scd_manifest_read(const char *text, size_t len, const struct scd_check_opts *opts, bool all,
		      struct scd_manifest *manifest, struct scd_error *err)
{
	*manifest = (struct scd_manifest){
		.opts = opts, .has_uses = memmem(text, len, USE_WORD, strlen(USE_WORD)) != NULL
	};
	skip_mark(&text, &len);
	if (read_documents(text, len, all, manifest, err) < 0) {
		if (err->code == SCD_E_NOMEM)
			return -1;
		report_syntax(manifest, text, len, err);
	}
	return manifest->report.failed ? scd_fail(err, SCD_E_NOMEM, 0, "read a manifest") : 0;
}

/* A template begins with two braces. */
static bool begins_as_json(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && strchr(" \t\r\n", text[at]))
		at++;
	return at < len && strchr("{[\"", text[at]) && !(at + 1 < len && text[at + 1] == '{');
}

bool scd_manifest_looks_like_one(const char *text, size_t len, bool is_json)
{
	const struct scd_yaml_limits limits = { .bytes = SCD_INPUT_MAX,
						.depth = SCD_MANIFEST_DEPTH_MAX,
						.aliases = true };
	auto_yaml_stream struct scd_yaml_stream *stream = NULL;
	auto_yaml struct scd_yaml *doc = NULL;
	const struct scd_yaml_node *root, *kind;
	struct scd_error err;

	if (!memmem(text, len, "kind", 4) || !memmem(text, len, "apiVersion", 10))
		return false;
	if (!is_json) {
		skip_mark(&text, &len);
		if (!begins_as_json(text, len))
			return true; /* whatever is in its first document, or wrong with it */
	}
	if (scd_yaml_open("", text, len, &limits, &stream, &err) < 0)
		return false;
	if (scd_yaml_next(stream, &doc, &err) <= 0)
		return false;
	root = scd_yaml_root(doc);
	kind = scd_yaml_get(doc, root, "kind");
	if (!kind || !scd_yaml_text(kind) || !scd_yaml_get(doc, root, "apiVersion"))
		return false;
	return !scd_yaml_get(doc, root, "defaultAction") &&
	       !(is_json && strcmp(scd_yaml_text(kind), "SeccompProfile") == 0);
}

void scd_embedded_place(const struct scd_embedded *profile, struct scd_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		struct scd_finding *finding = &report->items[i];

		if (finding->line == 0) {
			finding->line = profile->line;
			finding->column = profile->column;
		} else {
			scd_spans_find(&profile->spans, profile->text, profile->len, &finding->line,
				       &finding->column);
		}
	}
}

void scd_manifest_done(struct scd_manifest *manifest)
{
	for (size_t i = 0; i < manifest->profile_count; i++)
		embedded_done(&manifest->profiles[i]);
	for (size_t i = 0; i < manifest->use_count; i++)
		use_done(&manifest->uses[i]);
	for (size_t i = 0; i < manifest->item_count; i++)
		item_done(&manifest->items[i]);
	free(manifest->profiles);
	free(manifest->uses);
	free(manifest->items);
	scd_report_done(&manifest->report);
	*manifest = (struct scd_manifest){ 0 };
}

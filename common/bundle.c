/* SPDX-License-Identifier: MIT */
#include "bundle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "text.h"

/* A changed text is longer by a profile and by paths. */
#define CHANGED_MAX (SCD_BUNDLE_CONFIG_MAX + 2 * SCD_PROFILE_MAX)

/* Changes of one text, but those of mounts. */
#define EDITS ((size_t)5)

/* The bytes from @at to @end become those of the pool from @from on. */
struct edit {
	uint32_t at, end;
	size_t from, size;
};

struct editing {
	struct edit *edits;
	size_t count;
	struct scd_buf pool;
};

/* The member @key of @object: NULL when there is none, or no object. */
static int member(const struct scd_json_value *object, const char *key, enum scd_json_type type,
		  const struct scd_json_value **value, struct scd_error *err)
{
	const bool is_object = object && object->type == SCD_JSON_OBJECT;

	*value = NULL;
	for (const struct scd_json_value *m = is_object ? object->child : NULL; m; m = m->next) {
		if (!scd_json_same_key(m->key, key))
			continue;
		if (strcmp(m->key, key) != 0)
			return scd_fail(err, SCD_E_CONFIG, 0,
					"a key of %s is not written exactly so, but runc takes it "
					"for it",
					key);
		if (m->type != type && m->type != SCD_JSON_NULL)
			return scd_fail(err, SCD_E_CONFIG, 0, "%s is %s, and not %s", key,
					scd_json_type_name(m->type), scd_json_type_name(type));
		*value = m;
	}
	return 0;
}

static bool is_true(const struct scd_json_value *value)
{
	return value && value->type == SCD_JSON_BOOL && value->boolean;
}

/* Takes the values that matter, or says which of them cannot be. */
static int take(struct scd_bundle *bundle, struct scd_error *err)
{
	const struct scd_json_value *top = scd_json_root(&bundle->json);
	const struct scd_json_value *root, *terminal;

	if (top->type != SCD_JSON_OBJECT)
		return scd_fail(err, SCD_E_CONFIG, 0, "it is %s, and not an object",
				scd_json_type_name(top->type));
	if (member(top, "root", SCD_JSON_OBJECT, &root, err) < 0 ||
	    member(root, "path", SCD_JSON_STRING, &bundle->root_path, err) < 0 ||
	    member(top, "process", SCD_JSON_OBJECT, &bundle->process, err) < 0 ||
	    member(bundle->process, "terminal", SCD_JSON_BOOL, &terminal, err) < 0 ||
	    member(bundle->process, "noNewPrivileges", SCD_JSON_BOOL, &bundle->nnp, err) < 0 ||
	    member(top, "linux", SCD_JSON_OBJECT, &bundle->linux_object, err) < 0 ||
	    member(bundle->linux_object, "seccomp", SCD_JSON_OBJECT, &bundle->seccomp, err) < 0 ||
	    member(bundle->linux_object, "cgroupsPath", SCD_JSON_STRING, &bundle->cgroups_path,
		   err) < 0 ||
	    member(top, "mounts", SCD_JSON_ARRAY, &bundle->mounts, err) < 0)
		return -1;
	if (!bundle->root_path || bundle->root_path->type != SCD_JSON_STRING)
		return scd_fail(err, SCD_E_CONFIG, 0, "it has no root.path");
	if (!bundle->process || bundle->process->type != SCD_JSON_OBJECT)
		return scd_fail(err, SCD_E_CONFIG, 0, "it has no process to start");
	bundle->root = bundle->root_path->string;
	bundle->terminal = is_true(terminal);
	bundle->no_new_privs = is_true(bundle->nnp);
	return 0;
}

int scd_bundle_read(const char *text, size_t len, struct scd_bundle *bundle, struct scd_error *err)
{
	*bundle = (struct scd_bundle){ .text = text, .len = len };
	if (len > SCD_BUNDLE_CONFIG_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "it is over %zu bytes",
				SCD_BUNDLE_CONFIG_MAX);
	if (scd_json_parse(text, len, &bundle->json, err) < 0)
		return -1;
	if (bundle->json.fault_count || !scd_json_root(&bundle->json)) {
		const struct scd_json_fault *fault = &bundle->json.faults[0];
		unsigned line, column;

		scd_text_position(text, len, fault->at, &line, &column);
		return scd_fail(err, SCD_E_CONFIG, 0, "%u:%u: %s", line, column, fault->msg);
	}
	return take(bundle, err);
}

/* What is added to the pool from now on takes the place of @at to @end. */
static void begin(struct editing *editing, uint32_t at, uint32_t end)
{
	editing->edits[editing->count] =
		(struct edit){ .at = at, .end = end, .from = editing->pool.len };
}

static void finish(struct editing *editing)
{
	struct edit *edit = &editing->edits[editing->count++];

	edit->size = editing->pool.len - edit->from;
}

static void begin_value(struct editing *editing, const struct scd_json_value *value)
{
	begin(editing, value->at, value->end);
}

/* @value, or a first member of @object; then the text of the value follows. Returns what
 * has to come after it. */
static const char *begin_member(struct editing *editing, const struct scd_json_value *object,
				const char *key, const struct scd_json_value *value)
{
	if (value) {
		begin_value(editing, value);
		return "";
	}
	begin(editing, object->at + 1, object->at + 1);
	scd_buf_printf(&editing->pool, "\"%s\": ", key);
	return object->count ? ", " : "";
}

static void put_string(struct editing *editing, const char *text)
{
	scd_buf_putc(&editing->pool, '"');
	scd_text_json(&editing->pool, text, strlen(text));
	scd_buf_putc(&editing->pool, '"');
}

static void change_seccomp(struct editing *editing, const struct scd_bundle *bundle,
			   const char *seccomp)
{
	const struct scd_json_value *top = scd_json_root(&bundle->json);
	const struct scd_json_value *object = bundle->linux_object;
	const char *after;

	if (object && object->type == SCD_JSON_OBJECT) {
		after = begin_member(editing, object, "seccomp", bundle->seccomp);
		scd_buf_printf(&editing->pool, "%s%s", seccomp, after);
	} else {
		after = begin_member(editing, top, "linux", object);
		scd_buf_printf(&editing->pool, "{\"seccomp\": %s}%s", seccomp, after);
	}
	finish(editing);
}

static bool has_word(const struct scd_json_value *list, const char *a, const char *b)
{
	if (!list || list->type != SCD_JSON_ARRAY)
		return false;
	for (const struct scd_json_value *word = list->child; word; word = word->next)
		if (word->type == SCD_JSON_STRING &&
		    (strcmp(word->string, a) == 0 || strcmp(word->string, b) == 0))
			return true;
	return false;
}

/* Only of a bind mount the source is a path, which may be relative to the bundle. */
static bool is_relative_bind(const struct scd_json_value *mount,
			     const struct scd_json_value *source)
{
	const struct scd_json_value *type = scd_json_get(mount, "type");

	if (!source || source->type != SCD_JSON_STRING || source->string[0] == '/')
		return false;
	return (type && type->type == SCD_JSON_STRING && strcmp(type->string, "bind") == 0) ||
	       has_word(scd_json_get(mount, "options"), "bind", "rbind");
}

static void change_mounts(struct editing *editing, const struct scd_bundle *bundle, const char *dir)
{
	const struct scd_json_value *mount = bundle->mounts ? bundle->mounts->child : NULL;

	for (; mount; mount = mount->next) {
		const struct scd_json_value *source = scd_json_get(mount, "source");

		if (!is_relative_bind(mount, source))
			continue;
		begin_value(editing, source);
		scd_buf_putc(&editing->pool, '"');
		scd_text_json(&editing->pool, dir, strlen(dir));
		scd_buf_putc(&editing->pool, '/');
		scd_text_json(&editing->pool, source->string, strlen(source->string));
		scd_buf_putc(&editing->pool, '"');
		finish(editing);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void apply(struct editing *editing, const struct scd_bundle *bundle, struct scd_buf *out)
{
	size_t done = 0;

	qsort(editing->edits, editing->count, sizeof(*editing->edits), by_place);
	for (size_t i = 0; i < editing->count; i++) {
		const struct edit *edit = &editing->edits[i];

		scd_buf_add(out, bundle->text + done, edit->at - done);
		scd_buf_add(out, scd_buf_text(&editing->pool) + edit->from, edit->size);
		done = edit->end;
	}
	scd_buf_add(out, bundle->text + done, bundle->len - done);
}

int scd_bundle_change(const struct scd_bundle *bundle, const struct scd_bundle_changes *changes,
		      char **out, size_t *out_len, struct scd_error *err)
{
	const size_t mounts = bundle->mounts ? bundle->mounts->count : 0;
	auto_free struct edit *edits = calloc(EDITS + mounts, sizeof(*edits));
	struct editing editing = { .edits = edits, .pool = scd_buf_init(CHANGED_MAX) };
	auto_buf struct scd_buf text = scd_buf_init(CHANGED_MAX);
	const char *after;

	if (!edits)
		return scd_fail(err, SCD_E_NOMEM, 0, "changes of a config.json");
	begin_value(&editing, bundle->root_path);
	put_string(&editing, changes->root);
	finish(&editing);
	after = begin_member(&editing, bundle->process, "noNewPrivileges", bundle->nnp);
	scd_buf_printf(&editing.pool, "%s%s", changes->no_new_privs ? "true" : "false", after);
	finish(&editing);
	if (bundle->cgroups_path) {
		begin_value(&editing, bundle->cgroups_path);
		put_string(&editing, changes->cgroups_path);
		finish(&editing);
	}
	change_seccomp(&editing, bundle, changes->seccomp);
	change_mounts(&editing, bundle, changes->dir);
	if (!editing.pool.failed)
		apply(&editing, bundle, &text);
	if (editing.pool.failed || text.failed) {
		const bool no_memory = editing.pool.no_memory || text.no_memory;

		scd_buf_done(&editing.pool);
		return scd_fail(err, no_memory ? SCD_E_NOMEM : SCD_E_TOO_LARGE, 0,
				"a changed config.json");
	}
	scd_buf_done(&editing.pool);
	*out_len = text.len;
	*out = scd_buf_take(&text);
	return 0;
}

void scd_bundle_done(struct scd_bundle *bundle)
{
	scd_json_done(&bundle->json);
	*bundle = (struct scd_bundle){ 0 };
}

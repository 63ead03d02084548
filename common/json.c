/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "json_scan.h"
#include "text.h"

/* The next code point of a key as Go's decoder compares it; 0 at the end. Only letters that
 * fold to ASCII matter: every key that a consumer knows is ASCII. */
static unsigned next_folded(const char **key)
{
	const char *p = *key;
	unsigned char c = (unsigned char)*p;

	if (strncmp(p, "\xc5\xbf", 2) == 0) { /* U+017F, long s */
		*key += 2;
		return 's';
	}
	if (strncmp(p, "\xe2\x84\xaa", 3) == 0) { /* U+212A, Kelvin */
		*key += 3;
		return 'k';
	}
	if (c)
		(*key)++;
	return c >= 'A' && c <= 'Z' ? c | 0x20U : c;
}

static int compare_keys(const char *a, const char *b)
{
	for (;;) {
		unsigned x = next_folded(&a), y = next_folded(&b);

		if (x != y)
			return x < y ? -1 : 1;
		if (!x)
			return 0;
	}
}

bool scd_json_same_key(const char *a, const char *b)
{
	return compare_keys(a, b) == 0;
}

/* By key, then by place, so that of equal keys the later one comes second. */
static int compare_members(const void *a, const void *b)
{
	const struct scd_json_value *x = *(const struct scd_json_value *const *)a;
	const struct scd_json_value *y = *(const struct scd_json_value *const *)b;
	int order = compare_keys(x->key, y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void add_duplicate(struct scd_json *json, const struct scd_json_value *value,
			  const struct scd_json_value *earlier)
{
	auto_buf struct scd_buf key = scd_buf_init(100);
	struct scd_json_fault *fault;

	if (json->fault_count == SCD_JSON_FAULTS_MAX)
		return;
	scd_text_quote(&key, value->key, strlen(value->key), 64);
	fault = &json->faults[json->fault_count++];
	*fault = (struct scd_json_fault){ .kind = SCD_JSON_FAULT_DUPLICATE,
					  .at = value->key_at,
					  .value = value };
	(void)snprintf(
		fault->msg, sizeof(fault->msg), "key \"%s\" appears twice%s", scd_buf_text(&key),
		strcmp(value->key, earlier->key) == 0 ? "" : " (Go's decoder ignores letter case)");
}

static int find_duplicates(struct scd_json *json, const struct scd_json_value *object,
			   struct scd_error *err)
{
	auto_free const struct scd_json_value **members = NULL;
	size_t n = 0;

	members = malloc(object->count * sizeof(const struct scd_json_value *));
	if (!members)
		return scd_fail(err, SCD_E_NOMEM, 0, "JSON object of %u members", object->count);
	for (const struct scd_json_value *v = object->child; v; v = v->next)
		members[n++] = v;
	qsort(members, n, sizeof(const struct scd_json_value *), compare_members);
	for (size_t i = 1; i < n; i++)
		if (scd_json_same_key(members[i]->key, members[i - 1]->key))
			add_duplicate(json, members[i], members[i - 1]);
	return 0;
}

/* Whether cJSON made of a value what the scanner saw. */
static bool agree(const struct scd_json_value *value, const cJSON *item)
{
	switch (value->type) {
	case SCD_JSON_NULL:
		return cJSON_IsNull(item);
	case SCD_JSON_BOOL:
		return cJSON_IsBool(item);
	case SCD_JSON_NUMBER:
		return cJSON_IsNumber(item);
	case SCD_JSON_STRING:
		return cJSON_IsString(item);
	case SCD_JSON_ARRAY:
		return cJSON_IsArray(item);
	case SCD_JSON_OBJECT:
		return cJSON_IsObject(item);
	}
	return false;
}

static struct scd_json_value *at_index(const struct scd_json_scan *scan, uint32_t index)
{
	return index == SCD_JSON_NONE ? NULL : &scan->values[index];
}

/* Links the values and gives each its strings. False when the two readers disagree. */
static bool join(struct scd_json_scan *scan, const cJSON *root, const cJSON **items)
{
	items[0] = root;
	for (size_t i = 0; i < scan->count; i++) {
		struct scd_json_value *value = &scan->values[i];
		const struct scd_json_link *link = &scan->links[i];
		const cJSON *item = items[i];

		/* Both walk in document order: a parent always comes before its children. */
		if (!item || !agree(value, item) ||
		    (item->child != NULL) != (link->child != SCD_JSON_NONE))
			return false;
		if (link->parent != SCD_JSON_NONE &&
		    (item->next != NULL) != (link->next != SCD_JSON_NONE))
			return false;
		if (link->child != SCD_JSON_NONE)
			items[link->child] = item->child;
		if (link->next != SCD_JSON_NONE)
			items[link->next] = item->next;
		value->parent = at_index(scan, link->parent);
		value->child = at_index(scan, link->child);
		value->next = at_index(scan, link->next);
		if (value->parent && value->parent->type == SCD_JSON_OBJECT)
			value->key = item->string;
		if (value->type == SCD_JSON_STRING)
			value->string = item->valuestring;
	}
	return true;
}

/* Has cJSON decode @text and joins its tree to the values. */
static int decode(const char *text, size_t len, struct scd_json_scan *scan, struct scd_json *json,
		  struct scd_error *err)
{
	auto_free const cJSON **items = NULL;
	auto_free char *copy = NULL;
	const char *end;

	/* cJSON wants the NUL counted, or it refuses even "{}". */
	copy = malloc(len + 1);
	items = calloc(scan->count, sizeof(const cJSON *));
	if (!copy || !items)
		return scd_fail(err, SCD_E_NOMEM, 0, "JSON of %zu bytes", len);
	memcpy(copy, text, len);
	copy[len] = '\0';
	json->tree = cJSON_ParseWithLengthOpts(copy, len + 1, &end, 1);

	/* It has nothing left to refuse but for want of memory. */
	if (!json->tree)
		return scd_fail(err, SCD_E_NOMEM, 0, "JSON of %zu bytes", len);
	if (!join(scan, json->tree, items)) {
		json->faults[json->fault_count++] = (struct scd_json_fault){
			.kind = SCD_JSON_FAULT_SYNTAX,
			.msg = "two JSON readers disagree about this text",
		};
		return 0;
	}
	json->values = scan->values;
	json->count = scan->count;
	scan->values = NULL; /* the document's now */
	return 0;
}

int scd_json_parse(const char *text, size_t len, struct scd_json *json, struct scd_error *err)
{
	struct scd_json_scan scan = { 0 };
	struct scd_json_fault fault;
	int rc;

	if (len >= UINT32_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "JSON of %zu bytes", len);
	rc = scd_json_scan(text, len, &scan, &fault, err);
	if (rc > 0) {
		json->faults[json->fault_count++] = fault;
		rc = 0;
	} else if (rc == 0) {
		rc = decode(text, len, &scan, json, err);
	}
	free(scan.values);
	free(scan.links);
	for (size_t i = 0; rc == 0 && i < json->count; i++)
		if (json->values[i].type == SCD_JSON_OBJECT && json->values[i].count > 1)
			rc = find_duplicates(json, &json->values[i], err);
	return rc;
}

const struct scd_json_value *scd_json_root(const struct scd_json *json)
{
	return json->count ? &json->values[0] : NULL;
}

const struct scd_json_value *scd_json_get(const struct scd_json_value *object, const char *key)
{
	if (object->type != SCD_JSON_OBJECT)
		return NULL;
	for (const struct scd_json_value *v = object->child; v; v = v->next)
		if (strcmp(v->key, key) == 0)
			return v;
	return NULL;
}

/* Position of @value in its list. */
static size_t index_of(const struct scd_json_value *value)
{
	size_t i = 0;

	for (const struct scd_json_value *v = value->parent->child; v != value; v = v->next)
		i++;
	return i;
}

void scd_json_pointer(const struct scd_json_value *value, struct scd_buf *out)
{
	const struct scd_json_value *path[SCD_JSON_DEPTH_MAX + 1] = { NULL };
	size_t depth = 0;

	for (const struct scd_json_value *v = value; v->parent; v = v->parent)
		path[depth++] = v;
	while (depth-- > 0) {
		const struct scd_json_value *v = path[depth];

		if (!v->key) {
			scd_buf_printf(out, "/%zu", index_of(v));
			continue;
		}
		scd_buf_putc(out, '/');
		for (const char *p = v->key; *p; p++) {
			if (*p == '~' || *p == '/')
				scd_buf_puts(out, *p == '~' ? "~0" : "~1");
			else
				scd_buf_putc(out, *p);
		}
	}
}

const char *scd_json_type_name(enum scd_json_type type)
{
	static const char *const names[] = {
		[SCD_JSON_NULL] = "null",	[SCD_JSON_BOOL] = "a boolean",
		[SCD_JSON_NUMBER] = "a number", [SCD_JSON_STRING] = "a string",
		[SCD_JSON_ARRAY] = "a list",	[SCD_JSON_OBJECT] = "an object",
	};

	return (unsigned)type < sizeof(names) / sizeof(names[0]) ? names[type] : "nothing";
}

void scd_json_done(struct scd_json *json)
{
	cJSON_Delete(json->tree);
	free(json->values);
	*json = (struct scd_json){ 0 };
}

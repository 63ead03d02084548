/* SPDX-License-Identifier: MIT */
#include "canon.h"

#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "text.h"

#define INDENT 2

/* The elements and members of every value, in the order in which they are printed. */
struct layout {
	const struct scd_json *json;
	const struct scd_json_value **children; /* of all values, one after another */
	size_t *first;				/* by value: where its children begin */
	size_t *count;				/* by value: how many of them are printed */
};

static void layout_done(struct layout *layout)
{
	free(layout->children);
	free(layout->first);
	free(layout->count);
}

static bool is_element_of(const struct scd_json_value *value, const char *key)
{
	return value->parent && value->parent->type == SCD_JSON_ARRAY && value->parent->key &&
	       strcmp(value->parent->key, key) == 0;
}

static bool is_member(const struct scd_json_value *value, const char *key)
{
	return value->key && strcmp(value->key, key) == 0;
}

static bool is_rule(const struct scd_json_value *value)
{
	return is_element_of(value, "syscalls") && !value->parent->parent->parent;
}

/* Which table orders the keys of @object; false when none does. */
static bool keys_of(const struct scd_json_value *object, enum scd_keys_of *of)
{
	if (!object->parent)
		*of = SCD_KEYS_PROFILE;
	else if (is_rule(object))
		*of = SCD_KEYS_RULE;
	else if (is_element_of(object, "args") && is_rule(object->parent->parent))
		*of = SCD_KEYS_ARG;
	else if (is_element_of(object, "archMap") && !object->parent->parent->parent)
		*of = SCD_KEYS_ARCH_MAP;
	else if ((is_member(object, "includes") || is_member(object, "excludes")) &&
		 is_rule(object->parent))
		*of = SCD_KEYS_FILTER;
	else
		return false;
	return true;
}

/* Whether @array is a rule's list of names, and holds names alone. */
static bool is_names(const struct scd_json_value *array)
{
	if (!is_member(array, "names") || !is_rule(array->parent))
		return false;
	for (const struct scd_json_value *v = array->child; v; v = v->next)
		if (v->type != SCD_JSON_STRING)
			return false;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct scd_json_value *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

/* Insertion, which is stable and quick for the handful of keys that an object has; what has no
 * rank keeps its place before those that have one. */
static void sort_keys(const struct scd_json_value **children, size_t count, enum scd_keys_of of)
{
	for (size_t i = 1; i < count; i++) {
		const struct scd_json_value *const moved = children[i];
		const size_t rank = scd_keys_rank(of, moved->key);
		size_t at = i;

		for (; at > 0 && scd_keys_rank(of, children[at - 1]->key) > rank; at--)
			children[at] = children[at - 1];
		children[at] = moved;
	}
}

static size_t drop_repeats(const struct scd_json_value **children, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(children[kept - 1]->string, children[i]->string) != 0)
			children[kept++] = children[i];
	return kept;
}

static int layout_make(struct layout *layout, struct scd_error *err)
{
	const struct scd_json *json = layout->json;
	size_t used = 0;

	layout->children = calloc(json->count, sizeof(const struct scd_json_value *));
	layout->first = calloc(json->count, sizeof(*layout->first));
	layout->count = calloc(json->count, sizeof(*layout->count));
	if (!layout->children || !layout->first || !layout->count)
		return scd_fail(err, SCD_E_NOMEM, 0, "lay out %zu values", json->count);
	for (size_t i = 0; i < json->count; i++) {
		const struct scd_json_value *value = &json->values[i];
		const struct scd_json_value **children = layout->children + used;
		enum scd_keys_of of;
		size_t count = 0;

		for (const struct scd_json_value *v = value->child; v; v = v->next)
			children[count++] = v;
		layout->first[i] = used;
		used += count;
		if (value->type == SCD_JSON_OBJECT && keys_of(value, &of)) {
			sort_keys(children, count, of);
		} else if (value->type == SCD_JSON_ARRAY && count > 1 && is_names(value)) {
			qsort(children, count, sizeof(const struct scd_json_value *), by_name);
			count = drop_repeats(children, count);
		}
		layout->count[i] = count;
	}
	return 0;
}

static void add_string(struct scd_buf *out, const char *text)
{
	scd_buf_putc(out, '"');
	scd_text_json(out, text, strlen(text));
	scd_buf_putc(out, '"');
}

/* What begins a value: all of it, but for a list or an object that is not empty. */
static void open_value(struct scd_buf *out, const char *text, const struct scd_json_value *value)
{
	if (value->key) {
		add_string(out, value->key);
		scd_buf_puts(out, ": ");
	}
	if (value->type == SCD_JSON_ARRAY)
		scd_buf_puts(out, value->count ? "[" : "[]");
	else if (value->type == SCD_JSON_OBJECT)
		scd_buf_puts(out, value->count ? "{" : "{}");
	else if (value->type == SCD_JSON_STRING)
		add_string(out, value->string);
	else
		scd_buf_add(out, text + value->at, value->end - value->at);
}

static void new_line(struct scd_buf *out, size_t depth)
{
	scd_buf_printf(out, "\n%*s", (int)(depth * INDENT), "");
}

static void close_value(struct scd_buf *out, const struct scd_json_value *value, size_t depth)
{
	if (!value->count)
		return;
	new_line(out, depth);
	scd_buf_putc(out, value->type == SCD_JSON_ARRAY ? ']' : '}');
}

/* Walks with a stack of its own: depth comes from the file. */
static void print(const struct layout *layout, const char *text, struct scd_buf *out)
{
	struct {
		size_t value; /* its index */
		size_t next;  /* child to print */
	} stack[SCD_JSON_DEPTH_MAX + 1];
	size_t depth = 0;

	open_value(out, text, layout->json->values);
	stack[depth].value = 0;
	stack[depth++].next = 0;
	while (depth > 0) {
		const size_t at = stack[depth - 1].value, next = stack[depth - 1].next++;
		const struct scd_json_value *value = &layout->json->values[at];
		const struct scd_json_value *child;

		if (next == layout->count[at]) {
			close_value(out, value, --depth);
			continue;
		}
		child = layout->children[layout->first[at] + next];
		if (next > 0)
			scd_buf_putc(out, ',');
		new_line(out, depth);
		open_value(out, text, child);
		if (child->count) {
			stack[depth].value = (size_t)(child - layout->json->values);
			stack[depth++].next = 0;
		}
	}
	scd_buf_putc(out, '\n');
}

int scd_canon_print(const struct scd_json *json, const char *text, struct scd_buf *out,
		    struct scd_error *err)
{
	SCD_CLEANUP(layout_done) struct layout layout = { .json = json };

	if (layout_make(&layout, err) < 0)
		return -1;
	print(&layout, text, out);
	return out->no_memory ? scd_fail(err, SCD_E_NOMEM, 0, "lay a profile out") : 0;
}

/* SPDX-License-Identifier: MIT */
#include "yaml_print.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include <cjson/cJSON.h>

/* Where the printing stands in one list or object. */
struct level {
	const cJSON *next;
	int node;
	bool object;
};

static int write_out(void *data, unsigned char *bytes, size_t size)
{
	scd_buf_add(data, bytes, size);
	return 1; /* a full buffer is the caller's to see */
}

/* Words that need no quotes: no reader takes them for a number, a boolean or a null. */
static bool is_plain(const char *text)
{
	static const char *const words[] = { "true", "false", "null", "yes", "no",
					     "on",   "off",   "y",    "n" };
	const char *const inside = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._/-";

	if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')) ||
	    text[strspn(text, inside)] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(words[i], text) == 0)
			return false;
	return true;
}

/* What YAML 1.1 takes for the end of a line besides \n: U+0085, U+2028, U+2029, and \r. */
static bool has_other_breaks(const char *text)
{
	return strchr(text, '\r') || strstr(text, "\xc2\x85") || strstr(text, "\xe2\x80\xa8") ||
	       strstr(text, "\xe2\x80\xa9");
}

static yaml_scalar_style_t style_of(const char *text)
{
	if (strchr(text, '\n') && !has_other_breaks(text))
		return YAML_LITERAL_SCALAR_STYLE;
	return is_plain(text) ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static int add_text(yaml_document_t *document, const char *text, yaml_scalar_style_t style)
{
	/* libyaml copies it; the cast is for its unsigned characters. */
	return yaml_document_add_scalar(document, NULL, (const yaml_char_t *)text,
					(int)strlen(text), style);
}

/* A node without its children; 0 without memory. */
static int add_node(yaml_document_t *document, const cJSON *item)
{
	char number[32];

	switch (item->type & 0xff) {
	case cJSON_Object:
		return yaml_document_add_mapping(document, NULL, YAML_BLOCK_MAPPING_STYLE);
	case cJSON_Array:
		return yaml_document_add_sequence(document, NULL, YAML_BLOCK_SEQUENCE_STYLE);
	case cJSON_String:
		return add_text(document, item->valuestring, style_of(item->valuestring));
	case cJSON_Raw:
		return add_text(document, item->valuestring, YAML_PLAIN_SCALAR_STYLE);
	case cJSON_True:
		return add_text(document, "true", YAML_PLAIN_SCALAR_STYLE);
	case cJSON_False:
		return add_text(document, "false", YAML_PLAIN_SCALAR_STYLE);
	default:
		assert(cJSON_IsNumber(item));
		(void)snprintf(number, sizeof(number), "%.17g", item->valuedouble);
		return add_text(document, number, YAML_PLAIN_SCALAR_STYLE);
	}
}

/* Adds @item to the list or object of @level. Its node, or 0 without memory. */
static int add_child(yaml_document_t *document, const struct level *level, const cJSON *item)
{
	int key = level->object ? add_text(document, item->string, style_of(item->string)) : -1;
	int node = key ? add_node(document, item) : 0;

	if (!node)
		return 0;
	if (level->object)
		return yaml_document_append_mapping_pair(document, level->node, key, node) ? node
											   : 0;
	return yaml_document_append_sequence_item(document, level->node, node) ? node : 0;
}

static bool has_children(const cJSON *item)
{
	return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static bool build(yaml_document_t *document, const cJSON *tree)
{
	struct level levels[SCD_YAML_PRINT_DEPTH];
	size_t depth = 1;

	levels[0] = (struct level){ tree->child, add_node(document, tree), cJSON_IsObject(tree) };
	if (!levels[0].node)
		return false;
	while (depth > 0) {
		struct level *level = &levels[depth - 1];
		const cJSON *item = level->next;
		int node = item ? add_child(document, level, item) : 0;

		if (!item) {
			depth--;
			continue;
		}
		if (!node)
			return false;
		level->next = item->next;
		if (!has_children(item))
			continue;
		assert(depth < SCD_YAML_PRINT_DEPTH);
		levels[depth++] = (struct level){ item->child, node, cJSON_IsObject(item) };
	}
	return true;
}

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "print YAML");
}

int scd_yaml_print(const cJSON *tree, struct scd_buf *out, struct scd_error *err)
{
	SCD_CLEANUP(yaml_emitter_delete) yaml_emitter_t emitter = { 0 };
	yaml_document_t document;

	if (!yaml_emitter_initialize(&emitter))
		return no_memory(err);
	yaml_emitter_set_output(&emitter, write_out, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, -1);
	if (!yaml_document_initialize(&document, NULL, NULL, NULL, 0, 1))
		return no_memory(err);
	if (!build(&document, tree)) {
		yaml_document_delete(&document);
		return no_memory(err);
	}
	/* The emitter takes the document over, also when it fails. */
	if (!yaml_emitter_open(&emitter) || !yaml_emitter_dump(&emitter, &document) ||
	    !yaml_emitter_close(&emitter) || out->no_memory)
		return no_memory(err);
	return 0;
}

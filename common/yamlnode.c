/* SPDX-License-Identifier: MIT */
/* The nodes of a document that yamldoc.c has read. */
#include "yamldoc.h"

#include <string.h>

#include "yaml_internal.h"

const struct scd_yaml_node *scd_yaml_root(const struct scd_yaml *doc)
{
	return handle(doc, 1);
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* YAML 1.2, section 10.3.2 (core schema). */
static bool is_number(const char *text)
{
	static const char *const special[] = { "inf", "Inf", "INF", NULL };
	static const char *const nan[] = { ".nan", ".NaN", ".NAN", NULL };
	const char *p = text + (*text == '-' || *text == '+');
	size_t digits;

	if (p == text && strncmp(p, "0x", 2) == 0)
		return p[2] && !p[2 + strspn(p + 2, "0123456789abcdefABCDEF")];
	if (p == text && strncmp(p, "0o", 2) == 0)
		return p[2] && !p[2 + strspn(p + 2, "01234567")];
	if ((*p == '.' && is_one_of(p + 1, special)) || is_one_of(text, nan))
		return true;
	digits = strspn(p, "0123456789");
	p += digits;
	if (*p == '.') {
		const size_t fraction = strspn(++p, "0123456789");

		digits += fraction;
		p += fraction;
	}
	if (digits == 0)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		digits = strspn(p, "0123456789");
		p += digits;
	}
	return digits > 0 && !*p;
}

static enum scd_yaml_kind plain_kind(const char *text)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE",
					     "yes",  "Yes",  "YES",  "no",    "No",    "NO",
					     "on",   "On",   "ON",   "off",   "Off",   "OFF",
					     "y",    "Y",    "n",    "N",     NULL };

	if (is_one_of(text, nulls))
		return SCD_YAML_NULL;
	if (is_one_of(text, bools))
		return SCD_YAML_BOOL;
	return is_number(text) ? SCD_YAML_NUMBER : SCD_YAML_STRING;
}

enum scd_yaml_kind scd_yaml_kind(const struct scd_yaml_node *node)
{
	const yaml_node_t *n = raw(node);

	if (n->type == YAML_SEQUENCE_NODE)
		return SCD_YAML_SEQUENCE;
	if (n->type == YAML_MAPPING_NODE)
		return SCD_YAML_MAPPING;
	if (n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return SCD_YAML_STRING;
	return plain_kind((const char *)n->data.scalar.value);
}

const char *scd_yaml_kind_name(enum scd_yaml_kind kind)
{
	static const char *const names[] = {
		[SCD_YAML_NULL] = "nothing",	[SCD_YAML_BOOL] = "a boolean",
		[SCD_YAML_NUMBER] = "a number", [SCD_YAML_STRING] = "a string",
		[SCD_YAML_SEQUENCE] = "a list", [SCD_YAML_MAPPING] = "a mapping",
	};

	return (unsigned)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}

const char *scd_yaml_text(const struct scd_yaml_node *node)
{
	const yaml_node_t *n = raw(node);

	return n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

size_t scd_yaml_count(const struct scd_yaml_node *node)
{
	const yaml_node_t *n = raw(node);

	if (n->type == YAML_SEQUENCE_NODE)
		return (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	if (n->type == YAML_MAPPING_NODE)
		return (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	return 0;
}

const struct scd_yaml_node *scd_yaml_item(const struct scd_yaml *doc,
					  const struct scd_yaml_node *sequence, size_t i)
{
	assert(raw(sequence)->type == YAML_SEQUENCE_NODE && i < scd_yaml_count(sequence));
	return handle(doc, raw(sequence)->data.sequence.items.start[i]);
}

const struct scd_yaml_node *scd_yaml_key(const struct scd_yaml *doc,
					 const struct scd_yaml_node *mapping, size_t i)
{
	assert(raw(mapping)->type == YAML_MAPPING_NODE && i < scd_yaml_count(mapping));
	return handle(doc, raw(mapping)->data.mapping.pairs.start[i].key);
}

const struct scd_yaml_node *scd_yaml_value(const struct scd_yaml *doc,
					   const struct scd_yaml_node *mapping, size_t i)
{
	assert(raw(mapping)->type == YAML_MAPPING_NODE && i < scd_yaml_count(mapping));
	return handle(doc, raw(mapping)->data.mapping.pairs.start[i].value);
}

const struct scd_yaml_node *scd_yaml_get(const struct scd_yaml *doc,
					 const struct scd_yaml_node *mapping, const char *key)
{
	if (scd_yaml_kind(mapping) != SCD_YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < scd_yaml_count(mapping); i++) {
		const yaml_node_t *node = raw(scd_yaml_key(doc, mapping, i));

		if (strcmp((const char *)node->data.scalar.value, key) == 0)
			return scd_yaml_value(doc, mapping, i);
	}
	return NULL;
}

unsigned scd_yaml_line(const struct scd_yaml_node *node)
{
	return (unsigned)raw(node)->start_mark.line + 1;
}

unsigned scd_yaml_column(const struct scd_yaml_node *node)
{
	return (unsigned)raw(node)->start_mark.column + 1;
}

size_t scd_yaml_length(const struct scd_yaml_node *node)
{
	return raw(node)->type == YAML_SCALAR_NODE ? raw(node)->data.scalar.length : 0;
}

enum scd_yaml_style scd_yaml_style(const struct scd_yaml_node *node)
{
	assert(raw(node)->type == YAML_SCALAR_NODE);
	switch (raw(node)->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return SCD_YAML_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return SCD_YAML_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE:
		return SCD_YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return SCD_YAML_FOLDED;
	default:
		return SCD_YAML_PLAIN;
	}
}

/* SPDX-License-Identifier: MIT */
/* What yamldoc.c, yamlnode.c, yaml_merge.c, yaml_problem.c and yamlspan.c share: libyaml's inside
 * of our opaque types. Included by them alone. */
#ifndef SCD_YAML_INTERNAL_H
#define SCD_YAML_INTERNAL_H

#include <assert.h>
#include <string.h>

#include <yaml.h>

#include "yamldoc.h"

#define NAME_SHOWN 80 /* bytes of the text's name in a message, of 240 */

struct scd_yaml {
	char name[NAME_SHOWN];
	yaml_document_t document;
	bool loaded; /* the document is to be deleted */
};

/* Opaque outside, libyaml's inside. */
static inline const yaml_node_t *raw(const struct scd_yaml_node *node)
{
	return (const void *)node;
}

static inline const yaml_node_t *node_of(const struct scd_yaml *doc, int id)
{
	assert(id > 0 && doc->document.nodes.start + id <= doc->document.nodes.top);
	return doc->document.nodes.start + id - 1;
}

static inline const struct scd_yaml_node *handle(const struct scd_yaml *doc, int id)
{
	return (const void *)node_of(doc, id);
}

/* "<<" as a key, not in quotes. */
static inline bool is_merge_key(const yaml_node_t *key)
{
	return key->type == YAML_SCALAR_NODE && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       strcmp((const char *)key->data.scalar.value, "<<") == 0;
}

/* Puts what merge keys stand for in their place. All keys are scalars without a NUL, and none is
 * there twice. 0, or -1 with SCD_E_CONFIG or SCD_E_NOMEM. */
int scd_yaml_merge(struct scd_yaml *doc, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What libyaml found wrong, and where to look: 1-based. */
struct scd_yaml_problem {
	size_t line, column;
	char message[160];
};

struct scd_yaml_problem scd_yaml_problem_of(const yaml_parser_t *parser, const char *text,
					    size_t len) SCD_NONNULL;

#endif

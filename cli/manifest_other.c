/* SPDX-License-Identifier: MIT */
/* Documents of any other kind: workloads of operators, such as Argo's Rollout, and values of a
 * chart. Nobody knows their fields, but a seccompProfile of type Localhost is the same anywhere. */
#include "manifest.h"

#include <string.h>

/* A list or mapping that is being looked through. */
struct level {
	const struct scd_yaml_node *node;
	size_t next; /* of its items or pairs */
};

static bool is_scalar(const struct scd_yaml_node *node)
{
	return scd_yaml_kind(node) != SCD_YAML_MAPPING && scd_yaml_kind(node) != SCD_YAML_SEQUENCE;
}

/* The next item or value of @level, read when it is a profile. */
static const struct scd_yaml_node *next_of(struct scd_object *object, struct level *level)
{
	const size_t at = level->next++;
	const struct scd_yaml_node *value;
	const char *key;

	if (scd_yaml_kind(level->node) == SCD_YAML_SEQUENCE)
		return scd_yaml_item(object->doc, level->node, at);
	key = scd_yaml_text(scd_yaml_key(object->doc, level->node, at));
	value = scd_yaml_value(object->doc, level->node, at);
	if (strcmp(key, "seccompProfile") == 0 &&
	    strcmp(scd_object_string(object, value, "type"), "Localhost") == 0)
		scd_read_localhost(object, "", value);
	return value;
}

/* Ends for every document, also one with a node within itself: the depth is limited, and so are
 * the steps. */
void scd_read_other(struct scd_object *object)
{
	struct level levels[SCD_MANIFEST_DEPTH_MAX] = { { object->root, 0 } };
	size_t depth = 1;

	while (depth > 0 && !object->failed) {
		struct level *level = &levels[depth - 1];
		const struct scd_yaml_node *value;

		if (level->next == scd_yaml_count(level->node)) {
			depth--;
			continue;
		}
		if (!scd_object_may_visit(object, 1))
			return;
		value = next_of(object, level);
		if (!is_scalar(value) && depth < SCD_MANIFEST_DEPTH_MAX)
			levels[depth++] = (struct level){ value, 0 };
	}
}

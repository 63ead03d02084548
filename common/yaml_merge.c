/* SPDX-License-Identifier: MIT */
/* Merge keys: "<<: *defaults" in a mapping stands for all pairs of another one that it lacks. YAML
 * 1.2 has no such thing; the readers of Kubernetes do. */
#include <string.h>

#include "yaml_internal.h"

/* Most comparisons of keys, and most pairs that are repeated: both are what a small text can ask
 * for without an end. */
#define COMPARED_MAX ((size_t)1 << 24)
#define MERGED_MAX ((size_t)1 << 17)

struct merger {
	struct scd_yaml *doc;
	int into; /* the mapping that lacks pairs */
	size_t compared, merged;
};

static size_t pair_count(const yaml_node_t *mapping)
{
	return (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start);
}

/* The index of the merge key among the pairs of a mapping, or their number. */
static size_t find_merge_key(const struct merger *merger, const yaml_node_t *mapping)
{
	const size_t count = pair_count(mapping);
	size_t i = 0;

	while (i < count &&
	       !is_merge_key(node_of(merger->doc, mapping->data.mapping.pairs.start[i].key)))
		i++;
	return i;
}

static bool has_key(struct merger *merger, const yaml_node_t *mapping, const yaml_node_t *key)
{
	const size_t count = pair_count(mapping);

	merger->compared += count;
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *other =
			node_of(merger->doc, mapping->data.mapping.pairs.start[i].key);

		if (strcmp((const char *)other->data.scalar.value,
			   (const char *)key->data.scalar.value) == 0)
			return true;
	}
	return false;
}

static int fail_at_node(const struct merger *merger, const yaml_node_t *node, struct scd_error *err,
			const char *what)
{
	return scd_yaml_fail(merger->doc, (const void *)node, err, "a merge key (<<) %s", what);
}

static int merge_from(struct merger *merger, int from, struct scd_error *err)
{
	const yaml_node_t *source = node_of(merger->doc, from);

	if (source->type != YAML_MAPPING_NODE)
		return fail_at_node(merger, source, err, "takes a mapping, or a list of mappings");
	if (find_merge_key(merger, source) < pair_count(source))
		return fail_at_node(merger, source, err,
				    "takes no mapping with a merge key that is not done yet");
	for (size_t i = 0; i < pair_count(source); i++) {
		const yaml_node_pair_t pair = source->data.mapping.pairs.start[i];

		if (has_key(merger, node_of(merger->doc, merger->into),
			    node_of(merger->doc, pair.key)))
			continue;
		if (++merger->merged > MERGED_MAX || merger->compared > COMPARED_MAX)
			return fail_at_node(merger, source, err, "repeats too much");
		if (!yaml_document_append_mapping_pair(&merger->doc->document, merger->into,
						       pair.key, pair.value))
			return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", merger->doc->name);
	}
	return 0;
}

/* Takes the merge key at @index out of the mapping, and what it stands for into it. */
static int merge_into(struct merger *merger, yaml_node_t *mapping, size_t index,
		      struct scd_error *err)
{
	const int from = mapping->data.mapping.pairs.start[index].value;
	const yaml_node_t *value = node_of(merger->doc, from);
	yaml_node_pair_t *pair = mapping->data.mapping.pairs.start + index;

	memmove(pair, pair + 1, (pair_count(mapping) - index - 1) * sizeof(*pair));
	mapping->data.mapping.pairs.top--;
	if (value->type != YAML_SEQUENCE_NODE)
		return merge_from(merger, from, err);
	for (const yaml_node_item_t *item = value->data.sequence.items.start;
	     item < value->data.sequence.items.top; item++)
		if (merge_from(merger, *item, err) < 0)
			return -1;
	return 0;
}

/* An anchor comes before its alias, and so what is merged is done when it is needed. */
int scd_yaml_merge(struct scd_yaml *doc, struct scd_error *err)
{
	struct merger merger = { .doc = doc };
	const int count = (int)(doc->document.nodes.top - doc->document.nodes.start);

	for (merger.into = 1; merger.into <= count; merger.into++) {
		yaml_node_t *node = yaml_document_get_node(&doc->document, merger.into);
		size_t index;

		if (node->type != YAML_MAPPING_NODE)
			continue;
		index = find_merge_key(&merger, node);
		if (index < pair_count(node) && merge_into(&merger, node, index, err) < 0)
			return -1;
	}
	return 0;
}

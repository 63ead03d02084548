/* SPDX-License-Identifier: MIT */
/* JSON documents for those who render: cJSON, with failures that stick. */
#ifndef SCD_RENDER_TREE_H
#define SCD_RENDER_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "cleanup.h"

/* cJSON says by NULL that memory ran out; that sticks in @ok, so that only the end is checked.
 * NULL is a harmless parent for all of cJSON. */
struct scd_tree {
	bool ok;
};

/* @added, remembering a NULL. */
cJSON *scd_tree_keep(struct scd_tree *tree, cJSON *added);

void scd_tree_string(struct scd_tree *tree, cJSON *object, const char *key, const char *value);
void scd_tree_number(struct scd_tree *tree, cJSON *object, const char *key, size_t value);

/* Adds @item, or deletes it. */
void scd_tree_append(struct scd_tree *tree, cJSON *array, cJSON *item);

/* A string for a path, which may hold any bytes; JSON is UTF-8. */
void scd_tree_clean(struct scd_tree *tree, cJSON *object, const char *key, const char *text);

/* For SCD_CLEANUP(). */
void scd_tree_delete(cJSON **tree);
void scd_tree_free_text(char **text);

#endif

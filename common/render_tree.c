/* SPDX-License-Identifier: MIT */
#include "render_tree.h"

#include "buf.h"
#include "text.h"

#define CLEAN_MAX ((size_t)64 << 10) /* bytes of a name; paths are shorter */

void scd_tree_delete(cJSON **tree)
{
	cJSON_Delete(*tree);
}

void scd_tree_free_text(char **text)
{
	cJSON_free(*text);
}

cJSON *scd_tree_keep(struct scd_tree *tree, cJSON *added)
{
	if (!added)
		tree->ok = false;
	return added;
}

void scd_tree_string(struct scd_tree *tree, cJSON *object, const char *key, const char *value)
{
	(void)scd_tree_keep(tree, cJSON_AddStringToObject(object, key, value));
}

void scd_tree_number(struct scd_tree *tree, cJSON *object, const char *key, size_t value)
{
	(void)scd_tree_keep(tree, cJSON_AddNumberToObject(object, key, (double)value));
}

void scd_tree_append(struct scd_tree *tree, cJSON *array, cJSON *item)
{
	if (!item || !cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		tree->ok = false;
	}
}

void scd_tree_clean(struct scd_tree *tree, cJSON *object, const char *key, const char *text)
{
	auto_buf struct scd_buf clean = scd_buf_init(CLEAN_MAX);

	scd_text_utf8(&clean, text);
	if (clean.failed)
		tree->ok = false;
	scd_tree_string(tree, object, key, scd_buf_text(&clean));
}

/* SPDX-License-Identifier: MIT */
#include "options_file.h"

#include <string.h>

#include "bounds.h"
#include "text.h"
#include "yamldoc.h"

#define API_VERSION "seccompd.dev/v1alpha1"
#define KEY_MAX 64
#define NEAR 3 /* edits within which a key is a misspelling */

/* What a file has to hold for each type of option. */
static const struct {
	enum scd_yaml_kind kind;
	const char *wanted;
} kinds[] = {
	[SCD_OPT_BOOL] = { SCD_YAML_BOOL, "true or false" },
	[SCD_OPT_STRING] = { SCD_YAML_STRING, "a string (in quotes)" },
	[SCD_OPT_DURATION] = { SCD_YAML_STRING, "a duration such as 60s" },
	[SCD_OPT_UINT] = { SCD_YAML_NUMBER, "a number" },
	[SCD_OPT_CHOICE] = { SCD_YAML_STRING, "a word" },
	[SCD_OPT_STRINGS] = { SCD_YAML_SEQUENCE, "a list" },
	[SCD_OPT_ACTION] = { SCD_YAML_NULL, "nothing" }, /* never in a file */
};

static int check_kind(const struct scd_yaml *doc, const struct scd_yaml_node *value,
		      const char *key, enum scd_yaml_kind wanted, const char *wanted_name,
		      struct scd_error *err)
{
	const enum scd_yaml_kind found = scd_yaml_kind(value);

	if (found == wanted)
		return 0;
	return scd_yaml_fail(doc, value, err, "%s has to be %s, and is %s", key, wanted_name,
			     scd_yaml_kind_name(found));
}

static int set_list(const struct scd_yaml *doc, const struct scd_yaml_node *list, const char *key,
		    const struct scd_option *option, void *target, struct scd_error *err)
{
	scd_option_clear(option, target);
	for (size_t i = 0; i < scd_yaml_count(list); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(doc, list, i);

		if (check_kind(doc, item, "an item of the list", SCD_YAML_STRING,
			       "a string (in quotes)", err) < 0)
			return -1;
		if (scd_option_add_word(option, scd_yaml_text(item), target, err) < 0)
			return scd_yaml_wrap(doc, item, err, "%s", key);
	}
	return 0;
}

static const char *header_key(size_t i)
{
	static const char *const keys[] = { "apiVersion", "kind", NULL };

	return keys[i];
}

static bool is_header_key(const char *key)
{
	return strcmp(key, header_key(0)) == 0 || strcmp(key, header_key(1)) == 0;
}

static bool is_in_files(const struct scd_option *option)
{
	return !option->flag_only && !option->not_in_file;
}

static int fail_unknown_key(const struct scd_options_file *file, const struct scd_yaml *doc,
			    const struct scd_yaml_node *node, struct scd_error *err)
{
	const char *key = scd_yaml_text(node);
	const struct scd_option *option = scd_option_nearest(file->table, file->count, key);
	const char *near = scd_text_nearest(key, NEAR, header_key);
	char shown[SCD_VALUE_SHOWN], name[KEY_MAX];

	scd_value_show(key, shown);
	if (!near && option && is_in_files(option)) {
		scd_option_key(option, name, sizeof(name));
		near = name;
	}
	if (near)
		return scd_yaml_fail(doc, node, err, "unknown key %s, did you mean %s?", shown,
				     near);
	if (option && strcmp(option->name, key) == 0)
		return scd_yaml_fail(doc, node, err, "%s cannot be set in a file", shown);
	return scd_yaml_fail(doc, node, err, "unknown key %s", shown);
}

/* The row of a key; a flag's name with dashes is not one. */
static const struct scd_option *find_key(const struct scd_options_file *file, const char *key)
{
	const struct scd_option *option = scd_option_find(file->table, file->count, key);

	return option && is_in_files(option) && !strchr(key, '-') ? option : NULL;
}

static int set_pair(const struct scd_options_file *file, const struct scd_yaml *doc,
		    const struct scd_yaml_node *node, const struct scd_yaml_node *value,
		    void *target, struct scd_error *err)
{
	const char *key = scd_yaml_text(node);
	const struct scd_option *option = find_key(file, key);

	if (is_header_key(key))
		return 0;
	if (!option)
		return fail_unknown_key(file, doc, node, err);
	if (check_kind(doc, value, key, kinds[option->type].kind, kinds[option->type].wanted, err) <
	    0)
		return -1;
	if (option->type == SCD_OPT_STRINGS)
		return set_list(doc, value, key, option, target, err);
	if (scd_option_set(option, scd_yaml_text(value), target, err) < 0)
		return scd_yaml_wrap(doc, value, err, "%s", key);
	return 0;
}

/* A file without the two words, or with others, is for another program or version. */
static int check_header(const struct scd_options_file *file, const struct scd_yaml *doc,
			const char *key, const char *expected, struct scd_error *err)
{
	const struct scd_yaml_node *root = scd_yaml_root(doc);
	const struct scd_yaml_node *value = scd_yaml_get(doc, root, key);
	char shown[SCD_VALUE_SHOWN];

	if (!value && file->header_optional)
		return 0;
	if (!value)
		return scd_yaml_fail(doc, root, err, "%s is missing: write %s: %s", key, key,
				     expected);
	if (check_kind(doc, value, key, SCD_YAML_STRING, "a string", err) < 0)
		return -1;
	if (strcmp(scd_yaml_text(value), expected) == 0)
		return 0;
	return scd_yaml_fail(doc, value, err, "%s is %s, and has to be %s", key,
			     scd_value_show(scd_yaml_text(value), shown), expected);
}

/* A text of comments alone. */
static bool is_empty(const char *text, size_t len, const struct scd_yaml_limits *limits)
{
	auto_yaml_stream struct scd_yaml_stream *stream = NULL;
	auto_yaml struct scd_yaml *doc = NULL;
	struct scd_error err;

	return scd_yaml_open("", text, len, limits, &stream, &err) == 0 &&
	       (scd_yaml_next(stream, &doc, &err) == 0 ||
		(doc && scd_yaml_kind(scd_yaml_root(doc)) == SCD_YAML_NULL));
}

int scd_options_file_read(const struct scd_options_file *file, const char *name, const char *text,
			  size_t len, void *target, struct scd_error *err)
{
	const struct scd_yaml_limits limits = { .bytes = SCD_CONFIG_MAX,
						.depth = SCD_CONFIG_DEPTH_MAX };
	auto_yaml struct scd_yaml *doc = NULL;
	const struct scd_yaml_node *root;

	if (file->header_optional && is_empty(text, len, &limits))
		return 0;
	if (scd_yaml_load(name, text, len, &limits, &doc, err) < 0)
		return -1;
	root = scd_yaml_root(doc);
	if (check_kind(doc, root, "the file", SCD_YAML_MAPPING, "a mapping", err) < 0 ||
	    check_header(file, doc, "apiVersion", API_VERSION, err) < 0 ||
	    check_header(file, doc, "kind", file->kind, err) < 0)
		return -1;
	for (size_t i = 0; i < scd_yaml_count(root); i++)
		if (set_pair(file, doc, scd_yaml_key(doc, root, i), scd_yaml_value(doc, root, i),
			     target, err) < 0)
			return -1;
	return 0;
}

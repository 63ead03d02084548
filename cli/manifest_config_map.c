/* SPDX-License-Identifier: MIT */
/* The profiles of a ConfigMap: what seccompd finds when it is mounted. */
#include "manifest.h"

#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "fsio.h"
#include "text.h"
#include "value.h"

#define SUFFIX ".json"
#define API_SIZE_MAX ((size_t)1 << 20) /* bytes of values that the API server takes */

/* Other ConfigMaps hold JSON as well: dashboards, for instance. */
static bool looks_like_profile(const char *text)
{
	return strstr(text, "SCMP_ACT_") || strstr(text, "defaultAction") ||
	       strstr(text, "\"syscalls\"");
}

static bool holds_profiles(const struct scd_object *object, const struct scd_yaml_node *data)
{
	for (size_t i = 0; i < scd_yaml_count(data); i++) {
		const char *key = scd_yaml_text(scd_yaml_key(object->doc, data, i));
		const char *text = scd_yaml_text(scd_yaml_value(object->doc, data, i));

		if (scd_text_ends_in(key, SUFFIX) && text && looks_like_profile(text))
			return true;
	}
	return false;
}

static char *object_label(const struct scd_object *object)
{
	char *label;

	return asprintf(&label, "%s %s", object->kind, object->name) < 0 ? NULL : label;
}

static void read_entry(struct scd_object *object, const struct scd_yaml_node *key,
		       const struct scd_yaml_node *value)
{
	struct scd_embedded profile = { .root = "profiles" };
	const char *name = scd_yaml_text(key);
	char shown[SCD_VALUE_SHOWN];

	if (!scd_name_valid(name))
		scd_object_report(object, SCD_PATH_RULES, SCD_ERROR, key,
				  "seccompd never installs a profile called %s: write A-Z a-z 0-9 "
				  ". _ - and no dot in front",
				  scd_value_show(name, shown));
	if (scd_yaml_kind(value) != SCD_YAML_STRING) {
		scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, value,
				  "%s is %s, and the API server takes strings: write it as a block "
				  "(|) or in quotes",
				  scd_value_show(name, shown),
				  scd_yaml_kind_name(scd_yaml_kind(value)));
		return;
	}
	profile.len = scd_yaml_length(value);
	if (!scd_object_has_room(object, profile.len))
		return;
	profile.text = strdup(scd_yaml_text(value));
	profile.object = object_label(object);
	profile.key = strdup(name);
	profile.name = strdup(name);
	profile.line = scd_yaml_line(key);
	profile.column = scd_yaml_column(key);
	scd_yaml_spans(value, object->source, object->source_len, &profile.spans);
	if (!profile.key)
		object->failed = true;
	scd_object_add_profile(object, profile);
}

/* The bytes that base64 of so many is of. */
static size_t decoded_length(const char *text)
{
	size_t digits = 0;

	for (; *text && *text != '='; text++)
		digits += !strchr(" \t\r\n", *text);
	return digits * 3 / 4;
}

/* Returns how many bytes of values are there. */
static size_t read_binary_data(struct scd_object *object)
{
	size_t size = 0;
	const struct scd_yaml_node *data = scd_object_get(object, object->root, "binaryData");

	if (!data || scd_yaml_kind(data) != SCD_YAML_MAPPING ||
	    !scd_object_may_visit(object, scd_yaml_count(data)))
		return 0;
	for (size_t i = 0; i < scd_yaml_count(data); i++) {
		const struct scd_yaml_node *key = scd_yaml_key(object->doc, data, i);
		const char *value = scd_yaml_text(scd_yaml_value(object->doc, data, i));
		char shown[SCD_VALUE_SHOWN];

		size += value ? decoded_length(value) : 0;
		if (scd_text_ends_in(scd_yaml_text(key), SUFFIX))
			scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, key,
					  "the profile %s is under binaryData, where nobody can "
					  "review it: write it under data",
					  scd_value_show(scd_yaml_text(key), shown));
	}
	return size;
}

void scd_read_config_map(struct scd_object *object)
{
	const struct scd_yaml_node *data = scd_object_get(object, object->root, "data");
	const bool is_mapping = data && scd_yaml_kind(data) == SCD_YAML_MAPPING;
	size_t size = 0;

	if (is_mapping && !scd_object_may_visit(object, scd_yaml_count(data)))
		return;
	if (!object->all && !(is_mapping && holds_profiles(object, data)))
		return;
	size = read_binary_data(object);
	if (data && !is_mapping && scd_yaml_kind(data) != SCD_YAML_NULL)
		scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, data,
				  "data has to be a mapping, and is %s",
				  scd_yaml_kind_name(scd_yaml_kind(data)));
	if (!is_mapping)
		return;
	for (size_t i = 0; i < scd_yaml_count(data) && !object->failed; i++) {
		const struct scd_yaml_node *key = scd_yaml_key(object->doc, data, i);
		const struct scd_yaml_node *value = scd_yaml_value(object->doc, data, i);

		size += scd_yaml_length(value);
		if (scd_text_ends_in(scd_yaml_text(key), SUFFIX))
			read_entry(object, key, value);
	}
	if (size > API_SIZE_MAX)
		scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, data,
				  "%zu bytes of values, and the API server takes %zu: split the "
				  "ConfigMap, as `seccompctl configmap` does",
				  size, API_SIZE_MAX);
}

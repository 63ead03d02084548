/* SPDX-License-Identifier: MIT */
/* The profiles that a pod and its containers ask for. */
#include "manifest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text.h"
#include "value.h"

#define ANNOTATION_POD "seccomp.security.alpha.kubernetes.io/pod"
#define ANNOTATION_CONTAINER "container.seccomp.security.alpha.kubernetes.io/"

static bool may_visit_list(struct scd_object *object, const struct scd_yaml_node *list)
{
	return scd_yaml_kind(list) == SCD_YAML_SEQUENCE &&
	       scd_object_may_visit(object, scd_yaml_count(list));
}

/* "Deployment web", or "Deployment web, container nginx"; of what is no object nothing is known. */
static char *label_of(const struct scd_object *object, const char *container)
{
	char *label;

	return asprintf(&label, "%s%s%s%s%s", *object->kind ? object->kind : "the document",
			*object->name ? " " : "", object->name, *container ? ", container " : "",
			container) < 0
		       ? NULL
		       : label;
}

void scd_read_localhost(struct scd_object *object, const char *container,
			const struct scd_yaml_node *profile)
{
	const struct scd_yaml_node *path = scd_object_get(object, profile, "localhostProfile");

	if (!path || scd_yaml_kind(path) == SCD_YAML_NULL) {
		scd_object_report(
			object, SCD_MANIFEST_REFUSED, SCD_ERROR, profile,
			"type Localhost without a localhostProfile: the API server refuses "
			"it");
		return;
	}
	if (scd_yaml_kind(path) != SCD_YAML_STRING) {
		scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, path,
				  "localhostProfile has to be a string, and is %s",
				  scd_yaml_kind_name(scd_yaml_kind(path)));
		return;
	}
	scd_object_add_use(object, (struct scd_profile_use){
					   .object = label_of(object, container),
					   .profile = strdup(scd_yaml_text(path)),
					   .line = scd_yaml_line(path),
					   .column = scd_yaml_column(path),
				   });
}

static void read_profile(struct scd_object *object, const char *container,
			 const struct scd_yaml_node *profile)
{
	static const char *const types[] = { "RuntimeDefault", "Unconfined" };
	const struct scd_yaml_node *type = scd_object_get(object, profile, "type");
	const struct scd_yaml_node *path;
	const char *word = scd_object_string(object, profile, "type");
	char shown[SCD_VALUE_SHOWN];

	if (scd_yaml_kind(profile) != SCD_YAML_MAPPING)
		return;
	if (strcmp(word, "Localhost") == 0) {
		scd_read_localhost(object, container, profile);
		return;
	}
	if (strcmp(word, types[0]) != 0 && strcmp(word, types[1]) != 0) {
		scd_object_report(
			object, SCD_MANIFEST_REFUSED, SCD_ERROR, type ? type : profile,
			"seccompProfile has the type %s: write Localhost, RuntimeDefault or "
			"Unconfined",
			scd_value_show(word, shown));
		return;
	}
	path = scd_object_get(object, profile, "localhostProfile");
	if (path && scd_yaml_kind(path) != SCD_YAML_NULL)
		scd_object_report(
			object, SCD_MANIFEST_REFUSED, SCD_ERROR, path,
			"a localhostProfile with type %s: the API server refuses it, write "
			"type: Localhost",
			word);
}

static bool is_localhost(struct scd_object *object, const struct scd_yaml_node *profile)
{
	return strcmp(scd_object_string(object, profile, "type"), "Localhost") == 0;
}

/* Whoever is privileged runs unconfined. @localhost: it would run under a profile of ours. */
static void read_privileged(struct scd_object *object, const struct scd_yaml_node *context,
			    bool localhost)
{
	const struct scd_yaml_node *privileged = scd_object_get(object, context, "privileged");

	if (localhost && privileged && scd_yaml_kind(privileged) == SCD_YAML_BOOL &&
	    strcasecmp(scd_yaml_text(privileged), "true") == 0)
		scd_object_report(object, SCD_MANIFEST_IGNORED, SCD_WARNING, privileged,
				  "runtimes confine no privileged container: its profile counts "
				  "for nothing; take `privileged` away");
}

/* @holder: a pod's spec, or a container. @localhost: whether the pod around a container has a
 * profile of type Localhost. Returns whether the holder then has. */
static bool read_context(struct scd_object *object, const char *container,
			 const struct scd_yaml_node *holder, bool localhost)
{
	const struct scd_yaml_node *context = scd_object_get(object, holder, "securityContext");
	const struct scd_yaml_node *profile =
		context ? scd_object_get(object, context, "seccompProfile") : NULL;

	if (profile) {
		read_profile(object, container, profile);
		localhost = is_localhost(object, profile);
	}
	if (context)
		read_privileged(object, context, localhost);
	profile = scd_object_get(object, holder, "seccompProfile");
	if (profile)
		scd_object_report(
			object, SCD_MANIFEST_IGNORED, SCD_WARNING, profile,
			"seccompProfile belongs under securityContext: the API server drops "
			"it here, and nothing is confined");
	return localhost;
}

static void read_annotations(struct scd_object *object, const struct scd_yaml_node *pod)
{
	const struct scd_yaml_node *metadata = scd_object_get(object, pod, "metadata");
	const struct scd_yaml_node *list =
		metadata ? scd_object_get(object, metadata, "annotations") : NULL;

	if (!list || scd_yaml_kind(list) != SCD_YAML_MAPPING ||
	    !scd_object_may_visit(object, scd_yaml_count(list)))
		return;
	for (size_t i = 0; i < scd_yaml_count(list); i++) {
		const struct scd_yaml_node *key = scd_yaml_key(object->doc, list, i);
		const char *name = scd_yaml_text(key);

		if (strcmp(name, ANNOTATION_POD) == 0 ||
		    strncmp(name, ANNOTATION_CONTAINER, strlen(ANNOTATION_CONTAINER)) == 0)
			scd_object_report(object, SCD_MANIFEST_IGNORED, SCD_WARNING, key,
					  "no kubelet since 1.27 reads this annotation: write "
					  "securityContext.seccompProfile");
	}
}

/* @source: a configMap of a volume, or of a part of a projected one. */
static void read_items(struct scd_object *object, const struct scd_yaml_node *source)
{
	const struct scd_yaml_node *map = scd_object_get(object, source, "configMap");
	const struct scd_yaml_node *items = map ? scd_object_get(object, map, "items") : NULL;

	if (!items || !may_visit_list(object, items))
		return;
	for (size_t i = 0; i < scd_yaml_count(items); i++) {
		const struct scd_yaml_node *item = scd_yaml_item(object->doc, items, i);
		const char *key = scd_object_string(object, item, "key");
		const char *path = scd_object_string(object, item, "path");

		if (scd_text_ends_in(key, ".json") && scd_text_ends_in(path, ".json") &&
		    strcmp(key, path) != 0)
			scd_object_add_item(object,
					    (struct scd_volume_item){ strdup(key), strdup(path) });
	}
}

/* The volumes of whoever installs the profiles say what keys become on a node. */
static void read_volumes(struct scd_object *object, const struct scd_yaml_node *spec)
{
	const struct scd_yaml_node *volumes = scd_object_get(object, spec, "volumes");

	if (!volumes || !may_visit_list(object, volumes))
		return;
	for (size_t i = 0; i < scd_yaml_count(volumes); i++) {
		const struct scd_yaml_node *volume = scd_yaml_item(object->doc, volumes, i);
		const struct scd_yaml_node *projected = scd_object_get(object, volume, "projected");
		const struct scd_yaml_node *sources =
			projected ? scd_object_get(object, projected, "sources") : NULL;

		read_items(object, volume);
		if (!sources || !may_visit_list(object, sources))
			continue;
		for (size_t k = 0; k < scd_yaml_count(sources); k++)
			read_items(object, scd_yaml_item(object->doc, sources, k));
	}
}

void scd_read_pod(struct scd_object *object, const struct scd_yaml_node *pod)
{
	static const char *const lists[] = { "initContainers", "containers",
					     "ephemeralContainers" };
	const struct scd_yaml_node *spec = scd_object_get(object, pod, "spec");
	bool localhost;

	read_annotations(object, pod);
	if (!spec)
		return;
	read_volumes(object, spec);
	localhost = read_context(object, "", spec, false);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct scd_yaml_node *list = scd_object_get(object, spec, lists[i]);

		if (!list || !may_visit_list(object, list))
			continue;
		for (size_t k = 0; k < scd_yaml_count(list); k++) {
			const struct scd_yaml_node *container = scd_yaml_item(object->doc, list, k);

			(void)read_context(object, scd_object_string(object, container, "name"),
					   container, localhost);
		}
	}
}

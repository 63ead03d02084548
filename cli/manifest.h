/* SPDX-License-Identifier: MIT */
/* Kubernetes manifests: the profiles that stand in them, and the pods that use profiles. */
#ifndef SCD_MANIFEST_H
#define SCD_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "check.h"
#include "report.h"
#include "yamlspan.h"

/* Most profiles, and most uses of profiles, in one text; more is a finding. */
#define SCD_MANIFEST_ITEMS_MAX ((size_t)4096)
/* Most objects, containers, keys of data and annotations looked at: aliases repeat them. */
#define SCD_MANIFEST_VISITS_MAX ((size_t)1 << 20)
/* Most keys that are compared with a name in one text: a mapping of many keys is repeated as well.
 */
#define SCD_MANIFEST_COMPARED_MAX ((size_t)1 << 26)
/* Bytes of profiles in one text: aliases repeat them. */
#define SCD_MANIFEST_BYTES_MAX ((size_t)16 << 20)
/* How deep lists, mappings and List objects may nest. */
#define SCD_MANIFEST_DEPTH_MAX ((size_t)100)

/* A profile within a manifest: a string of a ConfigMap, or the spec of a SeccompProfile. */
struct scd_embedded {
	char *text; /* JSON, as a consumer would read it */
	size_t len;
	struct scd_spans spans; /* from there to the manifest */
	char *object;		/* "ConfigMap web-profiles" */
	char *key;		/* of the ConfigMap; NULL: a SeccompProfile */
	char *name;	       /* what a localhostProfile ends in, without the directory of .root */
	const char *root;      /* "profiles" or "operator" */
	unsigned line, column; /* of what is said of the profile as a whole */
	bool incomplete;       /* the operator adds the calls of a base profile */
};

/* A localhostProfile of a pod or of a container in it. */
struct scd_profile_use {
	char *object; /* "Deployment web, container nginx" */
	char *profile;
	unsigned line, column;
};

/* What a volume of a pod calls a key of a ConfigMap. */
struct scd_volume_item {
	char *key, *path;
};

struct scd_manifest {
	struct scd_embedded *profiles;
	size_t profile_count, profile_cap;
	struct scd_profile_use *uses;
	size_t use_count, use_cap;
	struct scd_volume_item *items;
	size_t item_count, item_cap;
	size_t visits, compared, bytes;	   /* read so far */
	bool full;			   /* over one of the limits: nothing more is read */
	struct scd_report report;	   /* on the manifest itself */
	const struct scd_check_opts *opts; /* for .strict and .disabled */
	bool relevant; /* something in it is about seccomp; else there is nothing to judge */
	bool has_uses; /* the word localhostProfile is in it, somewhere */
};

/* Whether a text that is no YAML file by its name looks like a manifest: a mapping with apiVersion
 * and kind, that is not a profile besides. @is_json: a file called *.json; there a SeccompProfile
 * is none: a runtime would read it as a profile, and so does the validator. */
bool scd_manifest_looks_like_one(const char *text, size_t len, bool is_json) SCD_NONNULL;

/**
 * scd_manifest_read() - read YAML, or JSON, of any number of objects.
 * @text, @len: the text.
 * @opts:  what rules are disabled; to outlive @manifest.
 * @all:   read every ConfigMap; else only those with something like a profile in them.
 * @manifest: filled, whatever is returned: scd_manifest_done() it.
 *
 * A text that is not YAML is a finding in the report, like all that Kubernetes would not take;
 * it makes the manifest relevant only when the text mentions profiles.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_manifest_read(const char *text, size_t len, const struct scd_check_opts *opts, bool all,
		      struct scd_manifest *manifest,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Moves the places of a report on @profile into the manifest. */
void scd_embedded_place(const struct scd_embedded *profile, struct scd_report *report) SCD_NONNULL;

void scd_manifest_done(struct scd_manifest *manifest) SCD_NONNULL;

/*
 * For the readers of the kinds of objects
 */

/* One object, while it is read. */
struct scd_object {
	struct scd_manifest *manifest;
	const struct scd_yaml *doc;
	const struct scd_yaml_node *root;
	const char *source; /* the whole text */
	size_t source_len;
	const char *kind, *name; /* name: "" when there is none */
	const char *space;	 /* its namespace, or "" */
	bool all;		 /* as scd_manifest_read()'s */
	bool failed;		 /* out of memory; sticks */
};

/* Adds a finding at @node, unless its rule is disabled. */
void scd_object_report(struct scd_object *object, enum scd_rule_number rule,
		       enum scd_severity severity, const struct scd_yaml_node *node,
		       const char *fmt, ...) SCD_PRINTF(5, 6) SCD_NONNULL;

/* The value of @key, or NULL; also when too many keys have been looked at. */
const struct scd_yaml_node *scd_object_get(const struct scd_object *object,
					   const struct scd_yaml_node *mapping,
					   const char *key) SCD_NONNULL;

/* Whether @count more things may be looked at. */
bool scd_object_may_visit(struct scd_object *object, size_t count) SCD_NONNULL;

/* Whether @bytes more of profiles may be read. */
bool scd_object_has_room(struct scd_object *object, size_t bytes) SCD_NONNULL;

/* These take over what they are given. A NULL in it is an allocation that failed. */
void scd_object_add_profile(struct scd_object *object, struct scd_embedded profile) SCD_NONNULL;
void scd_object_add_use(struct scd_object *object, struct scd_profile_use use) SCD_NONNULL;
void scd_object_add_item(struct scd_object *object, struct scd_volume_item item) SCD_NONNULL;

/* The text of a string of the mapping, or "". */
const char *scd_object_string(const struct scd_object *object, const struct scd_yaml_node *mapping,
			      const char *key) SCD_NONNULL;

void scd_read_config_map(struct scd_object *object) SCD_NONNULL;
void scd_read_seccomp_profile(struct scd_object *object) SCD_NONNULL;
/* Reads what a pod, or a workload that makes pods of a template, uses; @pod has metadata and spec.
 */
void scd_read_pod(struct scd_object *object, const struct scd_yaml_node *pod) SCD_NONNULL;
/* Reads the profile that a seccompProfile of type Localhost names; @container may be "". */
void scd_read_localhost(struct scd_object *object, const char *container,
			const struct scd_yaml_node *profile) SCD_NONNULL;
/* Reads what is of no kind that is known. */
void scd_read_other(struct scd_object *object) SCD_NONNULL;

#endif

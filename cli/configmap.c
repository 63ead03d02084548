/* SPDX-License-Identifier: MIT */
#include "configmap_hash.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "collect.h"
#include "fsio.h"
#include "text.h"
#include "yaml_print.h"

#define CONFIGMAP_MAX ((size_t)1 << 20) /* bytes of values in one: the API server's limit */
#define ANNOTATION_MAX \
	((size_t)256 << 10)   /* bytes of annotations: what a client-side apply needs */
#define KEY_MAX ((size_t)253) /* bytes of a key */
#define OUTPUT_MAX ((size_t)128 << 20)
#define NAMESPACE_MAX 63 /* letters */
#define SEPARATOR "__"	 /* in a key, for the / of a name */

enum format {
	FORMAT_YAML,
	FORMAT_JSON
};

struct configmap_options {
	bool help;
	int format;
	char *name;
	char *namespace;
	bool immutable;
	bool hash;
	bool volume;
};

static const struct scd_choice formats[] = {
	{ "yaml", FORMAT_YAML },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

/* A name as the API server takes it for an object: a DNS subdomain, here without dots, with room
 * for a number and a hash. */
static int check_name(const char *text, struct scd_error *err)
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const size_t len = strlen(text);

	if (len > 0 && len <= 200 && text[strspn(text, inside)] == '\0' && *text != '-' &&
	    text[len - 1] != '-')
		return 0;
	return scd_fail(err, SCD_E_CONFIG, 0,
			"'%s' is not a name for an object; write small letters, digits and -",
			text);
}

/* That is a DNS label; nothing leaves it to `kubectl -n`. */
static int check_namespace(const char *text, struct scd_error *err)
{
	if (strlen(text) > NAMESPACE_MAX)
		return scd_fail(err, SCD_E_CONFIG, 0, "'%s' is over %d letters", text,
				NAMESPACE_MAX);
	return *text ? check_name(text, err) : 0;
}

#define FIELD(field) .offset = offsetof(struct configmap_options, field)
static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT_AS(struct configmap_options, format, formats, "yaml", "how to print it"),
	{ .name = "name",
	  .type = SCD_OPT_STRING,
	  FIELD(name),
	  .metavar = "NAME",
	  .fallback = "seccompd-profiles",
	  .check = check_name,
	  .help = "of the ConfigMap; with more than one a number follows" },
	{ .name = "namespace",
	  .type = SCD_OPT_STRING,
	  FIELD(namespace),
	  .metavar = "NAME",
	  .fallback = "seccompd-system",
	  .check = check_namespace,
	  .help = "of the ConfigMap; empty: none is written" },
	{ .name = "immutable",
	  .type = SCD_OPT_BOOL,
	  FIELD(immutable),
	  .help = "make it immutable; use --hash as well" },
	{ .name = "hash",
	  .type = SCD_OPT_BOOL,
	  FIELD(hash),
	  .help = "append the hash of the content to the name, as kubectl does" },
	{ .name = "volume",
	  .type = SCD_OPT_BOOL,
	  FIELD(volume),
	  .help = "print the volume to mount, and not the ConfigMap" },
};

/* One profile. */
struct entry {
	const char *name; /* "base/web.json" */
	char *key;	  /* "base__web.json" */
	char *text;
	size_t len;
	size_t part; /* which ConfigMap it is in */
};

struct package {
	struct entry *entries; /* sorted by key */
	size_t count;
	size_t parts;
	bool nested; /* some key is not the name */
};

static void package_done(struct package *package)
{
	for (size_t i = 0; i < package->count; i++) {
		free(package->entries[i].key);
		free(package->entries[i].text);
	}
	free(package->entries);
}

/* The key for a name: free() it. NULL without memory. */
static char *make_key(const char *name)
{
	auto_buf struct scd_buf key = scd_buf_init(2 * SCD_NAME_MAX);

	for (const char *c = name; *c; c++) {
		if (*c == '/')
			scd_buf_puts(&key, SEPARATOR);
		else
			scd_buf_putc(&key, *c);
	}
	return scd_buf_take(&key);
}

static enum scd_exit refuse(const char *path, const char *why)
{
	scd_cli_warn("%s: %s", path, why);
	return SCD_EXIT_FOUND;
}

static bool is_utf8(const char *text, size_t len)
{
	size_t at = 0, n = 1;

	for (; at < len && n > 0; at += n)
		n = text[at] ? scd_utf8_length(text + at, len - at) : 0;
	return n > 0;
}

static enum scd_exit read_entry(const struct scd_input *input, struct entry *entry)
{
	struct scd_error err;

	if (input->fault.code != SCD_OK)
		return scd_cli_fail(&input->fault);
	if (!scd_name_valid(input->name))
		return refuse(input->path, "seccompd installs no profile of this name");
	if (scd_input_read(input, &entry->text, &entry->len, &err) < 0)
		return scd_cli_fail(&err);
	if (entry->len > SCD_PROFILE_MAX)
		return refuse(input->path, "over 1 MiB, which is more than a ConfigMap holds");
	if (!is_utf8(entry->text, entry->len))
		return refuse(input->path, "not UTF-8: a ConfigMap cannot hold it as data");
	entry->name = input->name;
	entry->key = make_key(input->name);
	if (!entry->key)
		return scd_cli_no_memory();
	if (strlen(entry->key) > KEY_MAX)
		return refuse(input->path, "the path is over 253 bytes, longer than a key can be");
	return SCD_EXIT_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Fills one ConfigMap after another. */
static void split(struct package *package)
{
	size_t used = 0;

	package->parts = 1;
	for (size_t i = 0; i < package->count; i++) {
		struct entry *entry = &package->entries[i];

		if (used + entry->len > CONFIGMAP_MAX) {
			package->parts++;
			used = 0;
		}
		used += entry->len;
		entry->part = package->parts - 1;
		package->nested |= strcmp(entry->key, entry->name) != 0;
	}
}

static enum scd_exit pack(const struct scd_inputs *inputs, struct package *package)
{
	enum scd_exit worst = SCD_EXIT_OK;

	package->entries = calloc(inputs->count + 1, sizeof(*package->entries));
	if (!package->entries)
		return scd_cli_no_memory();
	for (size_t i = 0; i < inputs->count; i++) {
		enum scd_exit status =
			read_entry(&inputs->items[i], &package->entries[package->count++]);

		worst = status > worst ? status : worst;
	}
	if (worst != SCD_EXIT_OK)
		return worst;
	qsort(package->entries, package->count, sizeof(*package->entries), by_key);
	for (size_t i = 1; i < package->count; i++)
		if (strcmp(package->entries[i - 1].key, package->entries[i].key) == 0)
			return refuse(package->entries[i].name,
				      "has the same key as another profile; rename one of them");
	split(package);
	return SCD_EXIT_OK;
}

/* The object of strings of one ConfigMap; NULL without memory. */
static cJSON *make_data(const struct package *package, size_t part)
{
	cJSON *data = cJSON_CreateObject();

	for (size_t i = 0; i < package->count; i++) {
		const struct entry *entry = &package->entries[i];

		if (entry->part == part &&
		    !cJSON_AddStringToObject(data, entry->key, entry->text)) {
			cJSON_Delete(data);
			return NULL;
		}
	}
	return data;
}

/* "seccompd-profiles-2-9g67k2htb6": the part and the hash are there when they are wanted. */
static int part_name(const struct configmap_options *asked, const struct package *package,
		     size_t part, const cJSON *data, char out[300], struct scd_error *err)
{
	char hash[SCD_CONFIGMAP_HASH_SIZE];
	int len = snprintf(out, 300, "%s", asked->name);

	if (package->parts > 1)
		len += snprintf(out + len, 300 - (size_t)len, "-%zu", part + 1);
	if (!asked->hash)
		return 0;
	if (scd_configmap_hash(out, data, asked->immutable, hash, err) < 0)
		return -1;
	(void)snprintf(out + len, 300 - (size_t)len, "-%s", hash);
	return 0;
}

static bool add_metadata(cJSON *object, const struct configmap_options *asked, const char *name)
{
	cJSON *metadata = cJSON_AddObjectToObject(object, "metadata");
	cJSON *labels;

	if (!cJSON_AddStringToObject(metadata, "name", name) ||
	    (*asked->namespace &&
	     !cJSON_AddStringToObject(metadata, "namespace", asked->namespace)))
		return false;
	labels = cJSON_AddObjectToObject(metadata, "labels");
	return cJSON_AddStringToObject(labels, "app.kubernetes.io/part-of", "seccompd") &&
	       cJSON_AddStringToObject(labels, "seccompd.dev/profiles", "true");
}

/* One ConfigMap, which takes @data over; NULL without memory. */
static cJSON *make_configmap(const struct configmap_options *asked, const char *name, cJSON *data)
{
	cJSON *object = cJSON_CreateObject();

	if (cJSON_AddStringToObject(object, "apiVersion", "v1") &&
	    cJSON_AddStringToObject(object, "kind", "ConfigMap") &&
	    add_metadata(object, asked, name) &&
	    (!asked->immutable || cJSON_AddTrueToObject(object, "immutable")) &&
	    cJSON_AddItemToObject(object, "data", data))
		return object;
	cJSON_Delete(data);
	cJSON_Delete(object);
	return NULL;
}

/* All ConfigMaps, as a list; NULL with @err. */
static cJSON *make_all(const struct configmap_options *asked, const struct package *package,
		       struct scd_error *err)
{
	cJSON *list = cJSON_CreateArray();
	char name[300];

	(void)scd_fail(err, SCD_E_NOMEM, 0, "make the ConfigMap");
	for (size_t part = 0; list && part < package->parts; part++) {
		cJSON *all = list, *data = make_data(package, part);

		if (!data || part_name(asked, package, part, data, name, err) < 0) {
			cJSON_Delete(data);
			list = NULL;
		} else {
			list = scd_cli_append(list, make_configmap(asked, name, data));
		}
		if (!list)
			cJSON_Delete(all);
	}
	return list;
}

/* What maps the keys of one ConfigMap back to names. */
static bool add_items(cJSON *object, const struct package *package, size_t part)
{
	cJSON *items = package->nested ? cJSON_AddArrayToObject(object, "items") : NULL;

	for (size_t i = 0; items && i < package->count; i++) {
		const struct entry *entry = &package->entries[i];
		cJSON *item;

		if (entry->part != part)
			continue;
		item = cJSON_CreateObject();
		if (!cJSON_AddStringToObject(item, "key", entry->key) ||
		    !cJSON_AddStringToObject(item, "path", entry->name)) {
			cJSON_Delete(item);
			return false;
		}
		items = scd_cli_append(items, item);
	}
	return items || !package->nested;
}

static const char *name_of(const cJSON *configmap)
{
	return cJSON_GetObjectItemCaseSensitive(
		       cJSON_GetObjectItemCaseSensitive(configmap, "metadata"), "name")
		->valuestring;
}

/* A source of a projected volume for each ConfigMap. */
static bool add_sources(cJSON *volume, const struct package *package, const cJSON *configmaps)
{
	cJSON *sources = cJSON_AddArrayToObject(volume, "sources");
	const cJSON *configmap;
	size_t part = 0;

	cJSON_ArrayForEach(configmap, configmaps)
	{
		cJSON *source = cJSON_CreateObject();
		cJSON *object = cJSON_AddObjectToObject(source, "configMap");

		if (!cJSON_AddStringToObject(object, "name", name_of(configmap)) ||
		    !add_items(object, package, part++)) {
			cJSON_Delete(source);
			return false;
		}
		sources = scd_cli_append(sources, source);
	}
	return sources != NULL;
}

/* The list of volumes of a pod; NULL without memory. */
static cJSON *make_volume(const struct package *package, const cJSON *configmaps)
{
	const bool one = package->parts == 1;
	cJSON *root = cJSON_CreateObject();
	cJSON *volume = cJSON_CreateObject();
	cJSON *list = scd_cli_append(cJSON_AddArrayToObject(root, "volumes"), volume);
	cJSON *source;

	if (list && cJSON_AddStringToObject(volume, "name", "profiles")) {
		source = cJSON_AddObjectToObject(volume, one ? "configMap" : "projected");
		if (cJSON_AddNumberToObject(source, "defaultMode", 0444) &&
		    (one ? cJSON_AddStringToObject(source, "name", name_of(configmaps->child)) &&
				     add_items(source, package, 0)
			 : add_sources(source, package, configmaps)))
			return root;
	}
	cJSON_Delete(root);
	return NULL;
}

/* A client-side apply keeps the object in an annotation of it. */
static void warn_of_size(const cJSON *configmaps)
{
	const cJSON *configmap;

	cJSON_ArrayForEach(configmap, configmaps)
	{
		char *text = cJSON_PrintUnformatted(configmap);

		if (text && strlen(text) > ANNOTATION_MAX)
			scd_cli_warn("%s: over 256 KiB: write `kubectl apply --server-side`, a "
				     "client-side apply refuses it",
				     name_of(configmap));
		cJSON_free(text);
	}
}

static enum scd_exit print_yaml(const cJSON *tree)
{
	auto_buf struct scd_buf out = scd_buf_init(OUTPUT_MAX);
	struct scd_error err;

	if (scd_yaml_print(tree, &out, &err) < 0)
		return scd_cli_fail(&err);
	if (out.failed) {
		scd_cli_warn("the ConfigMap is too large");
		return SCD_EXIT_TROUBLE;
	}
	(void)fputs(scd_buf_text(&out), stdout);
	return SCD_EXIT_OK;
}

static enum scd_exit print_volume(int format, cJSON *volume)
{
	enum scd_exit status;

	if (!volume || format == FORMAT_JSON)
		return scd_cli_print_json(volume);
	status = print_yaml(volume);
	cJSON_Delete(volume);
	return status;
}

/* Takes @configmaps over. */
static enum scd_exit print_configmaps(int format, cJSON *configmaps)
{
	enum scd_exit status = SCD_EXIT_OK;
	const cJSON *configmap;
	cJSON *list;

	if (format == FORMAT_JSON) {
		list = cJSON_CreateObject();
		if (cJSON_AddStringToObject(list, "apiVersion", "v1") &&
		    cJSON_AddStringToObject(list, "kind", "List") &&
		    cJSON_AddItemToObject(list, "items", configmaps))
			return scd_cli_print_json(list);
		cJSON_Delete(list);
		status = scd_cli_no_memory();
	} else {
		cJSON_ArrayForEach(configmap, configmaps)
		{
			if (status == SCD_EXIT_OK)
				status = print_yaml(configmap);
		}
	}
	cJSON_Delete(configmaps);
	return status;
}

static enum scd_exit make_and_print(const struct configmap_options *asked,
				    const struct package *package)
{
	struct scd_error err;
	cJSON *configmaps = make_all(asked, package, &err);
	enum scd_exit status;

	if (!configmaps)
		return scd_cli_fail(&err);
	if (asked->volume) {
		status = print_volume(asked->format, make_volume(package, configmaps));
		cJSON_Delete(configmaps);
		return status;
	}
	warn_of_size(configmaps);
	if (package->nested || package->parts > 1)
		scd_cli_warn("mount it with the volume that --volume prints");
	return print_configmaps(asked->format, configmaps);
}

static enum scd_exit run_configmap(const void *target, int argc, char **argv)
{
	const struct configmap_options *asked = target;
	auto_inputs struct scd_inputs inputs = { 0 };
	SCD_CLEANUP(package_done) struct package package = { 0 };
	enum scd_exit status;
	struct scd_error err;
	struct stat st;

	if (argc != 1) {
		scd_cli_warn("configmap needs one DIR");
		return SCD_EXIT_USAGE;
	}
	if (stat(argv[0], &st) < 0) {
		(void)scd_fail(&err, SCD_E_SYSTEM, errno, "open '%s'", argv[0]);
		return scd_cli_fail(&err);
	}
	if (!S_ISDIR(st.st_mode)) {
		scd_cli_warn("%s: not a directory: a ConfigMap is made of one", argv[0]);
		return SCD_EXIT_USAGE;
	}
	if (scd_collect_profiles(argv, 1, &inputs, &err) < 0)
		return scd_cli_fail(&err);
	status = pack(&inputs, &package);
	return status == SCD_EXIT_OK ? make_and_print(asked, &package) : status;
}

const struct scd_command scd_command_configmap = {
	.name = "configmap",
	.operands = "DIR",
	.summary = "Make a ConfigMap of a directory of profiles.",
	.details =
		"Prints one ConfigMap, or several when the profiles are over 1 MiB. A profile in a\n"
		"directory below DIR gets a key with " SEPARATOR
		" in place of /, and an item of the\n"
		"volume that --volume prints gives it its path back.\n"
		"Exit status: 0 done, 1 some file cannot go into a ConfigMap, 2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct configmap_options),
	.run = run_configmap,
};

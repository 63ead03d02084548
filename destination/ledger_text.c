/* SPDX-License-Identifier: MIT */
/* The state file as text. */
#include "ledger.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "fsio.h"
#include "json.h"

#define API_VERSION "seccompd.dev/v1alpha1"
#define KIND "InstallState"
#define DIGEST_PREFIX "sha256:"

/* What a time and a JSON number hold without loss. */
#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define SIZE_MAX_JSON ((uint64_t)1 << 53)

enum member_type {
	MEMBER_SHA256, /* char[SCD_SHA256_HEX] */
	MEMBER_SIZE,   /* uint64_t */
	MEMBER_TIME,   /* int64_t, seconds since the epoch */
	MEMBER_BOOL
};

/* One member of a file's object. An empty, zero or false one is left out. */
static const struct member {
	const char *name;
	enum member_type type;
	size_t offset;
} members[] = {
	{ "sha256", MEMBER_SHA256, offsetof(struct scd_owned, sha256) },
	{ "intent", MEMBER_SHA256, offsetof(struct scd_owned, intent) },
	{ "size", MEMBER_SIZE, offsetof(struct scd_owned, size) },
	{ "installedAt", MEMBER_TIME, offsetof(struct scd_owned, installed_at) },
	{ "orphanedAt", MEMBER_TIME, offsetof(struct scd_owned, orphaned_at) },
	{ "orphanedForSeconds", MEMBER_SIZE, offsetof(struct scd_owned, orphaned_for) },
	{ "adopted", MEMBER_BOOL, offsetof(struct scd_owned, adopted) },
};
#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

void scd_ledger_time(int64_t when, char text[SCD_LEDGER_TIME])
{
	time_t t = (time_t)(when < 0 ? 0 : when > TIME_MAX ? TIME_MAX : when);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(text, SCD_LEDGER_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}

/* Exactly what scd_ledger_time() writes and nothing else. */
static bool time_from_text(const char *text, int64_t *when)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	char again[SCD_LEDGER_TIME];
	int64_t t;

	if (!end || *end)
		return false;
	t = (int64_t)timegm(&tm);
	scd_ledger_time(t, again);
	if (strcmp(text, again) != 0)
		return false;
	*when = t;
	return true;
}

static bool sha256_from_text(const char *text, char hex[SCD_SHA256_HEX])
{
	if (strlen(text) != SCD_SHA256_HEX - 1 ||
	    strspn(text, "0123456789abcdef") != SCD_SHA256_HEX - 1)
		return false;
	memcpy(hex, text, SCD_SHA256_HEX);
	return true;
}

/* Directories have a profile's name but for the last component. */
static bool dir_name_valid(const char *path)
{
	char name[SCD_NAME_MAX + 1];
	int n = snprintf(name, sizeof(name), "%s/x.json", path);

	return n > 0 && (size_t)n < sizeof(name) && scd_name_valid(name);
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct scd_owned *)a)->name, ((const struct scd_owned *)b)->name);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_member(const struct scd_json_value *value, const struct member *member,
			struct scd_owned *row)
{
	char *field = (char *)row + member->offset;

	switch (member->type) {
	case MEMBER_SHA256:
		return value->type == SCD_JSON_STRING && sha256_from_text(value->string, field);
	case MEMBER_SIZE:
		if (!value->is_uint || value->uint > SIZE_MAX_JSON)
			return false;
		memcpy(field, &value->uint, sizeof(value->uint));
		return true;
	case MEMBER_TIME: {
		int64_t when;

		if (value->type != SCD_JSON_STRING || !time_from_text(value->string, &when))
			return false;
		memcpy(field, &when, sizeof(when));
		return true;
	}
	case MEMBER_BOOL:
		memcpy(field, &value->boolean, sizeof(value->boolean));
		return value->type == SCD_JSON_BOOL;
	}
	return false;
}

static const struct member *find_member(const char *name, size_t *index)
{
	for (*index = 0; *index < MEMBER_COUNT; (*index)++)
		if (strcmp(members[*index].name, name) == 0)
			return &members[*index];
	return NULL;
}

/* Members that we do not know are of a newer version: a roll-back must not lose everything. */
static int read_row(const struct scd_json_value *object, struct scd_owned *row,
		    struct scd_error *err)
{
	unsigned seen = 0;

	if (!scd_name_valid(object->key))
		return scd_fail(err, SCD_E_CORRUPT, 0, "a file's name is no profile name");
	if (object->type != SCD_JSON_OBJECT)
		return scd_fail(err, SCD_E_CORRUPT, 0, "'%.64s' is no object", object->key);

	for (const struct scd_json_value *v = object->child; v; v = v->next) {
		size_t index;
		const struct member *member = find_member(v->key, &index);

		if (!member)
			continue;
		if (seen & 1U << index || !read_member(v, member, row))
			return scd_fail(err, SCD_E_CORRUPT, 0, "'%.64s' has a bad %s", object->key,
					member->name);
		seen |= 1U << index;
	}
	if (!*row->sha256 && !*row->intent)
		return scd_fail(err, SCD_E_CORRUPT, 0, "'%.64s' has no sha256", object->key);
	return 0;
}

static int read_files(const struct scd_json_value *object, struct scd_ledger *ledger,
		      struct scd_error *err)
{
	if (!object || object->type != SCD_JSON_OBJECT)
		return scd_fail(err, SCD_E_CORRUPT, 0, "files is no object");
	if (object->count == 0)
		return 0;
	ledger->files = calloc(object->count, sizeof(ledger->files[0]));
	if (!ledger->files)
		return scd_fail(err, SCD_E_NOMEM, 0, "read the state file");

	for (const struct scd_json_value *v = object->child; v; v = v->next) {
		struct scd_owned *row = &ledger->files[ledger->count];

		if (read_row(v, row, err) < 0)
			return -1;
		row->name = strdup(v->key);
		if (!row->name)
			return scd_fail(err, SCD_E_NOMEM, 0, "read the state file");
		ledger->count++;
	}
	qsort(ledger->files, ledger->count, sizeof(ledger->files[0]), compare_rows);
	for (size_t i = 1; i < ledger->count; i++)
		if (compare_rows(&ledger->files[i - 1], &ledger->files[i]) == 0)
			return scd_fail(err, SCD_E_CORRUPT, 0, "'%.64s' appears twice",
					ledger->files[i].name);
	return 0;
}

static int read_dirs(const struct scd_json_value *list, struct scd_ledger *ledger,
		     struct scd_error *err)
{
	if (!list || list->type != SCD_JSON_ARRAY)
		return scd_fail(err, SCD_E_CORRUPT, 0, "directories is no list");
	if (list->count == 0)
		return 0;
	ledger->dirs = calloc(list->count, sizeof(ledger->dirs[0]));
	if (!ledger->dirs)
		return scd_fail(err, SCD_E_NOMEM, 0, "read the state file");

	for (const struct scd_json_value *v = list->child; v; v = v->next) {
		if (v->type != SCD_JSON_STRING || !dir_name_valid(v->string))
			return scd_fail(err, SCD_E_CORRUPT, 0, "a directory has a bad name");
		ledger->dirs[ledger->dir_count] = strdup(v->string);
		if (!ledger->dirs[ledger->dir_count])
			return scd_fail(err, SCD_E_NOMEM, 0, "read the state file");
		ledger->dir_count++;
	}
	qsort(ledger->dirs, ledger->dir_count, sizeof(ledger->dirs[0]), compare_paths);
	for (size_t i = 1; i < ledger->dir_count; i++)
		if (strcmp(ledger->dirs[i - 1], ledger->dirs[i]) == 0)
			return scd_fail(err, SCD_E_CORRUPT, 0, "directory '%.64s' appears twice",
					ledger->dirs[i]);
	return 0;
}

/* Sets @value to the member called @key, or to NULL. */
static int get_once(const struct scd_json_value *object, const char *key,
		    const struct scd_json_value **value, struct scd_error *err)
{
	*value = NULL;
	for (const struct scd_json_value *v = object->child; v; v = v->next) {
		if (strcmp(v->key, key) != 0)
			continue;
		if (*value)
			return scd_fail(err, SCD_E_CORRUPT, 0, "%s appears twice", key);
		*value = v;
	}
	return 0;
}

static int check_text(const struct scd_json_value *object, const char *key, const char *want,
		      struct scd_error *err)
{
	const struct scd_json_value *value;

	if (get_once(object, key, &value, err) < 0)
		return -1;
	if (!value || value->type != SCD_JSON_STRING || strcmp(value->string, want) != 0)
		return scd_fail(err, SCD_E_CORRUPT, 0, "%s is not %s", key, want);
	return 0;
}

static int read_digest(const struct scd_json_value *value, struct scd_ledger *ledger,
		       struct scd_error *err)
{
	const size_t prefix = sizeof(DIGEST_PREFIX) - 1;

	if (!value) /* no transaction was whole so far */
		return 0;
	if (value->type != SCD_JSON_STRING || strncmp(value->string, DIGEST_PREFIX, prefix) != 0 ||
	    !sha256_from_text(value->string + prefix, ledger->set_digest))
		return scd_fail(err, SCD_E_CORRUPT, 0, "setDigest is no digest");
	return 0;
}

static int read_corrupt_at(const struct scd_json_value *value, struct scd_ledger *ledger,
			   struct scd_error *err)
{
	if (!value)
		return 0;
	if (value->type != SCD_JSON_STRING || !time_from_text(value->string, &ledger->corrupt_at))
		return scd_fail(err, SCD_E_CORRUPT, 0, "corruptAt is no time");
	return 0;
}

static int read_root(const struct scd_json_value *root, struct scd_ledger *ledger,
		     struct scd_error *err)
{
	const struct scd_json_value *object, *digest, *corrupt, *dirs, *files;

	if (!root || root->type != SCD_JSON_ARRAY || root->count != 1 ||
	    root->child->type != SCD_JSON_OBJECT)
		return scd_fail(err, SCD_E_CORRUPT, 0, "no JSON list of one object");
	object = root->child;
	if (check_text(object, "apiVersion", API_VERSION, err) < 0 ||
	    check_text(object, "kind", KIND, err) < 0 ||
	    get_once(object, "setDigest", &digest, err) < 0 ||
	    get_once(object, "corruptAt", &corrupt, err) < 0 ||
	    get_once(object, "directories", &dirs, err) < 0 ||
	    get_once(object, "files", &files, err) < 0)
		return -1;
	if (read_digest(digest, ledger, err) < 0 || read_corrupt_at(corrupt, ledger, err) < 0 ||
	    read_dirs(dirs, ledger, err) < 0)
		return -1;
	return read_files(files, ledger, err);
}

int scd_ledger_parse(const char *text, size_t len, struct scd_ledger *ledger, struct scd_error *err)
{
	auto_ledger struct scd_ledger made = { 0 };
	auto_json struct scd_json json = { 0 };

	if (len > SCD_STATE_FILE_MAX)
		return scd_fail(err, SCD_E_CORRUPT, 0, "over %zu bytes", SCD_STATE_FILE_MAX);
	if (scd_json_parse(text, len, &json, err) < 0)
		return -1;
	/* Its faults of duplicate keys are no use: it ignores letter case, file names do not. */
	if (read_root(scd_json_root(&json), &made, err) < 0)
		return -1;
	*ledger = made;
	made = (struct scd_ledger){ 0 };
	return 0;
}

int scd_ledger_load(int destination, struct scd_ledger *ledger, struct scd_error *err)
{
	auto_free char *text = NULL;
	size_t len = 0;

	if (scd_read_file_at(destination, SCD_LEDGER_FILE, true, SCD_STATE_FILE_MAX, &text, &len,
			     err) == 0)
		return scd_ledger_parse(text, len, ledger, err);
	return err->code == SCD_E_SYSTEM && err->sys == ENOENT ? 0 : -1;
}

bool scd_ledger_is_corrupt(const struct scd_error *err)
{
	return err->code == SCD_E_CORRUPT || err->code == SCD_E_NOT_REGULAR ||
	       err->code == SCD_E_TOO_LARGE ||
	       (err->code == SCD_E_SYSTEM &&
		(err->sys == ELOOP || err->sys == EACCES || err->sys == EPERM));
}

/* cJSON's own helpers return NULL when out of memory: every result is looked at. */
static bool print_member(cJSON *object, const struct member *member, const struct scd_owned *row)
{
	const void *field = (const char *)row + member->offset;
	char text[SCD_LEDGER_TIME];
	uint64_t size;
	int64_t when;

	switch (member->type) {
	case MEMBER_SHA256:
		return !*(const char *)field ||
		       cJSON_AddStringToObject(object, member->name, field);
	case MEMBER_SIZE:
		memcpy(&size, field, sizeof(size));
		return !size || cJSON_AddNumberToObject(object, member->name, (double)size);
	case MEMBER_TIME:
		memcpy(&when, field, sizeof(when));
		scd_ledger_time(when, text);
		return !when || cJSON_AddStringToObject(object, member->name, text);
	case MEMBER_BOOL:
		return !*(const bool *)field || cJSON_AddTrueToObject(object, member->name);
	}
	return false;
}

static bool print_files(cJSON *object, const struct scd_ledger *ledger)
{
	for (size_t i = 0; object && i < ledger->count; i++) {
		cJSON *row = cJSON_AddObjectToObject(object, ledger->files[i].name);

		for (size_t m = 0; m < MEMBER_COUNT; m++)
			if (!row || !print_member(row, &members[m], &ledger->files[i]))
				return false;
	}
	return object;
}

static bool print_dirs(cJSON *list, const struct scd_ledger *ledger)
{
	for (size_t i = 0; list && i < ledger->dir_count; i++) {
		cJSON *path = cJSON_CreateString(ledger->dirs[i]);

		if (!path || !cJSON_AddItemToArray(list, path)) {
			cJSON_Delete(path);
			return false;
		}
	}
	return list;
}

static bool print_head(cJSON *object, const struct scd_ledger *ledger, const char *pod_uid)
{
	char digest[sizeof(DIGEST_PREFIX) + SCD_SHA256_HEX] = "", when[SCD_LEDGER_TIME];
	cJSON *writer;

	if (!cJSON_AddStringToObject(object, "apiVersion", API_VERSION) ||
	    !cJSON_AddStringToObject(object, "kind", KIND))
		return false;
	writer = cJSON_AddObjectToObject(object, "writer");
	if (!writer || !cJSON_AddStringToObject(writer, "version", "v" SCD_VERSION))
		return false;
	/* From the environment: what is no UID could make the file unreadable. */
	if (scd_name_part_valid(pod_uid, strlen(pod_uid)) &&
	    !cJSON_AddStringToObject(writer, "podUID", pod_uid))
		return false;
	scd_ledger_time(ledger->corrupt_at, when);
	if (ledger->corrupt_at && !cJSON_AddStringToObject(object, "corruptAt", when))
		return false;
	(void)snprintf(digest, sizeof(digest), DIGEST_PREFIX "%s", ledger->set_digest);
	return !*ledger->set_digest || cJSON_AddStringToObject(object, "setDigest", digest);
}

static void delete_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}

char *scd_ledger_print(const struct scd_ledger *ledger, const char *pod_uid, size_t *len)
{
	SCD_CLEANUP(delete_tree) cJSON *root = cJSON_CreateArray();
	cJSON *object = cJSON_CreateObject();
	char *text;

	if (!root || !object || !cJSON_AddItemToArray(root, object)) {
		cJSON_Delete(object);
		return NULL;
	}
	if (!print_head(object, ledger, pod_uid) ||
	    !print_dirs(cJSON_AddArrayToObject(object, "directories"), ledger) ||
	    !print_files(cJSON_AddObjectToObject(object, "files"), ledger))
		return NULL;
	text = cJSON_Print(root);
	if (text)
		*len = strlen(text);
	return text;
}

/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <seccomp.h>

#include "text.h"

enum kind {
	STRING,
	UINT,	 /* 0 to 2^64-1, in digits */
	STRINGS, /* a list of strings */
	OBJECTS, /* a list of objects */
	OBJECT
};

struct key {
	const char *name;
	enum kind kind;
	bool docker; /* read by CRI-O and Docker only */
};

/* specs.LinuxSeccomp of runtime-spec 1.1 and containers/common's pkg/seccomp/types.go, in the
 * order in which a profile is best read: common/canon lays files out by it. */
static const struct key profile_keys[] = {
	{ "defaultAction", STRING, false }, { "defaultErrnoRet", UINT, false },
	{ "defaultErrno", STRING, true },   { "architectures", STRINGS, false },
	{ "archMap", OBJECTS, true },	    { "flags", STRINGS, false },
	{ "listenerPath", STRING, false },  { "listenerMetadata", STRING, false },
	{ "syscalls", OBJECTS, false },
};

static const struct key rule_keys[] = {
	{ "comment", STRING, true }, { "names", STRINGS, false },  { "name", STRING, true },
	{ "action", STRING, false }, { "errnoRet", UINT, false },  { "errno", STRING, true },
	{ "args", OBJECTS, false },  { "includes", OBJECT, true }, { "excludes", OBJECT, true },
};

static const struct key arg_keys[] = {
	{ "index", UINT, false },
	{ "value", UINT, false },
	{ "valueTwo", UINT, false },
	{ "op", STRING, false },
};

static const struct key arch_map_keys[] = {
	{ "architecture", STRING, true },
	{ "subArchitectures", STRINGS, true },
};

static const struct key filter_keys[] = {
	{ "caps", STRINGS, true },
	{ "arches", STRINGS, true },
	{ "minKernel", STRING, true },
};

#define TABLE(keys)                                    \
	{                                              \
		keys, sizeof(keys) / sizeof((keys)[0]) \
	}
static const struct {
	const struct key *keys;
	size_t count;
} tables[] = {
	[SCD_KEYS_PROFILE] = TABLE(profile_keys), [SCD_KEYS_RULE] = TABLE(rule_keys),
	[SCD_KEYS_ARG] = TABLE(arg_keys),	  [SCD_KEYS_ARCH_MAP] = TABLE(arch_map_keys),
	[SCD_KEYS_FILTER] = TABLE(filter_keys),
};

static const char *const kind_names[] = {
	[STRING] = "a string",		 [UINT] = "an integer from 0 to 2^64-1 written in digits",
	[STRINGS] = "a list of strings", [OBJECTS] = "a list of objects",
	[OBJECT] = "an object",
};

static const struct key *find(enum scd_keys_of of, const char *name)
{
	for (size_t i = 0; i < tables[of].count; i++)
		if (strcmp(tables[of].keys[i].name, name) == 0)
			return &tables[of].keys[i];
	return NULL;
}

static const struct key *find_folded(enum scd_keys_of of, const char *name)
{
	for (size_t i = 0; i < tables[of].count; i++)
		if (scd_json_same_key(tables[of].keys[i].name, name))
			return &tables[of].keys[i];
	return NULL;
}

/* The key that @name was probably meant to be, or NULL. Docker's comment says nothing to
 * anybody: to miss it is no harm. */
static const struct key *find_near(enum scd_keys_of of, const char *name)
{
	const size_t limit = strlen(name) > 4 ? 2 : 1;
	const struct key *best = NULL;
	size_t least = limit + 1;

	for (size_t i = 0; i < tables[of].count; i++) {
		const struct key *key = &tables[of].keys[i];
		size_t distance = scd_text_distance(key->name, name, limit);

		if (distance < least && strcmp(key->name, "comment") != 0) {
			least = distance;
			best = key;
		}
	}
	return best;
}

static bool has_type(const struct key *key, const struct scd_json_value *value)
{
	switch (key->kind) {
	case STRING:
		return value->type == SCD_JSON_STRING;
	case UINT:
		return value->is_uint;
	case STRINGS:
	case OBJECTS:
		return value->type == SCD_JSON_ARRAY;
	case OBJECT:
		return value->type == SCD_JSON_OBJECT;
	}
	return false;
}

/* What stands there, as the author sees it. */
static void describe(const struct scd_judge *judge, const struct scd_json_value *value,
		     char out[SCD_QUOTE_SIZE])
{
	char word[32];
	size_t n = value->end - value->at;

	if (value->type == SCD_JSON_NUMBER && n < sizeof(word)) {
		memcpy(word, judge->text + value->at, n);
		word[n] = '\0';
		(void)snprintf(out, SCD_QUOTE_SIZE, "%s", word);
		return;
	}
	(void)snprintf(out, SCD_QUOTE_SIZE, "%s", scd_json_type_name(value->type));
}

static void check_element(struct scd_judge *judge, const struct key *key,
			  const struct scd_json_value *element)
{
	const enum scd_json_type want = key->kind == STRINGS ? SCD_JSON_STRING : SCD_JSON_OBJECT;

	if (element->type == SCD_JSON_NULL)
		scd_judge_add(judge, SCD_NULL_ELEMENT, SCD_ERROR, element,
			      "a null in %s: CRI-O crashes on it and runc refuses it; remove it",
			      key->name);
	else if (element->type != want)
		scd_judge_add(judge, SCD_TYPE_MISMATCH, SCD_ERROR, element,
			      "%s must hold %s, not %s: the file is refused when a container is "
			      "created; correct it",
			      key->name, key->kind == STRINGS ? "strings" : "objects",
			      scd_json_type_name(element->type));
}

static void check_known(struct scd_judge *judge, const struct key *key,
			const struct scd_json_value *value)
{
	char what[SCD_QUOTE_SIZE];

	/* containerd never looks at Docker's keys, so their types bite CRI-O alone. */
	if (key->docker && !(judge->opts->runtimes & SCD_CRI_O))
		return;
	if (value->type == SCD_JSON_NULL)
		return;
	if (!has_type(key, value)) {
		describe(judge, value, what);
		scd_judge_add(judge, SCD_TYPE_MISMATCH, SCD_ERROR, value,
			      "%s must be %s, not %s: the file is refused when a container is "
			      "created; correct it",
			      key->name, kind_names[key->kind], what);
		return;
	}
	if (key->kind == STRINGS || key->kind == OBJECTS)
		for (const struct scd_json_value *v = value->child; v; v = v->next)
			check_element(judge, key, v);
}

/* Whether an unknown key holds what its author takes for rules. */
static bool holds_rules(const struct scd_json_value *value)
{
	if (value->type != SCD_JSON_ARRAY)
		return false;
	for (const struct scd_json_value *v = value->child; v; v = v->next) {
		if (scd_json_get(v, "names") || scd_json_get(v, "action"))
			return true;
		if (v->type == SCD_JSON_STRING &&
		    seccomp_syscall_resolve_name(v->string) != __NR_SCMP_ERROR)
			return true;
	}
	return false;
}

static void check_unknown(struct scd_judge *judge, enum scd_keys_of of,
			  const struct scd_json_value *value)
{
	char name[SCD_QUOTE_SIZE];
	const struct key *key = find_folded(of, value->key);

	scd_judge_quote(value->key, name);
	if (key) {
		scd_judge_add_key(
			judge, SCD_KEY_CASE, SCD_ERROR, value,
			"key \"%s\": containerd and CRI-O take it for \"%s\", other tools "
			"do not see it; write \"%s\"",
			name, key->name, key->name);
		return;
	}
	key = find_near(of, value->key);
	if (key)
		scd_judge_add_key(judge, SCD_UNKNOWN_KEY, SCD_ERROR, value,
				  "key \"%s\" is ignored by every runtime; did you mean \"%s\"?",
				  name, key->name);
	else if (holds_rules(value))
		scd_judge_add_key(
			judge, SCD_UNKNOWN_KEY, SCD_ERROR, value,
			"key \"%s\" holds rules and is ignored by every runtime; put them "
			"under \"syscalls\"",
			name);
	else
		scd_judge_add_key(judge, SCD_UNKNOWN_KEY, SCD_NOTE, value,
				  "key \"%s\" is ignored by every runtime", name);
}

void scd_keys_check(struct scd_judge *judge, const struct scd_json_value *object,
		    enum scd_keys_of of)
{
	for (const struct scd_json_value *v = object->child; v; v = v->next) {
		const struct key *key = find(of, v->key);

		if (key)
			check_known(judge, key, v);
		else
			check_unknown(judge, of, v);
	}
}

size_t scd_keys_rank(enum scd_keys_of of, const char *name)
{
	const struct key *key = find(of, name);

	return key ? (size_t)(key - tables[of].keys) + 1 : 0;
}

const struct scd_json_value *scd_keys_get(const struct scd_json_value *object, enum scd_keys_of of,
					  const char *key)
{
	const struct scd_json_value *value = scd_json_get(object, key);
	const struct key *row = find(of, key);

	assert(row); /* ours ask for keys of the tables */
	return value && has_type(row, value) ? value : NULL;
}

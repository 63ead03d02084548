/* SPDX-License-Identifier: MIT */
#include "spec.h"

#include <inttypes.h>
#include <string.h>

/* Types of the OCI structure (runtime-spec, specs-go/config.go). */
enum field_type {
	STRING,
	UINT,
	UINT_POINTER, /* *uint: null and absent are nil */
	STRINGS
};

struct field {
	const char *key;
	enum field_type type;
	bool omit_empty;
};

static const struct field profile_fields[] = {
	{ "defaultAction", STRING, false }, { "defaultErrnoRet", UINT_POINTER, true },
	{ "architectures", STRINGS, true }, { "flags", STRINGS, true },
	{ "listenerPath", STRING, true },   { "listenerMetadata", STRING, true },
};
static const struct field syscall_fields[] = {
	{ "names", STRINGS, false },
	{ "action", STRING, false },
	{ "errnoRet", UINT_POINTER, true },
};
static const struct field arg_fields[] = {
	{ "index", UINT, false },
	{ "value", UINT, false },
	{ "valueTwo", UINT, true },
	{ "op", STRING, false },
};
#define FIELDS(table) (table), sizeof(table) / sizeof((table)[0])

static void add_string(const char *text, struct scd_buf *out)
{
	scd_buf_putc(out, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == '"' || c == '\\')
			scd_buf_printf(out, "\\u%04x", c);
		else
			scd_buf_putc(out, *p);
	}
	scd_buf_putc(out, '"');
}

static bool add_strings(const struct scd_json_value *list, struct scd_buf *out)
{
	if (!list) {
		scd_buf_puts(out, "null");
		return true;
	}
	scd_buf_putc(out, '[');
	for (const struct scd_json_value *v = list->child; v; v = v->next) {
		if (v->type != SCD_JSON_STRING && v->type != SCD_JSON_NULL)
			return false;
		add_string(v->type == SCD_JSON_NULL ? "" : v->string, out);
		if (v->next)
			scd_buf_putc(out, ',');
	}
	scd_buf_putc(out, ']');
	return true;
}

/* Whether encoding/json would leave the field out. */
static bool is_empty(const struct field *field, const struct scd_json_value *value)
{
	if (!value)
		return true;
	switch (field->type) {
	case STRING:
		return !*value->string;
	case UINT:
		return value->uint == 0;
	case UINT_POINTER:
		return false;
	default:
		return value->count == 0;
	}
}

static bool type_fits(const struct field *field, const struct scd_json_value *value)
{
	switch (field->type) {
	case STRING:
		return value->type == SCD_JSON_STRING;
	case UINT:
	case UINT_POINTER:
		return value->type == SCD_JSON_NUMBER && value->is_uint;
	default:
		return value->type == SCD_JSON_ARRAY;
	}
}

/* The member that a field is decoded from; null leaves it as it was. Keys match without regard to
 * case. */
static const struct scd_json_value *find(const struct scd_json_value *object, const char *key)
{
	const struct scd_json_value *v = object ? object->child : NULL;

	while (v && !scd_json_same_key(v->key, key))
		v = v->next;
	return v && v->type != SCD_JSON_NULL ? v : NULL;
}

static bool add_scalar(const struct field *field, const struct scd_json_value *value,
		       struct scd_buf *out)
{
	if (field->type == STRINGS)
		return add_strings(value, out);
	if (field->type == STRING)
		add_string(value ? value->string : "", out);
	else
		scd_buf_printf(out, "%" PRIu64, value ? value->uint : 0);
	return true;
}

/* An object with its scalar fields; not closed yet. Each structure has one that is never left
 * out, first. */
static bool open_object(const struct scd_json_value *object, const struct field *fields,
			size_t count, struct scd_buf *out)
{
	const char *separator = "";

	if (object->type != SCD_JSON_OBJECT && object->type != SCD_JSON_NULL)
		return false;
	scd_buf_putc(out, '{');
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		const struct scd_json_value *value = find(object, field->key);

		if (value && !type_fits(field, value))
			return false;
		if (field->omit_empty && is_empty(field, value))
			continue;
		scd_buf_printf(out, "%s\"%s\":", separator, field->key);
		separator = ",";
		if (!add_scalar(field, value, out))
			return false;
	}
	return true;
}

typedef bool add_object(const struct scd_json_value *object, struct scd_buf *out);

/* A list of structures as the last field; left out when empty. Closes the object. */
static bool close_with(const struct scd_json_value *object, const char *key, add_object *add,
		       struct scd_buf *out)
{
	const struct scd_json_value *list = find(object, key);

	if (list && list->type != SCD_JSON_ARRAY)
		return false;
	if (list && list->count) {
		scd_buf_printf(out, ",\"%s\":[", key);
		for (const struct scd_json_value *v = list->child; v; v = v->next) {
			if (!add(v, out))
				return false;
			scd_buf_putc(out, v->next ? ',' : ']');
		}
	}
	scd_buf_putc(out, '}');
	return true;
}

static bool add_arg(const struct scd_json_value *arg, struct scd_buf *out)
{
	if (!open_object(arg, FIELDS(arg_fields), out))
		return false;
	scd_buf_putc(out, '}');
	return true;
}

static bool add_syscall(const struct scd_json_value *rule, struct scd_buf *out)
{
	return open_object(rule, FIELDS(syscall_fields), out) &&
	       close_with(rule, "args", add_arg, out);
}

bool scd_spec_add(const struct scd_json_value *root, struct scd_buf *out)
{
	return open_object(root, FIELDS(profile_fields), out) &&
	       close_with(root, "syscalls", add_syscall, out);
}

/* SPDX-License-Identifier: MIT */
/* SeccompProfile objects of security-profiles-operator: the JSON that it writes of them. */
#include "manifest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "buf.h"
#include "text.h"
#include "value.h"

#define DEPTH_MAX 8 /* of a spec: the fields below need 5, and aliases may go round */
#define NEAR 3	    /* edits within which a field is a misspelling */

/* What the operator reads, and of which fields the items of a list are: the structures of
 * api/seccompprofile/v1beta1 (kubernetes-sigs/security-profiles-operator at 943e127ab56e) and v1
 * (349e0e62bb96), with what both take from api/profilebase (v1 at 37327fec6947). */
struct field {
	const char *name; /* NULL ends the list */
	const struct field *items;
	bool not_written;    /* read by the operator, not part of the file */
	bool zero_is_absent; /* "omitempty": the file does not have it */
	const char *below;   /* from v1 on: the directory that the file it names lies in */
	enum {
		EVERY,
		BEFORE_V1,
		FROM_V1
	} versions;
};

static const struct field arg_fields[] = {
	{ .name = "index" }, { .name = "value" }, { .name = "valueTwo" }, { .name = "op" }, { 0 },
};

static const struct field syscall_fields[] = {
	{ .name = "names" },
	{ .name = "action" },
	{ .name = "errnoRet", .zero_is_absent = true },
	{ .name = "args", .items = arg_fields },
	{ 0 },
};

static const struct field spec_fields[] = {
	{ .name = "defaultAction" },
	{ .name = "architectures" },
	{ .name = "listenerPath", .below = "/var/run/security-profiles-operator/" },
	{ .name = "listenerMetadata" },
	{ .name = "flags" },
	{ .name = "syscalls", .items = syscall_fields },
	{ .name = "baseProfileName", .not_written = true },
	{ .name = "disabled", .not_written = true, .versions = BEFORE_V1 },
	{ .name = "state", .not_written = true, .versions = FROM_V1 },
	{ 0 },
};

struct writer {
	struct scd_object *object;
	bool v1; /* the version of the object */
	struct scd_buf out;
	struct scd_spans spans;
};

static bool has_field(const struct writer *writer, const struct field *field)
{
	return field->versions == EVERY || (field->versions == FROM_V1) == writer->v1;
}

static const struct field *find_field(const struct writer *writer, const struct field *fields,
				      const char *name)
{
	for (; fields->name; fields++)
		if (has_field(writer, fields) && strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static void report_unknown(struct writer *writer, const struct field *fields,
			   const struct scd_yaml_node *key)
{
	const char *name = scd_yaml_text(key), *nearest = NULL;
	size_t best = NEAR + 1;
	char shown[SCD_VALUE_SHOWN];

	for (; fields->name; fields++) {
		const size_t distance = scd_text_distance(name, fields->name, NEAR);

		if (has_field(writer, fields) && distance < best) {
			best = distance;
			nearest = fields->name;
		}
	}
	scd_object_report(writer->object, SCD_MANIFEST_IGNORED, nearest ? SCD_ERROR : SCD_WARNING,
			  key, "the operator has no field %s, and the API server drops it%s%s%s",
			  scd_value_show(name, shown), nearest ? "; did you mean " : "",
			  nearest ? nearest : "", nearest ? "?" : "");
}

/* Whole numbers alone are the same in YAML and in JSON; others are for the validator to refuse,
 * as strings. */
static bool is_json_number(const char *text)
{
	const char *digits = text + (*text == '-');

	return *digits && !digits[strspn(digits, "0123456789")] && (*digits != '0' || !digits[1]);
}

static void write_scalar(struct writer *writer, const struct scd_yaml_node *node)
{
	const char *text = scd_yaml_text(node);

	switch (scd_yaml_kind(node)) {
	case SCD_YAML_NULL:
		scd_buf_puts(&writer->out, "null");
		return;
	case SCD_YAML_BOOL:
		scd_buf_puts(&writer->out, strchr("tTyY", *text) || strcasecmp(text, "on") == 0
						   ? "true"
						   : "false");
		return;
	default:
		break;
	}
	if (scd_yaml_kind(node) == SCD_YAML_NUMBER && is_json_number(text)) {
		scd_buf_puts(&writer->out, text);
		return;
	}
	scd_buf_putc(&writer->out, '"');
	scd_text_json(&writer->out, text, scd_yaml_length(node));
	scd_buf_putc(&writer->out, '"');
}

static void mark(struct writer *writer, const struct scd_yaml_node *node)
{
	scd_spans_add(&writer->spans, (struct scd_span){ writer->out.len, scd_yaml_line(node),
							 scd_yaml_column(node), false });
}

/* A list or mapping that is being written. */
struct level {
	const struct scd_yaml_node *node;
	const struct field *fields; /* of a mapping, or of the items of a list; NULL: any */
	size_t next;		    /* of its items or pairs */
	bool first;		    /* nothing has been written in it */
};

static bool is_mapping(const struct scd_yaml_node *node)
{
	return scd_yaml_kind(node) == SCD_YAML_MAPPING;
}

static bool is_scalar(const struct scd_yaml_node *node)
{
	return !is_mapping(node) && scd_yaml_kind(node) != SCD_YAML_SEQUENCE;
}

/* The pattern of v1's listenerPath: a name of letters, digits, _ - and . in that directory. */
static void check_below(struct writer *writer, const struct field *field,
			const struct scd_yaml_node *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-.";
	const char *text = value && is_scalar(value) ? scd_yaml_text(value) : "";
	const size_t dir = field->below ? strlen(field->below) : 0;

	if (dir == 0 || !writer->v1 || *text == '\0' ||
	    (strncmp(text, field->below, dir) == 0 && text[dir] &&
	     !text[dir + strspn(text + dir, plain)]))
		return;
	scd_object_report(writer->object, SCD_MANIFEST_REFUSED, SCD_ERROR, value,
			  "the API server refuses a %s that is not in %s; use a socket there",
			  field->name, field->below);
}

/* The operator writes no zero, and an absent number means another one to a runtime. */
static bool is_left_out(struct writer *writer, const struct field *field,
			const struct scd_yaml_node *value)
{
	if (!field->zero_is_absent || !value || scd_yaml_kind(value) != SCD_YAML_NUMBER ||
	    strcmp(scd_yaml_text(value), "0") != 0)
		return false;
	scd_object_report(writer->object, SCD_MANIFEST_IGNORED, SCD_WARNING, value,
			  "the operator writes no %s of 0, and a runtime that finds none takes "
			  "EPERM; write the number, or leave it out",
			  field->name);
	return true;
}

/* Writes what stands before the next value of a mapping, and says of what fields that is; NULL
 * when the pair is left out. */
static const struct scd_yaml_node *begin_pair(struct writer *writer, struct level *level,
					      const struct field **fields)
{
	const struct scd_yaml *doc = writer->object->doc;
	const struct scd_yaml_node *key = scd_yaml_key(doc, level->node, level->next);
	const struct scd_yaml_node *value = scd_yaml_value(doc, level->node, level->next);
	const struct field *field = NULL;

	if (level->fields) {
		field = find_field(writer, level->fields, scd_yaml_text(key));
		if (!field)
			report_unknown(writer, level->fields, key);
		if (!field || field->not_written || is_left_out(writer, field, value))
			return NULL;
		check_below(writer, field, value);
	}
	*fields = field ? field->items : NULL;
	scd_buf_puts(&writer->out, level->first ? "" : ",");
	mark(writer, key);
	scd_buf_putc(&writer->out, '"');
	scd_text_json(&writer->out, scd_yaml_text(key), scd_yaml_length(key));
	scd_buf_puts(&writer->out, "\":");
	return value;
}

static const struct scd_yaml_node *begin_item(struct writer *writer, struct level *level,
					      const struct field **fields)
{
	*fields = level->fields;
	scd_buf_puts(&writer->out, level->first ? "" : ",");
	return scd_yaml_item(writer->object->doc, level->node, level->next);
}

/* Ends for every document, also one with a node within itself: the depth is limited, and so are
 * the steps and what is written. */
static void write_spec(struct writer *writer, const struct scd_yaml_node *spec)
{
	struct level levels[DEPTH_MAX] = { { spec, spec_fields, 0, true } };
	size_t depth = 1;

	scd_buf_putc(&writer->out, '{');
	while (depth > 0 && !writer->out.failed && scd_object_may_visit(writer->object, 1)) {
		struct level *level = &levels[depth - 1];
		const struct scd_yaml_node *value;
		const struct field *fields = NULL;

		if (level->next == scd_yaml_count(level->node)) {
			scd_buf_putc(&writer->out, is_mapping(level->node) ? '}' : ']');
			depth--;
			continue;
		}
		value = is_mapping(level->node) ? begin_pair(writer, level, &fields)
						: begin_item(writer, level, &fields);
		level->next++;
		if (!value)
			continue;
		level->first = false;
		mark(writer, value);
		if (is_scalar(value)) {
			write_scalar(writer, value);
		} else if (depth == DEPTH_MAX) {
			scd_buf_puts(&writer->out, "null");
		} else {
			scd_buf_putc(&writer->out, is_mapping(value) ? '{' : '[');
			levels[depth++] = (struct level){ value, fields, 0, true };
		}
	}
}

static void add_written(struct writer *writer, const struct scd_yaml_node *spec)
{
	struct scd_object *object = writer->object;
	struct scd_embedded profile = {
		.root = "operator",
		.line = scd_yaml_line(spec),
		.column = scd_yaml_column(spec),
		.incomplete = *scd_object_string(object, spec, "baseProfileName") != '\0',
		.spans = writer->spans,
		.len = writer->out.len,
	};

	profile.text = scd_buf_take(&writer->out);
	writer->spans = (struct scd_spans){ 0 }; /* the profile's now */
	if (asprintf(&profile.object, "%s %s%s%s", object->kind, object->space,
		     *object->space ? "/" : "", object->name) < 0)
		profile.object = NULL;
	/* Versions of the operator differ in whether the namespace is a directory. */
	if (asprintf(&profile.name, "%s.json", object->name) < 0)
		profile.name = NULL;
	scd_object_add_profile(object, profile);
}

void scd_read_seccomp_profile(struct scd_object *object)
{
	const struct scd_yaml_node *spec = scd_object_get(object, object->root, "spec");
	const char *version = scd_object_string(object, object->root, "apiVersion");
	struct writer writer = { .object = object,
				 .v1 = scd_text_ends_in(version, "/v1"),
				 .out = scd_buf_init(SCD_PROFILE_MAX + SCD_PROFILE_MAX) };

	if (!spec || scd_yaml_kind(spec) != SCD_YAML_MAPPING) {
		scd_object_report(
			object, SCD_MANIFEST_REFUSED, SCD_ERROR, spec ? spec : object->root,
			"a SeccompProfile without a spec: write defaultAction and syscalls "
			"below spec");
		return;
	}
	write_spec(&writer, spec);
	if (writer.out.failed && !writer.out.no_memory)
		scd_object_report(object, SCD_MANIFEST_REFUSED, SCD_ERROR, spec,
				  "the profile is over %zu bytes", SCD_PROFILE_MAX);
	else if (scd_object_has_room(object, writer.out.len))
		add_written(&writer, spec);
	scd_spans_done(&writer.spans);
	scd_buf_done(&writer.out);
}

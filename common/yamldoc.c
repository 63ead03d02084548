/* SPDX-License-Identifier: MIT */
#include "yamldoc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "value.h"
#include "yaml_internal.h"

/* A reading of the text: for its tokens or for its document. */
struct reader {
	yaml_parser_t parser;
	bool ready;
};

static void reader_done(struct reader *reader)
{
	if (reader->ready)
		yaml_parser_delete(&reader->parser);
}

static void token_done(yaml_token_t *token)
{
	yaml_token_delete(token);
}

static int fail_with(const struct scd_yaml *doc, size_t line, size_t column, struct scd_error *err,
		     const char *fmt, va_list ap)
{
	char msg[sizeof(err->msg)];

	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	return scd_fail(err, SCD_E_CONFIG, 0, "%s:%zu:%zu: %s", doc->name, line, column, msg);
}

static int fail_at(const struct scd_yaml *doc, size_t line, size_t column, struct scd_error *err,
		   const char *fmt, ...) SCD_PRINTF(5, 6);

static int fail_at(const struct scd_yaml *doc, size_t line, size_t column, struct scd_error *err,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fail_with(doc, line, column, err, fmt, ap);
	va_end(ap);
	return -1;
}

int scd_yaml_fail(const struct scd_yaml *doc, const struct scd_yaml_node *node,
		  struct scd_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fail_with(doc, scd_yaml_line(node), scd_yaml_column(node), err, fmt, ap);
	va_end(ap);
	return -1;
}

int scd_yaml_wrap(const struct scd_yaml *doc, const struct scd_yaml_node *node,
		  struct scd_error *err, const char *fmt, ...)
{
	const struct scd_error inner = *err;
	char context[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	(void)scd_yaml_fail(doc, node, err, "%s: %s", context, inner.msg);
	err->code = inner.code;
	err->sys = inner.sys;
	return -1;
}

/*
 * Before libyaml: characters
 */

/* The byte order mark of UTF-16, as shells on Windows write it. */
static bool is_utf16(const char *text, size_t len)
{
	if (len < 2)
		return false;
	return memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0;
}

/* What is wrong with the character of @n bytes, or NULL. NEL, LS and PS are refused because
 * YAML 1.1 takes them for line breaks and YAML 1.2 does not: what a text means, and where
 * its lines are, must not depend on the reader. */
static const char *refuse_character(const char *text, size_t n, bool first, bool before_newline)
{
	const uint8_t *p = (const uint8_t *)text;
	static const char control[] = "a control character: escape it in double quotes";

	if (n == 0)
		return "not UTF-8";
	if (n == 1 && *p == '\r')
		return before_newline ? NULL : "a carriage return without a line feed";
	if (n == 1)
		return (*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f ? control : NULL;
	if (n == 2)
		return *p == 0xc2 && p[1] < 0xa0 ? control : NULL;
	if (n == 3 && *p == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
		return "a Unicode line separator: escape it in double quotes";
	if (first && n == 3 && *p == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return "a byte order mark: save the file without one";
	return NULL;
}

static int check_characters(const struct scd_yaml *doc, const char *text, size_t len,
			    struct scd_error *err)
{
	size_t n;

	if (is_utf16(text, len))
		return fail_at(doc, 1, 1, err, "UTF-16: save the file as UTF-8");
	for (size_t i = 0; i < len; i += n) {
		const char *wrong;
		unsigned line, column;

		n = scd_utf8_length(text + i, len - i);
		wrong = refuse_character(text + i, n, i == 0, i + 1 < len && text[i + 1] == '\n');
		if (!wrong)
			continue;
		scd_text_position(text, len, i, &line, &column);
		return fail_at(doc, line, column, err, "%s", wrong);
	}
	return 0;
}

/*
 * Tokens: what libyaml would resolve silently, or build at any depth
 */

static int start(struct reader *reader, const char *text, size_t len, struct scd_error *err)
{
	if (!yaml_parser_initialize(&reader->parser))
		return scd_fail(err, SCD_E_NOMEM, 0, "YAML parser");
	reader->ready = true;
	yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text, len);
	return 0;
}

/* Says what libyaml found wrong. */
static int fail_parser(const struct scd_yaml *doc, const yaml_parser_t *parser, const char *text,
		       size_t len, struct scd_error *err)
{
	struct scd_yaml_problem problem;
	unsigned line, column;

	/* Where libyaml 0.2.5 runs out of memory in its loader, it names no error at all. */
	if (parser->error == YAML_MEMORY_ERROR || parser->error == YAML_NO_ERROR)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", doc->name);
	if (parser->error == YAML_READER_ERROR) {
		scd_text_position(text, len, parser->problem_offset, &line, &column);
		return fail_at(doc, line, column, err, "%s",
			       parser->problem ? parser->problem : "not YAML");
	}
	problem = scd_yaml_problem_of(parser, text, len);
	return fail_at(doc, problem.line, problem.column, err, "%s", problem.message);
}

static const char *refuse_token(yaml_token_type_t type, bool aliases)
{
	switch (type) {
	case YAML_ALIAS_TOKEN:
		return aliases ? NULL : "aliases (*name) are not accepted: write the value out";
	case YAML_ANCHOR_TOKEN:
		return aliases ? NULL : "anchors (&name) are not accepted";
	case YAML_TAG_TOKEN:
		return "tags (!type) are not accepted";
	case YAML_VERSION_DIRECTIVE_TOKEN:
	case YAML_TAG_DIRECTIVE_TOKEN:
		return "directives (%) are not accepted";
	default:
		return NULL;
	}
}

static int depth_change(yaml_token_type_t type)
{
	switch (type) {
	case YAML_BLOCK_SEQUENCE_START_TOKEN:
	case YAML_BLOCK_MAPPING_START_TOKEN:
	case YAML_FLOW_SEQUENCE_START_TOKEN:
	case YAML_FLOW_MAPPING_START_TOKEN:
		return 1;
	case YAML_BLOCK_END_TOKEN:
	case YAML_FLOW_SEQUENCE_END_TOKEN:
	case YAML_FLOW_MAPPING_END_TOKEN:
		return -1;
	default:
		return 0;
	}
}

static int check_tokens(const struct scd_yaml *doc, const char *text, size_t len,
			const struct scd_yaml_limits *limits, struct scd_error *err)
{
	SCD_CLEANUP(reader_done) struct reader reader = { .ready = false };
	yaml_token_type_t type;
	long depth = 0;

	if (start(&reader, text, len, err) < 0)
		return -1;
	do {
		SCD_CLEANUP(token_done) yaml_token_t token = { .type = YAML_NO_TOKEN };
		const char *refused;

		if (!yaml_parser_scan(&reader.parser, &token))
			return fail_parser(doc, &reader.parser, text, len, err);
		type = token.type;
		depth += depth_change(type);
		refused = refuse_token(type, limits->aliases);
		if (refused)
			return fail_at(doc, token.start_mark.line + 1, token.start_mark.column + 1,
				       err, "%s", refused);
		if (depth > (long)limits->depth)
			return fail_at(doc, token.start_mark.line + 1, token.start_mark.column + 1,
				       err, "nested more than %zu deep", limits->depth);
	} while (type != YAML_STREAM_END_TOKEN);
	return 0;
}

/*
 * Nodes: what YAML lets pass
 */

struct key {
	const yaml_node_t *node;
};

static int compare_texts(const yaml_node_t *a, const yaml_node_t *b)
{
	const size_t a_len = a->data.scalar.length, b_len = b->data.scalar.length;

	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a->data.scalar.value, b->data.scalar.value, a_len);
}

/* By text, and equal ones in the order of the document. */
static int compare_keys(const void *a, const void *b)
{
	const yaml_node_t *left = ((const struct key *)a)->node;
	const yaml_node_t *right = ((const struct key *)b)->node;
	const int order = compare_texts(left, right);

	return order ? order : (left > right) - (left < right);
}

static int check_duplicates(const struct scd_yaml *doc, const yaml_node_t *mapping,
			    struct scd_error *err)
{
	const yaml_node_pair_t *pairs = mapping->data.mapping.pairs.start;
	const size_t count = (size_t)(mapping->data.mapping.pairs.top - pairs);
	auto_free struct key *keys = NULL;
	const struct scd_yaml_node *second;
	char shown[SCD_VALUE_SHOWN];
	size_t found = 0; /* index of the first duplicate in the document; 0: none */

	if (count < 2)
		return 0;
	keys = calloc(count, sizeof(*keys));
	if (!keys)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", doc->name);
	for (size_t i = 0; i < count; i++)
		keys[i].node = node_of(doc, pairs[i].key);
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 1; i < count; i++)
		if (compare_texts(keys[i - 1].node, keys[i].node) == 0 &&
		    (found == 0 || keys[i].node < keys[found].node))
			found = i;
	if (found == 0)
		return 0;
	second = (const void *)keys[found].node;
	return scd_yaml_fail(doc, second, err, "the key %s is already there, in line %zu",
			     scd_value_show(scd_yaml_text(second), shown),
			     keys[found - 1].node->start_mark.line + 1);
}

static int check_mapping(const struct scd_yaml *doc, const yaml_node_t *mapping, bool merges,
			 struct scd_error *err)
{
	const yaml_node_pair_t *top = mapping->data.mapping.pairs.top;

	for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < top; pair++) {
		const struct scd_yaml_node *key = handle(doc, pair->key);
		const yaml_node_t *node = raw(key);

		if (node->type != YAML_SCALAR_NODE)
			return scd_yaml_fail(doc, key, err, "a key has to be a word");
		if (scd_yaml_kind(key) == SCD_YAML_NULL)
			return scd_yaml_fail(doc, key, err, "a key is missing");
		if (!merges && is_merge_key(node))
			return scd_yaml_fail(doc, key, err, "merge keys (<<) are not accepted");
	}
	return check_duplicates(doc, mapping, err);
}

static int check_nodes(const struct scd_yaml *doc, bool merges, struct scd_error *err)
{
	const yaml_node_t *top = doc->document.nodes.top;

	for (const yaml_node_t *node = doc->document.nodes.start; node < top; node++)
		if (node->type == YAML_SCALAR_NODE &&
		    memchr(node->data.scalar.value, '\0', node->data.scalar.length))
			return scd_yaml_fail(doc, (const void *)node, err,
					     "a NUL character (\\0) in a string");
	/* A second time: keys are compared as C strings from here on. */
	for (const yaml_node_t *node = doc->document.nodes.start; node < top; node++)
		if (node->type == YAML_MAPPING_NODE && check_mapping(doc, node, merges, err) < 0)
			return -1;
	return 0;
}

/*
 * Documents
 */

struct scd_yaml_stream {
	struct reader reader;
	struct scd_yaml *next; /* one that is loading, or an empty one that has the name */
	const char *text;
	size_t len;
	bool merges;
};

static int new_document(const char *name, struct scd_yaml **doc, struct scd_error *err)
{
	const size_t len = strlen(name);

	*doc = calloc(1, sizeof(**doc));
	if (!*doc)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", name);
	if (len < NAME_SHOWN)
		(void)snprintf((*doc)->name, NAME_SHOWN, "%s", name);
	else
		(void)snprintf((*doc)->name, NAME_SHOWN, "...%s", name + len - (NAME_SHOWN - 4));
	return 0;
}

int scd_yaml_open(const char *name, const char *text, size_t len,
		  const struct scd_yaml_limits *limits, struct scd_yaml_stream **stream,
		  struct scd_error *err)
{
	auto_yaml_stream struct scd_yaml_stream *opening = NULL;

	if (len > limits->bytes)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "'%s' is over %zu bytes", name,
				limits->bytes);
	opening = calloc(1, sizeof(*opening));
	if (!opening)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", name);
	opening->text = text;
	opening->len = len;
	opening->merges = limits->aliases;
	if (new_document(name, &opening->next, err) < 0)
		return -1;
	assert(opening->next);
	if (check_characters(opening->next, text, len, err) < 0 ||
	    check_tokens(opening->next, text, len, limits, err) < 0 ||
	    start(&opening->reader, text, len, err) < 0)
		return -1;
	*stream = opening;
	opening = NULL; /* the caller's now */
	return 0;
}

int scd_yaml_next(struct scd_yaml_stream *stream, struct scd_yaml **doc, struct scd_error *err)
{
	struct scd_yaml *loading = stream->next;

	assert(loading); /* not after a failure */
	if (!yaml_parser_load(&stream->reader.parser, &loading->document))
		return fail_parser(loading, &stream->reader.parser, stream->text, stream->len, err);
	if (loading->document.nodes.start == loading->document.nodes.top) {
		yaml_document_delete(&loading->document);
		return 0;
	}
	loading->loaded = true;
	stream->next = NULL;
	if (new_document(loading->name, &stream->next, err) < 0 ||
	    check_nodes(loading, stream->merges, err) < 0 ||
	    (stream->merges && scd_yaml_merge(loading, err) < 0)) {
		scd_yaml_free(&loading);
		return -1;
	}
	*doc = loading;
	return 1;
}

void scd_yaml_close(struct scd_yaml_stream **stream)
{
	if (!*stream)
		return;
	reader_done(&(*stream)->reader);
	scd_yaml_free(&(*stream)->next);
	free(*stream);
	*stream = NULL;
}

int scd_yaml_load(const char *name, const char *text, size_t len,
		  const struct scd_yaml_limits *limits, struct scd_yaml **doc,
		  struct scd_error *err)
{
	auto_yaml_stream struct scd_yaml_stream *stream = NULL;
	auto_yaml struct scd_yaml *only = NULL, *second = NULL;
	int more;

	if (scd_yaml_open(name, text, len, limits, &stream, err) < 0)
		return -1;
	assert(stream && stream->next);
	more = scd_yaml_next(stream, &only, err);
	if (more == 0)
		return fail_at(stream->next, 1, 1, err, "empty: a document is missing");
	if (more < 0)
		return -1;
	more = scd_yaml_next(stream, &second, err);
	if (more < 0)
		return -1;
	if (second)
		return fail_at(second, second->document.start_mark.line + 1,
			       second->document.start_mark.column + 1, err,
			       "a second document: only one is accepted");
	*doc = only;
	only = NULL; /* the caller's now */
	return 0;
}

void scd_yaml_free(struct scd_yaml **doc)
{
	if (*doc && (*doc)->loaded)
		yaml_document_delete(&(*doc)->document);
	free(*doc);
	*doc = NULL;
}

const char *scd_yaml_place(const struct scd_error *err, const char *name, unsigned *line,
			   unsigned *column)
{
	const size_t len = strlen(name);
	unsigned long row, col;
	char *end;

	*line = *column = 0;
	if (err->code != SCD_E_CONFIG || strncmp(err->msg, name, len) != 0 || err->msg[len] != ':')
		return NULL;
	row = strtoul(err->msg + len + 1, &end, 10);
	if (row == 0 || *end != ':')
		return NULL;
	col = strtoul(end + 1, &end, 10);
	if (col == 0 || end[0] != ':' || end[1] != ' ')
		return NULL;
	*line = (unsigned)row;
	*column = (unsigned)col;
	return end + 2;
}

/* SPDX-License-Identifier: MIT */
/*
 * A strict reader of YAML: UTF-8, block and flow style, and nothing that hides what a
 * file says (anchors, aliases, tags, merge keys, directives, duplicate keys, a second
 * document), unless asked for. JSON is read as well. The only includer of libyaml's <yaml.h>,
 * whose name is why this header is not called so, is yaml_internal.h.
 *
 * Messages begin with NAME:LINE:COLUMN, columns in characters.
 */
#ifndef SCD_YAMLDOC_H
#define SCD_YAMLDOC_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct scd_yaml;      /* one document */
struct scd_yaml_node; /* of a document; valid as long as that is */

/* What a value is. Plain scalars are typed as YAML 1.2 has it; the words that YAML 1.1
 * takes for booleans too (yes, no, on, off), so that they have to be quoted as strings. */
enum scd_yaml_kind {
	SCD_YAML_NULL, /* nothing at all, ~, null */
	SCD_YAML_BOOL,
	SCD_YAML_NUMBER,
	SCD_YAML_STRING,
	SCD_YAML_SEQUENCE,
	SCD_YAML_MAPPING
};

struct scd_yaml_limits {
	size_t bytes; /* of the text */
	size_t depth; /* of brackets and indented blocks within each other */
	bool aliases; /* anchors and aliases pass. Then a node may be in several places, even
		       * within itself: whoever follows nodes limits how deep. Merge keys pass
		       * too: a mapping has what they stand for. */
};

/**
 * scd_yaml_load() - read a text of exactly one document.
 * @name:   of the text, for messages; long ones lose their front.
 * @text:   not NUL-terminated; need not outlive the call.
 * @limits: checked before anything is built. Time and memory are linear in the length
 *          (sorting the keys apart): nothing expands.
 * @doc:    set on success only; scd_yaml_free() it.
 *
 * Return: 0, or -1 with SCD_E_CONFIG (not acceptable), SCD_E_TOO_LARGE (over
 * @limits->bytes), SCD_E_NOMEM.
 */
int scd_yaml_load(const char *name, const char *text, size_t len,
		  const struct scd_yaml_limits *limits, struct scd_yaml **doc,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Harmless on NULL. */
void scd_yaml_free(struct scd_yaml **doc) SCD_NONNULL;

#define auto_yaml SCD_CLEANUP(scd_yaml_free)

struct scd_yaml_stream; /* a text of several documents */

/* As scd_yaml_load(), for a text of any number of documents; it has to outlive the stream. What
 * the tokens of any document show is refused at once. */
int scd_yaml_open(const char *name, const char *text, size_t len,
		  const struct scd_yaml_limits *limits, struct scd_yaml_stream **stream,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The next document: 1, 0 when there is none any more, -1 (do not go on then). */
int scd_yaml_next(struct scd_yaml_stream *stream, struct scd_yaml **doc,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Harmless on NULL. Documents live on. */
void scd_yaml_close(struct scd_yaml_stream **stream) SCD_NONNULL;

#define auto_yaml_stream SCD_CLEANUP(scd_yaml_close)

/* Never NULL: a text without a document is refused. */
const struct scd_yaml_node *scd_yaml_root(const struct scd_yaml *doc) SCD_NONNULL;

enum scd_yaml_kind scd_yaml_kind(const struct scd_yaml_node *node) SCD_NONNULL;

/* "nothing", "a boolean", "a number", "a string", "a list", "a mapping". */
const char *scd_yaml_kind_name(enum scd_yaml_kind kind);

/* Of a scalar, as it was written and unquoted: NUL-terminated, without NUL inside.
 * NULL for a sequence or mapping. */
const char *scd_yaml_text(const struct scd_yaml_node *node) SCD_NONNULL;

/* Items of a sequence, pairs of a mapping; 0 for scalars. */
size_t scd_yaml_count(const struct scd_yaml_node *node) SCD_NONNULL;

/* The @i-th item of a sequence; the @i-th key, which is a scalar, and value of a mapping. */
const struct scd_yaml_node *scd_yaml_item(const struct scd_yaml *doc,
					  const struct scd_yaml_node *sequence,
					  size_t i) SCD_NONNULL;
const struct scd_yaml_node *scd_yaml_key(const struct scd_yaml *doc,
					 const struct scd_yaml_node *mapping, size_t i) SCD_NONNULL;
const struct scd_yaml_node *scd_yaml_value(const struct scd_yaml *doc,
					   const struct scd_yaml_node *mapping,
					   size_t i) SCD_NONNULL;

/* The value of @key, or NULL; NULL too when @mapping is no mapping. */
const struct scd_yaml_node *scd_yaml_get(const struct scd_yaml *doc,
					 const struct scd_yaml_node *mapping,
					 const char *key) SCD_NONNULL;

/* Where it starts, 1-based. */
unsigned scd_yaml_line(const struct scd_yaml_node *node) SCD_NONNULL;
unsigned scd_yaml_column(const struct scd_yaml_node *node) SCD_NONNULL;

enum scd_yaml_style {
	SCD_YAML_PLAIN,
	SCD_YAML_SINGLE_QUOTED,
	SCD_YAML_DOUBLE_QUOTED,
	SCD_YAML_LITERAL, /* | */
	SCD_YAML_FOLDED	  /* > */
};

/* How a scalar is written. */
enum scd_yaml_style scd_yaml_style(const struct scd_yaml_node *node) SCD_NONNULL;

/* Length in bytes of what scd_yaml_text() gives; 0 for a sequence or mapping. */
size_t scd_yaml_length(const struct scd_yaml_node *node) SCD_NONNULL;

/* The place that a message of scd_yaml_fail() for a document called @name begins with, and what
 * follows it. NULL, with 0 for both, when @err has none. */
const char *scd_yaml_place(const struct scd_error *err, const char *name, unsigned *line,
			   unsigned *column) SCD_NONNULL;

/* As scd_fail(), with SCD_E_CONFIG, and scd_wrap(): "NAME:LINE:COLUMN: " of @node is put
 * in front of both. */
int scd_yaml_fail(const struct scd_yaml *doc, const struct scd_yaml_node *node,
		  struct scd_error *err, const char *fmt, ...) SCD_PRINTF(4, 5) SCD_NONNULL;
int scd_yaml_wrap(const struct scd_yaml *doc, const struct scd_yaml_node *node,
		  struct scd_error *err, const char *fmt, ...) SCD_PRINTF(4, 5) SCD_NONNULL;

#endif

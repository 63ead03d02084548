/* SPDX-License-Identifier: MIT */
/*
 * Where in a YAML text the characters of a decoded string stand: a profile that is a string of a
 * manifest is judged by itself, and what is found is shown in the manifest.
 */
#ifndef SCD_YAMLSPAN_H
#define SCD_YAMLSPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"
#include "yamldoc.h"

/* From offset @at of the decoded text up to the next span. */
struct scd_span {
	size_t at;
	unsigned line, column; /* in the YAML text, 1-based, of the span's first character */
	bool copied;	       /* character for character; else all of it stands at one place */
};

/* In order of .at; zeroed is empty. */
struct scd_spans {
	struct scd_span *items;
	size_t count, cap;
	bool failed; /* out of memory; sticks */
};

void scd_spans_add(struct scd_spans *spans, struct scd_span span) SCD_NONNULL;

/**
 * scd_yaml_spans() - follow how a scalar was decoded.
 * @node:   a scalar of a document that was read from @source.
 * @source, @len: the YAML text.
 * @spans:  the spans are added for offsets from 0 on.
 *
 * Knows every style: plain and quoted with their escapes and folded lines, literal and folded
 * blocks with indentation indicators. Where it cannot follow any more, the rest stands at the
 * scalar's beginning. Linear in the length of both.
 */
void scd_yaml_spans(const struct scd_yaml_node *node, const char *source, size_t len,
		    struct scd_spans *spans) SCD_NONNULL;

/* Replaces a 1-based line and column of the decoded text @text by those of the YAML text. Leaves
 * them when there are no spans. */
void scd_spans_find(const struct scd_spans *spans, const char *text, size_t len, unsigned *line,
		    unsigned *column) SCD_NONNULL;

void scd_spans_done(struct scd_spans *spans) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
#include "yamlspan.h"

#include <stdlib.h>
#include <string.h>

#include "room.h"
#include "text.h"

/* Two texts, read side by side. */
struct follower {
	const char *source; /* the YAML text */
	size_t source_len, at;
	unsigned line, column; /* of .at */
	const char *text;      /* what it was decoded to */
	size_t text_len, done;
	size_t blanks_end; /* of blanks in .source that are known to end before a line does */
	struct scd_spans *spans;
};

void scd_spans_add(struct scd_spans *spans, struct scd_span span)
{
	void *items = spans->items;

	if (spans->failed || !scd_room_for_one(&items, spans->count, &spans->cap, sizeof(span))) {
		spans->failed = true;
		return;
	}
	spans->items = items;
	spans->items[spans->count++] = span;
}

static void add_span(struct follower *f, bool copied)
{
	scd_spans_add(f->spans, (struct scd_span){ f->done, f->line, f->column, copied });
}

static bool at_end(const struct follower *f)
{
	return f->at >= f->source_len;
}

static char here(const struct follower *f)
{
	if (at_end(f))
		return '\0';
	return f->source[f->at];
}

/* 1 for "\n", 2 for "\r\n", 0 for anything else. */
static size_t break_length(const struct follower *f)
{
	if (here(f) == '\r' && f->at + 1 < f->source_len && f->source[f->at + 1] == '\n')
		return 2;
	return here(f) == '\n';
}

/* Over one character of the source. */
static void step(struct follower *f)
{
	const size_t line_break = break_length(f);
	size_t n;

	if (line_break) {
		f->at += line_break;
		f->line++;
		f->column = 1;
		return;
	}
	n = scd_utf8_length(f->source + f->at, f->source_len - f->at);
	f->at += n ? n : 1;
	f->column++;
}

static void skip_blanks(struct follower *f)
{
	while (here(f) == ' ' || here(f) == '\t')
		step(f);
}

static void skip_line(struct follower *f)
{
	while (!at_end(f) && !break_length(f))
		step(f);
	if (!at_end(f))
		step(f);
}

/* Over a character that both have: false when they differ. */
static bool step_both(struct follower *f)
{
	const size_t n = scd_utf8_length(f->text + f->done, f->text_len - f->done);

	if (n == 0 || n > f->source_len - f->at ||
	    memcmp(f->text + f->done, f->source + f->at, n) != 0)
		return false;
	f->done += n;
	step(f);
	return true;
}

/*
 * Blocks: | and >
 */

static size_t spaces(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] == ' ')
		n++;
	return n;
}

/* The columns that every line of the block loses: what the first line that is not empty had
 * and has not any more. */
static size_t block_indent(const struct follower *f)
{
	size_t at = f->at, done = 0, before, after;

	while (done < f->text_len && f->text[done] == '\n') {
		const char *end = memchr(f->source + at, '\n', f->source_len - at);

		if (!end)
			return 0;
		at = (size_t)(end - f->source) + 1;
		done++;
	}
	before = spaces(f->source + at, f->source_len - at);
	after = spaces(f->text + done, f->text_len - done);
	return before > after ? before - after : 0;
}

static void skip_indent(struct follower *f, size_t indent)
{
	for (size_t i = 0; i < indent && here(f) == ' '; i++)
		step(f);
}

static bool follow_literal(struct follower *f, size_t indent)
{
	while (f->done < f->text_len) {
		skip_indent(f, indent);
		add_span(f, true);
		while (f->done < f->text_len && f->text[f->done] != '\n')
			if (!step_both(f))
				return false;
		if (f->done == f->text_len)
			return true;
		if (!at_end(f) && !break_length(f))
			return false;
		f->done++;
		if (at_end(f))
			return f->done == f->text_len; /* the last line may lack its end */
		step(f);
	}
	return true;
}

/* Over the breaks after a line of a folded block, blank lines and all. */
static void skip_breaks(struct follower *f, size_t indent)
{
	size_t blank;

	do {
		step(f);
		skip_indent(f, indent);
		blank = break_length(f);
	} while (blank);
}

static bool follow_folded(struct follower *f, size_t indent)
{
	while (f->done < f->text_len && f->text[f->done] == '\n') { /* blank lines in front */
		add_span(f, true);
		f->done++;
		skip_line(f);
	}
	skip_indent(f, indent);
	while (f->done < f->text_len) {
		add_span(f, true);
		while (f->done < f->text_len && !at_end(f) && !break_length(f))
			if (!step_both(f))
				return false;
		if (f->done == f->text_len)
			return true;
		add_span(f, false); /* a break, or the blank in its place */
		if (f->text[f->done] == ' ')
			f->done++;
		else if (f->text[f->done] != '\n')
			return false;
		while (f->done < f->text_len && f->text[f->done] == '\n')
			f->done++;
		if (at_end(f))
			return f->done == f->text_len;
		skip_breaks(f, indent);
	}
	return true;
}

/*
 * Flow: plain, '...' and "..."
 */

/* Blanks and breaks of the source. True when there was a break: they are one blank, or the
 * breaks but the first. */
static bool skip_fold(struct follower *f)
{
	struct follower ahead = *f;

	skip_blanks(&ahead);
	if (!break_length(&ahead)) {
		f->blanks_end = ahead.at;
		return false;
	}
	while (break_length(&ahead) || here(&ahead) == ' ' || here(&ahead) == '\t')
		step(&ahead);
	*f = ahead;
	return true;
}

static bool take_fold(struct follower *f)
{
	if (f->text[f->done] == ' ') {
		f->done++;
		return true;
	}
	if (f->text[f->done] != '\n')
		return false;
	while (f->done < f->text_len && f->text[f->done] == '\n')
		f->done++;
	return true;
}

/* From the backslash on. */
static bool follow_escape(struct follower *f)
{
	static const char digits[] = "x2u4U8";
	size_t more = 0;
	const char *found;
	size_t n;

	add_span(f, false);
	step(f);
	if (break_length(f)) { /* an escaped break is nothing at all */
		(void)skip_fold(f);
		return true;
	}
	found = here(f) ? strchr(digits, here(f)) : NULL;
	if (found && (found - digits) % 2 == 0)
		more = (size_t)(found[1] - '0');
	for (size_t i = 0; i <= more; i++)
		step(f);
	n = scd_utf8_length(f->text + f->done, f->text_len - f->done);
	f->done += n;
	return n > 0;
}

/* One step of a flow scalar; a span is begun where characters stop being the same. */
static bool follow_special(struct follower *f, enum scd_yaml_style style, bool *special)
{
	*special = true;
	if (style == SCD_YAML_DOUBLE_QUOTED && here(f) == '\\')
		return follow_escape(f);
	if (style == SCD_YAML_SINGLE_QUOTED && here(f) == '\'') {
		add_span(f, false);
		step(f);
		step(f);
		f->done++;
		return f->text[f->done - 1] == '\'';
	}
	if (f->at >= f->blanks_end && (here(f) == ' ' || here(f) == '\t' || break_length(f))) {
		struct follower before = *f;

		if (skip_fold(f)) {
			add_span(&before, false);
			return take_fold(f);
		}
	}
	*special = false;
	return true;
}

static bool follow_flow(struct follower *f, enum scd_yaml_style style)
{
	bool special = true;

	if (style != SCD_YAML_PLAIN)
		step(f); /* the opening quote */
	while (f->done < f->text_len) {
		const bool was_special = special;

		if (at_end(f) || !follow_special(f, style, &special))
			return false;
		if (special)
			continue;
		if (was_special)
			add_span(f, true);
		if (!step_both(f))
			return false;
	}
	return true;
}

/* A node begins at its anchor. */
static void skip_anchor(struct follower *f)
{
	if (here(f) != '&')
		return;
	while (!at_end(f) && here(f) != ' ' && here(f) != '\t' && !break_length(f))
		step(f);
	while (here(f) == ' ' || here(f) == '\t' || break_length(f))
		step(f);
}

void scd_yaml_spans(const struct scd_yaml_node *node, const char *source, size_t len,
		    struct scd_spans *spans)
{
	const enum scd_yaml_style style = scd_yaml_style(node);
	struct follower f = {
		.source = source,
		.source_len = len,
		.line = scd_yaml_line(node),
		.column = scd_yaml_column(node),
		.text = scd_yaml_text(node),
		.text_len = scd_yaml_length(node),
		.spans = spans,
	};
	bool followed;

	f.at = scd_text_offset(source, len, f.line, f.column);
	skip_anchor(&f);
	if (style == SCD_YAML_LITERAL || style == SCD_YAML_FOLDED) {
		size_t indent;

		skip_line(&f); /* of the indicator */
		indent = block_indent(&f);
		followed = style == SCD_YAML_LITERAL ? follow_literal(&f, indent)
						     : follow_folded(&f, indent);
	} else {
		followed = follow_flow(&f, style);
	}
	if (!followed)
		scd_spans_add(spans, (struct scd_span){ f.done, scd_yaml_line(node),
							scd_yaml_column(node), false });
}

void scd_spans_find(const struct scd_spans *spans, const char *text, size_t len, unsigned *line,
		    unsigned *column)
{
	const size_t offset = scd_text_offset(text, len, *line, *column);
	size_t low = 0, high = spans->count, n;
	const struct scd_span *span;

	if (spans->count == 0)
		return;
	while (high - low > 1) { /* the last span that begins at or before the offset */
		const size_t middle = low + (high - low) / 2;

		if (spans->items[middle].at <= offset)
			low = middle;
		else
			high = middle;
	}
	span = &spans->items[low];
	*line = span->line;
	*column = span->column;
	if (!span->copied)
		return;
	for (size_t at = span->at; at < offset && at < len; at += n) {
		n = scd_utf8_length(text + at, len - at);
		n = n ? n : 1;
		(*column)++;
	}
}

void scd_spans_done(struct scd_spans *spans)
{
	free(spans->items);
	*spans = (struct scd_spans){ 0 };
}

/* SPDX-License-Identifier: MIT */
/* The formats for continuous integration that are lines of text: github and name. */
#include "render.h"

#include <string.h>

#include "buf.h"
#include "text.h"

#define LINE_OUTPUT_MAX ((size_t)64 << 10)
#define QUOTED_MAX ((size_t)6 * 4096)

/* Escapes what ends a workflow command, or, in a property, ends that; and what GitHub's own
 * log would obey. */
static void add_escaped(struct scd_buf *out, const char *text, bool property)
{
	for (const char *c = text; *c; c++) {
		const unsigned char byte = (unsigned char)*c;

		if (byte == '%' || byte < 0x20 || byte == 0x7f ||
		    (property && (byte == ':' || byte == ',')))
			scd_buf_printf(out, "%%%02X", byte);
		else
			scd_buf_putc(out, *c);
	}
}

static const char *github_word(enum scd_severity severity)
{
	static const char *const words[] = {
		[SCD_NOTE] = "notice",
		[SCD_WARNING] = "warning",
		[SCD_ERROR] = "error",
	};

	return words[severity];
}

static void add_annotation(struct scd_buf *out, const struct scd_judged *judged,
			   const struct scd_finding *finding)
{
	scd_buf_printf(out, "::%s file=", github_word(finding->severity));
	add_escaped(out, judged->name, true);
	if (finding->line > 0)
		scd_buf_printf(out, ",line=%u", finding->line);
	if (finding->line > 0 && finding->column > 0)
		scd_buf_printf(out, ",col=%u", finding->column);
	scd_buf_printf(out, ",title=%s %s::", finding->rule->id, finding->rule->name);
	add_escaped(out, finding->message, false);
	scd_buf_putc(out, '\n');
}

static int print_annotations(const struct scd_judged *list, size_t count,
			     enum scd_severity severity, FILE *out, struct scd_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct scd_report *report = list[i].report;

		for (size_t k = 0; report && k < report->count; k++) {
			auto_buf struct scd_buf line = scd_buf_init(LINE_OUTPUT_MAX);

			if (report->items[k].severity != severity)
				continue;
			add_annotation(&line, &list[i], &report->items[k]);
			if (line.failed)
				return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
			(void)fwrite(scd_buf_text(&line), 1, line.len, out);
		}
	}
	return 0;
}

/* GitHub shows ten annotations of a step: errors come first. */
int scd_render_github(const struct scd_judged *list, size_t count,
		      const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	const struct scd_tally tally = scd_tally_of(list, count);

	for (int severity = SCD_ERROR; severity >= SCD_NOTE; severity--)
		if ((severity != SCD_NOTE || opts->show_notes) &&
		    print_annotations(list, count, (enum scd_severity)severity, out, err) < 0)
			return -1;
	(void)fprintf(out, "%zu files, %zu errors, %zu warnings, %zu notes\n", tally.files,
		      tally.by_severity[SCD_ERROR], tally.by_severity[SCD_WARNING],
		      tally.by_severity[SCD_NOTE]);
	return 0;
}

/* What is not accepted, one name a line. */
int scd_render_name(const struct scd_judged *list, size_t count, const struct scd_render_opts *opts,
		    FILE *out, struct scd_error *err)
{
	const char *last = NULL;

	(void)opts;
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf name = scd_buf_init(QUOTED_MAX);

		if ((list[i].report && scd_report_accepts(list[i].report)) ||
		    (last && strcmp(last, list[i].name) == 0))
			continue;
		last = list[i].name;
		scd_text_quote(&name, last, strlen(last), 4096);
		if (name.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", last);
		(void)fprintf(out, "%s\n", scd_buf_text(&name));
	}
	return 0;
}

/* A table in Markdown, for $GITHUB_STEP_SUMMARY. */
static void add_cell(struct scd_buf *out, const char *text)
{
	scd_buf_puts(out, "| ");
	for (const char *c = text; *c; c++) {
		if (*c == '|' || *c == '\\' || *c == '`' || *c == '*' || *c == '_' || *c == '[')
			scd_buf_putc(out, '\\');
		if (*c == '<')
			scd_buf_puts(out, "&lt;");
		else if (*c == '&')
			scd_buf_puts(out, "&amp;");
		else if ((unsigned char)*c < 0x20)
			scd_buf_putc(out, ' ');
		else
			scd_buf_putc(out, *c);
	}
	scd_buf_putc(out, ' ');
}

static void add_row(struct scd_buf *out, const struct scd_judged *judged,
		    const struct scd_finding *finding)
{
	char place[32] = "";

	if (finding->line > 0)
		(void)snprintf(place, sizeof(place), ":%u", finding->line);
	add_cell(out, judged->name);
	scd_buf_printf(out, "%s ", place);
	add_cell(out, scd_severity_name(finding->severity));
	add_cell(out, finding->rule->name);
	add_cell(out, finding->message);
	scd_buf_puts(out, "|\n");
}

int scd_render_markdown(const struct scd_judged *list, size_t count,
			const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	const struct scd_tally tally = scd_tally_of(list, count);

	(void)fprintf(out, "### seccomp profiles: %zu files, %zu errors, %zu warnings\n\n",
		      tally.files, tally.by_severity[SCD_ERROR], tally.by_severity[SCD_WARNING]);
	if (tally.by_severity[SCD_ERROR] + tally.by_severity[SCD_WARNING] > 0)
		(void)fputs("| where | severity | rule | what |\n|---|---|---|---|\n", out);
	for (size_t i = 0; i < count; i++) {
		const struct scd_report *report = list[i].report;

		for (size_t k = 0; report && k < report->count; k++) {
			auto_buf struct scd_buf row = scd_buf_init(LINE_OUTPUT_MAX);

			if (report->items[k].severity == SCD_NOTE && !opts->show_notes)
				continue;
			add_row(&row, &list[i], &report->items[k]);
			if (row.failed)
				return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
			(void)fwrite(scd_buf_text(&row), 1, row.len, out);
		}
	}
	(void)fputc('\n', out);
	return 0;
}

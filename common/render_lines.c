/* SPDX-License-Identifier: MIT */
/* The formats for continuous integration that are lines of text: github and name. */
#include "render.h"

#include <string.h>

#include "buf.h"
#include "text.h"

#define LINE_OUTPUT_MAX ((size_t)64 << 10)
#define FILE_ROWS_MAX ((size_t)4 << 20)
/* Bytes of the table: GitHub shows nothing at all of a summary over 1 MiB. */
#define SUMMARY_MAX ((size_t)960 << 10)
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

/* What could not be judged is no finding, and fails the run all the same. */
static int print_troubles(const struct scd_judged *list, size_t count, FILE *out,
			  struct scd_error *err)
{
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf line = scd_buf_init(LINE_OUTPUT_MAX);
		char shown[SCD_ERROR_SHOWN];

		if (list[i].report)
			continue;
		scd_error_show(list[i].trouble, shown);
		scd_buf_puts(&line, "::error file=");
		add_escaped(&line, list[i].name, true);
		scd_buf_puts(&line, ",title=not judged::");
		add_escaped(&line, shown, false);
		scd_buf_putc(&line, '\n');
		if (line.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
		(void)fwrite(scd_buf_text(&line), 1, line.len, out);
	}
	return 0;
}

/* GitHub shows ten annotations of a step: errors come first. */
int scd_render_github(const struct scd_judged *list, size_t count,
		      const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	const struct scd_tally tally = scd_tally_of(list, count);

	if (print_troubles(list, count, out, err) < 0)
		return -1;
	for (int severity = SCD_ERROR; severity >= SCD_NOTE; severity--)
		if ((severity != SCD_NOTE || opts->show_notes) &&
		    print_annotations(list, count, (enum scd_severity)severity, out, err) < 0)
			return -1;
	scd_render_tally(&tally, opts->show_notes, out);
	return 0;
}

/* What fails, one name a line. */
int scd_render_name(const struct scd_judged *list, size_t count, const struct scd_render_opts *opts,
		    FILE *out, struct scd_error *err)
{
	const char *last = NULL;

	(void)opts;
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf name = scd_buf_init(QUOTED_MAX);

		if (!scd_judged_fails(&list[i]) || (last && strcmp(last, list[i].name) == 0))
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

static void add_trouble_row(struct scd_buf *out, const struct scd_judged *judged)
{
	char shown[SCD_ERROR_SHOWN];

	scd_error_show(judged->trouble, shown);
	add_cell(out, judged->name);
	scd_buf_puts(out, "| error | not judged ");
	add_cell(out, shown);
	scd_buf_puts(out, "|\n");
}

static void add_rows(struct scd_buf *out, const struct scd_judged *judged, bool show_notes)
{
	if (!judged->report)
		add_trouble_row(out, judged);
	for (size_t i = 0; judged->report && i < judged->report->count; i++)
		if (judged->report->items[i].severity != SCD_NOTE || show_notes)
			add_row(out, judged, &judged->report->items[i]);
}

int scd_render_markdown(const struct scd_judged *list, size_t count,
			const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	const struct scd_tally tally = scd_tally_of(list, count);
	size_t written = 0;

	(void)fputs("### seccomp profiles: ", out);
	scd_render_tally(&tally, opts->show_notes, out);
	(void)fputc('\n', out);
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf rows = scd_buf_init(FILE_ROWS_MAX);

		add_rows(&rows, &list[i], opts->show_notes);
		if (rows.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
		if (rows.len == 0)
			continue;
		if (written + rows.len > SUMMARY_MAX) {
			(void)fputs("\nThe rest is in the log: a summary has room for no more.\n",
				    out);
			return 0;
		}
		if (written == 0)
			(void)fputs("| where | severity | rule | what |\n|---|---|---|---|\n", out);
		(void)fwrite(scd_buf_text(&rows), 1, rows.len, out);
		written += rows.len;
	}
	(void)fputc('\n', out);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <string.h>

#include "buf.h"
#include "excerpt.h"
#include "text.h"

#define QUOTED_MAX ((size_t)6)		  /* bytes that one byte becomes when it is escaped */
#define NAME_SHOWN 4096			  /* most bytes of a name; Linux paths are shorter */
#define FILE_OUTPUT_MAX ((size_t)1 << 20) /* 64 findings and their lines are 80 KiB */

/* As clang colours them. */
static const char *const severity_colors[] = {
	[SCD_NOTE] = "\033[1;36m",
	[SCD_WARNING] = "\033[1;35m",
	[SCD_ERROR] = "\033[1;31m",
};
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static const char *on(const struct scd_render_opts *opts, const char *sequence)
{
	return opts->color ? sequence : "";
}

static void add_finding(struct scd_buf *out, const char *name, const struct scd_finding *finding,
			const struct scd_render_opts *opts)
{
	scd_buf_printf(out, "%s%s:", on(opts, BOLD), name);
	if (finding->line > 0)
		scd_buf_printf(out, "%u:", finding->line);
	if (finding->line > 0 && finding->column > 0)
		scd_buf_printf(out, "%u:", finding->column);
	scd_buf_printf(out, " %s%s:%s %s [%s %s]\n", on(opts, severity_colors[finding->severity]),
		       scd_severity_name(finding->severity), on(opts, PLAIN), finding->message,
		       finding->rule->id, finding->rule->name);
}

static void add_excerpt(struct scd_buf *out, const struct scd_judged *judged,
			const struct scd_finding *finding, const struct scd_render_opts *opts)
{
	if (judged->text)
		scd_excerpt_add(out, judged->text, judged->len, finding->line, finding->column,
				opts->color);
}

static bool same_place(const struct scd_finding *a, const struct scd_finding *b)
{
	return a->line == b->line && a->column == b->column;
}

static void add_file(struct scd_buf *out, const struct scd_judged *judged,
		     const struct scd_render_opts *opts)
{
	const struct scd_report *report = judged->report;
	const struct scd_finding *last = NULL;
	auto_buf struct scd_buf name = scd_buf_init(QUOTED_MAX * NAME_SHOWN);

	scd_text_quote(&name, judged->name, strlen(judged->name), NAME_SHOWN);
	if (name.failed)
		out->failed = true;
	for (size_t i = 0; i < report->count; i++) {
		const struct scd_finding *finding = &report->items[i];

		if (finding->severity == SCD_NOTE && !opts->show_notes)
			continue;
		/* The line stands once below all that is said of one place. */
		if (last && !same_place(last, finding))
			add_excerpt(out, judged, last, opts);
		add_finding(out, scd_buf_text(&name), finding, opts);
		last = finding;
	}
	if (last)
		add_excerpt(out, judged, last, opts);
	if (report->total > report->count)
		scd_buf_printf(out, "%s: %zu findings more than the %zu that are kept\n",
			       scd_buf_text(&name), report->total - report->count, report->count);
}

int scd_render_human(const struct scd_judged *list, size_t count,
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	const struct scd_tally tally = scd_tally_of(list, count);

	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf text = scd_buf_init(FILE_OUTPUT_MAX);

		if (!list[i].report)
			continue;
		add_file(&text, &list[i], opts);
		if (text.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
		(void)fwrite(scd_buf_text(&text), 1, text.len, out);
	}
	scd_render_tally(&tally, opts->show_notes, out);
	return 0;
}

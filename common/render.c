/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <assert.h>
#include <string.h>

#define FORMAT_FUNCTION(value, name, function) [value] = (function),
static int (*const formats[])(const struct scd_judged *list, size_t count,
			      const struct scd_render_opts *opts, FILE *out,
			      struct scd_error *err) = { SCD_FORMATS(FORMAT_FUNCTION) };

static void add_to_tally(struct scd_tally *tally, const struct scd_judged *judged)
{
	if (!judged->report) {
		tally->unread++;
		return;
	}
	if (!judged->is_manifest) {
		tally->profiles++;
		if (scd_report_accepts(judged->report))
			tally->accepted++;
		else
			tally->rejected++;
	}
	for (size_t i = 0; i < SCD_SEVERITY_COUNT; i++)
		tally->by_severity[i] += judged->report->by_severity[i];
}

struct scd_tally scd_tally_of(const struct scd_judged *list, size_t count)
{
	struct scd_tally tally = { 0 };

	for (size_t i = 0; i < count; i++) {
		tally.files += i == 0 || strcmp(list[i - 1].name, list[i].name) != 0;
		add_to_tally(&tally, &list[i]);
	}
	return tally;
}

bool scd_judged_fails(const struct scd_judged *judged)
{
	if (!judged->report || !scd_report_accepts(judged->report))
		return true;
	for (int severity = judged->fail_on; severity < SCD_SEVERITY_COUNT; severity++)
		if (judged->report->by_severity[severity] > 0)
			return true;
	return false;
}

static void print_count(FILE *out, const char *before, size_t count, const char *word)
{
	(void)fprintf(out, "%s%zu %s%s", before, count, word, count == 1 ? "" : "s");
}

void scd_render_tally(const struct scd_tally *tally, bool show_notes, FILE *out)
{
	print_count(out, "", tally->files, "file");
	if (tally->profiles + tally->unread != tally->files)
		print_count(out, " with ", tally->profiles, "profile");
	print_count(out, ", ", tally->by_severity[SCD_ERROR], "error");
	print_count(out, ", ", tally->by_severity[SCD_WARNING], "warning");
	if (show_notes)
		print_count(out, ", ", tally->by_severity[SCD_NOTE], "note");
	if (tally->unread > 0)
		(void)fprintf(out, ", %zu not judged", tally->unread);
	(void)fputc('\n', out);
}

int scd_render(enum scd_format format, const struct scd_judged *list, size_t count,
	       const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	assert((unsigned)format < SCD_FORMAT_COUNT);
	return formats[format](list, count, opts, out, err);
}

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

int scd_render(enum scd_format format, const struct scd_judged *list, size_t count,
	       const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	assert((unsigned)format < SCD_FORMAT_COUNT);
	return formats[format](list, count, opts, out, err);
}

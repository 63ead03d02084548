/* SPDX-License-Identifier: MIT */
#include "render.h"

#include <assert.h>

#define FORMAT_FUNCTION(value, name, function) [value] = (function),
static int (*const formats[])(const struct scd_judged *list, size_t count,
			      const struct scd_render_opts *opts, FILE *out,
			      struct scd_error *err) = { SCD_FORMATS(FORMAT_FUNCTION) };

void scd_tally_add(struct scd_tally *tally, const struct scd_judged *judged)
{
	tally->files++;
	if (!judged->report) {
		tally->unread++;
		return;
	}
	if (scd_report_accepts(judged->report))
		tally->accepted++;
	else
		tally->rejected++;
	for (size_t i = 0; i < SCD_SEVERITY_COUNT; i++)
		tally->by_severity[i] += judged->report->by_severity[i];
}

int scd_render(enum scd_format format, const struct scd_judged *list, size_t count,
	       const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	assert((unsigned)format < SCD_FORMAT_COUNT);
	return formats[format](list, count, opts, out, err);
}

/* SPDX-License-Identifier: MIT */
/* Verdicts as JUnit's XML: one case a profile. */
#include "buf.h"
#include "junit.h"
#include "render.h"

static void add_finding(struct scd_buf *out, const struct scd_judged *judged,
			const struct scd_finding *finding)
{
	scd_buf_puts(out, judged->name);
	if (finding->line > 0)
		scd_buf_printf(out, ":%u:%u", finding->line, finding->column);
	scd_buf_printf(out, ": %s: ", scd_severity_name(finding->severity));
	scd_buf_puts(out, finding->message);
	scd_buf_printf(out, " [%s %s]\n", finding->rule->id, finding->rule->name);
}

/* From which severity on a finding fails its profile: an error always does. */
static int least_failing(const struct scd_judged *judged)
{
	return judged->fail_on < SCD_ERROR ? judged->fail_on : SCD_ERROR;
}

/* What fails it is the failure, and what else is shown is the output. */
static void add_findings(struct scd_buf *failure, struct scd_buf *output,
			 const struct scd_judged *judged, bool show_notes)
{
	for (size_t i = 0; i < judged->report->count; i++) {
		const struct scd_finding *finding = &judged->report->items[i];

		if ((int)finding->severity >= least_failing(judged))
			add_finding(failure, judged, finding);
		else if (finding->severity == SCD_WARNING || show_notes)
			add_finding(output, judged, finding);
	}
}

/* The first of the worst is what the failure is called. */
static const struct scd_finding *worst_of(const struct scd_report *report)
{
	const struct scd_finding *worst = NULL;

	for (size_t i = 0; i < report->count; i++)
		if (!worst || report->items[i].severity > worst->severity)
			worst = &report->items[i];
	return worst;
}

static enum scd_junit_verdict verdict_of(const struct scd_judged *judged)
{
	if (!judged->report)
		return SCD_JUNIT_ERROR;
	return scd_judged_fails(judged) ? SCD_JUNIT_FAILED : SCD_JUNIT_PASSED;
}

static int print_case(const struct scd_judged *judged, const struct scd_render_opts *opts,
		      FILE *out, struct scd_error *err)
{
	auto_buf struct scd_buf failure = scd_buf_init(SCD_JUNIT_CASE_MAX);
	auto_buf struct scd_buf output = scd_buf_init(SCD_JUNIT_CASE_MAX);
	struct scd_junit_case one = {
		.classname = judged->name,
		.name = judged->object ? judged->object : judged->name,
		.more = judged->key,
		.verdict = verdict_of(judged),
	};
	char shown[SCD_ERROR_SHOWN];

	if (one.verdict == SCD_JUNIT_ERROR) {
		scd_error_show(judged->trouble, shown);
		one.message = shown;
		one.type = scd_code_reason(judged->trouble->code);
		return scd_junit_case(out, &one, err);
	}
	add_findings(&failure, &output, judged, opts->show_notes);
	if (failure.failed || output.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", judged->name);
	if (one.verdict == SCD_JUNIT_FAILED) {
		const struct scd_finding *worst = worst_of(judged->report);

		one.message = worst ? worst->message : "rejected";
		one.type = worst ? worst->rule->name : "rejected";
		one.details = scd_buf_text(&failure);
	}
	if (output.len > 0)
		one.output = scd_buf_text(&output);
	return scd_junit_case(out, &one, err);
}

int scd_render_junit(const struct scd_judged *list, size_t count,
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	struct scd_junit_counts counts = { 0 };

	for (size_t i = 0; i < count; i++)
		counts.by_verdict[verdict_of(&list[i])]++;
	scd_junit_begin(out, &counts);
	if (scd_junit_suite_begin(out, "seccompctl validate", &counts, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (print_case(&list[i], opts, out, err) < 0)
			return -1;
	scd_junit_suite_end(out);
	scd_junit_end(out);
	return 0;
}

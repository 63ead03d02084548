/* SPDX-License-Identifier: MIT */
/* JUnit's XML, as CI servers read it: one case a profile. */
#include "render.h"

#include <string.h>

#include "buf.h"
#include "text.h"

#define CASE_OUTPUT_MAX ((size_t)1 << 20)

/* Text, or the inside of an attribute. What XML 1.0 cannot hold becomes U+FFFD. */
static void add_xml(struct scd_buf *out, const char *text)
{
	size_t len = strlen(text), n;

	for (; len > 0; text += n, len -= n) {
		n = scd_utf8_length(text, len);
		if (n == 0 || ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') ||
		    (n == 3 && memcmp(text, "\xef\xbf\xbe", 2) == 0 &&
		     (unsigned char)text[2] >= 0xbe)) {
			scd_buf_puts(out, "\xef\xbf\xbd");
			n = n ? n : 1;
			continue;
		}
		switch (*text) {
		case '&':
			scd_buf_puts(out, "&amp;");
			break;
		case '<':
			scd_buf_puts(out, "&lt;");
			break;
		case '>':
			scd_buf_puts(out, "&gt;");
			break;
		case '"':
			scd_buf_puts(out, "&quot;");
			break;
		default:
			scd_buf_add(out, text, n);
		}
	}
}

static void add_finding(struct scd_buf *out, const struct scd_judged *judged,
			const struct scd_finding *finding)
{
	add_xml(out, judged->name);
	if (finding->line > 0)
		scd_buf_printf(out, ":%u:%u", finding->line, finding->column);
	scd_buf_printf(out, ": %s: ", scd_severity_name(finding->severity));
	add_xml(out, finding->message);
	scd_buf_printf(out, " [%s %s]\n", finding->rule->id, finding->rule->name);
}

/* The first error is what the failure is called. */
static void add_failure(struct scd_buf *out, const struct scd_judged *judged)
{
	const struct scd_report *report = judged->report;
	const struct scd_finding *first = NULL;

	for (size_t i = 0; i < report->count; i++)
		if (!first && report->items[i].severity == SCD_ERROR)
			first = &report->items[i];
	scd_buf_puts(out, "      <failure message=\"");
	add_xml(out, first ? first->message : "rejected");
	scd_buf_printf(out, "\" type=\"%s\">", first ? first->rule->name : "rejected");
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR)
			add_finding(out, judged, &report->items[i]);
	scd_buf_puts(out, "</failure>\n");
}

static bool says_more(const struct scd_judged *judged, const struct scd_render_opts *opts)
{
	return judged->report->by_severity[SCD_WARNING] > 0 ||
	       (opts->show_notes && judged->report->by_severity[SCD_NOTE] > 0);
}

static void add_case(struct scd_buf *out, const struct scd_judged *judged,
		     const struct scd_render_opts *opts)
{
	scd_buf_puts(out, "    <testcase classname=\"");
	add_xml(out, judged->name);
	scd_buf_puts(out, "\" name=\"");
	add_xml(out, judged->object ? judged->object : judged->name);
	if (judged->key) {
		scd_buf_puts(out, " ");
		add_xml(out, judged->key);
	}
	scd_buf_puts(out, "\" time=\"0\">\n");
	if (!judged->report) {
		scd_buf_puts(out, "      <error message=\"");
		add_xml(out, judged->trouble->msg);
		scd_buf_printf(out, "\" type=\"%s\"/>\n", scd_code_reason(judged->trouble->code));
	} else if (!scd_report_accepts(judged->report)) {
		add_failure(out, judged);
	}
	if (judged->report && says_more(judged, opts)) {
		scd_buf_puts(out, "      <system-out>");
		for (size_t i = 0; i < judged->report->count; i++) {
			const struct scd_finding *finding = &judged->report->items[i];

			if (finding->severity == SCD_WARNING ||
			    (finding->severity == SCD_NOTE && opts->show_notes))
				add_finding(out, judged, finding);
		}
		scd_buf_puts(out, "</system-out>\n");
	}
	scd_buf_puts(out, "    </testcase>\n");
}

int scd_render_junit(const struct scd_judged *list, size_t count,
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err)
{
	size_t failures = 0, errors = 0;

	for (size_t i = 0; i < count; i++) {
		errors += !list[i].report;
		failures += list[i].report && !scd_report_accepts(list[i].report);
	}
	(void)fprintf(out,
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n"
		      "  <testsuite name=\"seccompctl validate\" tests=\"%zu\" failures=\"%zu\" "
		      "errors=\"%zu\" time=\"0\">\n",
		      count, failures, errors, count, failures, errors);
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf text = scd_buf_init(CASE_OUTPUT_MAX);

		add_case(&text, &list[i], opts);
		if (text.failed)
			return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", list[i].name);
		(void)fwrite(scd_buf_text(&text), 1, text.len, out);
	}
	(void)fputs("  </testsuite>\n</testsuites>\n", out);
	return 0;
}

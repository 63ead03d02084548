/* SPDX-License-Identifier: MIT */
#include "junit.h"

#include <string.h>

#include "text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* XML 1.0 has neither control characters nor U+FFFE and U+FFFF. */
static bool is_xml(const char *text, size_t n)
{
	if (n == 0 || ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t'))
		return false;
	return n != 3 || memcmp(text, "\xef\xbf", 2) != 0 || (unsigned char)text[2] < 0xbe;
}

/* Text, or the inside of an attribute. */
static void add_xml(struct scd_buf *out, const char *text)
{
	static const char *const escapes[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"
	};
	size_t len = strlen(text), n;

	for (; len > 0; text += n, len -= n) {
		const unsigned char c = (unsigned char)*text;

		n = scd_utf8_length(text, len);
		if (!is_xml(text, n))
			scd_buf_puts(out, REPLACEMENT);
		else if (c < 128 && escapes[c])
			scd_buf_puts(out, escapes[c]);
		else
			scd_buf_add(out, text, n);
		n = n ? n : 1;
	}
}

static void add_attribute(struct scd_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	scd_buf_printf(out, " %s=\"", name);
	add_xml(out, value);
	scd_buf_putc(out, '"');
}

static void add_counts(struct scd_buf *out, const struct scd_junit_counts *counts, bool skipped)
{
	size_t tests = 0;

	for (size_t i = 0; i < SCD_JUNIT_VERDICT_COUNT; i++)
		tests += counts->by_verdict[i];
	scd_buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests,
		       counts->by_verdict[SCD_JUNIT_FAILED], counts->by_verdict[SCD_JUNIT_ERROR]);
	if (skipped)
		scd_buf_printf(out, " skipped=\"%zu\"", counts->by_verdict[SCD_JUNIT_SKIPPED]);
	scd_buf_puts(out, " time=\"0\"");
}

static int print(FILE *out, const struct scd_buf *text, const char *what, struct scd_error *err)
{
	if (text->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "show '%s'", what);
	(void)fwrite(scd_buf_text(text), 1, text->len, out);
	return 0;
}

void scd_junit_begin(FILE *out, const struct scd_junit_counts *all)
{
	auto_buf struct scd_buf text = scd_buf_init(1024);

	/* Readers of the whole know no skipped ones. */
	add_counts(&text, all, false);
	(void)fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites%s>\n",
		      scd_buf_text(&text));
}

void scd_junit_end(FILE *out)
{
	(void)fputs("</testsuites>\n", out);
}

int scd_junit_suite_begin(FILE *out, const char *name, const struct scd_junit_counts *counts,
			  struct scd_error *err)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_JUNIT_CASE_MAX);

	scd_buf_puts(&text, "  <testsuite");
	add_attribute(&text, "name", name);
	add_counts(&text, counts, true);
	scd_buf_puts(&text, ">\n");
	return print(out, &text, name, err);
}

void scd_junit_suite_end(FILE *out)
{
	(void)fputs("  </testsuite>\n", out);
}

int scd_junit_case(FILE *out, const struct scd_junit_case *one, struct scd_error *err)
{
	static const char *const elements[] = { NULL, "failure", "error", "skipped" };
	const char *element = elements[one->verdict];
	auto_buf struct scd_buf text = scd_buf_init(SCD_JUNIT_CASE_MAX);

	scd_buf_puts(&text, "    <testcase");
	add_attribute(&text, "classname", one->classname);
	scd_buf_puts(&text, " name=\"");
	add_xml(&text, one->name);
	if (one->more) {
		scd_buf_putc(&text, ' ');
		add_xml(&text, one->more);
	}
	scd_buf_puts(&text, "\" time=\"0\">\n");
	if (element) {
		scd_buf_printf(&text, "      <%s", element);
		add_attribute(&text, "message", one->message);
		add_attribute(&text, "type", one->type);
		scd_buf_puts(&text, one->details ? ">" : "/>\n");
		if (one->details) {
			add_xml(&text, one->details);
			scd_buf_printf(&text, "</%s>\n", element);
		}
	}
	if (one->output) {
		scd_buf_puts(&text, "      <system-out>");
		add_xml(&text, one->output);
		scd_buf_puts(&text, "</system-out>\n");
	}
	scd_buf_puts(&text, "    </testcase>\n");
	return print(out, &text, one->name, err);
}

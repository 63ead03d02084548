/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* Targets that agree say the same. */
static bool already_said(const struct scd_judge *judge, const struct scd_rule *rule,
			 enum scd_severity severity, const struct scd_place *place, const char *msg)
{
	for (size_t i = 0; i < judge->report->count; i++) {
		const struct scd_finding *finding = &judge->report->items[i];

		if (finding->rule != rule || finding->line != place->line ||
		    finding->column != place->column)
			continue;
		if (strcmp(finding->message, msg) == 0 ||
		    (judge->again && finding->severity >= severity))
			return true;
	}
	return false;
}

bool scd_judge_keeps(const struct scd_judge *judge, enum scd_severity severity)
{
	const struct scd_report *report = judge->report;

	if (report->count < SCD_FINDINGS_MAX)
		return true;
	for (size_t i = 0; severity == SCD_ERROR && i < report->count; i++)
		if (report->items[i].severity < SCD_ERROR)
			return true;
	return false;
}

static void add(struct scd_judge *judge, enum scd_rule_number number, enum scd_severity severity,
		size_t offset, const struct scd_json_value *value, const char *msg)
{
	const struct scd_rule *rule = scd_rule_get(number);
	auto_buf struct scd_buf pointer = scd_buf_init(SCD_POINTER_MAX);
	struct scd_place place = { 0 };

	if (judge->opts->disabled[number] && !rule->fixed)
		return;
	if (!scd_judge_keeps(judge, severity)) {
		judge->report->total++;
		judge->report->by_severity[severity]++;
		return;
	}
	if (value)
		scd_json_pointer(value, &pointer);
	if (pointer.no_memory)
		judge->report->failed = true;
	place.pointer = scd_buf_text(&pointer); /* a pointer over the limit is cut short */
	scd_text_position(judge->text, judge->len, offset, &place.line, &place.column);
	if (!already_said(judge, rule, severity, &place, msg))
		scd_report_add(judge->report, number, severity, place, "%s", msg);
}

/* Formats the message; the longest are cut, never the verdict. */
#define FORMAT(msg, fmt)                                    \
	do {                                                \
		va_list ap;                                 \
		va_start(ap, fmt);                          \
		(void)vsnprintf(msg, sizeof(msg), fmt, ap); \
		va_end(ap);                                 \
	} while (0)

void scd_judge_add(struct scd_judge *judge, enum scd_rule_number rule, enum scd_severity severity,
		   const struct scd_json_value *value, const char *fmt, ...)
{
	char msg[SCD_MESSAGE_MAX];

	FORMAT(msg, fmt);
	add(judge, rule, severity, value ? value->at : 0, value, msg);
}

void scd_judge_add_key(struct scd_judge *judge, enum scd_rule_number rule,
		       enum scd_severity severity, const struct scd_json_value *value,
		       const char *fmt, ...)
{
	char msg[SCD_MESSAGE_MAX];

	FORMAT(msg, fmt);
	add(judge, rule, severity, value->key_at, value, msg);
}

void scd_judge_add_at(struct scd_judge *judge, enum scd_rule_number rule,
		      enum scd_severity severity, size_t offset, const char *fmt, ...)
{
	char msg[SCD_MESSAGE_MAX];

	FORMAT(msg, fmt);
	add(judge, rule, severity, offset, NULL, msg);
}

const char *scd_judge_text(struct scd_judge *judge, const struct scd_buf *buf)
{
	if (buf->no_memory)
		judge->report->failed = true;
	return scd_buf_text(buf);
}

const char *scd_judge_quote(const char *text, char out[SCD_QUOTE_SIZE])
{
	auto_buf struct scd_buf quoted = scd_buf_init(SCD_QUOTE_SIZE - 1);

	scd_text_quote(&quoted, text, strlen(text), 60);
	(void)snprintf(out, SCD_QUOTE_SIZE, "%s", scd_buf_text(&quoted));
	return out;
}

void scd_judge_faults(struct scd_judge *judge, const struct scd_json *json)
{
	for (size_t i = 0; i < json->fault_count; i++) {
		const struct scd_json_fault *fault = &json->faults[i];

		if (fault->kind == SCD_JSON_FAULT_DUPLICATE)
			scd_judge_add_key(judge, SCD_DUPLICATE_KEY, SCD_ERROR, fault->value,
					  "%s; consumers disagree which one counts: keep one",
					  fault->msg);
		else
			scd_judge_add_at(
				judge, SCD_JSON_SYNTAX, SCD_ERROR, fault->at, "%s; %s", fault->msg,
				fault->kind == SCD_JSON_FAULT_SYNTAX
					? "no consumer can read the file"
					: "Go's decoder reads on, other tools refuse it or "
					  "read another text: write it otherwise");
	}
}

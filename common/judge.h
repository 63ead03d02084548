/* SPDX-License-Identifier: MIT */
/* What every judging module works with: the text, the options, the report. */
#ifndef SCD_JUDGE_H
#define SCD_JUDGE_H

#include "check.h"
#include "json.h"

struct scd_judge {
	const char *text;
	size_t len;
	const struct scd_check_opts *opts; /* completed: no field is 0 for "default" */
	struct scd_report *report;
	bool again; /* the profile was judged for other containers: what was said at a place by a
		     * rule is not said there once more in other words */
};

/* Whether one more finding of @severity would be kept and not only counted. Places and
 * suggestions cost the length of the text: a text that is wrong a hundred thousand times must not
 * cost that as often. */
bool scd_judge_keeps(const struct scd_judge *judge, enum scd_severity severity) SCD_NONNULL;

/* Adds a finding at the place of @value (NULL: the profile as a whole), unless its rule is
 * disabled or the same was said there before. */
void scd_judge_add(struct scd_judge *judge, enum scd_rule_number rule, enum scd_severity severity,
		   const struct scd_json_value *value, const char *fmt, ...) SCD_PRINTF(5, 6);

/* The same at the place of @value's key. */
void scd_judge_add_key(struct scd_judge *judge, enum scd_rule_number rule,
		       enum scd_severity severity, const struct scd_json_value *value,
		       const char *fmt, ...) SCD_PRINTF(5, 6);

/* The same at a byte offset, where there is no value yet. */
void scd_judge_add_at(struct scd_judge *judge, enum scd_rule_number rule,
		      enum scd_severity severity, size_t offset, const char *fmt, ...)
	SCD_PRINTF(5, 6);

/* Adds what is wrong with the form of a text: no syntax, or a key twice. */
void scd_judge_faults(struct scd_judge *judge, const struct scd_json *json) SCD_NONNULL;

/* The text of @buf, as part of a message. Without the memory for it there is no verdict. */
const char *scd_judge_text(struct scd_judge *judge, const struct scd_buf *buf) SCD_NONNULL;

/* Room for a word quoted into a message. */
#define SCD_QUOTE_SIZE 100

/* @text shortened and made safe to show, in @out. Returns @out. */
const char *scd_judge_quote(const char *text, char out[SCD_QUOTE_SIZE]) SCD_NONNULL;

#endif

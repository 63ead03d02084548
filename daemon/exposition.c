/* SPDX-License-Identifier: MIT */
#include "exposition.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const types[SCD_METRIC_TYPE_COUNT] = {
	[SCD_GAUGE] = "gauge",
	[SCD_COUNTER] = "counter",
	[SCD_HISTOGRAM] = "histogram",
};

static const char *counter_suffix(const struct scd_exposition *expo)
{
	return expo->type == SCD_COUNTER ? "_total" : "";
}

void scd_expo_family(struct scd_exposition *expo, const char *name, enum scd_metric_type type,
		     const char *help)
{
	const char *suffix;

	expo->name = name;
	expo->type = type;
	/* OpenMetrics names the family of a counter without the suffix, 0.0.4 with it. */
	suffix = expo->format == SCD_METRICS_PROMETHEUS ? counter_suffix(expo) : "";
	scd_buf_printf(&expo->text, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help, name,
		       suffix, types[type]);
}

/* Any value may stand in a label once these three are escaped. */
static void put_escaped(struct scd_buf *text, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n') {
			scd_buf_puts(text, "\\n");
			continue;
		}
		if (*value == '\\' || *value == '"')
			scd_buf_putc(text, '\\');
		scd_buf_putc(text, *value);
	}
}

static void put_series(struct scd_exposition *expo, const char *suffix,
		       const struct scd_label *labels)
{
	char before = '{';

	scd_buf_printf(&expo->text, "%s%s", expo->name, suffix);
	for (; labels->name; labels++) {
		scd_buf_printf(&expo->text, "%c%s=\"", before, labels->name);
		put_escaped(&expo->text, labels->value);
		scd_buf_putc(&expo->text, '"');
		before = ',';
	}
	scd_buf_puts(&expo->text, before == ',' ? "} " : " ");
}

static void put_uint(struct scd_exposition *expo, const char *suffix,
		     const struct scd_label *labels, uint64_t value)
{
	put_series(expo, suffix, labels);
	scd_buf_printf(&expo->text, "%" PRIu64 "\n", value);
}

/* Integers all the way: no rounding, and no locale that writes a comma. */
static void put_seconds(struct scd_exposition *expo, const char *suffix, uint64_t micros)
{
	put_series(expo, suffix, SCD_NO_LABELS);
	scd_buf_printf(&expo->text, "%" PRIu64 ".%06" PRIu64 "\n", micros / 1000000,
		       micros % 1000000);
}

void scd_expo_uint(struct scd_exposition *expo, const struct scd_label *labels, uint64_t value)
{
	put_uint(expo, counter_suffix(expo), labels, value);
}

void scd_expo_seconds(struct scd_exposition *expo, uint64_t micros)
{
	put_seconds(expo, counter_suffix(expo), micros);
}

/* "0.005", "1.0": as OpenMetrics wants it, and in both formats, so that a series has
 * one name. */
static void bound_text(unsigned ms, char *text, size_t size)
{
	char *last;

	(void)snprintf(text, size, "%u.%03u", ms / 1000, ms % 1000);
	for (last = text + strlen(text) - 1; *last == '0' && last[-1] != '.'; last--)
		*last = '\0';
}

void scd_expo_durations(struct scd_exposition *expo, const unsigned *bounds_ms,
			const uint64_t *buckets, size_t count, uint64_t sum_micros)
{
	uint64_t below = 0;
	char bound[32];

	for (size_t i = 0; i < count; i++) {
		below += buckets[i];
		bound_text(bounds_ms[i], bound, sizeof(bound));
		put_uint(expo, "_bucket", SCD_LABELS({ "le", bound }), below);
	}
	below += buckets[count];
	put_uint(expo, "_bucket", SCD_LABELS({ "le", "+Inf" }), below);
	put_seconds(expo, "_sum", sum_micros);
	put_uint(expo, "_count", SCD_NO_LABELS, below);
}

char *scd_expo_take(struct scd_exposition *expo)
{
	char *text;

	if (expo->format == SCD_METRICS_OPENMETRICS)
		scd_buf_puts(&expo->text, "# EOF\n");
	text = scd_buf_take(&expo->text);
	scd_buf_done(&expo->text);
	return text;
}

static const char *const content_types[] = {
	[SCD_METRICS_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
	[SCD_METRICS_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

const char *scd_metrics_content_type(enum scd_metrics_format format)
{
	return content_types[format];
}

/* A piece of a header's value. */
struct span {
	const char *at;
	size_t len;
};

static struct span trimmed(struct span span)
{
	while (span.len > 0 && isspace((unsigned char)span.at[0]))
		span.at++, span.len--;
	while (span.len > 0 && isspace((unsigned char)span.at[span.len - 1]))
		span.len--;
	return span;
}

/* Takes what stands before the next @separator off @rest. False at the end. */
static bool next_piece(const char **rest, const char *end, char separator, struct span *piece)
{
	const char *stop;

	if (*rest > end)
		return false;
	stop = memchr(*rest, separator, (size_t)(end - *rest));
	if (!stop)
		stop = end;
	*piece = trimmed((struct span){ *rest, (size_t)(stop - *rest) });
	*rest = stop + 1;
	return true;
}

static bool is(struct span span, const char *word)
{
	return span.len == strlen(word) && strncasecmp(span.at, word, span.len) == 0;
}

static bool begins(struct span span, const char *word)
{
	return span.len >= strlen(word) && strncasecmp(span.at, word, strlen(word)) == 0;
}

/* Thousandths of "0.25"; more digits than RFC 9110 allows are dropped. */
static unsigned quality(struct span value)
{
	unsigned weight = 0, unit = 1000;

	for (size_t i = 0; i < value.len && unit > 0; i++) {
		if (value.at[i] == '.' && i == 1)
			continue;
		if (!isdigit((unsigned char)value.at[i]))
			return 0;
		weight += unit * (unsigned)(value.at[i] - '0');
		unit /= 10;
	}
	return weight < 1000 ? weight : 1000;
}

/* One media range of an Accept header; false when we do not speak its version. */
static bool read_range(struct span range, struct span *type, unsigned *weight)
{
	const char *rest = range.at, *end = range.at + range.len;
	struct span parameter;

	*weight = 1000;
	if (!next_piece(&rest, end, ';', type))
		return false;
	while (next_piece(&rest, end, ';', &parameter)) {
		if (begins(parameter, "q="))
			*weight = quality((struct span){ parameter.at + 2, parameter.len - 2 });
		else if (begins(parameter, "version=") &&
			 begins(*type, "application/openmetrics-text") &&
			 !is(parameter, "version=1.0.0"))
			return false;
	}
	return true;
}

enum scd_metrics_format scd_metrics_negotiate(const char *accept)
{
	unsigned open_metrics = 0, text = 0, weight;
	const char *rest = accept, *end;
	struct span range, type;

	if (!accept)
		return SCD_METRICS_PROMETHEUS;
	end = accept + strlen(accept);
	while (next_piece(&rest, end, ',', &range)) {
		if (!read_range(range, &type, &weight))
			continue;
		if (is(type, "application/openmetrics-text") && weight > open_metrics)
			open_metrics = weight;
		else if (is(type, "text/plain") && weight > text)
			text = weight;
	}
	/* A browser's or curl's "any type" gets what a person can read. */
	return open_metrics > 0 && open_metrics >= text ? SCD_METRICS_OPENMETRICS
							: SCD_METRICS_PROMETHEUS;
}

/* SPDX-License-Identifier: MIT */
/* Writes metrics as text: Prometheus 0.0.4 and OpenMetrics 1.0. Knows no metric. */
#ifndef SCD_EXPOSITION_H
#define SCD_EXPOSITION_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum scd_metrics_format {
	SCD_METRICS_PROMETHEUS, /* text/plain; version=0.0.4 */
	SCD_METRICS_OPENMETRICS /* application/openmetrics-text; version=1.0.0 */
};

enum scd_metric_type {
	SCD_GAUGE,
	SCD_COUNTER,
	SCD_HISTOGRAM,
	SCD_METRIC_TYPE_COUNT
};

struct scd_label {
	const char *name, *value;
};

/* SCD_LABELS({ "state", "ok" }, { "kind", kind }) */
#define SCD_LABELS(...) ((const struct scd_label[]){ __VA_ARGS__, { NULL, NULL } })
#define SCD_NO_LABELS ((const struct scd_label[]){ { NULL, NULL } })

/* A document in the making; the buffer's failure sticks. */
struct scd_exposition {
	struct scd_buf text;
	enum scd_metrics_format format;
	const char *name; /* of the family that the next samples are of */
	enum scd_metric_type type;
};

/* Begins a family: HELP and TYPE. @name and @help: static storage, without a newline or a
 * backslash; a counter's @name without "_total". */
void scd_expo_family(struct scd_exposition *expo, const char *name, enum scd_metric_type type,
		     const char *help) SCD_NONNULL;

/* One sample of a gauge or counter. Any label value may be given. */
void scd_expo_uint(struct scd_exposition *expo, const struct scd_label *labels,
		   uint64_t value) SCD_NONNULL;

/* The same without labels of @micros millionths, in seconds. */
void scd_expo_seconds(struct scd_exposition *expo, uint64_t micros) SCD_NONNULL;

/* A histogram of durations without labels. @buckets: @count + 1 values that are not
 * cumulative, the last one for everything over the last bound. */
void scd_expo_durations(struct scd_exposition *expo, const unsigned *bounds_ms,
			const uint64_t *buckets, size_t count, uint64_t sum_micros) SCD_NONNULL;

/* Ends the document and hands it over: free() it. NULL when the buffer failed. */
char *scd_expo_take(struct scd_exposition *expo) SCD_NONNULL SCD_MUST_CHECK;

/* Content-Type of the format. */
const char *scd_metrics_content_type(enum scd_metrics_format format);

/* The format that the value of an Accept header asks for; NULL: there was none. */
enum scd_metrics_format scd_metrics_negotiate(const char *accept);

#endif

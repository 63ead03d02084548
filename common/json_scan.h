/* SPDX-License-Identifier: MIT */
/* The scanner behind json.c: RFC 8259 to a list of values with places. */
#ifndef SCD_JSON_SCAN_H
#define SCD_JSON_SCAN_H

#include "json.h"

/* No value. */
#define SCD_JSON_NONE UINT32_MAX

/* A value while its neighbours may still move in memory: links are indices. */
struct scd_json_link {
	uint32_t parent, child, last, next;
};

struct scd_json_scan {
	struct scd_json_value *values; /* links and strings not set */
	struct scd_json_link *links;
	size_t count, cap;
};

/**
 * scd_json_scan() - check the form of a text and find its values.
 * @scan:  zeroed; the caller frees values and links, whatever is returned.
 * @fault: set when 1 is returned.
 *
 * Return: 0; 1 when the text is not strict JSON; -1 with SCD_E_NOMEM.
 */
int scd_json_scan(const char *text, size_t len, struct scd_json_scan *scan,
		  struct scd_json_fault *fault, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

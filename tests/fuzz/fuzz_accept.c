/* SPDX-License-Identifier: MIT */
/* The value of an Accept header, as a stranger sends it to /metrics. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char type[] = "application/openmetrics-text";
	auto_free char *text = malloc(size + 1);
	enum scd_metrics_format format;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	format = scd_metrics_negotiate(text);
	assert(format == SCD_METRICS_PROMETHEUS || strcasestr(text, type));
	return 0;
}

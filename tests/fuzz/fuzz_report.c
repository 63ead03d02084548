/* SPDX-License-Identifier: MIT */
/* Bytes of a checker that may be anybody's: refused, or exactly what encode() writes. */
#include <stdint.h>
#include <string.h>

#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char wire[SCD_REPORT_WIRE_MAX];
	auto_report struct scd_report report = { 0 }, copy = { 0 };
	struct scd_error err;

	if (scd_report_decode(data, size, &report, &err) < 0)
		return 0;
	if (scd_report_encode(&report, wire, sizeof(wire)) != size || memcmp(wire, data, size) != 0)
		abort();
	if (scd_report_copy(&report, &copy) == 0)
		scd_report_sort(&copy);
	return 0;
}

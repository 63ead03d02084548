/* SPDX-License-Identifier: MIT */
/* A status document from anybody, printed in both ways: whatever it says, nothing that a
 * terminal obeys comes out, and what is printed as JSON is JSON. */
#include <assert.h>
#include <cjson/cJSON.h>
#include <stdint.h>
#include <string.h>

#include "status_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_harmless(const struct scd_buf *out)
{
	for (size_t i = 0; i < out->len; i++) {
		const uint8_t c = (uint8_t)out->data[i];

		assert(c >= 0x20 || c == '\n' || c == '\t');
		assert(c != 0x7f);
		assert(c != 0xc2 || (uint8_t)out->data[i + 1] >= 0xa0);
	}
}

static void print(const char *text, size_t len, enum scd_output output)
{
	auto_buf struct scd_buf out = scd_buf_init((size_t)32 << 20);
	struct scd_error err;
	cJSON *json;
	bool well;

	if (scd_status_print(text, len, output, &out, &well, &err) != 0)
		return;
	assert_harmless(&out);
	if (output != SCD_OUTPUT_JSON)
		return;
	json = cJSON_ParseWithOpts(scd_buf_text(&out), NULL, 1);
	assert(json);
	cJSON_Delete(json);
}

static void print_line(const char *text, size_t len)
{
	auto_buf struct scd_buf out = scd_buf_init((size_t)32 << 20);
	struct scd_error err;
	bool well;

	if (scd_status_line(text, len, &out, &well, &err) != 0)
		return;
	assert_harmless(&out);
	assert(out.len > 0 && strchr(out.data, '\n') == out.data + out.len - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	print(text, size, SCD_OUTPUT_HUMAN);
	print(text, size, SCD_OUTPUT_JSON);
	print_line(text, size);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* A manifest from anybody: places that are found stand in the text, and what is read is bounded. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bounds.h"
#include "manifest.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every place is that of a character, or one past the end of a line. */
static void assert_place(const char *text, size_t len, unsigned line, unsigned column)
{
	const size_t offset = scd_text_offset(text, len, line, column);
	unsigned row, col;

	scd_text_position(text, len, offset, &row, &col);
	assert(row == line);
	assert(col <= column && column - col <= 1);
}

static void assert_embedded(const struct scd_embedded *profile, const char *text, size_t len)
{
	unsigned line = 1, column = 1;

	assert(profile->object && profile->name && strlen(profile->text) == profile->len);
	assert_place(text, len, profile->line, profile->column);
	for (size_t i = 0; i <= profile->len; i += 1 + profile->len / 64) {
		scd_text_position(profile->text, profile->len, i, &line, &column);
		scd_spans_find(&profile->spans, profile->text, profile->len, &line, &column);
		assert(line > 0 && column > 0);
		assert(scd_text_offset(text, len, line, 1) <= len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scd_check_opts opts = { 0 };
	const char *text = (const char *)data;
	struct scd_manifest manifest;
	struct scd_error err;

	(void)scd_manifest_looks_like_one(text, size, size % 2 != 0);
	assert(scd_manifest_read(text, size, &opts, true, &manifest, &err) == 0);
	assert(manifest.profile_count <= SCD_MANIFEST_ITEMS_MAX);
	for (size_t i = 0; i < manifest.profile_count; i++)
		assert_embedded(&manifest.profiles[i], text, size);
	for (size_t i = 0; i < manifest.use_count; i++)
		assert_place(text, size, manifest.uses[i].line, manifest.uses[i].column);
	assert(manifest.relevant || manifest.report.by_severity[SCD_ERROR] <= 1);
	scd_manifest_done(&manifest);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Profiles that are laid out, flattened and merged. The first byte chooses the container. */
#include <assert.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>

#include "canon.h"
#include "flatten.h"
#include "merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The layout of @text, or NULL when it is no JSON: free() it. */
static char *lay_out(const char *text, size_t len)
{
	auto_buf struct scd_buf out = scd_buf_init(SCD_CANON_MAX);
	auto_json struct scd_json json = { 0 };
	struct scd_error err;

	assert(scd_json_parse(text, len, &json, &err) == 0);
	if (json.fault_count)
		return NULL;
	assert(scd_canon_print(&json, text, &out, &err) == 0 && !out.failed);
	return scd_buf_take(&out);
}

/* Laid out again a text stays what it is. */
static void check_layout(const char *text, size_t len)
{
	auto_free char *once = lay_out(text, len), *twice = NULL;

	if (!once)
		return;
	twice = lay_out(once, strlen(once));
	assert(twice && strcmp(once, twice) == 0);
}

/* What was flattened has nothing left to flatten. */
static void check_flat(const char *text, size_t len, const struct scd_flatten_opts *opts)
{
	auto_flattened struct scd_flattened once = { 0 }, twice = { 0 };
	auto_report struct scd_report report = { 0 }, again = { 0 };
	struct scd_error err;

	if (scd_flatten(text, len, opts, &report, &once, &err) < 0) {
		assert(err.code == SCD_E_TOO_LARGE);
		return;
	}
	assert(!once.text == !scd_report_accepts(&report) || !once.text);
	if (!once.text)
		return;
	assert(scd_flatten(once.text, once.len, opts, &again, &twice, &err) == 0);
	assert(twice.text && strcmp(once.text, twice.text) == 0 && twice.step_count == 0);
}

/* A profile merged with itself brings nothing new, and merging is settled after one time. */
static void check_merge(const char *text, size_t len)
{
	struct scd_check_opts opts = {
		.runtimes = 3, .oci_runtimes = 3, .archs = { SCMP_ARCH_X86_64 }, .arch_count = 1
	};
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	auto_report struct scd_report report = { 0 };
	auto_merged struct scd_merged merged = { 0 };
	struct scd_judge judge = { .text = text, .len = len, .opts = &opts, .report = &report };
	struct scd_merge_input inputs[2];
	struct scd_error err;

	assert(scd_json_parse(text, len, &json, &err) == 0);
	if (json.fault_count)
		return;
	assert(scd_profile_read(scd_json_root(&json), &judge, &profile, &err) == 0);
	if (!profile.default_action || !scd_report_accepts(&report))
		return;
	inputs[0] = inputs[1] = (struct scd_merge_input){ "a", text, &profile };
	if (scd_merge(inputs, 2, &merged, &err) < 0) {
		assert(err.code == SCD_E_TOO_LARGE);
		return;
	}
	for (size_t i = 0; i < merged.step_count; i++)
		assert(merged.steps[i].verb == SCD_MERGE_REPLACED);
	check_layout(merged.text, merged.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scd_flatten_opts opts = { .archs = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64 },
					 .kernel = { 5, 10 } };
	const char *text = (const char *)data + 1;

	if (size == 0)
		return 0;
	opts.arch_count = 1 + data[0] % 2;
	opts.capabilities = data[0] & 4 ? UINT64_MAX : 0;
	check_layout(text, size - 1);
	check_flat(text, size - 1, &opts);
	check_merge(text, size - 1);
	return 0;
}

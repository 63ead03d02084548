/* SPDX-License-Identifier: MIT */
/* The whole check, libseccomp included. What makes libseccomp slow is left out: that is what
 * the jail is for. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX ((size_t)4096)
#define CONDITIONS_MAX ((size_t)48) /* names times conditions, of all rules */
#define ARCHS_MAX ((size_t)4)

/* Whether libseccomp makes short work of the text. */
static bool is_cheap(const char *text, size_t len)
{
	const struct scd_check_opts opts = { .runtimes = SCD_RUNTIME_ANY,
					     .oci_runtimes = SCD_OCI_RUNTIME_ANY };
	auto_json struct scd_json json = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = text, .len = len, .opts = &opts, .report = &report };
	struct scd_error err;
	size_t conditions = 0;

	assert(scd_json_parse(text, len, &json, &err) == 0);
	if (!scd_json_root(&json))
		return true;
	assert(scd_profile_read(scd_json_root(&json), &judge, &profile, &err) == 0);
	for (size_t i = 0; i < profile.rule_count; i++)
		if (profile.rules[i].names)
			conditions += profile.rules[i].names->count * profile.rules[i].arg_count;
	return conditions <= CONDITIONS_MAX && profile.arch_count <= ARCHS_MAX;
}

static void check_same(const struct scd_report *a, const struct scd_report *b)
{
	assert(a->count == b->count && a->total == b->total && a->bpf_insns == b->bpf_insns);
	for (size_t i = 0; i < a->count; i++)
		assert(a->items[i].rule == b->items[i].rule &&
		       a->items[i].severity == b->items[i].severity &&
		       strcmp(a->items[i].pointer, b->items[i].pointer) == 0 &&
		       strcmp(a->items[i].message, b->items[i].message) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scd_check_opts opts = { 0 };
	auto_report struct scd_report report = { 0 }, copy = { 0 };
	static unsigned char wire[SCD_REPORT_WIRE_MAX];
	const char *text = (const char *)data + 1;
	struct scd_error err;
	size_t len = size - 1, n;

	if (size == 0 || len > TEXT_MAX || !is_cheap(text, len))
		return 0;
	scd_check_init();
	opts.runtimes = data[0] & SCD_RUNTIME_ANY;
	opts.oci_runtimes = data[0] >> 2 & SCD_OCI_RUNTIME_ANY;
	opts.strict = data[0] & 0x10;
	if (data[0] & 0x20) {
		opts.archs[0] = SCMP_ARCH_AARCH64;
		opts.arch_count = 1;
	}
	assert(scd_check_profile(text, len, &opts, &report, &err) == 0);
	assert(!scd_report_accepts(&report) ||
	       (report.bpf_insns > 0 && report.bpf_insns <= SCD_BPF_MAX));
	assert(!opts.strict || report.by_severity[SCD_WARNING] == 0);

	/* What a jail's child writes is what its parent reads. */
	n = scd_report_encode(&report, wire, sizeof(wire));
	assert(n > 0 && scd_report_decode(wire, n, &copy, &err) == 0);
	check_same(&report, &copy);
	return 0;
}

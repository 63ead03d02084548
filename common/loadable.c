/* SPDX-License-Identifier: MIT */
#include "loadable.h"

#include "check_opts.h"
#include "compile.h"
#include "stub.h"

static int compile(const struct scd_profile *profile, enum scd_oci_runtime oci_runtime,
		   struct scd_filter *filter, struct scd_error *err)
{
	const struct scd_compile_opts opts = { .native = seccomp_arch_native(),
					       .archs = profile->archs,
					       .arch_count = profile->arch_count,
					       .optimize = 1 };
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter plain = { 0 }, out = { 0 };
	struct scd_compile_result result;
	int rc = scd_target_build(profile, oci_runtime, &target, err);

	if (rc < 0)
		return -1;
	if (rc > 0)
		return scd_fail(err, SCD_E_CONFIG, 0, "more than %zu rules", SCD_RULES_MAX);
	if (scd_compile(&target, &opts, &plain, &result, err) < 0)
		return -1;
	if (result.status != SCD_COMPILE_OK)
		return scd_fail(err, SCD_E_CONFIG, result.sys,
				"libseccomp makes no filter of the profile");
	if (oci_runtime != SCD_RUNC) {
		out = plain;
		plain = (struct scd_filter){ 0 };
	} else if (scd_stub_prepend(profile, opts.native, SCD_STUB_LISTED, &plain, &out, err) < 0) {
		return -1;
	}
	if (out.count > SCD_BPF_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0,
				"the filter has %zu instructions; the kernel takes %zu", out.count,
				SCD_BPF_MAX);
	*filter = out;
	out = (struct scd_filter){ 0 }; /* the caller's now */
	return 0;
}

/* The first error of a report, as far as a message goes. */
static int refuse(const struct scd_report *report, struct scd_error *err)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR)
			return scd_fail(err, SCD_E_CONFIG, 0, "%s", report->items[i].message);
	return scd_fail(err, SCD_E_CONFIG, 0, "not a profile");
}

int scd_loadable_make(const char *json, size_t len, enum scd_oci_runtime oci_runtime,
		      struct scd_filter *filter, struct scd_error *err)
{
	const struct scd_check_opts opts =
		scd_check_opts_complete(&(struct scd_check_opts){ .oci_runtimes = oci_runtime });
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = json, .len = len, .opts = &opts, .report = &report };
	auto_json struct scd_json document = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	const struct scd_json_value *root;

	if (len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "a profile of %zu bytes", len);
	if (scd_json_parse(json, len, &document, err) < 0)
		return -1;
	root = scd_json_root(&document);
	if (!root || document.fault_count)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s",
				document.fault_count ? document.faults[0].msg : "not JSON");
	if (scd_profile_read(root, &judge, &profile, err) < 0)
		return -1;
	if (!profile.default_action || !scd_report_accepts(&report))
		return refuse(&report, err);
	return compile(&profile, oci_runtime, filter, err);
}

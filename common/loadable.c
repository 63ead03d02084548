/* SPDX-License-Identifier: MIT */
#include "loadable.h"

#include "program.h"

int scd_loadable_make(const char *json, size_t len, enum scd_oci_runtime oci_runtime,
		      struct scd_filter *filter, struct scd_error *err)
{
	const struct scd_loader loader = { .oci_runtime = oci_runtime, .stub = SCD_STUB_LISTED };
	auto_subject struct scd_subject subject = { 0 };
	auto_program struct scd_program program = { 0 };

	if (scd_subject_read(json, len, &subject, err) < 0)
		return -1;
	if (!subject.usable || !scd_report_accepts(&subject.report))
		return scd_subject_refuse(&subject, err);
	if (scd_program_make(&subject, &loader, seccomp_arch_native(), &program, err) < 0)
		return -1;
	*filter = program.filter;
	program.filter = (struct scd_filter){ 0 }; /* the caller's now */
	return 0;
}

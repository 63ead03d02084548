/* SPDX-License-Identifier: MIT */
/* A profile read from a text, with everything that it points into. */
#ifndef SCD_TEST_FROM_TEXT_H
#define SCD_TEST_FROM_TEXT_H

#include <stdio.h>
#include <string.h>

#include "profile.h"

struct from_text {
	struct scd_check_opts opts;
	struct scd_json json;
	struct scd_report report;
	struct scd_judge judge;
	struct scd_profile profile;
};

/* For every consumer, on x86_64. @r lives until read_done(). */
static void read_text(struct from_text *r, const char *text)
{
	struct scd_error err;

	*r = (struct from_text){ .opts = { .runtimes = SCD_RUNTIME_ANY,
					   .oci_runtimes = SCD_OCI_RUNTIME_ANY,
					   .archs = { SCMP_ARCH_X86_64 },
					   .arch_count = 1 } };
	r->judge = (struct scd_judge){
		.text = text, .len = strlen(text), .opts = &r->opts, .report = &r->report
	};
	assert_int_equal(scd_json_parse(text, strlen(text), &r->json, &err), 0);
	assert_non_null(scd_json_root(&r->json));
	assert_int_equal(scd_profile_read(scd_json_root(&r->json), &r->judge, &r->profile, &err),
			 0);
}

static void read_done(struct from_text *r)
{
	scd_profile_done(&r->profile);
	scd_report_done(&r->report);
	scd_json_done(&r->json);
}

#define auto_from_text SCD_CLEANUP(read_done)

/* Profiles around rules, with an action for everything else. */
#define ALLOWING(rules) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" rules "]}"
#define DENYING(rules) "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" rules "]}"
#define RULE(names, action) "{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"
#define RULE_IF(names, action, args) \
	"{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\",\"args\":[" args "]}"
#define WHEN(index, op, value) \
	"{\"index\":" #index ",\"op\":\"SCMP_CMP_" #op "\",\"value\":" #value "}"

#endif

/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <seccomp.h>

#include "check_opts.h"
#include "crun_key.h"
#include "effects.h"
#include "lint.h"
#include "lint_args.h"

/* The libseccomp interface level that knows every action: kernel 5.7. */
#define API_LEVEL 6

void scd_check_init(void)
{
	/* Fails only for a level that this libseccomp does not have: then it probes. */
	(void)seccomp_api_set(API_LEVEL);
}

static int check_json(struct scd_judge *judge, const struct scd_json *json,
		      struct scd_filter *filter, struct scd_error *err)
{
	auto_profile struct scd_profile profile = { 0 };
	const struct scd_json_value *root = scd_json_root(json);

	scd_judge_faults(judge, json);
	if (!root)
		return 0;
	if (scd_profile_read(root, judge, &profile, err) < 0)
		return -1;
	scd_lint_profile(judge, &profile);
	scd_crun_key_of(&profile, judge->report);
	/* With an error of form there is no telling what a runtime would compile. */
	if (!profile.default_action || !scd_report_accepts(judge->report))
		return 0;
	scd_lint_args(judge, &profile);
	return scd_effects_check(judge, &profile, filter, err);
}

int scd_check_profile_filter(const char *json, size_t len, const struct scd_check_opts *opts,
			     struct scd_report *report, struct scd_filter *filter,
			     struct scd_error *err)
{
	const struct scd_check_opts completed = scd_check_opts_complete(opts);
	struct scd_judge judge = { .text = json, .len = len, .opts = &completed, .report = report };
	auto_json struct scd_json document = { 0 };

	if (len > SCD_PROFILE_MAX) {
		scd_judge_add(&judge, SCD_PATH_RULES, SCD_ERROR, NULL,
			      "%zu bytes; a profile has at most %zu", len, SCD_PROFILE_MAX);
	} else if (scd_json_parse(json, len, &document, err) < 0 ||
		   check_json(&judge, &document, filter, err) < 0) {
		return -1;
	}
	if (report->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "findings");
	if (opts->strict)
		scd_report_promote(report);
	scd_report_sort(report);
	return 0;
}

int scd_check_profile(const char *json, size_t len, const struct scd_check_opts *opts,
		      struct scd_report *report, struct scd_error *err)
{
	auto_filter struct scd_filter filter = { 0 };

	return scd_check_profile_filter(json, len, opts, report, &filter, err);
}

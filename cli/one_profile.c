/* SPDX-License-Identifier: MIT */
#include "one_profile.h"

#include <string.h>

#include "check_opts.h"
#include "inputs.h"
#include "render.h"

int scd_one_profile_read(const char *operand, struct scd_one_profile *profile,
			 struct scd_error *err)
{
	const bool is_stdin = strcmp(operand, SCD_STDIN_OPERAND) == 0;
	auto_free char *path = strdup(is_stdin ? SCD_STDIN_SHOWN : operand);
	auto_free char *file = strdup(operand);
	const struct scd_input input = { .path = path, .file = file };

	if (!path || !file)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", operand);
	profile->path = is_stdin ? SCD_STDIN_SHOWN : operand;
	return scd_input_read(&input, &profile->text, &profile->len, err);
}

int scd_profile_text_read(const struct scd_one_profile *text, struct scd_profile_text *read,
			  struct scd_error *err)
{
	struct scd_judge judge = {
		.text = text->text, .len = text->len, .opts = &read->opts, .report = &read->report
	};
	const struct scd_check_opts any = { 0 };

	read->opts = scd_check_opts_complete(&any);
	if (text->len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "'%s' is over %zu bytes", text->path,
				SCD_PROFILE_MAX);
	if (scd_json_parse(text->text, text->len, &read->json, err) < 0)
		return -1;
	scd_judge_faults(&judge, &read->json);
	if (scd_json_root(&read->json) &&
	    scd_profile_read(scd_json_root(&read->json), &judge, &read->profile, err) < 0)
		return -1;
	if (read->report.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "read '%s'", text->path);
	scd_report_sort(&read->report);
	return 0;
}

void scd_profile_text_done(struct scd_profile_text *read)
{
	scd_profile_done(&read->profile);
	scd_report_done(&read->report);
	scd_json_done(&read->json);
}

enum scd_exit scd_one_profile_refuse(const struct scd_one_profile *profile,
				     const struct scd_report *report)
{
	const struct scd_judged judged = { .fail_on = SCD_ERROR,
					   .name = profile->path,
					   .text = profile->text,
					   .len = profile->len,
					   .report = report };
	const struct scd_check_opts any = { 0 };
	const struct scd_render_opts how = { .judged_with = &any };
	struct scd_error err;

	if (scd_render_human(&judged, 1, &how, stderr, &err) < 0)
		return scd_cli_fail(&err);
	return SCD_EXIT_FOUND;
}

void scd_one_profile_done(struct scd_one_profile *profile)
{
	free(profile->text);
	*profile = (struct scd_one_profile){ 0 };
}

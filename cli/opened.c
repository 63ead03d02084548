/* SPDX-License-Identifier: MIT */
#include "opened.h"

#include <string.h>

#include "cli.h"
#include "jail.h"

int scd_opened_read_input(const struct scd_input *input, const struct scd_check_opts *opts,
			  struct scd_opened *opened, struct scd_error *err)
{
	enum scd_jail_result result;
	bool degraded = false;

	scd_check_init();
	opened->path = input->path;
	if (input->fault.code != SCD_OK) {
		*err = input->fault;
		return -1;
	}
	if (scd_input_read(input, &opened->text, &opened->len, err) < 0)
		return -1;
	if (scd_jail_check(opened->text, opened->len, opts, &opened->report, &result, &degraded,
			   err) < 0)
		return scd_wrap(err, "check '%s'", input->path);
	if (result == SCD_JAIL_TIMEOUT || result == SCD_JAIL_CRASH)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "'%s' is too expensive to compile",
				input->path);
	if (scd_subject_read(opened->text, opened->len, &opened->subject, err) < 0)
		return scd_wrap(err, "read '%s'", input->path);
	return 0;
}

int scd_opened_read(const char *path, const struct scd_check_opts *opts, struct scd_opened *opened,
		    struct scd_error *err)
{
	auto_inputs struct scd_inputs inputs = { 0 };
	const bool is_stdin = strcmp(path, SCD_STDIN_OPERAND) == 0;
	struct scd_input input = { .path = strdup(is_stdin ? SCD_STDIN_SHOWN : path),
				   .file = strdup(path) };
	int rc;

	if (scd_inputs_add(&inputs, input, err) < 0)
		return -1;
	rc = scd_opened_read_input(&inputs.items[0], opts, opened, err);
	opened->path = is_stdin ? SCD_STDIN_SHOWN : path; /* the input goes */
	return rc;
}

bool scd_opened_warn(const struct scd_opened *opened)
{
	const struct scd_report *report = &opened->report;

	for (size_t i = 0; i < report->count; i++) {
		const struct scd_finding *f = &report->items[i];

		if (f->severity != SCD_ERROR)
			continue;
		scd_cli_warn("%s:%u:%u: error: %s [%s]", opened->path, f->line, f->column,
			     f->message, f->rule->id);
		if (report->by_severity[SCD_ERROR] > 1)
			scd_cli_warn("%s: %zu errors in all; `seccompctl validate` lists them",
				     opened->path, report->by_severity[SCD_ERROR]);
		return true;
	}
	return false;
}

void scd_opened_done(struct scd_opened *opened)
{
	scd_subject_done(&opened->subject);
	scd_report_done(&opened->report);
	free(opened->text);
	*opened = (struct scd_opened){ 0 };
}

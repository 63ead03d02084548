/* SPDX-License-Identifier: MIT */
#include "wrapper.h"

#include <errno.h>
#include <string.h>

#include "collect.h"

enum scd_exit scd_wrapper_fail(const struct scd_error *err)
{
	const enum scd_exit status = scd_cli_fail(err);

	if (status == SCD_EXIT_USAGE)
		return status;
	return (enum scd_exit)(err->code == SCD_E_MISSING ? SCD_WRAPPER_NOT_FOUND
							  : SCD_WRAPPER_TROUBLE);
}

int scd_wrapper_status(const struct scd_confine_end *end)
{
	return end->stage == SCD_CONFINE_NO_EXEC ? SCD_WRAPPER_NO_EXEC
						 : scd_confine_exit_status(end->status);
}

int scd_wrapper_open(const char *path, FILE **out, struct scd_error *err)
{
	FILE *file;

	*out = stderr;
	if (!path)
		return 0;
	file = fopen(path, "we");
	if (!file)
		return scd_fail(err, SCD_E_SYSTEM, errno, "create '%s'", path);
	*out = file;
	return 0;
}

int scd_wrapper_close(FILE *out, struct scd_error *err)
{
	bool failed = fflush(out) != 0 || ferror(out);

	if (out != stderr)
		failed |= fclose(out) != 0;
	return failed ? scd_fail(err, SCD_E_SYSTEM, errno, "write the report") : 0;
}

int scd_wrapper_read(char *operand, char **text, size_t *len, struct scd_error *err)
{
	auto_inputs struct scd_inputs inputs = { 0 };

	if (scd_collect_inputs(&operand, 1, &inputs, err) < 0)
		return -1;
	if (inputs.count != 1)
		return scd_fail(err, SCD_E_USAGE, 0, "'%s' is not one profile", operand);
	return scd_input_read(&inputs.items[0], text, len, err);
}

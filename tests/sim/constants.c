/* SPDX-License-Identifier: MIT */
/* Prints the table of symbolic values as one architecture has it, "NAME VALUE" a line, for
 * comparison with the headers: constants ARCH. */
#include <inttypes.h>
#include <stdio.h>

#include "check_opts.h"
#include "constants.h"

int main(int argc, char **argv)
{
	struct scd_check_opts opts = { 0 };
	struct scd_error err;
	const char *name;
	uint64_t value;

	if (argc != 2 || scd_check_opts_add_arch(&opts, argv[1], &err) < 0) {
		(void)fprintf(stderr, "usage: constants ARCH\n");
		return 2;
	}
	for (size_t i = 0; scd_constants_row(i, opts.archs[0], &name, &value); i++)
		if (name)
			(void)printf("%s %" PRId64 "\n", name, (int64_t)value);
	return fflush(stdout) == 0 ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include "options_file.h"

int scd_config_file_read(const char *name, const char *text, size_t len, struct scd_config *config,
			 struct scd_error *err)
{
	struct scd_options_file file = { .kind = "SeccompdConfiguration" };

	file.table = scd_config_options(&file.count);
	return scd_options_file_read(&file, name, text, len, config, err);
}

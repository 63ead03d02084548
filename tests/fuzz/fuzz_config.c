/* SPDX-License-Identifier: MIT */
/* A configuration file: a message that names its place or a configuration that judges. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bounds.h"
#include "config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_config struct scd_config config = { 0 };
	struct scd_check_opts opts;
	struct scd_error err;

	if (scd_config_file_read("f", (const char *)data, size, &config, &err) < 0) {
		assert(err.code == SCD_E_CONFIG ||
		       (err.code == SCD_E_TOO_LARGE && size > SCD_CONFIG_MAX));
		assert(err.code != SCD_E_CONFIG || strncmp(err.msg, "f:", 2) == 0);
		return 0;
	}
	assert(size <= SCD_CONFIG_MAX);
	/* Words were checked one by one: only their number is left to refuse. */
	if (scd_check_opts_make(&config.judge, &opts, &err) < 0)
		assert(config.judge.archs.count > SCD_CHECK_ARCHS_MAX);
	return 0;
}

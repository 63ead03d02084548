/* SPDX-License-Identifier: MIT */
/* What the state file's reader accepts, its writer writes so that it is read the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_ledger struct scd_ledger first = { 0 }, second = { 0 };
	auto_free char *text = NULL, *again = NULL;
	struct scd_error err;
	size_t len, again_len;

	if (scd_ledger_parse((const char *)data, size, &first, &err) < 0) {
		assert(err.code == SCD_E_CORRUPT || err.code == SCD_E_NOMEM);
		return 0;
	}
	text = scd_ledger_print(&first, "uid", &len);
	assert(text);
	if (scd_ledger_parse(text, len, &second, &err) < 0)
		assert(!"what was written is not read");
	again = scd_ledger_print(&second, "uid", &again_len);
	assert(again && again_len == len && memcmp(text, again, len) == 0);
	return 0;
}

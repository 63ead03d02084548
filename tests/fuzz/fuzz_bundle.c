/* SPDX-License-Identifier: MIT */
/* A config.json from anybody: what can be read can be changed, and the changes are there when
 * the result is read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scd_bundle_changes changes = { .dir = "/bundle",
						    .root = "/bundle/rootfs",
						    .seccomp = "{\"new\": 1}",
						    .no_new_privs = size % 2 != 0,
						    .cgroups_path = "/new" };
	auto_bundle struct scd_bundle bundle = { 0 }, again = { 0 };
	const struct scd_json_value *value;
	struct scd_error err;
	char *text = NULL;
	size_t len;

	if (scd_bundle_read((const char *)data, size, &bundle, &err) < 0)
		return 0;
	assert(scd_bundle_change(&bundle, &changes, &text, &len, &err) == 0);
	assert(strlen(text) == len);
	assert(scd_bundle_read(text, len, &again, &err) == 0);
	assert(strcmp(again.root, changes.root) == 0);
	assert(again.terminal == bundle.terminal && again.no_new_privs == changes.no_new_privs);
	value = scd_json_get(again.seccomp, "new");
	assert(again.seccomp->count == 1 && value && value->uint == 1);
	assert(!again.cgroups_path == !bundle.cgroups_path);
	free(text);
	return 0;
}

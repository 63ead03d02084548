/* SPDX-License-Identifier: MIT */
/* Any path, query and Accept header (a line each): there is an answer, it is one that is
 * counted, and what a Kubernetes condition could hold of it is short and printable. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>

#include "routes.h"
#include "state_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_short(const char *text)
{
	assert(strlen(text) < 1024);
	for (; *text; text++)
		assert(*text == '\n' || ((uint8_t)*text >= 0x20 && *text != 0x7f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct scd_http_counts counts;
	struct scd_request request = { .counts = &counts, .allowed = true };
	auto_free char *text = strndup((const char *)data, size);
	char *lines[3] = { text, NULL, NULL };
	void *state;

	if (!text || sample_setup(&state) != 0)
		return 0;
	for (size_t i = 1; i < 3 && lines[i - 1]; i++) {
		lines[i] = strchr(lines[i - 1], '\n');
		if (lines[i])
			*lines[i]++ = '\0';
	}
	request.state = &sample.state;
	request.path = lines[0];
	request.query = lines[1];
	request.accept = lines[2];
	sample.state.writable = size % 2;
	scd_routes_answer(&request);
	assert(request.text && request.type);
	assert(scd_http_reachable(request.label, request.code));
	assert((request.policy[0] != '\0') == (request.label == SCD_HTTP_PAGE));
	if (request.code != SCD_HTTP_OK || request.label == SCD_HTTP_LIVEZ ||
	    request.label == SCD_HTTP_READYZ || request.label == SCD_HTTP_HEALTHZ)
		assert_short(request.text);
	free(request.text);
	(void)sample_teardown(&state);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* The status page of a node whose every word comes from the input, quoted lines as well:
 * whatever they are, the page is well-formed and holds nothing but what we put there. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>

#include "excerpt.h"
#include "html_check.h"
#include "page.h"
#include "state_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next string of the input: up to a NUL, or its end. */
static char *next_word(const uint8_t **data, size_t *left, size_t max)
{
	size_t len = strnlen((const char *)*data, *left);
	char *word = strndup((const char *)*data, len < max ? len : max);

	assert(word);
	*data += len + (len < *left);
	*left -= len + (len < *left);
	return word;
}

static char *excerpt_of(const char *text)
{
	auto_buf struct scd_buf out = scd_buf_init((size_t)64 << 10);

	scd_excerpt_add_around(&out, text, strlen(text), 2, 3);
	return out.failed ? NULL : strdup(scd_buf_text(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scd_state *state = &sample.state;
	void *ignored;
	char *words[4];
	char *page;

	if (sample_setup(&ignored) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = next_word(&data, &size, 200);
	state->node = words[0];
	state->pod = words[1];
	sample.config.source = words[2];
	(void)snprintf(state->destination_error.msg, sizeof(state->destination_error.msg), "%s",
		       words[3]);
	state->destination_error.code = SCD_E_SYSTEM;
	for (unsigned i = 0; size > 0 && i < 64; i++) {
		char *name = next_word(&data, &size, SCD_NAME_MAX);
		char *message = next_word(&data, &size, SCD_MESSAGE_MAX);
		struct scd_profile_state *profile = sample_add(name, i % SCD_PHASE_COUNT);

		scd_report_add(&profile->report, SCD_SYSCALL_UNKNOWN, SCD_ERROR,
			       (struct scd_place){ 2, 3, name }, "%s", message);
		profile->excerpts = excerpt_of(message);
		profile->excerpt_count = 1;
		free(name);
		free(message);
	}
	page = scd_page_html(state);
	if (page && !html_check(page)) {
		(void)fprintf(stderr, "%s\n", html_why);
		assert(0);
	}
	free(page);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		free(words[i]);
	(void)sample_teardown((void **)&state);
	return 0;
}

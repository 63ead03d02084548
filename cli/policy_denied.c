/* SPDX-License-Identifier: MIT */
#include "policy_denied.h"

#include <inttypes.h>
#include <string.h>

#include "call_text.h"
#include "meaning.h"

/* Calls in a test are names of @arch, or numbers. */
static bool is_call(const struct scd_policy_call *expected, const struct scd_denied_call *call)
{
	char name[SCD_CALL_NAME_SIZE];
	struct scd_error err;
	int nr;

	return scd_call_find(seccomp_arch_native(), expected->text, name, &nr, &err) == 0 &&
	       strcmp(name, call->name) == 0;
}

static bool is_expected(const struct scd_policy_case *test, const struct scd_denied_call *call)
{
	for (size_t i = 0; i < test->denied_count; i++)
		if (is_call(&test->denied[i], call))
			return true;
	return false;
}

static bool was_denied(const struct scd_watched *watched, const struct scd_policy_call *expected)
{
	for (size_t i = 0; i < watched->count; i++)
		if (is_call(expected, &watched->calls[i]))
			return true;
	return false;
}

static void add_unexpected(const struct scd_denied_call *call, struct scd_buf *out)
{
	char brief[SCD_ACTION_BRIEF_SIZE];

	scd_buf_printf(out, "  denied, which is not expected: %s, %" PRIu64 " time%s, by %s",
		       call->name, call->count, call->count == 1 ? "" : "s",
		       scd_action_brief(call->action, brief));
	if (*call->example)
		scd_buf_printf(out, ": %s", call->example);
	scd_buf_putc(out, '\n');
}

void scd_policy_compare(const struct scd_policy_case *test, const struct scd_watched *watched,
			struct scd_buf *out)
{
	const bool exactly = test->denials == SCD_DENIED_EXACTLY;

	for (size_t i = 0; exactly && i < watched->count; i++)
		if (!is_expected(test, &watched->calls[i]))
			add_unexpected(&watched->calls[i], out);
	for (size_t i = 0; i < test->denied_count; i++)
		if (!was_denied(watched, &test->denied[i]))
			scd_buf_printf(out, "  expected, but not denied: %s (line %u)\n",
				       test->denied[i].text, test->denied[i].line);
	if (exactly && watched->lost)
		scd_buf_printf(out, "  and %" PRIu64 " more calls that are not listed\n",
			       watched->lost);
}

/* SPDX-License-Identifier: MIT */
/* A file of policy tests: read or refused with a position, whatever it holds. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <seccomp.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_policy struct scd_policy policy = { 0 };
	struct scd_error err = { 0 };

	if (scd_policy_read("f", (const char *)data, size, &policy, &err) < 0) {
		assert(err.code == SCD_E_CONFIG || err.code == SCD_E_TOO_LARGE);
		assert(strncmp(err.msg, "f:", 2) == 0 || err.code == SCD_E_TOO_LARGE);
		return 0;
	}
	assert(policy.count > 0);
	for (size_t i = 0; i < policy.count; i++) {
		const struct scd_policy_case *test = &policy.cases[i];

		assert(test->name && !test->calls != !test->argv[0]);
		assert(!test->calls || (test->expect && test->call_count > 0));
		assert(!test->denials == !test->denied && (!test->denied || test->argv[0]));
		assert(test->denied_count > 0 || test->denials != SCD_DENIED_AT_LEAST);
		(void)scd_policy_meets(test, SCMP_ACT_ALLOW);
	}
	return 0;
}

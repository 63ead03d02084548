/* SPDX-License-Identifier: MIT */
#include "observe.h"

#include <string.h>

/* Whether the kernel's own answer is the only exact one. */
static bool kernel_answers(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
		return true;
	default:
		return false;
	}
}

int scd_observe_denials(const struct scd_filter *filter, bool deny, struct scd_filter *out,
			struct scd_error *err)
{
	struct sock_filter *insns = calloc(filter->count + 1, sizeof(*insns));

	if (!insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of %zu instructions", filter->count);
	memcpy(insns, filter->insns, filter->count * sizeof(*insns));
	for (size_t i = 0; i < filter->count; i++) {
		if (insns[i].code != (BPF_RET | BPF_K) || insns[i].k == SECCOMP_RET_ALLOW ||
		    (deny && kernel_answers(insns[i].k)))
			continue;
		insns[i].k = SECCOMP_RET_TRACE;
	}
	*out = (struct scd_filter){ .insns = insns, .count = filter->count };
	return 0;
}

int scd_observe_all(struct scd_filter *out, struct scd_error *err)
{
	struct sock_filter *insn = malloc(sizeof(*insn));

	if (!insn)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of one instruction");
	*insn = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	*out = (struct scd_filter){ .insns = insn, .count = 1 };
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "observe.h"

#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "names.h"

int scd_observe_denials(const struct scd_filter *filter, bool deny, struct scd_filter *out,
			struct scd_error *err)
{
	struct sock_filter *insns = calloc(filter->count + 1, sizeof(*insns));

	if (!insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of %zu instructions", filter->count);
	memcpy(insns, filter->insns, filter->count * sizeof(*insns));
	for (size_t i = 0; i < filter->count; i++) {
		/* The kernel's own answer is the only exact one where it kills. */
		if (insns[i].code != (BPF_RET | BPF_K) || insns[i].k == SECCOMP_RET_ALLOW ||
		    (deny && scd_action_kills(insns[i].k)))
			continue;
		insns[i].k = SECCOMP_RET_TRACE;
	}
	*out = (struct scd_filter){ .insns = insns, .count = filter->count };
	return 0;
}

/* A copy of @count instructions. */
static int make(const struct sock_filter *insns, size_t count, struct scd_filter *out,
		struct scd_error *err)
{
	struct sock_filter *copy = malloc(count * sizeof(*copy));

	if (!copy)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of %zu instructions", count);
	memcpy(copy, insns, count * sizeof(*copy));
	*out = (struct scd_filter){ .insns = copy, .count = count };
	return 0;
}

int scd_observe_all(struct scd_filter *out, struct scd_error *err)
{
	static const struct sock_filter insns[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};

	return make(insns, sizeof(insns) / sizeof(insns[0]), out, err);
}

#define LOAD_FIELD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))

int scd_observe_loads(struct scd_filter *out, struct scd_error *err)
{
	/* prctl's option is an int: its upper half is nobody's. */
	const uint32_t low = offsetof(struct seccomp_data, args[0]) +
			     (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
	const struct sock_filter insns[] = {
		LOAD_FIELD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, seccomp_arch_native(), 0, 5),
		LOAD_FIELD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prctl, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};

	return make(insns, sizeof(insns) / sizeof(insns[0]), out, err);
}

/* SPDX-License-Identifier: MIT */
#include "effect.h"

#include <stdio.h>
#include <string.h>

#define ARGS_END 6

int scd_effect_nr(uint32_t arch, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch, name);

	if (nr < 0)
		return -1;
	return arch == SCMP_ARCH_X32 ? (int)((uint32_t)nr | SCD_X32_BIT) : nr;
}

uint32_t scd_effect_run(const struct scd_filter *filter, uint32_t arch, int nr,
			const uint64_t args[ARGS_END])
{
	/* x32 has the audit value of x86_64. */
	struct seccomp_data data = { .nr = nr,
				     .arch = arch == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : arch };

	memcpy(data.args, args, sizeof(data.args));
	return scd_filter_run(filter, &data);
}

bool scd_effect_lets(uint32_t action)
{
	return action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG;
}

bool scd_effect_arch(const struct scd_effect *effect, size_t index, uint32_t *arch)
{
	const struct scd_profile *profile = effect->profile;

	if (index == 0) {
		*arch = effect->native;
		return true;
	}
	for (size_t i = 0; i < profile->arch_count; i++)
		if (profile->archs[i] != effect->native && --index == 0) {
			*arch = profile->archs[i];
			return true;
		}
	return false;
}

const char *scd_effect_text(uint32_t action, char out[64])
{
	const struct scd_action *row = scd_action_of(action);

	if (!row)
		(void)snprintf(out, 64, "0x%08x", action);
	else if (row->takes_errno)
		(void)snprintf(out, 64, "%s %u", row->name, action & 0xffff);
	else
		(void)snprintf(out, 64, "%s", row->name);
	return out;
}

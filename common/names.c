/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <string.h>

#include "text.h"

/* Strictness follows the kernel: SECCOMP_RET_* compared as signed numbers, least wins
 * (include/uapi/linux/seccomp.h). Versions: runc's CHANGELOG.md; crun knew all nine by 1.0. */
static const struct scd_action actions[] = {
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, false, 0, NULL },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG, false, 1, NULL },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), true, 2, NULL },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY, false, 3, NULL },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), true, 4, NULL },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP, false, 5, NULL },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, false, 6, "1.1.3" },
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL, false, 6, NULL },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, false, 7, "1.1.3" },
};

static const struct scd_operator operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

/* AUDIT_ARCH_LOONGARCH64, which linux/audit.h of 5.x does not have. */
#define LOONGARCH64 UINT32_C(0xc0000102)

/* runc's list: libcontainer/seccomp/config.go. archMap: nativeToSeccomp of
 * containers/common's pkg/seccomp/seccomp_linux.go. */
static const struct scd_arch archs[] = {
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86, false, 32, NULL, true, false },
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64, false, 64, NULL, true, true },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32, false, 32, NULL, true, false },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM, false, 32, NULL, true, false },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64, false, 64, NULL, true, true },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS, true, 32, NULL, true, false },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64, true, 64, NULL, true, true },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32, true, 32, NULL, true, true },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL, false, 32, NULL, true, false },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64, false, 64, NULL, true, true },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32, false, 32, NULL, true, true },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC, true, 32, NULL, true, false },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64, true, 64, NULL, true, false },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE, false, 64, NULL, true, false },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390, true, 32, NULL, true, false },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X, true, 64, NULL, true, true },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64, false, 64, "1.1.8", true, false },
	{ "SCMP_ARCH_LOONGARCH64", LOONGARCH64, false, 64, "1.5.0", false, false },
};

/* runc: libcontainer/seccomp/config.go at 1.5; crun takes all of them: src/libcrun/seccomp.c at
 * 1.8.1. */
static const struct scd_flag flags[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", false, "1.2.0" },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", true, "1.2.0" },
	{ "SECCOMP_FILTER_FLAG_TSYNC", false, "1.2.0" },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", false, "1.5.0" },
};

/* How wrong a name may be and still be recognised. */
#define NEAR ((size_t)4)

/* Other people's words for the same thing, too far away for the edit distance. */
static const struct {
	const char *wrong, *right;
} habits[] = {
	{ "SCMP_ACT_DENY", "SCMP_ACT_ERRNO" },
	{ "SCMP_ACT_BLOCK", "SCMP_ACT_ERRNO" },
	{ "SCMP_ACT_REJECT", "SCMP_ACT_ERRNO" },
	{ "SCMP_ARCH_ARM64", "SCMP_ARCH_AARCH64" },
	{ "SCMP_ARCH_AMD64", "SCMP_ARCH_X86_64" },
	{ "SCMP_ARCH_I386", "SCMP_ARCH_X86" },
	{ "SCMP_CMP_LTE", "SCMP_CMP_LE" },
	{ "SCMP_CMP_GTE", "SCMP_CMP_GE" },
	{ "SECCOMP_RET_ALLOW", "SCMP_ACT_ALLOW" },
	{ "SECCOMP_RET_ERRNO", "SCMP_ACT_ERRNO" },
	{ "SECCOMP_RET_KILL", "SCMP_ACT_KILL_PROCESS" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* find, candidate and nearest of one table. */
#define LOOKUPS(kind, table)                                         \
	const struct scd_##kind *scd_##kind##_find(const char *name) \
	{                                                            \
		for (size_t i = 0; i < COUNT(table); i++)            \
			if (strcmp((table)[i].name, name) == 0)      \
				return &(table)[i];                  \
		return NULL;                                         \
	}                                                            \
	static const char *kind##_candidate(size_t i)                \
	{                                                            \
		return i < COUNT(table) ? (table)[i].name : NULL;    \
	}                                                            \
	const char *scd_##kind##_nearest(const char *name)           \
	{                                                            \
		return nearest(name, kind##_candidate);              \
	}

static const char *nearest(const char *name, const char *(*candidate)(size_t i))
{
	for (size_t i = 0; i < COUNT(habits); i++)
		if (strcasecmp(habits[i].wrong, name) == 0)
			return habits[i].right;
	/* "ALLOW", "X86_64": the name without its family. */
	for (size_t i = 0; candidate(i); i++) {
		const char *full = candidate(i), *bare = full;

		for (int cut = 0; cut < 2 && strchr(bare, '_'); cut++)
			bare = strchr(bare, '_') + 1;
		if (strcasecmp(bare, name) == 0)
			return full;
	}
	return scd_text_nearest(name, NEAR, candidate);
}

const struct scd_arch *scd_arch_find_crun(const char *name)
{
	static const char prefix[] = "SCMP_ARCH_";
	const size_t n = sizeof(prefix) - 1;

	if (strncmp(name, prefix, n) == 0)
		name += n;
	for (size_t i = 0; i < COUNT(archs); i++)
		if (strcasecmp(archs[i].name + n, name) == 0)
			return &archs[i];
	return NULL;
}

LOOKUPS(action, actions)
LOOKUPS(operator, operators)
LOOKUPS(arch, archs)
LOOKUPS(flag, flags)

const struct scd_action *scd_action_of(uint32_t value)
{
	for (size_t i = 0; i < COUNT(actions); i++)
		if (actions[i].value == (value & ~UINT32_C(0xffff)) || actions[i].value == value)
			return &actions[i];
	return NULL;
}

unsigned scd_action_strictness(uint32_t value)
{
	const struct scd_action *row = scd_action_of(value);

	return row ? row->strictness : 0;
}

bool scd_action_kills(uint32_t value)
{
	return scd_action_strictness(value) >= scd_action_strictness(SCMP_ACT_TRAP);
}

const struct scd_arch *scd_archs(size_t *count)
{
	*count = sizeof(archs) / sizeof(archs[0]);
	return archs;
}

const struct scd_arch *scd_arch_of(uint32_t token)
{
	for (size_t i = 0; i < COUNT(archs); i++)
		if (archs[i].token == token)
			return &archs[i];
	return NULL;
}

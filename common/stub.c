/* SPDX-License-Identifier: MIT */
/* As runc's libcontainer/seccomp/patchbpf/enosys_linux.go has it at 1.1.5 and 1.5; a test compares
 * it with the program of a container, instruction by instruction. */
#include "stub.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "effect.h"

/* Room for all architectures that libseccomp knows: far below the 255 instructions over which
 * runc would have to jump otherwise. */
#define STUB_MAX ((size_t)200)
#define ARCHS_MAX ((size_t)24)

/* runc means to leave the stub out when defaultErrnoRet is ENOSYS, and compares with the whole
 * action: no file says this. */
#define RUNC_MISTAKE UINT64_C(0x50026)

/* The program, filled from its end: distances are known then. */
struct stub {
	struct sock_filter insns[STUB_MAX];
	size_t start;
};

/* One value of seccomp_data.arch. */
struct section {
	uint32_t audit;
	int highest, highest_x32; /* -1: no name of the profile is a call there */
	bool s390;
	size_t at; /* instructions from here to the stub's end */
};

bool scd_stub_is_used(const struct scd_profile *profile)
{
	const uint32_t action = profile->default_action->value;

	if (profile->has_default_errno && profile->default_errno == RUNC_MISTAKE)
		return false;
	return action != SCMP_ACT_ALLOW && action != SCMP_ACT_LOG && action != SCMP_ACT_TRACE(0);
}

static bool is_listed(const struct scd_profile *profile, uint32_t arch)
{
	for (size_t i = 0; i < profile->arch_count; i++)
		if (profile->archs[i] == arch)
			return true;
	return false;
}

bool scd_stub_kinds_agree(const struct scd_profile *profile, uint32_t native)
{
	return !scd_stub_is_used(profile) || is_listed(profile, native);
}

/* The highest number of a call that the profile names; 0 and less are none to runc. */
static int highest_named(const struct scd_profile *profile, uint32_t arch)
{
	int highest = 0;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];
		const struct scd_json_value *name = NULL;

		while ((name = scd_profile_next_name(rule, name))) {
			int nr = scd_effect_nr(arch, name->string);

			if (nr > highest)
				highest = nr;
		}
	}
	return highest > 0 ? highest : -1;
}

static size_t put(struct stub *stub, struct sock_filter insn)
{
	assert(stub->start > 0); /* STUB_MAX */
	stub->insns[--stub->start] = insn;
	return STUB_MAX - stub->start;
}

static size_t put_jump(struct stub *stub, uint16_t test, uint32_t k, size_t jt, size_t jf)
{
	return put(stub, (struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, (uint8_t)jt,
						      (uint8_t)jf));
}

static size_t put_enosys(struct stub *stub)
{
	return put(stub, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS)));
}

static size_t put_load(struct stub *stub, size_t offset)
{
	return put(stub, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* From the end: over the limit to the ENOSYS, else into the filter. */
static void put_section(struct stub *stub, struct section *section)
{
	const size_t enosys = STUB_MAX - stub->start - 1; /* from the jump to the filter */
	const bool x86 = section->audit == SCMP_ARCH_X86_64;
	const bool both = section->highest >= 0 && section->highest_x32 >= 0;

	if (section->highest < 0 && section->highest_x32 < 0)
		return;
	put_jump(stub, BPF_JA, (uint32_t)enosys + 1, 0, 0);
	if (both) {
		put_jump(stub, BPF_JGT, (uint32_t)section->highest_x32, enosys + 1, 0);
		put_jump(stub, BPF_JGT, (uint32_t)section->highest, enosys + 2, 1);
		put_jump(stub, BPF_JSET, SCD_X32_BIT, 1, 0);
	} else if (section->highest_x32 >= 0) {
		put_jump(stub, BPF_JGT, (uint32_t)section->highest_x32, enosys + 1, 0);
		put_jump(stub, BPF_JSET, SCD_X32_BIT, 0, 1);
	} else {
		put_jump(stub, BPF_JGT, (uint32_t)section->highest, enosys + 1, 0);
		if (x86)
			put_jump(stub, BPF_JSET, SCD_X32_BIT, 1, 0);
	}
	if (section->s390) {
		put_enosys(stub);
		put_jump(stub, BPF_JEQ, 0, 0, 1);
	}
	section->at = put_load(stub, offsetof(struct seccomp_data, nr));
}

static void add_arch(struct section sections[ARCHS_MAX], size_t *count,
		     const struct scd_profile *profile, uint32_t arch)
{
	const bool x32 = arch == SCMP_ARCH_X32;
	const uint32_t audit = x32 ? SCMP_ARCH_X86_64 : arch;
	struct section *section = sections;

	while (section < sections + *count && section->audit != audit)
		section++;
	if (section == sections + *count) {
		assert(*count < ARCHS_MAX); /* each once */
		*section = (struct section){ .audit = audit, .highest = -1, .highest_x32 = -1 };
		(*count)++;
	}
	section->s390 = arch == SCMP_ARCH_S390 || arch == SCMP_ARCH_S390X;
	if (x32)
		section->highest_x32 = highest_named(profile, arch);
	else
		section->highest = highest_named(profile, arch);
}

static void make(struct stub *stub, const struct scd_profile *profile, uint32_t native,
		 enum scd_stub_kind kind)
{
	struct section sections[ARCHS_MAX] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < profile->arch_count; i++)
		add_arch(sections, &count, profile, profile->archs[i]);
	if (kind == SCD_STUB_NATIVE && !is_listed(profile, native))
		add_arch(sections, &count, profile, native);

	put_enosys(stub);
	put_jump(stub, BPF_JA, 1, 0, 0);
	for (size_t i = 0; i < count; i++)
		put_section(stub, &sections[i]);
	put_jump(stub, BPF_JA, (uint32_t)(STUB_MAX - stub->start), 0, 0);
	for (size_t i = 0; i < count; i++)
		put_jump(stub, BPF_JEQ, sections[i].audit, STUB_MAX - stub->start - sections[i].at,
			 0);
	put_load(stub, offsetof(struct seccomp_data, arch));
}

int scd_stub_prepend(const struct scd_profile *profile, uint32_t native, enum scd_stub_kind kind,
		     const struct scd_filter *filter, struct scd_filter *out, struct scd_error *err)
{
	struct stub stub = { .start = STUB_MAX };
	struct sock_filter *insns;
	size_t n;

	if (scd_stub_is_used(profile))
		make(&stub, profile, native, kind);
	n = STUB_MAX - stub.start;
	insns = calloc(n + filter->count + 1, sizeof(*insns));
	if (!insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu instructions", filter->count);
	memcpy(insns, &stub.insns[stub.start], n * sizeof(*insns));
	if (filter->count)
		memcpy(insns + n, filter->insns, filter->count * sizeof(*insns));
	*out = (struct scd_filter){ .insns = insns, .count = n + filter->count };
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "loadable.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "check_opts.h"
#include "compile.h"
#include "effect.h"

#define X32_BIT UINT32_C(0x40000000)

/* Instructions that the stub has at most for an architecture, and in front of all. */
#define STUB_ARCH_INSNS ((size_t)7)
#define STUB_START_INSNS ((size_t)1)

#define LOAD(field)                                             \
	((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
				      offsetof(struct seccomp_data, field)))
#define IF_EQUAL(value, yes, no) \
	((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no)))
#define IF_FROM(value, yes, no) \
	((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), (yes), (no)))
#define RETURN_ENOSYS ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS))

/* The part of runc's stub for one audit architecture: new calls return ENOSYS. Leaves the
 * architecture in the accumulator. */
static size_t stub_arch(const struct scd_effect *effect, uint32_t arch, struct sock_filter *out)
{
	const uint32_t from = (uint32_t)scd_effect_stub(effect, arch);
	size_t n = 0;

	if (arch == SCMP_ARCH_X86_64) { /* x32 has the same value and a bit in its numbers */
		const uint32_t x32_from = (uint32_t)scd_effect_stub(effect, SCMP_ARCH_X32);

		out[n++] = IF_EQUAL(arch, 0, 5);
		out[n++] = LOAD(nr);
		out[n++] = IF_FROM(X32_BIT, 1, 0);
		out[n++] = IF_FROM(from, 1, 2);
		out[n++] = IF_FROM(x32_from, 0, 1);
	} else {
		out[n++] = IF_EQUAL(arch, 0, 3);
		out[n++] = LOAD(nr);
		out[n++] = IF_FROM(from, 0, 1);
	}
	out[n++] = RETURN_ENOSYS;
	out[n++] = LOAD(arch);
	return n;
}

static uint32_t audit_arch(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token;
}

/* Whether a listed architecture before @index has the same audit value. */
static bool seen_before(const struct scd_profile *profile, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (audit_arch(profile->archs[i]) == audit_arch(profile->archs[index]))
			return true;
	return false;
}

/* @filter with runc's stub in front, where runc puts one. */
static int add_stub(const struct scd_effect *effect, struct scd_filter *filter,
		    struct scd_error *err)
{
	const struct scd_profile *profile = effect->profile;
	const size_t most = STUB_START_INSNS + STUB_ARCH_INSNS * profile->arch_count;
	struct sock_filter *insns;
	size_t n = 0;

	if (!scd_target_has_stub(effect->target) || profile->arch_count == 0)
		return 0;
	insns = calloc(most + filter->count, sizeof(*insns));
	if (!insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of %zu instructions", filter->count);
	insns[n++] = LOAD(arch);
	for (size_t i = 0; i < profile->arch_count; i++)
		if (!seen_before(profile, i))
			n += stub_arch(effect, audit_arch(profile->archs[i]), insns + n);
	memcpy(insns + n, filter->insns, filter->count * sizeof(*insns));
	free(filter->insns);
	filter->insns = insns;
	filter->count += n;
	return 0;
}

static int compile(const struct scd_profile *profile, enum scd_oci_runtime oci_runtime,
		   struct scd_filter *filter, struct scd_error *err)
{
	const struct scd_compile_opts opts = { .native = seccomp_arch_native(),
					       .archs = profile->archs,
					       .arch_count = profile->arch_count,
					       .optimize = 1 };
	auto_target struct scd_target target = { 0 };
	auto_filter struct scd_filter out = { 0 };
	const struct scd_effect effect = {
		.profile = profile, .target = &target, .filter = &out, .native = opts.native
	};
	struct scd_compile_result result;
	int rc = scd_target_build(profile, oci_runtime, &target, err);

	if (rc < 0)
		return -1;
	if (rc > 0)
		return scd_fail(err, SCD_E_CONFIG, 0, "more than %zu rules", SCD_RULES_MAX);
	if (scd_compile(&target, &opts, &out, &result, err) < 0)
		return -1;
	if (result.status != SCD_COMPILE_OK)
		return scd_fail(err, SCD_E_CONFIG, result.sys,
				"libseccomp makes no filter of the profile");
	if (add_stub(&effect, &out, err) < 0)
		return -1;
	if (out.count > SCD_BPF_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0,
				"the filter has %zu instructions; the kernel takes %zu", out.count,
				SCD_BPF_MAX);
	*filter = out;
	out = (struct scd_filter){ 0 }; /* the caller's now */
	return 0;
}

/* The first error of a report, as far as a message goes. */
static int refuse(const struct scd_report *report, struct scd_error *err)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR)
			return scd_fail(err, SCD_E_CONFIG, 0, "%s", report->items[i].message);
	return scd_fail(err, SCD_E_CONFIG, 0, "not a profile");
}

int scd_loadable_make(const char *json, size_t len, enum scd_oci_runtime oci_runtime,
		      struct scd_filter *filter, struct scd_error *err)
{
	const struct scd_check_opts opts =
		scd_check_opts_complete(&(struct scd_check_opts){ .oci_runtimes = oci_runtime });
	auto_report struct scd_report report = { 0 };
	struct scd_judge judge = { .text = json, .len = len, .opts = &opts, .report = &report };
	auto_json struct scd_json document = { 0 };
	auto_profile struct scd_profile profile = { 0 };
	const struct scd_json_value *root;

	if (len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "a profile of %zu bytes", len);
	if (scd_json_parse(json, len, &document, err) < 0)
		return -1;
	root = scd_json_root(&document);
	if (!root || document.fault_count)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s",
				document.fault_count ? document.faults[0].msg : "not JSON");
	if (scd_profile_read(root, &judge, &profile, err) < 0)
		return -1;
	if (!profile.default_action || !scd_report_accepts(&report))
		return refuse(&report, err);
	return compile(&profile, oci_runtime, filter, err);
}

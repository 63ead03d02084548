/* SPDX-License-Identifier: MIT */
#include "compile.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cost.h"
#include "endless.h"
#include "fill.h"

static void release(scmp_filter_ctx *ctx)
{
	seccomp_release(*ctx);
}
#define auto_scmp SCD_CLEANUP(release)

/* Puts exactly the wanted architectures into a new context. */
static int set_archs(scmp_filter_ctx ctx, const struct scd_compile_opts *opts,
		     struct scd_compile_result *result)
{
	int rc = 0;

	if (opts->native != seccomp_arch_native()) {
		rc = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
		if (rc == 0)
			rc = seccomp_arch_add(ctx, opts->native);
	}
	if (rc < 0) {
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, 0, -rc };
		return -1;
	}
	for (size_t i = 0; i < opts->arch_count; i++) {
		rc = seccomp_arch_add(ctx, opts->archs[i]);
		if (rc < 0 && rc != -EEXIST) {
			*result = (struct scd_compile_result){ SCD_COMPILE_ARCH, i, 0, -rc };
			return -1;
		}
	}
	return 0;
}

/* Two rules that libseccomp comes to no end with. */
struct endless {
	size_t first, second; /* SIZE_MAX: there are none */
};

/* A rule that names a call no architecture of the filter has is no failure to libseccomp. */
static int add_rules(scmp_filter_ctx ctx, const struct scd_target *target,
		     const struct endless *endless, struct scd_compile_result *result)
{
	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];
		int rc;

		if (i == endless->second) {
			*result = (struct scd_compile_result){ SCD_COMPILE_ENDLESS, i,
							       endless->first, 0 };
			return -1;
		}
		rc = seccomp_rule_add_array(ctx, rule->action, rule->nr, rule->arg_count,
					    rule->args);

		if (rc < 0) {
			*result = (struct scd_compile_result){ SCD_COMPILE_RULE, i, 0, -rc };
			return -1;
		}
	}
	return 0;
}

/* libseccomp 2.5 exports to a descriptor only. */
static int export(scmp_filter_ctx ctx, struct scd_filter *filter, struct scd_compile_result *result,
		  struct scd_error *err)
{
	auto_close int fd = memfd_create("filter", MFD_CLOEXEC);
	auto_free struct sock_filter *insns = NULL;
	struct stat st;
	int rc;

	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "memfd_create");
	rc = seccomp_export_bpf(ctx, fd);
	if (rc == -ENOMEM)
		return scd_fail(err, SCD_E_NOMEM, 0, "export of the filter");
	if (rc < 0) {
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, 0, -rc };
		return 0;
	}
	if (fstat(fd, &st) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "stat of the exported filter");
	insns = malloc((size_t)st.st_size + 1);
	if (!insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "filter of %jd bytes", (intmax_t)st.st_size);
	if (pread(fd, insns, (size_t)st.st_size, 0) != st.st_size)
		return scd_fail(err, SCD_E_SYSTEM, errno, "read of the exported filter");
	filter->count = (size_t)st.st_size / sizeof(*insns);
	filter->insns = insns;
	insns = NULL; /* the filter's now */
	result->status = SCD_COMPILE_OK;
	return 0;
}

/* libseccomp writes a filter in the byte order of its architectures, for that machine to load;
 * ours to run it in our own, where the halves of an argument stand the other way round. */
static void to_host_order(struct scd_filter *filter, bool big_endian)
{
	if (big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return;
	for (size_t i = 0; i < filter->count; i++) {
		struct sock_filter *insn = &filter->insns[i];

		insn->code = __builtin_bswap16(insn->code);
		insn->k = __builtin_bswap32(insn->k);
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS) &&
		    insn->k >= offsetof(struct seccomp_data, instruction_pointer))
			insn->k ^= sizeof(uint32_t);
	}
}

static int no_memory(const struct scd_target *target, struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", target->count);
}

/* A context as the OCI runtimes fill it. NULL with @result, or without memory with @err. */
static scmp_filter_ctx fill_plainly(const struct scd_target *target,
				    const struct scd_compile_opts *opts,
				    const struct endless *endless,
				    struct scd_compile_result *result, struct scd_error *err)
{
	scmp_filter_ctx ctx = seccomp_init(target->default_action);
	int rc;

	if (!ctx) { /* the action is one that it knows: see scd_check_init() */
		(void)scd_fail(err, errno == ENOMEM ? SCD_E_NOMEM : SCD_E_SYSTEM, errno,
			       "seccomp_init");
		return NULL;
	}
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, opts->optimize);
	if (rc < 0)
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, 0, -rc };
	if (rc == 0 && set_archs(ctx, opts, result) == 0 &&
	    add_rules(ctx, target, endless, result) == 0)
		return ctx;
	if (result->sys == ENOMEM)
		(void)no_memory(target, err);
	seccomp_release(ctx);
	return NULL;
}

/* Whether libseccomp may have the rules: 0 when not, and *@result says why. */
static int may_try(const struct scd_target *target, const struct scd_compile_opts *opts,
		   struct scd_compile_result *result, struct scd_error *err)
{
	const int counts = scd_cost_can_count(target, opts->arch_count);
	size_t least;

	*result = (struct scd_compile_result){ .status = SCD_COMPILE_EXPENSIVE };
	if (counts < 0)
		return no_memory(target, err);
	if (counts == 0 || scd_cost_walks_long(target, opts->arch_count))
		return 0;
	least = scd_cost_least_insns(target, opts->native);
	if (least == SIZE_MAX)
		return no_memory(target, err);
	*result = (struct scd_compile_result){ .status = SCD_COMPILE_LARGE, .index = least };
	return least <= SCD_BPF_MAX;
}

int scd_compile(const struct scd_target *target, const struct scd_compile_opts *opts,
		struct scd_filter *filter, struct scd_compile_result *result, struct scd_error *err)
{
	struct endless endless = { SIZE_MAX, SIZE_MAX };
	auto_scmp scmp_filter_ctx ctx = NULL;
	int rc = may_try(target, opts, result, err);

	if (rc <= 0)
		return rc;
	rc = scd_endless_find(target, opts->native, &endless.first, &endless.second);
	if (rc < 0)
		return no_memory(target, err);
	*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, 0, EINVAL };
	*err = (struct scd_error){ .code = SCD_OK };
	errno = 0;
	/* Of several faults it depends on the order which one a runtime meets. */
	if (rc == 0)
		ctx = scd_fill_quickly(target, opts);
	if (!ctx)
		ctx = fill_plainly(target, opts, &endless, result, err);
	if (err->code != SCD_OK || (ctx && export(ctx, filter, result, err) < 0))
		return -1;
	/* When an allocation inside of libseccomp fails, it may leave rules out and say nothing, or
	 * say something else. The C library has said it, and nothing above takes it back. */
	if (errno == ENOMEM) {
		scd_filter_done(filter);
		return no_memory(target, err);
	}
	if (ctx)
		to_host_order(filter, scd_arch_of(opts->native)->big_endian);
	return 0;
}

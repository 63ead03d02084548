/* SPDX-License-Identifier: MIT */
#include "compile.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fill.h"

/* libseccomp 2.5.4 counts instructions in 16 bits and corrupts its heap beyond
 * (GHSA-2hqh-5c36-grrm). The kernel takes 4,096, so nothing useful is near. */
#define LIBSECCOMP_INSNS_MAX 65535

static void release(scmp_filter_ctx *ctx)
{
	seccomp_release(*ctx);
}
#define auto_scmp SCD_CLEANUP(release)

/* FNV-1a, for telling equal chains of conditions apart from different ones. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (size_t i = 0; i < sizeof(value); i++, value >>= 8)
		hash = (hash ^ (value & 0xff)) * UINT64_C(0x100000001b3);
	return hash;
}

/* A rule and what it says. */
struct entry {
	const struct scd_target_rule *rule;
	uint64_t hash;
};

/* The rules of one call. */
struct chain {
	int nr;
	uint64_t hash;
	size_t insns;
};

/* Most instructions that one condition becomes: two loads, two masks, two or three jumps. */
#define CONDITION_INSNS 7

static uint64_t hash_rule(const struct scd_target_rule *rule)
{
	uint64_t hash = mix(1, rule->action);

	for (unsigned i = 0; i < rule->arg_count; i++) {
		hash = mix(hash, rule->args[i].arg);
		hash = mix(hash, (uint64_t)rule->args[i].op);
		hash = mix(hash, rule->args[i].datum_a);
		hash = mix(hash, rule->args[i].datum_b);
	}
	return hash;
}

static void add_to_chain(struct chain *chain, const struct entry *entry)
{
	chain->hash = mix(chain->hash, entry->hash);
	chain->insns += 1 + (size_t)CONDITION_INSNS * entry->rule->arg_count;
}

/* By call, then by place: they stand in one array. */
static int by_place(const void *a, const void *b)
{
	const struct scd_target_rule *x = ((const struct entry *)a)->rule;
	const struct scd_target_rule *y = ((const struct entry *)b)->rule;

	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	return (x > y) - (x < y);
}

/* By call, then by what they say. */
static int by_content(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->rule->nr != y->rule->nr)
		return x->rule->nr < y->rule->nr ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return by_place(a, b);
}

/* The rules of @target without those that say the same of the same call again, by place. NULL
 * when out of memory. */
static struct entry *distinct_rules(const struct scd_target *target, size_t *count)
{
	struct entry *entries = calloc(target->count + 1, sizeof(*entries));
	size_t kept = 0;

	if (!entries)
		return NULL;
	for (size_t i = 0; i < target->count; i++)
		entries[i] = (struct entry){ &target->rules[i], hash_rule(&target->rules[i]) };
	qsort(entries, target->count, sizeof(*entries), by_content);
	for (size_t i = 0; i < target->count; i++)
		if (kept == 0 || entries[i].rule->nr != entries[kept - 1].rule->nr ||
		    entries[i].hash != entries[kept - 1].hash)
			entries[kept++] = entries[i];
	qsort(entries, kept, sizeof(*entries), by_place);
	*count = kept;
	return entries;
}

static int by_hash(const void *a, const void *b)
{
	const struct chain *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* An upper bound of the instructions for one architecture: calls that share the same chain of
 * conditions share its code (libseccomp hashes its blocks), and equal rules count once.
 * 0 when out of memory. */
static size_t insns_bound(const struct scd_target *target)
{
	auto_free struct entry *entries = NULL;
	auto_free struct chain *chains = NULL;
	size_t distinct = 0, count = 0, insns = 16;

	entries = distinct_rules(target, &distinct);
	chains = calloc(target->count + 1, sizeof(*chains));
	if (!entries || !chains)
		return 0;
	for (size_t i = 0; i < distinct; i++) {
		if (count == 0 || chains[count - 1].nr != entries[i].rule->nr) {
			chains[count++].nr = entries[i].rule->nr;
			insns += 3;
		}
		add_to_chain(&chains[count - 1], &entries[i]);
	}
	qsort(chains, count, sizeof(*chains), by_hash);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || chains[i].hash != chains[i - 1].hash)
			insns += chains[i].insns;
	return insns;
}

/* A higher one, and cheap: as if no two calls shared anything. */
static size_t rough_insns_bound(const struct scd_target *target)
{
	size_t insns = 16;

	for (size_t i = 0; i < target->count; i++)
		insns += 4 + (size_t)CONDITION_INSNS * target->rules[i].arg_count;
	return insns;
}

/* Whether libseccomp can count the instructions. -1 when out of memory. */
static int can_count(const struct scd_target *target, size_t arch_count)
{
	const size_t most = LIBSECCOMP_INSNS_MAX / (arch_count + 1);
	size_t bound;

	if (rough_insns_bound(target) <= most)
		return 1;
	bound = insns_bound(target);
	return bound ? bound <= most : -1;
}

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
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, -rc };
		return -1;
	}
	for (size_t i = 0; i < opts->arch_count; i++) {
		rc = seccomp_arch_add(ctx, opts->archs[i]);
		if (rc < 0 && rc != -EEXIST) {
			*result = (struct scd_compile_result){ SCD_COMPILE_ARCH, i, -rc };
			return -1;
		}
	}
	return 0;
}

/* A rule that names a call no architecture of the filter has is no failure to libseccomp. */
static int add_rules(scmp_filter_ctx ctx, const struct scd_target *target,
		     struct scd_compile_result *result)
{
	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];
		int rc = seccomp_rule_add_array(ctx, rule->action, rule->nr, rule->arg_count,
						rule->args);

		if (rc < 0) {
			*result = (struct scd_compile_result){ SCD_COMPILE_RULE, i, -rc };
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
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, -rc };
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

/* A context as the OCI runtimes fill it. NULL with @result, or without memory with @err. */
static scmp_filter_ctx fill_plainly(const struct scd_target *target,
				    const struct scd_compile_opts *opts,
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
		*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, -rc };
	if (rc == 0 && set_archs(ctx, opts, result) == 0 && add_rules(ctx, target, result) == 0)
		return ctx;
	if (result->sys == ENOMEM)
		(void)scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", target->count);
	seccomp_release(ctx);
	return NULL;
}

int scd_compile(const struct scd_target *target, const struct scd_compile_opts *opts,
		struct scd_filter *filter, struct scd_compile_result *result, struct scd_error *err)
{
	auto_scmp scmp_filter_ctx ctx = NULL;
	int rc = can_count(target, opts->arch_count);

	if (rc < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", target->count);
	*result = (struct scd_compile_result){ .status = SCD_COMPILE_EXPENSIVE };
	if (rc == 0)
		return 0;
	*result = (struct scd_compile_result){ SCD_COMPILE_REFUSED, 0, EINVAL };
	*err = (struct scd_error){ .code = SCD_OK };
	errno = 0;
	/* Of several faults it depends on the order which one a runtime meets. */
	ctx = scd_fill_quickly(target, opts);
	if (!ctx)
		ctx = fill_plainly(target, opts, result, err);
	if (err->code != SCD_OK || (ctx && export(ctx, filter, result, err) < 0))
		return -1;
	/* When an allocation inside of libseccomp fails, it may leave rules out and say nothing, or
	 * say something else. The C library has said it, and nothing above takes it back. */
	if (errno == ENOMEM) {
		scd_filter_done(filter);
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", target->count);
	}
	if (ctx)
		to_host_order(filter, scd_arch_of(opts->native)->big_endian);
	return 0;
}

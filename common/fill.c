/* SPDX-License-Identifier: MIT */
#include "fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "siblings.h"

/* A rule, and when it is added: the greatest rank first, then by place. */
struct turn {
	const struct scd_target_rule *rule;
	uint32_t rank;
	bool multiplexed; /* libseccomp rewrites it, on some architectures, to socketcall or ipc */
};

static bool same_name(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0;
}

static bool is_multiplexed(const char *name)
{
	size_t count;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	for (size_t i = 0; i < count; i++)
		if (same_name(name, rows[i].name) || same_name(name, rows[i].through))
			return true;
	return false;
}

static int by_rank(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* The order for one architecture. What it does not have, which is negative, comes first as well:
 * libseccomp passes over it. */
static void take_turns(struct turn *turns, size_t count, uint32_t arch)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = turns[i].rule->name->string;

		turns[i].rank = turns[i].multiplexed
					? UINT32_MAX
					: (uint32_t)seccomp_syscall_resolve_name_arch(arch, name);
	}
	qsort(turns, count, sizeof(*turns), by_rank);
}

/* A context for @arch alone. */
static scmp_filter_ctx fill_one(const struct scd_target *target, unsigned optimize,
				const struct turn *turns, uint32_t arch)
{
	scmp_filter_ctx ctx = seccomp_init(target->default_action);
	int rc;

	if (!ctx)
		return NULL;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, optimize);
	if (rc == 0 && arch != seccomp_arch_native()) {
		rc = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
		if (rc == 0)
			rc = seccomp_arch_add(ctx, arch);
	}
	for (size_t i = 0; rc == 0 && i < target->count; i++) {
		const struct scd_target_rule *rule = turns[i].rule;

		rc = seccomp_rule_add_array(ctx, rule->action, rule->nr, rule->arg_count,
					    rule->args);
	}
	if (rc == 0)
		return ctx;
	seccomp_release(ctx);
	return NULL;
}

/* Adds @arch to @ctx, unless it is there. */
static int add_arch(scmp_filter_ctx ctx, const struct scd_target *target, unsigned optimize,
		    struct turn *turns, uint32_t arch)
{
	scmp_filter_ctx one;

	if (seccomp_arch_exist(ctx, arch) == 0)
		return 0;
	take_turns(turns, target->count, arch);
	one = fill_one(target, optimize, turns, arch);
	if (!one)
		return -1;
	if (seccomp_merge(ctx, one) == 0)
		return 0;
	seccomp_release(one);
	return -1;
}

scmp_filter_ctx scd_fill_quickly(const struct scd_target *target,
				 const struct scd_compile_opts *opts)
{
	auto_free struct turn *turns = calloc(target->count + 1, sizeof(*turns));
	scmp_filter_ctx ctx;

	if (!turns)
		return NULL;
	for (size_t i = 0; i < target->count; i++) {
		turns[i].rule = &target->rules[i];
		if (!turns[i].rule->name)
			return NULL;
		turns[i].multiplexed = is_multiplexed(turns[i].rule->name->string);
	}
	take_turns(turns, target->count, opts->native);
	ctx = fill_one(target, opts->optimize, turns, opts->native);
	for (size_t i = 0; ctx && i < opts->arch_count; i++)
		if (add_arch(ctx, target, opts->optimize, turns, opts->archs[i]) < 0) {
			seccomp_release(ctx);
			ctx = NULL;
		}
	return ctx;
}

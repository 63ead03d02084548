/* SPDX-License-Identifier: MIT */
#include "fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nr_set.h"
#include "siblings.h"

/* Calls that libseccomp rewrites, on some architectures, to socketcall or ipc, and these two. */
static struct scd_nr_set multiplexed_calls(void)
{
	struct scd_nr_set calls = { 0 };
	const char *through = "";
	size_t count;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	for (size_t i = 0; i < count; i++) {
		scd_nr_set_add(&calls, seccomp_syscall_resolve_name(rows[i].name));
		if (strcmp(through, rows[i].through) != 0) {
			through = rows[i].through;
			scd_nr_set_add(&calls, seccomp_syscall_resolve_name(through));
		}
	}
	return calls;
}

/* When a rule is added, the least first: the greatest number of a call, then by place. A place is
 * the index in the target. */
static uint64_t make_turn(uint32_t rank, size_t index)
{
	return (uint64_t)(UINT32_MAX - rank) << 32 | (uint32_t)index;
}

static const struct scd_target_rule *rule_of(const struct scd_target *target, uint64_t turn)
{
	return &target->rules[(uint32_t)turn];
}

static int by_turn(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The order for one architecture. What it does not have, which is negative, comes first as well:
 * libseccomp passes over it. So do calls that go through others, all of them in their own order. */
static void take_turns(const struct scd_target *target, const struct scd_nr_set *multiplexed,
		       uint32_t arch, uint64_t *turns)
{
	const bool here = arch == seccomp_arch_native();

	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];
		const char *name = rule->name->string;
		uint32_t rank = UINT32_MAX;

		if (!scd_nr_set_may_have(multiplexed, rule->nr))
			rank = (uint32_t)(here ? rule->nr
					       : seccomp_syscall_resolve_name_arch(arch, name));
		turns[i] = make_turn(rank, i);
	}
	qsort(turns, target->count, sizeof(*turns), by_turn);
}

/* A context for @arch alone. */
static scmp_filter_ctx fill_one(const struct scd_target *target, unsigned optimize,
				const uint64_t *turns, uint32_t arch)
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
		const struct scd_target_rule *rule = rule_of(target, turns[i]);

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
		    const uint64_t *turns, uint32_t arch)
{
	scmp_filter_ctx one = fill_one(target, optimize, turns, arch);

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
	auto_free uint64_t *turns = calloc(target->count + 1, sizeof(*turns));
	const struct scd_nr_set multiplexed = multiplexed_calls();
	scmp_filter_ctx ctx;

	if (!turns)
		return NULL;
	for (size_t i = 0; i < target->count; i++)
		if (!target->rules[i].name)
			return NULL;
	take_turns(target, &multiplexed, opts->native, turns);
	ctx = fill_one(target, opts->optimize, turns, opts->native);
	for (size_t i = 0; ctx && i < opts->arch_count; i++) {
		if (seccomp_arch_exist(ctx, opts->archs[i]) == 0)
			continue;
		take_turns(target, &multiplexed, opts->archs[i], turns);
		if (add_arch(ctx, target, opts->optimize, turns, opts->archs[i]) < 0) {
			seccomp_release(ctx);
			ctx = NULL;
		}
	}
	return ctx;
}

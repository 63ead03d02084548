/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include <stdlib.h>
#include <string.h>

/* libseccomp 2.5.4 counts instructions in 16 bits and corrupts its heap beyond
 * (GHSA-2hqh-5c36-grrm). The kernel takes 4,096, so nothing useful is near. */
#define LIBSECCOMP_INSNS_MAX 65535

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

int scd_cost_can_count(const struct scd_target *target, size_t arch_count)
{
	const size_t most = LIBSECCOMP_INSNS_MAX / (arch_count + 1);
	size_t bound;

	if (rough_insns_bound(target) <= most)
		return 1;
	bound = insns_bound(target);
	return bound ? bound <= most : -1;
}

/* libseccomp walks as many nodes of lists that lie all over the memory; over a minute on the
 * machine where it was measured (docs/verdicts.md), and never in a profile that somebody wrote. */
#define WALK_MAX ((size_t)1 << 31)

bool scd_cost_walks_long(const struct scd_target *target, size_t arch_count)
{
	size_t nodes;

	return __builtin_mul_overflow(target->count, target->count, &nodes) ||
	       __builtin_mul_overflow(nodes, arch_count + 1, &nodes) || nodes > WALK_MAX;
}

/* A comparison of one half of an argument. */
struct half {
	unsigned place; /* which half of which argument */
	uint32_t mask, datum;
};

static int by_half(const void *a, const void *b)
{
	const struct half *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->mask != y->mask)
		return x->mask < y->mask ? -1 : 1;
	return (x->datum > y->datum) - (x->datum < y->datum);
}

/* Bit i: argument i is looked at; 0 where some comparison is not for equality. */
static unsigned equal_indexes(const struct scd_target_rule *rule)
{
	unsigned indexes = 0;

	for (unsigned i = 0; i < rule->arg_count; i++) {
		const struct scmp_arg_cmp *c = &rule->args[i];

		if (c->op != SCMP_CMP_EQ && (c->op != SCMP_CMP_MASKED_EQ || c->datum_a == 0))
			return 0;
		indexes |= 1U << c->arg;
	}
	return indexes;
}

static size_t add_halves(const struct scd_target_rule *rule, struct half *halves)
{
	size_t count = 0;

	for (unsigned i = 0; i < rule->arg_count; i++) {
		const struct scmp_arg_cmp *c = &rule->args[i];
		const bool masked = c->op == SCMP_CMP_MASKED_EQ;
		const uint64_t mask = masked ? c->datum_a : UINT64_MAX;
		const uint64_t datum = (masked ? c->datum_b : c->datum_a) & mask;

		for (unsigned k = 0; k < 2; k++) {
			const unsigned shift = k * 32;

			if ((uint32_t)(mask >> shift) == 0)
				continue;
			halves[count++] = (struct half){ .place = c->arg * 2 + k,
							 .mask = (uint32_t)(mask >> shift),
							 .datum = (uint32_t)(datum >> shift) };
		}
	}
	return count;
}

/* The halves of all calls whose rules cannot make each other void: all compare the same arguments
 * for equality. */
static size_t collect_halves(const struct entry *entries, size_t count, struct half *halves)
{
	size_t found = 0;

	for (size_t start = 0, end; start < count; start = end) {
		const unsigned indexes = equal_indexes(entries[start].rule);
		bool plain = indexes && entries[start].rule->nr >= 0;

		for (end = start; end < count && entries[end].rule->nr == entries[start].rule->nr;
		     end++)
			plain &= equal_indexes(entries[end].rule) == indexes;
		for (size_t i = start; plain && i < end; i++)
			found += add_halves(entries[i].rule, &halves[found]);
	}
	return found;
}

/* One jump for each comparison, however many calls share it; a load and a mask for each mask. */
static size_t count_insns(struct half *halves, size_t count)
{
	size_t insns = 0;

	if (count)
		qsort(halves, count, sizeof(*halves), by_half);
	for (size_t i = 0; i < count; i++) {
		const bool other_mask = i == 0 || halves[i].place != halves[i - 1].place ||
					halves[i].mask != halves[i - 1].mask;

		insns += other_mask || halves[i].datum != halves[i - 1].datum;
		insns += other_mask ? 1U + (halves[i].mask != UINT32_MAX) : 0U;
	}
	return insns;
}

size_t scd_cost_least_insns(const struct scd_target *target, uint32_t native)
{
	const struct scd_arch *arch = scd_arch_of(native);
	auto_free struct entry *entries = NULL;
	auto_free struct half *halves = NULL;
	size_t count = 0, conditions = 1;

	if (!arch || arch->bits != 64)
		return 0;
	for (size_t i = 0; i < target->count; i++)
		conditions += target->rules[i].arg_count;
	if (conditions * 2 * 3 <= SCD_BPF_MAX) /* cannot be too many */
		return 0;
	entries = distinct_rules(target, &count);
	halves = calloc(conditions * 2, sizeof(*halves));
	if (!entries || !halves)
		return SIZE_MAX;
	return count_insns(halves, collect_halves(entries, count, halves));
}

/* SPDX-License-Identifier: MIT */
/*
 * libseccomp (db.c, 2.5.4) keeps the rules of a call as a tree: each condition on a 64-bit argument
 * is two or three comparisons of halves. Conditions other than EQ and MASKED_EQ are met in two
 * ways, and from both the same node of the next condition follows. A rule that begins with the same
 * conditions as an earlier one is added to the tree at each of these two places. Where its next
 * comparison goes before the first one there, _db_tree_add() finds it there already the second
 * time, and makes it the next of itself; whatever walks that level then walks for ever.
 */
#include "endless.h"

#include <stdlib.h>
#include <string.h>

#include "nr_set.h"

#define ARGS_END 6

/* The conditions of a rule in the order of arguments, without those that always hold. */
struct chain {
	size_t index; /* in the target */
	int nr;
	const struct scmp_arg_cmp *args[ARGS_END];
	unsigned count;
};

/* The first comparison of a condition: of the upper half. */
struct node {
	unsigned arg;
	enum scmp_compare op; /* of the halves */
	unsigned priority;
	uint32_t mask, datum;
};

static bool always_holds(const struct scmp_arg_cmp *c)
{
	return c->op == SCMP_CMP_MASKED_EQ && c->datum_a == 0;
}

/* False where libseccomp would not add the rule. */
static bool make_chain(const struct scd_target *target, size_t index, struct chain *chain)
{
	const struct scd_target_rule *rule = &target->rules[index];
	const struct scmp_arg_cmp *by_arg[ARGS_END] = { NULL };

	*chain = (struct chain){ .index = index, .nr = rule->nr };
	for (unsigned i = 0; i < rule->arg_count; i++) {
		const unsigned arg = rule->args[i].arg;

		if (arg >= ARGS_END || by_arg[arg])
			return false;
		by_arg[arg] = &rule->args[i];
	}
	for (unsigned i = 0; i < ARGS_END; i++)
		if (by_arg[i] && !always_holds(by_arg[i]))
			chain->args[chain->count++] = by_arg[i];
	return true;
}

static bool same_condition(const struct scmp_arg_cmp *a, const struct scmp_arg_cmp *b)
{
	return a->arg == b->arg && a->op == b->op && a->datum_a == b->datum_a &&
	       (a->op != SCMP_CMP_MASKED_EQ || a->datum_b == b->datum_b);
}

/* How many conditions both begin with. */
static unsigned common_prefix(const struct chain *a, const struct chain *b)
{
	unsigned n = 0;

	while (n < a->count && n < b->count && same_condition(a->args[n], b->args[n]))
		n++;
	return n;
}

static struct node first_node(const struct scmp_arg_cmp *c)
{
	const bool masked = c->op == SCMP_CMP_MASKED_EQ;
	const uint64_t datum = masked ? c->datum_a & c->datum_b : c->datum_a;
	struct node node = { .arg = c->arg,
			     .mask = masked ? (uint32_t)(c->datum_a >> 32) : UINT32_MAX,
			     .datum = (uint32_t)(datum >> 32) };

	switch (c->op) {
	case SCMP_CMP_EQ:
	case SCMP_CMP_NE:
		node.op = SCMP_CMP_EQ;
		node.priority = 3;
		break;
	case SCMP_CMP_MASKED_EQ:
		node.op = SCMP_CMP_MASKED_EQ;
		node.priority = 3;
		break;
	case SCMP_CMP_LT:
	case SCMP_CMP_LE:
		node.op = SCMP_CMP_GT;
		node.priority = 2;
		break;
	default:
		node.op = SCMP_CMP_GT;
		node.priority = 1;
		break;
	}
	return node;
}

/* Whether @b goes before @a, which stands there: _db_chain_eq() and _db_chain_lt(). */
static bool goes_before(const struct node *a, const struct node *b)
{
	if (a->arg == b->arg && a->op == b->op && a->datum == b->datum && a->mask == b->mask)
		return false;
	if (a->arg != b->arg)
		return a->arg < b->arg;
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->priority == 2 ? a->datum > b->datum : a->datum < b->datum;
}

static bool has_two_ways(const struct scmp_arg_cmp *c)
{
	return c->op != SCMP_CMP_EQ && c->op != SCMP_CMP_MASKED_EQ;
}

/* The first rule of a call's that never ends behind the very first; 0 when none does. All rules
 * up to it share at least as much of the first, so that the first's next comparison is still the
 * first in both places; none is a beginning of it, or the other way round, as the shorter one would
 * make the longer one void. */
static size_t find_in_call(const struct chain *chains, size_t count)
{
	unsigned least = chains[0].count;

	for (size_t i = 1; i < count; i++) {
		const unsigned prefix = common_prefix(&chains[0], &chains[i]);
		struct node stands, comes;

		if (prefix == 0 || prefix == chains[i].count || prefix == chains[0].count)
			return 0;
		if (prefix <= least && has_two_ways(chains[0].args[prefix - 1])) {
			stands = first_node(chains[0].args[prefix]);
			comes = first_node(chains[i].args[prefix]);
			if (goes_before(&stands, &comes))
				return i;
		}
		least = prefix < least ? prefix : least;
	}
	return 0;
}

/* The chains of all calls that have conditions, which few calls do: a rule without any ends a
 * call's search as well. False where libseccomp would not add some rule. */
static bool make_chains(const struct scd_target *target, struct chain *chains, size_t *count)
{
	struct scd_nr_set conditional = { 0 };

	*count = 0;
	for (size_t i = 0; i < target->count; i++)
		if (target->rules[i].arg_count)
			scd_nr_set_add(&conditional, target->rules[i].nr);
	for (size_t i = 0; i < target->count; i++) {
		const int nr = target->rules[i].nr;

		if (nr >= 0 && scd_nr_set_may_have(&conditional, nr) &&
		    !make_chain(target, i, &chains[(*count)++]))
			return false;
	}
	return true;
}

static int by_call(const void *a, const void *b)
{
	const struct chain *x = a, *y = b;

	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

int scd_endless_find(const struct scd_target *target, uint32_t native, size_t *first,
		     size_t *second)
{
	const struct scd_arch *arch = scd_arch_of(native);
	auto_free struct chain *chains = calloc(target->count + 1, sizeof(*chains));
	size_t count = 0;
	int any = 0;

	if (!chains)
		return -1;
	if (!arch || arch->bits != 64)
		return 0;
	if (!make_chains(target, chains, &count))
		return 0;
	qsort(chains, count, sizeof(*chains), by_call);
	for (size_t start = 0, end; start < count; start = end) {
		size_t found;

		for (end = start + 1; end < count && chains[end].nr == chains[start].nr;)
			end++;
		found = chains[start].count ? find_in_call(&chains[start], end - start) : 0;
		if (found && (!any || chains[start + found].index < *second)) {
			any = 1;
			*first = chains[start].index;
			*second = chains[start + found].index;
		}
	}
	return any;
}

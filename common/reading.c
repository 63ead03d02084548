/* SPDX-License-Identifier: MIT */
#include "reading.h"

#include <assert.h>
#include <string.h>

#define ARGS_END 6

/* Values of an argument up to which their halves are tried in every combination. */
#define CROSSED_MAX ((size_t)48)

bool scd_reading_holds(const struct scmp_arg_cmp *condition, uint64_t arg)
{
	switch (condition->op) {
	case SCMP_CMP_NE:
		return arg != condition->datum_a;
	case SCMP_CMP_LT:
		return arg < condition->datum_a;
	case SCMP_CMP_LE:
		return arg <= condition->datum_a;
	case SCMP_CMP_EQ:
		return arg == condition->datum_a;
	case SCMP_CMP_GE:
		return arg >= condition->datum_a;
	case SCMP_CMP_GT:
		return arg > condition->datum_a;
	default: /* SCMP_CMP_MASKED_EQ: libseccomp masks the datum as well */
		return (arg & condition->datum_a) == (condition->datum_b & condition->datum_a);
	}
}

static bool matches(const struct scd_profile_rule *rule, const uint64_t args[ARGS_END])
{
	for (size_t i = 0; i < rule->arg_count; i++)
		if (!scd_reading_holds(&rule->args[i], args[rule->args[i].arg]))
			return false;
	return true;
}

uint32_t scd_reading_of(const struct scd_reading *reading, const struct scd_reading_call *call,
			const uint64_t args[ARGS_END], const struct scd_reading_rule **said)
{
	const struct scd_reading_rule *best = NULL;

	for (size_t i = 0; i < call->count; i++) {
		const struct scd_reading_rule *rule = &call->rules[i];

		if ((!best || rule->strictness > best->strictness) && matches(rule->rule, args))
			best = rule;
	}
	*said = best;
	return best ? best->action : reading->default_action;
}

void scd_reading_satisfy(const struct scd_reading_rule *rule, uint64_t args[ARGS_END])
{
	memset(args, 0, ARGS_END * sizeof(*args));
	for (size_t i = 0; i < rule->rule->arg_count; i++) {
		const struct scmp_arg_cmp *c = &rule->rule->args[i];

		switch (c->op) {
		case SCMP_CMP_NE:
			args[c->arg] = c->datum_a + 1;
			break;
		case SCMP_CMP_LT:
			args[c->arg] = c->datum_a - 1;
			break;
		case SCMP_CMP_GT:
			args[c->arg] = c->datum_a + 1;
			break;
		case SCMP_CMP_MASKED_EQ:
			args[c->arg] = c->datum_b & c->datum_a;
			break;
		default:
			args[c->arg] = c->datum_a;
			break;
		}
	}
}

void scd_reading_boundaries(const struct scmp_arg_cmp *c, uint64_t out[SCD_READING_BOUNDARIES])
{
	const uint64_t high = UINT64_C(1) << 32;

	if (c->op == SCMP_CMP_MASKED_EQ) {
		const uint64_t datum = c->datum_b & c->datum_a;

		out[0] = datum;
		out[1] = datum | ~c->datum_a;
		out[2] =
			datum ^ (c->datum_a & (0 - c->datum_a)); /* the mask's lowest bit flipped */
		out[3] = datum ^ c->datum_a;
		out[4] = 0;
		out[5] = UINT64_MAX;
		return;
	}
	out[0] = c->datum_a;
	out[1] = c->datum_a - 1;
	out[2] = c->datum_a + 1;
	out[3] = c->datum_a ^ high;
	out[4] = 0;
	out[5] = UINT64_MAX;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts, and keeps each once. */
static size_t sort_unique(uint64_t *items, size_t n)
{
	size_t count = 0;

	qsort(items, n, sizeof(*items), by_value);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || items[i] != items[count - 1])
			items[count++] = items[i];
	return count;
}

/* libseccomp 2.5 compares 32 bits at a time, and mixes up conditions on one argument that share one
 * half (GHSA-4q85-33p6-j5g6): every high half has to meet every low one. */
static int cross_halves(struct scd_reading_values *values, struct scd_error *err)
{
	uint64_t high[CROSSED_MAX] = { 0 }, low[CROSSED_MAX] = { 0 };
	size_t highs, lows, n = 0;
	uint64_t *items;

	for (size_t i = 0; i < values->count; i++) {
		high[i] = values->items[i] >> 32;
		low[i] = values->items[i] & UINT32_MAX;
	}
	highs = sort_unique(high, values->count);
	lows = sort_unique(low, values->count);
	items = calloc(highs * lows + 1, sizeof(*items));
	if (!items)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu values", highs * lows);
	for (size_t i = 0; i < highs; i++)
		for (size_t k = 0; k < lows; k++)
			items[n++] = high[i] << 32 | low[k];
	free(values->items);
	values->items = items; /* sorted, as both halves were */
	values->count = n;
	return 0;
}

/* Collects the boundary values of argument @index over all rules of the call. */
static int collect_values(struct scd_reading_call *call, unsigned index, struct scd_error *err)
{
	struct scd_reading_values *values = &call->values[index];
	size_t conditions = 0, n = 0;
	uint64_t *items;

	for (size_t i = 0; i < call->count; i++)
		for (size_t k = 0; k < call->rules[i].rule->arg_count; k++)
			conditions += call->rules[i].rule->args[k].arg == index;
	if (conditions == 0)
		return 0;
	call->indexes |= 1U << index;
	items = calloc(conditions * SCD_READING_BOUNDARIES, sizeof(*items));
	if (!items)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu conditions", conditions);
	for (size_t i = 0; i < call->count; i++) {
		const struct scd_profile_rule *rule = call->rules[i].rule;

		for (size_t k = 0; k < rule->arg_count; k++)
			if (rule->args[k].arg == index) {
				scd_reading_boundaries(&rule->args[k], &items[n]);
				n += SCD_READING_BOUNDARIES;
			}
	}
	values->items = items;
	values->count = sort_unique(items, n);
	return conditions > 1 && values->count <= CROSSED_MAX ? cross_halves(values, err) : 0;
}

int scd_reading_find_values(struct scd_reading_call *call, struct scd_error *err)
{
	for (unsigned index = 0; index < ARGS_END; index++)
		if (collect_values(call, index, err) < 0)
			return -1;
	return 0;
}

/* Calls by number: libseccomp has one, if only of its own making, for each name. */
static int compare_calls(int nr, const char *name, int other_nr, const char *other_name)
{
	return nr != other_nr ? (nr > other_nr) - (nr < other_nr) : strcmp(name, other_name);
}

/* By call, then by place in the file. */
static int by_call(const void *a, const void *b)
{
	const struct scd_reading_rule *x = a, *y = b;
	const int order = compare_calls(x->nr, x->name->string, y->nr, y->name->string);

	return order ? order : (x->name->at > y->name->at) - (x->name->at < y->name->at);
}

static void add_rule(struct scd_reading *reading, const struct scd_profile_rule *rule,
		     const struct scd_json_value *name, int nr)
{
	struct scd_reading_rule out = {
		.rule = rule, .name = name, .nr = nr, .action = scd_profile_rule_action(rule)
	};
	unsigned seen = 0;

	out.strictness = scd_action_strictness(out.action);
	for (size_t i = 0; i < rule->arg_count; i++) {
		const struct scmp_arg_cmp *c = &rule->args[i];

		out.same_index |= (seen >> c->arg) & 1U;
		out.wide |= c->datum_a > UINT32_MAX || c->datum_b > UINT32_MAX;
		seen |= 1U << c->arg;
	}
	reading->rules[reading->rule_count++] = out;
}

static int list_rules(const struct scd_profile *profile, struct scd_reading *reading,
		      struct scd_error *err)
{
	size_t names = 1;

	for (size_t i = 0; i < profile->rule_count; i++)
		names += profile->rules[i].names ? profile->rules[i].names->count + 1 : 1;
	reading->rules = calloc(names, sizeof(*reading->rules));
	reading->calls = calloc(names, sizeof(*reading->calls));
	if (!reading->rules || !reading->calls)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu names", names);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];
		const struct scd_json_value *name = NULL;

		while ((name = scd_profile_next_name(rule, name))) {
			const int nr = seccomp_syscall_resolve_name(name->string);

			if (nr != __NR_SCMP_ERROR)
				add_rule(reading, rule, name, nr);
		}
	}
	qsort(reading->rules, reading->rule_count, sizeof(*reading->rules), by_call);
	return 0;
}

int scd_reading_make(const struct scd_profile *profile, struct scd_reading *reading,
		     struct scd_error *err)
{
	struct scd_reading_call *call = NULL;

	reading->default_action = scd_profile_default_action(profile);
	if (list_rules(profile, reading, err) < 0)
		return -1;
	for (size_t i = 0; i < reading->rule_count; i++) {
		struct scd_reading_rule *rule = &reading->rules[i];

		assert(rule->name); /* add_rule() */
		if (!call ||
		    compare_calls(call->nr, call->name, rule->nr, rule->name->string) != 0) {
			call = &reading->calls[reading->count++];
			call->name = rule->name->string;
			call->nr = rule->nr;
			call->rules = rule;
		}
		call->count++;
	}
	for (size_t i = 0; i < reading->count; i++)
		if (scd_reading_find_values(&reading->calls[i], err) < 0)
			return -1;
	return 0;
}

static int by_key(const void *key, const void *call)
{
	const struct scd_reading_call *x = key, *y = call;

	return compare_calls(x->nr, x->name, y->nr, y->name);
}

const struct scd_reading_call *scd_reading_find(const struct scd_reading *reading, const char *name)
{
	const struct scd_reading_call key = { .name = name,
					      .nr = seccomp_syscall_resolve_name(name) };

	if (reading->count == 0)
		return NULL;
	return bsearch(&key, reading->calls, reading->count, sizeof(key), by_key);
}

void scd_reading_forget(struct scd_reading *reading)
{
	for (size_t i = 0; i < reading->rule_count; i++)
		reading->rules[i].said_weaker = reading->rules[i].said_stricter = false;
}

void scd_reading_done(struct scd_reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		for (size_t index = 0; index < ARGS_END; index++)
			free(reading->calls[i].values[index].items);
	free(reading->calls);
	free(reading->rules);
	*reading = (struct scd_reading){ 0 };
}

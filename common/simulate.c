/* SPDX-License-Identifier: MIT */
#include "simulate.h"

#include <assert.h>
#include <inttypes.h>

#define ARGS_END 6

/* Up to so many combinations of arguments all are tried; over it each argument is varied
 * alone, around arguments that satisfy a rule. */
#define PRODUCT_MAX ((size_t)16384)
#define AROUND_MAX ((size_t)65536) /* rules times values: the time grows with their square */

struct simulation {
	struct scd_judge *judge;
	const struct scd_effect *effect;
	uint32_t arch;
	uint64_t arg_mask; /* bits that an argument has there */
	struct scd_reading *reading;
};

/* "socket(arg0=0x28)": only the arguments that some rule of the call looks at. */
static void call_text(const struct scd_reading_call *call, const uint64_t args[ARGS_END],
		      struct scd_buf *out)
{
	const char *separator = "(";

	scd_buf_puts(out, call->name);
	for (unsigned i = 0; i < ARGS_END; i++) {
		if (!(call->indexes & (1U << i)))
			continue;
		scd_buf_printf(out, "%sargument %u = 0x%" PRIx64, separator, i, args[i]);
		separator = ", ";
	}
	if (*separator == ',')
		scd_buf_putc(out, ')');
}

static bool unconditional(const struct scd_reading_rule *rule)
{
	return rule->rule->arg_count == 0;
}

/* Some rule of the call that the filter may have followed instead. */
static const struct scd_reading_rule *follower(const struct scd_reading_call *call,
					       const struct scd_reading_rule *said, uint32_t did)
{
	const struct scd_reading_rule *found = NULL;

	for (size_t i = 0; i < call->count; i++) {
		const struct scd_reading_rule *rule = &call->rules[i];

		if (rule == said || rule->action != did)
			continue;
		if (unconditional(rule))
			return rule;
		if (!found)
			found = rule;
	}
	return found;
}

struct cause {
	enum scd_rule_number number;
	const struct scd_reading_rule *at;
	const char *why, *cure;
};

/* Why filter and text differ for a call; @said is the rule that the text wants followed, NULL
 * for the default. */
static struct cause find_cause(const struct simulation *sim, const struct scd_reading_call *call,
			       const struct scd_reading_rule *said, uint32_t did)
{
	const struct scd_reading_rule *other = follower(call, said, did);
	const struct scd_reading_rule *blamed = said ? said : other;

	if (!blamed)
		blamed = &call->rules[0];
	if (sim->arg_mask == UINT32_MAX && blamed->wide)
		return (struct cause){ SCD_VALUE_OVER_32BIT_ARCH, blamed,
				       "a 32-bit architecture compares the low 32 bits alone",
				       "keep values below 2^32" };
	if (said && other && unconditional(said) && unconditional(other))
		return (struct cause){ SCD_RULE_CONFLICT_FIRST_WINS, said,
				       "the first unconditional rule for a call wins",
				       "keep one of the two" };
	if (said && other && unconditional(other))
		return (struct cause){
			SCD_RULE_SHADOWED_UNCOND, said,
			"an unconditional rule for the call wins over conditional ones",
			"keep the one or the others"
		};
	if (said && said->action == sim->reading->default_action)
		return (struct cause){ SCD_RULE_EQUALS_DEFAULT, said,
				       "a rule with the action of defaultAction is skipped",
				       "narrow the other rule instead" };
	if (blamed->same_index || (other && other->same_index))
		return (struct cause){ SCD_ARGS_SAME_INDEX, blamed->same_index ? blamed : other,
				       "conditions on the same argument are OR-ed",
				       "write a rule for each value" };
	return (struct cause){ SCD_RULE_OVERLAP, blamed,
			       "libseccomp orders overlapping conditions in its own way",
			       "make the conditions exclude each other" };
}

static void report(struct simulation *sim, const struct scd_reading_call *call,
		   const struct scd_reading_rule *said, uint32_t says, uint32_t did,
		   const uint64_t args[ARGS_END])
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_MESSAGE_MAX / 2);
	const struct cause cause = find_cause(sim, call, said, did);
	const bool weaker = scd_action_strictness(did) < scd_action_strictness(says);
	struct scd_reading_rule *at;
	char says_text[64], did_text[64];

	assert(cause.at); /* find_cause() always blames a rule */
	at = &call->rules[cause.at - call->rules];
	if (weaker ? at->said_weaker : at->said_stricter)
		return; /* one example is enough */
	if (weaker)
		at->said_weaker = true;
	else
		at->said_stricter = true;
	call_text(call, args, &text);
	scd_judge_add(sim->judge, cause.number, weaker ? SCD_ERROR : SCD_WARNING, at->name,
		      "%s: the text says %s, the filter of %s does %s, as %s; %s",
		      scd_buf_text(&text), scd_effect_text(says, says_text), sim->effect->whose,
		      scd_effect_text(did, did_text), cause.why, cause.cure);
}

static void try_call(struct simulation *sim, const struct scd_reading_call *call, int nr,
		     const uint64_t given[ARGS_END])
{
	const struct scd_reading_rule *said;
	uint64_t args[ARGS_END];
	uint32_t says, did;

	for (size_t i = 0; i < ARGS_END; i++)
		args[i] = given[i] & sim->arg_mask;
	says = scd_reading_of(sim->reading, call, args, &said);
	did = scd_effect_run(sim->effect->filter, sim->arch, nr, args);
	if (says != did)
		report(sim, call, said, says, did, args);
}

/* Every combination of the values that matter. */
static void try_product(struct simulation *sim, const struct scd_reading_call *call, int nr)
{
	size_t digit[ARGS_END] = { 0 };
	uint64_t args[ARGS_END] = { 0 };
	size_t i = 0;

	while (i < ARGS_END) {
		for (i = 0; i < ARGS_END; i++)
			args[i] = call->values[i].count ? call->values[i].items[digit[i]] : 0;
		try_call(sim, call, nr, args);
		for (i = 0; i < ARGS_END; i++) {
			if (++digit[i] < call->values[i].count)
				break;
			digit[i] = 0;
		}
	}
}

/* One argument of a call varied over some values. */
static void try_values(struct simulation *sim, const struct scd_reading_call *call, int nr,
		       uint64_t args[ARGS_END], unsigned index,
		       const struct scd_reading_values *values)
{
	const uint64_t kept = args[index];

	for (size_t v = 0; v < values->count; v++) {
		args[index] = values->items[v];
		try_call(sim, call, nr, args);
	}
	args[index] = kept;
}

/* Around arguments that satisfy each rule, one argument at a time: with all values that matter to
 * the call, or, of calls with very many rules, with those that matter to the rule. */
static void try_around(struct simulation *sim, const struct scd_reading_call *call, int nr)
{
	size_t values = 0;

	for (size_t i = 0; i < ARGS_END; i++)
		values += call->values[i].count;
	for (size_t r = 0; r < call->count; r++) {
		const struct scd_profile_rule *rule = call->rules[r].rule;
		uint64_t args[ARGS_END], items[SCD_READING_BOUNDARIES];
		struct scd_reading_values own = { items, SCD_READING_BOUNDARIES };

		scd_reading_satisfy(&call->rules[r], args);
		try_call(sim, call, nr, args);
		for (unsigned i = 0; values <= AROUND_MAX / call->count && i < ARGS_END; i++)
			try_values(sim, call, nr, args, i, &call->values[i]);
		for (size_t k = 0; values > AROUND_MAX / call->count && k < rule->arg_count; k++) {
			scd_reading_boundaries(&rule->args[k], items);
			try_values(sim, call, nr, args, rule->args[k].arg, &own);
		}
	}
}

/* How many arguments the rules of the call look at. */
static unsigned arguments(const struct scd_reading_call *call)
{
	return (unsigned)__builtin_popcount(call->indexes);
}

static size_t product(const struct scd_reading_call *call)
{
	size_t n = 1;

	for (size_t i = 0; i < ARGS_END; i++)
		if (call->values[i].count && __builtin_mul_overflow(n, call->values[i].count, &n))
			return SIZE_MAX;
	return n;
}

static void simulate_arch(struct simulation *sim)
{
	const bool here = sim->arch == seccomp_arch_native();

	for (size_t i = 0; i < sim->reading->count; i++) {
		const struct scd_reading_call *call = &sim->reading->calls[i];
		const int nr = here ? call->nr : scd_effect_nr(sim->arch, call->name);

		if (nr < 0)
			continue; /* this architecture does not have it */
		if (product(call) <= PRODUCT_MAX || arguments(call) == 1)
			try_product(sim, call, nr);
		else
			try_around(sim, call, nr);
	}
}

void scd_simulate(struct scd_judge *judge, const struct scd_effect *effect,
		  struct scd_reading *reading)
{
	struct simulation sim = { .judge = judge, .effect = effect, .reading = reading };

	for (size_t i = 0; scd_effect_arch(effect, i, &sim.arch); i++) {
		/* x32 too: libseccomp compares 32 bits there, and the calls take no more. */
		sim.arg_mask = scd_arch_of(sim.arch)->bits == 32 ? UINT32_MAX : UINT64_MAX;
		simulate_arch(&sim);
	}
}

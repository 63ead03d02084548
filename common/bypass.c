/* SPDX-License-Identifier: MIT */
#include "bypass.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "siblings.h"
#include "syscall_args.h"

#define ARGS_END 6

/* What the parts of this module work with. */
struct bypass {
	struct scd_judge *judge;
	const struct scd_effect *effect;
	const struct scd_reading *reading;
	unsigned default_strictness;
};

static uint32_t run(const struct bypass *bypass, uint32_t arch, int nr,
		    const uint64_t args[ARGS_END])
{
	return scd_effect_run(bypass->effect->filter, arch, nr, args);
}

static bool is_dropped(const struct bypass *bypass, const struct scd_reading_rule *rule)
{
	return rule->action == bypass->reading->default_action;
}

/* What the text says of the call, or NULL when it does not name it. */
static const struct scd_reading_call *find_call(const struct bypass *bypass, const char *name)
{
	return scd_reading_find(bypass->reading, name);
}

/* --- arguments that the kernel cuts --- */

/* A value near which the condition changes, number @i of 3. */
static uint64_t near_value(const struct scmp_arg_cmp *cmp, unsigned i)
{
	if (cmp->op == SCMP_CMP_MASKED_EQ)
		return cmp->datum_b & cmp->datum_a;
	return cmp->datum_a + i - 1;
}

/* Whether the rule is part of a restriction that ends when @low becomes @high: one that denies
 * and no longer matches, or one that allows and begins to. */
static bool flips(const struct scd_reading_rule *rule, const struct scmp_arg_cmp *cmp, uint64_t low,
		  uint64_t high, uint32_t denied)
{
	const bool was = scd_reading_holds(cmp, low), is = scd_reading_holds(cmp, high);

	return was != is &&
	       was == (scd_action_strictness(rule->action) >= scd_action_strictness(denied));
}

/* Tries the condition with a value and with the same and one more bit, which the kernel drops. */
static bool gets_round(const struct bypass *bypass, int nr, const struct scd_reading_rule *rule,
		       const struct scmp_arg_cmp *cmp, unsigned bits, uint64_t args[ARGS_END])
{
	const uint64_t bit = UINT64_C(1) << bits;

	scd_reading_satisfy(rule, args);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t low = near_value(cmp, i) & (bit - 1);
		uint32_t denied, passed;

		args[cmp->arg] = low;
		denied = run(bypass, bypass->effect->native, nr, args);
		args[cmp->arg] = low | bit;
		passed = run(bypass, bypass->effect->native, nr, args);
		if (!scd_effect_lets(denied) &&
		    scd_action_strictness(passed) < scd_action_strictness(denied) &&
		    flips(rule, cmp, low, low | bit, denied))
			return true;
	}
	return false;
}

static void check_condition(const struct bypass *bypass, const struct scd_reading_call *call,
			    const struct scd_reading_rule *rule, size_t index)
{
	const struct scmp_arg_cmp *cmp = &rule->rule->args[index];
	const unsigned bits =
		scd_arg_bits(scd_syscall_arg(bypass->effect->native, call->name, cmp->arg));
	const int nr = scd_effect_nr(bypass->effect->native, call->name);
	uint64_t args[ARGS_END], mask;

	if (bits == 64 || nr < 0 || !gets_round(bypass, nr, rule, cmp, bits, args))
		return;
	mask = (UINT64_C(1) << bits) - 1;
	scd_judge_add(bypass->judge, SCD_INT_ARG_HIGHBITS, SCD_WARNING, rule->rule->args_at[index],
		      "the kernel reads %u bits of argument %u of %s, the filter 64: 0x%" PRIx64
		      " is 0x%" PRIx64 " to the kernel and passes; deny with SCMP_CMP_MASKED_EQ, "
		      "\"value\": %" PRIu64
		      ", \"valueTwo\": what is denied, or allow single values "
		      "with SCMP_CMP_EQ",
		      bits, cmp->arg, call->name, args[cmp->arg], args[cmp->arg] & mask, mask);
}

static void check_widths(const struct bypass *bypass)
{
	if (scd_arch_of(bypass->effect->native)->bits != 64)
		return;
	for (size_t i = 0; i < bypass->reading->count; i++) {
		const struct scd_reading_call *call = &bypass->reading->calls[i];

		for (size_t r = 0; call->indexes && r < call->count; r++)
			for (size_t k = 0; k < call->rules[r].rule->arg_count; k++)
				if (!is_dropped(bypass, &call->rules[r]))
					check_condition(bypass, call, &call->rules[r], k);
	}
}

/* --- multiplexers --- */

/* The least and the most strict of some actions. */
struct range {
	unsigned least, most;
};

static void extend(struct range *range, uint32_t action)
{
	const unsigned strict = scd_action_strictness(action);

	if (strict < range->least)
		range->least = strict;
	if (strict > range->most)
		range->most = strict;
}

/* The rule whose conditions are to blame: the first that has some. */
static const struct scd_reading_rule *conditional(const struct scd_reading_call *call)
{
	for (size_t i = 0; i < call->count; i++)
		if (call->rules[i].rule->arg_count > 0)
			return &call->rules[i];
	return &call->rules[0];
}

/* Whether the text itself allows the multiplexer, and with it all that goes through. */
static bool allows_through(const struct bypass *bypass, const char *through)
{
	const struct scd_reading_call *call = find_call(bypass, through);

	for (size_t i = 0; call && i < call->count; i++)
		if (scd_effect_lets(call->rules[i].action))
			return true;
	return false;
}

/* libseccomp puts the number of the call into argument 0 and leaves the other conditions as they
 * are, although the arguments are elsewhere: what the filter then does is up to the caller. */
static void compare_multiplexed(const struct bypass *bypass, const struct scd_reading_call *call,
				const struct scd_multiplexed *mux, uint32_t arch, int nr)
{
	struct range says = { UINT32_MAX, 0 }, does = { UINT32_MAX, 0 };
	const struct scd_reading_rule *said;

	for (size_t i = 0; i <= call->count + 1; i++) {
		uint64_t args[ARGS_END] = { 0 };

		if (i < call->count)
			scd_reading_satisfy(&call->rules[i], args);
		else if (i == call->count)
			memset(args, 0xff, sizeof(args));
		for (size_t k = 0; k < ARGS_END; k++)
			args[k] &= UINT32_MAX;
		extend(&says, scd_reading_of(bypass->reading, call, args, &said));
		args[0] = mux->number;
		extend(&does, run(bypass, arch, nr, args));
	}
	if (does.least < says.most && !allows_through(bypass, mux->through))
		scd_judge_add(
			bypass->judge, SCD_SOCKETCALL_ARGS, SCD_ERROR, conditional(call)->name,
			"%s: 32-bit programs also make this call through %s, where its "
			"arguments are out of reach: the filter of %s then ignores the "
			"condition and lets it pass; leave %s out, or allow it whole",
			call->name, mux->through, bypass->effect->whose, scd_arch_of(arch)->name);
	else if (does.most > says.least)
		scd_judge_add(
			bypass->judge, SCD_SOCKETCALL_ARGS, SCD_WARNING, conditional(call)->name,
			"%s: 32-bit programs also make this call through %s, where its "
			"arguments are out of reach: the filter of %s then denies it whatever "
			"they are; leave the 32-bit architecture out, or deny it whole",
			call->name, mux->through, bypass->effect->whose);
}

/* libseccomp 2.5 drops the block of a call that has no number of its own, such as send on x86, and
 * with it the instruction that loads the number for the blocks behind it. */
static void compare_whole(const struct bypass *bypass, const struct scd_reading_call *call,
			  const struct scd_multiplexed *mux, uint32_t arch, int nr)
{
	const uint64_t args[ARGS_END] = { mux->number };
	const uint32_t does = run(bypass, arch, nr, args);
	const struct scd_reading_rule *said;
	const uint32_t says = scd_reading_of(bypass->reading, call, args, &said);

	if (scd_action_strictness(does) >= scd_action_strictness(says) ||
	    allows_through(bypass, mux->through))
		return;
	scd_judge_add(bypass->judge, SCD_SOCKETCALL_ARGS, SCD_ERROR, call->rules[0].name,
		      "%s: 32-bit programs make this call through %s, where libseccomp loses the "
		      "rule: the filter of %s lets it pass; leave %s out, or restrict another call "
		      "as well, without conditions",
		      call->name, mux->through, bypass->effect->whose, scd_arch_of(arch)->name);
}

static void check_multiplexers(const struct bypass *bypass)
{
	size_t count;
	const struct scd_multiplexed *all = scd_multiplexed(&count);
	uint32_t arch;

	for (size_t i = 0; i < count; i++) {
		const struct scd_reading_call *call = find_call(bypass, all[i].name);

		if (!call)
			continue;
		for (size_t a = 0; scd_effect_arch(bypass->effect, a, &arch); a++) {
			int nr = scd_effect_nr(arch, all[i].through);

			if (nr < 0)
				continue;
			if (call->indexes)
				compare_multiplexed(bypass, call, &all[i], arch, nr);
			else
				compare_whole(bypass, call, &all[i], arch, nr);
		}
	}
}

/* --- calls that do the same --- */

/* Whether the action is there to stop the call, and not to hand it to another process. */
static bool denies(uint32_t action)
{
	const struct scd_action *row = scd_action_of(action);

	return row && row->strictness > 1 && row->value != SCMP_ACT_NOTIFY &&
	       row->value != SCMP_ACT_TRACE(0);
}

/* Whether the text restricts the call: the rule that does, or NULL. */
static const struct scd_reading_rule *restricted(const struct bypass *bypass,
						 const struct scd_reading_call *call)
{
	const struct scd_reading_rule *narrow = NULL;

	if (!call)
		return NULL;
	for (size_t i = 0; i < call->count; i++) {
		const struct scd_reading_rule *rule = &call->rules[i];

		if (is_dropped(bypass, rule))
			continue;
		if (denies(rule->action))
			return rule; /* some of it at least */
		if (rule->rule->arg_count == 0)
			return NULL; /* all of it is allowed */
		narrow = rule;
	}
	return bypass->default_strictness > 1 ? narrow : NULL;
}

/* Whether the filter lets the call happen, whatever its arguments. */
static bool is_open(const struct bypass *bypass, uint32_t arch, const char *name)
{
	static const uint64_t none[ARGS_END];
	const struct scd_reading_call *call = find_call(bypass, name);
	const int nr = scd_effect_nr(arch, name);

	return nr >= 0 && scd_effect_lets(run(bypass, arch, nr, none)) &&
	       (!call || (!call->indexes && !restricted(bypass, call)));
}

/* Adds the names of a list that are open on some architecture of the filter. */
static size_t add_open(const struct bypass *bypass, const char *list, struct scd_buf *out)
{
	char name[SCD_NAME_SIZE];
	size_t count = 0;

	while (scd_next_name(&list, name)) {
		bool found = false;
		uint32_t arch;

		for (size_t a = 0; !found && scd_effect_arch(bypass->effect, a, &arch); a++)
			found = is_open(bypass, arch, name);
		if (found)
			scd_buf_printf(out, "%s%s", count++ ? ", " : "", name);
	}
	return count;
}

static void check_group(const struct bypass *bypass, const struct scd_siblings *group)
{
	auto_buf struct scd_buf open = scd_buf_init(SCD_MESSAGE_MAX / 2);
	const struct scd_reading_rule *rule = NULL;
	const char *list = group->calls;
	char name[SCD_NAME_SIZE];
	size_t count = 0;
	bool narrow;

	while (!rule && scd_next_name(&list, name))
		rule = restricted(bypass, find_call(bypass, name));
	if (!rule)
		return;
	narrow = rule->rule->arg_count > 0;
	if (narrow && group->round) {
		count = add_open(bypass, group->round, &open);
	} else {
		auto_buf struct scd_buf also = scd_buf_init(SCD_MESSAGE_MAX / 2);

		count = add_open(bypass, group->calls, &open);
		if (add_open(bypass, group->also, &also)) {
			scd_buf_printf(&open, "%s%s", count ? ", " : "",
				       scd_judge_text(bypass->judge, &also));
			count++;
		}
	}
	if (count)
		scd_judge_add(bypass->judge, SCD_DENYLIST_SIBLING, SCD_WARNING, rule->name,
			      "%s is %s, but what can %s as well is not: %s; restrict that too",
			      name, narrow ? "restricted" : "denied", group->what,
			      scd_judge_text(bypass->judge, &open));
}

static void check_siblings(const struct bypass *bypass)
{
	size_t count;
	const struct scd_siblings *groups = scd_siblings(&count);

	for (size_t i = 0; i < count; i++)
		check_group(bypass, &groups[i]);
}

/* --- io_uring --- */

/* Whether the profile stops the call, by a rule or by its default. */
static bool is_stopped(const struct bypass *bypass, const char *name)
{
	const int nr = scd_effect_nr(bypass->effect->native, name);

	if (bypass->default_strictness <= 1)
		return restricted(bypass, find_call(bypass, name)) != NULL;
	return nr >= 0 && !is_open(bypass, bypass->effect->native, name);
}

static void check_io_uring(const struct bypass *bypass)
{
	auto_buf struct scd_buf stopped = scd_buf_init(SCD_MESSAGE_MAX / 4);
	const bool deny_list = bypass->default_strictness <= 1;
	const char *list = deny_list ? scd_io_uring_calls() : scd_io_uring_basic_calls();
	const struct scd_reading_call *call = find_call(bypass, "io_uring_setup");
	const struct scd_json_value *at = call ? call->rules[0].name : NULL;
	char name[SCD_NAME_SIZE];
	size_t count = 0;

	if (!is_open(bypass, bypass->effect->native, "io_uring_setup"))
		return;
	while (scd_next_name(&list, name)) {
		if (!is_stopped(bypass, name))
			continue;
		if (!at)
			at = restricted(bypass, find_call(bypass, name))->name;
		scd_buf_printf(&stopped, "%s%s", count++ ? ", " : "", name);
	}
	if (count)
		scd_judge_add(bypass->judge, SCD_IOURING_ALLOWED, SCD_WARNING, at,
			      "io_uring_setup is allowed, and io_uring does the work of %s without "
			      "that call, past any filter; deny io_uring_setup",
			      scd_judge_text(bypass->judge, &stopped));
}

void scd_bypass_check(struct scd_judge *judge, const struct scd_effect *effect,
		      const struct scd_reading *reading)
{
	const struct bypass bypass = { .judge = judge,
				       .effect = effect,
				       .reading = reading,
				       .default_strictness =
					       scd_action_strictness(reading->default_action) };

	check_widths(&bypass);
	check_multiplexers(&bypass);
	check_siblings(&bypass);
	check_io_uring(&bypass);
}

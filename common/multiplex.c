/* SPDX-License-Identifier: MIT */
#include "multiplex.h"

#include <assert.h>
#include <string.h>

#include "siblings.h"

#define ARGS_END 6

static const char *const names[SCD_MULTIPLEXERS] = { "socketcall", "ipc" };

/* The calls that are made through @name, and that one itself, which has number 0. False at the end;
 * *@call is NULL where the profile says nothing of it. */
static bool part_at(const struct scd_reading *reading, const char *name, size_t index,
		    const struct scd_reading_call **call, unsigned *number)
{
	size_t count;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	*number = 0;
	*call = NULL;
	if (index > count)
		return false;
	if (index == count) {
		*call = scd_reading_find(reading, name);
	} else if (strcmp(rows[index].through, name) == 0) {
		*call = scd_reading_find(reading, rows[index].name);
		*number = rows[index].number;
	}
	return true;
}

/* Adds a rule, with the number of its call in place of conditions on argument 0. Returns how many
 * of the conditions at @args it took. */
static size_t add_rule(struct scd_multiplexer *out, const struct scd_reading_rule *from,
		       unsigned number, struct scmp_arg_cmp *args)
{
	struct scd_reading_rule *rule = &out->rules[out->call.count];
	struct scd_profile_rule *written = &out->written[out->call.count];

	*rule = *from;
	out->call.count++;
	if (number == 0)
		return 0;
	*written = *from->rule;
	written->args_at = NULL; /* the first of them stands nowhere */
	written->args = args;
	written->args[0] = (struct scmp_arg_cmp){ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = number };
	written->arg_count = 1;
	for (size_t i = 0; i < from->rule->arg_count; i++)
		if (from->rule->args[i].arg != 0)
			written->args[written->arg_count++] = from->rule->args[i];
	rule->rule = written;
	return written->arg_count;
}

static int make_room(const struct scd_reading *reading, struct scd_multiplexer *out,
		     struct scd_error *err)
{
	size_t rules = 1, conditions = 1;
	const struct scd_reading_call *call;
	unsigned number;

	for (size_t i = 0; part_at(reading, out->call.name, i, &call, &number); i++) {
		rules += call ? call->count : 0;
		for (size_t k = 0; call && k < call->count; k++)
			conditions += call->rules[k].rule->arg_count + 1;
	}
	out->rules = calloc(rules, sizeof(*out->rules));
	if (!out->rules)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", rules);
	out->written = calloc(rules, sizeof(*out->written));
	if (!out->written)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", rules);
	out->args = calloc(conditions, sizeof(*out->args));
	if (!out->args)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu conditions", conditions);
	return 0;
}

static int make(const struct scd_reading *reading, const char *name, struct scd_multiplexer *out,
		struct scd_error *err)
{
	const struct scd_reading_call *call;
	size_t used = 0;
	unsigned number;

	out->call.name = name;
	if (make_room(reading, out, err) < 0)
		return -1;
	for (size_t i = 0; part_at(reading, out->call.name, i, &call, &number); i++)
		for (size_t k = 0; call && k < call->count; k++)
			used += add_rule(out, &call->rules[k], number, &out->args[used]);
	out->call.rules = out->rules;
	return scd_reading_find_values(&out->call, err);
}

int scd_multiplexers_make(const struct scd_reading *reading,
			  struct scd_multiplexer out[SCD_MULTIPLEXERS], struct scd_error *err)
{
	/* Each by its number: gcc 12's analyzer loses what an unknown index is given. */
	static_assert(SCD_MULTIPLEXERS == 2, "each of them is made");
	if (make(reading, names[0], &out[0], err) < 0)
		return -1;
	return make(reading, names[1], &out[1], err);
}

const struct scd_reading_call *scd_multiplexer_find(
	const struct scd_multiplexer multiplexers[SCD_MULTIPLEXERS], const char *name)
{
	for (size_t i = 0; i < SCD_MULTIPLEXERS; i++)
		if (multiplexers[i].call.count && strcmp(names[i], name) == 0)
			return &multiplexers[i].call;
	return NULL;
}

void scd_multiplexers_done(struct scd_multiplexer multiplexers[SCD_MULTIPLEXERS])
{
	for (size_t i = 0; i < SCD_MULTIPLEXERS; i++) {
		for (size_t k = 0; k < ARGS_END; k++)
			free(multiplexers[i].call.values[k].items);
		free(multiplexers[i].rules);
		free(multiplexers[i].written);
		free(multiplexers[i].args);
		multiplexers[i] = (struct scd_multiplexer){ 0 };
	}
}

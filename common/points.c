/* SPDX-License-Identifier: MIT */
#include "points.h"

#include <string.h>

#define ARGS_END 6

/* Values of one argument, sorted, each once. */
struct values {
	uint64_t *items; /* room for all that collect() counted */
	size_t count;
};

static void add_value(struct values *values, uint64_t value)
{
	values->items[values->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort(struct values *values)
{
	size_t kept = 0;

	if (values->count)
		qsort(values->items, values->count, sizeof(*values->items), by_value);
	for (size_t i = 0; i < values->count; i++)
		if (kept == 0 || values->items[i] != values->items[kept - 1])
			values->items[kept++] = values->items[i];
	values->count = kept;
}

/* The conditions with a mask on one argument, each once. */
struct masks {
	const struct scmp_arg_cmp **items;
	size_t count;
};

static void collect_masks(const struct scd_reading_call *call, unsigned index, struct masks *masks)
{
	for (size_t r = 0; r < call->count; r++) {
		const struct scd_profile_rule *rule = call->rules[r].rule;

		for (size_t k = 0; k < rule->arg_count; k++) {
			const struct scmp_arg_cmp *c = &rule->args[k];
			bool seen = c->arg != index || c->op != SCMP_CMP_MASKED_EQ;

			for (size_t i = 0; i < masks->count && !seen; i++)
				seen = masks->items[i]->datum_a == c->datum_a &&
				       masks->items[i]->datum_b == c->datum_b;
			if (!seen)
				masks->items[masks->count++] = c;
		}
	}
}

/* A value that meets the conditions of @chosen, and as few of the others as can be: where a mask
 * is not chosen its lowest bit is turned. Later conditions win over earlier ones. */
static uint64_t combine(const struct masks *masks, uint64_t chosen)
{
	uint64_t value = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < masks->count; i++) {
			const uint64_t mask = masks->items[i]->datum_a;
			const uint64_t datum = masks->items[i]->datum_b & mask;
			const bool wanted = i < 64 && chosen & (UINT64_C(1) << i);

			if (wanted && pass == 1)
				value = (value & ~mask) | datum;
			else if (!wanted && pass == 0)
				value = (value & ~mask) | (datum ^ (mask & (0 - mask)));
		}
	return value;
}

/* Of many masks only so many are combined by twos. */
#define MASKS_PAIRED ((size_t)64)

/* How many values add_combinations() adds at most. */
static size_t combinations(const struct masks *masks)
{
	const size_t paired = masks->count < MASKS_PAIRED ? masks->count : MASKS_PAIRED;

	if (masks->count <= SCD_POINTS_MASKS_MAX)
		return (size_t)1 << masks->count;
	return paired * (paired + 1) / 2;
}

/* Values for every combination of the masks, or, of many, for each alone and each two. */
static void add_combinations(const struct masks *masks, struct values *values)
{
	if (masks->count <= SCD_POINTS_MASKS_MAX) {
		for (uint64_t chosen = 0; chosen >> masks->count == 0; chosen++)
			add_value(values, combine(masks, chosen));
		return;
	}
	for (size_t i = 0; i < masks->count && i < MASKS_PAIRED; i++)
		for (size_t k = 0; k <= i; k++)
			add_value(values, combine(masks, UINT64_C(1) << i | UINT64_C(1) << k));
}

/* The masks on argument @index; @room has place for every condition. */
static struct masks masks_of(const struct scd_reading_call *const *calls, size_t count,
			     unsigned index, void *room)
{
	struct masks masks = { .items = room };

	for (size_t c = 0; c < count; c++)
		if (calls[c])
			collect_masks(calls[c], index, &masks);
	return masks;
}

/* All values of argument @index at which something may change. */
static int collect(const struct scd_reading_call *const *calls, size_t count, unsigned index,
		   const struct scd_known *known, struct values *values, struct scd_error *err)
{
	auto_free void *room = NULL;
	struct masks masks;
	size_t conditions = 1, most = 1;

	for (size_t c = 0; c < count; c++) {
		for (size_t r = 0; calls[c] && r < calls[c]->count; r++)
			conditions += calls[c]->rules[r].rule->arg_count;
		most += calls[c] ? calls[c]->values[index].count : 0;
	}
	room = calloc(conditions, sizeof(const struct scmp_arg_cmp *));
	if (!room)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu conditions", conditions);
	masks = masks_of(calls, count, index, room);
	values->items = calloc(most + combinations(&masks), sizeof(*values->items));
	if (!values->items)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu values", most);
	if (known->mask & (1U << index)) {
		add_value(values, known->args[index] & known->bits);
		return 0;
	}
	for (size_t c = 0; c < count; c++)
		for (size_t i = 0; calls[c] && i < calls[c]->values[index].count; i++)
			add_value(values, calls[c]->values[index].items[i]);
	if (masks.count > 1)
		add_combinations(&masks, values);
	if (values->count == 0)
		add_value(values, 0);
	for (size_t i = 0; i < values->count; i++)
		values->items[i] &= known->bits;
	sort(values);
	return 0;
}

static int make_room(struct scd_points *points, size_t count, struct scd_error *err)
{
	points->items = calloc(count, sizeof(*points->items));
	return points->items ? 0 : scd_fail(err, SCD_E_NOMEM, 0, "%zu combinations", count);
}

static int fill_product(const struct values values[ARGS_END], size_t product,
			struct scd_points *points, struct scd_error *err)
{
	if (make_room(points, product, err) < 0)
		return -1;
	points->all = true;
	points->count = product;
	for (size_t p = 0; p < product; p++) {
		size_t rest = p;

		for (unsigned i = 0; i < ARGS_END; i++) {
			points->items[p][i] = values[i].items[rest % values[i].count];
			rest /= values[i].count;
		}
	}
	return 0;
}

static void add_point(struct scd_points *points, const struct scd_known *known,
		      const uint64_t args[ARGS_END])
{
	if (points->count == SCD_POINTS_MAX)
		return;
	for (unsigned i = 0; i < ARGS_END; i++)
		points->items[points->count][i] =
			(known->mask & (1U << i) ? known->args[i] : args[i]) & known->bits;
	points->count++;
}

/* Around arguments that satisfy one rule, one of them at a time. */
static void vary(struct scd_points *points, const struct scd_known *known,
		 const struct values values[ARGS_END], const struct scd_reading_rule *rule)
{
	uint64_t args[ARGS_END];

	scd_reading_satisfy(rule, args);
	add_point(points, known, args);
	for (unsigned i = 0; i < ARGS_END; i++) {
		const uint64_t kept = args[i];

		for (size_t v = 0; v < values[i].count; v++) {
			args[i] = values[i].items[v];
			add_point(points, known, args);
		}
		args[i] = kept;
	}
}

static int fill_around(const struct scd_reading_call *const *calls, size_t count,
		       const struct scd_known *known, const struct values values[ARGS_END],
		       struct scd_points *points, struct scd_error *err)
{
	const uint64_t none[ARGS_END] = { 0 };

	if (make_room(points, SCD_POINTS_MAX, err) < 0)
		return -1;
	add_point(points, known, none);
	for (size_t c = 0; c < count; c++)
		for (size_t r = 0; calls[c] && r < calls[c]->count; r++)
			vary(points, known, values, &calls[c]->rules[r]);
	return 0;
}

int scd_points_make(const struct scd_reading_call *const *calls, size_t count,
		    const struct scd_known *known, struct scd_points *points, struct scd_error *err)
{
	struct values values[ARGS_END] = { 0 };
	size_t product = 1, several = 0;
	int rc = 0;

	for (unsigned i = 0; i < ARGS_END && rc == 0; i++) {
		rc = collect(calls, count, i, known, &values[i], err);
		several += values[i].count > 1;
		if (__builtin_mul_overflow(product, values[i].count, &product))
			product = SIZE_MAX;
	}
	if (rc == 0 &&
	    (product <= SCD_POINTS_PRODUCT_MAX || (several == 1 && product <= SCD_POINTS_MAX)))
		rc = fill_product(values, product, points, err);
	else if (rc == 0)
		rc = fill_around(calls, count, known, values, points, err);
	for (unsigned i = 0; i < ARGS_END; i++)
		free(values[i].items);
	return rc;
}

void scd_points_done(struct scd_points *points)
{
	free(points->items);
	*points = (struct scd_points){ 0 };
}

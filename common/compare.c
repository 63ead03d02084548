/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

#define ARGS_END 6
#define WHEN_MAX ((size_t)4096)

struct comparing {
	const struct scd_program *before, *after;
	uint32_t arch;
	struct scd_comparison *out;
	struct scd_error *err;
};

int scd_change_direction(uint32_t before, uint32_t after)
{
	const unsigned x = scd_action_strictness(before), y = scd_action_strictness(after);

	return (y < x) - (y > x);
}

bool scd_change_exceeds(uint32_t before, uint32_t after)
{
	const unsigned x = scd_action_strictness(before), y = scd_action_strictness(after);

	return y < x && y < scd_action_strictness(SCMP_ACT_ERRNO(0)) && !scd_effect_lets(before);
}

static struct scd_difference *add(struct comparing *c, struct scd_difference difference)
{
	struct scd_comparison *out = c->out;
	void *items = out->items;

	if (!scd_room_for_one(&items, out->count, &out->cap, sizeof(difference))) {
		(void)scd_fail(c->err, SCD_E_NOMEM, 0, "%zu differences", out->count);
		return NULL;
	}
	out->items = items;
	out->items[out->count] = difference;
	return &out->items[out->count++];
}

/* A pair of actions, in one number for scd_cases_add(). */
struct pair {
	uint32_t before, after;
};

/* The pairs of all points; their classes. Returns how many pairs there are. */
static size_t run_points(struct comparing *c, const struct scd_call *call,
			 const struct scd_points *points, struct pair *pairs, uint32_t *classes)
{
	size_t count = 0;

	for (size_t p = 0; p < points->count; p++) {
		const uint64_t *args = points->items[p];
		const struct pair pair = {
			scd_effect_run(&c->before->filter, call->arch, call->nr, args),
			scd_effect_run(&c->after->filter, call->arch, call->nr, args),
		};
		size_t i = 0;

		while (i < count &&
		       (pairs[i].before != pair.before || pairs[i].after != pair.after))
			i++;
		if (i == count)
			pairs[count++] = pair;
		classes[p] = (uint32_t)i;
	}
	return count;
}

/* One pair of actions that differ, and the points that have it. */
static int add_pair(struct comparing *c, const struct scd_call *call, const struct scd_cases *cases,
		    const struct pair *pair, const uint32_t *classes, uint32_t class)
{
	auto_buf struct scd_buf words = scd_buf_init(WHEN_MAX);
	struct scd_difference *difference;

	if (scd_cases_add(cases, classes, class, &words, c->err) < 0)
		return -1;
	difference = add(c, (struct scd_difference){ .kind = SCD_DIFFERS_CALL,
						     .nr = call->nr,
						     .before = pair->before,
						     .after = pair->after,
						     .sampled = !cases->points->all });
	if (!difference)
		return -1;
	(void)snprintf(difference->name, sizeof(difference->name), "%s", call->name);
	for (size_t p = 0; p < cases->points->count; p++)
		if (classes[p] == class) {
			memcpy(difference->example, cases->points->items[p],
			       sizeof(difference->example));
			break;
		}
	if (words.len == 0)
		return 0;
	difference->when = scd_buf_take(&words);
	return difference->when ? 0 : scd_fail(c->err, SCD_E_NOMEM, 0, "the words for a case");
}

static int compare_call(struct comparing *c, const struct scd_call *call)
{
	const struct scd_reading_call *const rules[] = {
		scd_subject_call(c->before->subject, call->name),
		scd_subject_call(c->after->subject, call->name)
	};
	const struct scd_known known = { .bits = scd_arch_arg_mask(call->arch) };
	auto_points struct scd_points points = { 0 };
	auto_cases struct scd_cases cases = { 0 };
	auto_free uint32_t *classes = NULL;
	auto_free struct pair *pairs = NULL;
	size_t count;

	if (scd_points_make(rules, 2, &known, &points, c->err) < 0)
		return -1;
	classes = calloc(points.count, sizeof(*classes));
	pairs = calloc(points.count, sizeof(*pairs));
	if (!classes || !pairs)
		return scd_fail(c->err, SCD_E_NOMEM, 0, "%zu points", points.count);
	count = run_points(c, call, &points, pairs, classes);
	if (count == 1 && pairs[0].before == pairs[0].after)
		return 0;
	if (scd_cases_make(call->arch, call->name, rules, 2, &points, &cases, c->err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (pairs[i].before != pairs[i].after &&
		    add_pair(c, call, &cases, &pairs[i], classes, (uint32_t)i) < 0)
			return -1;
	return 0;
}

static bool in_arch(uint32_t arch, uint32_t nr)
{
	if (arch == SCMP_ARCH_X32)
		return nr & SCD_X32_BIT && nr <= INT32_MAX;
	return nr <= INT32_MAX && (arch != SCMP_ARCH_X86_64 || !(nr & SCD_X32_BIT));
}

/* Numbers, sorted, each once. */
struct numbers {
	uint32_t *items;
	size_t count;
};

static int by_number(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void add_number(struct numbers *numbers, uint32_t arch, uint32_t nr)
{
	if (in_arch(arch, nr))
		numbers->items[numbers->count++] = nr;
}

static void add_constants(struct numbers *numbers, uint32_t arch, const struct scd_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct sock_filter *insn = &filter->insns[i];

		if (BPF_CLASS(insn->code) != BPF_JMP || BPF_OP(insn->code) == BPF_JA)
			continue;
		add_number(numbers, arch, insn->k - 1);
		add_number(numbers, arch, insn->k);
		add_number(numbers, arch, insn->k + 1);
	}
}

/* Every number that one of the programs can tell from its neighbours, and all that have names. */
static int collect(const struct comparing *c, struct numbers *numbers)
{
	const size_t most =
		3 * (c->before->filter.count + c->after->filter.count) + SCD_NAMED_CALLS_END;
	const uint32_t base = c->arch == SCMP_ARCH_X32 ? SCD_X32_BIT : 0;
	size_t kept = 0;

	numbers->items = calloc(most, sizeof(*numbers->items));
	if (!numbers->items)
		return scd_fail(c->err, SCD_E_NOMEM, 0, "%zu numbers", most);
	for (uint32_t nr = 0; nr < SCD_NAMED_CALLS_END; nr++)
		add_number(numbers, c->arch, base + nr);
	add_constants(numbers, c->arch, &c->before->filter);
	add_constants(numbers, c->arch, &c->after->filter);
	qsort(numbers->items, numbers->count, sizeof(*numbers->items), by_number);
	for (size_t i = 0; i < numbers->count; i++)
		if (kept == 0 || numbers->items[i] != numbers->items[kept - 1])
			numbers->items[kept++] = numbers->items[i];
	numbers->count = kept;
	return 0;
}

/* A number without a name: of all that change alike the first stands for the rest. */
static int compare_number(struct comparing *c, int nr)
{
	const uint64_t none[ARGS_END] = { 0 };
	const uint32_t before = scd_effect_run(&c->before->filter, c->arch, nr, none);
	const uint32_t after = scd_effect_run(&c->after->filter, c->arch, nr, none);

	if (before == after)
		return 0;
	for (size_t i = 0; i < c->out->count; i++) {
		const struct scd_difference *d = &c->out->items[i];

		if (d->kind == SCD_DIFFERS_NUMBERS && d->before == before && d->after == after)
			return 0;
	}
	return add(c, (struct scd_difference){ .kind = SCD_DIFFERS_NUMBERS,
					       .nr = nr,
					       .before = before,
					       .after = after })
		       ? 0
		       : -1;
}

static int compare_numbers(struct comparing *c, const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->count; i++) {
		char name[SCD_CALL_NAME_SIZE];
		const struct scd_call call = { c->arch, name, (int)numbers->items[i] };

		(void)scd_call_name(c->arch, call.nr, name);
		if ((*name == '#' ? compare_number(c, call.nr) : compare_call(c, &call)) < 0)
			return -1;
	}
	return 0;
}

static bool knows(const struct scd_program *program, uint32_t arch)
{
	const struct scd_effect effect = { .profile = &program->subject->profile,
					   .native = program->native };
	uint32_t token;

	for (size_t i = 0; scd_effect_arch(&effect, i, &token); i++)
		if (token == arch)
			return true;
	return false;
}

/* Sets .after, .nr and .example to a call that the program lets happen, with whatever arguments, if
 * number @nr is one. */
static int find_open(struct comparing *c, int nr, struct scd_difference *d)
{
	char name[SCD_CALL_NAME_SIZE];
	const struct scd_reading_call *const rules =
		scd_subject_call(c->after->subject, scd_call_name(c->arch, nr, name));
	const struct scd_known known = { .bits = scd_arch_arg_mask(c->arch) };
	auto_points struct scd_points points = { 0 };

	if (scd_points_make(&rules, 1, &known, &points, c->err) < 0)
		return -1;
	for (size_t p = 0; p < points.count && !scd_effect_lets(d->after); p++) {
		const uint32_t action =
			scd_effect_run(&c->after->filter, c->arch, nr, points.items[p]);

		if (!scd_effect_lets(action))
			continue;
		d->after = action;
		d->nr = nr;
		memcpy(d->example, points.items[p], sizeof(d->example));
	}
	return 0;
}

/* Only one of the two knows the architecture: the other treats all its calls alike. */
static int compare_whole(struct comparing *c, const struct numbers *numbers)
{
	const uint64_t none[ARGS_END] = { 0 };
	struct scd_difference d = { .kind = SCD_DIFFERS_REMOVED };
	const bool added = knows(c->after, c->arch);

	if (added)
		d.kind = SCD_DIFFERS_ADDED;
	d.nr = (int)numbers->items[0];
	d.before = scd_effect_run(&c->before->filter, c->arch, d.nr, none);
	d.after = scd_effect_run(&c->after->filter, c->arch, d.nr, none);
	for (size_t i = 0; i < numbers->count && added && !scd_effect_lets(d.after); i++)
		if (find_open(c, (int)numbers->items[i], &d) < 0)
			return -1;
	return add(c, d) ? 0 : -1;
}

/* What lets more happen comes first, what only fails otherwise last. */
static int rank(const struct scd_difference *d)
{
	const int direction = scd_change_direction(d->before, d->after);

	return direction > 0 ? 0 : direction < 0 ? 1 : 2;
}

/* By rank; then calls by name, and numbers after them. */
static int by_weight(const void *a, const void *b)
{
	const struct scd_difference *x = a, *y = b;
	int order;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	order = strcmp(x->name, y->name);
	if (order)
		return order;
	if (x->nr != y->nr)
		return x->nr < y->nr ? -1 : 1;
	if (!x->when || !y->when)
		return !!x->when - !!y->when;
	return strcmp(x->when, y->when);
}

int scd_compare(const struct scd_program *before, const struct scd_program *after, uint32_t arch,
		struct scd_comparison *out, struct scd_error *err)
{
	struct comparing c = { before, after, arch, out, err };
	struct numbers numbers = { 0 };
	int rc = collect(&c, &numbers);

	if (rc == 0 && knows(before, arch) && knows(after, arch))
		rc = compare_numbers(&c, &numbers);
	else if (rc == 0 && knows(before, arch) != knows(after, arch))
		rc = compare_whole(&c, &numbers);
	free(numbers.items);
	if (rc == 0 && out->count)
		qsort(out->items, out->count, sizeof(*out->items), by_weight);
	return rc;
}

void scd_comparison_done(struct scd_comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++)
		free(comparison->items[i].when);
	free(comparison->items);
	*comparison = (struct scd_comparison){ 0 };
}

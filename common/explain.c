/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <string.h>

#define ARGS_END 6

/* Most bytes of the words for one case. */
#define WHEN_MAX ((size_t)4096)

static bool same(const struct scd_decision *a, const struct scd_decision *b)
{
	return a->action == b->action && a->by == b->by && a->differs == b->differs &&
	       (a->rule == b->rule || (a->rule && b->rule && a->rule->name == b->rule->name));
}

/* Whether @a is shown before @b: rules in the order of the file, the default last. */
static int by_place(const void *a, const void *b)
{
	const struct scd_decision *x = &((const struct scd_explained_case *)a)->decision;
	const struct scd_decision *y = &((const struct scd_explained_case *)b)->decision;

	if (x->by != y->by)
		return (x->by > y->by) - (x->by < y->by);
	if (x->rule && y->rule && x->rule->name->at != y->rule->name->at)
		return x->rule->name->at < y->rule->name->at ? -1 : 1;
	return (int)x->differs - (int)y->differs;
}

static bool same_action(const struct scd_decision *a, const struct scd_decision *b)
{
	return a->action == b->action;
}

/* What makes one case of two decisions. */
typedef bool (*alike_fn)(const struct scd_decision *a, const struct scd_decision *b);

static size_t find(const struct scd_explained *explained, const struct scd_decision *decision,
		   alike_fn alike)
{
	size_t i = 0;

	while (i < explained->count && !alike(&explained->items[i].decision, decision))
		i++;
	return i;
}

/* Runs the program on every point and sorts the points into cases. */
static int run(const struct scd_program *program, const struct scd_call *call,
	       const struct scd_points *points, alike_fn alike, uint32_t *classes,
	       struct scd_explained *out, struct scd_error *err)
{
	auto_free struct scd_decision *decisions = calloc(points->count, sizeof(*decisions));

	out->items = calloc(points->count, sizeof(*out->items));
	if (!decisions || !out->items)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu cases", points->count);
	for (size_t p = 0; p < points->count; p++) {
		size_t at;

		decisions[p] = scd_program_decide(program, call, points->items[p]);
		at = find(out, &decisions[p], alike);
		if (at < out->count) {
			out->items[at].decision.differs |= decisions[p].differs;
			continue;
		}
		out->items[at].decision = decisions[p];
		memcpy(out->items[at].example, points->items[p], sizeof(out->items[at].example));
		out->count++;
	}
	qsort(out->items, out->count, sizeof(*out->items), by_place);
	for (size_t p = 0; p < points->count; p++)
		classes[p] = (uint32_t)find(out, &decisions[p], alike);
	return 0;
}

/* Puts words to every case but the last, which is what remains. */
static int describe(const struct scd_cases *cases, const uint32_t *classes,
		    struct scd_explained *out, struct scd_error *err)
{
	for (size_t i = 0; i + 1 < out->count; i++) {
		auto_buf struct scd_buf words = scd_buf_init(WHEN_MAX);

		if (scd_cases_add(cases, classes, (uint32_t)i, &words, err) < 0)
			return -1;
		out->items[i].when = scd_buf_take(&words);
		if (!out->items[i].when)
			return scd_fail(err, SCD_E_NOMEM, 0, "the words for a case");
	}
	return 0;
}

static int explain(const struct scd_program *program, const struct scd_call *call,
		   const struct scd_known *known, alike_fn alike, struct scd_explained *out,
		   struct scd_error *err)
{
	const struct scd_reading_call *rules = scd_subject_call(program->subject, call->name);
	struct scd_known completed = *known;
	auto_points struct scd_points points = { 0 };
	auto_cases struct scd_cases cases = { 0 };
	auto_free uint32_t *classes = NULL;

	completed.bits = scd_arch_arg_mask(call->arch);
	if (scd_points_make(&rules, 1, &completed, &points, err) < 0)
		return -1;
	classes = calloc(points.count, sizeof(*classes));
	if (!classes)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu cases", points.count);
	if (run(program, call, &points, alike, classes, out, err) < 0 ||
	    scd_cases_make(call->arch, call->name, &rules, 1, &points, &cases, err) < 0)
		return -1;
	out->sampled = !points.all;
	return describe(&cases, classes, out, err);
}

int scd_explain(const struct scd_program *program, const struct scd_call *call,
		const struct scd_known *known, struct scd_explained *out, struct scd_error *err)
{
	return explain(program, call, known, same, out, err);
}

int scd_explain_actions(const struct scd_program *program, const struct scd_call *call,
			const struct scd_known *known, struct scd_explained *out,
			struct scd_error *err)
{
	return explain(program, call, known, same_action, out, err);
}

bool scd_explained_equal(const struct scd_explained *a, const struct scd_explained *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct scd_explained_case *x = &a->items[i], *y = &b->items[i];

		if (!same(&x->decision, &y->decision) || !x->when != !y->when ||
		    (x->when && strcmp(x->when, y->when) != 0))
			return false;
	}
	return true;
}

void scd_explained_done(struct scd_explained *explained)
{
	for (size_t i = 0; i < explained->count; i++)
		free(explained->items[i].when);
	free(explained->items);
	*explained = (struct scd_explained){ 0 };
}

/* SPDX-License-Identifier: MIT */
#include "overview.h"

#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "inputs.h"
#include "meaning.h"

#define WIDTH 100 /* columns */
#define CASES_MAX ((size_t)65536)
#define OVERVIEW_MAX ((size_t)4 << 20)

/* What happens to one call. */
struct fate {
	char name[SCD_CALL_NAME_SIZE];
	struct scd_decision decision;
	char *cases; /* "ALLOW if flags has ...; otherwise ERRNO(EPERM)"; NULL: always the same */
};

struct fates {
	struct fate *items;
	size_t count, cap;
};

static void fates_done(struct fates *fates)
{
	for (size_t i = 0; i < fates->count; i++)
		free(fates->items[i].cases);
	free(fates->items);
}

bool scd_named_call_at(uint32_t arch, size_t index, struct scd_call *call,
		       char name[SCD_CALL_NAME_SIZE])
{
	if (index >= SCD_NAMED_CALLS_END)
		return false;
	*call = (struct scd_call){ arch, name,
				   (int)(arch == SCMP_ARCH_X32 ? (uint32_t)index | SCD_X32_BIT
							       : (uint32_t)index) };
	(void)scd_call_name(arch, call->nr, name);
	return true;
}

/* Every case of a call on one line. */
static char *cases_text(const struct scd_explained *explained)
{
	auto_buf struct scd_buf out = scd_buf_init(CASES_MAX);
	char brief[SCD_ACTION_BRIEF_SIZE];

	for (size_t i = 0; i < explained->count; i++) {
		const struct scd_explained_case *c = &explained->items[i];

		scd_buf_puts(&out, i ? "; " : "");
		if (!c->when)
			scd_buf_puts(&out, "otherwise ");
		scd_buf_puts(&out, scd_action_brief(c->decision.action, brief));
		if (c->when)
			scd_buf_printf(&out, " if %s", c->when);
	}
	return scd_buf_take(&out);
}

static int add_fate(const struct scd_program *program, const struct scd_call *call,
		    struct fates *fates, struct scd_error *err)
{
	const struct scd_known nothing = { 0 };
	auto_explained struct scd_explained explained = { 0 };
	void *items = fates->items;
	struct fate *fate;

	if (scd_explain_actions(program, call, &nothing, &explained, err) < 0)
		return -1;
	if (!scd_room_for_one(&items, fates->count, &fates->cap, sizeof(*fate)))
		return scd_fail(err, SCD_E_NOMEM, 0, "calls");
	fates->items = items;
	fate = &fates->items[fates->count++];
	*fate = (struct fate){ .decision = explained.items[0].decision };
	(void)snprintf(fate->name, sizeof(fate->name), "%s", call->name);
	for (size_t i = 1; i < explained.count; i++)
		fate->decision.differs |= explained.items[i].decision.differs;
	if (explained.count == 1)
		return 0;
	fate->cases = cases_text(&explained);
	return fate->cases ? 0 : scd_fail(err, SCD_E_NOMEM, 0, "cases");
}

static bool is_by_rule(const struct fate *fate)
{
	return fate->decision.by == SCD_BY_RULE || fate->decision.by == SCD_BY_OTHER;
}

/* The order in which they are shown: rules by action, calls that depend on their arguments, and
 * then what no rule is about. */
static unsigned rank(const struct fate *fate)
{
	if (fate->cases)
		return 100;
	return is_by_rule(fate) ? scd_action_strictness(fate->decision.action)
				: 101 + (unsigned)fate->decision.by;
}

static int by_rank(const void *a, const void *b)
{
	const struct fate *x = a, *y = b;
	const uint32_t p = x->cases ? 0 : x->decision.action, q = y->cases ? 0 : y->decision.action;

	if (rank(x) != rank(y))
		return rank(x) < rank(y) ? -1 : 1;
	if (p != q)
		return p < q ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The names of [first, end), in lines. */
static void add_names(const struct fate *items, size_t first, size_t end, struct scd_buf *out)
{
	size_t column = WIDTH;

	for (size_t i = first; i < end; i++) {
		const size_t len = strlen(items[i].name) + items[i].decision.differs + 1;

		if (column + len > WIDTH) {
			scd_buf_puts(out, i > first ? "\n   " : "   ");
			column = 3;
		}
		scd_buf_printf(out, " %s%s", items[i].name, items[i].decision.differs ? "*" : "");
		column += len;
	}
	scd_buf_putc(out, '\n');
}

/* Calls that a rule decides, or that depend on their arguments. */
static void add_group(const struct fates *fates, size_t first, size_t end, struct scd_buf *out)
{
	const struct fate *head = &fates->items[first];
	const size_t count = end - first;
	const char *calls = count == 1 ? "call" : "calls";
	char brief[SCD_ACTION_BRIEF_SIZE];

	if (!head->cases) {
		scd_buf_printf(out, "  %s, %zu %s:\n",
			       scd_action_brief(head->decision.action, brief), count, calls);
		add_names(fates->items, first, end, out);
		return;
	}
	scd_buf_printf(out, "  depends on the arguments, %zu %s:\n", count, calls);
	for (size_t i = first; i < end; i++)
		scd_buf_printf(out, "    %s%s: %s\n", fates->items[i].name,
			       fates->items[i].decision.differs ? "*" : "", fates->items[i].cases);
}

/* What no rule is about: "ERRNO(EPERM), all others, 92 calls". */
static void add_rest(const struct fates *fates, size_t first, size_t end, struct scd_buf *out)
{
	const struct scd_decision *decision = &fates->items[first].decision;
	const size_t count = end - first;
	const char *calls = count == 1 ? "call" : "calls";
	char brief[SCD_ACTION_BRIEF_SIZE];

	scd_buf_printf(out, "%s%s, ", out->len ? "; " : "",
		       scd_action_brief(decision->action, brief));
	if (decision->by == SCD_BY_ARCH)
		scd_buf_puts(out, "every call: \"architectures\" does not list the caller's");
	else if (decision->by == SCD_BY_STUB)
		scd_buf_printf(out, "%zu %s that are newer than any the profile names", count,
			       calls);
	else
		scd_buf_printf(out, "all others, %zu %s", count, calls);
}

int scd_overview_make(const struct scd_program *program, uint32_t arch,
		      struct scd_overview *overview, struct scd_error *err)
{
	SCD_CLEANUP(fates_done) struct fates fates = { 0 };
	char name[SCD_CALL_NAME_SIZE];
	struct scd_call call;
	bool differs = false;
	size_t end;

	overview->rules = scd_buf_init(OVERVIEW_MAX);
	overview->rest = scd_buf_init(OVERVIEW_MAX);
	for (size_t i = 0; scd_named_call_at(arch, i, &call, name); i++)
		if (*name != '#' && add_fate(program, &call, &fates, err) < 0)
			return -1;
	if (fates.count)
		qsort(fates.items, fates.count, sizeof(*fates.items), by_rank);
	for (size_t first = 0; first < fates.count; first = end) {
		const struct fate *head = &fates.items[first];

		for (end = first;
		     end < fates.count && rank(&fates.items[end]) == rank(head) &&
		     (head->cases || fates.items[end].decision.action == head->decision.action);
		     end++)
			differs |= fates.items[end].decision.differs;
		if (head->cases || is_by_rule(head))
			add_group(&fates, first, end, &overview->rules);
		else
			add_rest(&fates, first, end, &overview->rest);
	}
	if (differs)
		scd_buf_puts(&overview->rules,
			     "  * the text reads otherwise: `seccompctl validate` says why\n");
	return overview->rules.failed || overview->rest.failed
		       ? scd_fail(err, SCD_E_NOMEM, 0, "calls")
		       : 0;
}

static bool equal(const struct scd_buf *a, const struct scd_buf *b)
{
	return strcmp(scd_buf_text(a), scd_buf_text(b)) == 0;
}

/* What is left of those that have the rules of number @first, each rest with its loaders. */
static void print_rests(const struct scd_overview *all, size_t count, size_t first)
{
	bool alike = true;

	for (size_t i = first; i < count; i++)
		alike &= !equal(&all[i].rules, &all[first].rules) ||
			 equal(&all[i].rest, &all[first].rest);
	for (size_t i = first; i < count; i++) {
		bool said = !all[i].rest.len || !equal(&all[i].rules, &all[first].rules);

		for (size_t k = first; k < i && !said; k++)
			said = equal(&all[k].rest, &all[i].rest);
		if (said)
			continue;
		(void)fputs(alike ? "  " : "  with ", stdout);
		for (size_t k = i; k < count && !alike; k++)
			if (equal(&all[k].rest, &all[i].rest))
				(void)printf("%s%s", k == i ? "" : " and ", all[k].loader);
		(void)printf("%s%s\n", alike ? "" : ": ", scd_buf_text(&all[i].rest));
	}
}

void scd_overview_print(const struct scd_overview *all, size_t count, const char *heading)
{
	for (size_t first = 0; first < count; first++) {
		bool said = false;

		for (size_t i = 0; i < first; i++)
			said |= equal(&all[i].rules, &all[first].rules);
		if (said)
			continue;
		(void)printf("%s, with ", heading);
		for (size_t i = first; i < count; i++)
			if (equal(&all[i].rules, &all[first].rules))
				(void)printf("%s%s", i == first ? "" : " and ", all[i].loader);
		(void)printf("\n%s", scd_buf_text(&all[first].rules));
		print_rests(all, count, first);
	}
}

void scd_overview_done(struct scd_overview *overview)
{
	scd_buf_done(&overview->rules);
	scd_buf_done(&overview->rest);
}

/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <inttypes.h>
#include <string.h>

#include "call_args.h"
#include "program.h"

#define WORD_BITS 64
#define WORDS_MAX (SCD_CASES_CONDITIONS_MAX / WORD_BITS)

/* Alternatives that are worked out; beyond, the description ends with "…". */
#define TERMS_MAX ((size_t)64)

/* Numbers below are shown in decimal. */
#define SMALL 1024

/* An alternative: the conditions that count, and what they have to be. */
struct term {
	uint64_t care[WORDS_MAX], value[WORDS_MAX];
	bool merged; /* is part of an earlier one's list of values */
};

static bool get(const uint64_t *bits, size_t i)
{
	return bits[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

static void clear(uint64_t *bits, size_t i)
{
	bits[i / WORD_BITS] &= ~(UINT64_C(1) << (i % WORD_BITS));
}

static void set(uint64_t *bits, size_t i)
{
	bits[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
}

/* A condition without what only differs in writing: NE is the opposite of EQ, a mask of all bits
 * is none, LE and GT are LT and GE of one more. What is opposite has the other truth. */
static struct scmp_arg_cmp plain(struct scmp_arg_cmp c, uint64_t bits)
{
	c.datum_a &= bits;
	c.datum_b &= bits;
	if (c.op == SCMP_CMP_NE)
		c.op = SCMP_CMP_EQ;
	else if (c.op == SCMP_CMP_GE)
		c.op = SCMP_CMP_LT;
	else if (c.op == SCMP_CMP_GT)
		c.op = SCMP_CMP_LE;
	if (c.op == SCMP_CMP_LE && c.datum_a < bits) {
		c.op = SCMP_CMP_LT;
		c.datum_a++;
	}
	if (c.op == SCMP_CMP_MASKED_EQ)
		c.datum_b &= c.datum_a;
	else
		c.datum_b = 0;
	if (c.op == SCMP_CMP_MASKED_EQ && c.datum_a == bits) {
		c.op = SCMP_CMP_EQ;
		c.datum_a = c.datum_b;
		c.datum_b = 0;
	}
	return c;
}

static void add_condition(struct scd_cases *cases, struct scmp_arg_cmp c)
{
	for (size_t i = 0; i < cases->count; i++) {
		const struct scmp_arg_cmp *known = &cases->conditions[i];

		if (known->arg == c.arg && known->op == c.op && known->datum_a == c.datum_a &&
		    known->datum_b == c.datum_b)
			return;
	}
	cases->conditions[cases->count++] = c;
}

/* By argument and value, so that the same set is described in the same words whatever the order of
 * the rules is. */
static int by_argument(const void *a, const void *b)
{
	const struct scmp_arg_cmp *x = a, *y = b;
	const uint64_t left[] = { x->arg, x->op == SCMP_CMP_MASKED_EQ, x->datum_a, x->datum_b,
				  (uint64_t)x->op };
	const uint64_t right[] = { y->arg, y->op == SCMP_CMP_MASKED_EQ, y->datum_a, y->datum_b,
				   (uint64_t)y->op };

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

static int collect(const struct scd_reading_call *const *calls, size_t count,
		   struct scd_cases *cases, struct scd_error *err)
{
	const uint64_t bits = scd_arch_arg_mask(cases->arch);

	cases->conditions = calloc(SCD_CASES_CONDITIONS_MAX + 1, sizeof(*cases->conditions));
	if (!cases->conditions)
		return scd_fail(err, SCD_E_NOMEM, 0, "conditions");
	for (size_t c = 0; c < count; c++)
		for (size_t r = 0; calls[c] && r < calls[c]->count; r++) {
			const struct scd_profile_rule *rule = calls[c]->rules[r].rule;

			for (size_t k = 0; k < rule->arg_count; k++) {
				add_condition(cases, plain(rule->args[k], bits));
				if (cases->count > SCD_CASES_CONDITIONS_MAX)
					return 1;
			}
		}
	return 0;
}

int scd_cases_make(uint32_t arch, const char *call, const struct scd_reading_call *const *calls,
		   size_t count, const struct scd_points *points, struct scd_cases *cases,
		   struct scd_error *err)
{
	int rc;

	cases->arch = arch;
	cases->call = call;
	cases->points = points;
	rc = collect(calls, count, cases, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	qsort(cases->conditions, cases->count, sizeof(*cases->conditions), by_argument);
	cases->words = cases->count / WORD_BITS + 1;
	if (cases->words > WORDS_MAX)
		cases->words = WORDS_MAX;
	cases->truth = calloc(points->count * cases->words, sizeof(*cases->truth));
	if (!cases->truth)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu combinations", points->count);
	for (size_t p = 0; p < points->count; p++)
		for (size_t i = 0; i < cases->count; i++)
			if (scd_reading_holds(&cases->conditions[i],
					      points->items[p][cases->conditions[i].arg]))
				set(&cases->truth[p * cases->words], i);
	return 0;
}

static bool meets(const struct scd_cases *cases, const struct term *term, size_t point)
{
	const uint64_t *truth = &cases->truth[point * cases->words];

	for (size_t w = 0; w < cases->words; w++)
		if ((truth[w] ^ term->value[w]) & term->care[w])
			return false;
	return true;
}

/* Whether some point of another class meets the term. */
static bool too_wide(const struct scd_cases *cases, const uint32_t *classes, uint32_t class,
		     const struct term *term)
{
	for (size_t p = 0; p < cases->points->count; p++)
		if (classes[p] != class && meets(cases, term, p))
			return true;
	return false;
}

/* The widest term around @point: conditions that do not hold are dropped first, so that what is
 * said is what is rather than what is not. */
static struct term widen(const struct scd_cases *cases, const uint32_t *classes, uint32_t class,
			 size_t point)
{
	struct term term = { 0 };

	for (size_t i = 0; i < cases->count; i++)
		set(term.care, i);
	memcpy(term.value, &cases->truth[point * cases->words],
	       cases->words * sizeof(*cases->truth));
	for (int holds = 0; holds < 2; holds++)
		for (size_t i = cases->count; i-- > 0;) {
			if (get(term.value, i) != (holds == 1))
				continue;
			clear(term.care, i);
			if (too_wide(cases, classes, class, &term))
				set(term.care, i);
		}
	for (size_t w = 0; w < WORDS_MAX; w++)
		term.value[w] &= term.care[w];
	return term;
}

static void add_number(const struct scd_cases *cases, unsigned arg, uint64_t value,
		       struct scd_buf *out)
{
	scd_constants_add(out, cases->arch, scd_call_arg_kind(cases->arch, cases->call, arg),
			  value);
}

/* "flags has CLONE_NEWUSER", "flags & 0xf is 1". */
static void add_masked(const struct scd_cases *cases, const struct scmp_arg_cmp *c,
		       const char *name, bool holds, struct scd_buf *out)
{
	const enum scd_constant_kind kind = scd_call_arg_kind(cases->arch, cases->call, c->arg);
	const bool single = (c->datum_a & (c->datum_a - 1)) == 0;
	const char *verb;

	if (c->datum_a == UINT32_MAX) {
		scd_buf_printf(out, "%s (as 32 bits) is %s", name, holds ? "" : "not ");
		add_number(cases, c->arg, c->datum_b, out);
		return;
	}
	if (c->datum_b == 0 || (single && c->datum_b == c->datum_a)) {
		if (single)
			verb = (c->datum_b == 0) == holds ? "has no" : "has";
		else
			verb = holds ? "has none of" : "has any of";
		scd_buf_printf(out, "%s %s ", name, verb);
		scd_constants_add_mask(out, cases->arch, kind, c->datum_a);
		return;
	}
	if (c->datum_b == c->datum_a) {
		scd_buf_printf(out, "%s has %s ", name, holds ? "all of" : "not all of");
		scd_constants_add_mask(out, cases->arch, kind, c->datum_a);
		return;
	}
	scd_buf_printf(out, "%s & ", name);
	scd_constants_add_mask(out, cases->arch, kind, c->datum_a);
	scd_buf_puts(out, holds ? " is " : " is not ");
	add_number(cases, c->arg, c->datum_b, out);
}

static void add_literal(const struct scd_cases *cases, size_t index, bool holds,
			struct scd_buf *out)
{
	const struct scmp_arg_cmp *c = &cases->conditions[index];
	char name[SCD_CALL_ARG_NAME_SIZE];

	(void)scd_call_arg_name(cases->arch, cases->call, c->arg, name);
	if (c->op == SCMP_CMP_MASKED_EQ) {
		add_masked(cases, c, name, holds, out);
		return;
	}
	scd_buf_puts(out, name);
	if (c->op == SCMP_CMP_EQ) {
		scd_buf_puts(out, holds ? " is " : " is not ");
		add_number(cases, c->arg, c->datum_a, out);
		return;
	}
	if (c->op == SCMP_CMP_LT)
		scd_buf_puts(out, holds ? " < " : " >= ");
	else
		scd_buf_puts(out, holds ? " <= " : " > ");
	/* An order has no names, and no negative numbers: the kernel compares without a sign. */
	scd_buf_printf(out, c->datum_a < SMALL ? "%" PRIu64 : "0x%" PRIx64, c->datum_a);
}

/* The condition by which the term compares one argument for equality, when there is one such; it
 * is the value that lists are made of. */
static bool listed_value(const struct scd_cases *cases, const struct term *term, size_t *index)
{
	for (size_t i = 0; i < cases->count; i++)
		if (get(term->care, i) && get(term->value, i) &&
		    cases->conditions[i].op == SCMP_CMP_EQ) {
			*index = i;
			return true;
		}
	return false;
}

/* Whether the terms differ in the value of one argument alone. */
static bool alike(const struct scd_cases *cases, const struct term *a, size_t a_value,
		  const struct term *b, size_t *b_value)
{
	struct term x = *a, y = *b;

	if (!listed_value(cases, b, b_value) ||
	    cases->conditions[a_value].arg != cases->conditions[*b_value].arg)
		return false;
	clear(x.care, a_value);
	clear(x.value, a_value);
	clear(y.care, *b_value);
	clear(y.value, *b_value);
	return memcmp(x.care, y.care, sizeof(x.care)) == 0 &&
	       memcmp(x.value, y.value, sizeof(x.value)) == 0;
}

/* The further values of a list that begins with @first: "AF_UNIX, AF_INET or AF_INET6". */
static void add_list(const struct scd_cases *cases, struct term *terms, size_t count, size_t first,
		     size_t first_value, struct scd_buf *out)
{
	size_t pending = SIZE_MAX, value;

	for (size_t t = first + 1; t < count; t++) {
		if (terms[t].merged || !alike(cases, &terms[first], first_value, &terms[t], &value))
			continue;
		terms[t].merged = true;
		if (pending != SIZE_MAX) {
			scd_buf_puts(out, ", ");
			add_number(cases, cases->conditions[pending].arg,
				   cases->conditions[pending].datum_a, out);
		}
		pending = value;
	}
	if (pending == SIZE_MAX)
		return;
	scd_buf_puts(out, " or ");
	add_number(cases, cases->conditions[pending].arg, cases->conditions[pending].datum_a, out);
}

/* Whether condition @i says that an argument has not some value. */
static bool is_exclusion(const struct scd_cases *cases, const struct term *term, size_t i)
{
	return get(term->care, i) && !get(term->value, i) && cases->conditions[i].op == SCMP_CMP_EQ;
}

/* "domain is not AF_UNIX", "domain is none of AF_UNIX, AF_INET": all exclusions of an argument,
 * the first of which is number @first. */
static void add_exclusions(const struct scd_cases *cases, const struct term *term, size_t first,
			   struct scd_buf *out)
{
	const unsigned arg = cases->conditions[first].arg;
	char name[SCD_CALL_ARG_NAME_SIZE];
	size_t count = 0;

	for (size_t i = first; i < cases->count; i++)
		count += is_exclusion(cases, term, i) && cases->conditions[i].arg == arg;
	scd_buf_printf(out, "%s is %s ", scd_call_arg_name(cases->arch, cases->call, arg, name),
		       count > 1 ? "none of" : "not");
	for (size_t i = first; i < cases->count; i++) {
		if (!is_exclusion(cases, term, i) || cases->conditions[i].arg != arg)
			continue;
		scd_buf_puts(out, i > first ? ", " : "");
		add_number(cases, arg, cases->conditions[i].datum_a, out);
	}
}

static void add_term(const struct scd_cases *cases, struct term *terms, size_t count, size_t index,
		     struct scd_buf *out)
{
	const char *separator = "";
	unsigned excluded = 0; /* bit i: those of argument i are there */
	size_t value = SIZE_MAX;

	if (listed_value(cases, &terms[index], &value)) {
		add_literal(cases, value, true, out);
		add_list(cases, terms, count, index, value, out);
		separator = " and ";
	}
	for (size_t i = 0; i < cases->count; i++) {
		const unsigned arg = 1U << cases->conditions[i].arg;
		const bool exclusion = is_exclusion(cases, &terms[index], i);

		if (!get(terms[index].care, i) || i == value || (exclusion && excluded & arg))
			continue;
		scd_buf_puts(out, separator);
		separator = " and ";
		if (exclusion)
			add_exclusions(cases, &terms[index], i, out);
		else
			add_literal(cases, i, get(terms[index].value, i), out);
		excluded |= exclusion ? arg : 0;
	}
}

static void add_terms(const struct scd_cases *cases, struct term *terms, size_t count, bool more,
		      struct scd_buf *out)
{
	size_t shown = 0;

	for (size_t t = 0; t < count; t++) {
		if (terms[t].merged)
			continue;
		if (shown == SCD_CASES_SHOWN) {
			more = true;
			break;
		}
		if (shown++)
			scd_buf_puts(out, "; or ");
		add_term(cases, terms, count, t, out);
	}
	if (more)
		scd_buf_puts(out, "; or …");
}

static bool covered(const struct scd_cases *cases, const struct term *terms, size_t count,
		    size_t point)
{
	for (size_t t = 0; t < count; t++)
		if (meets(cases, &terms[t], point))
			return true;
	return false;
}

/* Takes out the alternatives whose points all meet another one. Returns how many are left. */
static size_t drop_covered(const struct scd_cases *cases, const uint32_t *classes, uint32_t class,
			   struct term *terms, size_t count)
{
	for (size_t t = count; t-- > 0 && count > 1;) {
		const struct term dropped = terms[t];
		bool needed = false;

		memmove(&terms[t], &terms[t + 1], (count - t - 1) * sizeof(*terms));
		for (size_t p = 0; p < cases->points->count && !needed; p++)
			needed = classes[p] == class && meets(cases, &dropped, p) &&
				 !covered(cases, terms, count - 1, p);
		if (!needed) {
			count--;
			continue;
		}
		memmove(&terms[t + 1], &terms[t], (count - t - 1) * sizeof(*terms));
		terms[t] = dropped;
	}
	return count;
}

int scd_cases_add(const struct scd_cases *cases, const uint32_t *classes, uint32_t class,
		  struct scd_buf *out, struct scd_error *err)
{
	auto_free struct term *terms = calloc(TERMS_MAX, sizeof(*terms));
	size_t count = 0, others = 0, p;

	if (!terms)
		return scd_fail(err, SCD_E_NOMEM, 0, "cases");
	for (p = 0; p < cases->points->count; p++)
		others += classes[p] != class;
	if (others == 0)
		return 0;
	if (cases->words == 0) {
		scd_buf_printf(out, "the arguments are such (of more than %zu conditions)",
			       SCD_CASES_CONDITIONS_MAX);
		return 0;
	}
	for (p = 0; p < cases->points->count && count < TERMS_MAX; p++)
		if (classes[p] == class && !covered(cases, terms, count, p))
			terms[count++] = widen(cases, classes, class, p);
	count = drop_covered(cases, classes, class, terms, count);
	add_terms(cases, terms, count, p < cases->points->count, out);
	return out->failed ? scd_fail(err, SCD_E_NOMEM, 0, "cases") : 0;
}

void scd_cases_done(struct scd_cases *cases)
{
	free(cases->conditions);
	free(cases->truth);
	*cases = (struct scd_cases){ 0 };
}

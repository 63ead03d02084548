/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include <string.h>

#include "draft.h"
#include "room.h"

static const char *const verb_names[] = {
	[SCD_MERGE_ADDED] = "added",
	[SCD_MERGE_WIDENED] = "widened",
	[SCD_MERGE_REPLACED] = "replaced",
	[SCD_MERGE_REMOVED] = "removed",
};

/* A rule of some input. */
struct source {
	const struct scd_profile_rule *rule;
	size_t input;
	size_t order;  /* among all rules of all inputs */
	size_t leader; /* the first rule that says the same */
	uint32_t action;
};

/* A rule under one of its names. */
struct entry {
	const char *name;
	struct source *source;
	bool kept;
	bool alone; /* its place among the call's rules matters: not moved to the leader */
};

struct work {
	const struct scd_merge_input *inputs;
	struct source *sources;
	size_t source_count;
	struct entry *entries;
	size_t entry_count;
	struct scd_draft draft;
	struct scd_merged *merged;
	uint32_t default_action;
	struct scd_error *err;
};

static void work_done(struct work *work)
{
	free(work->sources);
	free(work->entries);
	scd_draft_done(&work->draft);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_conditions(const struct scmp_arg_cmp *a, const struct scmp_arg_cmp *b)
{
	const uint64_t x[] = { a->arg, (uint64_t)a->op, a->datum_a, a->datum_b };
	const uint64_t y[] = { b->arg, (uint64_t)b->op, b->datum_a, b->datum_b };
	int difference = 0;

	for (size_t i = 0; !difference && i < sizeof(x) / sizeof(x[0]); i++)
		difference = compare_numbers(x[i], y[i]);
	return difference;
}

/* 0: the same action under the same conditions. */
static int compare_meaning(const struct source *a, const struct source *b)
{
	int difference = compare_numbers(a->action, b->action);

	if (!difference)
		difference = compare_numbers(a->rule->arg_count, b->rule->arg_count);
	for (size_t i = 0; !difference && i < a->rule->arg_count; i++)
		difference = compare_conditions(&a->rule->args[i], &b->rule->args[i]);
	return difference;
}

static int by_meaning(const void *a, const void *b)
{
	const struct source *const *x = a, *const *y = b;
	int difference = compare_meaning(*x, *y);

	return difference ? difference : compare_numbers((*x)->order, (*y)->order);
}

static int by_call(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int difference = strcmp(x->name, y->name);

	return difference ? difference : compare_numbers(x->source->order, y->source->order);
}

static size_t count_names(const struct scd_profile_rule *rule)
{
	return rule->names ? rule->names->count : 0;
}

static int collect(struct work *work, size_t count)
{
	size_t sources = 0, entries = 0;

	for (size_t i = 0; i < count; i++) {
		const struct scd_profile *profile = work->inputs[i].profile;

		sources += profile->rule_count;
		for (size_t j = 0; j < profile->rule_count; j++)
			entries += count_names(&profile->rules[j]);
	}
	work->sources = calloc(sources + 1, sizeof(*work->sources));
	work->entries = calloc(entries + 1, sizeof(*work->entries));
	if (!work->sources || !work->entries)
		return scd_fail(work->err, SCD_E_NOMEM, 0, "merge %zu rules", sources);
	for (size_t i = 0; i < count; i++) {
		const struct scd_profile *profile = work->inputs[i].profile;

		for (size_t j = 0; j < profile->rule_count; j++) {
			const struct scd_profile_rule *rule = &profile->rules[j];
			struct source *source = &work->sources[work->source_count];

			*source = (struct source){ .rule = rule,
						   .input = i,
						   .order = work->source_count,
						   .leader = work->source_count,
						   .action = scd_profile_rule_action(rule) };
			work->source_count++;
			for (const struct scd_json_value *v = rule->names ? rule->names->child
									  : NULL;
			     v; v = v->next)
				work->entries[work->entry_count++] =
					(struct entry){ .name = v->string, .source = source };
		}
	}
	qsort(work->entries, work->entry_count, sizeof(*work->entries), by_call);
	return 0;
}

/* Rules that say the same are written once. */
static int find_leaders(struct work *work)
{
	auto_free struct source **sorted = calloc(work->source_count + 1, sizeof(struct source *));

	if (!sorted)
		return scd_fail(work->err, SCD_E_NOMEM, 0, "merge %zu rules", work->source_count);
	for (size_t i = 0; i < work->source_count; i++)
		sorted[i] = &work->sources[i];
	qsort(sorted, work->source_count, sizeof(struct source *), by_meaning);
	for (size_t i = 1; i < work->source_count; i++)
		if (compare_meaning(sorted[i - 1], sorted[i]) == 0)
			sorted[i]->leader = sorted[i - 1]->leader;
	return 0;
}

/* What one profile says of one call: its entries [first, end). */
struct word {
	size_t first, end;
	uint32_t action;
	bool mixed;	    /* several actions */
	bool unconditional; /* some rule has no conditions */
};

static struct word read_word(const struct work *work, size_t first, size_t call_end)
{
	const struct entry *entries = work->entries;
	struct word word = { .first = first,
			     .end = first,
			     .action = entries[first].source->action };

	for (;
	     word.end < call_end && entries[word.end].source->input == entries[first].source->input;
	     word.end++) {
		word.mixed |= entries[word.end].source->action != word.action;
		word.unconditional |= entries[word.end].source->rule->arg_count == 0;
	}
	return word;
}

static int add_step(struct work *work, struct scd_merge_step step)
{
	struct scd_merged *merged = work->merged;
	void *steps = merged->steps;

	if (!scd_room_for_one(&steps, merged->step_count, &merged->step_cap, sizeof(step)))
		return scd_fail(work->err, SCD_E_NOMEM, 0, "%zu decisions", merged->step_count);
	merged->steps = steps;
	merged->steps[merged->step_count++] = step;
	return 0;
}

static int add_call_step(struct work *work, const struct entry *entry, enum scd_merge_verb verb,
			 uint32_t from, uint32_t to)
{
	return add_step(work, (struct scd_merge_step){ .verb = verb,
						       .input = entry->source->input,
						       .name = entry->name,
						       .from = from,
						       .to = to });
}

static void keep(struct work *work, const struct word *word)
{
	for (size_t i = word->first; i < word->end; i++) {
		work->entries[i].kept = true;
		work->entries[i].alone = word->mixed;
	}
}

static void drop(struct work *work, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		work->entries[i].kept = false;
}

/* Of kept rules of one action: an unconditional one says it all. */
static void swallow(struct work *work, size_t first, size_t end)
{
	size_t whole = end;

	for (size_t i = first; whole == end && i < end; i++)
		if (work->entries[i].kept && work->entries[i].source->rule->arg_count == 0)
			whole = i;
	if (whole == end)
		return;
	drop(work, first, end);
	work->entries[whole].kept = true;
}

/* Whether some rule of @word is not among the kept ones of [first, word->first). */
static bool says_more(const struct work *work, size_t first, const struct word *word)
{
	for (size_t i = word->first; i < word->end; i++) {
		bool known = false;

		for (size_t j = first; !known && j < word->first; j++)
			known = work->entries[j].kept &&
				compare_meaning(work->entries[i].source, work->entries[j].source) ==
					0;
		if (!known)
			return true;
	}
	return false;
}

/* Whether @word says what the kept entries of [first, word->first) say, rule by rule. */
static bool repeats(const struct work *work, size_t first, const struct word *word)
{
	size_t at = word->first;

	for (size_t i = first; i < word->first; i++) {
		if (!work->entries[i].kept)
			continue;
		if (at == word->end ||
		    compare_meaning(work->entries[i].source, work->entries[at].source) != 0)
			return false;
		at++;
	}
	return at == word->end;
}

/* What all profiles before said of the call so far. */
struct so_far {
	size_t first;
	bool any, mixed, unconditional;
	uint32_t action;
};

static int join_word(struct work *work, struct so_far *so_far, const struct word *word)
{
	const struct entry *entry = &work->entries[word->first];
	const bool is_default = !word->mixed && word->action == work->default_action;
	const bool same =
		so_far->any && !so_far->mixed && !word->mixed && so_far->action == word->action;
	int rc = 0;

	if (same) {
		if (!is_default && !so_far->unconditional && says_more(work, so_far->first, word))
			rc = add_call_step(work, entry, SCD_MERGE_WIDENED, word->action,
					   word->action);
		keep(work, word);
		so_far->unconditional |= word->unconditional;
		if (so_far->unconditional)
			swallow(work, so_far->first, word->end);
		return rc;
	}
	if (so_far->any && repeats(work, so_far->first, word))
		return 0;
	if (entry->source->input > 0 && !so_far->any && !is_default)
		rc = add_call_step(work, entry, SCD_MERGE_ADDED, work->default_action,
				   word->action);
	else if (so_far->any)
		rc = add_call_step(work, entry, is_default ? SCD_MERGE_REMOVED : SCD_MERGE_REPLACED,
				   so_far->action, word->action);
	drop(work, so_far->first, word->first);
	keep(work, word);
	if (!word->mixed && word->unconditional)
		swallow(work, word->first, word->end);
	*so_far = (struct so_far){ so_far->first, true, word->mixed, word->unconditional,
				   word->action };
	return rc;
}

/* Decides for every call which rules stay. */
static int decide(struct work *work)
{
	size_t end;

	for (size_t first = 0; first < work->entry_count; first = end) {
		struct so_far so_far = { .first = first };

		for (end = first + 1;
		     end < work->entry_count &&
		     strcmp(work->entries[end].name, work->entries[first].name) == 0;)
			end++;
		for (size_t at = first; at < end;) {
			const struct word word = read_word(work, at, end);

			if (join_word(work, &so_far, &word) < 0)
				return -1;
			at = word.end;
		}
	}
	return 0;
}

/* The text of a rule's conditions, in the input that it comes from. */
static void copy_args(const struct work *work, const struct source *source,
		      struct scd_draft_rule *to)
{
	const struct scd_json_value *args = scd_json_get(source->rule->at, "args");

	if (source->rule->arg_count == 0 || !args)
		return;
	to->args = work->inputs[source->input].text + args->at;
	to->args_len = args->end - args->at;
}

static int write_rules(struct work *work)
{
	for (size_t i = 0; i < work->source_count; i++) {
		const struct source *source = &work->sources[i];
		struct scd_draft_rule *to = scd_draft_add(&work->draft, work->err);

		if (!to)
			return -1;
		to->action = source->rule->action->name;
		to->has_errno = source->rule->has_errno;
		to->errno_ret = source->rule->errno_ret;
		copy_args(work, source, to);
	}
	for (size_t i = 0; i < work->entry_count; i++) {
		const struct entry *entry = &work->entries[i];
		size_t at = entry->alone ? entry->source->order : entry->source->leader;

		if (entry->kept &&
		    scd_words_add(&work->draft.rules[at].names, entry->name, work->err) < 0)
			return -1;
	}
	return 0;
}

/* Something in the head that number @input brings; what the base has is no decision. */
static int add_head_step(struct work *work, enum scd_merge_verb verb, size_t input, const char *key,
			 const char *name)
{
	if (input == 0)
		return 0;
	return add_step(work, (struct scd_merge_step){
				      .verb = verb, .input = input, .key = key, .name = name });
}

/* The words of a list that are not there yet. */
static int add_words(struct work *work, size_t input, const struct scd_json_value *list,
		     struct scd_words *words)
{
	for (const struct scd_json_value *v = list ? list->child : NULL; v; v = v->next)
		if (!scd_words_have(words, v->string) &&
		    (add_head_step(work, SCD_MERGE_ADDED, input, list->key, v->string) < 0 ||
		     scd_words_add(words, v->string, work->err) < 0))
			return -1;
	return 0;
}

static int set_default_errno(struct work *work, size_t input, uint64_t number)
{
	struct scd_draft *draft = &work->draft;
	const uint32_t kind = work->default_action & 0xffff0000U;
	const uint32_t from = work->default_action, to = kind | (uint32_t)(number & 0xffff);

	draft->has_default_errno = true;
	draft->default_errno = number;
	work->default_action = to;
	if (input == 0 || from == to)
		return 0;
	return add_step(work, (struct scd_merge_step){ .verb = SCD_MERGE_REPLACED,
						       .input = input,
						       .key = "defaultErrnoRet",
						       .from = from,
						       .to = to });
}

static int set_listener(struct work *work, size_t input, const char *path)
{
	struct scd_draft *draft = &work->draft;
	const char *before = draft->listener_path;

	draft->listener_path = path;
	if (before && strcmp(before, path) == 0)
		return 0;
	return add_head_step(work, before ? SCD_MERGE_REPLACED : SCD_MERGE_ADDED, input,
			     "listenerPath", path);
}

static int write_head(struct work *work, size_t count)
{
	struct scd_draft *draft = &work->draft;
	const struct scd_profile *base = work->inputs[0].profile;

	draft->default_action = base->default_action->name;
	work->default_action = scd_profile_default_action(base);
	for (size_t i = 0; i < count; i++) {
		const struct scd_profile *profile = work->inputs[i].profile;
		const struct scd_json_value *metadata =
			scd_json_get(profile->root, "listenerMetadata");

		if (metadata && metadata->type == SCD_JSON_STRING)
			draft->listener_metadata = metadata->string;
		if ((profile->has_default_errno &&
		     set_default_errno(work, i, profile->default_errno) < 0) ||
		    (profile->listener_path &&
		     set_listener(work, i, profile->listener_path->string) < 0) ||
		    add_words(work, i, scd_json_get(profile->root, "architectures"),
			      &draft->archs) < 0 ||
		    add_words(work, i, profile->flags, &draft->flags) < 0)
			return -1;
	}
	return 0;
}

static int check_defaults(const struct scd_merge_input *inputs, size_t count, struct scd_error *err)
{
	const struct scd_action *first = inputs[0].profile->default_action;

	for (size_t i = 1; i < count; i++) {
		const struct scd_action *other = inputs[i].profile->default_action;

		if (other->value != first->value)
			return scd_fail(err, SCD_E_CONFIG, 0,
					"default actions differ: %s in %.70s, %s in %.70s; what "
					"neither names cannot be both",
					first->name, inputs[0].name, other->name, inputs[i].name);
	}
	return 0;
}

int scd_merge(const struct scd_merge_input *inputs, size_t count, struct scd_merged *merged,
	      struct scd_error *err)
{
	SCD_CLEANUP(work_done)
	struct work work = { .inputs = inputs, .merged = merged, .err = err };

	if (check_defaults(inputs, count, err) < 0 || write_head(&work, count) < 0 ||
	    collect(&work, count) < 0 || find_leaders(&work) < 0 || decide(&work) < 0 ||
	    write_rules(&work) < 0)
		return -1;
	return scd_draft_print(&work.draft, &merged->text, &merged->len, err);
}

const char *scd_merge_verb_name(enum scd_merge_verb verb)
{
	return verb_names[verb];
}

void scd_merged_done(struct scd_merged *merged)
{
	free(merged->text);
	free(merged->steps);
	*merged = (struct scd_merged){ 0 };
}

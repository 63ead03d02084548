/* SPDX-License-Identifier: MIT */
#include "draft.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "room.h"
#include "text.h"

int scd_words_add(struct scd_words *words, const char *word, struct scd_error *err)
{
	void *items = words->items;

	if (!scd_room_for_one(&items, words->count, &words->cap, sizeof(word)))
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu words", words->count);
	words->items = items;
	words->items[words->count++] = word;
	return 0;
}

bool scd_words_have(const struct scd_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

static int compare_words(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

void scd_words_sort(struct scd_words *words)
{
	size_t kept = 0;

	if (words->count < 2)
		return;
	qsort(words->items, words->count, sizeof(const char *), compare_words);
	for (size_t i = 0; i < words->count; i++)
		if (kept == 0 || strcmp(words->items[kept - 1], words->items[i]) != 0)
			words->items[kept++] = words->items[i];
	words->count = kept;
}

struct scd_draft_rule *scd_draft_add(struct scd_draft *draft, struct scd_error *err)
{
	void *rules = draft->rules;

	if (!scd_room_for_one(&rules, draft->count, &draft->cap, sizeof(*draft->rules))) {
		(void)scd_fail(err, SCD_E_NOMEM, 0, "%zu rules", draft->count);
		return NULL;
	}
	draft->rules = rules;
	draft->rules[draft->count] = (struct scd_draft_rule){ 0 };
	return &draft->rules[draft->count++];
}

/* Begins a member. Every member is followed by a comma; the last comma is taken back. */
static void put_key(struct scd_buf *out, const char *key)
{
	scd_buf_printf(out, "\"%s\":", key);
}

static void put_string(struct scd_buf *out, const char *text)
{
	scd_buf_putc(out, '"');
	scd_text_json(out, text, strlen(text));
	scd_buf_puts(out, "\",");
}

static void put_member(struct scd_buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	put_key(out, key);
	put_string(out, text);
}

static void put_number(struct scd_buf *out, const char *key, bool has, uint64_t number)
{
	if (has)
		scd_buf_printf(out, "\"%s\":%" PRIu64 ",", key, number);
}

/* In place of the comma after the last member. */
static void put_end(struct scd_buf *out, char bracket)
{
	if (!out->failed && out->len > 0 && out->data[out->len - 1] == ',')
		out->data[out->len - 1] = bracket;
	else
		scd_buf_putc(out, bracket);
}

static void put_words(struct scd_buf *out, const char *key, const struct scd_words *words)
{
	if (words->count == 0)
		return;
	put_key(out, key);
	scd_buf_putc(out, '[');
	for (size_t i = 0; i < words->count; i++)
		put_string(out, words->items[i]);
	put_end(out, ']');
	scd_buf_putc(out, ',');
}

static void put_rule(struct scd_buf *out, const struct scd_draft_rule *rule)
{
	scd_buf_putc(out, '{');
	put_member(out, "comment", rule->comment);
	put_words(out, "names", &rule->names);
	put_member(out, "action", rule->action);
	put_number(out, "errnoRet", rule->has_errno, rule->errno_ret);
	if (rule->args) {
		put_key(out, "args");
		scd_buf_add(out, rule->args, rule->args_len);
		scd_buf_putc(out, ',');
	}
	put_end(out, '}');
	scd_buf_putc(out, ',');
}

static void put_draft(struct scd_buf *out, const struct scd_draft *draft)
{
	scd_buf_putc(out, '{');
	put_member(out, "defaultAction", draft->default_action);
	put_number(out, "defaultErrnoRet", draft->has_default_errno, draft->default_errno);
	put_words(out, "architectures", &draft->archs);
	put_words(out, "flags", &draft->flags);
	put_member(out, "listenerPath", draft->listener_path);
	put_member(out, "listenerMetadata", draft->listener_metadata);
	put_key(out, "syscalls");
	scd_buf_putc(out, '[');
	for (size_t i = 0; i < draft->count; i++)
		if (draft->rules[i].names.count > 0)
			put_rule(out, &draft->rules[i]);
	put_end(out, ']');
	put_end(out, '}');
}

static int too_large(const struct scd_buf *buf, struct scd_error *err)
{
	if (buf->no_memory)
		return scd_fail(err, SCD_E_NOMEM, 0, "write a profile");
	return scd_fail(err, SCD_E_TOO_LARGE, 0, "the profile is over %zu bytes", SCD_PROFILE_MAX);
}

int scd_draft_print(const struct scd_draft *draft, char **text, size_t *len, struct scd_error *err)
{
	auto_buf struct scd_buf raw = scd_buf_init(SCD_PROFILE_MAX);
	auto_buf struct scd_buf out = scd_buf_init(SCD_PROFILE_MAX);
	auto_json struct scd_json json = { 0 };

	put_draft(&raw, draft);
	if (raw.failed)
		return too_large(&raw, err);
	if (scd_json_parse(raw.data, raw.len, &json, err) < 0)
		return -1;
	if (!scd_json_root(&json))
		return scd_fail(err, SCD_E_CORRUPT, 0, "write a profile: %s", json.faults[0].msg);
	if (scd_canon_print(&json, raw.data, &out, err) < 0)
		return -1;
	if (out.failed)
		return too_large(&out, err);
	*len = out.len;
	*text = scd_buf_take(&out);
	return 0;
}

void scd_draft_done(struct scd_draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		free(draft->rules[i].names.items);
	free(draft->rules);
	free(draft->archs.items);
	free(draft->flags.items);
	*draft = (struct scd_draft){ 0 };
}

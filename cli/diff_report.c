/* SPDX-License-Identifier: MIT */
#include "diff_report.h"

#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "meaning.h"

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

#define BODY_MAX ((size_t)4 << 20)
#define NAME_WIDTH 22

static bool counts(const struct scd_diff_style *style, const struct scd_difference *d)
{
	return !style->ceiling || scd_change_exceeds(d->before, d->after);
}

static void add_change(struct scd_buf *out, const struct scd_difference *d, bool color)
{
	static const char *const colors[] = { GREEN, YELLOW, RED };
	static const char signs[] = { '+', '~', '-' };
	const int direction = scd_change_direction(d->before, d->after) + 1;
	char before[SCD_ACTION_BRIEF_SIZE], after[SCD_ACTION_BRIEF_SIZE], number[64];
	const char *name = d->name;

	if (d->kind == SCD_DIFFERS_NUMBERS) {
		(void)snprintf(number, sizeof(number), "calls without a name, such as %d",
			       d->nr & 0x3fffffff);
		name = number;
	} else if (d->kind != SCD_DIFFERS_CALL) {
		name = d->kind == SCD_DIFFERS_ADDED ? "the architecture, now listed"
						    : "the architecture, no longer listed";
	}
	scd_buf_printf(out, "  %s%c %-*s %s → %s%s", color ? colors[direction] : "",
		       signs[direction], NAME_WIDTH, name, scd_action_brief(d->before, before),
		       scd_action_brief(d->after, after), color ? PLAIN : "");
	if (d->kind == SCD_DIFFERS_ADDED)
		scd_buf_puts(out, " and what else the profile says");
	if (d->when)
		scd_buf_printf(out, "  if %s", d->when);
	if (d->sampled)
		scd_buf_puts(out, "  (of the combinations that were tried)");
	scd_buf_putc(out, '\n');
}

int scd_diff_write(const struct scd_diff_style *style, struct scd_diff_section *section,
		   struct scd_error *err)
{
	auto_buf struct scd_buf out = scd_buf_init(BODY_MAX);

	for (size_t i = 0; i < section->comparison.count; i++)
		if (counts(style, &section->comparison.items[i]))
			add_change(&out, &section->comparison.items[i], style->color);
	scd_buf_puts(&out, "");
	section->body = scd_buf_take(&out);
	return section->body ? 0 : scd_fail(err, SCD_E_NOMEM, 0, "differences");
}

/* "x86_64 and aarch64, with runc and crun": the sections that say the same as number @first. */
static void add_heading(const struct scd_diff_sections *sections, size_t first,
			struct scd_buf *archs, struct scd_buf *loaders)
{
	const struct scd_diff_section *head = &sections->items[first];

	for (size_t i = first; i < sections->count; i++) {
		const struct scd_diff_section *s = &sections->items[i];

		if (s->shown || strcmp(s->body, head->body) != 0)
			continue;
		if (s->loader == head->loader) {
			scd_buf_puts(archs, archs->len ? " and " : "");
			scd_arch_add_short_name(archs, s->arch);
		}
		if (s->arch == head->arch)
			scd_buf_printf(loaders, "%s%s", loaders->len ? " and " : "", s->loader);
	}
}

/* Marks what the heading of number @first covers: its architectures with its loaders. */
static void mark_shown(struct scd_diff_sections *sections, size_t first)
{
	const struct scd_diff_section *head = &sections->items[first];

	for (size_t i = first; i < sections->count; i++) {
		struct scd_diff_section *s = &sections->items[i];
		bool arch = false, loader = false;

		for (size_t k = first; k < sections->count; k++) {
			const struct scd_diff_section *t = &sections->items[k];
			const bool same = strcmp(t->body, head->body) == 0;

			arch |= same && t->arch == s->arch && t->loader == head->loader;
			loader |= same && t->arch == head->arch && t->loader == s->loader;
		}
		if (strcmp(s->body, head->body) == 0 && arch && loader)
			s->shown = true;
	}
}

/* ": 2 less restricted, 40 more": what a reviewer looks for comes first. */
static void add_counts(const struct scd_diff_style *style, const struct scd_diff_section *section,
		       struct scd_buf *out)
{
	static const struct {
		int direction;
		const char *words;
	} rows[] = { { 1, "less restricted" }, { -1, "more restricted" }, { 0, "fail otherwise" } };
	const char *separator = ": ";

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		size_t count = 0;

		for (size_t i = 0; i < section->comparison.count; i++) {
			const struct scd_difference *d = &section->comparison.items[i];

			count += counts(style, d) &&
				 scd_change_direction(d->before, d->after) == rows[r].direction;
		}
		if (count == 0)
			continue;
		scd_buf_printf(out, "%s%zu %s", separator, count, rows[r].words);
		separator = ", ";
	}
}

void scd_diff_print(const struct scd_diff_style *style, struct scd_diff_sections *sections,
		    const char *before, const char *after)
{
	bool titled = false;

	for (size_t i = 0; i < sections->count; i++) {
		auto_buf struct scd_buf archs = scd_buf_init(512), loaders = scd_buf_init(512);
		auto_buf struct scd_buf how_many = scd_buf_init(512);
		struct scd_diff_section *s = &sections->items[i];

		if (s->shown || !*s->body)
			continue;
		if (!titled)
			(void)printf("%s%s → %s%s\n", style->color ? BOLD : "", before, after,
				     style->color ? PLAIN : "");
		titled = true;
		add_heading(sections, i, &archs, &loaders);
		add_counts(style, s, &how_many);
		(void)printf("%s, with %s%s\n%s", scd_buf_text(&archs), scd_buf_text(&loaders),
			     scd_buf_text(&how_many), s->body);
		mark_shown(sections, i);
	}
	if (!titled && style->says_equal)
		(void)printf("%s%s → %s%s\nno difference in meaning\n", style->color ? BOLD : "",
			     before, after, style->color ? PLAIN : "");
}

static bool json_action(cJSON *object, const char *key, uint32_t action)
{
	const struct scd_action *row = scd_action_of(action);
	cJSON *inner = cJSON_AddObjectToObject(object, key);
	const char *name = scd_errno_name(action & 0xffff);

	if (!inner || !cJSON_AddStringToObject(inner, "action", row ? row->name : "unknown"))
		return false;
	if (!row || !row->takes_errno)
		return true;
	return cJSON_AddNumberToObject(inner, "errno", action & 0xffff) &&
	       (!name || cJSON_AddStringToObject(inner, "errnoName", name));
}

static bool json_difference(cJSON *list, const struct scd_diff_section *section,
			    const struct scd_difference *d)
{
	static const char *const kinds[] = { "syscall", "unnamed", "architecture-added",
					     "architecture-removed" };
	static const char *const directions[] = { "stricter", "other", "weaker" };
	auto_buf struct scd_buf arch = scd_buf_init(64);
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	scd_arch_add_short_name(&arch, section->arch);
	return cJSON_AddStringToObject(object, "architecture", scd_buf_text(&arch)) &&
	       cJSON_AddStringToObject(object, "ociRuntime", section->loader) &&
	       cJSON_AddStringToObject(object, "kind", kinds[d->kind]) &&
	       (!*d->name || cJSON_AddStringToObject(object, "syscall", d->name)) &&
	       cJSON_AddNumberToObject(object, "number", d->nr) &&
	       (!d->when || cJSON_AddStringToObject(object, "when", d->when)) &&
	       (!d->sampled || cJSON_AddTrueToObject(object, "sampled")) &&
	       json_action(object, "old", d->before) && json_action(object, "new", d->after) &&
	       cJSON_AddStringToObject(object, "change",
				       directions[scd_change_direction(d->before, d->after) + 1]);
}

cJSON *scd_diff_json_pair(cJSON *profiles, const char *before, const char *after)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(profiles, object)) {
		cJSON_Delete(object);
		return NULL;
	}
	if ((before && !cJSON_AddStringToObject(object, "old", before)) ||
	    (after && !cJSON_AddStringToObject(object, "new", after)))
		return NULL;
	return object;
}

bool scd_diff_json(const struct scd_diff_style *style, const struct scd_diff_sections *sections,
		   cJSON *pair)
{
	cJSON *list = cJSON_AddArrayToObject(pair, "differences");

	for (size_t i = 0; list && i < sections->count; i++) {
		const struct scd_diff_section *section = &sections->items[i];

		for (size_t k = 0; k < section->comparison.count; k++)
			if (counts(style, &section->comparison.items[k]) &&
			    !json_difference(list, section, &section->comparison.items[k]))
				return false;
	}
	return list;
}

void scd_diff_sections_done(struct scd_diff_sections *sections)
{
	for (size_t i = 0; i < sections->count; i++) {
		scd_comparison_done(&sections->items[i].comparison);
		free(sections->items[i].body);
	}
}

/* SPDX-License-Identifier: MIT */
/* The rows of the state file; its text is in ledger_text.c. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "sorted.h"

static int compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct scd_owned *)row)->name);
}

/* The place of @name: where it is, or where it belongs. */
static size_t place_of(const struct scd_ledger *ledger, const char *name)
{
	return scd_sorted_place(name, ledger->files, ledger->count, sizeof(ledger->files[0]),
				compare);
}

struct scd_owned *scd_ledger_find(const struct scd_ledger *ledger, const char *name)
{
	size_t at = place_of(ledger, name);

	if (at == ledger->count || strcmp(ledger->files[at].name, name) != 0)
		return NULL;
	return &ledger->files[at];
}

struct scd_owned *scd_ledger_add(struct scd_ledger *ledger, const char *name)
{
	const size_t at = place_of(ledger, name);
	struct scd_owned *row = scd_ledger_find(ledger, name), *bigger;
	auto_free char *copy = NULL;

	if (row)
		return row;
	copy = strdup(name);
	bigger = reallocarray(ledger->files, ledger->count + 1, sizeof(*bigger));
	if (bigger)
		ledger->files = bigger;
	if (!copy || !bigger)
		return NULL;

	row = &bigger[at];
	memmove(row + 1, row, (ledger->count - at) * sizeof(*row));
	*row = (struct scd_owned){ .name = copy };
	copy = NULL;
	ledger->count++;
	return row;
}

void scd_ledger_remove(struct scd_ledger *ledger, const char *name)
{
	struct scd_owned *row = scd_ledger_find(ledger, name);

	if (!row)
		return;
	free(row->name);
	ledger->count--;
	memmove(row, row + 1, (size_t)(ledger->files + ledger->count - row) * sizeof(*row));
}

static size_t dir_place(const struct scd_ledger *ledger, const char *path)
{
	size_t at = 0;

	while (at < ledger->dir_count && strcmp(ledger->dirs[at], path) < 0)
		at++;
	return at;
}

bool scd_ledger_has_dir(const struct scd_ledger *ledger, const char *path)
{
	size_t at = dir_place(ledger, path);

	return at < ledger->dir_count && strcmp(ledger->dirs[at], path) == 0;
}

static void move_last_dir_to(struct scd_ledger *ledger, size_t at)
{
	char *last = ledger->dirs[ledger->dir_count - 1];

	memmove(ledger->dirs + at + 1, ledger->dirs + at,
		(ledger->dir_count - 1 - at) * sizeof(ledger->dirs[0]));
	ledger->dirs[at] = last;
}

int scd_ledger_add_dir(struct scd_ledger *ledger, const char *path)
{
	size_t at = dir_place(ledger, path);
	char **bigger;

	if (scd_ledger_has_dir(ledger, path))
		return 0;
	bigger = reallocarray(ledger->dirs, ledger->dir_count + 1, sizeof(*bigger));
	if (!bigger)
		return -1;
	ledger->dirs = bigger;

	bigger[ledger->dir_count] = strdup(path);
	if (!bigger[ledger->dir_count])
		return -1;
	ledger->dir_count++;
	move_last_dir_to(ledger, at);
	return 0;
}

void scd_ledger_remove_dir(struct scd_ledger *ledger, const char *path)
{
	size_t at = dir_place(ledger, path);

	if (!scd_ledger_has_dir(ledger, path))
		return;
	free(ledger->dirs[at]);
	ledger->dir_count--;
	memmove(ledger->dirs + at, ledger->dirs + at + 1,
		(ledger->dir_count - at) * sizeof(ledger->dirs[0]));
}

void scd_ledger_done(struct scd_ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++)
		free(ledger->files[i].name);
	for (size_t i = 0; i < ledger->dir_count; i++)
		free(ledger->dirs[i]);
	free(ledger->files);
	free(ledger->dirs);
	*ledger = (struct scd_ledger){ 0 };
}

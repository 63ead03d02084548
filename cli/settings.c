/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bounds.h"
#include "fsio.h"

/* The directory that an input is in, without links; false when there is none. */
static bool directory_of(const struct scd_input *input, char directory[PATH_MAX])
{
	const bool is_stdin = strcmp(input->file, SCD_STDIN_OPERAND) == 0;
	const char *slash = strrchr(input->path, '/');
	auto_free char *parent = NULL;

	if (is_stdin || !slash)
		parent = strdup(".");
	else
		parent = strndup(input->path,
				 slash == input->path ? 1 : (size_t)(slash - input->path));
	return parent && realpath(parent, directory);
}

static bool has(const char *directory, const char *entry)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", directory, entry) < (int)sizeof(path) &&
	       lstat(path, &st) == 0;
}

/* To the directory above; false at the top. */
static bool go_up(char *directory)
{
	char *slash = strrchr(directory, '/');

	if (!slash || !directory[1])
		return false;
	slash[slash == directory] = '\0';
	return true;
}

static bool in_repository(const char *directory)
{
	char at[PATH_MAX];

	(void)snprintf(at, sizeof(at), "%s", directory);
	do
		if (has(at, ".git"))
			return true;
	while (go_up(at));
	return false;
}

/* The directory of the nearest file of settings, in place of @directory; false: there is none. */
static bool find_file(const struct scd_input *input, char *directory)
{
	const bool repository = in_repository(directory);
	size_t levels = input->depth;

	for (;;) {
		if (has(directory, SCD_SETTINGS_FILE))
			return true;
		if (repository ? has(directory, ".git") : levels == 0)
			return false;
		levels -= levels > 0;
		if (!go_up(directory))
			return false;
	}
}

static const struct scd_settings *add(struct scd_settings_cache *cache, const char *file,
				      const char *text, size_t len, struct scd_error *err)
{
	auto_free struct scd_settings *settings = calloc(1, sizeof(*settings));
	auto_free char *name = file ? strdup(file) : NULL;
	struct scd_settings **items;

	items = reallocarray(cache->items, cache->count + 1, sizeof(struct scd_settings *));
	if (items)
		cache->items = items;
	if (!items || !settings || (file && !name)) {
		(void)scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
		return NULL;
	}
	if (cache->load(cache->context, name, text, len, settings, err) < 0) {
		scd_strings_done(&settings->exclude);
		return NULL;
	}
	settings->file = name;
	name = NULL;
	items[cache->count] = settings;
	settings = NULL; /* the cache's now */
	return items[cache->count++];
}

static const struct scd_settings *known(const struct scd_settings_cache *cache, const char *file)
{
	for (size_t i = 0; i < cache->count; i++) {
		const char *have = cache->items[i]->file;

		if (file && have ? strcmp(file, have) == 0 : !file && !have)
			return cache->items[i];
	}
	return NULL;
}

static const struct scd_settings *read_settings(struct scd_settings_cache *cache, const char *file,
						struct scd_error *err)
{
	auto_free char *text = NULL;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, file, false, SCD_CONFIG_MAX, &text, &len, err) < 0)
		return NULL;
	return add(cache, file, text, len, err);
}

/* The settings of @file, or, when that is NULL, without a file. */
static const struct scd_settings *settings_from(struct scd_settings_cache *cache, const char *file,
						struct scd_error *err)
{
	const struct scd_settings *settings = known(cache, file);

	if (settings)
		return settings;
	return file ? read_settings(cache, file, err) : add(cache, NULL, "", 0, err);
}

const struct scd_settings *scd_settings_of(void *settings_cache, const struct scd_input *input,
					   struct scd_error *err)
{
	struct scd_settings_cache *cache = settings_cache;
	char directory[PATH_MAX], file[PATH_MAX + sizeof(SCD_SETTINGS_FILE) + 1];
	const struct scd_settings *settings;

	/* What has no directory cannot be read either; that is for others to say. */
	if (!directory_of(input, directory))
		return settings_from(cache, NULL, err);
	if (cache->last && strcmp(cache->last_directory, directory) == 0)
		return cache->last;
	free(cache->last_directory);
	cache->last = NULL;
	cache->last_directory = strdup(directory);
	if (!cache->last_directory) {
		(void)scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
		return NULL;
	}
	if (find_file(input, directory)) {
		(void)snprintf(file, sizeof(file), "%s/" SCD_SETTINGS_FILE,
			       directory[1] ? directory : "");
		settings = settings_from(cache, file, err);
	} else {
		settings = settings_from(cache, NULL, err);
	}
	cache->last = settings;
	return settings;
}

void scd_settings_done(struct scd_settings_cache *cache)
{
	for (size_t i = 0; i < cache->count; i++) {
		free(cache->items[i]->file);
		scd_strings_done(&cache->items[i]->exclude);
		free(cache->items[i]);
	}
	free(cache->items);
	free(cache->last_directory);
	*cache = (struct scd_settings_cache){ 0 };
}

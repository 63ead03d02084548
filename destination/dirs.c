/* SPDX-License-Identifier: MIT */
#include "dirs.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "disk.h"
#include "fsio.h"
#include "sorted.h"

#define DESTINATION ((size_t)0)

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct scd_dir *)a)->path, ((const struct scd_dir *)b)->path);
}

/* In order of path, each once, each knowing what it is in. */
static void sort(struct scd_dirs *dirs)
{
	size_t kept = 0;
	const char *base;

	qsort(dirs->items, dirs->count, sizeof(dirs->items[0]), compare_paths);
	for (size_t i = 0; i < dirs->count; i++)
		if (!kept || compare_paths(&dirs->items[kept - 1], &dirs->items[i]) != 0)
			dirs->items[kept++] = dirs->items[i];
	dirs->count = kept;
	for (size_t i = 1; i < kept; i++)
		dirs->items[i].parent = scd_dirs_of(dirs, dirs->items[i].path, &base);
}

static void append(struct scd_dirs *dirs, const char *path, size_t len, int fd)
{
	struct scd_dir *dir = &dirs->items[dirs->count++];

	dir->path = dirs->text + dirs->text_len;
	dir->fd = fd;
	memcpy(dir->path, path, len);
	dirs->text_len += len + 1; /* its NUL is there already */
}

/* Adds what of @path ends before a slash, and @path itself when it is @whole. */
static void append_prefixes(struct scd_dirs *dirs, const char *path, bool whole)
{
	for (const char *end = path; *end; end++)
		if (end[1] == '/' || (!end[1] && whole))
			append(dirs, path, (size_t)(end + 1 - path), -1);
}

int scd_dirs_init(struct scd_dirs *dirs, int destination, const char *const *names,
		  size_t name_count, char *const *paths, size_t path_count)
{
	size_t bytes = 1;

	*dirs = (struct scd_dirs){ 0 };
	for (size_t i = 0; i < name_count; i++)
		bytes += SCD_NAME_PARTS_MAX * (strlen(names[i]) + 1);
	for (size_t i = 0; i < path_count; i++)
		bytes += SCD_NAME_PARTS_MAX * (strlen(paths[i]) + 1);
	dirs->text = calloc(bytes, 1);
	dirs->items =
		calloc((name_count + path_count) * SCD_NAME_PARTS_MAX + 1, sizeof(dirs->items[0]));
	if (!dirs->text || !dirs->items)
		return -1;

	append(dirs, "", 0, destination);
	for (size_t i = 0; i < name_count; i++)
		append_prefixes(dirs, names[i], false);
	for (size_t i = 0; i < path_count; i++)
		append_prefixes(dirs, paths[i], true);
	sort(dirs);
	return 0;
}

/* The first @len bytes of @name. */
struct prefix {
	const char *name;
	size_t len;
};

static int compare_prefix(const void *key, const void *item)
{
	const struct prefix *prefix = key;
	const char *path = ((const struct scd_dir *)item)->path;
	int order = strncmp(prefix->name, path, prefix->len);

	return order == 0 && path[prefix->len] ? -1 : order;
}

size_t scd_dirs_of(const struct scd_dirs *dirs, const char *name, const char **base)
{
	const char *slash = strrchr(name, '/');
	const size_t len = slash ? (size_t)(slash - name) : 0;
	const struct prefix prefix = { name, len };
	size_t at;

	*base = slash ? slash + 1 : name;
	at = scd_sorted_place(&prefix, dirs->items, dirs->count, sizeof(dirs->items[0]),
			      compare_prefix);
	assert(at < dirs->count && compare_prefix(&prefix, &dirs->items[at]) == 0);
	return at;
}

/* Remembers that @index is open; over the limit the one opened longest ago is closed. */
static void keep_open(struct scd_dirs *dirs, size_t index)
{
	size_t *slot = &dirs->open[dirs->opened % SCD_DIRS_OPEN_MAX];

	if (dirs->opened >= SCD_DIRS_OPEN_MAX)
		scd_close_fd(&dirs->items[*slot].fd);
	*slot = index;
	dirs->opened++;
}

int scd_dirs_open(struct scd_dirs *dirs, size_t index)
{
	struct scd_dir *dir = &dirs->items[index];
	auto_close int fd = -1;
	struct scd_error err;

	if (dir->fd >= 0)
		return dir->fd;
	fd = scd_open_dir_beneath(dirs->items[DESTINATION].fd, dir->path, &err);
	if (fd < 0) {
		errno = err.sys;
		return -1;
	}
	if (scd_disk_check(fd, &err) < 0) {
		errno = err.code == SCD_E_INSECURE ? EPERM : ENOENT;
		return -1;
	}
	dir->fd = scd_take_fd(&fd);
	keep_open(dirs, index);
	return dir->fd;
}

/* The last component of a directory's path, in what it is in. */
static const char *base_of(const struct scd_dir *dir)
{
	const char *slash = strrchr(dir->path, '/');

	return slash ? slash + 1 : dir->path;
}

int scd_dirs_make(struct scd_dirs *dirs, size_t index)
{
	struct scd_dir *dir = &dirs->items[index];
	int parent;

	if (scd_dirs_open(dirs, index) >= 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	parent = scd_dirs_open(dirs, dir->parent);
	if (parent < 0)
		return -1;
	if (scd_disk_mkdir(parent, base_of(dir)) < 0)
		return errno == EEXIST ? 0 : -1; /* somebody was faster: it is theirs */
	dir->made = true;
	dirs->items[dir->parent].touched = true;
	return 0;
}

int scd_dirs_remove(struct scd_dirs *dirs, size_t index)
{
	struct scd_dir *dir = &dirs->items[index];
	int parent = scd_dirs_open(dirs, dir->parent);

	if (parent < 0 || scd_disk_rmdir(parent, base_of(dir)) < 0)
		return -1;
	dirs->items[dir->parent].touched = true;
	dir->touched = false;
	scd_close_fd(&dir->fd);
	return 0;
}

void scd_dirs_use(struct scd_dirs *dirs, size_t index)
{
	while (!dirs->items[index].used) {
		dirs->items[index].used = true;
		index = dirs->items[index].parent;
	}
}

void scd_dirs_done(struct scd_dirs *dirs)
{
	for (size_t i = DESTINATION + 1; i < dirs->count; i++)
		scd_close_fd(&dirs->items[i].fd);
	free(dirs->items);
	free(dirs->text);
	*dirs = (struct scd_dirs){ 0 };
}

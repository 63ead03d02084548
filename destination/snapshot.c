/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Least growth of the mapping. Pages never written to cost nothing. */
#define MAPPING_STEP ((size_t)256 << 10)

struct scd_source_file *scd_snapshot_add_file(struct scd_snapshot *snapshot, const char *name,
					      struct scd_error *err)
{
	auto_free char *copy = strdup(name);
	struct scd_source_file *files;

	files = reallocarray(snapshot->files, snapshot->count + 1, sizeof(*files));
	if (files)
		snapshot->files = files;
	if (!files || !copy) {
		(void)scd_fail(err, SCD_E_NOMEM, 0, "the list of files");
		return NULL;
	}
	files += snapshot->count++;
	*files = (struct scd_source_file){ .name = copy };
	copy = NULL; /* the snapshot's now */
	return files;
}

int scd_snapshot_add_dir(struct scd_snapshot *snapshot, const char *path, bool volume,
			 struct scd_error *err)
{
	auto_free char *copy = strdup(path);
	struct scd_source_dir *dirs;

	dirs = reallocarray(snapshot->dirs, snapshot->dir_count + 1, sizeof(*dirs));
	if (dirs)
		snapshot->dirs = dirs;
	if (!dirs || !copy)
		return scd_fail(err, SCD_E_NOMEM, 0, "the list of directories");
	dirs[snapshot->dir_count++] = (struct scd_source_dir){ .path = copy, .volume = volume };
	copy = NULL; /* the snapshot's now */
	return 0;
}

/* Makes room for @more bytes behind the texts. */
static int reserve(struct scd_snapshot *snapshot, size_t more, struct scd_error *err)
{
	size_t want = snapshot->bytes + more, size = 2 * snapshot->texts_size;
	void *texts;

	if (want <= snapshot->texts_size)
		return 0;
	if (size < want)
		size = want;
	size = (size + MAPPING_STEP - 1) / MAPPING_STEP * MAPPING_STEP;
	if (snapshot->texts)
		texts = mremap(snapshot->texts, snapshot->texts_size, size, MREMAP_MAYMOVE);
	else
		texts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
	if (texts == MAP_FAILED)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu bytes of texts", size);
	snapshot->texts = texts;
	snapshot->texts_size = size;
	return 0;
}

/* Gives back the whole pages from @bytes on. */
static void trim(struct scd_snapshot *snapshot, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t keep = (bytes + page - 1) / page * page;

	if (keep < snapshot->texts_size)
		(void)munmap(snapshot->texts + keep, snapshot->texts_size - keep);
	snapshot->texts_size = keep;
	if (keep == 0)
		snapshot->texts = NULL;
}

/* Reads to the end, or over SCD_PROFILE_MAX. 0, or -1 with @err; a read that
 * fails is *@sys. */
static int read_behind(struct scd_snapshot *snapshot, int fd, size_t expect, size_t *len, int *sys,
		       struct scd_error *err)
{
	size_t used = 0, room;
	ssize_t n;

	do {
		/* One byte more than expected, to see the end. */
		room = used <= expect ? expect + 1 - used : 4096;
		if (reserve(snapshot, used + room, err) < 0)
			return -1;
		n = read(fd, snapshot->texts + snapshot->bytes + used, room);
		if (n > 0)
			used += (size_t)n;
	} while ((n > 0 && used <= SCD_PROFILE_MAX) || (n < 0 && errno == EINTR));
	*sys = n < 0 ? errno : 0;
	*len = used;
	return 0;
}

int scd_snapshot_read_text(struct scd_snapshot *snapshot, struct scd_source_file *file, int fd,
			   struct scd_error *err)
{
	struct stat st;
	size_t len = 0;
	int sys = 0;

	if (fstat(fd, &st) < 0)
		sys = errno;
	else if ((uintmax_t)st.st_size > SCD_PROFILE_MAX)
		len = SCD_PROFILE_MAX + 1; /* not worth reading */
	else if (read_behind(snapshot, fd, (size_t)st.st_size, &len, &sys, err) < 0)
		return -1;

	if (sys != 0) {
		(void)scd_fail(&file->fault, SCD_E_SYSTEM, sys, "the file cannot be read");
		return 0;
	}
	if (len > SCD_PROFILE_MAX) {
		(void)scd_fail(&file->fault, SCD_E_TOO_LARGE, 0, "the file is over %zu bytes",
			       SCD_PROFILE_MAX);
		return 0;
	}
	if (len > SCD_SNAPSHOT_BYTES_MAX - snapshot->bytes)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "the profiles together are over %zu bytes",
				SCD_SNAPSHOT_BYTES_MAX);
	scd_sha256_hex(snapshot->texts + snapshot->bytes, len, file->sha256);
	file->len = len;
	snapshot->bytes += len;
	return 0;
}

/* Texts lie one after the other in the order of the files. */
static void point(struct scd_snapshot *snapshot)
{
	size_t at = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		struct scd_source_file *file = &snapshot->files[i];

		if (file->fault.code != SCD_OK)
			continue;
		file->text = snapshot->texts ? snapshot->texts + at : "";
		at += file->len;
	}
}

/* By name; of one name the first read first, as it lies lower in the mapping. */
static int compare_files(const void *a, const void *b)
{
	const struct scd_source_file *one = a, *two = b;
	int order = strcmp(one->name, two->name);

	if (order != 0)
		return order;
	return (one->text > two->text) - (one->text < two->text);
}

static void drop_doubles(struct scd_snapshot *snapshot)
{
	struct scd_source_file *files = snapshot->files;
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		if (i + 1 < snapshot->count && strcmp(files[i].name, files[i + 1].name) == 0)
			free(files[i].name);
		else
			files[kept++] = files[i];
	}
	snapshot->count = kept;
}

int scd_snapshot_seal(struct scd_snapshot *snapshot, struct scd_error *err)
{
	auto_free struct scd_digest_item *items = NULL;
	size_t sound = 0;

	items = calloc(snapshot->count + 1, sizeof(*items));
	if (!items)
		return scd_fail(err, SCD_E_NOMEM, 0, "the set digest");

	trim(snapshot, snapshot->bytes);
	if (snapshot->texts)
		(void)mprotect(snapshot->texts, snapshot->texts_size, PROT_READ);
	point(snapshot);
	if (snapshot->count > 0)
		qsort(snapshot->files, snapshot->count, sizeof(*snapshot->files), compare_files);
	drop_doubles(snapshot);

	for (size_t i = 0; i < snapshot->count; i++) {
		const struct scd_source_file *file = &snapshot->files[i];

		if (file->fault.code == SCD_OK)
			items[sound++] = (struct scd_digest_item){ file->name, file->sha256 };
	}
	scd_set_digest(items, sound, snapshot->digest);
	return 0;
}

const struct scd_source_file *scd_snapshot_find(const struct scd_snapshot *snapshot,
						const char *name)
{
	size_t low = 0, high = snapshot->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, snapshot->files[middle].name);

		if (order == 0)
			return &snapshot->files[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void scd_snapshot_drop_texts(struct scd_snapshot *snapshot)
{
	trim(snapshot, 0);
	for (size_t i = 0; i < snapshot->count; i++)
		snapshot->files[i].text = NULL;
}

void scd_snapshot_done(struct scd_snapshot *snapshot)
{
	trim(snapshot, 0);
	for (size_t i = 0; i < snapshot->count; i++)
		free(snapshot->files[i].name);
	for (size_t i = 0; i < snapshot->dir_count; i++)
		free(snapshot->dirs[i].path);
	free(snapshot->files);
	free(snapshot->dirs);
	*snapshot = (struct scd_snapshot){ 0 };
}

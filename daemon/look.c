/* SPDX-License-Identifier: MIT */
#include "look.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"

/* Looked at in one directory: what lies behind them is found by the resync. */
#define ENTRIES_MAX (2 * SCD_SNAPSHOT_FILES_MAX)

/* FNV-1a. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * HASH_PRIME;
	return hash;
}

/* The time of change moves with every write, rename, link and chmod. */
static uint64_t hash_entry(int dir, const char *name)
{
	uint64_t hash = mix(HASH_START, name, strlen(name));
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	hash = mix(hash, &st.st_ino, sizeof(st.st_ino));
	hash = mix(hash, &st.st_mode, sizeof(st.st_mode));
	hash = mix(hash, &st.st_size, sizeof(st.st_size));
	return mix(hash, &st.st_ctim, sizeof(st.st_ctim));
}

/* A sum, as the order of a listing means nothing. Takes the descriptor. */
static uint64_t hash_entries(int *fd)
{
	DIR *list = fdopendir(*fd);
	const struct dirent *entry;
	uint64_t sum = 0;

	if (!list)
		return 0;
	*fd = -1; /* the stream's now */
	for (size_t n = 0; n < ENTRIES_MAX && (entry = readdir(list)); n++)
		if (entry->d_name[0] != '.')
			sum += hash_entry(dirfd(list), entry->d_name);
	(void)closedir(list);
	return sum;
}

void scd_look_take(const char *path, struct scd_look *look)
{
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	*look = (struct scd_look){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	look->there = true;
	look->dev = st.st_dev;
	look->ino = st.st_ino;
	if (readlinkat(fd, SCD_DATA_LINK, look->target, sizeof(look->target) - 1) < 0) {
		look->target[0] = '\0';
		look->entries = hash_entries(&fd);
	}
}

bool scd_look_same_inode(const struct scd_look *a, const struct scd_look *b)
{
	return a->there && b->there && a->dev == b->dev && a->ino == b->ino;
}

/* SPDX-License-Identifier: MIT */
/*
 * One generation of the source directory, read whole into memory.
 *
 * The source is a kubelet volume (it holds ..data), a plain directory, or a plain
 * directory with volumes below it (one ConfigMap mounted at base/, another at
 * applications/). A volume is only ever read through its pinned ..data directory.
 */
#ifndef SCD_SOURCE_H
#define SCD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "digest.h"
#include "error.h"
#include "bounds.h"

/* One *.json below the source. */
struct scd_source_file {
	char *name; /* "base/web.json"; any bytes but NUL and '/' per component */
	const char
		*text; /* in the snapshot; NULL after scd_snapshot_drop_texts() or with a fault */
	size_t len;
	char sha256[SCD_SHA256_HEX]; /* "" with a fault */
	struct scd_error fault;	     /* SCD_OK, or why there is no text: BAD_NAME, NOT_REGULAR,
				      * TOO_LARGE, SYSTEM (unreadable) */
};

/* A directory that has to be watched to learn of the next generation. */
struct scd_source_dir {
	char *path;  /* relative to the source; "" is the source itself */
	bool volume; /* holds ..data: only that name matters */
};

struct scd_snapshot {
	struct scd_source_file *files; /* sorted by name (strcmp) */
	size_t count;
	size_t ignored; /* files whose name does not end in .json */
	size_t bytes;	/* of all texts */
	struct scd_source_dir *dirs;
	size_t dir_count;
	char digest[SCD_SHA256_HEX]; /* set digest of the files without a fault */
	char *texts;		     /* one mapping for all texts */
	size_t texts_size;
};

struct scd_source;

/**
 * scd_source_open() - remember where to read.
 * @path:   the source directory. Opened once here; links in @path are followed.
 * @source: set on success only; scd_source_close() it.
 *
 * Return: 0, or -1 with SCD_E_MISSING (no such directory), SCD_E_SYSTEM, SCD_E_NOMEM.
 */
int scd_source_open(const char *path, struct scd_source **source,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_source_read() - take a snapshot.
 * @snapshot: zeroed or done; set on success only; scd_snapshot_done() it.
 *
 * The texts are those of one generation of each volume: a swap in the middle
 * starts the reading anew, at most 20 times.
 *
 * Return: 0, or -1 with SCD_E_MISSING (a volume without ..data: keep everything, try
 * again), SCD_E_DETACHED (the mount's directory is gone: only a restart helps),
 * SCD_E_TOO_LARGE (over a limit of a snapshot: refused whole), SCD_E_BUSY (20
 * tries), SCD_E_SYSTEM, SCD_E_NOMEM.
 */
int scd_source_read(struct scd_source *source, struct scd_snapshot *snapshot,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Harmless on NULL. */
void scd_source_close(struct scd_source **source) SCD_NONNULL;

/* Gives the texts' memory back to the system; names and digests stay. */
void scd_snapshot_drop_texts(struct scd_snapshot *snapshot) SCD_NONNULL;

/* The file called @name, or NULL. */
const struct scd_source_file *scd_snapshot_find(const struct scd_snapshot *snapshot,
						const char *name) SCD_NONNULL;

void scd_snapshot_done(struct scd_snapshot *snapshot) SCD_NONNULL;

#define auto_snapshot SCD_CLEANUP(scd_snapshot_done)

#endif

/* SPDX-License-Identifier: MIT */
/* One generation of the source in memory: names, texts and what was wrong with them. */
#ifndef SCD_SNAPSHOT_H
#define SCD_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "digest.h"
#include "error.h"

/* One *.json below the source. */
struct scd_source_file {
	char *name;	  /* "base/web.json"; any bytes but NUL and '/' per component */
	const char *text; /* in the mapping; NULL with a fault or when dropped */
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
	size_t ignored; /* files not called *.json, and directories too deep to be read */
	size_t bytes;	/* of all texts */
	struct scd_source_dir *dirs;
	size_t dir_count;
	char digest[SCD_SHA256_HEX]; /* set digest of the files without a fault */
	char *texts;		     /* one mapping for all texts, read-only once sealed */
	size_t texts_size;
};

/*
 * Building one is the business of source: add files and directories to a zeroed
 * snapshot, then seal it. Until then the files stand in the order of reading and have
 * no text pointers, as the mapping moves while it grows.
 */

/* A file without a text so far: @fault is the caller's to set. NULL and SCD_E_NOMEM. */
struct scd_source_file *scd_snapshot_add_file(struct scd_snapshot *snapshot, const char *name,
					      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Reads the regular file @fd to its end as the text of @file, the one added last. What is
 * wrong with that one file (TOO_LARGE, SYSTEM) goes to @file->fault. 0, or -1 with
 * SCD_E_TOO_LARGE (over SCD_SNAPSHOT_BYTES_MAX) or SCD_E_NOMEM. */
int scd_snapshot_read_text(struct scd_snapshot *snapshot, struct scd_source_file *file, int fd,
			   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* 0, or -1 with SCD_E_NOMEM. */
int scd_snapshot_add_dir(struct scd_snapshot *snapshot, const char *path, bool volume,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Sorts, sets text pointers and the set digest, makes the texts read-only and gives back
 * what they did not need. Of two files of one name (a directory that changed while it was
 * listed) the one read last stays. 0, or -1 with SCD_E_NOMEM. */
int scd_snapshot_seal(struct scd_snapshot *snapshot,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Gives the texts' memory back to the system; names and digests stay. */
void scd_snapshot_drop_texts(struct scd_snapshot *snapshot) SCD_NONNULL;

/* The file called @name, or NULL. */
const struct scd_source_file *scd_snapshot_find(const struct scd_snapshot *snapshot,
						const char *name) SCD_NONNULL;

void scd_snapshot_done(struct scd_snapshot *snapshot) SCD_NONNULL;

#define auto_snapshot SCD_CLEANUP(scd_snapshot_done)

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The directories below the destination that a transaction has to do with, each opened
 * once, without following a link, and only used when nobody but us may write to it.
 * Private to install. What returns -1 sets errno.
 */
#ifndef SCD_DIRS_H
#define SCD_DIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* Descriptors kept open; more directories than that are opened again when needed. */
#define SCD_DIRS_OPEN_MAX 64

struct scd_dir {
	char *path;	/* "" is the destination itself */
	size_t parent;	/* index; of the destination its own */
	int fd;		/* -1: not open */
	bool announced; /* this transaction wrote into the state file that it makes it */
	bool made;	/* and made it */
	int sys;	/* errno of the attempt to make it, or 0 */
	bool used;	/* a profile is below it, or will be */
	bool touched;	/* its entries changed: has to be synced */
};

struct scd_dirs {
	struct scd_dir *items; /* sorted by path; the first is the destination */
	size_t count;
	char *text; /* the paths */
	size_t text_len;
	size_t open[SCD_DIRS_OPEN_MAX]; /* indices of open ones; the oldest is closed first */
	size_t opened;
};

/**
 * scd_dirs_init() - list the directories.
 * @dirs:        scd_dirs_done() it, whatever is returned.
 * @destination: its descriptor, which stays the caller's.
 * @names:       profiles: what they are in is listed.
 * @paths:       directories: they and what they are in are listed.
 *
 * Return: 0, or -1 when out of memory.
 */
int scd_dirs_init(struct scd_dirs *dirs, int destination, const char *const *names,
		  size_t name_count, char *const *paths, size_t path_count) SCD_MUST_CHECK;

/* The directory that the profile or directory @name is in; @base is set to its last component. */
size_t scd_dirs_of(const struct scd_dirs *dirs, const char *name, const char **base) SCD_NONNULL;

/* A descriptor, borrowed until the next call. EPERM: others may write there. */
int scd_dirs_open(struct scd_dirs *dirs, size_t index) SCD_NONNULL SCD_MUST_CHECK;

/* Makes the directory where it is missing; what it is in is there. */
int scd_dirs_make(struct scd_dirs *dirs, size_t index) SCD_NONNULL SCD_MUST_CHECK;

/* Removes the directory when it is empty. */
int scd_dirs_remove(struct scd_dirs *dirs, size_t index) SCD_NONNULL SCD_MUST_CHECK;

/* Marks the directory and all that it is in as used. */
void scd_dirs_use(struct scd_dirs *dirs, size_t index) SCD_NONNULL;

void scd_dirs_done(struct scd_dirs *dirs) SCD_NONNULL;

#endif

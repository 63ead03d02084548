/* SPDX-License-Identifier: MIT */
/* What a directory looks like from outside: what polling compares. Private to watch. */
#ifndef SCD_LOOK_H
#define SCD_LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

#define SCD_DATA_LINK "..data"

struct scd_look {
	bool there;
	dev_t dev;
	ino_t ino;
	char target[NAME_MAX + 1]; /* of ..data; "" without one */
	uint64_t entries;	   /* a sum over names, inodes, sizes, modes and times of what
				    * lies in it; of a volume 0, as its link says it all */
};

/* Never fails: what cannot be seen is not there. Hidden entries do not count. */
void scd_look_take(const char *path, struct scd_look *look) SCD_NONNULL;

bool scd_look_same_inode(const struct scd_look *a, const struct scd_look *b) SCD_NONNULL;

#endif

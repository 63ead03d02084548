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

#include "error.h"
#include "snapshot.h"

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

/* Its directory; the source's. */
int scd_source_fd(const struct scd_source *source) SCD_NONNULL;

/* Harmless on NULL. */
void scd_source_close(struct scd_source **source) SCD_NONNULL;

#endif

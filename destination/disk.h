/* SPDX-License-Identifier: MIT */
/*
 * The single steps of a transaction, each on one directory descriptor and a name of
 * one component: nothing here walks a path or follows a link. Private to install, but for
 * the names of temporary files.
 * What returns -1 without an scd_error sets errno.
 */
#ifndef SCD_DISK_H
#define SCD_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "plan.h"

#define SCD_LOCK_FILE ".seccompd.lock"

/* What changes the disk or makes it durable. */
enum scd_disk_step {
	SCD_STEP_CREATE,
	SCD_STEP_WRITE,
	SCD_STEP_CHMOD,
	SCD_STEP_FSYNC,
	SCD_STEP_RENAME,
	SCD_STEP_RENAME_NEW, /* RENAME_NOREPLACE */
	SCD_STEP_UNLINK,
	SCD_STEP_MKDIR,
	SCD_STEP_RMDIR
};

/* Called before every step; returns 0, or the errno to fail with. A test's way to count,
 * to fail, and to die at a step; NULL: none. */
void scd_disk_set_hook(int (*hook)(enum scd_disk_step step));

/* A directory that nobody but us may change, and that is still there. 0, or -1 with
 * SCD_E_DETACHED, SCD_E_INSECURE (the message says what to do), SCD_E_SYSTEM. */
int scd_disk_check(int dir, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Takes the lock of a destination, waiting at most @wait_ms. Closing the descriptor gives
 * it back. The file is never removed: a second process would lock another one. A
 * descriptor, or -1 with SCD_E_BUSY, SCD_E_NOT_REGULAR, SCD_E_SYSTEM. */
int scd_disk_lock(int destination, unsigned wait_ms, struct scd_error *err) SCD_MUST_CHECK;

/* Looks at what lies under @name. */
void scd_disk_observe(int dir, const char *name, struct scd_disk_file *seen) SCD_NONNULL;

/* A temporary file: its name can be no profile's. */
struct scd_temp {
	char name[32]; /* "": there is none */
	int fd;	       /* of a written one that is not synced; else -1 */
};

/* Is @name one that a temporary file gets? */
bool scd_temp_is_name(const char *name) SCD_NONNULL;

/* And one that a process with this @tag gives it? */
bool scd_temp_is_of(const char *name, uint32_t tag) SCD_NONNULL;

/* Writes one with @mode. @tag tells in its name who we are; 0: nobody in particular. On failure
 * nothing is left. */
int scd_temp_write(int dir, uint32_t tag, struct scd_temp *temp, const void *data, size_t len,
		   unsigned mode) SCD_NONNULL SCD_MUST_CHECK;

/* Makes its bytes durable and closes it. */
int scd_temp_sync(struct scd_temp *temp) SCD_NONNULL SCD_MUST_CHECK;

/* Gives it its name. @replace: whatever lies there goes; else EEXIST. */
int scd_temp_rename(int dir, struct scd_temp *temp, const char *name,
		    bool replace) SCD_NONNULL SCD_MUST_CHECK;

/* Removes it; harmless when there is none. */
void scd_temp_discard(int dir, struct scd_temp *temp) SCD_NONNULL;

/* Removes what an interrupted transaction left. The caller has the lock. */
void scd_temp_sweep(int dir);

/* Writes a whole file in one go: temporary file, sync, rename, sync of @dir. */
int scd_disk_replace(int dir, const char *name, const void *data, size_t len,
		     unsigned mode) SCD_NONNULL SCD_MUST_CHECK;

/* Sets the mode of a regular file with one link. */
int scd_disk_chmod(int dir, const char *name, unsigned mode) SCD_NONNULL SCD_MUST_CHECK;

int scd_disk_unlink(int dir, const char *name) SCD_NONNULL SCD_MUST_CHECK;
int scd_disk_rmdir(int dir, const char *name) SCD_NONNULL SCD_MUST_CHECK;
int scd_disk_sync_dir(int dir) SCD_MUST_CHECK;

/* Makes a directory with mode 0755, whatever the umask; or nothing. */
int scd_disk_mkdir(int dir, const char *name) SCD_NONNULL SCD_MUST_CHECK;

#endif

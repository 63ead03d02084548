/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "fsio.h"

#define TEMP_PREFIX ".seccompd.tmp."
#define TEMP_DIGITS 16
#define LOCK_POLL_MS 20U

static int (*step_hook)(enum scd_disk_step step);

void scd_disk_set_hook(int (*hook)(enum scd_disk_step step))
{
	step_hook = hook;
}

static int before(enum scd_disk_step step)
{
	int sys = step_hook ? step_hook(step) : 0;

	if (!sys)
		return 0;
	errno = sys;
	return -1;
}

int scd_disk_check(int dir, struct scd_error *err)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "stat the directory");
	if (st.st_nlink == 0)
		return scd_fail(err, SCD_E_DETACHED, 0, "the directory was removed under us");
	if (st.st_uid != geteuid())
		return scd_fail(err, SCD_E_INSECURE, 0,
				"the directory belongs to uid %u: chown it to %u, as whom we run",
				st.st_uid, geteuid());
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return scd_fail(err, SCD_E_INSECURE, 0,
				"the directory has mode %04o, so that others may write to it: "
				"chmod it to %04o",
				st.st_mode & 07777U, st.st_mode & 07755U);
	return 0;
}

/* 0 when locked, 1 when the time is over, -1 with errno. */
static int wait_for_lock(int fd, unsigned wait_ms)
{
	const struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000L };

	for (unsigned waited = 0;; waited += LOCK_POLL_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (waited >= wait_ms)
			return 1;
		(void)nanosleep(&pause, NULL);
	}
}

int scd_disk_lock(int destination, unsigned wait_ms, struct scd_error *err)
{
	auto_close int fd = -1;
	struct stat st;
	int waited;

	/* O_NONBLOCK: a FIFO of that name must not hold us up. */
	fd = openat(destination, SCD_LOCK_FILE,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '" SCD_LOCK_FILE "'");
	if (!S_ISREG(st.st_mode))
		return scd_fail(err, SCD_E_NOT_REGULAR, 0,
				"'" SCD_LOCK_FILE "' is not a regular file: remove it");
	waited = wait_for_lock(fd, wait_ms);
	if (waited < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "lock '" SCD_LOCK_FILE "'");
	if (waited > 0)
		return scd_fail(err, SCD_E_BUSY, 0,
				"another process held '" SCD_LOCK_FILE "' for %u ms", wait_ms);
	return scd_take_fd(&fd);
}

static void set_unreadable(struct scd_disk_file *seen, int sys)
{
	*seen = (struct scd_disk_file){ .kind = SCD_DISK_UNREADABLE, .sys = sys };
}

/* EMLINK: something else lies there, or a file with several links. */
static int open_regular(int dir, const char *name, struct stat *st)
{
	auto_close int fd = -1;

	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) < 0)
		return -1;
	if (!S_ISREG(st->st_mode) || st->st_nlink != 1) {
		errno = EMLINK;
		return -1;
	}
	return scd_take_fd(&fd);
}

/* A file that is longer than any profile has no digest. */
static void hash(int fd, const char *name, struct scd_disk_file *seen)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_fd(fd, name, SCD_PROFILE_MAX, &text, &len, &err) == 0)
		scd_sha256_hex(text, len, seen->sha256);
	else if (err.code != SCD_E_TOO_LARGE)
		set_unreadable(seen, err.code == SCD_E_NOMEM ? ENOMEM : err.sys);
}

void scd_disk_observe(int dir, const char *name, struct scd_disk_file *seen)
{
	auto_close int fd = -1;
	struct stat st;

	*seen = (struct scd_disk_file){ .kind = SCD_DISK_ABSENT };
	/* stat first: opening a device or a FIFO already does something to it. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			set_unreadable(seen, errno);
		return;
	}
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
		seen->kind = SCD_DISK_OTHER;
		return;
	}
	seen->kind = SCD_DISK_REGULAR;
	seen->mode = st.st_mode & 07777U;
	/* Without CAP_DAC_OVERRIDE uid 0 cannot read its own file of mode 0000 either. Its
	 * bytes are then unknown, which a repair puts right. */
	if (st.st_uid == geteuid() && !(st.st_mode & S_IRUSR))
		return;
	fd = open_regular(dir, name, &st);
	if (fd >= 0) {
		seen->mode = st.st_mode & 07777U;
		hash(fd, name, seen);
	} else if (errno == EMLINK || errno == ELOOP) { /* replaced since we looked */
		seen->kind = SCD_DISK_OTHER;
	} else {
		set_unreadable(seen, errno);
	}
}

static int create_temp(int dir, uint32_t tag, struct scd_temp *temp)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -1;
	(void)snprintf(temp->name, sizeof(temp->name), TEMP_PREFIX "%08" PRIx32 "%08" PRIx32, tag,
		       random);
	if (before(SCD_STEP_CREATE) < 0)
		return -1;
	return openat(dir, temp->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int scd_temp_write(int dir, uint32_t tag, struct scd_temp *temp, const void *data, size_t len,
		   unsigned mode)
{
	*temp = (struct scd_temp){ .fd = -1 };
	temp->fd = create_temp(dir, tag, temp);
	if (temp->fd < 0) {
		temp->name[0] = '\0';
		return -1;
	}
	if (before(SCD_STEP_WRITE) == 0 && scd_write_all(temp->fd, data, len) == 0 &&
	    before(SCD_STEP_CHMOD) == 0 && fchmod(temp->fd, mode) == 0)
		return 0;
	scd_temp_discard(dir, temp);
	return -1;
}

int scd_temp_sync(struct scd_temp *temp)
{
	int result = before(SCD_STEP_FSYNC) == 0 ? fsync(temp->fd) : -1, saved = errno;

	scd_close_fd(&temp->fd);
	errno = saved;
	return result;
}

/* Not every file system knows RENAME_NOREPLACE: then the look before has to do. */
static int rename_new(int dir, const char *from, const char *to)
{
	if (before(SCD_STEP_RENAME_NEW) == 0 &&
	    renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (faccessat(dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return before(SCD_STEP_RENAME) == 0 ? renameat(dir, from, dir, to) : -1;
}

int scd_temp_rename(int dir, struct scd_temp *temp, const char *name, bool replace)
{
	int result;

	if (replace)
		result = before(SCD_STEP_RENAME) == 0 ? renameat(dir, temp->name, dir, name) : -1;
	else
		result = rename_new(dir, temp->name, name);
	if (result == 0)
		temp->name[0] = '\0';
	return result;
}

void scd_temp_discard(int dir, struct scd_temp *temp)
{
	int saved = errno;

	scd_close_fd(&temp->fd);
	if (*temp->name)
		(void)!scd_disk_unlink(dir, temp->name); /* the sweep sees to the rest */
	temp->name[0] = '\0';
	errno = saved;
}

bool scd_temp_is_name(const char *name)
{
	const size_t prefix = sizeof(TEMP_PREFIX) - 1;

	return strncmp(name, TEMP_PREFIX, prefix) == 0 && strlen(name + prefix) == TEMP_DIGITS &&
	       strspn(name + prefix, "0123456789abcdef") == TEMP_DIGITS;
}

bool scd_temp_is_of(const char *name, uint32_t tag)
{
	char digits[9];

	(void)snprintf(digits, sizeof(digits), "%08" PRIx32, tag);
	return scd_temp_is_name(name) &&
	       strncmp(name + sizeof(TEMP_PREFIX) - 1, digits, sizeof(digits) - 1) == 0;
}

void scd_temp_sweep(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!list) {
		scd_close_fd(&fd);
		return;
	}
	while ((entry = readdir(list)))
		if (scd_temp_is_name(entry->d_name) &&
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			(void)!scd_disk_unlink(dir, entry->d_name);
	(void)closedir(list);
}

int scd_disk_replace(int dir, const char *name, const void *data, size_t len, unsigned mode)
{
	struct scd_temp temp;

	if (scd_temp_write(dir, 0, &temp, data, len, mode) < 0)
		return -1;
	if (scd_temp_sync(&temp) == 0 && scd_temp_rename(dir, &temp, name, true) == 0)
		return scd_disk_sync_dir(dir);
	scd_temp_discard(dir, &temp);
	return -1;
}

int scd_disk_chmod(int dir, const char *name, unsigned mode)
{
	auto_close int fd = -1;
	struct stat st;

	fd = open_regular(dir, name, &st);
	if (fd < 0 || before(SCD_STEP_CHMOD) < 0 || fchmod(fd, mode) < 0)
		return -1;
	return before(SCD_STEP_FSYNC) == 0 ? fsync(fd) : -1;
}

int scd_disk_unlink(int dir, const char *name)
{
	return before(SCD_STEP_UNLINK) == 0 ? unlinkat(dir, name, 0) : -1;
}

int scd_disk_rmdir(int dir, const char *name)
{
	return before(SCD_STEP_RMDIR) == 0 ? unlinkat(dir, name, AT_REMOVEDIR) : -1;
}

int scd_disk_sync_dir(int dir)
{
	return before(SCD_STEP_FSYNC) == 0 ? fsync(dir) : -1;
}

static int set_dir_mode(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && before(SCD_STEP_CHMOD) == 0 ? fchmod(fd, 0755) : -1;
}

int scd_disk_mkdir(int dir, const char *name)
{
	int saved;

	if (before(SCD_STEP_MKDIR) < 0 || mkdirat(dir, name, 0755) < 0)
		return -1;
	if (set_dir_mode(dir, name) == 0)
		return 0;
	saved = errno;
	(void)!scd_disk_rmdir(dir, name);
	errno = saved;
	return -1;
}

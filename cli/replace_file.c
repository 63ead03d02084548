/* SPDX-License-Identifier: MIT */
#include "replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "fsio.h"

#define TEMP_SUFFIX ".XXXXXX"

/* A file that is there already keeps its mode and, if we may, its owner. A new one gets what
 * open(2) would have given it. */
static int set_mode(int fd, const struct stat *before)
{
	mode_t mask;

	if (before) {
		if (fchown(fd, before->st_uid, before->st_gid) < 0 && errno != EPERM)
			return -1;
		return fchmod(fd, before->st_mode & 0777);
	}
	mask = umask(0);
	(void)umask(mask);
	return fchmod(fd, 0666 & ~mask);
}

static int write_temp(int fd, const struct stat *before, const void *data, size_t len)
{
	return scd_write_all(fd, data, len) < 0 || set_mode(fd, before) < 0 || fsync(fd) < 0 ? -1
											     : 0;
}

/* Where the file really lies: free() it. NULL with errno. */
static char *resolve(const char *path, bool exists)
{
	return exists ? realpath(path, NULL) : strdup(path);
}

int scd_replace_file(const char *path, const void *data, size_t len, struct scd_error *err)
{
	struct stat before;
	const bool exists = stat(path, &before) == 0;
	auto_free char *target = resolve(path, exists);
	auto_buf struct scd_buf temp = scd_buf_init(PATH_MAX + sizeof(TEMP_SUFFIX));
	auto_close int fd = -1;

	if (exists && !S_ISREG(before.st_mode))
		return scd_fail(err, SCD_E_NOT_REGULAR, 0, "'%s' is not a regular file", path);
	if (!target)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", path);
	scd_buf_printf(&temp, "%s" TEMP_SUFFIX, target);
	if (temp.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "write '%s'", path);
	fd = mkostemp(temp.data, O_CLOEXEC);
	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", path);
	if (write_temp(fd, exists ? &before : NULL, data, len) < 0 ||
	    rename(temp.data, target) < 0) {
		const int saved = errno;

		(void)unlink(temp.data);
		return scd_fail(err, SCD_E_SYSTEM, saved, "write '%s'", path);
	}
	return 0;
}

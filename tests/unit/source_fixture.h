/* SPDX-License-Identifier: MIT */
/* A source, what is read of it, and what somebody else does while it is read. */
#ifndef SCD_TEST_SOURCE_FIXTURE_H
#define SCD_TEST_SOURCE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/syscall.h>

#include "source.h"
#include "volume.h"

#define auto_source SCD_CLEANUP(scd_source_close)

/* What somebody else does before and after each readlinkat(2), and before each openat(2),
 * of the reader: nothing below is left to chance. */
static void (*before_readlink)(void);
static void (*after_readlink)(void);
static void (*before_open)(const char *name);

/* Whoever is called must not call itself by what it does. */
static inline void call(void (**hook)(void))
{
	void (*saved)(void) = *hook;

	*hook = NULL;
	if (saved)
		saved();
	*hook = saved;
}

ssize_t readlinkat(int fd, const char *restrict path, char *restrict buf, size_t len)
{
	ssize_t n;

	call(&before_readlink);
	n = syscall(SYS_readlinkat, fd, path, buf, len);
	call(&after_readlink);
	return n;
}

int openat(int fd, const char *file, int oflag, ...)
{
	void (*hook)(const char *) = before_open;
	unsigned mode;
	va_list ap;

	va_start(ap, oflag);
	mode = oflag & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	before_open = NULL;
	if (hook)
		hook(file);
	before_open = hook;
	return (int)syscall(SYS_openat, fd, file, oflag, mode);
}

static inline struct scd_source *open_source(const char *name)
{
	struct scd_source *source = NULL;
	struct scd_error err;

	assert_int_equal(scd_source_open(at(name), &source, &err), 0);
	return source;
}

static inline void assert_text(const struct scd_snapshot *shot, const char *name, const char *text)
{
	const struct scd_source_file *file = scd_snapshot_find(shot, name);

	assert_non_null(file);
	assert_int_equal(file->fault.code, SCD_OK);
	assert_int_equal(file->len, strlen(text));
	assert_memory_equal(file->text, text, file->len);
	assert_int_equal(strlen(file->sha256), SCD_SHA256_HEX - 1);
}

static inline void assert_fault(const struct scd_snapshot *shot, const char *name,
				enum scd_code code)
{
	const struct scd_source_file *file = scd_snapshot_find(shot, name);

	assert_non_null(file);
	assert_int_equal(file->fault.code, code);
	assert_true(strlen(file->fault.msg) > 0);
	assert_null(file->text);
	assert_string_equal(file->sha256, "");
}

/* Reads the source anew and looks at the one file of it, "" for none. */
static inline void assert_only(struct scd_source *source, const char *name, const char *text)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, *name ? 1 : 0);
	if (*name)
		assert_text(&shot, name, text);
}

static inline void assert_refused(struct scd_source *source, enum scd_code code)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	assert_int_equal(scd_source_read(source, &shot, &err), -1);
	assert_string_equal(scd_code_name(err.code), scd_code_name(code));
	assert_true(strlen(err.msg) > 0);
	assert_int_equal(shot.count, 0); /* written on success only */
}

static inline void assert_watches(const struct scd_snapshot *shot, const char *path, bool volume)
{
	for (size_t i = 0; i < shot->dir_count; i++) {
		if (strcmp(shot->dirs[i].path, path) == 0) {
			assert_int_equal(shot->dirs[i].volume, volume);
			return;
		}
	}
	fail_msg("'%s' is not to be watched", path);
}

static inline void publish(const char *name, const struct sim_file *files, size_t count)
{
	assert_int_equal(sim_publish(at(name), files, count, &as_today), 0);
}

/* A volume called "v". */
static inline int volume_setup(void **state)
{
	int ret = tmpdir_setup(state);

	before_readlink = after_readlink = NULL;
	before_open = NULL;
	return ret < 0 ? ret : mkdirat(tmpdir.fd, "v", 0755);
}

#endif

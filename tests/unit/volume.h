/* SPDX-License-Identifier: MIT */
/* Volumes and plain directories below the temporary directory, for the tests of the readers. */
#ifndef SCD_TEST_VOLUME_H
#define SCD_TEST_VOLUME_H

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fsio.h"
#include "tmpdir.h"
#include "writer.h"

/* Files as one initializer: FILES({ "a.json", "{}", 2 }, ...). */
#define FILES(...)                                \
	(const struct sim_file[]){ __VA_ARGS__ }, \
		sizeof((const struct sim_file[]){ __VA_ARGS__ }) / sizeof(struct sim_file)
#define TEXT(path, text)                         \
	{                                        \
		(path), (text), sizeof(text) - 1 \
	}

static const struct sim_opts as_today;

/* The path of @name in the temporary directory; valid until the fourth call from here. */
static inline const char *at(const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", tmpdir.path, name);
	return path;
}

static inline void make_dir(const char *name)
{
	assert_int_equal(mkdirat(tmpdir.fd, name, 0755), 0);
}

static inline void put(const char *name, const void *text, size_t len)
{
	auto_close int fd = openat(tmpdir.fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(scd_write_all(fd, text, len), 0);
}

static inline void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

/* For what a process can do but once, or to itself. The child returns 0, or 77 where it cannot be
 * tried. */
static inline void run_in_child(int (*child)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77 && !getenv("SCD_MUST_RUN"))
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif

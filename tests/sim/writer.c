/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "fsio.h"

#define DATA "..data"
#define DATA_TMP "..data_tmp"
#define FILE_MAX ((size_t)64 << 20)

struct writer {
	const char *target;
	int dir; /* open @target */
	const struct sim_file *files;
	size_t count;
	char old[NAME_MAX + 1]; /* where ..data points; "" before the first publication */
	char new[NAME_MAX + 1];
	char **stale; /* first-level keys to remove */
	size_t stale_count;
	bool dirty; /* a file is new, other than it was, or to be removed */
};

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}
#define auto_dir SCD_CLEANUP(close_dir)

static void close_fts(FTS **fts)
{
	if (*fts)
		(void)fts_close(*fts);
}
#define auto_fts SCD_CLEANUP(close_fts)

static FTS *open_fts(const char *parent, const char *name, char **path)
{
	char *roots[2] = { NULL, NULL };

	if (asprintf(path, "%s/%s", parent, name) < 0) {
		*path = NULL;
		return NULL;
	}
	roots[0] = *path;
	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

static int remove_all(const char *parent, const char *name)
{
	auto_free char *path = NULL;
	auto_fts FTS *fts = open_fts(parent, name, &path);
	FTSENT *entry;

	if (!fts)
		return -1;
	while ((entry = fts_read(fts)))
		if (entry->fts_info != FTS_D && remove(entry->fts_accpath) < 0 && errno != ENOENT)
			return -1;
	return 0;
}

static bool path_valid(const char *path)
{
	if (!*path || *path == '/' || strlen(path) > PATH_MAX || strncmp(path, "..", 2) == 0)
		return false;
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 0 || n > NAME_MAX || (n == 2 && memcmp(p, "..", 2) == 0))
			return false;
		p += n + (p[n] == '/');
	}
	return true;
}

static int validate(struct writer *w)
{
	for (size_t i = 0; i < w->count; i++) {
		if (!path_valid(w->files[i].path)) {
			errno = EINVAL;
			return -1;
		}
	}
	return 0;
}

static int read_link(struct writer *w)
{
	ssize_t n = readlinkat(w->dir, DATA, w->old, sizeof(w->old) - 1);

	if (n < 0 && errno != ENOENT)
		return -1;
	w->old[n < 0 ? 0 : n] = '\0';
	return 0;
}

/* Is @path in the payload, or a directory above something that is? */
static bool wanted(const struct writer *w, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < w->count; i++) {
		const char *have = w->files[i].path;

		if (strncmp(have, path, len) == 0 && (have[len] == '\0' || have[len] == '/'))
			return true;
	}
	return false;
}

static int add_stale(struct writer *w, const char *key)
{
	char **bigger = reallocarray(w->stale, w->stale_count + 1, sizeof(*bigger));

	if (!bigger)
		return -1;
	w->stale = bigger;
	bigger[w->stale_count] = strdup(key);
	return bigger[w->stale_count++] ? 0 : -1;
}

static int walk(struct writer *w)
{
	auto_free char *path = NULL;
	auto_fts FTS *fts = NULL;
	FTSENT *entry;

	if (!*w->old)
		return 0;
	fts = open_fts(w->target, w->old, &path);
	if (!fts)
		return -1;
	while ((entry = fts_read(fts))) {
		const char *below = entry->fts_path + strlen(path);

		if (entry->fts_info == FTS_DP || *below != '/' || wanted(w, below + 1))
			continue;
		w->dirty = true;
		if (!strchr(below + 1, '/') && add_stale(w, below + 1) < 0)
			return -1;
	}
	return 0;
}

static int compare(struct writer *w)
{
	auto_close int old = -1;

	w->dirty |= !*w->old;
	if (*w->old)
		old = openat(w->dir, w->old, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < w->count && !w->dirty; i++) {
		const struct sim_file *file = &w->files[i];
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len = 0;

		w->dirty = scd_read_file_at(old, file->path, false, FILE_MAX, &text, &len, &err) ||
			   len != file->len || memcmp(text, file->data, len) != 0;
	}
	return 0;
}

static int make_dir(struct writer *w)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;
	uint32_t r;

	if (!gmtime_r(&now, &tm) || !strftime(stamp, sizeof(stamp), "..%Y_%m_%d_%H_%M_%S", &tm))
		return -1;
	do {
		if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
			return -1;
		(void)snprintf(w->new, sizeof(w->new), "%s.%ju", stamp, (uintmax_t)r);
		if (mkdirat(w->dir, w->new, 0700) == 0)
			return fchmodat(w->dir, w->new, 0755, 0);
	} while (errno == EEXIST);
	return -1;
}

/* Makes the directories above the last component of @path. */
static int make_parents(int dir, const char *path)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		auto_free char *part = strndup(path, (size_t)(p - path));

		if (!part || (mkdirat(dir, part, 0755) < 0 && errno != EEXIST))
			return -1;
	}
	return 0;
}

static int write_files(struct writer *w)
{
	auto_close int new = openat(w->dir, w->new, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < w->count; i++) {
		const struct sim_file *file = &w->files[i];
		auto_close int fd = -1;

		if (make_parents(new, file->path) < 0)
			return -1;
		fd = openat(new, file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || scd_write_all(fd, file->data, file->len) < 0 || fchmod(fd, 0644) < 0)
			return -1;
	}
	return new < 0 ? -1 : 0;
}

static int set_perms(struct writer *w)
{
	(void)w;
	return 0;
}

/* A ..data_tmp that a crash left makes this fail, here as in the kubelet. */
static int link_tmp(struct writer *w)
{
	int saved;

	if (symlinkat(w->new, w->dir, DATA_TMP) == 0)
		return 0;
	saved = errno;
	(void)remove_all(w->target, w->new);
	errno = saved;
	return -1;
}

static int swap(struct writer *w)
{
	return renameat(w->dir, DATA_TMP, w->dir, DATA);
}

static int link_keys(struct writer *w)
{
	for (size_t i = 0; i < w->count; i++) {
		char key[NAME_MAX + 1], to[sizeof(DATA) + sizeof(key)];
		size_t n = strcspn(w->files[i].path, "/");
		struct stat st;

		memcpy(key, w->files[i].path, n);
		key[n] = '\0';
		(void)snprintf(to, sizeof(to), "%s/%s", DATA, key);
		if (fstatat(w->dir, key, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		if (symlinkat(to, w->dir, key) < 0)
			return -1;
	}
	return 0;
}

static int unlink_keys(struct writer *w)
{
	for (size_t i = 0; i < w->stale_count; i++)
		if (unlinkat(w->dir, w->stale[i], 0) < 0 && errno != ENOENT)
			return -1;
	return 0;
}

static int remove_old(struct writer *w)
{
	return *w->old ? remove_all(w->target, w->old) : 0;
}

static const struct {
	const char *name;
	int (*run)(struct writer *w);
	bool always; /* also when nothing has changed */
} steps[] = {
	[SIM_NO_STEP] = { "none", NULL, false },
	[SIM_VALIDATE] = { "validate", validate, true },
	[SIM_READ_LINK] = { "read-link", read_link, true },
	[SIM_WALK] = { "walk", walk, true },
	[SIM_COMPARE] = { "compare", compare, true },
	[SIM_MAKE_DIR] = { "make-dir", make_dir, false },
	[SIM_WRITE_FILES] = { "write-files", write_files, false },
	[SIM_SET_PERMS] = { "set-perms", set_perms, false },
	[SIM_LINK_TMP] = { "link-tmp", link_tmp, false },
	[SIM_SWAP] = { "swap", swap, false },
	[SIM_LINK_KEYS] = { "link-keys", link_keys, true },
	[SIM_UNLINK_KEYS] = { "unlink-keys", unlink_keys, true },
	[SIM_REMOVE_OLD] = { "remove-old", remove_old, false },
};
static_assert(sizeof(steps) / sizeof(steps[0]) == SIM_STEP_COUNT, "every step needs a row");

static const enum sim_step current_order[] = { SIM_VALIDATE,  SIM_READ_LINK,   SIM_WALK,
					       SIM_COMPARE,   SIM_MAKE_DIR,    SIM_WRITE_FILES,
					       SIM_SET_PERMS, SIM_LINK_TMP,    SIM_SWAP,
					       SIM_LINK_KEYS, SIM_UNLINK_KEYS, SIM_REMOVE_OLD };
static const enum sim_step old_order[] = { SIM_VALIDATE,  SIM_READ_LINK,   SIM_WALK,
					   SIM_COMPARE,	  SIM_MAKE_DIR,	   SIM_WRITE_FILES,
					   SIM_SET_PERMS, SIM_LINK_KEYS,   SIM_LINK_TMP,
					   SIM_SWAP,	  SIM_UNLINK_KEYS, SIM_REMOVE_OLD };
static_assert(sizeof(old_order) == sizeof(current_order), "the same steps in another order");

static void writer_done(struct writer *w)
{
	for (size_t i = 0; i < w->stale_count; i++)
		free(w->stale[i]);
	free(w->stale);
	scd_close_fd(&w->dir);
}

int sim_publish(const char *target, const struct sim_file *files, size_t count,
		const struct sim_opts *opts)
{
	const enum sim_step *order = opts->old_order ? old_order : current_order;
	SCD_CLEANUP(writer_done)
	struct writer w = { .target = target, .files = files, .count = count };

	w.dir = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.dir < 0)
		return -1;
	for (size_t i = 0; i < sizeof(old_order) / sizeof(old_order[0]); i++) {
		enum sim_step step = order[i];

		/* Older kubelets were done when nothing had changed. */
		if (step > SIM_COMPARE && !w.dirty && (opts->old_order || !steps[step].always))
			continue;
		if (steps[step].run(&w) < 0)
			return -1;
		if (step == opts->crash_after)
			return SIM_CRASHED;
	}
	return 0;
}

/* One round over @target: real directories, or links; ..data comes in a third. */
static int teardown_round(const char *target, int fd, bool dirs)
{
	auto_dir DIR *list = NULL;
	auto_close int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	list = own < 0 ? NULL : fdopendir(own);
	if (!list)
		return -1;
	(void)scd_take_fd(&own); /* the stream's now */
	while ((entry = readdir(list))) {
		const char *name = entry->d_name;
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, DATA) == 0)
			continue;
		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
		if (dirs && S_ISDIR(st.st_mode) && strncmp(name, "..", 2) == 0 &&
		    remove_all(target, name) < 0)
			return -1;
		if (!dirs && S_ISLNK(st.st_mode) && unlinkat(fd, name, 0) < 0)
			return -1;
	}
	return 0;
}

int sim_teardown(const char *target)
{
	auto_close int fd = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || teardown_round(target, fd, true) < 0 || teardown_round(target, fd, false) < 0)
		return -1;
	if (unlinkat(fd, DATA, 0) < 0 && errno != ENOENT)
		return -1;
	/* A mount point or a directory with mount points in it stays. */
	if (rmdir(target) < 0 && errno != EBUSY && errno != ENOTEMPTY)
		return -1;
	return 0;
}

const char *sim_step_name(enum sim_step step)
{
	return (unsigned int)step < SIM_STEP_COUNT ? steps[step].name : NULL;
}

enum sim_step sim_step_find(const char *word)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (!*end && number < SIM_STEP_COUNT)
		return (enum sim_step)number;
	for (enum sim_step step = SIM_VALIDATE; step < SIM_STEP_COUNT; step++)
		if (strcmp(word, steps[step].name) == 0)
			return step;
	return SIM_NO_STEP;
}

/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fsio.h"
#include "text.h"

#define DATA "..data"
#define SUFFIX ".json"
#define TRIES 20

/* Directories are read one component deeper than names may be, so that a profile that
 * lies too deep is a finding and not a silence. */
#define DEPTH_MAX SCD_NAME_PARTS_MAX

/* What a step of a reading comes to, beside 0 and -1: the input changed underneath. */
#define ANEW 1

/* Directories that held ..data. Without it, they are volumes being taken down. */
struct inode {
	dev_t dev;
	ino_t ino;
};

struct inodes {
	struct inode *items;
	size_t count;
};

struct scd_source {
	int fd;
	struct inodes volumes; /* seen in the last whole reading or since */
};

enum kind {
	PLAIN,	/* a directory without ..data */
	VOLUME, /* the root of a volume: of its entries only directories count, as
		 * something may be mounted there; then what ..data points to is read */
	PINNED, /* what ..data pointed to when it was opened */
	ITEMS	/* a directory below that, from items[].path */
};

/* One directory being listed. */
struct level {
	enum kind kind;
	DIR *list;
	size_t path_len;	   /* of its path, with the last slash, in reader.path */
	size_t depth;		   /* components of its path */
	bool mounts;		   /* VOLUME: it holds directories */
	char target[NAME_MAX + 1]; /* PINNED: what ..data said */
};

struct reader {
	const struct scd_source *source;
	struct scd_snapshot shot;
	struct inodes volumes;		    /* seen so far */
	size_t names;			    /* entries seen that are no directories */
	size_t dirs;			    /* directories seen */
	struct level levels[DEPTH_MAX + 2]; /* the source, one a component, one pinned */
	size_t open;			    /* levels in use */
	char path[(DEPTH_MAX + 1) * (NAME_MAX + 1) + 1];
};

static struct level *top(struct reader *r)
{
	assert(r->open > 0);
	return &r->levels[r->open - 1];
}

static void pop(struct reader *r)
{
	(void)closedir(top(r)->list);
	r->open--;
}

static void reader_done(struct reader *r)
{
	while (r->open > 0)
		pop(r);
	scd_snapshot_done(&r->shot);
	free(r->volumes.items);
}

/* An error that names the directory or file that r->path says. */
static int fail_at(const struct reader *r, struct scd_error *err, enum scd_code code, int sys,
		   const char *what)
{
	auto_buf struct scd_buf shown = scd_buf_init(sizeof(err->msg));

	scd_text_quote(&shown, r->path, strlen(r->path), sizeof(err->msg) / 2);
	return scd_fail(err, code, sys, "%s '%s'", what, shown.len ? scd_buf_text(&shown) : ".");
}

static bool in_generation(const struct level *level)
{
	return level->kind == PINNED || level->kind == ITEMS;
}

/* An entry is not what it was a moment ago. A generation of a volume never changes, so
 * the kubelet has removed it; a plain directory is read as it is found. */
static int gone(const struct level *level)
{
	return in_generation(level) ? ANEW : 0;
}

static bool contains(const struct inodes *set, dev_t dev, ino_t ino)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].dev == dev && set->items[i].ino == ino)
			return true;
	return false;
}

static int insert(struct inodes *set, dev_t dev, ino_t ino, struct scd_error *err)
{
	struct inode *items;

	if (contains(set, dev, ino))
		return 0;
	items = reallocarray(set->items, set->count + 1, sizeof(*items));
	if (!items)
		return scd_fail(err, SCD_E_NOMEM, 0, "the list of volumes");
	set->items = items;
	items[set->count++] = (struct inode){ dev, ino };
	return 0;
}

/* Starts the listing of @fd, whose path is in r->path. Takes the descriptor. */
static int push(struct reader *r, int *fd, enum kind kind, size_t depth, struct scd_error *err)
{
	struct level *level = &r->levels[r->open];
	DIR *list;

	assert(r->open < sizeof(r->levels) / sizeof(r->levels[0]));
	list = fdopendir(*fd);
	if (!list)
		return fail_at(r, err, errno == ENOMEM ? SCD_E_NOMEM : SCD_E_SYSTEM, errno, "list");
	*fd = -1; /* the stream's now */
	*level = (struct level){ .kind = kind, .list = list, .depth = depth };
	level->path_len = strlen(r->path);
	r->open++;
	return 0;
}

/* A volume, or not? 0 with @kind set. */
static int tell_kind(struct reader *r, int fd, const struct stat *st, enum kind *kind,
		     struct scd_error *err)
{
	char target[NAME_MAX + 1];

	*kind = PLAIN;
	if (readlinkat(fd, DATA, target, sizeof(target)) >= 0) {
		*kind = VOLUME;
		return insert(&r->volumes, st->st_dev, st->st_ino, err);
	}
	if (errno == EINVAL)
		return fail_at(r, err, SCD_E_MISSING, 0, "..data is not a link in");
	if (errno != ENOENT)
		return fail_at(r, err, SCD_E_SYSTEM, errno, "read ..data of");
	/* Never "empty": the kubelet is taking it down. */
	if (contains(&r->source->volumes, st->st_dev, st->st_ino))
		return fail_at(r, err, SCD_E_MISSING, 0, "..data has gone from");
	return 0;
}

/* Enters the directory @fd, the source (@name is NULL) or @name of the top level. */
static int enter(struct reader *r, int *fd, const char *name, struct scd_error *err)
{
	const struct level *parent = name ? top(r) : NULL;
	enum kind kind = ITEMS;
	struct stat st, again;

	if (++r->dirs > SCD_SNAPSHOT_FILES_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "over %zu directories",
				SCD_SNAPSHOT_FILES_MAX);
	if (fstat(*fd, &st) < 0)
		return fail_at(r, err, SCD_E_SYSTEM, errno, "stat");
	if (st.st_nlink == 0) {
		/* Still there by its name: a mount of a directory that is gone. */
		if (!parent ||
		    (fstatat(dirfd(parent->list), name, &again, AT_SYMLINK_NOFOLLOW) == 0 &&
		     again.st_nlink == 0))
			return fail_at(r, err, SCD_E_DETACHED, 0,
				       "the directory was removed under the mount");
		return gone(parent);
	}
	if (!parent || !in_generation(parent)) {
		if (tell_kind(r, *fd, &st, &kind, err) < 0)
			return -1;
		if (scd_snapshot_add_dir(&r->shot, r->path, kind == VOLUME, err) < 0)
			return -1;
	}
	if (parent) {
		size_t len = strlen(r->path);

		memcpy(r->path + len, "/", 2);
	}
	return push(r, fd, kind, parent ? parent->depth + 1 : 0, err);
}

/* Does ..data of the volume @fd still say @target? */
static bool still_points(int fd, const char *target)
{
	char now[NAME_MAX + 1];
	ssize_t n = readlinkat(fd, DATA, now, sizeof(now));

	return n >= 0 && (size_t)n == strlen(target) && memcmp(now, target, (size_t)n) == 0;
}

/* Opens what ..data of the top level points to, once, and reads that. */
static int pin(struct reader *r, struct scd_error *err)
{
	const struct level *volume = top(r);
	int root = dirfd(volume->list), sys;
	char target[NAME_MAX + 1];
	auto_close int fd = -1;
	ssize_t n;

	n = readlinkat(root, DATA, target, sizeof(target));
	if (n < 0)
		return ANEW;
	target[(size_t)n < sizeof(target) ? n : 0] = '\0'; /* "" when it is too long */
	if (!*target || strchr(target, '/') || strcmp(target, ".") == 0 ||
	    strcmp(target, "..") == 0)
		return fail_at(r, err, SCD_E_MISSING, 0, "..data points out of");

	fd = openat(root, target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	sys = errno;
	if (fd < 0 && !still_points(root, target))
		return ANEW;
	if (fd < 0 && (sys == ENOENT || sys == ENOTDIR || sys == ELOOP))
		return fail_at(r, err, SCD_E_MISSING, 0, "..data points to no directory in");
	if (fd < 0)
		return fail_at(r, err, SCD_E_SYSTEM, sys, "open ..data of");
	if (push(r, &fd, PINNED, volume->depth, err) < 0)
		return -1;
	memcpy(top(r)->target, target, (size_t)n + 1);
	return 0;
}

/* The top level is listed to its end: was it one generation? */
static int leave(struct reader *r, struct scd_error *err)
{
	struct level *level = top(r);
	int fd = dirfd(level->list);
	struct stat st;
	char link[1];

	switch (level->kind) {
	case VOLUME:
		return pin(r, err);
	case PINNED:
		if (!still_points(dirfd(level[-1].list), level->target) || fstat(fd, &st) < 0 ||
		    st.st_nlink == 0)
			return ANEW;
		pop(r);
		break;
	case PLAIN:
		if (readlinkat(fd, DATA, link, sizeof(link)) >= 0)
			return ANEW; /* it has become a volume */
		break;
	case ITEMS:
		break;
	}
	pop(r);
	return 0;
}

static bool is_profile(const char *name)
{
	size_t len = strlen(name), suffix = sizeof(SUFFIX) - 1;

	return len >= suffix && strcmp(name + len - suffix, SUFFIX) == 0;
}

/* The file r->path, of which there is no text. */
static int add_fault(struct reader *r, enum scd_code code, int sys, const char *why,
		     struct scd_error *err)
{
	struct scd_source_file *file = scd_snapshot_add_file(&r->shot, r->path, err);

	if (!file)
		return -1;
	(void)scd_fail(&file->fault, code, sys, "%s", why);
	return 0;
}

static int add_bad_name(struct reader *r, struct scd_error *err)
{
	return add_fault(r, SCD_E_BAD_NAME, 0,
			 "a name has at most 4 components of letters, digits, '-', '_' and '.', "
			 "of at most 253 bytes, none of which starts with '.'",
			 err);
}
static_assert(SCD_NAME_PARTS_MAX == 4 && SCD_NAME_PART_MAX == 253, "the sentence says so");

/* The file r->path, called @name in the top level. */
static int add_file(struct reader *r, const char *name, mode_t type, struct scd_error *err)
{
	struct scd_source_file *file;
	auto_close int fd = -1;
	struct stat st;

	if (!scd_name_valid(r->path))
		return add_bad_name(r, err);
	if (S_ISLNK(type))
		return add_fault(r, SCD_E_NOT_REGULAR, 0, "a symbolic link is not followed", err);
	if (!S_ISREG(type))
		return add_fault(r, SCD_E_NOT_REGULAR, 0, "not a regular file", err);

	fd = openat(dirfd(top(r)->list), name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return gone(top(r));
	/* Our own shortage says nothing about the file. */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return fail_at(r, err, SCD_E_SYSTEM, errno, "open");
	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return add_fault(r, SCD_E_SYSTEM, errno, "the file cannot be opened", err);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return add_fault(r, SCD_E_NOT_REGULAR, 0, "not a regular file", err);

	file = scd_snapshot_add_file(&r->shot, r->path, err);
	return file ? scd_snapshot_read_text(&r->shot, file, fd, err) : -1;
}

static int descend(struct reader *r, const char *name, struct scd_error *err)
{
	struct level *level = top(r);
	auto_close int fd = -1;

	level->mounts = true;
	if (level->depth == DEPTH_MAX) {
		r->shot.ignored++;
		return 0;
	}
	fd = openat(dirfd(level->list), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return gone(level);
	/* Not a finding: nobody could say which profiles lie in there, and what was
	 * installed from there would count as removed. */
	if (fd < 0)
		return fail_at(r, err, SCD_E_SYSTEM, errno, "open");
	return enter(r, &fd, name, err);
}

static int add_hidden(struct reader *r, const char *name, struct scd_error *err)
{
	const struct level *level = top(r);

	if (level->kind == PLAIN && name[1] == '.') {
		char link[1];

		if (readlinkat(dirfd(level->list), DATA, link, sizeof(link)) >= 0)
			return ANEW; /* it has become a volume */
		return fail_at(r, err, SCD_E_MISSING, 0, "a volume without ..data:");
	}
	return is_profile(name) ? add_bad_name(r, err) : 0;
}

/* The type bits of an entry; 0 when it is not there any more. */
static mode_t type_of(int dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return DTTOIF(entry->d_type);
	if (fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return st.st_mode & S_IFMT;
}

/* Is something mounted over @name in the root of the volume whose data are listed? */
static bool covered(const struct level *pinned, const char *name)
{
	const struct level *volume = pinned - 1;
	struct stat st;

	return volume->mounts &&
	       fstatat(dirfd(volume->list), name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static int visit(struct reader *r, const struct dirent *entry, struct scd_error *err)
{
	const struct level *level = top(r);
	const char *name = entry->d_name;
	mode_t type = type_of(dirfd(level->list), entry);

	if (type == 0)
		return gone(level);
	memcpy(r->path + level->path_len, name, strlen(name) + 1);
	if (level->kind == VOLUME && (!S_ISDIR(type) || name[0] == '.'))
		return 0;
	if (!S_ISDIR(type) && ++r->names > SCD_SNAPSHOT_FILES_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "over %zu names", SCD_SNAPSHOT_FILES_MAX);
	if (level->kind == PINNED && covered(level, name))
		return 0;
	if (name[0] == '.')
		return add_hidden(r, name, err);
	if (S_ISDIR(type))
		return descend(r, name, err);
	if (is_profile(name))
		return add_file(r, name, type, err);
	r->shot.ignored++;
	return 0;
}

static int step(struct reader *r, struct scd_error *err)
{
	const struct dirent *entry;

	errno = 0;
	entry = readdir(top(r)->list);
	r->path[top(r)->path_len] = '\0';
	if (!entry && errno == ENOENT)
		return ANEW; /* removed while it was listed */
	if (!entry && errno != 0)
		return fail_at(r, err, SCD_E_SYSTEM, errno, "list");
	if (!entry)
		return leave(r, err);
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	return visit(r, entry, err);
}

/* 0, -1 or ANEW. */
static int read_once(struct reader *r, struct scd_error *err)
{
	auto_close int fd = -1;
	int ret;

	/* A description of its own, for an offset of its own. */
	fd = openat(r->source->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return scd_fail(err, SCD_E_DETACHED, 0, "the source directory was removed");
	if (fd < 0)
		return fail_at(r, err, SCD_E_SYSTEM, errno, "open");
	ret = enter(r, &fd, NULL, err);
	while (ret == 0 && r->open > 0)
		ret = step(r, err);
	return ret ? ret : scd_snapshot_seal(&r->shot, err);
}

/* After a whole reading what it saw replaces what was known; after any other it adds to it. */
static int remember(struct scd_source *source, struct inodes *seen, bool whole,
		    struct scd_error *err)
{
	struct inodes known = source->volumes;

	if (whole) {
		source->volumes = *seen;
		*seen = known; /* freed with the reader */
		return 0;
	}
	for (size_t i = 0; i < seen->count; i++)
		if (insert(&source->volumes, seen->items[i].dev, seen->items[i].ino, err) < 0)
			return -1;
	return 0;
}

int scd_source_read(struct scd_source *source, struct scd_snapshot *snapshot, struct scd_error *err)
{
	for (int i = 0; i < TRIES; i++) {
		SCD_CLEANUP(reader_done) struct reader r = { .source = source };
		int ret = read_once(&r, err);

		if (remember(source, &r.volumes, ret == 0, err) < 0 || ret < 0)
			return -1;
		if (ret == ANEW)
			continue;
		*snapshot = r.shot;
		r.shot = (struct scd_snapshot){ 0 };
		return 0;
	}
	return scd_fail(err, SCD_E_BUSY, 0, "the source changed during each of %d readings", TRIES);
}

int scd_source_open(const char *path, struct scd_source **source, struct scd_error *err)
{
	struct scd_source *made;
	auto_close int fd = -1;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return scd_fail(err, SCD_E_MISSING, errno, "no directory '%s'", path);
	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '%s'", path);
	made = calloc(1, sizeof(*made));
	if (!made)
		return scd_fail(err, SCD_E_NOMEM, 0, "open '%s'", path);
	made->fd = scd_take_fd(&fd);
	*source = made;
	return 0;
}

int scd_source_fd(const struct scd_source *source)
{
	return source->fd;
}

void scd_source_close(struct scd_source **source)
{
	if (!*source)
		return;
	scd_close_fd(&(*source)->fd);
	free((*source)->volumes.items);
	free(*source);
	*source = NULL;
}

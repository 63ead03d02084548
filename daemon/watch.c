/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotifytools.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/stat.h>

#include "disk.h"
#include "log.h"
#include "look.h"

#define POLL_SECONDS 5
#define TURN_EVENTS 4096 /* looked at before the loop has its turn */
#define INTEREST                                                                               \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_MOVE_SELF | \
	 IN_DELETE_SELF | IN_ONLYDIR)
/* Of our files in the destination, modes and owners count as well. */
#define INTEREST_DESTINATION (INTEREST | IN_ATTRIB)

#define BIT(event) (1U << (event))

struct watched {
	char *path;	   /* ends in '/', as libinotifytools records it for a directory */
	const char *below; /* in @path: what follows the root of its tree */
	bool optional;	   /* may be missing without anybody telling of it */
	bool volume;
	int wd; /* -1: none */
	struct scd_look last;
};

struct set {
	struct watched *dirs;
	size_t count;
};

struct scd_watch {
	struct event_base *base;
	struct scd_watch_request request;
	char *roots[SCD_WATCHED_COUNT]; /* NULL: not watched */
	struct set sets[SCD_WATCHED_COUNT];
	struct event *readable; /* NULL: polling */
	struct event *timer;	/* the next poll, or the next turn at a long queue */
	bool stale;		/* a watch is lost: begin anew when the queue is empty */
	uint32_t our_rename;	/* cookie of a rename that began with a temporary name of ours */
};

static void set_done(struct set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->dirs[i].path);
	free(set->dirs);
	*set = (struct set){ 0 };
}

/* libinotifytools keeps its descriptor to itself; the kernel does not. */
static int find_inotify_fd(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1, count = 0;

	while (dir && (entry = readdir(dir))) {
		char target[32] = "";

		(void)readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (strcmp(target, "anon_inode:inotify") == 0) {
			found = (int)strtol(entry->d_name, NULL, 10);
			count++;
		}
	}
	if (dir)
		(void)closedir(dir);
	return count == 1 ? found : -1;
}

/* The directory of @set that is the same as @dir, mounted at two places; or NULL. */
static const struct watched *find_twin(const struct set *set, const struct watched *dir)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->dirs[i].wd >= 0 && scd_look_same_inode(&set->dirs[i].last, &dir->last))
			return &set->dirs[i];
	return NULL;
}

/*
 * Adds one watch. A directory that has gone is no failure, as the watch above it tells
 * of that, but for the source, which has none above.
 *
 * The library is never asked twice for one directory, nor to remove a watch: it leaks its
 * record of the first, and cannot free that of a watch which the kernel has dropped. Whoever
 * loses a directory begins anew.
 */
static int add_watch(struct scd_watch *w, enum scd_watch_tree tree, struct watched *dir,
		     struct scd_error *err)
{
	const struct watched *twin;

	scd_look_take(dir->path, &dir->last);
	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++) {
		twin = find_twin(&w->sets[t], dir);
		if (!twin)
			continue;
		/* As a source and as a destination at once it would need two masks. */
		dir->wd = t == tree ? twin->wd : -1;
		return 0;
	}
	if (!inotifytools_watch_file(
		    dir->path, tree == SCD_WATCHED_SOURCE ? INTEREST : INTEREST_DESTINATION)) {
		int sys = inotifytools_error();

		if (dir->optional && (sys == ENOENT || sys == ENOTDIR))
			return 0;
		return scd_fail(err, SCD_E_SYSTEM, sys, "watch '%s'", dir->path);
	}
	dir->wd = inotifytools_wd_from_filename(dir->path);
	return 0;
}

/* Adds what is missing; *@added is how many watches stand that did not before. */
static int add_watches(struct scd_watch *w, size_t *added, struct scd_error *err)
{
	*added = 0;
	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++)
		for (size_t i = 0; i < w->sets[t].count; i++) {
			struct watched *dir = &w->sets[t].dirs[i];

			if (dir->wd >= 0)
				continue;
			if (add_watch(w, (enum scd_watch_tree)t, dir, err) < 0)
				return -1;
			*added += dir->wd >= 0;
		}
	return 0;
}

static void stop_inotify(struct scd_watch *w)
{
	if (w->readable)
		event_free(w->readable); /* before its descriptor is closed */
	w->readable = NULL;
	w->stale = false;
	inotifytools_cleanup();
	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++)
		for (size_t i = 0; i < w->sets[t].count; i++)
			w->sets[t].dirs[i].wd = -1;
}

static void on_readable(evutil_socket_t fd, short what, void *arg);

/* An instance with a watch for each directory, or none at all. */
static int start_inotify(struct scd_watch *w, size_t *added, struct scd_error *err)
{
	int fd;

	if (!inotifytools_initialize())
		return scd_fail(err, SCD_E_SYSTEM, inotifytools_error(), "inotify");
	fd = find_inotify_fd();
	if (fd < 0)
		(void)scd_fail(err, SCD_E_SYSTEM, 0, "no inotify descriptor in /proc/self/fd");
	else if (fd >= FD_SETSIZE) /* the library would write behind its fd_set */
		(void)scd_fail(err, SCD_E_SYSTEM, EMFILE, "inotify descriptor %d", fd);
	else if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		(void)scd_fail(err, SCD_E_SYSTEM, errno, "inotify descriptor %d", fd);
	else if (!(w->readable = event_new(w->base, fd, EV_READ | EV_PERSIST, on_readable, w)) ||
		 event_add(w->readable, NULL) < 0)
		(void)scd_fail(err, SCD_E_NOMEM, 0, "inotify");
	else if (add_watches(w, added, err) == 0) {
		(void)event_del(w->timer);
		return 0;
	}
	stop_inotify(w);
	return -1;
}

static void poll_later(struct scd_watch *w)
{
	const struct timeval delay = { .tv_sec = POLL_SECONDS };

	/* Fails only without memory; the next snapshot tries again. */
	(void)event_add(w->timer, &delay);
}

static void start_polling(struct scd_watch *w, const struct scd_error *err)
{
	scd_log_err(err, "Polling, as inotify is not to be had",
		    scd_key_uint("seconds", POLL_SECONDS));
	poll_later(w);
}

/* A new instance in place of one with a watch that is lost. Whoever calls this has a
 * reason to look again: what happens in between goes unheard. */
static size_t begin_anew(struct scd_watch *w)
{
	struct scd_error err;
	size_t added = 0;

	stop_inotify(w);
	if (start_inotify(w, &added, &err) < 0)
		start_polling(w, &err);
	return added;
}

/* Each kind once. The callee may change or even free the watch. */
static void report(const struct scd_watch *w, unsigned seen)
{
	const struct scd_watch_request request = w->request;

	for (enum scd_watch_event event = 0; event < SCD_WATCH_EVENT_COUNT; event++)
		if (seen & BIT(event))
			request.fn(event, request.arg);
}

static unsigned compare(enum scd_watch_tree tree, const struct scd_look *old,
			const struct scd_look *now)
{
	if (!old->there && !now->there)
		return 0;
	if (!scd_look_same_inode(old, now))
		return BIT(SCD_WATCH_SELF);
	if (strcmp(old->target, now->target) != 0)
		return *now->target ? BIT(SCD_WATCH_SWAP) : BIT(SCD_WATCH_TEARDOWN);
	if (old->entries == now->entries)
		return 0;
	return tree == SCD_WATCHED_SOURCE ? BIT(SCD_WATCH_SWAP) : BIT(SCD_WATCH_DESTINATION);
}

static void poll_dirs(struct scd_watch *w)
{
	unsigned seen = 0;

	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++)
		for (size_t i = 0; i < w->sets[t].count; i++) {
			struct watched *dir = &w->sets[t].dirs[i];
			struct scd_look now;

			scd_look_take(dir->path, &now);
			seen |= compare((enum scd_watch_tree)t, &dir->last, &now);
			dir->last = now;
		}
	poll_later(w);
	report(w, seen);
}

/* Is @name all there when it is created? A file has no content yet: IN_CLOSE_WRITE comes. A
 * second link to one, a symlink, a FIFO or a directory is whole. */
static bool is_whole(const struct watched *dir, const struct inotify_event *event)
{
	char path[PATH_MAX];
	struct stat st;

	if (event->mask & IN_ISDIR)
		return true;
	(void)snprintf(path, sizeof(path), "%s%s", dir->path, event->name);
	return lstat(path, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_nlink > 1);
}

static const struct watched *find_by_wd(const struct scd_watch *w, int wd,
					enum scd_watch_tree *tree)
{
	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++)
		for (size_t i = 0; i < w->sets[t].count; i++)
			if (w->sets[t].dirs[i].wd == wd) {
				*tree = (enum scd_watch_tree)t;
				return &w->sets[t].dirs[i];
			}
	return NULL;
}

/* An event with a name in a directory of the destination. */
static unsigned classify_destination(struct scd_watch *w, const struct watched *dir,
				     const struct inotify_event *event)
{
	char name[PATH_MAX];
	int n;

	if (scd_temp_is_name(event->name)) {
		if ((event->mask & IN_MOVED_FROM) && scd_temp_is_of(event->name, w->request.tag))
			w->our_rename = event->cookie;
		return 0;
	}
	if ((event->mask & IN_MOVED_TO) && event->cookie == w->our_rename)
		return 0;
	if ((event->mask & IN_CREATE) && !is_whole(dir, event))
		return 0;
	n = snprintf(name, sizeof(name), "%s%s", dir->below, event->name);
	if (n < 0 || (size_t)n >= sizeof(name) || !w->request.cares(name, w->request.arg))
		return 0;
	return BIT(SCD_WATCH_DESTINATION);
}

static unsigned classify(struct scd_watch *w, const struct inotify_event *event)
{
	enum scd_watch_tree tree;
	const struct watched *dir;

	if (event->mask & IN_Q_OVERFLOW)
		return BIT(SCD_WATCH_OVERFLOW);
	dir = find_by_wd(w, event->wd, &tree);
	if (!dir)
		return 0;
	if (event->mask & IN_IGNORED)
		return BIT(SCD_WATCH_IGNORED);
	if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT))
		return BIT(SCD_WATCH_SELF);
	if (event->len == 0)
		return 0;
	if (tree == SCD_WATCHED_DESTINATION)
		return classify_destination(w, dir, event);
	if (strcmp(event->name, SCD_DATA_LINK) == 0)
		return event->mask & IN_DELETE ? BIT(SCD_WATCH_TEARDOWN) : BIT(SCD_WATCH_SWAP);
	/* Nothing else of a volume is published, nor of what is about to be one. */
	if (dir->volume || strncmp(event->name, "..", 2) == 0)
		return 0;
	if ((event->mask & IN_CREATE) && !is_whole(dir, event))
		return 0;
	return BIT(SCD_WATCH_SWAP);
}

/* Reads the queue to its end. False: there may be more, after TURN_EVENTS. */
static bool drain(struct scd_watch *w, unsigned *seen)
{
	for (unsigned n = 0; n < TURN_EVENTS; n++) {
		/* Neither of the forms that block: (0, 1) returns what is there. */
		const struct inotify_event *event = inotifytools_next_events(0, 1);

		if (!event)
			return true;
		*seen |= classify(w, event);
	}
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0 };
	struct scd_watch *w = arg;
	unsigned seen = 0;
	bool drained;

	(void)fd;
	(void)what;
	drained = drain(w, &seen);
	/* Of a lost event nobody knows that it was not IN_IGNORED. */
	if (seen & (BIT(SCD_WATCH_OVERFLOW) | BIT(SCD_WATCH_SELF) | BIT(SCD_WATCH_IGNORED)))
		w->stale = true;
	/* What the library has read already does not make the descriptor readable. */
	if (!drained)
		(void)event_add(w->timer, &now);
	else if (w->stale)
		(void)begin_anew(w);
	report(w, seen);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct scd_watch *w = arg;

	if (w->readable)
		on_readable(fd, what, w);
	else
		poll_dirs(w);
}

/* The directories of @dirs, none of them watched so far. */
static int make_set(const struct scd_watch *w, enum scd_watch_tree tree,
		    const struct scd_source_dir *dirs, size_t count, struct set *set)
{
	const char *root = w->roots[tree];

	set->dirs = calloc(count + 1, sizeof(*set->dirs));
	if (!set->dirs)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *below = dirs[i].path;
		char *path;

		if (asprintf(&path, "%s/%s%s", root, below, *below ? "/" : "") < 0)
			return -1;
		set->dirs[i] = (struct watched){ .path = path, .wd = -1 };
		set->dirs[i].below = path + strlen(root) + 1;
		set->dirs[i].optional = *below || tree == SCD_WATCHED_DESTINATION;
		set->dirs[i].volume = dirs[i].volume;
		set->count++;
	}
	return 0;
}

/* @hint is where it usually is. */
static struct watched *find_by_path(const struct set *set, const char *path, size_t hint)
{
	if (hint < set->count && strcmp(set->dirs[hint].path, path) == 0)
		return &set->dirs[hint];
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->dirs[i].path, path) == 0)
			return &set->dirs[i];
	return NULL;
}

/* Hands what @old knows of a directory to @set. Returns how many are new to it, and sets
 * *@lost when one that had a watch is not in @set any more. */
static size_t carry_over(struct set *old, struct set *set, bool *lost)
{
	size_t fresh = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct watched *to = &set->dirs[i];
		struct watched *from = find_by_path(old, to->path, i);

		if (from) {
			to->wd = from->wd;
			to->last = from->last;
			from->wd = -1;
		} else {
			scd_look_take(to->path, &to->last);
			fresh++;
		}
	}
	*lost = false;
	for (size_t i = 0; i < old->count; i++)
		*lost |= old->dirs[i].wd >= 0;
	return fresh;
}

static void swap_sets(struct set *a, struct set *b)
{
	const struct set was = *a;

	*a = *b;
	*b = was;
}

size_t scd_watch_set_dirs(struct scd_watch *watch, enum scd_watch_tree tree,
			  const struct scd_source_dir *dirs, size_t count)
{
	SCD_CLEANUP(set_done) struct set other = { 0 }; /* the new one, then the old one */
	size_t fresh, added = 0;
	struct scd_error err;
	struct set *set;
	bool lost;

	if (!watch->roots[tree] || make_set(watch, tree, dirs, count, &other) < 0)
		return 0; /* the old directories are watched on; the next snapshot tries again */
	/* By names: gcc 12's analyzer loses what an unknown index is given. */
	set = tree == SCD_WATCHED_SOURCE ? &watch->sets[SCD_WATCHED_SOURCE]
					 : &watch->sets[SCD_WATCHED_DESTINATION];
	swap_sets(set, &other);
	fresh = carry_over(&other, set, &lost);

	if (!watch->readable) {
		if (start_inotify(watch, &added, &err) < 0)
			return fresh;
		scd_log0(SCD_LOG_CHANGE, "Watching with inotify again");
		return added;
	}
	if (lost || watch->stale) {
		added = begin_anew(watch);
		return watch->readable ? added : fresh;
	}
	if (add_watches(watch, &added, &err) < 0) {
		stop_inotify(watch);
		start_polling(watch, &err);
		return fresh;
	}
	return added;
}

/* The roots alone: until the first snapshot says that it is a volume, everything counts. */
static int make_roots(struct scd_watch *w)
{
	const struct scd_source_dir root = { .path = (char[]){ "" } };
	const char *paths[] = { [SCD_WATCHED_SOURCE] = w->request.source,
				[SCD_WATCHED_DESTINATION] = w->request.destination };
	struct set none = { 0 };
	bool lost;

	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++) {
		if (!paths[t])
			continue;
		w->roots[t] = strdup(paths[t]);
		if (!w->roots[t] || make_set(w, (enum scd_watch_tree)t, &root, 1, &w->sets[t]) < 0)
			return -1;
		(void)carry_over(&none, &w->sets[t], &lost);
	}
	return 0;
}

int scd_watch_new(struct event_base *base, const struct scd_watch_request *request,
		  struct scd_watch **watch, struct scd_error *err)
{
	SCD_CLEANUP(scd_watch_free) struct scd_watch *w = calloc(1, sizeof(*w));
	struct scd_error why;
	size_t added;

	if (!w)
		return scd_fail(err, SCD_E_NOMEM, 0, "watch '%s'", request->source);
	w->base = base;
	w->request = *request;
	w->timer = evtimer_new(base, on_timer, w);
	if (!w->timer || make_roots(w) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "watch '%s'", request->source);
	w->request.source = w->roots[SCD_WATCHED_SOURCE];
	w->request.destination = w->roots[SCD_WATCHED_DESTINATION];
	if (start_inotify(w, &added, &why) < 0)
		start_polling(w, &why);
	*watch = w;
	w = NULL; /* the caller's now */
	return 0;
}

enum scd_watch_mode scd_watch_mode(const struct scd_watch *watch)
{
	return watch->readable ? SCD_WATCH_INOTIFY : SCD_WATCH_POLL;
}

void scd_watch_free(struct scd_watch **watch)
{
	struct scd_watch *w = *watch;

	if (!w)
		return;
	stop_inotify(w);
	if (w->timer)
		event_free(w->timer);
	for (size_t t = 0; t < SCD_WATCHED_COUNT; t++) {
		set_done(&w->sets[t]);
		free(w->roots[t]);
	}
	free(w);
	*watch = NULL;
}

const char *scd_watch_mode_name(enum scd_watch_mode mode)
{
	static const char *const names[] = {
		[SCD_WATCH_INOTIFY] = "inotify",
		[SCD_WATCH_POLL] = "poll",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == SCD_WATCH_MODE_COUNT, "a name each");

	return (unsigned int)mode < SCD_WATCH_MODE_COUNT ? names[mode] : "unknown";
}

const char *scd_watch_event_name(enum scd_watch_event event)
{
	static const char *const names[] = {
		[SCD_WATCH_SWAP] = "swap",	   [SCD_WATCH_TEARDOWN] = "teardown",
		[SCD_WATCH_OVERFLOW] = "overflow", [SCD_WATCH_SELF] = "self",
		[SCD_WATCH_IGNORED] = "ignored",   [SCD_WATCH_DESTINATION] = "destination",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == SCD_WATCH_EVENT_COUNT, "a name each");

	return (unsigned int)event < SCD_WATCH_EVENT_COUNT ? names[event] : "unknown";
}

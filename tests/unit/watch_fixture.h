/* SPDX-License-Identifier: MIT */
/* A watch on a volume, what is heard of it, and its poll without waiting. */
#ifndef SCD_TEST_WATCH_FIXTURE_H
#define SCD_TEST_WATCH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>

#include "log.h"
#include "volume.h"
#include "watch.h"

#define auto_source SCD_CLEANUP(scd_source_close)
#define auto_watch SCD_CLEANUP(scd_watch_free)

static struct event_base *base;
static unsigned heard[SCD_WATCH_EVENT_COUNT];
static struct scd_error logged; /* the last error that was logged */

/* In place of the log. */
struct scd_log_key scd_key_uint(const char *name, uint64_t value)
{
	(void)value;
	return (struct scd_log_key){ .name = name };
}

void scd_log_write(enum scd_log_level level, const char *where, const struct scd_error *err,
		   const char *msg, const struct scd_log_key *keys, size_t count)
{
	(void)level;
	(void)where;
	(void)msg;
	(void)keys;
	(void)count;
	logged = err ? *err : (struct scd_error){ 0 };
}

static inline void on_event(enum scd_watch_event event, void *arg)
{
	assert_ptr_equal(arg, &base);
	assert_true(event < SCD_WATCH_EVENT_COUNT);
	heard[event]++;
}

static const char *destination; /* NULL: not watched */
static char cared_for[64];

static inline bool is_cared_for(const char *name, void *arg)
{
	assert_ptr_equal(arg, &base);
	return strcmp(name, cared_for) == 0;
}

static inline int watch_setup(void **state)
{
	destination = NULL;
	cared_for[0] = '\0';
	if (tmpdir_setup(state) < 0)
		return -1;
	base = event_base_new();
	logged = (struct scd_error){ 0 };
	memset(heard, 0, sizeof(heard));
	return base ? mkdirat(tmpdir.fd, "v", 0755) : -1;
}

static inline int watch_teardown(void **state)
{
	event_base_free(base);
	return tmpdir_teardown(state);
}

static inline struct scd_watch *watch(const char *name)
{
	struct scd_watch *made = NULL;
	struct scd_error err;

	const struct scd_watch_request request = { .source = at(name),
						   .destination = destination,
						   .fn = on_event,
						   .cares = is_cared_for,
						   .arg = &base,
						   .tag = 0x01234567 };

	assert_int_equal(scd_watch_new(base, &request, &made, &err), 0);
	return made;
}

/* The queue is filled when the call that causes an event returns: nothing has to be waited for,
 * but for a second turn at a queue that is too long for one. */
static inline void listen_to_all(void)
{
	memset(heard, 0, sizeof(heard));
	for (int turn = 0; turn < 8; turn++)
		assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

/* What was heard since: @expected are events, up to SCD_WATCH_EVENT_COUNT. */
static inline void assert_heard(const enum scd_watch_event *expected)
{
	unsigned want[SCD_WATCH_EVENT_COUNT] = { 0 };

	for (; *expected != SCD_WATCH_EVENT_COUNT; expected++)
		want[*expected] = 1;
	listen_to_all();
	for (enum scd_watch_event event = 0; event < SCD_WATCH_EVENT_COUNT; event++)
		if (!heard[event] != !want[event])
			fail_msg("%s: heard %u times", scd_watch_event_name(event), heard[event]);
}

#define ASSERT_HEARD(...) \
	assert_heard((const enum scd_watch_event[]){ __VA_ARGS__, SCD_WATCH_EVENT_COUNT })
#define ASSERT_SILENCE() ASSERT_HEARD(SCD_WATCH_EVENT_COUNT)

static inline size_t set_dirs(struct scd_watch *w, const struct scd_source_dir *dirs, size_t count)
{
	size_t added = scd_watch_set_dirs(w, SCD_WATCHED_SOURCE, dirs, count);

	listen_to_all(); /* what was queued before is of no interest */
	return added;
}

/* SET(w, { "", true }, ...): the paths are not written to. */
#define SET(w, ...)                                           \
	set_dirs(w, (struct scd_source_dir[]){ __VA_ARGS__ }, \
		 sizeof((struct scd_source_dir[]){ __VA_ARGS__ }) / sizeof(struct scd_source_dir))
#define DIR_OF(text, is_volume)                                 \
	{                                                       \
		.path = (char[]){ text }, .volume = (is_volume) \
	}

static inline void publish(const char *name, const char *text)
{
	const struct sim_file files[] = { { "a.json", text, strlen(text) },
					  { "sub/b.json", text, strlen(text) } };

	assert_int_equal(sim_publish(at(name), files, 2, &as_today), 0);
}

/* The inotify descriptors of this process; *@last is one of them. */
static inline unsigned count_inotify(int *last)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char target[32] = "";

		(void)readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (strcmp(target, "anon_inode:inotify") == 0) {
			*last = (int)strtol(entry->d_name, NULL, 10);
			count++;
		}
	}
	(void)closedir(dir);
	return count;
}

static inline int is_timer(const struct event_base *loop, const struct event *event, void *arg)
{
	const struct event **timer = arg;

	(void)loop;
	if (event_get_fd(event) < 0 && event_pending(event, EV_TIMEOUT, NULL))
		*timer = event;
	return 0;
}

/* The timer of the watch, the only event that waits for a time; NULL when it does not. */
static inline struct event *find_timer(void)
{
	struct event *timer = NULL;

	assert_int_equal(event_base_foreach_event(base, is_timer, &timer), 0);
	return timer;
}

/* Lets the five seconds pass that a poll is due in. */
static inline void let_it_poll(void)
{
	struct timeval due, now, left;
	struct event *timer = find_timer();

	memset(heard, 0, sizeof(heard));
	assert_non_null(timer);
	assert_true(event_pending(timer, EV_TIMEOUT, &due));
	assert_int_equal(gettimeofday(&now, NULL), 0);
	evutil_timersub(&due, &now, &left);
	assert_in_range(left.tv_sec, 4, 5);
	event_active(timer, EV_TIMEOUT, 0);
}

#define ASSERT_POLLED(...)                 \
	do {                               \
		let_it_poll();             \
		ASSERT_HEARD(__VA_ARGS__); \
	} while (0)

/* The watch of "v" when no descriptor is left for inotify; @more are there all the same. */
static inline struct scd_watch *watch_without_descriptors(rlim_t more)
{
	struct rlimit limit, none;
	struct scd_watch *w;
	int next = dup(tmpdir.fd);

	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)next + more;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	w = watch("v");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return w;
}

#endif

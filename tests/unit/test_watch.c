/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "log.h"
#include "volume.h"
#include "watch.h"

#define auto_source SCD_CLEANUP(scd_source_close)
#define auto_watch SCD_CLEANUP(scd_watch_free)

/* Most descriptors that select(2), and so libinotifytools, can wait for. */
#define SELECT_MAX 1024

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

static void on_event(enum scd_watch_event event, void *arg)
{
	assert_ptr_equal(arg, &base);
	assert_true(event < SCD_WATCH_EVENT_COUNT);
	heard[event]++;
}

static const char *destination; /* NULL: not watched */
static char cared_for[64];

static bool is_cared_for(const char *name, void *arg)
{
	assert_ptr_equal(arg, &base);
	return strcmp(name, cared_for) == 0;
}

static int watch_setup(void **state)
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

static int watch_teardown(void **state)
{
	event_base_free(base);
	return tmpdir_teardown(state);
}

static struct scd_watch *watch(const char *name)
{
	struct scd_watch *made = NULL;
	struct scd_error err;

	const struct scd_watch_request request = { .source = at(name),
						   .destination = destination,
						   .fn = on_event,
						   .cares = is_cared_for,
						   .arg = &base };

	assert_int_equal(scd_watch_new(base, &request, &made, &err), 0);
	return made;
}

/* The queue is filled when the call that causes an event returns: nothing has to be waited for,
 * but for a second turn at a queue that is too long for one. */
static void listen_to_all(void)
{
	memset(heard, 0, sizeof(heard));
	for (int turn = 0; turn < 8; turn++)
		assert_true(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

/* What was heard since: @expected are events, up to SCD_WATCH_EVENT_COUNT. */
static void assert_heard(const enum scd_watch_event *expected)
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

static size_t set_dirs(struct scd_watch *w, const struct scd_source_dir *dirs, size_t count)
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

static void publish(const char *name, const char *text)
{
	const struct sim_file files[] = { { "a.json", text, strlen(text) },
					  { "sub/b.json", text, strlen(text) } };

	assert_int_equal(sim_publish(at(name), files, 2, &as_today), 0);
}

/* The inotify descriptors of this process; *@last is one of them. */
static unsigned count_inotify(int *last)
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

static void each_generation_of_a_volume_is_one_swap(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	ASSERT_SILENCE();
	publish("v", "1");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(heard[SCD_WATCH_SWAP], 1);    /* of many events: once for each kind */
	assert_int_equal(SET(w, DIR_OF("", true)), 0); /* watched from the start */

	publish("v", "2");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(sim_publish(at("v"), FILES(TEXT("c.json", "3")), &as_today), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP); /* keys came and went */
	assert_int_equal(sim_publish(at("v"), NULL, 0, &as_today), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP); /* an optional ConfigMap was deleted */
	assert_int_equal(sim_publish(at("v"), NULL, 0, &as_today), 0);
	ASSERT_SILENCE(); /* nothing changed */
}

static void only_the_swap_of_a_publication_counts(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	for (int old_order = 0; old_order < 2; old_order++) {
		for (enum sim_step step = SIM_VALIDATE; step < SIM_STEP_COUNT; step++) {
			struct sim_opts opts = { .old_order = old_order, .crash_after = step };
			bool early = old_order && step == SIM_LINK_KEYS;
			char text[16];
			int n = snprintf(text, sizeof(text), "%d %d", old_order, (int)step);

			publish("v", "before");
			(void)SET(w, DIR_OF("", true));
			assert_int_equal(
				sim_publish(at("v"), FILES({ "b.json", text, (size_t)n }), &opts),
				SIM_CRASHED);
			if (step >= SIM_SWAP && !early)
				ASSERT_HEARD(SCD_WATCH_SWAP);
			else
				ASSERT_SILENCE();
			(void)unlinkat(tmpdir.fd, "v/..data_tmp", 0);
		}
	}
}

static void a_volume_is_deaf_to_everything_else(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	publish("v", "1");
	(void)SET(w, DIR_OF("", true));
	put_text("v/stray.json", "{}");
	make_dir("v/mount-point");
	assert_int_equal(renameat(tmpdir.fd, "v/stray.json", tmpdir.fd, "v/b.json"), 0);
	assert_int_equal(unlinkat(tmpdir.fd, "v/b.json", 0), 0);
	put_text("v/..data/a.json", "written to in place"); /* not how it is done */
	ASSERT_SILENCE();
}

static void a_teardown_is_told_from_a_swap(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	publish("v", "1");
	(void)SET(w, DIR_OF("", true));
	make_dir("v/mount-point"); /* so that the directory stays, as a mount holds its inode */
	assert_int_equal(sim_teardown(at("v")), 0);
	ASSERT_HEARD(SCD_WATCH_TEARDOWN);
	publish("v", "2");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

/* In a container the mount keeps the directory alive: nothing is heard of its end. */
static int tear_down_under_a_mount(void)
{
	struct scd_watch *w;

	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 77;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(at("v"), at("mnt"), NULL, MS_BIND, NULL) < 0)
		return 77;
	base = event_base_new();
	w = watch("mnt");
	(void)SET(w, DIR_OF("", true));
	if (sim_teardown(at("v")) < 0)
		return 1;
	listen_to_all();
	if (heard[SCD_WATCH_TEARDOWN] != 1 || heard[SCD_WATCH_SELF] || heard[SCD_WATCH_IGNORED])
		return 2;
	make_dir("v"); /* the kubelet makes it again: another directory */
	publish("v", "2");
	listen_to_all();
	return heard[SCD_WATCH_SWAP] ? 3 : 0;
}

static void run_in_child(int (*child)(void))
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

static void a_teardown_under_a_mount_is_heard_once_and_nothing_after(void **state)
{
	(void)state;
	publish("v", "1");
	make_dir("mnt");
	run_in_child(tear_down_under_a_mount);
}

static void a_file_of_a_plain_directory_counts_when_it_is_written(void **state)
{
	auto_watch struct scd_watch *w = watch("v");
	auto_close int fd = -1;

	(void)state;
	(void)SET(w, DIR_OF("", false));
	fd = openat(tmpdir.fd, "v/a.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	ASSERT_SILENCE(); /* its content is not there yet */
	assert_int_equal(scd_write_all(fd, "{}", 2), 0);
	ASSERT_SILENCE();
	scd_close_fd(&fd);
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void what_is_whole_in_a_plain_directory_counts_at_once(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	put_text("outside", "{}");
	(void)SET(w, DIR_OF("", false));
	assert_int_equal(renameat(tmpdir.fd, "outside", tmpdir.fd, "v/a.json"), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(renameat(tmpdir.fd, "v/a.json", tmpdir.fd, "outside"), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(linkat(tmpdir.fd, "outside", tmpdir.fd, "v/b.json", 0), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(symlinkat("b.json", tmpdir.fd, "v/c.json"), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(mkfifoat(tmpdir.fd, "v/d.json", 0644), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	make_dir("v/sub");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(unlinkat(tmpdir.fd, "v/b.json", 0), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(unlinkat(tmpdir.fd, "v/sub", AT_REMOVEDIR), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void a_plain_directory_becomes_a_volume_at_its_swap(void **state)
{
	const struct sim_opts before = { .crash_after = SIM_LINK_TMP };
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	(void)SET(w, DIR_OF("", false));
	assert_int_equal(sim_publish(at("v"), FILES(TEXT("a.json", "1")), &before), SIM_CRASHED);
	ASSERT_SILENCE(); /* a timestamped directory and ..data_tmp */
	assert_int_equal(renameat(tmpdir.fd, "v/..data_tmp", tmpdir.fd, "v/..data"), 0);
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void nested_directories_are_watched_as_the_snapshot_says(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	make_dir("v/base");
	make_dir("v/apps");
	publish("v/base", "1");
	listen_to_all();
	publish("v/base", "2");
	ASSERT_SILENCE(); /* not watched so far */

	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("base", true), DIR_OF("apps", false)), 2);
	publish("v/base", "3");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	put_text("v/apps/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("base", true), DIR_OF("apps", false)), 0);
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("apps", false), DIR_OF("base", true)), 0);

	/* A volume by now, and deaf to its files from then on. */
	publish("v/apps", "1");
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("apps", true), DIR_OF("base", true)), 0);
	put_text("v/apps/b.json", "{}");
	ASSERT_SILENCE();

	/* What is left out is not watched any more, the rest is, with a gap to look into. */
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("apps", true)), 2);
	publish("v/base", "4");
	ASSERT_SILENCE();
	publish("v/apps", "2");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	put_text("v/c.json", "{}");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void a_removed_directory_is_watched_again_when_it_comes_back(void **state)
{
	auto_watch struct scd_watch *w = watch("v");
	int last;

	(void)state;
	for (int round = 0; round < 3; round++) {
		make_dir("v/base");
		publish("v/base", "1");
		assert_true(SET(w, DIR_OF("", false), DIR_OF("base", true)) > 0);
		publish("v/base", "2");
		ASSERT_HEARD(SCD_WATCH_SWAP);

		assert_int_equal(sim_teardown(at("v/base")), 0);
		ASSERT_HEARD(SCD_WATCH_TEARDOWN, SCD_WATCH_SELF, SCD_WATCH_IGNORED, SCD_WATCH_SWAP);
		assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
		assert_int_equal(count_inotify(&last), 1);
		put_text("v/a.json", "{}");
		ASSERT_HEARD(SCD_WATCH_SWAP); /* the others are watched on */
	}
}

static void a_directory_that_was_moved_away_is_watched_where_it_was(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	make_dir("v/base");
	publish("v/base", "1");
	(void)SET(w, DIR_OF("", false), DIR_OF("base", true));
	assert_int_equal(renameat(tmpdir.fd, "v/base", tmpdir.fd, "away"), 0);
	make_dir("v/base");
	ASSERT_HEARD(SCD_WATCH_SELF, SCD_WATCH_SWAP);
	publish("away", "2");
	ASSERT_SILENCE();
	publish("v/base", "1");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void a_source_that_goes_is_polled_for_until_it_is_back(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	assert_int_equal(unlinkat(tmpdir.fd, "v", AT_REMOVEDIR), 0);
	ASSERT_HEARD(SCD_WATCH_SELF, SCD_WATCH_IGNORED);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	assert_int_equal(logged.sys, ENOENT);
	assert_int_equal(SET(w, DIR_OF("", true)), 0);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	make_dir("v");
	assert_int_equal(SET(w, DIR_OF("", true)), 1);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	publish("v", "1");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void one_volume_at_two_places_is_watched_at_both(void **state)
{
	auto_watch struct scd_watch *w = watch("v");

	(void)state;
	make_dir("v/base");
	publish("v/base", "1");
	/* Another name of the same directory, as a second mount is. */
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("base", true), DIR_OF("./base", true)),
			 2);
	publish("v/base", "2");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_true(SET(w, DIR_OF("", false), DIR_OF("./base", true)) > 0);
	publish("v/base", "3");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void lost_events_are_an_overflow_and_the_watch_goes_on(void **state)
{
	auto_watch struct scd_watch *w = watch("v");
	auto_close int dir = openat(tmpdir.fd, "v", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_close int limit = open("/proc/sys/fs/inotify/max_queued_events", O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	long max;

	(void)state;
	assert_true(limit >= 0 && read(limit, text, sizeof(text) - 1) > 0);
	max = strtol(text, NULL, 10);
	(void)SET(w, DIR_OF("", false));
	for (long i = 0; i < max / 2 + 1; i++) { /* CREATE, DELETE */
		assert_int_equal(symlinkat("x", dir, "x"), 0);
		assert_int_equal(unlinkat(dir, "x", 0), 0);
	}
	ASSERT_HEARD(SCD_WATCH_OVERFLOW, SCD_WATCH_SWAP);
	/* Each turn leaves the loop to others; none of the queue is left behind. */
	assert_true(heard[SCD_WATCH_SWAP] > 1);
	ASSERT_SILENCE();
	put_text("v/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

/* libinotifytools reads more than is looked at in a turn; of the rest the kernel tells no one. */
static void what_a_turn_leaves_in_the_library_is_heard(void **state)
{
	auto_watch struct scd_watch *w = watch("v");
	auto_close int dir = openat(tmpdir.fd, "v", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *name = "a name of 24 characters.";

	(void)state;
	publish("v", "1");
	(void)SET(w, DIR_OF("", true));
	/* 48 bytes an event: 65,536 hold 1,365 of them, and three times that is just under 4,096.
	 */
	for (int i = 0; i < 2500; i++) {
		assert_int_equal(symlinkat("x", dir, name), 0);
		assert_int_equal(unlinkat(dir, name, 0), 0);
	}
	assert_int_equal(unlinkat(dir, "..data", 0), 0);
	ASSERT_HEARD(SCD_WATCH_TEARDOWN);
}

struct follower {
	struct scd_source *source;
	char last[16];
	unsigned mixed;
	unsigned seen;
};

static struct follower follower;

static void follow(enum scd_watch_event event, void *arg)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	const struct scd_source_file *a, *b;
	struct scd_error err;

	(void)event;
	(void)arg;
	if (scd_source_read(follower.source, &shot, &err) < 0)
		return;
	a = scd_snapshot_find(&shot, "a.json");
	b = scd_snapshot_find(&shot, "sub/b.json");
	if (!a || !b || strcmp(a->sha256, b->sha256) != 0) {
		follower.mixed++;
		return;
	}
	follower.seen++;
	(void)snprintf(follower.last, sizeof(follower.last), "%.*s", (int)a->len, a->text);
	if (strcmp(follower.last, "300") == 0)
		(void)event_base_loopbreak(base);
}

static void of_a_burst_of_300_swaps_the_last_generation_is_seen(void **state)
{
	const struct timeval deadline = { .tv_sec = 20 };
	auto_source struct scd_source *source = NULL;
	const struct scd_watch_request request = { .source = at("v"), .fn = follow };
	auto_watch struct scd_watch *w = NULL;
	struct scd_error err;
	pid_t pid;
	int status;

	(void)state;
	publish("v", "0");
	assert_int_equal(scd_source_open(at("v"), &source, &err), 0);
	follower = (struct follower){ .source = source };
	assert_int_equal(scd_watch_new(base, &request, &w, &err), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test ends it as well */
		for (int i = 1; i <= 300; i++) {
			char text[16];

			(void)snprintf(text, sizeof(text), "%d", i);
			publish("v", text);
		}
		_exit(0);
	}
	assert_int_equal(event_base_loopexit(base, &deadline), 0);
	assert_int_equal(event_base_dispatch(base), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(follower.last, "300");
	assert_int_equal(follower.mixed, 0);
	assert_true(follower.seen > 1);
}

static void the_descriptor_is_nonblocking_and_not_inherited(void **state)
{
	struct scd_watch *w = watch("v");
	int fd = -1;

	(void)state;
	assert_int_equal(count_inotify(&fd), 1);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	scd_watch_free(&w);
	assert_null(w);
	assert_int_equal(count_inotify(&fd), 0);
	scd_watch_free(&w);
}

static int is_timer(const struct event_base *loop, const struct event *event, void *arg)
{
	const struct event **timer = arg;

	(void)loop;
	if (event_get_fd(event) < 0 && event_pending(event, EV_TIMEOUT, NULL))
		*timer = event;
	return 0;
}

/* The timer of the watch, the only event that waits for a time; NULL when it does not. */
static struct event *find_timer(void)
{
	struct event *timer = NULL;

	assert_int_equal(event_base_foreach_event(base, is_timer, &timer), 0);
	return timer;
}

/* Lets the five seconds pass that a poll is due in. */
static void let_it_poll(void)
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
static struct scd_watch *watch_without_descriptors(rlim_t more)
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

static void without_inotify_a_volume_is_polled(void **state)
{
	auto_watch struct scd_watch *w = NULL;
	int last;

	(void)state;
	publish("v", "1");
	w = watch_without_descriptors(0);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	assert_int_equal(logged.sys, EMFILE);
	assert_int_equal(count_inotify(&last), 0);
	let_it_poll(); /* the first look could not be taken without a descriptor either */
	listen_to_all();

	ASSERT_POLLED(SCD_WATCH_EVENT_COUNT);
	publish("v", "2");
	ASSERT_SILENCE(); /* not before its time */
	ASSERT_POLLED(SCD_WATCH_SWAP);
	ASSERT_POLLED(SCD_WATCH_EVENT_COUNT);
	make_dir("v/mount-point");
	assert_int_equal(sim_teardown(at("v")), 0);
	ASSERT_POLLED(SCD_WATCH_TEARDOWN);
	put_text("v/a.json", "{}"); /* plain now */
	ASSERT_POLLED(SCD_WATCH_SWAP);
	assert_int_equal(renameat(tmpdir.fd, "v", tmpdir.fd, "away"), 0);
	ASSERT_POLLED(SCD_WATCH_SELF);
	ASSERT_POLLED(SCD_WATCH_EVENT_COUNT);
	make_dir("v");
	ASSERT_POLLED(SCD_WATCH_SELF);
}

/* As the daemon knows it: beneath a path that it was given. */
static struct scd_watch *watch_destination(const char *care)
{
	make_dir("dst");
	destination = at("dst");
	(void)snprintf(cared_for, sizeof(cared_for), "%s", care);
	return watch("v");
}

static void only_what_is_cared_for_counts_in_the_destination(void **state)
{
	auto_watch struct scd_watch *w = watch_destination("a.json");

	(void)state;
	put_text("dst/other.json", "{}"); /* somebody else's */
	put_text("dst/.seccompd.state.json", "[]");
	put_text("dst/.seccompd.tmp.0123456789abcdef", "{}");
	ASSERT_SILENCE();
	put_text("dst/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	assert_int_equal(fchmodat(tmpdir.fd, "dst/a.json", 0600, 0), 0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	assert_int_equal(renameat(tmpdir.fd, "dst/other.json", tmpdir.fd, "dst/a.json"), 0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	assert_int_equal(unlinkat(tmpdir.fd, "dst/a.json", 0), 0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	assert_int_equal(symlinkat("/etc/passwd", tmpdir.fd, "dst/a.json"), 0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	assert_int_equal(fchmodat(tmpdir.fd, "dst/.seccompd.state.json", 0600, 0), 0);
	ASSERT_SILENCE();
}

static void our_own_renames_in_the_destination_are_no_event(void **state)
{
	auto_watch struct scd_watch *w = watch_destination("a.json");

	(void)state;
	for (int i = 0; i < 3; i++) {
		put_text("dst/.seccompd.tmp.0123456789abcdef", "{}");
		assert_int_equal(renameat(tmpdir.fd, "dst/.seccompd.tmp.0123456789abcdef",
					  tmpdir.fd, "dst/a.json"),
				 0);
		ASSERT_SILENCE();
	}
	put_text("dst/.seccompd.tmp.not-one-of-ours", "{}");
	assert_int_equal(
		renameat(tmpdir.fd, "dst/.seccompd.tmp.not-one-of-ours", tmpdir.fd, "dst/a.json"),
		0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
}

static void directories_of_the_destination_are_watched_once_they_are_there(void **state)
{
	auto_watch struct scd_watch *w = watch_destination("base/deep/a.json");
	struct scd_source_dir dirs[] = { DIR_OF("", false), DIR_OF("base", false),
					 DIR_OF("base/deep", false) };

	(void)state;
	assert_int_equal(scd_watch_set_dirs(w, SCD_WATCHED_DESTINATION, dirs, 3), 0);
	make_dir("dst/base");
	make_dir("dst/base/deep");
	assert_int_equal(scd_watch_set_dirs(w, SCD_WATCHED_DESTINATION, dirs, 3), 2);
	ASSERT_SILENCE();
	put_text("dst/base/deep/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
	put_text("dst/base/a.json", "{}");
	ASSERT_SILENCE();
	/* The source's directories are watched on. */
	publish("v", "1");
	ASSERT_HEARD(SCD_WATCH_SWAP);
	assert_int_equal(scd_watch_set_dirs(w, SCD_WATCHED_SOURCE,
					    &(struct scd_source_dir)DIR_OF("", true), 1),
			 0);
	put_text("dst/base/deep/a.json", "{1}");
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
}

static void a_destination_that_comes_later_is_watched_with_the_next_sync(void **state)
{
	auto_watch struct scd_watch *w = NULL;
	struct scd_source_dir root = DIR_OF("", false);

	(void)state;
	destination = at("dst");
	(void)snprintf(cared_for, sizeof(cared_for), "a.json");
	w = watch("v");
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	make_dir("dst");
	assert_int_equal(scd_watch_set_dirs(w, SCD_WATCHED_DESTINATION, &root, 1), 1);
	put_text("dst/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
}

/* Two masks on one inode: the source's stands, the other one is left to the resync. */
static void a_destination_that_is_the_source_is_watched_as_the_source(void **state)
{
	auto_watch struct scd_watch *w = NULL;

	(void)state;
	destination = at("v");
	w = watch("v");
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	put_text("v/a.json", "{}");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void without_inotify_a_file_rewritten_in_place_is_seen_all_the_same(void **state)
{
	auto_watch struct scd_watch *w = NULL;

	(void)state;
	make_dir("dst");
	put_text("dst/a.json", "{}");
	put_text("v/a.json", "{}");
	destination = at("dst");
	w = watch_without_descriptors(0);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	let_it_poll(); /* the first look could not be taken without a descriptor either */
	listen_to_all();

	ASSERT_POLLED(SCD_WATCH_EVENT_COUNT);
	put_text("v/a.json", "{1}");
	ASSERT_POLLED(SCD_WATCH_SWAP);
	put_text("dst/a.json", "{1}");
	ASSERT_POLLED(SCD_WATCH_DESTINATION);
	assert_int_equal(fchmodat(tmpdir.fd, "dst/a.json", 0600, 0), 0);
	ASSERT_POLLED(SCD_WATCH_DESTINATION);
	put_text("dst/.seccompd.state.json", "[]");
	ASSERT_POLLED(SCD_WATCH_EVENT_COUNT);
}

static void inotify_is_tried_again_with_each_snapshot(void **state)
{
	auto_watch struct scd_watch *w = NULL;

	(void)state;
	make_dir("v/base");
	publish("v/base", "1");
	w = watch_without_descriptors(0);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	/* Both: nobody knows what happened since the last poll. */
	assert_int_equal(SET(w, DIR_OF("", false), DIR_OF("base", true)), 2);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	assert_null(find_timer());
	publish("v/base", "2");
	ASSERT_HEARD(SCD_WATCH_SWAP);
}

static void a_descriptor_that_cannot_be_found_is_given_back(void **state)
{
	auto_watch struct scd_watch *w = watch_without_descriptors(1);
	int last;

	(void)state;
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL); /* none left to list /proc/self/fd */
	assert_int_equal(count_inotify(&last), 0);
}

static void somebody_elses_inotify_descriptor_is_not_taken(void **state)
{
	auto_close int other = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	auto_watch struct scd_watch *w = NULL;
	int last = -1;

	(void)state;
	assert_true(other >= 0);
	w = watch("v");
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	assert_int_equal(count_inotify(&last), 1);
	assert_int_equal(last, other);
	scd_close_fd(&other);
	assert_int_equal(SET(w, DIR_OF("", false)), 1);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
}

static void a_descriptor_beyond_select_is_not_used(void **state)
{
	auto_watch struct scd_watch *w = NULL;
	struct rlimit limit, more;
	int high[SELECT_MAX], count = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	more = limit;
	if (more.rlim_max < SELECT_MAX + 64)
		skip();
	more.rlim_cur = SELECT_MAX + 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &more), 0);
	do
		high[count] = dup(tmpdir.fd);
	while (high[count++] < SELECT_MAX - 1);
	w = watch("v");
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	assert_int_equal(logged.sys, EMFILE);
	while (count > 0)
		(void)close(high[--count]);
	assert_int_equal(SET(w, DIR_OF("", false)), 1);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_INOTIFY);
	scd_watch_free(&w);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static int watch_without_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 77;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		return 77;
	base = event_base_new();
	return scd_watch_mode(watch("v")) == SCD_WATCH_POLL ? 0 : 1;
}

static void without_proc_it_polls(void **state)
{
	(void)state;
	run_in_child(watch_without_proc);
}

static bool write_word(const char *path, const char *word)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && scd_write_all(fd, word, strlen(word)) == 0;
}

/* Limits of a user namespace of our own: those of the machine are left alone. */
static bool enter_user_namespace(void)
{
	char map[32];

	(void)snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
	return unshare(CLONE_NEWUSER) == 0 && write_word("/proc/self/uid_map", map);
}

static int watch_without_instances(void)
{
	struct scd_watch *w;

	if (!enter_user_namespace() || !write_word("/proc/sys/user/max_inotify_instances", "0"))
		return 77;
	base = event_base_new();
	w = watch("v");
	if (scd_watch_mode(w) != SCD_WATCH_POLL || logged.sys != EMFILE)
		return 1;
	if (SET(w, DIR_OF("", false)) != 0 || scd_watch_mode(w) != SCD_WATCH_POLL)
		return 2;
	if (!write_word("/proc/sys/user/max_inotify_instances", "1"))
		return 3;
	if (SET(w, DIR_OF("", false)) != 1 || scd_watch_mode(w) != SCD_WATCH_INOTIFY)
		return 4;
	return 0;
}

static void without_an_inotify_instance_it_polls(void **state)
{
	(void)state;
	run_in_child(watch_without_instances);
}

static int watch_without_watches(void)
{
	struct scd_watch *w;
	int last;

	if (!enter_user_namespace() || !write_word("/proc/sys/user/max_inotify_watches", "1"))
		return 77;
	base = event_base_new();
	w = watch("v");
	if (scd_watch_mode(w) != SCD_WATCH_INOTIFY)
		return 1;
	/* One more than there may be: all of them are polled, and no instance is kept. */
	if (SET(w, DIR_OF("", false), DIR_OF("base", true)) != 1)
		return 2;
	if (scd_watch_mode(w) != SCD_WATCH_POLL || logged.sys != ENOSPC || count_inotify(&last))
		return 3;
	publish("v/base", "2");
	let_it_poll();
	listen_to_all();
	return heard[SCD_WATCH_SWAP] == 1 ? 0 : 4;
}

static void without_room_for_a_watch_it_polls(void **state)
{
	(void)state;
	make_dir("v/base");
	publish("v/base", "1");
	run_in_child(watch_without_watches);
}

static void what_happened_before_the_fall_back_is_found_by_the_first_poll(void **state)
{
	auto_watch struct scd_watch *w = watch("v");
	struct rlimit limit, none;

	(void)state;
	publish("v", "1");
	make_dir("v/base");
	(void)SET(w, DIR_OF("", true), DIR_OF("base", false));
	publish("v", "2"); /* unheard: the instance goes before the queue is read */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(scd_watch_set_dirs(w, SCD_WATCHED_SOURCE,
					    &(struct scd_source_dir)DIR_OF("", true), 1),
			 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(scd_watch_mode(w), SCD_WATCH_POLL);
	ASSERT_POLLED(SCD_WATCH_SWAP);
}

static void every_mode_and_event_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(scd_watch_mode_name(SCD_WATCH_INOTIFY), "inotify");
	assert_string_equal(scd_watch_mode_name(SCD_WATCH_POLL), "poll");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_SWAP), "swap");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_TEARDOWN), "teardown");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_OVERFLOW), "overflow");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_SELF), "self");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_IGNORED), "ignored");
	assert_string_equal(scd_watch_event_name(SCD_WATCH_EVENT_COUNT), "unknown");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_setup, watch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_generation_of_a_volume_is_one_swap),
		TEST(only_the_swap_of_a_publication_counts),
		TEST(a_volume_is_deaf_to_everything_else),
		TEST(a_teardown_is_told_from_a_swap),
		TEST(a_teardown_under_a_mount_is_heard_once_and_nothing_after),
		TEST(a_file_of_a_plain_directory_counts_when_it_is_written),
		TEST(what_is_whole_in_a_plain_directory_counts_at_once),
		TEST(a_plain_directory_becomes_a_volume_at_its_swap),
		TEST(nested_directories_are_watched_as_the_snapshot_says),
		TEST(a_removed_directory_is_watched_again_when_it_comes_back),
		TEST(a_directory_that_was_moved_away_is_watched_where_it_was),
		TEST(a_source_that_goes_is_polled_for_until_it_is_back),
		TEST(one_volume_at_two_places_is_watched_at_both),
		TEST(lost_events_are_an_overflow_and_the_watch_goes_on),
		TEST(what_a_turn_leaves_in_the_library_is_heard),
		TEST(of_a_burst_of_300_swaps_the_last_generation_is_seen),
		TEST(the_descriptor_is_nonblocking_and_not_inherited),
		TEST(without_inotify_a_volume_is_polled),
		TEST(inotify_is_tried_again_with_each_snapshot),
		TEST(a_descriptor_that_cannot_be_found_is_given_back),
		TEST(somebody_elses_inotify_descriptor_is_not_taken),
		TEST(a_descriptor_beyond_select_is_not_used),
		TEST(without_inotify_a_file_rewritten_in_place_is_seen_all_the_same),
		TEST(only_what_is_cared_for_counts_in_the_destination),
		TEST(our_own_renames_in_the_destination_are_no_event),
		TEST(directories_of_the_destination_are_watched_once_they_are_there),
		TEST(a_destination_that_comes_later_is_watched_with_the_next_sync),
		TEST(a_destination_that_is_the_source_is_watched_as_the_source),
		TEST(without_proc_it_polls),
		TEST(without_an_inotify_instance_it_polls),
		TEST(without_room_for_a_watch_it_polls),
		TEST(what_happened_before_the_fall_back_is_found_by_the_first_poll),
		TEST(every_mode_and_event_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What is heard of a source by inotify; of the destination in test_watch_destination.c, without
 * inotify in test_watch_poll.c. */
#include "watch_fixture.h"

#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>

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
		TEST(every_mode_and_event_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

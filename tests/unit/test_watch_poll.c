/* SPDX-License-Identifier: MIT */
/* Where inotify is not to be had: a source is polled, and said to be. */
#include "watch_fixture.h"

#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>

/* Most descriptors that select(2), and so libinotifytools, can wait for. */
#define SELECT_MAX 1024

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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_setup, watch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(without_inotify_a_volume_is_polled),
		TEST(inotify_is_tried_again_with_each_snapshot),
		TEST(a_descriptor_that_cannot_be_found_is_given_back),
		TEST(somebody_elses_inotify_descriptor_is_not_taken),
		TEST(a_descriptor_beyond_select_is_not_used),
		TEST(without_inotify_a_file_rewritten_in_place_is_seen_all_the_same),
		TEST(without_proc_it_polls),
		TEST(without_an_inotify_instance_it_polls),
		TEST(without_room_for_a_watch_it_polls),
		TEST(what_happened_before_the_fall_back_is_found_by_the_first_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

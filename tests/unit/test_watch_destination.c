/* SPDX-License-Identifier: MIT */
/* What others do to our files in the destination. */
#include "watch_fixture.h"

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
	put_text("dst/.seccompd.tmp.1123456789abcdef", "{}"); /* another daemon's */
	ASSERT_SILENCE();
	assert_int_equal(
		renameat(tmpdir.fd, "dst/.seccompd.tmp.1123456789abcdef", tmpdir.fd, "dst/a.json"),
		0);
	ASSERT_HEARD(SCD_WATCH_DESTINATION);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_setup, watch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(only_what_is_cared_for_counts_in_the_destination),
		TEST(our_own_renames_in_the_destination_are_no_event),
		TEST(directories_of_the_destination_are_watched_once_they_are_there),
		TEST(a_destination_that_comes_later_is_watched_with_the_next_sync),
		TEST(a_destination_that_is_the_source_is_watched_as_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

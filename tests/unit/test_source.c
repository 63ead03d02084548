/* SPDX-License-Identifier: MIT */
/* Volumes as the kubelet makes them; plain directories in test_source_plain.c, changes while they
 * are read in test_source_races.c. */
#include "source_fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static void a_volume_is_read_through_its_data_link_alone(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	publish("v", FILES(TEXT("web.json", "{\"w\":1}"), TEXT("db.json", "{}"),
			   TEXT("README", "read me"), TEXT("sub/x.json", "[]")));
	put_text("v/stray.json", "not published"); /* the kubelet never writes one */
	assert_int_equal(scd_source_read(source, &shot, &err), 0);

	assert_int_equal(shot.count, 3);
	assert_string_equal(shot.files[0].name, "db.json");
	assert_string_equal(shot.files[1].name, "sub/x.json");
	assert_string_equal(shot.files[2].name, "web.json");
	assert_text(&shot, "web.json", "{\"w\":1}");
	assert_text(&shot, "sub/x.json", "[]");
	assert_int_equal(shot.ignored, 1);
	assert_int_equal(shot.bytes, 7 + 2 + 2);
	assert_int_equal(shot.dir_count, 1); /* nothing below ..data is watched */
	assert_watches(&shot, "", true);
}

static void the_set_digest_names_the_content_and_not_the_generation(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot one = { 0 }, two = { 0 }, three = { 0 };
	struct scd_error err;

	(void)state;
	publish("v", FILES(TEXT("a.json", "1"), TEXT("b.json", "2")));
	assert_int_equal(scd_source_read(source, &one, &err), 0);
	publish("v", FILES(TEXT("a.json", "1"), TEXT("b.json", "3")));
	assert_int_equal(scd_source_read(source, &two, &err), 0);
	publish("v", FILES(TEXT("b.json", "2"), TEXT("a.json", "1")));
	assert_int_equal(scd_source_read(source, &three, &err), 0);

	assert_string_equal(one.digest, three.digest);
	assert_string_not_equal(one.digest, two.digest);
}

static void keys_come_and_go_with_the_generations(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	assert_only(source, "a.json", "1");
	publish("v", FILES(TEXT("a.json", "2")));
	assert_only(source, "a.json", "2");
	publish("v", FILES(TEXT("b.json", "3")));
	assert_only(source, "b.json", "3");
	publish("v", NULL, 0); /* an optional ConfigMap was deleted: a volume of nothing */
	assert_only(source, "", NULL);
}

static bool is_published(const struct sim_opts *opts)
{
	if (opts->old_order && opts->crash_after == SIM_LINK_KEYS)
		return false; /* comes before the swap there */
	return opts->crash_after >= SIM_SWAP;
}

/* Calls @test for each step in both orders, with a new directory "c" each time. */
static void for_each_crash(enum sim_step from,
			   void (*test)(struct scd_source *source, const struct sim_opts *opts))
{
	for (int old_order = 0; old_order < 2; old_order++) {
		for (enum sim_step step = from; step < SIM_STEP_COUNT; step++) {
			struct sim_opts opts = { .old_order = old_order, .crash_after = step };
			auto_source struct scd_source *source = NULL;

			make_dir("c");
			source = open_source("c");
			test(source, &opts);
			assert_int_equal(sim_teardown(at("c")), 0);
			assert_refused(source, SCD_E_DETACHED);
		}
	}
}

static void crash_later_publication(struct scd_source *source, const struct sim_opts *opts)
{
	bool published = is_published(opts);

	publish("c", FILES(TEXT("a.json", "1")));
	assert_int_equal(sim_publish(at("c"), FILES(TEXT("b.json", "2")), opts), SIM_CRASHED);
	assert_only(source, published ? "b.json" : "a.json", published ? "2" : "1");
}

static void a_crash_after_any_step_leaves_one_whole_generation(void **state)
{
	(void)state;
	for_each_crash(SIM_VALIDATE, crash_later_publication);
}

static void crash_first_publication(struct scd_source *source, const struct sim_opts *opts)
{
	assert_int_equal(sim_publish(at("c"), FILES(TEXT("a.json", "1")), opts), SIM_CRASHED);
	if (is_published(opts))
		assert_only(source, "a.json", "1");
	else
		assert_refused(source, SCD_E_MISSING);
}

static void a_first_publication_is_missing_until_its_swap(void **state)
{
	(void)state;
	for_each_crash(SIM_MAKE_DIR, crash_first_publication);
}

static void a_left_over_data_tmp_keeps_the_old_generation(void **state)
{
	const struct sim_opts opts = { .crash_after = SIM_LINK_TMP };
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	assert_int_equal(sim_publish(at("v"), FILES(TEXT("a.json", "2")), &opts), SIM_CRASHED);
	assert_int_equal(sim_publish(at("v"), FILES(TEXT("a.json", "3")), &as_today), -1);
	assert_int_equal(errno, EEXIST);
	assert_only(source, "a.json", "1");
}

static void what_was_a_volume_is_missing_and_not_empty(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	assert_only(source, "a.json", "1");
	make_dir("v/mount-point"); /* keeps the directory through the teardown */
	assert_int_equal(sim_teardown(at("v")), 0);
	assert_refused(source, SCD_E_MISSING);
	assert_refused(source, SCD_E_MISSING); /* not forgotten by a reading that failed */

	publish("v", FILES(TEXT("a.json", "2"))); /* and the kubelet may come back */
	assert_only(source, "a.json", "2");
}

static void a_volume_seen_only_by_a_failed_reading_is_missing_as_well(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	assert_int_equal(symlinkat("..2026", tmpdir.fd, "v/..data"), 0); /* dangles */
	assert_refused(source, SCD_E_MISSING);
	assert_int_equal(unlinkat(tmpdir.fd, "v/..data", 0), 0);
	assert_refused(source, SCD_E_MISSING);
}

static void a_teardown_is_missing_at_each_of_its_steps(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	char target[64] = "v/";

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	assert_only(source, "a.json", "1");
	assert_true(readlinkat(tmpdir.fd, "v/..data", target + 2, sizeof(target) - 3) > 0);

	assert_int_equal(renameat(tmpdir.fd, target, tmpdir.fd, "away"), 0);
	assert_refused(source, SCD_E_MISSING); /* ..data dangles */
	assert_int_equal(unlinkat(tmpdir.fd, "v/a.json", 0), 0);
	assert_refused(source, SCD_E_MISSING);
	assert_int_equal(unlinkat(tmpdir.fd, "v/..data", 0), 0);
	assert_refused(source, SCD_E_MISSING);
	assert_int_equal(unlinkat(tmpdir.fd, "v", AT_REMOVEDIR), 0);
	assert_refused(source, SCD_E_DETACHED);

	/* A new volume at the path is another directory: only a new mount shows it. */
	make_dir("v");
	publish("v", FILES(TEXT("a.json", "2")));
	assert_refused(source, SCD_E_DETACHED);
}

static void a_data_link_that_leads_elsewhere_is_missing(void **state)
{
	static const char *const targets[] = { "../out",	 ".",	      "..",	"/",
					       "..ts/../../out", "not-there", "a-link", "a-file" };
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	make_dir("out");
	put_text("out/a.json", "out");
	put_text("v/a-file", "");
	make_dir("v/..ts");
	assert_int_equal(symlinkat("..ts", tmpdir.fd, "v/a-link"), 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		assert_int_equal(symlinkat(targets[i], tmpdir.fd, "v/..data"), 0);
		assert_refused(source, SCD_E_MISSING);
		assert_int_equal(unlinkat(tmpdir.fd, "v/..data", 0), 0);
	}
	make_dir("v/..data"); /* no link at all */
	put_text("v/..data/a.json", "1");
	assert_refused(source, SCD_E_MISSING);
}

/* items[].path puts files up to four components deep; deeper ones are told about. */
static void items_are_read_four_components_deep(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	publish("v", FILES(TEXT("1/2/3/4.json", "4"), TEXT("1/2/3/4/5.json", "5"),
			   TEXT("1/2/3/4/5/6.json", "6"), TEXT("x.json/y.json", "y"),
			   TEXT("1/..data/n.json", "n"), TEXT("1/.n.json", "n"),
			   TEXT("1/2/..n.json", "n")));
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 5);
	assert_int_equal(shot.dir_count, 1);
	assert_text(&shot, "1/2/3/4.json", "4");
	assert_text(&shot, "x.json/y.json", "y");
	assert_fault(&shot, "1/2/3/4/5.json", SCD_E_BAD_NAME);
	assert_fault(&shot, "1/.n.json", SCD_E_BAD_NAME);
	assert_fault(&shot, "1/2/..n.json", SCD_E_BAD_NAME);
	assert_non_null(strstr(scd_snapshot_find(&shot, "1/.n.json")->fault.msg, "4 components"));
	assert_int_equal(shot.ignored, 1); /* the directory that is too deep */
}

static void hidden_keys_of_a_volume_are_told_about(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	publish("v", FILES(TEXT(".foo.json", "{}"), TEXT(".foo", "{}"), TEXT(".json", "{}"),
			   TEXT("a.json", "{}")));
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 3);
	assert_fault(&shot, ".foo.json", SCD_E_BAD_NAME);
	assert_fault(&shot, ".json", SCD_E_BAD_NAME);
	assert_text(&shot, "a.json", "{}");
}

static void volumes_below_plain_directories_are_read_through_their_own_links(void **state)
{
	auto_source struct scd_source *source = NULL;
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	make_dir("s");
	make_dir("s/base");
	make_dir("s/team");
	make_dir("s/team/apps");
	put_text("s/top.json", "t");
	source = open_source("s");
	publish("s/base", FILES(TEXT("a.json", "a1")));
	publish("s/team/apps", FILES(TEXT("b.json", "b1"), TEXT("deep/c.json", "c1")));
	assert_int_equal(scd_source_read(source, &shot, &err), 0);

	assert_int_equal(shot.count, 4);
	assert_text(&shot, "base/a.json", "a1");
	assert_text(&shot, "team/apps/b.json", "b1");
	assert_text(&shot, "team/apps/deep/c.json", "c1");
	assert_text(&shot, "top.json", "t");
	assert_int_equal(shot.dir_count, 4);
	assert_watches(&shot, "", false);
	assert_watches(&shot, "base", true);
	assert_watches(&shot, "team", false);
	assert_watches(&shot, "team/apps", true);
}

static void a_nested_volume_that_loses_its_data_stops_the_reading(void **state)
{
	auto_source struct scd_source *source = NULL;

	(void)state;
	make_dir("s");
	make_dir("s/base");
	source = open_source("s");
	publish("s/base", FILES(TEXT("a.json", "1")));
	assert_only(source, "base/a.json", "1");
	make_dir("s/base/mount-point");
	assert_int_equal(sim_teardown(at("s/base")), 0);
	assert_refused(source, SCD_E_MISSING);

	/* Not mounted there any more, but removed: that is what was wanted. */
	assert_int_equal(unlinkat(tmpdir.fd, "s/base/mount-point", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(tmpdir.fd, "s/base", AT_REMOVEDIR), 0);
	assert_only(source, "", NULL);
}

/* The kubelet makes mount points in the root of the outer volume. */
static void a_volume_mounted_in_a_volume_covers_what_lies_below(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	make_dir("v/apps");
	publish("v/apps", FILES(TEXT("b.json", "inner")));
	publish("v", FILES(TEXT("a.json", "outer"), TEXT("apps/b.json", "covered"),
			   TEXT("apps/c.json", "covered"), TEXT("items/d.json", "outer")));
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 3);
	assert_text(&shot, "a.json", "outer");
	assert_text(&shot, "apps/b.json", "inner");
	assert_text(&shot, "items/d.json", "outer");
	assert_watches(&shot, "", true);
	assert_watches(&shot, "apps", true);
}

/* Bind mounts are the only way to hold a directory that has no name any more. */
static int detach_nested_mount(void)
{
	struct scd_source *source = NULL;
	struct scd_snapshot shot = { 0 };
	struct scd_error err = { .code = SCD_OK };

	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 77;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(at("v"), at("s/base"), NULL, MS_BIND, NULL) < 0)
		return 77;
	if (scd_source_open(at("s"), &source, &err) < 0 ||
	    scd_source_read(source, &shot, &err) < 0 || shot.count != 1)
		return 1;
	scd_snapshot_done(&shot);
	if (sim_teardown(at("v")) < 0 || scd_source_read(source, &shot, &err) == 0)
		return 2;
	scd_source_close(&source);
	return err.code == SCD_E_DETACHED ? 0 : 3;
}

static void a_nested_mount_of_a_removed_directory_is_detached(void **state)
{
	(void)state;
	make_dir("s");
	make_dir("s/base");
	publish("v", FILES(TEXT("a.json", "1")));
	run_in_child(detach_nested_mount);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, volume_setup, tmpdir_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_volume_is_read_through_its_data_link_alone),
		TEST(the_set_digest_names_the_content_and_not_the_generation),
		TEST(keys_come_and_go_with_the_generations),
		TEST(a_crash_after_any_step_leaves_one_whole_generation),
		TEST(a_first_publication_is_missing_until_its_swap),
		TEST(a_left_over_data_tmp_keeps_the_old_generation),
		TEST(what_was_a_volume_is_missing_and_not_empty),
		TEST(a_volume_seen_only_by_a_failed_reading_is_missing_as_well),
		TEST(a_teardown_is_missing_at_each_of_its_steps),
		TEST(a_data_link_that_leads_elsewhere_is_missing),
		TEST(items_are_read_four_components_deep),
		TEST(hidden_keys_of_a_volume_are_told_about),
		TEST(volumes_below_plain_directories_are_read_through_their_own_links),
		TEST(a_nested_volume_that_loses_its_data_stops_the_reading),
		TEST(a_volume_mounted_in_a_volume_covers_what_lies_below),
		TEST(a_nested_mount_of_a_removed_directory_is_detached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

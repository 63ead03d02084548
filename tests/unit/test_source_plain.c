/* SPDX-License-Identifier: MIT */
/* Plain directories, and what cannot be read. */
#include "source_fixture.h"

#include <sys/resource.h>

static void a_plain_directory_is_read_as_it_is(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	assert_only(source, "", NULL);
	put_text("v/b.json", "b");
	put_text("v/a.json", "");
	put_text("v/README.md", "");
	put_text("v/.hidden", "");
	put_text("v/B.JSON", "");
	make_dir("v/.git");
	put_text("v/.git/config.json", "{}");
	make_dir("v/dir.json");
	put_text("v/dir.json/c.json", "c");
	assert_int_equal(scd_source_read(source, &shot, &err), 0);

	assert_int_equal(shot.count, 3);
	assert_text(&shot, "a.json", "");
	assert_non_null(scd_snapshot_find(&shot, "a.json")->text);
	assert_text(&shot, "b.json", "b");
	assert_text(&shot, "dir.json/c.json", "c");
	assert_int_equal(shot.ignored, 2);
	assert_int_equal(shot.dir_count, 2);
	assert_watches(&shot, "", false);
	assert_watches(&shot, "dir.json", false);
}

static void what_is_no_regular_file_is_a_fault_and_not_waited_for(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	put_text("target", "{}");
	assert_int_equal(symlinkat("../target", tmpdir.fd, "v/link.json"), 0);
	assert_int_equal(symlinkat("nowhere", tmpdir.fd, "v/dangling.json"), 0);
	assert_int_equal(symlinkat("..", tmpdir.fd, "v/up"), 0);
	assert_int_equal(mkfifoat(tmpdir.fd, "v/fifo.json", 0644), 0);
	put_text("v/good.json", "{}");
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 4);
	assert_fault(&shot, "link.json", SCD_E_NOT_REGULAR);
	assert_non_null(strstr(scd_snapshot_find(&shot, "link.json")->fault.msg, "link"));
	assert_fault(&shot, "dangling.json", SCD_E_NOT_REGULAR);
	assert_fault(&shot, "fifo.json", SCD_E_NOT_REGULAR);
	assert_text(&shot, "good.json", "{}");
	assert_int_equal(shot.ignored, 1);
}

static void names_that_are_never_installed_are_faults(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	char fits[SCD_NAME_PART_MAX + 1], longer[SCD_NAME_PART_MAX + 2];
	char path[2 + sizeof(longer)];
	struct scd_error err;

	(void)state;
	memset(fits, 'n', sizeof(fits));
	memcpy(fits + SCD_NAME_PART_MAX - 5, ".json", 6);
	memset(longer, 'n', sizeof(longer));
	memcpy(longer + SCD_NAME_PART_MAX - 4, ".json", 6);
	(void)snprintf(path, sizeof(path), "v/%s", fits);
	put_text(path, "fits");
	(void)snprintf(path, sizeof(path), "v/%s", longer);
	put_text(path, "");
	put_text("v/a b.json", "");
	put_text("v/new\nline.json", "");
	put_text("v/.foo.json", "");
	put_text("v/\xff.json", "");
	make_dir("v/%");
	put_text("v/%/x.json", "");
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 7);
	assert_text(&shot, fits, "fits");
	assert_fault(&shot, longer, SCD_E_BAD_NAME);
	assert_fault(&shot, "a b.json", SCD_E_BAD_NAME);
	assert_fault(&shot, "new\nline.json", SCD_E_BAD_NAME);
	assert_fault(&shot, ".foo.json", SCD_E_BAD_NAME);
	assert_fault(&shot, "\xff.json", SCD_E_BAD_NAME);
	assert_fault(&shot, "%/x.json", SCD_E_BAD_NAME);
	for (size_t i = 0; i < shot.count; i++)
		assert_null(strchr(shot.files[i].fault.msg, '\n'));
}

/* As somebody whom mode bits stop, also when the tests run as root. */
static int read_as_nobody(const char *name, struct scd_snapshot *shot, struct scd_error *err)
{
	auto_source struct scd_source *source = open_source(name);
	uid_t uid = geteuid();
	int ret;

	if (uid == 0)
		assert_int_equal(seteuid(65534), 0);
	ret = scd_source_read(source, shot, err);
	assert_int_equal(seteuid(uid), 0);
	return ret;
}

static void an_unreadable_file_is_a_fault_of_its_own(void **state)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	put_text("v/secret.json", "{}");
	put_text("v/good.json", "{}");
	assert_int_equal(fchmodat(tmpdir.fd, "v/secret.json", 0, 0), 0);
	assert_int_equal(read_as_nobody("v", &shot, &err), 0);
	assert_int_equal(shot.count, 2);
	assert_fault(&shot, "secret.json", SCD_E_SYSTEM);
	assert_int_equal(scd_snapshot_find(&shot, "secret.json")->fault.sys, EACCES);
	assert_text(&shot, "good.json", "{}");
}

/* Its profiles would look as if somebody had removed them. */
static void an_unreadable_directory_stops_the_reading(void **state)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	put_text("v/good.json", "{}");
	make_dir("v/clo\nsed");
	assert_int_equal(fchmodat(tmpdir.fd, "v/clo\nsed", 0, 0), 0);
	assert_int_equal(read_as_nobody("v", &shot, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_int_equal(err.sys, EACCES);
	assert_non_null(strstr(err.msg, "'clo\\nsed'"));
}

static void want_of_descriptors_is_no_fault_of_the_files(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	struct rlimit limit, none;
	int next;

	(void)state;
	put_text("v/a.json", "{}");
	next = dup(tmpdir.fd);
	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	for (rlim_t left = 0; left < 2; left++) {
		/* None for the directory; then one for it and none for the file. */
		none.rlim_cur = (rlim_t)next + left;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
		assert_refused(source, SCD_E_SYSTEM);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	}
	assert_only(source, "a.json", "{}");
}

static void a_source_that_is_not_there_is_missing(void **state)
{
	struct scd_source *source = NULL;
	struct scd_error err;

	(void)state;
	put_text("file", "");
	assert_int_equal(scd_source_open(at("nowhere"), &source, &err), -1);
	assert_int_equal(err.code, SCD_E_MISSING);
	assert_int_equal(scd_source_open(at("file"), &source, &err), -1);
	assert_int_equal(err.code, SCD_E_MISSING);
	assert_null(source);
	scd_source_close(&source);
}

static void a_link_to_the_source_is_followed(void **state)
{
	auto_source struct scd_source *source = NULL;

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	assert_int_equal(symlinkat("v", tmpdir.fd, "link"), 0);
	source = open_source("link");
	assert_only(source, "a.json", "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, volume_setup, tmpdir_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_plain_directory_is_read_as_it_is),
		TEST(what_is_no_regular_file_is_a_fault_and_not_waited_for),
		TEST(names_that_are_never_installed_are_faults),
		TEST(an_unreadable_file_is_a_fault_of_its_own),
		TEST(an_unreadable_directory_stops_the_reading),
		TEST(want_of_descriptors_is_no_fault_of_the_files),
		TEST(a_source_that_is_not_there_is_missing),
		TEST(a_link_to_the_source_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

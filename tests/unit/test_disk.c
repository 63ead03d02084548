/* SPDX-License-Identifier: MIT */
/* The single steps of a transaction, and the directories they work in. */
#include "install_fixture.h"

#include <sys/file.h>
#include <time.h>

#include "dirs.h"

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void a_lock_is_waited_for_and_given_back(void **state)
{
	auto_close int first = -1;
	struct scd_error err;
	double start;

	first = scd_disk_lock(at(state), 0, &err);
	assert_true(first >= 0);
	start = seconds();
	assert_int_equal(scd_disk_lock(at(state), 100, &err), -1);
	assert_int_equal(err.code, SCD_E_BUSY);
	assert_true(seconds() - start >= 0.1);
	scd_close_fd(&first);
	first = scd_disk_lock(at(state), 0, &err);
	assert_true(first >= 0);
}

static void a_lock_file_that_is_something_else_is_refused(void **state)
{
	struct scd_error err;

	assert_int_equal(mkfifoat(at(state), SCD_LOCK_FILE, 0600), 0);
	assert_int_equal(scd_disk_lock(at(state), 0, &err), -1);
	assert_int_equal(err.code, SCD_E_NOT_REGULAR);
	assert_int_equal(unlinkat(at(state), SCD_LOCK_FILE, 0), 0);
	put(at(state), "victim", "");
	assert_int_equal(symlinkat("victim", at(state), SCD_LOCK_FILE), 0);
	assert_int_equal(scd_disk_lock(at(state), 0, &err), -1);
	assert_int_equal(err.sys, ELOOP);
}

static void a_directory_of_another_uid_is_insecure(void **state)
{
	struct scd_error err;

	assert_int_equal(scd_disk_check(at(state), &err), 0);
	if (geteuid() != 0) {
		print_message("skipped: needs uid 0\n");
		skip();
	}
	assert_int_equal(fchown(at(state), 12345, 0), 0);
	assert_int_equal(scd_disk_check(at(state), &err), -1);
	assert_int_equal(err.code, SCD_E_INSECURE);
	assert_non_null(strstr(err.msg, "chown"));
	assert_int_equal(fchown(at(state), 0, 0), 0);
}

static void a_temporary_name_can_be_no_profile(void **state)
{
	struct scd_temp temp;

	assert_int_equal(scd_temp_write(at(state), 0xab, &temp, "x", 1, 0644), 0);
	assert_false(scd_name_valid(temp.name));
	assert_false(scd_name_part_valid(temp.name, strlen(temp.name)));
	assert_int_equal(strlen(temp.name), sizeof(".seccompd.tmp.") - 1 + 16);
	assert_true(scd_temp_is_name(temp.name));
	assert_true(scd_temp_is_of(temp.name, 0xab));
	assert_false(scd_temp_is_of(temp.name, 0));
	assert_false(scd_temp_is_of("a.json", 0xab));
	assert_text(at(state), temp.name, "x");
	scd_temp_discard(at(state), &temp);
	scd_temp_discard(at(state), &temp); /* harmless */
	assert_int_equal(count_entries(at(state), false), 0);
}

static void a_temporary_file_that_fails_leaves_nothing(void **state)
{
	static const enum scd_disk_step steps[] = { SCD_STEP_CREATE, SCD_STEP_WRITE,
						    SCD_STEP_CHMOD };

	for (size_t i = 0; i < COUNT(steps); i++) {
		struct scd_temp temp;

		inject(steps[i], 1, 1, ENOSPC);
		assert_int_equal(scd_temp_write(at(state), 0, &temp, "x", 1, 0644), -1);
		assert_int_equal(errno, ENOSPC);
		assert_string_equal(temp.name, "");
		assert_int_equal(count_entries(at(state), false), 0);
	}
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
	static const enum scd_disk_step steps[] = { SCD_STEP_CREATE, SCD_STEP_WRITE, SCD_STEP_FSYNC,
						    SCD_STEP_RENAME };

	assert_int_equal(scd_disk_replace(at(state), "f", "old", 3, 0600), 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		inject(steps[i], 1, 1, EIO);
		assert_int_equal(scd_disk_replace(at(state), "f", "new", 3, 0600), -1);
		assert_int_equal(errno, EIO);
		assert_text(at(state), "f", "old");
		assert_int_equal(count_entries(at(state), false), 1);
	}
	no_faults();
	assert_int_equal(scd_disk_replace(at(state), "f", "new", 3, 0600), 0);
	assert_text(at(state), "f", "new");
	assert_int_equal(stat_of(at(state), "f").st_mode, S_IFREG | 0600);
}

static void a_directory_that_cannot_get_its_mode_is_not_made(void **state)
{
	inject(SCD_STEP_CHMOD, 1, 1, EPERM);
	assert_int_equal(scd_disk_mkdir(at(state), "d"), -1);
	assert_int_equal(errno, EPERM);
	assert_false(exists(at(state), "d"));
}

static void a_mode_is_set_on_plain_files_alone(void **state)
{
	put(at(state), "f", "");
	assert_int_equal(symlinkat("f", at(state), "l"), 0);
	assert_int_equal(linkat(at(state), "f", at(state), "h", 0), 0);
	assert_int_equal(scd_disk_chmod(at(state), "l", 0600), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(scd_disk_chmod(at(state), "f", 0600), -1);
	assert_int_equal(errno, EMLINK);
	assert_int_equal(unlinkat(at(state), "h", 0), 0);
	assert_int_equal(scd_disk_chmod(at(state), "f", 0600), 0);
	assert_int_equal(stat_of(at(state), "f").st_mode, S_IFREG | 0600);
}

static void directories_are_listed_once_and_know_what_they_are_in(void **state)
{
	static const char *const names[] = { "a.json", "a/b/x.json", "a/b/y.json", "a/z.json",
					     "ab/c.json" };
	static const char *const want_paths[] = { "", "a", "a/b", "ab", "q", "q/r" };
	char q[] = "q/r", b[] = "a/b";
	char *const paths[] = { q, b };
	struct scd_dirs dirs;
	const char *base;
	size_t index;

	assert_int_equal(scd_dirs_init(&dirs, at(state), names, COUNT(names), paths, 2), 0);
	assert_int_equal(dirs.count, COUNT(want_paths));
	for (size_t i = 0; i < dirs.count; i++)
		assert_string_equal(dirs.items[i].path, want_paths[i]);
	assert_int_equal(scd_dirs_of(&dirs, "a.json", &base), 0);
	assert_string_equal(base, "a.json");
	index = scd_dirs_of(&dirs, "a/b/y.json", &base);
	assert_string_equal(dirs.items[index].path, "a/b");
	assert_string_equal(base, "y.json");
	assert_string_equal(dirs.items[dirs.items[index].parent].path, "a");
	index = scd_dirs_of(&dirs, "ab/c.json", &base);
	assert_int_equal(dirs.items[index].parent, 0);

	scd_dirs_use(&dirs, scd_dirs_of(&dirs, "a/b/y.json", &base));
	assert_true(dirs.items[0].used && dirs.items[1].used && dirs.items[2].used);
	assert_false(dirs.items[3].used || dirs.items[4].used);
	scd_dirs_done(&dirs);
}

static void only_so_many_directories_are_open_at_once(void **state)
{
	static char names[3 * SCD_DIRS_OPEN_MAX][24];
	const char *list[COUNT(names)];
	int before = open_fds();
	struct scd_dirs dirs;

	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "d%03zu", i);
		assert_int_equal(mkdirat(at(state), names[i], 0755), 0);
		(void)snprintf(names[i], sizeof(names[i]), "d%03zu/a.json", i);
		list[i] = names[i];
	}
	assert_int_equal(scd_dirs_init(&dirs, at(state), list, COUNT(names), NULL, 0), 0);
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 1; i < dirs.count; i++)
			assert_true(scd_dirs_open(&dirs, i) >= 0);
	assert_int_equal(open_fds(), before + SCD_DIRS_OPEN_MAX);
	scd_dirs_done(&dirs);
	assert_int_equal(open_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FAULT_TEST(a_lock_is_waited_for_and_given_back),
		FAULT_TEST(a_lock_file_that_is_something_else_is_refused),
		FAULT_TEST(a_directory_of_another_uid_is_insecure),
		FAULT_TEST(a_temporary_name_can_be_no_profile),
		FAULT_TEST(a_temporary_file_that_fails_leaves_nothing),
		FAULT_TEST(a_file_is_replaced_whole_or_not_at_all),
		FAULT_TEST(a_directory_that_cannot_get_its_mode_is_not_made),
		FAULT_TEST(a_mode_is_set_on_plain_files_alone),
		FAULT_TEST(directories_are_listed_once_and_know_what_they_are_in),
		FAULT_TEST(only_so_many_directories_are_open_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

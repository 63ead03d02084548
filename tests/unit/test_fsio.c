/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bounds.h"
#include "fsio.h"
#include "tmpdir.h"

static int dir_of(void **state)
{
	return *(int *)*state;
}

static void put(int dir, const char *name, const void *data, size_t len)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(scd_write_all(fd, data, len), 0);
}

static void good_names_are_accepted(void **state)
{
	static const char *const good[] = { "a.json",	    "A-_9.json",     "a.b.json",
					    "a/b/c/d.json", "a.json/b.json", "_.json",
					    "-.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!scd_name_valid(good[i]))
			fail_msg("'%s' is refused", good[i]);
}

static void bad_names_are_refused(void **state)
{
	static const char *const bad[] = { "",
					   ".json",
					   "..json",
					   ".a.json",
					   "a.txt",
					   "a",
					   "a.JSON",
					   "a.json ",
					   "a b.json",
					   "a\n.json",
					   "\xc3\xa4.json",
					   "/a.json",
					   "a//b.json",
					   "a/",
					   "a/.json",
					   "../a.json",
					   "a/../b.json",
					   "a/.b/c.json",
					   "./a.json",
					   "a.json/..",
					   "a.json/",
					   "a/b/c/d/e.json",
					   ".seccompd.state.json" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (scd_name_valid(bad[i]))
			fail_msg("'%s' is accepted", bad[i]);
}

static void a_component_has_at_most_253_bytes(void **state)
{
	char name[SCD_NAME_PART_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name + SCD_NAME_PART_MAX - 5, ".json", 6);
	assert_true(scd_name_valid(name));
	memcpy(name + SCD_NAME_PART_MAX - 4, ".json", 6);
	assert_false(scd_name_valid(name));
}

static void a_part_ends_where_its_length_says(void **state)
{
	(void)state;
	assert_true(scd_name_part_valid("ab/c", 2));
	assert_false(scd_name_part_valid("ab/c", 3));
	assert_false(scd_name_part_valid("ab", 0));
}

static void a_regular_file_is_read_whole(void **state)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	put(dir_of(state), "a", "x\0y", 3);
	assert_int_equal(scd_read_file_at(dir_of(state), "a", true, 3, &text, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "x\0y", 4);
}

static void an_empty_file_is_an_empty_text(void **state)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	put(dir_of(state), "a", "", 0);
	assert_int_equal(scd_read_file_at(dir_of(state), "a", true, 0, &text, &len, &err), 0);
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
}

static void one_byte_over_the_limit_is_too_large(void **state)
{
	struct scd_error err;
	char *text = NULL;
	size_t len;

	put(dir_of(state), "a", "1234", 4);
	assert_int_equal(scd_read_file_at(dir_of(state), "a", true, 3, &text, &len, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
	assert_null(text);
}

/* Files of /proc say that they are empty. */
static void a_file_that_is_longer_than_it_says_is_read_within_the_limit(void **state)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	(void)state;
	assert_int_equal(
		scd_read_file_at(AT_FDCWD, "/proc/self/stat", true, 4096, &text, &len, &err), 0);
	assert_true(len > 2);
	assert_int_equal(strlen(text), len);
	assert_int_equal(scd_read_file_at(AT_FDCWD, "/proc/self/stat", true, 4, &text, &len, &err),
			 -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
}

static void a_symlink_is_followed_only_when_asked(void **state)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	put(dir_of(state), "a", "x", 1);
	assert_int_equal(symlinkat("a", dir_of(state), "l"), 0);
	assert_int_equal(scd_read_file_at(dir_of(state), "l", true, 9, &text, &len, &err), -1);
	assert_int_equal(err.code, SCD_E_SYSTEM);
	assert_int_equal(err.sys, ELOOP);
	assert_int_equal(scd_read_file_at(dir_of(state), "l", false, 9, &text, &len, &err), 0);
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	static const char *const names[] = { "fifo", "dir" };
	struct scd_error err;
	char *text = NULL;
	size_t len;

	assert_int_equal(mkfifoat(dir_of(state), "fifo", 0600), 0);
	assert_int_equal(mkdirat(dir_of(state), "dir", 0700), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
			scd_read_file_at(dir_of(state), names[i], true, 9, &text, &len, &err), -1);
		assert_int_equal(err.code, SCD_E_NOT_REGULAR);
	}
	assert_int_equal(scd_read_file_at(AT_FDCWD, "/dev/zero", true, 9, &text, &len, &err), -1);
	assert_int_equal(err.code, SCD_E_NOT_REGULAR);
}

/* The path that opens and must not, or the other way round; NULL: all is well. */
static const char *wrong_dir_beneath(int dir)
{
	static const struct {
		const char *path;
		bool opens;
	} rows[] = {
		{ "", true },		{ "a", true },	     { "a/b", true },
		{ "missing", false },	{ "a/link", false }, /* to a directory beneath */
		{ "outside", false },			     /* to one above */
		{ "outside/b", false }, { "..", false },     { "a/../..", false },
		{ "/", false },		{ "file", false },
	};
	struct scd_error err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_close int fd = scd_open_dir_beneath(dir, rows[i].path, &err);

		if ((fd >= 0) != rows[i].opens || (fd < 0 && err.code != SCD_E_SYSTEM))
			return rows[i].path;
	}
	return NULL;
}

static void make_dirs(int dir)
{
	assert_int_equal(mkdirat(dir, "a", 0700), 0);
	assert_int_equal(mkdirat(dir, "a/b", 0700), 0);
	assert_int_equal(symlinkat("b", dir, "a/link"), 0);
	assert_int_equal(symlinkat("..", dir, "outside"), 0);
	put(dir, "file", "", 0);
}

static void directories_are_opened_beneath_without_links(void **state)
{
	make_dirs(dir_of(state));
	assert_null(wrong_dir_beneath(dir_of(state)));
}

/* Like Linux before 5.6 (ENOSYS), or a container whose profile is older than the call. */
static void without_openat2(int sys, int dir)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)sys),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]), .filter = code };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0 ||
		    syscall(SYS_openat2, 0, 0, 0, 0) != -1 || errno != sys)
			_exit(2);
		_exit(wrong_dir_beneath(dir) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_same_holds_without_openat2(void **state)
{
	make_dirs(dir_of(state));
	without_openat2(ENOSYS, dir_of(state));
	without_openat2(EPERM, dir_of(state));
}

static void a_failed_write_says_so(void **state)
{
	auto_close int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(scd_write_all(full, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
}

#define on_tmpdir(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_names_are_accepted),
		cmocka_unit_test(bad_names_are_refused),
		cmocka_unit_test(a_component_has_at_most_253_bytes),
		cmocka_unit_test(a_part_ends_where_its_length_says),
		on_tmpdir(a_regular_file_is_read_whole),
		on_tmpdir(an_empty_file_is_an_empty_text),
		on_tmpdir(one_byte_over_the_limit_is_too_large),
		cmocka_unit_test(a_file_that_is_longer_than_it_says_is_read_within_the_limit),
		on_tmpdir(a_symlink_is_followed_only_when_asked),
		on_tmpdir(what_is_no_regular_file_is_refused_without_waiting),
		on_tmpdir(directories_are_opened_beneath_without_links),
		on_tmpdir(the_same_holds_without_openat2),
		cmocka_unit_test(a_failed_write_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/mman.h>

#include "snapshot.h"
#include "source.h"
#include "volume.h"

#define auto_source SCD_CLEANUP(scd_source_close)

/* Allocations until one fails; 0: none does. */
static unsigned fail_at;

static bool refuse(void)
{
	return fail_at > 0 && --fail_at == 0;
}

/* In place of libc's, for the modules under test alone. */
char *strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = refuse() ? NULL : malloc(size);

	return copy ? memcpy(copy, s, size) : NULL;
}

void *reallocarray(void *ptr, size_t nmemb, size_t size)
{
	return refuse() ? NULL : realloc(ptr, nmemb * size);
}

static char big[SCD_PROFILE_MAX + 1];

static struct scd_source *open_source(void)
{
	struct scd_source *source = NULL;
	struct scd_error err;

	assert_int_equal(scd_source_open(tmpdir.path, &source, &err), 0);
	return source;
}

static bool is_mapped(char *page)
{
	return msync(page, 1, MS_ASYNC) == 0;
}

static void a_text_over_the_limit_is_a_fault_and_one_at_it_is_not(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	const struct scd_source_file *file;
	struct scd_error err;

	(void)state;
	put("a.json", big, SCD_PROFILE_MAX);
	put("b.json", big, SCD_PROFILE_MAX + 1);
	put("c.json", "{}", 2);
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 3);
	assert_int_equal(shot.files[0].len, SCD_PROFILE_MAX);
	assert_int_equal(shot.files[1].fault.code, SCD_E_TOO_LARGE);
	assert_null(shot.files[1].text);
	file = scd_snapshot_find(&shot, "c.json");
	assert_non_null(file);
	assert_memory_equal(file->text, "{}", 2);
	assert_int_equal(shot.bytes, SCD_PROFILE_MAX + 2);
}

/* Sizes of /proc files are 0, as those of files that grow while they are read may be. */
static void a_file_that_is_longer_than_it_says_is_read_to_its_end(void **state)
{
	auto_close int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_source_file *file;
	char whole[65536];
	struct scd_error err;
	ssize_t n, used = 0;

	(void)state;
	assert_true(fd >= 0);
	while ((n = read(fd, whole + used, sizeof(whole) - (size_t)used)) > 0)
		used += n;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	file = scd_snapshot_add_file(&shot, "m.json", &err);
	assert_non_null(file);
	assert_int_equal(scd_snapshot_read_text(&shot, file, fd, &err), 0);
	assert_int_equal(scd_snapshot_seal(&shot, &err), 0);
	assert_int_equal(shot.files[0].len, used);
	assert_memory_equal(shot.files[0].text, whole, (size_t)used);
}

static void an_endless_file_is_a_fault_at_the_limit(void **state)
{
	auto_close int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_source_file *file;
	struct scd_error err;

	(void)state;
	file = scd_snapshot_add_file(&shot, "z.json", &err);
	assert_non_null(file);
	assert_int_equal(scd_snapshot_read_text(&shot, file, fd, &err), 0);
	assert_int_equal(file->fault.code, SCD_E_TOO_LARGE);
	assert_int_equal(shot.bytes, 0);
	assert_int_equal(scd_snapshot_seal(&shot, &err), 0);
	assert_null(shot.texts); /* what was read of it is given back */
}

static void a_file_that_cannot_be_read_is_a_fault(void **state)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_source_file *file;
	struct scd_error err;

	file = scd_snapshot_add_file(&shot, "d.json", &err);
	assert_non_null(file);
	assert_int_equal(scd_snapshot_read_text(&shot, file, *(int *)*state, &err), 0);
	assert_int_equal(file->fault.code, SCD_E_SYSTEM);
	assert_int_equal(file->fault.sys, EISDIR);
}

/* The mapping grows from nothing to 16 MiB, and moves, under the texts. */
static void a_snapshot_over_its_bytes_is_refused_whole(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	const size_t files = SCD_SNAPSHOT_BYTES_MAX / SCD_PROFILE_MAX;
	struct scd_error err;
	char name[16];

	(void)state;
	for (size_t i = 0; i < files; i++) {
		(void)snprintf(name, sizeof(name), "%02zu.json", i);
		memset(big, 'a' + (int)i, SCD_PROFILE_MAX);
		if (i < 2)
			put(name, big, SCD_PROFILE_MAX);
		else
			assert_int_equal(linkat(tmpdir.fd, i % 2 ? "01.json" : "00.json", tmpdir.fd,
						name, 0),
					 0);
	}
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, files);
	assert_int_equal(shot.bytes, SCD_SNAPSHOT_BYTES_MAX);
	for (size_t i = 0; i < files; i++) {
		assert_int_equal(shot.files[i].text[0], 'a' + (int)(i % 2));
		assert_int_equal(shot.files[i].text[SCD_PROFILE_MAX - 1], 'a' + (int)(i % 2));
	}

	put("one-more.json", "1", 1);
	scd_snapshot_done(&shot);
	assert_int_equal(scd_source_read(source, &shot, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
	assert_int_equal(shot.count, 0);
}

static void link_names(size_t from, size_t to, const char *suffix)
{
	char name[32];

	for (size_t i = from; i < to; i++) {
		(void)snprintf(name, sizeof(name), "%04zu%s", i, suffix);
		assert_int_equal(linkat(tmpdir.fd, "0000.json", tmpdir.fd, name, 0), 0);
	}
}

static void a_snapshot_over_its_names_is_refused_whole(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	put("0000.json", "{}", 2);
	link_names(1, SCD_SNAPSHOT_FILES_MAX, ".json");
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, SCD_SNAPSHOT_FILES_MAX);
	for (size_t i = 0; i < shot.count; i++)
		assert_ptr_equal(scd_snapshot_find(&shot, shot.files[i].name), &shot.files[i]);
	assert_null(scd_snapshot_find(&shot, "0000.jso"));
	assert_null(scd_snapshot_find(&shot, "9999.json"));
	assert_null(scd_snapshot_find(&shot, ""));
	scd_snapshot_done(&shot);

	link_names(0, 1, ".txt"); /* names that are ignored are names all the same */
	assert_int_equal(scd_source_read(source, &shot, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
}

static void a_snapshot_over_its_directories_is_refused_whole(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;
	char name[16];

	(void)state;
	for (size_t i = 1; i < SCD_SNAPSHOT_FILES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%zu", i);
		make_dir(name);
	}
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.dir_count, SCD_SNAPSHOT_FILES_MAX); /* with the source */
	scd_snapshot_done(&shot);
	make_dir("one-more");
	assert_int_equal(scd_source_read(source, &shot, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
}

static void the_keys_of_a_full_volume_do_not_count_twice(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	const size_t keys = SCD_SNAPSHOT_FILES_MAX / 2 + 1;
	struct scd_error err;
	char name[32];

	(void)state;
	put("link", "", 0); /* any entry will do, hard links are quicker than soft ones */
	make_dir("..ts");
	assert_int_equal(symlinkat("..ts", tmpdir.fd, "..data"), 0);
	for (size_t i = 0; i < keys; i++) {
		(void)snprintf(name, sizeof(name), "..ts/%04zu.json", i);
		assert_int_equal(linkat(tmpdir.fd, "link", tmpdir.fd, name, 0), 0);
		assert_int_equal(linkat(tmpdir.fd, "link", tmpdir.fd, name + strlen("..ts/"), 0),
				 0);
	}
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, keys);
}

static void dropped_texts_are_memory_given_back(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	char *texts, *last;
	struct scd_error err;
	size_t size;

	(void)state;
	memset(big, 'x', sizeof(big));
	put("a.json", big, SCD_PROFILE_MAX);
	put("b.json", "{}", 2);
	put("empty.json", "", 0);
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	texts = shot.texts;
	size = shot.texts_size;
	last = texts + size - 1;
	assert_int_equal(size, SCD_PROFILE_MAX + 4096); /* no page more than needed */
	assert_true(is_mapped(texts) && is_mapped(texts + size - 4096));

	scd_snapshot_drop_texts(&shot);
	assert_false(is_mapped(texts));
	assert_false(is_mapped(last - 4095));
	assert_int_equal(shot.texts_size, 0);
	assert_int_equal(shot.count, 3);
	assert_string_equal(shot.files[1].name, "b.json");
	assert_int_equal(shot.files[1].len, 2);
	assert_null(shot.files[0].text);
	assert_null(shot.files[2].text);
	assert_int_equal(strlen(shot.files[0].sha256), SCD_SHA256_HEX - 1);
	scd_snapshot_drop_texts(&shot); /* twice is fine */
}

static void an_empty_file_has_an_empty_text(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	put("empty.json", "", 0);
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 1);
	assert_non_null(shot.files[0].text); /* NULL would be a fault */
	assert_int_equal(shot.files[0].len, 0);
}

static void texts_are_read_only_once_sealed(void **state)
{
	auto_source struct scd_source *source = open_source();
	auto_snapshot struct scd_snapshot shot = { 0 };
	auto_close int null = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct scd_error err;

	(void)state;
	put("a.json", "{}", 2);
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	/* The kernel writes for us, and says EFAULT where we should have died. */
	assert_int_equal(read(null, shot.texts, 1), -1);
	assert_int_equal(errno, EFAULT);
}

static void of_two_files_of_one_name_the_later_stays(void **state)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	auto_snapshot struct scd_snapshot same = { 0 };
	static const char *const texts[] = { "b", "old", "new" };
	static const char *const names[] = { "b.json", "a.json", "a.json" };
	struct scd_error err;

	for (size_t i = 0; i < 3; i++) {
		struct scd_source_file *file = scd_snapshot_add_file(&shot, names[i], &err);
		auto_close int fd = -1;

		put("text", texts[i], strlen(texts[i]));
		fd = openat(*(int *)*state, "text", O_RDONLY | O_CLOEXEC);
		assert_non_null(file);
		assert_int_equal(scd_snapshot_read_text(&shot, file, fd, &err), 0);
	}
	assert_int_equal(scd_snapshot_seal(&shot, &err), 0);
	assert_int_equal(shot.count, 2);
	assert_string_equal(shot.files[0].name, "a.json");
	assert_memory_equal(shot.files[0].text, "new", 3);
	assert_string_equal(shot.files[1].name, "b.json");
	assert_memory_equal(shot.files[1].text, "b", 1);

	/* The digest knows nothing of the one that went. */
	assert_int_equal(scd_snapshot_seal(&same, &err), 0);
	assert_string_not_equal(same.digest, shot.digest);
	assert_int_equal(strlen(same.digest), SCD_SHA256_HEX - 1); /* of nothing */
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
	auto_source struct scd_source *source = open_source();
	unsigned n = 0;
	int ret;

	(void)state;
	make_dir("v");
	assert_int_equal(
		sim_publish(at("v"), FILES(TEXT("a.json", "1"), TEXT("b/c.json", "2")), &as_today),
		0);
	put("p.json", "{}", 2);
	do {
		auto_snapshot struct scd_snapshot shot = { 0 };
		struct scd_error err;

		fail_at = ++n;
		ret = scd_source_read(source, &shot, &err);
		if (ret < 0)
			assert_int_equal(err.code, SCD_E_NOMEM);
		else
			assert_int_equal(shot.count, 3);
	} while (fail_at == 0);
	assert_int_equal(ret, 0);
	assert_true(n > 10); /* files, directories, volumes, each name */
	fail_at = 0;
}

/* In memory where there is such a place: thousands of directories are slow on a disk. */
static int memory_setup(void **state)
{
	(void)snprintf(tmpdir.path, sizeof(tmpdir.path), "/dev/shm/scd-test-XXXXXX");
	if (!mkdtemp(tmpdir.path))
		return tmpdir_setup(state);
	tmpdir.fd = open(tmpdir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &tmpdir.fd;
	return tmpdir.fd < 0 ? -1 : 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, memory_setup, tmpdir_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_text_over_the_limit_is_a_fault_and_one_at_it_is_not),
		TEST(a_file_that_is_longer_than_it_says_is_read_to_its_end),
		TEST(an_endless_file_is_a_fault_at_the_limit),
		TEST(a_file_that_cannot_be_read_is_a_fault),
		TEST(a_snapshot_over_its_bytes_is_refused_whole),
		TEST(a_snapshot_over_its_names_is_refused_whole),
		TEST(a_snapshot_over_its_directories_is_refused_whole),
		TEST(the_keys_of_a_full_volume_do_not_count_twice),
		TEST(dropped_texts_are_memory_given_back),
		TEST(an_empty_file_has_an_empty_text),
		TEST(texts_are_read_only_once_sealed),
		TEST(of_two_files_of_one_name_the_later_stays),
		TEST(running_out_of_memory_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

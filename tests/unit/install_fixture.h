/* SPDX-License-Identifier: MIT */
/* A source made of words, and what lies in the destination, for the tests of install. */
#ifndef SCD_TEST_INSTALL_FIXTURE_H
#define SCD_TEST_INSTALL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "disk.h"
#include "fsio.h"
#include "install.h"
#include "ledger.h"
#include "tmpdir.h"

#define DIED 99 /* exit status of a process that ended at the step it was to die at */
#define NOW INT64_C(1787479200) /* 2026-08-23T10:00:00Z */
#define ON_TMPDIR(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One profile of the source; sorted by name, as a snapshot is. */
struct profile {
	const char *name;
	const char *text;
	enum scd_verdict verdict;
};

#define GOOD(name, text)                       \
	{                                      \
		name, text, SCD_VERDICT_ACCEPT \
	}
#define BAD(name, text)                        \
	{                                      \
		name, text, SCD_VERDICT_REJECT \
	}

struct world {
	struct scd_source_file files[512];
	enum scd_verdict verdicts[512];
	struct scd_snapshot snapshot;
	struct scd_install_request request;
};

static struct world world;

static inline int at(void **state)
{
	return *(int *)*state;
}

/* The request to install @profiles into @destination. */
static inline struct scd_install_request *want_all(int destination, const struct profile *profiles,
						   size_t count)
{
	world = (struct world){ 0 };
	assert_true(count <= COUNT(world.files));
	for (size_t i = 0; i < count; i++) {
		struct scd_source_file *file = &world.files[i];
		union {
			const char *c;
			char *p;
		} name = { .c = profiles[i].name };

		*file = (struct scd_source_file){ .name = name.p, .text = profiles[i].text };
		file->len = strlen(file->text);
		scd_sha256_hex(file->text, file->len, file->sha256);
		world.verdicts[i] = profiles[i].verdict;
	}
	world.snapshot = (struct scd_snapshot){ .files = world.files, .count = count };
	scd_sha256_hex("set", 3, world.snapshot.digest);
	world.request = (struct scd_install_request){
		.destination = destination,
		.snapshot = &world.snapshot,
		.verdicts = world.verdicts,
		.policy = { .max_removals_percent = 50, .now = NOW },
		.pod_uid = "0b4f",
	};
	return &world.request;
}
#define want(destination, ...)                                         \
	want_all(destination, (const struct profile[]){ __VA_ARGS__ }, \
		 COUNT(((const struct profile[]){ __VA_ARGS__ })))

static struct scd_install_outcome outcome;

static inline const struct scd_install_result *result_of(const char *name)
{
	for (size_t i = 0; i < outcome.count; i++)
		if (strcmp(outcome.results[i].name, name) == 0)
			return &outcome.results[i];
	fail_msg("no result for %s", name);
	abort(); /* for the analyzer: not reached */
}

static inline int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Runs the transaction; &outcome tells. Every descriptor is given back. */
static inline void run(const struct scd_install_request *request)
{
	int before = open_fds();
	struct scd_error err;

	scd_install_outcome_done(&outcome);
	assert_int_equal(scd_install_run(request, &outcome, &err), 0);
	assert_int_equal(open_fds(), before);
}

static inline void assert_result(const char *name, enum scd_operation op, enum scd_phase phase,
				 const char *reason)
{
	const struct scd_install_result *result = result_of(name);

	if (result->op != op || result->phase != phase || strcmp(result->reason, reason) != 0)
		fail_msg("%s: %s, %s '%s', errno %d", name, scd_operation_name(result->op),
			 scd_phase_name(result->phase), result->reason, result->sys);
}

static inline void put(int dir, const char *name, const char *text)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(scd_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(fchmod(fd, 0644), 0);
}

static inline void assert_text(int dir, const char *name, const char *want_text)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(dir, name, true, 1 << 20, &text, &len, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(text, want_text);
}

static inline bool exists(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline struct stat stat_of(int dir, const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

/* The same file, untouched? */
static inline bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_mode == b->st_mode && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Entries of a directory, temporary files alone when @temps. */
static inline size_t count_entries(int dir, bool temps)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(list);
	while ((entry = readdir(list)))
		count +=
			temps ? strncmp(entry->d_name, ".seccompd.tmp.", 14) == 0
			      : strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(list);
	return count;
}

/* What the state file says; "" for an empty one. */
static inline void read_ledger(int dir, struct scd_ledger *ledger)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(dir, SCD_LEDGER_FILE, true, 1 << 20, &text, &len, &err) < 0 ||
	    scd_ledger_parse(text, len, ledger, &err) < 0) {
		fail_msg("state file: %s", err.msg);
		abort(); /* for the analyzer: not reached */
	}
}

static inline bool is_owned(int dir, const char *name)
{
	auto_ledger struct scd_ledger ledger = { 0 };

	read_ledger(dir, &ledger);
	return scd_ledger_find(&ledger, name);
}

static inline void assert_no_temps(int dir)
{
	static const char *const dirs[] = { ".", "base", "base/deep" };

	for (size_t i = 0; i < COUNT(dirs); i++) {
		auto_close int fd = openat(dir, dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0)
			assert_int_equal(count_entries(fd, true), 0);
	}
}

/* Faults, where a test asks for them. */
static struct {
	size_t steps[SCD_STEP_RMDIR + 1]; /* seen so far */
	size_t total;
	size_t die_at;		   /* step of any kind; 0: never */
	enum scd_disk_step fail;   /* the step that fails */
	size_t fail_from, fail_to; /* of its kind: the first and the last; 0: none */
	int sys;
	void (*meanwhile)(int dir); /* somebody else acts before the first rename */
	int dir;
} fault;

static inline int on_step(enum scd_disk_step step)
{
	fault.steps[step]++;
	if (++fault.total == fault.die_at)
		_exit(DIED);
	if (fault.meanwhile &&
	    (step == SCD_STEP_RENAME || step == SCD_STEP_RENAME_NEW || step == SCD_STEP_FSYNC)) {
		void (*act)(int dir) = fault.meanwhile;

		fault.meanwhile = NULL;
		act(fault.dir);
	}
	if (step == fault.fail && fault.steps[step] >= fault.fail_from &&
	    fault.steps[step] <= fault.fail_to)
		return fault.sys;
	return 0;
}

static inline void no_faults(void)
{
	memset(&fault, 0, sizeof(fault));
}

static inline void inject(enum scd_disk_step step, size_t from, size_t to, int sys)
{
	no_faults();
	fault.fail = step;
	fault.fail_from = from;
	fault.fail_to = to;
	fault.sys = sys;
}

static inline int setup(void **state)
{
	no_faults();
	scd_disk_set_hook(on_step);
	return tmpdir_setup(state);
}

static inline int teardown(void **state)
{
	scd_disk_set_hook(NULL);
	scd_install_outcome_done(&outcome);
	return tmpdir_teardown(state);
}

#define FAULT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif

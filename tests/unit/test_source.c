/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "source.h"
#include "volume.h"

#define auto_source SCD_CLEANUP(scd_source_close)

/* What somebody else does before and after each readlinkat(2), and before each openat(2),
 * of the reader: nothing below is left to chance. */
static void (*before_readlink)(void);
static void (*after_readlink)(void);
static void (*before_open)(const char *name);

/* Whoever is called must not call itself by what it does. */
static void call(void (**hook)(void))
{
	void (*saved)(void) = *hook;

	*hook = NULL;
	if (saved)
		saved();
	*hook = saved;
}

ssize_t readlinkat(int fd, const char *restrict path, char *restrict buf, size_t len)
{
	ssize_t n;

	call(&before_readlink);
	n = syscall(SYS_readlinkat, fd, path, buf, len);
	call(&after_readlink);
	return n;
}

int openat(int fd, const char *file, int oflag, ...)
{
	void (*hook)(const char *) = before_open;
	unsigned mode;
	va_list ap;

	va_start(ap, oflag);
	mode = oflag & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	before_open = NULL;
	if (hook)
		hook(file);
	before_open = hook;
	return (int)syscall(SYS_openat, fd, file, oflag, mode);
}

static struct scd_source *open_source(const char *name)
{
	struct scd_source *source = NULL;
	struct scd_error err;

	assert_int_equal(scd_source_open(at(name), &source, &err), 0);
	return source;
}

static void assert_text(const struct scd_snapshot *shot, const char *name, const char *text)
{
	const struct scd_source_file *file = scd_snapshot_find(shot, name);

	assert_non_null(file);
	assert_int_equal(file->fault.code, SCD_OK);
	assert_int_equal(file->len, strlen(text));
	assert_memory_equal(file->text, text, file->len);
	assert_int_equal(strlen(file->sha256), SCD_SHA256_HEX - 1);
}

static void assert_fault(const struct scd_snapshot *shot, const char *name, enum scd_code code)
{
	const struct scd_source_file *file = scd_snapshot_find(shot, name);

	assert_non_null(file);
	assert_int_equal(file->fault.code, code);
	assert_true(strlen(file->fault.msg) > 0);
	assert_null(file->text);
	assert_string_equal(file->sha256, "");
}

/* Reads the source anew and looks at the one file of it, "" for none. */
static void assert_only(struct scd_source *source, const char *name, const char *text)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, *name ? 1 : 0);
	if (*name)
		assert_text(&shot, name, text);
}

static void assert_refused(struct scd_source *source, enum scd_code code)
{
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	assert_int_equal(scd_source_read(source, &shot, &err), -1);
	assert_string_equal(scd_code_name(err.code), scd_code_name(code));
	assert_true(strlen(err.msg) > 0);
	assert_int_equal(shot.count, 0); /* written on success only */
}

static void assert_watches(const struct scd_snapshot *shot, const char *path, bool volume)
{
	for (size_t i = 0; i < shot->dir_count; i++) {
		if (strcmp(shot->dirs[i].path, path) == 0) {
			assert_int_equal(shot->dirs[i].volume, volume);
			return;
		}
	}
	fail_msg("'%s' is not to be watched", path);
}

static void publish(const char *name, const struct sim_file *files, size_t count)
{
	assert_int_equal(sim_publish(at(name), files, count, &as_today), 0);
}

/* A volume called "v". */
static int volume_setup(void **state)
{
	int ret = tmpdir_setup(state);

	before_readlink = after_readlink = NULL;
	before_open = NULL;
	return ret < 0 ? ret : mkdirat(tmpdir.fd, "v", 0755);
}

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

static int status_of(int (*child)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_nested_mount_of_a_removed_directory_is_detached(void **state)
{
	int status;

	(void)state;
	make_dir("s");
	make_dir("s/base");
	publish("v", FILES(TEXT("a.json", "1")));
	status = status_of(detach_nested_mount);
	if (status == 77 && !getenv("SCD_MUST_RUN"))
		skip();
	assert_int_equal(status, 0);
}

static unsigned swaps_left, generation;

/* Between the look at ..data and the look at what it points to, or after the reading. */
static void swap_generations(void)
{
	char text[16];
	int n;

	if (swaps_left == 0)
		return;
	swaps_left--;
	n = snprintf(text, sizeof(text), "%u", ++generation);
	publish("v", FILES({ "a.json", text, (size_t)n }, { "b.json", text, (size_t)n }));
}

static void a_swap_in_the_middle_starts_the_reading_anew(void **state)
{
	(void)state;
	for (unsigned swaps = 1; swaps <= 19; swaps++) {
		auto_source struct scd_source *source = open_source("v");
		auto_snapshot struct scd_snapshot shot = { 0 };
		struct scd_error err;
		char newest[16];

		swaps_left = 1;
		swap_generations();
		swaps_left = swaps;
		before_readlink = swap_generations;
		assert_int_equal(scd_source_read(source, &shot, &err), 0);
		before_readlink = NULL;
		assert_int_equal(swaps_left, 0);
		(void)snprintf(newest, sizeof(newest), "%u", generation);
		assert_text(&shot, "a.json", newest);
		assert_text(&shot, "b.json", newest);
	}
}

static void a_source_that_never_rests_is_busy(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	swaps_left = 1;
	swap_generations();
	swaps_left = 1000;
	before_readlink = swap_generations;
	assert_refused(source, SCD_E_BUSY);
	before_readlink = NULL;
	assert_in_range(swaps_left, 1000 - 3 * 20, 1000 - 20); /* 20 tries, bounded */
}

static unsigned looks;

static void publish_at_the_second_look(void)
{
	if (++looks == 2)
		publish("v", FILES(TEXT("a.json", "1")));
}

/* The first look says that there is no ..data, the listing or its end that there is. */
static void a_directory_that_becomes_a_volume_is_read_anew(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	put_text("v/plain.json", "not of the volume");
	assert_only(source, "plain.json", "not of the volume");
	looks = 0;
	before_readlink = publish_at_the_second_look;
	assert_only(source, "a.json", "1");
	assert_true(looks > 2);
}

static void a_volume_that_is_born_while_it_is_listed_is_read_anew(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	make_dir("v/..left-over");
	assert_refused(source, SCD_E_MISSING);
	looks = 0;
	before_readlink = publish_at_the_second_look;
	assert_only(source, "a.json", "1");
	assert_true(looks > 2);
}

static void publish_after_the_second_look(void)
{
	if (++looks == 2)
		publish("v", FILES(TEXT("a.json", "2")));
}

static void a_generation_that_goes_before_it_is_pinned_is_no_teardown(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	publish("v", FILES(TEXT("a.json", "1")));
	looks = 0;
	after_readlink = publish_after_the_second_look;
	assert_only(source, "a.json", "2");
	assert_true(looks > 2);
}

static void take_away(const char *name)
{
	if (strcmp(name, "a.json") == 0 && looks++ == 0)
		assert_int_equal(renameat(tmpdir.fd, "v/..data/a.json", tmpdir.fd, "away"), 0);
}

static void bring_back(void)
{
	(void)renameat(tmpdir.fd, "away", tmpdir.fd, "v/..data/a.json");
}

/* The kubelet never takes one file out of a generation: it is removing all of it. */
static void a_file_that_goes_from_a_generation_starts_the_reading_anew(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	auto_snapshot struct scd_snapshot shot = { 0 };
	struct scd_error err;

	(void)state;
	publish("v", FILES(TEXT("a.json", "1"), TEXT("b.json", "1")));
	looks = 0;
	before_open = take_away;
	before_readlink = bring_back;
	assert_int_equal(scd_source_read(source, &shot, &err), 0);
	assert_int_equal(shot.count, 2);
	assert_int_equal(looks, 2);
}

static void remove_by_name(const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "v/%s", name);
	if (strcmp(name, "sub") == 0)
		assert_int_equal(unlinkat(tmpdir.fd, path, AT_REMOVEDIR), 0);
	if (name[0] == 'x')
		assert_int_equal(unlinkat(tmpdir.fd, path, 0), 0);
}

/* More goes than there are tries: this costs none. */
static void what_goes_from_a_plain_directory_is_left_out(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	char name[16];

	(void)state;
	put_text("v/a.json", "a");
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(name, sizeof(name), "v/x%u.json", i);
		put_text(name, "x");
	}
	make_dir("v/sub");
	before_open = remove_by_name;
	assert_only(source, "a.json", "a");
}

static void remove_at_the_second_look(void)
{
	if (++looks == 2)
		assert_int_equal(unlinkat(tmpdir.fd, "v/sub", AT_REMOVEDIR), 0);
}

static void a_directory_removed_while_it_is_listed_is_left_out(void **state)
{
	auto_source struct scd_source *source = open_source("v");

	(void)state;
	put_text("v/a.json", "a");
	make_dir("v/sub");
	looks = 0;
	before_readlink = remove_at_the_second_look; /* for ..data, of sub */
	assert_only(source, "a.json", "a");
}

/* Until killed: swaps generations of 8 files as fast as it can. */
static void swap_for_ever(void)
{
	static char texts[2][256];
	struct sim_file files[8];
	static const char *const names[8] = { "a.json", "b.json",   "c.json",	"d.json",
					      "e.json", "f/f.json", "f/g.json", "h.json" };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test ends it as well */
	for (unsigned i = 0;; i++) {
		char *text = texts[i % 2];

		memset(text, 'a' + (int)(i % 26), sizeof(texts[0]));
		for (size_t k = 0; k < 8; k++)
			files[k] = (struct sim_file){ names[k], text, 1 + i % sizeof(texts[0]) };
		if (sim_publish(at("v"), files, 8, &as_today) < 0)
			_exit(1);
		(void)usleep(200);
	}
}

static void no_snapshot_ever_mixes_generations(void **state)
{
	auto_source struct scd_source *source = open_source("v");
	unsigned whole = 0, changes = 0;
	char digest[SCD_SHA256_HEX] = "";
	const time_t deadline = time(NULL) + 10;
	pid_t pid;

	(void)state;
	publish("v", FILES(TEXT("a.json", "0")));
	pid = fork();
	if (pid == 0)
		swap_for_ever();
	while ((whole < 300 || changes < 30) && time(NULL) < deadline) {
		auto_snapshot struct scd_snapshot shot = { 0 };
		struct scd_error err;

		if (scd_source_read(source, &shot, &err) < 0) {
			assert_int_equal(err.code, SCD_E_BUSY);
			continue;
		}
		whole++;
		assert_true(shot.count == 8 || shot.count == 1);
		for (size_t k = 1; k < shot.count; k++)
			assert_string_equal(shot.files[k].sha256, shot.files[0].sha256);
		changes += strcmp(digest, shot.digest) != 0;
		memcpy(digest, shot.digest, sizeof(digest));
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(whole >= 300 && changes >= 30); /* or the writer did not get at it */
}

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
		TEST(a_swap_in_the_middle_starts_the_reading_anew),
		TEST(a_source_that_never_rests_is_busy),
		TEST(a_directory_that_becomes_a_volume_is_read_anew),
		TEST(a_volume_that_is_born_while_it_is_listed_is_read_anew),
		TEST(a_generation_that_goes_before_it_is_pinned_is_no_teardown),
		TEST(a_file_that_goes_from_a_generation_starts_the_reading_anew),
		TEST(what_goes_from_a_plain_directory_is_left_out),
		TEST(a_directory_removed_while_it_is_listed_is_left_out),
		TEST(no_snapshot_ever_mixes_generations),
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

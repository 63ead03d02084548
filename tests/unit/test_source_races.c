/* SPDX-License-Identifier: MIT */
/* What changes while it is read. */
#include "source_fixture.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

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
	const time_t deadline = time(NULL) + 60;
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, volume_setup, tmpdir_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_swap_in_the_middle_starts_the_reading_anew),
		TEST(a_source_that_never_rests_is_busy),
		TEST(a_directory_that_becomes_a_volume_is_read_anew),
		TEST(a_volume_that_is_born_while_it_is_listed_is_read_anew),
		TEST(a_generation_that_goes_before_it_is_pinned_is_no_teardown),
		TEST(a_file_that_goes_from_a_generation_starts_the_reading_anew),
		TEST(what_goes_from_a_plain_directory_is_left_out),
		TEST(a_directory_removed_while_it_is_listed_is_left_out),
		TEST(no_snapshot_ever_mixes_generations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

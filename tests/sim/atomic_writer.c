/* SPDX-License-Identifier: MIT */
/*
 * atomic_writer - publish files in a directory as the kubelet fills a volume.
 *
 *   atomic_writer [--old-order] [--crash-after=STEP]
 *                 [--times=N [--pause=MS | --follow=DIR]] TARGET_DIR PAYLOAD_DIR
 *   atomic_writer --teardown TARGET_DIR
 *
 * Publishes every file below PAYLOAD_DIR; a file in a sub-directory is what
 * items[].path with a slash makes: its first component alone is linked in
 * TARGET_DIR, which is made when it is not there. Nothing happens when the bytes are
 * those of the live generation: touching a file or its mode changes nothing.
 *
 *   --old-order         links of keys before the swap, as older kubelets
 *   --crash-after=STEP  stop right after STEP, by number or name, and exit 9:
 *                       1 validate, 2 read-link, 3 walk, 4 compare, 5 make-dir,
 *                       6 write-files, 7 set-perms, 8 link-tmp (..data_tmp),
 *                       9 swap (..data), 10 link-keys, 11 unlink-keys, 12 remove-old
 *   --times=N           N publications back to back. Every other one has a newline
 *                       more at the end of each file, so that each is a new
 *                       generation; the last is PAYLOAD_DIR as it is
 *   --pause=MS          milliseconds between them
 *   --follow=DIR        waits after each until every file of it lies in DIR as published, for
 *                       10 s at most. No two of them are the same: the first has 1 written
 *                       at the end of each file, in spaces and tabs, the next 2, and so on
 *   --teardown          take the live volume down: the timestamped directories, the
 *                       links, ..data, and TARGET_DIR itself when that empties it
 *
 * Exit: 0 done, 1 failed (as the kubelet fails on a ..data_tmp that a crash left),
 * 2 wrong usage, 9 stopped by --crash-after.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cleanup.h"
#include "fsio.h"
#include "writer.h"

#define FILE_MAX ((size_t)64 << 20)
#define NUMBER_BITS ((size_t)24)
#define FOLLOW_MS 10000

enum exit_code {
	EXIT_USAGE = 2,
	EXIT_CRASHED = 9
};

struct args {
	struct sim_opts opts;
	unsigned long times, pause_ms;
	bool teardown;
	const char *target, *follow;
	char *payload;
};

struct payload {
	struct sim_file *files; /* borrow from @owned */
	struct owned {
		char *path;
		char *text; /* the file's, and room for a number after it */
	} * owned;
	size_t count;
};

static int usage(void)
{
	(void)fputs(
		"usage: atomic_writer [--old-order] [--crash-after=STEP] [--times=N [--pause=MS | "
		"--follow=DIR]] TARGET_DIR PAYLOAD_DIR\n"
		"       atomic_writer --teardown TARGET_DIR\n",
		stderr);
	return EXIT_USAGE;
}

static bool parse(int argc, char **argv, struct args *args)
{
	static const struct option longs[] = { { "old-order", no_argument, NULL, 'o' },
					       { "crash-after", required_argument, NULL, 'c' },
					       { "times", required_argument, NULL, 'n' },
					       { "pause", required_argument, NULL, 'p' },
					       { "follow", required_argument, NULL, 'f' },
					       { "teardown", no_argument, NULL, 't' },
					       { NULL, 0, NULL, 0 } };
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'o':
			args->opts.old_order = true;
			break;
		case 'c':
			args->opts.crash_after = sim_step_find(optarg);
			if (args->opts.crash_after == SIM_NO_STEP)
				return false;
			break;
		case 'n':
			args->times = strtoul(optarg, &end, 10);
			if (*end || args->times == 0)
				return false;
			break;
		case 'p':
			args->pause_ms = strtoul(optarg, &end, 10);
			if (*end)
				return false;
			break;
		case 'f':
			args->follow = optarg;
			break;
		case 't':
			args->teardown = true;
			break;
		default:
			return false;
		}
	}
	if (argc - optind != (args->teardown ? 1 : 2))
		return false;
	args->target = argv[optind];
	args->payload = argv[optind + 1];
	return true;
}

static void payload_done(struct payload *payload)
{
	for (size_t i = 0; i < payload->count; i++) {
		free(payload->owned[i].path);
		free(payload->owned[i].text);
	}
	free(payload->owned);
	free(payload->files);
}

static int payload_add(struct payload *payload, const char *file, const char *path)
{
	size_t n = payload->count;
	auto_free char *copy = strdup(path);
	struct sim_file *files;
	struct owned *owned;
	struct scd_error err;
	char *text, *bigger;
	size_t len;

	files = reallocarray(payload->files, n + 1, sizeof(*files));
	if (files)
		payload->files = files;
	owned = reallocarray(payload->owned, n + 1, sizeof(*owned));
	if (owned)
		payload->owned = owned;
	if (!files || !owned || !copy)
		return -1;
	if (scd_read_file_at(AT_FDCWD, file, false, FILE_MAX, &text, &len, &err) < 0) {
		errno = err.sys;
		return -1;
	}
	bigger = realloc(text, len + 1 + NUMBER_BITS);
	if (!bigger) {
		free(text);
		return -1;
	}
	text = bigger;
	text[len] = '\n'; /* over the NUL: --times may want it */
	owned[n] = (struct owned){ .path = copy, .text = text };
	files[n] = (struct sim_file){ .path = copy, .data = text, .len = len };
	copy = NULL; /* the payload's now */
	payload->count++;
	return 0;
}

static void close_fts(FTS **fts)
{
	if (*fts)
		(void)fts_close(*fts);
}

static int payload_load(struct payload *payload, char *dir)
{
	char *roots[] = { dir, NULL };
	SCD_CLEANUP(close_fts) FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	size_t skip = strlen(dir);
	FTSENT *entry;

	if (!fts)
		return -1;
	while ((entry = fts_read(fts))) {
		const char *path = entry->fts_path + skip;

		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
			continue;
		if (entry->fts_info != FTS_F) {
			errno = entry->fts_errno ? entry->fts_errno : EINVAL;
			return -1;
		}
		if (payload_add(payload, entry->fts_path, path + strspn(path, "/")) < 0)
			return -1;
	}
	return errno ? -1 : 0; /* fts_read() sets it to 0 at the end */
}

/* Another end of each file than any time before: how much longer it is. */
static size_t lengthen(const struct args *args, struct payload *payload, unsigned long left)
{
	unsigned long number = args->times - left;

	if (!args->follow)
		return left % 2;
	for (size_t i = 0; i < payload->count; i++)
		for (size_t bit = 0; bit < NUMBER_BITS; bit++)
			payload->owned[i].text[payload->files[i].len + 1 + bit] =
				number >> bit & 1 ? '\t' : ' ';
	return 1 + NUMBER_BITS;
}

static bool lies_in(int dir, const struct sim_file *file)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	return scd_read_file_at(dir, file->path, true, FILE_MAX, &text, &len, &err) == 0 &&
	       len == file->len && memcmp(text, file->data, len) == 0;
}

/* Waits until all of @payload lies in the directory that is followed. */
static int follow(const struct args *args, const struct payload *payload)
{
	const struct timespec tick = { .tv_nsec = 1000000L };
	auto_close int dir = open(args->follow, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t there = 0;

	for (unsigned ms = 0; dir >= 0 && ms < FOLLOW_MS; ms++) {
		while (there < payload->count && lies_in(dir, &payload->files[there]))
			there++;
		if (there == payload->count)
			return 0;
		(void)nanosleep(&tick, NULL);
	}
	errno = dir < 0 ? errno : ETIMEDOUT;
	return -1;
}

static int publish(const struct args *args)
{
	const struct timespec pause = { .tv_sec = (time_t)(args->pause_ms / 1000),
					.tv_nsec = (long)(args->pause_ms % 1000) * 1000000L };
	SCD_CLEANUP(payload_done) struct payload payload = { 0 };

	if (payload_load(&payload, args->payload) < 0)
		return perror(args->payload), EXIT_FAILURE;
	if (mkdir(args->target, 0755) < 0 && errno != EEXIST)
		return perror(args->target), EXIT_FAILURE;

	for (unsigned long left = args->times; left-- > 0;) {
		size_t longer = lengthen(args, &payload, left);
		int ret;

		for (size_t i = 0; i < payload.count; i++)
			payload.files[i].len += longer;
		ret = sim_publish(args->target, payload.files, payload.count, &args->opts);
		if (ret < 0)
			return perror(args->target), EXIT_FAILURE;
		if (ret == SIM_CRASHED)
			return EXIT_CRASHED;
		if (args->follow && follow(args, &payload) < 0)
			return perror(args->follow), EXIT_FAILURE;
		for (size_t i = 0; i < payload.count; i++)
			payload.files[i].len -= longer;
		(void)nanosleep(&pause, NULL);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct args args = { .times = 1 };

	if (!parse(argc, argv, &args))
		return usage();
	if (!args.teardown)
		return publish(&args);
	if (sim_teardown(args.target) < 0)
		return perror(args.target), EXIT_FAILURE;
	return EXIT_SUCCESS;
}

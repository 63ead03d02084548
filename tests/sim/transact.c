/* SPDX-License-Identifier: MIT */
/*
 * transact - one transaction of the daemon's and nothing else, in this very process.
 *
 *   transact [--remove] [--rounds=N] SOURCE DESTINATION
 *
 * Takes every profile of SOURCE for accepted and installs it, so that a tracer can stop
 * it at each of its system calls. With --remove, what left the source is removed at once.
 * With --rounds, N times, each with other texts: every other one has a newline more.
 *
 * Exit: 0 all are installed, 1 some are not, 2 wrong usage, 3 trouble.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "install.h"
#include "source.h"

enum exit_code {
	EXIT_USAGE = 2,
	EXIT_TROUBLE = 3
};

struct args {
	bool remove;
	unsigned long rounds;
	const char *source, *destination;
};

static int trouble(const struct scd_error *err)
{
	(void)fprintf(stderr, "transact: %s%s%s\n", err->msg, err->sys ? ": " : "",
		      err->sys ? strerror(err->sys) : "");
	return EXIT_TROUBLE;
}

static bool parse(int argc, char **argv, struct args *args)
{
	static const struct option longs[] = { { "remove", no_argument, NULL, 'r' },
					       { "rounds", required_argument, NULL, 'n' },
					       { NULL, 0, NULL, 0 } };
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'r') {
			args->remove = true;
		} else if (c == 'n') {
			args->rounds = strtoul(optarg, &end, 10);
			if (*end || args->rounds == 0)
				return false;
		} else {
			return false;
		}
	}
	if (argc - optind != 2)
		return false;
	args->source = argv[optind];
	args->destination = argv[optind + 1];
	return true;
}

/* Every text without its last byte, or with it. */
static void shorten(struct scd_snapshot *snapshot, size_t by)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		struct scd_source_file *file = &snapshot->files[i];

		if (file->fault.code != SCD_OK)
			continue;
		file->len -= by;
		scd_sha256_hex(file->text, file->len, file->sha256);
	}
}

/* 0 when all are installed, 1 when some are not, or -1. */
static int install(const struct scd_install_request *request, struct scd_error *err)
{
	struct scd_install_outcome outcome = { 0 };
	int left = 0;

	if (scd_install_run(request, &outcome, err) < 0)
		return -1;
	for (size_t i = 0; i < outcome.count; i++)
		left += outcome.results[i].phase != SCD_PHASE_INSTALLED && !outcome.results[i].gone;
	*err = outcome.error;
	scd_install_outcome_done(&outcome);
	return err->code != SCD_OK ? -1 : left > 0;
}

static int run(const struct args *args, struct scd_error *err)
{
	SCD_CLEANUP(scd_source_close) struct scd_source *source = NULL;
	auto_snapshot struct scd_snapshot snapshot = { 0 };
	auto_free enum scd_verdict *verdicts = NULL;
	auto_close int destination = -1;
	struct scd_install_request request;
	int result = 0;

	if (scd_source_open(args->source, &source, err) < 0 ||
	    scd_source_read(source, &snapshot, err) < 0)
		return -1;
	destination = open(args->destination, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	verdicts = calloc(snapshot.count + 1, sizeof(*verdicts));
	if (destination < 0 || !verdicts)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '%s'", args->destination);
	for (size_t i = 0; i < snapshot.count; i++)
		verdicts[i] = SCD_VERDICT_ACCEPT;
	request = (struct scd_install_request){
		.destination = destination,
		.snapshot = &snapshot,
		.verdicts = verdicts,
		.policy = { .remove_orphans = args->remove,
			    .max_removals_percent = 100,
			    .now = (int64_t)time(NULL) },
		.pod_uid = "",
	};
	for (unsigned long left = args->rounds; left-- > 0 && result == 0;) {
		shorten(&snapshot, left % 2);
		result = install(&request, err);
		for (size_t i = 0; i < snapshot.count; i++)
			snapshot.files[i].len += left % 2;
	}
	return result;
}

int main(int argc, char **argv)
{
	struct args args = { .rounds = 1 };
	struct scd_error err = { 0 };
	int result;

	if (!parse(argc, argv, &args)) {
		(void)fputs("usage: transact [--remove] [--rounds=N] SOURCE DESTINATION\n", stderr);
		return EXIT_USAGE;
	}
	result = run(&args, &err);
	return result < 0 ? trouble(&err) : result;
}

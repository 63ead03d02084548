/* SPDX-License-Identifier: MIT */
/*
 * Verdicts and simulated actions against what crun and runc do: `oracle --help`.
 * Each profile is judged, compiled and loaded by each runtime with both values of
 * no_new_privs; in the container a program makes the calls in question.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agree.h"
#include "digest.h"
#include "fsio.h"
#include "gen.h"
#include "shrink.h"

#define TEXT_MAX ((size_t)4 << 20)

struct oracle {
	struct scd_yard yard;
	struct scd_tally tally;
	uint64_t seed;
	size_t cases;	   /* to generate */
	unsigned seconds;  /* stop generating then; 0: never */
	const char *keep;  /* directory for what disagrees; NULL: none */
	const char *build; /* where the static programs are */
	size_t disagreed, most;
	unsigned tries; /* of making one small */
	bool list;
	bool lie; /* misjudge on purpose */
};

/* What a shrunk text must still show. */
struct same {
	struct oracle *oracle;
	const struct scd_finding_out *found;
	uint64_t seed;
};

static bool try_text(struct oracle *oracle, const char *text, size_t len, uint64_t seed,
		     const struct scd_scope *scope, struct scd_finding_out *found)
{
	struct scd_random random = scd_random_seed(seed);
	auto_free struct scd_case *heap = calloc(1, sizeof(*heap));
	bool good;

	if (!heap)
		exit(EXIT_FAILURE);
	scd_case_make(heap, text, len, &random);
	for (size_t i = 0; oracle->lie && i < SCD_SIDES; i++)
		scd_case_lie(&heap->sides[i]);
	good = scd_agree(&oracle->yard, heap, scope, &oracle->tally, found);
	scd_case_done(heap);
	return good;
}

static bool still_wrong(const char *text, size_t len, void *arg)
{
	const struct same *same = arg;
	const struct scd_tally kept = same->oracle->tally;
	const struct scd_scope scope = scd_scope_of(same->found);
	struct scd_finding_out found;
	const bool good = try_text(same->oracle, text, len, same->seed, &scope, &found);

	same->oracle->tally = kept; /* shrinking is not counted */
	return !good && found.discord == same->found->discord && found.rule == same->found->rule &&
	       found.no_new_privs == same->found->no_new_privs;
}

static void keep(struct oracle *oracle, const struct scd_buf *text)
{
	auto_close int fd = -1;
	char hex[SCD_SHA256_HEX], path[4096];

	scd_sha256_hex(scd_buf_text(text), text->len, hex);
	(void)snprintf(path, sizeof(path), "%s/found-%.10s.json", oracle->keep, hex);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || scd_write_all(fd, text->data, text->len) < 0)
		(void)fprintf(stderr, "oracle: %s: %s\n", path, strerror(errno));
	else
		(void)printf("  kept as %s\n", path);
}

static void report(struct oracle *oracle, const char *name, const char *text, size_t len,
		   uint64_t seed, const struct scd_finding_out *found)
{
	auto_buf struct scd_buf small = scd_buf_init(TEXT_MAX);
	struct same same = { oracle, found, seed };

	oracle->disagreed++;
	(void)printf("not ok - %s: %s, no_new_privs %s: %s: %s\n", name, found->runtime,
		     found->no_new_privs ? "true" : "false", scd_discord_name(found->discord),
		     found->what);
	scd_shrink(text, len, still_wrong, &same, oracle->tries, &small);
	(void)printf("%s", scd_buf_text(&small));
	if (oracle->keep)
		keep(oracle, &small);
	(void)fflush(stdout);
}

static void one(struct oracle *oracle, const char *name, const char *text, size_t len,
		uint64_t seed)
{
	static const struct scd_scope all = { .side = SCD_SIDES, .no_new_privs = { true, true } };
	struct scd_finding_out found;

	if (!try_text(oracle, text, len, seed, &all, &found))
		report(oracle, name, text, len, seed, &found);
}

static void generated(struct oracle *oracle)
{
	const time_t end = time(NULL) + oracle->seconds;

	for (size_t i = 0; i < oracle->cases && oracle->disagreed < oracle->most; i++) {
		auto_buf struct scd_buf text = scd_buf_init(TEXT_MAX);
		struct scd_random random = scd_random_seed(oracle->seed + i);
		char name[64];

		if (oracle->seconds && time(NULL) >= end)
			break;
		scd_gen_profile(&random, &text);
		(void)snprintf(name, sizeof(name), "seed %" PRIu64, oracle->seed + i);
		if (oracle->list)
			(void)printf("%s", scd_buf_text(&text));
		else
			one(oracle, name, scd_buf_text(&text), text.len, oracle->seed + i);
	}
}

static void files(struct oracle *oracle, char *const *paths)
{
	for (; *paths; paths++) {
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len;

		if (scd_read_file_at(AT_FDCWD, *paths, false, SCD_PROFILE_MAX, &text, &len, &err) <
		    0) {
			(void)fprintf(stderr, "oracle: %s\n", err.msg);
			oracle->disagreed++;
			continue;
		}
		one(oracle, *paths, text, len, oracle->seed);
	}
}

static void summarize(const struct oracle *oracle)
{
	static const char *const names[SCD_SIDES] = { "crun", "runc" };

	for (size_t i = 0; i < SCD_SIDES; i++)
		(void)printf("%s: %zu profiles accepted, %zu rejected; %zu of %zu containers "
			     "started, %zu calls made\n",
			     names[i], oracle->tally.sides[i].accepted,
			     oracle->tally.sides[i].rejected, oracle->tally.sides[i].started,
			     oracle->tally.sides[i].containers, oracle->tally.sides[i].probes);
	(void)printf("rejected for:");
	for (unsigned i = 1; i <= SCD_RULE_NUMBER_MAX; i++)
		if (oracle->tally.by_reason[i])
			(void)printf(" %s %zu", scd_rule_get(i)->id, oracle->tally.by_reason[i]);
	(void)printf("\n%zu profiles, %zu disagreements\n", oracle->tally.cases, oracle->disagreed);
}

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "cases", required_argument, NULL, 'n' },
	{ "seconds", required_argument, NULL, 't' },
	{ "keep", required_argument, NULL, 'k' },
	{ "build", required_argument, NULL, 'b' },
	{ "most", required_argument, NULL, 'm' },
	{ "tries", required_argument, NULL, 'r' },
	{ "list", no_argument, NULL, 'l' },
	{ "lie", no_argument, NULL, 'i' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void help(void)
{
	(void)puts("oracle [OPTION]... [FILE]...: do runtimes treat profiles as we say?\n"
		   "  --cases N    generate so many profiles (0)\n"
		   "  --seed N     the first is made of this (1)\n"
		   "  --seconds N  stop generating then\n"
		   "  --most N     stop generating after so many disagreements (10)\n"
		   "  --keep DIR   write what disagrees there, made small\n"
		   "  --tries N    at most so many to make one smaller (200)\n"
		   "  --build DIR  where the programs for containers are (build/tests)\n"
		   "  --lie        simulate another errno: for a test of this program\n"
		   "  --list       print the generated profiles, try nothing\n"
		   "Exit status: 0 all agrees, 1 it does not, 2 usage, 77 cannot run here.");
}

static bool set_option(struct oracle *oracle, int letter)
{
	switch (letter) {
	case 's':
		oracle->seed = strtoull(optarg, NULL, 10);
		return true;
	case 'n':
		oracle->cases = strtoul(optarg, NULL, 10);
		return true;
	case 't':
		oracle->seconds = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'm':
		oracle->most = strtoul(optarg, NULL, 10);
		return true;
	case 'r':
		oracle->tries = (unsigned)strtoul(optarg, NULL, 10);
		return true;
	case 'k':
		oracle->keep = optarg;
		return true;
	case 'b':
		oracle->build = optarg;
		return true;
	case 'l':
		oracle->list = true;
		return true;
	case 'i':
		oracle->lie = true;
		return true;
	default:
		return false;
	}
}

static int run(struct oracle *oracle, char *const *paths)
{
	char probe[4096], libc[4096];
	const char *const programs[] = { probe, libc, NULL };
	struct scd_error err = { 0 };

	(void)snprintf(probe, sizeof(probe), "%s/probe", oracle->build);
	(void)snprintf(libc, sizeof(libc), "%s/libc", oracle->build);
	if (scd_yard_open(&oracle->yard, programs, &err) < 0) {
		(void)fprintf(stderr, "oracle: %s: %s\n", err.msg, strerror(err.sys));
		scd_yard_close(&oracle->yard);
		return 77;
	}
	files(oracle, paths);
	generated(oracle);
	scd_yard_close(&oracle->yard);
	summarize(oracle);
	return oracle->disagreed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct oracle oracle = { .seed = 1, .most = 10, .tries = 200, .build = "build/tests" };
	int letter;

	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (letter == 'h')
			return help(), EXIT_SUCCESS;
		if (!set_option(&oracle, letter))
			return 2;
	}
	scd_check_init();
	if (oracle.list)
		return generated(&oracle), EXIT_SUCCESS;
	return run(&oracle, argv + optind);
}

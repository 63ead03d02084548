/* SPDX-License-Identifier: MIT */
/* The full verdict beside what any program must do: parse, compile, export. Prints ratios of
 * medians taken in turns, as the machine may be busy with something else. */
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"
#include "check.h"
#include "fsio.h"

#define ROUNDS 101
#define PROCESS_ROUNDS 101

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void full(const char *text, size_t len, unsigned oci_runtimes)
{
	const struct scd_check_opts opts = { .oci_runtimes = oci_runtimes };
	auto_report struct scd_report report = { 0 };
	struct scd_error err;

	if (scd_check_profile(text, len, &opts, &report, &err) < 0 || !scd_report_accepts(&report))
		(void)fprintf(stderr, "bench: the profile is not accepted\n");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *times, size_t count)
{
	qsort(times, count, sizeof(*times), by_value);
	return times[count / 2];
}

/* What one program took, run after run, in milliseconds. */
struct runs {
	double processor[PROCESS_ROUNDS]; /* of the process and its children */
	double elapsed[PROCESS_ROUNDS];	  /* which other work on the machine makes longer */
};

/* Runs a program for the @i-th time. -1 when it cannot be run or does not exit with 0. */
static int run_once(char *const argv[], struct runs *runs, size_t i)
{
	const double start = now();
	struct rusage usage;
	int status;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid || status != 0)
		return -1;
	runs->elapsed[i] = now() - start;
	runs->processor[i] = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
			     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
	return 0;
}

/* The median of a / b, pair by pair: the machine's speed drifts. */
static double median_ratio(const double a[PROCESS_ROUNDS], const double b[PROCESS_ROUNDS])
{
	double ratios[PROCESS_ROUNDS];

	for (size_t i = 0; i < PROCESS_ROUNDS; i++)
		ratios[i] = a[i] / b[i];
	return median(ratios, PROCESS_ROUNDS);
}

static void print_ratio(const char *what, const struct runs *runs, const struct runs *bare_runs)
{
	(void)printf("%s x%.2f (elapsed x%.2f); ", what,
		     median_ratio(runs->processor, bare_runs->processor),
		     median_ratio(runs->elapsed, bare_runs->elapsed));
}

/* `seccompctl validate` beside a program that only does what bare() does. Both lie near us. */
static int compare_processes(const char *self, char *path)
{
	auto_free char *ctl = NULL, *bare_program = NULL;
	char validate[] = "validate", quiet[] = "-q", crun[] = "--oci-runtime=crun";
	const char *slash = strrchr(self, '/');
	const int dir = slash ? (int)(slash - self) : 1;
	static struct runs bare_runs, one, all;

	if (!slash)
		self = ".";
	if (asprintf(&ctl, "%.*s/../seccompctl", dir, self) < 0 ||
	    asprintf(&bare_program, "%.*s/bare", dir, self) < 0)
		return -1;
	for (size_t i = 0; i < PROCESS_ROUNDS; i++)
		if (run_once((char *[]){ bare_program, path, NULL }, &bare_runs, i) < 0 ||
		    run_once((char *[]){ ctl, validate, quiet, crun, path, NULL }, &one, i) < 0 ||
		    run_once((char *[]){ ctl, validate, quiet, path, NULL }, &all, i) < 0)
			return -1;
	(void)printf("  whole process, processor time: ");
	print_ratio("seccompctl validate for one target", &one, &bare_runs);
	print_ratio("for all", &all, &bare_runs);
	/* Last, as it sorts. */
	(void)printf("bare %.2f ms\n", median(bare_runs.processor, PROCESS_ROUNDS));
	return 0;
}

/* The processors of a virtual machine need not be equally fast, and programs that are started in
 * turn are mostly each started on the same one: what is compared runs on one. */
static void stay_on_one_processor(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t one;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	char standard[] = "profiles/applications/web.json";
	char *path = argc > 1 ? argv[1] : standard;
	double times[3][ROUNDS], base;
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	stay_on_one_processor();
	scd_check_init();
	if (scd_read_file_at(AT_FDCWD, path, false, SCD_PROFILE_MAX, &text, &len, &err) < 0) {
		(void)fprintf(stderr, "bench: %s\n", err.msg);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		double start = now();

		bare(text);
		times[0][i] = now() - start;
		start = now();
		full(text, len, SCD_CRUN);
		times[1][i] = now() - start;
		start = now();
		full(text, len, SCD_OCI_RUNTIME_ANY);
		times[2][i] = now() - start;
	}
	base = median(times[0], ROUNDS);
	(void)printf(
		"%s, %zu bytes: parse, compile, export %.2f ms; full verdict for one target x%.2f, "
		"for all x%.2f\n",
		path, len, base, median(times[1], ROUNDS) / base, median(times[2], ROUNDS) / base);
	if (compare_processes(argv[0], path) < 0) {
		(void)fprintf(stderr, "bench: the programs to compare do not run\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/* The full verdict beside what any program must do: parse, compile, export. Prints ratios of
 * medians taken in turns, as the machine may be busy with something else. */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <seccomp.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "fsio.h"
#include "names.h"

#define ROUNDS 101
#define PROCESS_ROUNDS 31

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void bare_rule(scmp_filter_ctx ctx, const cJSON *rule)
{
	const char *action = cJSON_GetObjectItemCaseSensitive(rule, "action")->valuestring;
	const cJSON *args = cJSON_GetObjectItemCaseSensitive(rule, "args");
	const cJSON *errno_ret = cJSON_GetObjectItemCaseSensitive(rule, "errnoRet");
	uint32_t value = scd_action_find(action)->value;
	struct scmp_arg_cmp cmp[6];
	unsigned count = 0;
	const cJSON *item;

	if (value == SCMP_ACT_ERRNO(0))
		value |= errno_ret ? (uint32_t)errno_ret->valuedouble : 1;
	cJSON_ArrayForEach(item, args)
	{
		const cJSON *two = cJSON_GetObjectItemCaseSensitive(item, "valueTwo");

		cmp[count].arg =
			(unsigned)cJSON_GetObjectItemCaseSensitive(item, "index")->valuedouble;
		cmp[count].datum_a =
			(uint64_t)cJSON_GetObjectItemCaseSensitive(item, "value")->valuedouble;
		cmp[count].datum_b = two ? (uint64_t)two->valuedouble : 0;
		cmp[count].op =
			scd_operator_find(cJSON_GetObjectItemCaseSensitive(item, "op")->valuestring)
				->value;
		count++;
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(rule, "names"))
	{
		int nr = seccomp_syscall_resolve_name(item->valuestring);

		if (nr != __NR_SCMP_ERROR)
			(void)seccomp_rule_add_array(ctx, value, nr, count, cmp);
	}
}

/* cJSON, libseccomp, a memfd: no question asked. */
static void bare(const char *text)
{
	cJSON *root = cJSON_Parse(text);
	const char *action = cJSON_GetObjectItemCaseSensitive(root, "defaultAction")->valuestring;
	const cJSON *errno_ret = cJSON_GetObjectItemCaseSensitive(root, "defaultErrnoRet");
	uint32_t value = scd_action_find(action)->value;
	scmp_filter_ctx ctx;
	const cJSON *item;
	auto_close int fd = memfd_create("bare", MFD_CLOEXEC);

	if (value == SCMP_ACT_ERRNO(0))
		value |= errno_ret ? (uint32_t)errno_ret->valuedouble : 1;
	ctx = seccomp_init(value);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "architectures"))(void)
		seccomp_arch_add(ctx, scd_arch_find(item->valuestring)->token);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "syscalls"))
		bare_rule(ctx, item);
	(void)seccomp_export_bpf(ctx, fd);
	seccomp_release(ctx);
	cJSON_Delete(root);
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

/* Processor time of a whole process, its children and all, in milliseconds; -1 when it did not
 * run, or did not exit with 0. The wall clock is of no use on a machine that does other things. */
static double process_time(char *const argv[])
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid || status != 0)
		return -1;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

/* `seccompctl validate` beside a program that only does what bare() does. */
static int compare_processes(char *self, char *path)
{
	auto_free char *ctl = NULL;
	char bare_flag[] = "--bare", validate[] = "validate", quiet[] = "-q",
	     crun[] = "--oci-runtime=crun";
	char *const runs[3][6] = { { self, bare_flag, path, NULL },
				   { NULL, validate, quiet, crun, path, NULL },
				   { NULL, validate, quiet, path, NULL } };
	double times[3][PROCESS_ROUNDS], base;
	char *argv[6];
	const char *slash = strrchr(self, '/');

	if (asprintf(&ctl, "%.*s/../seccompctl", slash ? (int)(slash - self) : 1,
		     slash ? self : ".") < 0)
		return -1;
	for (size_t i = 0; i < PROCESS_ROUNDS; i++)
		for (size_t k = 0; k < 3; k++) {
			memcpy(argv, runs[k], sizeof(argv));
			argv[0] = k == 0 ? self : ctl;
			times[k][i] = process_time(argv);
			if (times[k][i] < 0)
				return -1;
		}
	base = median(times[0], PROCESS_ROUNDS);
	(void)printf(
		"  whole process, processor time: bare %.2f ms; seccompctl validate for one target "
		"x%.2f, for all x%.2f\n",
		base, median(times[1], PROCESS_ROUNDS) / base,
		median(times[2], PROCESS_ROUNDS) / base);
	return 0;
}

int main(int argc, char **argv)
{
	char standard[] = "profiles/applications/web.json";
	const bool only_bare = argc > 2 && strcmp(argv[1], "--bare") == 0;
	char *path = only_bare ? argv[2] : argc > 1 ? argv[1] : standard;
	double times[3][ROUNDS], base;
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	scd_check_init();
	if (scd_read_file_at(AT_FDCWD, path, false, SCD_PROFILE_MAX, &text, &len, &err) < 0) {
		(void)fprintf(stderr, "bench: %s\n", err.msg);
		return EXIT_FAILURE;
	}
	if (only_bare) {
		bare(text);
		return EXIT_SUCCESS;
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

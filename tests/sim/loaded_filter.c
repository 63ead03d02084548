/* SPDX-License-Identifier: MIT */
/*
 * loaded_filter RUNTIME FILE TOKEN
 *
 * Waits for a process whose last argument is TOKEN, takes the seccomp filter that RUNTIME put on
 * it, ends it, and compares the filter with what our model says of FILE: instruction by
 * instruction. runc puts architectures into its stub in random order: where several are listed
 * the stub may differ in that, and in nothing that a call can see.
 *
 * Exit status: 0 equal, 1 different, 2 no such filter to look at.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"
#include "effect.h"
#include "fsio.h"

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c /* Linux 4.4; glibc 2.36 does not have it */
#endif

#define TRIES 150 /* a tenth of a second each */

/* Whether the process of a /proc/PID/cmdline ends with the word. */
static bool ends_with(const char *path, const char *token)
{
	char line[512];
	size_t n = strlen(token) + 1;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, sizeof(line));

	return len > (ssize_t)n && memcmp(line + len - n, token, n) == 0 &&
	       line[(size_t)len - n - 1] == '\0' && strncmp(line, "sleep", 5) == 0;
}

static pid_t find(const char *token)
{
	pid_t pid = 0;
	glob_t files;

	if (glob("/proc/[0-9]*/cmdline", 0, NULL, &files) != 0)
		return 0;
	for (size_t i = 0; i < files.gl_pathc && !pid; i++)
		if (ends_with(files.gl_pathv[i], token))
			pid = (pid_t)strtol(files.gl_pathv[i] + strlen("/proc/"), NULL, 10);
	globfree(&files);
	return pid;
}

/* The program that the kernel runs for the process, which ends. */
static long take(pid_t pid, struct sock_filter *insns)
{
	int status;
	long n;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0 || waitpid(pid, &status, 0) < 0) {
		perror("attach");
		return -1;
	}
	n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, NULL, insns);
	if (n < 0)
		perror("PTRACE_SECCOMP_GET_FILTER");
	(void)kill(pid, SIGKILL);
	return n;
}

static bool same_for_all_calls(const struct scd_filter *ours, const struct scd_filter *theirs)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32,
					  SCMP_ARCH_AARCH64, SCMP_ARCH_ARM };
	static const uint64_t none[6];

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (int nr = -1; nr < 1000; nr++) {
			const int number = archs[i] == SCMP_ARCH_X32 ? nr | 0x40000000 : nr;

			if (scd_effect_run(ours, archs[i], number, none) !=
			    scd_effect_run(theirs, archs[i], number, none)) {
				(void)fprintf(stderr, "architecture 0x%x, call %d\n", archs[i], nr);
				return false;
			}
		}
	return true;
}

static int compare(const struct scd_filter *ours, const struct scd_filter *theirs)
{
	size_t last = 0;

	if (ours->count != theirs->count) {
		(void)fprintf(stderr, "%zu instructions, loaded are %zu\n", ours->count,
			      theirs->count);
		return 1;
	}
	for (size_t i = 0; i < ours->count; i++)
		if (memcmp(&ours->insns[i], &theirs->insns[i], sizeof(ours->insns[i])) != 0)
			last = i + 1;
	if (last == 0) {
		(void)printf("%zu instructions, all equal\n", ours->count);
		return 0;
	}
	if (last > 30 || !same_for_all_calls(ours, theirs)) {
		(void)fprintf(stderr, "different up to instruction %zu\n", last);
		return 1;
	}
	(void)printf("%zu instructions, equal but for the order of the stub\n", ours->count);
	return 0;
}

static void model(const char *runtime, const char *path, struct scd_filter *filter)
{
	const struct scd_check_opts opts = {
		.oci_runtimes = strcmp(runtime, "runc") == 0 ? SCD_RUNC : SCD_CRUN,
	};
	auto_report struct scd_report report = { 0 };
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, path, true, SCD_PROFILE_MAX, &text, &len, &err) < 0 ||
	    scd_check_profile_filter(text, len, &opts, &report, filter, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct sock_filter insns[SCD_BPF_MAX];
	const struct timespec pause = { .tv_nsec = 100000000 };
	auto_filter struct scd_filter ours = { 0 };
	struct scd_filter theirs = { .insns = insns };
	pid_t pid = 0;
	long n;

	if (argc != 4)
		return 2;
	scd_check_init();
	model(argv[1], argv[2], &ours);
	for (int i = 0; i < TRIES && !pid; i++) {
		pid = find(argv[3]);
		if (!pid)
			(void)nanosleep(&pause, NULL);
	}
	n = pid ? take(pid, insns) : -1;
	if (n < 0 || !ours.insns)
		return 2;
	theirs.count = (size_t)n;
	return compare(&ours, &theirs);
}

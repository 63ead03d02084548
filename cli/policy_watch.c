/* SPDX-License-Identifier: MIT */
/* Apart from the other code of tests, as a call is to the tracer what a thread makes, and to
 * explain what somebody writes. */
#include "policy_watch.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "denials.h"
#include "fsio.h"

#define POLL_NS 5000000

_Static_assert(SCD_DENIED_TEXT_SIZE > SCD_CALL_TEXT_MAX, "an example has room");

/* What the tracer hands over in a file, before the calls. */
struct outcome {
	int rc;
	struct scd_error err;
	struct scd_confine_end end;
	uint64_t lost;
};

bool scd_policy_wait(pid_t pid, unsigned seconds, int *status)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	struct timespec start, now;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		const pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid || (ended < 0 && errno != EINTR))
			return false;
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= (time_t)seconds)
			break;
		(void)nanosleep(&pause, NULL);
	}
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return true;
}

static bool put(int file, const void *data, size_t size)
{
	return scd_write_all(file, data, size) == 0;
}

static bool put_row(int file, const struct scd_seen_row *row)
{
	struct scd_denied_call call = { .action = row->action, .count = row->count };

	if (row->name)
		(void)snprintf(call.name, sizeof(call.name), "%s", row->name);
	else
		(void)snprintf(call.name, sizeof(call.name), "#%d", row->nr);
	if (row->example_count)
		(void)snprintf(call.example, sizeof(call.example), "%s", row->examples[0]);
	return put(file, &call, sizeof(call));
}

/* The process of the tracer, which follows one command and ends. */
__attribute__((__noreturn__)) static void trace(const struct scd_filter *filter, char *const *argv,
						pid_t parent, int file)
{
	const struct scd_confine_opts confine = { 0 };
	struct scd_denials denials = { .filter = filter, .deny = true };
	struct outcome outcome = { 0 };
	bool ok;

	/* The kernel kills what is traced with its tracer. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	outcome.rc = scd_denials_run(&denials, &confine, argv, &outcome.end, &outcome.err);
	outcome.lost = denials.seen.lost;
	ok = put(file, &outcome, sizeof(outcome));
	for (size_t i = 0; ok && i < denials.seen.count; i++)
		if (scd_denials_is_denial(&denials.seen.rows[i]))
			ok = put_row(file, &denials.seen.rows[i]);
	_exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int take(int file, struct scd_watched *watched, struct scd_error *err)
{
	struct outcome outcome;
	struct stat st;
	size_t size;

	if (fstat(file, &st) < 0 || pread(file, &outcome, sizeof(outcome), 0) != sizeof(outcome))
		return scd_fail(err, SCD_E_SYSTEM, EIO, "read what was denied");
	if (outcome.rc < 0) {
		*err = outcome.err;
		return -1;
	}
	watched->end = outcome.end;
	watched->lost = outcome.lost;
	watched->count = ((size_t)st.st_size - sizeof(outcome)) / sizeof(*watched->calls);
	size = watched->count * sizeof(*watched->calls);
	watched->calls = calloc(watched->count + 1, sizeof(*watched->calls));
	if (!watched->calls)
		return scd_fail(err, SCD_E_NOMEM, 0, "denied calls");
	if (pread(file, watched->calls, size, sizeof(outcome)) != (ssize_t)size)
		return scd_fail(err, SCD_E_SYSTEM, EIO, "read what was denied");
	return 0;
}

int scd_policy_watch(const struct scd_filter *filter, char *const *argv, unsigned seconds,
		     struct scd_watched *watched, struct scd_error *err)
{
	auto_close int file = memfd_create("denied", MFD_CLOEXEC);
	const pid_t parent = getpid();
	int status = 0;
	pid_t pid;

	if (file < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "keep what is denied");
	pid = fork();
	if (pid < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "fork a tracer");
	if (pid == 0)
		trace(filter, argv, parent, file);
	/* Not before the tracer follows it, or the command would go on without. */
	watched->killed = scd_policy_wait(pid, seconds ? seconds : 1, &status);
	if (watched->killed) {
		watched->end = (struct scd_confine_end){ .stage = SCD_CONFINE_LOADED };
		return 0;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
		return scd_fail(err, SCD_E_SYSTEM, EIO, "trace the command");
	return take(file, watched, err);
}

void scd_watched_done(struct scd_watched *watched)
{
	free(watched->calls);
	*watched = (struct scd_watched){ 0 };
}

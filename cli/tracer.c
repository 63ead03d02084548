/* SPDX-License-Identifier: MIT */
#include "tracer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "traceable.h"

#define FOLLOW (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)

/* What PTRACE_O_TRACESYSGOOD adds to a SIGTRAP that stands for a call. */
#define SYSCALL_STOP (SIGTRAP | 0x80)

/* Generations over which a process is found to come from another. */
#define GENERATIONS_MAX 64

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

struct tracer {
	const struct scd_tracer_ops *ops;
	pid_t first;  /* 0 when attached, and once it is gone */
	int status;   /* of the first one */
	int resume;   /* PTRACE_CONT or PTRACE_SYSCALL */
	int patience; /* signals passed on after which everything is killed; 0: never */
	bool has_tty; /* there is a terminal whose stops we follow */
};

/* For the handler, which has no other way to know. */
static volatile sig_atomic_t signal_target; /* a pid, or 0 */
static volatile sig_atomic_t signal_got;    /* came while there was no target */
static volatile sig_atomic_t signals_left;  /* so many came after that */
static volatile sig_atomic_t signals_meant; /* to end it, passed on or from the terminal */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	const int saved = errno;

	(void)context;
	if (signal_target > 0) {
		signals_meant += sig != SIGUSR1 && sig != SIGUSR2;
		/* The terminal's own go to the whole group, to which the command belongs. */
		if (info->si_code != SI_KERNEL)
			(void)kill((pid_t)signal_target, sig);
	} else {
		signal_got = sig;
		signals_left++;
	}
	errno = saved;
}

static void set_signals(pid_t target)
{
	static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };
	static const int left_alone[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	struct sigaction pass = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	(void)sigemptyset(&pass.sa_mask);
	signals_meant = 0;
	signal_target = (sig_atomic_t)target;
	signal_got = 0;
	signals_left = 0;
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		(void)sigaction(passed_on[i], &pass, NULL);
	for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++)
		(void)signal(left_alone[i], SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &pass.sa_mask, NULL); /* what a caller held back */
}

/* Lets @tid go on. It may be dead by now, which waitpid(2) will tell. */
static void resume(const struct tracer *tracer, pid_t tid, int sig)
{
	(void)ptrace((enum __ptrace_request)tracer->resume, tid, NULL, (uintptr_t)sig);
}

static void hand_over(const struct tracer *tracer, pid_t tid)
{
	struct scd_call call;
	enum scd_call_stop stop;

	if (scd_tracee_call(tid, &call, &stop) && stop == SCD_CALL_ENTRY) {
		const int error = tracer->ops->on_trace(tracer->ops->context, &call);

		if (error != SCD_CALL_GO)
			(void)scd_tracee_refuse(tid, error);
	}
	resume(tracer, tid, 0);
}

static void tell_of_signal(const struct tracer *tracer, pid_t tid, bool killed)
{
	struct scd_call call;

	if (tracer->ops->on_signal && scd_tracee_last_call(tid, &call))
		tracer->ops->on_signal(tracer->ops->context, &call, killed);
}

/* A thread is about to end: of a filter? */
static void see_exit(const struct tracer *tracer, pid_t tid)
{
	unsigned long status = 0;

	if (ptrace(PTRACE_GETEVENTMSG, tid, NULL, &status) == 0 && WIFSIGNALED((int)status) &&
	    WTERMSIG((int)status) == SIGSYS)
		tell_of_signal(tracer, tid, true);
	resume(tracer, tid, 0);
}

static bool stops(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* The command was stopped from the terminal: the shell that waits for us has to see that. */
static void stop_as_well(const struct tracer *tracer)
{
	(void)raise(SIGSTOP);
	(void)kill(tracer->first, SIGCONT);
}

/* Stopped as a whole by a signal: it stays so until SIGCONT. Or new, or continued. */
static void see_group_stop(const struct tracer *tracer, pid_t tid, int sig)
{
	if (!stops(sig)) {
		resume(tracer, tid, 0);
		return;
	}
	(void)ptrace(PTRACE_LISTEN, tid, NULL, NULL);
	if (tid == tracer->first && sig != SIGSTOP && tracer->has_tty)
		stop_as_well(tracer);
}

static void see_delivery(const struct tracer *tracer, pid_t tid, int sig)
{
	siginfo_t info;

	if (sig == SIGSYS && ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) == 0 &&
	    info.si_code == SYS_SECCOMP)
		tell_of_signal(tracer, tid, false);
	resume(tracer, tid, sig);
}

static void see_stop(const struct tracer *tracer, pid_t tid, int status)
{
	const int sig = WSTOPSIG(status);

	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		hand_over(tracer, tid);
		break;
	case PTRACE_EVENT_EXIT:
		see_exit(tracer, tid);
		break;
	case PTRACE_EVENT_STOP:
		see_group_stop(tracer, tid, sig);
		break;
	case 0:
		if (sig == SYSCALL_STOP)
			hand_over(tracer, tid);
		else
			see_delivery(tracer, tid, sig);
		break;
	case PTRACE_EVENT_EXEC:
		if (tracer->ops->on_exec && !tracer->ops->on_exec(tracer->ops->context, tid))
			(void)kill(tid, SIGKILL);
		resume(tracer, tid, 0);
		break;
	default: /* a fork, a clone */
		resume(tracer, tid, 0);
		break;
	}
}

/* Dead, but not waited for: the kernel traces it no more than one that is gone. */
static bool is_zombie(pid_t tid)
{
	char path[64], line[128] = "";
	const char *end;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)tid);
	file = fopen(path, "re");
	if (!file)
		return true;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	(void)fclose(file);
	end = strrchr(line, ')'); /* "PID (NAME) STATE": a name may hold anything */
	return !end || strncmp(end, ") Z", 3) == 0 || strncmp(end, ") X", 3) == 0;
}

static bool is_ours(pid_t tid)
{
	return scd_tracee_status(tid, "TracerPid:") == getpid();
}

/* Sends @sig to every process that we follow: /proc knows them. */
static void signal_all(int sig)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && is_ours(pid))
			(void)kill(pid, sig);
	}
	if (dir)
		(void)closedir(dir);
}

/* A signal to us while there is nobody to hand it to. True: it is the end. */
static bool end_by_signal(const struct tracer *tracer)
{
	if (tracer->patience && signals_meant >= tracer->patience) {
		signal_all(SIGKILL);
		signals_meant = 0;
	}
	if (!signal_got || tracer->first)
		return false;
	if (tracer->resume == PTRACE_SYSCALL || signals_left > 1)
		return true;
	signal_all(signal_got); /* what the command left behind */
	signal_got = 0;
	return false;
}

static void follow(struct tracer *tracer)
{
	while (!end_by_signal(tracer)) {
		int status;
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid < 0 && errno != EINTR)
			break; /* ECHILD: nobody is left */
		if (tid > 0 && WIFSTOPPED(status))
			see_stop(tracer, tid, status);
		else if (tid > 0 && tid == tracer->first) {
			tracer->status = status;
			tracer->first = 0;
			signal_target = 0;
		}
	}
}

static bool have_terminal(void)
{
	auto_close int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd >= 0;
}

/* Ends a child that waits at its gate. */
static void discard(struct scd_confined *child)
{
	struct scd_confine_end end;
	int status = 0;

	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	scd_confine_finish(child, status, &end);
}

int scd_tracer_run(const struct scd_tracer_command *command, const struct scd_tracer_ops *ops,
		   struct scd_confine_end *end, struct scd_error *err)
{
	const uintptr_t options =
		FOLLOW | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
	struct tracer tracer = { .ops = ops,
				 .resume = PTRACE_CONT,
				 .patience = command->patience,
				 .has_tty = have_terminal() };
	struct scd_confined child = { .gate = -1 };
	auto_free char *path = NULL;

	if (!scd_tracee_supported())
		return scd_fail(err, SCD_E_SYSTEM, ENOSYS, "trace on this architecture");
	if (scd_confine_find(command->argv[0], &path, err) < 0 ||
	    scd_confine_start(command->filter, &command->confine, path, command->argv, &child,
			      err) < 0)
		return -1;
	if (ptrace(PTRACE_SEIZE, child.pid, NULL, options) < 0) {
		(void)scd_trace_fail(child.pid, errno, err);
		discard(&child);
		return -1;
	}
	tracer.first = child.pid;
	set_signals(child.pid);
	scd_confine_go(&child);
	follow(&tracer);
	scd_confine_finish(&child, tracer.status, end);
	return 0;
}

/* Seizes one thread and makes it stop, so that it goes on under the request of ours. 0, or errno.
 */
static int seize(pid_t tid)
{
	const uintptr_t options = FOLLOW | PTRACE_O_TRACESYSGOOD;

	if (ptrace(PTRACE_SEIZE, tid, NULL, options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0)
		return errno;
	return 0;
}

/* Whether @pid is @root or comes from it. */
static bool descends(pid_t pid, pid_t root)
{
	for (unsigned i = 0; i < GENERATIONS_MAX && pid > 0 && pid != root; i++)
		pid = scd_tracee_status(pid, "PPid:");
	return pid == root;
}

/* The threads of one process that we do not follow yet. One that has ended is none. */
static int seize_threads(pid_t pid, size_t *seized, struct scd_error *err)
{
	const struct dirent *entry;
	char path[64];
	int rc = 0, sys;
	DIR *dir;

	if (scd_traces_us(pid))
		return scd_trace_fail(pid, EPERM, err);
	(void)snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	while (dir && rc == 0 && (entry = readdir(dir))) {
		const pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid <= 0 || is_ours(tid))
			continue;
		sys = seize(tid);
		*seized += sys == 0;
		/* Else it has ended meanwhile, or came to us with its parent. */
		if (sys && sys != ESRCH && !is_zombie(tid) && !is_ours(tid))
			rc = scd_trace_fail(pid, sys, err);
	}
	if (dir)
		(void)closedir(dir);
	return rc;
}

/* What we do not follow yet may start more while we look: until nothing is new. */
static int seize_all(pid_t root, struct scd_error *err)
{
	size_t seized = 0, before;
	int rc = 0;

	do {
		const struct dirent *entry;
		DIR *dir = opendir("/proc");

		before = seized;
		while (dir && rc == 0 && (entry = readdir(dir))) {
			const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

			/* The root may be the shell that we were started from. */
			if (pid > 0 && descends(pid, root) && (pid != getpid() || pid == root))
				rc = seize_threads(pid, &seized, err);
		}
		if (dir)
			(void)closedir(dir);
	} while (rc == 0 && seized != before);
	if (rc == 0 && seized == 0)
		return scd_trace_fail(root, ESRCH, err);
	return rc;
}

int scd_tracer_attach(pid_t pid, const struct scd_tracer_ops *ops, struct scd_error *err)
{
	struct tracer tracer = { .ops = ops, .resume = PTRACE_SYSCALL };

	set_signals(0);
	if (seize_all(pid, err) < 0)
		return -1;
	follow(&tracer);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "confine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SIGNAL_STATUS 128

/* Shared with the child: once its filter is loaded memory is all that it can write to. */
struct page {
	_Atomic int stage;
	int sys;
	bool no_new_privs;
	pid_t parent;
	_Atomic bool go; /* the gate was opened, and did not break with the parent */
};

/* 0, or the errno that execve(2) would give for @path, as far as one can tell. */
static int cannot_execute(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) < 0 ? errno : 0;
}

static int take_path(const char *text, char **path, struct scd_error *err)
{
	char *copy = strdup(text);

	if (copy) {
		*path = copy;
		return 0;
	}
	(void)scd_fail(err, SCD_E_NOMEM, 0, "path of a command");
	return -1;
}

static int fail_to_execute(const char *command, int sys, struct scd_error *err)
{
	if (sys == ENOENT || sys == ENOTDIR)
		(void)scd_fail(err, SCD_E_MISSING, 0, "%s: command not found", command);
	else
		(void)scd_fail(err, SCD_E_SYSTEM, sys, "execute %s", command);
	return -1;
}

int scd_confine_find(const char *command, char **path, struct scd_error *err)
{
	const char *dirs = getenv("PATH");
	int sys = ENOENT;

	if (strchr(command, '/')) {
		sys = cannot_execute(command);
		return sys ? fail_to_execute(command, sys, err) : take_path(command, path, err);
	}
	dirs = dirs ? dirs : "/usr/bin:/bin"; /* confstr(_CS_PATH) */
	while (*command) {
		const int len = (int)strcspn(dirs, ":");
		char file[PATH_MAX];
		int why;

		/* An empty entry is the working directory. */
		(void)snprintf(file, sizeof(file), "%.*s%s%s", len, dirs, len ? "/" : "./",
			       command);
		why = cannot_execute(file);
		if (why == 0)
			return take_path(file, path, err);
		if (why != ENOENT && why != ENOTDIR)
			sys = why;
		if (!dirs[len])
			break;
		dirs += len + 1;
	}
	return fail_to_execute(command, sys, err);
}

static void standard_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* As runtimes do it where no flags are asked for: without the mitigation that costs most. */
static long load(const struct sock_fprog *program)
{
	long rc = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			  program);

	if (rc < 0 && errno == EINVAL)
		rc = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, program);
	return rc;
}

static bool give_up_privileges(struct page *page)
{
	page->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	return page->no_new_privs;
}

static bool load_filter(const struct scd_filter *filter, const struct scd_confine_opts *opts,
			struct page *page)
{
	const struct sock_fprog program = { .len = (unsigned short)filter->count,
					    .filter = filter->insns };

	if (opts->no_new_privs && !give_up_privileges(page))
		return false;
	if (filter->count == 0 || load(&program) == 0)
		return true;
	return errno == EACCES && give_up_privileges(page) && load(&program) == 0;
}

/* The filter may deny every call from here on: no call is made but execve(2), and the end. */
static _Noreturn void execute(const char *path, char *const argv[], struct page *page)
{
	atomic_store(&page->stage, SCD_CONFINE_LOADED);
	(void)syscall(__NR_execve, path, argv, environ);
	page->sys = errno;
	atomic_store(&page->stage, SCD_CONFINE_NO_EXEC);
	(void)syscall(__NR_exit_group, 1);
	for (;;)
		__builtin_trap();
}

/* Ends with the parent from here on, as what is traced does: until it is, nobody else would end it.
 * The kernel forgets this when a program gains privileges; then the tracer is there. */
static void end_with(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static _Noreturn void child_main(const struct scd_filter *filter,
				 const struct scd_confine_opts *opts, const char *path,
				 char *const argv[], int gate, struct page *page)
{
	char byte;

	standard_signals();
	end_with(page->parent);
	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	(void)close(gate);
	if (!atomic_load(&page->go))
		_exit(1);
	if (load_filter(filter, opts, page))
		execute(path, argv, page);
	page->sys = errno;
	atomic_store(&page->stage, SCD_CONFINE_REFUSED);
	_exit(1);
}

int scd_confine_start(const struct scd_filter *filter, const struct scd_confine_opts *opts,
		      const char *path, char *const argv[], struct scd_confined *child,
		      struct scd_error *err)
{
	sigset_t all, old;
	struct page *page;
	int gate[2];
	pid_t pid;

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return scd_fail(err, SCD_E_SYSTEM, errno, "memory to share with a command");
	if (pipe2(gate, O_CLOEXEC) < 0) {
		int saved = errno;

		(void)munmap(page, sizeof(*page));
		return scd_fail(err, SCD_E_SYSTEM, saved, "pipe to a command");
	}
	/* No handler of the parent runs in the child, and what is written to stdout is once. */
	(void)fflush(NULL);
	page->parent = getpid();
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (pid == 0) {
		(void)close(gate[1]);
		child_main(filter, opts, path, argv, gate[0], page);
	}
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	(void)close(gate[0]);
	if (pid < 0) {
		int saved = errno;

		(void)close(gate[1]);
		(void)munmap(page, sizeof(*page));
		return scd_fail(err, SCD_E_SYSTEM, saved, "fork a command");
	}
	*child = (struct scd_confined){ .pid = pid, .page = page, .gate = gate[1] };
	return 0;
}

void scd_confine_go(struct scd_confined *child)
{
	struct page *page = child->page;

	atomic_store(&page->go, true);
	scd_close_fd(&child->gate);
}

void scd_confine_finish(struct scd_confined *child, int status, struct scd_confine_end *end)
{
	const struct page *page = child->page;

	assert(page); /* scd_confine_start() */
	*end = (struct scd_confine_end){
		.stage = (enum scd_confine_stage)atomic_load(&page->stage),
		.sys = page->sys,
		.status = status,
		.no_new_privs = page->no_new_privs,
	};
	scd_close_fd(&child->gate);
	(void)munmap(child->page, sizeof(*page));
	*child = (struct scd_confined){ .gate = -1 };
}

int scd_confine_run(const struct scd_filter *filter, const struct scd_confine_opts *opts,
		    char *const argv[], struct scd_confine_end *end, struct scd_error *err)
{
	struct scd_confined child = { .gate = -1 };
	auto_free char *path = NULL;
	int status = 0;

	if (scd_confine_find(argv[0], &path, err) < 0 ||
	    scd_confine_start(filter, opts, path, argv, &child, err) < 0)
		return -1;
	scd_confine_go(&child);
	while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
		;
	scd_confine_finish(&child, status, end);
	return 0;
}

int scd_confine_exit_status(int status)
{
	return WIFSIGNALED(status) ? SIGNAL_STATUS + WTERMSIG(status) : WEXITSTATUS(status);
}

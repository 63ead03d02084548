/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "calls.h"
#include "landlock.h"

/* Instructions of a filter of ours; they have 204 and 151. */
#define INSNS_MAX ((size_t)1024)
/* Wall-clock seconds of a trial, which takes milliseconds: a container's profile may hand a
 * call to somebody who never answers (SCMP_ACT_NOTIFY). */
#define TRIAL_SECONDS 5
/* Where close_range(2) is not there: more than a daemon with 16 connections has. */
#define DESCRIPTORS_BEFORE_5_9 1024U

/* What the trial child does, in this order. */
enum step {
	COMPILING,  /* libseccomp makes the filters */
	PRIVILEGES, /* PR_SET_NO_NEW_PRIVS */
	ENTERING,   /* Landlock */
	LOADING,    /* seccomp(2) */
	DONE
};

struct program {
	size_t count;
	struct sock_filter insns[INSNS_MAX];
};

/* Shared with the trial child. */
struct trial {
	_Atomic int step;
	int abi, landlock_sys, seccomp_sys, compile_sys;
	struct program filter, install_filter;
};

const char *scd_sandbox_mode_name(enum scd_sandbox_mode mode)
{
	static const char *const names[] = {
		[SCD_SANDBOX_OFF] = "off",
		[SCD_SANDBOX_PENDING] = "pending",
		[SCD_SANDBOX_UNAVAILABLE] = "unavailable",
		[SCD_SANDBOX_ON] = "on",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == SCD_SANDBOX_MODE_COUNT, "a name each");

	return (unsigned)mode < SCD_SANDBOX_MODE_COUNT ? names[mode] : "unknown";
}

const char *scd_sandbox_why(const struct scd_sandbox_part *part)
{
	const char *name = part->sys ? strerrorname_np(part->sys) : "SIGSYS";

	if (part->mode != SCD_SANDBOX_UNAVAILABLE)
		return "";
	return name ? name : "EINVAL"; /* never: errno has a name */
}

/* Denied calls are logged, where the kernel can (4.14). */
static int load(struct sock_filter *insns, size_t count)
{
	const struct sock_fprog program = { .len = (unsigned short)count, .filter = insns };
	long rc;

	rc = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &program);
	if (rc < 0 && errno == EINVAL)
		rc = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	return (int)rc;
}

/*
 * The trial
 */

static int compile(unsigned roles, struct program *program)
{
	auto_filter struct scd_filter filter = { 0 };
	struct scd_error err;

	if (scd_calls_compile(roles, &filter, &err) < 0)
		return err.sys ? err.sys : ENOMEM;
	if (filter.count > INSNS_MAX)
		return E2BIG;
	memcpy(program->insns, filter.insns, filter.count * sizeof(filter.insns[0]));
	program->count = filter.count;
	return 0;
}

static void try_seccomp(struct trial *trial)
{
	struct program allow = { 1, { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) } };

	/* Whatever the configuration wants: the checks have to know whether it is deadly. */
	if (load(allow.insns, allow.count) == 0 &&
	    (trial->filter.count == 0 ||
	     (load(trial->filter.insns, trial->filter.count) == 0 &&
	      load(trial->install_filter.insns, trial->install_filter.count) == 0)))
		return;
	trial->seccomp_sys = errno;
}

static void run_trial(struct trial *trial, bool landlock, bool filters, bool seccomp)
{
	if (filters) {
		trial->compile_sys =
			compile(SCD_CALL_LOOP | SCD_CALL_INSTALL | SCD_CALL_CHECK, &trial->filter);
		if (!trial->compile_sys)
			trial->compile_sys = compile(SCD_CALL_INSTALL, &trial->install_filter);
	}
	atomic_store(&trial->step, PRIVILEGES);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (landlock) {
		atomic_store(&trial->step, ENTERING);
		trial->abi = scd_landlock_abi();
		if (trial->abi == 0 ||
		    scd_landlock_restrict(trial->abi, &(struct scd_landlock_path){ .fd = -1 }, 1) <
			    0)
			trial->landlock_sys = errno;
	}
	if (seccomp) {
		atomic_store(&trial->step, LOADING);
		try_seccomp(trial);
	}
	atomic_store(&trial->step, DONE);
}

/* Forks the trial and waits for its end; what it came to is in @trial. */
static int fork_trial(struct trial *trial, bool landlock, bool filters, bool seccomp,
		      struct scd_error *err)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t all, before;
	int status;
	pid_t pid;

	memset(trial, 0, sizeof(*trial));
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		(void)sigaction(SIGALRM, &standard, NULL);
		(void)sigaction(SIGSYS, &standard, NULL);
		(void)sigemptyset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		(void)prctl(PR_SET_DUMPABLE, 0); /* killed or not, no core */
		(void)alarm(TRIAL_SECONDS);
		run_trial(trial, landlock, filters, seccomp);
		_exit(EXIT_SUCCESS);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "fork a trial of the sandbox");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int keep(const struct program *program, struct scd_filter *filter, struct scd_error *err)
{
	const size_t size = program->count * sizeof(program->insns[0]);

	filter->insns = malloc(size);
	if (!filter->insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "own filter");
	memcpy(filter->insns, program->insns, size);
	filter->count = program->count;
	return 0;
}

static void set(struct scd_sandbox_part *part, int sys)
{
	part->mode = sys ? SCD_SANDBOX_UNAVAILABLE : SCD_SANDBOX_PENDING;
	part->sys = sys;
}

/* A trial that came to its end. */
static int conclude(const struct trial *trial, struct scd_sandbox *sandbox, bool landlock,
		    bool filters, bool seccomp, struct scd_error *err)
{
	if (landlock) {
		set(&sandbox->landlock, trial->landlock_sys);
		sandbox->landlock.version = trial->abi;
	}
	if (!filters || !seccomp)
		return 0;
	set(&sandbox->seccomp, trial->compile_sys ? trial->compile_sys : trial->seccomp_sys);
	if (sandbox->seccomp.mode != SCD_SANDBOX_PENDING)
		return 0;
	if (keep(&trial->filter, &sandbox->filter, err) < 0)
		return -1;
	return keep(&trial->install_filter, &sandbox->install_filter, err);
}

int scd_sandbox_prepare(bool landlock, bool seccomp, struct scd_sandbox *sandbox,
			struct scd_error *err)
{
	bool try_landlock = landlock, try_filters = seccomp, try_calls = true;
	struct trial *trial;
	int rc, step = 0;

	*sandbox = (struct scd_sandbox){ .proc_self = -1 };
	if (landlock)
		sandbox->landlock.mode = SCD_SANDBOX_UNAVAILABLE;
	if (seccomp)
		sandbox->seccomp.mode = SCD_SANDBOX_UNAVAILABLE;
	trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (trial == MAP_FAILED)
		return scd_fail(err, SCD_E_SYSTEM, errno, "memory to share with a trial");
	/* Once more without what ended it; each time there is less to try. */
	for (;;) {
		rc = fork_trial(trial, try_landlock, try_filters, try_calls, err);
		step = atomic_load(&trial->step);
		if (rc < 0 || step >= DONE)
			break;
		if (step == COMPILING && try_filters) {
			try_filters = false;
		} else if (step == ENTERING && try_landlock) {
			try_landlock = false;
		} else if (step == LOADING && try_calls) {
			try_calls = false;
			sandbox->seccomp_kills = true;
		} else {
			break; /* prctl(2) is deadly here: nothing can be had */
		}
	}
	if (rc == 0 && step >= DONE)
		rc = conclude(trial, sandbox, try_landlock, try_filters, try_calls, err);
	(void)munmap(trial, sizeof(*trial));
	if (rc < 0)
		scd_sandbox_done(sandbox);
	return rc;
}

/*
 * For good
 */

/* The directory of the configuration, whose files a volume replaces; one that everything lies
 * below is too much. */
static int open_config_dir(const char *path)
{
	auto_free char *copy = path ? strdup(path) : NULL;
	const char *dir;

	if (!copy)
		return -1;
	dir = dirname(copy);
	return strcmp(dir, "/") == 0 ? -1 : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int restrict_files(const struct scd_sandbox *sandbox, const struct scd_sandbox_dirs *dirs)
{
	auto_close int config_dir = open_config_dir(dirs->config);
	auto_close int config = dirs->config ? open(dirs->config, O_PATH | O_CLOEXEC) : -1;
	const struct scd_landlock_path paths[] = {
		{ dirs->source, SCD_LANDLOCK_READ },
		{ dirs->destination, SCD_LANDLOCK_WRITE },
		/* The directory for what comes, the file for one that is a link out of it. */
		{ config_dir, SCD_LANDLOCK_READ },
		{ config, SCD_LANDLOCK_READ },
		{ sandbox->proc_self, SCD_LANDLOCK_READ },
	};

	return scd_landlock_restrict(sandbox->landlock.version, paths,
				     sizeof(paths) / sizeof(paths[0]));
}

void scd_sandbox_restrict_files(struct scd_sandbox *sandbox, const struct scd_sandbox_dirs *dirs)
{
	if (sandbox->landlock.mode != SCD_SANDBOX_PENDING)
		return;
	tzset(); /* reads /etc/localtime, which will be out of reach */
	/* Our own descriptors and memory: watch and metrics. /proc makes an inode anew when it
	 * has dropped it from memory, and a rule is for the one inode: it is held. */
	sandbox->proc_self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (restrict_files(sandbox, dirs) < 0)
		set(&sandbox->landlock, errno);
	else
		sandbox->landlock.mode = SCD_SANDBOX_ON;
}

void scd_sandbox_restrict_calls(struct scd_sandbox *sandbox)
{
	if (sandbox->seccomp.mode != SCD_SANDBOX_PENDING)
		return;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (load(sandbox->filter.insns, sandbox->filter.count) < 0)
		set(&sandbox->seccomp, errno);
	else
		sandbox->seccomp.mode = SCD_SANDBOX_ON;
	scd_filter_done(&sandbox->filter);
}

static void close_from(unsigned first, unsigned last)
{
	if (first > last || syscall(__NR_close_range, first, last, 0U) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < DESCRIPTORS_BEFORE_5_9; fd++)
		(void)close((int)fd);
}

/* Connections, the listener, source and loop are none of its business. */
static void keep_only(int fd)
{
	if (fd > 3)
		close_from(3, (unsigned)fd - 1);
	close_from((unsigned)(fd < 3 ? 3 : fd + 1), ~0U);
}

void scd_sandbox_restrict_install(int destination, const void *arg)
{
	const struct scd_sandbox *sandbox = arg;
	const struct scd_landlock_path path = { destination, SCD_LANDLOCK_WRITE };

	keep_only(destination);
	if (sandbox->landlock.mode == SCD_SANDBOX_ON)
		(void)!scd_landlock_restrict(sandbox->landlock.version, &path, 1);
	if (sandbox->seccomp.mode == SCD_SANDBOX_ON)
		(void)load(sandbox->install_filter.insns, sandbox->install_filter.count);
}

void scd_sandbox_done(struct scd_sandbox *sandbox)
{
	scd_filter_done(&sandbox->filter);
	scd_filter_done(&sandbox->install_filter);
	scd_close_fd(&sandbox->proc_self);
}

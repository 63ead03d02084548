/* SPDX-License-Identifier: MIT */
/* A command in a child process under a filter of this kernel's, started as an OCI runtime starts
 * a container's program: the filter is loaded just before execve(2). */
#ifndef SCD_CONFINE_H
#define SCD_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "bpf.h"
#include "error.h"

/* How far a child came. */
enum scd_confine_stage {
	SCD_CONFINE_FORKED,  /* waits for scd_confine_go() */
	SCD_CONFINE_REFUSED, /* the kernel does not load the filter: .sys */
	SCD_CONFINE_LOADED,  /* execve(2) was called, and has not come back */
	SCD_CONFINE_NO_EXEC  /* execve(2) failed: .sys */
};

struct scd_confined {
	pid_t pid;
	void *page; /* shared with the child */
	int gate;   /* the child waits until it is closed */
};

struct scd_confine_opts {
	/* Always give up the gaining of privileges by execve(2), as a pod with
	 * allowPrivilegeEscalation: false does. Without CAP_SYS_ADMIN there is no other way
	 * to load a filter. */
	bool no_new_privs;
};

/* How a command ended. */
struct scd_confine_end {
	enum scd_confine_stage stage; /* LOADED: it ran, or died at its execve(2) */
	int sys;		      /* errno of REFUSED and NO_EXEC */
	int status;		      /* as waitpid(2) gives it */
	bool no_new_privs;	      /* was set for it */
};

/**
 * scd_confine_find() - the file that execvp(3) would execute.
 * @path: set on success only; free() it.
 *
 * Return: 0, or -1 with SCD_E_MISSING, SCD_E_SYSTEM (@err->sys is EACCES and the like) or
 * SCD_E_NOMEM.
 */
int scd_confine_find(const char *command, char **path,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_confine_start() - fork a child that is to run @argv under @filter.
 * @filter: valid for the kernel (scd_loadable_make()); an empty one is none.
 * @path:   from scd_confine_find().
 * @child:  set on success only; ended by scd_confine_finish().
 *
 * The child has the caller's descriptors but the close-on-exec ones, its environment, process
 * group and terminal, no blocked or ignored signals, and waits for scd_confine_go(). Should the
 * caller die, the kernel kills it, before that and after.
 *
 * Return: 0, or -1 with SCD_E_SYSTEM.
 */
int scd_confine_start(const struct scd_filter *filter, const struct scd_confine_opts *opts,
		      const char *path, char *const argv[], struct scd_confined *child,
		      struct scd_error *err) SCD_MUST_CHECK SCD_NONNULL;

/* Lets the child load its filter and execute its program. */
void scd_confine_go(struct scd_confined *child) SCD_NONNULL;

/* Of a child that waitpid(2) has ended with @status: fills @end, releases @child. */
void scd_confine_finish(struct scd_confined *child, int status,
			struct scd_confine_end *end) SCD_NONNULL;

/* find, start, go, wait, finish. 0: @end is set; -1 as scd_confine_find() and _start(). */
int scd_confine_run(const struct scd_filter *filter, const struct scd_confine_opts *opts,
		    char *const argv[], struct scd_confine_end *end,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What a shell makes of a status of waitpid(2): the exit status, or 128 and the signal. */
int scd_confine_exit_status(int status);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What holds the daemon to its rights once it has started: a Landlock domain (which files) and
 * an own system call filter (which calls), each as far as this kernel and this container let it.
 * Both are tried in a child before. docs/sandbox.md says what can be done at each moment.
 */
#ifndef SCD_SANDBOX_H
#define SCD_SANDBOX_H

#include <stdbool.h>

#include "bpf.h"
#include "error.h"

enum scd_sandbox_mode {
	SCD_SANDBOX_OFF,	 /* the configuration says so */
	SCD_SANDBOX_PENDING,	 /* Landlock: until source and destination are there */
	SCD_SANDBOX_UNAVAILABLE, /* kernel or container refuse */
	SCD_SANDBOX_ON,
	SCD_SANDBOX_MODE_COUNT
};

/* One of the two. */
struct scd_sandbox_part {
	enum scd_sandbox_mode mode;
	int sys;     /* UNAVAILABLE: errno; 0: the container's profile ends who asks */
	int version; /* Landlock: the kernel's ABI; 0: none */
};

struct scd_sandbox {
	struct scd_sandbox_part landlock, seccomp;
	/* This container's profile ends who calls seccomp(2): nobody may, profiles are judged
	 * without a trial load, and children do without filters of their own. */
	bool seccomp_kills;

	struct scd_filter filter;	  /* the daemon's, until it is loaded */
	struct scd_filter install_filter; /* of the install child */
	int proc_self;			  /* keeps the entry of /proc in memory; -1 */
};

/* The directories that the daemon lives on. */
struct scd_sandbox_dirs {
	int source, destination; /* descriptors */
	const char *config;	 /* the path of a file, or NULL; its directory is meant */
};

/**
 * scd_sandbox_prepare() - find out what can be had.
 * @landlock, @seccomp: what the configuration wants.
 * @sandbox: zeroed; scd_sandbox_done() it. Of a part that is to be had the mode is PENDING.
 *
 * A child makes the filters and loads them into itself: should a call end it, the daemon never
 * makes that call. And libseccomp's memory is the child's, not the daemon's.
 *
 * Return: 0, or -1 with SCD_E_SYSTEM (fork, mmap), SCD_E_NOMEM.
 */
int scd_sandbox_prepare(bool landlock, bool seccomp, struct scd_sandbox *sandbox,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Restricts the file system to @dirs; does nothing unless Landlock is PENDING. */
void scd_sandbox_restrict_files(struct scd_sandbox *sandbox,
				const struct scd_sandbox_dirs *dirs) SCD_NONNULL;

/* Loads the filter of the daemon; does nothing unless it is PENDING. */
void scd_sandbox_restrict_calls(struct scd_sandbox *sandbox) SCD_NONNULL;

/* In the install child, first: keep @destination and standard error alone, and a domain and a
 * filter that are the child's own. Best effort, as all of this. @arg: a struct scd_sandbox. */
void scd_sandbox_restrict_install(int destination, const void *arg) SCD_NONNULL;

void scd_sandbox_done(struct scd_sandbox *sandbox) SCD_NONNULL;

/* Why a part is UNAVAILABLE: the name of an errno, or "SIGSYS"; "" when it is not. */
const char *scd_sandbox_why(const struct scd_sandbox_part *part) SCD_NONNULL;

/* "off", "pending", "unavailable", "on": /status and metrics. */
const char *scd_sandbox_mode_name(enum scd_sandbox_mode mode);

#endif

/* SPDX-License-Identifier: MIT */
/* A container of an OCI runtime, made of a bundle that is somebody's: it is started from a copy
 * of the configuration, under a state directory of its own, and nothing of it is left. */
#ifndef SCD_CONTAINER_H
#define SCD_CONTAINER_H

#include <stdbool.h>

#include "bundle.h"
#include "error.h"
#include "options.h"

/* "runc" and "crun", as values of enum scd_oci_runtime. */
extern const struct scd_choice scd_container_runtimes[];

/* linux.seccomp that hands every call to a tracer: without one every call would fail. */
extern const char scd_container_trace_all[];

/* The name of one of them. */
const char *scd_container_runtime(int value) SCD_MUST_CHECK;

/* Signals that mean the end, of which the last kills the container: its first process ignores
 * those that it does not handle. */
#define SCD_CONTAINER_PATIENCE 3

/* What a bundle is: read once, started perhaps twice. Zeroed is empty. */
struct scd_bundle_dir {
	char *path; /* absolute, without links */
	char *root; /* the same, of the root file system */
	char *text; /* of config.json */
	struct scd_bundle config;
};

/* Looks at the bundle in @dir. A configuration with a terminal needs one: standard input. 0, or -1
 * with SCD_E_MISSING, SCD_E_SYSTEM, SCD_E_CONFIG, SCD_E_TOO_LARGE or SCD_E_NOMEM. */
int scd_bundle_dir_open(const char *dir, struct scd_bundle_dir *bundle,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
void scd_bundle_dir_done(struct scd_bundle_dir *bundle) SCD_NONNULL;

#define auto_bundle_dir SCD_CLEANUP(scd_bundle_dir_done)

/* Zeroed is none. */
struct scd_container {
	char *dir;	/* a temporary one: config.json and the runtime's state */
	char *state;	/* the latter */
	char id[64];	/* no other container's */
	char *argv[8];	/* "RUNTIME --root STATE run --bundle DIR ID" */
	void *terminal; /* its settings before; NULL: it has none */
};

struct scd_container_opts {
	const char *runtime; /* "crun" */
	const char *seccomp; /* JSON of linux.seccomp */
	bool no_new_privs;
};

/**
 * scd_container_prepare() - all but the start, which is that of @container->argv.
 * @container: zeroed; scd_container_remove() it, whatever is returned.
 *
 * SIGHUP, SIGINT, SIGQUIT and SIGTERM are blocked from here on, so that none comes between a file
 * and its removal; scd_tracer_run() handles them.
 *
 * Return: 0, or -1 with SCD_E_SYSTEM, SCD_E_TOO_LARGE or SCD_E_NOMEM.
 */
int scd_container_prepare(const struct scd_bundle_dir *bundle,
			  const struct scd_container_opts *opts, struct scd_container *container,
			  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Has the runtime delete the container if it did not itself, and removes the files. */
void scd_container_remove(struct scd_container *container) SCD_NONNULL;

#define auto_container SCD_CLEANUP(scd_container_remove)

#endif

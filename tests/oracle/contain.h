/* SPDX-License-Identifier: MIT */
/* One container after the other, each started by an OCI runtime in namespaces of its own. */
#ifndef SCD_ORACLE_CONTAIN_H
#define SCD_ORACLE_CONTAIN_H

#include "buf.h"
#include "error.h"

/* Where containers are made: a directory of its own in $TMPDIR, with a root file system of some
 * static programs. */
struct scd_yard {
	char dir[200];
	unsigned serial;
};

struct scd_container {
	const char *runtime; /* "crun", "runc" */
	bool no_new_privs;
	const char *seccomp;	 /* the value of linux.seccomp; NULL: no filter */
	const char *const *args; /* of the program: its path first; NULL last */
	unsigned seconds;	 /* then everything in it is killed */
};

/* What became of a container; scd_ended_done() it. */
struct scd_ended {
	bool timed_out;
	int status;		  /* the runtime's exit status, as a shell has it */
	struct scd_buf out, said; /* standard output and error, the container's and the runtime's */
};

/* A mount namespace with what runtimes need, and the yard with copies of @programs, static ones,
 * NULL last. Needs root. */
int scd_yard_open(struct scd_yard *yard, const char *const *programs,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
void scd_yard_close(struct scd_yard *yard) SCD_NONNULL;

/* `RUNTIME run`, to its end. @ended: zeroed; set on success only. -1 with SCD_E_SYSTEM. */
int scd_contain(struct scd_yard *yard, const struct scd_container *container,
		struct scd_ended *ended, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_ended_done(struct scd_ended *ended) SCD_NONNULL;

#define auto_ended SCD_CLEANUP(scd_ended_done)

#endif

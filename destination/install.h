/* SPDX-License-Identifier: MIT */
/*
 * One transaction on the destination: lock, read the state file, look at the disk,
 * plan, write and sync all temporary files, record intents, rename, sync the
 * directories, record the result, unlock. At any crash point every profile is
 * whole: the old one or the new one. Runs in a forked child, so that a slow disk
 * never stops the loop; the outcome comes back through a shared mapping.
 */
#ifndef SCD_INSTALL_H
#define SCD_INSTALL_H

#include <sys/types.h>

#include "error.h"
#include "plan.h"
#include "snapshot.h"

struct scd_install_request {
	int destination;		     /* directory descriptor */
	const struct scd_snapshot *snapshot; /* with texts */
	const enum scd_verdict *verdicts;    /* one for each file of the snapshot */
	const bool *contested;		     /* the same: not to be repaired again; or NULL */
	const bool *settled;		     /* the same: it is the text that was installed the last
					      * time; or NULL */
	struct scd_plan_policy policy;
	bool prune;		     /* the snapshot is empty and means nothing: what the state file
				      * calls orphaned is to go, the rest stays */
	const char *expected_digest; /* nothing is done to another set than this; NULL: any */
	bool dry_run;		     /* plan only; operations tell what would be done */
	const char *pod_uid;	     /* who writes, for the state file; "" if unknown */
	uint32_t tag;		     /* the same, for temporary files of profiles; 0: nobody */
	/* What a forked child does first, to be left with as few rights as a transaction on
	 * @destination needs; NULL: nothing. */
	void (*confine)(int destination, const void *arg);
	const void *confine_arg;
};

struct scd_install_result {
	char *name;
	enum scd_operation op;		       /* done, or tried */
	enum scd_phase phase;		       /* what is true on disk now */
	const char *reason;		       /* CamelCase token or ""; static storage */
	int sys;			       /* errno of a failed operation, or 0 */
	char installed_sha256[SCD_SHA256_HEX]; /* of what lies there now and is ours; or "" */
	bool gone; /* neither in the source nor ours on disk: an operation, no profile */
};

struct scd_install_outcome {
	struct scd_error error; /* SCD_OK, or why not everything that was planned was tried */
	struct scd_install_result *results; /* by name: the snapshot's and the state file's names;
					     * true with an error too; none when the state file
					     * cannot be read for now (EIO, EMFILE) */
	size_t count;
	size_t removals_blocked;
	bool ledger_corrupt; /* the state file did not parse, now or at a time since when nobody
			      * has adopted what was in it: nothing of that is owned */
	bool grace_booked;   /* .policy.healthy_seconds are in the state file */
	bool writable;	     /* every write of the transaction succeeded */
	uint64_t free_bytes; /* of the file system, for us */
};

/* Does the transaction here and now. @outcome: zeroed or done; set on success only; an
 * @outcome->error is one. -1: out of memory. */
int scd_install_run(const struct scd_install_request *request, struct scd_install_outcome *outcome,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

struct scd_install_job {
	pid_t pid; /* 0: none */
	void *page;
	size_t size;
};

/* The same in a forked child. start → waitpid(2) by the loop → finish. */
int scd_install_start(const struct scd_install_request *request, struct scd_install_job *job,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Releases the job. -1 when the child died without an outcome (SCD_E_SYSTEM), or was out
 * of memory (SCD_E_NOMEM). @outcome: zeroed or done. */
int scd_install_finish(struct scd_install_job *job, int status, struct scd_install_outcome *outcome,
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_install_outcome_done(struct scd_install_outcome *outcome) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * All policy, as a pure function: (source, verdicts, what is on disk, what we own)
 * → operations and states. Reads nothing, writes nothing, tested as a table.
 */
#ifndef SCD_PLAN_H
#define SCD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "error.h"

/* Permission bits of an installed profile. */
#define SCD_PROFILE_MODE 0644U

/* Why a profile is in Conflict, Stale, or still Orphaned. */
#define SCD_REASON_NOT_OURS "NotOurs"	    /* other bytes, not put there by us */
#define SCD_REASON_NOT_REGULAR "NotRegular" /* no regular file with one link */
#define SCD_REASON_DRIFTED "Drifted"	    /* ours, edited, and nothing to repair it with */
#define SCD_REASON_CONTESTED "Contested"    /* ours, and others write it too */
#define SCD_REASON_REJECTED "Rejected"	    /* the source's text was rejected */
#define SCD_REASON_REMOVAL_BLOCKED "RemovalBlocked" /* the mass-removal guard withheld it */

/* State of a profile on this node (the words of docs/architecture.md). */
enum scd_phase {
	SCD_PHASE_INSTALLED, /* bytes on disk = source */
	SCD_PHASE_STALE,     /* source invalid, last good version on disk */
	SCD_PHASE_INVALID,   /* source invalid, nothing of ours on disk */
	SCD_PHASE_PENDING,   /* no verdict yet; what is on disk stays */
	SCD_PHASE_CONFLICT,  /* something that is not ours lies under the name */
	SCD_PHASE_FAILED,    /* valid, but it could not be written */
	SCD_PHASE_ORPHANED,  /* ours on disk, no longer in the source */
	SCD_PHASE_COUNT
};

enum scd_operation {
	SCD_OP_NONE,
	SCD_OP_CREATE, /* nothing there: write it */
	SCD_OP_UPDATE, /* ours, other bytes wanted */
	SCD_OP_REPAIR, /* ours, but not the bytes or the mode that we left */
	SCD_OP_ADOPT,  /* not ours, but the wanted bytes: own it, do not write */
	SCD_OP_REMOVE, /* orphaned and policy says so */
	SCD_OP_COUNT
};

enum scd_verdict {
	SCD_VERDICT_NONE, /* not judged yet */
	SCD_VERDICT_ACCEPT,
	SCD_VERDICT_REJECT /* includes a name or a file that we cannot read */
};

enum scd_disk_kind {
	SCD_DISK_ABSENT,
	SCD_DISK_REGULAR,
	SCD_DISK_OTHER,	    /* symlink, FIFO, directory, device, or a file with several links */
	SCD_DISK_UNREADABLE /* an error other than "no such file" */
};

/* What lies under a name in the destination. */
struct scd_disk_file {
	enum scd_disk_kind kind;
	char sha256[SCD_SHA256_HEX]; /* of a regular one */
	unsigned mode;		     /* permission bits */
	int sys;		     /* errno of an unreadable one */
};

/* One name: in the source, in the state file, or in both. */
struct scd_plan_item {
	/* in */
	const char *name; /* borrowed */
	enum scd_verdict verdict;
	bool in_source;
	bool valid_name; /* a name that is ever installed */
	bool owned;
	bool adopted;
	bool contested;		   /* repaired so often of late that it is not repaired again */
	bool settled;		   /* the source's text was there already, or was withheld for that
				    * reason: who changes what is there is not us */
	const char *sha256;	   /* of the source text; "" without one */
	const char *owned_sha256;  /* what the state file says that we put there; "" if none */
	const char *intent_sha256; /* what an interrupted transaction was about to put; "" */
	int64_t orphaned_at;	   /* seconds since the epoch; 0: not an orphan so far */
	uint64_t orphaned_for;	   /* seconds of healthy source since, as the state file says */
	struct scd_disk_file disk;

	/* out */
	enum scd_operation op;
	enum scd_phase phase; /* once the operation has succeeded */
	const char *reason;   /* SCD_REASON_*, or ""; static storage */
	bool drop; /* no longer ours: forget it in the state file, unless @op owns it anew */
};

struct scd_plan_policy {
	bool remove_orphans; /* AfterGrace */
	uint64_t grace_seconds;
	uint64_t healthy_seconds; /* of healthy source that no state file has counted yet */
	bool yields;		  /* what another one with our state file wrote is left as it is */
	unsigned max_removals_percent; /* of the owned set in one step; over it none is removed */
	int64_t now; /* seconds since the epoch: to be told, never to reckon with */
};

struct scd_plan {
	struct scd_plan_item *items; /* the caller's, sorted by name */
	size_t count;
	size_t removals_blocked; /* out: removals that the guard withheld */
};

/* Decides for every item. Cannot fail. */
void scd_plan_make(struct scd_plan *plan, const struct scd_plan_policy *policy) SCD_NONNULL;

/* The SCD_REASON_* that reads @word, in static storage; "" when there is none. */
const char *scd_plan_reason(const char *word) SCD_NONNULL;

const char *scd_phase_name(enum scd_phase phase);      /* "Installed" */
const char *scd_phase_label(enum scd_phase phase);     /* "installed" */
const char *scd_operation_name(enum scd_operation op); /* "create" */

#endif

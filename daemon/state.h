/* SPDX-License-Identifier: MIT */
/*
 * What is true on this node: the one struct that http, metrics, status and the
 * page read. reconcile alone writes it. Says what is on disk, not what was meant.
 */
#ifndef SCD_STATE_H
#define SCD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "digest.h"
#include "error.h"
#include "jail.h"
#include "plan.h"
#include "report.h"
#include "sandbox.h"
#include "watch.h"

enum scd_source_state {
	SCD_SOURCE_OK,
	SCD_SOURCE_EMPTY,    /* readable, holds no profile */
	SCD_SOURCE_MISSING,  /* no ..data, over a limit, or unreadable: everything is kept */
	SCD_SOURCE_ORPHANED, /* detached: the process exits with 4 */
	SCD_SOURCE_STATE_COUNT
};

enum scd_trigger {
	SCD_TRIGGER_STARTUP,
	SCD_TRIGGER_WATCH,
	SCD_TRIGGER_RESYNC,
	SCD_TRIGGER_SIGNAL,
	SCD_TRIGGER_RETRY,
	SCD_TRIGGER_COUNT
};

enum scd_sync_result {
	SCD_SYNC_SUCCESS, /* all valid profiles are on disk, every profile is valid */
	SCD_SYNC_PARTIAL, /* some profile is not Installed or Orphaned */
	SCD_SYNC_ERROR,	  /* the source or the destination failed */
	SCD_SYNC_NOOP,	  /* nothing to do */
	SCD_SYNC_RESULT_COUNT
};

/* Labels of seccompd_install_errors_total{errno}. */
enum scd_errno_class {
	SCD_ERRNO_ENOSPC,
	SCD_ERRNO_EDQUOT,
	SCD_ERRNO_EROFS,
	SCD_ERRNO_EACCES,
	SCD_ERRNO_EIO,
	SCD_ERRNO_ENOENT,
	SCD_ERRNO_OTHER,
	SCD_ERRNO_CLASS_COUNT
};

enum scd_condition_type {
	SCD_CONDITION_SYNCED,
	SCD_CONDITION_PROFILES_VALID,
	SCD_CONDITION_DESTINATION_WRITABLE,
	SCD_CONDITION_STATE_FILE_INTACT,
	SCD_CONDITION_VALIDATOR_DEGRADED,
	SCD_CONDITION_COUNT
};

/* As metav1.Condition. */
struct scd_condition {
	bool status;
	char reason[32]; /* CamelCase token */
	char message[200];
	int64_t since; /* seconds since the epoch of the last change of status */
};

struct scd_profile_state {
	char *name;
	enum scd_phase phase;
	const char *reason;		       /* CamelCase token or ""; static storage */
	int sys;			       /* errno of a failed operation, or 0 */
	char sha256[SCD_SHA256_HEX];	       /* of the source text; "" without one */
	char installed_sha256[SCD_SHA256_HEX]; /* of the file on disk that is ours; or "" */
	int64_t repaired_ms[SCD_REPAIRS_MAX];  /* CLOCK_MONOTONIC of the last repairs, newest
						* first; 0: none */
	struct scd_report report;
	/* Lines of the text around the first findings of @report, one excerpt behind the other,
	 * each with its NUL; "" for a finding without a place. Memory bounds their number. */
	char *excerpts;
	size_t excerpt_count;
};

/* Frees what it owns. */
void scd_profile_state_done(struct scd_profile_state *profile) SCD_NONNULL;

/* Upper bounds of seccompd_sync_duration_seconds, in milliseconds; +Inf follows. */
#define SCD_DURATION_BUCKETS 6
extern const unsigned scd_duration_bounds_ms[SCD_DURATION_BUCKETS];

struct scd_state {
	/* who */
	const struct scd_config *config;
	const char *node, *pod, *pod_uid; /* environment; "" if unknown */
	int64_t started_at;		  /* seconds since the epoch */
	struct scd_sandbox sandbox;

	/* what this kernel is and can do; "" when unknown */
	char kernel[65];	  /* release */
	char actions_avail[192];  /* of seccomp(2), with a space between two */
	char actions_logged[192]; /* those that may be logged */

	/* loop */
	int64_t heartbeat_ms; /* CLOCK_MONOTONIC of the loop's last beat */

	/* source */
	enum scd_source_state source_state;
	struct scd_error source_error;
	char digest[SCD_SHA256_HEX]; /* set digest of the newest snapshot; "" before the first */
	size_t keys, ignored_keys, source_bytes;
	int64_t observed_at;		 /* newest snapshot that could be read */
	int64_t source_missing_since_ms; /* CLOCK_MONOTONIC; 0: it is there */
	uint64_t source_changes;
	int64_t last_change;
	enum scd_watch_mode watch_mode;
	uint64_t watch_events[SCD_WATCH_EVENT_COUNT];

	/* destination */
	bool destination_known; /* a transaction has ended, or could not begin */
	bool writable;
	struct scd_error destination_error; /* of the last transaction */
	uint64_t free_bytes;
	int64_t behind_since_ms; /* CLOCK_MONOTONIC since when a valid profile is not on disk; 0 */
	size_t removals_blocked;
	bool ledger_corrupt;

	/* syncs */
	bool first_sync_done;
	bool news; /* the last transaction changed a file, or what is said of a profile */
	/* of the last sync that has ended; seconds since the epoch; 0: never */
	int64_t last_attempt, last_success; /* when it ended */
	enum scd_trigger last_trigger;
	enum scd_sync_result last_result;
	int64_t last_started_at;
	uint64_t last_duration_us;
	uint64_t consecutive_failures;
	uint64_t syncs[SCD_TRIGGER_COUNT][SCD_SYNC_RESULT_COUNT];
	uint64_t durations[SCD_DURATION_BUCKETS + 1]; /* not cumulative */
	uint64_t duration_sum_us;

	/* judging and installing */
	uint64_t validations[SCD_JAIL_RESULT_COUNT];
	bool validator_degraded;
	uint64_t installs[SCD_OP_COUNT][2]; /* [operation][0 success, 1 error] */
	uint64_t install_errors[SCD_ERRNO_CLASS_COUNT];

	struct scd_profile_state *profiles; /* sorted by name */
	size_t profile_count;
	struct scd_condition conditions[SCD_CONDITION_COUNT];
};

/* How many profiles are in @phase. */
size_t scd_state_count(const struct scd_state *state, enum scd_phase phase) SCD_NONNULL;

/* The profile called @name, or NULL. */
const struct scd_profile_state *scd_state_find(const struct scd_state *state,
					       const char *name) SCD_NONNULL;

/* Was it repaired so often of late that it is not to be repaired again for now? */
bool scd_profile_contested(const struct scd_profile_state *profile, int64_t now_ms) SCD_NONNULL;

/* Asks the kernel. At start: later the sandbox hides /proc/sys. */
void scd_state_learn_kernel(struct scd_state *state) SCD_NONNULL;

/* Sets a condition; the time of change moves only with the status. */
void scd_state_set_condition(struct scd_state *state, enum scd_condition_type type, bool status,
			     int64_t now, const char *reason, const char *fmt, ...)
	SCD_PRINTF(6, 7);

/* One health check. */
struct scd_health_check {
	const char *name; /* "first-sync" */
	bool live;	  /* of /livez; else of /readyz */
	bool strict;	  /* counts for /readyz with --ready-policy=strict only */
	/* NULL: passes. Else the reason, one CamelCase token; static storage. */
	const char *(*failure)(const struct scd_state *state, int64_t now_ms);
};

/* Every check: "ping" of /livez; "ping", "first-sync", "source", "destination",
 * "profiles" of /readyz. */
const struct scd_health_check *scd_health_checks(size_t *count) SCD_NONNULL;

/* Is @check one of those that decide /livez (@live) or /readyz, under the policy of
 * @state? One that is not can still be asked alone. */
bool scd_health_check_counts(const struct scd_health_check *check, bool live,
			     const struct scd_state *state) SCD_NONNULL;

/* What follows /seccomp/ in the destination, and @name: the string to paste into a
 * pod. "profiles/" when the destination's path has no /seccomp/. Into @buf. */
void scd_state_localhost_profile(const struct scd_state *state, const char *name, char *buf,
				 size_t size) SCD_NONNULL;

void scd_state_done(struct scd_state *state) SCD_NONNULL;

const char *scd_source_state_name(enum scd_source_state state); /* "ok", a metric label */
const char *scd_source_state_word(enum scd_source_state state); /* "OK", for /status */
const char *scd_trigger_name(enum scd_trigger trigger);
const char *scd_sync_result_name(enum scd_sync_result result); /* "success" */
const char *scd_sync_result_word(enum scd_sync_result result); /* "Success", for /status */
const char *scd_errno_class_name(enum scd_errno_class errno_class);
enum scd_errno_class scd_errno_class(int sys);
const char *scd_condition_name(enum scd_condition_type type);

/* Milliseconds of CLOCK_MONOTONIC; seconds since the epoch. */
int64_t scd_now_ms(void);
int64_t scd_now_s(void);

#endif

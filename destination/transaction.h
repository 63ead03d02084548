/* SPDX-License-Identifier: MIT */
/*
 * The order of a transaction's steps, and what each crash point leaves:
 *
 *  1. lock, read the state file, sweep temporary files, look at every name, plan
 *  2. directories to be made are recorded in the state file, then made
 *  3. all temporary files are written, then all are synced     (crash: swept by the next)
 *  4. intents are recorded in the state file                   (crash: nothing has changed)
 *  5. renames, mode repairs, removals                          (crash: old or new, and the
 *     state file knows the digests of both; the next syncs the directories first)
 *  6. emptied directories are removed, changed ones are synced
 *  7. the result is recorded in the state file
 *
 * Private to install.
 */
#ifndef SCD_TRANSACTION_H
#define SCD_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "dirs.h"
#include "disk.h"
#include "error.h"
#include "install.h"
#include "ledger.h"
#include "plan.h"

/* Temporary files open at once: so many share one sync phase. */
#define SCD_TEMPS_OPEN_MAX ((size_t)256)

/* What the transaction knows of one name beyond the plan. */
struct scd_target {
	char *name;
	const struct scd_source_file *file; /* NULL: not in the source */
	const char *base;		    /* last component of the name */
	size_t dir;			    /* index of the directory that it is in */
	struct scd_temp temp;
	bool renamed; /* or unlinked, now or in a transaction that was cut short: lasts only when
		       * the directory is synced */
	bool done;    /* the planned operation has succeeded */
	bool failed;  /* or it has not: */
	int sys;      /* errno, or 0 */
};

struct scd_transaction {
	const struct scd_install_request *request;
	struct scd_ledger ledger; /* as it is to be written */
	char *saved;		  /* what the state file says, comparable; NULL: not known */
	struct scd_dirs dirs;
	struct scd_plan plan;
	struct scd_target *targets; /* one for each item of the plan */
	int lock;
	struct scd_error refusal; /* SCD_OK, or why nothing more was written */
	bool ledger_corrupt;
	bool write_failed;
	bool books_grace; /* the state file gets the time that orphans have waited */
};

/**
 * scd_transaction_run() - do all steps that can be done.
 * @tx:      scd_transaction_done() it, whatever is returned.
 * @request: what is wanted; outlives @tx.
 *
 * A destination that cannot be used is an answer: @tx->refusal is set and what can be
 * seen is in the plan all the same. Return: 0, or -1 when out of memory.
 */
int scd_transaction_run(struct scd_transaction *tx, const struct scd_install_request *request,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The parts of it: looking, and writing. -1 with SCD_E_NOMEM; the second also when the
 * state file cannot be written (SCD_E_SYSTEM, SCD_E_TOO_LARGE). */
int scd_transaction_survey(struct scd_transaction *tx,
			   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
int scd_transaction_execute(struct scd_transaction *tx,
			    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Looks at what lies under the name of plan item @index. */
void scd_transaction_observe(struct scd_transaction *tx, size_t index,
			     struct scd_disk_file *seen) SCD_NONNULL;

/* Writes the state file, durably, unless it already says what it should. */
int scd_transaction_save(struct scd_transaction *tx,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

bool scd_transaction_may_write(const struct scd_transaction *tx) SCD_NONNULL;

/* What the name of plan item @index has come to. */
enum scd_phase scd_transaction_phase(const struct scd_transaction *tx, size_t index) SCD_NONNULL;

/* Removes temporary files that were not renamed, unlocks, frees. */
void scd_transaction_done(struct scd_transaction *tx) SCD_NONNULL;

#define auto_transaction SCD_CLEANUP(scd_transaction_done)

#endif

/* SPDX-License-Identifier: MIT */
/* The steps of a transaction that only look, and the sweep. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fsio.h"
#include "transaction.h"

/* How often the time that orphans have waited is written down: what was not is lost with a
 * restart, and the orphan waits longer. */
#define GRACE_STEPS 60U
#define GRACE_STEP_MIN 60U /* seconds */

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "look at the destination");
}

/* Adds @name with what the source (@file) and the state file (@row) know of it. */
static int add_name(struct scd_transaction *tx, const char *name,
		    const struct scd_source_file *file, const struct scd_owned *row)
{
	struct scd_target *target = &tx->targets[tx->plan.count];
	struct scd_plan_item *item = &tx->plan.items[tx->plan.count];

	*target = (struct scd_target){ .file = file, .temp.fd = -1 };
	target->name = strdup(name);
	if (!target->name)
		return -1;
	tx->plan.count++;

	*item = (struct scd_plan_item){ .name = target->name,
					.in_source = file,
					.valid_name = scd_name_valid(target->name),
					.sha256 = file ? file->sha256 : "",
					.owned = row,
					.owned_sha256 = row ? row->sha256 : "",
					.intent_sha256 = row ? row->intent : "" };
	if (file && file->fault.code != SCD_OK)
		item->verdict = SCD_VERDICT_REJECT;
	else if (file)
		item->verdict = tx->request->verdicts[file - tx->request->snapshot->files];
	if (file && tx->request->contested)
		item->contested = tx->request->contested[file - tx->request->snapshot->files];
	if (file && tx->request->settled)
		item->settled = tx->request->settled[file - tx->request->snapshot->files];
	if (row) {
		item->adopted = row->adopted;
		item->orphaned_at = row->orphaned_at;
		item->orphaned_for = row->orphaned_for;
		if (tx->request->prune)
			item->in_source = row->orphaned_at == 0;
	}
	return 0;
}

static int compare(const struct scd_snapshot *snapshot, size_t f, const struct scd_ledger *ledger,
		   size_t r)
{
	if (f == snapshot->count)
		return 1;
	if (r == ledger->count)
		return -1;
	return strcmp(snapshot->files[f].name, ledger->files[r].name);
}

/* Merges the names of the snapshot and of the state file, both sorted. */
static int collect(struct scd_transaction *tx, struct scd_error *err)
{
	const struct scd_snapshot *snapshot = tx->request->snapshot;
	const size_t most = snapshot->count + tx->ledger.count;
	size_t f = 0, r = 0;

	tx->plan.items = calloc(most + 1, sizeof(tx->plan.items[0]));
	tx->targets = calloc(most + 1, sizeof(tx->targets[0]));
	if (!tx->plan.items || !tx->targets)
		return no_memory(err);

	while (f < snapshot->count || r < tx->ledger.count) {
		const struct scd_source_file *file = NULL;
		const struct scd_owned *row = NULL;
		int order = compare(snapshot, f, &tx->ledger, r);

		const char *name = order <= 0 ? snapshot->files[f].name : tx->ledger.files[r].name;

		if (order <= 0)
			file = &snapshot->files[f++];
		if (order >= 0)
			row = &tx->ledger.files[r++];
		if (add_name(tx, name, file, row) < 0)
			return no_memory(err);
	}
	return 0;
}

static int collect_dirs(struct scd_transaction *tx, struct scd_error *err)
{
	auto_free const char **names = calloc(tx->plan.count + 1, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; names && i < tx->plan.count; i++)
		if (tx->plan.items[i].valid_name)
			names[count++] = tx->plan.items[i].name;
	if (!names || scd_dirs_init(&tx->dirs, tx->request->destination, names, count,
				    tx->ledger.dirs, tx->ledger.dir_count) < 0)
		return no_memory(err);
	for (size_t i = 0; i < tx->plan.count; i++)
		if (tx->plan.items[i].valid_name)
			tx->targets[i].dir =
				scd_dirs_of(&tx->dirs, tx->targets[i].name, &tx->targets[i].base);
	return 0;
}

static void sweep(struct scd_transaction *tx)
{
	for (size_t i = 0; i < tx->dirs.count; i++) {
		int dir = scd_dirs_open(&tx->dirs, i);

		if (dir >= 0)
			scd_temp_sweep(dir);
	}
}

void scd_transaction_observe(struct scd_transaction *tx, size_t i, struct scd_disk_file *seen)
{
	int dir;

	*seen = (struct scd_disk_file){ .kind = SCD_DISK_ABSENT };
	if (!tx->plan.items[i].valid_name)
		return;
	dir = scd_dirs_open(&tx->dirs, tx->targets[i].dir);
	if (dir >= 0) {
		scd_disk_observe(dir, tx->targets[i].base, seen);
	} else if (errno == ELOOP || errno == ENOTDIR) {
		seen->kind = SCD_DISK_OTHER; /* a link or a file where a directory belongs */
	} else if (errno != ENOENT) {
		seen->kind = SCD_DISK_UNREADABLE;
		seen->sys = errno;
	}
}

/* The directory of item @i and all that it is in, as one of them may be new. */
static void touch_dirs(struct scd_transaction *tx, size_t i)
{
	size_t d = tx->targets[i].dir;

	tx->targets[i].renamed = true;
	for (; !tx->dirs.items[d].touched; d = tx->dirs.items[d].parent)
		tx->dirs.items[d].touched = true;
}

/* A rename that an interrupted transaction got done, or could not make last: its bytes are what we
 * put there, once the directory is synced. */
static void absorb_intent(struct scd_transaction *tx, size_t i)
{
	const struct scd_disk_file *disk = &tx->plan.items[i].disk;
	struct scd_owned *row = scd_ledger_find(&tx->ledger, tx->targets[i].name);

	if (row && *row->intent && disk->kind == SCD_DISK_REGULAR &&
	    strcmp(disk->sha256, row->intent) == 0) {
		memcpy(row->sha256, row->intent, sizeof(row->sha256));
		row->intent[0] = '\0';
		touch_dirs(tx, i);
	}
}

/* The state file is written when an orphan is new, when one goes, and once in a while. */
static bool books_grace(const struct scd_transaction *tx)
{
	const struct scd_plan_policy *policy = &tx->request->policy;
	const uint64_t step = policy->grace_seconds / GRACE_STEPS;
	bool any = false;

	if (!policy->remove_orphans || tx->request->prune)
		return false;
	for (size_t i = 0; i < tx->plan.count; i++) {
		const struct scd_plan_item *item = &tx->plan.items[i];

		if (item->in_source || !item->owned)
			continue;
		any = true;
		if (item->orphaned_at == 0 || item->op == SCD_OP_REMOVE)
			return true;
	}
	return any && policy->healthy_seconds >= (step > GRACE_STEP_MIN ? step : GRACE_STEP_MIN);
}

int scd_transaction_survey(struct scd_transaction *tx, struct scd_error *err)
{
	if (collect(tx, err) < 0 || collect_dirs(tx, err) < 0)
		return -1;
	if (scd_transaction_may_write(tx))
		sweep(tx);
	for (size_t i = 0; i < tx->plan.count; i++)
		scd_transaction_observe(tx, i, &tx->plan.items[i].disk);
	scd_plan_make(&tx->plan, &tx->request->policy);
	tx->books_grace = books_grace(tx);
	for (size_t i = 0; i < tx->plan.count; i++)
		absorb_intent(tx, i);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* The steps of a transaction that write. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "transaction.h"

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "install");
}

static void fail_target(struct scd_transaction *tx, size_t i, int sys)
{
	tx->targets[i].failed = true;
	tx->targets[i].sys = sys;
	tx->write_failed = true;
}

/* What lies there came after we looked: the plan no longer holds for it. */
static void lose_target(struct scd_transaction *tx, size_t i, int sys)
{
	tx->targets[i].failed = true;
	tx->targets[i].sys = sys;
	tx->plan.items[i].phase = SCD_PHASE_CONFLICT;
	tx->plan.items[i].reason = SCD_REASON_NOT_OURS;
	tx->plan.items[i].drop = true;
}

/* Needs a file to be written, as opposed to a mode to be set. */
static bool wants_bytes(const struct scd_plan_item *item)
{
	if (item->op == SCD_OP_REPAIR)
		return item->disk.kind != SCD_DISK_REGULAR ||
		       strcmp(item->disk.sha256, item->sha256) != 0;
	return item->op == SCD_OP_CREATE || item->op == SCD_OP_UPDATE;
}

/* Records which directories are going to be made, so that they are ours after a crash. */
static int announce_dirs(struct scd_transaction *tx, struct scd_error *err)
{
	bool any = false;

	for (size_t i = 0; i < tx->plan.count; i++) {
		size_t d = tx->targets[i].dir;

		if (!wants_bytes(&tx->plan.items[i]))
			continue;
		while (!tx->dirs.items[d].announced && scd_dirs_open(&tx->dirs, d) < 0 &&
		       errno == ENOENT) {
			if (scd_ledger_add_dir(&tx->ledger, tx->dirs.items[d].path) < 0)
				return no_memory(err);
			tx->dirs.items[d].announced = any = true;
			d = tx->dirs.items[d].parent;
		}
	}
	return any ? scd_transaction_save(tx, err) : 0;
}

/* Sorted by path, a directory comes before those in it. */
static void make_dirs(struct scd_transaction *tx)
{
	for (size_t d = 0; d < tx->dirs.count; d++) {
		struct scd_dir *dir = &tx->dirs.items[d];
		int above = tx->dirs.items[dir->parent].sys;

		if (dir->announced && scd_dirs_make(&tx->dirs, d) < 0)
			dir->sys = above ? above : errno;
	}
}

static void write_temp(struct scd_transaction *tx, size_t i)
{
	struct scd_target *target = &tx->targets[i];
	int dir = scd_dirs_open(&tx->dirs, target->dir), sys = errno;

	if (dir < 0) {
		int made = tx->dirs.items[target->dir].sys;

		fail_target(tx, i, made ? made : sys);
		return;
	}
	assert(target->file && target->file->text);
	if (scd_temp_write(dir, tx->request->tag, &target->temp, target->file->text,
			   target->file->len, SCD_PROFILE_MODE) < 0)
		fail_target(tx, i, errno);
}

static void sync_temp(struct scd_transaction *tx, size_t i)
{
	struct scd_target *target = &tx->targets[i];

	if (!*target->temp.name || scd_temp_sync(&target->temp) == 0)
		return;
	fail_target(tx, i, errno);
	scd_temp_discard(scd_dirs_open(&tx->dirs, target->dir), &target->temp);
}

/* All are written before the first is synced: one commit of the journal serves them all. */
static void write_temps(struct scd_transaction *tx)
{
	for (size_t i = 0, first = 0; i < tx->plan.count; first = i) {
		for (size_t open = 0; i < tx->plan.count && open < SCD_TEMPS_OPEN_MAX; i++)
			if (wants_bytes(&tx->plan.items[i])) {
				write_temp(tx, i);
				open++;
			}
		for (size_t j = first; j < i; j++)
			sync_temp(tx, j);
	}
}

/* After a crash among the renames the new bytes are known as ours too. */
static int record_intents(struct scd_transaction *tx, struct scd_error *err)
{
	bool any = false;

	for (size_t i = 0; i < tx->plan.count; i++) {
		struct scd_owned *row;

		if (!*tx->targets[i].temp.name)
			continue;
		row = scd_ledger_add(&tx->ledger, tx->targets[i].name);
		if (!row)
			return no_memory(err);
		memcpy(row->intent, tx->targets[i].file->sha256, sizeof(row->intent));
		any = true;
	}
	return any ? scd_transaction_save(tx, err) : 0;
}

static void rename_temp(struct scd_transaction *tx, size_t i)
{
	const bool replace = tx->plan.items[i].disk.kind != SCD_DISK_ABSENT;
	struct scd_target *target = &tx->targets[i];
	int dir = scd_dirs_open(&tx->dirs, target->dir);

	if (dir >= 0 && scd_temp_rename(dir, &target->temp, target->base, replace) == 0) {
		tx->dirs.items[target->dir].touched = true;
		target->renamed = true;
		target->done = true;
		return;
	}
	if (errno == EEXIST && !replace)
		lose_target(tx, i, EEXIST);
	else
		fail_target(tx, i, errno);
	scd_temp_discard(dir, &target->temp);
}

static void set_mode(struct scd_transaction *tx, size_t i)
{
	int dir = scd_dirs_open(&tx->dirs, tx->targets[i].dir);

	if (dir >= 0 && scd_disk_chmod(dir, tx->targets[i].base, SCD_PROFILE_MODE) == 0)
		tx->targets[i].done = true;
	else
		fail_target(tx, i, errno);
}

/* Looks again first: what somebody put there meanwhile is not ours to remove. */
static void remove_file(struct scd_transaction *tx, size_t i)
{
	struct scd_target *target = &tx->targets[i];
	struct scd_disk_file now;

	scd_transaction_observe(tx, i, &now);
	if (now.kind == SCD_DISK_UNREADABLE) {
		fail_target(tx, i, now.sys);
	} else if (now.kind == SCD_DISK_ABSENT) {
		target->done = true;
	} else if (now.kind == SCD_DISK_OTHER ||
		   strcmp(now.sha256, tx->plan.items[i].disk.sha256) != 0) {
		lose_target(tx, i, 0);
	} else if (scd_disk_unlink(scd_dirs_open(&tx->dirs, target->dir), target->base) < 0) {
		fail_target(tx, i, errno);
	} else {
		tx->dirs.items[target->dir].touched = true;
		target->renamed = true;
		target->done = true;
	}
}

static void change_files(struct scd_transaction *tx)
{
	for (size_t i = 0; i < tx->plan.count; i++) {
		const struct scd_plan_item *item = &tx->plan.items[i];

		if (*tx->targets[i].temp.name)
			rename_temp(tx, i);
		else if (item->op == SCD_OP_REPAIR && !wants_bytes(item))
			set_mode(tx, i);
		else if (item->op == SCD_OP_REMOVE)
			remove_file(tx, i);
		else if (item->op == SCD_OP_ADOPT)
			tx->targets[i].done = true;
	}
}

/* Is the profile there, or may it be there after the next transaction? */
static bool needs_dir(const struct scd_transaction *tx, size_t i)
{
	const struct scd_plan_item *item = &tx->plan.items[i];

	if (!item->valid_name || (item->op == SCD_OP_REMOVE && tx->targets[i].done))
		return false;
	return item->disk.kind != SCD_DISK_ABSENT ||
	       (item->in_source && item->verdict != SCD_VERDICT_REJECT);
}

/* Removes the directories that we made and that are empty, the innermost first. */
static void remove_dirs(struct scd_transaction *tx)
{
	for (size_t i = 0; i < tx->plan.count; i++)
		if (needs_dir(tx, i))
			scd_dirs_use(&tx->dirs, tx->targets[i].dir);

	for (size_t d = tx->dirs.count; d-- > 1;) {
		const struct scd_dir *dir = &tx->dirs.items[d];

		if (dir->announced && !dir->made)
			scd_ledger_remove_dir(&tx->ledger, dir->path);
		if (dir->used || !scd_ledger_has_dir(&tx->ledger, dir->path))
			continue;
		if (scd_dirs_remove(&tx->dirs, d) == 0 || errno == ENOENT || errno == ENOTDIR ||
		    errno == ELOOP)
			scd_ledger_remove_dir(&tx->ledger, dir->path);
		else if (errno != ENOTEMPTY && errno != EEXIST)
			tx->write_failed = true;
	}
}

/* Does what became of item @i last only when directory @d is synced: its own, or one that a new
 * directory above it was made in? */
static bool depends_on(const struct scd_transaction *tx, size_t i, size_t d)
{
	size_t at = tx->targets[i].dir;

	while (at != d && tx->dirs.items[at].made)
		at = tx->dirs.items[at].parent;
	return at == d && tx->targets[i].renamed;
}

/* The renames are there, and will be after a power cut only if this succeeds. Where it does not,
 * they are tried again: an intent stays, for which the next transaction syncs once more. */
static void sync_dirs(struct scd_transaction *tx)
{
	for (size_t d = 0; d < tx->dirs.count; d++) {
		int dir, sys;

		if (!tx->dirs.items[d].touched)
			continue;
		dir = scd_dirs_open(&tx->dirs, d);
		if (dir >= 0 && scd_disk_sync_dir(dir) == 0)
			continue;
		sys = errno;
		tx->write_failed = true;
		for (size_t i = 0; i < tx->plan.count; i++)
			if (depends_on(tx, i, d)) {
				tx->targets[i].done = false;
				fail_target(tx, i, sys);
			}
	}
}

static int own(struct scd_transaction *tx, size_t i, struct scd_error *err)
{
	const struct scd_source_file *file = tx->targets[i].file;
	struct scd_owned *row = scd_ledger_add(&tx->ledger, tx->targets[i].name);

	if (!row)
		return no_memory(err);
	memcpy(row->sha256, file->sha256, sizeof(row->sha256));
	row->intent[0] = '\0';
	row->size = file->len;
	row->installed_at = tx->request->policy.now;
	row->orphaned_at = 0;
	row->orphaned_for = 0;
	if (tx->plan.items[i].op == SCD_OP_ADOPT)
		row->adopted = true;
	return 0;
}

/* What the state file says of a name that was not written. */
static void keep_row(struct scd_transaction *tx, size_t i)
{
	const struct scd_plan_item *item = &tx->plan.items[i];
	struct scd_owned *row = scd_ledger_find(&tx->ledger, item->name);

	if (!row)
		return;
	if (tx->targets[i].renamed && tx->targets[i].failed && item->op == SCD_OP_NONE)
		memcpy(row->intent, row->sha256, sizeof(row->intent)); /* absorbed too early */
	else if (item->disk.kind != SCD_DISK_UNREADABLE && !tx->targets[i].renamed)
		row->intent[0] = '\0';
	if (item->drop || (!*row->sha256 && !*row->intent)) {
		scd_ledger_remove(&tx->ledger, item->name);
		return;
	}
	if (item->in_source) {
		row->orphaned_at = 0;
		row->orphaned_for = 0;
	} else if (row->orphaned_at == 0) {
		row->orphaned_at = tx->request->policy.now;
	} else if (tx->books_grace) {
		row->orphaned_for += tx->request->policy.healthy_seconds;
	}
}

/* Was it edited into just what the source says now? */
static bool drifted_home(const struct scd_transaction *tx, size_t i)
{
	const struct scd_plan_item *item = &tx->plan.items[i];
	const struct scd_owned *row = scd_ledger_find(&tx->ledger, item->name);

	return row && item->op == SCD_OP_NONE && item->phase == SCD_PHASE_INSTALLED &&
	       strcmp(row->sha256, item->sha256) != 0;
}

static int settle(struct scd_transaction *tx, struct scd_error *err)
{
	bool whole = true;

	for (size_t i = 0; i < tx->plan.count; i++) {
		const struct scd_plan_item *item = &tx->plan.items[i];
		const struct scd_target *target = &tx->targets[i];

		whole = whole && !target->failed && item->phase != SCD_PHASE_PENDING;
		if (item->op == SCD_OP_REMOVE && target->done)
			scd_ledger_remove(&tx->ledger, item->name);
		else if (!(target->done && item->op != SCD_OP_NONE) && !drifted_home(tx, i))
			keep_row(tx, i);
		else if (own(tx, i, err) < 0)
			return -1;
	}
	if (whole && !tx->request->prune)
		memcpy(tx->ledger.set_digest, tx->request->snapshot->digest,
		       sizeof(tx->ledger.set_digest));
	return 0;
}

int scd_transaction_execute(struct scd_transaction *tx, struct scd_error *err)
{
	if (announce_dirs(tx, err) < 0)
		return -1;
	make_dirs(tx);
	write_temps(tx);
	if (record_intents(tx, err) < 0)
		return -1;
	change_files(tx);
	remove_dirs(tx);
	sync_dirs(tx);
	if (settle(tx, err) < 0)
		return -1;
	return scd_transaction_save(tx, err);
}

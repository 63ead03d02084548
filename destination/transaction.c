/* SPDX-License-Identifier: MIT */
#include "transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "fsio.h"

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "install");
}

bool scd_transaction_may_write(const struct scd_transaction *tx)
{
	return !tx->request->dry_run && tx->refusal.code == SCD_OK;
}

/* Nothing more is written from here on. */
static void refuse(struct scd_transaction *tx, const struct scd_error *why)
{
	if (tx->refusal.code == SCD_OK)
		tx->refusal = *why;
	tx->write_failed = true;
}

static void lock(struct scd_transaction *tx)
{
	struct scd_error err;

	if (scd_disk_check(tx->request->destination, &err) < 0) {
		refuse(tx, &err);
		return;
	}
	if (tx->request->dry_run)
		return;
	tx->lock = scd_disk_lock(tx->request->destination, SCD_LOCK_WAIT_SECONDS * 1000, &err);
	if (tx->lock < 0 || scd_disk_check(tx->request->destination, &err) < 0)
		refuse(tx, &err);
}

/* The same text for the same ledger, whoever wrote the file. */
static char *comparable(const struct scd_ledger *ledger)
{
	size_t len;

	return scd_ledger_print(ledger, "", &len);
}

/*
 * A corrupt state file owns nothing. It is written anew at the end of this transaction
 * and no copy is kept: what is corrupt may just be a JSON object, and then a pod could
 * name it and run without a filter. Files with the wanted bytes are adopted again, those
 * with others stay, in conflict. The new file says that the old one was corrupt, until
 * somebody adopts.
 */
static int read_ledger(struct scd_transaction *tx, struct scd_error *err)
{
	if (scd_ledger_load(tx->request->destination, &tx->ledger, err) < 0) {
		if (!scd_ledger_is_corrupt(err))
			return -1;
		tx->ledger.corrupt_at = tx->request->policy.now;
	} else {
		tx->saved = comparable(&tx->ledger);
		if (!tx->saved)
			return no_memory(err);
	}
	tx->ledger_corrupt = tx->ledger.corrupt_at != 0;
	return 0;
}

/* Is the set still the one that somebody looked at? */
static int check_digest(const struct scd_transaction *tx, struct scd_error *err)
{
	const char *expected = tx->request->expected_digest, *digest = tx->ledger.set_digest;

	if (!expected || strcmp(expected, digest) == 0)
		return 0;
	if (!*digest)
		return scd_fail(err, SCD_E_BUSY, 0, "no set of profiles was installed whole yet");
	return scd_fail(err, SCD_E_BUSY, 0, "the set of profiles is another one by now, sha256:%s",
			digest);
}

int scd_transaction_save(struct scd_transaction *tx, struct scd_error *err)
{
	auto_free char *now = comparable(&tx->ledger), *text = NULL;
	size_t len = 0;

	if (now && tx->saved && strcmp(now, tx->saved) == 0)
		return 0;
	text = scd_ledger_print(&tx->ledger, tx->request->pod_uid, &len);
	if (!now || !text)
		return no_memory(err);
	if (len > SCD_STATE_FILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0,
				"the state file would be over %zu bytes: prune orphaned profiles",
				SCD_STATE_FILE_MAX);
	if (scd_disk_replace(tx->request->destination, SCD_LEDGER_FILE, text, len,
			     SCD_LEDGER_MODE) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '" SCD_LEDGER_FILE "'");
	free(tx->saved);
	tx->saved = now;
	now = NULL;
	return 0;
}

/* Every operation that was planned and is not going to take place. */
static void fail_the_rest(struct scd_transaction *tx)
{
	for (size_t i = 0; i < tx->plan.count; i++)
		if (tx->plan.items[i].op != SCD_OP_NONE && !tx->targets[i].done &&
		    !tx->targets[i].failed) {
			tx->targets[i].failed = true;
			tx->targets[i].sys = tx->refusal.sys;
		}
}

int scd_transaction_run(struct scd_transaction *tx, const struct scd_install_request *request,
			struct scd_error *err)
{
	*tx = (struct scd_transaction){ .request = request, .lock = -1 };
	lock(tx);
	if (read_ledger(tx, err) < 0) {
		if (err->code == SCD_E_NOMEM)
			return -1;
		refuse(tx, err); /* what is ours cannot be told: nothing is shown */
		return 0;
	}
	if (tx->refusal.code == SCD_OK && check_digest(tx, err) < 0)
		refuse(tx, err);
	if (scd_transaction_survey(tx, err) < 0)
		return -1;
	if (scd_transaction_may_write(tx) && scd_transaction_execute(tx, err) < 0) {
		if (err->code == SCD_E_NOMEM)
			return -1;
		refuse(tx, err);
	}
	if (tx->refusal.code != SCD_OK)
		fail_the_rest(tx);
	return 0;
}

enum scd_phase scd_transaction_phase(const struct scd_transaction *tx, size_t index)
{
	const struct scd_plan_item *item = &tx->plan.items[index];
	const struct scd_target *target = &tx->targets[index];

	if (item->op == SCD_OP_NONE || target->done || item->phase == SCD_PHASE_CONFLICT)
		return item->phase;
	if (item->op == SCD_OP_ADOPT) /* the bytes are those of the source */
		return SCD_PHASE_INSTALLED;
	if (item->op == SCD_OP_REMOVE)
		return SCD_PHASE_ORPHANED;
	return target->failed ? SCD_PHASE_FAILED : SCD_PHASE_PENDING; /* a dry run */
}

void scd_transaction_done(struct scd_transaction *tx)
{
	for (size_t i = 0; i < tx->plan.count; i++) {
		if (*tx->targets[i].temp.name) {
			int dir = scd_dirs_open(&tx->dirs, tx->targets[i].dir);

			scd_temp_discard(dir, &tx->targets[i].temp);
		}
		free(tx->targets[i].name);
	}
	free(tx->targets);
	free(tx->plan.items);
	scd_dirs_done(&tx->dirs);
	scd_ledger_done(&tx->ledger);
	free(tx->saved);
	scd_close_fd(&tx->lock);
}

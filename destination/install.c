/* SPDX-License-Identifier: MIT */
#include "install.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outcome.h"
#include "transaction.h"

static void look_at_file_system(const struct scd_install_request *request,
				struct scd_install_outcome *outcome)
{
	struct statvfs fs;

	if (fstatvfs(request->destination, &fs) < 0)
		return;
	outcome->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (fs.f_flag & ST_RDONLY)
		outcome->writable = false;
}

/* What is on disk under this name and is ours, now that all is done. */
static void fill_sha256(const struct scd_transaction *tx, size_t i,
			struct scd_install_result *result)
{
	const struct scd_plan_item *item = &tx->plan.items[i];
	const struct scd_owned *row = scd_ledger_find(&tx->ledger, item->name);
	const struct scd_target *target = &tx->targets[i];
	const char *on_disk = item->disk.sha256;

	if ((target->done || target->renamed) && item->op != SCD_OP_NONE)
		on_disk = item->op == SCD_OP_REMOVE ? "" : item->sha256;
	if (row && *on_disk &&
	    (strcmp(row->sha256, on_disk) == 0 || strcmp(row->intent, on_disk) == 0))
		memcpy(result->installed_sha256, on_disk, sizeof(result->installed_sha256));
}

static int add_result(const struct scd_transaction *tx, size_t i,
		      struct scd_install_outcome *outcome)
{
	const struct scd_plan_item *item = &tx->plan.items[i];
	struct scd_install_result result = { .op = item->op,
					     .phase = scd_transaction_phase(tx, i),
					     .reason = item->reason,
					     .sys = tx->targets[i].sys };

	if (item->disk.kind == SCD_DISK_UNREADABLE)
		result.sys = item->disk.sys;
	result.gone = !item->in_source && result.phase == SCD_PHASE_ORPHANED &&
		      (item->op == SCD_OP_REMOVE ? tx->targets[i].done : item->drop);
	fill_sha256(tx, i, &result);
	result.name = strdup(item->name);
	if (!result.name)
		return -1;
	outcome->results[outcome->count++] = result;
	return 0;
}

static int fill_results(const struct scd_transaction *tx, struct scd_install_outcome *outcome)
{
	outcome->results = reallocarray(NULL, tx->plan.count + 1, sizeof(outcome->results[0]));
	if (!outcome->results)
		return -1;
	for (size_t i = 0; i < tx->plan.count; i++)
		if (add_result(tx, i, outcome) < 0)
			return -1;
	return 0;
}

int scd_install_run(const struct scd_install_request *request, struct scd_install_outcome *outcome,
		    struct scd_error *err)
{
	auto_transaction struct scd_transaction tx = { .lock = -1 };

	if (scd_transaction_run(&tx, request, err) < 0)
		return -1;
	if (fill_results(&tx, outcome) < 0) {
		scd_install_outcome_done(outcome);
		return scd_fail(err, SCD_E_NOMEM, 0, "tell what was installed");
	}
	outcome->error = tx.refusal;
	outcome->removals_blocked = tx.plan.removals_blocked;
	outcome->ledger_corrupt = tx.ledger_corrupt;
	outcome->grace_booked = tx.books_grace && scd_transaction_may_write(&tx);
	outcome->writable = !tx.write_failed;
	look_at_file_system(request, outcome);
	return 0;
}

/*
 * The loop's handlers write to descriptors that the child shares with it. A request to
 * stop is the loop's to answer: a series of renames is finished.
 */
static void reset_signals(const sigset_t *before)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action;

	for (int sig = 1; sig < NSIG; sig++) {
		if (sigaction(sig, NULL, &action) < 0 || action.sa_handler == SIG_IGN)
			continue;
		action = (struct sigaction){ .sa_handler = SIG_DFL };
		(void)sigaction(sig, &action, NULL);
	}
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		action = (struct sigaction){ .sa_handler = SIG_IGN };
		(void)sigaction(ignored[i], &action, NULL);
	}
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

static void run_child(const struct scd_install_request *request, void *page, size_t size)
{
	struct scd_install_outcome outcome = { 0 };
	struct scd_error err;
	int result;

	if (request->confine)
		request->confine(request->destination, request->confine_arg);
	result = scd_install_run(request, &outcome, &err);
	if (scd_outcome_encode(&outcome, result < 0 ? &err : NULL, page, size) < 0) {
		(void)scd_fail(&err, SCD_E_TOO_LARGE, 0, "the outcome is over %zu bytes", size);
		(void)!scd_outcome_encode(&outcome, &err, page, size);
	}
	_exit(EXIT_SUCCESS);
}

int scd_install_start(const struct scd_install_request *request, struct scd_install_job *job,
		      struct scd_error *err)
{
	size_t size = scd_outcome_bound(request);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	sigset_t all, before;
	pid_t pid;
	int sys;

	if (page == MAP_FAILED)
		return scd_fail(err, SCD_E_SYSTEM, errno, "map %zu bytes", size);
	/* No signal may reach a handler of ours in the child. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	sys = errno;
	if (pid == 0) {
		reset_signals(&before);
		run_child(request, page, size);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0) {
		(void)munmap(page, size);
		return scd_fail(err, SCD_E_SYSTEM, sys, "fork the install child");
	}
	*job = (struct scd_install_job){ .pid = pid, .page = page, .size = size };
	return 0;
}

int scd_install_finish(struct scd_install_job *job, int status, struct scd_install_outcome *outcome,
		       struct scd_error *err)
{
	int result;

	if (WIFSIGNALED(status))
		result = scd_fail(err, SCD_E_SYSTEM, 0, "the install child died of signal %d",
				  WTERMSIG(status));
	else
		result = scd_outcome_decode(job->page, job->size, outcome, err);
	(void)munmap(job->page, job->size);
	*job = (struct scd_install_job){ 0 };
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * Verdicts on texts, each reached in a jail of its own, SCD_CHECKS_AT_ONCE at a time.
 * A verdict is kept under the sha256 of its text for as long as the options are the same:
 * libseccomp and the kernel are, as long as the process lives.
 *
 * A check that died may have died of the machine, with memory there again when we looked. A crash
 * counts when a second check of the text dies as well; until then there is no verdict. A time-out,
 * which a second check would take as long for, counts at once. What died once is judged once more.
 */
#ifndef SCD_CHECKER_H
#define SCD_CHECKER_H

#include <event2/event.h>

#include "child.h"
#include "jail.h"

struct scd_checker;

/* Called on the loop after each verdict, and after each check that reached none. */
typedef void scd_checker_fn(enum scd_jail_result result, const struct scd_error *err, void *arg);

/**
 * scd_checker_new() - an idle checker without verdicts.
 * @children: told of the checks that are forked; outlives the checker.
 * @fn, @arg: called after each check; @err is SCD_OK when there is a verdict.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_checker_new(struct scd_children *children, const struct scd_check_opts *opts,
		    scd_checker_fn *fn, void *arg, struct scd_checker **checker,
		    struct scd_error *err) SCD_MUST_CHECK;

/* Judges by @opts from now on. When they are others than before, every verdict is forgotten,
 * running checks and texts that wait too, and true is returned; else verdicts stay, and what died
 * is judged again at the next sync. */
bool scd_checker_set_opts(struct scd_checker *checker,
			  const struct scd_check_opts *opts) SCD_NONNULL;

/**
 * scd_checker_want() - have a text judged.
 * @sha256: of the text; nothing happens when there is a verdict or it is being reached. One that
 *          was reached degraded, or by the first death, serves the next sync, which it may have
 *          come too late for; from the one after it is reached anew, and counts until then.
 * @text:   borrowed until it is judged or scd_checker_clear_queue() is called.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_checker_want(struct scd_checker *checker, const char *sha256, const char *text, size_t len,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What verdicts are reached with. */
const struct scd_check_opts *scd_checker_opts(const struct scd_checker *checker) SCD_NONNULL;

/* Starts checks that were wanted, as many as may run at once, the shortest texts first. Those of
 * texts that have a verdict come last, and always leave a place for others. */
void scd_checker_run(struct scd_checker *checker) SCD_NONNULL;

/* The verdict on a text, or NULL when there is none (yet). Valid until the next call that
 * changes the checker. */
const struct scd_report *scd_checker_verdict(const struct scd_checker *checker,
					     const char *sha256) SCD_NONNULL;

/* Whether texts wait that no check has begun with: their snapshot must keep its texts. */
bool scd_checker_has_queue(const struct scd_checker *checker) SCD_NONNULL;

/* Whether nothing waits and nothing runs. */
bool scd_checker_idle(const struct scd_checker *checker) SCD_NONNULL;

/* Whether some verdict was reached without the trial load that was wanted, as this
 * environment forbids seccomp(2). */
bool scd_checker_degraded(const struct scd_checker *checker) SCD_NONNULL;

/* Forgets the texts that wait. Before their snapshot goes. */
void scd_checker_clear_queue(struct scd_checker *checker) SCD_NONNULL;

/* At the beginning of a sync: forgets verdicts for which @wanted says false. */
void scd_checker_forget(struct scd_checker *checker, bool (*wanted)(const char *sha256, void *arg),
			void *arg);

/* Harmless on NULL. Running checks are the children's to kill: free those first. */
void scd_checker_free(struct scd_checker **checker) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* What a transaction is asked for, out of what the daemon knows; and where its files will lie. */
#ifndef SCD_REQUEST_H
#define SCD_REQUEST_H

#include "checker.h"
#include "install.h"
#include "state.h"

struct scd_request {
	struct scd_install_request install;
	enum scd_verdict *verdicts;
	bool *contested, *settled;
};

/**
 * scd_request_make() - all but the descriptor of the destination.
 * @request:  zeroed; borrows @state and @snapshot; scd_request_done() it, whatever is returned.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_request_make(const struct scd_state *state, const struct scd_snapshot *snapshot,
		     const struct scd_checker *checker, struct scd_request *request,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_request_done(struct scd_request *request) SCD_NONNULL;

#define auto_request SCD_CLEANUP(scd_request_done)

/* Watches every directory of the destination that a profile is in, or is to be in. Returns
 * whether to look again: something may have changed before a watch stood. */
bool scd_request_watch(struct scd_watch *watch, const struct scd_state *state) SCD_NONNULL;

#endif

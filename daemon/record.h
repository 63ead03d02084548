/* SPDX-License-Identifier: MIT */
/* From what a sync found and did to what the state says. */
#ifndef SCD_RECORD_H
#define SCD_RECORD_H

#include "checker.h"
#include "install.h"
#include "state.h"

/* The verdict on a file, as far as there is one. A file that could not be read is rejected. */
enum scd_verdict scd_record_verdict(const struct scd_source_file *file,
				    const struct scd_checker *checker) SCD_NONNULL;

/* Forgets the verdicts on texts that @snapshot does not have. Without memory they are kept
 * until the next one. */
void scd_record_forget(const struct scd_snapshot *snapshot,
		       struct scd_checker *checker) SCD_NONNULL;

/* What a snapshot says of the source that it is of. */
void scd_record_source(struct scd_state *state, const struct scd_snapshot *snapshot) SCD_NONNULL;

/* The source could not be read: all that is known of it is that, and why. */
void scd_record_source_lost(struct scd_state *state, const struct scd_error *err) SCD_NONNULL;

/**
 * scd_record_apply() - write a sync's outcome into the state, and log what changed.
 * @snapshot: what was to be installed; texts are not needed.
 * @outcome:  of its transaction.
 * @result:   how the sync ended.
 *
 * Return: 0, or -1 with SCD_E_NOMEM: the profiles are as they were, and so is @result.
 */
int scd_record_apply(struct scd_state *state, const struct scd_snapshot *snapshot,
		     const struct scd_checker *checker, const struct scd_install_outcome *outcome,
		     enum scd_sync_result *result,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Counts a finished sync: result, duration, consecutive failures, times. */
void scd_record_count_sync(struct scd_state *state, enum scd_trigger trigger,
			   enum scd_sync_result result, int64_t started_at,
			   uint64_t duration_us) SCD_NONNULL;

/* Conditions from the rest of the state. */
void scd_record_conditions(struct scd_state *state) SCD_NONNULL;

#endif

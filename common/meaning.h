/* SPDX-License-Identifier: MIT */
/* Actions in short, and in words: what the program that makes the call will see. */
#ifndef SCD_MEANING_H
#define SCD_MEANING_H

#include <stdint.h>

#include "buf.h"
#include "error.h"

/* "ALLOW", "ERRNO(EPERM)", "KILL_PROCESS". */
#define SCD_ACTION_BRIEF_SIZE ((size_t)48)
const char *scd_action_brief(uint32_t action, char out[SCD_ACTION_BRIEF_SIZE]) SCD_NONNULL;

/* "EPERM", or NULL for what is no error number of Linux (those of x86, arm and most others). */
const char *scd_errno_name(uint32_t number);

/* The number of "EPERM", or 0. */
uint32_t scd_errno_number(const char *name) SCD_NONNULL;

/* Adds "the call fails with EPERM (Operation not permitted)". */
void scd_action_add_meaning(struct scd_buf *out, uint32_t action) SCD_NONNULL;

/**
 * scd_action_read() - an action as people write it.
 * @text:   "ALLOW", "SCMP_ACT_ALLOW", "ERRNO", "ERRNO(EPERM)", "ERRNO(13)", "EPERM".
 * @action: the value; of "ERRNO" alone without a number.
 * @any:    any number will do: "ERRNO" and "TRACE" alone.
 *
 * Return: 0, or -1 with SCD_E_CONFIG.
 */
int scd_action_read(const char *text, uint32_t *action, bool *any,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

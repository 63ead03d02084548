/* SPDX-License-Identifier: MIT */
/* The outcome of a transaction as bytes, on its way from the child. Private to install. */
#ifndef SCD_OUTCOME_H
#define SCD_OUTCOME_H

#include <stddef.h>

#include "install.h"

/* Bytes that are enough for any outcome of @request. */
size_t scd_outcome_bound(const struct scd_install_request *request) SCD_NONNULL;

/* Writes the outcome, or why there is none (@failure, else NULL). -1 when @size is too small. */
int scd_outcome_encode(const struct scd_install_outcome *outcome, const struct scd_error *failure,
		       void *bytes, size_t size) SCD_MUST_CHECK;

/**
 * scd_outcome_decode() - read what scd_outcome_encode() wrote.
 * @bytes:   not trusted; zeros are SCD_E_CORRUPT.
 * @outcome: zeroed; set on success only.
 *
 * Return: 0, or -1 with the failure that was encoded, SCD_E_CORRUPT or SCD_E_NOMEM.
 */
int scd_outcome_decode(const void *bytes, size_t size, struct scd_install_outcome *outcome,
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The status page: one HTML document for people, complete in itself. No script, nothing
 * fetched from anywhere, light and dark, wide and narrow.
 */
#ifndef SCD_PAGE_H
#define SCD_PAGE_H

#include "state.h"

/* Value of the Content-Security-Policy header: the page's own style sheet, by its hash, and
 * an icon that is part of the page; nothing else. */
#define SCD_PAGE_POLICY_MAX 256
void scd_page_policy(char policy[SCD_PAGE_POLICY_MAX]) SCD_NONNULL;

/* The document: free() it. NULL when out of memory. */
char *scd_page_html(const struct scd_state *state) SCD_NONNULL SCD_MUST_CHECK;

#endif

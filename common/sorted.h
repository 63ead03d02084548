/* SPDX-License-Identifier: MIT */
/* Arrays that are kept in order: bsearch(3) finds what is there, this also where to put what is
 * not. */
#ifndef SCD_SORTED_H
#define SCD_SORTED_H

#include <stddef.h>

#include "cleanup.h"

/* The number of the @count items, of @size bytes each, that come before @key: where it is, if it is
 * there, and else where it belongs. @compare is as for bsearch(3): key first. */
size_t scd_sorted_place(const void *key, const void *items, size_t count, size_t size,
			int (*compare)(const void *key, const void *item)) SCD_MUST_CHECK;

#endif

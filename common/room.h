/* SPDX-License-Identifier: MIT */
/* Arrays that grow. */
#ifndef SCD_ROOM_H
#define SCD_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* Makes room in *@items, an array of @count elements of @size bytes and room for *@cap, for one
 * element more. False without memory: all is as it was. */
bool scd_room_for_one(void **items, size_t count, size_t *cap,
		      size_t size) SCD_NONNULL SCD_MUST_CHECK;

#endif

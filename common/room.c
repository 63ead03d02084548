/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <stdlib.h>

#define FIRST_ROOM ((size_t)8)

bool scd_room_for_one(void **items, size_t count, size_t *cap, size_t size)
{
	const size_t more = *cap ? 2 * *cap : FIRST_ROOM;
	void *grown;

	if (count < *cap)
		return true;
	grown = reallocarray(*items, more, size);
	if (!grown)
		return false;
	*items = grown;
	*cap = more;
	return true;
}

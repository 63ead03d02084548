/* SPDX-License-Identifier: MIT */
#include "backoff.h"

uint64_t scd_backoff_next(struct scd_backoff *backoff)
{
	if (backoff->last_ms == 0)
		backoff->last_ms = backoff->first_ms;
	else if (backoff->last_ms < backoff->most_ms / 2)
		backoff->last_ms *= 2;
	else
		backoff->last_ms = backoff->most_ms;
	return backoff->last_ms;
}

void scd_backoff_reset(struct scd_backoff *backoff)
{
	backoff->last_ms = 0;
}

/* SPDX-License-Identifier: MIT */
#include "grace.h"

void scd_grace_seen(struct scd_grace *grace, int64_t now_ms, uint64_t most_ms)
{
	const uint64_t passed = (uint64_t)(now_ms - grace->seen_ms);

	if (grace->seen_ms != 0)
		grace->uncounted_ms += passed < most_ms ? passed : most_ms;
	grace->seen_ms = now_ms;
}

void scd_grace_lost(struct scd_grace *grace)
{
	grace->seen_ms = 0;
}

uint64_t scd_grace_ask(struct scd_grace *grace)
{
	grace->asked_seconds = grace->uncounted_ms / 1000;
	return grace->asked_seconds;
}

void scd_grace_booked(struct scd_grace *grace)
{
	grace->uncounted_ms -= grace->asked_seconds * 1000;
	grace->asked_seconds = 0;
}

/* SPDX-License-Identifier: MIT */
/* Until plan and watch are there. */
#ifndef SCD_STANDIN_C_H
#define SCD_STANDIN_C_H

#include "plan.h"
#include "watch.h"

const char *scd_phase_name(enum scd_phase phase)
{
	static const char *const n[] = { "Installed", "Stale",	"Invalid", "Pending",
					 "Conflict",  "Failed", "Orphaned" };
	return n[phase];
}
const char *scd_phase_label(enum scd_phase phase)
{
	static const char *const n[] = { "installed", "stale",	"invalid", "pending",
					 "conflict",  "failed", "orphaned" };
	return n[phase];
}
const char *scd_operation_name(enum scd_operation op)
{
	static const char *const n[] = { "none", "create", "update", "repair", "adopt", "remove" };
	return n[op];
}
const char *scd_watch_mode_name(enum scd_watch_mode mode)
{
	static const char *const n[] = { "inotify", "poll" };
	return n[mode];
}
const char *scd_watch_event_name(enum scd_watch_event event)
{
	static const char *const n[] = { "swap", "teardown", "overflow", "self", "ignored" };
	return n[event];
}

#endif

/* SPDX-License-Identifier: MIT */
/* Which system calls the daemon and its children make: the one table that their filters are
 * made of. docs/sandbox.md says how to add a row. */
#ifndef SCD_CALLS_H
#define SCD_CALLS_H

#include <seccomp.h>

#include "bpf.h"
#include "error.h"

/* Who makes a call. A child inherits the daemon's filter, and adds its own. */
enum scd_call_role {
	SCD_CALL_LOOP = 1 << 0,	   /* the process with the event loop */
	SCD_CALL_INSTALL = 1 << 1, /* the child that runs one transaction */
	SCD_CALL_CHECK = 1 << 2	   /* the child that judges one profile; see common/jail.c too */
};

#define SCD_CALL_ARGS_MAX 2

struct scd_call {
	const char *name;
	unsigned roles;
	const char *why;
	unsigned arg_count;
	struct scmp_arg_cmp args[SCD_CALL_ARGS_MAX]; /* all of them hold, or the call is denied */
};

/* What is allowed, sorted by purpose; several rows of one call are alternatives. */
const struct scd_call *scd_calls(size_t *count) SCD_NONNULL;

/* What ends the process: NULL ends the list. */
extern const char *const scd_calls_deadly[];

/**
 * scd_calls_compile() - the filter of the processes in @roles.
 * @filter: zeroed; set on success only; scd_filter_done() it.
 *
 * Call scd_check_init() before.
 *
 * Return: 0, or -1 with SCD_E_NOMEM or SCD_E_SYSTEM.
 */
int scd_calls_compile(unsigned roles, struct scd_filter *filter,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* Which calls can stand in for which: to get round a restriction, or because libc falls back. */
#ifndef SCD_SIBLINGS_H
#define SCD_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

/* Lists of names are separated by single blanks. */

/* Calls that do the same. */
struct scd_siblings {
	const char *what;  /* "change a file's mode" */
	const char *calls; /* who restricts one of these wants to stop that */
	const char *also;  /* do it as well, but are restricted for other reasons too; or "" */
	const char *round; /* get round a condition on one of calls; NULL: all of the above do */
};

/* A call that libraries try first. */
struct scd_fallback {
	const char *name;
	const char *older; /* the calls that they use when the kernel says ENOSYS; "": none */
	const char *who;
	bool breaks;	/* measured: nothing works without the fall-back */
	bool any_errno; /* every error makes them fall back: only a kill hurts */
};

/* A call of 32-bit kernels that other calls go through, by a number in its first argument. */
struct scd_multiplexed {
	const char *name;
	const char *through; /* "socketcall", "ipc" */
	unsigned number;
};

const struct scd_siblings *scd_siblings(size_t *count) SCD_NONNULL;
const struct scd_fallback *scd_fallbacks(size_t *count) SCD_NONNULL;
const struct scd_multiplexed *scd_multiplexed(size_t *count) SCD_NONNULL;

/* Calls whose work io_uring does without making them. */
const char *scd_io_uring_calls(void);

/* Those of them that stand for the others when a profile allows and does not deny. */
const char *scd_io_uring_basic_calls(void);

/* Room for one name of a list, with its NUL. */
#define SCD_NAME_SIZE 64

/* Takes the next name of a list into @out, and moves *@list on; false at the end. */
bool scd_next_name(const char **list, char out[SCD_NAME_SIZE]) SCD_NONNULL;

/* Whether @list holds @name. */
bool scd_has_name(const char *list, const char *name) SCD_NONNULL;

#endif

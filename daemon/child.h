/* SPDX-License-Identifier: MIT */
/* The ends of forked children, on the loop. */
#ifndef SCD_CHILD_H
#define SCD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include <event2/event.h>

#include "error.h"

/* Children at once: two checks and one transaction, with room to spare. */
#define SCD_CHILDREN_MAX ((size_t)8)

/* Called on the loop when the child has ended: what waitpid(2) gave, and whether it was
 * killed for its time. */
typedef void scd_child_fn(int status, bool timed_out, void *arg);

struct scd_children;

/* Listens for SIGCHLD on @base. 0, or -1 with SCD_E_NOMEM or SCD_E_SYSTEM. */
int scd_children_new(struct event_base *base, struct scd_children **children,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Calls @fn when @pid has ended, and kills it after @seconds. -1 with SCD_E_BUSY when there
 * are too many children already, SCD_E_NOMEM: then nobody waits for @pid yet. */
int scd_children_watch(struct scd_children *children, pid_t pid, unsigned seconds, scd_child_fn *fn,
		       void *arg, struct scd_error *err) SCD_MUST_CHECK;

/* Kills and reaps @pid, a child that nobody watches. Its status, as of waitpid(2). */
int scd_child_end(pid_t pid);

/* Kills and reaps those that are left, without calling anybody. Harmless on NULL. */
void scd_children_free(struct scd_children **children) SCD_NONNULL;

#endif

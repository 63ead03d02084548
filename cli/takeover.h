/* SPDX-License-Identifier: MIT */
/* The filter that an OCI runtime loads into a container, taken over at that moment: whatever the
 * runtime has made of a profile is what is judged by, and what the kernel gets hands the denied
 * calls to the tracer. The runtime was started under scd_observe_loads(). */
#ifndef SCD_TAKEOVER_H
#define SCD_TAKEOVER_H

#include <stdbool.h>

#include "bpf.h"
#include "error.h"
#include "tracee.h"

/* Zeroed but for .deny. */
struct scd_takeover {
	bool deny;		   /* as scd_observe_denials() has it */
	struct scd_filter filter;  /* as the runtime made it; empty before it is loaded */
	struct scd_filter changed; /* as the kernel got it */
	pid_t process;		   /* that loaded it: the container's first */
	struct scd_error err;	   /* what went wrong: it has no filter then; SCD_OK: nothing */
};

/* At the entry of @call: whether it loads a filter. Then that has been changed in the thread's
 * memory, and @answer is SCD_CALL_GO; or the errno with which the call has to fail. */
bool scd_takeover_call(struct scd_takeover *takeover, const struct scd_call *call,
		       int *answer) SCD_NONNULL;

void scd_takeover_done(struct scd_takeover *takeover) SCD_NONNULL;

#endif

/* SPDX-License-Identifier: MIT */
/* What the program in the container and the one outside agree upon. */
#ifndef SCD_PROBE_H
#define SCD_PROBE_H

/* What became of a call. */
enum scd_probe_kind {
	SCD_PROBE_NOTHING, /* the probe itself failed */
	SCD_PROBE_RETURNED,
	SCD_PROBE_TRAPPED,	 /* SIGSYS that could be caught */
	SCD_PROBE_THREAD_KILLED, /* the process went on */
	SCD_PROBE_SIGNALLED	 /* the process died of the signal */
};

/* Exit status of a probe that went through its list; without one it dies of SIGILL, which a
 * runtime reports as 128 and the signal's number. */
#define SCD_PROBE_ENDED 42
#define SCD_PROBE_STARTED 132

#endif

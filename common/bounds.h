/* SPDX-License-Identifier: MIT */
/* Every limit of the project, once. The man pages list them; a test compares. */
#ifndef SCD_BOUNDS_H
#define SCD_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

#define SCD_PROFILE_MAX ((size_t)1 << 20)	  /* bytes of one profile text */
#define SCD_SNAPSHOT_FILES_MAX ((size_t)4096)	  /* names in one snapshot */
#define SCD_SNAPSHOT_BYTES_MAX ((size_t)16 << 20) /* text of one snapshot */
#define SCD_NAME_PARTS_MAX ((size_t)4)		  /* components of a profile name */
#define SCD_NAME_PART_MAX ((size_t)253)		  /* bytes of a component */
#define SCD_NAME_MAX (SCD_NAME_PARTS_MAX * (SCD_NAME_PART_MAX + 1) - 1) /* bytes of a name */

#define SCD_JSON_DEPTH_MAX ((size_t)64)	 /* nested arrays and objects */
#define SCD_JSON_FAULTS_MAX ((size_t)16) /* faults of form kept per text */
#define SCD_RULES_MAX ((size_t)65536)	 /* (syscall, conditions) pairs after expansion */
#define SCD_BPF_MAX ((size_t)4096)	 /* instructions of a filter (kernel: BPF_MAXINSNS) */
#define SCD_FINDINGS_MAX ((size_t)64)	 /* findings kept per profile */
#define SCD_FINDINGS_BYTES_MAX                                                       \
	((size_t)4 << 20)	      /* of all findings that the daemon keeps; over \
				       * it one finding a profile */
#define SCD_MESSAGE_MAX ((size_t)512) /* bytes of a finding's message */
#define SCD_POINTER_MAX ((size_t)256) /* bytes of a finding's JSON pointer */

#define SCD_CHECK_CPU_SECONDS 10		/* processor time of one check */
#define SCD_CHECK_WALL_SECONDS 30		/* wall-clock time of one check */
#define SCD_CHECK_DATA_BYTES ((size_t)64 << 20) /* RLIMIT_DATA of one check */
#define SCD_CHECKS_AT_ONCE 2			/* checker children */

#define SCD_CONFIG_MAX ((size_t)64 << 10)    /* bytes of a configuration file */
#define SCD_CONFIG_DEPTH_MAX ((size_t)4)     /* nested lists and mappings in it */
#define SCD_STATE_FILE_MAX ((size_t)8 << 20) /* bytes of the state file */
#define SCD_LOCK_WAIT_SECONDS 10U	     /* for the lock of the destination */
#define SCD_REPAIRS_MAX ((size_t)3)	     /* of one profile within: */
#define SCD_REPAIRS_SECONDS 600		     /* then it is in conflict */

#define SCD_HTTP_REQUEST_MAX ((size_t)8192)	/* bytes of a request's line and headers */
#define SCD_HTTP_CONNECTIONS_MAX 16		/* at once */
#define SCD_HTTP_TIMEOUT_SECONDS 5		/* for a whole request, and for a whole answer */
#define SCD_HTTP_ANSWERS_MAX ((size_t)16 << 20) /* bytes of answers under way, in all */

#define SCD_STATUS_FINDINGS_MAX ((size_t)20)		/* findings of one profile in /status */
#define SCD_STATUS_FINDINGS_BYTES_MAX ((size_t)4 << 20) /* of all findings in /status */
#define SCD_EXCERPTS_BYTES_MAX ((size_t)256 << 10)	/* of all lines quoted on the page */
#define SCD_PAGE_BYTES_MAX ((size_t)2 << 20)		/* of the page; the rest is in /status */
#define SCD_STATUS_MAX ((size_t)8 << 20) /* bytes of a /status that seccompctl-status reads */

#endif

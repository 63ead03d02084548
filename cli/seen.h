/* SPDX-License-Identifier: MIT */
/* Calls that were seen, each kind once, with its count and some of them as people would write
 * them. */
#ifndef SCD_SEEN_H
#define SCD_SEEN_H

#include "buf.h"
#include "error.h"
#include "tracee.h"

/* Different kinds of calls that are kept; Linux has some 450 calls. More are counted only. */
#define SCD_SEEN_ROWS_MAX ((size_t)8192)

/* Examples kept of a kind, how many calls are looked at for them, and their length in bytes. */
#define SCD_SEEN_EXAMPLES 3
#define SCD_SEEN_LOOKS 64
#define SCD_CALL_TEXT_MAX ((size_t)256)

/* Room for the name of a process, with its NUL. */
#define SCD_COMM_SIZE 16

struct scd_seen_row {
	uint32_t arch; /* SCMP_ARCH_*, x32 told from x86_64 */
	int nr;
	uint32_t action; /* SCMP_ACT_*, of a denial; 0 when only recorded */
	uint64_t value;	 /* of the argument that tells kinds apart; 0 when there is none */
	uint64_t count;
	char *name;		  /* of the call; NULL: one that libseccomp does not know */
	char comm[SCD_COMM_SIZE]; /* of the first thread that made it */
	pid_t tid;		  /* the same */
	char *examples[SCD_SEEN_EXAMPLES];
	size_t example_count;
	uint64_t looks;
};

/* Zeroed is empty. */
struct scd_seen {
	struct scd_seen_row *rows; /* in the order in which they were first seen */
	size_t count, cap;
	unsigned *index; /* hash table of row numbers + 1 */
	uint64_t lost;	 /* calls that are in no row: too many kinds, or no memory */
};

/* Counts @call. The row is valid until the next call; NULL when it is lost. */
struct scd_seen_row *scd_seen_add(struct scd_seen *seen, const struct scd_call *call,
				  uint32_t action, uint64_t value) SCD_NONNULL;

/* Makes @call one of @row's examples if there is room and it differs from the others. The thread
 * is stopped in it. */
void scd_seen_example(struct scd_seen_row *row, const struct scd_call *call) SCD_NONNULL;

void scd_seen_done(struct scd_seen *seen) SCD_NONNULL;

#define auto_seen SCD_CLEANUP(scd_seen_done)

/* The architecture token of a call: SCMP_ARCH_X32 for an x32 call, else its audit value. */
uint32_t scd_call_token(const struct scd_call *call) SCD_NONNULL;

/* Adds "openat(AT_FDCWD, "/etc/motd", 0x80000)"; @name may be NULL. Strings are read from the
 * thread, which is stopped in the call. */
void scd_call_text(const struct scd_call *call, const char *name, struct scd_buf *out)
	__attribute__((__nonnull__(1, 3)));

#endif

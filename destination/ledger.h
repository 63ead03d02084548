/* SPDX-License-Identifier: MIT */
/*
 * The state file .seccompd.state.json: which files of the destination are ours.
 * Its root is a JSON array, so that no runtime takes it for a profile.
 */
#ifndef SCD_LEDGER_H
#define SCD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "error.h"

#define SCD_LEDGER_FILE ".seccompd.state.json"
#define SCD_LEDGER_MODE 0600U /* nobody but its owner needs it */

struct scd_owned {
	char *name;
	char sha256[SCD_SHA256_HEX]; /* of the bytes that we put there */
	char intent[SCD_SHA256_HEX]; /* of the bytes that a transaction was about to put
				      * there, or "" */
	uint64_t size;
	int64_t installed_at;  /* seconds since the epoch; 0: unknown */
	int64_t orphaned_at;   /* 0: the source has it */
	uint64_t orphaned_for; /* seconds of that in which the source was seen to be healthy */
	bool adopted;	       /* it lay there before us with these bytes: never removed */
};

struct scd_ledger {
	struct scd_owned *files; /* sorted by name */
	size_t count;
	char set_digest[SCD_SHA256_HEX]; /* of the last whole transaction */
	char **dirs;			 /* directories that we made, sorted */
	size_t dir_count;
	int64_t corrupt_at; /* when one that could not be read was found in this one's place, and
			     * nobody has adopted since what was in it; 0: never */
};

/* Reads the state file of a destination. 0, also when there is none; or -1 with what
 * scd_read_file_at() and scd_ledger_parse() say. */
int scd_ledger_load(int destination, struct scd_ledger *ledger,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Will a state file that could not be loaded for this reason never become readable by
 * itself, as opposed to EIO or EMFILE? Then it owns nothing. */
bool scd_ledger_is_corrupt(const struct scd_error *err) SCD_NONNULL;

/**
 * scd_ledger_parse() - read the text of the state file.
 * @text:   not NUL-terminated; need not outlive the call.
 * @ledger: zeroed or done; set on success only; scd_ledger_done() it.
 *
 * Return: 0, or -1 with SCD_E_CORRUPT (own nothing, remove nothing), SCD_E_NOMEM.
 */
int scd_ledger_parse(const char *text, size_t len, struct scd_ledger *ledger,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The text to write: free() it. NULL when out of memory. @pod_uid is left out when it is
 * not made of the characters of a UID. */
char *scd_ledger_print(const struct scd_ledger *ledger, const char *pod_uid,
		       size_t *len) SCD_NONNULL SCD_MUST_CHECK;

/* The row of @name, or NULL. Valid until the next scd_ledger_add(). */
struct scd_owned *scd_ledger_find(const struct scd_ledger *ledger, const char *name) SCD_NONNULL;

/* The row of @name, added when missing; NULL when out of memory. */
struct scd_owned *scd_ledger_add(struct scd_ledger *ledger, const char *name) SCD_NONNULL;

/* Forgets @name; harmless when it is not there. */
void scd_ledger_remove(struct scd_ledger *ledger, const char *name) SCD_NONNULL;

bool scd_ledger_has_dir(const struct scd_ledger *ledger, const char *path) SCD_NONNULL;

/* Records a directory that we made. 0, or -1 when out of memory. */
int scd_ledger_add_dir(struct scd_ledger *ledger, const char *path) SCD_NONNULL SCD_MUST_CHECK;

/* Forgets a directory; harmless when it is not there. */
void scd_ledger_remove_dir(struct scd_ledger *ledger, const char *path) SCD_NONNULL;

/* "2026-08-23T10:00:00Z" and a NUL. */
#define SCD_LEDGER_TIME ((size_t)21)

/* Seconds since the epoch as the state file has them. */
void scd_ledger_time(int64_t when, char text[SCD_LEDGER_TIME]);

void scd_ledger_done(struct scd_ledger *ledger) SCD_NONNULL;

#define auto_ledger SCD_CLEANUP(scd_ledger_done)

#endif

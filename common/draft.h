/* SPDX-License-Identifier: MIT */
/* A profile that is being written: plain OCI, laid out by common/canon. */
#ifndef SCD_DRAFT_H
#define SCD_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Words that others own and that outlive the draft. */
struct scd_words {
	const char **items;
	size_t count, cap;
};

/* Adds a word. 0, or -1 with SCD_E_NOMEM. */
int scd_words_add(struct scd_words *words, const char *word,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
bool scd_words_have(const struct scd_words *words, const char *word) SCD_NONNULL;

/* Sorts the words and keeps one of each. */
void scd_words_sort(struct scd_words *words) SCD_NONNULL;

struct scd_draft_rule {
	struct scd_words names;
	const char *action; /* "SCMP_ACT_ALLOW" */
	bool has_errno;
	uint64_t errno_ret;
	const char *args; /* the JSON of the list, not NUL-terminated; NULL: no conditions */
	size_t args_len;
	const char *comment; /* NULL: none */
};

struct scd_draft {
	const char *default_action;
	bool has_default_errno;
	uint64_t default_errno;
	struct scd_words archs, flags;
	const char *listener_path, *listener_metadata; /* NULL: none */
	struct scd_draft_rule *rules;
	size_t count, cap;
};

/* A new rule, zeroed, at the end; valid until the next one. NULL with SCD_E_NOMEM. */
struct scd_draft_rule *scd_draft_add(struct scd_draft *draft, struct scd_error *err) SCD_NONNULL;

/**
 * scd_draft_print() - the text of a draft.
 * @text: NUL-terminated, with a newline at the end; free() it. Set on success only.
 *
 * Rules without names are left out. Return: 0, or -1 with SCD_E_NOMEM or
 * SCD_E_TOO_LARGE (more than SCD_PROFILE_MAX).
 */
int scd_draft_print(const struct scd_draft *draft, char **text, size_t *len,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_draft_done(struct scd_draft *draft) SCD_NONNULL;

#define auto_draft SCD_CLEANUP(scd_draft_done)

#endif

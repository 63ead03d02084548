/* SPDX-License-Identifier: MIT */
/* What a profile's text says of each call, as a careful person reads it. */
#ifndef SCD_READING_H
#define SCD_READING_H

#include "profile.h"

/* One rule under one of its names. */
struct scd_reading_rule {
	const struct scd_profile_rule *rule;
	const struct scd_json_value *name;
	int nr;				 /* of the call on this machine; negative: it has none */
	uint32_t action;		 /* with its errno */
	unsigned strictness;		 /* of it */
	bool same_index;		 /* some argument is compared twice */
	bool wide;			 /* some value is over 32 bits */
	bool said_weaker, said_stricter; /* for whoever reports: once each */
};

/* Values of one argument at which some condition changes; sorted, each once. */
struct scd_reading_values {
	uint64_t *items;
	size_t count;
};

/* All rules for one call, in file order, also those equal to the default action. */
struct scd_reading_call {
	const char *name;
	int nr;				/* on this machine; negative: it has none */
	struct scd_reading_rule *rules; /* in the reading's one list */
	size_t count;
	unsigned indexes; /* bit i: some rule looks at argument i */
	struct scd_reading_values values[6];
};

struct scd_reading {
	uint32_t default_action;
	struct scd_reading_rule *rules;
	size_t rule_count;
	struct scd_reading_call *calls; /* of names that libseccomp knows; by number */
	size_t count;
};

/* @reading: zeroed; scd_reading_done() it, whatever is returned. -1 with SCD_E_NOMEM. */
int scd_reading_make(const struct scd_profile *profile, struct scd_reading *reading,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* What the text says of the call, or NULL when it does not name it. */
const struct scd_reading_call *scd_reading_find(const struct scd_reading *reading,
						const char *name) SCD_NONNULL;

/* What the text says of a call with these arguments: the strictest action of the rules that
 * match, the first of equals; @said is that rule, or NULL for the default. */
uint32_t scd_reading_of(const struct scd_reading *reading, const struct scd_reading_call *call,
			const uint64_t args[6], const struct scd_reading_rule **said) SCD_NONNULL;

/* Whether one condition holds for the value of its argument. */
bool scd_reading_holds(const struct scmp_arg_cmp *condition, uint64_t arg) SCD_NONNULL;

/* Values at which a condition changes its mind, and beyond 32 bits. */
#define SCD_READING_BOUNDARIES ((size_t)6)
void scd_reading_boundaries(const struct scmp_arg_cmp *condition,
			    uint64_t out[SCD_READING_BOUNDARIES]) SCD_NONNULL;

/* Sets the indexes and values of a call from its rules. -1 with SCD_E_NOMEM: what was made is the
 * call's all the same. */
int scd_reading_find_values(struct scd_reading_call *call,
			    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Arguments that satisfy the rule's conditions where they can be satisfied; 0 elsewhere. */
void scd_reading_satisfy(const struct scd_reading_rule *rule, uint64_t args[6]) SCD_NONNULL;

/* Forgets what was said of the rules: another filter is compared with the same text. */
void scd_reading_forget(struct scd_reading *reading) SCD_NONNULL;

void scd_reading_done(struct scd_reading *reading) SCD_NONNULL;

#define auto_reading SCD_CLEANUP(scd_reading_done)

#endif

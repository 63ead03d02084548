/* SPDX-License-Identifier: MIT */
/* The keys that consumers read, with their types, and what is wrong with an object's keys. */
#ifndef SCD_KEYS_H
#define SCD_KEYS_H

#include "judge.h"

enum scd_keys_of {
	SCD_KEYS_PROFILE,
	SCD_KEYS_RULE,
	SCD_KEYS_ARG,
	SCD_KEYS_ARCH_MAP,
	SCD_KEYS_FILTER /* includes, excludes */
};

/**
 * scd_keys_check() - judge the keys of one object and the types of their values.
 * @object: of type OBJECT.
 *
 * Reports misspelt, unknown and wrong-case keys, wrong types, nulls in lists and
 * numbers that Go's decoder refuses. A null for a scalar is "absent" to every
 * consumer and is not reported.
 */
void scd_keys_check(struct scd_judge *judge, const struct scd_json_value *object,
		    enum scd_keys_of of) SCD_NONNULL;

/* Where the key called exactly @name stands among those of its object when a profile is laid out,
 * from 1; 0: no consumer reads it. */
size_t scd_keys_rank(enum scd_keys_of of, const char *name) SCD_NONNULL;

/* The member of @object called @key when it has the type that consumers want, else NULL. */
const struct scd_json_value *scd_keys_get(const struct scd_json_value *object, enum scd_keys_of of,
					  const char *key) SCD_NONNULL;

#endif

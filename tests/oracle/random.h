/* SPDX-License-Identifier: MIT */
/* Numbers that look random and are the same for the same seed everywhere (xorshift64*). */
#ifndef SCD_ORACLE_RANDOM_H
#define SCD_ORACLE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scd_random {
	uint64_t state; /* never 0 */
};

static inline struct scd_random scd_random_seed(uint64_t seed)
{
	return (struct scd_random){ (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1 };
}

static inline uint64_t scd_random_next(struct scd_random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 to @end - 1; @end is not 0. */
static inline size_t scd_random_below(struct scd_random *random, size_t end)
{
	return (size_t)(scd_random_next(random) >> 16) % end;
}

static inline bool scd_random_percent(struct scd_random *random, unsigned percent)
{
	return scd_random_below(random, 100) < percent;
}

/* One element of an array. */
#define SCD_PICK(random, array) \
	((array)[scd_random_below((random), sizeof(array) / sizeof((array)[0]))])

#endif

/* SPDX-License-Identifier: MIT */
/* A smaller text that is still wrong. */
#ifndef SCD_ORACLE_SHRINK_H
#define SCD_ORACLE_SHRINK_H

#include "json.h"

/* Whether a text still shows what is looked for. */
typedef bool scd_shrink_test(const char *text, size_t len, void *arg);

/* Takes elements and members away, one after the other, as long as @test holds for what is left;
 * writes the result, laid out in lines, to @out. At most @tries tests. */
void scd_shrink(const char *text, size_t len, scd_shrink_test *test, void *arg, unsigned tries,
		struct scd_buf *out);

#endif

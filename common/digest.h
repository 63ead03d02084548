/* SPDX-License-Identifier: MIT */
#ifndef SCD_DIGEST_H
#define SCD_DIGEST_H

#include <stddef.h>

#include "cleanup.h"

/* A SHA-256 as 64 lower-case hexadecimal digits and a NUL. */
#define SCD_SHA256_HEX ((size_t)65)

/* Writes the SHA-256 of @len bytes at @data. Cannot fail. */
void scd_sha256_hex(const void *data, size_t len, char hex[SCD_SHA256_HEX]) SCD_NONNULL;

/* One pair of a set digest. */
struct scd_digest_item {
	const char *name;
	const char *sha256; /* hexadecimal */
};

/**
 * scd_set_digest() - name a whole set of profiles in one value.
 * @items: the set, sorted by name; the caller keeps it sorted.
 * @count: how many; 0 gives the digest of the empty set.
 * @hex:   SHA-256 over every name, a NUL, its sha256 in hexadecimal and a newline.
 */
void scd_set_digest(const struct scd_digest_item *items, size_t count, char hex[SCD_SHA256_HEX]);

#endif

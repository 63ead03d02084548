/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <assert.h>
#include <sha2.h>
#include <string.h>

static_assert(SCD_SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "libmd writes that many bytes");

void scd_sha256_hex(const void *data, size_t len, char hex[SCD_SHA256_HEX])
{
	(void)SHA256Data(data, len, hex);
}

void scd_set_digest(const struct scd_digest_item *items, size_t count, char hex[SCD_SHA256_HEX])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	for (size_t i = 0; i < count; i++) {
		/* The NUL keeps ("ab", "c") and ("a", "bc") apart. */
		SHA256Update(&ctx, (const uint8_t *)items[i].name, strlen(items[i].name) + 1);
		SHA256Update(&ctx, (const uint8_t *)items[i].sha256, strlen(items[i].sha256));
		SHA256Update(&ctx, (const uint8_t *)"\n", 1);
	}
	(void)SHA256End(&ctx, hex);
}

/* SPDX-License-Identifier: MIT */
#include "http_counts.h"

#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(code) (1U << (code))

static const struct {
	const char *name;
	unsigned codes; /* of enum scd_http_code, a bit each */
} paths[] = {
	[SCD_HTTP_PAGE] = { "page", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_UNAVAILABLE) },
	[SCD_HTTP_LIVEZ] = { "livez", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_FAILED) },
	[SCD_HTTP_READYZ] = { "readyz", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_UNAVAILABLE) },
	[SCD_HTTP_HEALTHZ] = { "healthz", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_FAILED) },
	[SCD_HTTP_METRICS] = { "metrics", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_UNAVAILABLE) },
	[SCD_HTTP_STATUS] = { "status", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_UNAVAILABLE) },
	[SCD_HTTP_VERSION] = { "version", BIT(SCD_HTTP_OK) | BIT(SCD_HTTP_UNAVAILABLE) },
	[SCD_HTTP_OTHER] = { "other", BIT(SCD_HTTP_BAD_REQUEST) | BIT(SCD_HTTP_NOT_FOUND) |
					      BIT(SCD_HTTP_NOT_ALLOWED) | BIT(SCD_HTTP_TOO_LARGE) },
};
static_assert(COUNT(paths) == SCD_HTTP_PATH_COUNT, "every path needs a label");

static const unsigned codes[] = {
	[SCD_HTTP_OK] = 200,	      [SCD_HTTP_BAD_REQUEST] = 400, [SCD_HTTP_NOT_FOUND] = 404,
	[SCD_HTTP_NOT_ALLOWED] = 405, [SCD_HTTP_TOO_LARGE] = 413,   [SCD_HTTP_FAILED] = 500,
	[SCD_HTTP_UNAVAILABLE] = 503,
};
static_assert(COUNT(codes) == SCD_HTTP_CODE_COUNT, "every code needs a number");

const char *scd_http_path_name(enum scd_http_path path)
{
	return (unsigned)path < COUNT(paths) ? paths[path].name : "other";
}

unsigned scd_http_code_number(enum scd_http_code code)
{
	return (unsigned)code < COUNT(codes) ? codes[code] : 500;
}

enum scd_http_code scd_http_failure(enum scd_http_path path)
{
	return scd_http_reachable(path, SCD_HTTP_FAILED) ? SCD_HTTP_FAILED : SCD_HTTP_UNAVAILABLE;
}

bool scd_http_reachable(enum scd_http_path path, enum scd_http_code code)
{
	return (unsigned)path < COUNT(paths) && (paths[path].codes & BIT(code)) != 0;
}

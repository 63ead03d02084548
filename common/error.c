/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One row a code, so that the two spellings cannot drift apart. */
static const struct {
	const char *name;   /* metric label, log field */
	const char *reason; /* Kubernetes condition reason */
} codes[] = {
	[SCD_OK] = { "ok", "OK" },
	[SCD_E_NOMEM] = { "no_memory", "NoMemory" },
	[SCD_E_SYSTEM] = { "system", "System" },
	[SCD_E_TOO_LARGE] = { "too_large", "TooLarge" },
	[SCD_E_BAD_NAME] = { "bad_name", "BadName" },
	[SCD_E_NOT_REGULAR] = { "not_regular", "NotRegular" },
	[SCD_E_MISSING] = { "missing", "Missing" },
	[SCD_E_DETACHED] = { "detached", "Detached" },
	[SCD_E_INSECURE] = { "insecure", "Insecure" },
	[SCD_E_BUSY] = { "busy", "Busy" },
	[SCD_E_CORRUPT] = { "corrupt", "Corrupt" },
	[SCD_E_CONFIG] = { "config", "Config" },
	[SCD_E_USAGE] = { "usage", "Usage" },
};
static_assert(sizeof(codes) / sizeof(codes[0]) == SCD_CODE_COUNT, "every scd_code needs a name");

int scd_fail(struct scd_error *err, enum scd_code code, int sys, const char *fmt, ...)
{
	va_list ap;

	*err = (struct scd_error){ .code = code, .sys = sys };
	va_start(ap, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int scd_wrap(struct scd_error *err, const char *fmt, ...)
{
	char context[sizeof(err->msg)];
	char both[2 * sizeof(err->msg) + 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);

	(void)snprintf(both, sizeof(both), "%s: %s", context, err->msg);
	memcpy(err->msg, both, sizeof(err->msg) - 1); /* keeps the last NUL */
	return -1;
}

void scd_error_show(const struct scd_error *err, char shown[SCD_ERROR_SHOWN])
{
	(void)snprintf(shown, SCD_ERROR_SHOWN, "%s%s%s", err->msg, err->sys ? ": " : "",
		       err->sys ? strerror(err->sys) : "");
}

const char *scd_code_name(enum scd_code code)
{
	return (unsigned int)code < SCD_CODE_COUNT ? codes[code].name : "unknown";
}

const char *scd_code_reason(enum scd_code code)
{
	return (unsigned int)code < SCD_CODE_COUNT ? codes[code].reason : "Unknown";
}

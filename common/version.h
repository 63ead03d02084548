/* SPDX-License-Identifier: MIT */
#ifndef SCD_VERSION_H
#define SCD_VERSION_H

#include <stddef.h>

#include "cleanup.h"

/* "0.1.0", from the file VERSION. */
const char *scd_version(void);

/* Abbreviated, or "unknown" when built from an archive. */
const char *scd_git_commit(void);

/* "2026-08-23T10:00:00Z": SOURCE_DATE_EPOCH, by default the commit's date; "" when unknown. */
const char *scd_build_date(void);

/* "linux/amd64", as Go and container images spell it. */
const char *scd_platform(void);

/* Version of the libseccomp that this process uses, "2.5.4". */
void scd_libseccomp_version(char *buf, size_t size) SCD_NONNULL;

/* "seccompd v0.1.0 (commit abc1234, libseccomp 2.5.4, linux/amd64)". */
void scd_version_line(const char *program, char *buf, size_t size) SCD_NONNULL;

#endif

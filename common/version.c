/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <stdio.h>

#include <seccomp.h>

#if defined(__x86_64__)
#define PLATFORM "linux/amd64"
#elif defined(__aarch64__)
#define PLATFORM "linux/arm64"
#elif defined(__riscv) && __riscv_xlen == 64
#define PLATFORM "linux/riscv64"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define PLATFORM "linux/ppc64le"
#elif defined(__s390x__)
#define PLATFORM "linux/s390x"
#else
#define PLATFORM "linux/unknown"
#endif

#ifndef SCD_BUILD_DATE
#define SCD_BUILD_DATE ""
#endif

const char *scd_version(void)
{
	return SCD_VERSION;
}

const char *scd_git_commit(void)
{
	return SCD_GIT_COMMIT;
}

const char *scd_build_date(void)
{
	return SCD_BUILD_DATE;
}

const char *scd_platform(void)
{
	return PLATFORM;
}

void scd_libseccomp_version(char *buf, size_t size)
{
	const struct scmp_version *version = seccomp_version();

	if (version)
		(void)snprintf(buf, size, "%u.%u.%u", version->major, version->minor,
			       version->micro);
	else
		(void)snprintf(buf, size, "unknown");
}

void scd_version_line(const char *program, char *buf, size_t size)
{
	char libseccomp[32];

	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	(void)snprintf(buf, size, "%s v%s (commit %s, libseccomp %s, %s)", program, scd_version(),
		       scd_git_commit(), libseccomp, scd_platform());
}

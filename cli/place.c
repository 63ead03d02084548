/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

int scd_cli_open_destination(const char *path, struct scd_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open destination '%s'", path);
	return fd;
}

const char *scd_cli_pod_uid(void)
{
	const char *uid = getenv("POD_UID");

	return uid ? uid : "";
}

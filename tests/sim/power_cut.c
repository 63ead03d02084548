/* SPDX-License-Identifier: MIT */
/*
 * power_cut DIR - what a power cut does to the ext4 file system that holds DIR: nothing that is
 * not on its device yet gets there any more, the journal's open transaction neither.
 *
 * Exit: 0 done, 1 not possible here, 2 wrong usage.
 */
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "cleanup.h"

/* Not in the headers of Debian 12; the numbers are the kernel's ABI (XFS has the same). */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, __u32)
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2

int main(int argc, char **argv)
{
	__u32 flags = EXT4_GOING_FLAGS_NOLOGFLUSH;
	auto_close int fd = -1;

	if (argc != 2) {
		(void)fputs("usage: power_cut DIR\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, EXT4_IOC_SHUTDOWN, &flags) < 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}

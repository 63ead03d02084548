/* SPDX-License-Identifier: MIT */
/*
 * Landlock by its three system calls: Debian 12 has no library for it, and its header ends at
 * ABI 2. What a kernel does not know is left out: best effort, as the kernel's documentation
 * recommends. A domain holds for the process and for all that it will ever fork.
 */
#ifndef SCD_LANDLOCK_H
#define SCD_LANDLOCK_H

#include <stddef.h>

#include "cleanup.h"

/* What may be done beneath a directory. */
enum scd_landlock_access {
	SCD_LANDLOCK_READ, /* open files and list directories for reading */
	SCD_LANDLOCK_WRITE /* also write, create and remove files and directories */
};

struct scd_landlock_path {
	int fd; /* a directory, or a file for READ; negative: none */
	enum scd_landlock_access access;
};

/* The ABI of the running kernel, from 1; 0 with errno: it has none (ENOSYS), it was not started
 * with it (EOPNOTSUPP), or a filter denies asking (EPERM and others). */
int scd_landlock_abi(void);

/**
 * scd_landlock_restrict() - from now on, these paths and no others.
 * @abi:   from scd_landlock_abi().
 *
 * Nothing else in any file system is opened, created, removed, renamed, executed or, from ABI 5,
 * asked by ioctl(2) of a device. What is open stays so. From ABI 4 no TCP socket is bound or
 * connected; from 6 no signal and no abstract Unix socket reaches a process outside. Needs
 * no_new_privs.
 *
 * Return: 0, or -1 with errno: nothing is restricted.
 */
int scd_landlock_restrict(int abi, const struct scd_landlock_path *paths,
			  size_t count) SCD_NONNULL SCD_MUST_CHECK;

#endif

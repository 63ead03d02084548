/* SPDX-License-Identifier: MIT */
/* What is known of system calls beyond their numbers. */
#ifndef SCD_SYSCALLS_H
#define SCD_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "cleanup.h"

/* The first libseccomp that knows @name, such as "2.6.0", when 2.5.4 does not; else NULL. */
const char *scd_syscall_since(const char *name) SCD_NONNULL;

/* Whether @name has the form of a kernel name: lower case, digits and '_', not only digits,
 * without the prefixes that header files put before it. */
bool scd_syscall_name_well_formed(const char *name) SCD_NONNULL;

/* Longest name of a known call, with its NUL. */
#define SCD_SYSCALL_NAME_SIZE 64

/* Writes the known call that @name was probably meant to be; false when there is none. */
bool scd_syscall_nearest(const char *name, char out[SCD_SYSCALL_NAME_SIZE]) SCD_NONNULL;

/* Whether @arch (SCMP_ARCH_*) has the call. */
bool scd_syscall_on(uint32_t arch, const char *name) SCD_NONNULL;

#endif

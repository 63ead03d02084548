/* SPDX-License-Identifier: MIT */
/* What each argument of each system call is to the kernel. */
#ifndef SCD_SYSCALL_ARGS_H
#define SCD_SYSCALL_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cleanup.h"

enum scd_arg_kind {
	SCD_ARG_NONE,	    /* beyond the last one: the kernel never looks at the register */
	SCD_ARG_UNKNOWN,    /* a call or an argument that nothing is known of */
	SCD_ARG_POINTER,    /* to the caller's memory, which a filter cannot read */
	SCD_ARG_ADDRESS,    /* a number that is an address, such as mprotect's first */
	SCD_ARG_DESCRIPTOR, /* of a file */
	SCD_ARG_INT,
	SCD_ARG_UINT,
	SCD_ARG_ID, /* of a process, user, group, key */
	SCD_ARG_FLAGS,
	SCD_ARG_MODE, /* umode_t: 16 bits */
	SCD_ARG_LONG_FLAGS,
	SCD_ARG_SIZE,
	SCD_ARG_LONG /* offsets and what else fills a register */
};

/* Arguments that the call takes, 0 to 6; -1 when nothing is known of it. */
int scd_syscall_arg_count(const char *name) SCD_NONNULL;

/* What argument @index is on @arch (SCMP_ARCH_*, of 64 bits). */
enum scd_arg_kind scd_syscall_arg(uint32_t arch, const char *name, unsigned index) SCD_NONNULL;

/* How many bits of such an argument a 64-bit kernel keeps: 16, 32 or 64. */
unsigned scd_arg_bits(enum scd_arg_kind kind);

/* "a pointer", "a descriptor"; never NULL. */
const char *scd_arg_kind_name(enum scd_arg_kind kind);

#endif

/* SPDX-License-Identifier: MIT */
/* The words of a profile as tables: actions, operators, architectures, flags. */
#ifndef SCD_NAMES_H
#define SCD_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <seccomp.h>

#include "cleanup.h"

/* One OCI action name and what it means to libseccomp. */
struct scd_action {
	const char *name;
	uint32_t value;	     /* SCMP_ACT_*; low 16 bits zero */
	bool takes_errno;    /* errnoRet fills the low 16 bits */
	unsigned strictness; /* the kernel's precedence among filters: 0 allows, 7 kills */
	const char *runc;    /* first runc that knows it, where that is after 1.1.0; else NULL */
};

struct scd_operator {
	const char *name;
	enum scmp_compare value;
};

struct scd_arch {
	const char *name;
	uint32_t token; /* SCMP_ARCH_*, as an AUDIT_ARCH_* value */
	bool big_endian;
	unsigned bits;	    /* of a system call argument */
	const char *runc;   /* first runc that knows it, when 1.1.5 does not; else NULL */
	bool in_libseccomp; /* libseccomp 2.5 knows it */
	bool in_arch_map;   /* CRI-O reads archMap on such a node */
};

struct scd_flag {
	const char *name;
	bool spec_allow;  /* the one that both runtimes set by default */
	const char *runc; /* first runc that takes it; NULL: none does */
};

/* The row called exactly @name, or NULL. Static storage. */
const struct scd_action *scd_action_find(const char *name) SCD_NONNULL;
const struct scd_operator *scd_operator_find(const char *name) SCD_NONNULL;
const struct scd_arch *scd_arch_find(const char *name) SCD_NONNULL;
const struct scd_flag *scd_flag_find(const char *name) SCD_NONNULL;

/* The row of an action value, whatever its low 16 bits, or NULL. */
const struct scd_action *scd_action_of(uint32_t value);

/* How strict an action value is, 0 (allows) to 7 (kills the process). */
unsigned scd_action_strictness(uint32_t value);

/* Whether it sends SIGSYS or kills outright: TRAP and stricter, whatever its low 16 bits. */
bool scd_action_kills(uint32_t value);

/* All architectures. */
const struct scd_arch *scd_archs(size_t *count) SCD_NONNULL;

/* The row of an architecture token, or NULL. */
const struct scd_arch *scd_arch_of(uint32_t token);

/* What the number of a call has set that x32 makes: asm/unistd.h. */
#define SCD_X32_BIT UINT32_C(0x40000000)

/* The row of what crun takes: SCMP_ARCH_ may be missing, and the rest be in any letter case (crun's
 * src/libcrun/seccomp.c: get_seccomp_arch()). Or NULL. */
const struct scd_arch *scd_arch_find_crun(const char *name) SCD_NONNULL;

/* What a wrong name was probably meant to be, or NULL. Static storage. */
const char *scd_action_nearest(const char *name) SCD_NONNULL;
const char *scd_operator_nearest(const char *name) SCD_NONNULL;
const char *scd_arch_nearest(const char *name) SCD_NONNULL;
const char *scd_flag_nearest(const char *name) SCD_NONNULL;

#endif

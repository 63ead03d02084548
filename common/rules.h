/* SPDX-License-Identifier: MIT */
/* The one table of what can be said about a profile. Numbers are never reused. */
#ifndef SCD_RULES_H
#define SCD_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

enum scd_severity {
	SCD_NOTE,    /* worth knowing */
	SCD_WARNING, /* stricter than it says, not portable, or probably not meant */
	SCD_ERROR,   /* refused by a consumer, weaker than it says, or dangerous: rejected */
	SCD_SEVERITY_COUNT
};

/* The value is the number in "SCP005". */
enum scd_rule_number {
	SCD_PROFILE_EMPTY = 1,
	SCD_PROFILE_WRAPPED = 2,
	SCD_JSON_SYNTAX = 3,
	SCD_DEFAULT_ACTION_MISSING = 4,
	SCD_ACTION_UNKNOWN = 5,
	SCD_TYPE_MISMATCH = 6,
	SCD_NULL_ELEMENT = 7,
	SCD_DUPLICATE_KEY = 8,
	SCD_DOCKER_CONDITIONAL = 9,
	SCD_DOCKER_NAME = 10,
	SCD_DOCKER_ARCHMAP = 11,
	SCD_CANNOT_START_EXECVE = 12,
	SCD_CANNOT_START_RUNTIME = 13,
	SCD_RULE_SHADOWED_UNCOND = 14,
	SCD_RULE_EQUALS_DEFAULT = 15,
	SCD_RULE_CONFLICT_EEXIST = 16,
	SCD_RULE_CONFLICT_FIRST_WINS = 17,
	SCD_RULE_OVERLAP = 18,
	SCD_ARGS_SAME_INDEX = 19,
	SCD_ARGS_MORE_THAN_6 = 20,
	SCD_ARG_INDEX = 21,
	SCD_OP_UNKNOWN = 22,
	SCD_MASKED_EQ_SWAPPED = 23,
	SCD_ARG_IS_POINTER = 24,
	SCD_ARG_BEYOND_ARITY = 25,
	SCD_INT_ARG_HIGHBITS = 26,
	SCD_VALUETWO_IGNORED = 27,
	SCD_COND_CONSTANT = 28,
	SCD_VALUE_OVER_32BIT_ARCH = 29,
	SCD_SOCKETCALL_ARGS = 30,
	SCD_SYSCALL_UNKNOWN = 31,
	SCD_SYSCALL_TOO_NEW = 32,
	SCD_SYSCALL_NAME_FORMAT = 33,
	SCD_SYSCALL_FOREIGN_ARCH = 34,
	SCD_NAMES_EMPTY = 35,
	SCD_ERRNO_RANGE = 36,
	SCD_ERRNO_ON_WRONG_ACTION = 37,
	SCD_ERRNO_ZERO = 38,
	SCD_ERRNO_STRING = 39,
	SCD_CLONE3_NOT_ENOSYS = 40,
	SCD_ENOSYS_FALLBACK = 41,
	SCD_RUNTIME_DIVERGENCE = 42,
	SCD_ARCH_UNKNOWN = 43,
	SCD_ARCH_ENDIAN = 44,
	SCD_ARCH_NATIVE_MISSING = 45,
	SCD_ARCH_32BIT_KILLED = 46,
	SCD_ARCH_VERSION = 47,
	SCD_ACTION_VERSION = 48,
	SCD_KILL_IS_THREAD = 49,
	SCD_NOTIFY_DEFAULT = 50,
	SCD_NOTIFY_NO_LISTENER = 51,
	SCD_LISTENER_UNUSED = 52,
	SCD_TRACE_NO_TRACER = 53,
	SCD_FLAGS_UNSUPPORTED = 54,
	SCD_FLAGS_DROP_SSB = 55,
	SCD_FILTER_TOO_LARGE = 56,
	SCD_COMPILE_TOO_EXPENSIVE = 57,
	SCD_DEFAULT_DENY_EMPTY = 58,
	SCD_NO_RESTRICTION = 59,
	SCD_DENYLIST_SIBLING = 60,
	SCD_IOURING_ALLOWED = 61,
	SCD_UNKNOWN_KEY = 62,
	SCD_KEY_CASE = 63,
	SCD_CRUN_CACHE_ERRNO = 64,
	SCD_PATH_RULES = 65,
	SCD_NOTIFY_WRITE = 66,
	SCD_FLAGS_EMPTY = 67,
	SCD_EXIT_MISSING = 68,
	SCD_ARCH_PRCTL_MISSING = 69,
	SCD_OCI_ARTIFACT = 70,

	/* of the Kubernetes manifests that profiles and their users stand in */
	SCD_MANIFEST_SYNTAX = 90,
	SCD_MANIFEST_REFUSED = 91,
	SCD_MANIFEST_IGNORED = 92,
	SCD_LOCALHOST_PROFILE_UNKNOWN = 93,
	SCD_LOCALHOST_PROFILE_PATH = 94,
	SCD_RULE_NUMBER_MAX = 94
};

struct scd_rule {
	enum scd_rule_number number;
	const char *id;		    /* "SCP005" */
	const char *name;	    /* "action-unknown" */
	enum scd_severity severity; /* the usual one */
	const char *title;	    /* what is wrong, a few words */
	const char *why;	    /* what the consumers do with it */
	const char *cure;	    /* what to write instead */
	const char *bad;	    /* a small text that it reports; NULL: none is small */
	const char *good;	    /* the same repaired: nothing to warn of; NULL like bad */
	bool fixed;		    /* cannot be disabled: without it there is nothing to compile */
};

/* The row of @number, or NULL when no check of this version has that number. */
const struct scd_rule *scd_rule_get(unsigned number);

/* The row called "SCP005" or "action-unknown", in any letter case, or NULL. */
const struct scd_rule *scd_rule_find(const char *id_or_name) SCD_NONNULL;

/* The name that @name was probably meant to be, or NULL. */
const char *scd_rule_nearest(const char *name) SCD_NONNULL;

/* All rows in order of their numbers; *@count says how many. */
const struct scd_rule *scd_rules(size_t *count) SCD_NONNULL;

/* "error", "warning", "note". */
const char *scd_severity_name(enum scd_severity severity);

#endif

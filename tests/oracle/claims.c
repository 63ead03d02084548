/* SPDX-License-Identifier: MIT */
#include "claims.h"

#define STARTS_NOT                           \
	{                                    \
		SCD_CLAIM_NEVER_STARTS, NULL \
	}
#define IS_WEAKER                      \
	{                              \
		SCD_CLAIM_WEAKER, NULL \
	}
#define NO_JSON                             \
	{                                   \
		SCD_CLAIM_NOT_DECODED, NULL \
	}
#define TAKEN(reason)                   \
	{                               \
		SCD_CLAIM_TAKEN, reason \
	}

#define OTHER_READER "another consumer of the selected ones reads the file in another way"
#define NOT_MEANT "the filter does what is written, which cannot be what was meant"

static const struct scd_claim_row claims[SCD_RULE_NUMBER_MAX + 1] = {
	[SCD_PROFILE_EMPTY] = TAKEN("runc runs it without a filter: tests/e2e/runtime.bats"),
	[SCD_PROFILE_WRAPPED] = TAKEN("the same"),
	[SCD_JSON_SYNTAX] = NO_JSON,
	[SCD_DEFAULT_ACTION_MISSING] = STARTS_NOT,
	[SCD_ACTION_UNKNOWN] = STARTS_NOT,
	[SCD_TYPE_MISMATCH] = NO_JSON,
	[SCD_NULL_ELEMENT] = TAKEN("CRI-O's daemon would panic: tests/full/decode.bats"),
	[SCD_DUPLICATE_KEY] = TAKEN(OTHER_READER),
	[SCD_DOCKER_CONDITIONAL] = TAKEN(OTHER_READER),
	[SCD_DOCKER_NAME] = TAKEN(OTHER_READER),
	[SCD_DOCKER_ARCHMAP] = TAKEN(OTHER_READER),
	[SCD_CANNOT_START_EXECVE] = STARTS_NOT,
	[SCD_CANNOT_START_RUNTIME] = STARTS_NOT,
	[SCD_RULE_SHADOWED_UNCOND] = IS_WEAKER,
	[SCD_RULE_EQUALS_DEFAULT] = IS_WEAKER,
	[SCD_RULE_CONFLICT_EEXIST] = STARTS_NOT,
	[SCD_RULE_CONFLICT_FIRST_WINS] = IS_WEAKER,
	[SCD_RULE_OVERLAP] = IS_WEAKER,
	[SCD_ARGS_SAME_INDEX] = IS_WEAKER,
	[SCD_ARGS_MORE_THAN_6] = TAKEN("crun drops conditions that runc keeps"),
	[SCD_ARG_INDEX] = STARTS_NOT,
	[SCD_OP_UNKNOWN] = STARTS_NOT,
	[SCD_MASKED_EQ_SWAPPED] = TAKEN(NOT_MEANT),
	[SCD_ARG_IS_POINTER] = TAKEN(NOT_MEANT),
	[SCD_ARG_BEYOND_ARITY] = TAKEN(NOT_MEANT),
	[SCD_COND_CONSTANT] = TAKEN(NOT_MEANT),
	[SCD_VALUE_OVER_32BIT_ARCH] = IS_WEAKER,
	[SCD_SOCKETCALL_ARGS] = TAKEN("the way round goes through another call"),
	[SCD_SYSCALL_UNKNOWN] = TAKEN("what is denied is no call: there is nothing to try"),
	[SCD_SYSCALL_NAME_FORMAT] = TAKEN("the same, and runc refuses an empty name"),
	[SCD_NAMES_EMPTY] = TAKEN("crun refuses what runc passes over"),
	[SCD_ERRNO_RANGE] = STARTS_NOT,
	[SCD_ERRNO_ON_WRONG_ACTION] = STARTS_NOT,
	[SCD_ARCH_UNKNOWN] = STARTS_NOT,
	[SCD_ARCH_ENDIAN] = STARTS_NOT,
	[SCD_NOTIFY_DEFAULT] = STARTS_NOT,
	[SCD_NOTIFY_NO_LISTENER] = STARTS_NOT,
	[SCD_LISTENER_UNUSED] = STARTS_NOT,
	[SCD_FLAGS_UNSUPPORTED] = STARTS_NOT,
	[SCD_FILTER_TOO_LARGE] = STARTS_NOT,
	[SCD_COMPILE_TOO_EXPENSIVE] = TAKEN("a runtime would hang or corrupt its memory"),
	[SCD_DEFAULT_DENY_EMPTY] = STARTS_NOT,
	[SCD_UNKNOWN_KEY] = TAKEN(OTHER_READER),
	[SCD_KEY_CASE] = TAKEN(OTHER_READER),
	[SCD_NOTIFY_WRITE] = STARTS_NOT,
	[SCD_ARCH_PRCTL_MISSING] = { SCD_CLAIM_NO_PROGRAM, NULL },
};

const struct scd_claim_row *scd_claim_of(unsigned number)
{
	/* Whatever is not in the table claims that no container starts: the first row. */
	return number <= SCD_RULE_NUMBER_MAX ? &claims[number] : &claims[0];
}

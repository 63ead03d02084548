/* SPDX-License-Identifier: MIT */
/* What people call the arguments of system calls, and which symbolic values they take. */
#ifndef SCD_CALL_ARGS_H
#define SCD_CALL_ARGS_H

#include "constants.h"

/* Room for the name of an argument, with its NUL. */
#define SCD_CALL_ARG_NAME_SIZE ((size_t)32)

/* Writes the name that the manual pages have for argument @index, such as "flags"; "arg3" where
 * nothing is known. Returns @out. */
const char *scd_call_arg_name(uint32_t arch, const char *call, unsigned index,
			      char out[SCD_CALL_ARG_NAME_SIZE]) SCD_NONNULL;

/* What its values stand for; SCD_CONST_NONE: they are numbers. */
enum scd_constant_kind scd_call_arg_kind(uint32_t arch, const char *call,
					 unsigned index) SCD_NONNULL;

/* The argument that is called @name, also "arg3"; -1 when there is none. */
int scd_call_arg_find(uint32_t arch, const char *call, const char *name) SCD_NONNULL;

/* Row @index of the table, for its test; false at the end. */
bool scd_call_args_row(size_t index, const char **call, const char **args) SCD_NONNULL;

#endif

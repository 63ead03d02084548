/* SPDX-License-Identifier: MIT */
/* Calls as people write them: socket(domain=AF_INET, type=SOCK_STREAM). */
#ifndef SCD_CALL_TEXT_H
#define SCD_CALL_TEXT_H

#include "points.h"
#include "program.h"

/* Longest text of a call, with its NUL. */
#define SCD_CALL_TEXT_SIZE ((size_t)1024)

/**
 * scd_call_find() - a call by name or number.
 * @name: set to its name, or "#999".
 * @nr:   set to its number as a filter sees it; -1 when @arch does not have it.
 *
 * Return: 0, or -1 with SCD_E_CONFIG: no libseccomp knows it; names what was probably meant.
 */
int scd_call_find(uint32_t arch, const char *word, char name[SCD_CALL_NAME_SIZE], int *nr,
		  struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds "flags=O_CREAT" or "arg2=0x40" to what is known of a call's arguments. -1 with
 * SCD_E_CONFIG. */
int scd_call_read_arg(uint32_t arch, const char *call, const char *word, struct scd_known *known,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* All of it: NAME or NAME(ARG=VALUE, ...). As scd_call_find(). */
int scd_call_read(uint32_t arch, const char *text, char name[SCD_CALL_NAME_SIZE], int *nr,
		  struct scd_known *known, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_call_through() - the other way to make a call, by socketcall(2) or ipc(2).
 * @through: set to that call of @arch.
 * @known:   set to what its arguments are then: the number of the call @name, and nothing else,
 *           since the others are in memory, where no filter sees them.
 *
 * Return: whether there is such a way.
 */
bool scd_call_through(uint32_t arch, const char *name, struct scd_call *through,
		      struct scd_known *known) SCD_NONNULL;

#endif

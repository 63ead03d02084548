/* SPDX-License-Identifier: MIT */
/* What the operands of a command name: files, all profiles below directories, stdin. */
#ifndef SCD_COLLECT_H
#define SCD_COLLECT_H

#include "inputs.h"

/**
 * scd_collect_inputs() - find what the operands name.
 * @operands: paths. "-" is stdin. Of a directory all *.json, *.yaml and *.yml below it,
 *            sorted, without those in hidden directories, and without hidden YAML; links below it
 * are not followed, but for ..data, through which a directory that has it is read, as seccompd
 * does.
 * @inputs:   zeroed; filled as far as it went, whatever is returned; scd_inputs_done() it.
 *
 * What cannot be read becomes an input with a fault. Return: 0, or -1 with SCD_E_NOMEM, or
 * SCD_E_USAGE when standard input is given twice.
 */
int scd_collect_inputs(char *const *operands, size_t count, struct scd_inputs *inputs,
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same without YAML below directories: for commands that take profiles alone. */
int scd_collect_profiles(char *const *operands, size_t count, struct scd_inputs *inputs,
			 struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether a name ends as those of YAML files do. */
bool scd_is_yaml_name(const char *name) SCD_NONNULL;

#endif

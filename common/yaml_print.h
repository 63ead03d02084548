/* SPDX-License-Identifier: MIT */
/* A tree as YAML, written by libyaml. */
#ifndef SCD_YAML_PRINT_H
#define SCD_YAML_PRINT_H

#include "buf.h"
#include "error.h"

struct cJSON;

/**
 * scd_yaml_print() - add one YAML document to a text.
 * @tree: objects, lists, strings, numbers, booleans and raw values, nested no deeper than
 *        SCD_YAML_PRINT_DEPTH; its strings are UTF-8.
 * @out:  whether it took the text is for the caller to ask.
 *
 * Strings of several lines become literal blocks where YAML has a way to write them so; what
 * could be taken for another type is quoted. A raw value is written as it is.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_yaml_print(const struct cJSON *tree, struct scd_buf *out,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#define SCD_YAML_PRINT_DEPTH 16

#endif

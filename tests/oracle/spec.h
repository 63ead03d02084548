/* SPDX-License-Identifier: MIT */
/* What containerd makes of a profile's text. */
#ifndef SCD_ORACLE_SPEC_H
#define SCD_ORACLE_SPEC_H

#include "json.h"

/* Adds the value of linux.seccomp as containerd writes it into config.json: the text decoded by
 * encoding/json into the OCI structure and written again, unknown keys gone. False when Go refuses
 * a type or a number: then there is no container. @root: of a text without faults. */
bool scd_spec_add(const struct scd_json_value *root, struct scd_buf *out) SCD_NONNULL;

#endif

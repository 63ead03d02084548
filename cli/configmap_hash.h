/* SPDX-License-Identifier: MIT */
/* The suffix that kubectl and kustomize give to a ConfigMap's name for its content. */
#ifndef SCD_CONFIGMAP_HASH_H
#define SCD_CONFIGMAP_HASH_H

#include <stdbool.h>

#include "error.h"

struct cJSON;

#define SCD_CONFIGMAP_HASH_SIZE 11 /* ten letters and digits, and the NUL */

/**
 * scd_configmap_hash() - what `kubectl create configmap --append-hash` appends.
 * @name: of the ConfigMap, without a suffix.
 * @data: an object of strings in UTF-8, sorted by key.
 * @immutable: whether the ConfigMap says so.
 *
 * SHA-256 of {"data":…,"immutable":true,"kind":"ConfigMap","name":…} as Go's encoding/json
 * writes it, its first ten hexadecimal digits with those that could make a word replaced
 * (k8s.io/kubectl/pkg/util/hash).
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_configmap_hash(const char *name, const struct cJSON *data, bool immutable,
		       char out[SCD_CONFIGMAP_HASH_SIZE],
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/* A profile's text to the program that an OCI runtime gives to this machine's kernel. */
#ifndef SCD_LOADABLE_H
#define SCD_LOADABLE_H

#include "bpf.h"
#include "check.h"

/**
 * scd_loadable_make() - the filter of a profile as @oci_runtime loads it here.
 * @json, @len: the text; one that scd_jail_check() has survived, if it is a stranger's.
 * @filter: zeroed; set on success only; runc's ENOSYS stub is in front of it.
 *
 * Call scd_check_init() before.
 *
 * Return: 0, or -1 with SCD_E_NOMEM, SCD_E_SYSTEM, SCD_E_TOO_LARGE (the kernel takes no such
 * program) or SCD_E_CONFIG (no runtime makes a filter of the text: the message says why).
 */
int scd_loadable_make(const char *json, size_t len, enum scd_oci_runtime oci_runtime,
		      struct scd_filter *filter, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

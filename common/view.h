/* SPDX-License-Identifier: MIT */
/* A profile as CRI-O hands it to the OCI runtime, when the file holds keys of Docker's dialect. */
#ifndef SCD_VIEW_H
#define SCD_VIEW_H

#include "profile.h"

/* Whether CRI-O reads the file otherwise than containerd does. */
bool scd_view_differs(const struct scd_profile *profile) SCD_NONNULL;

/* Whether what CRI-O makes of it depends on the capabilities of the container. */
bool scd_view_needs_caps(const struct scd_profile *profile) SCD_NONNULL;

/**
 * scd_view_of() - evaluate includes, excludes, archMap and errno as CRI-O does.
 * @profile: without findings of severity error.
 * @native:  SCMP_ARCH_* of the node.
 * @caps:    whether the container's bounding set has every capability, or none. What a container
 *           with some of them gets lies between, rule by rule.
 * @view:    zeroed; set on success only. Shares the rules' arguments and all places with
 *           @profile, which outlives it; scd_view_done() it.
 *
 * containers/common's pkg/seccomp/seccomp_linux.go. minKernel is not evaluated there.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_view_of(const struct scd_profile *profile, uint32_t native, bool caps,
		struct scd_profile *view, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_view_done(struct scd_profile *view) SCD_NONNULL;

#define auto_view SCD_CLEANUP(scd_view_done)

#endif

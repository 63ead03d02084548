/* SPDX-License-Identifier: MIT */
/* What runc puts in front of a filter: calls newer than any that the profile names do not exist. */
#ifndef SCD_STUB_H
#define SCD_STUB_H

#include "bpf.h"
#include "profile.h"

/* Two kinds of runc, that differ in which architectures the stub knows. */
enum scd_stub_kind {
	SCD_STUB_LISTED, /* until 1.1.14: those that the profile lists */
	SCD_STUB_NATIVE, /* since 1.1.15 and 1.2: the node's own as well */
	SCD_STUB_KINDS
};

/* Whether runc has a stub for such a profile: the default action is not one that lets calls
 * through or hands them to a tracer. */
bool scd_stub_is_used(const struct scd_profile *profile) SCD_NONNULL;

/* Whether both kinds put the same before a filter of this profile on such a node. */
bool scd_stub_kinds_agree(const struct scd_profile *profile, uint32_t native) SCD_NONNULL;

/**
 * scd_stub_prepend() - the program that runc loads.
 * @native: SCMP_ARCH_* of the node.
 * @filter: what libseccomp made.
 * @out:    zeroed; set on success only; a copy of @filter when there is no stub.
 *
 * On each architecture, calls with a number over the highest that the profile names, also in
 * rules that are skipped for being equal to the default, return ENOSYS; so does setup(2) of
 * s390, which stands for all calls that the kernel does not know there. runc walks the
 * architectures in the random order of a Go map; here they stand in the profile's order, which
 * the effect does not depend on.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_stub_prepend(const struct scd_profile *profile, uint32_t native, enum scd_stub_kind kind,
		     const struct scd_filter *filter, struct scd_filter *out,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

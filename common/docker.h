/* SPDX-License-Identifier: MIT */
/*
 * The words of Docker's dialect, which CRI-O, podman and Docker evaluate when a container is
 * made and containerd drops: capabilities, Go's names of architectures, kernel versions, names
 * of error numbers, and the conditions made of them.
 */
#ifndef SCD_DOCKER_H
#define SCD_DOCKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "json.h"

/* The number of a capability called "CAP_SYS_ADMIN", or -1. Exactly so: consumers compare
 * strings. */
int scd_capability_find(const char *name) SCD_NONNULL;

/* "CAP_SYS_ADMIN" for a number, or NULL. */
const char *scd_capability_name(unsigned number);

/* The capability that @name was probably meant to be, or NULL. */
const char *scd_capability_nearest(const char *name) SCD_NONNULL;

/* What libseccomp's Go binding calls SCMP_ARCH_* @token, "amd64" for x86_64, or NULL
 * (libseccomp-golang, seccomp.go: ScmpArch.String). */
const char *scd_go_arch(uint32_t token);

/* Whether it calls some architecture so. */
bool scd_go_arch_is(const char *name) SCD_NONNULL;

/* A kernel version as minKernel has it: "4.8". False when it is not one
 * (moby/profiles/seccomp/seccomp.go: KernelVersion.UnmarshalJSON). */
struct scd_kernel_version {
	unsigned major, minor;
};
bool scd_kernel_version_parse(const char *text, struct scd_kernel_version *version) SCD_NONNULL;

/* The number of an error called "EPERM" or "1", or -1. */
int scd_errno_find(const char *name) SCD_NONNULL;

/* Whether CRI-O knows the error by this name: fewer than Linux has, ENODATA and EINTR not among
 * them (containers/common: pkg/seccomp/errno_list.go), and any number. */
bool scd_errno_in_cri_o(const char *name) SCD_NONNULL;

/* Capabilities that the runtimes give to a container that asks for none in particular
 * (containerd, as Docker; CRI-O leaves out some), by bit. */
extern const uint64_t scd_default_capabilities;

/* The container that a profile is evaluated for. */
struct scd_docker_target {
	uint32_t arch;			  /* SCMP_ARCH_* of the node */
	uint64_t capabilities;		  /* of the bounding set, by bit */
	struct scd_kernel_version kernel; /* zero: minKernel is not looked at, as in CRI-O */
};

/**
 * scd_docker_refusal() - what keeps a rule from a container?
 * @includes, @excludes: the rule's conditions, as scd_keys_check() wants them; NULL: none.
 *
 * As moby's setupSeccomp() (profiles/seccomp/seccomp_linux.go) and containers/common's
 * (pkg/seccomp/seccomp_linux.go): each architecture list holds when the node's is in it; every
 * included capability must be there and no excluded one may be; minKernel compares major and
 * minor. A minKernel that is no version never holds.
 *
 * Return: the value that decided (the element of a list; the list of included
 * architectures; minKernel); NULL: the rule applies.
 */
const struct scd_json_value *scd_docker_refusal(const struct scd_json_value *includes,
						const struct scd_json_value *excludes,
						const struct scd_docker_target *target);

#endif

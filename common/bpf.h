/* SPDX-License-Identifier: MIT */
/* Seccomp's classic BPF: run it, as the kernel would. */
#ifndef SCD_BPF_H
#define SCD_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "cleanup.h"

/* A program; owns its instructions. */
struct scd_filter {
	struct sock_filter *insns;
	size_t count;
	uint16_t *leaps; /* of scd_filter_index(); NULL: none */
};

/* Whether the kernel would take the program: known instructions only, every jump forward
 * and inside, loads inside struct seccomp_data and aligned, a return at the end, 1 to
 * SCD_BPF_MAX instructions (kernel: bpf_check_classic(), seccomp_check_filter()). */
bool scd_bpf_valid(const struct sock_filter *insns, size_t count) SCD_NONNULL;

/* What a valid program returns for @data: a SECCOMP_RET_* value with its data. */
uint32_t scd_bpf_run(const struct sock_filter *insns, size_t count,
		     const struct seccomp_data *data) SCD_NONNULL;

/* Makes scd_filter_run() fast, for who will ask more than a few times: nearly all of a filter is
 * one comparison after the other, for a call each. Changes no answer. False: out of memory. */
bool scd_filter_index(struct scd_filter *filter) SCD_NONNULL SCD_MUST_CHECK;

/* scd_bpf_run() of a filter. */
uint32_t scd_filter_run(const struct scd_filter *filter,
			const struct seccomp_data *data) SCD_NONNULL;

void scd_filter_done(struct scd_filter *filter) SCD_NONNULL;

#define auto_filter SCD_CLEANUP(scd_filter_done)

#endif

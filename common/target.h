/* SPDX-License-Identifier: MIT */
/* The rules that a consumer makes of a profile, built as that consumer builds them. */
#ifndef SCD_TARGET_H
#define SCD_TARGET_H

#include "profile.h"

/* One call to seccomp_rule_add_array(). */
struct scd_target_rule {
	int nr; /* on this machine's architecture, as libseccomp wants it whatever the filter's
		 * architectures are; negative: a call that this machine does not have */
	uint32_t action; /* SCMP_ACT_* with its errno */
	const struct scmp_arg_cmp *args;
	unsigned arg_count;
	const struct scd_profile_rule *rule; /* where it comes from */
	const struct scd_json_value *name;   /* NULL: of no profile */
};

struct scd_target {
	enum scd_oci_runtime oci_runtime;
	uint32_t default_action; /* with its errno */
	struct scd_target_rule *rules;
	size_t count, cap;
};

/**
 * scd_target_build() - the rules as @oci_runtime adds them, in its order.
 * @profile: without findings of severity error.
 * @target:  zeroed; set on success only; scd_target_done() it.
 *
 * Rules equal to the default action are dropped (runc seccomp_linux.go:283, crun
 * seccomp.c:771), names that libseccomp does not know are skipped, conditions on the
 * same argument are split into rules of their own (runc :303, crun :800), crun keeps
 * six conditions.
 *
 * Return: 0; 1 when there are more than SCD_RULES_MAX; -1 with SCD_E_NOMEM.
 */
int scd_target_build(const struct scd_profile *profile, enum scd_oci_runtime oci_runtime,
		     struct scd_target *target, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether two targets have the same rules, so that one compilation serves both. */
bool scd_target_equal(const struct scd_target *a, const struct scd_target *b) SCD_NONNULL;

void scd_target_done(struct scd_target *target) SCD_NONNULL;

#define auto_target SCD_CLEANUP(scd_target_done)

#endif

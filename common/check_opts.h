/* SPDX-License-Identifier: MIT */
/* The words of --arch and --disable, for every program that judges. */
#ifndef SCD_CHECK_OPTS_H
#define SCD_CHECK_OPTS_H

#include "buf.h"
#include "check.h"
#include "options.h"

/* The words of --runtime and --oci-runtime: "any", then one row a bit. */
extern const struct scd_choice scd_runtime_choices[];
extern const struct scd_choice scd_oci_runtime_choices[];

/* What to judge against, in the words that people write; rows of options fill it. */
struct scd_check_words {
	int runtime;		    /* enum scd_runtime */
	int oci_runtime;	    /* enum scd_oci_runtime */
	bool strict;		    /* --strict */
	bool trial_load;	    /* --trial-load */
	struct scd_strings archs;   /* --arch */
	struct scd_strings disable; /* --disable */
};

/* The same as options of a check: set on success only. -1 with SCD_E_CONFIG, as the two
 * functions below, and with the name of the option in front. */
int scd_check_opts_make(const struct scd_check_words *words, struct scd_check_opts *opts,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* For the .check of the rows of --arch and --disable: would the functions below take it? */
int scd_check_arch_word(const char *name, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;
int scd_check_rule_word(const char *rule, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds the architecture called "x86_64", "amd64" or "SCMP_ARCH_X86_64" (in any letter case);
 * one that is there already is not added again. -1 with SCD_E_CONFIG: not an architecture
 * that libseccomp compiles for, or more than SCD_CHECK_ARCHS_MAX. */
int scd_check_opts_add_arch(struct scd_check_opts *opts, const char *name,
			    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Never report the rule called "SCP031" or "syscall-unknown". -1 with SCD_E_CONFIG:
 * not a rule, or one that cannot be disabled. */
int scd_check_opts_disable(struct scd_check_opts *opts, const char *rule,
			   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Adds "x86_64" for SCMP_ARCH_X86_64: the name that uname(1) gives. */
void scd_arch_add_short_name(struct scd_buf *out, uint32_t token) SCD_NONNULL;

/* @opts with this machine and "any" in place of what was left open. */
struct scd_check_opts scd_check_opts_complete(const struct scd_check_opts *opts) SCD_NONNULL;

/* Do both, completed, lead to the same verdict on every text? */
bool scd_check_opts_equal(const struct scd_check_opts *a,
			  const struct scd_check_opts *b) SCD_NONNULL;

#endif

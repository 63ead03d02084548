/* SPDX-License-Identifier: MIT */
/* A profile as typed data: every field of the OCI runtime specification, and those of
 * Docker's dialect that CRI-O honours and containerd drops. */
#ifndef SCD_PROFILE_H
#define SCD_PROFILE_H

#include "judge.h"
#include "names.h"

/* libseccomp's MAX_ERRNO (src/system.c): an errno must be below it. */
#define SCD_ERRNO_END 4095

struct scd_profile_rule {
	const struct scd_json_value *at;	/* the element of syscalls */
	const struct scd_json_value *names;	/* list of strings; NULL when absent */
	const struct scd_action *action;	/* NULL when the file has none that is known */
	const struct scd_json_value *action_at; /* where it stands, or NULL */
	bool has_errno;
	uint64_t errno_ret;
	struct scmp_arg_cmp *args; /* in file order; all of them */
	const struct scd_json_value **args_at;
	size_t arg_count;

	/* Docker's dialect; NULL when absent */
	const struct scd_json_value *name, *includes, *excludes;
	bool has_errno_name; /* errno, a name or a number as a string */
	uint64_t errno_name;
};

/* Keys, names and places point into the JSON document, which outlives the profile. */
struct scd_profile {
	const struct scd_json_value *root;
	const struct scd_action *default_action; /* NULL: no such profile is compiled */
	const struct scd_json_value *default_action_at;
	bool has_default_errno;
	uint64_t default_errno;
	uint32_t *archs; /* tokens in the order of the list, known ones only, each once */
	const struct scd_json_value **archs_at;
	size_t arch_count;
	const struct scd_json_value *flags;	    /* list; NULL when absent */
	const struct scd_json_value *listener_path; /* string; NULL when absent */
	const struct scd_json_value *arch_map;	    /* Docker's dialect; NULL when absent */
	bool has_errno_name;			    /* defaultErrno, the same */
	uint64_t errno_name;
	struct scd_profile_rule *rules;
	size_t rule_count;
};

/**
 * scd_profile_read() - JSON to typed data; what is wrong becomes findings.
 * @root:    root of a document without faults.
 * @judge:   gets findings of form: types, words, ranges, keys.
 * @profile: zeroed; filled as far as the file makes sense, whatever is returned;
 *           scd_profile_done() it. When the findings hold no error every rule has an
 *           action and the profile can be compiled.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_profile_read(const struct scd_json_value *root, struct scd_judge *judge,
		     struct scd_profile *profile, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The whole SCMP_ACT_* value of a rule and of the default: action and the 16 bits of
 * errnoRet that runc and crun keep; EPERM when there is none. */
uint32_t scd_profile_rule_action(const struct scd_profile_rule *rule) SCD_NONNULL;
uint32_t scd_profile_default_action(const struct scd_profile *profile) SCD_NONNULL;

/* The names of a rule one after the other: those of its list, or Docker's one. @name: the one
 * before, NULL for the first. NULL at the end. */
const struct scd_json_value *scd_profile_next_name(const struct scd_profile_rule *rule,
						   const struct scd_json_value *name);

void scd_profile_done(struct scd_profile *profile) SCD_NONNULL;

#define auto_profile SCD_CLEANUP(scd_profile_done)

#endif

/* SPDX-License-Identifier: MIT */
/* A profile as the program that an OCI runtime gives to the kernel, and why it decides as it
 * does: what every command that asks the filter works with. */
#ifndef SCD_PROGRAM_H
#define SCD_PROGRAM_H

#include "effect.h"
#include "multiplex.h"
#include "stub.h"

/* Numbers of which libseccomp is asked the name: those of Linux, and of mips from 4000 on. */
#define SCD_NAMED_CALLS_END 7000

/* A text, read as far as it makes sense. */
struct scd_subject {
	const char *text; /* not NUL-terminated; outlives the subject */
	size_t len;
	struct scd_json document;
	struct scd_report report; /* faults of form */
	struct scd_profile profile;
	struct scd_reading reading;
	struct scd_multiplexer multiplexers[SCD_MULTIPLEXERS];
	bool usable; /* programs can be made of it, even if no runtime would */
};

/**
 * scd_subject_read() - JSON to a profile and its reading.
 * @subject: zeroed; scd_subject_done() it, whatever is returned.
 *
 * Call scd_check_init() before. Strangers' texts go through scd_jail_check() first.
 *
 * Return: 0, also when the text is no profile (.usable is false then, .report says why); -1 with
 * SCD_E_NOMEM or SCD_E_TOO_LARGE.
 */
int scd_subject_read(const char *text, size_t len, struct scd_subject *subject,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* SCD_E_CONFIG with the first error of the report. */
int scd_subject_refuse(const struct scd_subject *subject,
		       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_subject_done(struct scd_subject *subject) SCD_NONNULL;
#define auto_subject SCD_CLEANUP(scd_subject_done)

/* Who makes a program: an OCI runtime, of the versions that have one kind of stub. */
struct scd_loader {
	enum scd_oci_runtime oci_runtime;
	enum scd_stub_kind stub; /* of runc */
	const char *name;	 /* "runc", "runc up to 1.1.14", "crun" */
};

/* The loaders that can make different programs of a subject, in the order in which they are
 * shown; false at the end. */
bool scd_loader_at(const struct scd_subject *subject, uint32_t native, size_t index,
		   struct scd_loader *loader) SCD_NONNULL;

/* Most of them. */
#define SCD_LOADERS_MAX 3

/* What one loader loads on one node. */
struct scd_program {
	const struct scd_subject *subject;
	uint32_t native; /* SCMP_ARCH_* of the node */
	struct scd_target target;
	struct scd_filter filter; /* with runc's stub in front */
	size_t stub;		  /* instructions of it */
};

/**
 * scd_program_make() - compile a usable subject.
 * @program: zeroed; set on success only; scd_program_done() it before the subject.
 *
 * Return: 0; -1 with SCD_E_NOMEM, SCD_E_SYSTEM, SCD_E_TOO_LARGE (the kernel takes no such
 * program) or SCD_E_CONFIG (no container starts: the message says why).
 */
int scd_program_make(const struct scd_subject *subject, const struct scd_loader *loader,
		     uint32_t native, struct scd_program *program,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Whether scd_program_make() failed because of the profile: no container starts with it. */
bool scd_program_refused(const struct scd_error *err) SCD_NONNULL;

void scd_program_done(struct scd_program *program) SCD_NONNULL;
#define auto_program SCD_CLEANUP(scd_program_done)

/* The node on which programs of @arch run: x86_64 for x86 and x32, aarch64 for arm. */
uint32_t scd_arch_node(uint32_t arch);

/* The number of a call as a filter sees it, also of one that libseccomp only knows as part of
 * socketcall(2) or ipc(2); -1 when @arch does not have it. */
int scd_call_number(uint32_t arch, const char *name) SCD_NONNULL;

/* Room for the name of a call. */
#define SCD_CALL_NAME_SIZE ((size_t)64)

/* The name of the call @nr of @arch; "#999" for one that libseccomp does not know. */
const char *scd_call_name(uint32_t arch, int nr, char out[SCD_CALL_NAME_SIZE]) SCD_NONNULL;

/* The bits that an argument of a caller of @arch has. */
uint64_t scd_arch_arg_mask(uint32_t arch);

/* A call as a filter sees it, but for its arguments. */
struct scd_call {
	uint32_t arch; /* SCMP_ARCH_* of the caller */
	const char *name;
	int nr;
};

/* Who decides. */
enum scd_decider {
	SCD_BY_RULE,	/* a rule of the file: .rule */
	SCD_BY_DEFAULT, /* defaultAction */
	SCD_BY_STUB,	/* runc's stub: the call is newer than any that the profile names */
	SCD_BY_ARCH,	/* the filter does not know the caller's architecture */
	SCD_BY_OTHER	/* a rule for another call, through socketcall(2) or ipc(2) */
};

struct scd_decision {
	uint32_t action; /* SECCOMP_RET_* with its data */
	enum scd_decider by;
	const struct scd_reading_rule *rule; /* of SCD_BY_RULE, else NULL */
	bool differs;			     /* the text reads otherwise: `validate` says why */
};

/* What happens to a call with the arguments @args, which lose what such a caller's do not have. */
struct scd_decision scd_program_decide(const struct scd_program *program,
				       const struct scd_call *call,
				       const uint64_t args[6]) SCD_NONNULL;

/* The rules of the file for the call @name, or NULL. For socketcall and ipc as libseccomp writes
 * them: also those for the calls that are made through them. */
const struct scd_reading_call *scd_subject_call(const struct scd_subject *subject,
						const char *name) SCD_NONNULL;

#endif

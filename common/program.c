/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check_opts.h"
#include "compile.h"
#include "stub.h"

#define ARGS_END 6

/* Numbers that are asked for the name of a call; libseccomp's tables end far below. */
#define NUMBERS_END 8192

static void report_faults(struct scd_judge *judge, const struct scd_json *json)
{
	for (size_t i = 0; i < json->fault_count; i++)
		scd_judge_add_at(judge,
				 json->faults[i].kind == SCD_JSON_FAULT_DUPLICATE
					 ? SCD_DUPLICATE_KEY
					 : SCD_JSON_SYNTAX,
				 SCD_ERROR, json->faults[i].at, "%s", json->faults[i].msg);
}

/* Whether every rule has an action. */
static bool complete(const struct scd_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (!profile->rules[i].action)
			return false;
	return profile->default_action;
}

int scd_subject_read(const char *text, size_t len, struct scd_subject *subject,
		     struct scd_error *err)
{
	const struct scd_check_opts opts = scd_check_opts_complete(&(struct scd_check_opts){ 0 });
	struct scd_judge judge = {
		.text = text, .len = len, .opts = &opts, .report = &subject->report
	};
	const struct scd_json_value *root;

	subject->text = text;
	subject->len = len;
	if (len > SCD_PROFILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "a profile of %zu bytes", len);
	if (scd_json_parse(text, len, &subject->document, err) < 0)
		return -1;
	report_faults(&judge, &subject->document);
	root = scd_json_root(&subject->document);
	if (!root)
		return 0;
	if (scd_profile_read(root, &judge, &subject->profile, err) < 0)
		return -1;
	if (subject->report.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "findings");
	if (!complete(&subject->profile))
		return 0;
	subject->usable = true;
	if (scd_reading_make(&subject->profile, &subject->reading, err) < 0)
		return -1;
	return scd_multiplexers_make(&subject->reading, subject->multiplexers, err);
}

int scd_subject_refuse(const struct scd_subject *subject, struct scd_error *err)
{
	const struct scd_report *report = &subject->report;

	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR)
			return scd_fail(err, SCD_E_CONFIG, 0, "%s", report->items[i].message);
	return scd_fail(err, SCD_E_CONFIG, 0, "not a profile");
}

void scd_subject_done(struct scd_subject *subject)
{
	scd_multiplexers_done(subject->multiplexers);
	scd_reading_done(&subject->reading);
	scd_profile_done(&subject->profile);
	scd_report_done(&subject->report);
	scd_json_done(&subject->document);
	*subject = (struct scd_subject){ 0 };
}

/* Why libseccomp makes no filter of it. */
static int refuse(const struct scd_target *target, const struct scd_compile_result *result,
		  struct scd_error *err)
{
	switch (result->status) {
	case SCD_COMPILE_ARCH:
		return scd_fail(err, SCD_E_CONFIG, 0,
				"libseccomp does not put the profile's architectures into one "
				"filter (%s): no container starts",
				strerror(result->sys));
	case SCD_COMPILE_RULE:
		return scd_fail(err, SCD_E_CONFIG, 0,
				"libseccomp refuses a rule for %s (%s): no container starts",
				target->rules[result->index].name->string, strerror(result->sys));
	default:
		return scd_fail(err, SCD_E_CONFIG, 0,
				"libseccomp makes no filter of the profile: no container starts");
	}
}

bool scd_loader_at(const struct scd_subject *subject, uint32_t native, size_t index,
		   struct scd_loader *loader)
{
	static const struct scd_loader all[] = {
		{ SCD_RUNC, SCD_STUB_NATIVE, "runc" },
		{ SCD_RUNC, SCD_STUB_LISTED, "runc up to 1.1.14" },
		{ SCD_CRUN, SCD_STUB_LISTED, "crun" },
	};

	if (index > 0 && scd_stub_kinds_agree(&subject->profile, native))
		index++; /* both kinds of runc are one */
	if (index >= sizeof(all) / sizeof(all[0]))
		return false;
	*loader = all[index];
	return true;
}

/* What libseccomp makes of the profile as the loader hands it over. */
static int compile(const struct scd_subject *subject, const struct scd_loader *loader,
		   uint32_t native, struct scd_program *out, struct scd_filter *plain,
		   struct scd_error *err)
{
	const struct scd_profile *profile = &subject->profile;
	const struct scd_compile_opts opts = { .native = native,
					       .archs = profile->archs,
					       .arch_count = profile->arch_count,
					       .optimize = 1 };
	struct scd_compile_result result;
	int rc = scd_target_build(profile, loader->oci_runtime, &out->target, err);

	if (rc < 0)
		return -1;
	if (rc > 0)
		return scd_fail(err, SCD_E_CONFIG, 0, "more than %zu rules", SCD_RULES_MAX);
	if (scd_compile(&out->target, &opts, plain, &result, err) < 0)
		return -1;
	return result.status == SCD_COMPILE_OK ? 0 : refuse(&out->target, &result, err);
}

int scd_program_make(const struct scd_subject *subject, const struct scd_loader *loader,
		     uint32_t native, struct scd_program *program, struct scd_error *err)
{
	auto_program struct scd_program out = { .subject = subject, .native = native };
	auto_filter struct scd_filter plain = { 0 };

	if (compile(subject, loader, native, &out, &plain, err) < 0)
		return -1;
	if (loader->oci_runtime != SCD_RUNC) {
		out.filter = plain;
		plain.insns = NULL; /* the program's now */
	} else if (scd_stub_prepend(&subject->profile, native, loader->stub, &plain, &out.filter,
				    err) < 0) {
		return -1;
	}
	out.stub = out.filter.count - plain.count;
	if (out.filter.count > SCD_BPF_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0,
				"the filter has %zu instructions; the kernel takes %zu: no "
				"container starts",
				out.filter.count, SCD_BPF_MAX);
	*program = out;
	out.filter.insns = NULL; /* the caller's now */
	out.target.rules = NULL;
	return 0;
}

bool scd_program_refused(const struct scd_error *err)
{
	return err->code == SCD_E_CONFIG || err->code == SCD_E_TOO_LARGE;
}

void scd_program_done(struct scd_program *program)
{
	scd_filter_done(&program->filter);
	scd_target_done(&program->target);
	*program = (struct scd_program){ 0 };
}

uint32_t scd_arch_node(uint32_t arch)
{
	static const struct {
		uint32_t program, node;
	} nodes[] = {
		{ SCMP_ARCH_X86, SCMP_ARCH_X86_64 },
		{ SCMP_ARCH_X32, SCMP_ARCH_X86_64 },
		{ SCMP_ARCH_ARM, SCMP_ARCH_AARCH64 },
		{ SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64 },
		{ SCMP_ARCH_MIPS64N32, SCMP_ARCH_MIPS64 },
		{ SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64 },
		{ SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_MIPSEL64 },
		{ SCMP_ARCH_PPC, SCMP_ARCH_PPC64 },
		{ SCMP_ARCH_S390, SCMP_ARCH_S390X },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (nodes[i].program == arch)
			return nodes[i].node;
	return arch;
}

int scd_call_number(uint32_t arch, const char *name)
{
	int nr = scd_effect_nr(arch, name);

	/* Below -1 and above -10000 are the parts of multiplexed calls, some of which have a
	 * number of their own since Linux 4.3 or 5.1. */
	if (nr >= 0 || seccomp_syscall_resolve_name_arch(arch, name) == __NR_SCMP_ERROR ||
	    seccomp_syscall_resolve_name_arch(arch, name) <= -10000)
		return nr;
	for (nr = 0; nr < NUMBERS_END; nr++) {
		auto_free char *found = seccomp_syscall_resolve_num_arch(arch, nr);

		if (found && strcmp(found, name) == 0)
			return nr;
	}
	return -1;
}

const char *scd_call_name(uint32_t arch, int nr, char out[SCD_CALL_NAME_SIZE])
{
	const int plain = arch == SCMP_ARCH_X32 ? (int)((uint32_t)nr & ~SCD_X32_BIT) : nr;
	/* libseccomp has x32 numbers with and without the bit. */
	auto_free char *name = seccomp_syscall_resolve_num_arch(arch, nr);

	if (!name && plain != nr)
		name = seccomp_syscall_resolve_num_arch(arch, plain);
	if (name)
		(void)snprintf(out, SCD_CALL_NAME_SIZE, "%s", name);
	else
		(void)snprintf(out, SCD_CALL_NAME_SIZE, "#%d", plain);
	return out;
}

uint64_t scd_arch_arg_mask(uint32_t arch)
{
	const struct scd_arch *row = scd_arch_of(arch);

	return row && row->bits == 32 ? UINT32_MAX : UINT64_MAX;
}

const struct scd_reading_call *scd_subject_call(const struct scd_subject *subject, const char *name)
{
	const struct scd_reading_call *through = scd_multiplexer_find(subject->multiplexers, name);

	return through ? through : scd_reading_find(&subject->reading, name);
}

static bool knows_arch(const struct scd_effect *effect, uint32_t arch)
{
	uint32_t token;

	for (size_t i = 0; scd_effect_arch(effect, i, &token); i++)
		if (token == arch)
			return true;
	return false;
}

/* A rule with that action which the filter may have followed against the text; unconditional
 * ones win. */
static const struct scd_reading_rule *follower(const struct scd_reading_call *call, uint32_t action)
{
	const struct scd_reading_rule *found = NULL;

	for (size_t i = 0; i < call->count; i++)
		if (call->rules[i].action == action &&
		    (!found || call->rules[i].rule->arg_count == 0))
			found = &call->rules[i];
	return found;
}

/* The rule, or the default, that stands behind an action of the filter proper. */
static void find_rule(const struct scd_program *program, const char *name,
		      const uint64_t args[ARGS_END], struct scd_decision *decision)
{
	const struct scd_reading *reading = &program->subject->reading;
	const struct scd_reading_call *call = scd_subject_call(program->subject, name);
	uint32_t says = reading->default_action;

	decision->rule = NULL;
	if (call)
		says = scd_reading_of(reading, call, args, &decision->rule);
	decision->differs = says != decision->action;
	if (decision->differs)
		decision->rule = call ? follower(call, decision->action) : NULL;
	if (decision->rule)
		decision->by = SCD_BY_RULE;
	else
		decision->by =
			decision->action == reading->default_action ? SCD_BY_DEFAULT : SCD_BY_OTHER;
}

/* Whether the stub answers: on all other ways its last jumps lead behind its end. */
static bool by_stub(const struct scd_program *program, const struct scd_call *call,
		    const uint64_t args[ARGS_END])
{
	const struct scd_filter stub = { .insns = program->filter.insns, .count = program->stub };

	return program->stub &&
	       scd_effect_run(&stub, call->arch, call->nr, args) == SCMP_ACT_ERRNO(ENOSYS);
}

struct scd_decision scd_program_decide(const struct scd_program *program,
				       const struct scd_call *call, const uint64_t args[ARGS_END])
{
	const struct scd_effect effect = { .profile = &program->subject->profile,
					   .target = &program->target,
					   .filter = &program->filter,
					   .native = program->native };
	struct scd_decision decision = { .by = SCD_BY_ARCH };
	uint64_t seen[ARGS_END];

	for (size_t i = 0; i < ARGS_END; i++)
		seen[i] = args[i] & scd_arch_arg_mask(call->arch);
	decision.action = scd_effect_run(&program->filter, call->arch, call->nr, seen);
	if (by_stub(program, call, seen))
		decision.by = SCD_BY_STUB;
	else if (knows_arch(&effect, call->arch))
		find_rule(program, call->name, seen, &decision);
	return decision;
}

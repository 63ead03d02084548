/* SPDX-License-Identifier: MIT */
#include "advise.h"

#include <errno.h>
#include <string.h>

#include "siblings.h"

#define ARGS_END 6

static const uint64_t no_args[ARGS_END];

/* Where the calls of one architecture stand, for all OCI runtimes. */
struct advice {
	struct scd_judge *judge;
	const struct scd_effect *effects;
	size_t count;
	uint32_t arch;
};

/* What a fall-back finds: text of SCP041 and SCP042. */
struct notes {
	struct scd_buf failing, differing;
	size_t failing_count, differing_count;
	unsigned fatal; /* bit i: effect i is among those where what differs fails */
};

static uint32_t action_of(const struct advice *advice, size_t effect, int nr)
{
	return scd_effect_run(advice->effects[effect].filter, advice->arch, nr, no_args);
}

/* Whether a rule of the target allows the call for some arguments. */
static bool allowed_for_some(const struct scd_target *target, const char *name)
{
	const int nr = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; i < target->count; i++)
		if (target->rules[i].nr == nr && target->rules[i].arg_count > 0 &&
		    scd_effect_lets(target->rules[i].action))
			return true;
	return false;
}

/* Whether one of the calls that a library falls back to can be made. */
static bool can_fall_back(const struct advice *advice, const char *older)
{
	char name[SCD_NAME_SIZE];

	if (!*older)
		return true;
	while (scd_next_name(&older, name)) {
		int nr = scd_effect_nr(advice->arch, name);

		if (nr >= 0 && (scd_effect_lets(action_of(advice, 0, nr)) ||
				allowed_for_some(advice->effects[0].target, name)))
			return true;
	}
	return false;
}

/* Whether a library that tries the call takes the answer for a failure and not for an old
 * kernel. Without a tracer SCMP_ACT_TRACE says ENOSYS; a listener may do anything. */
static bool is_fatal(const struct scd_fallback *fallback, uint32_t action)
{
	const struct scd_action *row = scd_action_of(action);

	if (action == SCMP_ACT_ERRNO(ENOSYS) || !row)
		return false;
	if (row->value == SCMP_ACT_ERRNO(0))
		return !fallback->any_errno;
	return row->value == SCMP_ACT_TRAP || row->value == SCMP_ACT_KILL_THREAD ||
	       row->value == SCMP_ACT_KILL_PROCESS;
}

/* Where the profile names the call, or else what the default action says. */
static const struct scd_json_value *place_of(const struct advice *advice, const char *name)
{
	const struct scd_profile *profile = advice->effects[0].profile;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_json_value *v = NULL;

		while ((v = scd_profile_next_name(&profile->rules[i], v)))
			if (strcmp(v->string, name) == 0)
				return v;
	}
	return profile->default_action_at;
}

static const char *text_at(const struct advice *advice, size_t effect, int nr, char out[64])
{
	return scd_effect_text(action_of(advice, effect, nr), out);
}

/* "runc: SCMP_ACT_ERRNO 38, crun: SCMP_ACT_ERRNO 1" */
static void add_answers(const struct advice *advice, int nr, struct scd_buf *out)
{
	char action[64];

	for (size_t i = 0; i < advice->count; i++)
		scd_buf_printf(out, "%s%s: %s", i ? ", " : "", advice->effects[i].runtime,
			       text_at(advice, i, nr, action));
}

static void say_breaking(const struct advice *advice, const struct scd_fallback *fallback, int nr,
			 bool everywhere)
{
	auto_buf struct scd_buf answers = scd_buf_init(SCD_MESSAGE_MAX / 2);

	add_answers(advice, nr, &answers);
	scd_judge_add(advice->judge, everywhere ? SCD_CLONE3_NOT_ENOSYS : SCD_RUNTIME_DIVERGENCE,
		      SCD_WARNING, place_of(advice, fallback->name),
		      "%s (%s): %s fall back to %s on ENOSYS alone, and fail; allow it, or give it "
		      "SCMP_ACT_ERRNO with \"errnoRet\": 38",
		      fallback->name, scd_judge_text(advice->judge, &answers), fallback->who,
		      fallback->older);
}

static void add_name(struct scd_buf *list, size_t *count, const char *name)
{
	scd_buf_printf(list, "%s%s", (*count)++ ? ", " : "", name);
}

static void check_fallback(const struct advice *advice, const struct scd_fallback *fallback,
			   struct notes *notes)
{
	const int nr = scd_effect_nr(advice->arch, fallback->name);
	const unsigned all = (1U << advice->count) - 1;
	unsigned fatal = 0;

	if (nr < 0)
		return;
	for (size_t i = 0; i < advice->count; i++)
		if (is_fatal(fallback, action_of(advice, i, nr)))
			fatal |= 1U << i;
	if (fatal == 0 || !can_fall_back(advice, fallback->older))
		return;
	if (fallback->breaks) {
		say_breaking(advice, fallback, nr, fatal == all);
	} else if (fatal == all) {
		add_name(&notes->failing, &notes->failing_count, fallback->name);
	} else {
		add_name(&notes->differing, &notes->differing_count, fallback->name);
		notes->fatal |= fatal;
	}
}

/* The OCI runtimes of some effects, as "runc, crun". */
static void add_runtimes(const struct advice *advice, unsigned effects, struct scd_buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < advice->count; i++)
		if (effects & (1U << i))
			add_name(out, &count, advice->effects[i].runtime);
}

static void say_difference(const struct advice *advice, const struct notes *notes)
{
	auto_buf struct scd_buf with = scd_buf_init(SCD_MESSAGE_MAX / 4);
	auto_buf struct scd_buf without = scd_buf_init(SCD_MESSAGE_MAX / 4);

	add_runtimes(advice, ~notes->fatal, &with);
	add_runtimes(advice, notes->fatal, &without);
	scd_judge_add(
		advice->judge, SCD_RUNTIME_DIVERGENCE, SCD_NOTE,
		advice->effects[0].profile->default_action_at,
		"on %s libraries fall back from %s under %s alone, where calls newer than "
		"any that the profile names are answered with ENOSYS, and fail under %s; "
		"deny with \"errnoRet\": 38",
		scd_arch_of(advice->arch)->name, scd_judge_text(advice->judge, &notes->differing),
		scd_judge_text(advice->judge, &with), scd_judge_text(advice->judge, &without));
}

static void say_notes(const struct advice *advice, const struct notes *notes)
{
	const struct scd_profile *profile = advice->effects[0].profile;

	if (notes->failing_count)
		scd_judge_add(
			advice->judge, SCD_ENOSYS_FALLBACK, SCD_NOTE, profile->default_action_at,
			"libraries fall back to older calls on ENOSYS alone, and these are "
			"denied in another way: %s; allow them, or deny with \"errnoRet\": 38",
			scd_judge_text(advice->judge, &notes->failing));
	if (notes->differing_count)
		say_difference(advice, notes);
}

static void check_fallbacks(const struct advice *advice)
{
	struct notes notes = { .failing = scd_buf_init(SCD_MESSAGE_MAX / 2),
			       .differing = scd_buf_init(SCD_MESSAGE_MAX / 2) };
	size_t count;
	const struct scd_fallback *fallbacks = scd_fallbacks(&count);

	for (size_t i = 0; i < count; i++)
		check_fallback(advice, &fallbacks[i], &notes);
	say_notes(advice, &notes);
	scd_buf_done(&notes.failing);
	scd_buf_done(&notes.differing);
}

/* The 32-bit architecture whose programs a node's kernel runs as well. */
static const struct {
	uint32_t native, old;
	const char *programs;
} pairs[] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, "i386" },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, "32-bit ARM" },
	{ SCMP_ARCH_S390X, SCMP_ARCH_S390, "31-bit s390" },
};

static void check_old_arch(struct scd_judge *judge, const struct scd_effect *effect)
{
	const unsigned says = effect->profile->default_action->strictness;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int nr = scd_effect_nr(pairs[i].old, "getpid");
		uint32_t did;

		if (pairs[i].native != effect->native || nr < 0)
			continue;
		did = scd_effect_run(effect->filter, pairs[i].old, nr, no_args);
		if (did != SCMP_ACT_KILL_THREAD && did != SCMP_ACT_KILL_PROCESS)
			continue;
		scd_judge_add(
			judge, SCD_ARCH_32BIT_KILLED, says > 1 ? SCD_NOTE : SCD_WARNING,
			effect->profile->default_action_at,
			"%s programs are killed at their first call, whatever the default "
			"action: %s is not listed; list it under \"architectures\" where such "
			"programs run",
			pairs[i].programs, scd_arch_of(pairs[i].old)->name);
	}
}

void scd_advise(struct scd_judge *judge, const struct scd_effect *effects, size_t count)
{
	struct advice advice = { .judge = judge, .effects = effects, .count = count };

	for (size_t a = 0; scd_effect_arch(effects, a, &advice.arch); a++)
		if (advice.arch != SCMP_ARCH_X32) /* it has what x86_64 has */
			check_fallbacks(&advice);
	check_old_arch(judge, effects);
}

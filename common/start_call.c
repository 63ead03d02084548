/* SPDX-License-Identifier: MIT */
#include "start_call.h"

#include <string.h>

#include "effect.h"

#define ARGS_END 6
#define EITHER SCD_OCI_RUNTIME_ANY

/* The values that an argument can have. */
struct range {
	uint64_t first, last;
};

#define IS(value)                                    \
	{                                            \
		(uint64_t)(value), (uint64_t)(value) \
	}
#define FROM_TO(first, last)    \
	{                       \
		(first), (last) \
	}
#define ANY FROM_TO(0, UINT64_MAX)
/* Of the caller's memory: never NULL, never the kernel's. */
#define ADDRESS FROM_TO(4096, UINT64_MAX >> 1)
/* That the runtime opened itself, beside the standard ones: 3 to 9 were seen. */
#define FD FROM_TO(3, 63)
/* AT_FDCWD as Go hands it over. */
#define CWD IS(-100)
#define CAPABILITY FROM_TO(0, 63)

struct known {
	unsigned runtimes;
	const char *name;
	struct range args[ARGS_END];
};

/*
 * Measured: strace -f -e raw=all of `crun run`, `crun create` and `runc run` (crun 1.8.1, runc
 * 1.1.5; x86_64), no_new_privs true and false, eight starts each, what the thread that loads the
 * filter calls after it, and Go's own calls of every thread. Each row is a call that is made at
 * every start, but for Go's own. A call without a row can have any arguments; the last arguments
 * of a row that does not name them, too.
 */
static const struct known table[] = {
	{ EITHER, "execve", { ADDRESS, ADDRESS, ADDRESS, ANY, ANY, ANY } },
	{ EITHER, "exit_group", { FROM_TO(0, 63), ANY, ANY, ANY, ANY, ANY } },
	{ EITHER, "arch_prctl", { IS(0x1002), ANY, ANY, ANY, ANY, ANY } }, /* ARCH_SET_FS */
	{ EITHER, "close", { FD, ANY, ANY, ANY, ANY, ANY } },
	{ EITHER, "prctl", { IS(24), CAPABILITY, ANY, ANY, ANY, ANY } }, /* PR_CAPBSET_DROP */
	{ EITHER, "prctl", { IS(8), IS(1), ANY, ANY, ANY, ANY } },	 /* PR_SET_KEEPCAPS */
	{ EITHER,
	  "prctl",
	  { IS(47), FROM_TO(3, 4), CAPABILITY, IS(0), IS(0), ANY } }, /* PR_CAP_AMBIENT */
	{ EITHER, "capset", { ADDRESS, ADDRESS, ANY, ANY, ANY, ANY } },
	{ SCD_CRUN, "rt_sigaction", { FROM_TO(1, 64), ADDRESS, IS(0), IS(8), ANY, ANY } },
	{ SCD_RUNC, "rt_sigaction", { FROM_TO(1, 64), ANY, ANY, IS(8), ANY, ANY } },
	{ EITHER, "rt_sigprocmask", { FROM_TO(0, 2), ANY, ANY, IS(8), ANY, ANY } },

	{ SCD_CRUN, "read", { FD, ADDRESS, IS(1), ANY, ANY, ANY } },
	{ SCD_CRUN, "write", { FD, ADDRESS, IS(8), ANY, ANY, ANY } },
	{ SCD_CRUN, "pselect6", { FROM_TO(4, 64), ADDRESS, IS(0), IS(0), IS(0), IS(0) } },

	{ SCD_RUNC, "fstatfs", { FD, ADDRESS, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "getdents64", { FD, ADDRESS, IS(8192), ANY, ANY, ANY } },
	{ SCD_RUNC, "openat", { CWD, ADDRESS, IS(0x80000), IS(0), ANY, ANY } }, /* O_CLOEXEC */
	{ SCD_RUNC, "openat", { CWD, ADDRESS, IS(0x80001), IS(0), ANY, ANY } }, /* and O_WRONLY */
	{ SCD_RUNC, "write", { FD, ADDRESS, IS(1), ANY, ANY, ANY } },
	{ SCD_RUNC, "read", { FD, ADDRESS, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "epoll_ctl", { FD, IS(1), FD, ADDRESS, ANY, ANY } },
	{ SCD_RUNC, "capget", { ADDRESS, ANY, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "chdir", { ADDRESS, ANY, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "faccessat2", { CWD, ADDRESS, IS(1), IS(0x200), ANY, ANY } },
	{ SCD_RUNC, "fcntl", { FD, IS(2), IS(1), ANY, ANY, ANY } }, /* F_SETFD */
	{ SCD_RUNC, "fstat", { FROM_TO(0, 63), ADDRESS, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "getcwd", { ADDRESS, IS(4096), ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "newfstatat", { CWD, ADDRESS, ADDRESS, IS(0), ANY, ANY } },

	{ SCD_RUNC, "clone", { IS(0x3d0f00), ANY, ANY, ANY, ANY, ANY } }, /* pthread_create */
	{ SCD_RUNC, "epoll_create1", { IS(0x80000), ANY, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "epoll_pwait", { FD, ADDRESS, IS(128), ANY, IS(0), ANY } },
	{ SCD_RUNC, "futex", { ADDRESS, IS(0x80), ANY, ANY, ANY, ANY } }, /* FUTEX_WAIT_PRIVATE */
	{ SCD_RUNC, "futex", { ADDRESS, IS(0x81), ANY, ANY, ANY, ANY } }, /* FUTEX_WAKE_PRIVATE */
	{ SCD_RUNC, "madvise", { ADDRESS, ANY, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "mmap", { ANY, ANY, IS(0), ANY, IS(UINT32_MAX), IS(0) } }, /* PROT_NONE */
	{ SCD_RUNC, "mmap", { ANY, ANY, IS(3), ANY, IS(UINT32_MAX), IS(0) } },
	{ SCD_RUNC, "mprotect", { ADDRESS, ANY, IS(3), ANY, ANY, ANY } },
	{ SCD_RUNC, "munmap", { ADDRESS, ANY, ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "nanosleep", { ADDRESS, IS(0), ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "pipe2", { ADDRESS, IS(0x80800), ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "set_robust_list", { ADDRESS, IS(24), ANY, ANY, ANY, ANY } },
	{ SCD_RUNC, "tgkill", { ANY, ANY, IS(23), ANY, ANY, ANY } }, /* SIGURG */
};
#define ROWS (sizeof(table) / sizeof(table[0]))

static const struct known unknown = { EITHER, NULL, { ANY, ANY, ANY, ANY, ANY, ANY } };

const char *scd_start_known(size_t index)
{
	return index < ROWS ? table[index].name : NULL;
}

/* Whether the numbers of the table are that architecture's as well. */
static bool is_measured(uint32_t arch)
{
	return arch == SCMP_ARCH_X86_64 || arch == SCMP_ARCH_AARCH64 || arch == SCMP_ARCH_RISCV64;
}

/* Up to so many values all are tried; and so many combinations. */
#define RANGE_WHOLE 64
#define COMBINATIONS_MAX ((size_t)4096)

/* Values of one argument to try. */
struct values {
	uint64_t *items;
	size_t count;
	bool all; /* whatever another value meets, one of these meets, too */
};

/* One call in the making. */
struct attempt {
	const struct scd_start_place *place;
	struct scd_start_trial *trial;
	const char *name;
	int nr;
	bool deadly;
	size_t conditions; /* on any of its arguments */
};

static bool is_about(const struct attempt *attempt, const struct scd_target_rule *rule)
{
	return strcmp(rule->name->string, attempt->name) == 0;
}

/* Calls that are missed even where errno 0 pretends that they succeeded, measured: each alone, with
 * and without no_new_privs. */
static const char *const noticed[] = { "arch_prctl", "close",	   "execve",
				       "exit_group", "fstatfs",	   "getcwd",
				       "openat",     "newfstatat", "write" };

static bool is_noticed(const char *name)
{
	for (size_t i = 0; i < sizeof(noticed) / sizeof(noticed[0]); i++)
		if (strcmp(noticed[i], name) == 0)
			return true;
	return false;
}

static bool fails(const struct attempt *attempt, uint32_t action)
{
	if (attempt->deadly)
		return scd_action_kills(action);
	if (action == SCMP_ACT_ERRNO(0))
		return is_noticed(attempt->name);
	return !scd_effect_lets(action) && !(attempt->place->listens && action == SCMP_ACT_NOTIFY);
}

static void add_value(struct values *values, const struct range *range, uint64_t value)
{
	if (value >= range->first && value <= range->last)
		values->items[values->count++] = value;
}

static void add_boundaries(const struct attempt *attempt, unsigned index, const struct range *range,
			   struct values *values)
{
	const struct scd_target *target = attempt->place->target;
	uint64_t near[SCD_READING_BOUNDARIES];

	add_value(values, range, range->first);
	add_value(values, range, range->last);
	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];

		for (unsigned k = 0; is_about(attempt, rule) && k < rule->arg_count; k++) {
			if (rule->args[k].arg != index)
				continue;
			values->all &= rule->args[k].op != SCMP_CMP_MASKED_EQ;
			scd_reading_boundaries(&rule->args[k], near);
			for (size_t n = 0; n < SCD_READING_BOUNDARIES; n++)
				add_value(values, range, near[n]);
		}
	}
}

static int make_values(const struct attempt *attempt, unsigned index, struct range range,
		       struct values *values, struct scd_error *err)
{
	const struct scd_arch *arch = scd_arch_of(attempt->place->arch);
	const size_t most = RANGE_WHOLE + 2 + SCD_READING_BOUNDARIES * attempt->conditions;

	if (arch && arch->bits == 32 && range.last > UINT32_MAX) {
		range.first &= UINT32_MAX;
		range.last &= UINT32_MAX;
	}
	values->items = calloc(most, sizeof(*values->items));
	if (!values->items)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu values", most);
	values->all = true;
	if (!(attempt->trial->looked_at & (1U << index)))
		add_value(values, &range, range.first);
	else if (range.last - range.first < RANGE_WHOLE)
		for (uint64_t value = range.first; value <= range.last; value++)
			add_value(values, &range, value);
	else
		add_boundaries(attempt, index, &range, values);
	return 0;
}

/* Combination @number; false at the end. */
static bool combine(const struct values values[ARGS_END], size_t number, uint64_t args[ARGS_END])
{
	for (unsigned i = 0; i < ARGS_END; i++) {
		args[i] = values[i].items[number % values[i].count];
		number /= values[i].count;
	}
	return number == 0;
}

/* What the call meets with these arguments; the worst of all is kept. */
static enum scd_start_fate try_args(const struct attempt *attempt, const uint64_t args[ARGS_END])
{
	const struct scd_start_place *place = attempt->place;
	const uint32_t action = scd_effect_run(place->filter, place->arch, attempt->nr, args);
	enum scd_start_fate fate = SCD_START_ALLOWED;

	if (fails(attempt, action))
		fate = SCD_START_DENIED;
	else if (action == SCMP_ACT_NOTIFY && !attempt->deadly)
		fate = SCD_START_HANDED;
	if (fate > attempt->trial->fate) {
		attempt->trial->fate = fate;
		attempt->trial->action = action;
		memcpy(attempt->trial->args, args, sizeof(attempt->trial->args));
	}
	return fate;
}

/* Tries all combinations, or as many as there is time for. */
static void try_values(const struct attempt *attempt, const struct values values[ARGS_END])
{
	bool sure = true;
	uint64_t args[ARGS_END];
	size_t number = 0;

	for (unsigned i = 0; i < ARGS_END; i++)
		sure &= values[i].all;
	for (; number < COMBINATIONS_MAX && combine(values, number, args); number++)
		sure &= try_args(attempt, args) == SCD_START_DENIED;
	if (attempt->trial->fate == SCD_START_DENIED && (!sure || number == COMBINATIONS_MAX))
		attempt->trial->fate = SCD_START_DEPENDS;
}

static int try_row(const struct attempt *attempt, const struct known *row, struct scd_error *err)
{
	struct values values[ARGS_END] = { 0 };
	int rc = 0;

	for (unsigned i = 0; i < ARGS_END && rc == 0; i++)
		rc = make_values(attempt, i, row->args[i], &values[i], err);
	if (rc == 0)
		try_values(attempt, values);
	for (unsigned i = 0; i < ARGS_END; i++)
		free(values[i].items);
	return rc;
}

/* The rule that the trial met. */
static const struct scd_target_rule *find_rule(const struct attempt *attempt)
{
	const struct scd_target *target = attempt->place->target;
	const struct scd_target_rule *first = NULL;

	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];
		unsigned k = 0;

		if (!is_about(attempt, rule))
			continue;
		first = first ? first : rule;
		while (k < rule->arg_count &&
		       scd_reading_holds(&rule->args[k], attempt->trial->args[rule->args[k].arg]))
			k++;
		if (k == rule->arg_count && rule->action == attempt->trial->action)
			return rule;
	}
	return first;
}

/* Every way in which the runtime makes the call, until one of them fails for sure. */
static int try_rows(const struct attempt *attempt, struct scd_error *err)
{
	const struct scd_start_place *place = attempt->place;
	const unsigned looked_at = attempt->trial->looked_at;
	struct scd_start_trial worst = *attempt->trial;
	bool found = false;

	for (size_t i = 0; is_measured(place->arch) && i < ROWS; i++) {
		if (!(table[i].runtimes & place->target->oci_runtime) ||
		    strcmp(table[i].name, attempt->name) != 0)
			continue;
		found = true;
		if (try_row(attempt, &table[i], err) < 0)
			return -1;
		if (attempt->trial->fate > worst.fate)
			worst = *attempt->trial;
		*attempt->trial = (struct scd_start_trial){ .looked_at = looked_at };
	}
	if (found)
		*attempt->trial = worst;
	else if (try_row(attempt, &unknown, err) < 0)
		return -1;
	attempt->trial->rule = find_rule(attempt);
	return 0;
}

/* Counts the conditions on the call; none count beside a rule without any. */
static void look_for_conditions(struct attempt *attempt)
{
	const struct scd_target *target = attempt->place->target;

	for (size_t i = 0; i < target->count; i++) {
		const struct scd_target_rule *rule = &target->rules[i];

		if (rule->arg_count == 0 || !is_about(attempt, rule))
			continue;
		attempt->conditions += rule->arg_count;
		for (unsigned k = 0; k < rule->arg_count; k++)
			attempt->trial->looked_at |= 1U << rule->args[k].arg;
	}
	for (size_t i = 0; attempt->conditions && i < target->count; i++)
		if (target->rules[i].arg_count == 0 && is_about(attempt, &target->rules[i])) {
			attempt->conditions = 0;
			attempt->trial->looked_at = 0;
		}
}

int scd_start_try(const struct scd_start_place *place, const char *name, bool deadly,
		  struct scd_start_trial *trial, struct scd_error *err)
{
	struct scd_start_trial out = { .fate = SCD_START_ALLOWED };
	struct attempt attempt = { .place = place,
				   .trial = &out,
				   .name = name,
				   .nr = scd_effect_nr(place->arch, name),
				   .deadly = deadly };

	if (attempt.nr >= 0) {
		look_for_conditions(&attempt);
		if (attempt.conditions == 0)
			(void)try_args(&attempt, (const uint64_t[ARGS_END]){ 0 });
		else if (try_rows(&attempt, err) < 0)
			return -1;
	}
	*trial = out;
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "gen.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "probes.h"
#include "syscall_args.h"

#define HOT 3 /* calls that most rules of a profile are about, values that most conditions use */
#define CONDITIONS_MAX ((size_t)60) /* in all, names times conditions: libseccomp gets slow */

/* What every container needs with both runtimes, and what the probe itself needs. */
static const char *const start_names[] = {
	"arch_prctl",
	"brk",
	"capget",
	"capset",
	"chdir",
	"clock_gettime",
	"clone",
	"close",
	"epoll_create1",
	"epoll_ctl",
	"epoll_pwait",
	"execve",
	"exit",
	"exit_group",
	"faccessat2",
	"fcntl",
	"fstat",
	"fstatfs",
	"futex",
	"getcwd",
	"getdents64",
	"getpid",
	"getppid",
	"gettid",
	"madvise",
	"mmap",
	"mprotect",
	"munmap",
	"nanosleep",
	"newfstatat",
	"openat",
	"pipe2",
	"prctl",
	"pselect6",
	"read",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sched_yield",
	"set_robust_list",
	"setgid",
	"setgroups",
	"setresgid",
	"setresuid",
	"setuid",
	"sigaltstack",
	"tgkill",
	"wait4",
	"write",
};
#define START_NAMES (sizeof(start_names) / sizeof(start_names[0]))

/* Calls of other architectures, newer ones, and none. */
static const char *const odd_names[] = {
	"stat64",
	"_llseek",
	"socketcall",
	"ipc",
	"mmap2",
	"clock_gettime64",
	"waitpid",
	"arm_fadvise64_64",
	"s390_runtime_instr",
	"mseal",
	"listmount",
	"uretprobe",
	"opennat",
	"sys_read",
	"READ",
	"read ",
	"__NR_getuid",
	"102",
	"",
	"initgroups",
	"fstatat",
};

static const char *const actions[] = {
	"SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW",	     "SCMP_ACT_ERRNO",
	"SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG",	     "SCMP_ACT_KILL",
	"SCMP_ACT_TRAP",  "SCMP_ACT_TRACE", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
};
static const char *const bad_actions[] = { "SCMP_ACT_NOTIFY", "SCMP_ACT_DENY", "scmp_act_allow",
					   "ALLOW", "" };
static const char *const operators[] = {
	"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",	    "SCMP_CMP_EQ",
	"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
};
static const uint64_t values[] = {
	0,
	1,
	2,
	3,
	5,
	7,
	8,
	0x28,
	0x40,
	0x3ff,
	0x406,
	0x7fffffff,
	0x80000000,
	0xfffffffe,
	0xffffffff,
	UINT64_C(1) << 32,
	UINT64_C(0x100000005),
	UINT64_C(0x100000010),
	UINT64_C(1) << 33,
	UINT64_C(0xffffffff00000000),
	INT64_MAX,
	UINT64_C(1) << 63,
	UINT64_MAX - 1,
	UINT64_MAX,
};
static const uint64_t errnos[] = { 0,	 1,	2,     13,    22,	  38,
				   95,	 133,	1000,  2222,  4094,	  4094,
				   4095, 65535, 65549, 65536, 4294967309, UINT64_MAX };

/* One profile in the making. */
struct gen {
	struct scd_random *random;
	struct scd_buf *out;
	unsigned folly; /* percent of things that no careful author writes */
	const char *calls[HOT];
	uint64_t values[HOT];
	size_t conditions;	/* still to spend */
	const char *start_call; /* of a runtime's own, that gets a condition; NULL: none does */
};

static bool chance(struct gen *gen, unsigned percent)
{
	return scd_random_percent(gen->random, percent);
}

static size_t below(struct gen *gen, size_t end)
{
	return scd_random_below(gen->random, end);
}

static const char *harmless_call(struct gen *gen)
{
	const char *const *all = scd_probes_harmless();
	size_t n = 1; /* there is one at least */

	while (all[n])
		n++;
	return all[below(gen, n)];
}

static const char *any_call(struct gen *gen)
{
	static char name[64];

	for (int tries = 0; tries < 50; tries++) {
		auto_free char *known =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, (int)below(gen, 462));
		size_t i = 0;

		while (known && i < START_NAMES && strcmp(known, start_names[i]) != 0)
			i++;
		if (!known || (i < START_NAMES && !chance(gen, gen->folly)))
			continue;
		(void)snprintf(name, sizeof(name), "%s", known);
		return name;
	}
	return "getuid";
}

static const char *pick_call(struct gen *gen)
{
	if (chance(gen, gen->folly > 5 ? 75 : 35))
		return gen->calls[below(gen, HOT)];
	if (chance(gen, gen->folly))
		return SCD_PICK(gen->random, odd_names);
	return chance(gen, 50) ? harmless_call(gen) : any_call(gen);
}

static uint64_t pick_value(struct gen *gen)
{
	uint64_t value =
		chance(gen, 70) ? gen->values[below(gen, HOT)] : SCD_PICK(gen->random, values);

	if (chance(gen, 20))
		value += chance(gen, 50) ? 1 : UINT64_MAX;
	if (chance(gen, 5))
		value = scd_random_next(gen->random) >> below(gen, 64);
	return value;
}

static void add_errno(struct gen *gen, const char *key, bool takes_errno)
{
	uint64_t value = 1 + below(gen, 4094);

	if (takes_errno ? chance(gen, 50) : !chance(gen, gen->folly / 4))
		return;
	if (chance(gen, 40))
		value = errnos[below(gen, chance(gen, gen->folly) ? sizeof(errnos) / 8 : 10)];
	scd_buf_printf(gen->out, ",\"%s\":%" PRIu64, key, value);
}

/* An argument of the call that is a plain number; -1 when there is none. */
static int pick_index(struct gen *gen, const char *name)
{
	const bool any = chance(gen, gen->folly / 3);

	for (int tries = 0; tries < 20; tries++) {
		const unsigned index = (unsigned)below(gen, 6);
		const enum scd_arg_kind kind = scd_syscall_arg(SCMP_ARCH_X86_64, name, index);

		if ((kind != SCD_ARG_POINTER && kind != SCD_ARG_NONE) || any)
			return chance(gen, gen->folly) && chance(gen, 3) ? 6 : (int)index;
	}
	return -1;
}

static void add_condition(struct gen *gen, unsigned index)
{
	const char *op = SCD_PICK(gen->random, operators);
	const bool masked = strcmp(op, "SCMP_CMP_MASKED_EQ") == 0;
	const uint64_t value = pick_value(gen);

	if (chance(gen, gen->folly) && chance(gen, 3))
		op = "SCMP_CMP_GTE";
	scd_buf_printf(gen->out, "{\"index\":%u,\"value\":%" PRIu64, index, value);
	if (masked ? chance(gen, 85) : chance(gen, gen->folly / 5))
		scd_buf_printf(gen->out, ",\"valueTwo\":%" PRIu64,
			       chance(gen, gen->folly) ? pick_value(gen) : pick_value(gen) & value);
	scd_buf_printf(gen->out, ",\"op\":\"%s\"}", op);
}

static void add_conditions(struct gen *gen, const char *name, size_t names)
{
	static const unsigned char counts[] = { 0, 0, 0, 1, 1, 1, 1, 2, 2, 3 };
	size_t count = SCD_PICK(gen->random, counts);
	unsigned seen = 0;

	if (chance(gen, gen->folly / 3))
		count = 4 + below(gen, 5);
	if (count == 0 || count * names > gen->conditions)
		return;
	gen->conditions -= count * names;
	scd_buf_puts(gen->out, ",\"args\":[");
	for (size_t i = 0; i < count; i++) {
		int index = pick_index(gen, name);

		/* Not twice, or else it is no AND. */
		for (int tries = 0; index >= 0 && tries < 12 && (seen >> index & 1); tries++)
			index = chance(gen, gen->folly) ? index : pick_index(gen, name);
		if (index < 0 || ((seen >> index & 1) && !chance(gen, gen->folly)))
			break;
		if (seen)
			scd_buf_putc(gen->out, ',');
		seen |= 1U << index;
		add_condition(gen, (unsigned)index);
	}
	scd_buf_putc(gen->out, ']');
}

static void add_rule(struct gen *gen)
{
	const size_t names = chance(gen, 75) ? 1 : 1 + below(gen, 4);
	const char *action = SCD_PICK(gen->random, actions), *name = "";

	if (chance(gen, gen->folly) && chance(gen, 20))
		action = SCD_PICK(gen->random, bad_actions);
	scd_buf_puts(gen->out, ",{\"names\":");
	if (chance(gen, gen->folly) && chance(gen, 4)) {
		scd_buf_puts(gen->out, chance(gen, 50) ? "null" : "[]");
	} else {
		scd_buf_putc(gen->out, '[');
		for (size_t i = 0; i < names; i++) {
			name = pick_call(gen);
			scd_buf_printf(gen->out, "%s\"%s\"", i ? "," : "", name);
		}
		scd_buf_putc(gen->out, ']');
	}
	if (!chance(gen, gen->folly) || !chance(gen, 3))
		scd_buf_printf(gen->out, ",\"action\":\"%s\"", action);
	add_errno(gen, "errnoRet", strcmp(action, "SCMP_ACT_ERRNO") == 0);
	add_conditions(gen, name, names);
	if (chance(gen, gen->folly / 8))
		scd_buf_puts(gen->out, ",\"comment\":\"\"");
	scd_buf_putc(gen->out, '}');
}

/* What a container needs, now and then without something of it. */
static void add_start(struct gen *gen)
{
	const bool holes = chance(gen, gen->folly / 2);
	const char *separator = "";

	scd_buf_puts(gen->out, "{\"names\":[");
	for (size_t i = 0; i < START_NAMES; i++) {
		if ((holes && chance(gen, 4)) || start_names[i] == gen->start_call)
			continue;
		scd_buf_printf(gen->out, "%s\"%s\"", separator, start_names[i]);
		separator = ",";
	}
	scd_buf_printf(gen->out, "],\"action\":\"SCMP_ACT_%s\"}",
		       chance(gen, 95) ? "ALLOW" : "LOG");
}

/* Many names, or many conditions on one call: sizes around what the kernel takes. */
static void add_big(struct gen *gen)
{
	if (chance(gen, 50)) {
		const char *separator = "";
		const int end = 20 + (int)below(gen, 440);

		scd_buf_puts(gen->out, ",{\"names\":[");
		for (int nr = 0; nr < end; nr++) {
			auto_free char *name =
				seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

			if (!name)
				continue;
			scd_buf_printf(gen->out, "%s\"%s\"", separator, name);
			separator = ",";
		}
		scd_buf_puts(gen->out, "],\"action\":\"SCMP_ACT_ALLOW\"}");
		return;
	}
	for (size_t i = 0, n = 100 + below(gen, chance(gen, 20) ? 4400 : 600); i < n; i++)
		scd_buf_printf(gen->out,
			       ",{\"names\":[\"getpgid\"],\"action\":\"SCMP_ACT_%s\",\"args\":["
			       "{\"index\":0,\"value\":%zu,\"op\":\"SCMP_CMP_EQ\"}]}",
			       n % 2 ? "ERRNO" : "ALLOW", i * 7);
}

/* A condition on a call that a runtime makes itself, mostly around what it gives. */
static void add_start_rule(struct gen *gen, const char *action)
{
	static const uint64_t given[] = {
		0,  1,	2,  3,	 4,    5,    7,	      8,       9,
		23, 24, 47, 128, 4096, 8192, 0x80000, 0x80001, UINT64_C(0xffffffffffffff9c)
	};
	const char *name = gen->start_call;
	const uint64_t value = chance(gen, 80) ? SCD_PICK(gen->random, given) : pick_value(gen);
	const int index = name ? pick_index(gen, name) : -1;

	if (index < 0)
		return;
	scd_buf_printf(gen->out,
		       ",{\"names\":[\"%s\"],\"action\":\"%s\",\"args\":[{\"index\":%d,"
		       "\"value\":%" PRIu64,
		       name, action, index, value);
	if (chance(gen, 50))
		scd_buf_printf(gen->out, ",\"valueTwo\":%" PRIu64,
			       SCD_PICK(gen->random, given) & value);
	scd_buf_printf(gen->out, ",\"op\":\"%s\"}]}", SCD_PICK(gen->random, operators));
}

static void add_architectures(struct gen *gen)
{
	static const char *const lists[] = {
		"\"SCMP_ARCH_X86_64\"",
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"",
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"",
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"",
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"",
		"\"SCMP_ARCH_X86\"",
		"\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\",\"SCMP_ARCH_X86_64\"",
		"",
	};
	static const char *const bad[] = {
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_S390X\"",
		"\"SCMP_ARCH_NATIVE\"",
		"\"SCMP_ARCH_AMD64\"",
		"\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86_64\"",
		"\"SCMP_ARCH_RISCV64\"",
		"\"SCMP_ARCH_LOONGARCH64\"",
	};

	if (chance(gen, 12))
		return;
	scd_buf_printf(gen->out, ",\"architectures\":[%s]",
		       chance(gen, gen->folly / 4) ? SCD_PICK(gen->random, bad)
						   : SCD_PICK(gen->random, lists));
}

static void add_extras(struct gen *gen)
{
	static const char *const extras[] = {
		",\"flags\":[]",
		",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]",
		",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\",\"SECCOMP_FILTER_FLAG_TSYNC\"]",
		",\"flags\":[\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]",
		",\"listenerPath\":\"/nobody/listens\"",
		",\"comment\":\"none\"",
	};

	if (chance(gen, gen->folly / 4))
		scd_buf_puts(gen->out, SCD_PICK(gen->random, extras));
}

void scd_gen_profile(struct scd_random *random, struct scd_buf *out)
{
	static const char *const denials[] = { "SCMP_ACT_ERRNO",	"SCMP_ACT_ERRNO",
					       "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL",
					       "SCMP_ACT_TRAP",		"SCMP_ACT_TRACE" };
	static const char *const grants[] = { "SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG" };
	struct gen gen = { .random = random, .out = out, .conditions = CONDITIONS_MAX };
	const bool deny_list = chance(&gen, 30);
	const char *action = deny_list ? SCD_PICK(random, grants) : SCD_PICK(random, denials);
	size_t rules = 1 + below(&gen, 6);

	gen.folly = chance(&gen, 65) ? 1 : 25;
	if (chance(&gen, deny_list ? 40 : 10))
		gen.start_call = SCD_PICK(random, start_names);
	for (size_t i = 0; i < HOT; i++) {
		gen.calls[i] = harmless_call(&gen);
		gen.values[i] = SCD_PICK(random, values);
	}
	scd_buf_puts(out, "{");
	if (!chance(&gen, gen.folly) || !chance(&gen, 3))
		scd_buf_printf(out, "\"defaultAction\":\"%s\"", action);
	else
		scd_buf_puts(out, "\"defaultAction\":null");
	add_errno(&gen, "defaultErrnoRet", strcmp(action, "SCMP_ACT_ERRNO") == 0);
	add_architectures(&gen);
	add_extras(&gen);
	scd_buf_puts(out, ",\"syscalls\":[");
	if (deny_list)
		scd_buf_puts(out, "{\"names\":[\"getcpu\"],\"action\":\"SCMP_ACT_ALLOW\"}");
	else
		add_start(&gen);
	if (chance(&gen, 4))
		rules += 20 + below(&gen, 20);
	for (size_t i = 0; i < rules; i++)
		add_rule(&gen);
	add_start_rule(&gen, deny_list ? SCD_PICK(random, actions) : "SCMP_ACT_ALLOW");
	if (chance(&gen, 3))
		add_big(&gen);
	scd_buf_puts(out, "]}\n");
}

/* SPDX-License-Identifier: MIT */
#include "probes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARGS_END 6
#define PER_CALL 14 /* probes of one call on one architecture, at most */
#define X32_BIT 0x40000000

/* Calls that may be made for real with arguments of any kind, in a process that ends next. The
 * bits say of which arguments that is only true when they are no descriptor of ours, or no
 * address of ours. */
#define FD(i) (1U << (i))
#define ADDRESS(i) (1U << ((i) + 8))

struct harmless {
	const char *name;
	unsigned unless;
};

static const struct harmless calls[] = {
	{ "getpid", 0 },
	{ "getppid", 0 },
	{ "gettid", 0 },
	{ "getuid", 0 },
	{ "geteuid", 0 },
	{ "getgid", 0 },
	{ "getegid", 0 },
	{ "getpgrp", 0 },
	{ "socket", 0 },
	{ "personality", 0 },
	{ "umask", 0 },
	{ "epoll_create1", 0 },
	{ "eventfd2", 0 },
	{ "inotify_init1", 0 },
	{ "timerfd_create", 0 },
	{ "sched_get_priority_max", 0 },
	{ "setuid", 0 },
	{ "setgid", 0 },
	{ "setreuid", 0 },
	{ "setfsuid", 0 },
	{ "iopl", 0 },
	{ "munlockall", 0 },
	{ "unshare", 0 },
	{ "lseek", FD(0) },
	{ "fcntl", FD(0) },
	{ "ioctl", FD(0) | ADDRESS(2) },
	{ "fchmod", FD(0) },
	{ "fchown", FD(0) },
	{ "ftruncate", FD(0) },
	{ "fsync", FD(0) },
	{ "fallocate", FD(0) },
	{ "flock", FD(0) },
	{ "dup3", FD(0) | FD(1) },
	{ "listen", FD(0) },
	{ "shutdown", FD(0) },
	{ "setns", FD(0) },
	{ "getsockopt", FD(0) },
	{ "setsockopt", FD(0) },
	{ "connect", FD(0) | ADDRESS(1) },
	{ "sendto", FD(0) | ADDRESS(1) },
	{ "getdents64", FD(0) | ADDRESS(1) },
	{ "fstatfs", FD(0) | ADDRESS(1) },
	{ "openat", ADDRESS(1) },
	{ "open", ADDRESS(0) },
	{ "mkdir", ADDRESS(0) },
	{ "mkdirat", ADDRESS(1) },
	{ "chmod", ADDRESS(0) },
	{ "fchmodat", ADDRESS(1) },
	{ "unlink", ADDRESS(0) },
	{ "chroot", ADDRESS(0) },
	{ "access", ADDRESS(0) },
	{ "uname", ADDRESS(0) },
	{ "mount", ADDRESS(0) | ADDRESS(1) | ADDRESS(2) | ADDRESS(4) },
	{ "socketcall", ADDRESS(1) },
	{ "socketpair", ADDRESS(3) },
	{ "stat64", ADDRESS(0) | ADDRESS(1) },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

const char *const *scd_probes_harmless(void)
{
	static const char *names[CALLS + 1];

	for (size_t i = 0; i < CALLS; i++)
		names[i] = calls[i].name;
	return names;
}

/* Whether the memory of the probe, or what the kernel put beside it, may be at an address. */
static bool may_be_ours(uint64_t address)
{
	return (address >= 0x1000 && address < UINT64_C(0x10000000)) ||
	       (address >= UINT64_C(0x700000000000) && address < UINT64_C(0x800000000000)) ||
	       (address >= UINT64_C(0xf0000000) && address <= UINT64_C(0xfffff000));
}

static bool is_harmless(const struct scd_probe *probe)
{
	const struct harmless *call = calls;

	if (probe->arch == SCMP_ARCH_X32)
		return true; /* no kernel of today has such calls */
	while (call < calls + CALLS && (!probe->name || strcmp(call->name, probe->name) != 0))
		call++;
	if (call == calls + CALLS)
		return false;
	for (unsigned i = 0; i < ARGS_END; i++) {
		if (call->unless & FD(i) && (uint32_t)probe->args[i] <= 2)
			return false;
		if (call->unless & ADDRESS(i) && may_be_ours(probe->args[i]))
			return false;
	}
	return true;
}

bool scd_probes_names(const struct scd_profile_rule *rule, const char *name)
{
	const struct scd_json_value *v = rule->names ? rule->names->child : NULL;

	for (; v; v = v->next)
		if (strcmp(v->string, name) == 0)
			return true;
	return false;
}

/* uretprobe(2) and uprobe(2), which no filter sees from Linux 6.14 on (kernel/seccomp.c). */
static bool exempt(uint32_t arch, int nr)
{
	return arch != SCMP_ARCH_X86 && ((nr & ~X32_BIT) == 335 || (nr & ~X32_BIT) == 336);
}

static void add(struct scd_case *c, struct scd_probe probe)
{
	if (c->probe_count == SCD_CASE_PROBES_MAX)
		return;
	probe.only_stopped = !is_harmless(&probe);
	c->probes[c->probe_count++] = probe;
}

/* A value on one side or the other of a condition. */
static uint64_t near_value(const struct scmp_arg_cmp *cmp, struct scd_random *random)
{
	const uint64_t datum = cmp->datum_b & cmp->datum_a, mask = cmp->datum_a;
	const uint64_t of_mask[] = { datum,
				     datum | ~mask,
				     datum ^ (mask & (0 - mask)),
				     ~datum,
				     datum ^ mask,
				     cmp->datum_b,
				     datum ^ (UINT64_C(1) << 33),
				     mask,
				     0,
				     UINT64_MAX };
	const uint64_t of_value[] = {
		mask,	    mask - 1,  mask + 1, mask ^ UINT64_C(1) << 32, mask & UINT32_MAX, 0,
		UINT64_MAX, mask << 1, ~mask
	};

	return cmp->op == SCMP_CMP_MASKED_EQ ? SCD_PICK(random, of_mask)
					     : SCD_PICK(random, of_value);
}

/* A value for which the condition holds, or nearly. */
static uint64_t fitting_value(const struct scmp_arg_cmp *cmp, struct scd_random *random)
{
	const uint64_t a = cmp->datum_a;

	switch (cmp->op) {
	case SCMP_CMP_NE:
	case SCMP_CMP_GT:
		return a + 1 + scd_random_below(random, 2);
	case SCMP_CMP_LT:
		return a - 1;
	case SCMP_CMP_MASKED_EQ:
		return (cmp->datum_b & a) | (scd_random_next(random) & ~a);
	default:
		return a;
	}
}

/* Arguments around one rule: all its conditions hold, or all but one or two. */
static void around_rule(const struct scd_profile_rule *rule, struct scd_probe *probe,
			struct scd_random *random)
{
	for (size_t i = 0; i < rule->arg_count; i++)
		probe->args[rule->args[i].arg] = fitting_value(&rule->args[i], random);
	for (size_t n = scd_random_below(random, 3); rule->arg_count && n > 0; n--) {
		const struct scmp_arg_cmp *cmp =
			&rule->args[scd_random_below(random, rule->arg_count)];

		probe->args[cmp->arg] = near_value(cmp, random);
		/* libseccomp compares 32 bits at a time. */
		if (scd_random_percent(random, 20))
			probe->args[cmp->arg] |= UINT32_MAX;
		else if (scd_random_percent(random, 20))
			probe->args[cmp->arg] ^= UINT64_C(1) << 32;
	}
}

/* Some argument, any: a condition may look where none was meant to. */
static void disturb(struct scd_probe *probe, struct scd_random *random)
{
	static const uint64_t values[] = { 1, 2, 0x40, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX };

	if (scd_random_percent(random, 25))
		probe->args[scd_random_below(random, ARGS_END)] = SCD_PICK(random, values);
}

void scd_probes_around(const struct scd_case *c, const char *name, uint32_t arch,
		       struct scd_random *random, uint64_t args[ARGS_END])
{
	struct scd_probe probe = { 0 };

	for (size_t tries = 0; tries < 4 * c->profile.rule_count; tries++) {
		const size_t r = scd_random_below(random, c->profile.rule_count);

		if (!scd_probes_names(&c->profile.rules[r], name))
			continue;
		around_rule(&c->profile.rules[r], &probe, random);
		if (scd_random_percent(random, 50))
			break; /* or two rules at once */
	}
	disturb(&probe, random);
	/* x32 has 64-bit registers, and calls that take no more than 32 bits. */
	for (size_t i = 0; i < ARGS_END; i++)
		args[i] = scd_arch_of(arch)->bits == 32 ? (uint32_t)probe.args[i] : probe.args[i];
}

static void add_call(struct scd_case *c, const char *name, uint32_t arch, struct scd_random *random)
{
	const struct scd_probe plain = { .arch = arch,
					 .nr = scd_effect_nr(arch, name),
					 .name = name };
	size_t tries, conditional = 0;

	if (plain.nr < 0 || exempt(arch, plain.nr))
		return; /* this architecture does not have it */
	for (size_t i = 0; i < c->profile.rule_count; i++)
		if (c->profile.rules[i].arg_count && scd_probes_names(&c->profile.rules[i], name))
			conditional += 1 + c->profile.rules[i].arg_count;
	add(c, plain);
	tries = conditional * 3 < PER_CALL ? conditional * 3 : PER_CALL;
	for (; tries > 0; tries--) {
		struct scd_probe probe = plain;

		scd_probes_around(c, name, arch, random, probe.args);
		add(c, probe);
	}
}

static bool named_before(const struct scd_case *c, size_t rule, const struct scd_json_value *name)
{
	for (size_t i = 0; i < rule; i++)
		if (scd_probes_names(&c->profile.rules[i], name->string))
			return true;
	for (const struct scd_json_value *v = name->parent->child; v != name; v = v->next)
		if (strcmp(v->string, name->string) == 0)
			return true;
	return false;
}

/* Numbers that the profile does not name, on both sides of where runc's stub begins. */
static void add_unnamed(struct scd_case *c, struct scd_random *random)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };
	static const int numbers[] = { 0,   1,	 24,  39,  102, 155, 213, 300, 334,
				       384, 403, 434, 435, 436, 439, 449, 451, 452,
				       462, 463, 500, 511, 512, 547, 548, 999, 4096 };

	for (size_t i = 0; i < 3 * sizeof(archs) / sizeof(archs[0]); i++) {
		struct scd_probe probe = { .arch = archs[i % 3], .nr = SCD_PICK(random, numbers) };

		if (probe.arch == SCMP_ARCH_X32)
			probe.nr |= X32_BIT;
		for (size_t p = 0; p < c->probe_count && !probe.name; p++)
			if (c->probes[p].arch == probe.arch && c->probes[p].nr == probe.nr)
				probe.name = c->probes[p].name;
		if (!probe.name && !exempt(probe.arch, probe.nr))
			add(c, probe);
	}
}

void scd_probes_choose(struct scd_case *c, struct scd_random *random)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };
	size_t names = 0;

	for (size_t i = 0; i < c->profile.rule_count; i++)
		names += c->profile.rules[i].names ? c->profile.rules[i].names->count : 0;
	for (size_t i = c->profile.rule_count; i-- > 0;) {
		const struct scd_json_value *name =
			c->profile.rules[i].names ? c->profile.rules[i].names->child : NULL;

		for (; name; name = name->next) {
			/* Of long lists some names will do. */
			if (named_before(c, i, name) ||
			    (c->profile.rules[i].arg_count == 0 && names > 40 &&
			     scd_random_below(random, names) > 40))
				continue;
			for (size_t a = 0; a < sizeof(archs) / sizeof(archs[0]); a++)
				add_call(c, name->string, archs[a], random);
		}
	}
	add_unnamed(c, random);
}

const char *scd_probe_text(const struct scd_probe *probe, char out[SCD_PROBE_TEXT_SIZE])
{
	const uint64_t *a = probe->args;

	(void)snprintf(out, SCD_PROBE_TEXT_SIZE,
		       "%d,%x,%" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64 ",%" PRIx64,
		       probe->arch == SCMP_ARCH_X86, (unsigned)probe->nr, a[0], a[1], a[2], a[3],
		       a[4], a[5]);
	return out;
}

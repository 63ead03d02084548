/* SPDX-License-Identifier: MIT */
#include "start.h"

#include <stdio.h>
#include <string.h>

#include "effect.h"

/* Measured by taking one call away after the other; runc 1.1.5, crun 1.8.1, a static program.
 * With no_new_privs true the runtime loads the filter just before execve; with false before it
 * drops its privileges. */
struct start_set {
	enum scd_oci_runtime oci_runtime;
	const char *runtime;
	bool deterministic; /* without these no container starts, whatever the pod says */
	bool kill_only;	    /* only killing for it matters: another failure is passed over */
	const char *when;
	const char *names; /* separated by blanks */
};

static const struct start_set sets[] = {
	{ SCD_RUNC, "runc", true, false, "no container starts",
	  "close fstatfs getdents64 openat write" },
	{ SCD_RUNC, "runc", true, true, "no container starts", "epoll_ctl getpid read" },
	{ SCD_CRUN, "crun", true, true, "no container starts", "close" },
	{ SCD_RUNC, "runc", false, false, "starts fail now and then (Go's own calls)",
	  "futex rt_sigreturn" },
	{ SCD_RUNC, "runc", false, true, "starts fail now and then (Go's own calls)",
	  "brk clock_gettime clone epoll_create1 epoll_pwait exit gettid madvise mmap mprotect munmap "
	  "nanosleep pipe2 rseq rt_sigaction rt_sigprocmask sched_yield set_robust_list sigaltstack "
	  "tgkill" },
	{ SCD_RUNC, "runc", false, false,
	  "only pods with allowPrivilegeEscalation: false can start",
	  "capget capset chdir faccessat2 fstat getcwd getppid newfstatat prctl read setgid setgroups "
	  "setuid" },
	{ SCD_RUNC, "runc", false, true, "only pods with allowPrivilegeEscalation: false can start",
	  "fcntl" },
	{ SCD_CRUN, "crun", false, false,
	  "only pods with allowPrivilegeEscalation: false can start",
	  "capset prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid write" },
};

uint32_t scd_start_action(const struct scd_filter *filter, uint32_t arch, const char *name)
{
	static const uint64_t no_args[6];
	const int nr = scd_effect_nr(arch, name);

	return nr < 0 ? SCMP_ACT_ALLOW : scd_effect_run(filter, arch, nr, no_args);
}

/* Allowed with all arguments 0, or with others: by some rule that looks at arguments, or by the
 * default action where all rules of the call do. Beside one that does not look at them the others
 * are void. */
static bool may_be_called(const struct scd_target *target, const struct scd_filter *filter,
			  uint32_t arch, const char *name)
{
	bool lets = scd_effect_lets(target->default_action);
	int nr;

	if (scd_effect_lets(scd_start_action(filter, arch, name)))
		return true;
	nr = seccomp_syscall_resolve_name(name);
	for (size_t i = 0; i < target->count; i++) {
		if (target->rules[i].nr != nr)
			continue;
		if (target->rules[i].arg_count == 0)
			return false;
		lets |= scd_effect_lets(target->rules[i].action);
	}
	return lets;
}

/* Whether the call ends whoever makes it: SIGSYS is deadly, too, unless somebody catches it. */
static bool kills(const struct scd_filter *filter, uint32_t arch, const char *name)
{
	return scd_action_strictness(scd_start_action(filter, arch, name)) >=
	       scd_action_strictness(SCMP_ACT_TRAP);
}

/* The names of a set that cannot be called, as "a, b and c". */
static size_t missing_names(const struct start_set *set, const struct scd_target *target,
			    const struct scd_filter *filter, uint32_t arch, struct scd_buf *out)
{
	const char *p = set->names;
	size_t count = 0;

	while (*p) {
		size_t n = strcspn(p, " ");
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
		p += n + (p[n] == ' ');
		if (may_be_called(target, filter, arch, name) ||
		    (set->kill_only && !kills(filter, arch, name)))
			continue;
		scd_buf_printf(out, "%s%s", count++ ? ", " : "", name);
	}
	return count;
}

static void check_set(struct scd_judge *judge, const struct scd_profile *profile,
		      const struct start_set *set, const struct scd_target *target,
		      const struct scd_filter *filter, uint32_t arch)
{
	auto_buf struct scd_buf missing = scd_buf_init(SCD_MESSAGE_MAX / 2);

	if (set->oci_runtime != target->oci_runtime)
		return;
	if (missing_names(set, target, filter, arch, &missing) == 0)
		return;
	if (missing.no_memory)
		judge->report->failed = true;
	scd_judge_add(judge, SCD_CANNOT_START_RUNTIME, set->deterministic ? SCD_ERROR : SCD_WARNING,
		      profile->default_action_at, "%s itself needs %s: %s; allow %s", set->runtime,
		      scd_buf_text(&missing), set->when,
		      strchr(scd_buf_text(&missing), ',') ? "them" : "it");
}

/* What every program needs, whatever the runtime. */
static void check_program(struct scd_judge *judge, const struct scd_profile *profile,
			  const struct scd_target *target, const struct scd_filter *filter,
			  uint32_t arch)
{
	if (!may_be_called(target, filter, arch, "exit_group"))
		scd_judge_add(
			judge, SCD_EXIT_MISSING, SCD_WARNING, profile->default_action_at,
			"exit_group is not allowed: programs, and runc itself, cannot end; allow "
			"exit_group and exit");
	if (arch == SCMP_ARCH_X86_64 && !may_be_called(target, filter, arch, "arch_prctl"))
		scd_judge_add(
			judge, SCD_ARCH_PRCTL_MISSING, SCD_ERROR, profile->default_action_at,
			"arch_prctl is not allowed: no program with thread-local storage starts, "
			"neither of libc nor of Go; allow it");
}

void scd_start_check(struct scd_judge *judge, const struct scd_profile *profile,
		     const struct scd_target *target, const struct scd_filter *filter,
		     uint32_t arch)
{
	if (!may_be_called(target, filter, arch, "execve")) {
		scd_judge_add(judge, SCD_CANNOT_START_EXECVE, SCD_ERROR, profile->default_action_at,
			      "execve is not allowed: no container starts; allow it");
		return; /* what comes after execve is of no interest then */
	}
	check_program(judge, profile, target, filter, arch);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		check_set(judge, profile, &sets[i], target, filter, arch);
}

/* What a runtime needs only now and then, or in a later version, or the kernel by itself. */
static const char *const more_sets[] = {
	/* Go's own calls in runc's init, confirmed by removing each alone; clone3 is none of them:
	 * Go starts threads with clone. */
	"brk clock_gettime clone epoll_create1 epoll_ctl epoll_pwait exit fcntl futex getpid gettid "
	"madvise mmap mprotect munmap nanosleep pipe2 rseq rt_sigaction rt_sigprocmask rt_sigreturn "
	"sched_yield set_robust_list sigaltstack tgkill",
	/* runc 1.4, as the base profile of the security-profiles-operator has it. */
	"close_range getuid openat2 recvfrom set_tid_address statx",
	/* A container's first program: executed, ended, and continued after a stop. */
	"arch_prctl execve exit exit_group restart_syscall",
};

const char *scd_start_set(size_t index)
{
	const size_t measured = sizeof(sets) / sizeof(sets[0]);

	if (index < measured)
		return sets[index].names;
	index -= measured;
	return index < sizeof(more_sets) / sizeof(more_sets[0]) ? more_sets[index] : NULL;
}

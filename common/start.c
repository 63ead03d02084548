/* SPDX-License-Identifier: MIT */
#include "start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "call_args.h"
#include "constants.h"
#include "effect.h"
#include "start_call.h"

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
	{ SCD_RUNC, "runc", true, true, "no container starts", "epoll_ctl getpid" },
	{ SCD_CRUN, "crun", true, true, "no container starts", "close" },
	{ SCD_RUNC, "runc", false, false, "starts fail now and then (Go's own calls)",
	  "futex rt_sigreturn" },
	{ SCD_RUNC, "runc", false, true, "starts fail now and then (Go's own calls)",
	  "brk clock_gettime clone epoll_create1 epoll_pwait exit gettid madvise mmap mprotect munmap "
	  "nanosleep pipe2 read rseq rt_sigaction rt_sigprocmask sched_yield set_robust_list sigaltstack "
	  "tgkill" },
	{ SCD_RUNC, "runc", false, false,
	  "only pods with allowPrivilegeEscalation: false can start",
	  "capget capset chdir faccessat2 fstat getcwd getppid newfstatat prctl read setgid setgroups "
	  "setuid" },
	{ SCD_RUNC, "runc", false, true, "only pods with allowPrivilegeEscalation: false can start",
	  "fcntl" },
	/* Its standard streams become those of a user who is not root. */
	{ SCD_RUNC, "runc", false, false,
	  "of pods without allowPrivilegeEscalation: false only those that run as root can start",
	  "fchown" },
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

/* What is judged, and what is to be said of it. */
struct check {
	struct scd_judge *judge;
	const struct scd_profile *profile;
	struct scd_start_place place;
};

/* "close(fd=3)": as far as rules look at the arguments. */
static void add_call(const struct check *check, const char *name,
		     const struct scd_start_trial *trial, struct scd_buf *out)
{
	const uint32_t arch = check->place.arch;
	char arg[SCD_CALL_ARG_NAME_SIZE];
	const char *separator = "";

	scd_buf_printf(out, "%s(", name);
	for (unsigned i = 0; i < 6; i++) {
		if (!(trial->looked_at & (1U << i)))
			continue;
		scd_buf_printf(out, "%s%s=", separator, scd_call_arg_name(arch, name, i, arg));
		scd_constants_add(out, arch, scd_call_arg_kind(arch, name, i), trial->args[i]);
		separator = ", ";
	}
	scd_buf_puts(out, ")");
}

/* What becomes of a call; out of memory it is passed over, and there is no verdict. */
static void try_call(const struct check *check, const char *name, bool deadly,
		     struct scd_start_trial *trial)
{
	struct scd_error err;

	*trial = (struct scd_start_trial){ 0 };
	if (scd_start_try(&check->place, name, deadly, trial, &err) < 0)
		check->judge->report->failed = true;
}

/* Whether two calls that return the same number are one allowed, the other refused with an error,
 * which runc takes for a number. Neither may kill. */
static bool tells_apart(const struct check *check, const char *a, const char *b, bool *deadly)
{
	const struct scd_start_place *place = &check->place;
	const uint32_t one = scd_start_action(place->filter, place->arch, a);
	const uint32_t other = scd_start_action(place->filter, place->arch, b);

	*deadly |= scd_action_kills(one) || scd_action_kills(other);
	return scd_effect_lets(one) != scd_effect_lets(other);
}

/* runc's fixStdioPermissions (libcontainer): errors that mean that a stream's owner cannot change.
 */
static bool may_fail(const char *name, const struct scd_start_trial *trial)
{
	return strcmp(name, "fchown") == 0 &&
	       (trial->action == SCMP_ACT_ERRNO(EPERM) || trial->action == SCMP_ACT_ERRNO(EROFS) ||
		trial->action == SCMP_ACT_ERRNO(EINVAL));
}

/* runc's Eaccess (libcontainer/system): where faccessat2 fails as if it did not exist, faccessat
 * stands in for it, and where user or group and the effective one seem to differ, nothing does. */
static bool falls_back(const struct check *check, const char *name,
		       const struct scd_start_trial *trial)
{
	struct scd_start_trial instead;
	bool deadly = false, differ;

	if (strcmp(name, "faccessat2") != 0 ||
	    (trial->action != SCMP_ACT_ERRNO(EPERM) && trial->action != SCMP_ACT_ERRNO(ENOSYS)))
		return false;
	differ = tells_apart(check, "getuid", "geteuid", &deadly);
	differ |= tells_apart(check, "getgid", "getegid", &deadly);
	if (deadly || differ)
		return !deadly;
	try_call(check, "faccessat", false, &instead);
	return instead.fate == SCD_START_ALLOWED;
}

/* A call of @who that meets a rule on its arguments, or an agent. */
static void report_call(const struct check *check, enum scd_rule_number number,
			enum scd_severity severity, const char *name,
			const struct scd_start_trial *trial, const char *who, const char *when)
{
	auto_buf struct scd_buf call = scd_buf_init(SCD_MESSAGE_MAX / 2);
	const struct scd_json_value *at =
		trial->rule ? trial->rule->name : check->profile->default_action_at;
	char action[64];

	if (trial->looked_at)
		add_call(check, name, trial, &call);
	else
		scd_buf_puts(&call, name);
	if (trial->fate == SCD_START_HANDED)
		scd_judge_add(check->judge, number, SCD_WARNING, at,
			      "%s calls %s, which is handed to the agent at listenerPath: unless "
			      "that lets it happen, %s; allow it",
			      who, scd_judge_text(check->judge, &call), when);
	else if (trial->fate == SCD_START_DENIED)
		scd_judge_add(check->judge, number, severity, at,
			      "%s calls %s, which meets %s: %s; allow that", who,
			      scd_judge_text(check->judge, &call),
			      scd_effect_text(trial->action, action), when);
	else
		scd_judge_add(check->judge, number, SCD_WARNING, at,
			      "%s calls %s: if that is %s, say, it meets %s: then %s; allow it "
			      "whatever its arguments are",
			      who, name, scd_judge_text(check->judge, &call),
			      scd_effect_text(trial->action, action), when);
}

/* The names of a set that cannot be called whatever their arguments are, as "a, b and c"; what
 * depends on them is reported. */
static size_t missing_names(const struct check *check, const struct start_set *set,
			    struct scd_buf *out)
{
	const char *p = set->names;
	char who[32];
	size_t count = 0;

	(void)snprintf(who, sizeof(who), "%s itself", set->runtime);
	while (*p) {
		size_t n = strcspn(p, " ");
		struct scd_start_trial trial;
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
		p += n + (p[n] == ' ');
		try_call(check, name, set->kill_only, &trial);
		if (trial.fate == SCD_START_ALLOWED || may_fail(name, &trial) ||
		    falls_back(check, name, &trial))
			continue;
		if (trial.fate == SCD_START_DENIED && !trial.rule)
			scd_buf_printf(out, "%s%s", count++ ? ", " : "", name);
		else
			report_call(check, SCD_CANNOT_START_RUNTIME,
				    set->deterministic ? SCD_ERROR : SCD_WARNING, name, &trial, who,
				    set->when);
	}
	return count;
}

static void check_set(const struct check *check, const struct start_set *set)
{
	auto_buf struct scd_buf missing = scd_buf_init(SCD_MESSAGE_MAX / 2);
	const char *names;

	if (set->oci_runtime != check->place.target->oci_runtime ||
	    missing_names(check, set, &missing) == 0)
		return;
	names = scd_judge_text(check->judge, &missing);
	scd_judge_add(check->judge, SCD_CANNOT_START_RUNTIME,
		      set->deterministic ? SCD_ERROR : SCD_WARNING,
		      check->profile->default_action_at, "%s itself needs %s: %s; allow %s",
		      set->runtime, names, set->when, strchr(names, ',') ? "them" : "it");
}

/* A call that every program makes, whatever the runtime. False when it is never allowed. */
static bool check_program(const struct check *check, enum scd_rule_number number,
			  enum scd_severity severity, const char *name, const char *when,
			  const char *message)
{
	struct scd_start_trial trial;

	try_call(check, name, false, &trial);
	if (trial.fate == SCD_START_DENIED && !trial.rule)
		scd_judge_add(check->judge, number, severity, check->profile->default_action_at,
			      "%s", message);
	else if (trial.fate != SCD_START_ALLOWED)
		report_call(check, number, severity, name, &trial, "every program", when);
	return trial.fate != SCD_START_DENIED;
}

void scd_start_check(struct scd_judge *judge, const struct scd_profile *profile,
		     const struct scd_target *target, const struct scd_filter *filter,
		     uint32_t arch)
{
	const struct check check = { judge,
				     profile,
				     { target, filter, arch, profile->listener_path != NULL } };

	if (!check_program(&check, SCD_CANNOT_START_EXECVE, SCD_ERROR, "execve",
			   "no container starts",
			   "execve is not allowed: no container starts; allow it"))
		return; /* what comes after execve is of no interest then */
	(void)check_program(&check, SCD_EXIT_MISSING, SCD_WARNING, "exit_group",
			    "no program can end like that",
			    "exit_group is not allowed: programs, and runc itself, cannot end; "
			    "allow exit_group and exit");
	if (arch == SCMP_ARCH_X86_64)
		(void)check_program(
			&check, SCD_ARCH_PRCTL_MISSING, SCD_ERROR, "arch_prctl",
			"no program with thread-local storage starts",
			"arch_prctl is not allowed: no program with thread-local storage starts, "
			"neither of libc nor of Go; allow it");
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		check_set(&check, &sets[i]);
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

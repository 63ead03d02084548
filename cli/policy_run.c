/* SPDX-License-Identifier: MIT */
#include "policy_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_args.h"
#include "call_text.h"
#include "check_opts.h"
#include "confine.h"
#include "explain.h"
#include "meaning.h"
#include "policy_denied.h"
#include "text.h"

#define WHY_MAX ((size_t)64 << 10)
#define OUTPUT_SHOWN ((size_t)2048) /* of what a command that failed printed */
#define PROGRAMS_MAX (SCD_CHECK_ARCHS_MAX * SCD_LOADERS_MAX + SCD_LOADERS_MAX)

/* A program, made once. */
struct made {
	uint32_t native;
	struct scd_loader loader;
	struct scd_program program;
};

struct runner {
	const char *file;
	const struct scd_policy *policy;
	const struct scd_opened *opened;
	struct made made[PROGRAMS_MAX];
	size_t count;
	struct scd_error *err;
};

/* One test under way. */
struct trial {
	struct scd_policy_result *result;
	struct scd_buf *why;
};

static int make_programs(struct runner *r, uint32_t native)
{
	struct scd_loader loader;

	for (size_t i = 0; scd_loader_at(&r->opened->subject, native, i, &loader); i++) {
		struct made *made = &r->made[r->count];

		if (r->count == PROGRAMS_MAX)
			return scd_fail(r->err, SCD_E_TOO_LARGE, 0, "too many architectures");
		made->native = native;
		made->loader = loader;
		if (scd_program_make(&r->opened->subject, &loader, native, &made->program, r->err) <
		    0)
			return scd_wrap(r->err, "%s", r->opened->path);
		r->count++;
	}
	return 0;
}

/* The programs of a node, made if they are not yet: a range of runner.made. */
static int programs_of(struct runner *r, uint32_t native, size_t *first, size_t *count)
{
	size_t end;

	for (*first = 0; *first < r->count && r->made[*first].native != native;)
		(*first)++;
	if (*first == r->count && make_programs(r, native) < 0)
		return -1;
	for (end = *first; end < r->count && r->made[end].native == native;)
		end++;
	*count = end - *first;
	return 0;
}

static void add_decider(const struct runner *r, const struct scd_decision *decision,
			struct scd_buf *out)
{
	const struct scd_profile *profile = &r->opened->subject.profile;
	const struct scd_json_value *at =
		decision->rule ? decision->rule->name : profile->default_action_at;
	unsigned line, column;

	if (decision->by == SCD_BY_STUB)
		scd_buf_puts(out, ", by runc's stub");
	else if (decision->by == SCD_BY_ARCH)
		scd_buf_puts(out, ", as the architecture is not listed");
	if (decision->by != SCD_BY_RULE && decision->by != SCD_BY_DEFAULT)
		return;
	scd_text_position(r->opened->text, r->opened->len, at->at, &line, &column);
	scd_buf_printf(out, ", by %s:%u:%u", r->opened->path, line, column);
}

/* Wrong cases of one call that are shown. */
#define WRONG_SHOWN 4

/* The cases that are not as wanted, a line each: "ALLOW if domain is AF_VSOCK, by web.json:3:7". */
static void add_wrong(const struct runner *r, const struct scd_policy_case *test,
		      const struct scd_explained *explained, struct scd_buf *out)
{
	size_t wrong = 0;

	for (size_t i = 0; i < explained->count; i++) {
		const struct scd_explained_case *c = &explained->items[i];
		char brief[SCD_ACTION_BRIEF_SIZE];

		if (scd_policy_meets(test, c->decision.action) || wrong++ >= WRONG_SHOWN)
			continue;
		scd_buf_printf(out, "  %s", scd_action_brief(c->decision.action, brief));
		if (c->when)
			scd_buf_printf(out, " if %s", c->when);
		else if (explained->count > 1)
			scd_buf_puts(out, " otherwise");
		add_decider(r, &c->decision, out);
		scd_buf_putc(out, '\n');
	}
	if (wrong > WRONG_SHOWN)
		scd_buf_printf(out, "  and %zu more cases\n", wrong - WRONG_SHOWN);
}

static void fail(struct trial *trial, const struct runner *r, unsigned line, unsigned column)
{
	trial->result->verdict = SCD_POLICY_FAILED;
	scd_buf_printf(trial->why, "%s:%u:%u: ", r->file, line, column);
}

/* What is wrong with a call under each program, "" for nothing. */
struct wrongs {
	struct scd_buf items[SCD_LOADERS_MAX];
	const char *loaders[SCD_LOADERS_MAX];
	size_t count;
};

static void wrongs_done(struct wrongs *wrongs)
{
	for (size_t i = 0; i < wrongs->count; i++)
		scd_buf_done(&wrongs->items[i]);
}
#define auto_wrongs SCD_CLEANUP(wrongs_done)

/* One call on one architecture, as it is made one way or the other. */
struct attempt {
	const struct scd_policy_call *wanted;
	struct scd_call call;
	struct scd_known known;
	bool through; /* by socketcall(2) or ipc(2) */
};

/* "socket(domain=AF_INET) as socketcall(call = SYS_SOCKET) on x86" */
static void add_attempt(const struct attempt *attempt, struct scd_buf *out)
{
	const struct scd_call *call = &attempt->call;

	scd_buf_puts(out, attempt->wanted->text);
	if (attempt->through) {
		scd_buf_printf(out, " as %s(call = ", call->name);
		scd_constants_add(out, call->arch, scd_call_arg_kind(call->arch, call->name, 0),
				  attempt->known.args[0]);
		scd_buf_putc(out, ')');
	}
	scd_buf_puts(out, " on ");
	scd_arch_add_short_name(out, call->arch);
}

/* What is equally wrong under several programs is said once. */
static void report_wrongs(const struct runner *r, struct trial *trial,
			  const struct attempt *attempt, const struct wrongs *wrongs)
{
	for (size_t i = 0; i < wrongs->count; i++) {
		const char *text = scd_buf_text(&wrongs->items[i]);
		bool said = !*text;

		for (size_t k = 0; k < i && !said; k++)
			said = strcmp(text, scd_buf_text(&wrongs->items[k])) == 0;
		if (said)
			continue;
		fail(trial, r, attempt->wanted->line, attempt->wanted->column);
		add_attempt(attempt, trial->why);
		for (size_t k = i; k < wrongs->count; k++)
			if (strcmp(text, scd_buf_text(&wrongs->items[k])) == 0)
				scd_buf_printf(trial->why, "%s%s", k == i ? ", with " : " and ",
					       wrongs->loaders[k]);
		scd_buf_printf(trial->why, ", is not %s:\n%s", trial->result->test->expect, text);
	}
}

/* With all programs of the node. */
static int try_call(struct runner *r, struct trial *trial, const struct attempt *attempt)
{
	auto_wrongs struct wrongs wrongs = { 0 };
	const struct scd_policy_case *test = trial->result->test;
	const unsigned runtimes =
		test->where.oci_runtimes ? test->where.oci_runtimes : r->policy->where.oci_runtimes;
	size_t first, count;

	if (programs_of(r, scd_arch_node(attempt->call.arch), &first, &count) < 0)
		return -1;
	for (size_t i = first; i < first + count; i++) {
		auto_explained struct scd_explained explained = { 0 };

		if (runtimes && !(runtimes & r->made[i].loader.oci_runtime))
			continue;
		if (scd_explain(&r->made[i].program, &attempt->call, &attempt->known, &explained,
				r->err) < 0)
			return -1;
		trial->result->checks++;
		wrongs.items[wrongs.count] = scd_buf_init(WHY_MAX);
		wrongs.loaders[wrongs.count] = r->made[i].loader.name;
		add_wrong(r, test, &explained, &wrongs.items[wrongs.count++]);
	}
	report_wrongs(r, trial, attempt, &wrongs);
	return 0;
}

/* The architectures of a test: its own, the file's, the profile's, or this machine's. */
static size_t archs_of(const struct runner *r, const struct scd_policy_case *test,
		       const uint32_t **archs)
{
	static uint32_t native;
	const struct scd_profile *profile = &r->opened->subject.profile;

	*archs = test->where.archs;
	if (test->where.arch_count)
		return test->where.arch_count;
	*archs = r->policy->where.archs;
	if (r->policy->where.arch_count)
		return r->policy->where.arch_count;
	*archs = profile->archs;
	if (profile->arch_count)
		return profile->arch_count;
	native = seccomp_arch_native();
	*archs = &native;
	return 1;
}

/* One architecture: directly, and through socketcall(2) or ipc(2) where that is a way. Returns
 * whether there was anything to try, or -1. */
static int try_arch(struct runner *r, struct trial *trial, const struct scd_policy_call *wanted,
		    uint32_t arch)
{
	char name[SCD_CALL_NAME_SIZE];
	struct attempt direct = { .wanted = wanted, .call = { .arch = arch, .name = name } };
	struct attempt through = { .wanted = wanted, .through = true };

	if (scd_call_read(arch, wanted->text, name, &direct.call.nr, &direct.known, r->err) < 0) {
		fail(trial, r, wanted->line, wanted->column);
		scd_buf_printf(trial->why, "%s: %s\n", wanted->text, r->err->msg);
		return 1;
	}
	through.through = scd_call_through(arch, name, &through.call, &through.known);
	if ((direct.call.nr >= 0 && try_call(r, trial, &direct) < 0) ||
	    (through.through && try_call(r, trial, &through) < 0))
		return -1;
	return direct.call.nr >= 0 || through.through;
}

/* A call that an architecture does not have is passed over, unless the test names that. */
static int try_archs(struct runner *r, struct trial *trial, const struct scd_policy_call *wanted)
{
	const struct scd_policy_case *test = trial->result->test;
	const uint32_t *archs;
	const size_t count = archs_of(r, test, &archs);
	bool tried = false;

	for (size_t i = 0; i < count; i++) {
		const int rc = try_arch(r, trial, wanted, archs[i]);

		if (rc < 0)
			return -1;
		tried |= rc > 0;
		if (rc > 0 || test->where.arch_count == 0)
			continue;
		fail(trial, r, wanted->line, wanted->column);
		scd_arch_add_short_name(trial->why, archs[i]);
		scd_buf_printf(trial->why, " has no system call %s\n", wanted->text);
		tried = true;
	}
	if (tried)
		return 0;
	fail(trial, r, wanted->line, wanted->column);
	scd_buf_printf(trial->why, "%s: none of the architectures has it\n", wanted->text);
	return 0;
}

/* Where a command's output goes while it runs: into memory, not between our own lines. */
struct diversion {
	int file, out, errors, in;
};

static int divert(struct diversion *d, struct scd_error *err)
{
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)fflush(stdout);
	*d = (struct diversion){
		.file = memfd_create("output", MFD_CLOEXEC),
		.out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3),
		.errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
		.in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3),
	};
	if (null < 0 || d->file < 0 || dup2(d->file, STDOUT_FILENO) < 0 ||
	    dup2(d->file, STDERR_FILENO) < 0 || dup2(null, STDIN_FILENO) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "divert the output of a command");
	(void)close(null);
	return 0;
}

static void give_back(int kept, int fd)
{
	if (kept >= 0 && dup2(kept, fd) >= 0)
		(void)close(kept);
}

static void undivert(struct diversion *d)
{
	give_back(d->out, STDOUT_FILENO);
	give_back(d->errors, STDERR_FILENO);
	give_back(d->in, STDIN_FILENO);
}

/* The first lines of what it printed, each with a mark in front. */
static void add_output(int file, struct scd_buf *why)
{
	char text[OUTPUT_SHOWN];
	const ssize_t n = pread(file, text, sizeof(text), 0);

	for (ssize_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', (size_t)(n - at));
		const size_t len = end ? (size_t)(end - text - at) : (size_t)(n - at);

		scd_buf_puts(why, "  | ");
		scd_text_quote(why, text + at, len, OUTPUT_SHOWN);
		scd_buf_putc(why, '\n');
		at += (ssize_t)len + 1;
	}
}

static void add_end(const struct scd_confine_end *end, bool killed, struct scd_buf *why)
{
	if (end->stage == SCD_CONFINE_REFUSED)
		scd_buf_printf(why, "the kernel does not load the filter (%s)\n",
			       strerror(end->sys));
	else if (end->stage == SCD_CONFINE_NO_EXEC)
		scd_buf_printf(why, "cannot be executed (%s)\n", strerror(end->sys));
	else if (killed)
		scd_buf_puts(why, "took too long\n");
	else if (WIFSIGNALED(end->status))
		scd_buf_printf(why, "died of SIG%s\n", sigabbrev_np(WTERMSIG(end->status)));
	else
		scd_buf_printf(why, "ended with exit status %d\n", WEXITSTATUS(end->status));
}

static bool as_wanted(const struct scd_policy_case *test, const struct scd_confine_end *end)
{
	if (end->stage != SCD_CONFINE_LOADED)
		return false;
	if (test->exit < 0)
		return WIFSIGNALED(end->status) && WTERMSIG(end->status) == test->signal;
	return WIFEXITED(end->status) && WEXITSTATUS(end->status) == test->exit;
}

/* Without a tracer, which a command might want to be itself. */
static int run_alone(const struct scd_filter *filter, const char *path, char *const *argv,
		     unsigned seconds, struct scd_watched *watched, struct scd_error *err)
{
	const struct scd_confine_opts opts = { 0 };
	struct scd_confined child;
	int status = 0;

	if (scd_confine_start(filter, &opts, path, argv, &child, err) < 0)
		return -1;
	scd_confine_go(&child);
	watched->killed = scd_policy_wait(child.pid, seconds, &status);
	scd_confine_finish(&child, status, &watched->end);
	return 0;
}

/* What a command did that its test does not want, if anything. */
static void judge_command(const struct runner *r, struct trial *trial, const struct made *made,
			  const struct scd_watched *watched, int output)
{
	const struct scd_policy_case *test = trial->result->test;
	auto_buf struct scd_buf wrong = scd_buf_init(WHY_MAX);

	if (watched->killed || !as_wanted(test, &watched->end))
		add_end(&watched->end, watched->killed, &wrong);
	if (test->denials != SCD_DENIED_WHATEVER && !watched->killed &&
	    watched->end.stage != SCD_CONFINE_REFUSED) {
		auto_buf struct scd_buf denied = scd_buf_init(WHY_MAX);

		scd_policy_compare(test, watched, &denied);
		if (denied.len)
			scd_buf_printf(&wrong, "%s%s", wrong.len ? "" : "was denied otherwise:\n",
				       scd_buf_text(&denied));
		trial->why->no_memory |= denied.no_memory;
	}
	trial->why->no_memory |= wrong.no_memory;
	if (wrong.len == 0)
		return;
	fail(trial, r, test->line, test->column);
	scd_buf_printf(trial->why, "%s under the filter of %s %s", test->argv[0], made->loader.name,
		       scd_buf_text(&wrong));
	add_output(output, trial->why);
}

static int run_under(struct runner *r, struct trial *trial, const struct made *made)
{
	const struct scd_policy_case *test = trial->result->test;
	const struct scd_filter *filter = &made->program.filter;
	auto_watched struct scd_watched watched = { 0 };
	auto_free char *path = NULL;
	char *argv[SCD_POLICY_ARGV_MAX + 1] = { NULL };
	struct diversion d;
	int rc;

	trial->result->checks++;
	/* execve(2) wants no const, and changes nothing. */
	for (size_t i = 0; test->argv[i]; i++)
		memcpy(&argv[i], &test->argv[i], sizeof(argv[i]));
	if (scd_confine_find(test->argv[0], &path, r->err) < 0) {
		fail(trial, r, test->line, test->column);
		scd_buf_printf(trial->why, "%s\n", r->err->msg);
		return 0;
	}
	if (divert(&d, r->err) < 0) {
		undivert(&d);
		return -1;
	}
	if (test->denials == SCD_DENIED_WHATEVER)
		rc = run_alone(filter, path, argv, test->seconds, &watched, r->err);
	else
		rc = scd_policy_watch(filter, argv, test->seconds, &watched, r->err);
	undivert(&d);
	if (rc == 0)
		judge_command(r, trial, made, &watched, d.file);
	(void)close(d.file);
	return rc;
}

static bool equal(const struct scd_filter *a, const struct scd_filter *b)
{
	return a->count == b->count &&
	       memcmp(a->insns, b->insns, a->count * sizeof(*a->insns)) == 0;
}

/* A command runs once under each program that is another one. */
static int try_command(struct runner *r, struct trial *trial)
{
	const struct scd_policy_case *test = trial->result->test;
	const unsigned runtimes =
		test->where.oci_runtimes ? test->where.oci_runtimes : r->policy->where.oci_runtimes;
	const uint32_t *archs, native = seccomp_arch_native();
	const size_t arch_count = archs_of(r, test, &archs);
	const struct made *before = NULL;
	size_t first, count;
	bool here = false;

	for (size_t i = 0; i < arch_count; i++)
		here |= archs[i] == native;
	if (!here) {
		trial->result->verdict = SCD_POLICY_SKIPPED;
		scd_buf_puts(trial->why, "a command of another architecture\n");
		return 0;
	}
	if (programs_of(r, native, &first, &count) < 0)
		return -1;
	for (size_t i = first; i < first + count; i++) {
		const struct made *made = &r->made[i];

		if ((runtimes && !(runtimes & made->loader.oci_runtime)) ||
		    (before && equal(&before->program.filter, &made->program.filter)))
			continue;
		before = made;
		if (run_under(r, trial, made) < 0)
			return -1;
	}
	return 0;
}

static int try_case(struct runner *r, struct scd_policy_result *result)
{
	auto_buf struct scd_buf why = scd_buf_init(WHY_MAX);
	struct trial trial = { result, &why };
	const struct scd_policy_case *test = result->test;

	if (test->argv[0] && try_command(r, &trial) < 0)
		return -1;
	for (size_t i = 0; i < test->call_count; i++)
		if (try_archs(r, &trial, &test->calls[i]) < 0)
			return -1;
	if (why.no_memory)
		return scd_fail(r->err, SCD_E_NOMEM, 0, "results");
	if (result->verdict == SCD_POLICY_PASSED)
		return 0;
	result->why = strdup(scd_buf_text(&why));
	return result->why ? 0 : scd_fail(r->err, SCD_E_NOMEM, 0, "results");
}

int scd_policy_run(const char *file, const struct scd_policy *policy,
		   const struct scd_opened *opened, struct scd_policy_result *results,
		   struct scd_error *err)
{
	struct runner *r = calloc(1, sizeof(*r));
	int rc = 0;

	if (!r)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	r->file = file;
	r->policy = policy;
	r->opened = opened;
	r->err = err;
	for (size_t i = 0; i < policy->count && rc == 0; i++) {
		results[i].test = &policy->cases[i];
		rc = try_case(r, &results[i]);
	}
	for (size_t i = 0; i < r->count; i++)
		scd_program_done(&r->made[i].program);
	free(r);
	return rc;
}

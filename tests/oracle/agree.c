/* SPDX-License-Identifier: MIT */
#include "agree.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "claims.h"
#include "gen.h"
#include "probe.h"
#include "probes.h"

#define SECONDS 6	 /* a start takes hundredths of one */
#define SECONDS_AGAIN 40 /* when everything else says that it has to start */

#define ARGUMENTS_TRIED 300 /* of one call, against the simulation alone */

#define LIBC_STATUS 43 /* of the program with a libc */

/* What messages say of calls that are made with no_new_privs false alone, and of arguments that
 * are known. */
#define ONLY_UNPRIVILEGED "only pods with allowPrivilegeEscalation: false can start"
#define ONLY_ROOT "only those that run as root can start" /* as ours do */
#define SURELY_MEETS "which meets"

/* What a container reported of each probe. */
struct answer {
	enum scd_probe_kind kind;
	int64_t value;
};

struct answers {
	bool started;
	struct answer items[SCD_CASE_PROBES_MAX]; /* SCD_PROBE_NOTHING: not made */
	struct scd_buf said;
};

/* What a comparison works with. */
struct trial {
	struct scd_yard *yard;
	const struct scd_case *c;
	const struct scd_side *side;
	bool no_new_privs;
	bool brief, dry;
	struct scd_tally *tally;
	struct scd_finding_out *found;
};

const char *scd_discord_name(enum scd_discord discord)
{
	static const char *const names[] = {
		[SCD_AGREED] = "agreed",
		[SCD_DISCORD_ACTION] = "another action",
		[SCD_DISCORD_ACCEPTED] = "accepted, does not start",
		[SCD_DISCORD_WEAKER] = "accepted, weaker than its text",
		[SCD_DISCORD_SILENT] = "no warning, stricter than its text",
		[SCD_DISCORD_STARTED] = "rejected as what cannot start, starts",
		[SCD_DISCORD_NOT_WEAKER] = "rejected as weaker, is not",
		[SCD_DISCORD_DECODED] = "rejected as what Go cannot decode, which it can",
	};

	return names[discord];
}

static SCD_PRINTF(4, 5) bool disagree(const struct trial *trial, enum scd_discord discord,
				      unsigned rule, const char *fmt, ...)
{
	struct scd_finding_out *found = trial->found;
	va_list ap;

	found->discord = discord;
	found->runtime = trial->side->runtime;
	found->no_new_privs = trial->no_new_privs;
	found->rule = rule;
	va_start(ap, fmt);
	(void)vsnprintf(found->what, sizeof(found->what), fmt, ap);
	va_end(ap);
	return false;
}

static void contain(const struct trial *trial, const char *const *args, const char *seccomp,
		    unsigned seconds, struct scd_ended *ended)
{
	const struct scd_container container = { .runtime = trial->side->runtime,
						 .no_new_privs = trial->no_new_privs,
						 .seccomp = seccomp,
						 .args = args,
						 .seconds = seconds };
	struct scd_error err = { 0 };

	if (scd_contain(trial->yard, &container, ended, &err) < 0) {
		(void)fprintf(stderr, "oracle: %s (%s)\n", err.msg, strerror(err.sys));
		exit(EXIT_FAILURE);
	}
}

static bool lets(uint32_t action)
{
	return scd_effect_lets(action);
}

/* The probes that are made: those whose flag is set. */
static void make_args(const struct scd_case *c, const bool *made,
		      char texts[SCD_CASE_PROBES_MAX][SCD_PROBE_TEXT_SIZE], const char **args)
{
	size_t n = 0;

	args[n++] = "/probe";
	for (size_t i = 0; i < c->probe_count; i++)
		if (made[i])
			args[n++] = scd_probe_text(&c->probes[i], texts[i]);
	args[n] = NULL;
}

static void read_answers(const struct scd_case *c, const bool *made, const char *text,
			 struct answer *answers)
{
	for (size_t i = 0; i < c->probe_count; i++) {
		char *end;

		if (!made[i])
			continue;
		answers[i].kind = (enum scd_probe_kind)strtoul(text, &end, 16);
		answers[i].value = (int64_t)strtoull(end, &end, 16);
		text = *end == '\n' ? end + 1 : end;
	}
}

/* One container that makes the probes; without any it only shows that it was started. */
static void make_probes(const struct trial *trial, const bool *made, const char *seccomp,
			unsigned seconds, struct answers *answers)
{
	static char texts[SCD_CASE_PROBES_MAX][SCD_PROBE_TEXT_SIZE];
	const char *args[SCD_CASE_PROBES_MAX + 2];
	auto_ended struct scd_ended ended = { 0 };
	const bool speaks = trial->side->speaks || !seccomp;
	int status;

	make_args(trial->c, made, texts, args);
	if (!speaks)
		args[1] = NULL;
	contain(trial, args, seccomp, seconds, &ended);
	status = args[1] ? SCD_PROBE_ENDED : SCD_PROBE_STARTED;
	memset(answers->items, 0, sizeof(answers->items));
	answers->started = !ended.timed_out && ended.status == status;
	if (answers->started && args[1])
		read_answers(trial->c, made, scd_buf_text(&ended.out), answers->items);
	scd_buf_done(&answers->said);
	answers->said = ended.said;
	ended.said = scd_buf_init(0);
	if (ended.timed_out)
		scd_buf_puts(&answers->said, "(time out)");
}

/* --- what a call met --- */

static const char *answer_text(const struct answer *answer, char out[64])
{
	switch (answer->kind) {
	case SCD_PROBE_RETURNED:
		(void)snprintf(out, 64, "returned %" PRId64, answer->value);
		break;
	case SCD_PROBE_TRAPPED:
		(void)snprintf(out, 64, "SIGSYS with %" PRId64, answer->value);
		break;
	case SCD_PROBE_THREAD_KILLED:
		(void)snprintf(out, 64, "the thread was killed");
		break;
	case SCD_PROBE_SIGNALLED:
		(void)snprintf(out, 64, "signal %" PRId64, answer->value);
		break;
	default:
		(void)snprintf(out, 64, "no answer");
		break;
	}
	return out;
}

/* @free: what the call returned without a filter, when it was made. */
static bool answer_fits(uint32_t action, const struct answer *answer, const struct answer *free)
{
	const int64_t data = action & 0xffff;

	switch (action & 0xffff0000U) {
	case SCMP_ACT_KILL_PROCESS:
		return answer->kind == SCD_PROBE_SIGNALLED && answer->value == SIGSYS;
	case SCMP_ACT_KILL_THREAD:
		return answer->kind == SCD_PROBE_THREAD_KILLED;
	case SCMP_ACT_TRAP:
		return answer->kind == SCD_PROBE_TRAPPED && answer->value == data;
	case SCMP_ACT_ERRNO(0):
		return answer->kind == SCD_PROBE_RETURNED && answer->value == -data;
	case SCMP_ACT_TRACE(0): /* without a tracer */
	case SCMP_ACT_NOTIFY:	/* without a listener */
		return answer->kind == SCD_PROBE_RETURNED && answer->value == -ENOSYS;
	default: /* ALLOW, LOG: the same error, or the same success with any result */
		return answer->kind == free->kind &&
		       (answer->value == free->value || (answer->value >= 0 && free->value >= 0));
	}
}

static bool actions_fit(const struct trial *trial, const struct answers *answers,
			const struct answers *free)
{
	char call[SCD_PROBE_TEXT_SIZE], wanted[64], got[64], without[64];

	for (size_t i = 0; i < trial->c->probe_count; i++) {
		const struct scd_probe *probe = &trial->c->probes[i];
		const uint32_t action = scd_case_action(trial->side, probe);
		const struct answer *answer = &answers->items[i];

		if ((lets(action) && probe->only_stopped) ||
		    answer_fits(action, answer, &free->items[i]))
			continue;
		return disagree(trial, SCD_DISCORD_ACTION, 0, "%s %s: %s simulated, %s (%s freely)",
				probe->name ? probe->name : "", scd_probe_text(probe, call),
				scd_effect_text(action, wanted), answer_text(answer, got),
				answer_text(&free->items[i], without));
	}
	return true;
}

/* --- what the verdict says --- */

/* Whether the filter treats the call less (sign 1) or more (-1) strictly than the text has it. */
static bool differs(const struct trial *trial, const struct scd_probe *probe, int sign)
{
	const int says = (int)scd_action_strictness(scd_case_says(trial->c, probe));
	const int does = (int)scd_action_strictness(scd_case_action(trial->side, probe));

	return (says - does) * sign > 0;
}

/* The same of one name on one architecture, with many arguments. */
static bool call_differs(const struct trial *trial, struct scd_probe *probe, int sign)
{
	struct scd_random random = scd_random_seed((uint64_t)probe->nr);

	memset(probe->args, 0, sizeof(probe->args));
	for (size_t i = 0; i < ARGUMENTS_TRIED; i++) {
		if (differs(trial, probe, sign))
			return true;
		scd_probes_around(trial->c, probe->name, probe->arch, &random, probe->args);
	}
	return false;
}

/* Architecture @i of the filter; 0 at the end. */
static uint32_t filter_arch(const struct scd_case *c, size_t i)
{
	if (i == 0)
		return SCMP_ARCH_X86_64;
	return i <= c->profile.arch_count ? c->profile.archs[i - 1] : 0;
}

static bool name_differs(const struct trial *trial, const char *name, struct scd_probe *probe,
			 int sign)
{
	for (size_t i = 0; filter_arch(trial->c, i); i++) {
		*probe = (struct scd_probe){ .arch = filter_arch(trial->c, i), .name = name };
		probe->nr = scd_effect_nr(probe->arch, name);
		if (probe->nr >= 0 && call_differs(trial, probe, sign))
			return true;
	}
	return false;
}

static bool find_difference(const struct trial *trial, int sign, struct scd_probe *probe)
{
	const struct scd_profile *profile = &trial->c->profile;

	for (size_t r = 0; trial->side->loads && r < profile->rule_count; r++) {
		const struct scd_json_value *names = profile->rules[r].names;

		for (const struct scd_json_value *v = names ? names->child : NULL; v; v = v->next)
			if (seccomp_syscall_resolve_name(v->string) != __NR_SCMP_ERROR &&
			    name_differs(trial, v->string, probe, sign))
				return true;
	}
	return false;
}

static bool describe_difference(const struct trial *trial, enum scd_discord discord,
				const struct scd_probe *probe)
{
	char call[SCD_PROBE_TEXT_SIZE], says[64], does[64];

	return disagree(trial, discord, 0, "%s %s: %s written, %s done", probe->name,
			scd_probe_text(probe, call),
			scd_effect_text(scd_case_says(trial->c, probe), says),
			scd_effect_text(scd_case_action(trial->side, probe), does));
}

/* Whether a warning tells of a start that can fail: newer runtimes, no_new_privs, Go's own calls,
 * arguments that differ from start to start. */
static bool start_excused(const struct trial *trial)
{
	static const unsigned rules[] = { SCD_ARCH_VERSION, SCD_FLAGS_UNSUPPORTED,
					  SCD_ACTION_VERSION, SCD_CANNOT_START_EXECVE };
	const struct scd_report *report = &trial->side->report;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (scd_case_found(report, rules[i], SCD_WARNING))
			return true;
	/* An agent is no part of a verdict, and nobody listens here. */
	if (trial->c->profile.listener_path)
		return true;
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == SCD_CANNOT_START_RUNTIME &&
		    !strstr(report->items[i].message, ONLY_ROOT) &&
		    (!trial->no_new_privs || !strstr(report->items[i].message, ONLY_UNPRIVILEGED)))
			return true;
	return false;
}

static bool accepted_is_true(const struct trial *trial, const struct answers *answers)
{
	const struct scd_report *report = &trial->side->report;
	struct scd_probe probe;

	if (!trial->dry && !answers->started && !start_excused(trial))
		return disagree(trial, SCD_DISCORD_ACCEPTED, 0, "%.300s",
				scd_buf_text(&answers->said));
	if (find_difference(trial, 1, &probe))
		return describe_difference(trial, SCD_DISCORD_WEAKER, &probe);
	if (report->by_severity[SCD_WARNING] == 0 && find_difference(trial, -1, &probe))
		return describe_difference(trial, SCD_DISCORD_SILENT, &probe);
	return true;
}

static bool libc_starts(const struct trial *trial)
{
	static const char *const args[] = { "/libc", NULL };
	auto_ended struct scd_ended ended = { 0 };

	contain(trial, args, scd_buf_text(&trial->c->spec), SECONDS, &ended);
	return !ended.timed_out && ended.status == LIBC_STATUS;
}

/* Whether the finding is about a rule that adds nothing: of the default action, or without a known
 * name. A runtime may never get to what is wrong in it. */
static bool is_passed_over(const struct trial *trial, const struct scd_finding *finding)
{
	static const char prefix[] = "/syscalls/";
	const struct scd_profile *profile = &trial->c->profile;
	const struct scd_profile_rule *rule;
	const struct scd_json_value *name;
	size_t index;

	/* crun never looks at a seventh condition. */
	if (trial->side->oci_runtime == SCD_CRUN && strstr(finding->pointer, "/args/") &&
	    strtoul(strstr(finding->pointer, "/args/") + 6, NULL, 10) >= 6)
		return true;
	if (strncmp(finding->pointer, prefix, strlen(prefix)) != 0)
		return false;
	index = strtoul(finding->pointer + strlen(prefix), NULL, 10);
	if (index >= profile->rule_count || !profile->rules[index].action)
		return false;
	rule = &profile->rules[index];
	name = rule->names ? rule->names->child : NULL;
	while (name && seccomp_syscall_resolve_name(name->string) == __NR_SCMP_ERROR)
		name = name->next;
	return !name || !profile->default_action ||
	       scd_profile_rule_action(rule) == scd_profile_default_action(profile);
}

static bool error_is_true(const struct trial *trial, const struct scd_finding *finding,
			  bool started)
{
	const unsigned rule = finding->rule->number;
	struct scd_probe probe;

	switch (scd_claim_of(rule)->claim) {
	case SCD_CLAIM_NEVER_STARTS:
		if (started && trial->no_new_privs && !is_passed_over(trial, finding))
			return disagree(trial, SCD_DISCORD_STARTED, rule, "%s: %.300s",
					finding->rule->id, finding->message);
		return true;
	case SCD_CLAIM_NO_PROGRAM:
		if (started && trial->no_new_privs && libc_starts(trial))
			return disagree(trial, SCD_DISCORD_STARTED, rule, "%s: %.300s",
					finding->rule->id, finding->message);
		return true;
	case SCD_CLAIM_WEAKER:
		if (trial->side->loads && !find_difference(trial, 1, &probe))
			return disagree(trial, SCD_DISCORD_NOT_WEAKER, rule, "%s: %.300s",
					finding->rule->id, finding->message);
		return true;
	case SCD_CLAIM_NOT_DECODED:
		if (trial->c->decodes)
			return disagree(trial, SCD_DISCORD_DECODED, rule, "%s: %.300s",
					finding->rule->id, finding->message);
		return true;
	default:
		return true;
	}
}

/* A call that the runtime makes with arguments that we know: no start without no_new_privs. */
static bool warning_is_true(const struct trial *trial, const struct scd_finding *finding,
			    bool started)
{
	/* `crun create` makes these, and waits for `crun start`; crun run does not. */
	const bool made = trial->side->oci_runtime != SCD_CRUN ||
			  (!strstr(finding->message, "calls read(") &&
			   !strstr(finding->message, "calls pselect6("));

	if (started && !trial->no_new_privs && made &&
	    finding->rule->number == SCD_CANNOT_START_RUNTIME &&
	    strstr(finding->message, SURELY_MEETS) && strstr(finding->message, ONLY_UNPRIVILEGED))
		return disagree(trial, SCD_DISCORD_STARTED, finding->rule->number, "%s: %.300s",
				finding->rule->id, finding->message);
	return true;
}

static bool warnings_are_true(const struct trial *trial, bool started)
{
	const struct scd_report *report = &trial->side->report;

	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_WARNING &&
		    !warning_is_true(trial, &report->items[i], started))
			return false;
	return true;
}

static bool rejected_is_true(const struct trial *trial, bool started)
{
	const struct scd_report *report = &trial->side->report;

	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_ERROR &&
		    !error_is_true(trial, &report->items[i], started))
			return false;
	return true;
}

/* --- one case --- */

static void choose_made(const struct scd_case *c, const struct scd_side *side, bool *made)
{
	for (size_t i = 0; i < c->probe_count; i++)
		made[i] = side->speaks && (!c->probes[i].only_stopped ||
					   !lets(scd_case_action(side, &c->probes[i])));
}

static bool try_target(const struct trial *trial, const struct answers *free)
{
	bool made[SCD_CASE_PROBES_MAX] = { false };
	const bool accepted = scd_report_accepts(&trial->side->report);
	struct answers answers = { 0 };
	bool good = true;

	choose_made(trial->c, trial->side, made);
	if (trial->c->decodes && !trial->dry) {
		const char *seccomp = scd_buf_text(&trial->c->spec);

		make_probes(trial, made, seccomp, SECONDS, &answers);
		if (!answers.started && accepted && !trial->brief && !start_excused(trial))
			make_probes(trial, made, seccomp, SECONDS_AGAIN, &answers);
		trial->tally->sides[trial->side - trial->c->sides].containers++;
	}
	if (answers.started) {
		trial->tally->sides[trial->side - trial->c->sides].started++;
		for (size_t i = 0; i < trial->c->probe_count; i++)
			trial->tally->sides[trial->side - trial->c->sides].probes += made[i];
	}
	if (answers.started && trial->side->speaks)
		good = actions_fit(trial, &answers, free);
	if (good)
		good = accepted ? accepted_is_true(trial, &answers)
				: rejected_is_true(trial, answers.started);
	if (good)
		good = warnings_are_true(trial, answers.started);
	scd_buf_done(&answers.said);
	return good;
}

static void count(struct scd_tally *tally, const struct scd_side *side, size_t i)
{
	bool seen[SCD_RULE_NUMBER_MAX + 1] = { false };

	if (scd_report_accepts(&side->report))
		tally->sides[i].accepted++;
	else
		tally->sides[i].rejected++;
	for (size_t f = 0; f < side->report.count; f++) {
		const unsigned number = side->report.items[f].rule->number;

		if (side->report.items[f].severity == SCD_ERROR && !seen[number])
			tally->by_reason[number]++;
		seen[number] |= side->report.items[f].severity == SCD_ERROR;
	}
}

static bool let_through(const struct scd_case *c, const struct scd_side *side, size_t probe)
{
	return side->loads && lets(scd_case_action(side, &c->probes[probe]));
}

/* The harmless probes, in a container without a filter. */
static void make_free(struct trial *trial, struct answers *free)
{
	bool made[SCD_CASE_PROBES_MAX] = { false };
	const struct scd_case *c = trial->c;
	bool any = false;

	for (size_t i = 0; i < c->probe_count; i++) {
		made[i] = !c->probes[i].only_stopped &&
			  (let_through(c, &c->sides[0], i) || let_through(c, &c->sides[1], i));
		any |= made[i];
	}
	trial->no_new_privs = true;
	if (any)
		make_probes(trial, made, NULL, SECONDS_AGAIN, free);
}

struct scd_scope scd_scope_of(const struct scd_finding_out *found)
{
	const enum scd_discord discord = found->discord;

	return (struct scd_scope){
		.side = strcmp(found->runtime, "crun") == 0 ? 0 : 1,
		.no_new_privs = { !found->no_new_privs, found->no_new_privs },
		.brief = true,
		.dry = discord == SCD_DISCORD_WEAKER || discord == SCD_DISCORD_SILENT ||
		       discord == SCD_DISCORD_NOT_WEAKER,
	};
}

static bool try_side(struct trial *trial, const struct scd_scope *scope, const struct answers *free)
{
	for (int nnp = 1; nnp >= 0; nnp--) {
		trial->no_new_privs = nnp;
		if (scope->no_new_privs[nnp] && !try_target(trial, free))
			return false;
	}
	return true;
}

bool scd_agree(struct scd_yard *yard, const struct scd_case *c, const struct scd_scope *scope,
	       struct scd_tally *tally, struct scd_finding_out *found)
{
	struct trial trial = { .yard = yard,
			       .c = c,
			       .brief = scope->brief,
			       .dry = scope->dry,
			       .tally = tally,
			       .found = found };
	static struct answers free;
	bool good = true;

	*found = (struct scd_finding_out){ 0 };
	tally->cases++;
	trial.side = &c->sides[0];
	memset(free.items, 0, sizeof(free.items));
	if (!scope->dry && (c->sides[0].speaks || c->sides[1].speaks))
		make_free(&trial, &free);
	for (size_t i = 0; good && i < SCD_SIDES; i++) {
		if (scope->side != SCD_SIDES && scope->side != i)
			continue;
		trial.side = &c->sides[i];
		count(tally, trial.side, i);
		good = try_side(&trial, scope, &free);
	}
	scd_buf_done(&free.said);
	return good;
}

/* SPDX-License-Identifier: MIT */
#include "explain.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call_args.h"
#include "call_text.h"
#include "cli.h"
#include "excerpt.h"
#include "meaning.h"
#include "opened.h"
#include "overview.h"
#include "text.h"

#define ARGS_END 6
#define LINE_MAX_BYTES ((size_t)16384)

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

struct explain_options {
	bool help;
	int output; /* enum scd_output */
	int color;
	struct scd_check_words words;
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct explain_options, output),
	SCD_CLI_COLOR(struct explain_options, color),
	SCD_CLI_OCI_RUNTIME(struct explain_options, words),
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  .offset = offsetof(struct explain_options, words.archs),
	  .metavar = "ARCH",
	  .check = scd_check_arch_word,
	  .help = "architecture of the program that calls, such as x86 or x32 on x86_64; "
		  "repeatable; this machine's when absent" },
};

/* How all questions of one command are answered. */
struct session {
	const struct explain_options *asked;
	unsigned oci_runtimes;
	cJSON *results;	  /* of "-o json" */
	unsigned refused; /* by these OCI runtimes */

	/* what they load on .node */
	uint32_t node;
	struct scd_program programs[SCD_LOADERS_MAX];
	struct scd_loader loaders[SCD_LOADERS_MAX];
	size_t count;
};

/* One question: a call of one architecture, and the answers of the OCI runtimes. */
struct question {
	const struct scd_opened *opened;
	uint32_t arch;
	char name[SCD_CALL_NAME_SIZE];
	int nr;
	const char *as; /* the call that is meant, where .name is socketcall or ipc; or NULL */
	struct scd_known known;
	struct scd_loader loaders[SCD_LOADERS_MAX];
	struct scd_explained answers[SCD_LOADERS_MAX];
	bool same[SCD_LOADERS_MAX]; /* as the answer before */
	size_t count;
};

static const char *action_color(uint32_t action)
{
	if (action == SCMP_ACT_ALLOW)
		return GREEN;
	return scd_action_strictness(action) < scd_action_strictness(SCMP_ACT_ERRNO(0)) ? YELLOW
											: RED;
}

static void place_of(const struct scd_opened *opened, const struct scd_json_value *value,
		     unsigned *line, unsigned *column)
{
	scd_text_position(opened->text, opened->len, value->at, line, column);
}

/* "web.json:7:17: a rule of the file", and that line of it. */
static void add_place(struct scd_buf *out, const struct scd_opened *opened,
		      const struct scd_json_value *value, const char *what, bool color)
{
	unsigned line, column;

	place_of(opened, value, &line, &column);
	scd_buf_printf(out, "    %s:%u:%u: %s", opened->path, line, column, what);
	if (value->parent) {
		scd_buf_puts(out, " at ");
		scd_json_pointer(value, out);
	}
	scd_buf_putc(out, '\n');
	scd_excerpt_add(out, opened->text, opened->len, line, column, color);
}

static void add_decider(struct scd_buf *out, const struct question *q,
			const struct scd_decision *decision, bool color)
{
	const struct scd_profile *profile = &q->opened->subject.profile;

	switch (decision->by) {
	case SCD_BY_RULE:
		add_place(out, q->opened, decision->rule->name, "by the rule", color);
		break;
	case SCD_BY_DEFAULT:
		add_place(out, q->opened, profile->default_action_at, "by the default action",
			  color);
		break;
	case SCD_BY_STUB:
		scd_buf_puts(out, "    by the stub that runc puts in front: the profile names no "
				  "call as new as this one\n");
		break;
	case SCD_BY_ARCH:
		scd_buf_puts(out, "    because \"architectures\" does not list the caller's: the "
				  "filter refuses all its calls\n");
		break;
	default:
		scd_buf_puts(out, "    by what libseccomp makes of rules for other calls\n");
		break;
	}
	if (decision->differs)
		scd_buf_puts(out, "    the text reads otherwise: `seccompctl validate` says why\n");
}

static void add_case(struct scd_buf *out, const struct question *q,
		     const struct scd_explained_case *c, bool last, bool alone, bool color)
{
	char brief[SCD_ACTION_BRIEF_SIZE];

	if (c->when)
		scd_buf_printf(out, "  if %s\n", c->when);
	else if (last && !alone)
		scd_buf_puts(out, "  otherwise\n");
	scd_buf_printf(out, "  %s%s%s%s: ", alone ? "" : "  ",
		       color ? action_color(c->decision.action) : "",
		       scd_action_brief(c->decision.action, brief), color ? PLAIN : "");
	scd_action_add_meaning(out, c->decision.action);
	scd_buf_putc(out, '\n');
	add_decider(out, q, &c->decision, color);
}

/* "openat(dirfd, pathname, flags = O_RDONLY|O_CREAT)" */
static void add_call(struct scd_buf *out, const struct question *q)
{
	const char *separator = "(";
	char name[SCD_CALL_ARG_NAME_SIZE];

	scd_buf_puts(out, q->name);
	for (unsigned i = 0; i < ARGS_END; i++) {
		if (!(q->known.mask & (1U << i)))
			continue;
		scd_buf_printf(out, "%s%s = ", separator,
			       scd_call_arg_name(q->arch, q->name, i, name));
		scd_constants_add(out, q->arch, scd_call_arg_kind(q->arch, q->name, i),
				  q->known.args[i] & scd_arch_arg_mask(q->arch));
		separator = ", ";
	}
	if (*separator == ',')
		scd_buf_putc(out, ')');
}

static void add_heading(struct scd_buf *out, const struct question *q, size_t first, bool color)
{
	const int number = q->arch == SCMP_ARCH_X32 ? q->nr & 0x3fffffff : q->nr;

	scd_buf_puts(out, color ? BOLD : "");
	if (q->as)
		scd_buf_printf(out, "%s as ", q->as);
	add_call(out, q);
	scd_buf_puts(out, color ? PLAIN : "");
	scd_buf_puts(out, " on ");
	scd_arch_add_short_name(out, q->arch);
	if (*q->name != '#')
		scd_buf_printf(out, " (number %d)", number);
	if (q->as)
		scd_buf_puts(out, ", whose other arguments no filter sees");
	scd_buf_puts(out, ", with ");
	for (size_t i = first; i < q->count && (i == first || q->same[i]); i++)
		if (i == first || q->loaders[i].oci_runtime != q->loaders[i - 1].oci_runtime)
			scd_buf_printf(out, "%s%s", i == first ? "" : " and ", q->loaders[i].name);
	scd_buf_putc(out, '\n');
}

static void print_human(const struct question *q, bool color)
{
	auto_buf struct scd_buf out = scd_buf_init(SCD_PROFILE_MAX);

	for (size_t i = 0; i < q->count; i++) {
		const struct scd_explained *answer = &q->answers[i];

		if (q->same[i])
			continue;
		add_heading(&out, q, i, color);
		for (size_t k = 0; k < answer->count; k++)
			add_case(&out, q, &answer->items[k], k + 1 == answer->count,
				 answer->count == 1, color);
		if (answer->sampled)
			scd_buf_puts(&out, "  (more combinations of conditions than were tried)\n");
	}
	(void)fputs(scd_buf_text(&out), stdout);
}

static const char *const deciders[] = {
	[SCD_BY_RULE] = "rule",		[SCD_BY_DEFAULT] = "default", [SCD_BY_STUB] = "stub",
	[SCD_BY_ARCH] = "architecture", [SCD_BY_OTHER] = "other",
};

static bool json_place(cJSON *object, const struct scd_opened *opened,
		       const struct scd_json_value *value)
{
	auto_buf struct scd_buf pointer = scd_buf_init(SCD_PROFILE_MAX);
	unsigned line, column;

	place_of(opened, value, &line, &column);
	scd_json_pointer(value, &pointer);
	return cJSON_AddNumberToObject(object, "line", line) &&
	       cJSON_AddNumberToObject(object, "column", column) &&
	       cJSON_AddStringToObject(object, "pointer", scd_buf_text(&pointer));
}

static bool json_action(cJSON *object, uint32_t action)
{
	auto_buf struct scd_buf words = scd_buf_init(LINE_MAX_BYTES);
	const struct scd_action *row = scd_action_of(action);
	const char *name = scd_errno_name(action & 0xffff);
	char brief[SCD_ACTION_BRIEF_SIZE];

	scd_action_add_meaning(&words, action);
	if (!cJSON_AddStringToObject(object, "action",
				     row ? row->name : scd_action_brief(action, brief)) ||
	    !cJSON_AddStringToObject(object, "meaning", scd_buf_text(&words)))
		return false;
	if (!row || !row->takes_errno)
		return true;
	return cJSON_AddNumberToObject(object, "errno", action & 0xffff) &&
	       (!name || row->value != SCMP_ACT_ERRNO(0) ||
		cJSON_AddStringToObject(object, "errnoName", name));
}

/* The arguments of the example that the rules look at, or that were given. */
static bool json_example(cJSON *object, const struct question *q, const uint64_t args[ARGS_END])
{
	const struct scd_reading_call *call = scd_subject_call(&q->opened->subject, q->name);
	const unsigned shown = q->known.mask | (call ? call->indexes : 0);
	cJSON *example = cJSON_AddObjectToObject(object, "example");

	for (unsigned i = 0; example && i < ARGS_END; i++) {
		char name[SCD_CALL_ARG_NAME_SIZE], text[32];

		if (!(shown & (1U << i)))
			continue;
		(void)snprintf(text, sizeof(text), "0x%" PRIx64, args[i]);
		if (!cJSON_AddStringToObject(example, scd_call_arg_name(q->arch, q->name, i, name),
					     text))
			return false;
	}
	return example;
}

static cJSON *json_case(const struct question *q, const struct scd_explained_case *c, bool alone)
{
	const struct scd_profile *profile = &q->opened->subject.profile;
	cJSON *object = cJSON_CreateObject();
	bool ok = object;

	if (c->when)
		ok = ok && cJSON_AddStringToObject(object, "when", c->when);
	else if (!alone)
		ok = ok && cJSON_AddTrueToObject(object, "otherwise");
	ok = ok && json_action(object, c->decision.action) &&
	     cJSON_AddStringToObject(object, "decidedBy", deciders[c->decision.by]);
	if (c->decision.by == SCD_BY_RULE)
		ok = ok && json_place(object, q->opened, c->decision.rule->name);
	else if (c->decision.by == SCD_BY_DEFAULT)
		ok = ok && json_place(object, q->opened, profile->default_action_at);
	if (c->decision.differs)
		ok = ok && cJSON_AddTrueToObject(object, "differsFromText");
	ok = ok && json_example(object, q, c->example);
	if (ok)
		return object;
	cJSON_Delete(object);
	return NULL;
}

static bool json_cases(cJSON *object, const struct question *q, const struct scd_explained *answer)
{
	cJSON *cases = cJSON_AddArrayToObject(object, "cases");

	for (size_t k = 0; cases && k < answer->count; k++)
		if (!cJSON_AddItemToArray(cases,
					  json_case(q, &answer->items[k], answer->count == 1)))
			return false;
	return cases && (!answer->sampled || cJSON_AddTrueToObject(object, "sampled"));
}

static bool json_result(cJSON *results, const struct question *q, size_t first)
{
	auto_buf struct scd_buf arch = scd_buf_init(64);
	cJSON *object = cJSON_CreateObject(), *runtimes;

	if (!object || !cJSON_AddItemToArray(results, object)) {
		cJSON_Delete(object);
		return false;
	}
	scd_arch_add_short_name(&arch, q->arch);
	runtimes = cJSON_AddArrayToObject(object, "ociRuntimes");
	for (size_t i = first; runtimes && i < q->count && (i == first || q->same[i]); i++)
		if (!cJSON_AddItemToArray(runtimes, cJSON_CreateString(q->loaders[i].name)))
			return false;
	return runtimes && cJSON_AddStringToObject(object, "architecture", scd_buf_text(&arch)) &&
	       cJSON_AddStringToObject(object, "syscall", q->as ? q->as : q->name) &&
	       cJSON_AddNumberToObject(object, "number", q->nr) &&
	       (!q->as || cJSON_AddStringToObject(object, "through", q->name)) &&
	       json_cases(object, q, &q->answers[first]);
}

static void forget_programs(struct session *session)
{
	for (size_t i = 0; i < session->count; i++)
		scd_program_done(&session->programs[i]);
	session->count = 0;
}

/* The programs of a node, made unless they are those at hand. What a runtime refuses has none,
 * which is said once. */
static int need_programs(struct session *session, const struct scd_opened *opened, uint32_t node,
			 struct scd_error *err)
{
	struct scd_loader loader;

	if (session->node == node)
		return 0;
	forget_programs(session);
	session->node = node;
	for (size_t i = 0; scd_loader_at(&opened->subject, node, i, &loader); i++) {
		struct scd_program *program = &session->programs[session->count];

		if (!(session->oci_runtimes & loader.oci_runtime))
			continue;
		if (scd_program_make(&opened->subject, &loader, node, program, err) == 0) {
			session->loaders[session->count++] = loader;
			continue;
		}
		if (!scd_program_refused(err))
			return -1;
		if (!(session->refused & loader.oci_runtime))
			scd_cli_warn("%s, with %s: %s", opened->path, loader.name, err->msg);
		session->refused |= loader.oci_runtime;
	}
	return 0;
}

/* The answer of every OCI runtime that takes the profile. */
static int answer(struct question *q, struct session *session, struct scd_error *err)
{
	const struct scd_call call = { q->arch, q->name, q->nr };

	if (need_programs(session, q->opened, scd_arch_node(q->arch), err) < 0)
		return -1;
	for (; q->count < session->count; q->count++) {
		struct scd_explained *said = &q->answers[q->count];

		q->loaders[q->count] = session->loaders[q->count];
		if (scd_explain(&session->programs[q->count], &call, &q->known, said, err) < 0)
			return -1;
		q->same[q->count] = q->count > 0 && scd_explained_equal(said - 1, said);
	}
	return 0;
}

static void question_done(struct question *q)
{
	for (size_t i = 0; i < SCD_LOADERS_MAX; i++)
		scd_explained_done(&q->answers[i]);
}
#define auto_question SCD_CLEANUP(question_done)

static int show(struct question *q, struct session *session, struct scd_error *err)
{
	if (answer(q, session, err) < 0)
		return -1;
	if (session->asked->output == SCD_OUTPUT_HUMAN) {
		print_human(q, scd_cli_want_color(session->asked->color, stdout));
		return 0;
	}
	for (size_t i = 0; i < q->count; i++)
		if (!q->same[i] && !json_result(session->results, q, i))
			return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	return 0;
}

static int explain_arch(const struct scd_opened *opened, uint32_t arch, struct session *session,
			char **words, int count, struct scd_error *err)
{
	auto_question struct question direct = { .opened = opened, .arch = arch };
	auto_question struct question through = { .opened = opened, .arch = arch };
	struct scd_call call;

	if (scd_call_find(arch, words[0], direct.name, &direct.nr, err) < 0)
		return -1;
	for (int i = 1; i < count; i++)
		if (scd_call_read_arg(arch, direct.name, words[i], &direct.known, err) < 0)
			return -1;
	if (scd_call_through(arch, direct.name, &call, &through.known)) {
		through.as = direct.name;
		through.nr = call.nr;
		(void)snprintf(through.name, sizeof(through.name), "%s", call.name);
	} else if (direct.nr < 0) {
		auto_buf struct scd_buf name = scd_buf_init(64);

		scd_arch_add_short_name(&name, arch);
		return scd_fail(err, SCD_E_USAGE, 0, "%s has no system call %s",
				scd_buf_text(&name), direct.name);
	}
	if (direct.nr >= 0 && show(&direct, session, err) < 0)
		return -1;
	return through.as ? show(&through, session, err) : 0;
}

/* Every call that has a name. */
static int show_overview(struct session *session, const struct scd_opened *opened, uint32_t arch,
			 struct scd_error *err)
{
	const bool color = scd_cli_want_color(session->asked->color, stdout);
	auto_buf struct scd_buf heading = scd_buf_init(LINE_MAX_BYTES);
	struct scd_overview all[SCD_LOADERS_MAX] = { 0 };
	int rc = need_programs(session, opened, scd_arch_node(arch), err);

	for (size_t i = 0; rc == 0 && i < session->count; i++) {
		all[i].loader = session->loaders[i].name;
		rc = scd_overview_make(&session->programs[i], arch, &all[i], err);
	}
	scd_buf_printf(&heading, "%s%s%s on ", color ? BOLD : "", opened->path, color ? PLAIN : "");
	scd_arch_add_short_name(&heading, arch);
	if (rc == 0)
		scd_overview_print(all, session->count, scd_buf_text(&heading));
	for (size_t i = 0; i < SCD_LOADERS_MAX; i++)
		scd_overview_done(&all[i]);
	return rc;
}

/* The same as JSON: the answers for all of them. */
static int json_overview(struct session *session, const struct scd_opened *opened, uint32_t arch,
			 struct scd_error *err)
{
	struct scd_call call;

	for (size_t i = 0;; i++) {
		auto_question struct question q = { .opened = opened, .arch = arch };

		if (!scd_named_call_at(arch, i, &call, q.name))
			return 0;
		q.nr = call.nr;
		if (*q.name != '#' && show(&q, session, err) < 0)
			return -1;
	}
}

/* The document of "-o json" and its list of results. */
static cJSON *make_document(const char *path, cJSON **results)
{
	cJSON *root = scd_cli_document("Explanation");

	if (root && cJSON_AddStringToObject(root, "profile", path)) {
		*results = cJSON_AddArrayToObject(root, "results");
		if (*results)
			return root;
	}
	cJSON_Delete(root);
	return NULL;
}

/* Architectures are those of programs; profiles are judged for their nodes. */
static void judge_opts(const struct scd_check_opts *asked, struct scd_check_opts *nodes)
{
	*nodes = *asked;
	nodes->arch_count = 0;
	for (size_t i = 0; i < asked->arch_count; i++) {
		const uint32_t node = scd_arch_node(asked->archs[i]);
		bool seen = false;

		for (size_t k = 0; k < nodes->arch_count; k++)
			seen |= nodes->archs[k] == node;
		if (!seen)
			nodes->archs[nodes->arch_count++] = node;
	}
}

static int explain_archs(struct session *session, const struct scd_opened *opened,
			 const struct scd_check_opts *opts, int argc, char **argv,
			 struct scd_error *err)
{
	for (size_t i = 0; i < opts->arch_count; i++) {
		const uint32_t arch = opts->archs[i];
		int rc;

		if (argc > 1)
			rc = explain_arch(opened, arch, session, argv + 1, argc - 1, err);
		else if (session->results)
			rc = json_overview(session, opened, arch, err);
		else
			rc = show_overview(session, opened, arch, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static enum scd_exit explain_file(struct session *session, const struct scd_check_opts *opts,
				  int argc, char **argv)
{
	auto_opened struct scd_opened opened = { 0 };
	struct scd_check_opts nodes;
	cJSON *root = NULL;
	struct scd_error err;
	bool wrong;
	int rc = 0;

	judge_opts(opts, &nodes);
	if (scd_opened_read(argv[0], &nodes, &opened, &err) < 0)
		return scd_cli_fail(&err);
	wrong = scd_opened_warn(&opened);
	if (session->asked->output == SCD_OUTPUT_JSON) {
		root = make_document(opened.path, &session->results);
		if (!root)
			return scd_cli_no_memory();
	}
	if (opened.subject.usable)
		rc = explain_archs(session, &opened, opts, argc, argv, &err);
	else
		scd_cli_warn("%s: nothing can be said of its calls", opened.path);
	forget_programs(session);
	if (rc < 0) {
		cJSON_Delete(root);
		return scd_cli_fail(&err);
	}
	if (root && scd_cli_print_json(root) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return wrong || session->refused ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

static enum scd_exit run_explain(const void *target, int argc, char **argv)
{
	struct session session = { .asked = target };
	struct scd_check_opts opts;
	struct scd_error err;

	if (argc < 1) {
		scd_cli_warn("explain needs a PROFILE, and perhaps a SYSCALL");
		return SCD_EXIT_USAGE;
	}
	if (scd_check_opts_make(&session.asked->words, &opts, &err) < 0)
		return scd_cli_fail(&err);
	opts = scd_check_opts_complete(&opts);
	session.oci_runtimes = opts.oci_runtimes;
	return explain_file(&session, &opts, argc, argv);
}

const struct scd_command scd_command_explain = {
	.name = "explain",
	.operands = "PROFILE [SYSCALL [ARG=VALUE...]]",
	.summary = "Say what the kernel does with a call, and which rule decides.",
	.details =
		"SYSCALL is a name or a number; ARG the name of an argument, or arg0 to arg5; VALUE\n"
		"a number or symbolic, such as O_RDONLY|O_CREAT. Without arguments all cases are\n"
		"listed; without SYSCALL every call, by what happens to it. PROFILE can be - for\n"
		"standard input.\n"
		"Exit status: 0 answered, 1 runtimes refuse the profile, 2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct explain_options),
	.run = run_explain,
};

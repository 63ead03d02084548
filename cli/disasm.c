/* SPDX-License-Identifier: MIT */
#include "disasm.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "opened.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"
#define TEXT_WIDTH 32
#define LINE_BYTES ((size_t)512)

enum disasm_output {
	OUTPUT_HUMAN,
	OUTPUT_JSON,
	OUTPUT_RAW
};

struct disasm_options {
	bool help;
	int output; /* enum disasm_output */
	int color;
	struct scd_check_words words;
};

static const struct scd_choice outputs[] = {
	{ "human", OUTPUT_HUMAN },
	{ "json", OUTPUT_JSON },
	{ "raw", OUTPUT_RAW },
	{ NULL, 0 },
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT_AS(
		struct disasm_options, output, outputs, "human",
		"how to print it; raw: the bytes that the kernel is given, of one program"),
	SCD_CLI_COLOR(struct disasm_options, color),
	SCD_CLI_OCI_RUNTIME(struct disasm_options, words),
	SCD_CLI_ARCH(struct disasm_options, words),
};

/* What one command works with. */
struct session {
	const struct disasm_options *asked;
	const struct scd_check_opts *opts;
	struct scd_opened opened;
	cJSON *programs; /* of "-o json" */
	bool refused;	 /* by a runtime */
};

/* A program, and whose it is. */
struct listing {
	const struct scd_program *program;
	const char *loaders; /* "runc and crun" */
	uint32_t native;
};

static void print_human(const struct listing *listing, const struct scd_disasm_state *states,
			bool color)
{
	const struct scd_program *program = listing->program;
	auto_buf struct scd_buf before = scd_buf_init(LINE_BYTES);

	scd_arch_add_short_name(&before, listing->native);
	(void)printf("%s%s on %s: %zu instructions%s\n", color ? BOLD : "", listing->loaders,
		     scd_buf_text(&before), program->filter.count, color ? PLAIN : "");
	if (program->stub)
		(void)printf("the first %zu are runc's stub, which answers calls that are newer "
			     "than any the profile names\n",
			     program->stub);
	scd_buf_done(&before);
	before = scd_buf_init(LINE_BYTES);
	for (size_t i = 0; i < program->filter.count; i++) {
		auto_buf struct scd_buf text = scd_buf_init(LINE_BYTES);
		auto_buf struct scd_buf comment = scd_buf_init(LINE_BYTES);
		auto_buf struct scd_buf section = scd_buf_init(LINE_BYTES);

		scd_disasm_text(program->filter.insns, i, &text);
		scd_disasm_comment(program->filter.insns, i, &states[i], &comment);
		scd_disasm_section(&states[i], &section);
		if (program->stub && i == program->stub)
			(void)printf("%sfilter:%s\n", color ? BOLD : "", color ? PLAIN : "");
		if (section.len && strcmp(scd_buf_text(&section), scd_buf_text(&before)) != 0)
			(void)printf("%s%s:%s\n", color ? BOLD : "", scd_buf_text(&section),
				     color ? PLAIN : "");
		(void)printf("%5zu  %-*s%s%s%s\n", i, comment.len ? TEXT_WIDTH : 0,
			     scd_buf_text(&text), color ? DIM : "", scd_buf_text(&comment),
			     color ? PLAIN : "");
		scd_buf_done(&before);
		before = section;
		section = (struct scd_buf){ 0 };
	}
}

static bool json_insn(cJSON *list, const struct scd_program *program, size_t i,
		      const struct scd_disasm_state *state)
{
	auto_buf struct scd_buf text = scd_buf_init(LINE_BYTES);
	auto_buf struct scd_buf comment = scd_buf_init(LINE_BYTES);
	const struct sock_filter *insn = &program->filter.insns[i];
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	scd_disasm_text(program->filter.insns, i, &text);
	scd_disasm_comment(program->filter.insns, i, state, &comment);
	return cJSON_AddNumberToObject(object, "code", insn->code) &&
	       cJSON_AddNumberToObject(object, "jt", insn->jt) &&
	       cJSON_AddNumberToObject(object, "jf", insn->jf) &&
	       cJSON_AddNumberToObject(object, "k", insn->k) &&
	       cJSON_AddStringToObject(object, "text", scd_buf_text(&text)) &&
	       (!comment.len || cJSON_AddStringToObject(object, "comment", scd_buf_text(&comment)));
}

static bool json_program(cJSON *programs, const struct listing *listing,
			 const struct scd_disasm_state *states)
{
	auto_buf struct scd_buf arch = scd_buf_init(64);
	cJSON *object = cJSON_CreateObject(), *list;

	if (!object || !cJSON_AddItemToArray(programs, object)) {
		cJSON_Delete(object);
		return false;
	}
	scd_arch_add_short_name(&arch, listing->native);
	if (!cJSON_AddStringToObject(object, "ociRuntime", listing->loaders) ||
	    !cJSON_AddStringToObject(object, "architecture", scd_buf_text(&arch)) ||
	    !cJSON_AddNumberToObject(object, "stubInstructions", (double)listing->program->stub))
		return false;
	list = cJSON_AddArrayToObject(object, "instructions");
	for (size_t i = 0; list && i < listing->program->filter.count; i++)
		if (!json_insn(list, listing->program, i, &states[i]))
			return false;
	return list;
}

static int show(const struct session *session, const struct listing *listing, struct scd_error *err)
{
	const struct disasm_options *asked = session->asked;
	const struct scd_filter *filter = &listing->program->filter;
	auto_free struct scd_disasm_state *states = calloc(filter->count, sizeof(*states));

	if (!states)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu instructions", filter->count);
	if (asked->output == OUTPUT_RAW) {
		(void)fwrite(filter->insns, sizeof(*filter->insns), filter->count, stdout);
		return 0;
	}
	scd_disasm_trace(filter->insns, filter->count, states);
	if (asked->output == OUTPUT_HUMAN)
		print_human(listing, states, scd_cli_want_color(asked->color, stdout));
	else if (!json_program(session->programs, listing, states))
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	return 0;
}

static bool equal(const struct scd_program *a, const struct scd_program *b)
{
	return a->filter.count == b->filter.count &&
	       memcmp(a->filter.insns, b->filter.insns,
		      a->filter.count * sizeof(*a->filter.insns)) == 0;
}

/* All programs of the profile on one architecture. */
struct set {
	struct scd_program programs[SCD_LOADERS_MAX];
	struct scd_loader loaders[SCD_LOADERS_MAX];
	size_t count;
};

static void set_done(struct set *set)
{
	for (size_t i = 0; i < SCD_LOADERS_MAX; i++)
		scd_program_done(&set->programs[i]);
}
#define auto_set SCD_CLEANUP(set_done)

/* The programs of the runtimes that take the profile. */
static int compile(struct session *session, uint32_t arch, struct set *set, struct scd_error *err)
{
	const struct scd_subject *subject = &session->opened.subject;
	struct scd_loader loader;

	for (size_t i = 0; scd_loader_at(subject, arch, i, &loader); i++) {
		if (!(session->opts->oci_runtimes & loader.oci_runtime))
			continue;
		set->loaders[set->count] = loader;
		if (scd_program_make(subject, &loader, arch, &set->programs[set->count], err) ==
		    0) {
			set->count++;
			continue;
		}
		if (!scd_program_refused(err))
			return -1;
		session->refused = true;
		scd_cli_warn("%s, with %s: %s", session->opened.path, loader.name, err->msg);
	}
	return 0;
}

/* The names of those that load what number @first loads; false when one before it does. */
static bool loaders_of(const struct set *set, size_t first, struct scd_buf *names)
{
	for (size_t i = 0; i < set->count; i++) {
		if (!equal(&set->programs[i], &set->programs[first]))
			continue;
		if (i < first)
			return false;
		scd_buf_printf(names, "%s%s", i == first ? "" : " and ", set->loaders[i].name);
	}
	return true;
}

static int show_arch(struct session *session, uint32_t arch, struct scd_error *err)
{
	const struct disasm_options *asked = session->asked;
	auto_set struct set set = { 0 };
	size_t shown = 0;

	if (compile(session, arch, &set, err) < 0)
		return -1;
	for (size_t i = 0; i < set.count; i++) {
		auto_buf struct scd_buf names = scd_buf_init(LINE_BYTES);
		struct listing listing = { .program = &set.programs[i], .native = arch };

		if (!loaders_of(&set, i, &names))
			continue;
		if (asked->output == OUTPUT_RAW && shown > 0)
			return scd_fail(err, SCD_E_USAGE, 0,
					"the runtimes load different programs: choose one with "
					"--oci-runtime");
		if (asked->output == OUTPUT_HUMAN && shown > 0)
			(void)putchar('\n');
		listing.loaders = scd_buf_text(&names);
		if (show(session, &listing, err) < 0)
			return -1;
		shown++;
	}
	return 0;
}

static cJSON *make_document(const char *path, cJSON **programs)
{
	cJSON *root = scd_cli_document("Disassembly");

	if (root && cJSON_AddStringToObject(root, "profile", path)) {
		*programs = cJSON_AddArrayToObject(root, "programs");
		if (*programs)
			return root;
	}
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit disassemble(struct session *session)
{
	const struct scd_check_opts *opts = session->opts;
	const bool wrong = scd_opened_warn(&session->opened);
	cJSON *root = NULL;
	struct scd_error err;

	if (session->asked->output == OUTPUT_JSON) {
		root = make_document(session->opened.path, &session->programs);
		if (!root)
			return scd_cli_no_memory();
	}
	for (size_t i = 0; session->opened.subject.usable && i < opts->arch_count; i++)
		if (show_arch(session, opts->archs[i], &err) < 0) {
			cJSON_Delete(root);
			return scd_cli_fail(&err);
		}
	if (root && scd_cli_print_json(root) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return wrong || session->refused ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

static enum scd_exit run_disasm(const void *target, int argc, char **argv)
{
	const struct disasm_options *asked = target;
	struct scd_check_opts opts;
	struct session session = { .asked = asked, .opts = &opts };
	enum scd_exit status;
	struct scd_error err;

	if (argc != 1) {
		scd_cli_warn("disasm needs one PROFILE");
		return SCD_EXIT_USAGE;
	}
	if (scd_check_opts_make(&asked->words, &opts, &err) < 0)
		return scd_cli_fail(&err);
	opts = scd_check_opts_complete(&opts);
	if (asked->output == OUTPUT_RAW && opts.arch_count > 1) {
		scd_cli_warn("-o raw is for one --arch");
		return SCD_EXIT_USAGE;
	}
	status = scd_opened_read(argv[0], &opts, &session.opened, &err) < 0 ? scd_cli_fail(&err)
									    : disassemble(&session);
	scd_opened_done(&session.opened);
	return status;
}

const struct scd_command scd_command_disasm = {
	.name = "disasm",
	.operands = "PROFILE",
	.summary = "Print the BPF program that runtimes load, with comments.",
	.details =
		"PROFILE can be - for standard input. A program is listed once for all OCI runtimes\n"
		"that load it.\n"
		"Exit status: 0 printed, 1 runtimes refuse the profile, 2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct disasm_options),
	.run = run_disasm,
};

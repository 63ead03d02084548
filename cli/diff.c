/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "collect.h"
#include "diff_report.h"
#include "opened.h"

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

struct diff_options {
	bool help;
	int output; /* enum scd_output */
	bool quiet;
	int color;
	char *ceiling;
	bool git;
	struct scd_check_words words;
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct diff_options, output),
	SCD_CLI_QUIET(struct diff_options, quiet),
	SCD_CLI_COLOR(struct diff_options, color),
	{ .name = "ceiling",
	  .type = SCD_OPT_STRING,
	  .offset = offsetof(struct diff_options, ceiling),
	  .metavar = "BASE",
	  .help = "compare NEW with this profile or directory, and list only what NEW lets "
		  "happen and it does not" },
	{ .name = "git",
	  .type = SCD_OPT_BOOL,
	  .offset = offsetof(struct diff_options, git),
	  .help = "take what git(1) gives to an external diff driver, and always end with 0" },
	SCD_CLI_OCI_RUNTIME(struct diff_options, words),
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  .offset = offsetof(struct diff_options, words.archs),
	  .metavar = "ARCH",
	  .check = scd_check_arch_word,
	  .help = "compare for programs of this architecture; repeatable; all that the profiles "
		  "list when absent" },
};

struct session {
	const struct diff_options *asked;
	const struct scd_check_opts *opts;
	cJSON *profiles; /* of "-o json" */
	struct scd_diff_style style;
	bool found;
	bool trouble; /* some pair could not be compared */
};

/* Compares what one kind of loader makes of both. */
static int compare(struct session *session, const struct scd_opened *before,
		   const struct scd_opened *after, uint32_t arch, const struct scd_loader *loader,
		   struct scd_diff_sections *sections, struct scd_error *err)
{
	const uint32_t node = scd_arch_node(arch);
	auto_program struct scd_program old = { 0 }, new = { 0 };
	struct scd_diff_section *section = &sections->items[sections->count];

	if (scd_program_make(&before->subject, loader, node, &old, err) < 0)
		return scd_wrap(err, "%s", before->path);
	if (scd_program_make(&after->subject, loader, node, &new, err) < 0)
		return scd_wrap(err, "%s", after->path);
	section->arch = arch;
	section->loader = loader->name;
	sections->count++;
	if (scd_compare(&old, &new, arch, &section->comparison, err) < 0 ||
	    scd_diff_write(&session->style, section, err) < 0)
		return -1;
	session->found |= *section->body != '\0';
	return 0;
}

/* The loaders that differ for one of the two are all of them. */
static int compare_arch(struct session *session, const struct scd_opened *before,
			const struct scd_opened *after, uint32_t arch,
			struct scd_diff_sections *sections, struct scd_error *err)
{
	const uint32_t node = scd_arch_node(arch);
	const bool agree = scd_stub_kinds_agree(&before->subject.profile, node) &&
			   scd_stub_kinds_agree(&after->subject.profile, node);
	const struct scd_subject *subject = &before->subject;
	struct scd_loader loader;

	if (!agree && scd_stub_kinds_agree(&subject->profile, node))
		subject = &after->subject;
	for (size_t i = 0; scd_loader_at(subject, node, i, &loader); i++)
		if (session->opts->oci_runtimes & loader.oci_runtime &&
		    compare(session, before, after, arch, &loader, sections, err) < 0)
			return -1;
	return 0;
}

struct archs {
	uint32_t items[SCD_DIFF_ARCHS_MAX];
	size_t count;
};

static void add_arch(struct archs *archs, uint32_t arch)
{
	for (size_t i = 0; i < archs->count; i++)
		if (archs->items[i] == arch)
			return;
	if (archs->count < SCD_DIFF_ARCHS_MAX)
		archs->items[archs->count++] = arch;
}

/* The architectures that both together are about. A profile that lists none holds on any node:
 * this machine stands for it. */
static struct archs all_archs(const struct scd_check_opts *asked, const struct scd_opened *before,
			      const struct scd_opened *after)
{
	const struct scd_profile *const profiles[] = { &before->subject.profile,
						       &after->subject.profile };
	struct archs archs = { 0 };

	for (size_t i = 0; i < asked->arch_count; i++)
		add_arch(&archs, asked->archs[i]);
	for (size_t p = 0; p < 2 && asked->arch_count == 0; p++) {
		for (size_t i = 0; i < profiles[p]->arch_count; i++)
			add_arch(&archs, profiles[p]->archs[i]);
		if (profiles[p]->arch_count == 0)
			add_arch(&archs, seccomp_arch_native());
	}
	return archs;
}

static int open_usable(const struct scd_input *input, const struct scd_check_opts *opts,
		       struct scd_opened *opened, struct scd_error *err)
{
	if (scd_opened_read_input(input, opts, opened, err) < 0)
		return -1;
	(void)scd_opened_warn(opened);
	if (!opened->subject.usable)
		return scd_fail(err, SCD_E_CORRUPT, 0, "%s: not a profile", input->path);
	return 0;
}

static int compare_pair(struct session *session, const struct scd_input *before,
			const struct scd_input *after, struct scd_error *err)
{
	const struct scd_check_opts judged = scd_check_opts_complete(&(struct scd_check_opts){ 0 });
	auto_opened struct scd_opened old = { 0 }, new = { 0 };
	auto_free void *room = calloc(1, sizeof(struct scd_diff_sections));
	struct scd_diff_sections *sections = room;
	struct archs archs;
	int rc = 0;

	if (!sections)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	if (open_usable(before, &judged, &old, err) < 0 ||
	    open_usable(after, &judged, &new, err) < 0)
		return -1;
	archs = all_archs(session->opts, &old, &new);
	for (size_t i = 0; i < archs.count && rc == 0; i++)
		rc = compare_arch(session, &old, &new, archs.items[i], sections, err);
	if (rc == 0 && session->profiles &&
	    !scd_diff_json(&session->style, sections,
			   scd_diff_json_pair(session->profiles, before->path, after->path)))
		rc = scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	else if (rc == 0 && !session->profiles && !session->asked->quiet)
		scd_diff_print(&session->style, sections, before->path, after->path);
	scd_diff_sections_done(sections);
	return rc;
}

/* What is wrong with one pair stops no other. -1 without memory. */
static int diff_pair(struct session *session, const struct scd_input *before,
		     const struct scd_input *after, struct scd_error *err)
{
	cJSON *object;

	if (compare_pair(session, before, after, err) == 0)
		return 0;
	if (err->code == SCD_E_NOMEM)
		return -1;
	session->trouble = true;
	(void)scd_cli_fail(err);
	if (!session->profiles)
		return 0;
	object = scd_diff_json_pair(session->profiles, before->path, after->path);
	return object && cJSON_AddStringToObject(object, "error", err->msg)
		       ? 0
		       : scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

/* A profile that only one side has. */
static int alone(struct session *session, const struct scd_input *input, bool added,
		 struct scd_error *err)
{
	const char *ceiling = session->asked->ceiling, *change = added ? "added" : "removed";

	if (ceiling && !added)
		return 0; /* the ceiling may have more */
	session->found = true;
	if (session->profiles)
		return cJSON_AddStringToObject(scd_diff_json_pair(session->profiles,
								  added ? NULL : input->path,
								  added ? input->path : NULL),
					       "change", change)
			       ? 0
			       : scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	if (session->asked->quiet)
		return 0;
	(void)printf("%s%s: ", session->style.color ? BOLD : "", input->path);
	if (ceiling)
		(void)printf("%s has no profile of this name", ceiling);
	else
		(void)printf("%s", change);
	(void)printf("%s\n", session->style.color ? PLAIN : "");
	return 0;
}

static const struct scd_input *find(const struct scd_inputs *inputs, const char *name)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->items[i].name && strcmp(inputs->items[i].name, name) == 0)
			return &inputs->items[i];
	return NULL;
}

/* Says what of a directory cannot be read. */
static void say_faults(struct session *session, const struct scd_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->items[i].fault.code != SCD_OK) {
			(void)scd_cli_fail(&inputs->items[i].fault);
			session->trouble = true;
		}
}

/* Two directories: profiles of one name belong together. */
static int diff_directories(struct session *session, const struct scd_inputs *before,
			    const struct scd_inputs *after, struct scd_error *err)
{
	say_faults(session, before);
	say_faults(session, after);
	for (size_t i = 0; i < before->count; i++) {
		const struct scd_input *other;

		if (before->items[i].fault.code != SCD_OK)
			continue;
		other = find(after, before->items[i].name);
		if (other && other->fault.code != SCD_OK)
			continue;
		if (!other ? alone(session, &before->items[i], false, err) < 0
			   : diff_pair(session, &before->items[i], other, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < after->count; i++)
		if (after->items[i].fault.code == SCD_OK && !find(before, after->items[i].name) &&
		    alone(session, &after->items[i], true, err) < 0)
			return -1;
	return 0;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* @new may be a directory where @old is one, or, under one ceiling, always. */
static int diff_operands(struct session *session, char *old, char *new, struct scd_error *err)
{
	auto_inputs struct scd_inputs before = { 0 }, after = { 0 };

	if (is_directory(old) && !is_directory(new))
		return scd_fail(err, SCD_E_USAGE, 0, "'%s' is a directory, '%s' is not", old, new);
	if (is_directory(new) && !is_directory(old) && !session->asked->ceiling)
		return scd_fail(err, SCD_E_USAGE, 0, "'%s' is a directory, '%s' is not", new, old);
	if (scd_collect_profiles(&old, 1, &before, err) < 0 ||
	    scd_collect_profiles(&new, 1, &after, err) < 0)
		return -1;
	if (is_directory(old))
		return diff_directories(session, &before, &after, err);
	for (size_t i = 0; i < after.count; i++)
		if (diff_pair(session, &before.items[0], &after.items[i], err) < 0)
			return -1;
	return 0;
}

/* What git(1) gives to an external diff driver (GIT_EXTERNAL_DIFF). */
enum {
	GIT_PATH,
	GIT_OLD_FILE, /* "/dev/null" where that side has none */
	GIT_OLD_HEX,
	GIT_OLD_MODE,
	GIT_NEW_FILE,
	GIT_NEW_HEX,
	GIT_NEW_MODE,
	GIT_OPERANDS,
	GIT_NEW_PATH = GIT_OPERANDS, /* of what was renamed or copied */
	GIT_RENAME_OPERANDS = GIT_OPERANDS + 2,
	GIT_UNMERGED_OPERANDS = 1, /* the path alone */
};

static bool git_operands_valid(int argc)
{
	return argc == GIT_OPERANDS || argc == GIT_RENAME_OPERANDS || argc == GIT_UNMERGED_OPERANDS;
}

static int diff_for_git(struct session *session, int argc, char **argv, struct scd_error *err)
{
	char *const new_path = argv[argc == GIT_RENAME_OPERANDS ? GIT_NEW_PATH : GIT_PATH];
	auto_free char *old_label = NULL, *new_label = NULL;
	struct scd_input before = { 0 }, after = { 0 };

	if (argc == GIT_UNMERGED_OPERANDS) {
		(void)printf("%s: not merged\n", argv[GIT_PATH]);
		return 0;
	}
	if (asprintf(&old_label, "a/%s", argv[GIT_PATH]) < 0 ||
	    asprintf(&new_label, "b/%s", new_path) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	before.path = old_label;
	before.file = argv[GIT_OLD_FILE];
	after.path = new_label;
	after.file = argv[GIT_NEW_FILE];
	if (strcmp(before.file, "/dev/null") == 0)
		return alone(session, &after, true, err);
	if (strcmp(after.file, "/dev/null") == 0)
		return alone(session, &before, false, err);
	return diff_pair(session, &before, &after, err);
}

static int diff_all(struct session *session, int argc, char **argv, struct scd_error *err)
{
	char *const ceiling = session->asked->ceiling;
	int rc = 0;

	if (session->asked->git)
		return diff_for_git(session, argc, argv, err);
	if (!ceiling)
		return diff_operands(session, argv[0], argv[1], err);
	for (int i = 0; i < argc && rc == 0; i++)
		rc = diff_operands(session, ceiling, argv[i], err);
	return rc;
}

static cJSON *make_document(cJSON **profiles)
{
	cJSON *root = scd_cli_document("ProfileDiff");

	if (root) {
		*profiles = cJSON_AddArrayToObject(root, "profiles");
		if (*profiles)
			return root;
	}
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit run_operands(struct session *session, int argc, char **argv)
{
	const struct diff_options *asked = session->asked;
	cJSON *root = NULL;
	struct scd_error err;

	if (asked->output == SCD_OUTPUT_JSON && !asked->quiet) {
		root = make_document(&session->profiles);
		if (!root)
			return scd_cli_no_memory();
	}
	if (diff_all(session, argc, argv, &err) < 0) {
		cJSON_Delete(root);
		return scd_cli_fail(&err);
	}
	if (root && scd_cli_print_json(root) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	if (asked->git) /* which another status ends, with all files that would follow */
		return SCD_EXIT_OK;
	if (session->trouble)
		return SCD_EXIT_TROUBLE;
	return session->found ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

/* What is wrong with the operands, or NULL. */
static const char *operands_wrong(const struct diff_options *asked, int argc, char **argv)
{
	const bool ceiling_is_stdin =
		asked->ceiling && strcmp(asked->ceiling, SCD_STDIN_OPERAND) == 0;

	if (asked->git && asked->ceiling)
		return "diff takes --git or --ceiling, not both";
	if (asked->git)
		return git_operands_valid(argc) ? NULL : "diff --git is for git(1) to run";
	if (asked->ceiling && argc < 1)
		return "diff --ceiling BASE needs a NEW";
	if (!asked->ceiling && argc != 2)
		return "diff needs OLD and NEW";
	return scd_stdin_count(argv, (size_t)argc) + ceiling_is_stdin > 1
		       ? "standard input can be read once"
		       : NULL;
}

static enum scd_exit run_diff(const void *target, int argc, char **argv)
{
	const struct diff_options *asked = target;
	struct session session = { .asked = asked, .style.says_equal = asked->git };
	const char *wrong = operands_wrong(asked, argc, argv);
	struct scd_check_opts opts;
	struct scd_error err;

	if (wrong) {
		scd_cli_warn("%s", wrong);
		return SCD_EXIT_USAGE;
	}
	if (scd_check_opts_make(&asked->words, &opts, &err) < 0)
		return scd_cli_fail(&err);
	if (opts.oci_runtimes == 0)
		opts.oci_runtimes = SCD_OCI_RUNTIME_ANY;
	session.opts = &opts;
	session.style.ceiling = asked->ceiling;
	session.style.color =
		asked->output == SCD_OUTPUT_HUMAN && scd_cli_want_color(asked->color, stdout);
	return run_operands(&session, argc, argv);
}

const struct scd_command scd_command_diff = {
	.name = "diff",
	.operands = "OLD NEW",
	.summary = "Compare what two profiles mean, call by call.",
	.details =
		"OLD and NEW are profiles, or directories whose profiles are compared by name. With\n"
		"--ceiling BASE there is no OLD, and there can be several NEW.\n"
		"+ is more restricted than before, - less, ~ fails otherwise.\n"
		"Exit status: 0 no difference, 1 differences, 2 wrong usage, 3 trouble.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct diff_options),
	.run = run_diff,
};

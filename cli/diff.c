/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "collect.h"
#include "compare.h"
#include "meaning.h"
#include "opened.h"

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

#define BODY_MAX ((size_t)4 << 20)
#define NAME_WIDTH 22

/* Most sections of one comparison: architectures times loaders. */
#define ARCHS_MAX 24
#define SECTIONS_MAX (ARCHS_MAX * SCD_LOADERS_MAX)

struct diff_options {
	bool help;
	int output; /* enum scd_output */
	bool quiet;
	int color;
	char *ceiling;
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
	SCD_CLI_OCI_RUNTIME(struct diff_options, words),
	{ .name = "arch",
	  .type = SCD_OPT_STRINGS,
	  .offset = offsetof(struct diff_options, words.archs),
	  .metavar = "ARCH",
	  .check = scd_check_arch_word,
	  .help = "compare for programs of this architecture; repeatable; all that the profiles "
		  "list when absent" },
};

/* What one pair of loaders makes of one architecture. */
struct section {
	uint32_t arch;
	const char *loader;
	struct scd_comparison comparison;
	char *body; /* as people see it: equal ones are one */
	bool shown;
};

struct sections {
	struct section items[SECTIONS_MAX];
	size_t count;
};

static void sections_done(struct sections *sections)
{
	for (size_t i = 0; i < sections->count; i++) {
		scd_comparison_done(&sections->items[i].comparison);
		free(sections->items[i].body);
	}
}

struct session {
	const struct diff_options *asked;
	const struct scd_check_opts *opts;
	cJSON *profiles; /* of "-o json" */
	bool color;
	bool found;
};

static bool counts(const struct session *session, const struct scd_difference *d)
{
	return !session->asked->ceiling || scd_change_exceeds(d->before, d->after);
}

static void add_change(struct scd_buf *out, const struct scd_difference *d, bool color)
{
	static const char *const colors[] = { GREEN, YELLOW, RED };
	static const char signs[] = { '+', '~', '-' };
	const int direction = scd_change_direction(d->before, d->after) + 1;
	char before[SCD_ACTION_BRIEF_SIZE], after[SCD_ACTION_BRIEF_SIZE], number[64];
	const char *name = d->name;

	if (d->kind == SCD_DIFFERS_NUMBERS) {
		(void)snprintf(number, sizeof(number), "calls without a name, such as %d",
			       d->nr & 0x3fffffff);
		name = number;
	} else if (d->kind != SCD_DIFFERS_CALL) {
		name = d->kind == SCD_DIFFERS_ADDED ? "the architecture, now listed"
						    : "the architecture, no longer listed";
	}
	scd_buf_printf(out, "  %s%c %-*s %s → %s%s", color ? colors[direction] : "",
		       signs[direction], NAME_WIDTH, name, scd_action_brief(d->before, before),
		       scd_action_brief(d->after, after), color ? PLAIN : "");
	if (d->kind == SCD_DIFFERS_ADDED)
		scd_buf_puts(out, " and what else the profile says");
	if (d->when)
		scd_buf_printf(out, "  if %s", d->when);
	if (d->sampled)
		scd_buf_puts(out, "  (of the combinations that were tried)");
	scd_buf_putc(out, '\n');
}

static int make_body(const struct session *session, struct section *section, struct scd_error *err)
{
	auto_buf struct scd_buf out = scd_buf_init(BODY_MAX);

	for (size_t i = 0; i < section->comparison.count; i++)
		if (counts(session, &section->comparison.items[i]))
			add_change(&out, &section->comparison.items[i], session->color);
	scd_buf_puts(&out, "");
	section->body = scd_buf_take(&out);
	return section->body ? 0 : scd_fail(err, SCD_E_NOMEM, 0, "differences");
}

/* "x86_64 and aarch64, with runc and crun": the sections that say the same as number @first. */
static void add_heading(const struct sections *sections, size_t first, struct scd_buf *archs,
			struct scd_buf *loaders)
{
	const struct section *head = &sections->items[first];

	for (size_t i = first; i < sections->count; i++) {
		const struct section *s = &sections->items[i];

		if (s->shown || strcmp(s->body, head->body) != 0)
			continue;
		if (s->loader == head->loader) {
			scd_buf_puts(archs, archs->len ? " and " : "");
			scd_arch_add_short_name(archs, s->arch);
		}
		if (s->arch == head->arch)
			scd_buf_printf(loaders, "%s%s", loaders->len ? " and " : "", s->loader);
	}
}

/* Marks what the heading of number @first covers: its architectures with its loaders. */
static void mark_shown(struct sections *sections, size_t first)
{
	const struct section *head = &sections->items[first];

	for (size_t i = first; i < sections->count; i++) {
		struct section *s = &sections->items[i];
		bool arch = false, loader = false;

		for (size_t k = first; k < sections->count; k++) {
			const struct section *t = &sections->items[k];
			const bool same = strcmp(t->body, head->body) == 0;

			arch |= same && t->arch == s->arch && t->loader == head->loader;
			loader |= same && t->arch == head->arch && t->loader == s->loader;
		}
		if (strcmp(s->body, head->body) == 0 && arch && loader)
			s->shown = true;
	}
}

static void print_sections(struct session *session, struct sections *sections, const char *before,
			   const char *after)
{
	bool titled = false;

	for (size_t i = 0; i < sections->count; i++) {
		auto_buf struct scd_buf archs = scd_buf_init(512), loaders = scd_buf_init(512);
		struct section *s = &sections->items[i];

		if (s->shown || !*s->body)
			continue;
		if (!titled)
			(void)printf("%s%s → %s%s\n", session->color ? BOLD : "", before, after,
				     session->color ? PLAIN : "");
		titled = true;
		add_heading(sections, i, &archs, &loaders);
		(void)printf("%s, with %s\n%s", scd_buf_text(&archs), scd_buf_text(&loaders),
			     s->body);
		mark_shown(sections, i);
	}
}

static bool json_action(cJSON *object, const char *key, uint32_t action)
{
	const struct scd_action *row = scd_action_of(action);
	cJSON *inner = cJSON_AddObjectToObject(object, key);
	const char *name = scd_errno_name(action & 0xffff);

	if (!inner || !cJSON_AddStringToObject(inner, "action", row ? row->name : "unknown"))
		return false;
	if (!row || !row->takes_errno)
		return true;
	return cJSON_AddNumberToObject(inner, "errno", action & 0xffff) &&
	       (!name || cJSON_AddStringToObject(inner, "errnoName", name));
}

static bool json_difference(cJSON *list, const struct section *section,
			    const struct scd_difference *d)
{
	static const char *const kinds[] = { "syscall", "unnamed", "architecture-added",
					     "architecture-removed" };
	static const char *const directions[] = { "stricter", "other", "weaker" };
	auto_buf struct scd_buf arch = scd_buf_init(64);
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	scd_arch_add_short_name(&arch, section->arch);
	return cJSON_AddStringToObject(object, "architecture", scd_buf_text(&arch)) &&
	       cJSON_AddStringToObject(object, "ociRuntime", section->loader) &&
	       cJSON_AddStringToObject(object, "kind", kinds[d->kind]) &&
	       (!*d->name || cJSON_AddStringToObject(object, "syscall", d->name)) &&
	       cJSON_AddNumberToObject(object, "number", d->nr) &&
	       (!d->when || cJSON_AddStringToObject(object, "when", d->when)) &&
	       (!d->sampled || cJSON_AddTrueToObject(object, "sampled")) &&
	       json_action(object, "old", d->before) && json_action(object, "new", d->after) &&
	       cJSON_AddStringToObject(object, "change",
				       directions[scd_change_direction(d->before, d->after) + 1]);
}

static bool json_sections(struct session *session, const struct sections *sections,
			  const char *before, const char *after)
{
	cJSON *object = cJSON_CreateObject(), *list;

	if (!object || !cJSON_AddItemToArray(session->profiles, object)) {
		cJSON_Delete(object);
		return false;
	}
	if ((before && !cJSON_AddStringToObject(object, "old", before)) ||
	    (after && !cJSON_AddStringToObject(object, "new", after)))
		return false;
	list = cJSON_AddArrayToObject(object, "differences");
	for (size_t i = 0; list && i < sections->count; i++) {
		const struct scd_comparison *comparison = &sections->items[i].comparison;

		for (size_t k = 0; k < comparison->count; k++)
			if (counts(session, &comparison->items[k]) &&
			    !json_difference(list, &sections->items[i], &comparison->items[k]))
				return false;
	}
	return list;
}

/* Compares what one kind of loader makes of both. */
static int compare(struct session *session, const struct scd_opened *before,
		   const struct scd_opened *after, uint32_t arch, const struct scd_loader *loader,
		   struct sections *sections, struct scd_error *err)
{
	const uint32_t node = scd_arch_node(arch);
	auto_program struct scd_program old = { 0 }, new = { 0 };
	struct section *section = &sections->items[sections->count];

	if (scd_program_make(&before->subject, loader, node, &old, err) < 0)
		return scd_wrap(err, "%s", before->path);
	if (scd_program_make(&after->subject, loader, node, &new, err) < 0)
		return scd_wrap(err, "%s", after->path);
	section->arch = arch;
	section->loader = loader->name;
	sections->count++;
	if (scd_compare(&old, &new, arch, &section->comparison, err) < 0 ||
	    make_body(session, section, err) < 0)
		return -1;
	session->found |= *section->body != '\0';
	return 0;
}

/* The loaders that differ for one of the two are all of them. */
static int compare_arch(struct session *session, const struct scd_opened *before,
			const struct scd_opened *after, uint32_t arch, struct sections *sections,
			struct scd_error *err)
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

/* The architectures that both together are about. */
static size_t all_archs(const struct scd_check_opts *asked, const struct scd_opened *before,
			const struct scd_opened *after, uint32_t archs[ARCHS_MAX])
{
	const struct scd_profile *const profiles[] = { &before->subject.profile,
						       &after->subject.profile };
	size_t count = 0;

	for (size_t i = 0; i < asked->arch_count; i++)
		archs[count++] = asked->archs[i];
	for (size_t p = 0; p < 2 && asked->arch_count == 0; p++)
		for (size_t i = 0; i < profiles[p]->arch_count; i++) {
			bool seen = count == ARCHS_MAX;

			for (size_t k = 0; k < count && !seen; k++)
				seen = archs[k] == profiles[p]->archs[i];
			if (!seen)
				archs[count++] = profiles[p]->archs[i];
		}
	if (count == 0)
		archs[count++] = seccomp_arch_native();
	return count;
}

static int open_usable(const struct scd_input *input, const struct scd_check_opts *opts,
		       struct scd_opened *opened, struct scd_error *err)
{
	if (scd_opened_read_input(input, opts, opened, err) < 0)
		return -1;
	if (scd_opened_warn(opened) && !opened->subject.usable)
		return scd_fail(err, SCD_E_CORRUPT, 0, "%s: not a profile", input->path);
	if (!opened->subject.usable)
		return scd_fail(err, SCD_E_CORRUPT, 0, "%s: not a profile", input->path);
	return 0;
}

static int diff_pair(struct session *session, const struct scd_input *before,
		     const struct scd_input *after, struct scd_error *err)
{
	const struct scd_check_opts judged = scd_check_opts_complete(&(struct scd_check_opts){ 0 });
	auto_opened struct scd_opened old = { 0 }, new = { 0 };
	auto_free void *room = calloc(1, sizeof(struct sections));
	struct sections *sections = room;
	uint32_t archs[ARCHS_MAX];
	size_t count;
	int rc = 0;

	if (!sections)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	if (open_usable(before, &judged, &old, err) < 0 ||
	    open_usable(after, &judged, &new, err) < 0)
		return -1;
	count = all_archs(session->opts, &old, &new, archs);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = compare_arch(session, &old, &new, archs[i], sections, err);
	if (rc == 0 && session->profiles &&
	    !json_sections(session, sections, before->path, after->path))
		rc = scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	else if (rc == 0 && !session->profiles && !session->asked->quiet)
		print_sections(session, sections, before->path, after->path);
	sections_done(sections);
	return rc;
}

/* A profile that only one side has. */
static int alone(struct session *session, const struct scd_input *input, bool added,
		 struct scd_error *err)
{
	const struct sections none = { 0 };

	if (session->asked->ceiling && !added)
		return 0; /* the ceiling may have more */
	session->found = true;
	if (session->profiles)
		return json_sections(session, &none, added ? NULL : input->path,
				     added ? input->path : NULL)
			       ? 0
			       : scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	if (!session->asked->quiet)
		(void)printf("%s%s: %s%s\n", session->color ? BOLD : "", input->path,
			     added ? "added" : "removed", session->color ? PLAIN : "");
	return 0;
}

static const struct scd_input *find(const struct scd_inputs *inputs, const char *name)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(inputs->items[i].name, name) == 0)
			return &inputs->items[i];
	return NULL;
}

/* Two directories: profiles of one name belong together. */
static int diff_directories(struct session *session, const struct scd_inputs *before,
			    const struct scd_inputs *after, struct scd_error *err)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct scd_input *other = find(after, before->items[i].name);

		if (!other ? alone(session, &before->items[i], false, err) < 0
			   : diff_pair(session, &before->items[i], other, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < after->count; i++)
		if (!find(before, after->items[i].name) &&
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
	int rc = 0;

	if (asked->output == SCD_OUTPUT_JSON && !asked->quiet) {
		root = make_document(&session->profiles);
		if (!root)
			return scd_cli_no_memory();
	}
	if (!asked->ceiling)
		rc = diff_operands(session, argv[0], argv[1], &err);
	for (int i = 0; asked->ceiling && i < argc && rc == 0; i++)
		rc = diff_operands(session, asked->ceiling, argv[i], &err);
	if (rc < 0) {
		cJSON_Delete(root);
		return scd_cli_fail(&err);
	}
	if (root && scd_cli_print_json(root) != SCD_EXIT_OK)
		return SCD_EXIT_TROUBLE;
	return session->found ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

static enum scd_exit run_diff(const void *target, int argc, char **argv)
{
	const struct diff_options *asked = target;
	struct session session = { .asked = asked };
	struct scd_check_opts opts;
	struct scd_error err;

	if (asked->ceiling ? argc < 1 : argc != 2) {
		scd_cli_warn(asked->ceiling ? "diff --ceiling BASE needs a NEW"
					    : "diff needs OLD and NEW");
		return SCD_EXIT_USAGE;
	}
	if (scd_check_opts_make(&asked->words, &opts, &err) < 0)
		return scd_cli_fail(&err);
	if (opts.oci_runtimes == 0)
		opts.oci_runtimes = SCD_OCI_RUNTIME_ANY;
	session.opts = &opts;
	session.color =
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

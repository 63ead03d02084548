/* SPDX-License-Identifier: MIT */
/* The localhostProfiles of pods against the profiles that are judged with them. */
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "value.h"
#include "verdicts.h"

#define NEAR 3 /* edits within which a name is a misspelling */
/* Most names that are compared with misspelt ones: after that, nothing is proposed any more. */
#define COMPARED_MAX ((size_t)1 << 17)
#define SECCOMP_DIR "/seccomp/"
#define LOCALHOST "localhost/"
#define SUFFIX ".json"
#define SEPARATOR "__" /* in the keys that `seccompctl configmap` makes, for the / of a name */

/* A profile of the set, as a pod writes it: root/name; between the two may be what a volume is
 * mounted as. */
struct named {
	const char *root, *name;
};

/* All names of all profiles. */
struct names {
	struct named *items; /* sorted, once all are in */
	size_t count, cap;
	struct scd_strings texts; /* in the order in which they came in */
	size_t compared;	  /* with misspelt ones */
};

static void names_done(struct names *names)
{
	scd_strings_done(&names->texts);
	free(names->items);
}

static int compare_names(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	const int order = strcmp(left->root, right->root);

	return order ? order : strcmp(left->name, right->name);
}

static void sort_names(struct names *names)
{
	if (names->count > 1)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
}

static int add_name(struct names *names, const char *root, const char *name, struct scd_error *err)
{
	void *items = names->items;
	const bool room = scd_room_for_one(&items, names->count, &names->cap, sizeof(struct named));

	names->items = items;
	if (!room || scd_strings_add(&names->texts, name, strlen(name)) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
	names->items[names->count++] =
		(struct named){ root, names->texts.items[names->texts.count - 1] };
	return 0;
}

static bool has_name(const struct names *names, const char *root, const char *name)
{
	const struct named key = { root, name };

	return names->count > 0 && bsearch(&key, names->items, names->count, sizeof(*names->items),
					   compare_names) != NULL;
}

/* Adds the name that `seccompctl configmap` made @key of. */
static int add_name_of_key(struct names *names, const char *root, const char *key,
			   struct scd_error *err)
{
	char *out;

	if (add_name(names, root, key, err) < 0)
		return -1;
	out = names->texts.items[names->texts.count - 1];
	for (const char *in = key; *in; in++) {
		if (strncmp(in, SEPARATOR, sizeof(SEPARATOR) - 1) == 0) {
			*out++ = '/';
			in += sizeof(SEPARATOR) - 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return 0;
}

static int add_names_of(struct names *names, const struct scd_verdict *verdict,
			struct scd_error *err)
{
	const struct scd_embedded *embedded = verdict->embedded;

	if (!embedded)
		return verdict->profile ? add_name(names, "profiles", verdict->profile, err) : 0;
	if (add_name(names, embedded->root, embedded->name, err) < 0)
		return -1;
	return embedded->key && strstr(embedded->key, SEPARATOR)
		       ? add_name_of_key(names, embedded->root, embedded->key, err)
		       : 0;
}

/* A volume gives a key another path: the profile is called so too. The first @keys names are
 * sorted. */
static int add_paths_of(struct names *names, size_t keys, const struct scd_manifest *manifest,
			struct scd_error *err)
{
	for (size_t i = 0; i < manifest->item_count; i++) {
		const struct scd_volume_item *item = &manifest->items[i];
		const struct names sorted = { .items = names->items, .count = keys };

		if (has_name(&sorted, "profiles", item->key) &&
		    add_name(names, "profiles", item->path, err) < 0)
			return -1;
	}
	return 0;
}

static int collect_names(const struct scd_verdicts *verdicts, struct names *names,
			 struct scd_error *err)
{
	size_t keys;

	for (size_t i = 0; i < verdicts->count; i++)
		if (add_names_of(names, verdicts->items[i], err) < 0)
			return -1;
	sort_names(names);
	keys = names->count;
	for (size_t i = 0; i < verdicts->count; i++)
		if (verdicts->items[i]->manifest &&
		    add_paths_of(names, keys, verdicts->items[i]->manifest, err) < 0)
			return -1;
	sort_names(names);
	return 0;
}

static const char *const roots[] = { "profiles", "operator" };
#define ROOT_COUNT (sizeof(roots) / sizeof(roots[0]))

/* What follows "root/"; NULL when @path does not begin so. */
static const char *below_root(const char *path, const char *root)
{
	const size_t len = strlen(root);

	return strncmp(path, root, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

/* Whether @path is root/name, or root/.../name. */
static bool is_called(const struct names *names, const char *path)
{
	for (size_t i = 0; i < ROOT_COUNT; i++)
		for (const char *name = below_root(path, roots[i]); name;) {
			const char *slash = strchr(name, '/');

			if (has_name(names, roots[i], name))
				return true;
			name = slash ? slash + 1 : NULL;
		}
	return false;
}

struct search {
	const char *path;
	bool found;	/* a profile is called so */
	char near[512]; /* what to write instead; "": nobody knows */
	size_t distance;
};

static void propose(struct search *search, const struct named *named, size_t distance)
{
	if (distance >= search->distance)
		return;
	search->distance = distance;
	(void)snprintf(search->near, sizeof(search->near), "%s/%s", named->root, named->name);
}

/* @rest: the path without a root, which may be missing or misspelt. */
static void compare(struct search *search, const struct named *named, const char *rest)
{
	const size_t len = strlen(rest);
	char path[sizeof(search->near)];

	if (strncmp(named->name, rest, len) == 0 && strcmp(named->name + len, SUFFIX) == 0) {
		propose(search, named, 0);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", named->root, named->name);
	propose(search, named, scd_text_distance(rest, named->name, NEAR));
	propose(search, named, scd_text_distance(search->path, path, NEAR));
}

/* What a path would be called below the root directories. */
static const char *without_root(const char *path)
{
	for (size_t i = 0; i < ROOT_COUNT; i++)
		if (below_root(path, roots[i]))
			return below_root(path, roots[i]);
	return path;
}

/* How far a name may be from what it was meant to be: half of a short one is another one. */
static size_t tolerance(const char *path)
{
	const char *slash = strrchr(path, '/');
	const size_t half = strcspn(slash ? slash + 1 : path, ".") / 2;

	return half < NEAR ? half : NEAR;
}

static void search_for(struct search *search, struct names *names)
{
	search->distance = tolerance(search->path) + 1;
	search->found = is_called(names, search->path);
	if (search->found)
		return;
	for (size_t i = 0; i < names->count && names->compared < COMPARED_MAX; i++) {
		compare(search, &names->items[i], without_root(search->path));
		names->compared++;
	}
}

/* The path that was meant, when a wrong one begins with something that is never right. */
static const char *without_prefix(const char *path)
{
	const char *dir;

	for (const char *back = path; (back = strstr(back, "../")); back += 3)
		if (back == path || back[-1] == '/')
			path = back + 3;
	if (*path == '/') {
		dir = strstr(path, SECCOMP_DIR);
		if (dir)
			return dir + sizeof(SECCOMP_DIR) - 1;
		return path + strspn(path, "/");
	}
	return strncmp(path, LOCALHOST, sizeof(LOCALHOST) - 1) == 0 ? path + sizeof(LOCALHOST) - 1
								    : path;
}

static bool has_back_step(const char *path)
{
	while (path) {
		if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || !path[2]))
			return true;
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	return false;
}

/* What is wrong with the form of a path, or NULL. */
static const char *wrong_form(const char *path)
{
	if (!*path)
		return "is empty, and kubelet refuses that";
	if (*path == '/')
		return "begins with a slash, and the API server refuses that";
	if (has_back_step(path))
		return "has \"..\" in it, and the API server refuses that";
	if (strchr(path, '\\'))
		return "has a backslash in it, and no profile has";
	if (strncmp(path, LOCALHOST, sizeof(LOCALHOST) - 1) == 0)
		return "begins with \"localhost/\", which was for annotations and names a directory "
		       "here";
	return NULL;
}

static void report(struct scd_verdict *verdict, enum scd_rule_number rule,
		   const struct scd_profile_use *use, const char *wrong, const char *instead)
{
	const struct scd_place place = { use->line, use->column, NULL };
	char shown[SCD_VALUE_SHOWN], write[SCD_VALUE_SHOWN];

	if (verdict->settings->opts.disabled[rule])
		return;
	scd_value_show(use->profile, shown);
	scd_value_show(instead, write);
	scd_report_add(&verdict->report, rule, SCD_ERROR, place, "%s: localhostProfile %s %s%s%s",
		       use->object, shown, wrong, *instead ? ": write " : "",
		       *instead ? write : "");
}

static void judge_use(struct scd_verdict *verdict, const struct scd_profile_use *use,
		      struct names *names, bool partial)
{
	struct search search = { .path = without_prefix(use->profile) };
	const char *wrong = wrong_form(use->profile);

	search_for(&search, names);
	if (wrong) {
		const bool clean = !wrong_form(search.path);

		report(verdict, SCD_LOCALHOST_PROFILE_PATH, use, wrong,
		       search.found || (!*search.near && clean) ? search.path : search.near);
		return;
	}
	if (names->count == 0 || search.found)
		return;
	if (search.distance == 0 && without_root(use->profile) == use->profile)
		report(verdict, SCD_LOCALHOST_PROFILE_PATH, use,
		       "lacks the directory of the profiles", search.near);
	else if (!partial)
		report(verdict, SCD_LOCALHOST_PROFILE_UNKNOWN, use,
		       *search.near ? "is none of the profiles; a similar one is there"
				    : "is none of the profiles",
		       search.near);
}

int scd_judge_uses(struct scd_verdicts *verdicts, bool partial, struct scd_error *err)
{
	SCD_CLEANUP(names_done) struct names names = { 0 };

	if (collect_names(verdicts, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < verdicts->count; i++) {
		struct scd_verdict *verdict = verdicts->items[i];

		if (!verdict->manifest)
			continue;
		for (size_t k = 0; k < verdict->manifest->use_count; k++)
			judge_use(verdict, &verdict->manifest->uses[k], &names, partial);
		if (verdict->settings->opts.strict)
			scd_report_promote(&verdict->report);
		scd_report_sort(&verdict->report);
	}
	return 0;
}

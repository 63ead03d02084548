/* SPDX-License-Identifier: MIT */
/* The localhostProfiles of pods against the profiles that are judged with them. */
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "value.h"
#include "verdicts.h"

#define NEAR 3 /* edits within which a name is a misspelling */
#define SECCOMP_DIR "/seccomp/"
#define LOCALHOST "localhost/"

/* A profile of the set, as a pod writes it: root/name; between the two may be what a volume is
 * mounted as. */
struct named {
	const char *root, *name;
};

static bool name_of(const struct scd_verdict *verdict, struct named *named)
{
	if (verdict->embedded)
		*named = (struct named){ verdict->embedded->root, verdict->embedded->name };
	else if (verdict->profile)
		*named = (struct named){ "profiles", verdict->profile };
	else
		return false;
	return true;
}

static bool is_called(const struct named *named, const char *path)
{
	const size_t root = strlen(named->root), len = strlen(path), name = strlen(named->name);

	return strncmp(path, named->root, root) == 0 && path[root] == '/' &&
	       len >= root + 1 + name && path[len - name - 1] == '/' &&
	       strcmp(path + len - name, named->name) == 0;
}

struct search {
	const char *path;
	bool any;	/* there is a profile at all */
	bool found;	/* one is called so */
	char near[512]; /* what to write instead; "": nobody knows */
	size_t distance;
};

/* @rest: the path without a root, which may be missing or misspelt. */
static void compare(struct search *search, const struct named *named, const char *rest)
{
	size_t distance = scd_text_distance(rest, named->name, NEAR), whole;
	char path[sizeof(search->near)];

	search->any = true;
	search->found |= is_called(named, search->path);
	(void)snprintf(path, sizeof(path), "%s/%s", named->root, named->name);
	whole = scd_text_distance(search->path, path, NEAR);
	distance = whole < distance ? whole : distance;
	if (distance >= search->distance)
		return;
	search->distance = distance;
	memcpy(search->near, path, sizeof(path));
}

/* What a path would be called below the root directories. */
static const char *without_root(const char *path)
{
	static const char *const roots[] = { "profiles/", "operator/" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strncmp(path, roots[i], strlen(roots[i])) == 0)
			return path + strlen(roots[i]);
	return path;
}

static void search_for(struct search *search, const struct scd_verdicts *verdicts)
{
	const char *rest = without_root(search->path);

	search->distance = NEAR + 1;
	for (size_t i = 0; i < verdicts->count; i++) {
		struct named named;
		char with_suffix[256];

		if (!name_of(verdicts->items[i], &named))
			continue;
		compare(search, &named, rest);
		(void)snprintf(with_suffix, sizeof(with_suffix), "%s.json", rest);
		if (strcmp(with_suffix, named.name) == 0)
			compare(search, &named, named.name);
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
		      const struct scd_verdicts *verdicts)
{
	struct search search = { .path = without_prefix(use->profile) };
	const char *wrong = wrong_form(use->profile);

	search_for(&search, verdicts);
	if (wrong) {
		const bool clean = !has_back_step(search.path) && *search.path;

		report(verdict, SCD_LOCALHOST_PROFILE_PATH, use, wrong,
		       search.found || (!*search.near && clean) ? search.path : search.near);
		return;
	}
	if (!search.any || search.found)
		return;
	if (search.distance == 0 && without_root(use->profile) == use->profile)
		report(verdict, SCD_LOCALHOST_PROFILE_PATH, use,
		       "lacks the directory of the profiles", search.near);
	else
		report(verdict, SCD_LOCALHOST_PROFILE_UNKNOWN, use,
		       *search.near ? "is none of the profiles; a similar one is there"
				    : "is none of the profiles",
		       search.near);
}

void scd_judge_uses(struct scd_verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		struct scd_verdict *verdict = verdicts->items[i];

		if (!verdict->manifest)
			continue;
		for (size_t k = 0; k < verdict->manifest->use_count; k++)
			judge_use(verdict, &verdict->manifest->uses[k], verdicts);
		if (verdict->settings->opts.strict)
			scd_report_promote(&verdict->report);
		scd_report_sort(&verdict->report);
	}
}

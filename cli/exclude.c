/* SPDX-License-Identifier: MIT */
#include "exclude.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The pattern without what people write around it: "./", "/" and "**" and slashes at its ends. */
static void trim(const char **pattern, size_t *len)
{
	for (;;) {
		if (**pattern == '/')
			(*pattern)++;
		else if (strncmp(*pattern, "./", 2) == 0)
			*pattern += 2;
		else if (strncmp(*pattern, "**/", 3) == 0)
			*pattern += 3;
		else
			break;
	}
	*len = strlen(*pattern);
	for (;;) {
		if (*len > 0 && (*pattern)[*len - 1] == '/')
			--*len;
		else if (*len > 2 && strncmp(*pattern + *len - 3, "/**", 3) == 0)
			*len -= 3;
		else
			break;
	}
}

/* Whether @glob matches what begins at @part and ends where some name in it does. */
static bool matches_from(const char *part, const char *glob)
{
	char cut[PATH_MAX];
	size_t len = 0;

	if (snprintf(cut, sizeof(cut), "%s", part) >= (int)sizeof(cut))
		return false;
	for (;;) {
		const char end = cut[len += strcspn(cut + len, "/")];

		cut[len] = '\0';
		if (fnmatch(glob, cut, FNM_PATHNAME) == 0)
			return true;
		cut[len] = end;
		if (!end)
			return false;
		len++;
	}
}

static bool matches(const char *path, const char *pattern)
{
	char glob[PATH_MAX];
	size_t len;

	trim(&pattern, &len);
	if (len == 0 || len >= sizeof(glob))
		return false;
	memcpy(glob, pattern, len);
	glob[len] = '\0';
	for (const char *part = path; part;) {
		const char *slash = strchr(part, '/');

		if (matches_from(part, glob))
			return true;
		part = slash ? slash + 1 : NULL;
	}
	return false;
}

bool scd_path_is_excluded(const char *path, const struct scd_strings *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (matches(path, patterns->items[i]))
			return true;
	return false;
}

int scd_check_exclude_word(const char *pattern, struct scd_error *err)
{
	size_t len;

	trim(&pattern, &len);
	if (len > 0 && len < PATH_MAX)
		return 0;
	return scd_fail(err, SCD_E_CONFIG, 0,
			len > 0 ? "a pattern longer than a path can be"
				: "a pattern that nothing matches: write a name, or a path with *");
}

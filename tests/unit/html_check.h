/* SPDX-License-Identifier: MIT */
/* Reads the status page as strictly as it is written: elements that are known and closed in
 * order, attributes that are known, quoted and harmless, and nothing fetched from anywhere. */
#ifndef SCD_TEST_HTML_CHECK_H
#define SCD_TEST_HTML_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HTML_DEPTH_MAX 32

/* Why the last page was refused. */
static char html_why[256];

static inline bool html_refuse(const char *why, const char *at)
{
	(void)snprintf(html_why, sizeof(html_why), "%s: %.80s", why, at);
	return false;
}

static inline bool html_is_one_of(const char *word, size_t len, const char *list)
{
	for (; *list; list += strcspn(list, " "), list += strspn(list, " "))
		if (strcspn(list, " ") == len && memcmp(list, word, len) == 0)
			return true;
	return false;
}

/* "&lt;" and its like; a bare '&' is refused. */
static inline bool html_is_entity(const char *at)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(at, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

/* Links lead to other answers of the daemon or to a place on the page. */
static inline bool html_is_link(const char *value, size_t len)
{
	static const char icon[] = "data:image/svg+xml,%3Csvg ";

	if (len > sizeof(icon) && strncmp(value, icon, sizeof(icon) - 1) == 0)
		return true;
	if (len > 0 && *value == '#')
		return true;
	return html_is_one_of(value, len,
			      "status?pretty readyz?verbose livez?verbose metrics version");
}

/* Reads the attributes of a tag up to its '>'; what stands behind it, or NULL. */
static inline const char *html_attributes(const char *at)
{
	while (*at == ' ' || *at == '\n') {
		const char *name = at + 1, *value;
		size_t name_len = strcspn(name, "= >");

		if (name[name_len] != '=' || name[name_len + 1] != '"') {
			(void)html_refuse("an attribute without a quoted value", at);
			return NULL;
		}
		if (!html_is_one_of(
			    name, name_len,
			    "lang charset name content rel href class id role scope datetime "
			    "aria-labelledby aria-label data-label")) {
			(void)html_refuse("an attribute that is not ours", at);
			return NULL;
		}
		value = name + name_len + 2;
		at = strchr(value, '"');
		if (!at) {
			(void)html_refuse("an attribute without an end", name);
			return NULL;
		}
		if (name_len == 4 && memcmp(name, "href", 4) == 0 &&
		    !html_is_link(value, (size_t)(at - value))) {
			(void)html_refuse("a link to elsewhere", value);
			return NULL;
		}
		at++;
	}
	if (*at == '>')
		return at + 1;
	(void)html_refuse("a tag without an end", at);
	return NULL;
}

/* Whether @page is such a page; else html_why says why not. */
static inline bool html_check(const char *page)
{
	static const char elements[] =
		"html head meta title link style body header main footer nav section article div "
		"h1 h2 h3 p ul li dl dt dd span b bdi br code pre a time table thead tbody tr th td "
		"details summary";
	const char *open[HTML_DEPTH_MAX];
	size_t depth = 0, len;
	const char *at;

	if (strncmp(page, "<!DOCTYPE html>\n", 16) != 0)
		return html_refuse("no doctype", page);
	for (at = page + 16; *at;) {
		if (*at == '&' && !html_is_entity(at))
			return html_refuse("a bare ampersand", at);
		if (*at == '>' || *at == '"' || *at == '\'')
			if (depth == 0 || strncmp(open[depth - 1], "style", 5) != 0)
				return html_refuse("a character that is not escaped", at);
		if ((unsigned char)*at < ' ' && *at != '\n')
			return html_refuse("a control character", at);
		if (*at != '<') {
			at++;
			continue;
		}
		at += at[1] == '/' ? 2 : 1;
		len = strcspn(at, " >\n");
		if (!html_is_one_of(at, len, elements))
			return html_refuse("an element that is not ours", at);
		if (at[-1] == '/') {
			if (depth == 0 || strncmp(open[depth - 1], at, len) != 0)
				return html_refuse("closed and not open", at);
			depth--;
		} else if (!html_is_one_of(at, len, "meta link br")) {
			if (depth == HTML_DEPTH_MAX)
				return html_refuse("too deep", at);
			open[depth++] = at;
		}
		at = html_attributes(at + len);
		if (!at)
			return false;
	}
	return depth == 0 || html_refuse("never closed", open[depth - 1]);
}

#endif

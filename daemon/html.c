/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* For one of the five that are not to stand for themselves. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

void scd_html_lines(struct scd_buf *out, const char *text)
{
	while (*text) {
		const size_t plain = strcspn(text, "&<>\"'");

		scd_buf_add(out, text, plain);
		text += plain;
		if (*text)
			scd_buf_puts(out, entity(*text++));
	}
}

void scd_html_text(struct scd_buf *out, const char *text)
{
	const size_t len = strlen(text);
	auto_buf struct scd_buf shown = scd_buf_init(6 * len + 1); /* a byte is \u0000 at most */

	scd_text_show(&shown, text, len, len);
	scd_html_lines(out, scd_buf_text(&shown));
	out->failed |= shown.failed;
}

static void put_ago(struct scd_buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = { { DAY, "d" }, { HOUR, "h" }, { MINUTE, "min" }, { 1, "s" } };
	size_t i = 0;

	if (seconds < 1) {
		scd_buf_puts(out, "just now");
		return;
	}
	while (seconds < units[i].unit)
		i++;
	scd_buf_printf(out, "%" PRId64 " %s ago", seconds / units[i].unit, units[i].name);
}

void scd_html_moment(struct scd_buf *out, int64_t seconds)
{
	const time_t t = (time_t)seconds;
	char machine[32], people[32];
	struct tm tm;

	if (seconds == 0 || !gmtime_r(&t, &tm) ||
	    strftime(machine, sizeof(machine), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0 ||
	    strftime(people, sizeof(people), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		scd_buf_puts(out, "never");
	else
		scd_buf_printf(out, "<time datetime=\"%s\">%s UTC</time>", machine, people);
}

void scd_html_time(struct scd_buf *out, int64_t seconds, int64_t now)
{
	scd_html_moment(out, seconds);
	if (seconds == 0)
		return;
	scd_buf_puts(out, ", ");
	put_ago(out, now - seconds);
}

void scd_html_bytes(struct scd_buf *out, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t whole = bytes, rest = 0;
	size_t unit = 0;

	for (; whole >= 1024; unit++) {
		rest = whole % 1024;
		whole /= 1024;
	}
	scd_buf_printf(out, "%" PRIu64, whole);
	if (unit > 0 && whole < 100)
		scd_buf_printf(out, ".%" PRIu64, rest * 10 / 1024);
	scd_buf_printf(out, " %s", units[unit]);
}

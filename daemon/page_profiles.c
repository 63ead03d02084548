/* SPDX-License-Identifier: MIT */
#include "page_parts.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "fsio.h"
#include "html.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What follows needs room too, so each part ends early enough: no profile needs an eighth
 * of the page. */
#define CARDS_END (SCD_PAGE_BYTES_MAX / 8 * 3)
#define TABLE_END (SCD_PAGE_BYTES_MAX / 8 * 5)
#define REMARKS_END (SCD_PAGE_BYTES_MAX / 8 * 6)

static const struct {
	enum scd_tone tone;
	bool unwell;
	const char *sentence;
} phases[] = {
	[SCD_PHASE_INSTALLED] = { SCD_TONE_GOOD, false, "On disk, as in the source." },
	[SCD_PHASE_STALE] = { SCD_TONE_WARN, true,
			      "The text is refused. The last good version stays on disk." },
	[SCD_PHASE_INVALID] = { SCD_TONE_BAD, true,
				"The text is refused. Nothing is on disk: a pod that names it "
				"does not start." },
	[SCD_PHASE_PENDING] = { SCD_TONE_CALM, false, "No verdict yet. What is on disk stays." },
	[SCD_PHASE_CONFLICT] = { SCD_TONE_WARN, true,
				 "Something that is not ours has this name. It is left alone." },
	[SCD_PHASE_FAILED] = { SCD_TONE_BAD, true, "Valid, but it could not be written." },
	[SCD_PHASE_ORPHANED] = { SCD_TONE_CALM, false, "On disk, no longer in the source." },
};
static_assert(COUNT(phases) == SCD_PHASE_COUNT, "every phase needs a sentence");

static const enum scd_tone severity_tones[] = {
	[SCD_ERROR] = SCD_TONE_BAD,
	[SCD_WARNING] = SCD_TONE_WARN,
	[SCD_NOTE] = SCD_TONE_CALM,
};
static_assert(COUNT(severity_tones) == SCD_SEVERITY_COUNT, "every severity needs a tone");

static const char *const classes[] = {
	[SCD_TONE_GOOD] = "good",
	[SCD_TONE_WARN] = "warn",
	[SCD_TONE_BAD] = "bad",
	[SCD_TONE_CALM] = "calm",
};

const char *scd_tone_class(enum scd_tone tone)
{
	return classes[tone];
}

bool scd_page_unwell(enum scd_phase phase)
{
	return phases[phase].unwell;
}

enum scd_tone scd_page_tone(enum scd_phase phase)
{
	return phases[phase].tone;
}

/* Findings on a profile that is well all the same. */
static bool has_remarks(const struct scd_profile_state *profile)
{
	return !phases[profile->phase].unwell && profile->report.count > 0;
}

static void put_tag(struct scd_buf *out, enum scd_tone tone, const char *word)
{
	scd_buf_printf(out, "<span class=\"tag %s\">%s</span>", scd_tone_class(tone), word);
}

/* The caret's line, which excerpt writes, in a colour of its own. */
static void put_excerpt(struct scd_buf *out, const char *excerpt)
{
	static const char margin[] = "\n      | ";
	const char *caret = strstr(excerpt, margin);
	auto_free char *before = caret ? strndup(excerpt, (size_t)(caret - excerpt)) : NULL;
	size_t width;

	if (!before) {
		scd_buf_puts(out, "<pre>");
		scd_html_lines(out, excerpt);
		scd_buf_puts(out, "</pre>");
		return;
	}
	caret += strlen(margin);
	width = strcspn(caret, "\n");
	scd_buf_puts(out, "<pre>");
	scd_html_lines(out, before);
	scd_buf_printf(out, "%s<span class=\"caret\">%.*s</span>", margin, (int)width, caret);
	scd_html_lines(out, caret + width);
	scd_buf_puts(out, "</pre>");
}

static void put_finding(struct scd_buf *out, const struct scd_finding *finding, const char *excerpt)
{
	scd_buf_puts(out, "<li><p>");
	put_tag(out, severity_tones[finding->severity], scd_severity_name(finding->severity));
	if (finding->line > 0)
		scd_buf_printf(out, " <span class=\"mono\">%u:%u</span>", finding->line,
			       finding->column);
	scd_buf_puts(out, " <bdi>");
	scd_html_text(out, finding->message ? finding->message : "");
	scd_buf_puts(out, "</bdi></p>\n<p class=\"rule\"><code>");
	scd_html_text(out, finding->rule->id);
	scd_buf_putc(out, ' ');
	scd_html_text(out, finding->rule->name);
	scd_buf_puts(out, "</code>");
	if (finding->pointer && finding->pointer[0]) {
		scd_buf_puts(out, " at <code><bdi>");
		scd_html_text(out, finding->pointer);
		scd_buf_puts(out, "</bdi></code>");
	}
	scd_buf_puts(out, "</p>");
	if (excerpt && excerpt[0])
		put_excerpt(out, excerpt);
	scd_buf_puts(out, "</li>\n");
}

static void put_findings(struct scd_buf *out, const struct scd_profile_state *profile)
{
	const struct scd_report *report = &profile->report;
	const char *excerpt = profile->excerpts;
	size_t shown = report->count;

	if (shown > SCD_STATUS_FINDINGS_MAX)
		shown = SCD_STATUS_FINDINGS_MAX;
	scd_buf_puts(out, "<ul class=\"finds\">\n");
	for (size_t i = 0; i < shown; i++) {
		bool quoted = excerpt && i < profile->excerpt_count;

		put_finding(out, &report->items[i], quoted ? excerpt : NULL);
		if (quoted)
			excerpt += strlen(excerpt) + 1;
	}
	if (report->total > shown)
		scd_buf_printf(out,
			       "<li class=\"rest\">and %zu more: <code>seccompctl validate</code> "
			       "lists them</li>\n",
			       report->total - shown);
	scd_buf_puts(out, "</ul>\n");
}

/* "2 errors, 1 warning"; notes only when there is nothing else. */
static void put_counts(struct scd_buf *out, const struct scd_report *report)
{
	const char *before = "";

	for (unsigned s = SCD_SEVERITY_COUNT; s-- > 0;) {
		const size_t n = report->by_severity[s];

		if (n == 0 || (s == SCD_NOTE && before[0]))
			continue;
		scd_buf_printf(out, "%s%zu %s%s", before, n, scd_severity_name(s),
			       n == 1 ? "" : "s");
		before = ", ";
	}
}

static void put_card(struct scd_buf *out, const struct scd_profile_state *profile, size_t number)
{
	const enum scd_phase phase = profile->phase;

	scd_buf_printf(out, "<article class=\"card\" id=\"p%zu\"><div><h3><bdi>", number);
	scd_html_text(out, profile->name);
	scd_buf_puts(out, "</bdi></h3>");
	put_tag(out, phases[phase].tone, scd_phase_name(phase));
	scd_buf_printf(out, "</div>\n<p>%s", phases[phase].sentence);
	if (profile->reason && profile->reason[0])
		scd_buf_printf(out, " Reason: %s.", profile->reason);
	if (profile->sys && strerrordesc_np(profile->sys))
		scd_buf_printf(out, " %s.", strerrordesc_np(profile->sys));
	scd_buf_puts(out, "</p>\n");
	if (profile->report.count > 0)
		put_findings(out, profile);
	scd_buf_puts(out, "</article>\n");
}

static void put_rest(struct scd_buf *out, size_t left)
{
	if (left > 0)
		scd_buf_printf(out,
			       "<p class=\"rest\">%zu more do not fit on this page: <a "
			       "href=\"status?pretty\">/status?pretty</a> has them.</p>\n",
			       left);
}

void scd_page_attention(struct scd_buf *out, const struct scd_state *state)
{
	size_t left = 0;

	for (size_t i = 0; i < state->profile_count; i++)
		left += phases[state->profiles[i].phase].unwell;
	if (left == 0)
		return;
	scd_buf_puts(out, "<section aria-labelledby=\"attention\">\n"
			  "<h2 id=\"attention\">Needs attention</h2>\n");
	for (size_t i = 0; i < state->profile_count && out->len < CARDS_END; i++) {
		if (!phases[state->profiles[i].phase].unwell)
			continue;
		put_card(out, &state->profiles[i], i);
		left--;
	}
	put_rest(out, left);
	scd_buf_puts(out, "</section>\n");
}

static void put_localhost_profile(struct scd_buf *out, const struct scd_state *state,
				  const char *name)
{
	char localhost[SCD_NAME_MAX + PATH_MAX];

	if (!scd_name_valid(name)) { /* is never installed */
		scd_buf_puts(out, "–");
		return;
	}
	scd_state_localhost_profile(state, name, localhost, sizeof(localhost));
	scd_buf_puts(out, "<code class=\"copy\">");
	scd_html_text(out, localhost);
	scd_buf_puts(out, "</code>");
}

static void put_findings_cell(struct scd_buf *out, const struct scd_report *report, size_t number,
			      bool linked)
{
	if (report->total == 0) {
		scd_buf_puts(out, "–");
		return;
	}
	if (linked && report->count > 0)
		scd_buf_printf(out, "<a href=\"#p%zu\">", number);
	put_counts(out, report);
	if (linked && report->count > 0)
		scd_buf_puts(out, "</a>");
}

static void put_row(struct scd_buf *out, const struct scd_state *state, size_t number, bool linked)
{
	const struct scd_profile_state *profile = &state->profiles[number];

	scd_buf_puts(out, "<tr><td class=\"name\"><bdi>");
	scd_html_text(out, profile->name);
	scd_buf_puts(out, "</bdi></td><td data-label=\"State\">");
	put_tag(out, phases[profile->phase].tone, scd_phase_name(profile->phase));
	scd_buf_puts(out, "</td><td data-label=\"In a pod\">");
	put_localhost_profile(out, state, profile->name);
	scd_buf_puts(out, "</td><td class=\"num\" data-label=\"BPF\">");
	if (profile->report.bpf_insns > 0)
		scd_buf_printf(out, "%zu", profile->report.bpf_insns);
	else
		scd_buf_puts(out, "–");
	scd_buf_puts(out, "</td><td data-label=\"Findings\">");
	put_findings_cell(out, &profile->report, number, linked);
	scd_buf_puts(out, "</td></tr>\n");
}

/* Each under a line of its own, to be unfolded; a link to @number unfolds it as well. */
static void put_folded(struct scd_buf *out, const struct scd_profile_state *profile, size_t number)
{
	scd_buf_puts(out, "<details class=\"card\"><summary><bdi>");
	scd_html_text(out, profile->name);
	scd_buf_puts(out, "</bdi> <span class=\"sub\">");
	put_counts(out, &profile->report);
	scd_buf_printf(out, "</span></summary>\n<div id=\"p%zu\">\n", number);
	put_findings(out, profile);
	scd_buf_puts(out, "</div></details>\n");
}

void scd_page_profiles(struct scd_buf *out, const struct scd_state *state)
{
	const bool linked = out->len < CARDS_END; /* else some have no place to link to */
	size_t i;

	scd_buf_puts(out,
		     "<section aria-labelledby=\"profiles\">\n<h2 id=\"profiles\">Profiles</h2>\n");
	if (state->profile_count == 0) {
		scd_buf_puts(out, "<p class=\"sub\">There is none yet.</p>\n</section>\n");
		return;
	}
	scd_buf_puts(out, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Name</th>"
			  "<th scope=\"col\">State</th><th scope=\"col\">localhostProfile</th>"
			  "<th scope=\"col\" class=\"num\">BPF instructions</th>"
			  "<th scope=\"col\">Findings</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < state->profile_count && out->len < TABLE_END; i++)
		put_row(out, state, i, linked);
	scd_buf_puts(out, "</tbody></table></div>\n");
	put_rest(out, state->profile_count - i);
	scd_buf_puts(out, "</section>\n");
}

void scd_page_remarks(struct scd_buf *out, const struct scd_state *state)
{
	size_t left = 0;

	for (size_t i = 0; i < state->profile_count; i++)
		left += has_remarks(&state->profiles[i]);
	if (left == 0)
		return;
	scd_buf_puts(out, "<section aria-labelledby=\"remarks\">\n"
			  "<h2 id=\"remarks\">Warnings and notes</h2>\n");
	for (size_t i = 0; i < state->profile_count && out->len < REMARKS_END; i++) {
		if (!has_remarks(&state->profiles[i]))
			continue;
		put_folded(out, &state->profiles[i], i);
		left--;
	}
	put_rest(out, left);
	scd_buf_puts(out, "</section>\n");
}

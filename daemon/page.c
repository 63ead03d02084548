/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "digest.h"
#include "html.h"
#include "names.h"
#include "page_parts.h"
#include "version.h"

#define STYLE_BYTES_MAX ((size_t)16 << 10)

/* A page in the making. */
struct page {
	struct scd_buf out;
	const struct scd_state *state;
	int64_t now, now_ms;
	size_t unwell; /* profiles */
	bool ready;
};

/* Base64 of the 32 bytes that @hex writes: ten groups of three and one of two. */
static void put_base64(struct scd_buf *out, const char hex[SCD_SHA256_HEX])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned group = 0;

	for (size_t i = 0; i < 33; i++) {
		char pair[3] = "00"; /* of the byte that is missing for eleven groups */

		if (i < 32)
			memcpy(pair, hex + 2 * i, 2);
		group = group << 8 | (unsigned)strtoul(pair, NULL, 16);
		if (i % 3 < 2)
			continue;
		for (int shift = 18; shift >= (i < 32 ? 0 : 6); shift -= 6)
			scd_buf_putc(out, digits[group >> shift & 63]);
		group = 0;
	}
	scd_buf_putc(out, '=');
}

void scd_page_policy(char policy[SCD_PAGE_POLICY_MAX])
{
	auto_buf struct scd_buf style = scd_buf_init(STYLE_BYTES_MAX);
	auto_buf struct scd_buf hash = scd_buf_init(64);
	char hex[SCD_SHA256_HEX];

	scd_page_style(&style);
	scd_sha256_hex(scd_buf_text(&style), style.len, hex);
	put_base64(&hash, hex);
	(void)snprintf(policy, SCD_PAGE_POLICY_MAX,
		       "default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; "
		       "form-action 'none'; frame-ancestors 'none'",
		       scd_buf_text(&hash));
}

static enum scd_tone tone_of(const struct page *page)
{
	if (!page->ready)
		return SCD_TONE_BAD;
	return page->unwell ? SCD_TONE_WARN : SCD_TONE_GOOD;
}

static const char *node_of(const struct page *page)
{
	return page->state->node[0] ? page->state->node : "this node";
}

/* "2 of 12 profiles need attention." */
static void put_sentence(struct page *page)
{
	const size_t count = page->state->profile_count;

	if (!page->ready)
		scd_buf_puts(&page->out, "Not ready");
	else if (page->unwell == 0)
		scd_buf_puts(&page->out, "All is well");
	if (page->unwell > 0)
		scd_buf_printf(&page->out, "%s%zu of %zu profile%s need%s attention",
			       page->ready ? "" : "; ", page->unwell, count, count == 1 ? "" : "s",
			       page->unwell == 1 ? "s" : "");
}

static void put_head(struct page *page)
{
	static const char *const colours[] = {
		[SCD_TONE_GOOD] = "2da44e",
		[SCD_TONE_WARN] = "d29922",
		[SCD_TONE_BAD] = "cf222e",
	};
	struct scd_buf *out = &page->out;

	scd_buf_puts(out,
		     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	scd_html_text(out, node_of(page));
	scd_buf_puts(out, ": ");
	put_sentence(page);
	scd_buf_printf(out,
		       " – seccompd</title>\n<link rel=\"icon\" href=\"data:image/svg+xml,"
		       "%%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%%3E"
		       "%%3Ccircle cx='8' cy='8' r='7' fill='%%23%s'/%%3E%%3C/svg%%3E\">\n<style>",
		       colours[tone_of(page)]);
	scd_page_style(out);
	scd_buf_puts(out, "</style>\n</head>\n<body>\n");
}

static void put_header(struct page *page)
{
	const struct scd_arch *arch = scd_arch_of(seccomp_arch_native());
	struct scd_buf *out = &page->out;
	char libseccomp[32];

	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	scd_buf_printf(out,
		       "<header>\n<div class=\"brand\">seccompd <span class=\"tag %s\">%s</span>"
		       "</div>\n<h1><bdi>",
		       page->ready ? "good" : "bad", page->ready ? "Ready" : "Not ready");
	scd_html_text(out, node_of(page));
	scd_buf_printf(out, "</bdi></h1>\n<p class=\"sub\">seccompd v%s, libseccomp %s",
		       scd_version(), libseccomp);
	if (arch)
		scd_buf_printf(out, ", %s", arch->name);
	if (page->state->kernel[0]) {
		scd_buf_puts(out, ", Linux ");
		scd_html_text(out, page->state->kernel);
	}
	if (page->state->pod[0]) {
		scd_buf_puts(out, ", pod <bdi>");
		scd_html_text(out, page->state->pod);
		scd_buf_puts(out, "</bdi>");
	}
	scd_buf_printf(out, "</p>\n<p class=\"say %s\" role=\"status\">",
		       scd_tone_class(tone_of(page)));
	put_sentence(page);
	scd_buf_puts(out, ".</p>\n<ul class=\"tiles\">\n");
	for (unsigned phase = 0; phase < SCD_PHASE_COUNT; phase++) {
		const size_t n = scd_state_count(page->state, phase);

		scd_buf_printf(out, "<li%s%s%s><b>%zu</b>%s</li>\n", n ? " class=\"" : "",
			       n ? scd_tone_class(scd_page_tone(phase)) : "", n ? "\"" : "", n,
			       scd_phase_name(phase));
	}
	scd_buf_puts(out, "</ul>\n</header>\n<main>\n");
}

static void put_readiness(struct page *page)
{
	const bool strict = page->state->config->ready_policy == SCD_READY_STRICT;
	struct scd_buf *out = &page->out;
	size_t count;
	const struct scd_health_check *checks = scd_health_checks(&count);

	scd_buf_printf(out,
		       "<section aria-labelledby=\"ready\">\n<h2 id=\"ready\">Readiness</h2>\n"
		       "<ul class=\"list\">\n<li>policy <span>%s</span></li>\n",
		       strict ? "strict" : "synced");
	for (size_t i = 0; i < count; i++) {
		const bool counts = scd_health_check_counts(&checks[i], false, page->state);
		const char *failure;

		if (checks[i].live)
			continue;
		failure = checks[i].failure(page->state, page->now_ms);
		scd_buf_printf(out, "<li><span>%s%s</span> <span class=\"tag %s\">%s</span></li>\n",
			       checks[i].name,
			       counts ? "" : " <span class=\"sub\">(strict only)</span>",
			       !failure ? "good"
			       : counts ? "bad"
					: "warn",
			       failure ? failure : "ok");
	}
	scd_buf_puts(out, "</ul>\n</section>\n");
}

static void put_error(struct scd_buf *out, const struct scd_error *err)
{
	if (err->code == SCD_OK)
		return;
	scd_buf_printf(out, "<br><span class=\"tag bad\">%s</span> <bdi>",
		       scd_code_reason(err->code));
	scd_html_text(out, err->msg);
	scd_buf_puts(out, "</bdi>");
	if (err->sys)
		scd_buf_printf(out, ": %s",
			       strerrordesc_np(err->sys) ? strerrordesc_np(err->sys) : "unknown");
}

static void put_source(struct page *page)
{
	const struct scd_state *state = page->state;
	struct scd_buf *out = &page->out;

	scd_buf_puts(out, "<div><dt>Source</dt><dd><code>");
	scd_html_text(out, state->config->source);
	scd_buf_printf(out, "</code> %s", scd_source_state_word(state->source_state));
	if (state->digest[0])
		scd_buf_printf(out, ", %zu profile%s, %zu other file%s", state->keys,
			       state->keys == 1 ? "" : "s", state->ignored_keys,
			       state->ignored_keys == 1 ? "" : "s");
	scd_buf_printf(out, ", followed by %s", scd_watch_mode_name(state->watch_mode));
	if (state->source_state == SCD_SOURCE_MISSING || state->source_state == SCD_SOURCE_ORPHANED)
		put_error(out, &state->source_error);
	scd_buf_puts(out, "</dd></div>\n<div><dt>Set digest</dt><dd><code>");
	scd_buf_puts(out, state->digest[0] ? state->digest : "none yet");
	scd_buf_puts(out, "</code></dd></div>\n<div><dt>Last change</dt><dd>");
	scd_html_time(out, state->last_change, page->now);
	scd_buf_puts(out, "</dd></div>\n");
}

static void put_destination(struct page *page)
{
	const struct scd_state *state = page->state;
	struct scd_buf *out = &page->out;

	scd_buf_puts(out, "<div><dt>Destination</dt><dd><code>");
	scd_html_text(out, state->config->destination);
	scd_buf_puts(out, "</code>");
	if (state->destination_known) {
		scd_buf_puts(out, state->writable ? " writable, " : " not writable, ");
		scd_html_bytes(out, state->free_bytes);
		scd_buf_puts(out, " free");
	}
	put_error(out, &state->destination_error);
	if (state->ledger_corrupt)
		scd_buf_puts(out, "<br>Its state file is corrupt: nothing there counts as ours.");
	if (state->removals_blocked > 0)
		scd_buf_printf(out, "<br>%zu removals are withheld by the mass-removal guard.",
			       state->removals_blocked);
	scd_buf_puts(out, "</dd></div>\n");
}

static void put_sync(struct page *page)
{
	const struct scd_state *state = page->state;
	struct scd_buf *out = &page->out;

	scd_buf_puts(out, "<div><dt>Last sync</dt><dd>");
	if (state->last_attempt == 0) {
		scd_buf_puts(out, "none yet</dd></div>\n");
		return;
	}
	scd_buf_printf(out, "<span class=\"tag %s\">%s</span> ",
		       state->last_result == SCD_SYNC_ERROR	? "bad"
		       : state->last_result == SCD_SYNC_PARTIAL ? "warn"
								: "good",
		       scd_sync_result_word(state->last_result));
	scd_html_time(out, state->last_started_at, page->now);
	scd_buf_printf(out, ", by %s, %" PRIu64 " ms</dd></div>\n",
		       scd_trigger_name(state->last_trigger), state->last_duration_us / 1000);
	scd_buf_puts(out, "<div><dt>Last success</dt><dd>");
	scd_html_time(out, state->last_success, page->now);
	if (state->consecutive_failures > 0)
		scd_buf_printf(out, ", %" PRIu64 " failed since", state->consecutive_failures);
	scd_buf_puts(out, "</dd></div>\n");
}

static void put_part(struct scd_buf *out, const char *name, const struct scd_sandbox_part *part)
{
	scd_buf_printf(out, "%s <span class=\"tag %s\">%s</span> ", name,
		       part->mode == SCD_SANDBOX_ON	       ? "good"
		       : part->mode == SCD_SANDBOX_UNAVAILABLE ? "warn"
							       : "calm",
		       scd_sandbox_mode_name(part->mode));
	scd_html_text(out, scd_sandbox_why(part));
}

/* What holds the daemon itself to its rights. */
static void put_sandbox(struct page *page)
{
	scd_buf_puts(&page->out, "<div><dt>Sandbox</dt><dd>");
	put_part(&page->out, "Landlock", &page->state->sandbox.landlock);
	put_part(&page->out, " seccomp", &page->state->sandbox.seccomp);
	scd_buf_puts(&page->out, "</dd></div>\n");
}

static void put_facts(struct page *page)
{
	struct scd_buf *out = &page->out;

	scd_buf_puts(out, "<section aria-labelledby=\"node\">\n<h2 id=\"node\">Node</h2>\n<dl>\n");
	put_source(page);
	put_destination(page);
	put_sync(page);
	scd_buf_puts(out, "<div><dt>Checks</dt><dd>");
	if (page->state->validator_degraded)
		scd_buf_puts(out, "<span class=\"tag warn\">Degraded</span> this container denies "
				  "seccomp(2): profiles are judged without a trial load");
	else
		scd_buf_puts(out, page->state->config->judge.trial_load
					  ? "full, each filter is loaded once into this kernel"
					  : "without a trial load, as configured");
	scd_buf_puts(out, "</dd></div>\n");
	put_sandbox(page);
	scd_buf_puts(out, "<div><dt>Running since</dt><dd>");
	scd_html_time(out, page->state->started_at, page->now);
	scd_buf_puts(out, "</dd></div>\n</dl>\n</section>\n");
}

static void put_footer(struct page *page)
{
	static const char *const links[] = { "status?pretty", "readyz?verbose", "livez?verbose",
					     "metrics", "version" };

	scd_buf_puts(&page->out, "</main>\n<footer>\n<nav aria-label=\"Other answers\">");
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		scd_buf_printf(&page->out, "<a href=\"%s\">/%s</a> ", links[i], links[i]);
	scd_buf_puts(&page->out, "</nav>\nAs of ");
	scd_html_moment(&page->out, page->now);
	scd_buf_puts(&page->out, ". Reload for a newer state.\n</footer>\n</body>\n</html>\n");
}

static bool is_ready(const struct scd_state *state, int64_t now_ms)
{
	size_t count;
	const struct scd_health_check *checks = scd_health_checks(&count);

	for (size_t i = 0; i < count; i++)
		if (scd_health_check_counts(&checks[i], false, state) &&
		    checks[i].failure(state, now_ms))
			return false;
	return true;
}

char *scd_page_html(const struct scd_state *state)
{
	struct page page = { .out = scd_buf_init(SCD_PAGE_BYTES_MAX),
			     .state = state,
			     .now = scd_now_s(),
			     .now_ms = scd_now_ms() };
	char *text;

	for (size_t i = 0; i < state->profile_count; i++)
		page.unwell += scd_page_unwell(state->profiles[i].phase);
	page.ready = is_ready(state, page.now_ms);
	put_head(&page);
	put_header(&page);
	scd_buf_puts(&page.out, "<div class=\"pair\">\n");
	put_readiness(&page);
	put_facts(&page);
	scd_buf_puts(&page.out, "</div>\n");
	scd_page_attention(&page.out, state);
	scd_page_profiles(&page.out, state);
	scd_page_remarks(&page.out, state);
	put_footer(&page);
	text = scd_buf_take(&page.out);
	scd_buf_done(&page.out);
	return text;
}

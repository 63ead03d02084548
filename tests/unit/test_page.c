/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "bounds.h"
#include "digest.h"
#include "html.h"
#include "html_check.h"
#include "page.h"
#include "state_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Everything that could end a text, an attribute, an element or a line; start a script;
 * hide or reorder what follows; or is no UTF-8. */
#define HOSTILE                                                                              \
	"</title></style><script>alert(1)</script>\"' onload='x' onerror=\"x\"&lt;&#60;<!--" \
	"\x1b[31m\r\n\x01\xe2\x80\xae\xe2\x80\xac\xe2\x80\x8b\xff\xc0\x80{{x}}javascript:"

static char *page_of(const struct scd_state *state)
{
	char *page = scd_page_html(state);

	assert_non_null(page);
	if (!html_check(page))
		fail_msg("%s", html_why);
	return page;
}

static void find(struct scd_profile_state *profile, enum scd_severity severity, unsigned line,
		 const char *message)
{
	scd_report_add(&profile->report, SCD_SYSCALL_UNKNOWN, severity,
		       (struct scd_place){ line, 17, "/syscalls/3/action" }, "%s", message);
}

static struct scd_profile_state *add_bad(const char *name, enum scd_phase phase)
{
	struct scd_profile_state *profile = sample_add(name, phase);

	find(profile, SCD_ERROR, 7, "the action is no action");
	return profile;
}

static size_t count_of(const char *page, const char *word)
{
	size_t count = 0;

	for (; (page = strstr(page, word)) != NULL; page += strlen(word))
		count++;
	return count;
}

static void all_well_is_said_in_one_sentence(void **state)
{
	struct scd_state *well = *state;
	auto_free char *page = NULL;

	well->heartbeat_ms = scd_now_ms(); /* the page asks the clock, not the sample's */
	page = page_of(well);
	assert_non_null(strstr(page, "<title>worker-1: All is well – seccompd</title>"));
	assert_non_null(strstr(page, "<h1><bdi>worker-1</bdi></h1>"));
	assert_non_null(strstr(page, ">Ready<"));
	assert_non_null(strstr(page, "<code>" SAMPLE_DIGEST "</code>"));
	assert_non_null(strstr(page, "<code class=\"copy\">profiles/audit.json</code>"));
	assert_non_null(strstr(page, "data-label=\"BPF\">4</td>"));
	assert_non_null(strstr(page, "2026-08-23 10:00:01 UTC"));
	assert_non_null(strstr(page, "48.8 GiB free"));
	assert_non_null(strstr(page, "seccompd-x7k2p"));
	assert_null(strstr(page, "Needs attention"));
	assert_null(strstr(page, "id=\"remarks\""));
}

static void who_wants_attention_has_a_card(void **state)
{
	struct scd_state *s = *state;
	struct scd_profile_state *bad = add_bad("bad.json", SCD_PHASE_STALE);
	auto_free char *page = NULL;

	bad->excerpts = strdup("    6 | {\n    7 |   X\n      |   ^\n    8 | }\n");
	bad->excerpt_count = 1;
	bad = sample_add("full.json", SCD_PHASE_FAILED);
	bad->reason = "NoSpace";
	bad->sys = ENOSPC;
	page = page_of(s);
	assert_non_null(strstr(page, "2 of 3 profiles need attention"));
	assert_non_null(strstr(page, "The last good version stays on disk."));
	assert_non_null(strstr(page, "Reason: NoSpace. No space left on device."));
	assert_non_null(strstr(page, ">7:17<"));
	assert_non_null(strstr(page, "the action is no action"));
	assert_non_null(strstr(page, "SCP031 syscall-unknown"));
	assert_non_null(strstr(page, "at <code><bdi>/syscalls/3/action"));
	assert_non_null(strstr(page, "<pre>    6 | {\n    7 |   X\n      | "
				     "<span class=\"caret\">  ^</span>\n    8 | }\n</pre>"));
	/* The row leads to the card. */
	assert_non_null(strstr(page, "<a href=\"#p1\">1 error</a>"));
	assert_non_null(strstr(page, "<article class=\"card\" id=\"p1\">"));
	assert_int_equal(count_of(page, "<article"), 2);
}

static void every_phase_has_its_words(void **state)
{
	auto_free char *page = NULL;
	size_t unwell = 0;

	for (unsigned phase = 0; phase < SCD_PHASE_COUNT; phase++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "p%u.json", phase);
		(void)sample_add(name, phase);
		unwell += phase == SCD_PHASE_STALE || phase == SCD_PHASE_INVALID ||
			  phase == SCD_PHASE_CONFLICT || phase == SCD_PHASE_FAILED;
	}
	page = page_of(*state);
	for (unsigned phase = 0; phase < SCD_PHASE_COUNT; phase++)
		assert_non_null(strstr(page, scd_phase_name(phase)));
	assert_int_equal(count_of(page, "<article"), unwell);
}

static void remarks_on_the_others_are_folded(void **state)
{
	struct scd_state *s = *state;
	auto_free char *page = NULL;

	find(&s->profiles[0], SCD_WARNING, 2, "portable it is not");
	find(&s->profiles[0], SCD_NOTE, 3, "worth knowing");
	page = page_of(s);
	assert_non_null(strstr(page, "<a href=\"#p0\">1 warning</a>"));
	assert_non_null(strstr(page, "<details class=\"card\"><summary><bdi>audit.json</bdi>"));
	assert_non_null(strstr(page, "portable it is not"));
	assert_non_null(strstr(page, "worth knowing"));
	assert_null(strstr(page, "Needs attention"));
}

static void checks_are_shown_with_their_reasons(void **state)
{
	struct scd_state *s = *state;
	auto_free char *page = NULL, *strict = NULL;

	s->heartbeat_ms = scd_now_ms();
	(void)add_bad("bad.json", SCD_PHASE_INVALID);
	page = page_of(s);
	assert_non_null(strstr(page, "(strict only)"));
	assert_non_null(strstr(page, "<span class=\"tag warn\">InvalidProfiles</span>"));
	assert_non_null(strstr(page, "<span class=\"tag good\">Ready</span>"));

	sample.config.ready_policy = SCD_READY_STRICT;
	s->writable = false;
	s->destination_error = (struct scd_error){ .code = SCD_E_SYSTEM, .sys = EROFS };
	(void)snprintf(s->destination_error.msg, sizeof(s->destination_error.msg), "create 'x'");
	strict = page_of(s);
	assert_null(strstr(strict, "(strict only)"));
	assert_non_null(strstr(strict, "<span class=\"tag bad\">InvalidProfiles</span>"));
	assert_non_null(strstr(strict, "<span class=\"tag bad\">ReadOnly</span>"));
	assert_non_null(strstr(strict, "create &#39;x&#39;</bdi>: Read-only file system"));
	assert_non_null(strstr(strict, "Not ready; 1 of 2 profiles needs attention."));
}

static void the_sandbox_says_what_is_missing_and_why(void **state)
{
	struct scd_state *s = *state;
	auto_free char *page = NULL;

	s->sandbox.landlock.mode = SCD_SANDBOX_ON;
	s->sandbox.seccomp.mode = SCD_SANDBOX_UNAVAILABLE;
	s->sandbox.seccomp.sys = EPERM;
	page = page_of(s);
	assert_non_null(strstr(page, "Landlock <span class=\"tag good\">on</span>"));
	assert_non_null(strstr(page, "seccomp <span class=\"tag warn\">unavailable</span> EPERM"));
}

static void what_people_have_to_know_of_the_destination_is_said(void **state)
{
	struct scd_state *s = *state;
	auto_free char *well = page_of(s), *unwell = NULL;
	static const char *const words[] = {
		"<br>Its state file is corrupt: nothing there counts as ours.",
		"<br>7 removals are withheld by the mass-removal guard.",
		", 3 failed since",
		"<span class=\"tag warn\">Degraded</span> this container denies ",
	};

	s->ledger_corrupt = true;
	s->removals_blocked = 7;
	s->consecutive_failures = 3;
	s->validator_degraded = true;
	unwell = page_of(s);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_null(strstr(well, words[i]));
		assert_non_null(strstr(unwell, words[i]));
	}
}

static void before_the_first_sync_nothing_is_made_up(void **state)
{
	struct scd_state fresh = { .config = &sample.config, .node = "", .pod = "", .pod_uid = "" };
	auto_free char *page = page_of(&fresh);

	(void)state;
	assert_non_null(strstr(page, "<bdi>this node</bdi>"));
	assert_non_null(strstr(page, "none yet"));
	assert_non_null(strstr(page, "There is none yet."));
	assert_non_null(strstr(page, "never"));
	assert_null(strstr(page, "1970"));
	assert_null(strstr(page, "writable"));
	assert_null(strstr(page, "<table"));
}

static void nothing_hostile_gets_through(void **state)
{
	struct scd_state *s = *state;
	struct scd_profile_state *bad = add_bad(HOSTILE ".json", SCD_PHASE_INVALID);
	struct scd_profile_state *well;
	auto_free char *page = NULL;

	find(bad, SCD_ERROR, 1, HOSTILE);
	free(bad->report.items[1].pointer);
	bad->report.items[1].pointer = strdup(HOSTILE);
	/* An excerpt is made fit to be shown where it is made (test_excerpt), but for this. */
	bad->excerpts = strdup("</pre><script>\"'\n      | <b>^</b>\n&");
	bad->excerpt_count = 1;
	well = sample_add(HOSTILE, SCD_PHASE_INSTALLED);
	find(well, SCD_WARNING, 1, HOSTILE);
	s->node = s->pod = HOSTILE;
	sample.config.source = sample.config.destination = (char[]){ HOSTILE };
	(void)snprintf(s->kernel, sizeof(s->kernel), "%s", "6.1<script>");
	(void)snprintf(s->source_error.msg, sizeof(s->source_error.msg), "%s", HOSTILE);
	s->source_state = SCD_SOURCE_MISSING;
	s->source_error.code = SCD_E_MISSING;
	s->destination_error = s->source_error;

	page = page_of(s);
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "\x1b"));
	assert_null(strstr(page, "\xe2\x80\xae\xe2\x80\xac"));
	assert_null(strstr(page, "\xe2\x80\x8b"));
	assert_null(strstr(page, "\xff"));
	assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_non_null(
		strstr(page, "\\u001b[31m\\r\\n\\u0001\\u202e\\u202c\\u200b\\xff\\xc0\\x80"));
}

static void a_page_stays_within_its_limit_and_says_what_is_missing(void **state)
{
	struct scd_state *s = *state;
	auto_free char *page = NULL;
	char name[SCD_NAME_MAX + 1], message[SCD_MESSAGE_MAX];

	memset(message, '"', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	for (size_t i = 0; i < 600; i++) {
		struct scd_profile_state *bad;

		memset(name, '<', sizeof(name) - 1);
		(void)snprintf(name, 10, "%09zu", i);
		name[9] = '<';
		name[sizeof(name) - 1] = '\0';
		bad = sample_add(name, i % 2 ? SCD_PHASE_INVALID : SCD_PHASE_INSTALLED);
		for (size_t n = 0; n < SCD_FINDINGS_MAX; n++)
			find(bad, SCD_ERROR, 1, message);
	}
	page = page_of(s);
	assert_in_range(strlen(page), SCD_PAGE_BYTES_MAX / 2, SCD_PAGE_BYTES_MAX);
	assert_int_equal(count_of(page, "do not fit on this page"), 3);
	assert_int_equal(count_of(page, "and 44 more: "), count_of(page, "class=\"finds\""));
	assert_string_equal(page + strlen(page) - 8, "</html>\n");
}

static void the_policy_names_the_hash_of_the_style_sheet(void **state)
{
	auto_free char *page = page_of(*state);
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char policy[SCD_PAGE_POLICY_MAX], want[SCD_SHA256_HEX], got[SCD_SHA256_HEX + 8] = "";
	const char *style = strstr(page, "<style>") + 7, *hash;
	unsigned bits = 0, count = 0;
	size_t len = 0;

	scd_page_policy(policy);
	assert_in_range(strlen(policy), 100, SCD_PAGE_POLICY_MAX - 2);
	assert_memory_equal(policy, "default-src 'none'; style-src 'sha256-", 38);
	assert_null(strstr(policy, "unsafe"));
	assert_null(strstr(policy, "script-src"));
	scd_sha256_hex(style, (size_t)(strstr(style, "</style>") - style), want);
	for (hash = policy + 38; *hash != '\'' && *hash != '='; hash++) {
		bits = bits << 6 | (unsigned)(strchr(digits, *hash) - digits);
		for (count += 6; count >= 8 && len < SCD_SHA256_HEX; count -= 8)
			len += (size_t)snprintf(got + len, 3, "%02x", bits >> (count - 8) & 0xff);
	}
	assert_string_equal(got, want);
	assert_memory_equal(hash, "=';", 3);
}

static void times_and_sizes_are_for_people(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} times[] = { { 1000000, "just now" }, { 1000005, "just now" }, { 999999, "1 s ago" },
		      { 999941, "59 s ago" },  { 999880, "2 min ago" }, { 996400, "1 h ago" },
		      { 800000, "2 d ago" },   { 0, "never" } };
	static const struct {
		uint64_t bytes;
		const char *want;
	} sizes[] = { { 0, "0 bytes" },	    { 1023, "1023 bytes" },	 { 1024, "1.0 KiB" },
		      { 1536, "1.5 KiB" },  { 52428800000, "48.8 GiB" }, { UINT64_MAX, "15.9 EiB" },
		      { 204800, "200 KiB" } };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		auto_buf struct scd_buf out = scd_buf_init(256);

		scd_html_time(&out, times[i].seconds, 1000000);
		assert_non_null(strstr(scd_buf_text(&out), times[i].want));
	}
	for (size_t i = 0; i < COUNT(sizes); i++) {
		auto_buf struct scd_buf out = scd_buf_init(256);

		scd_html_bytes(&out, sizes[i].bytes);
		assert_string_equal(scd_buf_text(&out), sizes[i].want);
	}
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAMPLE(all_well_is_said_in_one_sentence),
		WITH_SAMPLE(who_wants_attention_has_a_card),
		WITH_SAMPLE(every_phase_has_its_words),
		WITH_SAMPLE(remarks_on_the_others_are_folded),
		WITH_SAMPLE(checks_are_shown_with_their_reasons),
		WITH_SAMPLE(the_sandbox_says_what_is_missing_and_why),
		WITH_SAMPLE(what_people_have_to_know_of_the_destination_is_said),
		WITH_SAMPLE(before_the_first_sync_nothing_is_made_up),
		WITH_SAMPLE(nothing_hostile_gets_through),
		WITH_SAMPLE(a_page_stays_within_its_limit_and_says_what_is_missing),
		WITH_SAMPLE(the_policy_names_the_hash_of_the_style_sheet),
		WITH_SAMPLE(times_and_sizes_are_for_people),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "status_table.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <string.h>

#include "status_words.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Most bytes that are shown of a sentence. */
#define SENTENCE_SHOWN ((size_t)1024)
/* Of the lines above the table: "DestinationWritable" and a space. */
#define KEY_WIDTH 20

static void delete_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}

#define auto_cjson SCD_CLEANUP(delete_tree)

#define NAMES_IN_LINE ((size_t)5)

static const char *const states[] = { "Installed", "Stale",  "Invalid", "Pending",
				      "Conflict",  "Failed", "Orphaned" };
/* States in which a profile wants somebody's attention. */
static const char *const unwell[] = { "Invalid", "Stale", "Conflict", "Failed" };

static bool is_unwell(const char *state)
{
	for (size_t i = 0; state && i < COUNT(unwell); i++)
		if (strcmp(state, unwell[i]) == 0)
			return true;
	return false;
}

static void put_spaces(struct scd_buf *out, size_t count)
{
	while (count-- > 0)
		scd_buf_putc(out, ' ');
}

static void put_key(struct scd_buf *out, const char *key)
{
	scd_buf_printf(out, "%-*s", KEY_WIDTH, key);
}

static void put_who(struct scd_buf *out, const cJSON *root)
{
	const cJSON *source = scd_status_object(root, "source");
	uint64_t keys;

	put_key(out, "Node");
	scd_status_word(out, scd_status_string(root, "node"));
	scd_buf_puts(out, ", seccompd ");
	scd_status_word(out, scd_status_string(root, "version"));
	scd_buf_puts(out, ", libseccomp ");
	scd_status_word(out, scd_status_string(root, "libseccomp"));
	scd_buf_putc(out, '\n');

	put_key(out, "Source");
	scd_status_word(out, scd_status_string(source, "state"));
	scd_buf_puts(out, ", ");
	scd_status_count(out, source, "keys");
	scd_buf_puts(out, scd_status_number(source, "keys", &keys) && keys == 1
				  ? " profile, set digest "
				  : " profiles, set digest ");
	scd_status_digest(out, scd_status_string(source, "digest"));
	scd_buf_putc(out, '\n');
}

static void put_last_sync(struct scd_buf *out, const cJSON *root)
{
	const cJSON *sync = scd_status_object(root, "lastSync");

	put_key(out, "Last sync");
	scd_status_word(out, scd_status_string(sync, "startedAt"));
	scd_buf_puts(out, ", ");
	scd_status_word(out, scd_status_string(sync, "result"));
	scd_buf_puts(out, " (");
	scd_status_word(out, scd_status_string(sync, "trigger"));
	scd_buf_puts(out, ")\n");
}

/* "Landlock on (ABI 7)", "the filter unavailable: EPERM". */
static void put_sandbox_part(struct scd_buf *out, const cJSON *part, const char *called)
{
	const char *reason = scd_status_string(part, "reason");
	uint64_t abi;

	scd_buf_printf(out, "%s ", called);
	scd_status_word(out, scd_status_string(part, "state"));
	if (reason && reason[0]) {
		scd_buf_puts(out, ": ");
		scd_status_word(out, reason);
	} else if (scd_status_number(part, "abi", &abi) && abi > 0) {
		scd_buf_printf(out, " (ABI %" PRIu64 ")", abi);
	}
}

/* What holds the daemon to its rights. One of an older version says nothing of it. */
static void put_sandbox(struct scd_buf *out, const cJSON *root)
{
	const cJSON *sandbox = scd_status_object(root, "sandbox");

	if (!sandbox)
		return;
	put_key(out, "Sandbox");
	put_sandbox_part(out, scd_status_object(sandbox, "landlock"), "Landlock");
	scd_buf_puts(out, ", ");
	put_sandbox_part(out, scd_status_object(sandbox, "seccomp"), "system call filter");
	scd_buf_putc(out, '\n');
}

static void put_readiness(struct scd_buf *out, const cJSON *root)
{
	const cJSON *readiness = scd_status_object(root, "readiness");
	const cJSON *ready = cJSON_GetObjectItemCaseSensitive(readiness, "ready");
	const cJSON *check;

	put_key(out, "Ready");
	if (!cJSON_IsBool(ready))
		scd_buf_putc(out, '-');
	else
		scd_buf_puts(out, cJSON_IsTrue(ready) ? "yes" : "no");
	cJSON_ArrayForEach(check, scd_status_array(readiness, "checks"))
	{
		if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(check, "ok")))
			continue;
		scd_buf_puts(out, ", ");
		scd_status_word(out, scd_status_string(check, "name"));
		scd_buf_puts(out, ": ");
		scd_status_word(out, scd_status_string(check, "reason"));
	}
	scd_buf_putc(out, '\n');
}

static void put_conditions(struct scd_buf *out, const cJSON *root)
{
	const cJSON *condition;

	cJSON_ArrayForEach(condition, scd_status_array(root, "conditions"))
	{
		const char *message = scd_status_string(condition, "message");
		size_t start = out->len;

		scd_status_word(out, scd_status_string(condition, "type"));
		put_spaces(out, out->len - start < KEY_WIDTH ? KEY_WIDTH - (out->len - start) : 1);
		scd_status_word(out, scd_status_string(condition, "status"));
		scd_buf_puts(out, ", ");
		scd_status_word(out, scd_status_string(condition, "reason"));
		if (message && message[0]) {
			scd_buf_puts(out, ": ");
			scd_status_show(out, message, SENTENCE_SHOWN);
		}
		scd_buf_putc(out, '\n');
	}
}

/* One column of the table of profiles. */
struct column {
	const char *title;
	bool right; /* numbers */
	void (*put)(struct scd_buf *out, const cJSON *profile);
};

static void put_name(struct scd_buf *out, const cJSON *profile)
{
	scd_status_word(out, scd_status_string(profile, "name"));
}

static void put_state(struct scd_buf *out, const cJSON *profile)
{
	scd_status_word(out, scd_status_string(profile, "state"));
}

static void put_sha256(struct scd_buf *out, const cJSON *profile)
{
	scd_status_digest(out, scd_status_string(profile, "installedSha256"));
}

static void put_localhost_profile(struct scd_buf *out, const cJSON *profile)
{
	scd_status_word(out, scd_status_string(profile, "localhostProfile"));
}

static void put_instructions(struct scd_buf *out, const cJSON *profile)
{
	scd_status_count(out, profile, "bpfInstructions");
}

static void put_findings_total(struct scd_buf *out, const cJSON *profile)
{
	scd_status_count(out, profile, "findingsTotal");
}

static const struct column columns[] = {
	{ "NAME", false, put_name },
	{ "STATE", false, put_state },
	{ "SHA256", false, put_sha256 }, /* of the file on disk */
	{ "LOCALHOSTPROFILE", false, put_localhost_profile },
	{ "INSNS", true, put_instructions },
	{ "FINDINGS", true, put_findings_total },
};

/* Columns of a terminal, near enough: characters. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* One cell; @profile NULL: the title. The buffer is used again and again. */
static const char *cell(const struct column *column, const cJSON *profile, struct scd_buf *buf)
{
	buf->len = 0;
	if (profile)
		column->put(buf, profile);
	else
		scd_buf_puts(buf, column->title);
	return scd_buf_text(buf);
}

static void put_row(struct scd_buf *out, const cJSON *profile, const size_t *widths,
		    struct scd_buf *buf)
{
	for (size_t i = 0; i < COUNT(columns); i++) {
		const char *text = cell(&columns[i], profile, buf);
		bool last = i + 1 == COUNT(columns);
		size_t width = width_of(text);
		size_t room = width < widths[i] ? widths[i] - width : 0;

		put_spaces(out, columns[i].right ? room : 0);
		scd_buf_puts(out, text);
		put_spaces(out, columns[i].right ? 0 : room);
		scd_buf_puts(out, last ? "\n" : "  ");
	}
	out->failed |= buf->failed;
}

static void put_table(struct scd_buf *out, const cJSON *profiles)
{
	auto_buf struct scd_buf buf = scd_buf_init(16 * SCD_STATUS_WORD_MAX);
	size_t widths[COUNT(columns)];
	const cJSON *profile;

	for (size_t i = 0; i < COUNT(columns); i++) {
		widths[i] = width_of(columns[i].title);
		cJSON_ArrayForEach(profile, profiles)
		{
			size_t width = width_of(cell(&columns[i], profile, &buf));

			if (width > widths[i])
				widths[i] = width;
		}
	}
	scd_buf_putc(out, '\n');
	put_row(out, NULL, widths, &buf);
	cJSON_ArrayForEach(profile, profiles)
	{
		put_row(out, profile, widths, &buf);
	}
}

/* web.json:7:17: error: "SCMP_ACT_ALOW" is not an action [SCP005 action-unknown] */
static void put_finding(struct scd_buf *out, const char *name, const cJSON *finding)
{
	const char *message = scd_status_string(finding, "message");
	uint64_t line, column;

	scd_status_word(out, name);
	if (scd_status_number(finding, "line", &line) && line > 0) {
		scd_buf_printf(out, ":%" PRIu64, line);
		if (scd_status_number(finding, "column", &column) && column > 0)
			scd_buf_printf(out, ":%" PRIu64, column);
	}
	scd_buf_puts(out, ": ");
	scd_status_word(out, scd_status_string(finding, "severity"));
	scd_buf_puts(out, ": ");
	scd_status_show(out, message && message[0] ? message : "-", SENTENCE_SHOWN);
	scd_buf_puts(out, " [");
	scd_status_word(out, scd_status_string(finding, "ruleId"));
	scd_buf_putc(out, ' ');
	scd_status_word(out, scd_status_string(finding, "rule"));
	scd_buf_puts(out, "]\n");
}

/* Why a profile is not well when its text is not to blame. */
static void put_cause(struct scd_buf *out, const cJSON *profile)
{
	const char *reason = scd_status_string(profile, "reason"),
		   *why = scd_status_string(profile, "errno");

	if (!reason && !why)
		return;
	scd_status_word(out, scd_status_string(profile, "name"));
	scd_buf_puts(out, ": ");
	scd_status_word(out, scd_status_string(profile, "state"));
	scd_buf_puts(out, ": ");
	scd_status_word(out, reason ? reason : why);
	if (reason && why) {
		scd_buf_puts(out, ", ");
		scd_status_word(out, why);
	}
	scd_buf_putc(out, '\n');
}

static void put_unwell(struct scd_buf *out, const cJSON *profiles)
{
	const cJSON *profile, *finding;
	bool first = true;

	cJSON_ArrayForEach(profile, profiles)
	{
		if (!is_unwell(scd_status_string(profile, "state")))
			continue;
		if (first)
			scd_buf_putc(out, '\n');
		first = false;
		put_cause(out, profile);
		cJSON_ArrayForEach(finding, scd_status_array(profile, "findings"))
		{
			put_finding(out, scd_status_string(profile, "name"), finding);
		}
	}
}

/* cJSON escapes what is below a space and takes the rest as it came. In JSON, what may not
 * reach a terminal stands in strings only, so "\u" can be written for it. */
static void put_json(struct scd_buf *out, const cJSON *root)
{
	char *text = cJSON_Print(root);
	size_t n;

	out->failed |= !text;
	for (const char *p = text; p && *p; p += n ? n : 1) {
		n = scd_utf8_length(p, strnlen(p, 4));
		if (*p == '\n' || *p == '\t' || *p == '"' || *p == '\\')
			scd_buf_putc(out, *p);
		else if (n == 0)
			scd_buf_puts(out, "\\ufffd");
		else
			scd_text_quote(out, p, n, n);
	}
	cJSON_free(text);
}

static bool all_well(const cJSON *root)
{
	const cJSON *profile;

	cJSON_ArrayForEach(profile, scd_status_array(root, "profiles"))
	{
		if (is_unwell(scd_status_string(profile, "state")))
			return false;
	}
	return true;
}

static int parse(const char *text, size_t len, cJSON **root, struct scd_error *err)
{
	const char *kind;

	/* cJSON would take a NUL for the end, and not look behind it. */
	if (strlen(text) != len)
		return scd_fail(err, SCD_E_CORRUPT, 0, "not JSON: it holds a NUL");
	*root = cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
	if (!*root)
		return scd_fail(err, SCD_E_CORRUPT, 0, "not JSON");
	kind = scd_status_string(*root, "kind");
	if (!kind || strcmp(kind, "NodeProfileStatus") != 0)
		return scd_fail(err, SCD_E_CORRUPT, 0,
				"not a status of seccompd: kind is not NodeProfileStatus");
	if (!scd_status_array(*root, "profiles"))
		return scd_fail(err, SCD_E_CORRUPT, 0, "not a status of seccompd: no profiles");
	return 0;
}

int scd_status_print(const char *text, size_t len, enum scd_output output, struct scd_buf *out,
		     bool *well, struct scd_error *err)
{
	auto_cjson cJSON *root = NULL;
	const cJSON *profiles;

	if (parse(text, len, &root, err) < 0)
		return -1;
	profiles = scd_status_array(root, "profiles");
	if (output == SCD_OUTPUT_JSON) {
		put_json(out, root);
		scd_buf_putc(out, '\n');
	} else {
		put_who(out, root);
		put_last_sync(out, root);
		put_sandbox(out, root);
		put_readiness(out, root);
		put_conditions(out, root);
		put_table(out, profiles);
		put_unwell(out, profiles);
	}
	if (out->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "no memory to print the status");
	*well = all_well(root);
	return 0;
}

/* "3 Installed, 1 Stale" */
static void put_state_counts(struct scd_buf *out, const cJSON *profiles)
{
	const char *before = "";

	for (size_t i = 0; i < COUNT(states); i++) {
		const cJSON *profile;
		size_t count = 0;

		cJSON_ArrayForEach(profile, profiles)
		{
			const char *state = scd_status_string(profile, "state");

			count += state && strcmp(state, states[i]) == 0;
		}
		if (count == 0)
			continue;
		scd_buf_printf(out, "%s%zu %s", before, count, states[i]);
		before = ", ";
	}
	if (!before[0])
		scd_buf_puts(out, "no profile");
}

static void put_unwell_names(struct scd_buf *out, const cJSON *profiles)
{
	const char *before = "; ";
	const cJSON *profile;
	size_t count = 0;

	cJSON_ArrayForEach(profile, profiles)
	{
		const char *state = scd_status_string(profile, "state");

		if (!is_unwell(state) || count++ >= NAMES_IN_LINE)
			continue;
		scd_buf_puts(out, before);
		scd_status_word(out, scd_status_string(profile, "name"));
		scd_buf_printf(out, " %s", state);
		before = ", ";
	}
	if (count > NAMES_IN_LINE)
		scd_buf_printf(out, " and %zu more", count - NAMES_IN_LINE);
}

int scd_status_line(const char *text, size_t len, struct scd_buf *out, bool *well,
		    struct scd_error *err)
{
	auto_cjson cJSON *root = NULL;
	const cJSON *ready;

	if (parse(text, len, &root, err) < 0)
		return -1;
	ready = cJSON_GetObjectItemCaseSensitive(scd_status_object(root, "readiness"), "ready");
	scd_status_word(out, scd_status_string(root, "node"));
	scd_buf_puts(out, cJSON_IsTrue(ready) ? ": ready; " : ": not ready; ");
	put_state_counts(out, scd_status_array(root, "profiles"));
	scd_buf_puts(out, "; set digest ");
	scd_status_digest(out, scd_status_string(scd_status_object(root, "source"), "digest"));
	put_unwell_names(out, scd_status_array(root, "profiles"));
	scd_buf_putc(out, '\n');
	if (out->failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "no memory to print the status");
	*well = all_well(root);
	return 0;
}

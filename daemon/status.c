/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bounds.h"
#include "buf.h"
#include "fsio.h"
#include "names.h"
#include "text.h"
#include "version.h"

/* A document in the making. Failures stick, so that only the end is checked; cJSON
 * takes a parent that could not be made for "do nothing". */
struct doc {
	bool failed;
	bool truncated;	       /* findings were left out for the size of the document */
	size_t findings_bytes; /* of the findings so far */
};

static void delete_tree(cJSON **tree)
{
	cJSON_Delete(*tree);
}

#define auto_cjson SCD_CLEANUP(delete_tree)

static cJSON *checked(struct doc *doc, cJSON *item)
{
	doc->failed |= !item;
	return item;
}

static cJSON *put_object(struct doc *doc, cJSON *parent, const char *key)
{
	return checked(doc, cJSON_AddObjectToObject(parent, key));
}

static cJSON *put_array(struct doc *doc, cJSON *parent, const char *key)
{
	return checked(doc, cJSON_AddArrayToObject(parent, key));
}

/* A new object at the end of an array. */
static cJSON *add_object(struct doc *doc, cJSON *array)
{
	cJSON *item = checked(doc, cJSON_CreateObject());

	if (item && !cJSON_AddItemToArray(array, item)) {
		cJSON_Delete(item);
		return checked(doc, NULL);
	}
	return item;
}

static void put_bool(struct doc *doc, cJSON *parent, const char *key, bool value)
{
	(void)checked(doc, cJSON_AddBoolToObject(parent, key, value));
}

/* Exact up to 2^53. */
static void put_number(struct doc *doc, cJSON *parent, const char *key, double value)
{
	(void)checked(doc, cJSON_AddNumberToObject(parent, key, value));
}

/* JSON holds UTF-8 and nothing else, and the name of a file may be anything. */
static void put_string(struct doc *doc, cJSON *parent, const char *key, const char *text)
{
	auto_buf struct scd_buf utf8 = scd_buf_init(3 * strlen(text));

	scd_text_utf8(&utf8, text);
	doc->failed |= utf8.failed;
	(void)checked(doc, cJSON_AddStringToObject(parent, key, scd_buf_text(&utf8)));
}

/* What is unknown is left out. */
static void put_known(struct doc *doc, cJSON *parent, const char *key, const char *text)
{
	if (text && text[0])
		put_string(doc, parent, key, text);
}

/* Words with a space between two, as an array. */
static void put_words(struct doc *doc, cJSON *parent, const char *key, const char *words)
{
	cJSON *list, *item;
	char word[32];

	if (!words[0])
		return;
	list = put_array(doc, parent, key);
	while (*words) {
		const size_t len = strcspn(words, " ");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, words);
		item = checked(doc, len > 0 ? cJSON_CreateString(word) : NULL);
		if (item && !cJSON_AddItemToArray(list, item)) {
			cJSON_Delete(item);
			(void)checked(doc, NULL);
		}
		words += len;
		words += strspn(words, " ");
	}
}

static void put_time(struct doc *doc, cJSON *parent, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[sizeof("2026-08-23T10:00:00Z") + 8];
	struct tm tm;

	if (seconds == 0 || !gmtime_r(&t, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	put_string(doc, parent, key, text);
}

static void put_digest(struct doc *doc, cJSON *parent, const char *key, const char *hex)
{
	char text[sizeof("sha256:") + SCD_SHA256_HEX];

	if (!hex[0])
		return;
	(void)snprintf(text, sizeof(text), "sha256:%s", hex);
	put_string(doc, parent, key, text);
}

/* "reason", "errno", "message" of an error, if there is one. */
static void put_error(struct doc *doc, cJSON *parent, const struct scd_error *err)
{
	if (err->code == SCD_OK)
		return;
	put_string(doc, parent, "reason", scd_code_reason(err->code));
	if (err->sys)
		put_known(doc, parent, "errno", strerrorname_np(err->sys));
	put_known(doc, parent, "message", err->msg);
}

static void put_who(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	const struct scd_arch *arch = scd_arch_of(seccomp_arch_native());
	char libseccomp[32], version[64];

	put_string(doc, root, "apiVersion", "seccompd.dev/v1alpha1");
	put_string(doc, root, "kind", "NodeProfileStatus");
	put_known(doc, root, "node", state->node);
	put_known(doc, root, "pod", state->pod);
	put_known(doc, root, "podUID", state->pod_uid);
	(void)snprintf(version, sizeof(version), "v%s", scd_version());
	put_string(doc, root, "version", version);
	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	put_string(doc, root, "libseccomp", libseccomp);
	put_known(doc, root, "arch", arch ? arch->name : NULL);
	put_known(doc, root, "kernel", state->kernel);
	put_time(doc, root, "startedAt", state->started_at);
}

static void put_source(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *source = put_object(doc, root, "source");

	put_string(doc, source, "path", state->config->source);
	put_string(doc, source, "state", scd_source_state_word(state->source_state));
	if (state->source_state == SCD_SOURCE_MISSING || state->source_state == SCD_SOURCE_ORPHANED)
		put_error(doc, source, &state->source_error);
	put_string(doc, source, "watch", scd_watch_mode_name(state->watch_mode));
	if (!state->digest[0])
		return; /* the rest is of a snapshot */
	put_digest(doc, source, "digest", state->digest);
	put_number(doc, source, "keys", (double)state->keys);
	put_number(doc, source, "ignoredKeys", (double)state->ignored_keys);
	put_number(doc, source, "sizeBytes", (double)state->source_bytes);
	put_time(doc, source, "observedAt", state->observed_at);
	put_time(doc, source, "lastChangeAt", state->last_change);
}

static void put_destination(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *destination = put_object(doc, root, "destination");

	put_string(doc, destination, "path", state->config->destination);
	put_error(doc, destination, &state->destination_error);
	if (!state->destination_known)
		return;
	put_bool(doc, destination, "writable", state->writable);
	put_number(doc, destination, "freeBytes", (double)state->free_bytes);
	put_number(doc, destination, "removalsBlocked", (double)state->removals_blocked);
	put_bool(doc, destination, "stateFileCorrupt", state->ledger_corrupt);
}

static void put_last_sync(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *sync;

	if (state->last_attempt == 0)
		return;
	sync = put_object(doc, root, "lastSync");
	put_string(doc, sync, "trigger", scd_trigger_name(state->last_trigger));
	put_string(doc, sync, "result", scd_sync_result_word(state->last_result));
	put_time(doc, sync, "startedAt", state->last_started_at);
	put_number(doc, sync, "durationSeconds", (double)state->last_duration_us / 1e6);
	put_time(doc, sync, "lastSuccessAt", state->last_success);
	put_number(doc, sync, "consecutiveFailures", (double)state->consecutive_failures);
}

static void put_validator(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *validator = put_object(doc, root, "validator");
	cJSON *seccomp = put_object(doc, root, "seccomp");

	put_bool(doc, validator, "degraded", state->validator_degraded);
	put_bool(doc, validator, "trialLoad", state->config->judge.trial_load);
	put_bool(doc, validator, "strict", state->config->judge.strict);
	put_number(doc, seccomp, "apiLevel", seccomp_api_get());
	put_words(doc, seccomp, "actionsAvailable", state->actions_avail);
	put_words(doc, seccomp, "actionsLogged", state->actions_logged);
}

static void put_sandbox_part(struct doc *doc, cJSON *sandbox, const char *name,
			     const struct scd_sandbox_part *from)
{
	cJSON *part = put_object(doc, sandbox, name);

	put_string(doc, part, "state", scd_sandbox_mode_name(from->mode));
	put_known(doc, part, "reason", scd_sandbox_why(from));
	if (from->version > 0)
		put_number(doc, part, "abi", from->version);
}

static void put_sandbox(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *sandbox = put_object(doc, root, "sandbox");

	put_sandbox_part(doc, sandbox, "landlock", &state->sandbox.landlock);
	put_sandbox_part(doc, sandbox, "seccomp", &state->sandbox.seccomp);
}

static void put_readiness(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	bool strict = state->config->ready_policy == SCD_READY_STRICT;
	cJSON *readiness = put_object(doc, root, "readiness");
	int64_t now_ms = scd_now_ms();
	bool ready = true;
	cJSON *list;
	size_t count;
	const struct scd_health_check *checks = scd_health_checks(&count);

	put_string(doc, readiness, "policy", strict ? "strict" : "synced");
	list = put_array(doc, readiness, "checks");
	for (size_t i = 0; i < count; i++) {
		const char *failure;
		cJSON *check;

		if (!scd_health_check_counts(&checks[i], false, state))
			continue;
		failure = checks[i].failure(state, now_ms);
		check = add_object(doc, list);
		put_string(doc, check, "name", checks[i].name);
		put_bool(doc, check, "ok", !failure);
		put_known(doc, check, "reason", failure);
		ready &= !failure;
	}
	put_bool(doc, readiness, "ready", ready);
}

static void put_summary(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *summary = put_object(doc, root, "summary");

	for (int phase = 0; phase < SCD_PHASE_COUNT; phase++)
		put_number(doc, summary, scd_phase_label((enum scd_phase)phase),
			   (double)scd_state_count(state, (enum scd_phase)phase));
}

static void put_conditions(struct doc *doc, cJSON *root, const struct scd_state *state)
{
	cJSON *list = put_array(doc, root, "conditions");

	for (int type = 0; type < SCD_CONDITION_COUNT; type++) {
		const struct scd_condition *from = &state->conditions[type];
		cJSON *condition;

		if (!from->reason[0])
			continue; /* never set */
		condition = add_object(doc, list);
		put_string(doc, condition, "type",
			   scd_condition_name((enum scd_condition_type)type));
		put_string(doc, condition, "status", from->status ? "True" : "False");
		put_string(doc, condition, "reason", from->reason);
		put_known(doc, condition, "message", from->message);
		put_time(doc, condition, "lastTransitionTime", from->since);
	}
}

static void put_finding(struct doc *doc, cJSON *list, const struct scd_finding *from)
{
	cJSON *finding = add_object(doc, list);

	put_string(doc, finding, "ruleId", from->rule->id);
	put_string(doc, finding, "rule", from->rule->name);
	put_string(doc, finding, "severity", scd_severity_name(from->severity));
	if (from->line > 0) {
		put_number(doc, finding, "line", from->line);
		put_number(doc, finding, "column", from->column);
	}
	put_known(doc, finding, "pointer", from->pointer);
	put_string(doc, finding, "message", from->message ? from->message : "");
}

static void put_findings(struct doc *doc, cJSON *profile, const struct scd_report *report)
{
	cJSON *list = put_array(doc, profile, "findings");

	put_number(doc, profile, "findingsTotal", (double)report->total);
	for (size_t i = 0; i < report->count && i < SCD_STATUS_FINDINGS_MAX; i++) {
		const struct scd_finding *finding = &report->items[i];

		if (doc->findings_bytes > SCD_STATUS_FINDINGS_BYTES_MAX) {
			doc->truncated = true;
			return;
		}
		doc->findings_bytes += 256 + (finding->message ? strlen(finding->message) : 0) +
				       (finding->pointer ? strlen(finding->pointer) : 0);
		put_finding(doc, list, finding);
	}
}

static void put_profile(struct doc *doc, cJSON *list, const struct scd_state *state,
			const struct scd_profile_state *from)
{
	cJSON *profile = add_object(doc, list);
	char localhost[SCD_NAME_MAX + PATH_MAX];

	put_string(doc, profile, "name", from->name);
	put_string(doc, profile, "state", scd_phase_name(from->phase));
	put_known(doc, profile, "reason", from->reason);
	if (from->sys)
		put_known(doc, profile, "errno", strerrorname_np(from->sys));
	put_known(doc, profile, "sha256", from->sha256);
	put_known(doc, profile, "installedSha256", from->installed_sha256);
	if (scd_name_valid(from->name)) { /* another one is never installed */
		scd_state_localhost_profile(state, from->name, localhost, sizeof(localhost));
		put_string(doc, profile, "localhostProfile", localhost);
	}
	if (from->report.bpf_insns > 0)
		put_number(doc, profile, "bpfInstructions", (double)from->report.bpf_insns);
	put_findings(doc, profile, &from->report);
}

char *scd_status_json(const struct scd_state *state, bool pretty)
{
	auto_cjson cJSON *root = cJSON_CreateObject();
	struct doc doc = { .failed = !root };
	cJSON *list;

	put_who(&doc, root, state);
	put_source(&doc, root, state);
	put_destination(&doc, root, state);
	put_last_sync(&doc, root, state);
	put_validator(&doc, root, state);
	put_sandbox(&doc, root, state);
	put_readiness(&doc, root, state);
	put_summary(&doc, root, state);
	put_conditions(&doc, root, state);
	list = put_array(&doc, root, "profiles");
	for (size_t i = 0; i < state->profile_count && !doc.failed; i++)
		put_profile(&doc, list, state, &state->profiles[i]);
	put_bool(&doc, root, "truncated", doc.truncated);
	if (doc.failed)
		return NULL;
	return pretty ? cJSON_Print(root) : cJSON_PrintUnformatted(root);
}

char *scd_version_json(void)
{
	auto_cjson cJSON *root = cJSON_CreateObject();
	struct doc doc = { .failed = !root };
	char libseccomp[32], version[64];

	(void)snprintf(version, sizeof(version), "v%s", scd_version());
	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	put_string(&doc, root, "version", version);
	put_string(&doc, root, "gitCommit", scd_git_commit());
	put_known(&doc, root, "buildDate", scd_build_date());
	put_string(&doc, root, "compiler", "cc " __VERSION__);
	put_string(&doc, root, "platform", scd_platform());
	put_string(&doc, root, "libseccompVersion", libseccomp);
	return doc.failed ? NULL : cJSON_PrintUnformatted(root);
}

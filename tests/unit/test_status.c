/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>

#include "bounds.h"
#include "fsio.h"
#include "state_fixture.h"
#include "status.h"
#include "version.h"

#define SCHEMA "docs/status.schema.json"

static cJSON *parse(const struct scd_state *state)
{
	auto_free char *text = scd_status_json(state, false);
	cJSON *json;

	assert_non_null(text);
	json = cJSON_ParseWithOpts(text, NULL, 1);
	assert_non_null(json);
	return json;
}

/* The item at "a/b/0/c", or NULL. */
static const cJSON *at(const cJSON *json, const char *path)
{
	char key[64];

	while (json && *path) {
		size_t len = strcspn(path, "/");

		(void)snprintf(key, sizeof(key), "%.*s", (int)len, path);
		json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, (int)strtol(key, NULL, 10))
					   : cJSON_GetObjectItemCaseSensitive(json, key);
		path += len + (path[len] == '/');
	}
	return json;
}

static const char *string_at(const cJSON *json, const char *path)
{
	const char *text = cJSON_GetStringValue(at(json, path));

	return text ? text : "(no string)";
}

static double number_at(const cJSON *json, const char *path)
{
	const cJSON *item = at(json, path);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

/*
 * A validator of the part of JSON Schema that the schema uses, and stricter: a property
 * that the schema does not describe is refused, so that none is forgotten there; a keyword
 * that is not checked here is refused too.
 */
static const cJSON *schema_root;

static bool is_of_type(const cJSON *json, const char *type)
{
	if (strcmp(type, "object") == 0)
		return cJSON_IsObject(json);
	if (strcmp(type, "array") == 0)
		return cJSON_IsArray(json);
	if (strcmp(type, "string") == 0)
		return cJSON_IsString(json);
	if (strcmp(type, "boolean") == 0)
		return cJSON_IsBool(json);
	if (strcmp(type, "integer") == 0)
		return cJSON_IsNumber(json) &&
		       (double)(int64_t)json->valuedouble == json->valuedouble;
	assert_string_equal(type, "number");
	return cJSON_IsNumber(json);
}

static bool matches(const cJSON *json, const char *pattern)
{
	regex_t regex;
	bool found;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = cJSON_IsString(json) && regexec(&regex, json->valuestring, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool is_one_of(const cJSON *json, const cJSON *values)
{
	const cJSON *value;

	cJSON_ArrayForEach(value, values)
	{
		if (cJSON_Compare(json, value, 1))
			return true;
	}
	return false;
}

static bool has_all(const cJSON *json, const cJSON *names)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, names)
	{
		if (!cJSON_HasObjectItem(json, name->valuestring))
			return false;
	}
	return true;
}

/* As deep as our own schema. NOLINTBEGIN(misc-no-recursion) */
static bool valid(const cJSON *json, const cJSON *schema);

static bool properties_are_valid(const cJSON *json, const cJSON *properties)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json)
	{
		if (!valid(item, cJSON_GetObjectItemCaseSensitive(properties, item->string)))
			return false;
	}
	return true;
}

static bool items_are_valid(const cJSON *json, const cJSON *schema)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json)
	{
		if (!valid(item, schema))
			return false;
	}
	return true;
}

static bool is_annotation(const char *keyword)
{
	static const char *const words[] = { "$schema",	    "$id",   "title",
					     "description", "$defs", "format" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], keyword) == 0)
			return true;
	return false;
}

static bool keyword_holds(const cJSON *json, const cJSON *keyword)
{
	const char *name = keyword->string;

	if (is_annotation(name))
		return true;
	if (strcmp(name, "type") == 0)
		return is_of_type(json, keyword->valuestring);
	if (strcmp(name, "const") == 0)
		return cJSON_Compare(json, keyword, 1);
	if (strcmp(name, "enum") == 0)
		return is_one_of(json, keyword);
	if (strcmp(name, "pattern") == 0)
		return matches(json, keyword->valuestring);
	if (strcmp(name, "minimum") == 0)
		return json->valuedouble >= keyword->valuedouble;
	if (strcmp(name, "maxItems") == 0)
		return cJSON_GetArraySize(json) <= (int)keyword->valuedouble;
	if (strcmp(name, "required") == 0)
		return has_all(json, keyword);
	if (strcmp(name, "properties") == 0)
		return properties_are_valid(json, keyword);
	if (strcmp(name, "items") == 0)
		return items_are_valid(json, keyword);
	assert_string_equal(name, "$ref");
	assert_memory_equal(keyword->valuestring, "#/", 2);
	return valid(json, at(schema_root, keyword->valuestring + 2));
}

static bool valid(const cJSON *json, const cJSON *schema)
{
	const cJSON *keyword;

	if (!schema) {
		print_error("'%s' is not in the schema\n", json->string);
		return false;
	}
	cJSON_ArrayForEach(keyword, schema)
	{
		if (!keyword_holds(json, keyword)) {
			print_error("'%s' of '%s' does not hold\n", keyword->string,
				    json->string ? json->string : "an item");
			return false;
		}
	}
	return true;
}

/* NOLINTEND(misc-no-recursion) */

static cJSON *read_schema(void)
{
	auto_free char *text = NULL;
	struct scd_error err;
	cJSON *schema;
	size_t len;

	assert_int_equal(
		scd_read_file_at(AT_FDCWD, SCHEMA, false, (size_t)1 << 20, &text, &len, &err), 0);
	schema = cJSON_ParseWithOpts(text, NULL, 1);
	assert_non_null(schema);
	schema_root = schema;
	return schema;
}

/* A state in which every member of the document is there. */
static void fill_everything(struct scd_state *s)
{
	struct scd_profile_state *bad;

	s->pod_uid = "6f1c";
	scd_state_learn_kernel(s);
	(void)snprintf(s->actions_avail, sizeof(s->actions_avail), "kill_process errno log allow ");
	(void)snprintf(s->actions_logged, sizeof(s->actions_logged), "kill_process  log");
	s->last_change = 1787479200;
	s->source_state = SCD_SOURCE_MISSING;
	(void)scd_fail(&s->source_error, SCD_E_SYSTEM, EACCES, "open '..data'");
	(void)scd_fail(&s->destination_error, SCD_E_SYSTEM, ENOSPC, "create 'x'");
	for (int i = 0; i < SCD_CONDITION_COUNT; i++)
		scd_state_set_condition(s, (enum scd_condition_type)i, i % 2, 1787479200, "Why",
					"%d of 2", i);
	bad = sample_add("web.json", SCD_PHASE_STALE);
	bad->reason = "Rejected";
	bad->sys = EDQUOT;
	(void)snprintf(bad->installed_sha256, sizeof(bad->installed_sha256), "%064d", 0);
	scd_report_add(&bad->report, SCD_ACTION_UNKNOWN, SCD_ERROR,
		       (struct scd_place){ 7, 17, "/syscalls/3/action" }, "\"%s\" is not an action",
		       "SCMP_ACT_ALOW");
	scd_report_add(&bad->report, SCD_NO_RESTRICTION, SCD_WARNING, (struct scd_place){ 0 },
		       "nothing is denied");
}

static void the_document_is_what_the_schema_says(void **state)
{
	struct scd_state fresh = { .config = &sample.config, .node = "", .pod = "", .pod_uid = "" };
	cJSON *schema = read_schema();
	cJSON *json;

	json = parse(*state);
	assert_true(valid(json, schema));
	cJSON_Delete(json);
	json = parse(&fresh); /* nothing is known yet */
	assert_true(valid(json, schema));
	cJSON_Delete(json);
	fill_everything(*state);
	json = parse(*state);
	assert_true(valid(json, schema));

	/* The validator can say no. */
	cJSON_ReplaceItemInObject(json, "kind", cJSON_CreateString("Node"));
	assert_false(valid(json, schema));
	cJSON_ReplaceItemInObject(json, "kind", cJSON_CreateString("NodeProfileStatus"));
	assert_true(valid(json, schema));
	cJSON_AddNullToObject(json, "undocumented");
	assert_false(valid(json, schema));
	cJSON_Delete(json);
	cJSON_Delete(schema);
}

/* Every property of @schema is in @json, or in the last item of its arrays.
 * As deep as our own schema. NOLINTNEXTLINE(misc-no-recursion) */
static void every_property_is_there(const cJSON *json, const cJSON *schema)
{
	const cJSON *ref = at(schema, "$ref");
	const cJSON *property;

	if (ref)
		schema = at(schema_root, ref->valuestring + 2);
	if (cJSON_IsArray(json)) {
		if (at(schema, "items/$ref") || at(schema, "items/properties"))
			every_property_is_there(
				cJSON_GetArrayItem(json, cJSON_GetArraySize(json) - 1),
				at(schema, "items"));
		return;
	}
	cJSON_ArrayForEach(property, at(schema, "properties"))
	{
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, property->string);
		bool unknown_when_failed = strcmp(property->string, "bpfInstructions") == 0;
		bool said_of_the_whole = strcmp(property->string, "line") == 0 ||
					 strcmp(property->string, "column") == 0 ||
					 strcmp(property->string, "pointer") == 0;
		bool of_a_failure = strcmp(property->string, "reason") == 0;

		if (!item && !unknown_when_failed && !said_of_the_whole && !of_a_failure)
			fail_msg("'%s' is never there", property->string);
		if (item)
			every_property_is_there(item, property);
	}
}

static void nothing_in_the_schema_is_never_said(void **state)
{
	cJSON *schema = read_schema();
	cJSON *json;

	fill_everything(*state);
	json = parse(*state);
	every_property_is_there(json, schema);
	cJSON_Delete(json);
	cJSON_Delete(schema);
}

static void it_says_what_the_state_says(void **state)
{
	cJSON *json = parse(*state);

	assert_string_equal(string_at(json, "apiVersion"), "seccompd.dev/v1alpha1");
	assert_string_equal(string_at(json, "kind"), "NodeProfileStatus");
	assert_string_equal(string_at(json, "node"), "worker-1");
	assert_string_equal(string_at(json, "startedAt"), "2026-08-23T10:00:00Z");
	assert_string_equal(string_at(json, "source/path"), "/profiles");
	assert_string_equal(string_at(json, "source/state"), "OK");
	assert_string_equal(string_at(json, "source/digest"), "sha256:" SAMPLE_DIGEST);
	assert_string_equal(string_at(json, "source/observedAt"), "2026-08-23T10:00:01Z");
	assert_string_equal(string_at(json, "source/watch"), "inotify");
	assert_string_equal(string_at(json, "destination/path"), "/host/seccomp/profiles");
	assert_true(cJSON_IsTrue(at(json, "destination/writable")));
	assert_true(number_at(json, "destination/freeBytes") == 52428800000.0);
	assert_string_equal(string_at(json, "lastSync/trigger"), "startup");
	assert_string_equal(string_at(json, "lastSync/result"), "Success");
	assert_true(number_at(json, "lastSync/durationSeconds") == 0.061);
	assert_true(cJSON_IsFalse(at(json, "validator/degraded")));
	assert_true(cJSON_IsTrue(at(json, "validator/trialLoad")));
	assert_string_equal(string_at(json, "sandbox/landlock/state"), "on");
	assert_true(number_at(json, "sandbox/landlock/abi") == 6);
	assert_string_equal(string_at(json, "sandbox/seccomp/state"), "on");
	assert_true(number_at(json, "summary/installed") == 1);
	assert_true(number_at(json, "summary/stale") == 0);
	assert_string_equal(string_at(json, "profiles/0/name"), "audit.json");
	assert_string_equal(string_at(json, "profiles/0/state"), "Installed");
	assert_string_equal(string_at(json, "profiles/0/localhostProfile"), "profiles/audit.json");
	assert_true(number_at(json, "profiles/0/bpfInstructions") == 4);
	assert_true(cJSON_IsFalse(at(json, "truncated")));
	cJSON_Delete(json);
}

static void what_is_unknown_is_left_out(void **state)
{
	struct scd_state fresh = { .config = &sample.config, .node = "", .pod = "", .pod_uid = "" };
	static const char *const missing[] = { "node",
					       "pod",
					       "podUID",
					       "startedAt",
					       "lastSync",
					       "source/digest",
					       "source/keys",
					       "source/observedAt",
					       "destination/writable",
					       "destination/freeBytes",
					       "conditions/0" };
	cJSON *json = parse(&fresh);

	(void)state;
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		assert_null(at(json, missing[i]));
	assert_true(cJSON_IsFalse(at(json, "readiness/ready")));
	cJSON_Delete(json);
}

static void findings_hold_rule_place_and_sentence(void **state)
{
	cJSON *json;

	fill_everything(*state);
	json = parse(*state);
	assert_string_equal(string_at(json, "profiles/1/state"), "Stale");
	assert_string_equal(string_at(json, "profiles/1/reason"), "Rejected");
	assert_string_equal(string_at(json, "profiles/1/errno"), "EDQUOT");
	assert_string_equal(string_at(json, "profiles/1/findings/0/ruleId"), "SCP005");
	assert_string_equal(string_at(json, "profiles/1/findings/0/rule"), "action-unknown");
	assert_string_equal(string_at(json, "profiles/1/findings/0/severity"), "error");
	assert_true(number_at(json, "profiles/1/findings/0/line") == 7);
	assert_true(number_at(json, "profiles/1/findings/0/column") == 17);
	assert_string_equal(string_at(json, "profiles/1/findings/0/pointer"), "/syscalls/3/action");
	assert_string_equal(string_at(json, "profiles/1/findings/0/message"),
			    "\"SCMP_ACT_ALOW\" is not an action");
	assert_null(at(json, "profiles/1/findings/1/line"));
	assert_string_equal(string_at(json, "source/reason"), "System");
	assert_string_equal(string_at(json, "source/errno"), "EACCES");
	assert_string_equal(string_at(json, "destination/message"), "create 'x'");
	assert_string_equal(string_at(json, "conditions/1/type"), "ProfilesValid");
	assert_string_equal(string_at(json, "conditions/1/status"), "True");
	assert_string_equal(string_at(json, "conditions/1/lastTransitionTime"),
			    "2026-08-23T10:00:00Z");
	cJSON_Delete(json);
}

static void only_the_first_findings_are_listed_but_all_are_counted(void **state)
{
	struct scd_report *report = &sample.state.profiles[0].report;
	cJSON *json;

	for (unsigned i = 1; i <= 30; i++)
		scd_report_add(report, SCD_SYSCALL_UNKNOWN, SCD_WARNING,
			       (struct scd_place){ .line = i, .column = 1 }, "number %u", i);
	json = parse(*state);
	assert_int_equal(cJSON_GetArraySize(at(json, "profiles/0/findings")),
			 SCD_STATUS_FINDINGS_MAX);
	assert_string_equal(string_at(json, "profiles/0/findings/0/message"), "number 1");
	assert_true(number_at(json, "profiles/0/findingsTotal") == 30);
	assert_true(cJSON_IsFalse(at(json, "truncated")));
	cJSON_Delete(json);
}

static void a_document_too_large_says_that_it_is_truncated(void **state)
{
	size_t want = SCD_STATUS_FINDINGS_BYTES_MAX / (SCD_STATUS_FINDINGS_MAX * 256) + 10;
	char name[32];
	cJSON *json;

	for (size_t p = 0; p < want; p++) {
		struct scd_profile_state *profile;

		(void)snprintf(name, sizeof(name), "p%05zu.json", p);
		profile = sample_add(name, SCD_PHASE_INVALID);
		for (unsigned i = 0; i < SCD_STATUS_FINDINGS_MAX; i++)
			scd_report_add(&profile->report, SCD_SYSCALL_UNKNOWN, SCD_ERROR,
				       (struct scd_place){ .line = i + 1, .column = 1 }, "x");
	}
	json = parse(*state);
	assert_true(cJSON_IsTrue(at(json, "truncated")));
	/* Every profile is there, and says how much it has. */
	assert_int_equal(cJSON_GetArraySize(at(json, "profiles")), want + 1);
	(void)snprintf(name, sizeof(name), "profiles/%zu", want);
	assert_int_equal(cJSON_GetArraySize(at(at(json, name), "findings")), 0);
	assert_true(number_at(at(json, name), "findingsTotal") == SCD_STATUS_FINDINGS_MAX);
	cJSON_Delete(json);
}

static void a_name_of_any_bytes_is_still_json(void **state)
{
	cJSON *json;

	sample_add("\x01\"\\\n\xff\xc3\x28\xed\xa0\x80\xf0\x9f\xa6\x80.json", SCD_PHASE_INVALID);
	json = parse(*state);
	assert_string_equal(
		string_at(json, "profiles/1/name"),
		"\x01\"\\\n\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xf0\x9f\xa6\x80.json");
	/* It is never installed, so there is nothing to paste into a pod. */
	assert_null(at(json, "profiles/1/localhostProfile"));
	cJSON_Delete(json);
}

static void readiness_follows_the_checks_of_the_policy(void **state)
{
	cJSON *json;

	sample.state.heartbeat_ms = scd_now_ms();
	json = parse(*state);
	assert_true(cJSON_IsTrue(at(json, "readiness/ready")));
	assert_string_equal(string_at(json, "readiness/policy"), "synced");
	assert_int_equal(cJSON_GetArraySize(at(json, "readiness/checks")), 4);
	cJSON_Delete(json);

	sample.config.ready_policy = SCD_READY_STRICT;
	sample.state.profiles[0].phase = SCD_PHASE_INVALID;
	json = parse(*state);
	assert_true(cJSON_IsFalse(at(json, "readiness/ready")));
	assert_string_equal(string_at(json, "readiness/checks/4/name"), "profiles");
	assert_true(cJSON_IsFalse(at(json, "readiness/checks/4/ok")));
	assert_string_equal(string_at(json, "readiness/checks/4/reason"), "InvalidProfiles");
	cJSON_Delete(json);
}

static void pretty_is_the_same_document_for_people(void **state)
{
	auto_free char *pretty = scd_status_json(*state, true);
	cJSON *a, *b;

	a = parse(*state);
	b = cJSON_Parse(pretty);
	assert_true(cJSON_Compare(a, b, 1));
	assert_non_null(strchr(pretty, '\n'));
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void version_names_program_commit_and_library(void **state)
{
	auto_free char *text = scd_version_json();
	cJSON *json = cJSON_ParseWithOpts(text, NULL, 1);

	(void)state;
	assert_string_equal(string_at(json, "version") + 1, scd_version());
	assert_int_equal(string_at(json, "version")[0], 'v');
	assert_string_equal(string_at(json, "gitCommit"), scd_git_commit());
	assert_string_equal(scd_build_date()[0] ? string_at(json, "buildDate") : "",
			    scd_build_date());
	assert_memory_equal(string_at(json, "platform"), "linux", 5);
	assert_true(strlen(string_at(json, "compiler")) > 3);
	assert_int_equal(string_at(json, "libseccompVersion")[1], '.');
	cJSON_Delete(json);
}

/* cJSON's allocations fail, one after the other. */
static size_t allocations_left;

static void *failing_malloc(size_t size)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left--;
	return malloc(size);
}

static void out_of_memory_is_null_and_never_half_a_document(void **state)
{
	cJSON_Hooks hooks = { .malloc_fn = failing_malloc, .free_fn = free };
	auto_free char *whole = NULL;
	bool done = false;

	fill_everything(*state);
	whole = scd_status_json(*state, false);
	cJSON_InitHooks(&hooks);
	for (size_t n = 0; !done && n < 2000; n++) {
		auto_free char *text = NULL;

		allocations_left = n;
		text = scd_status_json(*state, false);
		done = text != NULL;
		if (done)
			assert_int_equal(strlen(text), strlen(whole));
	}
	cJSON_InitHooks(NULL);
	assert_true(done);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAMPLE(the_document_is_what_the_schema_says),
		WITH_SAMPLE(nothing_in_the_schema_is_never_said),
		WITH_SAMPLE(it_says_what_the_state_says),
		WITH_SAMPLE(what_is_unknown_is_left_out),
		WITH_SAMPLE(findings_hold_rule_place_and_sentence),
		WITH_SAMPLE(only_the_first_findings_are_listed_but_all_are_counted),
		WITH_SAMPLE(a_document_too_large_says_that_it_is_truncated),
		WITH_SAMPLE(a_name_of_any_bytes_is_still_json),
		WITH_SAMPLE(readiness_follows_the_checks_of_the_policy),
		WITH_SAMPLE(pretty_is_the_same_document_for_people),
		WITH_SAMPLE(version_names_program_commit_and_library),
		WITH_SAMPLE(out_of_memory_is_null_and_never_half_a_document),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}

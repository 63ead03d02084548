/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "from_text.h"
#include "merge.h"
#include "reading.h"

#define INPUTS_MAX 3

/* Profiles and what was made of them. */
struct merge {
	struct from_text read[INPUTS_MAX];
	size_t count;
	struct scd_merged merged;
	struct from_text result;
};

static void merge_done(struct merge *m)
{
	for (size_t i = 0; i < m->count; i++)
		read_done(&m->read[i]);
	if (m->merged.text)
		read_done(&m->result);
	scd_merged_done(&m->merged);
}

#define auto_merge SCD_CLEANUP(merge_done)

/* Merges the texts, up to a NULL, and reads the result. Returns what scd_merge() did. */
static int merge_texts(struct merge *m, const char *const *texts, struct scd_error *err)
{
	struct scd_merge_input inputs[INPUTS_MAX];
	int rc;

	*m = (struct merge){ 0 };
	for (; m->count < INPUTS_MAX && texts[m->count]; m->count++) {
		struct from_text *read = &m->read[m->count];

		read_text(read, texts[m->count]);
		assert_int_equal(read->report.by_severity[SCD_ERROR], 0);
		inputs[m->count] =
			(struct scd_merge_input){ "a profile", texts[m->count], &read->profile };
	}
	rc = scd_merge(inputs, m->count, &m->merged, err);
	if (rc == 0) {
		read_text(&m->result, m->merged.text);
		assert_int_equal(m->result.report.by_severity[SCD_ERROR], 0);
	}
	return rc;
}

static void merge_two(struct merge *m, const char *base, const char *overlay)
{
	const char *const texts[] = { base, overlay, NULL };
	struct scd_error err;

	assert_int_equal(merge_texts(m, texts, &err), 0);
}

/* The rules of the result, one a line: "SCMP_ACT_ALLOW read write". */
static const char *rules_of(const struct merge *m, char *out, size_t size)
{
	const struct scd_profile *profile = &m->result.profile;
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct scd_profile_rule *rule = &profile->rules[i];

		used += (size_t)snprintf(out + used, size - used, "%s", rule->action->name + 9);
		if (rule->has_errno)
			used += (size_t)snprintf(out + used, size - used, "(%u)",
						 (unsigned)rule->errno_ret);
		if (rule->arg_count)
			used += (size_t)snprintf(out + used, size - used, "[%zu]", rule->arg_count);
		for (const struct scd_json_value *v = rule->names->child; v; v = v->next)
			used += (size_t)snprintf(out + used, size - used, " %s", v->string);
		used += (size_t)snprintf(out + used, size - used, "\n");
	}
	return out;
}

#define assert_rules(m, expected)                                               \
	do {                                                                    \
		char text[1024];                                                \
		assert_string_equal(rules_of(m, text, sizeof(text)), expected); \
	} while (0)

static void assert_step(const struct merge *m, size_t index, enum scd_merge_verb verb,
			const char *name)
{
	assert_true(index < m->merged.step_count);
	assert_string_equal(scd_merge_verb_name(m->merged.steps[index].verb),
			    scd_merge_verb_name(verb));
	assert_string_equal(m->merged.steps[index].name, name);
	assert_int_equal(m->merged.steps[index].input, 1);
}

static void allow_lists_add_up(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, DENYING(RULE("\"write\",\"read\"", "ALLOW")),
		  DENYING(RULE("\"mmap\",\"read\"", "ALLOW")));
	assert_rules(&m, "ALLOW mmap read write\n");
	assert_int_equal(m.merged.step_count, 1);
	assert_step(&m, 0, SCD_MERGE_ADDED, "mmap");
}

static void deny_lists_add_up(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, ALLOWING(RULE("\"mount\"", "ERRNO")),
		  ALLOWING(RULE("\"bpf\"", "ERRNO") "," RULE("\"ptrace\"", "KILL_PROCESS")));
	assert_rules(&m, "ERRNO bpf mount\nKILL_PROCESS ptrace\n");
	assert_step(&m, 0, SCD_MERGE_ADDED, "bpf");
	assert_step(&m, 1, SCD_MERGE_ADDED, "ptrace");
}

/* Both together would contradict each other, and the first would win without a word. */
static void another_action_replaces_what_was_said(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(
		&m, DENYING(RULE("\"clone3\",\"read\"", "ALLOW")),
		DENYING("{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}"));
	assert_rules(&m, "ALLOW read\nERRNO(38) clone3\n");
	assert_int_equal(m.merged.step_count, 1);
	assert_step(&m, 0, SCD_MERGE_REPLACED, "clone3");
	assert_int_equal(m.merged.steps[0].from, SCMP_ACT_ALLOW);
	assert_int_equal(m.merged.steps[0].to, SCMP_ACT_ERRNO(38));
}

/* Runtimes skip its rule, but runc, which counts the call among those that it knows. */
static void the_default_action_takes_a_call_away(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, DENYING(RULE("\"ptrace\",\"read\"", "ALLOW")),
		  DENYING(RULE("\"ptrace\"", "ERRNO")));
	assert_rules(&m, "ALLOW read\nERRNO ptrace\n");
	assert_step(&m, 0, SCD_MERGE_REMOVED, "ptrace");
}

static void an_unconditional_rule_swallows_conditional_ones(void **state)
{
	auto_merge struct merge m, other;

	(void)state;
	merge_two(&m, DENYING(RULE_IF("\"socket\"", "ALLOW", WHEN(0, EQ, 1))),
		  DENYING(RULE("\"socket\"", "ALLOW")));
	assert_rules(&m, "ALLOW socket\n");
	assert_step(&m, 0, SCD_MERGE_WIDENED, "socket");

	merge_two(&other, DENYING(RULE("\"socket\"", "ALLOW")),
		  DENYING(RULE_IF("\"socket\"", "ALLOW", WHEN(0, EQ, 1))));
	assert_rules(&other, "ALLOW socket\n");
	assert_int_equal(other.merged.step_count, 0);
}

static void conditions_add_up_and_stand_once(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, DENYING(RULE_IF("\"socket\"", "ALLOW", WHEN(0, EQ, 1))),
		  DENYING(RULE_IF("\"socket\",\"socketpair\"", "ALLOW", WHEN(0, EQ, 1)) "," RULE_IF(
			  "\"socket\"", "ALLOW", WHEN(0, EQ, 2))));
	assert_rules(&m, "ALLOW[1] socket socketpair\nALLOW[1] socket\n");
	assert_step(&m, 0, SCD_MERGE_WIDENED, "socket");
	assert_step(&m, 1, SCD_MERGE_ADDED, "socketpair");
}

/* Which of two rules comes first can decide; an equal rule elsewhere must not move one of them. */
static void rules_of_one_call_with_several_actions_stay_together(void **state)
{
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, DENYING(RULE_IF("\"socket\"", "ALLOW", WHEN(0, EQ, 2))),
		  DENYING(RULE_IF("\"prctl\"", "LOG", WHEN(0, EQ, 1)) "," RULE_IF(
			  "\"prctl\"", "ALLOW", WHEN(0, EQ, 2))));
	assert_rules(&m, "ALLOW[1] socket\nLOG[1] prctl\nALLOW[1] prctl\n");
}

static void the_head_adds_up(void **state)
{
	auto_merge struct merge m;
	const struct scd_profile *profile = &m.result.profile;

	(void)state;
	merge_two(&m,
		  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"
		  "\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[]}",
		  "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		  "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"],"
		  "\"listenerPath\":\"/run/agent.sock\",\"listenerMetadata\":\"m\",\"syscalls\":["
		  "{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}");
	assert_int_equal(profile->default_errno, 38);
	assert_int_equal(profile->arch_count, 2);
	assert_string_equal(profile->listener_path->string, "/run/agent.sock");
	assert_rules(&m, "ERRNO(38) ptrace\n");
	assert_int_equal(m.merged.step_count,
			 3); /* and none for ptrace, which nobody had allowed */
	assert_string_equal(m.merged.steps[0].key, "defaultErrnoRet");
	assert_int_equal(m.merged.steps[0].to, SCMP_ACT_ERRNO(38));
	assert_string_equal(m.merged.steps[1].key, "listenerPath");
	assert_string_equal(m.merged.steps[2].name, "SCMP_ARCH_AARCH64");
}

static void different_defaults_are_refused(void **state)
{
	static const char *const texts[] = { DENYING(""), ALLOWING(""), NULL };
	auto_merge struct merge m;
	struct scd_error err;

	(void)state;
	assert_int_equal(merge_texts(&m, texts, &err), -1);
	assert_int_equal(err.code, SCD_E_CONFIG);
	assert_non_null(strstr(err.msg, "SCMP_ACT_ERRNO"));
	assert_non_null(strstr(err.msg, "SCMP_ACT_ALLOW"));
}

/* A profile merged with itself says what it said. */
static void merging_twice_changes_nothing(void **state)
{
	static const char *const texts[] = { DENYING(RULE("\"read\"", "ALLOW") "," RULE_IF(
						     "\"socket\"", "ALLOW", WHEN(0, NE, 3))),
					     DENYING(RULE("\"read\"", "ALLOW") "," RULE_IF(
						     "\"socket\"", "ALLOW", WHEN(0, NE, 3))),
					     DENYING(RULE("\"read\"", "ALLOW") "," RULE_IF(
						     "\"socket\"", "ALLOW", WHEN(0, NE, 3))),
					     NULL };
	auto_merge struct merge m;
	struct scd_error err;

	(void)state;
	assert_int_equal(merge_texts(&m, texts, &err), 0);
	assert_rules(&m, "ALLOW read\nALLOW[1] socket\n");
	assert_int_equal(m.merged.step_count, 0);
}

/* Also where one call has rules of several actions. */
static void several_actions_merged_twice_change_nothing(void **state)
{
	static const char prctl[] = DENYING(RULE_IF("\"prctl\"", "LOG", WHEN(0, EQ, 1)) "," RULE_IF(
		"\"prctl\"", "ALLOW", WHEN(0, EQ, 2)));
	auto_merge struct merge m;

	(void)state;
	merge_two(&m, prctl, prctl);
	assert_rules(&m, "LOG[1] prctl\nALLOW[1] prctl\n");
	assert_int_equal(m.merged.step_count, 0);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* Some rules that allow, for three calls. */
static void random_profile(uint32_t *seed, char *out, size_t size)
{
	static const char *const names[] = { "read", "write", "socket" };
	static const char *const ops[] = { "EQ", "NE", "LT", "LE", "GT", "GE" };
	const unsigned rules = 1 + next_random(seed) % 4;
	size_t used =
		(size_t)snprintf(out, size, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");

	for (unsigned i = 0; i < rules; i++) {
		used += (size_t)snprintf(out + used, size - used,
					 "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ALLOW\"",
					 i ? "," : "", names[next_random(seed) % 3]);
		if (next_random(seed) % 4)
			used += (size_t)snprintf(
				out + used, size - used,
				",\"args\":[{\"index\":%u,\"op\":\"SCMP_CMP_%s\",\"value\":%u}]",
				next_random(seed) % 2, ops[next_random(seed) % 6],
				next_random(seed) % 4);
		used += (size_t)snprintf(out + used, size - used, "}");
	}
	(void)snprintf(out + used, size - used, "]}");
}

static const struct scd_reading_call *find_call(const struct scd_reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strcmp(reading->calls[i].name, name) == 0)
			return &reading->calls[i];
	return NULL;
}

static bool allows(const struct scd_profile *profile, const char *name, const uint64_t args[6])
{
	auto_reading struct scd_reading reading = { 0 };
	const struct scd_reading_rule *said;
	const struct scd_reading_call *call;
	struct scd_error err;

	assert_int_equal(scd_reading_make(profile, &reading, &err), 0);
	call = find_call(&reading, name);
	return call && scd_reading_of(&reading, call, args, &said) == SCMP_ACT_ALLOW;
}

/* The result allows a call exactly when one of the profiles does. */
static void assert_union(const struct merge *m)
{
	static const char *const names[] = { "read", "write", "socket" };

	for (unsigned i = 0; i < 3 * 5 * 5; i++) {
		const uint64_t args[6] = { i / 3 % 5, i / 15 };
		bool any = false;

		for (size_t j = 0; j < m->count; j++)
			any |= allows(&m->read[j].profile, names[i % 3], args);
		if (allows(&m->result.profile, names[i % 3], args) != any)
			fail_msg("%s(%u, %u) in %s", names[i % 3], (unsigned)args[0],
				 (unsigned)args[1], m->merged.text);
	}
}

static void allow_lists_allow_what_one_of_them_does(void **state)
{
	uint32_t seed = 20261126;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		char text[INPUTS_MAX][1024];
		const char *texts[INPUTS_MAX + 1] = { text[0], text[1], text[2], NULL };
		auto_merge struct merge m;
		struct scd_error err;

		for (size_t j = 0; j < INPUTS_MAX; j++)
			random_profile(&seed, text[j], sizeof(text[j]));
		assert_int_equal(merge_texts(&m, texts, &err), 0);
		assert_union(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allow_lists_add_up),
		cmocka_unit_test(deny_lists_add_up),
		cmocka_unit_test(another_action_replaces_what_was_said),
		cmocka_unit_test(the_default_action_takes_a_call_away),
		cmocka_unit_test(an_unconditional_rule_swallows_conditional_ones),
		cmocka_unit_test(conditions_add_up_and_stand_once),
		cmocka_unit_test(rules_of_one_call_with_several_actions_stay_together),
		cmocka_unit_test(the_head_adds_up),
		cmocka_unit_test(different_defaults_are_refused),
		cmocka_unit_test(merging_twice_changes_nothing),
		cmocka_unit_test(several_actions_merged_twice_change_nothing),
		cmocka_unit_test(allow_lists_allow_what_one_of_them_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

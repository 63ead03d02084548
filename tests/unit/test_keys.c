/* SPDX-License-Identifier: MIT */
/* The keys that consumers read: whose they are, and what others were meant to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "keys.h"
#include "pin.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What stands around an object of each kind. */
static const char *const around[][2] = {
	[SCD_KEYS_PROFILE] = { "{", "}" },
	[SCD_KEYS_RULE] = { "{\"syscalls\":[{", "}]}" },
	[SCD_KEYS_ARG] = { "{\"syscalls\":[{\"args\":[{", "}]}]}" },
	[SCD_KEYS_ARCH_MAP] = { "{\"archMap\":[{", "}]}" },
	[SCD_KEYS_FILTER] = { "{\"syscalls\":[{\"includes\":{", "}}]}" },
};

/* The keys of each object, in the order in which a file has them. */
static const struct {
	enum scd_keys_of of;
	const char *name;
	bool docker;
} keys[] = {
	{ SCD_KEYS_PROFILE, "defaultAction", false },
	{ SCD_KEYS_PROFILE, "defaultErrnoRet", false },
	{ SCD_KEYS_PROFILE, "defaultErrno", true },
	{ SCD_KEYS_PROFILE, "architectures", false },
	{ SCD_KEYS_PROFILE, "archMap", true },
	{ SCD_KEYS_PROFILE, "flags", false },
	{ SCD_KEYS_PROFILE, "listenerPath", false },
	{ SCD_KEYS_PROFILE, "listenerMetadata", false },
	{ SCD_KEYS_PROFILE, "syscalls", false },
	{ SCD_KEYS_RULE, "comment", true },
	{ SCD_KEYS_RULE, "names", false },
	{ SCD_KEYS_RULE, "name", true },
	{ SCD_KEYS_RULE, "action", false },
	{ SCD_KEYS_RULE, "errnoRet", false },
	{ SCD_KEYS_RULE, "errno", true },
	{ SCD_KEYS_RULE, "args", false },
	{ SCD_KEYS_RULE, "includes", true },
	{ SCD_KEYS_RULE, "excludes", true },
	{ SCD_KEYS_ARG, "index", false },
	{ SCD_KEYS_ARG, "value", false },
	{ SCD_KEYS_ARG, "valueTwo", false },
	{ SCD_KEYS_ARG, "op", false },
	{ SCD_KEYS_ARCH_MAP, "architecture", true },
	{ SCD_KEYS_ARCH_MAP, "subArchitectures", true },
	{ SCD_KEYS_FILTER, "caps", true },
	{ SCD_KEYS_FILTER, "arches", true },
	{ SCD_KEYS_FILTER, "minKernel", true },
};

static void judge(enum scd_keys_of of, const char *key, const char *value, unsigned runtimes,
		  struct scd_report *report)
{
	const struct scd_check_opts opts = { .runtimes = runtimes,
					     .archs = { SCMP_ARCH_X86_64 },
					     .arch_count = 1 };
	struct scd_error err;
	char text[256];

	(void)snprintf(text, sizeof(text), "%s\"%s\":%s%s", around[of][0], key, value,
		       around[of][1]);
	assert_int_equal(scd_check_profile(text, strlen(text), &opts, report, &err), 0);
}

static const struct scd_finding *find(const struct scd_report *report, enum scd_rule_number number)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].rule->number == number)
			return &report->items[i];
	return NULL;
}

/* containerd never looks at Docker's keys. */
static void a_wrong_type_is_an_error_for_whoever_reads_the_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		auto_report struct scd_report containerd = { 0 }, cri_o = { 0 };
		const struct scd_finding *seen;

		judge(keys[i].of, keys[i].name, "true", SCD_CRI_O, &cri_o);
		seen = find(&cri_o, SCD_TYPE_MISMATCH);
		assert_non_null(seen);
		assert_int_equal(seen->severity, SCD_ERROR);
		assert_non_null(strstr(seen->pointer, keys[i].name));
		judge(keys[i].of, keys[i].name, "true", SCD_CONTAINERD, &containerd);
		seen = find(&containerd, SCD_TYPE_MISMATCH);
		if (!seen != keys[i].docker)
			fail_msg("%s", keys[i].name);
	}
}

static void keys_have_their_places_in_a_file(void **state)
{
	size_t rank = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		rank = i > 0 && keys[i].of == keys[i - 1].of ? rank + 1 : 1;
		assert_int_equal(scd_keys_rank(keys[i].of, keys[i].name), rank);
	}
	assert_int_equal(scd_keys_rank(SCD_KEYS_PROFILE, "names"), 0);
	assert_int_equal(scd_keys_rank(SCD_KEYS_PROFILE, "DefaultAction"), 0);
}

/* One letter of a short word, two of one with five and more; the nearest, and of equals the first.
 */
static void a_key_near_a_known_one_is_a_mistake(void **state)
{
	static const struct {
		enum scd_keys_of of;
		const char *key, *meant; /* NULL: nothing */
	} cases[] = {
		{ SCD_KEYS_RULE, "nams", "names" },
		{ SCD_KEYS_RULE, "nam", "name" },
		{ SCD_KEYS_RULE, "axion", "action" },
		{ SCD_KEYS_ARG, "opxx", NULL },
		{ SCD_KEYS_RULE, "acn", NULL },
		{ SCD_KEYS_RULE, "axionx", NULL },
		{ SCD_KEYS_RULE, "coment", NULL },
		{ SCD_KEYS_ARG, "valueTow", "valueTwo" },
		{ SCD_KEYS_PROFILE, "syscal", "syscalls" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_report struct scd_report report = { 0 };
		const struct scd_finding *seen;
		char question[64];

		judge(cases[i].of, cases[i].key, "1", SCD_CONTAINERD, &report);
		seen = find(&report, SCD_UNKNOWN_KEY);
		assert_non_null(seen);
		(void)snprintf(question, sizeof(question), "did you mean \"%s\"?",
			       cases[i].meant ? cases[i].meant : "");
		if (cases[i].meant)
			assert_non_null(strstr(seen->message, question));
		else
			assert_null(strstr(seen->message, "did you mean"));
		assert_int_equal(seen->severity, cases[i].meant ? SCD_ERROR : SCD_NOTE);
	}
}

/* Digits as they stand there, while they are few; of all else the type. */
static void what_stands_there_is_described(void **state)
{
	static const struct {
		const char *value, *words;
	} cases[] = {
		{ "-1.5e3", "not -1.5e3:" },
		{ "\"5\"", "not a string:" },
		{ "-1000000000000000000000000000000000000000", "not a number:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_report struct scd_report report = { 0 };
		const struct scd_finding *seen;

		judge(SCD_KEYS_RULE, "errnoRet", cases[i].value, SCD_CONTAINERD, &report);
		seen = find(&report, SCD_TYPE_MISMATCH);
		assert_non_null(seen);
		if (!strstr(seen->message, cases[i].words))
			fail_msg("%s: %s", cases[i].value, seen->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_type_is_an_error_for_whoever_reads_the_key),
		cmocka_unit_test(keys_have_their_places_in_a_file),
		cmocka_unit_test(a_key_near_a_known_one_is_a_mistake),
		cmocka_unit_test(what_stands_there_is_described),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

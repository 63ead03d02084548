/* SPDX-License-Identifier: MIT */
/* config.json of a bundle: what is read of it, and that nothing else changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bundle.h"

static struct scd_error err;

static const struct scd_bundle_changes changes = { .dir = "/b\"x",
						   .root = "/b/rootfs",
						   .seccomp = "{\"defaultAction\": \"X\"}",
						   .no_new_privs = true,
						   .cgroups_path = "/new" };

/* @text has to become @want. */
static void becomes(const char *text, const char *want)
{
	auto_bundle struct scd_bundle bundle = { 0 };
	char *out = NULL;
	size_t len = 0;

	if (scd_bundle_read(text, strlen(text), &bundle, &err) < 0 ||
	    scd_bundle_change(&bundle, &changes, &out, &len, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(out, want);
	assert_int_equal(len, strlen(want));
	free(out);
}

static void values_change_and_every_other_byte_stays(void **state)
{
	(void)state;
	becomes("{ \"ociVersion\":\"1.0\", \"process\":{\"noNewPrivileges\":false,\"args\":[\"a\"]},\n"
		"\"root\": {\"readonly\":true,\"path\":\"rootfs\"}, \"n\": 18446744073709551615,\n"
		"\"linux\": {\"seccomp\":{\"a\":[1]},\"cgroupsPath\":\"/old\",\"x\":1.0} }\n",
		"{ \"ociVersion\":\"1.0\", \"process\":{\"noNewPrivileges\":true,\"args\":[\"a\"]},\n"
		"\"root\": {\"readonly\":true,\"path\":\"/b/rootfs\"}, \"n\": 18446744073709551615,\n"
		"\"linux\": {\"seccomp\":{\"defaultAction\": \"X\"},\"cgroupsPath\":\"/new\",\"x\":1.0} "
		"}\n");
}

static void what_is_not_there_is_added(void **state)
{
	(void)state;
	becomes("{\"root\":{\"path\":\"r\"},\"process\":{}}",
		"{\"linux\": {\"seccomp\": {\"defaultAction\": \"X\"}}, "
		"\"root\":{\"path\":\"/b/rootfs\"},"
		"\"process\":{\"noNewPrivileges\": true}}");
	becomes("{\"root\":{\"path\":\"r\"},\"process\":{\"a\":1},\"linux\":{}}",
		"{\"root\":{\"path\":\"/b/rootfs\"},\"process\":{\"noNewPrivileges\": true, \"a\":1},"
		"\"linux\":{\"seccomp\": {\"defaultAction\": \"X\"}}}");
	becomes("{\"root\":{\"path\":\"r\"},\"process\":{\"noNewPrivileges\":null},\"linux\":null}",
		"{\"root\":{\"path\":\"/b/rootfs\"},\"process\":{\"noNewPrivileges\":true},"
		"\"linux\":{\"seccomp\": {\"defaultAction\": \"X\"}}}");
}

static void sources_of_bind_mounts_are_found_from_elsewhere(void **state)
{
	(void)state;
	becomes("{\"root\":{\"path\":\"r\"},\"process\":{},\"linux\":{\"x\":1},\"mounts\":["
		"{\"source\":\"data\",\"type\":\"bind\"},{\"source\":\"d\",\"options\":[\"ro\",\"rbind\"]},"
		"{\"source\":\"proc\",\"type\":\"proc\"},{\"source\":\"/abs\",\"type\":\"bind\"},{}]}",
		"{\"root\":{\"path\":\"/b/rootfs\"},\"process\":{\"noNewPrivileges\": true},"
		"\"linux\":{\"seccomp\": {\"defaultAction\": \"X\"}, \"x\":1},\"mounts\":["
		"{\"source\":\"/b\\\"x/data\",\"type\":\"bind\"},"
		"{\"source\":\"/b\\\"x/d\",\"options\":[\"ro\",\"rbind\"]},"
		"{\"source\":\"proc\",\"type\":\"proc\"},{\"source\":\"/abs\",\"type\":\"bind\"},{}]}");
}

static void what_matters_is_read(void **state)
{
	static const char text[] = "{\"root\":{\"path\":\"r s\"},\"process\":{\"terminal\":true,"
				   "\"noNewPrivileges\":true}}";
	auto_bundle struct scd_bundle bundle = { 0 };

	(void)state;
	assert_int_equal(scd_bundle_read(text, strlen(text), &bundle, &err), 0);
	assert_string_equal(bundle.root, "r s");
	assert_true(bundle.terminal);
	assert_true(bundle.no_new_privs);
}

static void what_cannot_be_started_says_why(void **state)
{
	static const char *const bad[][2] = {
		{ "", "1:1: " },
		{ "[]", "it is a list, and not an object" },
		{ "{\n\"root\":}", "2:8: " },
		{ "{\"process\":{}}", "it has no root.path" },
		{ "{\"root\":{\"path\":null},\"process\":{}}", "it has no root.path" },
		{ "{\"root\":{\"path\":\"r\"}}", "it has no process to start" },
		{ "{\"root\":[],\"process\":{}}", "root is a list, and not an object" },
		{ "{\"root\":{\"path\":\"r\"},\"process\":{\"terminal\":1}}",
		  "terminal is a number, and not a boolean" },
		{ "{\"root\":{\"path\":\"r\"},\"process\":{},\"linux\":{\"Seccomp\":{}}}",
		  "a key of seccomp is not written exactly so" },
		{ "{\"root\":{\"path\":\"r\"},\"root\":{\"path\":\"r\"},\"process\":{}}", "1:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_bundle struct scd_bundle bundle = { 0 };

		assert_int_equal(scd_bundle_read(bad[i][0], strlen(bad[i][0]), &bundle, &err), -1);
		assert_int_equal(err.code, SCD_E_CONFIG);
		if (strncmp(err.msg, bad[i][1], strlen(bad[i][1])) != 0)
			fail_msg("%s: '%s'", bad[i][0], err.msg);
	}
}

static void a_limit_is_kept(void **state)
{
	auto_bundle struct scd_bundle bundle = { 0 };
	auto_free char *text = malloc(SCD_BUNDLE_CONFIG_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', SCD_BUNDLE_CONFIG_MAX + 1);
	assert_int_equal(scd_bundle_read(text, SCD_BUNDLE_CONFIG_MAX + 1, &bundle, &err), -1);
	assert_int_equal(err.code, SCD_E_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_change_and_every_other_byte_stays),
		cmocka_unit_test(what_is_not_there_is_added),
		cmocka_unit_test(sources_of_bind_mounts_are_found_from_elsewhere),
		cmocka_unit_test(what_matters_is_read),
		cmocka_unit_test(what_cannot_be_started_says_why),
		cmocka_unit_test(a_limit_is_kept),
	};

	return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "configmap_hash.h"

static void assert_hash(const char *name, const char *data, bool immutable, const char *expected)
{
	cJSON *tree = cJSON_Parse(data);
	char hash[SCD_CONFIGMAP_HASH_SIZE];
	struct scd_error err;

	assert_non_null(tree);
	assert_int_equal(scd_configmap_hash(name, tree, immutable, hash, &err), 0);
	assert_string_equal(hash, expected);
	cJSON_Delete(tree);
}

/* The values of kubectl's own test (k8s.io/kubectl/pkg/util/hash/hash_test.go). */
static void hashes_are_those_of_kubectl(void **state)
{
	(void)state;
	assert_hash("", "{}", false, "42745tchd9");
	assert_hash("", "{\"one\":\"\"}", false, "9g67k2htb6");
	assert_hash("", "{\"one\":\"\",\"three\":\"3\",\"two\":\"2\"}", false, "f5h7t85m9b");
}

static void name_content_and_immutability_count(void **state)
{
	char hash[4][SCD_CONFIGMAP_HASH_SIZE];
	cJSON *tree = cJSON_Parse("{\"a\":\"<\\n\\u2028\"}"), *other = cJSON_Parse("{\"a\":\"b\"}");
	struct scd_error err;

	(void)state;
	assert_int_equal(scd_configmap_hash("x", tree, false, hash[0], &err), 0);
	assert_int_equal(scd_configmap_hash("x", tree, true, hash[1], &err), 0);
	assert_int_equal(scd_configmap_hash("y", tree, false, hash[2], &err), 0);
	assert_int_equal(scd_configmap_hash("x", other, false, hash[3], &err), 0);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = i + 1; j < 4; j++)
			assert_string_not_equal(hash[i], hash[j]);
	cJSON_Delete(tree);
	cJSON_Delete(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_kubectl),
		cmocka_unit_test(name_content_and_immutability_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

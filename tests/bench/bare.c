/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct word {
	const char *name;
	uint32_t value;
};

static const struct word actions[] = {
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ NULL, SCMP_ACT_KILL },
};

static const struct word operators[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
	{ NULL, SCMP_CMP_MASKED_EQ },
};

static uint32_t value_of(const struct word *words, const char *name)
{
	while (words->name && strcmp(words->name, name) != 0)
		words++;
	return words->value;
}

/* "SCMP_ARCH_X86_64" is "x86_64" to libseccomp. */
static void add_arch(scmp_filter_ctx ctx, const char *name)
{
	char plain[32] = "";

	for (size_t i = 0; i < sizeof(plain) - 1 && name[strlen("SCMP_ARCH_") + i]; i++)
		plain[i] = (char)tolower(name[strlen("SCMP_ARCH_") + i]);
	(void)seccomp_arch_add(ctx, seccomp_arch_resolve_name(plain));
}

static void bare_rule(scmp_filter_ctx ctx, const cJSON *rule)
{
	const char *action = cJSON_GetObjectItemCaseSensitive(rule, "action")->valuestring;
	const cJSON *args = cJSON_GetObjectItemCaseSensitive(rule, "args");
	const cJSON *errno_ret = cJSON_GetObjectItemCaseSensitive(rule, "errnoRet");
	uint32_t value = value_of(actions, action);
	struct scmp_arg_cmp cmp[6];
	unsigned count = 0;
	const cJSON *item;

	if (value == SCMP_ACT_ERRNO(0))
		value |= errno_ret ? (uint32_t)errno_ret->valuedouble : 1;
	cJSON_ArrayForEach(item, args)
	{
		const cJSON *two = cJSON_GetObjectItemCaseSensitive(item, "valueTwo");

		cmp[count].arg =
			(unsigned)cJSON_GetObjectItemCaseSensitive(item, "index")->valuedouble;
		cmp[count].datum_a =
			(uint64_t)cJSON_GetObjectItemCaseSensitive(item, "value")->valuedouble;
		cmp[count].datum_b = two ? (uint64_t)two->valuedouble : 0;
		cmp[count].op = (enum scmp_compare)value_of(
			operators, cJSON_GetObjectItemCaseSensitive(item, "op")->valuestring);
		count++;
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(rule, "names"))
	{
		int nr = seccomp_syscall_resolve_name(item->valuestring);

		if (nr != __NR_SCMP_ERROR)
			(void)seccomp_rule_add_array(ctx, value, nr, count, cmp);
	}
}

void bare(const char *text)
{
	cJSON *root = cJSON_Parse(text);
	const char *action = cJSON_GetObjectItemCaseSensitive(root, "defaultAction")->valuestring;
	const cJSON *errno_ret = cJSON_GetObjectItemCaseSensitive(root, "defaultErrnoRet");
	uint32_t value = value_of(actions, action);
	scmp_filter_ctx ctx;
	const cJSON *item;
	const int fd = memfd_create("bare", MFD_CLOEXEC);

	if (value == SCMP_ACT_ERRNO(0))
		value |= errno_ret ? (uint32_t)errno_ret->valuedouble : 1;
	ctx = seccomp_init(value);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "architectures"))
		add_arch(ctx, item->valuestring);
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "syscalls"))
		bare_rule(ctx, item);
	(void)seccomp_export_bpf(ctx, fd);
	(void)close(fd);
	seccomp_release(ctx);
	cJSON_Delete(root);
}

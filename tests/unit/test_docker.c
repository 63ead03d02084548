/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>

#include "docker.h"

#define CAPABILITY(name)    \
	{                   \
		name, #name \
	}

static void every_capability_has_its_kernel_name(void **state)
{
	static const struct {
		int number;
		const char *name;
	} kernels[] = {
		CAPABILITY(CAP_CHOWN),
		CAPABILITY(CAP_DAC_OVERRIDE),
		CAPABILITY(CAP_DAC_READ_SEARCH),
		CAPABILITY(CAP_FOWNER),
		CAPABILITY(CAP_FSETID),
		CAPABILITY(CAP_KILL),
		CAPABILITY(CAP_SETGID),
		CAPABILITY(CAP_SETUID),
		CAPABILITY(CAP_SETPCAP),
		CAPABILITY(CAP_LINUX_IMMUTABLE),
		CAPABILITY(CAP_NET_BIND_SERVICE),
		CAPABILITY(CAP_NET_BROADCAST),
		CAPABILITY(CAP_NET_ADMIN),
		CAPABILITY(CAP_NET_RAW),
		CAPABILITY(CAP_IPC_LOCK),
		CAPABILITY(CAP_IPC_OWNER),
		CAPABILITY(CAP_SYS_MODULE),
		CAPABILITY(CAP_SYS_RAWIO),
		CAPABILITY(CAP_SYS_CHROOT),
		CAPABILITY(CAP_SYS_PTRACE),
		CAPABILITY(CAP_SYS_PACCT),
		CAPABILITY(CAP_SYS_ADMIN),
		CAPABILITY(CAP_SYS_BOOT),
		CAPABILITY(CAP_SYS_NICE),
		CAPABILITY(CAP_SYS_RESOURCE),
		CAPABILITY(CAP_SYS_TIME),
		CAPABILITY(CAP_SYS_TTY_CONFIG),
		CAPABILITY(CAP_MKNOD),
		CAPABILITY(CAP_LEASE),
		CAPABILITY(CAP_AUDIT_WRITE),
		CAPABILITY(CAP_AUDIT_CONTROL),
		CAPABILITY(CAP_SETFCAP),
		CAPABILITY(CAP_MAC_OVERRIDE),
		CAPABILITY(CAP_MAC_ADMIN),
		CAPABILITY(CAP_SYSLOG),
		CAPABILITY(CAP_WAKE_ALARM),
		CAPABILITY(CAP_BLOCK_SUSPEND),
		CAPABILITY(CAP_AUDIT_READ),
		CAPABILITY(CAP_PERFMON),
		CAPABILITY(CAP_BPF),
		CAPABILITY(CAP_CHECKPOINT_RESTORE),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		assert_int_equal(scd_capability_find(kernels[i].name), kernels[i].number);
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++) {
		const char *name = scd_capability_name(i);

		assert_non_null(name);
		assert_int_equal(strncmp(name, "CAP_", 4), 0);
		assert_int_equal(scd_capability_find(name), i);
	}
	assert_int_equal(scd_capability_find("CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
	assert_int_equal(scd_capability_find("cap_sys_admin"), -1);
	assert_int_equal(scd_capability_find("SYS_ADMIN"), -1);
	assert_string_equal(scd_capability_nearest("SYS_ADMIN"), "CAP_SYS_ADMIN");
	assert_null(scd_capability_nearest("YS_ADMIN"));
	assert_null(scd_capability_name(64));
}

/* As `docker run` and a pod without securityContext.capabilities have them. */
static void a_container_has_some_capabilities_by_default(void **state)
{
	static const char *const names[] = {
		"CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",	   "CAP_FOWNER",
		"CAP_MKNOD",   "CAP_NET_RAW",	   "CAP_SETGID",	   "CAP_SETUID",
		"CAP_SETFCAP", "CAP_SETPCAP",	   "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
		"CAP_KILL",    "CAP_AUDIT_WRITE",
	};
	uint64_t all = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		all |= UINT64_C(1) << scd_capability_find(names[i]);
	assert_true(scd_default_capabilities == all);
}

/* As libseccomp-golang has them; what it has no name for has none. */
static void architectures_have_the_names_of_the_go_binding(void **state)
{
	static const struct {
		uint32_t token;
		const char *name;
	} rows[] = {
		{ SCMP_ARCH_X86, "x86" },
		{ SCMP_ARCH_X86_64, "amd64" },
		{ SCMP_ARCH_X32, "x32" },
		{ SCMP_ARCH_ARM, "arm" },
		{ SCMP_ARCH_AARCH64, "arm64" },
		{ SCMP_ARCH_MIPS, "mips" },
		{ SCMP_ARCH_MIPS64, "mips64" },
		{ SCMP_ARCH_MIPS64N32, "mips64n32" },
		{ SCMP_ARCH_MIPSEL, "mipsel" },
		{ SCMP_ARCH_MIPSEL64, "mipsel64" },
		{ SCMP_ARCH_MIPSEL64N32, "mipsel64n32" },
		{ SCMP_ARCH_PPC, "ppc" },
		{ SCMP_ARCH_PPC64, "ppc64" },
		{ SCMP_ARCH_PPC64LE, "ppc64le" },
		{ SCMP_ARCH_S390, "s390" },
		{ SCMP_ARCH_S390X, "s390x" },
		{ SCMP_ARCH_RISCV64, "riscv64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(scd_go_arch(rows[i].token), rows[i].name);
		assert_true(scd_go_arch_is(rows[i].name));
	}
	assert_null(scd_go_arch(SCMP_ARCH_PARISC));
	assert_false(scd_go_arch_is("x86_64"));
	assert_false(scd_go_arch_is("SCMP_ARCH_X86_64"));
}

static void errors_have_names_aliases_and_numbers(void **state)
{
	(void)state;
	assert_int_equal(scd_errno_find("EPERM"), EPERM);
	assert_int_equal(scd_errno_find("ENOSYS"), ENOSYS);
	assert_int_equal(scd_errno_find("EWOULDBLOCK"), EAGAIN);
	assert_int_equal(scd_errno_find("EOPNOTSUPP"), EOPNOTSUPP);
	assert_int_equal(scd_errno_find("ENOTSUP"), ENOTSUP);
	assert_int_equal(scd_errno_find("EDEADLOCK"), EDEADLK);
	assert_true(scd_errno_in_cri_o("EPERM") && scd_errno_in_cri_o("EXDEV"));
	assert_true(scd_errno_in_cri_o("E2BIG") && scd_errno_in_cri_o("38"));
	assert_false(scd_errno_in_cri_o("EWOULDBLOCK") || scd_errno_in_cri_o("EINTR"));
	assert_false(scd_errno_in_cri_o("") || scd_errno_in_cri_o("EPER"));
	assert_int_equal(scd_errno_find("38"), 38);
	assert_int_equal(scd_errno_find("0"), 0);
	assert_int_equal(scd_errno_find("eperm"), -1);
	assert_int_equal(scd_errno_find("EPERMANENT"), -1);
	assert_int_equal(scd_errno_find("1x"), -1);
	assert_int_equal(scd_errno_find("-1"), -1);
	assert_int_equal(scd_errno_find(""), -1);
}

static void kernel_versions_are_two_numbers(void **state)
{
	static const char *const bad[] = { "", "4", "4.", ".8", "a.b", "4.8x", "-4.8", "4.99999" };
	struct scd_kernel_version version = { 0 };

	(void)state;
	assert_true(scd_kernel_version_parse("4.8", &version));
	assert_int_equal(version.major, 4);
	assert_int_equal(version.minor, 8);
	assert_true(scd_kernel_version_parse("5.10.0", &version));
	assert_int_equal(version.minor, 10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(scd_kernel_version_parse(bad[i], &version));
	assert_int_equal(version.major, 5);
}

/* Whether a rule with these conditions applies to the container. */
static bool applies(const char *rule, const struct scd_docker_target *target)
{
	auto_json struct scd_json json = { 0 };
	const struct scd_json_value *root;
	struct scd_error err;

	assert_int_equal(scd_json_parse(rule, strlen(rule), &json, &err), 0);
	root = scd_json_root(&json);
	assert_non_null(root);
	return !scd_docker_refusal(scd_json_get(root, "includes"), scd_json_get(root, "excludes"),
				   target);
}

#define ADMIN (UINT64_C(1) << CAP_SYS_ADMIN)
#define BPF (UINT64_C(1) << CAP_BPF)

static const struct {
	const char *rule;
	uint32_t arch;
	uint64_t capabilities;
	struct scd_kernel_version kernel;
	bool applies;
} rows[] = {
	{ "{}", SCMP_ARCH_X86_64, 0, { 5, 0 }, true },
	{ "{\"includes\":{},\"excludes\":{}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, true },
	{ "{\"includes\":{\"caps\":[],\"arches\":[]}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, true },
	/* all included capabilities are needed */
	{ "{\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, false },
	{ "{\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}",
	  SCMP_ARCH_X86_64,
	  ADMIN,
	  { 5, 0 },
	  true },
	{ "{\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}}",
	  SCMP_ARCH_X86_64,
	  ADMIN,
	  { 5, 0 },
	  false },
	{ "{\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}}",
	  SCMP_ARCH_X86_64,
	  ADMIN | BPF,
	  { 5, 0 },
	  true },
	/* one excluded capability is enough */
	{ "{\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}}",
	  SCMP_ARCH_X86_64,
	  BPF,
	  { 5, 0 },
	  false },
	{ "{\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}", SCMP_ARCH_X86_64, BPF, { 5, 0 }, true },
	/* a name that is no capability is one that nobody has */
	{ "{\"includes\":{\"caps\":[\"SYS_ADMIN\"]}}", SCMP_ARCH_X86_64, ADMIN, { 5, 0 }, false },
	{ "{\"excludes\":{\"caps\":[\"SYS_ADMIN\"]}}", SCMP_ARCH_X86_64, ADMIN, { 5, 0 }, true },
	/* one of the architectures is enough, in Go's words */
	{ "{\"includes\":{\"arches\":[\"arm64\",\"amd64\"]}}",
	  SCMP_ARCH_X86_64,
	  0,
	  { 5, 0 },
	  true },
	{ "{\"includes\":{\"arches\":[\"arm64\"]}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, false },
	{ "{\"includes\":{\"arches\":[\"x86_64\"]}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, false },
	{ "{\"excludes\":{\"arches\":[\"s390\",\"s390x\"]}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, true },
	{ "{\"excludes\":{\"arches\":[\"s390\",\"s390x\"]}}", SCMP_ARCH_S390X, 0, { 5, 0 }, false },
	{ "{\"includes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 4, 8 }, true },
	{ "{\"includes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 4, 7 }, false },
	{ "{\"includes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 5, 0 }, true },
	{ "{\"includes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 3, 19 }, false },
	{ "{\"excludes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 4, 8 }, false },
	{ "{\"excludes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 4, 7 }, true },
	{ "{\"includes\":{\"minKernel\":\"new\"}}", SCMP_ARCH_X86_64, 0, { 4, 7 }, false },
	/* CRI-O does not look at it */
	{ "{\"includes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 0, 0 }, true },
	{ "{\"excludes\":{\"minKernel\":\"4.8\"}}", SCMP_ARCH_X86_64, 0, { 0, 0 }, true },
	/* every condition has to hold */
	{ "{\"includes\":{\"arches\":[\"amd64\"]},\"excludes\":{\"caps\":[\"CAP_BPF\"]}}",
	  SCMP_ARCH_X86_64,
	  BPF,
	  { 5, 0 },
	  false },
};

static void conditions_hold_as_in_moby(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct scd_docker_target target = { rows[i].arch, rows[i].capabilities,
							  rows[i].kernel };

		if (applies(rows[i].rule, &target) != rows[i].applies)
			fail_msg("row %zu: %s", i, rows[i].rule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_capability_has_its_kernel_name),
		cmocka_unit_test(a_container_has_some_capabilities_by_default),
		cmocka_unit_test(architectures_have_the_names_of_the_go_binding),
		cmocka_unit_test(errors_have_names_aliases_and_numbers),
		cmocka_unit_test(kernel_versions_are_two_numbers),
		cmocka_unit_test(conditions_hold_as_in_moby),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

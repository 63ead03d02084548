/* SPDX-License-Identifier: MIT */
#include "docker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>
#include <seccomp.h>

#include "text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* linux/capability.h, by number. */
static const char *const capabilities[] = {
	[CAP_CHOWN] = "CAP_CHOWN",
	[CAP_DAC_OVERRIDE] = "CAP_DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "CAP_DAC_READ_SEARCH",
	[CAP_FOWNER] = "CAP_FOWNER",
	[CAP_FSETID] = "CAP_FSETID",
	[CAP_KILL] = "CAP_KILL",
	[CAP_SETGID] = "CAP_SETGID",
	[CAP_SETUID] = "CAP_SETUID",
	[CAP_SETPCAP] = "CAP_SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "CAP_LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "CAP_NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "CAP_NET_BROADCAST",
	[CAP_NET_ADMIN] = "CAP_NET_ADMIN",
	[CAP_NET_RAW] = "CAP_NET_RAW",
	[CAP_IPC_LOCK] = "CAP_IPC_LOCK",
	[CAP_IPC_OWNER] = "CAP_IPC_OWNER",
	[CAP_SYS_MODULE] = "CAP_SYS_MODULE",
	[CAP_SYS_RAWIO] = "CAP_SYS_RAWIO",
	[CAP_SYS_CHROOT] = "CAP_SYS_CHROOT",
	[CAP_SYS_PTRACE] = "CAP_SYS_PTRACE",
	[CAP_SYS_PACCT] = "CAP_SYS_PACCT",
	[CAP_SYS_ADMIN] = "CAP_SYS_ADMIN",
	[CAP_SYS_BOOT] = "CAP_SYS_BOOT",
	[CAP_SYS_NICE] = "CAP_SYS_NICE",
	[CAP_SYS_RESOURCE] = "CAP_SYS_RESOURCE",
	[CAP_SYS_TIME] = "CAP_SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "CAP_SYS_TTY_CONFIG",
	[CAP_MKNOD] = "CAP_MKNOD",
	[CAP_LEASE] = "CAP_LEASE",
	[CAP_AUDIT_WRITE] = "CAP_AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "CAP_AUDIT_CONTROL",
	[CAP_SETFCAP] = "CAP_SETFCAP",
	[CAP_MAC_OVERRIDE] = "CAP_MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "CAP_MAC_ADMIN",
	[CAP_SYSLOG] = "CAP_SYSLOG",
	[CAP_WAKE_ALARM] = "CAP_WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "CAP_BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "CAP_AUDIT_READ",
	[CAP_PERFMON] = "CAP_PERFMON",
	[CAP_BPF] = "CAP_BPF",
	[CAP_CHECKPOINT_RESTORE] = "CAP_CHECKPOINT_RESTORE",
};

#define BIT(number) (UINT64_C(1) << (number))

/* containerd: pkg/cri/opts and oci/spec.go, defaultUnixCaps(). */
const uint64_t scd_default_capabilities =
	BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) |
	BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) |
	BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) |
	BIT(CAP_AUDIT_WRITE);

static const struct {
	uint32_t token;
	const char *name;
} go_archs[] = {
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

/* Second names, which strerrorname_np() does not give. */
static const struct {
	const char *name;
	int number;
} errno_aliases[] = {
	{ "EWOULDBLOCK", EWOULDBLOCK },
	{ "EDEADLOCK", EDEADLOCK },
	{ "ENOTSUP", ENOTSUP },
	{ "EOPNOTSUPP", EOPNOTSUPP },
};

int scd_capability_find(const char *name)
{
	for (size_t i = 0; i < COUNT(capabilities); i++)
		if (strcmp(capabilities[i], name) == 0)
			return (int)i;
	return -1;
}

const char *scd_capability_name(unsigned number)
{
	return number < COUNT(capabilities) ? capabilities[number] : NULL;
}

static const char *capability_candidate(size_t i)
{
	return scd_capability_name((unsigned)i);
}

const char *scd_capability_nearest(const char *name)
{
	return scd_text_nearest(name, 4, capability_candidate); /* "SYS_ADMIN" is four away */
}

const char *scd_go_arch(uint32_t token)
{
	for (size_t i = 0; i < COUNT(go_archs); i++)
		if (go_archs[i].token == token)
			return go_archs[i].name;
	return NULL;
}

bool scd_go_arch_is(const char *name)
{
	for (size_t i = 0; i < COUNT(go_archs); i++)
		if (strcmp(go_archs[i].name, name) == 0)
			return true;
	return false;
}

/* Digits alone, at most four of them. Returns what follows, or NULL. */
static const char *read_number(const char *text, unsigned *number)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 4)
		return NULL;
	*number = (unsigned)strtoul(text, NULL, 10);
	return text + digits;
}

bool scd_kernel_version_parse(const char *text, struct scd_kernel_version *version)
{
	struct scd_kernel_version read;
	const char *rest = read_number(text, &read.major);

	if (!rest || *rest != '.')
		return false;
	rest = read_number(rest + 1, &read.minor);
	/* moby takes the first two numbers of what is separated by dots. */
	if (!rest || (*rest != '\0' && *rest != '.'))
		return false;
	*version = read;
	return true;
}

int scd_errno_find(const char *name)
{
	unsigned number;
	const char *rest = read_number(name, &number);

	if (rest)
		return *rest == '\0' ? (int)number : -1;
	for (size_t i = 0; i < COUNT(errno_aliases); i++)
		if (strcmp(errno_aliases[i].name, name) == 0)
			return errno_aliases[i].number;
	for (int i = 1; i < 4095; i++) {
		const char *known = strerrorname_np(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return -1;
}

/* Sorted by name, each followed by a blank. */
static const char cri_o_errnos[] =
	"E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF "
	"EBADMSG EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK "
	"EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EIDRM "
	"EILSEQ EINPROGRESS EINVAL EIO EISCONN EISDIR ELOOP EMEDIUMTYPE EMFILE EMLINK "
	"EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV "
	"ENOENT ENOEXEC ENOLCK ENOMEDIUM ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSYS ENOTBLK "
	"ENOTCONN ENOTDIR ENOTEMPTY ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENXIO "
	"EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTONOSUPPORT "
	"EPROTOTYPE ERANGE EREMOTE EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH ESTALE "
	"ETIMEDOUT ETOOMANYREFS ETXTBSY EUSERS EXDEV ";

bool scd_errno_in_cri_o(const char *name)
{
	const size_t n = strlen(name);

	if (n > 0 && strspn(name, "0123456789") == n)
		return true;
	for (const char *p = cri_o_errnos; *p; p = strchr(p, ' ') + 1)
		if (strncmp(p, name, n) == 0 && p[n] == ' ')
			return true;
	return false;
}

static const struct scd_json_value *strings_of(const struct scd_json_value *condition,
					       const char *key)
{
	const struct scd_json_value *list = condition ? scd_json_get(condition, key) : NULL;

	return list && list->type == SCD_JSON_ARRAY && list->count > 0 ? list : NULL;
}

/* The element that says @word, or NULL. */
static const struct scd_json_value *holds(const struct scd_json_value *list, const char *word)
{
	for (const struct scd_json_value *v = list->child; v; v = v->next)
		if (v->type == SCD_JSON_STRING && word && strcmp(v->string, word) == 0)
			return v;
	return NULL;
}

static bool has_capability(uint64_t set, const struct scd_json_value *name)
{
	int number = name->type == SCD_JSON_STRING ? scd_capability_find(name->string) : -1;

	return number >= 0 && set & BIT(number);
}

/* Whether @condition asks for a kernel; @value is it, @met whether the target's is as new. */
static bool asks_for_kernel(const struct scd_json_value *condition,
			    const struct scd_docker_target *target,
			    const struct scd_json_value **value, bool *met)
{
	const struct scd_kernel_version *have = &target->kernel;
	struct scd_kernel_version want;

	*value = condition ? scd_json_get(condition, "minKernel") : NULL;
	if (!*value || (*value)->type != SCD_JSON_STRING || !*(*value)->string ||
	    (have->major == 0 && have->minor == 0))
		return false;
	*met = scd_kernel_version_parse((*value)->string, &want) &&
	       (have->major > want.major ||
		(have->major == want.major && have->minor >= want.minor));
	return true;
}

/* What in @excludes keeps the rule out, or NULL. */
static const struct scd_json_value *excluded_by(const struct scd_json_value *excludes,
						const struct scd_docker_target *target)
{
	const struct scd_json_value *archs = strings_of(excludes, "arches");
	const struct scd_json_value *caps = strings_of(excludes, "caps");
	const struct scd_json_value *at = archs ? holds(archs, scd_go_arch(target->arch)) : NULL;
	bool met;

	if (at)
		return at;
	for (at = caps ? caps->child : NULL; at; at = at->next)
		if (has_capability(target->capabilities, at))
			return at;
	return asks_for_kernel(excludes, target, &at, &met) && met ? at : NULL;
}

/* What in @includes the container lacks, or NULL. */
static const struct scd_json_value *lacking(const struct scd_json_value *includes,
					    const struct scd_docker_target *target)
{
	const struct scd_json_value *archs = strings_of(includes, "arches");
	const struct scd_json_value *caps = strings_of(includes, "caps");
	const struct scd_json_value *at;
	bool met;

	if (archs && !holds(archs, scd_go_arch(target->arch)))
		return archs;
	for (at = caps ? caps->child : NULL; at; at = at->next)
		if (!has_capability(target->capabilities, at))
			return at;
	return asks_for_kernel(includes, target, &at, &met) && !met ? at : NULL;
}

const struct scd_json_value *scd_docker_refusal(const struct scd_json_value *includes,
						const struct scd_json_value *excludes,
						const struct scd_docker_target *target)
{
	const struct scd_json_value *at = excluded_by(excludes, target);

	return at ? at : lacking(includes, target);
}

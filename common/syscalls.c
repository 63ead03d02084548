/* SPDX-License-Identifier: MIT */
#include "syscalls.h"

#include <stdio.h>
#include <string.h>

#include <seccomp.h>

#include "text.h"

/* Calls that upstream's libseccomp 2.5.4 does not know: its src/syscalls.csv at 2.5.5 (Linux 6.7),
 * 2.6.0 (6.13) and 2.6.1. Debian's 2.5.4 knows those of 2.5.5. Runtimes that are linked statically
 * have upstream's. Sorted by version, then name. */
static const struct {
	const char *name, *since;
} newer[] = {
	{ "cachestat", "2.5.5" },
	{ "fchmodat2", "2.5.5" },
	{ "futex_requeue", "2.5.5" },
	{ "futex_wait", "2.5.5" },
	{ "futex_wake", "2.5.5" },
	{ "map_shadow_stack", "2.5.5" },
	{ "getxattrat", "2.6.0" },
	{ "listmount", "2.6.0" },
	{ "listxattrat", "2.6.0" },
	{ "lsm_get_self_attr", "2.6.0" },
	{ "lsm_list_modules", "2.6.0" },
	{ "lsm_set_self_attr", "2.6.0" },
	{ "mseal", "2.6.0" },
	{ "removexattrat", "2.6.0" },
	{ "riscv_hwprobe", "2.6.0" },
	{ "setxattrat", "2.6.0" },
	{ "statmount", "2.6.0" },
	{ "uretprobe", "2.6.0" },
	{ "file_getattr", "2.6.1" },
	{ "file_setattr", "2.6.1" },
	{ "listns", "2.6.1" },
	{ "open_tree_attr", "2.6.1" },
	{ "rseq_slice_yield", "2.6.1" },
	{ "uprobe", "2.6.1" },
};

/* libseccomp's names are looked up by number; the highest of any architecture is well below. */
#define NUMBERS_END 1000
#define NEAR ((size_t)2)

const char *scd_syscall_since(const char *name)
{
	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (*newer[i].name == *name && strcmp(newer[i].name, name) == 0)
			return newer[i].since;
	return NULL;
}

bool scd_syscall_name_well_formed(const char *name)
{
	static const char *const prefixes[] = { "sys_", "__NR_", "__x64_sys_" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return false;
	return n > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n &&
	       strspn(name, "0123456789") < n;
}

/* The name without what people put around it: blanks, capitals, prefixes. */
static void plain_name(const char *name, char out[SCD_SYSCALL_NAME_SIZE])
{
	size_t n = 0;

	name += strspn(name, " \t");
	if (strncmp(name, "__NR_", 5) == 0)
		name += 5;
	else if (strncmp(name, "sys_", 4) == 0)
		name += 4;
	for (; *name && *name != ' ' && n < SCD_SYSCALL_NAME_SIZE - 1; name++) {
		out[n] = *name;
		if (*name >= 'A' && *name <= 'Z')
			out[n] = (char)(*name + ('a' - 'A'));
		n++;
	}
	out[n] = '\0';
}

bool scd_syscall_nearest(const char *name, char out[SCD_SYSCALL_NAME_SIZE])
{
	char wanted[SCD_SYSCALL_NAME_SIZE];
	size_t least = NEAR + 1;

	plain_name(name, wanted);
	if (strlen(wanted) <= NEAR)
		return false; /* everything short is near everything short */
	for (int nr = 0; nr < NUMBERS_END && least > 0; nr++) {
		auto_free char *known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
		size_t distance;

		if (!known)
			continue;
		distance = scd_text_distance(wanted, known, NEAR);
		if (distance < least) {
			least = distance;
			(void)snprintf(out, SCD_SYSCALL_NAME_SIZE, "%s", known);
		}
	}
	return least <= NEAR;
}

bool scd_syscall_on(uint32_t arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch, name) >= 0;
}

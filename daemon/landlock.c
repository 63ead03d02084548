/* SPDX-License-Identifier: MIT */
#include "landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Numbers that every architecture shares, for headers older than Linux 5.13. */
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

/* <linux/landlock.h> of Linux 6.12: what is on this machine may be older than what it runs. */
#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_DIR (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR (UINT64_C(1) << 7)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_ALL_1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((__packed__));

/* Each of these is denied unless a rule allows it. A kernel takes only what its ABI has. */
static const struct {
	int abi;
	uint64_t fs, net, scoped;
} handled[] = {
	{ .abi = 1, .fs = FS_ALL_1 },
	{ .abi = 2, .fs = FS_REFER },
	{ .abi = 3, .fs = FS_TRUNCATE },
	{ .abi = 4, .net = NET_BIND_TCP | NET_CONNECT_TCP },
	{ .abi = 5, .fs = FS_IOCTL_DEV },
	{ .abi = 6, .scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL },
};

#define FS_FILE (FS_READ_FILE) /* what a rule for a file, as opposed to a directory, may hold */
/* No MAKE_SYM, MAKE_FIFO, MAKE_CHAR, …: we create files and directories. No REFER: a rename never
 * leaves its directory. No TRUNCATE: a file is written once, new. */
static const uint64_t allowed[] = {
	[SCD_LANDLOCK_READ] = FS_READ_FILE | FS_READ_DIR,
	[SCD_LANDLOCK_WRITE] = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_MAKE_REG |
			       FS_MAKE_DIR | FS_REMOVE_FILE | FS_REMOVE_DIR,
};

int scd_landlock_abi(void)
{
	long abi = syscall(__NR_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static int add_path(int ruleset, const struct scd_landlock_path *path)
{
	struct path_beneath_attr rule = { .allowed_access = allowed[path->access],
					  .parent_fd = path->fd };
	struct stat st;

	if (path->fd < 0)
		return 0;
	if (fstat(path->fd, &st) < 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_FILE;
	return (int)syscall(__NR_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0U);
}

int scd_landlock_restrict(int abi, const struct scd_landlock_path *paths, size_t count)
{
	struct ruleset_attr attr = { 0 };
	auto_close int ruleset = -1;

	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		if (handled[i].abi <= abi) {
			attr.handled_access_fs |= handled[i].fs;
			attr.handled_access_net |= handled[i].net;
			attr.scoped |= handled[i].scoped;
		}
	/* A longer structure than the kernel's is taken as long as the rest is zero. */
	ruleset = (int)syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0U);
	if (ruleset < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_path(ruleset, &paths[i]) < 0)
			return -1;
	return (int)syscall(__NR_landlock_restrict_self, ruleset, 0U);
}

/* SPDX-License-Identifier: MIT */
#include "tracee.h"

#include <elf.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* The kernel's names are in <linux/ptrace.h>, which does not go with <sys/ptrace.h>; glibc
 * calls the structure __ptrace_syscall_info from 2.36 on and ptrace_syscall_info before. */
#define GET_SYSCALL_INFO 0x420e
#define INFO_NONE 0
#define INFO_ENTRY 1
#define INFO_EXIT 2
#define INFO_SECCOMP 3

/* struct ptrace_syscall_info of Linux 5.3. */
struct syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	struct {
		uint64_t nr;
		uint64_t args[SCD_CALL_ARGS];
		uint32_t ret_data; /* of INFO_SECCOMP */
	} entry;
};

/* An integer where ptrace(2) has a pointer. */
static long ptrace_number(int request, pid_t tid, uintptr_t number, void *data)
{
	return ptrace((enum __ptrace_request)request, tid, number, data);
}

static bool get_info(pid_t tid, struct syscall_info *info)
{
	*info = (struct syscall_info){ .op = INFO_NONE };
	return ptrace_number(GET_SYSCALL_INFO, tid, sizeof(*info), info) > 0;
}

bool scd_tracee_call(pid_t tid, struct scd_call *call, enum scd_call_stop *stop)
{
	struct syscall_info info;

	if (!get_info(tid, &info))
		return false;
	if (info.op != INFO_ENTRY && info.op != INFO_SECCOMP) {
		*stop = info.op == INFO_EXIT ? SCD_CALL_EXIT : SCD_CALL_NONE;
		return true;
	}
	*stop = SCD_CALL_ENTRY;
	*call = (struct scd_call){ .tid = tid,
				   .arch = info.arch,
				   .nr = (int)info.entry.nr,
				   .ip = info.instruction_pointer };
	memcpy(call->args, info.entry.args, sizeof(call->args));
	return true;
}

#if defined(__x86_64__)

bool scd_tracee_supported(void)
{
	return true;
}

bool scd_tracee_last_call(pid_t tid, struct scd_call *call)
{
	struct user_regs_struct regs;
	struct syscall_info info;

	if (!get_info(tid, &info) || ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return false;
	*call = (struct scd_call){
		.tid = tid, .arch = info.arch, .nr = (int)regs.orig_rax, .ip = regs.rip
	};
	if (info.arch == AUDIT_ARCH_I386) {
		const uint64_t args[] = {
			regs.rbx, regs.rcx, regs.rdx, regs.rsi, regs.rdi, regs.rbp
		};

		for (size_t i = 0; i < SCD_CALL_ARGS; i++)
			call->args[i] = (uint32_t)args[i];
	} else {
		const uint64_t args[] = {
			regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9
		};

		memcpy(call->args, args, sizeof(call->args));
	}
	return true;
}

bool scd_tracee_refuse(pid_t tid, int error)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return false;
	regs.orig_rax = ~0ULL; /* no call, and the answer of it */
	regs.rax = 0ULL - (unsigned long long)error;
	return ptrace(PTRACE_SETREGS, tid, NULL, &regs) == 0;
}

#elif defined(__aarch64__)

#define NR_REGISTER 8

bool scd_tracee_supported(void)
{
	return true;
}

bool scd_tracee_last_call(pid_t tid, struct scd_call *call)
{
	struct user_regs_struct regs;
	struct iovec all = { .iov_base = &regs, .iov_len = sizeof(regs) };
	struct syscall_info info;

	if (!get_info(tid, &info) || ptrace_number(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) < 0)
		return false;
	*call = (struct scd_call){
		.tid = tid, .arch = info.arch, .nr = (int)regs.regs[NR_REGISTER], .ip = regs.pc
	};
	memcpy(call->args, regs.regs, sizeof(call->args));
	return true;
}

bool scd_tracee_refuse(pid_t tid, int error)
{
	struct user_regs_struct regs;
	struct iovec all = { .iov_base = &regs, .iov_len = sizeof(regs) };
	int none = -1;
	struct iovec call = { .iov_base = &none, .iov_len = sizeof(none) };

	if (ptrace_number(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) < 0)
		return false;
	regs.regs[0] = 0ULL - (unsigned long long)error;
	return ptrace_number(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &call) == 0 &&
	       ptrace_number(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all) == 0;
}

#else

bool scd_tracee_supported(void)
{
	return false;
}

bool scd_tracee_last_call(pid_t tid, struct scd_call *call)
{
	(void)tid;
	(void)call;
	return false;
}

bool scd_tracee_refuse(pid_t tid, int error)
{
	(void)tid;
	(void)error;
	return false;
}

#endif

bool scd_tracee_write(pid_t tid, uint64_t address, uint64_t word)
{
	const uintptr_t at = (uintptr_t)address;
	void *data;

	_Static_assert(sizeof(data) == sizeof(word),
		       "ptrace(2) has a number where a pointer stands");
	memcpy(&data, &word, sizeof(data));
	return ptrace_number(PTRACE_POKEDATA, tid, at, data) == 0;
}

pid_t scd_tracee_status(pid_t tid, const char *key)
{
	char path[64], line[128];
	long number = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			number = strtol(line + strlen(key), NULL, 10);
	if (file)
		(void)fclose(file);
	return (pid_t)number;
}

size_t scd_tracee_read(pid_t tid, uint64_t address, void *out, size_t size)
{
	const size_t page = 4096; /* the smallest: no read stops short of a page that is there */
	size_t done = 0;

	while (done < size) {
		const size_t left = page - (size_t)((address + done) % page);
		const size_t want = left < size - done ? left : size - done;
		const struct iovec to = { .iov_base = (char *)out + done, .iov_len = want };
		struct iovec from = { .iov_len = want };
		ssize_t n;

		from.iov_base = (void *)(uintptr_t)(address + done); /* NOLINT: not our address */
		n = process_vm_readv(tid, &to, 1, &from, 1, 0);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

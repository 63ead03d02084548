/* SPDX-License-Identifier: MIT */
#include "traceable.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "fsio.h"
#include "tracee.h"
#include "value.h"

#define STATUS_MAX ((size_t)64 << 10)
/* Tracers of tracers that are looked at. */
#define TRACERS_MAX 64

#define REASON_MAX ((size_t)200)

bool scd_have_capability(unsigned number)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(__NR_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number));
}

/* The text after "KEY:\t" in /proc/PID/status, or "". */
static const char *field(const char *status, const char *key)
{
	const char *line = strstr(status, key);

	return line ? line + strlen(key) : "";
}

bool scd_traces_us(pid_t pid)
{
	pid_t above = scd_tracee_status(getpid(), "TracerPid:");

	for (unsigned i = 0; i < TRACERS_MAX && above > 0 && above != pid; i++)
		above = scd_tracee_status(above, "TracerPid:");
	return above > 0 && above == pid;
}

static int read_yama(void)
{
	auto_free char *text = NULL;
	struct scd_error err;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", false, 16, &text, &len,
			     &err) < 0)
		return 0;
	return (int)strtol(text, NULL, 10);
}

void scd_trace_facts_read(pid_t pid, struct scd_trace_facts *facts)
{
	auto_free char *text = NULL;
	struct scd_error err;
	char path[64];
	size_t len;

	*facts = (struct scd_trace_facts){ .pid = pid,
					   .ours = pid == getpid(),
					   .above = scd_traces_us(pid),
					   .our_uid = geteuid(),
					   .privileged = scd_have_capability(CAP_SYS_PTRACE),
					   .yama = read_yama() };
	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	if (scd_read_file_at(AT_FDCWD, path, false, STATUS_MAX, &text, &len, &err) < 0)
		return;
	facts->process = (pid_t)strtol(field(text, "\nTgid:\t"), NULL, 10);
	facts->tracer = (pid_t)strtol(field(text, "\nTracerPid:\t"), NULL, 10);
	facts->state = *field(text, "\nState:\t");
	facts->uid = (uid_t)strtoul(field(text, "\nUid:\t"), NULL, 10);
	/* It has no memory of its own; a zombie has none any more. */
	facts->kernel = !strstr(text, "\nVmSize:") && facts->state != 'Z' && facts->state != 'X';
}

void scd_trace_reason(const struct scd_trace_facts *facts, struct scd_buf *out)
{
	if (facts->process == 0)
		scd_buf_puts(out, "there is none");
	else if (facts->process != facts->pid)
		scd_buf_printf(out, "it is a thread of process %ld: give that",
			       (long)facts->process);
	else if (facts->state == 'Z' || facts->state == 'X')
		scd_buf_puts(out, "it has ended, and waits for its parent to take note (a zombie)");
	else if (facts->kernel)
		scd_buf_puts(out, "it is a thread of the kernel, and makes no system calls");
	else if (facts->ours)
		scd_buf_puts(out, "it is seccompctl itself");
	else if (facts->above)
		scd_buf_puts(out, "it follows seccompctl itself");
	else if (facts->tracer)
		scd_buf_printf(out,
			       "process %ld traces it already (a debugger, strace), and there can "
			       "be only one",
			       (long)facts->tracer);
	else if (facts->yama == 3)
		scd_buf_puts(out, "kernel.yama.ptrace_scope is 3: nobody can, until the next boot");
	else if (facts->privileged)
		scd_buf_puts(
			out,
			"a seccomp filter, a security module or a user namespace is in the way");
	else if (facts->uid != facts->our_uid)
		scd_buf_printf(out, "it belongs to uid %" PRIuMAX ": that takes CAP_SYS_PTRACE",
			       (uintmax_t)facts->uid);
	else if (facts->yama)
		scd_buf_printf(out, "kernel.yama.ptrace_scope is %d: %s can without CAP_SYS_PTRACE",
			       facts->yama, facts->yama == 1 ? "only its ancestors" : "nobody");
	else
		scd_buf_puts(out, "it has privileges that seccompctl has not: that takes "
				  "CAP_SYS_PTRACE");
}

int scd_trace_fail(pid_t pid, int sys, struct scd_error *err)
{
	auto_buf struct scd_buf reason = scd_buf_init(REASON_MAX);
	struct scd_trace_facts facts;

	scd_trace_facts_read(pid, &facts);
	if (sys == EPERM || facts.process != pid || facts.state == 'Z')
		scd_trace_reason(&facts, &reason);
	return scd_fail(err, sys == ESRCH ? SCD_E_MISSING : SCD_E_SYSTEM, reason.len ? 0 : sys,
			"cannot follow process %ld%s%s", (long)pid, reason.len ? ": " : "",
			scd_buf_text(&reason));
}

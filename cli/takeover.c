/* SPDX-License-Identifier: MIT */
#include "takeover.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "bounds.h"
#include "observe.h"
#include "tracer.h"

/* The address of the struct sock_fprog; 0: the call loads none. */
static uint64_t program_address(const struct scd_call *call)
{
	if (call->arch != seccomp_arch_native())
		return 0;
	if (call->nr == __NR_seccomp && call->args[0] == SECCOMP_SET_MODE_FILTER)
		return call->args[2];
	if (call->nr == __NR_prctl && (int)call->args[0] == PR_SET_SECCOMP &&
	    call->args[1] == SECCOMP_MODE_FILTER)
		return call->args[2];
	return 0;
}

/* The program at @address: its instructions, and where they are. @at is 0 for none. Libraries ask
 * what the kernel can with programs that are not there. */
static int read_program(pid_t tid, uint64_t address, struct scd_filter *filter, uint64_t *at,
			struct scd_error *err)
{
	struct sock_fprog program;
	size_t size;

	*at = 0;
	if (scd_tracee_read(tid, address, &program, sizeof(program)) != sizeof(program))
		return scd_fail(err, SCD_E_SYSTEM, 0, "read the filter that the runtime loads");
	if (program.len == 0 || program.len > SCD_BPF_MAX || !program.filter)
		return 0; /* the kernel will say so */
	size = program.len * sizeof(*filter->insns);
	filter->insns = malloc(size);
	if (!filter->insns)
		return scd_fail(err, SCD_E_NOMEM, 0, "the filter that the runtime loads");
	filter->count = program.len;
	*at = (uint64_t)(uintptr_t)program.filter;
	if (scd_tracee_read(tid, *at, filter->insns, size) != size)
		return scd_fail(err, SCD_E_SYSTEM, 0, "read the filter that the runtime loads");
	return 0;
}

static bool same(const struct scd_filter *a, const struct scd_filter *b)
{
	return a->count == b->count && a->count &&
	       memcmp(a->insns, b->insns, a->count * sizeof(*a->insns)) == 0;
}

/* Writes what differs; an instruction is one word. */
static int write_program(pid_t tid, uint64_t at, const struct scd_filter *from,
			 const struct scd_filter *to, struct scd_error *err)
{
	_Static_assert(sizeof(*to->insns) == sizeof(uint64_t), "an instruction is a word");

	for (size_t i = 0; i < to->count; i++) {
		uint64_t word;

		if (memcmp(&from->insns[i], &to->insns[i], sizeof(word)) == 0)
			continue;
		memcpy(&word, &to->insns[i], sizeof(word));
		if (!scd_tracee_write(tid, at + i * sizeof(word), word))
			return scd_fail(err, SCD_E_SYSTEM, errno,
					"change the filter that the runtime loads");
	}
	return 0;
}

static int take(struct scd_takeover *takeover, const struct scd_call *call, uint64_t address,
		struct scd_error *err)
{
	auto_filter struct scd_filter filter = { 0 }, changed = { 0 };
	uint64_t at;

	if (read_program(call->tid, address, &filter, &at, err) < 0)
		return -1;
	if (at == 0 || same(&filter, &takeover->changed)) /* tried once more with other flags */
		return 0;
	if (!scd_bpf_valid(filter.insns, filter.count))
		return 0;
	if (scd_observe_denials(&filter, takeover->deny, &changed, err) < 0 ||
	    write_program(call->tid, at, &filter, &changed, err) < 0)
		return -1;
	scd_takeover_done(takeover);
	takeover->filter = filter;
	takeover->changed = changed;
	filter = (struct scd_filter){ 0 };
	changed = (struct scd_filter){ 0 };
	takeover->process = scd_tracee_status(call->tid, "Tgid:");
	return 0;
}

bool scd_takeover_call(struct scd_takeover *takeover, const struct scd_call *call, int *answer)
{
	const uint64_t address = program_address(call);
	struct scd_error err = { 0 };

	if (address == 0)
		return false;
	*answer = SCD_CALL_GO;
	if (take(takeover, call, address, &err) < 0) {
		takeover->err = err;
		*answer = EPERM;
	}
	return true;
}

void scd_takeover_done(struct scd_takeover *takeover)
{
	scd_filter_done(&takeover->filter);
	scd_filter_done(&takeover->changed);
}

/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include <assert.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include "tracer.h"

void scd_recorder_init(struct scd_recorder *recorder)
{
	size_t count;
	const struct scd_narrowing *rows = scd_narrowings(&count);

	assert(count <= SCD_NARROWINGS_MAX);
	for (size_t i = 0; i < SCD_NARROWINGS_MAX; i++)
		recorder->narrowed_nr[i] =
			i < count ? seccomp_syscall_resolve_name(rows[i].name) : -1;
	recorder->clone3_nr = seccomp_syscall_resolve_name("clone3");
	recorder->seccomp_nr = seccomp_syscall_resolve_name("seccomp");
	recorder->ptrace_nr = seccomp_syscall_resolve_name("ptrace");
}

/* The row that looks at an argument of @call; NULL: none does. */
static const struct scd_narrowing *narrowing_of(const struct scd_recorder *recorder, uint32_t token,
						int nr)
{
	size_t count;
	const struct scd_narrowing *rows = scd_narrowings(&count);

	if (!recorder->narrow || token != seccomp_arch_native())
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (recorder->narrowed_nr[i] == nr)
			return &rows[i];
	return NULL;
}

static bool loads_listener(const struct scd_recorder *recorder, const struct scd_call *call)
{
	return call->nr == recorder->seccomp_nr && call->args[0] == SECCOMP_SET_MODE_FILTER &&
	       (call->args[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

int scd_recorder_on_trace(void *context, const struct scd_call *call)
{
	struct scd_recorder *recorder = context;
	const uint32_t token = scd_call_token(call);
	const struct scd_narrowing *narrowing = narrowing_of(recorder, token, call->nr);
	const bool native = token == seccomp_arch_native();
	const struct scd_seen_row *row;

	if (native && recorder->narrow && recorder->answer && call->nr == recorder->clone3_nr)
		return ENOSYS;
	if (native && loads_listener(recorder, call))
		recorder->listeners++;
	recorder->debugging += native && call->nr == recorder->ptrace_nr;
	if (recorder->starting && recorder->init == 0)
		recorder->init = scd_tracee_status(call->tid, "Tgid:");
	row = scd_seen_add(recorder->starting ? &recorder->at_start : &recorder->seen, call, 0,
			   narrowing ? call->args[narrowing->index] & narrowing->mask : 0);
	if (!row || row->name)
		return SCD_CALL_GO;
	recorder->unknown++;
	return recorder->answer ? ENOSYS : SCD_CALL_GO;
}

bool scd_recorder_on_exec(void *context, pid_t pid)
{
	struct scd_recorder *recorder = context;

	if (!recorder->starting || pid != recorder->init)
		return true; /* the runtime itself, or a hook */
	recorder->starting = false;
	return !recorder->only_start;
}

static int collect(const struct scd_recorder *recorder, const struct scd_seen *seen,
		   unsigned origin, struct scd_recording *recording, struct scd_error *err)
{
	for (size_t i = 0; i < seen->count; i++) {
		const struct scd_seen_row *row = &seen->rows[i];
		const struct scd_narrowing *narrowing = narrowing_of(recorder, row->arch, row->nr);
		int rc = 0;

		if (!row->name)
			continue;
		scd_recording_add_arch(recording, row->arch);
		if (narrowing)
			rc = scd_recording_add_value(recording, narrowing, row->value, origin,
						     row->count, err);
		else
			rc = scd_recording_add(recording, row->name, origin, row->count, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int scd_recorder_collect(const struct scd_recorder *recorder, struct scd_recording *recording,
			 struct scd_error *err)
{
	scd_recording_add_arch(recording, seccomp_arch_native());
	if (collect(recorder, &recorder->at_start, SCD_ORIGIN_STARTED, recording, err) < 0)
		return -1;
	return collect(recorder, &recorder->seen, SCD_ORIGIN_COMMAND, recording, err);
}

void scd_recorder_done(struct scd_recorder *recorder)
{
	scd_seen_done(&recorder->seen);
	scd_seen_done(&recorder->at_start);
}

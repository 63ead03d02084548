/* SPDX-License-Identifier: MIT */
#include "contain.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/syscall.h>

#include "container.h"
#include "observe.h"
#include "takeover.h"
#include "traceable.h"

struct contained {
	struct scd_denials *denials;
	struct scd_takeover takeover;
	bool by_hand; /* every call is handed over: there is nothing to take */
	pid_t init;   /* the process that has the filter first; 0: none yet */
	bool started; /* it has executed the container's program */
};

/* Every call of the container comes here, by a filter of no opinion. */
static int answer_by_hand(struct contained *contained, const struct scd_call *call)
{
	const int answer = scd_denials_on_trace(contained->denials, call);

	if (contained->init == 0)
		contained->init = scd_tracee_status(call->tid, "Tgid:");
	if (!contained->denials->deny || !scd_denials_kills(contained->denials, call))
		return answer;
	/* Comes before the thread's next instruction. */
	(void)syscall(__NR_tgkill, scd_tracee_status(call->tid, "Tgid:"), call->tid, SIGSYS);
	return ENOSYS;
}

static int on_trace(void *context, const struct scd_call *call)
{
	struct contained *contained = context;
	int answer;

	if (contained->by_hand)
		return answer_by_hand(contained, call);
	if (!contained->started && scd_takeover_call(&contained->takeover, call, &answer)) {
		contained->init = contained->takeover.process;
		return answer;
	}
	if (contained->takeover.filter.count == 0)
		return SCD_CALL_GO; /* the runtime asks what the kernel can */
	return scd_denials_on_trace(contained->denials, call);
}

static void on_signal(void *context, const struct scd_call *call, bool killed)
{
	struct contained *contained = context;

	if (!contained->by_hand && contained->takeover.filter.count)
		scd_denials_on_signal(contained->denials, call, killed);
}

static bool on_exec(void *context, pid_t pid)
{
	struct contained *contained = context;

	contained->started |= contained->init && pid == contained->init;
	return true;
}

static int trace(struct contained *contained, const struct scd_contain_opts *asked,
		 struct scd_confine_end *end, struct scd_error *err)
{
	const struct scd_tracer_ops ops = { .on_trace = on_trace,
					    .on_signal = on_signal,
					    .on_exec = on_exec,
					    .context = contained };
	struct scd_container_opts opts = {
		.runtime = asked->runtime,
		.seccomp = contained->by_hand ? scd_container_trace_all : asked->seccomp,
	};
	auto_bundle_dir struct scd_bundle_dir bundle = { 0 };
	auto_container struct scd_container container = { 0 };
	auto_filter struct scd_filter loads = { 0 };
	const struct scd_tracer_command command = { .filter = &loads,
						    .argv = container.argv,
						    .patience = SCD_CONTAINER_PATIENCE };

	if (scd_bundle_dir_open(asked->bundle, &bundle, err) < 0)
		return -1;
	opts.no_new_privs = asked->no_new_privs || bundle.config.no_new_privs;
	if (!contained->by_hand && scd_observe_loads(&loads, err) < 0)
		return -1;
	if (scd_container_prepare(&bundle, &opts, &container, err) < 0)
		return -1;
	return scd_tracer_run(&command, &ops, end, err);
}

int scd_contain(struct scd_denials *denials, const struct scd_contain_opts *opts, bool *started,
		struct scd_confine_end *end, struct scd_error *err)
{
	struct contained contained = {
		.denials = denials,
		.takeover = { .deny = denials->deny },
		.by_hand =
			!scd_have_capability(CAP_SYS_PTRACE) || !scd_have_capability(CAP_SYS_ADMIN),
	};
	const struct scd_filter *expected = denials->filter;
	int rc;

	if (!contained.by_hand)
		denials->filter = &contained.takeover.filter;
	rc = trace(&contained, opts, end, err);
	denials->filter = expected; /* the other is about to go */
	if (rc == 0 && end->stage == SCD_CONFINE_REFUSED)
		rc = scd_fail(err, SCD_E_SYSTEM, end->sys, "load a filter");
	if (rc == 0 && contained.takeover.err.code != SCD_OK) {
		*err = contained.takeover.err;
		rc = -1;
	}
	*started = contained.started;
	scd_takeover_done(&contained.takeover);
	return rc;
}

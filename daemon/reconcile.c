/* SPDX-License-Identifier: MIT */
#include "reconcile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "backoff.h"
#include "checker.h"
#include "footprint.h"
#include "grace.h"
#include "install.h"
#include "log.h"
#include "record.h"
#include "request.h"
#include "source.h"

#define SYNC_GAP_MS 100		/* least time between the beginnings of two syncs */
#define STRAGGLER_MS 1000	/* a sync waits so long for verdicts, then installs without */
#define TRANSACTION_SECONDS 600 /* a transaction that takes longer is given up: a dead disk */
#define HEARTBEAT_MS 5000
#define DETACHED_EXIT_MS 10000 /* for others to read the status; and no faster restarts */
/* Of what a retry may bring at any moment; and of what a disk or a person has to mend. */
#define SOON ((struct scd_backoff){ .first_ms = 1000, .most_ms = 30000 })
#define LATER ((struct scd_backoff){ .first_ms = 30000, .most_ms = 600000 })

enum stage {
	IDLE,
	SCHEDULED, /* the timer will begin a sync */
	JUDGING,   /* waiting for verdicts */
	INSTALLING /* waiting for the transaction */
};

struct scd_reconcile {
	struct event_base *base;
	const struct scd_config *config;
	struct scd_state *state;
	scd_reconcile_end_fn *end;
	void *end_arg;

	struct scd_children *children;
	struct scd_checker *checker;
	struct scd_watch *watch;
	struct scd_source *source; /* NULL until it could be opened */
	int destination;	   /* -1 until it could be opened */
	uint32_t tag;		   /* of our temporary files there */

	struct event *start, *straggler, *resync, *retry, *heartbeat, *leave;
	enum stage stage;
	enum scd_trigger trigger; /* of the sync that is scheduled or runs */
	bool again;		  /* somebody asked while it ran */
	enum scd_trigger again_trigger;
	int64_t began_ms, began_at; /* the second in seconds since the epoch */
	int64_t insisted_ms;	    /* when it last was ready to write over other daemons' bytes */
	struct scd_grace grace;
	struct scd_backoff to_source, to_checks, to_writing;
	struct scd_snapshot snapshot; /* of the sync that runs */
	size_t judged;		      /* so many of its files, from the first, have a verdict */
	bool has_stragglers;	      /* verdicts that came too late for it */
	struct scd_install_job job;
};

static void set_timer(struct event *timer, uint64_t ms)
{
	const struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
				    .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	(void)event_add(timer, &tv);
}

/* 54 to 66 s of 60 s, so that nodes do not beat in step. */
static void schedule_resync(struct scd_reconcile *r)
{
	uint64_t period = r->config->resync_period_ms;
	uint64_t jitter = period / 5;

	set_timer(r->resync, period - period / 10 + (jitter ? (uint64_t)random() % jitter : 0));
}

/* One more sync follows the one that runs. An event is the weakest of reasons: other daemons' bytes
 * are left as they are for it. */
static void ask_for_another(struct scd_reconcile *r, enum scd_trigger trigger)
{
	if (!r->again || r->again_trigger == SCD_TRIGGER_WATCH)
		r->again_trigger = trigger;
	r->again = true;
}

void scd_reconcile_ask(struct scd_reconcile *r, enum scd_trigger trigger)
{
	int64_t wait;

	if (r->stage == SCHEDULED) {
		if (r->trigger == SCD_TRIGGER_WATCH)
			r->trigger = trigger;
		return;
	}
	if (r->stage != IDLE) {
		ask_for_another(r, trigger);
		return;
	}
	r->stage = SCHEDULED;
	r->trigger = trigger;
	wait = r->began_ms ? r->began_ms + SYNC_GAP_MS - scd_now_ms() : 0;
	set_timer(r->start, wait > 0 ? (uint64_t)wait : 0);
}

/* Asked after each verdict: it goes on where it stopped the last time. */
static bool all_judged(struct scd_reconcile *r)
{
	while (r->judged < r->snapshot.count &&
	       scd_record_verdict(&r->snapshot.files[r->judged], r->checker) != SCD_VERDICT_NONE)
		r->judged++;
	return r->judged == r->snapshot.count;
}

/* One-time mode ends after a sync that judged everything. */
static void end_one_time(struct scd_reconcile *r, enum scd_sync_result result)
{
	size_t good = scd_state_count(r->state, SCD_PHASE_INSTALLED) +
		      scd_state_count(r->state, SCD_PHASE_ORPHANED);

	/* What a dry run would install is not there: that is no failure. */
	if (r->config->dry_run)
		good += scd_state_count(r->state, SCD_PHASE_PENDING);
	if (result == SCD_SYNC_ERROR && scd_state_count(r->state, SCD_PHASE_FAILED) == 0)
		r->end(SCD_EXIT_FAILED, r->end_arg);
	else
		r->end(good == r->state->profile_count ? SCD_EXIT_OK : SCD_EXIT_NOT_INSTALLED,
		       r->end_arg);
}

/* A check reached no verdict, for want of a process or of memory. */
static void retry_checks(struct scd_reconcile *r)
{
	set_timer(r->retry, scd_backoff_next(&r->to_checks));
}

static void finish(struct scd_reconcile *r, enum scd_sync_result result)
{
	const uint64_t ms = (uint64_t)(scd_now_ms() - r->began_ms);
	const bool pending = result != SCD_SYNC_ERROR && !all_judged(r);

	r->stage = IDLE;
	scd_record_count_sync(r->state, r->trigger, result, r->began_at, ms * 1000);
	if (result != SCD_SYNC_ERROR)
		r->state->first_sync_done = true;
	scd_record_conditions(r->state);
	scd_log(result == SCD_SYNC_ERROR || r->state->news ? SCD_LOG_CHANGE : SCD_LOG_DECISION,
		"Sync finished", scd_key("trigger", "%s", scd_trigger_name(r->trigger)),
		scd_key("result", "%s", scd_sync_result_name(result)),
		scd_key("digest", "%.12s", r->state->digest), scd_key_uint("milliseconds", ms),
		scd_key_uint("profiles", r->state->profile_count),
		scd_key_uint("installed", scd_state_count(r->state, SCD_PHASE_INSTALLED)));
	if (!scd_checker_has_queue(r->checker)) {
		scd_snapshot_drop_texts(&r->snapshot);
		scd_footprint_trim();
	}
	if (r->config->one_time && !pending) {
		end_one_time(r, result);
		return;
	}
	if (r->again) {
		r->again = false;
		scd_reconcile_ask(r, r->again_trigger);
	} else if (pending && scd_checker_idle(r->checker)) {
		retry_checks(r);
	}
	if (!pending)
		scd_backoff_reset(&r->to_checks);
}

/* A sync that ended before its transaction. */
static void fail(struct scd_reconcile *r, const struct scd_error *err, const char *msg)
{
	scd_log_err0(err, msg);
	finish(r, SCD_SYNC_ERROR);
}

static void retry_writing(struct scd_reconcile *r, enum scd_sync_result result)
{
	if (result != SCD_SYNC_ERROR) {
		scd_backoff_reset(&r->to_writing);
		return;
	}
	set_timer(r->retry, scd_backoff_next(&r->to_writing));
}

/* Is something under @name a reason to look at the destination? */
static bool is_looked_after(const char *name, void *arg)
{
	const struct scd_reconcile *r = arg;

	return scd_state_find(r->state, name) || scd_snapshot_find(&r->snapshot, name);
}

static void on_installed(int status, bool timed_out, void *arg)
{
	struct scd_reconcile *r = arg;
	struct scd_install_outcome outcome = { 0 };
	enum scd_sync_result result = SCD_SYNC_ERROR;
	struct scd_error err = { 0 };

	if (scd_install_finish(&r->job, status, &outcome, &err) < 0) {
		if (timed_out)
			(void)scd_fail(&err, SCD_E_SYSTEM, ETIMEDOUT,
				       "the transaction took over %d s", TRANSACTION_SECONDS);
		outcome.error = err;
		outcome.writable = false;
	}
	if (outcome.error.code != SCD_OK)
		scd_log_err0(&outcome.error, "Installation failed");
	if (outcome.error.code == SCD_E_DETACHED)
		set_timer(r->leave, DETACHED_EXIT_MS);
	if (outcome.grace_booked)
		scd_grace_booked(&r->grace);
	if (scd_record_apply(r->state, &r->snapshot, r->checker, &outcome, &result, &err) < 0)
		scd_log_err0(&err, "State not updated");
	retry_writing(r, result);
	scd_install_outcome_done(&outcome);
	if (r->watch && scd_request_watch(r->watch, r->state))
		ask_for_another(r, SCD_TRIGGER_WATCH);
	if (r->watch)
		r->state->watch_mode = scd_watch_mode(r->watch);
	finish(r, result);
}

static int open_destination(struct scd_reconcile *r, struct scd_error *err)
{
	if (r->destination >= 0)
		return 0;
	r->destination = open(r->config->destination, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->destination < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open destination '%s'",
				r->config->destination);
	return 0;
}

void scd_reconcile_confine(struct scd_reconcile *r)
{
	struct scd_sandbox *sandbox = &r->state->sandbox;
	struct scd_error ignored; /* a sync says it */

	if (sandbox->landlock.mode != SCD_SANDBOX_PENDING ||
	    (!r->source && scd_source_open(r->config->source, &r->source, &ignored) < 0) ||
	    open_destination(r, &ignored) < 0)
		return;
	scd_sandbox_restrict_files(sandbox,
				   &(struct scd_sandbox_dirs){ .source = scd_source_fd(r->source),
							       .destination = r->destination,
							       .config = r->config->config });
	if (r->began_ms) /* one of them was not there at the start */
		scd_log(SCD_LOG_LIFECYCLE, "Files restricted",
			scd_key("landlock", "%s", scd_sandbox_mode_name(sandbox->landlock.mode)));
}

/* Are other daemons' bytes left as they are? For an event, until as much time has passed as between
 * two resyncs: none of those comes while events do. */
static bool yields(struct scd_reconcile *r)
{
	const int64_t now = scd_now_ms(), since = now - r->insisted_ms;

	if (r->trigger == SCD_TRIGGER_WATCH && since < (int64_t)r->config->resync_period_ms)
		return true;
	r->insisted_ms = now;
	return false;
}

static int start_transaction(struct scd_reconcile *r, struct scd_error *err)
{
	auto_request struct scd_request request = { 0 };

	if (open_destination(r, err) < 0)
		return -1;
	if (scd_request_make(r->state, &r->snapshot, r->checker, &request, err) < 0)
		return -1;
	request.install.destination = r->destination;
	request.install.tag = r->tag;
	request.install.policy.yields = yields(r);
	request.install.policy.healthy_seconds = scd_grace_ask(&r->grace);
	if (scd_install_start(&request.install, &r->job, err) < 0)
		return -1;
	if (scd_children_watch(r->children, r->job.pid, TRANSACTION_SECONDS, on_installed, r, err) <
	    0) {
		struct scd_install_outcome outcome = { 0 };
		struct scd_error ignored;
		const int status = scd_child_end(r->job.pid);

		if (scd_install_finish(&r->job, status, &outcome, &ignored) == 0)
			scd_install_outcome_done(&outcome);
		return -1;
	}
	return 0;
}

/* With the verdicts that are there. */
static void install(struct scd_reconcile *r)
{
	struct scd_error err = { 0 };

	(void)event_del(r->straggler);
	r->stage = INSTALLING;
	if (start_transaction(r, &err) == 0)
		return;
	r->state->destination_known = true;
	r->state->writable = false;
	r->state->destination_error = err;
	if (r->state->behind_since_ms == 0)
		r->state->behind_since_ms = scd_now_ms();
	retry_writing(r, SCD_SYNC_ERROR);
	fail(r, &err, "Installation failed");
}

static void on_straggler(evutil_socket_t fd, short what, void *arg)
{
	struct scd_reconcile *r = arg;

	(void)fd;
	(void)what;
	if (r->stage == JUDGING && !r->config->one_time)
		install(r);
}

/* A check has ended. */
static void on_verdict(enum scd_jail_result result, const struct scd_error *err, void *arg)
{
	struct scd_reconcile *r = arg;

	if (err->code == SCD_OK)
		r->state->validations[result]++;
	else
		scd_log_err0(err, "Check failed");
	if (r->stage == JUDGING && (all_judged(r) || scd_checker_idle(r->checker))) {
		install(r);
		return;
	}
	r->has_stragglers |= r->stage != JUDGING && err->code == SCD_OK;
	if (!scd_checker_idle(r->checker))
		return;
	if (r->has_stragglers)
		scd_reconcile_ask(r, SCD_TRIGGER_RETRY);
	else if (r->stage == IDLE && !all_judged(r))
		retry_checks(r);
}

static void judge(struct scd_reconcile *r)
{
	struct scd_error err = { 0 };

	r->judged = 0;
	r->has_stragglers = false;
	scd_record_forget(&r->snapshot, r->checker);
	for (size_t i = 0; i < r->snapshot.count; i++) {
		const struct scd_source_file *file = &r->snapshot.files[i];

		if (file->fault.code == SCD_OK &&
		    scd_checker_want(r->checker, file->sha256, file->text, file->len, &err) < 0) {
			fail(r, &err, "Check not queued");
			return;
		}
	}
	r->stage = JUDGING;
	if (all_judged(r)) {
		install(r);
		scd_checker_run(r->checker); /* what is to be judged again */
		return;
	}
	set_timer(r->straggler, STRAGGLER_MS);
	scd_checker_run(r->checker);
}

/* Goes on without a snapshot: everything is kept. */
static void lose_source(struct scd_reconcile *r, const struct scd_error *err)
{
	scd_record_source_lost(r->state, err);
	scd_grace_lost(&r->grace);
	if (err->code == SCD_E_DETACHED)
		set_timer(r->leave, DETACHED_EXIT_MS);
	else
		set_timer(r->retry, scd_backoff_next(&r->to_source));
	fail(r, err, "Source not readable");
}

static void begin(evutil_socket_t fd, short what, void *arg)
{
	struct scd_reconcile *r = arg;
	auto_snapshot struct scd_snapshot snapshot = { 0 };
	struct scd_error err = { 0 };

	(void)fd;
	(void)what;
	r->began_ms = scd_now_ms();
	r->began_at = scd_now_s();
	(void)event_del(r->retry);
	schedule_resync(r);
	scd_reconcile_confine(r);
	if ((!r->source && scd_source_open(r->config->source, &r->source, &err) < 0) ||
	    scd_source_read(r->source, &snapshot, &err) < 0) {
		lose_source(r, &err);
		return;
	}
	scd_checker_clear_queue(r->checker); /* their texts go with the old snapshot */
	scd_snapshot_done(&r->snapshot);
	r->snapshot = snapshot;
	snapshot = (struct scd_snapshot){ 0 }; /* the reconciler's now */
	if (r->watch) {
		/* Something may have changed in a directory before its watch stood. */
		if (scd_watch_set_dirs(r->watch, SCD_WATCHED_SOURCE, r->snapshot.dirs,
				       r->snapshot.dir_count) > 0)
			ask_for_another(r, SCD_TRIGGER_WATCH);
		r->state->watch_mode = scd_watch_mode(r->watch);
	}
	scd_record_source(r->state, &r->snapshot);
	scd_backoff_reset(&r->to_source);
	scd_grace_seen(&r->grace, scd_now_ms(), 2 * r->config->resync_period_ms);
	judge(r);
}

static void on_watch(enum scd_watch_event event, void *arg)
{
	struct scd_reconcile *r = arg;

	r->state->watch_events[event]++;
	scd_log(SCD_LOG_DECISION, "Something changed",
		scd_key("event", "%s", scd_watch_event_name(event)));
	scd_reconcile_ask(r, SCD_TRIGGER_WATCH);
}

static void on_resync(evutil_socket_t fd, short what, void *arg)
{
	struct scd_reconcile *r = arg;

	(void)fd;
	(void)what;
	schedule_resync(r);
	scd_reconcile_ask(r, SCD_TRIGGER_RESYNC);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	scd_reconcile_ask(arg, SCD_TRIGGER_RETRY);
}

static void on_heartbeat(evutil_socket_t fd, short what, void *arg)
{
	struct scd_reconcile *r = arg;

	(void)fd;
	(void)what;
	r->state->heartbeat_ms = scd_now_ms();
}

/* The mount is still gone: a new container gets a new one. */
static void on_leave(evutil_socket_t fd, short what, void *arg)
{
	struct scd_reconcile *r = arg;

	(void)fd;
	(void)what;
	if (r->state->source_state == SCD_SOURCE_ORPHANED ||
	    r->state->destination_error.code == SCD_E_DETACHED)
		r->end(SCD_EXIT_DETACHED, r->end_arg);
}

static int make_timers(struct scd_reconcile *r, struct scd_error *err)
{
	const struct timeval beat = { .tv_sec = HEARTBEAT_MS / 1000 };

	r->start = evtimer_new(r->base, begin, r);
	r->straggler = evtimer_new(r->base, on_straggler, r);
	r->resync = evtimer_new(r->base, on_resync, r);
	r->retry = evtimer_new(r->base, on_retry, r);
	r->leave = evtimer_new(r->base, on_leave, r);
	r->heartbeat = event_new(r->base, -1, EV_PERSIST, on_heartbeat, r);
	if (!r->start || !r->straggler || !r->resync || !r->retry || !r->leave || !r->heartbeat ||
	    event_add(r->heartbeat, &beat) < 0)
		return scd_fail(err, SCD_E_NOMEM, 0, "timers");
	return 0;
}

static int check_opts(const struct scd_reconcile *r, const struct scd_config *config,
		      struct scd_check_opts *opts, struct scd_error *err)
{
	if (scd_check_opts_make(&config->judge, opts, err) < 0)
		return -1;
	opts->seccomp_kills = r->state->sandbox.seccomp_kills;
	return 0;
}

int scd_reconcile_new(struct event_base *base, const struct scd_config *config,
		      struct scd_state *state, scd_reconcile_end_fn *end, void *arg,
		      struct scd_reconcile **reconcile, struct scd_error *err)
{
	struct scd_reconcile *r = calloc(1, sizeof(*r));
	struct scd_check_opts opts;

	if (!r)
		return scd_fail(err, SCD_E_NOMEM, 0, "reconciler");
	*r = (struct scd_reconcile){ .base = base,
				     .config = config,
				     .state = state,
				     .end = end,
				     .end_arg = arg,
				     .destination = -1,
				     .to_source = SOON,
				     .to_checks = SOON,
				     .to_writing = LATER };
	state->config = config;
	state->heartbeat_ms = scd_now_ms();
	srandom((unsigned)(state->heartbeat_ms ^ getpid()));
	if (getrandom(&r->tag, sizeof(r->tag), 0) != (ssize_t)sizeof(r->tag)) {
		scd_reconcile_free(&r);
		return scd_fail(err, SCD_E_SYSTEM, errno, "getrandom");
	}
	if (check_opts(r, config, &opts, err) < 0 || make_timers(r, err) < 0 ||
	    scd_children_new(base, &r->children, err) < 0 ||
	    scd_checker_new(r->children, &opts, on_verdict, r, &r->checker, err) < 0) {
		scd_reconcile_free(&r);
		return -1;
	}
	scd_record_conditions(state);
	*reconcile = r;
	return 0;
}

int scd_reconcile_watch(struct scd_reconcile *r, struct scd_error *err)
{
	const struct scd_watch_request request = { .source = r->config->source,
						   .destination = r->config->destination,
						   .fn = on_watch,
						   .cares = is_looked_after,
						   .arg = r,
						   .tag = r->tag };

	if (scd_watch_new(r->base, &request, &r->watch, err) < 0)
		return -1;
	r->state->watch_mode = scd_watch_mode(r->watch);
	return 0;
}

int scd_reconcile_reload(struct scd_reconcile *r, const struct scd_config *config,
			 struct scd_error *err)
{
	struct scd_check_opts opts;

	if (check_opts(r, config, &opts, err) < 0)
		return -1;
	r->config = config;
	r->state->config = config;
	/* The sync that waits for verdicts waits for others now. */
	if (scd_checker_set_opts(r->checker, &opts) && r->stage == JUDGING)
		judge(r);
	return 0;
}

bool scd_reconcile_installing(const struct scd_reconcile *r)
{
	return r->stage == INSTALLING && r->job.pid != 0;
}

static void free_timer(struct event *timer)
{
	if (timer)
		event_free(timer);
}

void scd_reconcile_free(struct scd_reconcile **reconcile)
{
	struct scd_reconcile *r = *reconcile;

	if (!r)
		return;
	scd_watch_free(&r->watch);
	scd_children_free(&r->children);
	scd_checker_free(&r->checker);
	scd_source_close(&r->source);
	scd_snapshot_done(&r->snapshot);
	free_timer(r->start);
	free_timer(r->straggler);
	free_timer(r->resync);
	free_timer(r->retry);
	free_timer(r->leave);
	free_timer(r->heartbeat);
	if (r->destination >= 0)
		(void)close(r->destination);
	free(r);
	*reconcile = NULL;
}

/* SPDX-License-Identifier: MIT */
/* seccompd: boot order, signals, shutdown. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "buf.h"
#include "check.h"
#include "config.h"
#include "http.h"
#include "log.h"
#include "reconcile.h"
#include "text.h"
#include "version.h"

#define SHUTDOWN_POLL_MS 10
#define SHUTDOWN_MAX_MS 800 /* a transaction that is not over by then is left to finish alone */

struct daemon {
	int argc;
	char **argv, **env;
	struct event_base *base;
	struct scd_config config;
	struct scd_state state;
	struct scd_reconcile *reconcile;
	struct scd_http *http;
	struct event *sigterm, *sigint, *sighup, *shutdown;
	int64_t stop_ms; /* when SIGTERM came; 0: not yet */
	enum scd_exit code;
};

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* Ends the loop as soon as no transaction is on its way. */
static void on_shutdown(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval soon = { .tv_usec = SHUTDOWN_POLL_MS * 1000L };
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (scd_reconcile_installing(d->reconcile) && scd_now_ms() - d->stop_ms < SHUTDOWN_MAX_MS)
		(void)event_add(d->shutdown, &soon);
	else
		(void)event_base_loopbreak(d->base);
}

static void end(enum scd_exit code, void *arg)
{
	struct daemon *d = arg;

	if (d->stop_ms)
		return;
	d->stop_ms = scd_now_ms();
	d->code = code;
	event_active(d->shutdown, EV_TIMEOUT, 1);
}

static void on_sigterm(evutil_socket_t sig, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	scd_log(SCD_LOG_LIFECYCLE, "Stopping", scd_key("signal", "%s", sigabbrev_np((int)sig)));
	/* The one sync is not over: nobody may take it for done. */
	end(d->config.one_time ? SCD_EXIT_NOT_INSTALLED : SCD_EXIT_OK, d);
}

static void keep_fixed(const bool *fixed, bool *wanted, const char *name)
{
	if (*fixed == *wanted)
		return;
	scd_log(SCD_LOG_MUST_SEE, "Option needs a restart", scd_key("value", "%s", name));
	*wanted = *fixed;
}

/* Options that only a start can change are kept, and said. */
static void keep_fixed_options(struct daemon *d, struct scd_config *fresh)
{
	char **fixed[][2] = { { &d->config.source, &fresh->source },
			      { &d->config.destination, &fresh->destination },
			      { &d->config.listen, &fresh->listen } };

	keep_fixed(&d->config.landlock, &fresh->landlock, "landlock");
	keep_fixed(&d->config.seccomp_filter, &fresh->seccomp_filter, "seccomp-filter");
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		char *wanted = *fixed[i][1];

		if (strcmp(*fixed[i][0], wanted) == 0)
			continue;
		scd_log(SCD_LOG_MUST_SEE, "Option needs a restart", scd_key("value", "%s", wanted));
		*fixed[i][1] = *fixed[i][0];
		*fixed[i][0] = wanted;
	}
}

static void on_sighup(evutil_socket_t sig, short what, void *arg)
{
	auto_config struct scd_config fresh = { 0 };
	struct daemon *d = arg;
	struct scd_config old;
	struct scd_error err;
	const char *unknown;

	(void)sig;
	(void)what;
	if (scd_config_load(d->argc, d->argv, d->env, &fresh, &unknown, &err) < 0) {
		scd_log_err0(&err, "Configuration not reloaded");
		return;
	}
	keep_fixed_options(d, &fresh);
	old = d->config;
	d->config = fresh;
	if (scd_reconcile_reload(d->reconcile, &d->config, &err) < 0) {
		scd_log_err0(&err, "Configuration not reloaded");
		d->config = old;
		return;
	}
	fresh = old; /* freed at the end of the scope */
	scd_log_setup((enum scd_log_format)d->config.logging_format, (unsigned)d->config.verbosity);
	scd_log0(SCD_LOG_LIFECYCLE, "Configuration reloaded");
	scd_reconcile_ask(d->reconcile, SCD_TRIGGER_SIGNAL);
}

/* As late as can be: what is open already stays so, and little is opened later. */
static void confine(struct daemon *d)
{
	struct scd_sandbox *sandbox = &d->state.sandbox;

	scd_reconcile_confine(d->reconcile);
	scd_sandbox_restrict_calls(sandbox);
	scd_log(SCD_LOG_LIFECYCLE, "Rights restricted",
		scd_key("landlock", "%s", scd_sandbox_mode_name(sandbox->landlock.mode)),
		scd_key("landlockReason", "%s", scd_sandbox_why(&sandbox->landlock)),
		scd_key_uint("landlockAbi", (uint64_t)sandbox->landlock.version),
		scd_key("seccomp", "%s", scd_sandbox_mode_name(sandbox->seccomp.mode)),
		scd_key("seccompReason", "%s", scd_sandbox_why(&sandbox->seccomp)));
}

static int watch_signal(struct daemon *d, int sig, event_callback_fn fn, struct event **event,
			struct scd_error *err)
{
	*event = evsignal_new(d->base, sig, fn, d);
	if (!*event || event_add(*event, NULL) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "listen for %s", sigabbrev_np(sig));
	return 0;
}

/* Process 1 gets no signal that it does not handle. */
static int setup_signals(struct daemon *d, struct scd_error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGPIPE, &ignore, NULL);
	d->shutdown = evtimer_new(d->base, on_shutdown, d);
	if (!d->shutdown)
		return scd_fail(err, SCD_E_NOMEM, 0, "timer");
	if (watch_signal(d, SIGTERM, on_sigterm, &d->sigterm, err) < 0 ||
	    watch_signal(d, SIGINT, on_sigterm, &d->sigint, err) < 0)
		return -1;
	return watch_signal(d, SIGHUP, on_sighup, &d->sighup, err);
}

/* In this order, each step on what the ones before it made. */
static int boot(struct daemon *d, struct scd_error *err)
{
	d->base = event_base_new();
	if (!d->base)
		return scd_fail(err, SCD_E_NOMEM, 0, "event loop");
	if (setup_signals(d, err) < 0 ||
	    scd_sandbox_prepare(d->config.landlock, d->config.seccomp_filter, &d->state.sandbox,
				err) < 0 ||
	    scd_reconcile_new(d->base, &d->config, &d->state, end, d, &d->reconcile, err) < 0)
		return -1;
	if (!d->config.one_time && scd_reconcile_watch(d->reconcile, err) < 0)
		return -1;
	if (!d->config.one_time && *d->config.listen &&
	    scd_http_new(d->base, d->config.listen, &d->state, &d->http, err) < 0)
		return -1;
	confine(d);
	scd_log(SCD_LOG_LIFECYCLE, "Started", scd_key("version", "%s", scd_version()),
		scd_key("source", "%s", d->config.source),
		scd_key("destination", "%s", d->config.destination),
		scd_key_uint("port", d->http ? scd_http_port(d->http) : 0));
	scd_reconcile_ask(d->reconcile, SCD_TRIGGER_STARTUP);
	return 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void tear_down(struct daemon *d)
{
	scd_http_free(&d->http);
	scd_reconcile_free(&d->reconcile);
	free_event(d->sigterm);
	free_event(d->sigint);
	free_event(d->sighup);
	free_event(d->shutdown);
	if (d->base)
		event_base_free(d->base);
	scd_sandbox_done(&d->state.sandbox);
	scd_state_done(&d->state);
	scd_config_done(&d->config);
}

static int run(struct daemon *d)
{
	struct scd_error err;

	if (boot(d, &err) < 0) {
		scd_log_err0(&err, "Not started");
		d->code = err.code == SCD_E_CONFIG ? SCD_EXIT_USAGE : SCD_EXIT_FAILED;
	} else if (event_base_dispatch(d->base) < 0) {
		scd_log0(SCD_LOG_MUST_SEE, "Event loop failed");
		d->code = SCD_EXIT_FAILED;
	}
	scd_log(SCD_LOG_LIFECYCLE, "Stopped", scd_key_uint("code", d->code));
	tear_down(d);
	return (int)d->code;
}

static int print_version(void)
{
	char line[160];

	scd_version_line("seccompd", line, sizeof(line));
	return puts(line) < 0 || fflush(stdout) != 0 ? SCD_EXIT_FAILED : SCD_EXIT_OK;
}

/* Before the log is set up. The message quotes what people wrote, and a terminal may read it. */
static int complain(const struct scd_error *err)
{
	auto_buf struct scd_buf shown = scd_buf_init(4 * sizeof(err->msg));

	scd_text_show(&shown, err->msg, strlen(err->msg), sizeof(err->msg));
	(void)fprintf(stderr, "seccompd: %s%s%s\n", scd_buf_text(&shown), err->sys ? ": " : "",
		      err->sys ? strerror(err->sys) : "");
	return err->code == SCD_E_CONFIG || err->code == SCD_E_USAGE ? SCD_EXIT_USAGE
								     : SCD_EXIT_FAILED;
}

int main(int argc, char **argv, char **env)
{
	struct daemon d = { .argc = argc, .argv = argv, .env = env, .state.sandbox.proc_self = -1 };
	const char *unknown_env = NULL;
	struct scd_error err;

	if (scd_config_load(argc, argv, env, &d.config, &unknown_env, &err) < 0)
		return complain(&err);
	if (d.config.help || d.config.version) {
		int code = SCD_EXIT_OK;

		if (d.config.help)
			scd_config_help(stdout);
		else
			code = print_version();
		scd_config_done(&d.config);
		return code;
	}
	scd_log_setup((enum scd_log_format)d.config.logging_format, (unsigned)d.config.verbosity);
	if (unknown_env)
		scd_log(SCD_LOG_MUST_SEE, "Unknown environment variable",
			scd_key("name", "%.*s", (int)strcspn(unknown_env, "="), unknown_env));
	scd_check_init();
	d.state.node = environment("NODE_NAME");
	d.state.pod = environment("POD_NAME");
	d.state.pod_uid = environment("POD_UID");
	d.state.started_at = scd_now_s();
	scd_state_learn_kernel(&d.state);
	return run(&d);
}

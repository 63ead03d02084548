/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

struct child {
	struct scd_children *all;
	pid_t pid; /* 0: the place is free */
	bool killed;
	struct event *timer;
	scd_child_fn *fn;
	void *arg;
};

struct scd_children {
	struct event_base *base;
	struct event *sigchld;
	struct child places[SCD_CHILDREN_MAX];
};

static void leave(struct child *child, int status)
{
	scd_child_fn *fn = child->fn;
	void *arg = child->arg;
	bool killed = child->killed;

	event_free(child->timer);
	*child = (struct child){ .all = child->all };
	if (fn)
		fn(status, killed, arg);
}

/* Signals merge: every child is asked. */
static void on_sigchld(evutil_socket_t sig, short what, void *arg)
{
	struct scd_children *children = arg;

	(void)sig;
	(void)what;
	for (size_t i = 0; i < SCD_CHILDREN_MAX; i++) {
		struct child *child = &children->places[i];
		int status;

		if (child->pid > 0 && waitpid(child->pid, &status, WNOHANG) == child->pid)
			leave(child, status);
	}
}

static void on_time_out(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;

	(void)fd;
	(void)what;
	child->killed = true;
	(void)kill(child->pid, SIGKILL); /* not reaped yet: the number is still its own */
}

int scd_children_new(struct event_base *base, struct scd_children **children, struct scd_error *err)
{
	auto_free struct scd_children *out = calloc(1, sizeof(*out));

	if (!out)
		return scd_fail(err, SCD_E_NOMEM, 0, "children");
	out->base = base;
	out->sigchld = evsignal_new(base, SIGCHLD, on_sigchld, out);
	if (!out->sigchld || evsignal_add(out->sigchld, NULL) < 0) {
		if (out->sigchld)
			event_free(out->sigchld);
		return scd_fail(err, SCD_E_SYSTEM, errno, "listen for SIGCHLD");
	}
	*children = out;
	out = NULL; /* the caller's now */
	return 0;
}

int scd_children_watch(struct scd_children *children, pid_t pid, unsigned seconds, scd_child_fn *fn,
		       void *arg, struct scd_error *err)
{
	const struct timeval limit = { .tv_sec = (time_t)seconds };

	for (size_t i = 0; i < SCD_CHILDREN_MAX; i++) {
		struct child *child = &children->places[i];

		if (child->pid != 0)
			continue;
		*child = (struct child){ .all = children, .pid = pid, .fn = fn, .arg = arg };
		child->timer = evtimer_new(children->base, on_time_out, child);
		if (!child->timer || evtimer_add(child->timer, &limit) < 0) {
			if (child->timer)
				event_free(child->timer);
			*child = (struct child){ 0 };
			return scd_fail(err, SCD_E_NOMEM, 0, "timer of a child");
		}
		/* It may have ended before it was in the table: its signal said nothing then. */
		event_active(children->sigchld, EV_SIGNAL, 1);
		return 0;
	}
	return scd_fail(err, SCD_E_BUSY, 0, "%zu children are running", SCD_CHILDREN_MAX);
}

int scd_child_end(pid_t pid)
{
	int status = 0;

	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

void scd_children_free(struct scd_children **children)
{
	struct scd_children *all = *children;

	if (!all)
		return;
	for (size_t i = 0; i < SCD_CHILDREN_MAX; i++) {
		struct child *child = &all->places[i];

		if (child->pid == 0)
			continue;
		child->fn = NULL;
		leave(child, scd_child_end(child->pid));
	}
	event_free(all->sigchld);
	free(all);
	*children = NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * Says "look again", and nothing more: no content is learnt from an event. Watches the
 * source for news and the destination for what others do to our files there. The only
 * includer of <inotifytools/...>. Without inotify (EMFILE, ENOSPC, no /proc) it polls
 * both every 5 s, says so, and tries inotify again at each scd_watch_set_dirs().
 */
#ifndef SCD_WATCH_H
#define SCD_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "error.h"
#include "source.h"

enum scd_watch_mode {
	SCD_WATCH_INOTIFY,
	SCD_WATCH_POLL,
	SCD_WATCH_MODE_COUNT
};

/* Why to look again; a metric label each. */
enum scd_watch_event {
	SCD_WATCH_SWAP,	       /* ..data was replaced, or a file of a plain directory changed */
	SCD_WATCH_TEARDOWN,    /* ..data was deleted: kubelet takes the volume down */
	SCD_WATCH_OVERFLOW,    /* events were lost */
	SCD_WATCH_SELF,	       /* a watched directory was moved or deleted */
	SCD_WATCH_IGNORED,     /* the kernel dropped a watch */
	SCD_WATCH_DESTINATION, /* a file that is cared for changed in the destination */
	SCD_WATCH_EVENT_COUNT
};

enum scd_watch_tree {
	SCD_WATCHED_SOURCE,
	SCD_WATCHED_DESTINATION,
	SCD_WATCHED_COUNT
};

/* What a watch is for, and whom it tells. */
struct scd_watch_request {
	const char *source;	 /* paths of directories; the first should be there, the */
	const char *destination; /* second may come later; NULL: not watched */

	/* Called on the loop, once for each kind of event in a drained queue. */
	void (*fn)(enum scd_watch_event event, void *arg);
	/* Is the profile @name ours to look after? Others write to the destination too. */
	bool (*cares)(const char *name, void *arg);
	void *arg;
	uint32_t tag; /* of our temporary files */
};

struct scd_watch;

/**
 * scd_watch_new() - watch both directories from now on.
 * @base:    the loop.
 * @request: copied, the texts too.
 * @watch:   set on success only; scd_watch_free() it. One a process: libinotifytools
 *           has one instance.
 *
 * Falling back to polling is not a failure. Call while the process has one thread
 * and no other inotify descriptor.
 *
 * Return: 0, or -1 with SCD_E_NOMEM or SCD_E_SYSTEM.
 */
int scd_watch_new(struct event_base *base, const struct scd_watch_request *request,
		  struct scd_watch **watch, struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/**
 * scd_watch_set_dirs() - watch exactly these directories of a tree.
 * @dirs, @count: relative to its root, which is one of them; copied. Those of the
 *                destination need not be there.
 *
 * Our own renames in the destination are told from others', another daemon's among them, by
 * the temporary name that they begin with, and are no event.
 *
 * Return: how many directories are watched that were not before: when not 0, look
 * again, as something may have changed in them before the watch stood.
 */
size_t scd_watch_set_dirs(struct scd_watch *watch, enum scd_watch_tree tree,
			  const struct scd_source_dir *dirs, size_t count);

enum scd_watch_mode scd_watch_mode(const struct scd_watch *watch) SCD_NONNULL;

/* Harmless on NULL. */
void scd_watch_free(struct scd_watch **watch) SCD_NONNULL;

const char *scd_watch_mode_name(enum scd_watch_mode mode);
const char *scd_watch_event_name(enum scd_watch_event event);

#endif

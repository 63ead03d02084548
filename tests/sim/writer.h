/* SPDX-License-Identifier: MIT */
/*
 * A simulator of the kubelet's AtomicWriter, which fills ConfigMap, Secret and
 * projected volumes: the same steps in the same order, stoppable after each.
 */
#ifndef SCD_SIM_WRITER_H
#define SCD_SIM_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* The steps of one publication, in the order of current kubelets. Older ones make
 * the links of the keys before the link that is about to become ..data. */
enum sim_step {
	SIM_NO_STEP,
	SIM_VALIDATE,	 /* every path is relative, without "..", not too long */
	SIM_READ_LINK,	 /* where does ..data point? */
	SIM_WALK,	 /* what lies there and is not in the payload? */
	SIM_COMPARE,	 /* same bytes, nothing to remove: only the links are looked after */
	SIM_MAKE_DIR,	 /* ..2006_01_02_15_04_05.RANDOM, mode 0755 */
	SIM_WRITE_FILES, /* not synced */
	SIM_SET_PERMS,	 /* fsGroup: nothing to do here, but a place to die at */
	SIM_LINK_TMP,	 /* ..data_tmp; when that fails the new directory is removed */
	SIM_SWAP,	 /* rename ..data_tmp to ..data: the publication */
	SIM_LINK_KEYS,	 /* KEY -> ..data/KEY, for the first component of a path alone */
	SIM_UNLINK_KEYS, /* links whose key is gone */
	SIM_REMOVE_OLD,	 /* the directory that ..data pointed to */
	SIM_STEP_COUNT
};

struct sim_file {
	const char *path; /* below the volume, as in items[].path */
	const char *data;
	size_t len;
};

struct sim_opts {
	bool old_order;		   /* as older kubelets: SIM_LINK_KEYS before SIM_LINK_TMP */
	enum sim_step crash_after; /* leave everything as it is after this step */
};

#define SIM_CRASHED 1

/* Publishes @files in the directory @target. 0, SIM_CRASHED, or -1 with errno set. */
int sim_publish(const char *target, const struct sim_file *files, size_t count,
		const struct sim_opts *opts) SCD_MUST_CHECK;

/* Takes a live volume down: the timestamped directories, the links of the keys,
 * ..data, and at last the directory itself when nothing else is in it. 0, or -1 with
 * errno set. */
int sim_teardown(const char *target) SCD_MUST_CHECK;

/* "link-tmp" or "8" → SIM_LINK_TMP; SIM_NO_STEP when it is neither. */
enum sim_step sim_step_find(const char *word);

/* NULL from SIM_STEP_COUNT on. */
const char *sim_step_name(enum sim_step step);

#endif

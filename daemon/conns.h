/* SPDX-License-Identifier: MIT */
/*
 * The connections that http has taken, so that there are never too many and none
 * waits for ever. evhttp closes them without a word: a descriptor whose inode is
 * another one is not ours any more. Pure but for fstat(2) and shutdown(2): times
 * are given, nothing is closed here. shutdown(2) makes evhttp see the end.
 */
#ifndef SCD_CONNS_H
#define SCD_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "cleanup.h"

struct scd_conn {
	int fd;
	dev_t dev; /* with ino: which socket it is */
	ino_t ino;
	int64_t since_ms;    /* accepted, or answered */
	bool answered;	     /* a whole request was read */
	size_t answer_bytes; /* of the answer under way */
};

struct scd_conns {
	struct scd_conn items[SCD_HTTP_CONNECTIONS_MAX]; /* in order of arrival */
	size_t count;
	int64_t timeout_ms; /* for a whole request, and again for a whole answer */
};

/* Takes the new connection @fd. When all places are taken, the one that has waited longest
 * without a whole request is shut down; when there is none such, @fd is. */
void scd_conns_add(struct scd_conns *conns, int fd, int64_t now_ms) SCD_NONNULL;

/* A whole request came over @fd and its answer has @bytes: a new time begins. */
void scd_conns_answer(struct scd_conns *conns, int fd, size_t bytes, int64_t now_ms) SCD_NONNULL;

/* Bytes of the answers under way. */
size_t scd_conns_answer_bytes(struct scd_conns *conns) SCD_NONNULL;

/* Shuts down what is out of time. How long until the next one is, in milliseconds, or -1
 * when there is no connection. */
int64_t scd_conns_expire(struct scd_conns *conns, int64_t now_ms) SCD_NONNULL;

#endif

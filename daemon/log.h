/* SPDX-License-Identifier: MIT */
/*
 * One line per record on stderr. The message is constant, data are keys:
 *   scd_log(SCD_LOG_CHANGE, "Profile installed", scd_key("profile", "%s", name), ...)
 * Only main, reconcile, watch and http log.
 */
#ifndef SCD_LOG_H
#define SCD_LOG_H

#include "config.h"
#include "error.h"

enum scd_log_level {
	SCD_LOG_ERROR = -1, /* carries "err", always written */
	SCD_LOG_MUST_SEE = 0,
	SCD_LOG_LIFECYCLE = 1,
	SCD_LOG_CHANGE = 2, /* default */
	SCD_LOG_DECISION = 4,
	SCD_LOG_TRACE = 5
};

/* One key of a record; the value is formatted at the call. */
struct scd_log_key {
	const char *name;
	char value[192]; /* cut when longer */
	bool number;	 /* written bare in JSON */
};

struct scd_log_key scd_key(const char *name, const char *fmt, ...) SCD_PRINTF(2, 3);
struct scd_log_key scd_key_uint(const char *name, uint64_t value);

/* Once, at start, and again when the configuration changes. Before: JSON, verbosity 2. */
void scd_log_setup(enum scd_log_format format, unsigned verbosity);

/* Writes a record, by one write(2) and without allocating, when the verbosity asks for it.
 * @where: "path/file.c:12". @err: NULL unless the level is SCD_LOG_ERROR. @msg: static
 * storage. The same error (where, message and code) is written once a minute; the next
 * one says how many were "suppressed". A key that does not fit into SCD_LOG_RECORD_MAX is
 * left out, and the record says "truncated". */
void scd_log_write(enum scd_log_level level, const char *where, const struct scd_error *err,
		   const char *msg, const struct scd_log_key *keys, size_t count);

/* Bytes of a record: what a pipe takes whole (PIPE_BUF). */
#define SCD_LOG_RECORD_MAX ((size_t)4096)

#define SCD_LOG_STRING2(x) #x
#define SCD_LOG_STRING(x) SCD_LOG_STRING2(x)
#define SCD_LOG_HERE __FILE__ ":" SCD_LOG_STRING(__LINE__)

#define SCD_LOG_KEYS(...)                            \
	(const struct scd_log_key[]){ __VA_ARGS__ }, \
		sizeof((const struct scd_log_key[]){ __VA_ARGS__ }) / sizeof(struct scd_log_key)

/* A record without keys; with keys; of an error. */
#define scd_log0(level, msg) scd_log_write(level, SCD_LOG_HERE, NULL, msg, NULL, 0)
#define scd_log(level, msg, ...) \
	scd_log_write(level, SCD_LOG_HERE, NULL, msg, SCD_LOG_KEYS(__VA_ARGS__))
#define scd_log_err0(err, msg) scd_log_write(SCD_LOG_ERROR, SCD_LOG_HERE, err, msg, NULL, 0)
#define scd_log_err(err, msg, ...) \
	scd_log_write(SCD_LOG_ERROR, SCD_LOG_HERE, err, msg, SCD_LOG_KEYS(__VA_ARGS__))

#endif

/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "text.h"

#define REPEAT_MS 60000 /* the same error is written at most once in this time */
#define ERRORS_KNOWN 32 /* different errors that are told apart; then the oldest goes */
#define ROOM_FOR_END 96 /* of a record: "suppressed", "truncated", the closing brace */
#define CUT "…"

/* An error that was written. */
struct known_error {
	const char *where; /* NULL: a free row */
	const char *msg;
	enum scd_code code;
	int64_t written_ms; /* CLOCK_MONOTONIC */
	uint64_t suppressed;
};

/* Everything that is remembered between two records, and the room that they are built in:
 * logging works when memory is short. */
static struct {
	enum scd_log_format format;
	unsigned verbosity;
	struct known_error errors[ERRORS_KNOWN];
	char record[SCD_LOG_RECORD_MAX + 1];
} log_state = { .format = SCD_LOG_JSON, .verbosity = SCD_LOG_CHANGE };

void scd_log_setup(enum scd_log_format format, unsigned verbosity)
{
	log_state.format = format;
	log_state.verbosity = verbosity;
}

/* Ends @text, which lost its end, at a character. */
static void mark_cut(char *text, size_t size)
{
	size_t end = size - sizeof(CUT); /* a NUL is in sizeof(CUT) */
	size_t start = end;

	while (start > 0 && end - start < 4 && ((unsigned char)text[start] & 0xc0) == 0x80)
		start--;
	/* A character that @end would split goes; a stray byte at @end stays. */
	if (start < end && start + scd_utf8_length(text + start, size - 1 - start) > end)
		end = start;
	memcpy(text + end, CUT, sizeof(CUT));
}

struct scd_log_key scd_key(const char *name, const char *fmt, ...)
{
	struct scd_log_key key = { .name = name };
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(key.value, sizeof(key.value), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(key.value))
		mark_cut(key.value, sizeof(key.value));
	return key;
}

struct scd_log_key scd_key_uint(const char *name, uint64_t value)
{
	struct scd_log_key key = { .name = name, .number = true };

	(void)snprintf(key.value, sizeof(key.value), "%" PRIu64, value);
	return key;
}

/*
 * Repeated errors
 */

static struct known_error *find_error(const char *where, const char *msg, enum scd_code code)
{
	struct known_error *oldest = &log_state.errors[0];

	for (size_t i = 0; i < ERRORS_KNOWN; i++) {
		struct known_error *known = &log_state.errors[i];

		if (known->where && strcmp(known->where, where) == 0 && known->code == code &&
		    strcmp(known->msg, msg) == 0)
			return known;
		if (!known->where || (oldest->where && known->written_ms < oldest->written_ms))
			oldest = known;
	}
	*oldest = (struct known_error){ .msg = msg, .code = code };
	return oldest;
}

/* Whether the error is to be written now; *@suppressed: how many were not, before. */
static bool is_due(const char *where, const char *msg, enum scd_code code, uint64_t *suppressed)
{
	struct known_error *known = find_error(where, msg, code);
	struct timespec now = { 0 };
	int64_t ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (known->where && ms - known->written_ms < REPEAT_MS) {
		known->suppressed++;
		return false;
	}
	*suppressed = known->suppressed;
	known->where = where;
	known->written_ms = ms;
	known->suppressed = 0;
	return true;
}

/*
 * Formats
 */

/* "reconcile.c:211" */
static const char *base_name(const char *where)
{
	const char *slash = strrchr(where, '/');

	return slash ? slash + 1 : where;
}

/* gmtime_r() without what it does besides: it reads the time zone and allocates. Days to
 * month and day as in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static void add_klog_header(struct scd_buf *out, char letter, const struct timespec *now,
			    const char *where)
{
	const int64_t days = now->tv_sec / 86400 + 719468; /* since 0000-03-01 */
	const unsigned seconds = (unsigned)(now->tv_sec % 86400);
	const unsigned day_of_era = (unsigned)(days % 146097);
	const unsigned year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const unsigned day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const unsigned month = (5 * day_of_year + 2) / 153; /* 0: March */
	const unsigned day = day_of_year - (153 * month + 2) / 5 + 1;

	scd_buf_printf(out, "%c%02u%02u %02u:%02u:%02u.%06ld %7d %s] ", letter,
		       month < 10 ? month + 3 : month - 9, day, seconds / 3600, seconds / 60 % 60,
		       seconds % 60, now->tv_nsec / 1000, (int)getpid(), base_name(where));
}

static void add_string(struct scd_buf *out, const char *text)
{
	scd_buf_putc(out, '"');
	if (log_state.format == SCD_LOG_JSON)
		scd_text_json(out, text, strlen(text));
	else
		scd_text_quote(out, text, strlen(text), strlen(text));
	scd_buf_putc(out, '"');
}

/* Adds a key whole, or leaves it out and says so. */
static void add_key(struct scd_buf *out, const char *name, const char *value, bool bare,
		    bool *truncated)
{
	const size_t before = out->len;

	if (log_state.format == SCD_LOG_JSON)
		scd_buf_printf(out, ",\"%s\":", name);
	else
		scd_buf_printf(out, " %s=", name);
	if (bare)
		scd_buf_puts(out, value);
	else
		add_string(out, value);
	if (!out->failed)
		return;
	out->failed = false;
	out->len = before;
	out->data[before] = '\0';
	*truncated = true;
}

static void add_error(struct scd_buf *out, const struct scd_error *err, bool *truncated)
{
	const char *text = err->sys ? strerrordesc_np(err->sys) : NULL;

	add_key(out, "err", err->msg, false, truncated);
	add_key(out, "code", scd_code_name(err->code), false, truncated);
	if (err->sys)
		add_key(out, "errno", text ? text : "unknown", false, truncated);
}

static void add_begin(struct scd_buf *out, enum scd_log_level level, const char *where,
		      const char *msg)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (log_state.format == SCD_LOG_TEXT) {
		add_klog_header(out, level == SCD_LOG_ERROR ? 'E' : 'I', &now, where);
		add_string(out, msg);
		return;
	}
	scd_buf_printf(out, "{\"ts\":%jd.%03ld,\"caller\":\"%s\",\"msg\":", (intmax_t)now.tv_sec,
		       now.tv_nsec / 1000000, base_name(where));
	add_string(out, msg);
	if (level != SCD_LOG_ERROR)
		scd_buf_printf(out, ",\"v\":%d", level);
}

/* One write(2), so that records of two processes do not mix; lost where stderr is full. */
static void emit(const struct scd_buf *record)
{
	ssize_t n;

	do
		n = write(STDERR_FILENO, record->data, record->len);
	while (n < 0 && errno == EINTR);
}

void scd_log_write(enum scd_log_level level, const char *where, const struct scd_error *err,
		   const char *msg, const struct scd_log_key *keys, size_t count)
{
	/* Never grows: the buffer has all that its limit allows from the start. */
	struct scd_buf record = { .data = log_state.record,
				  .cap = sizeof(log_state.record),
				  .max = SCD_LOG_RECORD_MAX - ROOM_FOR_END };
	uint64_t suppressed = 0;
	bool truncated = false;
	char number[24];

	if (level > (int)log_state.verbosity)
		return;
	if (level == SCD_LOG_ERROR && err && !is_due(where, msg, err->code, &suppressed))
		return;

	add_begin(&record, level, where, msg);
	if (err)
		add_error(&record, err, &truncated);
	for (size_t i = 0; i < count; i++)
		add_key(&record, keys[i].name, keys[i].value, keys[i].number, &truncated);

	record.max = SCD_LOG_RECORD_MAX;
	if (suppressed) {
		(void)snprintf(number, sizeof(number), "%" PRIu64, suppressed);
		add_key(&record, "suppressed", number, true, &truncated);
	}
	if (truncated)
		add_key(&record, "truncated", "true", true, &truncated);
	scd_buf_puts(&record, log_state.format == SCD_LOG_JSON ? "}\n" : "\n");
	emit(&record);
}

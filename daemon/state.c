/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

/* A loop that did not beat for so long is stuck. */
#define HEARTBEAT_MAX_MS INT64_C(60000)
/* A volume may be away that long, as while kubelet writes it anew. */
#define SOURCE_MISSING_MAX_MS INT64_C(120000)
/* A valid profile may wait that long for the disk. */
#define BEHIND_MAX_MS INT64_C(300000)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const unsigned scd_duration_bounds_ms[SCD_DURATION_BUCKETS] = { 5, 25, 100, 500, 1000, 5000 };

/* label: in metrics. word: in /status. */
struct name {
	const char *label, *word;
};

static const struct name source_states[] = {
	[SCD_SOURCE_OK] = { "ok", "OK" },
	[SCD_SOURCE_EMPTY] = { "empty", "Empty" },
	[SCD_SOURCE_MISSING] = { "missing", "Missing" },
	[SCD_SOURCE_ORPHANED] = { "orphaned", "Orphaned" },
};
static_assert(COUNT(source_states) == SCD_SOURCE_STATE_COUNT, "every source state needs a name");

static const struct name sync_results[] = {
	[SCD_SYNC_SUCCESS] = { "success", "Success" },
	[SCD_SYNC_PARTIAL] = { "partial", "Partial" },
	[SCD_SYNC_ERROR] = { "error", "Error" },
	[SCD_SYNC_NOOP] = { "noop", "Noop" },
};
static_assert(COUNT(sync_results) == SCD_SYNC_RESULT_COUNT, "every sync result needs a name");

static const char *const triggers[] = {
	[SCD_TRIGGER_STARTUP] = "startup", [SCD_TRIGGER_WATCH] = "watch",
	[SCD_TRIGGER_RESYNC] = "resync",   [SCD_TRIGGER_SIGNAL] = "signal",
	[SCD_TRIGGER_RETRY] = "retry",
};
static_assert(COUNT(triggers) == SCD_TRIGGER_COUNT, "every trigger needs a name");

static const char *const conditions[] = {
	[SCD_CONDITION_SYNCED] = "Synced",
	[SCD_CONDITION_PROFILES_VALID] = "ProfilesValid",
	[SCD_CONDITION_DESTINATION_WRITABLE] = "DestinationWritable",
	[SCD_CONDITION_STATE_FILE_INTACT] = "StateFileIntact",
	[SCD_CONDITION_VALIDATOR_DEGRADED] = "ValidatorDegraded",
};
static_assert(COUNT(conditions) == SCD_CONDITION_COUNT, "every condition needs a name");

/* How a failed write is called, in metrics and as the reason of a failed check. */
static const struct {
	const char *label, *reason;
	int sys, also;
} errno_classes[] = {
	[SCD_ERRNO_ENOSPC] = { "ENOSPC", "NoSpace", ENOSPC, ENOSPC },
	[SCD_ERRNO_EDQUOT] = { "EDQUOT", "QuotaExceeded", EDQUOT, EDQUOT },
	[SCD_ERRNO_EROFS] = { "EROFS", "ReadOnly", EROFS, EROFS },
	[SCD_ERRNO_EACCES] = { "EACCES", "AccessDenied", EACCES, EPERM },
	[SCD_ERRNO_EIO] = { "EIO", "InputOutputError", EIO, EIO },
	[SCD_ERRNO_ENOENT] = { "ENOENT", "NotFound", ENOENT, ENOENT },
	[SCD_ERRNO_OTHER] = { "other", NULL, 0, 0 },
};
static_assert(COUNT(errno_classes) == SCD_ERRNO_CLASS_COUNT, "every errno class needs a name");

size_t scd_state_count(const struct scd_state *state, enum scd_phase phase)
{
	size_t count = 0;

	for (size_t i = 0; i < state->profile_count; i++)
		count += state->profiles[i].phase == phase;
	return count;
}

static int by_name(const void *name, const void *profile)
{
	return strcmp(name, ((const struct scd_profile_state *)profile)->name);
}

const struct scd_profile_state *scd_state_find(const struct scd_state *state, const char *name)
{
	if (state->profile_count == 0)
		return NULL;
	return bsearch(name, state->profiles, state->profile_count, sizeof(*state->profiles),
		       by_name);
}

bool scd_profile_contested(const struct scd_profile_state *profile, int64_t now_ms)
{
	const int64_t oldest = profile->repaired_ms[SCD_REPAIRS_MAX - 1];

	return oldest != 0 && now_ms - oldest < SCD_REPAIRS_SECONDS * INT64_C(1000);
}

void scd_state_set_condition(struct scd_state *state, enum scd_condition_type type, bool status,
			     int64_t now, const char *reason, const char *fmt, ...)
{
	struct scd_condition *condition = &state->conditions[type];
	va_list ap;

	/* Without a reason it was never set: the first status is a transition too. */
	if (condition->status != status || !condition->reason[0])
		condition->since = now;
	condition->status = status;
	(void)snprintf(condition->reason, sizeof(condition->reason), "%s", reason);
	va_start(ap, fmt);
	(void)vsnprintf(condition->message, sizeof(condition->message), fmt, ap);
	va_end(ap);
}

static const char *ping_failure(const struct scd_state *state, int64_t now_ms)
{
	return now_ms - state->heartbeat_ms < HEARTBEAT_MAX_MS ? NULL : "LoopStuck";
}

static const char *first_sync_failure(const struct scd_state *state, int64_t now_ms)
{
	(void)now_ms;
	if (state->first_sync_done)
		return NULL;
	return state->source_state == SCD_SOURCE_MISSING ? "SourceMissing" : "SyncPending";
}

static const char *source_failure(const struct scd_state *state, int64_t now_ms)
{
	if (state->source_state == SCD_SOURCE_ORPHANED)
		return "SourceOrphaned";
	if (state->source_state != SCD_SOURCE_MISSING)
		return NULL;
	/* Over a limit is not a moment of kubelet's: it stays until somebody acts. */
	if (state->source_error.code == SCD_E_TOO_LARGE)
		return "SourceTooLarge";
	if (state->source_missing_since_ms == 0 ||
	    now_ms - state->source_missing_since_ms <= SOURCE_MISSING_MAX_MS)
		return NULL;
	return "SourceMissing";
}

/* Of the last transaction, or of a profile that it could not write. */
static int destination_errno(const struct scd_state *state)
{
	if (state->destination_error.code != SCD_OK)
		return state->destination_error.sys;
	for (size_t i = 0; i < state->profile_count; i++)
		if (state->profiles[i].phase == SCD_PHASE_FAILED && state->profiles[i].sys)
			return state->profiles[i].sys;
	return 0;
}

static const char *destination_reason(const struct scd_state *state, int sys, const char *otherwise)
{
	const char *reason = sys ? errno_classes[scd_errno_class(sys)].reason : NULL;

	if (reason)
		return reason;
	if (state->destination_error.code != SCD_OK)
		return scd_code_reason(state->destination_error.code);
	return otherwise;
}

static const char *destination_failure(const struct scd_state *state, int64_t now_ms)
{
	int sys = destination_errno(state);
	/* A full disk can heal by itself and hurts nothing that is installed. */
	bool full = sys == ENOSPC || sys == EDQUOT;

	if (!state->writable && !full)
		return destination_reason(state, sys, "NotWritable");
	if (state->behind_since_ms != 0 && now_ms - state->behind_since_ms >= BEHIND_MAX_MS)
		return destination_reason(state, sys, "Behind");
	return NULL;
}

static const char *profiles_failure(const struct scd_state *state, int64_t now_ms)
{
	(void)now_ms;
	if (scd_state_count(state, SCD_PHASE_INVALID) || scd_state_count(state, SCD_PHASE_STALE))
		return "InvalidProfiles";
	if (scd_state_count(state, SCD_PHASE_CONFLICT))
		return "Conflict";
	return state->ledger_corrupt ? "StateFileCorrupt" : NULL;
}

static const struct scd_health_check checks[] = {
	{ "ping", .live = true, .failure = ping_failure },
	{ "ping", .failure = ping_failure },
	{ "first-sync", .failure = first_sync_failure },
	{ "source", .failure = source_failure },
	{ "destination", .failure = destination_failure },
	{ "profiles", .strict = true, .failure = profiles_failure },
};

const struct scd_health_check *scd_health_checks(size_t *count)
{
	*count = COUNT(checks);
	return checks;
}

bool scd_health_check_counts(const struct scd_health_check *check, bool live,
			     const struct scd_state *state)
{
	if (check->live != live)
		return false;
	return !check->strict || state->config->ready_policy == SCD_READY_STRICT;
}

/* What stands behind the last component "seccomp" of @path, without outer slashes;
 * "profiles" when there is no such component. */
static const char *below_seccomp(const char *path, size_t len, size_t *below_len)
{
	static const char word[] = "/seccomp";
	const size_t n = sizeof(word) - 1;

	for (size_t i = len + 1; i-- > 0;) {
		size_t end = i + n;

		if (end > len || memcmp(path + i, word, n) != 0)
			continue;
		if (end < len && path[end] != '/')
			continue;
		while (end < len && path[end] == '/')
			end++;
		*below_len = len - end;
		return path + end;
	}
	*below_len = strlen("profiles");
	return "profiles";
}

void scd_state_localhost_profile(const struct scd_state *state, const char *name, char *buf,
				 size_t size)
{
	const char *path = state->config->destination;
	size_t len = strlen(path), below_len;
	const char *below;

	while (len > 0 && path[len - 1] == '/')
		len--;
	below = below_seccomp(path, len, &below_len);
	(void)snprintf(buf, size, "%.*s%s%s", (int)below_len, below, below_len ? "/" : "", name);
}

void scd_profile_state_done(struct scd_profile_state *profile)
{
	free(profile->name);
	free(profile->excerpts);
	scd_report_done(&profile->report);
}

void scd_state_done(struct scd_state *state)
{
	for (size_t i = 0; i < state->profile_count; i++)
		scd_profile_state_done(&state->profiles[i]);
	free(state->profiles);
	state->profiles = NULL;
	state->profile_count = 0;
}

const char *scd_source_state_name(enum scd_source_state state)
{
	return (unsigned)state < COUNT(source_states) ? source_states[state].label : "unknown";
}

const char *scd_source_state_word(enum scd_source_state state)
{
	return (unsigned)state < COUNT(source_states) ? source_states[state].word : "Unknown";
}

const char *scd_trigger_name(enum scd_trigger trigger)
{
	return (unsigned)trigger < COUNT(triggers) ? triggers[trigger] : "unknown";
}

const char *scd_sync_result_name(enum scd_sync_result result)
{
	return (unsigned)result < COUNT(sync_results) ? sync_results[result].label : "unknown";
}

const char *scd_sync_result_word(enum scd_sync_result result)
{
	return (unsigned)result < COUNT(sync_results) ? sync_results[result].word : "Unknown";
}

const char *scd_errno_class_name(enum scd_errno_class errno_class)
{
	return (unsigned)errno_class < COUNT(errno_classes) ? errno_classes[errno_class].label
							    : "unknown";
}

enum scd_errno_class scd_errno_class(int sys)
{
	for (size_t i = 0; i < SCD_ERRNO_OTHER; i++)
		if (errno_classes[i].sys == sys || errno_classes[i].also == sys)
			return (enum scd_errno_class)i;
	return SCD_ERRNO_OTHER;
}

const char *scd_condition_name(enum scd_condition_type type)
{
	return (unsigned)type < COUNT(conditions) ? conditions[type] : "Unknown";
}

/* The first line of a small file of the kernel's; "" when it cannot be read. */
static void read_line(const char *path, char *line, size_t size)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

void scd_state_learn_kernel(struct scd_state *state)
{
	struct utsname name;

	if (uname(&name) == 0)
		(void)snprintf(state->kernel, sizeof(state->kernel), "%.*s",
			       (int)sizeof(state->kernel) - 1, name.release);
	read_line("/proc/sys/kernel/seccomp/actions_avail", state->actions_avail,
		  sizeof(state->actions_avail));
	read_line("/proc/sys/kernel/seccomp/actions_logged", state->actions_logged,
		  sizeof(state->actions_logged));
}

static struct timespec now(clockid_t clock)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(clock, &ts);
	return ts;
}

int64_t scd_now_ms(void)
{
	struct timespec ts = now(CLOCK_MONOTONIC);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t scd_now_s(void)
{
	return now(CLOCK_REALTIME).tv_sec;
}

/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "buf.h"
#include "version.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* About 125 series of at most 200 bytes, and their headers. */
#define METRICS_BYTES_MAX ((size_t)128 << 10)

/* What the families are rendered from, and into. */
struct page {
	struct scd_exposition expo;
	const struct scd_state *state;
	const struct scd_http_counts *http;
};

struct family {
	const char *name; /* a counter's without "_total" */
	enum scd_metric_type type;
	const char *help;
	void (*render)(struct page *page);
};

/* The one sample of a family without labels. */
static void put_value(struct page *page, uint64_t value)
{
	scd_expo_uint(&page->expo, SCD_NO_LABELS, value);
}

static void put_time(struct page *page, int64_t seconds)
{
	put_value(page, seconds > 0 ? (uint64_t)seconds : 0);
}

static void build_info(struct page *page)
{
	char libseccomp[32];

	scd_libseccomp_version(libseccomp, sizeof(libseccomp));
	scd_expo_uint(&page->expo,
		      SCD_LABELS({ "version", scd_version() }, { "revision", scd_git_commit() },
				 { "libseccomp", libseccomp }),
		      1);
}

static void seccomp_api_level(struct page *page)
{
	put_value(page, seccomp_api_get());
}

static void source_info(struct page *page)
{
	char digest[13];

	/* Before the first snapshot there is no set, and "" would count as one. */
	if (!page->state->digest[0])
		return;
	memcpy(digest, page->state->digest, sizeof(digest) - 1);
	digest[sizeof(digest) - 1] = '\0';
	scd_expo_uint(&page->expo, SCD_LABELS({ "digest", digest }), 1);
}

static void source_state(struct page *page)
{
	for (unsigned i = 0; i < SCD_SOURCE_STATE_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "state", scd_source_state_name(i) }),
			      page->state->source_state == i);
}

static void source_keys(struct page *page)
{
	scd_expo_uint(&page->expo, SCD_LABELS({ "kind", "profile" }), page->state->keys);
	scd_expo_uint(&page->expo, SCD_LABELS({ "kind", "ignored" }), page->state->ignored_keys);
}

static void source_size(struct page *page)
{
	put_value(page, page->state->source_bytes);
}

static void source_changes(struct page *page)
{
	put_value(page, page->state->source_changes);
}

static void source_last_change(struct page *page)
{
	put_time(page, page->state->last_change);
}

static void watch_mode(struct page *page)
{
	for (unsigned i = 0; i < SCD_WATCH_MODE_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "mode", scd_watch_mode_name(i) }),
			      page->state->watch_mode == i);
}

static void watch_events(struct page *page)
{
	for (unsigned i = 0; i < SCD_WATCH_EVENT_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "event", scd_watch_event_name(i) }),
			      page->state->watch_events[i]);
}

static void syncs(struct page *page)
{
	for (unsigned t = 0; t < SCD_TRIGGER_COUNT; t++)
		for (unsigned r = 0; r < SCD_SYNC_RESULT_COUNT; r++)
			scd_expo_uint(&page->expo,
				      SCD_LABELS({ "trigger", scd_trigger_name(t) },
						 { "result", scd_sync_result_name(r) }),
				      page->state->syncs[t][r]);
}

static void sync_duration(struct page *page)
{
	scd_expo_durations(&page->expo, scd_duration_bounds_ms, page->state->durations,
			   SCD_DURATION_BUCKETS, page->state->duration_sum_us);
}

static void last_sync_attempt(struct page *page)
{
	put_time(page, page->state->last_attempt);
}

static void last_sync_success(struct page *page)
{
	put_time(page, page->state->last_success);
}

static void sync_consecutive_failures(struct page *page)
{
	put_value(page, page->state->consecutive_failures);
}

static void profiles(struct page *page)
{
	for (unsigned i = 0; i < SCD_PHASE_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "state", scd_phase_label(i) }),
			      scd_state_count(page->state, i));
}

static void profile_findings(struct page *page)
{
	size_t total[SCD_SEVERITY_COUNT] = { 0 };

	for (size_t i = 0; i < page->state->profile_count; i++)
		for (unsigned s = 0; s < SCD_SEVERITY_COUNT; s++)
			total[s] += page->state->profiles[i].report.by_severity[s];
	for (unsigned s = 0; s < SCD_SEVERITY_COUNT; s++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "severity", scd_severity_name(s) }),
			      total[s]);
}

static void validations(struct page *page)
{
	for (unsigned i = 0; i < SCD_JAIL_RESULT_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "result", scd_jail_result_name(i) }),
			      page->state->validations[i]);
}

static void validator_degraded(struct page *page)
{
	put_value(page, page->state->validator_degraded);
}

static void sandbox(struct page *page)
{
	const struct scd_sandbox *from = &page->state->sandbox;

	scd_expo_uint(&page->expo, SCD_LABELS({ "part", "landlock" }),
		      from->landlock.mode == SCD_SANDBOX_ON);
	scd_expo_uint(&page->expo, SCD_LABELS({ "part", "seccomp" }),
		      from->seccomp.mode == SCD_SANDBOX_ON);
}

static void installs(struct page *page)
{
	static const char *const results[] = { "success", "error" };

	for (unsigned op = SCD_OP_NONE + 1; op < SCD_OP_COUNT; op++)
		for (size_t r = 0; r < COUNT(results); r++)
			scd_expo_uint(&page->expo,
				      SCD_LABELS({ "operation", scd_operation_name(op) },
						 { "result", results[r] }),
				      page->state->installs[op][r]);
}

static void install_errors(struct page *page)
{
	for (unsigned i = 0; i < SCD_ERRNO_CLASS_COUNT; i++)
		scd_expo_uint(&page->expo, SCD_LABELS({ "errno", scd_errno_class_name(i) }),
			      page->state->install_errors[i]);
}

static void destination_writable(struct page *page)
{
	put_value(page, page->state->writable);
}

static void destination_free(struct page *page)
{
	put_value(page, page->state->free_bytes);
}

static void removals_blocked(struct page *page)
{
	put_value(page, page->state->removals_blocked);
}

static void state_file_corrupt(struct page *page)
{
	put_value(page, page->state->ledger_corrupt);
}

static void http_requests(struct page *page)
{
	char code[16];

	for (unsigned p = 0; p < SCD_HTTP_PATH_COUNT; p++) {
		for (unsigned c = 0; c < SCD_HTTP_CODE_COUNT; c++) {
			if (!scd_http_reachable(p, c))
				continue;
			(void)snprintf(code, sizeof(code), "%u", scd_http_code_number(c));
			scd_expo_uint(
				&page->expo,
				SCD_LABELS({ "path", scd_http_path_name(p) }, { "code", code }),
				page->http->answers[p][c]);
		}
	}
}

static void process_cpu(struct page *page)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return;
	scd_expo_seconds(&page->expo,
			 (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
				 (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

static void process_resident_memory(struct page *page)
{
	auto_close int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128];
	char *resident;
	ssize_t n;

	/* Without /proc the series is missing: 0 would be a lie. */
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return;
	text[n] = '\0';
	resident = strchr(text, ' ');
	if (resident)
		put_value(page, strtoull(resident + 1, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE));
}

static void process_open_fds(struct page *page)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	uint64_t count = 0;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	put_value(page, count - 1); /* but for the one of @dir */
}

static void process_max_fds(struct page *page)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		put_value(page, limit.rlim_cur);
}

static void process_start_time(struct page *page)
{
	put_time(page, page->state->started_at);
}

static const struct family families[] = {
	{ "seccompd_build_info", SCD_GAUGE, "Version, commit and libseccomp of the daemon.",
	  build_info },
	{ "seccompd_seccomp_api_level", SCD_GAUGE,
	  "API level of libseccomp that profiles are judged with.", seccomp_api_level },
	{ "seccompd_source_info", SCD_GAUGE,
	  "First digits of the set digest of the newest snapshot.", source_info },
	{ "seccompd_source_state", SCD_GAUGE, "1 for the state that the source is in.",
	  source_state },
	{ "seccompd_source_keys", SCD_GAUGE, "Files of the newest snapshot.", source_keys },
	{ "seccompd_source_size_bytes", SCD_GAUGE, "Profile text of the newest snapshot.",
	  source_size },
	{ "seccompd_source_changes", SCD_COUNTER, "Snapshots that differed from the one before.",
	  source_changes },
	{ "seccompd_source_last_change_timestamp_seconds", SCD_GAUGE,
	  "When a snapshot last differed from the one before.", source_last_change },
	{ "seccompd_watch_mode", SCD_GAUGE, "1 for the way that changes are noticed.", watch_mode },
	{ "seccompd_watch_events", SCD_COUNTER, "Reasons to look again that the watch gave.",
	  watch_events },
	{ "seccompd_syncs", SCD_COUNTER, "Syncs by what started them and how they ended.", syncs },
	{ "seccompd_sync_duration_seconds", SCD_HISTOGRAM,
	  "Time from the start of a sync to its end.", sync_duration },
	{ "seccompd_last_sync_attempt_timestamp_seconds", SCD_GAUGE, "When a sync last ended.",
	  last_sync_attempt },
	{ "seccompd_last_sync_success_timestamp_seconds", SCD_GAUGE,
	  "When a sync last ended without an I/O failure; invalid profiles allowed.",
	  last_sync_success },
	{ "seccompd_sync_consecutive_failures", SCD_GAUGE,
	  "Syncs that failed since the last success.", sync_consecutive_failures },
	{ "seccompd_profiles", SCD_GAUGE, "Profiles by their state on this node.", profiles },
	{ "seccompd_profile_findings", SCD_GAUGE, "Findings of all profiles by severity.",
	  profile_findings },
	{ "seccompd_validations", SCD_COUNTER, "Checks of a profile text by how they ended.",
	  validations },
	{ "seccompd_validator_degraded", SCD_GAUGE,
	  "1 when this environment forbids the trial load that was asked for.",
	  validator_degraded },
	{ "seccompd_sandbox", SCD_GAUGE, "1 when this part holds the daemon to its rights.",
	  sandbox },
	{ "seccompd_installs", SCD_COUNTER, "Operations on the destination.", installs },
	{ "seccompd_install_errors", SCD_COUNTER, "Operations on the destination that failed.",
	  install_errors },
	{ "seccompd_destination_writable", SCD_GAUGE,
	  "1 when every write of the last transaction succeeded.", destination_writable },
	{ "seccompd_destination_free_bytes", SCD_GAUGE,
	  "Free space of the destination's file system.", destination_free },
	{ "seccompd_removals_blocked", SCD_GAUGE, "Removals that the mass-removal guard withholds.",
	  removals_blocked },
	{ "seccompd_state_file_corrupt", SCD_GAUGE,
	  "1 from when the state file was not readable until somebody adopts what it owned.",
	  state_file_corrupt },
	{ "seccompd_http_requests", SCD_COUNTER, "Answers by path and status code.",
	  http_requests },
	{ "process_cpu_seconds", SCD_COUNTER, "User and system CPU time of the daemon.",
	  process_cpu },
	{ "process_resident_memory_bytes", SCD_GAUGE, "Resident memory of the daemon.",
	  process_resident_memory },
	{ "process_open_fds", SCD_GAUGE, "Open file descriptors of the daemon.", process_open_fds },
	{ "process_max_fds", SCD_GAUGE, "Most file descriptors that the daemon may open.",
	  process_max_fds },
	{ "process_start_time_seconds", SCD_GAUGE, "When the daemon started.", process_start_time },
};

char *scd_metrics_text(const struct scd_state *state, const struct scd_http_counts *http,
		       enum scd_metrics_format format)
{
	struct page page = {
		.expo = { .text = scd_buf_init(METRICS_BYTES_MAX), .format = format },
		.state = state,
		.http = http,
	};

	for (size_t i = 0; i < COUNT(families); i++) {
		scd_expo_family(&page.expo, families[i].name, families[i].type, families[i].help);
		families[i].render(&page);
	}
	return scd_expo_take(&page.expo);
}

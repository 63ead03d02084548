/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <dirent.h>

#include "metrics.h"
#include "state_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Of one node; at 5,000 nodes that is enough. */
#define SERIES_MAX 125

static const struct scd_http_counts no_answers;

static char *text_of(enum scd_metrics_format format)
{
	char *text = scd_metrics_text(&sample.state, &no_answers, format);

	assert_non_null(text);
	return text;
}

/* The value of the sample whose line begins with @series, or NULL. Static storage. */
static const char *value_of(const char *text, const char *series)
{
	static char value[64];
	size_t len = strlen(series);

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		if (strncmp(line, series, len) != 0 || line[len] != ' ')
			continue;
		(void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + len + 1, "\n"),
			       line + len + 1);
		return value;
	}
	return NULL;
}

static void assert_value(const char *text, const char *series, const char *want)
{
	const char *value = value_of(text, series);

	if (!value || strcmp(value, want) != 0)
		fail_msg("%s is %s, not %s", series, value ? value : "missing", want);
}

static size_t skip_name(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	assert_true(len > 0 && !isdigit((unsigned char)at[0]));
	return len;
}

/* Reads {a="b",c="d"} as a scraper does; the character behind it. */
static const char *skip_labels(const char *at)
{
	if (*at != '{')
		return at;
	do {
		at++;
		at += skip_name(at);
		assert_memory_equal(at, "=\"", 2);
		for (at += 2; *at != '"'; at++) {
			assert_true(*at != '\n' && *at != '\0');
			if (*at == '\\')
				at++;
		}
		at++;
	} while (*at == ',');
	assert_int_equal(*at, '}');
	return at + 1;
}

/* Reads the whole document strictly. How many samples there are. */
static size_t parse(const char *text, enum scd_metrics_format format)
{
	char family[80] = "", type[16] = "";
	size_t samples = 0;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t name = 0, base;
		const char *rest;
		char *end;

		if (strncmp(line, "# HELP ", 7) == 0) {
			name = skip_name(line + 7);
			(void)snprintf(family, sizeof(family), "%.*s", (int)name, line + 7);
			assert_true(line[7 + name] == ' ' && line[8 + name] > ' ');
			continue;
		}
		if (strncmp(line, "# TYPE ", 7) == 0) {
			name = skip_name(line + 7);
			assert_int_equal(strlen(family), name);
			assert_memory_equal(line + 7, family, name); /* right behind its HELP */
			(void)snprintf(type, sizeof(type), "%.*s",
				       (int)strcspn(line + 8 + name, "\n"), line + 8 + name);
			continue;
		}
		if (strcmp(line, "# EOF\n") == 0) {
			assert_int_equal(format, SCD_METRICS_OPENMETRICS);
			return samples;
		}
		name = skip_name(line);
		base = strlen(family);
		assert_true(name >= base && memcmp(line, family, base) == 0);
		if (strcmp(type, "counter") == 0)
			assert_memory_equal(line + name - 6, "_total", 6);
		if (strcmp(type, "gauge") == 0)
			assert_int_equal(name, base);
		rest = skip_labels(line + name);
		assert_int_equal(*rest, ' ');
		(void)strtod(rest + 1, &end);
		assert_true(end > rest + 1 && *end == '\n'); /* no timestamp either */
		samples++;
	}
	assert_int_equal(format, SCD_METRICS_PROMETHEUS);
	return samples;
}

static void both_formats_parse_and_hold_the_same_series(void **state)
{
	auto_free char *old = text_of(SCD_METRICS_PROMETHEUS);
	auto_free char *new = text_of(SCD_METRICS_OPENMETRICS);
	size_t samples = parse(old, SCD_METRICS_PROMETHEUS);

	(void)state;
	assert_int_equal(parse(new, SCD_METRICS_OPENMETRICS), samples);
	assert_in_range(samples, 90, SERIES_MAX);
	/* Every sample of one is a sample of the other: a series has one name. */
	for (const char *line = old; *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");
		auto_free char *series = NULL;

		if (*line == '#' || strncmp(line, "process_", 8) == 0)
			continue;
		series = strndup(line, len);
		assert_non_null(strstr(new, series));
	}
}

static void every_series_is_there_before_anything_happens(void **state)
{
	static const char *const zero[] = {
		"seccompd_source_state{state=\"orphaned\"}",
		"seccompd_source_changes_total",
		"seccompd_watch_mode{mode=\"poll\"}",
		"seccompd_watch_events_total{event=\"overflow\"}",
		"seccompd_syncs_total{trigger=\"signal\",result=\"error\"}",
		"seccompd_sync_duration_seconds_bucket{le=\"0.005\"}",
		"seccompd_sync_duration_seconds_bucket{le=\"+Inf\"}",
		"seccompd_sync_duration_seconds_count",
		"seccompd_last_sync_success_timestamp_seconds",
		"seccompd_sync_consecutive_failures",
		"seccompd_profiles{state=\"installed\"}",
		"seccompd_profiles{state=\"pending\"}",
		"seccompd_profile_findings{severity=\"note\"}",
		"seccompd_validations_total{result=\"timeout\"}",
		"seccompd_validator_degraded",
		"seccompd_sandbox{part=\"landlock\"}",
		"seccompd_installs_total{operation=\"adopt\",result=\"error\"}",
		"seccompd_install_errors_total{errno=\"other\"}",
		"seccompd_destination_writable",
		"seccompd_destination_free_bytes",
		"seccompd_removals_blocked",
		"seccompd_http_requests_total{path=\"readyz\",code=\"503\"}",
		"seccompd_http_requests_total{path=\"other\",code=\"405\"}",
		"seccompd_http_requests_total{path=\"other\",code=\"413\"}",
	};
	struct scd_state fresh = { .config = &sample.config, .node = "", .pod = "", .pod_uid = "" };
	auto_free char *text = scd_metrics_text(&fresh, &no_answers, SCD_METRICS_PROMETHEUS);

	(void)state;
	for (size_t i = 0; i < COUNT(zero); i++) {
		const char *value = value_of(text, zero[i]);

		assert_non_null(value);
		assert_true(strtod(value, NULL) == 0);
	}
	/* There is no set yet, so none is named. */
	assert_null(strstr(text, "seccompd_source_info{"));
	assert_in_range(parse(text, SCD_METRICS_PROMETHEUS), 90, SERIES_MAX);
}

static void samples_say_what_the_state_says(void **state)
{
	struct scd_state *s = *state;
	struct scd_profile_state *bad = sample_add("bad.json", SCD_PHASE_STALE);
	struct scd_http_counts counts = { 0 };
	auto_free char *text = NULL;

	bad->report.by_severity[SCD_ERROR] = 2;
	bad->report.by_severity[SCD_NOTE] = 1;
	s->syncs[SCD_TRIGGER_WATCH][SCD_SYNC_PARTIAL] = 7;
	s->durations[0] = 1;			/* up to 5 ms */
	s->durations[2] = 2;			/* up to 100 ms */
	s->durations[SCD_DURATION_BUCKETS] = 4; /* over 5 s */
	s->duration_sum_us = 20000061;
	s->installs[SCD_OP_CREATE][1] = 3;
	s->install_errors[SCD_ERRNO_ENOSPC] = 3;
	s->validations[SCD_JAIL_CRASH] = 5;
	s->watch_events[SCD_WATCH_SWAP] = UINT64_MAX;
	counts.answers[SCD_HTTP_LIVEZ][SCD_HTTP_OK] = 9;
	text = scd_metrics_text(s, &counts, SCD_METRICS_PROMETHEUS);

	assert_value(text, "seccompd_source_info{digest=\"9c1f0a2b3c4d\"}", "1");
	assert_value(text, "seccompd_source_state{state=\"ok\"}", "1");
	assert_value(text, "seccompd_source_state{state=\"missing\"}", "0");
	assert_value(text, "seccompd_source_keys{kind=\"profile\"}", "1");
	assert_value(text, "seccompd_watch_mode{mode=\"inotify\"}", "1");
	assert_value(text, "seccompd_watch_events_total{event=\"swap\"}", "18446744073709551615");
	assert_value(text, "seccompd_syncs_total{trigger=\"watch\",result=\"partial\"}", "7");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"0.005\"}", "1");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"0.025\"}", "1");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"0.1\"}", "3");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"1.0\"}", "3");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"5.0\"}", "3");
	assert_value(text, "seccompd_sync_duration_seconds_bucket{le=\"+Inf\"}", "7");
	assert_value(text, "seccompd_sync_duration_seconds_count", "7");
	assert_value(text, "seccompd_sync_duration_seconds_sum", "20.000061");
	assert_value(text, "seccompd_last_sync_success_timestamp_seconds", "1787479202");
	assert_value(text, "seccompd_profiles{state=\"installed\"}", "1");
	assert_value(text, "seccompd_profiles{state=\"stale\"}", "1");
	assert_value(text, "seccompd_profile_findings{severity=\"error\"}", "2");
	assert_value(text, "seccompd_profile_findings{severity=\"note\"}", "1");
	assert_value(text, "seccompd_validations_total{result=\"crash\"}", "5");
	assert_value(text, "seccompd_installs_total{operation=\"create\",result=\"error\"}", "3");
	assert_value(text, "seccompd_install_errors_total{errno=\"ENOSPC\"}", "3");
	assert_value(text, "seccompd_destination_free_bytes", "52428800000");
	assert_value(text, "seccompd_http_requests_total{path=\"livez\",code=\"200\"}", "9");
	assert_value(text, "process_start_time_seconds", "1787479200");
}

static void types_are_those_of_the_format(void **state)
{
	auto_free char *old = text_of(SCD_METRICS_PROMETHEUS);
	auto_free char *new = text_of(SCD_METRICS_OPENMETRICS);

	(void)state;
	assert_non_null(strstr(old, "# TYPE seccompd_syncs_total counter\n"));
	assert_non_null(strstr(new, "# TYPE seccompd_syncs counter\n"));
	assert_null(strstr(new, "# TYPE seccompd_syncs_total"));
	assert_non_null(strstr(old, "# TYPE seccompd_sync_duration_seconds histogram\n"));
	assert_non_null(strstr(new, "# TYPE seccompd_profiles gauge\n"));
	assert_null(strstr(old, "# EOF"));
	assert_string_equal(new + strlen(new) - 6, "# EOF\n");
}

static void the_process_is_measured(void **state)
{
	auto_free char *text = text_of(SCD_METRICS_PROMETHEUS);
	DIR *dir = opendir("/proc/self/fd");
	unsigned long open = 0;

	(void)state;
	while (readdir(dir))
		open++;
	(void)closedir(dir);
	open -= 3; /* "." and ".." and that of @dir */
	assert_int_equal(strtoul(value_of(text, "process_open_fds"), NULL, 10), open);
	assert_int_equal(strtol(value_of(text, "process_max_fds"), NULL, 10),
			 sysconf(_SC_OPEN_MAX));
	assert_true(strtoull(value_of(text, "process_resident_memory_bytes"), NULL, 10) > 100000);
	assert_non_null(value_of(text, "process_cpu_seconds_total"));
}

static void label_values_are_escaped(void **state)
{
	struct scd_exposition expo = { .text = scd_buf_init(1024) };
	auto_free char *text = NULL;

	(void)state;
	scd_expo_family(&expo, "x", SCD_GAUGE, "X.");
	scd_expo_uint(&expo, SCD_LABELS({ "a", "q\"b\\n\nl" }, { "b", "" }), 1);
	text = scd_expo_take(&expo);
	assert_string_equal(text,
			    "# HELP x X.\n# TYPE x gauge\nx{a=\"q\\\"b\\\\n\\nl\",b=\"\"} 1\n");
}

static void an_exposition_that_found_no_room_is_null(void **state)
{
	struct scd_exposition expo = { .text = scd_buf_init(20) };

	(void)state;
	scd_expo_family(&expo, "much_too_long", SCD_COUNTER, "Much too long.");
	assert_null(scd_expo_take(&expo));
}

static void the_accept_header_decides_the_format(void **state)
{
	static const struct {
		const char *accept;
		enum scd_metrics_format want;
	} rows[] = {
		{ NULL, SCD_METRICS_PROMETHEUS },
		{ "", SCD_METRICS_PROMETHEUS },
		{ "*/*", SCD_METRICS_PROMETHEUS },
		{ "text/html,application/xhtml+xml,*/*;q=0.8", SCD_METRICS_PROMETHEUS },
		{ "text/plain", SCD_METRICS_PROMETHEUS },
		{ "application/openmetrics-text", SCD_METRICS_OPENMETRICS },
		{ "application/openmetrics-text; version=1.0.0; charset=utf-8",
		  SCD_METRICS_OPENMETRICS },
		{ "APPLICATION/OpenMetrics-Text;Version=1.0.0", SCD_METRICS_OPENMETRICS },
		{ "application/openmetrics-text;version=0.0.1", SCD_METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0", SCD_METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=0.000", SCD_METRICS_PROMETHEUS },
		{ "application/openmetrics-text;q=nonsense", SCD_METRICS_PROMETHEUS },
		{ "application/openmetrics-textual", SCD_METRICS_PROMETHEUS },
		{ "text/plain;q=0.9,application/openmetrics-text;q=0.3", SCD_METRICS_PROMETHEUS },
		{ "text/plain;q=0.3,application/openmetrics-text;q=0.9", SCD_METRICS_OPENMETRICS },
		/* Prometheus 2 and 3 */
		{ "application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
		  "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  SCD_METRICS_OPENMETRICS },
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
		  "application/openmetrics-text;version=0.0.1;q=0.5,"
		  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
		  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		  SCD_METRICS_OPENMETRICS },
		{ ";;,,;q=,application/openmetrics-text;;;", SCD_METRICS_OPENMETRICS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(scd_metrics_negotiate(rows[i].accept), rows[i].want);
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SAMPLE(both_formats_parse_and_hold_the_same_series),
		WITH_SAMPLE(every_series_is_there_before_anything_happens),
		WITH_SAMPLE(samples_say_what_the_state_says),
		WITH_SAMPLE(types_are_those_of_the_format),
		WITH_SAMPLE(the_process_is_measured),
		WITH_SAMPLE(label_values_are_escaped),
		WITH_SAMPLE(an_exposition_that_found_no_room_is_null),
		WITH_SAMPLE(the_accept_header_decides_the_format),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}

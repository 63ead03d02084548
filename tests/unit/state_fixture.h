/* SPDX-License-Identifier: MIT */
/* cmocka fixture: *state is a struct scd_state * of a node where all is well: one profile,
 * installed. The clock of its monotonic times stands at SAMPLE_NOW_MS. */
#ifndef SCD_TEST_STATE_FIXTURE_H
#define SCD_TEST_STATE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

#define SAMPLE_NOW_MS INT64_C(10000000)
#define SAMPLE_DIGEST "9c1f0a2b3c4d5e6f9c1f0a2b3c4d5e6f9c1f0a2b3c4d5e6f9c1f0a2b3c4d5e6f"

static struct {
	struct scd_config config;
	struct scd_state state;
	char source[16], destination[32];
} sample;

/* Adds a profile behind the others. The caller sees to the order of names. */
static struct scd_profile_state *sample_add(const char *name, enum scd_phase phase)
{
	struct scd_state *state = &sample.state;
	size_t size = (state->profile_count + 1) * sizeof(*state->profiles);
	struct scd_profile_state *grown = realloc(state->profiles, size);

	if (!grown)
		abort();
	state->profiles = grown;
	grown += state->profile_count++;
	*grown = (struct scd_profile_state){ .name = strdup(name), .phase = phase, .reason = "" };
	(void)snprintf(grown->sha256, sizeof(grown->sha256), "%s", SAMPLE_DIGEST);
	return grown;
}

static int sample_setup(void **state)
{
	struct scd_profile_state *profile;

	memset(&sample, 0, sizeof(sample));
	(void)snprintf(sample.source, sizeof(sample.source), "/profiles");
	(void)snprintf(sample.destination, sizeof(sample.destination), "/host/seccomp/profiles");
	sample.config = (struct scd_config){
		.source = sample.source,
		.destination = sample.destination,
		.ready_policy = SCD_READY_SYNCED,
		.judge.trial_load = true,
	};
	sample.state = (struct scd_state){
		.config = &sample.config,
		.node = "worker-1",
		.pod = "seccompd-x7k2p",
		.pod_uid = "",
		.started_at = 1787479200, /* 2026-08-23T10:00:00Z */
		.sandbox = { .landlock = { .mode = SCD_SANDBOX_ON, .version = 6 },
			     .seccomp = { .mode = SCD_SANDBOX_ON } },
		.heartbeat_ms = SAMPLE_NOW_MS,
		.source_state = SCD_SOURCE_OK,
		.digest = SAMPLE_DIGEST,
		.keys = 1,
		.observed_at = 1787479201,
		.writable = true,
		.free_bytes = 52428800000,
		.first_sync_done = true,
		.destination_known = true,
		.last_attempt = 1787479202,
		.last_success = 1787479202,
		.last_started_at = 1787479201,
		.last_duration_us = 61000,
	};
	profile = sample_add("audit.json", SCD_PHASE_INSTALLED);
	(void)snprintf(profile->installed_sha256, sizeof(profile->installed_sha256), "%s",
		       SAMPLE_DIGEST);
	profile->report.bpf_insns = 4;
	*state = &sample.state;
	return 0;
}

static int sample_teardown(void **state)
{
	scd_state_done(*state);
	return 0;
}

#endif

/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "dirs.h"
#include "fsio.h"
#include "record.h"

/* Was this text under its name when the sync before ended, or kept from it by others? */
static bool is_settled(const struct scd_profile_state *before, const struct scd_source_file *file)
{
	return before && strcmp(before->sha256, file->sha256) == 0 &&
	       (before->phase == SCD_PHASE_INSTALLED ||
		(before->phase == SCD_PHASE_CONFLICT &&
		 strcmp(before->reason, SCD_REASON_CONTESTED) == 0));
}

int scd_request_make(const struct scd_state *state, const struct scd_snapshot *snapshot,
		     const struct scd_checker *checker, struct scd_request *request,
		     struct scd_error *err)
{
	const struct scd_config *config = state->config;
	const int64_t now_ms = scd_now_ms();

	request->verdicts = calloc(snapshot->count + 1, sizeof(*request->verdicts));
	request->contested = calloc(snapshot->count + 1, sizeof(*request->contested));
	request->settled = calloc(snapshot->count + 1, sizeof(*request->settled));
	if (!request->verdicts || !request->contested || !request->settled)
		return scd_fail(err, SCD_E_NOMEM, 0, "%zu verdicts", snapshot->count);
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct scd_profile_state *before =
			scd_state_find(state, snapshot->files[i].name);

		request->verdicts[i] = scd_record_verdict(&snapshot->files[i], checker);
		request->contested[i] = before && scd_profile_contested(before, now_ms);
		request->settled[i] = is_settled(before, &snapshot->files[i]);
	}
	request->install = (struct scd_install_request){
		.destination = -1,
		.snapshot = snapshot,
		.verdicts = request->verdicts,
		.contested = request->contested,
		.settled = request->settled,
		.dry_run = config->dry_run,
		.pod_uid = state->pod_uid,
		.confine = scd_sandbox_restrict_install,
		.confine_arg = &state->sandbox,
		.policy = { .remove_orphans = config->removal_policy == SCD_AFTER_GRACE,
			    .grace_seconds = config->removal_grace_period_ms / 1000,
			    .max_removals_percent = (unsigned)config->max_removals_percent,
			    .now = scd_now_s() },
	};
	return 0;
}

void scd_request_done(struct scd_request *request)
{
	free(request->verdicts);
	free(request->contested);
	free(request->settled);
	*request = (struct scd_request){ 0 };
}

bool scd_request_watch(struct scd_watch *watch, const struct scd_state *state)
{
	auto_free const char **names = calloc(state->profile_count + 1, sizeof(*names));
	auto_free struct scd_source_dir *paths = NULL;
	SCD_CLEANUP(scd_dirs_done) struct scd_dirs dirs = { 0 };
	size_t count = 0;

	for (size_t i = 0; names && i < state->profile_count; i++)
		if (scd_name_valid(state->profiles[i].name))
			names[count++] = state->profiles[i].name;
	if (!names || scd_dirs_init(&dirs, -1, names, count, NULL, 0) < 0)
		return false; /* the old directories are watched on */
	paths = calloc(dirs.count, sizeof(*paths));
	if (!paths)
		return false;
	for (size_t i = 0; i < dirs.count; i++)
		paths[i].path = dirs.items[i].path;
	return scd_watch_set_dirs(watch, SCD_WATCHED_DESTINATION, paths, dirs.count) > 0;
}

/* SPDX-License-Identifier: MIT */
/* Tells the daemon's state file that files in the destination are ours. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adopt.h"
#include "cli.h"
#include "place.h"

struct adopt_options {
	bool help;
	int output; /* enum scd_output */
	char *destination;
	bool dry_run;
};

static const struct scd_option options[] = {
	SCD_CLI_HELP,
	SCD_CLI_OUTPUT(struct adopt_options, output),
	SCD_CLI_DESTINATION(struct adopt_options, destination),
	{ .name = "dry-run",
	  .type = SCD_OPT_BOOL,
	  .offset = offsetof(struct adopt_options, dry_run),
	  .fallback = "false",
	  .help = "look, and write nothing" },
};

static const char *outcome_of(const struct scd_adoption *item, bool adopted)
{
	if (item->refusal.code != SCD_OK)
		return "refused";
	if (item->owned)
		return "ours already";
	return adopted ? "ours from now on" : "could be ours";
}

static void print_list(const struct scd_adopt_request *request, bool adopted)
{
	for (size_t i = 0; i < request->count; i++) {
		const struct scd_adoption *item = &request->items[i];
		const struct scd_error *why = &item->refusal;

		(void)printf("%s: %s", item->name, outcome_of(item, adopted));
		if (why->code != SCD_OK)
			(void)printf(": %s%s%s", why->msg, why->sys ? ": " : "",
				     why->sys ? strerror(why->sys) : "");
		(void)putchar('\n');
	}
}

static bool add_profile(cJSON *list, const struct scd_adoption *item)
{
	cJSON *object = cJSON_CreateObject();

	if (!object || !cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	if (!cJSON_AddStringToObject(object, "name", item->name))
		return false;
	if (item->refusal.code != SCD_OK)
		return cJSON_AddStringToObject(object, "reason",
					       scd_code_reason(item->refusal.code)) &&
		       cJSON_AddStringToObject(object, "message", item->refusal.msg);
	return cJSON_AddStringToObject(object, "sha256", item->sha256) &&
	       cJSON_AddBoolToObject(object, "ownedBefore", item->owned);
}

static cJSON *make_document(const struct adopt_options *asked,
			    const struct scd_adopt_request *request, bool adopted, bool was_corrupt)
{
	cJSON *root = scd_cli_document("AdoptReport"), *list;
	bool good;

	good = cJSON_AddStringToObject(root, "destination", asked->destination) &&
	       cJSON_AddBoolToObject(root, "adopted", adopted) &&
	       cJSON_AddBoolToObject(root, "stateFileCorrupt", was_corrupt && !adopted);
	list = cJSON_AddArrayToObject(root, "profiles");
	good = good && list;
	for (size_t i = 0; good && i < request->count; i++)
		good = add_profile(list, &request->items[i]);
	if (good)
		return root;
	cJSON_Delete(root);
	return NULL;
}

static enum scd_exit run_adopt(const void *target, int argc, char **argv)
{
	const struct adopt_options *asked = target;
	auto_free struct scd_adoption *items = calloc((size_t)argc + 1, sizeof(*items));
	struct scd_adopt_request request = { .items = items,
					     .count = (size_t)argc,
					     .dry_run = asked->dry_run,
					     .pod_uid = scd_cli_pod_uid(),
					     .now = (int64_t)time(NULL) };
	enum scd_exit printed = SCD_EXIT_OK;
	auto_close int destination = -1;
	bool was_corrupt, adopted;
	struct scd_error err;
	size_t refused = 0;

	if (!items)
		return scd_cli_no_memory();
	if (argc == 0) {
		scd_cli_warn("adopt needs the names of profiles below the destination");
		return SCD_EXIT_USAGE;
	}
	for (int i = 0; i < argc; i++)
		items[i].name = argv[i];
	destination = scd_cli_open_destination(asked->destination, &err);
	request.destination = destination;
	if (destination < 0 || scd_adopt(&request, &was_corrupt, &err) < 0)
		return scd_cli_fail(&err);

	for (size_t i = 0; i < request.count; i++)
		refused += items[i].refusal.code != SCD_OK;
	adopted = refused == 0 && !asked->dry_run;
	if (asked->output == SCD_OUTPUT_JSON)
		printed = scd_cli_print_json(make_document(asked, &request, adopted, was_corrupt));
	else
		print_list(&request, adopted);
	if (refused > 0)
		scd_cli_warn("%zu of %zu cannot be ours: nothing was adopted", refused,
			     request.count);
	if (printed != SCD_EXIT_OK)
		return printed;
	return refused > 0 ? SCD_EXIT_FOUND : SCD_EXIT_OK;
}

const struct scd_command scd_command_adopt = {
	.name = "adopt",
	.operands = "NAME...",
	.summary = "Tell seccompd that files in its destination are its own.",
	.details =
		"Runs where the destination is: in the pod of seccompd. All are adopted, or none. No\n"
		"file's bytes change; the next sync does with them what it does with its own.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct adopt_options),
	.run = run_adopt,
};

/* SPDX-License-Identifier: MIT */
/*
 * reader FILE... - read and parse files in a tight loop until SIGTERM, as runtimes do at the start
 * of a container. Prints "READS read, BAD unparseable, MISSING missing".
 *
 * Exit: 0 all were whole, 1 some were not, 2 wrong usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "fsio.h"
#include "json.h"

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* An object with a default action: nothing that is cut short is one. */
static bool is_whole(const char *text, size_t len)
{
	auto_json struct scd_json json = { 0 };
	const struct scd_json_value *root;
	struct scd_error err;

	if (scd_json_parse(text, len, &json, &err) < 0)
		return false;
	root = scd_json_root(&json);
	if (!root || root->type != SCD_JSON_OBJECT)
		return false;
	for (const struct scd_json_value *v = root->child; v; v = v->next)
		if (strcmp(v->key, "defaultAction") == 0)
			return v->type == SCD_JSON_STRING;
	return false;
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = stop };
	unsigned long reads = 0, bad = 0, missing = 0;

	if (argc < 2) {
		(void)fputs("usage: reader FILE...\n", stderr);
		return 2;
	}
	(void)sigaction(SIGTERM, &action, NULL);
	for (int i = 1; !stopped; i = i % (argc - 1) + 1) {
		auto_free char *text = NULL;
		struct scd_error err;
		size_t len;

		reads++;
		if (scd_read_file_at(AT_FDCWD, argv[i], true, SCD_PROFILE_MAX, &text, &len, &err) <
		    0)
			missing++;
		else if (!is_whole(text, len))
			bad++;
	}
	(void)printf("%lu read, %lu unparseable, %lu missing\n", reads, bad, missing);
	return bad > 0 || missing > 0;
}

/* SPDX-License-Identifier: MIT */
#include "adopt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bounds.h"
#include "disk.h"
#include "fsio.h"
#include "ledger.h"
#include "plan.h"

/* The last component of @name, and a descriptor of the directory that it is in. */
static int open_parent(int destination, const char *name, const char **base, struct scd_error *err)
{
	const char *slash = strrchr(name, '/');
	char path[SCD_NAME_MAX + 1];
	auto_close int fd = -1;

	*base = slash ? slash + 1 : name;
	(void)snprintf(path, sizeof(path), "%.*s", slash ? (int)(slash - name) : 0, name);
	fd = scd_open_dir_beneath(destination, path, err);
	if (fd < 0)
		return err->sys == ENOENT ? scd_fail(err, SCD_E_MISSING, 0, "no such directory")
					  : -1;
	return scd_disk_check(fd, err) < 0 ? -1 : scd_take_fd(&fd);
}

/* Why what lies there cannot be ours. 0 when it can. */
static int judge(const struct scd_disk_file *seen, struct scd_error *err)
{
	switch (seen->kind) {
	case SCD_DISK_ABSENT:
		return scd_fail(err, SCD_E_MISSING, 0, "no such file");
	case SCD_DISK_OTHER:
		return scd_fail(err, SCD_E_NOT_REGULAR, 0, "no regular file with one link");
	case SCD_DISK_UNREADABLE:
		return scd_fail(err, SCD_E_SYSTEM, seen->sys, "read it");
	case SCD_DISK_REGULAR:
		break;
	}
	if (!*seen->sha256)
		return scd_fail(err, SCD_E_TOO_LARGE, 0,
				"not readable for its owner, or over %zu bytes", SCD_PROFILE_MAX);
	return 0;
}

static int look(const struct scd_adopt_request *request, struct scd_adoption *item,
		struct scd_error *err)
{
	struct scd_disk_file seen;
	auto_close int dir = -1;
	const char *base;

	if (!scd_name_valid(item->name))
		return scd_fail(err, SCD_E_BAD_NAME, 0, "no name of a profile");
	dir = open_parent(request->destination, item->name, &base, err);
	if (dir < 0)
		return -1;
	scd_disk_observe(dir, base, &seen);
	if (judge(&seen, err) < 0)
		return -1;
	memcpy(item->sha256, seen.sha256, sizeof(item->sha256));
	return 0;
}

static int own(const struct scd_adopt_request *request, struct scd_adoption *item,
	       struct scd_ledger *ledger, struct scd_error *err)
{
	struct scd_owned *row = scd_ledger_find(ledger, item->name);

	item->owned = row && *row->sha256;
	row = scd_ledger_add(ledger, item->name);
	if (!row)
		return scd_fail(err, SCD_E_NOMEM, 0, "adopt");
	memcpy(row->sha256, item->sha256, sizeof(row->sha256));
	row->intent[0] = '\0';
	row->size = 0;
	row->adopted = false; /* that it lay there before us is no matter any more */
	if (row->installed_at == 0)
		row->installed_at = request->now;
	return 0;
}

static int load(const struct scd_adopt_request *request, struct scd_ledger *ledger,
		bool *was_corrupt, struct scd_error *err)
{
	*was_corrupt = false;
	if (scd_ledger_load(request->destination, ledger, err) < 0) {
		if (!scd_ledger_is_corrupt(err))
			return -1;
		*was_corrupt = true;
	}
	*was_corrupt |= ledger->corrupt_at != 0;
	return 0;
}

static int save(const struct scd_adopt_request *request, const struct scd_ledger *ledger,
		struct scd_error *err)
{
	auto_free char *text = NULL;
	size_t len = 0;

	text = scd_ledger_print(ledger, request->pod_uid, &len);
	if (!text)
		return scd_fail(err, SCD_E_NOMEM, 0, "adopt");
	if (len > SCD_STATE_FILE_MAX)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "the state file would be over %zu bytes",
				SCD_STATE_FILE_MAX);
	if (scd_disk_replace(request->destination, SCD_LEDGER_FILE, text, len, SCD_LEDGER_MODE) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '" SCD_LEDGER_FILE "'");
	return 0;
}

/* The mode that ours have. A daemon that watches takes it for a reason to look again, also
 * when it is the mode that the file has. */
static void set_mode(const struct scd_adopt_request *request, const struct scd_adoption *item)
{
	struct scd_error ignored;
	auto_close int dir = -1;
	const char *base;

	dir = open_parent(request->destination, item->name, &base, &ignored);
	if (dir >= 0)
		(void)!scd_disk_chmod(dir, base, SCD_PROFILE_MODE);
}

int scd_adopt(const struct scd_adopt_request *request, bool *was_corrupt, struct scd_error *err)
{
	auto_ledger struct scd_ledger ledger = { 0 };
	auto_close int lock = -1;
	bool refused = false;

	if (scd_disk_check(request->destination, err) < 0)
		return -1;
	if (!request->dry_run) {
		lock = scd_disk_lock(request->destination, SCD_LOCK_WAIT_SECONDS * 1000, err);
		if (lock < 0)
			return -1;
	}
	if (load(request, &ledger, was_corrupt, err) < 0)
		return -1;
	for (size_t i = 0; i < request->count; i++) {
		struct scd_adoption *item = &request->items[i];

		if (look(request, item, &item->refusal) < 0)
			refused = true;
		else if (own(request, item, &ledger, err) < 0)
			return -1;
	}
	if (refused || request->dry_run)
		return 0;
	ledger.corrupt_at = 0;
	if (save(request, &ledger, err) < 0)
		return -1;
	for (size_t i = 0; i < request->count; i++)
		set_mode(request, &request->items[i]);
	return 0;
}

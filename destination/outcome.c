/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

#define MAGIC UINT32_C(0x5c0e0001)

/* Most bytes of a reason with its NUL. */
#define REASON_SIZE 24
static_assert(sizeof(SCD_REASON_REMOVAL_BLOCKED) <= REASON_SIZE, "a reason fits");

struct head {
	uint32_t magic; /* written last: what is zero has not been finished */
	uint32_t failed;
	struct scd_error error; /* why there is no outcome, or the outcome's own */
	uint64_t count;
	uint64_t removals_blocked;
	uint64_t free_bytes;
	uint32_t ledger_corrupt;
	uint32_t grace_booked;
	uint32_t writable;
};

/* A result; its name follows, without a NUL. */
struct row {
	uint32_t op, phase, gone;
	int32_t sys;
	uint32_t name_len;
	char reason[REASON_SIZE];
	char sha256[SCD_SHA256_HEX];
};

/*
 * A name of the state file takes at least 80 bytes there beside itself, and no more than
 * twice that here. Pages that are never written cost nothing.
 */
size_t scd_outcome_bound(const struct scd_install_request *request)
{
	size_t size = sizeof(struct head) + 2 * SCD_STATE_FILE_MAX;

	static_assert(sizeof(struct row) <= 160, "the bound holds");
	for (size_t i = 0; i < request->snapshot->count; i++)
		size += sizeof(struct row) + strlen(request->snapshot->files[i].name);
	return size;
}

int scd_outcome_encode(const struct scd_install_outcome *outcome, const struct scd_error *failure,
		       void *bytes, size_t size)
{
	struct head head = { .magic = MAGIC, .failed = failure != NULL };
	size_t used = sizeof(head);
	char *out = bytes;

	if (size < sizeof(head))
		return -1;
	head.error = failure ? *failure : outcome->error;
	head.count = failure ? 0 : outcome->count;
	head.removals_blocked = outcome->removals_blocked;
	head.free_bytes = outcome->free_bytes;
	head.ledger_corrupt = outcome->ledger_corrupt;
	head.grace_booked = outcome->grace_booked;
	head.writable = outcome->writable;

	for (size_t i = 0; i < head.count; i++) {
		const struct scd_install_result *result = &outcome->results[i];
		struct row row = { .op = result->op,
				   .phase = result->phase,
				   .gone = result->gone,
				   .sys = result->sys };

		row.name_len = (uint32_t)strlen(result->name);
		memcpy(row.reason, result->reason, strnlen(result->reason, REASON_SIZE - 1));
		memcpy(row.sha256, result->installed_sha256, sizeof(row.sha256));
		if (size - used < sizeof(row) + row.name_len)
			return -1;
		memcpy(out + used, &row, sizeof(row));
		memcpy(out + used + sizeof(row), result->name, row.name_len);
		used += sizeof(row) + row.name_len;
	}
	memcpy(out, &head, sizeof(head));
	return 0;
}

static int corrupt(struct scd_error *err)
{
	return scd_fail(err, SCD_E_CORRUPT, 0, "the install child's outcome cannot be read");
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* Takes one result from @bytes of @size; its length, or 0. */
static size_t read_row(const char *bytes, size_t size, struct row *row)
{
	if (size < sizeof(*row))
		return 0;
	memcpy(row, bytes, sizeof(*row));
	if (row->op >= SCD_OP_COUNT || row->phase >= SCD_PHASE_COUNT ||
	    row->name_len > size - sizeof(*row) ||
	    memchr(bytes + sizeof(*row), '\0', row->name_len) ||
	    !is_text(row->reason, sizeof(row->reason)) ||
	    !is_text(row->sha256, sizeof(row->sha256)))
		return 0;
	return sizeof(*row) + row->name_len;
}

static int fill_result(const struct row *row, const char *name, struct scd_install_result *result)
{
	result->op = (enum scd_operation)row->op;
	result->phase = (enum scd_phase)row->phase;
	result->reason = scd_plan_reason(row->reason);
	result->sys = row->sys;
	result->gone = row->gone;
	memcpy(result->installed_sha256, row->sha256, sizeof(row->sha256));
	result->name = strndup(name, row->name_len);
	return result->name ? 0 : -1;
}

static int read_rows(const char *bytes, size_t size, uint64_t count,
		     struct scd_install_outcome *outcome, struct scd_error *err)
{
	if (count > size / sizeof(struct row))
		return corrupt(err);
	outcome->results = reallocarray(NULL, (size_t)count + 1, sizeof(outcome->results[0]));
	if (!outcome->results)
		return scd_fail(err, SCD_E_NOMEM, 0, "read the install child's outcome");
	for (size_t at = 0; outcome->count < count;) {
		struct row row;
		size_t len = read_row(bytes + at, size - at, &row);

		if (len == 0)
			return corrupt(err);
		if (fill_result(&row, bytes + at + sizeof(row), &outcome->results[outcome->count]) <
		    0)
			return scd_fail(err, SCD_E_NOMEM, 0, "read the install child's outcome");
		outcome->count++;
		at += len;
	}
	return 0;
}

int scd_outcome_decode(const void *bytes, size_t size, struct scd_install_outcome *outcome,
		       struct scd_error *err)
{
	struct head head;

	if (size < sizeof(head))
		return corrupt(err);
	memcpy(&head, bytes, sizeof(head));
	if (head.magic != MAGIC || (unsigned)head.error.code >= SCD_CODE_COUNT ||
	    !is_text(head.error.msg, sizeof(head.error.msg)))
		return corrupt(err);
	if (head.failed) {
		*err = head.error;
		return -1;
	}
	if (read_rows((const char *)bytes + sizeof(head), size - sizeof(head), head.count, outcome,
		      err) < 0) {
		scd_install_outcome_done(outcome);
		return -1;
	}
	outcome->error = head.error;
	outcome->removals_blocked = (size_t)head.removals_blocked;
	outcome->free_bytes = head.free_bytes;
	outcome->ledger_corrupt = head.ledger_corrupt;
	outcome->grace_booked = head.grace_booked;
	outcome->writable = head.writable;
	return 0;
}

void scd_install_outcome_done(struct scd_install_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++)
		free(outcome->results[i].name);
	free(outcome->results);
	*outcome = (struct scd_install_outcome){ 0 };
}

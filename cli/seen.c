/* SPDX-License-Identifier: MIT */
#include "seen.h"

#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "fsio.h"
#include "names.h"

#define BUCKETS ((size_t)16384) /* a power of two, over SCD_SEEN_ROWS_MAX */

uint32_t scd_call_token(const struct scd_call *call)
{
	return call->arch == SCMP_ARCH_X86_64 && call->nr >= 0 && ((uint32_t)call->nr & SCD_X32_BIT)
		       ? SCMP_ARCH_X32
		       : call->arch;
}

static size_t bucket_of(const struct scd_seen_row *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const uint64_t words[] = { key->arch, (uint64_t)key->nr, key->action, key->value };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) & (BUCKETS - 1);
}

static bool same_kind(const struct scd_seen_row *a, const struct scd_seen_row *b)
{
	return a->nr == b->nr && a->arch == b->arch && a->action == b->action &&
	       a->value == b->value;
}

static void read_comm(pid_t tid, char out[SCD_COMM_SIZE])
{
	auto_free char *text = NULL;
	struct scd_error err;
	char path[64];
	size_t len;

	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)tid);
	out[0] = '\0';
	if (scd_read_file_at(AT_FDCWD, path, false, SCD_COMM_SIZE, &text, &len, &err) < 0)
		return;
	(void)snprintf(out, SCD_COMM_SIZE, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool make_room(struct scd_seen *seen)
{
	const size_t cap = seen->cap ? seen->cap * 2 : 256;
	struct scd_seen_row *bigger;

	if (!seen->index)
		seen->index = calloc(BUCKETS, sizeof(*seen->index));
	if (!seen->index || seen->count == SCD_SEEN_ROWS_MAX)
		return false;
	if (seen->count < seen->cap)
		return true;
	bigger = realloc(seen->rows, cap * sizeof(*bigger));
	if (!bigger)
		return false;
	seen->rows = bigger;
	seen->cap = cap;
	return true;
}

/* The bucket of @key's row, or the empty one where it belongs. */
static unsigned *find(const struct scd_seen *seen, const struct scd_seen_row *key)
{
	size_t at = bucket_of(key);

	while (seen->index[at] && !same_kind(&seen->rows[seen->index[at] - 1], key))
		at = (at + 1) & (BUCKETS - 1);
	return &seen->index[at];
}

struct scd_seen_row *scd_seen_add(struct scd_seen *seen, const struct scd_call *call,
				  uint32_t action, uint64_t value)
{
	struct scd_seen_row key = {
		.arch = scd_call_token(call), .nr = call->nr, .action = action, .value = value
	};
	unsigned *bucket = seen->index ? find(seen, &key) : NULL;

	if (!bucket || !*bucket) {
		if (!make_room(seen)) {
			seen->lost++;
			return NULL;
		}
		key.name = seccomp_syscall_resolve_num_arch(key.arch, key.nr);
		key.tid = call->tid;
		read_comm(call->tid, key.comm);
		seen->rows[seen->count++] = key;
		bucket = find(seen, &key);
		*bucket = (unsigned)seen->count;
	}
	seen->rows[*bucket - 1].count++;
	return &seen->rows[*bucket - 1];
}

void scd_seen_example(struct scd_seen_row *row, const struct scd_call *call)
{
	auto_buf struct scd_buf text = scd_buf_init(SCD_CALL_TEXT_MAX);

	if (row->example_count == SCD_SEEN_EXAMPLES || row->looks++ >= SCD_SEEN_LOOKS)
		return;
	scd_call_text(call, row->name, &text);
	for (size_t i = 0; i < row->example_count; i++)
		if (strcmp(row->examples[i], scd_buf_text(&text)) == 0)
			return;
	row->examples[row->example_count] = strdup(scd_buf_text(&text));
	if (row->examples[row->example_count])
		row->example_count++;
}

void scd_seen_done(struct scd_seen *seen)
{
	for (size_t i = 0; i < seen->count; i++) {
		free(seen->rows[i].name);
		for (size_t j = 0; j < seen->rows[i].example_count; j++)
			free(seen->rows[i].examples[j]);
	}
	free(seen->rows);
	free(seen->index);
	*seen = (struct scd_seen){ 0 };
}

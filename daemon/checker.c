/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

#include "check_opts.h"
#include "digest.h"
#include "sorted.h"

/* So many checks of a text have to die before that is taken for its fault: the machine may have
 * been short of memory, and have had some again when we looked. */
#define ENOUGH_DEATHS 2

enum stage {
	QUEUED,
	RUNNING,
	JUDGED
};

struct entry {
	char sha256[SCD_SHA256_HEX];
	enum stage stage;
	const char *text; /* while QUEUED */
	size_t len;
	bool degraded;
	unsigned deaths;	  /* of checks of it in a row; at most ENOUGH_DEATHS */
	unsigned syncs;		  /* that have begun since it was judged */
	bool has_verdict;	  /* JUDGED, or being judged again; not after a first crash */
	struct scd_report report; /* if so */
};

/* A running check. Its entry is found by digest: the table may have moved, or forgotten it. */
struct slot {
	struct scd_checker *checker;
	struct scd_jail jail; /* .pid 0: free */
	char sha256[SCD_SHA256_HEX];
	bool stale; /* the options have changed since it began */
};

struct scd_checker {
	struct scd_children *children;
	struct scd_check_opts opts;
	scd_checker_fn *fn;
	void *arg;
	struct entry *entries; /* sorted by digest */
	size_t count, cap;
	size_t kept; /* bytes of all findings */
	struct slot slots[SCD_CHECKS_AT_ONCE];
};

static int compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct entry *)entry)->sha256);
}

static struct entry *find(const struct scd_checker *checker, const char *sha256)
{
	if (checker->count == 0)
		return NULL;
	return bsearch(sha256, checker->entries, checker->count, sizeof(*checker->entries),
		       compare);
}

/* What a report's findings take in memory, about. */
static size_t report_size(const struct scd_report *report)
{
	size_t size = 0;

	for (size_t i = 0; i < report->count; i++)
		size += sizeof(report->items[i]) + strlen(report->items[i].message) +
			strlen(report->items[i].pointer) + 2;
	return size;
}

static void drop_verdict(struct scd_checker *checker, struct entry *entry)
{
	checker->kept -= report_size(&entry->report);
	scd_report_done(&entry->report);
	entry->has_verdict = false;
}

static void remove_entry(struct scd_checker *checker, struct entry *entry)
{
	size_t after = checker->count - 1 - (size_t)(entry - checker->entries);

	drop_verdict(checker, entry);
	memmove(entry, entry + 1, after * sizeof(*entry));
	checker->count--;
}

/* No check was made of an entry that was to be judged. A verdict from before stands. */
static void give_up(struct scd_checker *checker, struct entry *entry)
{
	if (entry->has_verdict)
		entry->stage = JUDGED;
	else
		remove_entry(checker, entry);
}

int scd_checker_new(struct scd_children *children, const struct scd_check_opts *opts,
		    scd_checker_fn *fn, void *arg, struct scd_checker **checker,
		    struct scd_error *err)
{
	struct scd_checker *out = calloc(1, sizeof(*out));

	if (!out)
		return scd_fail(err, SCD_E_NOMEM, 0, "checker");
	out->children = children;
	out->opts = *opts;
	out->fn = fn;
	out->arg = arg;
	*checker = out;
	return 0;
}

/* May another check of the same text say something else? */
static bool is_unsure(const struct entry *entry)
{
	return entry->degraded || (entry->deaths > 0 && entry->deaths < ENOUGH_DEATHS);
}

/* Has those judged again at the next sync whose checks died: who asks may have found them memory.
 */
static void doubt_deaths(struct scd_checker *checker)
{
	for (size_t i = 0; i < checker->count; i++) {
		struct entry *entry = &checker->entries[i];

		if (entry->deaths == 0)
			continue;
		entry->deaths = 1;
		entry->syncs = 1;
	}
}

bool scd_checker_set_opts(struct scd_checker *checker, const struct scd_check_opts *opts)
{
	if (scd_check_opts_equal(&checker->opts, opts)) {
		doubt_deaths(checker);
		return false;
	}
	for (size_t i = 0; i < SCD_CHECKS_AT_ONCE; i++)
		checker->slots[i].stale = checker->slots[i].jail.pid != 0;
	while (checker->count > 0)
		remove_entry(checker, &checker->entries[checker->count - 1]);
	checker->opts = *opts;
	return true;
}

const struct scd_check_opts *scd_checker_opts(const struct scd_checker *checker)
{
	return &checker->opts;
}

int scd_checker_want(struct scd_checker *checker, const char *sha256, const char *text, size_t len,
		     struct scd_error *err)
{
	struct entry *entry = find(checker, sha256);
	size_t at;

	if (entry && entry->stage == JUDGED &&
	    (!entry->has_verdict || (is_unsure(entry) && entry->syncs > 1))) {
		entry->stage = QUEUED; /* again */
		entry->text = text;
		entry->len = len;
	}
	if (entry)
		return 0;
	if (checker->count == checker->cap) {
		size_t cap = checker->cap ? checker->cap * 2 : 16;

		entry = realloc(checker->entries, cap * sizeof(*entry));
		if (!entry)
			return scd_fail(err, SCD_E_NOMEM, 0, "%zu verdicts", cap);
		checker->entries = entry;
		checker->cap = cap;
	}
	at = scd_sorted_place(sha256, checker->entries, checker->count, sizeof(*checker->entries),
			      compare);
	entry = &checker->entries[at];
	memmove(entry + 1, entry, (checker->count - at) * sizeof(*entry));
	*entry = (struct entry){ .stage = QUEUED, .text = text, .len = len };
	memcpy(entry->sha256, sha256, sizeof(entry->sha256));
	checker->count++;
	return 0;
}

/* As many findings as anybody is shown; one where thousands of profiles have many. */
static void trim(struct scd_checker *checker, struct scd_report *report)
{
	scd_report_trim(report,
			checker->kept > SCD_FINDINGS_BYTES_MAX ? 1 : SCD_STATUS_FINDINGS_MAX);
	checker->kept += report_size(report);
}

/* Counts a check that reached a verdict among the deaths of its entry, or ends their row. A first
 * crash is no verdict yet. One whose time is over is, as another would take as long again; it is
 * only once looked at anew. */
static int note_death(struct entry *entry, enum scd_jail_result result, struct scd_error *err)
{
	if (result != SCD_JAIL_CRASH && result != SCD_JAIL_TIMEOUT) {
		entry->deaths = 0;
		return 0;
	}
	if (entry->deaths < ENOUGH_DEATHS)
		entry->deaths++;
	if (result == SCD_JAIL_TIMEOUT || entry->deaths == ENOUGH_DEATHS)
		return 0;
	return scd_fail(err, SCD_E_SYSTEM, 0, "a check crashed: it is made once more");
}

static void take_verdict(struct scd_checker *checker, struct entry *entry,
			 struct scd_report *report, bool degraded)
{
	drop_verdict(checker, entry);
	entry->stage = JUDGED;
	entry->degraded = degraded;
	entry->syncs = 0;
	entry->has_verdict = true;
	trim(checker, report);
	entry->report = *report;
	*report = (struct scd_report){ 0 }; /* the entry's now */
}

/* The check in @slot has ended. */
static void on_end(int status, bool timed_out, void *arg)
{
	struct slot *slot = arg;
	struct scd_checker *checker = slot->checker;
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result = SCD_JAIL_CRASH;
	struct scd_error err = { 0 };
	struct entry *entry;
	bool degraded = false, stale = slot->stale;
	int rc;

	rc = scd_jail_finish(&slot->jail, status, timed_out, &report, &result, &degraded, &err);
	entry = stale ? NULL : find(checker, slot->sha256);
	slot->stale = false;
	if (entry && rc < 0)
		give_up(checker, entry); /* the next sync asks again */
	else if (entry && note_death(entry, result, &err) < 0)
		entry->stage = JUDGED; /* as well; what it has come to is remembered */
	else if (entry)
		take_verdict(checker, entry, &report, degraded);
	scd_checker_run(checker);
	if (!stale)
		checker->fn(result, &err, checker->arg);
}

static int begin(struct scd_checker *checker, struct slot *slot, struct entry *entry,
		 struct scd_error *err)
{
	bool degraded;
	enum scd_jail_result result;
	auto_report struct scd_report report = { 0 };

	if (scd_jail_start(entry->text, entry->len, &checker->opts, &slot->jail, err) < 0)
		return -1;
	slot->checker = checker;
	memcpy(slot->sha256, entry->sha256, sizeof(slot->sha256));
	if (scd_children_watch(checker->children, slot->jail.pid, SCD_CHECK_WALL_SECONDS, on_end,
			       slot, err) < 0) {
		struct scd_error ignored;
		const int status = scd_child_end(slot->jail.pid);

		(void)!scd_jail_finish(&slot->jail, status, true, &report, &result, &degraded,
				       &ignored);
		return -1;
	}
	entry->stage = RUNNING;
	entry->text = NULL; /* the child has its own copy */
	return 0;
}

/* Who has no verdict is judged first; then the shortest text, as what takes long is rarely short,
 * and nobody shall wait behind it. */
static bool comes_before(const struct entry *a, const struct entry *b)
{
	return a->has_verdict != b->has_verdict ? b->has_verdict : a->len < b->len;
}

/* The text to judge next, or NULL; with @again also one that has a verdict. */
static struct entry *pick(const struct scd_checker *checker, bool again)
{
	struct entry *best = NULL;

	for (size_t i = 0; i < checker->count; i++) {
		struct entry *entry = &checker->entries[i];

		if (entry->stage == QUEUED && (again || !entry->has_verdict) &&
		    (!best || comes_before(entry, best)))
			best = entry;
	}
	return best;
}

void scd_checker_run(struct scd_checker *checker)
{
	for (size_t i = 0; i < SCD_CHECKS_AT_ONCE; i++) {
		struct scd_error err = { 0 };
		struct entry *next;

		if (checker->slots[i].jail.pid != 0)
			continue;
		/* The first place is kept free for texts that have no verdict. */
		next = pick(checker, i > 0);
		if (!next)
			continue;
		if (begin(checker, &checker->slots[i], next, &err) < 0) {
			/* No process to be had: the next sync asks again. */
			give_up(checker, next);
			checker->fn(SCD_JAIL_CRASH, &err, checker->arg);
			return;
		}
	}
}

const struct scd_report *scd_checker_verdict(const struct scd_checker *checker, const char *sha256)
{
	const struct entry *entry = find(checker, sha256);

	return entry && entry->has_verdict ? &entry->report : NULL;
}

bool scd_checker_has_queue(const struct scd_checker *checker)
{
	for (size_t i = 0; i < checker->count; i++)
		if (checker->entries[i].stage == QUEUED)
			return true;
	return false;
}

bool scd_checker_idle(const struct scd_checker *checker)
{
	for (size_t i = 0; i < checker->count; i++)
		if (checker->entries[i].stage != JUDGED)
			return false;
	return true;
}

bool scd_checker_degraded(const struct scd_checker *checker)
{
	for (size_t i = 0; i < checker->count; i++)
		if (checker->entries[i].degraded)
			return true;
	return false;
}

void scd_checker_clear_queue(struct scd_checker *checker)
{
	for (size_t i = checker->count; i-- > 0;)
		if (checker->entries[i].stage == QUEUED)
			give_up(checker, &checker->entries[i]);
}

void scd_checker_forget(struct scd_checker *checker, bool (*wanted)(const char *sha256, void *arg),
			void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < checker->count; i++) {
		struct entry *entry = &checker->entries[i];

		if (entry->stage == JUDGED && !wanted(entry->sha256, arg)) {
			drop_verdict(checker, entry);
		} else {
			entry->syncs++;
			checker->entries[kept++] = *entry;
		}
	}
	checker->count = kept;
}

void scd_checker_free(struct scd_checker **checker)
{
	if (!*checker)
		return;
	while ((*checker)->count > 0)
		remove_entry(*checker, &(*checker)->entries[(*checker)->count - 1]);
	free((*checker)->entries);
	free(*checker);
	*checker = NULL;
}

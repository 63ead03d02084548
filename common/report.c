/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "text.h"

/* The layout on the wire, all numbers little-endian:
 *   magic, flags, bpf_insns, crun_key, errno_key, total, one count per severity, number of
 * findings; per finding: rule, severity, line, column, pointer, message with a text as its length
 * and its bytes. Nothing may follow. */
#define WIRE_MAGIC 0x31524353u /* "SCR1" */
#define WIRE_FAILED 1u
#define WIRE_HEAD (4 + 1 + 4 + 8 + 8 + 8 + 8 * SCD_SEVERITY_COUNT + 2)
#define WIRE_FINDING (2 + 1 + 4 + 4 + 2 + 2)

static_assert(WIRE_HEAD + SCD_FINDINGS_MAX * (WIRE_FINDING + SCD_POINTER_MAX + SCD_MESSAGE_MAX) <=
		      SCD_REPORT_WIRE_MAX,
	      "the longest report fits on the wire");

/* Control characters, of C1 too: none of them may reach a terminal or a log. */
static bool is_control(const char *text, size_t len)
{
	unsigned char c = (unsigned char)text[0];

	return c < 0x20 || c == 0x7f || (len == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* Printable UTF-8 through and through. */
static bool text_is_clean(const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = scd_utf8_length(text, len);
		if (n == 0 || is_control(text, n))
			return false;
	}
	return true;
}

/* Makes @text clean in place: whoever quotes carelessly harms only the look. */
static void clean_text(char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		size_t n = scd_utf8_length(text, len);

		if (n == 0) {
			n = 1;
			*text = '?';
		} else if (is_control(text, n)) {
			memset(text, '?', n);
		}
		text += n;
		len -= n;
	}
}

/* What fits of @text, whole characters, ending in "…" when it was cut. */
static void cut_message(char *text, size_t len)
{
	static const char mark[] = "…";
	size_t end = SCD_MESSAGE_MAX - (sizeof(mark) - 1);

	if (len <= SCD_MESSAGE_MAX)
		return;
	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, mark, sizeof(mark));
}

/* A pointer that is too long names the nearest ancestor that fits. */
static char *copy_pointer(const char *pointer)
{
	size_t len = pointer ? strlen(pointer) : 0;
	char *copy;

	if (len > SCD_POINTER_MAX) {
		len = SCD_POINTER_MAX;
		while (len > 0 && pointer[len] != '/')
			len--;
	}
	copy = strndup(pointer ? pointer : "", len);
	if (copy)
		clean_text(copy);
	return copy;
}

static char *format_message(const char *fmt, va_list ap) SCD_PRINTF(1, 0);
static char *format_message(const char *fmt, va_list ap)
{
	char text[SCD_MESSAGE_MAX + 1];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	if (n < 0)
		return NULL;
	cut_message(text, (size_t)n);
	clean_text(text);
	return strdup(text);
}

static void free_finding(struct scd_finding *finding)
{
	free(finding->pointer);
	free(finding->message);
}

/* The last of the least severe findings, when it is below @severity; or NULL. */
static struct scd_finding *find_lesser(const struct scd_report *report, enum scd_severity severity)
{
	struct scd_finding *lesser = NULL;

	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity < severity &&
		    (!lesser || report->items[i].severity <= lesser->severity))
			lesser = &report->items[i];
	return lesser;
}

/* Takes the texts of @finding over, or frees them. */
static void keep_finding(struct scd_report *report, struct scd_finding finding)
{
	struct scd_finding *items;

	if (report->count == SCD_FINDINGS_MAX) {
		struct scd_finding *lesser = NULL;

		if (finding.severity == SCD_ERROR)
			lesser = find_lesser(report, SCD_ERROR);
		if (!lesser) {
			free_finding(&finding);
			return;
		}
		/* The newcomer goes last, so that equal places stay in the order of adding. */
		free_finding(lesser);
		memmove(lesser, lesser + 1,
			(size_t)(report->items + --report->count - lesser) * sizeof(*lesser));
	}
	items = reallocarray(report->items, report->count + 1, sizeof(*items));
	if (!items) {
		free_finding(&finding);
		report->failed = true;
		return;
	}
	report->items = items;
	items[report->count++] = finding;
}

void scd_report_add(struct scd_report *report, enum scd_rule_number rule,
		    enum scd_severity severity, struct scd_place place, const char *fmt, ...)
{
	struct scd_finding finding = {
		.rule = scd_rule_get(rule),
		.severity = severity,
		.line = place.line,
		.column = place.column,
	};
	va_list ap;

	assert(finding.rule && (unsigned)severity < SCD_SEVERITY_COUNT);
	report->total++;
	report->by_severity[severity]++;

	va_start(ap, fmt);
	finding.message = format_message(fmt, ap);
	va_end(ap);
	finding.pointer = copy_pointer(place.pointer);
	if (!finding.message || !finding.pointer) {
		free_finding(&finding);
		report->failed = true;
		return;
	}
	keep_finding(report, finding);
}

static bool comes_before(const struct scd_finding *a, const struct scd_finding *b)
{
	if (a->line != b->line)
		return a->line < b->line;
	if (a->column != b->column)
		return a->column < b->column;
	return a->rule->number < b->rule->number;
}

/* By insertion: stable, allocates nothing, and the list is short. */
void scd_report_sort(struct scd_report *report)
{
	for (size_t i = 1; i < report->count; i++) {
		struct scd_finding moved = report->items[i];
		size_t at = i;

		for (; at > 0 && comes_before(&moved, &report->items[at - 1]); at--)
			report->items[at] = report->items[at - 1];
		report->items[at] = moved;
	}
}

/* Hand a report to the caller: the local is disarmed. */
static struct scd_report take_report(struct scd_report *report)
{
	struct scd_report taken = *report;

	*report = (struct scd_report){ 0 };
	return taken;
}

struct writer {
	unsigned char *bytes;
	size_t size;
	size_t used; /* over size: it did not fit */
};

static void put_bytes(struct writer *out, const void *data, size_t len)
{
	if (out->used <= out->size && len <= out->size - out->used)
		memcpy(out->bytes + out->used, data, len);
	out->used += len;
}

static void put_number(struct writer *out, uint64_t value, unsigned width)
{
	unsigned char bytes[8];

	for (unsigned i = 0; i < width; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
	put_bytes(out, bytes, width);
}

static void put_text(struct writer *out, const char *text)
{
	size_t len = strlen(text);

	put_number(out, len, 2);
	put_bytes(out, text, len);
}

size_t scd_report_encode(const struct scd_report *report, void *bytes, size_t size)
{
	struct writer out = { .bytes = bytes, .size = size };

	put_number(&out, WIRE_MAGIC, 4);
	put_number(&out, report->failed ? WIRE_FAILED : 0, 1);
	put_number(&out, report->bpf_insns, 4);
	put_number(&out, report->crun_key, 8);
	put_number(&out, report->errno_key, 8);
	put_number(&out, report->total, 8);
	for (size_t i = 0; i < SCD_SEVERITY_COUNT; i++)
		put_number(&out, report->by_severity[i], 8);
	put_number(&out, report->count, 2);
	for (size_t i = 0; i < report->count; i++) {
		const struct scd_finding *finding = &report->items[i];

		put_number(&out, finding->rule->number, 2);
		put_number(&out, finding->severity, 1);
		put_number(&out, finding->line, 4);
		put_number(&out, finding->column, 4);
		put_text(&out, finding->pointer);
		put_text(&out, finding->message);
	}
	return out.used <= size ? out.used : 0;
}

struct reader {
	const unsigned char *bytes;
	size_t left;
	bool bad;     /* something was not as encode() writes it; sticks */
	bool no_room; /* out of memory; sticks */
};

static uint64_t get_number(struct reader *in, unsigned width)
{
	uint64_t value = 0;

	if (in->left < width) {
		in->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < width; i++)
		value |= (uint64_t)in->bytes[i] << (8 * i);
	in->bytes += width;
	in->left -= width;
	return value;
}

static char *get_text(struct reader *in, size_t max)
{
	size_t len = get_number(in, 2);
	const char *start = (const char *)in->bytes;
	char *text;

	if (in->bad || len > max || len > in->left || !text_is_clean(start, len)) {
		in->bad = true;
		return NULL;
	}
	in->bytes += len;
	in->left -= len;
	text = strndup(start, len);
	if (!text)
		in->no_room = true;
	return text;
}

static void get_finding(struct reader *in, struct scd_finding *finding)
{
	uint64_t severity;

	finding->rule = scd_rule_get((unsigned)get_number(in, 2));
	severity = get_number(in, 1);
	finding->line = (unsigned)get_number(in, 4);
	finding->column = (unsigned)get_number(in, 4);
	if (!finding->rule || severity >= SCD_SEVERITY_COUNT)
		in->bad = true;
	else
		finding->severity = (enum scd_severity)severity;
	finding->pointer = get_text(in, SCD_POINTER_MAX);
	finding->message = get_text(in, SCD_MESSAGE_MAX);
}

/* What scd_report_add() keeps true: the counts agree with each other and with the list. */
static bool counts_agree(const struct scd_report *report)
{
	size_t kept = report->total < SCD_FINDINGS_MAX ? report->total : SCD_FINDINGS_MAX;
	size_t rest = report->total;
	size_t seen[SCD_SEVERITY_COUNT] = { 0 };

	for (size_t i = 0; i < report->count; i++)
		seen[report->items[i].severity]++;
	for (size_t i = 0; i < SCD_SEVERITY_COUNT; i++) {
		if (report->by_severity[i] > rest || seen[i] > report->by_severity[i])
			return false;
		rest -= report->by_severity[i];
	}
	return rest == 0 && (report->failed || report->count == kept);
}

static void get_report(struct reader *in, struct scd_report *report)
{
	uint64_t flags, count;

	if (get_number(in, 4) != WIRE_MAGIC)
		in->bad = true;
	flags = get_number(in, 1);
	report->failed = flags == WIRE_FAILED;
	report->bpf_insns = get_number(in, 4);
	report->crun_key = get_number(in, 8);
	report->errno_key = get_number(in, 8);
	report->total = get_number(in, 8);
	for (size_t i = 0; i < SCD_SEVERITY_COUNT; i++)
		report->by_severity[i] = get_number(in, 8);
	count = get_number(in, 2);
	if (flags > WIRE_FAILED || count > SCD_FINDINGS_MAX || count > in->left / WIRE_FINDING)
		in->bad = true;
	if (in->bad || count == 0)
		return;

	report->items = calloc(count, sizeof(*report->items));
	if (!report->items) {
		in->no_room = true;
		return;
	}
	while (report->count < count && !in->bad && !in->no_room)
		get_finding(in, &report->items[report->count++]);
}

int scd_report_decode(const void *bytes, size_t len, struct scd_report *report,
		      struct scd_error *err)
{
	struct reader in = { .bytes = bytes, .left = len };
	auto_report struct scd_report got = { 0 };

	get_report(&in, &got);
	if (in.no_room)
		return scd_fail(err, SCD_E_NOMEM, 0, "read a report");
	if (in.bad || in.left > 0 || !counts_agree(&got))
		return scd_fail(err, SCD_E_CORRUPT, 0, "not a report");
	*report = take_report(&got);
	return 0;
}

static int copy_finding(const struct scd_finding *from, struct scd_finding *to)
{
	auto_free char *pointer = strdup(from->pointer);
	auto_free char *message = strdup(from->message);

	if (!pointer || !message)
		return -1;
	*to = *from;
	to->pointer = pointer;
	to->message = message;
	pointer = message = NULL; /* the report's now */
	return 0;
}

int scd_report_copy(const struct scd_report *from, struct scd_report *to)
{
	auto_report struct scd_report copy = *from;

	copy.count = 0;
	copy.items = NULL;
	if (from->count > 0) {
		copy.items = calloc(from->count, sizeof(*copy.items));
		if (!copy.items)
			return -1;
	}
	for (; copy.count < from->count; copy.count++)
		if (copy_finding(&from->items[copy.count], &copy.items[copy.count]) < 0)
			return -1;
	*to = take_report(&copy);
	return 0;
}

void scd_report_done(struct scd_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free_finding(&report->items[i]);
	free(report->items);
	*report = (struct scd_report){ 0 };
}

void scd_report_promote(struct scd_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].severity == SCD_WARNING)
			report->items[i].severity = SCD_ERROR;
	report->by_severity[SCD_ERROR] += report->by_severity[SCD_WARNING];
	report->by_severity[SCD_WARNING] = 0;
}

static void swap_findings(struct scd_finding *a, struct scd_finding *b)
{
	const struct scd_finding kept = *a;

	*a = *b;
	*b = kept;
}

void scd_report_trim(struct scd_report *report, size_t keep)
{
	size_t error = 0;

	if (report->count <= keep || keep == 0)
		return;
	while (error < report->count && report->items[error].severity != SCD_ERROR)
		error++;
	if (error >= keep && error < report->count)
		swap_findings(&report->items[keep - 1], &report->items[error]);
	while (report->count > keep) {
		const struct scd_finding *last = &report->items[--report->count];

		free(last->pointer);
		free(last->message);
	}
}

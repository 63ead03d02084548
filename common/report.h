/* SPDX-License-Identifier: MIT */
/* The verdict on one profile: a list of findings. Data, never an error. */
#ifndef SCD_REPORT_H
#define SCD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "rules.h"

/* One thing to say about a profile. */
struct scd_finding {
	const struct scd_rule *rule; /* static storage */
	enum scd_severity severity;  /* may differ from the rule's usual one */
	unsigned line;		     /* 1-based; 0 when the finding has no place */
	unsigned column;	     /* 1-based, in code points */
	char *pointer;		     /* RFC 6901, "/syscalls/3/names/0"; owned by the report */
	char *message;		     /* one English sentence, no newline; owned by the report */
};

struct scd_report {
	struct scd_finding *items;		/* in document order after scd_report_sort() */
	size_t count;				/* of items; at most SCD_FINDINGS_MAX */
	size_t total;				/* of all that was found */
	size_t by_severity[SCD_SEVERITY_COUNT]; /* of all that was found */
	size_t bpf_insns;   /* of the largest compiled filter; 0 when none compiled */
	uint64_t crun_key;  /* what crun's cache knows the profile by; 0: none was read */
	uint64_t errno_key; /* of the error numbers that it does not look at */
	bool failed;	    /* out of memory on the way: no verdict was reached */
};

/* Where in the text a finding stands; line 0 is "the profile as a whole". */
struct scd_place {
	unsigned line;
	unsigned column;
	const char *pointer; /* copied; NULL is "" */
};

/* Adds a finding. Running out of memory marks the report failed. Past
 * SCD_FINDINGS_MAX only errors displace lesser findings; all are counted. */
void scd_report_add(struct scd_report *report, enum scd_rule_number rule,
		    enum scd_severity severity, struct scd_place place, const char *fmt, ...)
	SCD_PRINTF(5, 6);

/* Puts the findings in order of line, column, rule. */
void scd_report_sort(struct scd_report *report) SCD_NONNULL;

/* Keeps at most @keep findings, the first ones, but an error when there was one; what was
 * counted stays counted. */
void scd_report_trim(struct scd_report *report, size_t keep) SCD_NONNULL;

/* Makes every warning an error: --strict. */
void scd_report_promote(struct scd_report *report) SCD_NONNULL;

/* True when nothing rejects the profile. */
static inline bool scd_report_accepts(const struct scd_report *report)
{
	return report->by_severity[SCD_ERROR] == 0;
}

/**
 * scd_report_encode() - write a report as bytes, for another process.
 * @report: what to write.
 * @bytes:  where to; at least SCD_REPORT_WIRE_MAX is always enough.
 * @size:   how many bytes there are.
 *
 * Return: bytes written, or 0 when @size was too small.
 */
size_t scd_report_encode(const struct scd_report *report, void *bytes,
			 size_t size) SCD_NONNULL SCD_MUST_CHECK;

/* Most bytes that scd_report_encode() writes. */
#define SCD_REPORT_WIRE_MAX ((size_t)64 << 10)

/**
 * scd_report_decode() - read what scd_report_encode() wrote.
 * @bytes:  not trusted: every size is checked, every string ended, control
 *          characters are refused.
 * @len:    how many bytes.
 * @report: zeroed or empty; set on success only; scd_report_done() it.
 *
 * Return: 0, or -1 with SCD_E_CORRUPT or SCD_E_NOMEM.
 */
int scd_report_decode(const void *bytes, size_t len, struct scd_report *report,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* Deep copy; @to is zeroed or empty. 0, or -1 when out of memory. */
int scd_report_copy(const struct scd_report *from,
		    struct scd_report *to) SCD_NONNULL SCD_MUST_CHECK;

/* Frees what the report owns and zeroes it; harmless on a zeroed one. */
void scd_report_done(struct scd_report *report) SCD_NONNULL;

#define auto_report SCD_CLEANUP(scd_report_done)

#endif

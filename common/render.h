/* SPDX-License-Identifier: MIT */
/* Verdicts on many profiles as text: for people and for programs, one row a format. */
#ifndef SCD_RENDER_H
#define SCD_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "check.h"
#include "digest.h"

/* One judged text. Borrows everything. */
struct scd_judged {
	const char *name;     /* a path, as people wrote it; any bytes */
	const char *object;   /* "ConfigMap web": what in the file; NULL: all of it */
	const char *key;      /* of a ConfigMap, or NULL */
	bool is_manifest;     /* not a profile: what stands around profiles */
	const char *settings; /* the file that says how it was judged, or NULL */
	const struct scd_check_opts *judged_with;
	const char *text; /* to quote lines from; NULL: none are quoted */
	size_t len;
	char sha256[SCD_SHA256_HEX];	 /* "" when the text could not be read */
	const struct scd_report *report; /* sorted; NULL: no verdict was reached */
	int fail_on; /* enum scd_severity: what fails it, beside what rejects it */
	const struct scd_error *trouble; /* why there is no verdict; else NULL */
};

/* How to show them. */
struct scd_render_opts {
	const struct scd_check_opts *judged_with;
	bool color;	 /* escape sequences for a terminal */
	bool show_notes; /* formats for programs always have them */
};

struct scd_tally {
	size_t files; /* list entries of the same name that follow each other are one */
	size_t profiles, accepted, rejected, unread;
	size_t by_severity[SCD_SEVERITY_COUNT]; /* findings, also those that were not kept */
};

/* Whether there is no verdict, or one that fails: the exit status is not 0 then. */
bool scd_judged_fails(const struct scd_judged *judged) SCD_NONNULL;

struct scd_tally scd_tally_of(const struct scd_judged *list, size_t count) SCD_NONNULL;

/* Every format: enum value, name of "-o name", function. The first is the default. */
#define SCD_FORMATS(ROW)                                    \
	ROW(SCD_FORMAT_HUMAN, "human", scd_render_human)    \
	ROW(SCD_FORMAT_JSON, "json", scd_render_json)       \
	ROW(SCD_FORMAT_JSONL, "jsonl", scd_render_jsonl)    \
	ROW(SCD_FORMAT_SARIF, "sarif", scd_render_sarif)    \
	ROW(SCD_FORMAT_GITHUB, "github", scd_render_github) \
	ROW(SCD_FORMAT_JUNIT, "junit", scd_render_junit)    \
	ROW(SCD_FORMAT_NAME, "name", scd_render_name)

#define SCD_FORMAT_VALUE(value, name, function) value,
enum scd_format {
	SCD_FORMATS(SCD_FORMAT_VALUE) SCD_FORMAT_COUNT
};

/* Writes the whole list to @out. Whether @out took it is for the caller to ask.
 * Return: 0, or -1 with SCD_E_NOMEM. */
#define SCD_FORMAT_PROTOTYPE(value, name, function)                                        \
	int function(const struct scd_judged *list, size_t count,                          \
		     const struct scd_render_opts *opts, FILE *out, struct scd_error *err) \
		SCD_NONNULL SCD_MUST_CHECK;
SCD_FORMATS(SCD_FORMAT_PROTOTYPE)

/* "2 files, 1 error, 0 warnings" and a newline. */
void scd_render_tally(const struct scd_tally *tally, bool show_notes, FILE *out) SCD_NONNULL;

/* A table in Markdown, for the summary page of a CI run. */
int scd_render_markdown(const struct scd_judged *list, size_t count,
			const struct scd_render_opts *opts, FILE *out,
			struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The same, in the format asked for. */
int scd_render(enum scd_format format, const struct scd_judged *list, size_t count,
	       const struct scd_render_opts *opts, FILE *out,
	       struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

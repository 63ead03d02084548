/* SPDX-License-Identifier: MIT */
/* What `record` says of what it saw: a summary for people, and a RecordReport. */
#ifndef SCD_RECORD_REPORT_H
#define SCD_RECORD_REPORT_H

#include "confine.h"
#include "recorder.h"
#include "report.h"

/* What is known when the command has ended. */
struct scd_record_outcome {
	struct scd_recorder recorder;
	struct scd_recording recording;
	struct scd_confine_end end;
	char *text; /* the profile */
	size_t len;
	struct scd_report report; /* what validate says of it */
};

/* How to say it. */
struct scd_record_story {
	const char *profile; /* its path, or "the profile" */
	const char *runtime; /* "crun", that started a container; NULL: it was a command */
	bool counts;	     /* list every call */
	bool no_new_privs;   /* was asked for */
};

/* For people, on standard error. */
void scd_record_print(const struct scd_record_story *story,
		      const struct scd_record_outcome *outcome) SCD_NONNULL;

/* A RecordReport, into the file @path. 0, or -1 with SCD_E_NOMEM or SCD_E_SYSTEM. */
int scd_record_write(const char *path, const struct scd_record_story *story,
		     const struct scd_record_outcome *outcome,
		     struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

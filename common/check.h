/* SPDX-License-Identifier: MIT */
/* Would the container runtimes load this seccomp profile, and mean what it says? */
#ifndef SCD_CHECK_H
#define SCD_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "error.h"
#include "report.h"

/* Who parses the file. */
enum scd_runtime {
	SCD_CONTAINERD = 1 << 0,
	SCD_CRI_O = 1 << 1,
	SCD_RUNTIME_ANY = SCD_CONTAINERD | SCD_CRI_O
};

/* Who loads it. */
enum scd_oci_runtime {
	SCD_RUNC = 1 << 0,
	SCD_CRUN = 1 << 1,
	SCD_OCI_RUNTIME_ANY = SCD_RUNC | SCD_CRUN
};

/* Most architectures that one check judges for. */
#define SCD_CHECK_ARCHS_MAX ((size_t)8)

/* Plain data: two equal ones (scd_check_opts_equal()) give equal verdicts on equal texts. */
struct scd_check_opts {
	unsigned runtimes;		     /* SCD_CONTAINERD | SCD_CRI_O; 0: any */
	unsigned oci_runtimes;		     /* SCD_RUNC | SCD_CRUN; 0: any */
	uint32_t archs[SCD_CHECK_ARCHS_MAX]; /* node architectures, SCMP_ARCH_*; */
	size_t arch_count;		     /* 0: this machine's */
	bool strict;			     /* warnings become errors */
	bool trial_load;    /* load the filter into this kernel; only a jail does that */
	bool seccomp_kills; /* who calls seccomp(2) here is killed for it: a jail does not */
	uint8_t disabled[SCD_RULE_NUMBER_MAX + 1]; /* by rule number: not 0 is "never report" */
};

/* Pins what libseccomp assumes of the kernel, so that a verdict depends on the
 * text and the options alone (libseccomp otherwise probes, and a container that
 * denies seccomp(2) makes LOG, KILL_PROCESS and NOTIFY look unknown). Call once
 * at start. */
void scd_check_init(void);

/**
 * scd_check_profile() - judge the text of one seccomp profile.
 * @json:   the text; not NUL-terminated; read only during the call.
 * @len:    its length in bytes. Over SCD_PROFILE_MAX is a finding.
 * @opts:   what to judge against.
 * @report: zeroed or empty; filled with findings in document order. The caller's,
 *          whatever is returned: scd_report_done() it.
 * @err:    set only when -1 is returned.
 *
 * A bad profile is an answer, not a failure: 0 is returned and
 * scd_report_accepts() is false. Reads no file, writes none (but for a memfd,
 * libseccomp's only way out), logs nothing, keeps no state. Can take minutes
 * and, in libseccomp 2.5.4, corrupt memory for a hostile profile: strangers'
 * texts go through scd_jail_start().
 *
 * Return: 0, or -1 with @err->code SCD_E_NOMEM (no verdict was reached) or
 * SCD_E_SYSTEM (libseccomp or the kernel failed; @err->sys is the errno).
 */
int scd_check_profile(const char *json, size_t len, const struct scd_check_opts *opts,
		      struct scd_report *report, struct scd_error *err) SCD_MUST_CHECK SCD_NONNULL;

struct scd_filter;

/* The same, and hands out the filter that the first selected OCI runtime (runc, crun) loads on
 * this machine, runc's stub included: zeroed before; left so when there is none. */
int scd_check_profile_filter(const char *json, size_t len, const struct scd_check_opts *opts,
			     struct scd_report *report, struct scd_filter *filter,
			     struct scd_error *err) SCD_MUST_CHECK SCD_NONNULL;

#endif

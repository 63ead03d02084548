/* SPDX-License-Identifier: MIT */
/* config.json of an OCI bundle: what of it matters for a start under another profile, and a copy
 * that is changed there and the same elsewhere, byte for byte. */
#ifndef SCD_BUNDLE_H
#define SCD_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "json.h"

/* Bytes of a config.json that are read. */
#define SCD_BUNDLE_CONFIG_MAX ((size_t)4 << 20)

struct scd_bundle {
	const char *text; /* the caller's */
	size_t len;
	struct scd_json json;
	const char *root; /* root.path, as it is written */
	bool terminal, no_new_privs;
	/* Values that are changed; NULL where there is none. */
	const struct scd_json_value *root_path, *process, *nnp, *linux_object, *seccomp,
		*cgroups_path, *mounts;
};

struct scd_bundle_changes {
	const char *dir;     /* where the bundle is: sources of bind mounts become absolute */
	const char *root;    /* the new root.path */
	const char *seccomp; /* JSON of the new linux.seccomp */
	bool no_new_privs;
	const char *cgroups_path; /* in place of one that is there, which may be in use */
};

/**
 * scd_bundle_read() - look at a config.json.
 * @text:   not NUL-terminated; has to outlive @bundle.
 * @bundle: scd_bundle_done() it, whatever is returned.
 *
 * Keys have to be written exactly as the specification does: runc would take others for the
 * same, and the first or the last of two.
 *
 * Return: 0, or -1 with SCD_E_CONFIG, SCD_E_TOO_LARGE or SCD_E_NOMEM.
 */
int scd_bundle_read(const char *text, size_t len, struct scd_bundle *bundle,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The changed text: @out is set on success only, free() it. 0, or -1 with SCD_E_NOMEM or
 * SCD_E_TOO_LARGE. */
int scd_bundle_change(const struct scd_bundle *bundle, const struct scd_bundle_changes *changes,
		      char **out, size_t *out_len,
		      struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

void scd_bundle_done(struct scd_bundle *bundle) SCD_NONNULL;

#define auto_bundle SCD_CLEANUP(scd_bundle_done)

#endif

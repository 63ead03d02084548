/* SPDX-License-Identifier: MIT */
/* A profile laid out in one way only: keys in one order, names sorted, two spaces a level. */
#ifndef SCD_CANON_H
#define SCD_CANON_H

#include "buf.h"
#include "json.h"

/* What the layout may cost: a text grows by its indentation alone. */
#define SCD_CANON_MAX ((size_t)64 << 20)

/**
 * scd_canon_print() - lay a profile out.
 * @json: a document without faults.
 * @text: what it was parsed from.
 * @out:  gets the text, with a newline at its end. Whether it took it is for the caller to ask.
 *
 * Keys that consumers read come in the order of common/keys, after those that nobody reads (a
 * comment explains what follows); the names of a rule are sorted, each once. Rules,
 * conditions and architectures stay in their order: theirs has a meaning. Numbers stay
 * as they are written. So the layout changes nothing that a runtime makes of the profile, and
 * laid out again a text stays what it is.
 *
 * Return: 0, or -1 with SCD_E_NOMEM.
 */
int scd_canon_print(const struct scd_json *json, const char *text, struct scd_buf *out,
		    struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The strict front of cJSON. A scanner of our own accepts RFC 8259 and nothing else
 * (cJSON takes BOMs, control characters, leading zeros, text after the end, bad
 * escapes), remembers where every value stands, and reads integers exactly (cJSON
 * rounds them to doubles). cJSON then decodes the strings. The only includer of
 * <cjson/cJSON.h> for reading.
 */
#ifndef SCD_JSON_H
#define SCD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "buf.h"
#include "error.h"

enum scd_json_type {
	SCD_JSON_NULL,
	SCD_JSON_BOOL,
	SCD_JSON_NUMBER,
	SCD_JSON_STRING,
	SCD_JSON_ARRAY,
	SCD_JSON_OBJECT
};

struct scd_json_value {
	enum scd_json_type type;
	bool is_uint;	    /* a NUMBER of digits alone that is at most 2^64-1 */
	bool boolean;	    /* of a BOOL */
	uint64_t uint;	    /* exact, when is_uint */
	const char *key;    /* decoded; NULL in an array and for the root */
	const char *string; /* of a STRING, decoded; holds no NUL */
	uint32_t at, end;   /* byte offsets of the value: first, one past the last */
	uint32_t key_at;    /* of the key's opening quote; equals at without a key */
	uint32_t count;	    /* elements of an ARRAY, members of an OBJECT */
	const struct scd_json_value *parent; /* NULL for the root */
	const struct scd_json_value *child;  /* first element or member */
	const struct scd_json_value *next;   /* after this one in its parent */
};

enum scd_json_fault_kind {
	SCD_JSON_FAULT_SYNTAX,	 /* not RFC 8259, or holds a NUL: no consumer can read it */
	SCD_JSON_FAULT_DISPUTED, /* not UTF-8, \u0000, half a surrogate pair, too deep, a number
				  * without end: Go's decoder takes it, as others do not */
	SCD_JSON_FAULT_DUPLICATE /* two keys of an object that Go's decoder takes for one */
};

struct scd_json_fault {
	enum scd_json_fault_kind kind;
	uint32_t at;			    /* byte offset */
	const struct scd_json_value *value; /* of a duplicate: the later one; else NULL */
	char msg[160];			    /* one English sentence, no newline, no full stop */
};

struct scd_json {
	struct scd_json_value *values; /* in document order; the root is the first */
	size_t count;		       /* 0 after a fault of syntax */
	struct scd_json_fault faults[SCD_JSON_FAULTS_MAX];
	size_t fault_count;
	void *tree; /* owns keys and strings */
};

/**
 * scd_json_parse() - read a text.
 * @text: not NUL-terminated; need not outlive the call. At most SCD_PROFILE_MAX or
 *        whatever the caller's limit is, and less than 4 GiB.
 * @json: zeroed; filled even when the text has faults; scd_json_done() it.
 *
 * Return: 0, also for a text with faults; -1 with SCD_E_NOMEM or SCD_E_TOO_LARGE.
 */
int scd_json_parse(const char *text, size_t len, struct scd_json *json,
		   struct scd_error *err) SCD_NONNULL SCD_MUST_CHECK;

/* The root, or NULL after a fault of syntax. */
const struct scd_json_value *scd_json_root(const struct scd_json *json) SCD_NONNULL;

/* The member of @object called @key exactly, or NULL; NULL too when it is no object. */
const struct scd_json_value *scd_json_get(const struct scd_json_value *object,
					  const char *key) SCD_NONNULL;

/* Adds the RFC 6901 pointer of @value ("" for the root). */
void scd_json_pointer(const struct scd_json_value *value, struct scd_buf *out) SCD_NONNULL;

/* Whether Go's decoder takes the two keys for one: ASCII letter case is folded, U+017F is
 * an s and U+212A a k (encoding/json, fold.go). */
bool scd_json_same_key(const char *a, const char *b) SCD_NONNULL;

/* "null", "a boolean", "a number", "a string", "a list", "an object". */
const char *scd_json_type_name(enum scd_json_type type);

void scd_json_done(struct scd_json *json) SCD_NONNULL;

#define auto_json SCD_CLEANUP(scd_json_done)

#endif

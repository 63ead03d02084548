/* SPDX-License-Identifier: MIT */
/* The JSON front: the scanner and cJSON agree, integers are exact, and a text that was
 * accepted can be written anew from the values and read back the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json.h"

/* Room for one digit more than 64 bits hold. */
__extension__ typedef unsigned __int128 wide_uint;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Values whose pointers are made: each costs the length of its list. */
#define POINTERS 32

static bool is_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0;
}

/* The integer computed in another way than the scanner does. */
static void check_number(const struct scd_json_value *value, const char *text)
{
	const char *digits = text + value->at;
	size_t len = value->end - value->at;
	wide_uint wide = 0;

	if (!is_digits(digits, len) || len > 30) {
		assert(!value->is_uint);
		return;
	}
	for (size_t i = 0; i < len; i++)
		wide = wide * 10 + (unsigned)(digits[i] - '0');
	assert(value->is_uint == (wide <= UINT64_MAX));
	assert(!value->is_uint || value->uint == (uint64_t)wide);
}

static void check_value(const struct scd_json *json, const struct scd_json_value *value,
			const char *text, size_t len)
{
	uint32_t children = 0;

	assert(value->at < value->end && value->end <= len && value->key_at <= value->at);
	assert((value == json->values) == (value->parent == NULL));
	assert(!value->parent ||
	       (value->parent->at < value->at && value->end < value->parent->end));
	assert((value->key != NULL) == (value->parent && value->parent->type == SCD_JSON_OBJECT));
	assert(!value->key || text[value->key_at] == '"');
	assert((value->string != NULL) == (value->type == SCD_JSON_STRING));
	for (const struct scd_json_value *v = value->child; v; v = v->next) {
		assert(v->parent == value && v > value);
		children++;
	}
	assert(children == value->count);
	if (value->type == SCD_JSON_NUMBER)
		check_number(value, text);
	if (value->type == SCD_JSON_BOOL)
		assert(value->boolean == (text[value->at] == 't'));
}

static void write_string(struct scd_buf *out, const char *text)
{
	scd_buf_putc(out, '"');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c == '"' || c == '\\')
			scd_buf_printf(out, "\\u%04x", c);
		else
			scd_buf_putc(out, *p);
	}
	scd_buf_putc(out, '"');
}

static void write_start(struct scd_buf *out, const struct scd_json_value *v, const char *text)
{
	if (v->parent && v != v->parent->child)
		scd_buf_putc(out, ',');
	if (v->key) {
		write_string(out, v->key);
		scd_buf_putc(out, ':');
	}
	if (v->type == SCD_JSON_OBJECT || v->type == SCD_JSON_ARRAY)
		scd_buf_putc(out, v->type == SCD_JSON_OBJECT ? '{' : '[');
	else if (v->type == SCD_JSON_STRING)
		write_string(out, v->string);
	else
		scd_buf_add(out, text + v->at, v->end - v->at);
}

/* The document anew, without blanks and with the plainest escapes. */
static void write_all(struct scd_buf *out, const struct scd_json *json, const char *text)
{
	const struct scd_json_value *v = json->values;

	while (v) {
		write_start(out, v, text);
		if (v->child) {
			v = v->child;
			continue;
		}
		if (v->type == SCD_JSON_OBJECT || v->type == SCD_JSON_ARRAY)
			scd_buf_putc(out, v->type == SCD_JSON_OBJECT ? '}' : ']');
		while (v && !v->next) {
			v = v->parent;
			if (v)
				scd_buf_putc(out, v->type == SCD_JSON_OBJECT ? '}' : ']');
		}
		if (v)
			v = v->next;
	}
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void check_rewritten(const struct scd_json *json, const char *text)
{
	auto_buf struct scd_buf again = scd_buf_init(SIZE_MAX / 2);
	auto_json struct scd_json copy = { 0 };
	struct scd_error err;

	write_all(&again, json, text);
	assert(!again.failed);
	assert(scd_json_parse(scd_buf_text(&again), again.len, &copy, &err) == 0);
	assert(copy.count == json->count && copy.fault_count == json->fault_count);
	for (size_t i = 0; i < json->count; i++) {
		const struct scd_json_value *x = &json->values[i], *y = &copy.values[i];

		assert(x->type == y->type && x->count == y->count && x->boolean == y->boolean);
		assert(x->is_uint == y->is_uint && x->uint == y->uint);
		assert(same_text(x->key, y->key) && same_text(x->string, y->string));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_json struct scd_json json = { 0 };
	const char *text = (const char *)data;
	struct scd_error err;

	/* -1 would mean that cJSON refused what the scanner had taken. */
	assert(scd_json_parse(text, size, &json, &err) == 0);
	for (size_t i = 0; i < json.fault_count; i++) {
		assert(json.faults[i].at <= size && *json.faults[i].msg);
		assert(strncmp(json.faults[i].msg, "two JSON readers", 16) != 0);
	}
	assert(scd_json_root(&json) || json.fault_count == 1);
	for (size_t i = 0; i < json.count; i++)
		check_value(&json, &json.values[i], text, size);
	for (size_t i = 0; i < json.count && i < POINTERS; i++) {
		auto_buf struct scd_buf pointer = scd_buf_init(size * 2 + SCD_JSON_DEPTH_MAX * 24);

		scd_json_pointer(&json.values[i], &pointer);
		assert(!pointer.failed && (i == 0) == (pointer.len == 0));
	}
	if (json.count)
		check_rewritten(&json, text);
	return 0;
}

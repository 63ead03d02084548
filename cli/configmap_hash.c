/* SPDX-License-Identifier: MIT */
#include "configmap_hash.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "buf.h"
#include "digest.h"

/* All that a ConfigMap holds, each byte escaped to six. */
#define TEXT_MAX ((size_t)8 << 20)

/* U+2028 and U+2029, which end a line in JavaScript: Go escapes them. */
static bool is_line_end(const char *text)
{
	return strncmp(text, "\xe2\x80\xa8", 3) == 0 || strncmp(text, "\xe2\x80\xa9", 3) == 0;
}

/* A string as Go's encoding/json writes it: <, > and & are escaped as well. */
static void add_string(struct scd_buf *out, const char *text)
{
	static const char plain[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";

	scd_buf_putc(out, '"');
	for (const char *c = text; *c; c++) {
		const char *known = strchr(plain, *c);

		if (known) {
			scd_buf_printf(out, "\\%c", letters[known - plain]);
		} else if ((unsigned char)*c < 0x20 || strchr("<>&", *c)) {
			scd_buf_printf(out, "\\u%04x", (unsigned)*c);
		} else if (is_line_end(c)) {
			scd_buf_puts(out, c[2] == '\xa8' ? "\\u2028" : "\\u2029");
			c += 2;
		} else {
			scd_buf_putc(out, *c);
		}
	}
	scd_buf_putc(out, '"');
}

static void add_data(struct scd_buf *out, const cJSON *data)
{
	const cJSON *item;

	scd_buf_puts(out, "{");
	cJSON_ArrayForEach(item, data)
	{
		if (item != data->child)
			scd_buf_putc(out, ',');
		add_string(out, item->string);
		scd_buf_putc(out, ':');
		add_string(out, item->valuestring);
	}
	scd_buf_puts(out, "}");
}

static char letter_of(char digit)
{
	switch (digit) {
	case '0':
		return 'g';
	case '1':
		return 'h';
	case '3':
		return 'k';
	case 'a':
		return 'm';
	case 'e':
		return 't';
	default:
		return digit;
	}
}

int scd_configmap_hash(const char *name, const cJSON *data, bool immutable,
		       char out[SCD_CONFIGMAP_HASH_SIZE], struct scd_error *err)
{
	auto_buf struct scd_buf text = scd_buf_init(TEXT_MAX);
	char digest[SCD_SHA256_HEX];

	scd_buf_puts(&text, "{\"data\":");
	add_data(&text, data);
	scd_buf_printf(&text, ",%s\"kind\":\"ConfigMap\",\"name\":",
		       immutable ? "\"immutable\":true," : "");
	add_string(&text, name);
	scd_buf_putc(&text, '}');
	if (text.failed)
		return scd_fail(err, SCD_E_NOMEM, 0, "hash a ConfigMap");
	scd_sha256_hex(text.data, text.len, digest);
	for (size_t i = 0; i < SCD_CONFIGMAP_HASH_SIZE - 1; i++)
		out[i] = letter_of(digest[i]);
	out[SCD_CONFIGMAP_HASH_SIZE - 1] = '\0';
	return 0;
}

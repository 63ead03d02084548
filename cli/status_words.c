/* SPDX-License-Identifier: MIT */
#include "status_words.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

/* Of 64 hexadecimal digits so many tell two files apart. */
#define DIGEST_SHOWN ((size_t)12)

const char *scd_status_string(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

const cJSON *scd_status_object(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsObject(item) ? item : NULL;
}

const cJSON *scd_status_array(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsArray(item) ? item : NULL;
}

bool scd_status_number(const cJSON *object, const char *key, uint64_t *number)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 9e15))
		return false;
	*number = (uint64_t)item->valuedouble;
	return true;
}

void scd_status_show(struct scd_buf *out, const char *text, size_t max)
{
	scd_text_show(out, text, strlen(text), max);
}

void scd_status_word(struct scd_buf *out, const char *text)
{
	if (text && text[0])
		scd_status_show(out, text, SCD_STATUS_WORD_MAX);
	else
		scd_buf_putc(out, '-');
}

/* "sha256:9c1f0a2b3c4d..." and "9c1f0a2b3c4d...", cut to what is shown. */
void scd_status_digest(struct scd_buf *out, const char *text)
{
	static const char prefix[] = "sha256:";
	char cut[DIGEST_SHOWN + 1];

	if (text && strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		text += sizeof(prefix) - 1;
	if (!text || strlen(text) < DIGEST_SHOWN) {
		scd_buf_putc(out, '-');
		return;
	}
	memcpy(cut, text, DIGEST_SHOWN);
	cut[DIGEST_SHOWN] = '\0';
	scd_status_word(out, cut);
}

void scd_status_count(struct scd_buf *out, const cJSON *object, const char *key)
{
	uint64_t count;

	if (scd_status_number(object, key, &count))
		scd_buf_printf(out, "%" PRIu64, count);
	else
		scd_buf_putc(out, '-');
}

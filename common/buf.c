/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for @more bytes and a NUL, or false and the buffer marked failed. */
static bool make_room(struct scd_buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 64;
	char *bigger;

	if (buf->failed)
		return false;
	if (more > buf->max - buf->len) {
		buf->failed = true;
		return false;
	}
	if (buf->data && buf->len + more < buf->cap)
		return true;
	while (cap <= buf->len + more)
		cap *= 2;

	bigger = realloc(buf->data, cap);
	if (!bigger) {
		buf->failed = true;
		buf->no_memory = true;
		return false;
	}
	buf->data = bigger;
	buf->cap = cap;
	return true;
}

void scd_buf_add(struct scd_buf *buf, const void *data, size_t len)
{
	if (!make_room(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void scd_buf_puts(struct scd_buf *buf, const char *text)
{
	scd_buf_add(buf, text, strlen(text));
}

void scd_buf_putc(struct scd_buf *buf, char c)
{
	scd_buf_add(buf, &c, 1);
}

void scd_buf_printf(struct scd_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !make_room(buf, (size_t)n)) {
		buf->failed = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)n;
}

const char *scd_buf_text(const struct scd_buf *buf)
{
	return buf->data ? buf->data : "";
}

char *scd_buf_take(struct scd_buf *buf)
{
	char *text;

	if (!buf->data)
		scd_buf_add(buf, "", 0);
	if (buf->failed)
		return NULL;
	text = buf->data;
	*buf = (struct scd_buf){ .max = buf->max };
	return text;
}

void scd_buf_done(struct scd_buf *buf)
{
	free(buf->data);
	*buf = (struct scd_buf){ .max = buf->max };
}

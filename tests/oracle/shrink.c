/* SPDX-License-Identifier: MIT */
#include "shrink.h"

#define TEXT_MAX ((size_t)4 << 20)

/* The text without one value, and without its key and a comma. */
static void write_without(const struct scd_json_value *gone, const struct scd_buf *text,
			  struct scd_buf *out)
{
	size_t from = gone->key_at, to = gone->end;

	if (gone->next) {
		to = gone->next->key_at;
	} else {
		for (const struct scd_json_value *v = gone->parent->child; v != gone; v = v->next)
			from = v->end;
	}
	scd_buf_add(out, text->data, from);
	scd_buf_add(out, text->data + to, text->len - to);
}

/* One value less, if that can be: from value @from on. The next to try, or 0 at the end. */
static size_t take_one(struct scd_buf *text, size_t from, scd_shrink_test *test, void *arg,
		       unsigned *tries)
{
	auto_json struct scd_json json = { 0 };
	struct scd_error err;

	if (scd_json_parse(scd_buf_text(text), text->len, &json, &err) < 0)
		return 0;
	for (size_t i = from; i<json.count && * tries> 0; i++) {
		auto_buf struct scd_buf less = scd_buf_init(TEXT_MAX);

		write_without(&json.values[i], text, &less);
		(*tries)--;
		if (less.failed || !test(scd_buf_text(&less), less.len, arg))
			continue;
		scd_buf_done(text);
		*text = less;
		less = scd_buf_init(0);
		return i;
	}
	return 0;
}

void scd_shrink(const char *text, size_t len, scd_shrink_test *test, void *arg, unsigned tries,
		struct scd_buf *out)
{
	auto_buf struct scd_buf now = scd_buf_init(TEXT_MAX);
	size_t before;

	scd_buf_add(&now, text, len);
	do {
		before = now.len;
		for (size_t from = 1; from > 0 && tries > 0;)
			from = take_one(&now, from, test, arg, &tries);
	} while (now.len < before && tries > 0);
	/* A value per line would be long: a rule per line. */
	for (size_t i = 0; i < now.len; i++) {
		scd_buf_putc(out, now.data[i]);
		if (i + 2 < now.len && now.data[i] == ',' && now.data[i + 1] == '{' &&
		    now.data[i - 1] == '}')
			scd_buf_puts(out, "\n ");
	}
	scd_buf_putc(out, '\n');
}

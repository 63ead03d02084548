/* SPDX-License-Identifier: MIT */
#include "call_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "call_args.h"
#include "siblings.h"
#include "syscalls.h"
#include "value.h"

#define ARGS_END 6

int scd_call_find(uint32_t arch, const char *word, char name[SCD_CALL_NAME_SIZE], int *nr,
		  struct scd_error *err)
{
	char near[SCD_SYSCALL_NAME_SIZE], shown[SCD_VALUE_SHOWN];
	uint64_t number;

	if (isdigit((unsigned char)*word)) {
		if (scd_value_uint(word, 0, SCD_X32_BIT - 1, &number, err) < 0)
			return -1;
		*nr = (int)number;
		if (arch == SCMP_ARCH_X32)
			*nr |= (int)SCD_X32_BIT;
		(void)scd_call_name(arch, *nr, name);
		return 0;
	}
	if (seccomp_syscall_resolve_name(word) != __NR_SCMP_ERROR) {
		(void)snprintf(name, SCD_CALL_NAME_SIZE, "%s", word);
		*nr = scd_call_number(arch, word);
		return 0;
	}
	if (scd_syscall_nearest(word, near))
		return scd_fail(err, SCD_E_CONFIG, 0,
				"%s is not a system call that libseccomp knows; did you mean %s?",
				scd_value_show(word, shown), near);
	return scd_fail(err, SCD_E_CONFIG, 0,
			"%s is not a system call that libseccomp knows; give its number",
			scd_value_show(word, shown));
}

/* Every name that the call's arguments have. */
static void list_args(uint32_t arch, const char *call, struct scd_buf *out)
{
	char name[SCD_CALL_ARG_NAME_SIZE];

	for (unsigned i = 0; i < ARGS_END; i++) {
		(void)scd_call_arg_name(arch, call, i, name);
		if (strncmp(name, "arg", 3) == 0 && isdigit((unsigned char)name[3]))
			continue;
		scd_buf_printf(out, "%s%s", out->len ? ", " : "", name);
	}
	scd_buf_puts(out, out->len ? ", or arg0 to arg5" : "arg0 to arg5");
}

int scd_call_read_arg(uint32_t arch, const char *call, const char *word, struct scd_known *known,
		      struct scd_error *err)
{
	auto_buf struct scd_buf names = scd_buf_init(512);
	const char *equals = strchr(word, '=');
	char name[SCD_CALL_ARG_NAME_SIZE], shown[SCD_VALUE_SHOWN];
	size_t len;
	int index;

	if (!equals)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is not ARG=VALUE",
				scd_value_show(word, shown));
	len = (size_t)(equals - word);
	while (len > 0 && word[len - 1] == ' ')
		len--;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, word);
	index = scd_call_arg_find(arch, call, name);
	if (index < 0) {
		list_args(arch, call, &names);
		return scd_fail(err, SCD_E_CONFIG, 0, "%s has no argument %s; it has %s", call,
				scd_value_show(name, shown), scd_buf_text(&names));
	}
	if (known->mask & (1U << index))
		return scd_fail(err, SCD_E_CONFIG, 0, "argument %d is given twice", index);
	known->mask |= 1U << index;
	return scd_constants_parse(arch, equals + 1, &known->args[index], err);
}

/* Cuts blanks off both ends. */
static char *trimmed(char *text)
{
	size_t len;

	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return text;
}

int scd_call_read(uint32_t arch, const char *text, char name[SCD_CALL_NAME_SIZE], int *nr,
		  struct scd_known *known, struct scd_error *err)
{
	char copy[SCD_CALL_TEXT_SIZE], shown[SCD_VALUE_SHOWN], *open, *word, *comma;
	size_t len = strlen(text);

	*known = (struct scd_known){ .bits = scd_arch_arg_mask(arch) };
	if (len >= sizeof(copy))
		return scd_fail(err, SCD_E_CONFIG, 0, "a call has at most %zu bytes",
				sizeof(copy) - 1);
	memcpy(copy, text, len + 1);
	word = trimmed(copy);
	open = strchr(word, '(');
	len = strlen(word);
	if (open && word[len - 1] != ')')
		return scd_fail(err, SCD_E_CONFIG, 0, "%s does not end with a )",
				scd_value_show(text, shown));
	if (open) {
		word[len - 1] = '\0';
		*open++ = '\0';
	}
	if (scd_call_find(arch, trimmed(word), name, nr, err) < 0)
		return -1;
	for (word = open; word && *trimmed(open); word = comma ? comma + 1 : NULL) {
		comma = strchr(word, ',');
		if (comma)
			*comma = '\0';
		if (scd_call_read_arg(arch, name, trimmed(word), known, err) < 0)
			return -1;
	}
	return 0;
}

bool scd_call_through(uint32_t arch, const char *name, struct scd_call *through,
		      struct scd_known *known)
{
	size_t count;
	const struct scd_multiplexed *rows = scd_multiplexed(&count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*through = (struct scd_call){ arch, rows[i].through,
					      scd_effect_nr(arch, rows[i].through) };
		*known = (struct scd_known){ .mask = 1,
					     .args = { rows[i].number },
					     .bits = scd_arch_arg_mask(arch) };
		return through->nr >= 0;
	}
	return false;
}

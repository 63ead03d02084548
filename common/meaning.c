/* SPDX-License-Identifier: MIT */
#include "meaning.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "text.h"
#include "value.h"

/* Error numbers that seccomp returns: kernel/seccomp.c, MAX_ERRNO. */
#define ERRNO_END 4096

static const char prefix[] = "SCMP_ACT_";

const char *scd_errno_name(uint32_t number)
{
	return number > 0 && number < ERRNO_END ? strerrorname_np((int)number) : NULL;
}

uint32_t scd_errno_number(const char *name)
{
	for (uint32_t i = 1; i < ERRNO_END; i++) {
		const char *known = scd_errno_name(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return 0;
}

const char *scd_action_brief(uint32_t action, char out[SCD_ACTION_BRIEF_SIZE])
{
	const struct scd_action *row = scd_action_of(action);
	const uint32_t data = action & 0xffff;
	const char *name = row && row->value == SCMP_ACT_ERRNO(0) ? scd_errno_name(data) : NULL;

	if (!row)
		(void)snprintf(out, SCD_ACTION_BRIEF_SIZE, "0x%08x", action);
	else if (name)
		(void)snprintf(out, SCD_ACTION_BRIEF_SIZE, "%s(%s)", row->name + sizeof(prefix) - 1,
			       name);
	else if (row->takes_errno)
		(void)snprintf(out, SCD_ACTION_BRIEF_SIZE, "%s(%u)", row->name + sizeof(prefix) - 1,
			       data);
	else
		(void)snprintf(out, SCD_ACTION_BRIEF_SIZE, "%s", row->name + sizeof(prefix) - 1);
	return out;
}

static const struct {
	uint32_t action;
	const char *words;
} meanings[] = {
	{ SCMP_ACT_ALLOW, "the call happens" },
	{ SCMP_ACT_LOG, "the call happens, and the kernel logs it" },
	{ SCMP_ACT_NOTIFY, "the process behind listenerPath decides; without one the call fails "
			   "with ENOSYS (Function not implemented)" },
	{ SCMP_ACT_TRAP, "the thread gets SIGSYS, which the program can handle" },
	{ SCMP_ACT_KILL_THREAD, "the calling thread dies of SIGSYS; the others go on" },
	{ SCMP_ACT_KILL_PROCESS, "the whole process dies of SIGSYS" },
};

void scd_action_add_meaning(struct scd_buf *out, uint32_t action)
{
	const uint32_t data = action & 0xffff;
	const char *name = scd_errno_name(data);

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].action == action) {
			scd_buf_puts(out, meanings[i].words);
			return;
		}
	if ((action & ~UINT32_C(0xffff)) == SCMP_ACT_TRACE(0))
		scd_buf_puts(out, "a tracer decides; a container has none, and the call fails with "
				  "ENOSYS (Function not implemented)");
	else if ((action & ~UINT32_C(0xffff)) != SCMP_ACT_ERRNO(0))
		scd_buf_puts(out, "no such action: the kernel kills the process");
	else if (data == 0)
		scd_buf_puts(out, "the call does nothing and reports success");
	else if (name)
		scd_buf_printf(out, "the call fails with %s (%s)", name,
			       strerrordesc_np((int)data));
	else
		scd_buf_printf(out, "the call fails with error number %u", data);
}

static const char *const words[] = { "ALLOW", "LOG",	     "NOTIFY",	     "TRACE", "ERRNO",
				     "TRAP",  "KILL_THREAD", "KILL_PROCESS", "KILL",  NULL };

static const char *word(size_t i)
{
	return words[i];
}

static int refuse(const char *text, struct scd_error *err)
{
	const char *near = scd_text_nearest(text, 3, word);
	char shown[SCD_VALUE_SHOWN];

	if (near)
		return scd_fail(err, SCD_E_CONFIG, 0, "%s is not an action; did you mean %s?",
				scd_value_show(text, shown), near);
	return scd_fail(err, SCD_E_CONFIG, 0,
			"%s is not an action; write ALLOW, ERRNO(EPERM), KILL_PROCESS or the like",
			scd_value_show(text, shown));
}

/* The number in "(EPERM)" or "(13)". */
static int read_number(const char *text, uint32_t *number)
{
	const size_t len = strlen(text);
	char inside[16], *end;

	if (len < 3 || text[len - 1] != ')' || len - 2 >= sizeof(inside))
		return -1;
	memcpy(inside, text + 1, len - 2);
	inside[len - 2] = '\0';
	if (isdigit((unsigned char)*inside)) {
		const unsigned long value = strtoul(inside, &end, 10);

		if (*end || value > UINT16_MAX)
			return -1;
		*number = (uint32_t)value;
		return 0;
	}
	*number = scd_errno_number(inside);
	return *number ? 0 : -1;
}

int scd_action_read(const char *text, uint32_t *action, bool *any, struct scd_error *err)
{
	const bool full = strncmp(text, prefix, sizeof(prefix) - 1) == 0;
	const char *bare = full ? text + sizeof(prefix) - 1 : text;
	const uint32_t number = scd_errno_number(text);
	const size_t len = strcspn(bare, "(");
	const struct scd_action *row;
	uint32_t data = 0;
	char name[64];

	if (number) {
		*action = SCMP_ACT_ERRNO(number);
		*any = false;
		return 0;
	}
	if (len + sizeof(prefix) > sizeof(name))
		return refuse(text, err);
	(void)snprintf(name, sizeof(name), "%s%.*s", prefix, (int)len, bare);
	row = scd_action_find(name);
	if (!row || (bare[len] && (!row->takes_errno || read_number(bare + len, &data) < 0)))
		return refuse(text, err);
	*action = row->value | data;
	*any = row->takes_errno && !bare[len];
	return 0;
}

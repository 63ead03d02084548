/* SPDX-License-Identifier: MIT */
#include "inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "fsio.h"

#define READ_SIZE 65536

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "out of memory");
}

static bool make_room(struct scd_inputs *inputs)
{
	size_t cap = inputs->cap ? 2 * inputs->cap : 16;
	struct scd_input *items;

	if (inputs->count < inputs->cap)
		return true;
	items = reallocarray(inputs->items, cap, sizeof(*items));
	if (!items)
		return false;
	inputs->items = items;
	inputs->cap = cap;
	return true;
}

static void free_input(struct scd_input *input)
{
	free(input->path);
	free(input->file);
	free(input->name);
}

int scd_inputs_add(struct scd_inputs *inputs, struct scd_input input, struct scd_error *err)
{
	if (!input.path || !input.file || !make_room(inputs)) {
		free_input(&input);
		return no_memory(err);
	}
	inputs->items[inputs->count++] = input;
	return 0;
}

/* For what says its length only by ending. */
static int read_stream(int fd, const char *path, char **text, size_t *len, struct scd_error *err)
{
	auto_buf struct scd_buf all = scd_buf_init(SCD_INPUT_MAX);
	auto_free char *chunk = malloc(READ_SIZE);
	ssize_t n = -1;

	if (!chunk)
		return no_memory(err);
	while (!all.failed) {
		n = read(fd, chunk, READ_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		scd_buf_add(&all, chunk, (size_t)n);
	}
	if (n < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "read '%s'", path);
	if (all.failed)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "'%s' is over %zu bytes", path,
				SCD_INPUT_MAX);
	*len = all.len;
	*text = scd_buf_take(&all);
	return *text ? 0 : no_memory(err);
}

static int open_input(const struct scd_input *input)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;

	if (strcmp(input->file, SCD_STDIN_OPERAND) == 0)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	/* What a walk found was a regular file, and may no longer be. */
	return open(input->file, input->found ? flags | O_NOFOLLOW | O_NONBLOCK : flags);
}

int scd_input_read(const struct scd_input *input, char **text, size_t *len, struct scd_error *err)
{
	auto_close int fd = -1;
	struct stat st;

	fd = open_input(input);
	if (fd < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "open '%s'", input->path);
	if (!input->found && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		return read_stream(fd, input->path, text, len, err);
	return scd_read_fd(fd, input->path, SCD_INPUT_MAX, text, len, err);
}

size_t scd_stdin_count(char *const *operands, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += strcmp(operands[i], SCD_STDIN_OPERAND) == 0;
	return found;
}

void scd_inputs_done(struct scd_inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		free_input(&inputs->items[i]);
	free(inputs->items);
	*inputs = (struct scd_inputs){ 0 };
}

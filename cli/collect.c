/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "text.h"

#define DATA_LINK "..data"

/* A directory still to be read. */
struct pending {
	struct pending *next;
	char *path; /* what people see */
	char *file; /* what is opened; in a volume the target of ..data */
	char *name; /* relative to the operand; "" is the operand itself */
	size_t depth;
};

/* One walk below one operand. Without recursion: nobody limits the depth. */
struct walk {
	struct scd_inputs *inputs;
	bool yaml; /* is collected as well */
	size_t operand;
	size_t below; /* of scd_input */
	struct pending *first;
	struct scd_error *err;
};

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static void free_pending(struct pending **pending)
{
	if (!*pending)
		return;
	free((*pending)->path);
	free((*pending)->file);
	free((*pending)->name);
	free(*pending);
}

/* "dir/entry", or "entry" when @dir is empty. NULL without memory. */
static char *join(const char *dir, const char *entry)
{
	size_t len = strlen(dir);
	const char *slash = len > 0 && dir[len - 1] != '/' ? "/" : "";
	char *path;

	return asprintf(&path, "%s%s%s", dir, slash, entry) < 0 ? NULL : path;
}

/* An input that is no *.json below a directory. */
static int add_operand(struct scd_inputs *inputs, size_t operand, const char *path,
		       const char *file, const struct scd_error *fault, struct scd_error *err)
{
	struct scd_input input = {
		.path = strdup(path),
		.file = strdup(file),
		.operand = operand,
	};

	if (fault)
		input.fault = *fault;
	return scd_inputs_add(inputs, input, err);
}

static int add_pending(struct walk *walk, char *path, char *file, char *name, size_t depth)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (!pending || !path || !file || !name) {
		free(pending);
		free(path);
		free(file);
		free(name);
		return scd_fail(walk->err, SCD_E_NOMEM, 0, "out of memory");
	}
	*pending = (struct pending){ walk->first, path, file, name, depth };
	walk->first = pending;
	return 0;
}

/* The kubelet's generation directory; no other target is followed, so that no loop begins. */
static bool is_generation(const char *target)
{
	return strncmp(target, "..", 2) == 0 && target[2] && !strchr(target, '/') &&
	       strcmp(target, DATA_LINK) != 0;
}

/* 1: @dir is a volume, and its generation was put in its place; 0: it is not; -1. */
static int enter_volume(struct walk *walk, const struct pending *at, DIR *dir)
{
	char target[NAME_MAX + 1];
	ssize_t n = readlinkat(dirfd(dir), DATA_LINK, target, sizeof(target) - 1);

	if (n <= 0)
		return 0;
	target[n] = '\0';
	if (!is_generation(target))
		return 0;
	return add_pending(walk, strdup(at->path), join(at->file, target), strdup(at->name),
			   at->depth) < 0
		       ? -1
		       : 1;
}

bool scd_is_yaml_name(const char *name)
{
	return scd_text_ends_in(name, ".yaml") || scd_text_ends_in(name, ".yml");
}

/* A manifest: only where it is an ordinary file, and no file of settings. */
static bool is_manifest(const char *entry, mode_t mode)
{
	return S_ISREG(mode) && entry[0] != '.' && scd_is_yaml_name(entry);
}

static int add_found(struct walk *walk, const struct pending *at, const char *entry, mode_t mode)
{
	const bool is_profile = !scd_is_yaml_name(entry);
	struct scd_input input = {
		.path = join(at->path, entry),
		.file = join(at->file, entry),
		.name = is_profile ? join(at->name, entry) : NULL,
		.below = walk->below,
		.operand = walk->operand,
		.found = true,
		.depth = at->depth,
	};

	if (!S_ISREG(mode))
		(void)scd_fail(&input.fault, SCD_E_NOT_REGULAR, 0, "%s is not a regular file",
			       S_ISLNK(mode) ? "a symbolic link" : "it");
	if (is_profile && !input.name) {
		free(input.path); /* and add() says that there is no memory */
		input.path = NULL;
	}
	return scd_inputs_add(walk->inputs, input, walk->err);
}

static int take_entry(struct walk *walk, const struct pending *at, DIR *dir, const char *entry)
{
	struct stat st;

	if (fstatat(dirfd(dir), entry, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* gone since */
	if (!S_ISDIR(st.st_mode))
		return scd_text_ends_in(entry, ".json") ||
				       (walk->yaml && is_manifest(entry, st.st_mode))
			       ? add_found(walk, at, entry, st.st_mode)
			       : 0;
	if (entry[0] == '.')
		return 0;
	return add_pending(walk, join(at->path, entry), join(at->file, entry),
			   join(at->name, entry), at->depth + 1);
}

static int add_unreadable(struct walk *walk, const struct pending *at, int why)
{
	struct scd_error fault;

	(void)scd_fail(&fault, SCD_E_SYSTEM, why, "read directory '%s'", at->path);
	return add_operand(walk->inputs, walk->operand, at->path, at->file, &fault, walk->err);
}

static int read_directory(struct walk *walk, const struct pending *at)
{
	/* The operand itself may be a link; below it none is followed. */
	int nofollow = at->name[0] || strcmp(at->path, at->file) != 0 ? O_NOFOLLOW : 0;
	auto_close int fd = open(at->file, O_RDONLY | O_DIRECTORY | O_CLOEXEC | nofollow);
	SCD_CLEANUP(close_dir) DIR *dir = NULL;
	struct dirent *entry;
	int volume;

	if (fd < 0)
		return add_unreadable(walk, at, errno);
	dir = fdopendir(fd);
	if (!dir)
		return scd_fail(walk->err, SCD_E_NOMEM, 0, "out of memory");
	(void)scd_take_fd(&fd); /* the stream's now */
	volume = enter_volume(walk, at, dir);
	if (volume != 0)
		return volume < 0 ? -1 : 0;
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		if (take_entry(walk, at, dir, entry->d_name) < 0)
			return -1;
	}
	return errno ? add_unreadable(walk, at, errno) : 0;
}

static int compare_paths(const void *a, const void *b)
{
	const struct scd_input *left = a, *right = b;

	return strcmp(left->path, right->path);
}

static int walk_directory(struct walk *walk, const char *operand)
{
	struct scd_inputs *inputs = walk->inputs;
	const size_t before = inputs->count;
	int ret;

	walk->below = *operand == '/' ? strlen(operand) : 0;
	walk->first = NULL;
	ret = add_pending(walk, strdup(operand), strdup(operand), strdup(""), 0);
	while (walk->first) {
		SCD_CLEANUP(free_pending) struct pending *at = walk->first;

		walk->first = at->next;
		if (ret == 0)
			ret = read_directory(walk, at);
	}
	if (ret < 0)
		return -1;
	if (inputs->count == before) {
		struct scd_error none;

		(void)scd_fail(&none, SCD_E_MISSING, 0, "no %s file below '%s'",
			       walk->yaml ? "*.json, *.yaml or *.yml" : "*.json", operand);
		return add_operand(inputs, walk->operand, operand, operand, &none, walk->err);
	}
	qsort(inputs->items + before, inputs->count - before, sizeof(*inputs->items),
	      compare_paths);
	return 0;
}

/* It ends only once. */
static int add_stdin(struct scd_inputs *inputs, size_t number, struct scd_error *err)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (strcmp(inputs->items[i].file, SCD_STDIN_OPERAND) == 0)
			return scd_fail(err, SCD_E_USAGE, 0,
					"- is standard input, and can be given only once");
	return add_operand(inputs, number, SCD_STDIN_SHOWN, SCD_STDIN_OPERAND, NULL, err);
}

static int collect(char *const *operands, size_t count, struct walk *walk)
{
	struct scd_inputs *inputs = walk->inputs;
	struct scd_error *err = walk->err;

	for (size_t i = 0; i < count; i++) {
		struct stat st;
		int ret;

		walk->operand = i;
		/* What is not there becomes an input too: reading it says why. */
		if (strcmp(operands[i], SCD_STDIN_OPERAND) == 0)
			ret = add_stdin(inputs, i, err);
		else if (stat(operands[i], &st) == 0 && S_ISDIR(st.st_mode))
			ret = walk_directory(walk, operands[i]);
		else
			ret = add_operand(inputs, i, operands[i], operands[i], NULL, err);
		if (ret < 0)
			return -1;
	}
	return 0;
}

int scd_collect_inputs(char *const *operands, size_t count, struct scd_inputs *inputs,
		       struct scd_error *err)
{
	struct walk walk = { .inputs = inputs, .yaml = true, .err = err };

	return collect(operands, count, &walk);
}

int scd_collect_profiles(char *const *operands, size_t count, struct scd_inputs *inputs,
			 struct scd_error *err)
{
	struct walk walk = { .inputs = inputs, .err = err };

	return collect(operands, count, &walk);
}

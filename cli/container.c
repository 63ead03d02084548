/* SPDX-License-Identifier: MIT */
#include "container.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "check_opts.h"
#include "fsio.h"

/* Descriptors that a removal holds at once. */
#define WALK_FDS 16

const struct scd_choice scd_container_runtimes[] = {
	{ "runc", SCD_RUNC }, /* what most clusters have */
	{ "crun", SCD_CRUN },
	{ NULL, 0 },
};

/* With all architectures of which the machine may take calls: one that is not named is the end. */
#if defined(__x86_64__)
#define ALL_ARCHS "\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\""
#elif defined(__aarch64__)
#define ALL_ARCHS "\"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_ARM\""
#else
#define ALL_ARCHS ""
#endif
const char scd_container_trace_all[] =
	"{\"defaultAction\": \"SCMP_ACT_TRACE\", \"architectures\": [" ALL_ARCHS "]}";

const char *scd_container_runtime(int value)
{
	const struct scd_choice *choice = scd_container_runtimes;

	while (choice->name && choice->value != value)
		choice++;
	return choice->name;
}

static int no_memory(struct scd_error *err)
{
	return scd_fail(err, SCD_E_NOMEM, 0, "a container");
}

/* "A/B", or B if that is absolute; NULL without memory. */
static char *join(const char *a, const char *b)
{
	char *path = NULL;

	if (b[0] == '/')
		return strdup(b);
	return asprintf(&path, "%s/%s", a, b) < 0 ? NULL : path;
}

static int resolve(const char *path, char **resolved, struct scd_error *err)
{
	*resolved = realpath(path, NULL);
	if (!*resolved)
		return scd_fail(err, errno == ENOENT ? SCD_E_MISSING : SCD_E_SYSTEM,
				errno == ENOENT ? 0 : errno, "%s%s", path,
				errno == ENOENT ? ": no such directory" : "");
	return 0;
}

static int read_config(struct scd_bundle_dir *bundle, struct scd_error *err)
{
	auto_free char *path = join(bundle->path, "config.json");
	auto_free char *root = NULL;
	size_t len;

	if (!path)
		return no_memory(err);
	if (scd_read_file_at(AT_FDCWD, path, false, SCD_BUNDLE_CONFIG_MAX, &bundle->text, &len,
			     err) < 0)
		return -1;
	if (scd_bundle_read(bundle->text, len, &bundle->config, err) < 0)
		return scd_wrap(err, "%s", path);
	if (bundle->config.terminal && !isatty(STDIN_FILENO))
		return scd_fail(err, SCD_E_CONFIG, 0,
				"%s: process.terminal is true, and standard input is no terminal: "
				"start it in one, or set it to false",
				path);
	root = join(bundle->path, bundle->config.root);
	if (!root)
		return no_memory(err);
	return resolve(root, &bundle->root, err);
}

int scd_bundle_dir_open(const char *dir, struct scd_bundle_dir *bundle, struct scd_error *err)
{
	*bundle = (struct scd_bundle_dir){ 0 };
	if (resolve(dir, &bundle->path, err) < 0 || read_config(bundle, err) < 0)
		return scd_wrap(err, "bundle '%s'", dir);
	return 0;
}

void scd_bundle_dir_done(struct scd_bundle_dir *bundle)
{
	scd_bundle_done(&bundle->config);
	free(bundle->path);
	free(bundle->root);
	free(bundle->text);
	*bundle = (struct scd_bundle_dir){ 0 };
}

static void hold_signals_back(void)
{
	static const int held[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		(void)sigaddset(&set, held[i]);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Whoever the container's root is outside of its user namespace has to get through. */
static int make_dirs(struct scd_container *container, struct scd_error *err)
{
	const char *tmp = getenv("TMPDIR");

	container->dir = join(tmp && tmp[0] == '/' ? tmp : "/tmp", "seccompctl.XXXXXX");
	if (!container->dir)
		return no_memory(err);
	if (!mkdtemp(container->dir)) {
		const int saved = errno;

		free(container->dir);
		container->dir = NULL;
		return scd_fail(err, SCD_E_SYSTEM, saved, "make a temporary directory");
	}
	container->state = join(container->dir, "state");
	if (!container->state)
		return no_memory(err);
	if (chmod(container->dir, 0711) < 0 || mkdir(container->state, 0711) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "prepare '%s'", container->dir);
	return 0;
}

static int write_file(const char *path, const char *text, size_t len, struct scd_error *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || scd_write_all(fd, text, len) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", path);
	return 0;
}

/* For us alone: an environment may hold secrets. */
static int write_config(const struct scd_bundle_dir *bundle, const struct scd_container_opts *opts,
			const struct scd_container *container, struct scd_error *err)
{
	char cgroup[sizeof(container->id) + 1];
	const struct scd_bundle_changes changes = { .dir = bundle->path,
						    .root = bundle->root,
						    .seccomp = opts->seccomp,
						    .no_new_privs = opts->no_new_privs,
						    .cgroups_path = cgroup };
	auto_free char *text = NULL;
	auto_free char *path = NULL;
	size_t len;

	(void)snprintf(cgroup, sizeof(cgroup), "/%s", container->id);
	if (scd_bundle_change(&bundle->config, &changes, &text, &len, err) < 0)
		return -1;
	path = join(container->dir, "config.json");
	return path ? write_file(path, text, len, err) : no_memory(err);
}

static int make_argv(const char *runtime, struct scd_container *container, struct scd_error *err)
{
	const char *const words[] = { runtime,	  "--root",	  container->state, "run",
				      "--bundle", container->dir, container->id };

	assert(container->state && container->dir); /* make_dirs() */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!(container->argv[i] = strdup(words[i])))
			return no_memory(err);
	return 0;
}

/* A runtime that is killed leaves the terminal as the container had it. */
static int keep_terminal(struct scd_container *container, struct scd_error *err)
{
	container->terminal = malloc(sizeof(struct termios));
	if (!container->terminal)
		return no_memory(err);
	if (tcgetattr(STDIN_FILENO, container->terminal) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "settings of the terminal");
	return 0;
}

int scd_container_prepare(const struct scd_bundle_dir *bundle,
			  const struct scd_container_opts *opts, struct scd_container *container,
			  struct scd_error *err)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return scd_fail(err, SCD_E_SYSTEM, errno, "name a container");
	(void)snprintf(container->id, sizeof(container->id), "seccompctl-%ld-%016jx",
		       (long)getpid(), (uintmax_t)number);
	if (bundle->config.terminal && keep_terminal(container, err) < 0)
		return -1;
	hold_signals_back();
	if (make_dirs(container, err) < 0 || write_config(bundle, opts, container, err) < 0)
		return -1;
	return make_argv(opts->runtime, container, err);
}

/* Whether the runtime still knows the container. */
static bool is_left(const struct scd_container *container)
{
	auto_free char *path = join(container->state, container->id);

	return path && access(path, F_OK) == 0;
}

/* "RUNTIME --root STATE delete --force ID", silently. */
static void delete_container(const struct scd_container *container)
{
	char word_delete[] = "delete", word_force[] = "--force";
	char *argv[] = { container->argv[0],
			 container->argv[1],
			 container->argv[2],
			 word_delete,
			 word_force,
			 container->argv[6],
			 NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;

	if (posix_spawn_file_actions_init(&quiet) != 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_RDWR, 0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ) == 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	(void)posix_spawn_file_actions_destroy(&quiet);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	(void)remove(path);
	return 0;
}

void scd_container_remove(struct scd_container *container)
{
	if (container->argv[6] && is_left(container))
		delete_container(container);
	if (container->dir)
		(void)nftw(container->dir, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (container->terminal)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, container->terminal);
	for (size_t i = 0; container->argv[i]; i++)
		free(container->argv[i]);
	free(container->dir);
	free(container->state);
	free(container->terminal);
	*container = (struct scd_container){ 0 };
}

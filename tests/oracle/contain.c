/* SPDX-License-Identifier: MIT */
#include "contain.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fsio.h"

#define OUTPUT_MAX ((size_t)256 << 10)
#define PATH_SIZE ((size_t)320)
#define CGROUPS "/sys/fs/cgroup"

#define CAPS                                                                              \
	"\"CAP_CHOWN\",\"CAP_DAC_OVERRIDE\",\"CAP_FSETID\",\"CAP_FOWNER\",\"CAP_MKNOD\"," \
	"\"CAP_NET_RAW\",\"CAP_SETGID\",\"CAP_SETUID\",\"CAP_SETFCAP\",\"CAP_SETPCAP\","  \
	"\"CAP_NET_BIND_SERVICE\",\"CAP_SYS_CHROOT\",\"CAP_KILL\",\"CAP_AUDIT_WRITE\""

/* What containerd gives a container: these capabilities, /proc, namespaces. */
static const char config_head[] =
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}],"
	"\"process\":{\"terminal\":false,\"user\":{\"uid\":0,\"gid\":0},\"cwd\":\"/\",\"env\":[],"
	"\"capabilities\":{\"bounding\":[" CAPS "],\"permitted\":[" CAPS "],\"effective\":[" CAPS
	"]},";
static const char config_middle[] =
	"},\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},"
	"{\"type\":\"mount\"},{\"type\":\"network\"}]";

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int copy_program(const char *from, const char *to, struct scd_error *err)
{
	auto_free char *bytes = NULL;
	auto_close int fd = -1;
	size_t len;

	if (scd_read_file_at(AT_FDCWD, from, false, (size_t)16 << 20, &bytes, &len, err) < 0)
		return -1;
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || scd_write_all(fd, bytes, len) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", to);
	return 0;
}

/* crun refuses a hybrid cgroup tree: it is shown a cgroup2 mount. */
static int fresh_mounts(struct scd_error *err)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("cgroup2", CGROUPS, "cgroup2", 0, NULL) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "a mount namespace with a cgroup2 mount");
	return 0;
}

int scd_yard_open(struct scd_yard *yard, const char *const *programs, struct scd_error *err)
{
	static const char *const dirs[] = { "rootfs", "rootfs/proc", "rootfs/dev", "rootfs/sys" };
	const struct rlimit no_core = { 0, 0 };
	const char *tmp = getenv("TMPDIR");
	char path[PATH_SIZE];

	if (fresh_mounts(err) < 0)
		return -1;
	(void)setrlimit(RLIMIT_CORE, &no_core); /* containers are to die, and often */
	(void)snprintf(yard->dir, sizeof(yard->dir), "%s/scd-oracle-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(yard->dir))
		return scd_fail(err, SCD_E_SYSTEM, errno, "make '%s'", yard->dir);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", yard->dir, dirs[i]);
		if (mkdir(path, 0755) < 0)
			return scd_fail(err, SCD_E_SYSTEM, errno, "make '%s'", path);
	}
	for (; *programs; programs++) {
		const char *name = strrchr(*programs, '/');

		(void)snprintf(path, sizeof(path), "%s/rootfs/%s", yard->dir,
			       name ? name + 1 : *programs);
		if (copy_program(*programs, path, err) < 0)
			return -1;
	}
	return 0;
}

void scd_yard_close(struct scd_yard *yard)
{
	if (*yard->dir)
		remove_tree(yard->dir);
	*yard = (struct scd_yard){ 0 };
}

static int write_config(const struct scd_yard *yard, const struct scd_container *container,
			struct scd_error *err)
{
	auto_buf struct scd_buf text = scd_buf_init((size_t)8 << 20);
	auto_close int fd = -1;
	char path[PATH_SIZE];

	scd_buf_puts(&text, config_head);
	scd_buf_printf(&text, "\"noNewPrivileges\":%s,\"args\":[",
		       container->no_new_privs ? "true" : "false");
	for (const char *const *arg = container->args; *arg; arg++)
		scd_buf_printf(&text, "%s\"%s\"", arg == container->args ? "" : ",", *arg);
	scd_buf_puts(&text, "]");
	scd_buf_puts(&text, config_middle);
	if (container->seccomp) {
		scd_buf_puts(&text, ",\"seccomp\":");
		scd_buf_puts(&text, container->seccomp);
	}
	scd_buf_puts(&text, "}}");
	if (text.failed)
		return scd_fail(err, SCD_E_TOO_LARGE, 0, "config.json");
	(void)snprintf(path, sizeof(path), "%s/config.json", yard->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || scd_write_all(fd, text.data, text.len) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "write '%s'", path);
	return 0;
}

/* The first process of the PID namespace: when it ends, whatever hangs dies with it. */
static _Noreturn void live(const struct scd_yard *yard, const struct scd_container *container,
			   const char *id)
{
	char state[PATH_SIZE];
	int status = 0;
	pid_t pid, ended;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(state, sizeof(state), "%s/state", yard->dir);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		_exit(125);
	pid = fork();
	if (pid == 0) {
		(void)execlp(container->runtime, container->runtime, "--root", state, "run",
			     "--bundle", yard->dir, id, (char *)NULL);
		_exit(126);
	}
	do
		ended = waitpid(-1, &status, 0);
	while (ended != pid && (ended > 0 || errno == EINTR));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* The ends of pipes: what the child gets, and what we keep. */
struct pipes {
	int in[2], out[2], err[2];
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void close_pipes(struct pipes *pipes)
{
	for (size_t i = 0; i < 2; i++) {
		close_end(&pipes->in[i]);
		close_end(&pipes->out[i]);
		close_end(&pipes->err[i]);
	}
}
#define auto_pipes SCD_CLEANUP(close_pipes)

static pid_t start(const struct scd_yard *yard, const struct scd_container *container,
		   const char *id, struct pipes *pipes)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL,
				   NULL, 0);

	if (pid == 0) {
		(void)dup2(pipes->in[0], STDIN_FILENO);
		(void)dup2(pipes->out[1], STDOUT_FILENO);
		(void)dup2(pipes->err[1], STDERR_FILENO);
		live(yard, container, id);
	}
	close_end(&pipes->in[0]);
	close_end(&pipes->in[1]);
	close_end(&pipes->out[1]);
	close_end(&pipes->err[1]);
	return pid;
}

/* Adds what is there to be read; closes the descriptor at its end. What is too much is lost. */
static void drain(int *fd, short events, struct scd_buf *to)
{
	char some[4096];
	ssize_t n;

	if (!events)
		return;
	n = read(*fd, some, sizeof(some));
	if (n > 0)
		scd_buf_add(to, some, (size_t)n);
	else if (n == 0 || errno != EINTR)
		close_end(fd);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until everybody has closed standard output and error: the PID namespace's end at the latest. */
static void watch(pid_t pid, unsigned seconds, struct pipes *pipes, struct scd_ended *ended)
{
	const int64_t end = now_ms() + (int64_t)seconds * 1000;

	while (pipes->out[0] >= 0 || pipes->err[0] >= 0) {
		struct pollfd fds[2] = { { .fd = pipes->out[0], .events = POLLIN },
					 { .fd = pipes->err[0], .events = POLLIN } };
		const int64_t left = end - now_ms();

		if (left <= 0 && !ended->timed_out) {
			ended->timed_out = true;
			(void)kill(pid, SIGKILL);
		}
		if (poll(fds, 2, left > 0 ? (int)left : 1000) <= 0)
			continue;
		drain(&pipes->out[0], fds[0].revents, &ended->out);
		drain(&pipes->err[0], fds[1].revents, &ended->said);
	}
}

/* A container that was killed cannot tidy up; its cgroup is empty soon after. */
static void tidy(const struct scd_yard *yard, const char *id)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), CGROUPS "/%s", id);
	for (int i = 0; i < 50 && rmdir(path) < 0 && errno == EBUSY; i++)
		(void)nanosleep(&moment, NULL);
	(void)snprintf(path, sizeof(path), "%s/state", yard->dir);
	remove_tree(path);
}

int scd_contain(struct scd_yard *yard, const struct scd_container *container,
		struct scd_ended *ended, struct scd_error *err)
{
	auto_pipes struct pipes pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct scd_ended result = { .out = scd_buf_init(OUTPUT_MAX),
				    .said = scd_buf_init(OUTPUT_MAX) };
	char id[48];
	int status;
	pid_t pid;

	if (write_config(yard, container, err) < 0)
		return -1;
	if (pipe2(pipes.in, O_CLOEXEC) < 0 || pipe2(pipes.out, O_CLOEXEC) < 0 ||
	    pipe2(pipes.err, O_CLOEXEC) < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "pipe");
	(void)snprintf(id, sizeof(id), "scd-oracle-%d-%u", (int)getpid(), yard->serial++);
	pid = start(yard, container, id, &pipes);
	if (pid < 0)
		return scd_fail(err, SCD_E_SYSTEM, errno, "clone");
	watch(pid, container->seconds, &pipes, &result);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return scd_fail(err, SCD_E_SYSTEM, errno, "waitpid");
	result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	tidy(yard, id);
	*ended = result;
	return 0;
}

void scd_ended_done(struct scd_ended *ended)
{
	scd_buf_done(&ended->out);
	scd_buf_done(&ended->said);
	*ended = (struct scd_ended){ 0 };
}

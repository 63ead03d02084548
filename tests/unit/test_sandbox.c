/* SPDX-License-Identifier: MIT */
/* What a process can still do in the sandbox, and what it cannot: tried, in children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "fsio.h"
#include "jail.h"
#include "landlock.h"
#include "pin.h"
#include "sandbox.h"
#include "volume.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* a sanitizer makes calls of its own */
#else
#define SANITIZED false
#endif

#define ON_TMPDIR(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

static struct scd_sandbox sandbox;
static struct scd_sandbox_dirs dirs;
static int listener, port;

/* 0, or the line that failed: asserting is no use in a child. */
#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)
#define DENIED(call, sys) CHECK((call) < 0 && errno == (sys))

static void wait_for(pid_t pid, int sig)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (sig) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), sig);
		return;
	}
	if (!WIFEXITED(status))
		fail_msg("died of signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		fail_msg("failed in a line that is %d modulo 255", WEXITSTATUS(status) - 1);
}

/* A line as an exit status: never 0. */
static int as_status(int line)
{
	return line == 0 ? 0 : 1 + line % 255;
}

static void in_a_child(int (*body)(void), int sig)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(as_status(body()));
	wait_for(pid, sig);
}

/* A listener on the loopback interface, for there to be something to connect to. */
static void open_listener(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	port = address.sin_port;
}

/* A source, a destination and a configuration as the daemon has them, and things beside. */
static int setup(void **state)
{
	static char config[256];

	if (tmpdir_setup(state) < 0)
		return -1;
	make_dir("source");
	make_dir("source/more");
	make_dir("destination");
	make_dir("destination/base");
	make_dir("config");
	make_dir("elsewhere");
	put("source/a.json", "{}", 2);
	put("destination/old.json", "{}", 2);
	put("config/config.yaml", "x: 1", 4);
	put("elsewhere/secret", "s", 1);
	(void)snprintf(config, sizeof(config), "%s", at("config/config.yaml"));
	dirs = (struct scd_sandbox_dirs){
		.source = open(at("source"), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.destination = open(at("destination"), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.config = config,
	};
	open_listener();
	return 0;
}

static int teardown(void **state)
{
	scd_sandbox_done(&sandbox);
	(void)close(dirs.source);
	(void)close(dirs.destination);
	(void)close(listener);
	return tmpdir_teardown(state);
}

static void prepare(bool landlock, bool seccomp)
{
	struct scd_error err;

	if (scd_sandbox_prepare(landlock, seccomp, &sandbox, &err) < 0)
		fail_msg("%s", err.msg);
	if (seccomp && SANITIZED)
		skip();
	if ((!landlock || sandbox.landlock.mode == SCD_SANDBOX_PENDING) &&
	    (!seccomp || sandbox.seccomp.mode == SCD_SANDBOX_PENDING))
		return;
	print_message("landlock: %s, seccomp: %s\n", scd_sandbox_why(&sandbox.landlock),
		      scd_sandbox_why(&sandbox.seccomp));
	if (getenv("SCD_MUST_RUN"))
		fail_msg("not to be had on this machine");
	skip();
}

static int restrict_all(void)
{
	scd_sandbox_restrict_files(&sandbox, &dirs);
	scd_sandbox_restrict_calls(&sandbox);
	CHECK(sandbox.landlock.mode != SCD_SANDBOX_PENDING &&
	      sandbox.landlock.mode != SCD_SANDBOX_UNAVAILABLE);
	CHECK(sandbox.seccomp.mode != SCD_SANDBOX_PENDING &&
	      sandbox.seccomp.mode != SCD_SANDBOX_UNAVAILABLE);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 || errno == ENOSYS);
	return 0;
}

static int try_open(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd < 0 ? -1 : 0;
}

/*
 * Files
 */

static int read_what_is_ours(void)
{
	CHECK(restrict_all() == 0);
	CHECK(try_open(dirs.source, "a.json", O_RDONLY) == 0);
	CHECK(try_open(dirs.source, "more", O_RDONLY | O_DIRECTORY) == 0);
	CHECK(try_open(AT_FDCWD, at("source/a.json"), O_RDONLY) == 0);
	CHECK(try_open(dirs.destination, "old.json", O_RDONLY) == 0);
	CHECK(try_open(AT_FDCWD, dirs.config, O_RDONLY) == 0);
	CHECK(try_open(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY) == 0);
	CHECK(try_open(AT_FDCWD, "/proc/self/statm", O_RDONLY) == 0);
	return 0;
}

/* Where the kubelet swaps a whole generation, or mounts a volume more. */
static int go[2], done[2];

static int read_what_comes_later(void)
{
	char byte = 0;

	CHECK(restrict_all() == 0);
	CHECK(write(go[1], &byte, 1) == 1 && read(done[0], &byte, 1) == 1);
	CHECK(try_open(dirs.source, "more/..data/b.json", O_RDONLY) == 0);
	return 0;
}

static int write_what_is_ours(void)
{
	CHECK(restrict_all() == 0);
	CHECK(try_open(dirs.destination, ".t", O_WRONLY | O_CREAT | O_EXCL) == 0);
	CHECK(renameat(dirs.destination, ".t", dirs.destination, "new.json") == 0);
	CHECK(mkdirat(dirs.destination, "team", 0755) == 0);
	CHECK(try_open(dirs.destination, "team/.t", O_WRONLY | O_CREAT | O_EXCL) == 0);
	CHECK(renameat(dirs.destination, "team/.t", dirs.destination, "team/x.json") == 0);
	CHECK(unlinkat(dirs.destination, "team/x.json", 0) == 0);
	CHECK(unlinkat(dirs.destination, "team", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(dirs.destination, "old.json", 0) == 0);
	CHECK(fsync(dirs.destination) == 0);
	return 0;
}

static int touch_what_is_not_ours(void)
{
	CHECK(restrict_all() == 0);
	DENIED(try_open(AT_FDCWD, "/etc/shadow", O_RDONLY), EACCES);
	DENIED(try_open(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY), EACCES);
	DENIED(try_open(AT_FDCWD, "/proc/1/status", O_RDONLY), EACCES);
	DENIED(try_open(AT_FDCWD, "/dev/null", O_RDWR), EACCES);
	DENIED(try_open(AT_FDCWD, at("elsewhere/secret"), O_RDONLY), EACCES);
	DENIED(try_open(AT_FDCWD, at("elsewhere/new"), O_WRONLY | O_CREAT), EACCES);
	DENIED(try_open(dirs.destination, "../elsewhere/secret", O_RDONLY), EACCES);
	DENIED(unlinkat(AT_FDCWD, at("elsewhere/secret"), 0), EACCES);
	DENIED(mkdirat(AT_FDCWD, at("elsewhere/dir"), 0755), EACCES);
	/* Source and configuration are for reading alone. */
	DENIED(try_open(dirs.source, "a.json", O_WRONLY), EACCES);
	DENIED(try_open(dirs.source, "new.json", O_WRONLY | O_CREAT), EACCES);
	DENIED(unlinkat(dirs.source, "a.json", 0), EACCES);
	DENIED(try_open(AT_FDCWD, dirs.config, O_WRONLY), EACCES);
	/* Nor does anything move across. */
	CHECK(renameat(dirs.source, "a.json", dirs.destination, "a.json") < 0);
	CHECK(renameat(dirs.destination, "old.json", dirs.destination, "base/old.json") < 0);
	return 0;
}

/* Landlock alone: the filter would answer before. */
static int make_what_we_never_make(void)
{
	CHECK(restrict_all() == 0);
	DENIED(symlinkat("/etc/passwd", dirs.destination, "link"), EACCES);
	DENIED(mknodat(dirs.destination, "fifo", S_IFIFO | 0600, 0), EACCES);
	DENIED(mknodat(dirs.destination, "socket", S_IFSOCK | 0600, 0), EACCES);
	CHECK(linkat(dirs.destination, "old.json", dirs.destination, "base/l", 0) < 0);
	if (sandbox.landlock.version >= 3)
		DENIED(try_open(dirs.destination, "old.json", O_WRONLY | O_TRUNC), EACCES);
	return 0;
}

static int start_something(void)
{
	char *const args[] = { (char[]){ "true" }, NULL };

	CHECK(restrict_all() == 0);
	DENIED(execve("/bin/true", args, args + 1), EACCES);
	return 0;
}

static int talk_to_somebody(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(restrict_all() == 0);
	address.sin_port = (in_port_t)port;
	if (sandbox.landlock.version >= 4) {
		DENIED(connect(fd, (struct sockaddr *)&address, sizeof(address)), EACCES);
		address.sin_port = 0;
		DENIED(bind(other, (struct sockaddr *)&address, sizeof(address)), EACCES);
	}
	/* Who listened before still does. */
	CHECK(accept4(listener, NULL, NULL, SOCK_NONBLOCK) >= 0 || errno == EAGAIN ||
	      errno == EWOULDBLOCK);
	if (sandbox.landlock.version >= 6)
		DENIED(kill(getppid(), 0), EPERM);
	return 0;
}

static void with_landlock_the_directories_are_there_and_nothing_else(void **state)
{
	(void)state;
	prepare(true, false);
	assert_true(sandbox.landlock.version >= 1);
	in_a_child(read_what_is_ours, 0);
	in_a_child(touch_what_is_not_ours, 0);
	in_a_child(make_what_we_never_make, 0);
	in_a_child(start_something, 0);
	in_a_child(write_what_is_ours, 0);
}

static void with_landlock_no_connection_goes_out_and_no_signal(void **state)
{
	int on = fcntl(listener, F_GETFL);

	(void)state;
	prepare(true, false);
	assert_int_equal(fcntl(listener, F_SETFL, on | O_NONBLOCK), 0);
	in_a_child(talk_to_somebody, 0);
}

static void with_both_all_of_that_holds_as_well(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(read_what_is_ours, 0);
	in_a_child(touch_what_is_not_ours, 0);
	in_a_child(write_what_is_ours, 0);
}

static void a_volume_that_comes_later_is_read(void **state)
{
	char byte = 0;
	pid_t pid;

	(void)state;
	prepare(true, true);
	assert_int_equal(pipe2(go, O_CLOEXEC) | pipe2(done, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(as_status(read_what_comes_later()));
	(void)close(go[1]);
	assert_int_equal(read(go[0], &byte, 1), 1);
	make_dir("source/more/..1");
	put("source/more/..1/b.json", "{}", 2);
	assert_int_equal(symlinkat("..1", tmpdir.fd, "source/more/..data"), 0);
	assert_int_equal(write(done[1], &byte, 1), 1);
	wait_for(pid, 0);
	(void)close(go[0]);
	(void)close(done[0]);
	(void)close(done[1]);
}

/*
 * Calls
 */

static int make_calls_that_do_not_exist(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	void *page;

	CHECK(restrict_all() == 0);
	DENIED(socket(AF_INET, SOCK_STREAM, 0), ENOSYS);
	DENIED(connect(listener, (struct sockaddr *)&address, sizeof(address)), ENOSYS);
	DENIED(symlinkat("/etc/passwd", dirs.destination, "link"), ENOSYS);
	DENIED(mknodat(dirs.destination, "fifo", S_IFIFO | 0600, 0), ENOSYS);
	DENIED(fchown(dirs.destination, 1, 1), ENOSYS);
	DENIED(kill(getppid(), SIGTERM), ENOSYS);
	DENIED(prctl(PR_SET_NAME, "x"), ENOSYS);
	DENIED(syscall(__NR_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL), ENOSYS);
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page == MAP_FAILED && errno == ENOSYS);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	DENIED(mprotect(page, 4096, PROT_READ | PROT_EXEC), ENOSYS);
	return 0;
}

static int call_execve(void)
{
	char *const args[] = { (char[]){ "true" }, NULL };

	CHECK(restrict_all() == 0);
	(void)execve("/bin/true", args, args + 1);
	return __LINE__;
}

static int call_ptrace(void)
{
	CHECK(restrict_all() == 0);
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	return __LINE__;
}

static int call_mount(void)
{
	CHECK(restrict_all() == 0);
	(void)mount("none", "/mnt", "tmpfs", 0, NULL);
	return __LINE__;
}

static int call_bpf(void)
{
	CHECK(restrict_all() == 0);
	(void)syscall(__NR_bpf, 0, NULL, 0);
	return __LINE__;
}

static int call_unshare(void)
{
	CHECK(restrict_all() == 0);
	(void)unshare(CLONE_NEWUSER);
	return __LINE__;
}

static void with_the_filter_most_calls_do_not_exist_and_some_are_deadly(void **state)
{
	(void)state;
	prepare(false, true);
	in_a_child(make_calls_that_do_not_exist, 0);
	in_a_child(call_execve, SIGSYS);
	in_a_child(call_ptrace, SIGSYS);
	in_a_child(call_mount, SIGSYS);
	in_a_child(call_bpf, SIGSYS);
	in_a_child(call_unshare, SIGSYS);
}

/* The daemon's own life: children, inotify, a check with its trial load. */
static int live(void)
{
	static const char good[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\","
		"\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":[\"bpf\"],\"action\":"
		"\"SCMP_ACT_ERRNO\"}]}";
	const struct scd_check_opts opts = { .trial_load = true };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_jail jail = { 0 };
	struct scd_error err;
	bool degraded = true;
	int status;
	pid_t pid;

	CHECK(restrict_all() == 0);
	CHECK(inotify_init1(IN_CLOEXEC) >= 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		for (;;)
			(void)sched_yield();
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));

	CHECK(scd_jail_start(good, strlen(good), &opts, &jail, &err) == 0);
	CHECK(waitpid(jail.pid, &status, 0) == jail.pid);
	CHECK(scd_jail_finish(&jail, status, false, &report, &result, &degraded, &err) == 0);
	CHECK(result == SCD_JAIL_ACCEPTED && !degraded);
	return 0;
}

static void the_daemon_can_live_in_it(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(live, 0);
}

/* A failed assertion still ends the process as it should. */
static int fail_an_assertion(void)
{
	CHECK(restrict_all() == 0);
	abort();
}

static void abort_works(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(fail_an_assertion, SIGABRT);
}

/*
 * The install child
 */

static int install_and_nothing_else(void)
{
	CHECK(restrict_all() == 0);
	scd_sandbox_restrict_install(dirs.destination, &sandbox);
	CHECK(try_open(dirs.destination, ".t", O_WRONLY | O_CREAT | O_EXCL) == 0);
	CHECK(renameat2(dirs.destination, ".t", dirs.destination, "new.json", RENAME_NOREPLACE) ==
	      0);
	CHECK(fcntl(dirs.source, F_GETFD) < 0 && errno == EBADF);
	CHECK(fcntl(listener, F_GETFD) < 0 && errno == EBADF);
	DENIED(try_open(AT_FDCWD, at("source/a.json"), O_RDONLY), EACCES);
	DENIED(try_open(AT_FDCWD, dirs.config, O_RDONLY), EACCES);
	DENIED(try_open(AT_FDCWD, "/proc/self/statm", O_RDONLY), EACCES);
	DENIED(fork(), ENOSYS);
	DENIED(kill(getppid(), SIGKILL), ENOSYS);
	DENIED(inotify_init1(0), ENOSYS);
	DENIED((int)readlinkat(dirs.destination, "x", (char[8]){ 0 }, 8), ENOSYS);
	return 0;
}

/* Its domain lies in the daemon's: a signal from there still arrives. */
static int kill_the_install_child(void)
{
	_Atomic int *confined = mmap(NULL, sizeof(*confined), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	CHECK(confined != MAP_FAILED);
	CHECK(restrict_all() == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		scd_sandbox_restrict_install(dirs.destination, &sandbox);
		*confined = 1;
		for (;;)
			(void)sched_yield();
	}
	while (!*confined)
		CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	return 0;
}

static void the_daemon_can_kill_its_install_child(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(kill_the_install_child, 0);
}

static void the_install_child_keeps_the_destination_alone(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(install_and_nothing_else, 0);
}

/*
 * Where it cannot be had
 */

struct denial {
	int call;
	uint32_t action;
};

static int deny(const struct denial *denials, size_t count)
{
	struct sock_filter insns[32] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .filter = insns };
	unsigned short n = 1;

	for (size_t i = 0; i < count; i++) {
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (uint32_t)denials[i].call, 0, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, denials[i].action);
	}
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

#define EPERM_ (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_ (SECCOMP_RET_ERRNO | ENOSYS)
#define KILL_ SECCOMP_RET_KILL_PROCESS

/* In a container with @denials: what is said of each part? */
static int in_a_container(const struct denial *denials, size_t count, const char *landlock,
			  const char *seccomp, bool kills)
{
	struct scd_error err;

	CHECK(deny(denials, count) == 0);
	CHECK(scd_sandbox_prepare(true, true, &sandbox, &err) == 0);
	scd_sandbox_restrict_files(&sandbox, &dirs);
	scd_sandbox_restrict_calls(&sandbox);
	CHECK(strcmp(scd_sandbox_why(&sandbox.landlock), landlock) == 0);
	CHECK(sandbox.landlock.mode == (*landlock ? SCD_SANDBOX_UNAVAILABLE : SCD_SANDBOX_ON));
	CHECK(strcmp(scd_sandbox_why(&sandbox.seccomp), seccomp) == 0);
	CHECK(sandbox.seccomp.mode == (*seccomp ? SCD_SANDBOX_UNAVAILABLE : SCD_SANDBOX_ON));
	CHECK(sandbox.seccomp_kills == kills);
	return 0;
}

#define CONTAINER(name, landlock, seccomp, kills, ...)                                           \
	static int name(void)                                                                    \
	{                                                                                        \
		static const struct denial denials[] = { __VA_ARGS__ };                          \
                                                                                                 \
		return in_a_container(denials, sizeof(denials) / sizeof(denials[0]), (landlock), \
				      (seccomp), (kills));                                       \
	}

CONTAINER(without_landlock, "ENOSYS", "", false, { __NR_landlock_create_ruleset, ENOSYS_ })
CONTAINER(denying_landlock, "EPERM", "", false, { __NR_landlock_create_ruleset, EPERM_ })
CONTAINER(denying_the_last_step, "EPERM", "", false, { __NR_landlock_restrict_self, EPERM_ })
CONTAINER(killing_landlock, "SIGSYS", "", false, { __NR_landlock_restrict_self, KILL_ })
CONTAINER(denying_seccomp, "", "EPERM", false, { __NR_seccomp, EPERM_ })
CONTAINER(without_seccomp, "", "ENOSYS", false, { __NR_seccomp, ENOSYS_ })
CONTAINER(killing_seccomp, "", "SIGSYS", true, { __NR_seccomp, KILL_ })
CONTAINER(killing_both, "SIGSYS", "SIGSYS", true, { __NR_seccomp, KILL_ },
	  { __NR_landlock_create_ruleset, KILL_ })
CONTAINER(denying_all, "EPERM", "EPERM", false, { __NR_seccomp, EPERM_ },
	  { __NR_landlock_create_ruleset, EPERM_ }, { __NR_memfd_create, EPERM_ })

static void what_the_container_denies_is_said_and_done_without(void **state)
{
	static int (*const containers[])(
		void) = { without_landlock, denying_landlock, denying_the_last_step,
			  killing_landlock, denying_seccomp,  without_seccomp,
			  killing_seccomp,  killing_both,     denying_all };

	(void)state;
	prepare(true, true);
	scd_sandbox_done(&sandbox);
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		in_a_child(containers[i], 0);
}

/* A check of a good profile where seccomp(2) is deadly. */
static int check_where_seccomp_kills(void)
{
	static const char good[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"bpf\"],"
		"\"action\":\"SCMP_ACT_ERRNO\"}]}";
	static const struct denial denial = { __NR_seccomp, KILL_ };
	const struct scd_check_opts opts = { .trial_load = true };
	auto_report struct scd_report report = { 0 };
	enum scd_jail_result result;
	struct scd_error err;
	bool degraded = false;

	CHECK(deny(&denial, 1) == 0);
	CHECK(scd_jail_check(good, strlen(good), &opts, &report, &result, &degraded, &err) == 0);
	CHECK(result == SCD_JAIL_ACCEPTED && degraded);
	return 0;
}

static void a_check_where_seccomp_is_deadly_is_degraded_and_no_rejection(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	in_a_child(check_where_seccomp_kills, 0);
}

static void what_is_off_stays_off(void **state)
{
	(void)state;
	prepare(false, false);
	scd_sandbox_restrict_files(&sandbox, &dirs);
	scd_sandbox_restrict_calls(&sandbox);
	assert_string_equal(scd_sandbox_mode_name(sandbox.landlock.mode), "off");
	assert_string_equal(scd_sandbox_mode_name(sandbox.seccomp.mode), "off");
	assert_string_equal(scd_sandbox_why(&sandbox.landlock), "");
	assert_int_equal(try_open(AT_FDCWD, "/etc/passwd", O_RDONLY), 0);
	assert_string_equal(scd_sandbox_mode_name(SCD_SANDBOX_MODE_COUNT), "unknown");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(with_landlock_the_directories_are_there_and_nothing_else),
		TEST(with_landlock_no_connection_goes_out_and_no_signal),
		TEST(with_both_all_of_that_holds_as_well),
		TEST(a_volume_that_comes_later_is_read),
		TEST(with_the_filter_most_calls_do_not_exist_and_some_are_deadly),
		TEST(the_daemon_can_live_in_it),
		TEST(abort_works),
		TEST(the_install_child_keeps_the_destination_alone),
		TEST(the_daemon_can_kill_its_install_child),
		TEST(what_the_container_denies_is_said_and_done_without),
		TEST(a_check_where_seccomp_is_deadly_is_degraded_and_no_rejection),
		TEST(what_is_off_stays_off),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What a process can still do in the sandbox, and what it cannot; test_sandbox_denied.c is about a
 * container that denies it. */
#include "sandbox_fixture.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/un.h>

#include "jail.h"

#define ON_TMPDIR(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

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

static int install_without_close_range(void)
{
	struct sock_filter deny[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = deny };
	int far;

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	far = fcntl(dirs.source, F_DUPFD_CLOEXEC, 200);
	CHECK(far >= 200);
	scd_sandbox_restrict_install(dirs.destination, &sandbox);
	CHECK(fcntl(dirs.destination, F_GETFD) >= 0);
	CHECK(fcntl(dirs.source, F_GETFD) < 0 && errno == EBADF);
	CHECK(fcntl(listener, F_GETFD) < 0 && errno == EBADF);
	CHECK(fcntl(far, F_GETFD) < 0 && errno == EBADF);
	CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0);
	return 0;
}

/* Before Linux 5.9. */
static void the_install_child_keeps_it_alone_without_close_range_too(void **state)
{
	(void)state;
	prepare(false, false);
	in_a_child(install_without_close_range, 0);
}

static void the_install_child_keeps_the_destination_alone(void **state)
{
	(void)state;
	prepare(true, true);
	in_a_child(install_and_nothing_else, 0);
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
		TEST(the_install_child_keeps_it_alone_without_close_range_too),
		TEST(the_daemon_can_kill_its_install_child),
	};

	return cmocka_run_group_tests(tests, pin, NULL);
}

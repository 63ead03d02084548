/* SPDX-License-Identifier: MIT */
/* A process in the sandbox, and what it may find there: tried, in children. */
#ifndef SCD_TEST_SANDBOX_FIXTURE_H
#define SCD_TEST_SANDBOX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fsio.h"
#include "landlock.h"
#include "pin.h"
#include "sandbox.h"
#include "volume.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* a sanitizer makes calls of its own */
#else
#define SANITIZED false
#endif

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

static inline void wait_for(pid_t pid, int sig)
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
static inline int as_status(int line)
{
	return line == 0 ? 0 : 1 + line % 255;
}

static inline void in_a_child(int (*body)(void), int sig)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(as_status(body()));
	wait_for(pid, sig);
}

/* A listener on the loopback interface, for there to be something to connect to. */
static inline void open_listener(void)
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
static inline int setup(void **state)
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

static inline int teardown(void **state)
{
	scd_sandbox_done(&sandbox);
	(void)close(dirs.source);
	(void)close(dirs.destination);
	(void)close(listener);
	return tmpdir_teardown(state);
}

static inline void prepare(bool landlock, bool seccomp)
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

static inline int try_open(int dir, const char *path, int flags)
{
	int fd = openat(dir, path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd < 0 ? -1 : 0;
}

#endif

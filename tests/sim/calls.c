/* SPDX-License-Identifier: MIT */
/*
 * calls WORD... - makes system calls in the ways that are hard to follow, one WORD after the
 * other, and prints what came of each. What a word does stands beside it below.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#define THREADS 4

/* It is traced, and a check for leaks is by ptrace(2) as well: it would wait for ever. For the
 * sanitizer to find, in whose library a weak one is. */
#define PUBLIC __attribute__((visibility("default")))
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*) */
PUBLIC const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

static const char *program;

static const char *outcome(long rc)
{
	return rc == 0 ? "done" : strerrorname_np(errno);
}

static void say(const char *word, const char *what)
{
	(void)printf("%s: %s\n", word, what);
	(void)fflush(stdout);
}

/* mkdir(2) of what is there, so that nothing is made: EEXIST when it is not denied. */
static long try_mkdir(void)
{
	return syscall(__NR_mkdirat, -100, "/", 0777);
}

static void do_mkdir(const char *word)
{
	say(word, outcome(try_mkdir()));
}

static void *in_thread(void *arg)
{
	*(int *)arg = try_mkdir() < 0 ? errno : 0;
	return NULL;
}

static void do_threads(const char *word)
{
	pthread_t threads[THREADS];
	int errors[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, in_thread, &errors[i]))
			exit(3);
	for (size_t i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], NULL);
		say(word, strerrorname_np(errors[i]));
	}
}

static void do_fork(const char *word)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_mkdir() < 0 ? errno : 0);
	(void)waitpid(pid, &status, 0);
	say(word, strerrorname_np(WEXITSTATUS(status)));
}

static void do_vfork(const char *word)
{
	int status = 0;
	pid_t pid = vfork(); /* NOLINT: it is what is tested */

	if (pid == 0) {
		(void)execl(program, program, "mkdir", (char *)NULL);
		_exit(9);
	}
	(void)waitpid(pid, &status, 0);
	say(word, WEXITSTATUS(status) == 0 ? "done" : "failed");
}

static void *exec_in_thread(void *arg)
{
	(void)execl(program, program, (const char *)arg, (char *)NULL);
	return NULL;
}

/* execve(2) of another thread than the first, which ends the first. */
static void do_exec_thread(const char *word)
{
	char mkdir_word[] = "mkdir";
	pthread_t thread;

	(void)pthread_create(&thread, NULL, exec_in_thread, mkdir_word);
	(void)pthread_join(thread, NULL);
	say(word, "not executed");
}

/* A 32-bit call without a 32-bit program. */
static void do_int80(const char *word)
{
#if defined(__x86_64__)
	long rc = 39; /* mkdir of i386, of an address that is none: EFAULT when not denied */

	__asm__ volatile("int $0x80" : "+a"(rc) : "b"(1L), "c"(0777L) : "memory");
	errno = (int)-rc;
	say(word, outcome(rc));
#else
	say(word, "ENOSYS");
#endif
}

/* A filter of the program's own, which denies rmdir with EACCES. */
static void do_own_filter(const char *word)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_unlinkat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { .len = sizeof(insns) / sizeof(insns[0]),
					   .filter = insns };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0) {
		say(word, outcome(-1));
		return;
	}
	say(word, outcome(syscall(__NR_unlinkat, -100, "/no", 0)));
	say(word, outcome(try_mkdir()));
}

static volatile sig_atomic_t sys_nr, sys_code, sys_data;

static void on_sys(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	sys_nr = info->si_syscall;
	sys_code = info->si_code;
	sys_data = info->si_errno;
}

/* sync(2), for a filter that raises SIGSYS. */
static void do_trap(const char *word)
{
	struct sigaction action = { .sa_sigaction = on_sys, .sa_flags = SA_SIGINFO };

	(void)sigaction(SIGSYS, &action, NULL);
	sys_nr = -1;
	(void)syscall(__NR_sync);
	say(word, sys_nr == __NR_sync && sys_code == 1 ? "SIGSYS for sync" : "no SIGSYS");
}

static void *die_in_thread(void *arg)
{
	(void)syscall(__NR_getpriority, 0, 0);
	*(int *)arg = 1; /* not reached when the thread was killed */
	return NULL;
}

/* A thread that a filter kills for getpriority(2); the process goes on. */
static void do_kill_thread(const char *word)
{
	static int survived;
	pthread_t thread;

	(void)pthread_create(&thread, NULL, die_in_thread, &survived);
	(void)pthread_detach(thread);
	(void)usleep(200000);
	say(word, survived ? "survived" : "killed");
}

/* Stopped, and continued by a child. */
static void do_stop(const char *word)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		(void)usleep(200000);
		(void)try_mkdir();
		_exit(kill(parent, SIGCONT) < 0);
	}
	(void)raise(SIGSTOP);
	(void)waitpid(pid, NULL, 0);
	say(word, "continued");
}

static void do_euid(const char *word)
{
	say(word, geteuid() == 0 ? "root" : "user");
}

/* Dies in a way that nobody can catch. */
static void do_die(const char *word)
{
	(void)word;
	(void)raise(SIGKILL);
}

/* Leaves a child behind that makes a call a little later. */
static void do_orphan(const char *word)
{
	if (fork() == 0) {
		(void)usleep(200000);
		(void)try_mkdir();
		_exit(0);
	}
	say(word, "left behind");
}

static const struct {
	const char *word;
	void (*run)(const char *word);
} words[] = {
	{ "mkdir", do_mkdir },
	{ "threads", do_threads },
	{ "fork", do_fork },
	{ "vfork", do_vfork },
	{ "exec-thread", do_exec_thread },
	{ "int80", do_int80 },
	{ "own-filter", do_own_filter },
	{ "trap", do_trap },
	{ "kill-thread", do_kill_thread },
	{ "stop", do_stop },
	{ "euid", do_euid },
	{ "die", do_die },
	{ "orphan", do_orphan },
};

int main(int argc, char **argv)
{
	program = argv[0];
	for (int i = 1; i < argc; i++) {
		size_t w = 0;

		while (w < sizeof(words) / sizeof(words[0]) && strcmp(words[w].word, argv[i]) != 0)
			w++;
		if (w == sizeof(words) / sizeof(words[0])) {
			(void)fprintf(stderr, "calls: %s?\n", argv[i]);
			return 2;
		}
		words[w].run(argv[i]);
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "jail.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "bpf.h"
#include "start.h"

/* What the child has come to; each step is a bigger number. */
enum progress {
	STARTED,    /* no verdict yet */
	CONFINING,  /* the same, and the child loads its own filter: may it? */
	CONFINED,   /* the same, and it has, or was denied */
	NO_VERDICT, /* out of memory, or libseccomp could not work */
	JUDGED,	    /* the report is complete */
	ASKING,	    /* the same, and a filter that does no harm is loaded: may it be? */
	LOADING,    /* the same, and the trial load has begun */
	LOADED,	    /* the kernel took the filter */
	REFUSED,    /* the kernel refused it: .load_errno */
	FORBIDDEN   /* seccomp(2) itself is denied here: nothing is known of the filter */
};

/* Shared with the child, which is not trusted: every field is checked when it is read. */
struct page {
	_Atomic int progress;
	int load_errno;
	bool short_of_data; /* the parent's own limit is lower than a check's */
	struct scd_error error;
	uint32_t report_len;
	unsigned char report[SCD_REPORT_WIRE_MAX];
};

static const char *const result_names[] = {
	[SCD_JAIL_ACCEPTED] = "accepted",
	[SCD_JAIL_REJECTED] = "rejected",
	[SCD_JAIL_TIMEOUT] = "timeout",
	[SCD_JAIL_CRASH] = "crash",
};
static_assert(sizeof(result_names) / sizeof(result_names[0]) == SCD_JAIL_RESULT_COUNT,
	      "every result needs a name");

const char *scd_jail_result_name(enum scd_jail_result result)
{
	return (unsigned)result < SCD_JAIL_RESULT_COUNT ? result_names[result] : "unknown";
}

/* Calls that judging makes: memory, libseccomp's memfd, the clock, the end; and loading. */
static const int allowed_calls[] = {
	__NR_brk,	   __NR_mmap,	     __NR_munmap,	  __NR_mremap,
	__NR_mprotect,	   __NR_madvise,     __NR_memfd_create,	  __NR_ftruncate,
	__NR_fstat,	   __NR_newfstatat,  __NR_read,		  __NR_pread64,
	__NR_write,	   __NR_lseek,	     __NR_close,	  __NR_fcntl,
	__NR_futex,	   __NR_getrandom,   __NR_clock_gettime,  __NR_getpid,
	__NR_gettid,	   __NR_tgkill,	     __NR_rt_sigprocmask, __NR_rt_sigaction,
	__NR_rt_sigreturn, __NR_sigaltstack, __NR_timer_create,	  __NR_timer_settime,
	__NR_prctl,	   __NR_seccomp,     __NR_uname,	  __NR_sysinfo,
	__NR_exit,	   __NR_exit_group,
};
#define ALLOWED (sizeof(allowed_calls) / sizeof(allowed_calls[0]))

const int *scd_jail_calls(size_t *count)
{
	*count = ALLOWED;
	return allowed_calls;
}

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define THIS_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define THIS_ARCH AUDIT_ARCH_S390X
#else
#error "say here what linux/audit.h calls this architecture"
#endif

/* Calls that are compared one after the other, in ascending order. The kernel runs a new filter for
 * every call that there is, to know which ones it need not ask about: groups make that quick. */
#define GROUP ((size_t)6)
#define GROUPS ((ALLOWED + GROUP - 1) / GROUP)
#define OWN_FILTER_LEN (ALLOWED + 2 * GROUPS + 4)
static_assert(OWN_FILTER_LEN <= SCD_JAIL_FILTER_MAX, "the filter of a check has its room");

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Writes a group of @calls and what leads past it where @next, greater than they, is another's. The
 * filter's last instruction allows. Returns the index behind. */
static size_t write_group(struct sock_filter insns[SCD_JAIL_FILTER_MAX], size_t at,
			  const int *calls, size_t count, const int *next)
{
	const size_t last = OWN_FILTER_LEN - 1;

	if (next) {
		insns[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)*next,
							 (uint8_t)(count + 1), 0);
		at++;
	}
	for (size_t i = 0; i < count; i++, at++)
		insns[at] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], (uint8_t)(last - at - 1), 0);
	insns[at] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	return at + 1;
}

size_t scd_jail_filter(struct sock_filter insns[SCD_JAIL_FILTER_MAX])
{
	const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	size_t at = sizeof(head) / sizeof(head[0]);
	int calls[ALLOWED];

	memcpy(insns, head, sizeof(head));
	memcpy(calls, allowed_calls, sizeof(calls));
	qsort(calls, ALLOWED, sizeof(calls[0]), by_number);
	for (size_t i = 0; i < ALLOWED; i += GROUP) {
		const bool is_last = ALLOWED - i <= GROUP;

		at = write_group(insns, at, &calls[i], is_last ? ALLOWED - i : GROUP,
				 is_last ? NULL : &calls[i + GROUP]);
	}
	insns[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	assert(at == OWN_FILTER_LEN);
	return at;
}

static int load_own_filter(void)
{
	struct sock_filter insns[SCD_JAIL_FILTER_MAX];
	const struct sock_fprog program = { .len = (unsigned short)scd_jail_filter(insns),
					    .filter = insns };

	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Lowers a limit, which cannot fail; one that is lower already stays. */
static void limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
	struct rlimit value;

	(void)getrlimit(resource, &value);
	if (value.rlim_cur > soft)
		value.rlim_cur = soft;
	if (value.rlim_max > hard)
		value.rlim_max = hard;
	(void)setrlimit(resource, &value);
}

/* Descriptors of the parent are none of the child's business. */
static void close_all(void)
{
	if (syscall(__NR_close_range, 3U, ~0U, 0U) == 0)
		return;
	for (int fd = 3; fd < 1024; fd++)
		(void)close(fd);
}

/* Address sanitizers reserve terabytes, and need calls of their own. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static void confine(const struct scd_check_opts *opts, struct page *page)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* A handler of the parent's loop would write into the parent's pipe. */
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_DUMPABLE, 0);
	close_all();
	/* The C library writes to it when it finds a heap in ruins: no line of the parent's log.
	 * The new descriptor takes its number, and what is written is gone with the child. */
	if (!SANITIZED) {
		(void)close(STDERR_FILENO);
		(void)memfd_create("stderr", 0);
	}
	limit(RLIMIT_CPU, SCD_CHECK_CPU_SECONDS, SCD_CHECK_CPU_SECONDS + 1);
	limit(RLIMIT_CORE, 0, 0);
	limit(RLIMIT_NOFILE, 16, 16);
	limit(RLIMIT_FSIZE, (rlim_t)SCD_CHECK_DATA_BYTES, (rlim_t)SCD_CHECK_DATA_BYTES);
	if (!SANITIZED) {
		struct rlimit data;

		limit(RLIMIT_DATA, (rlim_t)SCD_CHECK_DATA_BYTES, (rlim_t)SCD_CHECK_DATA_BYTES);
		(void)getrlimit(RLIMIT_DATA, &data);
		page->short_of_data = data.rlim_cur < (rlim_t)SCD_CHECK_DATA_BYTES;
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Where seccomp(2) is denied the limits must do. */
	if (SANITIZED || opts->seccomp_kills)
		return;
	atomic_store(&page->progress, CONFINING);
	(void)load_own_filter();
	atomic_store(&page->progress, CONFINED);
}

/* A KILL that does not ask the filter: the kernel's timer sends it. */
static void arm_end(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	const struct itimerspec soon = { .it_value = { .tv_nsec = 20000000 } };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		(void)timer_settime(timer, 0, &soon, NULL);
}

/* Loads @filter as the child's last act. What comes after must not make a call that the
 * filter denies: a killed or logged call would be noise in the node's audit log. */
static void trial_load(struct page *page, const struct scd_filter *filter)
{
	const struct sock_fprog program = { .len = (unsigned short)filter->count,
					    .filter = filter->insns };
	const bool may_exit =
		scd_start_action(filter, seccomp_arch_native(), "exit_group") == SCMP_ACT_ALLOW;
	long rc;

	if (!may_exit)
		arm_end();
	atomic_store(&page->progress, LOADING);
	rc = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	if (rc == 0) {
		atomic_store(&page->progress, LOADED);
		if (may_exit)
			_exit(0);
		for (;;) /* until the timer */
			atomic_signal_fence(memory_order_seq_cst);
	}
	page->load_errno = errno;
	atomic_store(&page->progress, REFUSED);
}

/* A filter that allows everything: if the kernel refuses this one, it refuses seccomp(2). */
static bool can_load(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { .len = 1, .filter = &allow };

	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* What judging writes for each byte of text, nearly all of it in libseccomp, and most that is
 * asked for at once. */
#define HEAP_PER_BYTE 48
#define HEAP_MAX ((size_t)1 << 20)

/* Has the heap grow to about what will be needed, with its pages: hundreds of page faults cost more
 * than the one call, which kernels have from Linux 5.14 on. */
static void grow_heap(size_t len)
{
#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)
	const size_t size = len < HEAP_MAX / HEAP_PER_BYTE ? len * HEAP_PER_BYTE : HEAP_MAX;
	auto_free char *block = NULL;
	size_t before; /* bytes from the page's start to the block */

	/* On the heap, and to stay there when it is free. */
	(void)mallopt(M_MMAP_THRESHOLD, 2 * HEAP_MAX);
	(void)mallopt(M_TRIM_THRESHOLD, 2 * HEAP_MAX);
	block = malloc(size);
	if (!block)
		return;
	before = (uintptr_t)block % (size_t)sysconf(_SC_PAGESIZE);
	(void)madvise(block - before, before + size, MADV_POPULATE_WRITE);
#else
	(void)len;
#endif
}

static void judge(const char *json, size_t len, const struct scd_check_opts *opts,
		  struct page *page)
{
	struct scd_filter filter = { 0 };
	struct scd_report report = { 0 };

	if (scd_check_profile_filter(json, len, opts, &report, &filter, &page->error) < 0) {
		atomic_store(&page->progress, NO_VERDICT);
		return;
	}
	page->report_len = (uint32_t)scd_report_encode(&report, page->report, sizeof(page->report));
	atomic_store(&page->progress, page->report_len ? JUDGED : NO_VERDICT);
	if (!opts->trial_load || !filter.insns || !scd_report_accepts(&report))
		return;
	atomic_store(&page->progress, ASKING);
	if (opts->seccomp_kills || !can_load())
		atomic_store(&page->progress, FORBIDDEN);
	else
		trial_load(page, &filter);
}

int scd_jail_start(const char *json, size_t len, const struct scd_check_opts *opts,
		   struct scd_jail *jail, struct scd_error *err)
{
	sigset_t all, old;
	struct page *page;
	pid_t pid;

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return scd_fail(err, SCD_E_SYSTEM, errno, "memory to share with a check");

	/* No handler of the parent runs in the child. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (pid == 0) {
		confine(opts, page);
		grow_heap(len);
		judge(json, len, opts, page);
		_exit(0);
	}
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid < 0) {
		int saved = errno;

		(void)munmap(page, sizeof(*page));
		return scd_fail(err, SCD_E_SYSTEM, saved, "fork a check");
	}
	*jail = (struct scd_jail){ .pid = pid, .page = page };
	return 0;
}

/* Could a check have had all the memory that it may use? Its own is free by now, so that without
 * any it was the machine, or a limit of ours, that had no more: what libseccomp makes of that, from
 * a crash to an endless loop, says nothing of the profile. */
static bool memory_is_there(void)
{
	void *all = mmap(NULL, SCD_CHECK_DATA_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (all == MAP_FAILED)
		return false;
	(void)munmap(all, SCD_CHECK_DATA_BYTES);
	return true;
}

/* A verdict on a profile whose check did not survive. */
static void report_death(struct scd_report *report, const char *how)
{
	scd_report_add(
		report, SCD_COMPILE_TOO_EXPENSIVE, SCD_ERROR, (struct scd_place){ 0 },
		"the check %s: a runtime would do the same at every start of a container; use "
		"fewer conditions",
		how);
}

static enum scd_jail_result conclude_death(int progress, int status, bool timed_out,
					   struct scd_report *report)
{
	const int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (timed_out || sig == SIGXCPU) {
		report_death(report, timed_out ? "took too long" : "used up its processor time");
		return SCD_JAIL_TIMEOUT;
	}
	if (progress == NO_VERDICT)
		report_death(report, "needed more memory than a profile is worth");
	else
		report_death(report, "crashed");
	return SCD_JAIL_CRASH;
}

/* Reads a complete report from the page. */
static int read_report(const struct page *page, struct scd_report *report, struct scd_error *err)
{
	uint32_t len = page->report_len;

	if (len > sizeof(page->report))
		return scd_fail(err, SCD_E_CORRUPT, 0, "a report of %u bytes", len);
	return scd_report_decode(page->report, len, report, err);
}

/* The verdict from what the child left behind. */
static int conclude(const struct page *page, int status, bool timed_out, struct scd_report *report,
		    enum scd_jail_result *result, bool *degraded, struct scd_error *err)
{
	const int progress = atomic_load(&page->progress);
	const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	bool cut_short;
	int rc = -1;

	*degraded = progress == FORBIDDEN || (progress == ASKING && killed);
	if (progress == CONFINING && killed) {
		*degraded = true;
		return scd_fail(err, SCD_E_SYSTEM, 0, "who calls seccomp(2) here is killed");
	}
	/* What ended it in the middle of its trial load was not the filter. */
	cut_short =
		WIFSIGNALED(status) && !*degraded && (progress == ASKING || progress == LOADING);
	if (progress >= JUDGED && !cut_short) {
		rc = read_report(page, report, err);
		if (rc < 0 && err->code == SCD_E_NOMEM)
			return -1; /* ours, not the profile's */
	}
	if (rc == 0) {
		if (progress == REFUSED)
			scd_report_add(report, SCD_FILTER_TOO_LARGE, SCD_ERROR,
				       (struct scd_place){ 0 },
				       "this kernel refuses the filter (%s): no container starts",
				       strerror(page->load_errno));
		*result = scd_report_accepts(report) ? SCD_JAIL_ACCEPTED : SCD_JAIL_REJECTED;
		return 0;
	}
	if (progress == NO_VERDICT && page->error.code != SCD_E_NOMEM) {
		*err = page->error;
		err->msg[sizeof(err->msg) - 1] = '\0';
		if (err->code == SCD_OK || err->code >= SCD_CODE_COUNT)
			return scd_fail(err, SCD_E_CORRUPT, 0, "no verdict, and no reason");
		return -1;
	}
	if (page->short_of_data || !memory_is_there())
		return scd_fail(err, SCD_E_NOMEM, ENOMEM, "%zu bytes for a check",
				SCD_CHECK_DATA_BYTES);
	/* Its processor time ends with SIGXCPU, a second before the kernel would send this one. */
	if (!timed_out && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return scd_fail(
			err, SCD_E_NOMEM, 0,
			"a check was killed by others: the kernel does so for want of memory");
	*result = conclude_death(progress, status, timed_out, report);
	return 0;
}

int scd_jail_finish(struct scd_jail *jail, int status, bool timed_out, struct scd_report *report,
		    enum scd_jail_result *result, bool *degraded, struct scd_error *err)
{
	int rc;

	assert(jail->page); /* scd_jail_start() */
	rc = conclude(jail->page, status, timed_out, report, result, degraded, err);
	(void)munmap(jail->page, sizeof(struct page));
	*jail = (struct scd_jail){ 0 };
	if (rc == 0 && report->failed)
		rc = scd_fail(err, SCD_E_NOMEM, 0, "findings");
	return rc;
}

/* Waits for the child until its wall-clock time is over; true when it had to be killed. */
static bool wait_for(pid_t pid, int *status)
{
	struct pollfd end = { .events = POLLIN };
	auto_close int fd = (int)syscall(__NR_pidfd_open, pid, 0U);
	bool killed = false;

	end.fd = fd;
	if (fd >= 0 && poll(&end, 1, SCD_CHECK_WALL_SECONDS * 1000) == 0)
		killed = kill(pid, SIGKILL) == 0;
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return killed;
}

static int check_once(const char *json, size_t len, const struct scd_check_opts *opts,
		      struct scd_report *report, enum scd_jail_result *result, bool *degraded,
		      struct scd_error *err)
{
	struct scd_jail jail = { 0 };
	int status = 0;
	bool timed_out;

	if (scd_jail_start(json, len, opts, &jail, err) < 0)
		return -1;
	timed_out = wait_for(jail.pid, &status);
	return scd_jail_finish(&jail, status, timed_out, report, result, degraded, err);
}

int scd_jail_check(const char *json, size_t len, const struct scd_check_opts *opts,
		   struct scd_report *report, enum scd_jail_result *result, bool *degraded,
		   struct scd_error *err)
{
	struct scd_check_opts without = *opts;

	*degraded = false;
	if (check_once(json, len, opts, report, result, degraded, err) == 0)
		return 0;
	if (!*degraded)
		return -1;
	without.seccomp_kills = true;
	return check_once(json, len, &without, report, result, degraded, err);
}

/* SPDX-License-Identifier: MIT */
/*
 * Runs in a container and makes raw system calls, to see what the filter does with each:
 *
 *   probe                              dies of SIGILL at once: it was started
 *   probe ABI,NR,A0,...,A5 ...         one line of output a call, hexadecimal words;
 *                                      then exit status 42
 *
 * ABI is 0 for the syscall instruction (x32 by bit 30 of NR), 1 for int 0x80. A line is KIND VALUE:
 * what the call returned, or the errno of a SIGSYS, or the signal that killed the process.
 *
 * Static, without a libc: nothing but what is written here is called. Every call is made by the
 * second thread of a process of its own, so that killing the thread, killing the process and
 * SIGSYS can be told apart. All share the memory, and nothing else: no call is needed to report.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "probe.h"

#define STACK ((size_t)16 << 10)
#define OUTPUT ((size_t)48 << 10)

#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000
#endif

/* As the kernel has it; glibc's differs. */
struct kernel_sigaction {
	void (*handler)(int sig, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

struct call {
	int i386;
	long nr, args[6];
};

static struct call now;
static volatile enum scd_probe_kind kind;
static volatile long value;
static volatile int thread_id, done;
static char process_stack[STACK] __attribute__((aligned(16)));
static char thread_stack[STACK] __attribute__((aligned(16)));
static char output[OUTPUT];
static size_t output_len;

static long call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The same call of a 32-bit program. */
static long call6_i386(const struct call *call)
{
	const int64_t words[7] = { call->nr,	  call->args[0], call->args[1], call->args[2],
				   call->args[3], call->args[4], call->args[5] };
	register const int64_t *p __asm__("r11") = words;
	long ret;

	__asm__ volatile("push %%rbp\n\t"
			 "push %%rbx\n\t"
			 "mov 8(%%r11), %%rbx\n\t"
			 "mov 16(%%r11), %%rcx\n\t"
			 "mov 24(%%r11), %%rdx\n\t"
			 "mov 32(%%r11), %%rsi\n\t"
			 "mov 40(%%r11), %%rdi\n\t"
			 "mov 48(%%r11), %%rbp\n\t"
			 "mov (%%r11), %%rax\n\t"
			 "int $0x80\n\t"
			 "pop %%rbx\n\t"
			 "pop %%rbp"
			 : "=&a"(ret), "+r"(p)
			 :
			 : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "memory", "cc");
	return (int)ret;
}

static void *zero(void *to, int byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = (char)byte;
	return to;
}

static void end_thread(void)
{
	for (;;)
		(void)call6(SYS_exit, 0, 0, 0, 0, 0, 0);
}

/* Of SECCOMP_RET_TRAP. A call may have raised another SIGSYS after it was made. */
static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (!done) {
		value = info->si_errno;
		kind = SCD_PROBE_TRAPPED;
		done = 1;
	}
	end_thread();
}

/* The second thread. */
static void make_call(void)
{
	const long *a = now.args;
	long ret = now.i386 ? call6_i386(&now) : call6(now.nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	value = ret;
	kind = SCD_PROBE_RETURNED;
	done = 1;
	end_thread();
}

/* clone(2) with a stack of its own on which @run is called; it never returns. */
static long clone_to(unsigned long flags, char *stack, volatile int *id, void (*run)(void))
{
	uintptr_t *top = (uintptr_t *)(void *)(stack + STACK - 8);
	register volatile int *child_id __asm__("r10") = id;
	register long tls __asm__("r8") = 0;
	long ret;

	*top = (uintptr_t)run;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "pop %%rax\n\t"
			 "call *%%rax\n\t"
			 "ud2\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(SYS_clone), "D"(flags), "S"(top), "d"(0L), "r"(child_id), "r"(tls)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

/* The first thread: starts the second and outlives it. */
static void lead(void)
{
	const unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				    CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID;

	thread_id = 1; /* the kernel clears it when the thread ends */
	if (clone_to(flags, thread_stack, &thread_id, make_call) > 0) {
		while (thread_id && !done)
			(void)call6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
		if (!done)
			kind = SCD_PROBE_THREAD_KILLED;
	}
	for (;;)
		(void)call6(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

static void print_hex(unsigned long number, char end)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		if (number >> shift || shift == 0)
			output[output_len++] = "0123456789abcdef"[number >> shift & 15];
	output[output_len++] = end;
}

static void flush(void)
{
	for (size_t at = 0; at < output_len;) {
		long n = call6(SYS_write, 1, (long)(output + at), (long)(output_len - at), 0, 0, 0);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	output_len = 0;
}

static long parse_hex(const char **text)
{
	unsigned long number = 0;

	for (; **text && **text != ','; (*text)++)
		number = number << 4 |
			 (unsigned long)(**text <= '9' ? **text - '0' : **text - 'a' + 10);
	if (**text)
		(*text)++;
	return (long)number;
}

static void try_call(const char *text)
{
	int status = 0;
	long pid;

	now.i386 = (int)parse_hex(&text);
	now.nr = parse_hex(&text);
	for (int i = 0; i < 6; i++)
		now.args[i] = parse_hex(&text);
	kind = SCD_PROBE_NOTHING;
	value = 0;
	done = 0;
	pid = clone_to(CLONE_VM | CLONE_VFORK | SIGCHLD, process_stack, 0, lead);
	if (pid > 0 && call6(SYS_wait4, pid, (long)&status, 0, 0, 0, 0) == pid && (status & 0x7f) &&
	    !done) {
		kind = SCD_PROBE_SIGNALLED;
		value = status & 0x7f;
	}
	print_hex((unsigned long)kind, ' ');
	print_hex((unsigned long)value, '\n');
	if (output_len > OUTPUT - 64)
		flush();
}

/* Not static: it is called from the entry below alone. */
void probe_main(const long *stack);

void probe_main(const long *stack)
{
	const long argc = stack[0];
	char *const *argv = (char *const *)(stack + 1);
	struct kernel_sigaction action;

	if (argc > 1) {
		(void)zero(&action, 0, sizeof(action));
		action.handler = on_sigsys;
		action.flags = SA_SIGINFO | SA_NODEFER | SA_RESTORER;
		(void)call6(SYS_rt_sigaction, SIGSYS, (long)&action, 0, sizeof(action.mask), 0, 0);
		for (long i = 1; i < argc; i++)
			try_call(argv[i]);
		flush();
		(void)call6(SYS_exit_group, SCD_PROBE_ENDED, 0, 0, 0, 0, 0);
	}
	__builtin_trap();
}

__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"and $-16, %rsp\n\t"
	"call probe_main\n\t"
	"ud2\n");

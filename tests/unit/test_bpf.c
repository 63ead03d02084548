/* SPDX-License-Identifier: MIT */
/* The interpreter and the validity check, against the kernel: programs are loaded into forked
 * children, system calls made, and what came back compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bounds.h"
#include "bpf.h"

/* A call that no kernel has: without a filter it is ENOSYS, and it harms nobody. */
#define NO_CALL 0x0ffff

#define KERNEL_NATIVE seccomp_arch_native()

/* xorshift64*: the same numbers on every run. */
static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t random64(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(0x2545f4914f6cdd1d);
}

static uint32_t below(uint32_t end)
{
	return (uint32_t)(random64() >> 32) % end;
}

/* What a child has found, in memory that it shares with us. */
struct shared {
	_Atomic int count;
	int result[4096];
};

static struct shared *share(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(shared != MAP_FAILED);
	return shared;
}

static int load(struct sock_filter *insns, size_t count)
{
	const struct sock_fprog program = {
		.len = (unsigned short)count,
		.filter = insns,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* The errno that every call of @calls gets under the program; 0: none. */
static void run_in_kernel(struct sock_filter *insns, size_t count, const struct seccomp_data *calls,
			  size_t n, struct shared *shared)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (load(insns, count) < 0)
			_exit(2);
		for (size_t i = 0; i < n; i++) {
			const uint64_t *a = (const uint64_t *)calls[i].args;
			long rc = syscall(calls[i].nr, a[0], a[1], a[2], a[3], a[4], a[5]);

			shared->result[i] = rc < 0 ? errno : 0;
			atomic_store(&shared->count, (int)i + 1);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(shared->count, n);
}

/* What libseccomp makes of a context. */
static void export(scmp_filter_ctx ctx, struct scd_filter *filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t size;

	assert_true(fd >= 0);
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	size = lseek(fd, 0, SEEK_END);
	filter->insns = malloc((size_t)size);
	assert_non_null(filter->insns);
	assert_int_equal(pread(fd, filter->insns, (size_t)size, 0), size);
	filter->count = (size_t)size / sizeof(*filter->insns);
	assert_int_equal(close(fd), 0);
}

/* Calls made harmless by their arguments, or by failing anyway. */
static const int probed[] = { __NR_getppid, __NR_getuid, __NR_getgid, __NR_geteuid,
			      __NR_getegid, NO_CALL,	 NO_CALL + 1, NO_CALL + 2 };
#define PROBED (sizeof(probed) / sizeof(probed[0]))

static const uint64_t edges[] = { 0,
				  1,
				  2,
				  0x7fffffff,
				  0x80000000,
				  0xffffffff,
				  UINT64_C(1) << 32,
				  (UINT64_C(1) << 32) + 5,
				  UINT64_MAX,
				  UINT64_MAX - 1 };
#define EDGES (sizeof(edges) / sizeof(edges[0]))

static uint64_t some_value(void)
{
	return below(8) ? edges[below(EDGES)] + below(3) - 1 : random64();
}

/* One filter with random rules for the probed calls; false when libseccomp refuses one. */
static void random_filter(struct scd_filter *filter)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	assert_non_null(ctx);
	for (int i = 0; i < 12; i++) {
		struct scmp_arg_cmp args[3];
		unsigned n = below(4);

		for (unsigned j = 0; j < n; j++)
			args[j] = (struct scmp_arg_cmp){
				.arg = (below(2) * 3 + j) % 6,
				.op = SCMP_CMP_NE + below(7),
				.datum_a = some_value(),
				.datum_b = some_value(),
			};
		/* A contradiction to an earlier rule is refused: never mind. */
		(void)seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(100 + below(3000)),
					     probed[below(PROBED)], n, args);
	}
	export(ctx, filter);
	seccomp_release(ctx);
}

static void runs_filters_of_libseccomp_as_the_kernel_does(void **state)
{
	enum {
		FILTERS = 60,
		CALLS = 200
	};
	struct shared *shared = share();
	size_t denied = 0;

	(void)state;
	for (int f = 0; f < FILTERS; f++) {
		auto_filter struct scd_filter filter = { 0 };
		struct seccomp_data calls[CALLS];

		random_filter(&filter);
		assert_true(scd_bpf_valid(filter.insns, filter.count));
		for (size_t i = 0; i < CALLS; i++) {
			calls[i] = (struct seccomp_data){ .nr = probed[below(PROBED)],
							  .arch = KERNEL_NATIVE };
			for (size_t a = 0; a < 6; a++)
				calls[i].args[a] = some_value();
		}
		run_in_kernel(filter.insns, filter.count, calls, CALLS, shared);
		assert_true(scd_filter_index(&filter));
		for (size_t i = 0; i < CALLS; i++) {
			uint32_t action = scd_bpf_run(filter.insns, filter.count, &calls[i]);
			int expected = (int)(action & SECCOMP_RET_DATA);

			assert_int_equal(scd_filter_run(&filter, &calls[i]), action);
			if (action == SECCOMP_RET_ALLOW)
				expected = calls[i].nr >= NO_CALL ? ENOSYS : 0;
			else
				denied++;
			assert_int_equal(shared->result[i], expected);
		}
	}
	assert_true(denied > FILTERS); /* else nothing was compared */
	(void)munmap(shared, sizeof(*shared));
}

/* A chain of @n comparisons with ascending numbers, most of which go on to the next; here and
 * there the order is broken, or a return or another comparison stands between. */
static size_t random_chain(struct sock_filter *insns, size_t n)
{
	uint32_t k = 0;
	size_t i = 0;

	insns[i++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	while (i < n) {
		k = below(40) ? k + 1 + below(3) : below(3 * (uint32_t)n);
		insns[i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | (below(30) ? BPF_JEQ : BPF_JGT) | BPF_K, k,
			(uint8_t)below(n - i < 200 ? (uint32_t)(n - i) : 200), 0);
		insns[i].jf = below(10) ? 0 : insns[i].jt / 2;
		i++;
		if (below(20) == 0 && i < n)
			insns[i++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (uint32_t)i);
	}
	insns[i++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	return i;
}

/* Every number is asked for, of which many stand in no comparison. */
static void an_index_changes_no_answer(void **state)
{
	enum {
		LENGTH = 600,
		ROUNDS = 200
	};
	size_t leaps = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		auto_filter struct scd_filter filter = {
			.insns = calloc(LENGTH + 1, sizeof(*filter.insns)),
		};

		assert_non_null(filter.insns);
		filter.count = random_chain(filter.insns, round ? 1 + below(LENGTH - 1) : LENGTH);
		assert_true(scd_bpf_valid(filter.insns, filter.count));
		assert_true(scd_filter_index(&filter));
		for (size_t i = 0; i < filter.count; i++)
			leaps += filter.leaps[i] > i + 64;
		for (int nr = -1; nr < 3 * LENGTH; nr++) {
			const struct seccomp_data data = { .nr = nr };

			assert_int_equal(scd_filter_run(&filter, &data),
					 scd_bpf_run(filter.insns, filter.count, &data));
		}
	}
	assert_true(leaps > ROUNDS); /* else nothing was skipped */
}

/* The errno under a filter that computes it from A, masked to 12 bits. */
static uint32_t kernel_result(struct sock_filter *insns, size_t count,
			      const struct seccomp_data *data, int *signal_number)
{
	struct shared *shared = share();
	uint32_t result;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		const uint64_t *a = (const uint64_t *)data->args;
		long rc;

		(void)signal(SIGSYS, SIG_DFL);
		if (load(insns, count) < 0)
			_exit(2);
		rc = syscall(data->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		shared->result[0] = rc < 0 ? errno : 0;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	assert_true(*signal_number || WEXITSTATUS(status) == 0);
	result = (uint32_t)shared->result[0];
	(void)munmap(shared, sizeof(*shared));
	return result;
}

#define STMT(c, operand) ((struct sock_filter)BPF_STMT(c, operand))
#define JUMP(c, operand, t, f) ((struct sock_filter)BPF_JUMP(c, operand, t, f))

/* Lets every call but NO_CALL pass; the program goes on behind. */
static size_t head(struct sock_filter *insns)
{
	insns[0] = STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	insns[1] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_CALL, 1, 0);
	insns[2] = STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return 3;
}

/* Ends with the low 11 bits of A as an errno. */
static size_t tail(struct sock_filter *insns)
{
	insns[0] = STMT(BPF_ALU | BPF_AND | BPF_K, 0x7ff);
	insns[1] = STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	insns[2] = STMT(BPF_RET | BPF_A, 0);
	return 3;
}

static void assert_kernel_agrees(struct sock_filter *insns, size_t count,
				 const struct seccomp_data *data)
{
	uint32_t ours, theirs;
	int sig;

	assert_true(scd_bpf_valid(insns, count));
	ours = scd_bpf_run(insns, count, data);
	theirs = kernel_result(insns, count, data, &sig);
	if (ours == SECCOMP_RET_KILL_THREAD || ours == SECCOMP_RET_KILL_PROCESS) {
		assert_int_equal(sig, SIGSYS);
		return;
	}
	assert_int_equal(sig, 0);
	assert_int_equal(ours & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	assert_int_equal(ours & SECCOMP_RET_DATA, theirs);
}

static void computes_as_the_kernel_does(void **state)
{
	static const uint16_t ops[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR,
					BPF_AND, BPF_XOR, BPF_LSH, BPF_RSH };
	static const uint32_t values[] = { 0, 1, 3, 31, 32, 33, 0x80000000, 0xffffffff };
	const struct seccomp_data data = { .nr = NO_CALL, .arch = KERNEL_NATIVE };

	(void)state;
	for (size_t o = 0; o < sizeof(ops) / sizeof(ops[0]); o++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
			for (int by_x = 0; by_x < 2; by_x++) {
				struct sock_filter insns[16];
				size_t n = head(insns);

				insns[n++] = STMT(BPF_LDX | BPF_IMM, values[v]);
				insns[n++] = STMT(BPF_LD | BPF_IMM, 0x12345678);
				insns[n++] =
					STMT((uint16_t)(BPF_ALU | ops[o] | (by_x ? BPF_X : BPF_K)),
					     values[v]);
				insns[n++] = STMT(BPF_ALU | BPF_NEG, 0);
				insns[n++] = STMT(BPF_MISC | BPF_TAX, 0);
				insns[n++] = STMT(BPF_ALU | BPF_RSH | BPF_K, 11);
				insns[n++] = STMT(BPF_ALU | BPF_XOR | BPF_X, 0);
				n += tail(insns + n);
				if (scd_bpf_valid(insns, n))
					assert_kernel_agrees(insns, n, &data);
				else
					assert_false(by_x); /* a constant that makes no sense */
			}
}

static void division_by_zero_ends_the_program_with_kill(void **state)
{
	const struct seccomp_data data = { .nr = NO_CALL, .arch = KERNEL_NATIVE };
	struct sock_filter insns[8];
	size_t n = head(insns);

	(void)state;
	insns[n++] = STMT(BPF_LDX | BPF_IMM, 0);
	insns[n++] = STMT(BPF_ALU | BPF_DIV | BPF_X, 0);
	insns[n++] = STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	assert_int_equal(scd_bpf_run(insns, n, &data), SECCOMP_RET_KILL_THREAD);
	assert_kernel_agrees(insns, n, &data);
}

static void loads_every_word_of_the_data(void **state)
{
	const struct seccomp_data data = {
		.nr = NO_CALL,
		.arch = KERNEL_NATIVE,
		.args = { UINT64_C(0x1111111122222222), UINT64_C(0x3333333344444444),
			  UINT64_C(0x5555555566666666), UINT64_C(0x7777777788888888),
			  UINT64_C(0x99999999aaaaaaaa), UINT64_C(0xbbbbbbbbcccccccc) },
	};

	(void)state;
	for (uint32_t at = 0; at < sizeof(data); at += 4) {
		struct sock_filter insns[16];
		size_t n = head(insns);

		if (at == 8 || at == 12)
			continue; /* the instruction pointer: not ours to know */
		insns[n++] = STMT(BPF_LD | BPF_W | BPF_ABS, at);
		insns[n++] = STMT(BPF_ST, 7);
		insns[n++] = STMT(BPF_LDX | BPF_MEM, 7);
		insns[n++] = STMT(BPF_LD | BPF_W | BPF_LEN, 0);
		insns[n++] = STMT(BPF_ALU | BPF_ADD | BPF_X, 0);
		n += tail(insns + n);
		assert_kernel_agrees(insns, n, &data);
	}
}

/* Whether the kernel takes the program: asked in a child, where it stays if it is taken. */
static bool kernel_accepts(struct sock_filter *insns, size_t count)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(load(insns, count) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 0;
}

/* A program that does a little of everything. */
static size_t sample(struct sock_filter *insns)
{
	size_t n = head(insns);

	insns[n++] = STMT(BPF_LD | BPF_W | BPF_ABS, 16);
	insns[n++] = STMT(BPF_ST, 3);
	insns[n++] = JUMP(BPF_JMP | BPF_JGT | BPF_K, 9, 1, 0);
	insns[n++] = STMT(BPF_JMP | BPF_JA, 1);
	insns[n++] = STMT(BPF_LDX | BPF_MEM, 3);
	insns[n++] = STMT(BPF_MISC | BPF_TXA, 0);
	insns[n++] = STMT(BPF_ALU | BPF_ADD | BPF_X, 0);
	return n + tail(insns + n);
}

static void mutate(struct sock_filter *insn)
{
	switch (below(5)) {
	case 0:
		insn->code = (uint16_t)below(256);
		break;
	case 1:
		insn->code = (uint16_t)random64();
		break;
	case 2:
		insn->k = below(2) ? below(80) : (uint32_t)random64();
		break;
	case 3:
		insn->jt = (uint8_t)below(16);
		insn->jf = (uint8_t)below(16);
		break;
	default:
		insn->code ^= (uint16_t)(1U << below(16));
		break;
	}
}

static void print_program(const struct sock_filter *insns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		print_error("%zu: code %#x jt %u jf %u k %#x\n", i, insns[i].code, insns[i].jt,
			    insns[i].jf, insns[i].k);
}

static void takes_exactly_the_programs_that_the_kernel_takes(void **state)
{
	enum {
		PROGRAMS = 1500
	};
	size_t taken = 0;

	(void)state;
	/* The head stays as it is: a child under a program that was taken must still exit. */
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct sock_filter insns[16];
		size_t count = sample(insns);
		bool kernel;

		for (uint32_t m = below(3); m > 0; m--)
			mutate(&insns[3 + below((uint32_t)count - 3)]);
		if (below(20) == 0)
			count--;
		kernel = kernel_accepts(insns, count);
		if (kernel != scd_bpf_valid(insns, count))
			print_program(insns, count);
		assert_int_equal(kernel, scd_bpf_valid(insns, count));
		taken += kernel;
	}
	assert_true(taken > PROGRAMS / 10 && taken < PROGRAMS * 9 / 10);
}

static void memory_must_be_written_on_every_way_to_a_read(void **state)
{
	struct sock_filter insns[] = {
		STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		STMT(BPF_ST, 0),
		STMT(BPF_LD | BPF_MEM, 0),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	assert_false(scd_bpf_valid(insns, 5));
	insns[1].jf = 0;
	assert_true(scd_bpf_valid(insns, 5));
}

/* What is jumped over was not written. */
static void a_jump_over_a_write_leaves_memory_unwritten(void **state)
{
	struct sock_filter insns[] = {
		STMT(BPF_JMP | BPF_JA, 1),
		STMT(BPF_ST, 0),
		STMT(BPF_LD | BPF_MEM, 0),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	assert_false(scd_bpf_valid(insns, 4));
	assert_false(kernel_accepts(insns, 4));
	insns[0].k = 0;
	assert_true(scd_bpf_valid(insns, 4));
}

/* Behind a jump stands what only another one leads to, which has written. */
static void a_jump_away_has_no_say_in_what_stands_behind_it(void **state)
{
	struct sock_filter insns[] = {
		STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2),
		STMT(BPF_ST, 0),
		STMT(BPF_JMP | BPF_JA, 1),
		STMT(BPF_JMP | BPF_JA, 1),
		STMT(BPF_LD | BPF_MEM, 0),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	assert_true(scd_bpf_valid(insns, 7));
	assert_true(kernel_accepts(insns, 7));
}

/* To the last instruction, and to where one more would stand. */
static void jumps_end_inside_the_program(void **state)
{
	struct sock_filter insns[] = {
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 1),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)state;
	assert_true(scd_bpf_valid(insns, 3));
	insns[0].jt = 2;
	assert_false(scd_bpf_valid(insns, 3));
	insns[0].jt = 1;
	insns[0].jf = 2;
	assert_false(scd_bpf_valid(insns, 3));
	insns[0] = STMT(BPF_JMP | BPF_JA, 1);
	assert_true(scd_bpf_valid(insns, 3));
	insns[0].k = 2;
	assert_false(scd_bpf_valid(insns, 3));
}

static void counts_from_one_to_the_kernels_limit(void **state)
{
	static struct sock_filter insns[SCD_BPF_MAX + 1];

	(void)state;
	for (size_t i = 0; i <= SCD_BPF_MAX; i++)
		insns[i] = STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	assert_false(scd_bpf_valid(insns, 0));
	assert_true(scd_bpf_valid(insns, 1));
	assert_true(scd_bpf_valid(insns, SCD_BPF_MAX));
	assert_false(scd_bpf_valid(insns, SCD_BPF_MAX + 1));
	insns[9] = STMT(BPF_LD | BPF_IMM, 1);
	assert_false(scd_bpf_valid(insns, 10)); /* no return at the end */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_filters_of_libseccomp_as_the_kernel_does),
		cmocka_unit_test(an_index_changes_no_answer),
		cmocka_unit_test(computes_as_the_kernel_does),
		cmocka_unit_test(division_by_zero_ends_the_program_with_kill),
		cmocka_unit_test(loads_every_word_of_the_data),
		cmocka_unit_test(takes_exactly_the_programs_that_the_kernel_takes),
		cmocka_unit_test(memory_must_be_written_on_every_way_to_a_read),
		cmocka_unit_test(a_jump_over_a_write_leaves_memory_unwritten),
		cmocka_unit_test(a_jump_away_has_no_say_in_what_stands_behind_it),
		cmocka_unit_test(jumps_end_inside_the_program),
		cmocka_unit_test(counts_from_one_to_the_kernels_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

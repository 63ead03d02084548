/* SPDX-License-Identifier: MIT */
#include "bpf.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/* Instructions that seccomp allows: kernel/seccomp.c, seccomp_check_filter(). */
static bool known_code(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_JMP | BPF_JA:
	case BPF_ALU | BPF_NEG:
		return true;
	default:
		break;
	}
	if (code > UINT8_MAX)
		return false;
	switch (BPF_CLASS(code)) {
	case BPF_ALU:
		return BPF_OP(code) <= BPF_XOR && BPF_OP(code) != BPF_NEG &&
		       BPF_OP(code) != BPF_MOD;
	case BPF_JMP:
		return BPF_OP(code) >= BPF_JEQ && BPF_OP(code) <= BPF_JSET;
	default:
		return false;
	}
}

static bool jumps_inside(const struct sock_filter *insn, size_t left)
{
	if (BPF_CLASS(insn->code) != BPF_JMP)
		return true;
	if (BPF_OP(insn->code) == BPF_JA)
		return insn->k < left;
	return insn->jt < left && insn->jf < left;
}

static bool operand_valid(const struct sock_filter *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return insn->k % 4 == 0 && insn->k <= sizeof(struct seccomp_data) - 4;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return insn->k < BPF_MEMWORDS;
	case BPF_ALU | BPF_DIV | BPF_K:
		return insn->k != 0;
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return insn->k < 32;
	default:
		return true;
	}
}

/* Whether no word of memory is read that was not written on every way there: the kernel
 * would hand out what its stack holds (net/core/filter.c, check_load_and_stores()). */
static bool memory_written(const struct sock_filter *insns, size_t count)
{
	uint16_t written[SCD_BPF_MAX]; /* on the ways that jump to an instruction */
	uint16_t now = 0;

	memset(written, 0xff, sizeof(written));
	for (size_t i = 0; i < count; i++) {
		const struct sock_filter *insn = &insns[i];

		now &= written[i];
		if (insn->code == BPF_ST || insn->code == BPF_STX) {
			now |= (uint16_t)(1U << insn->k);
		} else if (insn->code == (BPF_LD | BPF_MEM) || insn->code == (BPF_LDX | BPF_MEM)) {
			if (!(now & (1U << insn->k)))
				return false;
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			written[i + 1 + insn->k] &= now;
			now = UINT16_MAX;
		} else if (BPF_CLASS(insn->code) == BPF_JMP) {
			written[i + 1 + insn->jt] &= now;
			written[i + 1 + insn->jf] &= now;
			now = UINT16_MAX;
		}
	}
	return true;
}

bool scd_bpf_valid(const struct sock_filter *insns, size_t count)
{
	if (count == 0 || count > SCD_BPF_MAX || BPF_CLASS(insns[count - 1].code) != BPF_RET)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!known_code(insns[i].code) || !jumps_inside(&insns[i], count - 1 - i) ||
		    !operand_valid(&insns[i]))
			return false;
	return memory_written(insns, count);
}

struct machine {
	uint32_t a, x, mem[BPF_MEMWORDS];
};

static uint32_t arithmetic(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return a / b; /* never by 0: scd_bpf_run() sees to that */
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH: /* by X: its low five bits, as in the kernel's eBPF */
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default: /* BPF_NEG */
		return 0U - a;
	}
}

static bool taken(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default: /* BPF_JSET */
		return (a & b) != 0;
	}
}

/* Loads and stores. */
static void move(struct machine *m, const struct sock_filter *insn, const struct seccomp_data *data)
{
	uint32_t word = insn->k;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ST:
		m->mem[insn->k] = m->a;
		return;
	case BPF_STX:
		m->mem[insn->k] = m->x;
		return;
	default:
		break;
	}
	if (BPF_MODE(insn->code) == BPF_ABS)
		memcpy(&word, (const char *)data + insn->k, sizeof(word));
	else if (BPF_MODE(insn->code) == BPF_LEN)
		word = sizeof(*data);
	else if (BPF_MODE(insn->code) == BPF_MEM)
		word = m->mem[insn->k];
	if (BPF_CLASS(insn->code) == BPF_LD)
		m->a = word;
	else
		m->x = word;
}

#define IS_CASE(insn) ((insn).code == (BPF_JMP | BPF_JEQ | BPF_K))

/* Where a chain of comparisons with constants leads: one for each call that a profile names is
 * nearly all that a filter consists of. */
static size_t skip_chain(const struct sock_filter *insns, size_t count, const uint16_t *leaps,
			 size_t pc, uint32_t a)
{
	while (pc < count && IS_CASE(insns[pc])) {
		const size_t far = leaps ? leaps[pc] : 0;

		if (insns[pc].k == a)
			pc += 1U + insns[pc].jt;
		else if (far && (insns[far].k <= a || insns[pc].k > a))
			pc = far; /* all in between are less, or all are greater */
		else
			pc += 1U + insns[pc].jf;
	}
	return pc;
}

/* Leaps as in Myers's "An applicative random-access stack": one for each comparison, so that
 * any place further down a chain is a number of steps away that grows with its logarithm. */
bool scd_filter_index(struct scd_filter *filter)
{
	const struct sock_filter *insns = filter->insns;
	uint16_t left[SCD_BPF_MAX] = { 0 }; /* comparisons that follow in ascending order */

	if (filter->leaps || filter->count > SCD_BPF_MAX)
		return true;
	filter->leaps = calloc(filter->count + 1, sizeof(*filter->leaps));
	if (!filter->leaps)
		return false;
	for (size_t pc = filter->count; pc-- > 0;) {
		const size_t next = pc + 1 + insns[pc].jf;
		size_t far, farther;

		if (!IS_CASE(insns[pc]) || next >= filter->count || !IS_CASE(insns[next]) ||
		    insns[next].k <= insns[pc].k)
			continue;
		left[pc] = (uint16_t)(left[next] + 1);
		far = filter->leaps[next] ? filter->leaps[next] : next;
		farther = filter->leaps[far] ? filter->leaps[far] : far;
		filter->leaps[pc] = (uint16_t)next;
		if (left[next] - left[far] == left[far] - left[farther])
			filter->leaps[pc] = (uint16_t)farther;
	}
	return true;
}

static uint32_t run(const struct sock_filter *insns, size_t count, const uint16_t *leaps,
		    const struct seccomp_data *data)
{
	struct machine m = { 0 };

	for (size_t pc = 0; pc < count; pc++) {
		const struct sock_filter *insn;
		uint32_t operand;

		pc = skip_chain(insns, count, leaps, pc, m.a);
		if (pc >= count)
			break;
		insn = &insns[pc];
		operand = BPF_SRC(insn->code) == BPF_X ? m.x : insn->k;
		switch (BPF_CLASS(insn->code)) {
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? m.a : insn->k;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				pc += insn->k;
			else
				pc += taken(insn->code, m.a, operand) ? insn->jt : insn->jf;
			break;
		case BPF_ALU:
			if (BPF_OP(insn->code) == BPF_DIV && operand == 0)
				return SECCOMP_RET_KILL_THREAD; /* the kernel ends with 0 */
			m.a = arithmetic(insn->code, m.a, operand);
			break;
		case BPF_MISC:
			if (BPF_MISCOP(insn->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		default:
			move(&m, insn, data);
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS; /* not reached with a valid program */
}

uint32_t scd_bpf_run(const struct sock_filter *insns, size_t count, const struct seccomp_data *data)
{
	return run(insns, count, NULL, data);
}

uint32_t scd_filter_run(const struct scd_filter *filter, const struct seccomp_data *data)
{
	return run(filter->insns, filter->count, filter->leaps, data);
}

void scd_filter_done(struct scd_filter *filter)
{
	free(filter->insns);
	free(filter->leaps);
	*filter = (struct scd_filter){ 0 };
}

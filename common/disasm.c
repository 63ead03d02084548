/* SPDX-License-Identifier: MIT */
#include "disasm.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "call_args.h"
#include "check_opts.h"
#include "meaning.h"
#include "program.h"

#define WORD 4 /* bytes of one */

static const char *const alu_names[] = {
	[BPF_ADD >> 4] = "add", [BPF_SUB >> 4] = "sub", [BPF_MUL >> 4] = "mul",
	[BPF_DIV >> 4] = "div", [BPF_OR >> 4] = "or",	[BPF_AND >> 4] = "and",
	[BPF_LSH >> 4] = "lsh", [BPF_RSH >> 4] = "rsh", [BPF_NEG >> 4] = "neg",
	[BPF_MOD >> 4] = "mod", [BPF_XOR >> 4] = "xor",
};

static const char *const jump_names[] = {
	[BPF_JA >> 4] = "ja",	[BPF_JEQ >> 4] = "jeq",	  [BPF_JGT >> 4] = "jgt",
	[BPF_JGE >> 4] = "jge", [BPF_JSET >> 4] = "jset",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool same_load(const struct scd_disasm_state *a, const struct scd_disasm_state *b)
{
	return a->known && b->known && a->offset == b->offset && a->mask == b->mask;
}

/* Another way leads to an instruction: what both agree on is left. */
static void merge(struct scd_disasm_state *into, const struct scd_disasm_state *from)
{
	if (!into->reached) {
		*into = *from;
		return;
	}
	into->known = same_load(into, from);
	if (into->arch != from->arch)
		into->arch = 0;
	into->x32 = into->x32 && from->x32;
	into->has_nr = into->has_nr && from->has_nr && into->nr == from->nr;
}

static bool loads(const struct sock_filter *insn)
{
	return insn->code == (BPF_LD | BPF_W | BPF_ABS);
}

/* What an instruction that is no jump does to the accumulator. */
static void step(const struct sock_filter *insn, struct scd_disasm_state *state)
{
	const uint16_t class = BPF_CLASS(insn->code);

	if (loads(insn)) {
		state->known = true;
		state->offset = insn->k;
		state->mask = UINT32_MAX;
	} else if (insn->code == (BPF_ALU | BPF_AND | BPF_K)) {
		state->mask &= insn->k;
	} else if (class == BPF_LD || class == BPF_ALU || insn->code == (BPF_MISC | BPF_TXA)) {
		state->known = false;
	}
}

static bool holds(const struct scd_disasm_state *state, size_t offset)
{
	return state->known && state->offset == offset && state->mask == UINT32_MAX;
}

#define ARCH_AT offsetof(struct seccomp_data, arch)
#define NR_AT offsetof(struct seccomp_data, nr)
#define ARGS_AT offsetof(struct seccomp_data, args)

/* What a comparison that is true says. */
static void learn(const struct sock_filter *insn, struct scd_disasm_state *state)
{
	if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K) && holds(state, ARCH_AT)) {
		state->arch = insn->k;
		state->x32 = false;
	} else if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K) && holds(state, NR_AT)) {
		state->has_nr = true;
		state->nr = insn->k;
	} else if ((insn->code == (BPF_JMP | BPF_JGE | BPF_K) ||
		    insn->code == (BPF_JMP | BPF_JSET | BPF_K)) &&
		   insn->k == SCD_X32_BIT && holds(state, NR_AT)) {
		state->x32 = true;
	}
}

void scd_disasm_trace(const struct sock_filter *insns, size_t count,
		      struct scd_disasm_state *states)
{
	memset(states, 0, count * sizeof(*states));
	states[0].reached = true;
	for (size_t i = 0; i < count; i++) {
		struct scd_disasm_state after = states[i];

		if (!after.reached || BPF_CLASS(insns[i].code) == BPF_RET)
			continue;
		if (BPF_CLASS(insns[i].code) != BPF_JMP) {
			step(&insns[i], &after);
			merge(&states[i + 1], &after);
		} else if (BPF_OP(insns[i].code) == BPF_JA) {
			merge(&states[i + 1 + insns[i].k], &after);
		} else {
			merge(&states[i + 1 + insns[i].jf], &after);
			learn(&insns[i], &after);
			merge(&states[i + 1 + insns[i].jt], &after);
		}
	}
}

static void add_operand(const struct sock_filter *insn, struct scd_buf *out)
{
	if (BPF_SRC(insn->code) == BPF_X)
		scd_buf_puts(out, "x");
	else
		scd_buf_printf(out, "#0x%x", insn->k);
}

static void add_load(const struct sock_filter *insn, const char *name, struct scd_buf *out)
{
	scd_buf_puts(out, name);
	if (BPF_MODE(insn->code) == BPF_ABS)
		scd_buf_printf(out, " [%u]", insn->k);
	else if (BPF_MODE(insn->code) == BPF_MEM)
		scd_buf_printf(out, " M[%u]", insn->k);
	else if (BPF_MODE(insn->code) == BPF_LEN)
		scd_buf_puts(out, " #len");
	else
		scd_buf_printf(out, " #0x%x", insn->k);
}

static void add_jump(const struct sock_filter *insn, size_t index, struct scd_buf *out)
{
	if (BPF_OP(insn->code) == BPF_JA) {
		scd_buf_printf(out, "ja %zu", index + 1 + insn->k);
		return;
	}
	scd_buf_printf(out, "%s ", jump_names[BPF_OP(insn->code) >> 4]);
	add_operand(insn, out);
	scd_buf_printf(out, ", %zu, %zu", index + 1 + insn->jt, index + 1 + insn->jf);
}

void scd_disasm_text(const struct sock_filter *insns, size_t index, struct scd_buf *out)
{
	const struct sock_filter *insn = &insns[index];

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		add_load(insn, "ld", out);
		break;
	case BPF_LDX:
		add_load(insn, "ldx", out);
		break;
	case BPF_ST:
		scd_buf_printf(out, "st M[%u]", insn->k);
		break;
	case BPF_STX:
		scd_buf_printf(out, "stx M[%u]", insn->k);
		break;
	case BPF_JMP:
		add_jump(insn, index, out);
		break;
	case BPF_RET:
		if (BPF_RVAL(insn->code) == BPF_A)
			scd_buf_puts(out, "ret a");
		else
			scd_buf_printf(out, "ret #0x%x", insn->k);
		break;
	case BPF_MISC:
		scd_buf_puts(out, BPF_MISCOP(insn->code) == BPF_TAX ? "tax" : "txa");
		break;
	default:
		assert((BPF_OP(insn->code) >> 4) < COUNT(alu_names));
		scd_buf_puts(out, alu_names[BPF_OP(insn->code) >> 4]);
		if (BPF_OP(insn->code) != BPF_NEG) {
			scd_buf_putc(out, ' ');
			add_operand(insn, out);
		}
		break;
	}
}

/* The architecture of a state as libseccomp has it: x32 apart. */
static uint32_t token(const struct scd_disasm_state *state)
{
	return state->x32 && state->arch == SCMP_ARCH_X86_64 ? SCMP_ARCH_X32 : state->arch;
}

/* Whether the word at @offset is the upper half of one of 64 bits. */
static bool is_high(uint32_t offset)
{
	return ((offset / WORD) % 2 == 1) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
}

static unsigned arg_at(uint32_t offset)
{
	return (unsigned)((offset - ARGS_AT) / sizeof(uint64_t));
}

/* "flags", with ".high" for its upper half; "nr", "arch". */
static void add_field(uint32_t offset, const struct scd_disasm_state *state, struct scd_buf *out)
{
	char call[SCD_CALL_NAME_SIZE], name[SCD_CALL_ARG_NAME_SIZE];
	const bool high = is_high(offset);

	if (offset == NR_AT || offset == ARCH_AT) {
		scd_buf_puts(out, offset == NR_AT ? "nr" : "arch");
		return;
	}
	if (offset < ARGS_AT) {
		scd_buf_printf(out, "instruction pointer, %s half", high ? "high" : "low");
		return;
	}
	(void)snprintf(name, sizeof(name), "arg%u", arg_at(offset));
	if (state->has_nr && scd_arch_of(token(state)))
		(void)scd_call_arg_name(token(state),
					scd_call_name(token(state), (int)state->nr, call),
					arg_at(offset), name);
	scd_buf_printf(out, "%s%s", name, high ? ".high" : "");
}

/* What the values of the word that is compared stand for: nothing symbolic in an upper half. */
static enum scd_constant_kind kind_of(const struct scd_disasm_state *state)
{
	char call[SCD_CALL_NAME_SIZE];
	const uint32_t arch = token(state);

	if (state->offset < ARGS_AT || is_high(state->offset) || !state->has_nr ||
	    !scd_arch_of(arch))
		return SCD_CONST_NONE;
	return scd_call_arg_kind(arch, scd_call_name(arch, (int)state->nr, call),
				 arg_at(state->offset));
}

/* The constant of a comparison, by name where it has one: an order has none. */
static void add_constant(const struct sock_filter *insn, const struct scd_disasm_state *state,
			 struct scd_buf *out)
{
	char call[SCD_CALL_NAME_SIZE];
	const uint32_t arch = token(state);

	if (state->offset == ARCH_AT && scd_arch_of(insn->k)) {
		scd_arch_add_short_name(out, insn->k);
	} else if (state->offset == NR_AT && insn->k == SCD_X32_BIT) {
		scd_buf_puts(out, "the bit of x32");
	} else if (state->offset == NR_AT && arch == SCMP_ARCH_X86_64 && insn->k & SCD_X32_BIT &&
		   insn->k <= INT32_MAX) {
		scd_buf_printf(out, "%s of x32", scd_call_name(SCMP_ARCH_X32, (int)insn->k, call));
	} else if (state->offset == NR_AT && scd_arch_of(arch) && insn->k <= INT32_MAX) {
		scd_buf_puts(out, scd_call_name(arch, (int)insn->k, call));
	} else if (kind_of(state) != SCD_CONST_NONE && BPF_OP(insn->code) == BPF_JSET) {
		scd_constants_add_mask(out, arch, kind_of(state), insn->k);
	} else if (kind_of(state) != SCD_CONST_NONE && BPF_OP(insn->code) == BPF_JEQ) {
		scd_constants_add(out, arch, kind_of(state), insn->k);
	} else {
		scd_buf_printf(out, "0x%x", insn->k);
	}
}

static void add_comparison(const struct sock_filter *insn, size_t index,
			   const struct scd_disasm_state *state, struct scd_buf *out)
{
	static const char *const operators[] = { [BPF_JEQ >> 4] = "=",
						 [BPF_JGT >> 4] = ">",
						 [BPF_JGE >> 4] = ">=",
						 [BPF_JSET >> 4] = "has" };

	if (!state->known || BPF_SRC(insn->code) == BPF_X)
		return;
	add_field(state->offset, state, out);
	if (state->mask != UINT32_MAX) {
		scd_buf_puts(out, " & ");
		scd_constants_add_mask(out, token(state), kind_of(state), state->mask);
	}
	scd_buf_printf(out, " %s ", operators[BPF_OP(insn->code) >> 4]);
	add_constant(insn, state, out);
	scd_buf_printf(out, "? %zu : %zu", index + 1 + insn->jt, index + 1 + insn->jf);
}

void scd_disasm_comment(const struct sock_filter *insns, size_t index,
			const struct scd_disasm_state *state, struct scd_buf *out)
{
	const struct sock_filter *insn = &insns[index];
	char brief[SCD_ACTION_BRIEF_SIZE];

	if (!state->reached)
		scd_buf_puts(out, "never reached");
	else if (loads(insn))
		add_field(insn->k, state, out);
	else if (insn->code == (BPF_RET | BPF_K))
		scd_buf_puts(out, scd_action_brief(insn->k, brief));
	else if (BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) != BPF_JA)
		add_comparison(insn, index, state, out);
}

void scd_disasm_section(const struct scd_disasm_state *state, struct scd_buf *out)
{
	if (state->reached && scd_arch_of(token(state)))
		scd_arch_add_short_name(out, token(state));
}

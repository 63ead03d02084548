/* SPDX-License-Identifier: MIT */
/* Seccomp's BPF for people: each instruction as text, and what it is about. */
#ifndef SCD_DISASM_H
#define SCD_DISASM_H

#include "bpf.h"
#include "buf.h"
#include "error.h"

/* What is known where an instruction begins, whatever way led there. */
struct scd_disasm_state {
	bool reached;	 /* some way leads there */
	bool known;	 /* the accumulator holds the word at .offset of struct seccomp_data... */
	uint32_t offset; /* ... */
	uint32_t mask;	 /* ... of which these bits were left */
	uint32_t arch;	 /* AUDIT_ARCH_* that was compared for; 0: none, or several */
	bool x32;	 /* of x86_64: the number has the bit of x32 */
	bool has_nr;	 /* the number was compared for */
	uint32_t nr;
};

/**
 * scd_disasm_trace() - the states of all instructions.
 * @insns:  a program that scd_bpf_valid() accepts.
 * @states: @count of them.
 */
void scd_disasm_trace(const struct sock_filter *insns, size_t count,
		      struct scd_disasm_state *states) SCD_NONNULL;

/* Adds instruction @index as assembler has it, jumps with their targets: "jeq #0x3b, 12, 5". */
void scd_disasm_text(const struct sock_filter *insns, size_t index,
		     struct scd_buf *out) SCD_NONNULL;

/* Adds what it does, where that is known: "execve? 12, else 5", "ERRNO(EPERM)". */
void scd_disasm_comment(const struct sock_filter *insns, size_t index,
			const struct scd_disasm_state *state, struct scd_buf *out) SCD_NONNULL;

/* Adds the name of the section that begins with a state: "x86_64", "x32", or "" for none. */
void scd_disasm_section(const struct scd_disasm_state *state, struct scd_buf *out) SCD_NONNULL;

#endif

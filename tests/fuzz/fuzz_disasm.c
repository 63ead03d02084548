/* SPDX-License-Identifier: MIT */
/* The disassembler on every program that the validity check lets through: each instruction has a
 * text, and what is said to be never reached is not. The input is a struct seccomp_data, then
 * instructions. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bounds.h"
#include "disasm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free struct scd_disasm_state *states = NULL;
	auto_free struct sock_filter *insns = NULL;
	struct seccomp_data call;
	size_t count;
	uint32_t answer;
	bool found = false;

	if (size < sizeof(call) + sizeof(*insns))
		return 0;
	count = (size - sizeof(call)) / sizeof(*insns);
	insns = malloc(count * sizeof(*insns));
	assert(insns);
	memcpy(&call, data, sizeof(call));
	memcpy(insns, data + sizeof(call), count * sizeof(*insns));
	if (!scd_bpf_valid(insns, count))
		return 0;
	states = calloc(count, sizeof(*states));
	assert(states);
	scd_disasm_trace(insns, count, states);
	answer = scd_bpf_run(insns, count, &call);
	for (size_t i = 0; i < count; i++) {
		auto_buf struct scd_buf text = scd_buf_init(512), comment = scd_buf_init(512);
		auto_buf struct scd_buf section = scd_buf_init(512);

		scd_disasm_text(insns, i, &text);
		scd_disasm_comment(insns, i, &states[i], &comment);
		scd_disasm_section(&states[i], &section);
		assert(text.len > 0 && !text.failed && !comment.failed && !section.failed);
		found |= states[i].reached && BPF_CLASS(insns[i].code) == BPF_RET &&
			 (BPF_RVAL(insns[i].code) == BPF_A || insns[i].k == answer);
		found |= states[i].reached && BPF_CLASS(insns[i].code) == BPF_ALU;
	}
	assert(found); /* some return that is reached gave the answer, or a division by 0 */
	return 0;
}

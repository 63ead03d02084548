/* SPDX-License-Identifier: MIT */
/* The interpreter on every program that the validity check lets through: it ends, and reads
 * nothing but the program and the data (the sanitizer sees to that). The input is a struct
 * seccomp_data, then instructions. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free struct seccomp_data *call = NULL;
	auto_free struct sock_filter *insns = NULL;
	size_t count;
	uint32_t first;

	if (size < sizeof(*call) + sizeof(*insns))
		return 0;
	count = (size - sizeof(*call)) / sizeof(*insns);
	call = malloc(sizeof(*call));
	insns = malloc(count * sizeof(*insns));
	assert(call && insns);
	memcpy(call, data, sizeof(*call));
	memcpy(insns, data + sizeof(*call), count * sizeof(*insns));
	if (!scd_bpf_valid(insns, count))
		return 0;
	first = scd_bpf_run(insns, count, call);
	assert(scd_bpf_run(insns, count, call) == first);
	return 0;
}

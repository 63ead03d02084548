/* SPDX-License-Identifier: MIT */
/* The interpreter on every program that the validity check lets through: it ends, and reads
 * nothing but the program and the data (the sanitizer sees to that); an index changes no answer.
 * The input is a struct seccomp_data, then instructions. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free struct seccomp_data *call = NULL;
	auto_filter struct scd_filter filter = { 0 };
	struct sock_filter *insns;
	size_t count;
	uint32_t first;

	if (size < sizeof(*call) + sizeof(*insns))
		return 0;
	count = (size - sizeof(*call)) / sizeof(*insns);
	call = malloc(sizeof(*call));
	filter.insns = insns = malloc(count * sizeof(*insns));
	filter.count = count;
	assert(call && insns);
	memcpy(call, data, sizeof(*call));
	memcpy(insns, data + sizeof(*call), count * sizeof(*insns));
	if (!scd_bpf_valid(insns, count))
		return 0;
	first = scd_bpf_run(insns, count, call);
	assert(scd_filter_run(&filter, call) == first);
	assert(scd_filter_index(&filter) && scd_filter_run(&filter, call) == first);
	return 0;
}

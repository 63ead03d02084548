/* SPDX-License-Identifier: MIT */
/* Symbolic values: what is read, shown and read again is the same. The first byte chooses the
 * architecture and the kind it is shown as. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <seccomp.h>

#include "constants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_MIPS,
					  SCMP_ARCH_PPC64LE };
	auto_buf struct scd_buf shown = scd_buf_init(4096), mask = scd_buf_init(4096);
	auto_free char *text = NULL;
	uint64_t value, again;
	struct scd_error err;
	uint32_t arch;

	if (size < 1)
		return 0;
	arch = archs[data[0] % 4];
	text = calloc(1, size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	if (scd_constants_parse(arch, text, &value, &err) < 0) {
		assert(err.code == SCD_E_CONFIG);
		return 0;
	}
	scd_constants_add(&shown, arch, (enum scd_constant_kind)(data[0] / 4), value);
	scd_constants_add_mask(&mask, arch, (enum scd_constant_kind)(data[0] / 4), value);
	assert(!shown.failed && !mask.failed);
	assert(scd_constants_parse(arch, scd_buf_text(&shown), &again, &err) == 0);
	assert((uint32_t)again == (uint32_t)value);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "footprint.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Code is never written to, so that dropping its pages loses nothing. Data is left alone: what the
 * dynamic linker wrote into it is nowhere else. */
static int drop_code(struct dl_phdr_info *info, size_t size, void *data)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)data;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const uintptr_t first = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
		const uintptr_t end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;

		void *start = (void *)first; /* NOLINT: the linker tells addresses as numbers */

		if (segment->p_type == PT_LOAD && segment->p_flags == (PF_R | PF_X))
			(void)madvise(start, end - first, MADV_DONTNEED);
	}
	return 0;
}

void scd_footprint_trim(void)
{
	(void)malloc_trim(0);
	(void)dl_iterate_phdr(drop_code, NULL);
}

/* SPDX-License-Identifier: MIT */
/* How much memory the process keeps between two pieces of work. */
#ifndef SCD_FOOTPRINT_H
#define SCD_FOOTPRINT_H

/* Gives back to the system what a piece of work needed: freed memory, and the pages of code that it
 * ran through (the kernel maps sixteen around each; those that are needed again come back
 * from the page cache). For when there is nothing to do for a while. */
void scd_footprint_trim(void);

#endif

/* SPDX-License-Identifier: MIT */
/* The least that a program does with a profile: cJSON, libseccomp, a memfd; no question asked. */
#ifndef SCD_BARE_H
#define SCD_BARE_H

/* Parses, compiles and exports @text, which is a plain profile without a fault. */
void bare(const char *text);

#endif

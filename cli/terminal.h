/* SPDX-License-Identifier: MIT */
#ifndef SCD_TERMINAL_H
#define SCD_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Whether @stream is a terminal that understands escape sequences. */
bool scd_is_terminal(FILE *stream);

#endif
